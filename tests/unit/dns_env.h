/* SPDX-License-Identifier: BSD-3-Clause */
/* A DNS client with a name server of bare sockets, another one that it does not know yet, and a file; made anew for
 * each test. */
#ifndef TESTS_UNIT_DNS_ENV_H_
#define TESTS_UNIT_DNS_ENV_H_

#include "dns_fixture.h"
#include <temporary.h>

#include <stdlib.h>

struct env {
	struct event_base *base;
	struct evdns_base *dns;
	struct fake one, two;
	struct temporary file; /* an empty one: hosts or resolv.conf */
};

/* reply: how the servers answer. The client knows neither of them yet. */
static inline struct env *
env_open(reply_fn reply)
{
	struct env *env = calloc(1, sizeof(*env));
	assert_non_null(env);
	env->base = event_base_new();
	env->dns = evdns_base_new(env->base, 0);
	assert_non_null(env->dns);
	fake_open(&env->one, env->base, reply);
	fake_open(&env->two, env->base, reply);
	env->file = temporary_name("mkevent-dns");
	int fd = mkstemp(env->file.name);
	assert_true(fd >= 0);
	close(fd);
	return env;
}

static inline int
set_up(void **state)
{
	struct env *env = env_open(answer_a);
	add_fake(env->dns, &env->one);
	assert_int_equal(evdns_base_set_option(env->dns, "timeout", "0.1"), 0);
	*state = env;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct env *env = *state;
	if (env->dns) evdns_base_free(env->dns, 0);
	fake_close(&env->one);
	fake_close(&env->two);
	event_base_free(env->base);
	unlink(env->file.name);
	free(env);
	return 0;
}

/* One address of a name, to the end. */
static inline void
resolve(struct env *env, const char *name, int flags, struct result *result)
{
	int calls = 1 + !!(flags & DNS_CNAME_CALLBACK);
	memset(result, 0, sizeof(*result));
	assert_non_null(evdns_base_resolve_ipv4(env->dns, name, flags, got, result));
	assert_int_equal(result->calls, 0);
	run_until(env->base, &result->calls, calls);
	run_for(env->base, 5);
	assert_int_equal(result->calls, calls);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
