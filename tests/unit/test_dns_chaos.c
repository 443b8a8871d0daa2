/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS client under a long random sequence of everything that a program can do to it, with servers that answer,
 * refuse, truncate, garble, hang up or keep silent. What must hold: each query is called back exactly once, or not at
 * all when its base was freed so. The sequence is the same in every run; MKEVENT_TEST_SEED chooses another. */
#include "dns_fixture.h"

#include <stdlib.h>

#define OPERATIONS 6000
#define OPEN_MAX_ 200

static uint32_t seed = 1;

static uint32_t
pick(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

struct open {
	struct evdns_request *request;
	struct evdns_getaddrinfo_request *lookup;
	bool used, called;
};

struct world {
	struct event_base *base;
	struct evdns_base *dns;
	struct fake servers[2];
	struct open open[OPEN_MAX_];
	int calls;
};

static void operate(struct world *world);
static struct world *world_of_callbacks;
static int depth;

/* Now and then a callback does something, too. */
static void
called(struct open *open)
{
	assert_true(open->used && !open->called);
	open->called = true;
	open->used = false;
	world_of_callbacks->calls++;
	if (pick(4) == 0 && depth < 2) {
		depth++;
		operate(world_of_callbacks);
		depth--;
	}
}

static void
resolved(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)count;
	(void)ttl;
	assert_true((result == DNS_ERR_NONE) == (addresses != NULL));
	if (type != DNS_CNAME) called(arg);
}

static void
looked_up(int code, struct evutil_addrinfo *list, void *arg)
{
	assert_true((code == 0) == (list != NULL));
	if (list) evutil_freeaddrinfo(list);
	called(arg);
}

static size_t
answer_somehow(struct fake *fake, const struct query *query, unsigned char *out)
{
	static const int codes[] = {0, 1, 2, 3, 4, 5, 6, 3, 3};
	size_t length;
	switch (pick(12)) {
	case 0:
		return 0;
	case 1:
	case 2:
		return begin_answer(query, out, codes[pick(LENGTH(codes))]);
	case 3: /* truncated */
		length = answer_a(fake, query, out);
		out[2] |= 2;
		return length;
	case 4: /* garbled */
		length = answer_a(fake, query, out);
		out[pick((uint32_t)length)] ^= (unsigned char)(1u << pick(8));
		return length;
	case 5: /* cut */
		return pick((uint32_t)answer_a(fake, query, out));
	case 6:
		if (query->tcp && pick(2)) {
			fake_hang_up(fake);
			return 0;
		}
		return 12; /* what the buffer held before, without a question of ours */
	case 7:        /* an alias to nowhere */
		return add_record(out, begin_answer(query, out, 0), NULL, 0, 5, 30, "\1x\7example", 11);
	default:
		return answer_a(fake, query, out);
	}
}

static struct open *
take(struct world *world)
{
	for (int i = 0; i < OPEN_MAX_; i++) {
		struct open *open = &world->open[i];
		if (open->used) continue;
		memset(open, 0, sizeof(*open));
		open->used = true;
		return open;
	}
	return NULL;
}

static void
new_base(struct world *world)
{
	world->dns = evdns_base_new(world->base, pick(2) ? EVDNS_BASE_DISABLE_WHEN_INACTIVE : 0);
	assert_non_null(world->dns);
	evdns_base_set_option(world->dns, "timeout", "0.01");
	evdns_base_set_option(world->dns, "initial-probe-timeout", "0.01");
	evdns_base_set_option(world->dns, "max-inflight", pick(2) ? "3" : "60");
	evdns_base_set_option(world->dns, "cache-size", pick(2) ? "0" : "5");
	evdns_base_search_add(world->dns, "first.test");
	for (uint32_t i = 0; i <= pick(2); i++)
		add_fake(world->dns, &world->servers[i]);
}

/* Without a word to those that are under way, or with one. What had ended before is called back in any case. */
static void
free_base(struct world *world)
{
	int fail = (int)pick(2);
	evdns_base_free(world->dns, fail);
	depth += 2; /* nothing is done to a base that is gone */
	for (int i = 0; i < 20; i++)
		event_base_loop(world->base, EVLOOP_NONBLOCK);
	depth -= 2;
	for (int i = 0; fail && i < OPEN_MAX_; i++)
		assert_false(world->open[i].used);
	memset(world->open, 0, sizeof(world->open));
	new_base(world);
}

static void
ask(struct world *world)
{
	static const char *const names[] = {
		"a", "www.example.org", "b.c", "a.b.c.d.", "", "x..y", "127.0.0.1", "localhost"};
	struct open *open = take(world);
	if (!open) return;
	const char *name = names[pick(LENGTH(names))];
	int flags = (int)pick(8) | (pick(2) ? DNS_CNAME_CALLBACK : 0);
	switch (pick(3)) {
	case 0:
		open->request = evdns_base_resolve_ipv4(world->dns, name, flags, resolved, open);
		open->used = open->request != NULL;
		break;
	case 1:
		open->request = evdns_base_resolve_ipv6(world->dns, name, flags, resolved, open);
		open->used = open->request != NULL;
		break;
	case 2: {
		struct evdns_getaddrinfo_request *lookup = evdns_getaddrinfo(world->dns, name, "80", NULL, looked_up, open);
		if (lookup) open->lookup = lookup;
		break;
	}
	}
}

static void
cancel(struct world *world)
{
	struct open *open = &world->open[pick(OPEN_MAX_)];
	if (!open->used || open->called) return;
	if (open->request) evdns_cancel_request(world->dns, open->request);
	if (open->lookup) evdns_getaddrinfo_cancel(open->lookup);
}

static void
operate(struct world *world)
{
	switch (pick(24)) {
	case 0:
		evdns_base_clear_nameservers_and_suspend(world->dns);
		break;
	case 1:
	case 2:
		evdns_base_nameserver_sockaddr_add(
			world->dns, (struct sockaddr *)&world->servers[pick(2)].address, sizeof(world->servers[0].address), 0);
		evdns_base_resume(world->dns);
		break;
	case 3:
		evdns_base_set_option(world->dns, "randomize-case", pick(2) ? "0" : "1");
		break;
	case 4:
		evdns_base_set_option(world->dns, "max-inflight", pick(2) ? "1" : "50");
		break;
	case 5:
		evdns_base_search_clear(world->dns);
		evdns_base_search_add(world->dns, "second.test");
		break;
	case 6:
		if (pick(20) == 0 && depth == 0) free_base(world);
		break;
	case 7:
	case 8:
		cancel(world);
		break;
	case 9:
	case 10:
		if (depth == 0) event_base_loop(world->base, EVLOOP_NONBLOCK);
		break;
	case 11:
		if (depth == 0) run_for(world->base, 3);
		break;
	default:
		ask(world);
		break;
	}
}

static void
silent(int is_warning, const char *line)
{
	(void)is_warning;
	(void)line;
}

static void
test_chaos(void **state)
{
	(void)state;
	static struct world world;
	const char *other = getenv("MKEVENT_TEST_SEED");
	if (other) seed = (uint32_t)strtoul(other, NULL, 10);
	world.base = event_base_new();
	world_of_callbacks = &world;
	evdns_set_log_fn(silent);
	fake_open(&world.servers[0], world.base, answer_somehow);
	fake_open(&world.servers[1], world.base, answer_somehow);
	new_base(&world);
	for (int i = 0; i < OPERATIONS; i++)
		operate(&world);
	assert_true(world.calls > 500);
	/* At the end every query that is left comes back. */
	depth = 2;
	evdns_base_free(world.dns, 1);
	for (int i = 0; i < 50; i++)
		event_base_loop(world.base, EVLOOP_NONBLOCK);
	for (int i = 0; i < OPEN_MAX_; i++)
		assert_false(world.open[i].used);
	fake_close(&world.servers[0]);
	fake_close(&world.servers[1]);
	evdns_set_log_fn(NULL);
	event_base_free(world.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_chaos)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
