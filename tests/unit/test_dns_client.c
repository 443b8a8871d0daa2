/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS client against name servers of bare sockets: questions, search, servers and their health, ends. */
#include "dns_env.h"

#include <fcntl.h>

/* ---- Plain questions ----------------------------------------------------------------------------------------------
 */

static void
test_addresses(void **state)
{
	struct env *env = *state;
	struct result result;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(result.type, DNS_IPv4_A);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.ttl, 60);
	assert_string_equal(result.first, "192.0.2.1");
	assert_int_equal(strcasecmp(env->one.queries[0].name, "www.example.org"), 0);
	assert_int_equal(env->one.queries[0].type, 1);
	assert_int_equal(env->one.queries[0].udp_size, 1232);

	memset(&result, 0, sizeof(result));
	assert_non_null(evdns_base_resolve_ipv6(env->dns, "www.example.org.", 0, got, &result));
	run_until(env->base, &result.calls, 1);
	assert_int_equal(result.type, DNS_IPv6_AAAA);
	assert_string_equal(result.first, "2001:db8::1");
}

static size_t
answer_ptr(struct fake *fake, const struct query *query, unsigned char *out)
{
	(void)fake;
	return add_record(out, begin_answer(query, out, 0), NULL, 0, 12, 9, "\4host\7example", 14);
}

static void
test_reverse(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	struct in_addr in;
	struct in6_addr in6;
	env->one.reply = answer_ptr;
	evdns_base_set_option(env->dns, "randomize-case", "0");
	inet_pton(AF_INET, "192.0.2.55", &in);
	inet_pton(AF_INET6, "2001:db8::567:89ab", &in6);
	assert_non_null(evdns_base_resolve_reverse(env->dns, &in, 0, got, &result));
	run_until(env->base, &result.calls, 1);
	assert_int_equal(result.type, DNS_PTR);
	assert_int_equal(result.count, 1);
	assert_string_equal(result.first, "host.example");
	assert_string_equal(env->one.queries[0].name, "55.2.0.192.in-addr.arpa");
	assert_non_null(evdns_base_resolve_reverse_ipv6(env->dns, &in6, 0, got, &result));
	run_until(env->base, &result.calls, 2);
	assert_string_equal(
		env->one.queries[1].name, "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

static size_t
answer_alias(struct fake *fake, const struct query *query, unsigned char *out)
{
	(void)fake;
	size_t length = add_record(out, begin_answer(query, out, 0), NULL, 0, 5, 30, "\4real\7example", 14);
	return add_record(out, length, "\4real\7example", 14, 1, 40, "\300\0\2\7", 4);
}

static void
test_alias(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_alias;
	resolve(env, "www.example.org", DNS_CNAME_CALLBACK, &result);
	assert_string_equal(result.first, "192.0.2.7");
	assert_int_equal(result.ttl, 30);
	assert_string_equal(result.cname, "real.example");
	resolve(env, "www.example.org", 0, &result);
	assert_string_equal(result.cname, "");
}

static void
test_errors(void **state)
{
	struct env *env = *state;
	static const int results[] = {DNS_ERR_NODATA, DNS_ERR_FORMAT, DNS_ERR_SERVERFAILED, DNS_ERR_NOTEXIST,
		DNS_ERR_NOTIMPL, DNS_ERR_REFUSED, DNS_ERR_UNKNOWN};
	env->one.reply = answer_code;
	for (int code = 0; code < 7; code++) {
		struct result result;
		env->one.rcode = code;
		resolve(env, "www.example.org", 0, &result);
		assert_int_equal(result.result, results[code]);
		assert_int_equal(result.count, 0);
	}
	assert_string_equal(evdns_err_to_string(DNS_ERR_NOTEXIST), "name does not exist");
	assert_string_equal(evdns_err_to_string(12345), "[Unknown error code]");
}

static void
test_bad_names(void **state)
{
	struct env *env = *state;
	static const char *const names[] = {
		".a", "a..b", "a\\", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct result result = {0};
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_null(evdns_base_resolve_ipv4(env->dns, names[i], 0, got, &result));
	run_for(env->base, 5);
	assert_int_equal(result.calls, 0);
	assert_int_equal(env->one.count, 0);
}

/* ---- Search -------------------------------------------------------------------------------------------------------
 */

static void
expect_names(struct env *env, const char *name, int flags, const char *const *names)
{
	struct result result;
	env->one.count = 0;
	resolve(env, name, flags, &result);
	int count = 0;
	for (; names[count]; count++)
		assert_int_equal(strcasecmp(env->one.queries[count].name, names[count]), 0);
	assert_int_equal(env->one.count, count);
	assert_int_equal(result.result, DNS_ERR_NOTEXIST);
}

static void
test_search(void **state)
{
	struct env *env = *state;
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_NOTEXIST;
	evdns_base_search_add(env->dns, ".later.test");
	evdns_base_search_add(env->dns, "first.test");
	expect_names(env, "x", 0, (const char *const[]){"x.first.test", "x.later.test", "x", NULL});
	expect_names(env, "x.y", 0, (const char *const[]){"x.y", "x.y.first.test", "x.y.later.test", NULL});
	expect_names(env, "x.", 0, (const char *const[]){"x", NULL});
	expect_names(env, "x", DNS_QUERY_NO_SEARCH, (const char *const[]){"x", NULL});
	evdns_base_search_ndots_set(env->dns, 2);
	expect_names(env, "x.y", 0, (const char *const[]){"x.y.first.test", "x.y.later.test", "x.y", NULL});
	expect_names(env, "x.y.z", 0, (const char *const[]){"x.y.z", "x.y.z.first.test", "x.y.z.later.test", NULL});
	evdns_base_set_option(env->dns, "ndots:", "0");
	expect_names(env, "x", 0, (const char *const[]){"x", "x.first.test", "x.later.test", NULL});
	evdns_base_search_clear(env->dns);
	expect_names(env, "x", 0, (const char *const[]){"x", NULL});
}

static void
hole_CVE_2016_10197_empty_names(void **state)
{
	struct env *env = *state;
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_NOTEXIST;
	evdns_base_search_add(env->dns, "first.test");
	expect_names(env, "", 0, (const char *const[]){"", NULL});
	expect_names(env, ".", 0, (const char *const[]){"", NULL});
}

/* A domain that makes the name too long is left out. */
static void
test_search_too_long(void **state)
{
	struct env *env = *state;
	char domain[240];
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_NOTEXIST;
	memset(domain, 'd', sizeof(domain));
	for (size_t i = 50; i < sizeof(domain); i += 50)
		domain[i] = '.';
	domain[sizeof(domain) - 1] = '\0';
	evdns_base_search_add(env->dns, domain);
	expect_names(env, "a.very.long.name.it.is", 0, (const char *const[]){"a.very.long.name.it.is", NULL});
}

/* ---- Time, servers and their health --------------------------------------------------------------------------------
 */

static void
test_timeout(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_nothing;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_TIMEOUT);
	assert_int_equal(env->one.count, 3);
	assert_true(env->one.queries[0].opt);
	assert_false(env->one.queries[2].opt); /* the last try without EDNS0 */
	assert_int_not_equal(env->one.queries[0].id, env->one.queries[1].id);
	assert_int_not_equal(env->one.queries[0].port, env->one.queries[1].port);

	evdns_base_set_option(env->dns, "attempts", "1");
	env->one.count = 0;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.count, 1);
}

static void
test_next_server(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_nothing;
	env->two.ip = "192.0.2.2";
	add_fake(env->dns, &env->two);
	for (int i = 0; i < 4; i++) {
		resolve(env, "www.example.org", 0, &result);
		assert_string_equal(result.first, "192.0.2.2");
	}
}

static void
test_refusing_server(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_REFUSED;
	add_fake(env->dns, &env->two);
	for (int i = 0; i < 6; i++) {
		resolve(env, "www.example.org", 0, &result);
		assert_int_equal(result.result, DNS_ERR_NONE);
	}
	assert_int_equal(env->one.count, 1); /* then it was down */
}

static void
test_failing_server(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_SERVERFAILED;
	add_fake(env->dns, &env->two);
	for (int i = 0; i < 6; i++) {
		resolve(env, "www.example.org", 0, &result);
		assert_int_equal(result.result, DNS_ERR_NONE);
	}
	env->two.reply = answer_code;
	env->two.rcode = DNS_ERR_SERVERFAILED;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_SERVERFAILED);
}

static void
test_probe(void **state)
{
	struct env *env = *state;
	struct result result;
	evdns_base_set_option(env->dns, "initial-probe-timeout", "0.05");
	evdns_base_set_option(env->dns, "max-timeouts", "1");
	evdns_base_set_option(env->dns, "attempts", "1");
	add_fake(env->dns, &env->two);
	env->one.reply = answer_nothing;
	for (int i = 0; i < 2; i++)
		resolve(env, "www.example.org", 0, &result);
	int before = env->one.count;
	run_until(env->base, &env->one.count, before + 1);
	assert_int_equal(strcasecmp(env->one.queries[env->one.count - 1].name, "localhost"), 0);
	/* It answers a probe: used again. */
	env->one.reply = answer_a;
	before = env->one.count;
	run_until(env->base, &env->one.count, before + 1);
	run_for(env->base, 20);
	before = env->one.count;
	for (int i = 0; i < 4; i++)
		resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.count, before + 2);
}

static void
test_nobody_listens(void **state)
{
	struct env *env = *state;
	struct result result;
	struct sockaddr_in nobody = env->one.address;
	event_del(env->two.events[0]);
	close(env->two.udp); /* its port is free now */
	nobody.sin_port = env->two.address.sin_port;
	evdns_base_clear_nameservers_and_suspend(env->dns);
	evdns_base_nameserver_sockaddr_add(env->dns, (struct sockaddr *)&nobody, sizeof(nobody), 0);
	add_fake(env->dns, &env->one);
	evdns_base_resume(env->dns);
	for (int i = 0; i < 3; i++) {
		resolve(env, "www.example.org", 0, &result);
		assert_int_equal(result.result, DNS_ERR_NONE);
	}
	env->two.udp = open("/dev/null", O_RDONLY);
}

static void
test_queue(void **state)
{
	struct env *env = *state;
	struct result results[20];
	memset(results, 0, sizeof(results));
	evdns_base_set_option(env->dns, "max-inflight", "3");
	evdns_base_set_option(env->dns, "timeout", "5");
	env->one.reply = answer_nothing;
	for (size_t i = 0; i < LENGTH(results); i++)
		assert_non_null(evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, got, &results[i]));
	run_for(env->base, 30);
	assert_int_equal(env->one.count, 3);
	env->one.reply = answer_a;
	evdns_base_set_option(env->dns, "max-inflight", "4");
	for (size_t i = 3; i < LENGTH(results); i++)
		run_until(env->base, &results[i].calls, 1);
	assert_int_equal(env->one.count, LENGTH(results));
	assert_int_equal(results[0].calls, 0);
}

static void
test_suspend(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	struct sockaddr_storage address;
	env->one.reply = answer_nothing;
	assert_non_null(evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, got, &result));
	assert_int_equal(evdns_base_count_nameservers(env->dns), 1);
	assert_int_equal(evdns_base_get_nameserver_addr(env->dns, 0, (struct sockaddr *)&address, sizeof(address)),
		sizeof(struct sockaddr_in));
	assert_memory_equal(&address, &env->one.address, sizeof(struct sockaddr_in));
	assert_true(evdns_base_get_nameserver_addr(env->dns, 0, (struct sockaddr *)&address, 4) > 4);
	assert_int_equal(evdns_base_get_nameserver_addr(env->dns, 1, (struct sockaddr *)&address, sizeof(address)), -1);
	run_for(env->base, 20);
	assert_int_equal(evdns_base_clear_nameservers_and_suspend(env->dns), 0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 0);
	run_for(env->base, 300);
	assert_int_equal(result.calls, 0);
	add_fake(env->dns, &env->two);
	run_for(env->base, 20);
	assert_int_equal(env->two.count, 0);
	assert_int_equal(evdns_base_resume(env->dns), 0);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->two.count, 1);
}

static void
test_adding_servers(void **state)
{
	struct env *env = *state;
	assert_int_not_equal(
		evdns_base_nameserver_sockaddr_add(env->dns, (struct sockaddr *)&env->one.address, sizeof(env->one.address), 0),
		0);
	assert_int_equal(evdns_base_nameserver_ip_add(env->dns, "127.0.0.9"), 0);
	assert_int_equal(evdns_base_nameserver_ip_add(env->dns, "127.0.0.9:5353"), 0);
	assert_int_equal(evdns_base_nameserver_ip_add(env->dns, "[::1]:5353"), 0);
	assert_int_equal(evdns_base_nameserver_ip_add(env->dns, "::1"), 0);
	assert_int_equal(evdns_base_nameserver_ip_add(env->dns, "[::1]"), 3);
	assert_int_equal(evdns_base_nameserver_add(env->dns, htonl(0x7f000008)), 0);
	assert_int_not_equal(evdns_base_nameserver_ip_add(env->dns, "no.address"), 0);
	assert_int_not_equal(evdns_base_nameserver_ip_add(env->dns, "127.0.0.1:70000"), 0);
	assert_int_equal(evdns_base_count_nameservers(env->dns), 6);
}

/* ---- Ends ---------------------------------------------------------------------------------------------------------
 */

static void
test_cancel(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	env->one.reply = answer_nothing;
	struct evdns_request *request = evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, got, &result);
	evdns_cancel_request(env->dns, request);
	evdns_cancel_request(env->dns, request);
	assert_int_equal(result.calls, 0);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(result.result, DNS_ERR_CANCEL);
	run_for(env->base, 20);
	assert_int_equal(result.calls, 1);
}

enum { FLYING = 0, WAITING, CANCELLED, OVER_TCP, STATES };

/* A query in each state when its base is freed: it is called back once, or not at all. */
static void
hole_64_base_freed(void **state)
{
	struct env *env = *state;
	for (int fail = 0; fail < 2; fail++) {
		for (int how = 0; how < STATES; how++) {
			struct evdns_base *dns = evdns_base_new(env->base, 0);
			struct result first = {0}, second = {0};
			env->one.reply = answer_nothing;
			add_fake(dns, &env->one);
			evdns_base_set_option(dns, "max-inflight", how == WAITING ? "1" : "10");
			int flags = how == OVER_TCP ? DNS_QUERY_USEVC : 0;
			evdns_base_resolve_ipv4(dns, "a.example", flags, got, &first);
			struct evdns_request *request = evdns_base_resolve_ipv4(dns, "b.example", flags, got, &second);
			if (how != CANCELLED) run_for(env->base, 5);
			if (how == CANCELLED) evdns_cancel_request(dns, request);
			evdns_base_free(dns, fail);
			assert_int_equal(first.calls + second.calls, 0);
			run_for(env->base, 20);
			assert_int_equal(first.calls, fail);
			assert_int_equal(second.calls, fail || how == CANCELLED);
			if (fail) assert_int_equal(first.result, DNS_ERR_SHUTDOWN);
		}
	}
}

struct inside {
	struct env *env;
	int calls;
	int what; /* done by the first call */
	struct evdns_request *others[3];
};

static void
act(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	struct inside *inside = arg;
	struct env *env = inside->env;
	(void)result;
	(void)type;
	(void)count;
	(void)ttl;
	(void)addresses;
	if (inside->calls++) return;
	switch (inside->what) {
	case 0:
	case 1:
		evdns_base_free(env->dns, inside->what);
		env->dns = NULL;
		break;
	case 2:
		evdns_base_clear_nameservers_and_suspend(env->dns);
		break;
	case 3:
		evdns_base_clear_nameservers_and_suspend(env->dns);
		add_fake(env->dns, &env->two);
		evdns_base_resume(env->dns);
		break;
	case 4:
		for (int i = 0; i < 3; i++)
			evdns_cancel_request(env->dns, inside->others[i]);
		break;
	}
}

/* The same from inside a callback, with others in flight. */
static void
hole_942_from_inside(void **state)
{
	static const int calls[] = {1, 4, 1, 4, 4};
	for (int tcp = 0; tcp < 2; tcp++) {
		for (int what = 0; what < 5; what++) {
			struct env *env = *state;
			struct inside inside = {.env = env, .what = what};
			int flags = tcp ? DNS_QUERY_USEVC : 0;
			env->one.reply = answer_nothing;
			for (int i = 0; i < 3; i++)
				inside.others[i] = evdns_base_resolve_ipv4(env->dns, "www.example.org", flags, act, &inside);
			run_for(env->base, 5);
			env->one.reply = answer_a;
			evdns_base_resolve_ipv4(env->dns, "www.example.org", flags, act, &inside);
			run_until(env->base, &inside.calls, calls[what]);
			run_for(env->base, 20);
			assert_int_equal(inside.calls, calls[what]);
			tear_down(state);
			set_up(state);
		}
	}
}

/* Once it has nothing to do the loop ends, if so wished. */
static void
test_quiet(void **state)
{
	struct env *env = *state;
	struct event_base *base = event_base_new();
	static struct fake fake;
	struct result result = {.leave = base};
	fake_open(&fake, base, answer_a);
	struct evdns_base *dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	(void)env;
	add_fake(dns, &fake);
	for (int i = 1; i <= 3; i++) {
		evdns_base_resolve_ipv4(dns, "www.example.org", i == 3 ? DNS_QUERY_USEVC : 0, got, &result);
		event_base_dispatch(base);
		assert_int_equal(result.calls, i);
		assert_int_equal(result.result, DNS_ERR_NONE);
	}
	run_for(base, 5);
	fake_close(&fake);
	assert_int_equal(event_base_dispatch(base), 1);
	evdns_base_free(dns, 0);
	event_base_free(base);
}

/* More queries than sockets, all in flight: some share a socket, and each gets its own answer. */
static size_t
answer_later(struct fake *fake, const struct query *query, unsigned char *out)
{
	(void)query;
	if (fake->count < 2000) return 0;
	for (int i = 0; i < 2000; i++) {
		char ip[32];
		const struct query *one = &fake->queries[i];
		snprintf(ip, sizeof(ip), "10.0.%d.%d", atoi(one->name) / 256, atoi(one->name) % 256);
		fake->ip = ip;
		send_from(fake->udp, one, out, answer_a(fake, one, out));
		if (i % 50 == 49) usleep(500);
	}
	return 0;
}

static void
test_many_in_flight(void **state)
{
	struct env *env = *state;
	struct result *results = calloc(2000, sizeof(*results));
	int size = 1 << 22;
	assert_non_null(results);
	setsockopt(env->one.udp, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	evdns_base_set_option(env->dns, "max-inflight", "5000");
	evdns_base_set_option(env->dns, "timeout", "5");
	env->one.reply = answer_later;
	for (int i = 0; i < 2000; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%d.example.org", i);
		assert_non_null(evdns_base_resolve_ipv4(env->dns, name, 0, got, &results[i]));
		if (i % 50 == 49) event_base_loop(env->base, EVLOOP_NONBLOCK);
	}
	for (int i = 0; i < 2000; i++) {
		char ip[32];
		run_until(env->base, &results[i].calls, 1);
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i / 256, i % 256);
		assert_string_equal(results[i].first, ip);
	}
	free(results);
}

/* A server that leaves every seventh question unanswered. */
static size_t
answer_mostly(struct fake *fake, const struct query *query, unsigned char *out)
{
	return fake->count % 7 == 0 ? 0 : answer_a(fake, query, out);
}

static void
test_losses(void **state)
{
	struct env *env = *state;
	static struct result results[600];
	memset(results, 0, sizeof(results));
	env->one.reply = answer_mostly;
	evdns_base_set_option(env->dns, "timeout", "0.03");
	evdns_base_set_option(env->dns, "attempts", "9");
	evdns_base_set_option(env->dns, "max-timeouts", "50");
	for (size_t i = 0; i < LENGTH(results); i++)
		evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, got, &results[i]);
	for (size_t i = 0; i < LENGTH(results); i++) {
		run_until(env->base, &results[i].calls, 1);
		assert_int_equal(results[i].result, DNS_ERR_NONE);
	}
	assert_true(env->one.count > (int)LENGTH(results) * 8 / 7);
}

static void
test_options(void **state)
{
	struct env *env = *state;
	static const char *const good[][2] = {{"ndots", "2"}, {"ndots:", "2"}, {"timeout", "3"}, {"timeout", "0.5"},
		{"max-timeouts", "5"}, {"max-inflight", "100"}, {"attempts", "2"}, {"randomize-case", "0"},
		{"bind-to", "127.0.0.1"}, {"initial-probe-timeout", "3"}, {"getaddrinfo-allow-skew", "3"},
		{"so-rcvbuf", "65536"}, {"so-sndbuf", "65536"}, {"unknown", "x"}};
	static const char *const bad[][2] = {{"ndots", "x"}, {"timeout", "0"}, {"timeout", "-1"}, {"timeout", "x"},
		{"attempts", "x"}, {"bind-to", "x"}, {"initial-probe-timeout", "0"}, {"so-rcvbuf", "x"}};
	for (size_t i = 0; i < LENGTH(good); i++)
		assert_int_equal(evdns_base_set_option(env->dns, good[i][0], good[i][1]), 0);
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(evdns_base_set_option(env->dns, bad[i][0], bad[i][1]), -1);
}

static void
test_bound_address(void **state)
{
	struct env *env = *state;
	struct result result;
	assert_int_equal(evdns_base_set_option(env->dns, "bind-to", "127.0.0.5"), 0);
	for (int i = 0; i < 3; i++) {
		resolve(env, "www.example.org", i == 2 ? DNS_QUERY_USEVC : 0, &result);
		assert_int_equal(result.result, DNS_ERR_NONE);
		if (i < 2) {
			const struct sockaddr_in *from = (struct sockaddr_in *)&env->one.queries[i].from;
			assert_int_equal(ntohl(from->sin_addr.s_addr), 0x7f000005);
		}
	}
	assert_int_not_equal(env->one.queries[0].port, env->one.queries[1].port);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_addresses),
		CASE(test_reverse),
		CASE(test_alias),
		CASE(test_errors),
		CASE(test_bad_names),
		CASE(test_search),
		CASE(hole_CVE_2016_10197_empty_names),
		CASE(test_search_too_long),
		CASE(test_timeout),
		CASE(test_next_server),
		CASE(test_refusing_server),
		CASE(test_failing_server),
		CASE(test_probe),
		CASE(test_nobody_listens),
		CASE(test_queue),
		CASE(test_suspend),
		CASE(test_adding_servers),
		CASE(test_cancel),
		CASE(hole_64_base_freed),
		CASE(hole_942_from_inside),
		CASE(test_quiet),
		CASE(test_many_in_flight),
		CASE(test_losses),
		CASE(test_options),
		CASE(test_bound_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
