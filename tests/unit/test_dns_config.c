/* SPDX-License-Identifier: BSD-3-Clause */
/* resolv.conf, and the global client of old programs. */
#include "dns_env.h"

#include <event2/dns_compat.h>
#include <event2/event_compat.h>

static char lines[4096]; /* of the log */

static void
keep_line(int is_warning, const char *line)
{
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), "%d %s\n", is_warning, line);
}

static int
begin(void **state)
{
	struct env *env = env_open(answer_code);
	env->one.rcode = env->two.rcode = DNS_ERR_NOTEXIST;
	lines[0] = '\0';
	evdns_set_log_fn(keep_line);
	*state = env;
	return 0;
}

static int
end(void **state)
{
	tear_down(state);
	evdns_set_log_fn(NULL);
	return 0;
}

static void
write_file(const struct env *env, const char *text)
{
	FILE *file = fopen(env->file.name, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
server_at(struct evdns_base *dns, int index, char *text, size_t size)
{
	struct sockaddr_storage address;
	char host[64];
	assert_true(evdns_base_get_nameserver_addr(dns, index, (struct sockaddr *)&address, sizeof(address)) > 0);
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (struct sockaddr_in *)&address;
		snprintf(text, size, "%s:%d", inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)), ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		snprintf(
			text, size, "[%s]:%d", inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)), ntohs(in6->sin6_port));
	}
}

static int
parse(struct env *env, const char *text, int flags)
{
	write_file(env, text);
	return evdns_base_resolv_conf_parse(env->dns, flags, env->file.name);
}

/* ---- resolv.conf --------------------------------------------------------------------------------------------------
 */

static void
test_servers(void **state)
{
	struct env *env = *state;
	char text[128];
	assert_int_equal(parse(env,
						 "# none\nnameserver 127.0.0.7\n; none\nnameserver  ::1 # v6\nnameserver 127.0.0.7\n"
						 "nameserver 127.0.0.8:5353\nnameserver nonsense\nfamily inet4",
						 DNS_OPTIONS_ALL),
		0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 3);
	server_at(env->dns, 0, text, sizeof(text));
	assert_string_equal(text, "127.0.0.7:53");
	server_at(env->dns, 1, text, sizeof(text));
	assert_string_equal(text, "[::1]:53");
	server_at(env->dns, 2, text, sizeof(text));
	assert_string_equal(text, "127.0.0.8:5353");
	assert_non_null(strstr(lines, ":7: nameserver \"nonsense\" makes no sense"));
}

static void
test_flags_and_errors(void **state)
{
	struct env *env = *state;
	char text[128];
	assert_int_equal(parse(env, "nameserver 127.0.0.7\n", DNS_OPTION_SEARCH), 0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 0);
	assert_int_equal(parse(env, "search a\n", DNS_OPTION_NAMESERVERS | DNS_OPTION_NAMESERVERS_NO_DEFAULT), 0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 0);
	assert_int_equal(parse(env, "", DNS_OPTION_NAMESERVERS), EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 1);
	server_at(env->dns, 0, text, sizeof(text));
	assert_string_equal(text, "127.0.0.1:53");
	assert_int_equal(
		evdns_base_resolv_conf_parse(env->dns, DNS_OPTIONS_ALL, "/nonexistent/file"), EVDNS_ERROR_FAILED_TO_OPEN_FILE);
	FILE *file = fopen(env->file.name, "w");
	for (int i = 0; i < 20000; i++)
		fputs("# full\n", file);
	fclose(file);
	assert_int_equal(
		evdns_base_resolv_conf_parse(env->dns, DNS_OPTIONS_ALL, env->file.name), EVDNS_ERROR_FILE_TOO_LARGE);
}

static void
expect_names(struct env *env, const char *name, const char *const *names)
{
	struct result result = {0};
	env->one.count = 0;
	evdns_base_set_option(env->dns, "randomize-case", "0");
	assert_non_null(evdns_base_resolve_ipv4(env->dns, name, 0, got, &result));
	run_until(env->base, &result.calls, 1);
	int count = 0;
	for (; names[count]; count++)
		assert_string_equal(env->one.queries[count].name, names[count]);
	assert_int_equal(env->one.count, count);
}

static void
test_search_and_options(void **state)
{
	struct env *env = *state;
	char text[256];
	snprintf(text, sizeof(text),
		"domain old.test\nsearch a.test b.test ..bad.. c.test.\noptions ndots:2 debug rotate attempts:x timeout:1\n"
		"nameserver 127.0.0.1:%d\n",
		ntohs(env->one.address.sin_port));
	assert_int_equal(parse(env, text, DNS_OPTIONS_ALL), 0);
	expect_names(env, "x.y", (const char *const[]){"x.y.a.test", "x.y.b.test", "x.y.c.test", "x.y", NULL});
	assert_non_null(strstr(lines, ":2: search domain \"..bad..\""));
	assert_non_null(strstr(lines, ":3: option \"attempts:x\""));
	snprintf(text, sizeof(text), "search a.test\ndomain one.test two.test\n");
	assert_int_equal(parse(env, text, DNS_OPTION_SEARCH), 0);
	expect_names(env, "x", (const char *const[]){"x.one.test", "x", NULL});
	assert_int_equal(parse(env, "search a.test\noptions no-tld-query\n", DNS_OPTION_SEARCH | DNS_OPTION_MISC), 0);
	expect_names(env, "x", (const char *const[]){"x.a.test", NULL});
	expect_names(env, "x.y", (const char *const[]){"x.y.a.test", "x.y", NULL});
}

static void
test_changed_file(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	char text[256];
	env->one.reply = env->two.reply = answer_a;
	snprintf(text, sizeof(text), "search old.test\nnameserver 127.0.0.1:%d\n", ntohs(env->one.address.sin_port));
	assert_int_equal(parse(env, text, DNS_OPTIONS_ALL), 0);
	evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(env->one.count, 1);
	snprintf(text, sizeof(text), "search fresh.test\nnameserver 127.0.0.1:%d\n", ntohs(env->two.address.sin_port));
	write_file(env, text);
	usleep(1100000);
	evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
	run_until(env->base, &result.calls, 2);
	assert_int_equal(env->one.count, 1);
	assert_int_equal(env->two.count, 1);
	assert_int_equal(strcasecmp(env->two.queries[0].name, "x.fresh.test"), 0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 1);
	/* Servers of the program's own choice: the file has no say any more. */
	evdns_base_clear_nameservers_and_suspend(env->dns);
	add_fake(env->dns, &env->one);
	evdns_base_resume(env->dns);
	write_file(env, "nameserver 127.0.0.99\n");
	usleep(1100000);
	evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
	run_until(env->base, &result.calls, 3);
	assert_int_equal(env->one.count, 2);
}

static void
test_no_reload(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	char text[256];
	env->one.reply = answer_a;
	snprintf(text, sizeof(text), "nameserver 127.0.0.1:%d\noptions no-reload\n", ntohs(env->one.address.sin_port));
	assert_int_equal(parse(env, text, DNS_OPTIONS_ALL), 0);
	write_file(env, "nameserver 127.0.0.99\n");
	usleep(1100000);
	evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(env->one.count, 1);
}

static void
test_many_lines(void **state)
{
	struct env *env = *state;
	FILE *file = fopen(env->file.name, "w");
	for (int i = 0; i < 2000; i++)
		fprintf(file, "search d%d.test\n", i);
	fprintf(file, "search");
	for (int i = 0; i < 200; i++)
		fprintf(file, " e%d.test", i);
	fprintf(file, "\nnameserver 127.0.0.1:%d\n", ntohs(env->one.address.sin_port));
	fclose(file);
	assert_int_equal(evdns_base_resolv_conf_parse(env->dns, DNS_OPTIONS_ALL, env->file.name), 0);
	struct result result = {0};
	evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(env->one.count, 65);
}

/* ---- The log ------------------------------------------------------------------------------------------------------
 */

static struct evdns_base *logging;

static void
use_base(int is_warning, const char *line)
{
	keep_line(is_warning, line);
	evdns_base_count_nameservers(logging);
}

/* A log function may use the client: no lock is held. */
static void
test_log_function(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	logging = env->dns;
	evdns_set_log_fn(use_base);
	env->one.rcode = DNS_ERR_REFUSED;
	add_fake(env->dns, &env->one);
	add_fake(env->dns, &env->two);
	for (int i = 1; i <= 2; i++) {
		evdns_base_resolve_ipv4(env->dns, "x", 0, got, &result);
		run_until(env->base, &result.calls, i);
	}
	assert_non_null(strstr(lines, "has failed: refused"));
}

/* ---- The global client --------------------------------------------------------------------------------------------
 */

static void
test_global(void **state)
{
	struct env *env = *state;
	struct fake *fake = calloc(1, sizeof(*fake));
	struct result result = {0};
	struct in_addr in = {htonl(0x7f000001)};
	struct in6_addr in6 = IN6ADDR_LOOPBACK_INIT;
	(void)env;
	assert_null(evdns_get_global_base());
	assert_int_equal(evdns_count_nameservers(), 0);
	struct event_base *base = event_init();
	fake_open(fake, base, answer_a);
	assert_int_equal(evdns_set_option("timeout", "0.2", 0), 0);
	assert_non_null(evdns_get_global_base());
	char text[64];
	snprintf(text, sizeof(text), "127.0.0.1:%d", ntohs(fake->address.sin_port));
	assert_int_equal(evdns_nameserver_ip_add(text), 0);
	assert_int_equal(evdns_nameserver_add(htonl(0x7f000063)), 0);
	assert_int_equal(evdns_count_nameservers(), 2);
	assert_int_equal(evdns_clear_nameservers_and_suspend(), 0);
	assert_int_equal(evdns_nameserver_ip_add(text), 0);
	assert_int_equal(evdns_resume(), 0);
	evdns_search_add("first.test");
	evdns_search_ndots_set(1);
	evdns_search_clear();
	assert_int_equal(evdns_resolve_ipv4("www.example.org", 0, got, &result), 0);
	run_until(base, &result.calls, 1);
	assert_string_equal(result.first, "192.0.2.1");
	assert_int_equal(evdns_resolve_ipv6("www.example.org", 0, got, &result), 0);
	run_until(base, &result.calls, 2);
	assert_string_equal(result.first, "2001:db8::1");
	fake->reply = answer_code;
	assert_int_equal(evdns_resolve_reverse(&in, 0, got, &result), 0);
	assert_int_equal(evdns_resolve_reverse_ipv6(&in6, 0, got, &result), 0);
	run_until(base, &result.calls, 4);
	assert_int_equal(result.result, DNS_ERR_NODATA);
	assert_int_equal(evdns_resolve_ipv4("a..b", 0, got, &result), -1);
	evdns_shutdown(0);
	assert_null(evdns_get_global_base());
	assert_int_equal(evdns_init(), 0);
	assert_non_null(evdns_get_global_base());
	evdns_base_free(evdns_get_global_base(), 0);
	assert_null(evdns_get_global_base());
	fake_close(fake);
	free(fake);
	event_base_free(base);
}

static void
test_unknown_flags(void **state)
{
	struct env *env = *state;
	struct evdns_base *dns = evdns_base_new(env->base, 0x100);
	assert_non_null(dns);
	assert_true(evdns_base_count_nameservers(dns) > 0);
	evdns_base_free(dns, 0);
	dns = evdns_base_new(env->base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	assert_non_null(dns);
	evdns_base_free(dns, 0);
}

#define FILE_CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_CASE(test_servers),
		FILE_CASE(test_flags_and_errors),
		FILE_CASE(test_search_and_options),
		FILE_CASE(test_changed_file),
		FILE_CASE(test_no_reload),
		FILE_CASE(test_many_lines),
		FILE_CASE(test_log_function),
		FILE_CASE(test_global),
		FILE_CASE(test_unknown_flags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
