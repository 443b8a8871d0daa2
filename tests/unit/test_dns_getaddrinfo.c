/* SPDX-License-Identifier: BSD-3-Clause */
/* evdns_getaddrinfo(): hints, hosts, both families, the cache, and being given up at any moment. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* strcasestr, EAI_NODATA */
#endif
#include "dns_env.h"

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netdb.h>

struct outcome {
	int calls, code;
	char text[4096]; /* "family/socktype/protocol/address/port[=canonical name]" for each entry */
};

static void
found(int code, struct evutil_addrinfo *list, void *arg)
{
	struct outcome *outcome = arg;
	size_t end = 0;
	outcome->calls++;
	outcome->code = code;
	outcome->text[0] = '\0';
	assert_true((code == 0) == (list != NULL));
	for (struct evutil_addrinfo *ai = list; ai; ai = ai->ai_next) {
		char address[64] = "?";
		unsigned port = 0;
		if (ai->ai_family == AF_INET) {
			const struct sockaddr_in *in = (struct sockaddr_in *)ai->ai_addr;
			assert_int_equal(ai->ai_addrlen, sizeof(*in));
			inet_ntop(AF_INET, &in->sin_addr, address, sizeof(address));
			port = ntohs(in->sin_port);
		} else {
			const struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ai->ai_addr;
			assert_int_equal(ai->ai_addrlen, sizeof(*in6));
			inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof(address));
			port = ntohs(in6->sin6_port);
		}
		end += (size_t)snprintf(outcome->text + end, sizeof(outcome->text) - end, "%s%d/%d/%d/%s/%u%s%s",
			end ? " " : "", ai->ai_family == AF_INET ? 4 : 6, ai->ai_socktype, ai->ai_protocol, address, port,
			ai->ai_canonname ? "=" : "", ai->ai_canonname ? ai->ai_canonname : "");
	}
	if (list) evutil_freeaddrinfo(list);
}

/* at_once: the callback comes from within the call. */
static void
ask(struct env *env, const char *name, const char *service, int family, int socktype, int flags, bool at_once,
	struct outcome *outcome)
{
	struct evutil_addrinfo hints = {.ai_family = family, .ai_socktype = socktype, .ai_flags = flags};
	memset(outcome, 0, sizeof(*outcome));
	struct evdns_getaddrinfo_request *request = evdns_getaddrinfo(env->dns, name, service, &hints, found, outcome);
	assert_int_equal(outcome->calls, at_once);
	assert_int_equal(request == NULL, at_once);
	run_until(env->base, &outcome->calls, 1);
	run_for(env->base, 2);
	assert_int_equal(outcome->calls, 1);
}

static void
write_hosts(const struct env *env, const char *text)
{
	FILE *file = fopen(env->file.name, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* ---- At once ------------------------------------------------------------------------------------------------------
 */

static void
test_without_asking(void **state)
{
	struct env *env = *state;
	static const struct {
		const char *name, *service;
		int family, socktype, flags, code;
		const char *text;
	} cases[] = {
		{"192.0.2.1", "80", 0, SOCK_STREAM, 0, 0, "4/1/6/192.0.2.1/80"},
		{"192.0.2.1", "80", 0, 0, 0, 0, "4/1/6/192.0.2.1/80 4/2/17/192.0.2.1/80"},
		{"2001:db8::1", "80", 0, SOCK_STREAM, 0, 0, "6/1/6/2001:db8::1/80"},
		{"192.0.2.1", NULL, AF_INET, SOCK_DGRAM, 0, 0, "4/2/17/192.0.2.1/0"},
		{NULL, "80", 0, SOCK_STREAM, EVUTIL_AI_PASSIVE, 0, "4/1/6/0.0.0.0/80 6/1/6/::/80"},
		{NULL, "80", 0, SOCK_STREAM, 0, 0, "4/1/6/127.0.0.1/80 6/1/6/::1/80"},
		{NULL, "80", AF_INET6, SOCK_STREAM, 0, 0, "6/1/6/::1/80"},
		{NULL, "http", AF_INET, SOCK_STREAM, 0, 0, "4/1/6/127.0.0.1/80"},
		{NULL, NULL, 0, SOCK_STREAM, 0, EVUTIL_EAI_NONAME, ""},
		{"192.0.2.1", "no-such-service", 0, SOCK_STREAM, 0, EVUTIL_EAI_NONAME, ""},
		{"192.0.2.1", "http", 0, SOCK_STREAM, EVUTIL_AI_NUMERICSERV, EVUTIL_EAI_NONAME, ""},
		{"www.example.org", "80", 0, SOCK_STREAM, EVUTIL_AI_NUMERICHOST, EVUTIL_EAI_NONAME, ""},
		{"192.0.2.1", "80", 77, SOCK_STREAM, 0, EVUTIL_EAI_FAMILY, ""},
	};
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct outcome outcome;
		/* a small system has no list of services */
		if (cases[i].code == 0 && strcmp(cases[i].service ? cases[i].service : "", "http") == 0 &&
			!getservbyname("http", "tcp"))
			continue;
		ask(env, cases[i].name, cases[i].service, cases[i].family, cases[i].socktype, cases[i].flags, true, &outcome);
		assert_int_equal(outcome.code, cases[i].code);
		assert_string_equal(outcome.text, cases[i].text);
	}
	assert_int_equal(env->one.count, 0);
}

static void
test_more_without_asking(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	ask(env, "192.0.2.1", "80", AF_INET6, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_ADDRFAMILY);
	ask(env, "2001:db8::1", "80", AF_INET, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_ADDRFAMILY);
	ask(env, "192.0.2.1", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED, true, &outcome);
	assert_string_equal(outcome.text, "6/1/6/::ffff:192.0.2.1/80");
	ask(env, "192.0.2.1", "80", 0, SOCK_STREAM, EVUTIL_AI_CANONNAME, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80=192.0.2.1");
	ask(env, "192.0.2.1", "65536", 0, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NONAME);
	ask(env, "a..b", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NONAME);
	memset(&outcome, 0, sizeof(outcome));
	assert_null(evdns_getaddrinfo(NULL, "www.example.org", "80", NULL, found, &outcome));
	assert_int_equal(outcome.calls, 1);
	assert_int_equal(outcome.code, EVUTIL_EAI_FAIL);
}

static void
test_hosts(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	write_hosts(env, "192.0.2.1 alpha Alpha.Example # x\n\n2001:db8::1\talpha\n192.0.2.9 alpha\nnonsense\n10.0.0.1\n"
					 "192.0.2.2 beta");
	assert_int_equal(evdns_base_load_hosts(env->dns, env->file.name), 0);
	ask(env, "ALPHA", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80 6/1/6/2001:db8::1/80 4/1/6/192.0.2.9/80");
	ask(env, "alpha", "80", AF_INET6, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80");
	ask(env, "alpha.example", "80", 0, SOCK_DGRAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/2/17/192.0.2.1/80");
	ask(env, "localhost", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/127.0.0.1/80 6/1/6/::1/80");
	assert_int_equal(evdns_base_load_hosts(env->dns, "/nonexistent/hosts"), -1);
	evdns_base_clear_host_addresses(env->dns);
	ask(env, "beta", "80", AF_INET, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(env->one.count, 1);
}

/* A hosts entry of the other family alone, a name without data, an alias to nothing: an error, never no list at all. */
static size_t
answer_bare_alias(struct fake *fake, const struct query *query, unsigned char *out)
{
	(void)fake;
	return add_record(out, begin_answer(query, out, 0), NULL, 0, 5, 30, "\4real\7example", 14);
}

static void
hole_1324_nothing_found(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	write_hosts(env, "192.0.2.1 four\n2001:db8::1 six\n");
	assert_int_equal(evdns_base_load_hosts(env->dns, env->file.name), 0);
	ask(env, "four", "80", AF_INET6, SOCK_STREAM, 0, true, &outcome);
	assert_int_not_equal(outcome.code, 0);
	ask(env, "six", "80", AF_INET, SOCK_STREAM, EVUTIL_AI_CANONNAME, true, &outcome);
	assert_int_not_equal(outcome.code, 0);
	env->one.reply = answer_code;
	ask(env, "nodata.example", "80", 0, SOCK_STREAM, EVUTIL_AI_CANONNAME, false, &outcome);
	assert_int_not_equal(outcome.code, 0);
	env->one.reply = answer_bare_alias;
	ask(env, "alias.example", "80", 0, SOCK_STREAM, EVUTIL_AI_CANONNAME, false, &outcome);
	assert_int_not_equal(outcome.code, 0);
}

/* Loaded again when it changed; the look comes at most once a second. */
static void
test_hosts_change(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	write_hosts(env, "192.0.2.1 alpha\n");
	assert_int_equal(evdns_base_load_hosts(env->dns, env->file.name), 0);
	ask(env, "alpha", "80", 0, SOCK_STREAM, 0, true, &outcome);
	write_hosts(env, "192.0.2.77 alpha more\n");
	usleep(1100000);
	ask(env, "alpha", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.77/80");
}

/* ---- Both families ------------------------------------------------------------------------------------------------
 */

static void
test_both_families(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80 6/1/6/2001:db8::1/80");
	assert_int_equal(env->one.count, 2);
}

static void
test_one_family(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	ask(env, "a.example.org", "80", AF_INET, SOCK_STREAM, EVUTIL_AI_CANONNAME, false, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80=a.example.org");
	ask(env, "b.example.org", "80", AF_INET6, 0, 0, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80 6/2/17/2001:db8::1/80");
	assert_int_equal(env->one.count, 2);
}

static void
test_no_aaaa(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	evdns_base_set_option(env->dns, "no-aaaa", "");
	ask(env, "a.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80");
	ask(env, "a.example.org", "80", AF_INET6, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NODATA);
	assert_int_equal(env->one.count, 1);
}

/* index of the family that is answered; the other never is, or with a code. */
static size_t
answer_one_type(struct fake *fake, const struct query *query, unsigned char *out)
{
	if (query->type == (unsigned)(size_t)fake->arg) return answer_a(fake, query, out);
	return fake->rcode < 0 ? 0 : begin_answer(query, out, fake->rcode);
}

static void
test_one_family_silent(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	evdns_base_set_option(env->dns, "timeout", "5");
	evdns_base_set_option(env->dns, "getaddrinfo-allow-skew", "0.1");
	env->one.reply = answer_one_type;
	env->one.rcode = -1;
	env->one.arg = (void *)(size_t)1;
	ask(env, "a.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80");
	env->one.arg = (void *)(size_t)28;
	ask(env, "b.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80");
	env->one.rcode = DNS_ERR_SERVERFAILED;
	ask(env, "c.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80");
}

static void
test_errors(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_NOTEXIST;
	ask(env, "a.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NONAME);
	env->one.rcode = DNS_ERR_SERVERFAILED;
	ask(env, "b.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_AGAIN);
	env->one.rcode = DNS_ERR_REFUSED;
	ask(env, "c.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_FAIL);
	env->one.reply = answer_nothing;
	ask(env, "d.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_AGAIN);
}

static void
test_mapped(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	ask(env, "a.example.org", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80");
	ask(env, "b.example.org", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80 6/1/6/::ffff:192.0.2.1/80");
	env->one.reply = answer_one_type;
	env->one.arg = (void *)(size_t)1;
	ask(env, "c.example.org", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/::ffff:192.0.2.1/80");
	ask(env, "d.example.org", "80", AF_INET6, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NODATA);
}

/* IPv4 lives under the first suffix, IPv6 under the second: only the first name's addresses may come. */
static size_t
answer_by_suffix(struct fake *fake, const struct query *query, unsigned char *out)
{
	bool first = strcasestr(query->name, ".first.") != NULL;
	if (query->type == (first ? 1 : 28)) return answer_a(fake, query, out);
	return begin_answer(query, out, DNS_ERR_NOTEXIST);
}

static void
hole_1702_families_apart(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	env->one.reply = answer_by_suffix;
	evdns_base_search_add(env->dns, "second.test");
	evdns_base_search_add(env->dns, "first.test");
	ask(env, "host", "80", 0, SOCK_STREAM, EVUTIL_AI_CANONNAME, false, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/80=host.first.test");
	assert_int_equal(env->one.count, 2);
	evdns_base_search_clear(env->dns);
	evdns_base_search_add(env->dns, "first.test");
	evdns_base_search_add(env->dns, "second.test");
	ask(env, "guest", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_string_equal(outcome.text, "6/1/6/2001:db8::1/80");
}

/* ---- The cache ----------------------------------------------------------------------------------------------------
 */

static void
test_cache(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	ask(env, "WWW.example.org.", "443", 0, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.1/443 6/1/6/2001:db8::1/443");
	assert_int_equal(env->one.count, 2);
	assert_int_equal(evdns_base_set_option(env->dns, "cache-size", "0"), 0);
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(env->one.count, 6);
}

static size_t
answer_soa(struct fake *fake, const struct query *query, unsigned char *out)
{
	static const char data[] = "\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\1"; /* one second */
	size_t length =
		add_record(out, begin_answer(query, out, fake->rcode), "\7example\3org", 13, 6, 300, data, sizeof(data) - 1);
	out[7] = 0;
	out[9] = 1;
	return length;
}

static void
test_cache_negative(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	env->one.reply = answer_soa;
	env->one.rcode = DNS_ERR_NOTEXIST;
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_int_equal(outcome.code, EVUTIL_EAI_NONAME);
	assert_int_equal(env->one.count, 2);
	run_for(env->base, 1100);
	ask(env, "www.example.org", "80", 0, SOCK_STREAM, 0, false, &outcome);
	assert_int_equal(env->one.count, 4);
}

static void
test_cache_bounded(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	evdns_base_set_option(env->dns, "cache-size", "10");
	for (int i = 0; i < 30; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example.org", i);
		ask(env, name, "80", AF_INET, SOCK_STREAM, 0, false, &outcome);
	}
	for (int i = 20; i < 30; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example.org", i);
		ask(env, name, "80", AF_INET, SOCK_STREAM, 0, true, &outcome);
	}
	ask(env, "n19.example.org", "80", AF_INET, SOCK_STREAM, 0, false, &outcome);
}

static void
test_cache_functions(void **state)
{
	struct env *env = *state;
	struct outcome outcome;
	struct evutil_addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL, *found_list = NULL;
	char name[] = "Known.example";
	assert_int_equal(evutil_getaddrinfo("192.0.2.44", "1", &hints, &list), 0);
	assert_int_equal(evdns_cache_lookup(env->dns, name, &hints, 99, &found_list), -1);
	assert_null(found_list);
	evdns_cache_write(env->dns, name, list, 0);
	assert_int_equal(evdns_cache_lookup(env->dns, name, &hints, 99, &found_list), -1);
	evdns_cache_write(env->dns, name, list, 1);
	assert_int_equal(evdns_cache_lookup(env->dns, "known.EXAMPLE", &hints, 99, &found_list), 0);
	found(0, found_list, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.44/99");
	ask(env, "known.example", "80", 0, SOCK_STREAM, 0, true, &outcome);
	assert_string_equal(outcome.text, "4/1/6/192.0.2.44/80");
	hints.ai_family = AF_INET6;
	assert_int_equal(evdns_cache_lookup(env->dns, name, &hints, 99, &found_list), EVUTIL_EAI_NODATA);
	assert_null(found_list);
	run_for(env->base, 1100);
	hints.ai_family = AF_INET;
	assert_int_equal(evdns_cache_lookup(env->dns, name, &hints, 99, &found_list), -1);
	evutil_freeaddrinfo(list);
}

/* ---- Given up -----------------------------------------------------------------------------------------------------
 */

static void
test_cancel(void **state)
{
	struct env *env = *state;
	struct outcome outcome = {0};
	struct evdns_getaddrinfo_request *request =
		evdns_getaddrinfo(env->dns, "www.example.org", "80", NULL, found, &outcome);
	assert_non_null(request);
	evdns_getaddrinfo_cancel(request);
	evdns_getaddrinfo_cancel(request);
	assert_int_equal(outcome.calls, 0);
	run_until(env->base, &outcome.calls, 1);
	assert_int_equal(outcome.code, EVUTIL_EAI_CANCEL);
	run_for(env->base, 20);
	assert_int_equal(outcome.calls, 1);
}

static void
test_base_freed(void **state)
{
	struct env *env = *state;
	for (int fail = 0; fail < 2; fail++) {
		struct outcome outcome = {0};
		evdns_getaddrinfo(env->dns, "www.example.org", "80", NULL, found, &outcome);
		evdns_base_free(env->dns, fail);
		run_for(env->base, 20);
		assert_int_equal(outcome.calls, fail);
		if (fail) assert_int_equal(outcome.code, EVUTIL_EAI_FAIL);
		env->dns = evdns_base_new(env->base, 0);
		add_fake(env->dns, &env->one);
	}
}

/* Both halves are answered in one burst, and the request is given up after a number of steps of the loop that differs:
 * each of 10000 requests is called back exactly once. */
static void
hole_getaddrinfo_race(void **state)
{
	struct env *env = *state;
	static struct outcome outcomes[16];
	evdns_base_set_option(env->dns, "timeout", "5");
	evdns_base_set_option(env->dns, "cache-size", "0");
	for (int round = 0; round < 10000 / 16; round++) {
		struct evdns_getaddrinfo_request *requests[16];
		memset(outcomes, 0, sizeof(outcomes));
		for (int i = 0; i < 16; i++) {
			requests[i] = evdns_getaddrinfo(env->dns, "www.example.org", "80", NULL, found, &outcomes[i]);
			assert_non_null(requests[i]);
		}
		for (int step = 0; step < 16; step++) {
			if ((step + round) % 3) event_base_loop(env->base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
			if (!outcomes[step].calls) evdns_getaddrinfo_cancel(requests[step]);
		}
		for (int i = 0; i < 16; i++)
			for (int k = 0; k < 10000 && !outcomes[i].calls; k++)
				event_base_loop(env->base, EVLOOP_ONCE);
		event_base_loop(env->base, EVLOOP_NONBLOCK);
		for (int i = 0; i < 16; i++) {
			assert_int_equal(outcomes[i].calls, 1);
			assert_true(outcomes[i].code == 0 || outcomes[i].code == EVUTIL_EAI_CANCEL);
		}
	}
}

static void
free_base(int code, struct evutil_addrinfo *list, void *arg)
{
	struct env *env = arg;
	(void)code;
	if (list) evutil_freeaddrinfo(list);
	evdns_base_free(env->dns, 1);
	env->dns = NULL;
}

static void
test_base_freed_inside(void **state)
{
	struct env *env = *state;
	struct outcome outcome = {0};
	evdns_getaddrinfo(env->dns, "www.example.org", "80", NULL, free_base, env);
	evdns_getaddrinfo(env->dns, "www.example.net", "80", NULL, found, &outcome);
	run_until(env->base, &outcome.calls, 1);
	run_for(env->base, 10);
	assert_int_equal(outcome.calls, 1);
}

/* ---- The core's resolver ------------------------------------------------------------------------------------------
 */

struct connecting {
	int events;
	short what;
};

static void
connected(struct bufferevent *bev, short what, void *arg)
{
	struct connecting *connecting = arg;
	(void)bev;
	connecting->events++;
	connecting->what = what;
}

static void
accept_and_close(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *sa, int length, void *arg)
{
	(void)listener;
	(void)sa;
	(void)length;
	++*(int *)arg;
	evutil_closesocket(fd);
}

static void
test_connect_by_name(void **state)
{
	struct env *env = *state;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	struct connecting connecting = {0};
	int accepted = 0;
	struct evconnlistener *listener = evconnlistener_new_bind(env->base, accept_and_close, &accepted,
		LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&address, sizeof(address));
	assert_non_null(listener);
	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length);
	env->one.ip = "127.0.0.1";
	struct bufferevent *bev = bufferevent_socket_new(env->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(bev, NULL, NULL, connected, &connecting);
	assert_int_equal(
		bufferevent_socket_connect_hostname(bev, env->dns, AF_INET, "www.example.org", ntohs(address.sin_port)), 0);
	run_until(env->base, &connecting.events, 1);
	assert_int_equal(connecting.what, BEV_EVENT_CONNECTED);
	run_until(env->base, &accepted, 1);
	assert_int_equal(env->one.count, 1);
	bufferevent_free(bev);

	env->one.reply = answer_code;
	env->one.rcode = DNS_ERR_NOTEXIST;
	memset(&connecting, 0, sizeof(connecting));
	bev = bufferevent_socket_new(env->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(bev, NULL, NULL, connected, &connecting);
	bufferevent_socket_connect_hostname(bev, env->dns, AF_INET, "gone.example.org", 80);
	run_until(env->base, &connecting.events, 1);
	assert_true(connecting.what & BEV_EVENT_ERROR);
	assert_int_equal(bufferevent_socket_get_dns_error(bev), EVUTIL_EAI_NONAME);
	bufferevent_free(bev);

	/* Freed while its name is looked up. */
	env->one.reply = answer_nothing;
	bev = bufferevent_socket_new(env->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_socket_connect_hostname(bev, env->dns, AF_UNSPEC, "slow.example.org", 80);
	run_for(env->base, 5);
	bufferevent_free(bev);
	run_for(env->base, 400);
	evconnlistener_free(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_without_asking),
		CASE(test_more_without_asking),
		CASE(test_hosts),
		CASE(hole_1324_nothing_found),
		CASE(test_hosts_change),
		CASE(test_both_families),
		CASE(test_one_family),
		CASE(test_no_aaaa),
		CASE(test_one_family_silent),
		CASE(test_errors),
		CASE(test_mapped),
		CASE(hole_1702_families_apart),
		CASE(test_cache),
		CASE(test_cache_negative),
		CASE(test_cache_bounded),
		CASE(test_cache_functions),
		CASE(test_cancel),
		CASE(test_base_freed),
		CASE(hole_getaddrinfo_race),
		CASE(test_base_freed_inside),
		CASE(test_connect_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
