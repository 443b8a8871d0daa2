/* SPDX-License-Identifier: BSD-3-Clause */
/* What a forger meets: ports, ids, letters, addresses; and children, who must not share them with their parent. */
#include "dns_env.h"

#include <sys/wait.h>

/* ---- Forged answers -----------------------------------------------------------------------------------------------
 */

static void
hole_one_port_no_opt(void **state)
{
	struct env *env = *state;
	struct result result;
	int ports = 0, ids = 0;
	for (int i = 0; i < 20; i++)
		resolve(env, "www.example.org", 0, &result);
	for (int i = 0; i < 20; i++) {
		bool new_port = true, new_id = true;
		for (int k = 0; k < i; k++) {
			new_port = new_port && env->one.queries[k].port != env->one.queries[i].port;
			new_id = new_id && env->one.queries[k].id != env->one.queries[i].id;
		}
		ports += new_port;
		ids += new_id;
		assert_true(env->one.queries[i].opt);
	}
	assert_true(ports >= 19); /* chance may give one twice */
	assert_true(ids >= 19);
}

/* Forged answers first, each with one thing wrong, then the true one. */
static size_t
answer_after_forgeries(struct fake *fake, const struct query *query, unsigned char *out)
{
	struct fake *other = fake->arg;
	unsigned char forged[600];
	size_t length = begin_answer(query, forged, 0);
	length = add_record(forged, length, NULL, 0, 1, 60, "\6\6\6\6", 4);
	forged[0] ^= 0x80; /* id */
	send_from(fake->udp, query, forged, length);
	forged[0] ^= 0x80;
	send_from(other->udp, query, forged, length); /* port of the sender */
	forged[13] ^= 1;                              /* name */
	send_from(fake->udp, query, forged, length);
	forged[13] ^= 1;
	forged[13] ^= 0x20; /* letter case */
	send_from(fake->udp, query, forged, length);
	forged[13] ^= 0x20;
	forged[question_end(forged) - 3] = 28; /* type */
	send_from(fake->udp, query, forged, length);
	forged[question_end(forged) - 3] = 1;
	forged[2] &= 0x7f; /* a question */
	send_from(fake->udp, query, forged, length);
	forged[5] = 0; /* no question at all */
	send_from(fake->udp, query, forged, length);
	send_from(fake->udp, query, forged, 5);
	send_from(fake->udp, query, forged, 0);
	return answer_a(fake, query, out);
}

static void
hole_forged_answers(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_after_forgeries;
	env->one.arg = &env->two;
	resolve(env, "www.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_string_equal(result.first, "192.0.2.1");
	assert_int_equal(env->one.count, 1);
}

static char warning[512];

static void
keep_warning(int is_warning, const char *line)
{
	if (is_warning) snprintf(warning, sizeof(warning), "%s", line);
}

/* Many of them are told of, once. */
static void
test_forgeries_are_counted(void **state)
{
	struct env *env = *state;
	struct result result;
	warning[0] = '\0';
	evdns_set_log_fn(keep_warning);
	env->one.reply = answer_after_forgeries;
	env->one.arg = &env->two;
	for (int i = 0; i < 30; i++)
		resolve(env, "www.example.org", 0, &result);
	evdns_set_log_fn(NULL);
	assert_non_null(strstr(warning, "100 messages"));
}

static size_t
answer_in_capitals(struct fake *fake, const struct query *query, unsigned char *out)
{
	size_t length = answer_a(fake, query, out);
	for (size_t i = 13; !query->tcp && i < question_end(query->bytes) - 4; i++)
		if (out[i] >= 'a' && out[i] <= 'z') out[i] ^= 0x20;
	return length;
}

/* Letters are mixed; an answer in others is dropped, and TCP settles the matter. With the option off both are right. */
static void
hole_288_letter_case(void **state)
{
	struct env *env = *state;
	struct result result;
	env->one.reply = answer_in_capitals;
	resolve(env, "a.name.with.many.letters.in.it.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 2);
	assert_string_not_equal(env->one.queries[0].name, "a.name.with.many.letters.in.it.example.org");
	assert_true(env->one.queries[1].tcp);
	assert_int_equal(evdns_base_set_option(env->dns, "randomize-case", "0"), 0);
	env->one.count = 0;
	resolve(env, "a.name.with.many.letters.in.it.example.org", 0, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 1);
	assert_string_equal(env->one.queries[0].name, "a.name.with.many.letters.in.it.example.org");
}

/* ---- Ports of a busy client ---------------------------------------------------------------------------------------
 */

#define MANY 4000

struct rush {
	struct env *env;
	int to_send, to_come;
};

static void
answered_in_rush(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	struct rush *rush = arg;
	(void)type;
	(void)count;
	(void)ttl;
	(void)addresses;
	assert_int_equal(result, DNS_ERR_NONE);
	if (rush->to_send-- > 0) evdns_base_resolve_ipv4(rush->env->dns, "www.example.org", 0, answered_in_rush, rush);
	if (--rush->to_come == 0) event_base_loopbreak(rush->env->base);
}

static void
run_rush(struct env *env, int queries, int at_once)
{
	struct rush rush = {env, queries - at_once, queries};
	for (int i = 0; i < at_once; i++)
		evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, answered_in_rush, &rush);
	event_base_dispatch(env->base);
	assert_int_equal(rush.to_come, 0);
	assert_int_equal(env->one.count, queries);
}

/* Queries whose port another of the last within had, or with within 0 any before. */
static int
ports_seen_before(const struct env *env, int within)
{
	int seen = 0;
	for (int i = 1; i < env->one.count; i++) {
		int from = within && i > within ? i - within : 0;
		for (int k = i - 1; k >= from; k--)
			if (env->one.queries[k].port == env->one.queries[i].port) {
				seen++;
				break;
			}
	}
	return seen;
}

static int
most_uses_of_a_port(const struct env *env)
{
	static int uses[65536];
	int most = 0;
	memset(uses, 0, sizeof(uses));
	for (int i = 0; i < env->one.count; i++) {
		int now = ++uses[env->one.queries[i].port];
		if (now > most) most = now;
	}
	return most;
}

/* However quick: 200 queries have as many ports. Chance gives two or three of 28,232 twice at the most. */
static void
hole_one_port_quick(void **state)
{
	struct env *env = *state;
	run_rush(env, 200, 20);
	assert_true(ports_seen_before(env, 0) <= 5);
}

/* Nor do thousands in a second share them. Of 28,232 ports chance gives 4,000 queries one that had served about 265
 * times, and one of the last 24 queries' three or four times. */
static void
rush(struct env *env, int at_once)
{
	evdns_base_set_option(env->dns, "timeout", "5");
	run_rush(env, MANY, at_once);
	assert_true(ports_seen_before(env, 0) <= 400);
	assert_true(ports_seen_before(env, 24) <= 20);
	assert_true(most_uses_of_a_port(env) <= 8);
}

static void
hole_one_port_in_a_rush(void **state)
{
	rush(*state, 1);
}

static void
hole_one_port_in_a_wide_rush(void **state)
{
	rush(*state, 50);
}

/* ---- Forked children ----------------------------------------------------------------------------------------------
 */

/* In the child: the servers are the parent's to run. */
static void
be_client_only(struct env *env)
{
	if (event_reinit(env->base) != 0) _exit(2);
	event_del(env->one.events[0]);
	event_del(env->one.events[1]);
	event_del(env->two.events[0]);
	event_del(env->two.events[1]);
	if (env->one.events[2]) event_del(env->one.events[2]);
}

/* As run_until(), without assertions: they would go on in the child with the tests that follow. */
static bool
comes(struct event_base *base, const int *counter, int wanted)
{
	for (int i = 0; i < 500 && *counter < wanted; i++) {
		struct timeval wait = {0, 10000};
		event_base_loopexit(base, &wait);
		event_base_dispatch(base);
	}
	return *counter >= wanted;
}

static void
wait_for_child(struct env *env, pid_t child)
{
	int status = -1;
	for (int i = 0; i < 600 && waitpid(child, &status, WNOHANG) == 0; i++)
		run_for(env->base, 10);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Parent and child each get an answer of their own to a question that was in flight, by sockets of their own. */
static void
test_fork_in_flight(void **state)
{
	struct env *env = *state;
	struct result old = {0}, new = {0};
	evdns_base_set_option(env->dns, "timeout", "4");
	evdns_base_resolve_ipv4(env->dns, "old.example.org", 0, got, &old);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		be_client_only(env);
		evdns_base_resolve_ipv4(env->dns, "new.example.org", 0, got, &new);
		bool good = comes(env->base, &old.calls, 1) && comes(env->base, &new.calls, 1);
		_exit(good && old.result == DNS_ERR_NONE && new.result == DNS_ERR_NONE ? 0 : 1);
	}
	evdns_base_resolve_ipv4(env->dns, "new.example.org", 0, got, &new);
	wait_for_child(env, child);
	assert_int_equal(old.calls, 1);
	assert_int_equal(new.calls, 1);
	assert_int_equal(old.result, DNS_ERR_NONE);
	assert_int_equal(new.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 4); /* nobody had to ask again */
	assert_int_equal(ports_seen_before(env, 0), 0);
	for (int i = 1; i < 4; i++)
		for (int k = 0; k < i; k++)
			assert_int_not_equal(env->one.queries[i].id, env->one.queries[k].id);
}

/* The parent's connection stays the parent's. */
static void
test_fork_tcp(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	evdns_base_set_option(env->dns, "timeout", "4");
	resolve(env, "www.example.org", DNS_QUERY_USEVC, &result);
	assert_int_equal(env->one.accepted, 1);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct result of_child = {0};
		be_client_only(env);
		evdns_base_resolve_ipv4(env->dns, "www.example.org", DNS_QUERY_USEVC, got, &of_child);
		_exit(comes(env->base, &of_child.calls, 1) && of_child.result == DNS_ERR_NONE ? 0 : 1);
	}
	wait_for_child(env, child);
	assert_int_equal(env->one.accepted, 2);
	resolve(env, "www.example.org", DNS_QUERY_USEVC, &result);
	assert_int_equal(result.result, DNS_ERR_NONE);
}

/* A child that frees what it has does nothing to the parent's query. */
static void
test_fork_and_free(void **state)
{
	struct env *env = *state;
	struct result result = {0};
	evdns_base_set_option(env->dns, "timeout", "4");
	evdns_base_resolve_ipv4(env->dns, "www.example.org", 0, got, &result);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		evdns_base_free(env->dns, 0);
		event_base_free(env->base);
		_exit(0);
	}
	wait_for_child(env, child);
	run_until(env->base, &result.calls, 1);
	assert_int_equal(result.result, DNS_ERR_NONE);
	assert_int_equal(env->one.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(hole_one_port_no_opt),
		CASE(hole_forged_answers),
		CASE(test_forgeries_are_counted),
		CASE(hole_288_letter_case),
		CASE(hole_one_port_quick),
		CASE(hole_one_port_in_a_rush),
		CASE(hole_one_port_in_a_wide_rush),
		CASE(test_fork_in_flight),
		CASE(test_fork_tcp),
		CASE(test_fork_and_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
