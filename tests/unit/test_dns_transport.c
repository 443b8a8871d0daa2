/* SPDX-License-Identifier: BSD-3-Clause */
/* EDNS0, truncation and TCP. */
#include "dns_env.h"

#include <fcntl.h>

static size_t
answer_without_edns(struct fake *fake, const struct query *query, unsigned char *out)
{
	if (!query->opt) return answer_a(fake, query, out);
	size_t length = begin_answer(query, out, fake->rcode);
	if (fake->arg) {
		out[5] = 0;
		length = 12; /* the header alone */
	}
	return length;
}

static void
test_edns_refused(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_without_edns;
	env->one.rcode = DNS_ERR_FORMAT;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 2);
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.count, 3); /* it is remembered */
}

static void
test_edns_refused_by_bare_header(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_without_edns;
	env->one.rcode = DNS_ERR_NOTIMPL;
	env->one.arg = env;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 2);
}

static void
test_edns_size(void **state)
{
	struct env *env = *state;
	struct result result;
	evdns_base_set_option(env->dns, "edns-udp-size", "4000");
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.queries[0].udp_size, 4000);
	evdns_base_set_option(env->dns, "edns-udp-size", "512");
	resolve(env, "www.example.org", 0, &result);
	assert_false(env->one.queries[1].opt);
}

static size_t
answer_truncated(struct fake *fake, const struct query *query, unsigned char *out)
{
	size_t length = answer_a(fake, query, out);
	if (!query->tcp) out[2] |= 2;
	return length;
}

static void
test_truncated(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_truncated;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 2);
	assert_true(env->one.queries[1].tcp);
	resolve(env, "www.example.org", DNS_QUERY_IGNTC, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 3);
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.count, 5);
	assert_int_equal(env->one.accepted, 1); /* the connection was kept */
}

static void
test_truncated_and_no_tcp(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_truncated;
	event_del(env->one.events[1]);
	close(env->one.listener);
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_TRUNCATED);
	env->one.listener = open("/dev/null", O_RDONLY);
}

static void
test_tcp_pipelined(void **state)
{
	struct env *env = *state;
	static struct result results[50];
	memset(results, 0, sizeof(results));
	for (size_t i = 0; i < LENGTH(results); i++)
		assert_non_null(evdns_base_resolve_ipv4(env->dns, "www.example.org", DNS_QUERY_USEVC, got, &results[i]));
	for (size_t i = 0; i < LENGTH(results); i++) {
		run_until(env->base, &results[i].calls, 1);
		assert_int_equal(results[i].result, DNS_ERR_NONE);
	}
	assert_int_equal(env->one.count, LENGTH(results));
	assert_int_equal(env->one.accepted, 1);
}

static size_t
hang_up_once(struct fake *fake, const struct query *query, unsigned char *out)
{
	if (fake->accepted > 1) return answer_a(fake, query, out);
	fake_hang_up(fake);
	return 0;
}

static void
test_tcp_hung_up(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = hang_up_once;
	resolve(env, "www.example.org", DNS_QUERY_USEVC, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.accepted, 2);
	/* And one that hangs up each time. */
	env->one.reply = hang_up_once;
	env->one.accepted = -100;
	resolve(env, "www.example.org", DNS_QUERY_USEVC, &result);
	assert_int_equal(result.result, DNS_ERR_TIMEOUT);
}

static void
test_tcp_idle(void **state)
{
	struct env *env = *state;
	struct result result;
	evdns_base_set_option(env->dns, "tcp-idle-timeout", "0.1");
	evdns_base_set_option(env->dns, "use-vc", "");
	resolve(env, "www.example.org", 0, &result);
	assert_true(env->one.client >= 0);
	run_for(env->base, 300);
	assert_int_equal(env->one.client, -1);
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(env->one.accepted, 2);
}

/* Two messages in one segment; after the first the server is given up. */
static size_t
refuse_twice(struct fake *fake, const struct query *query, unsigned char *out)
{
	unsigned char both[600];
	size_t length = begin_answer(query, out, fake->rcode);
	both[0] = 0;
	both[1] = (unsigned char)length;
	memcpy(both + 2, out, length);
	memcpy(both + 2 + length, both, length + 2);
	assert_int_equal(send(fake->client, both, 2 * (length + 2), MSG_NOSIGNAL), 2 * (length + 2));
	return 0;
}

static void
hole_1811_refused_twice(void **state)
{
	struct env *env = *state;
	struct result result;
	static const int codes[] = {DNS_ERR_REFUSED, DNS_ERR_NOTIMPL};
	add_fake(env->dns, &env->two);
	for (size_t i = 0; i < LENGTH(codes); i++) {
		env->one.reply = env->two.reply = refuse_twice;
		env->one.rcode = env->two.rcode = codes[i];
		for (int k = 0; k < 3; k++) {
			resolve(env, "www.example.org", DNS_QUERY_USEVC, &result);
			assert_int_equal(result.result, codes[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_edns_refused),
		CASE(test_edns_refused_by_bare_header),
		CASE(test_edns_size),
		CASE(test_truncated),
		CASE(test_truncated_and_no_tcp),
		CASE(test_tcp_pipelined),
		CASE(test_tcp_hung_up),
		CASE(test_tcp_idle),
		CASE(hole_1811_refused_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
