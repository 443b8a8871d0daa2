/* SPDX-License-Identifier: BSD-3-Clause */
/* Timers through the public API alone: the same binary runs on mkevent and on libevent.
 *
 * Random timeouts lie between one and two hundred seconds, so that none is due while they are added and deleted; to
 * expire they lie within the next few milliseconds, which are waited for first. Adding happens inside a callback, where
 * a base has read the clock already, as in a server; the figures named "outside" show what that reading costs. */
#include "bench.h"

#include <event2/event.h>
#include <event2/event_struct.h>

static struct event_base *base;
static struct event *events;
static struct timeval *timeouts;
static int *order; /* in which million() goes over its events: as chance has it, as in a server */
static int count, rounds;
static uint64_t spent[3];
static long expired;

static void
timer_fired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	expired++;
}

static void
setup(int n)
{
	base = event_base_new();
	events = calloc((size_t)n, sizeof(*events));
	timeouts = calloc((size_t)n, sizeof(*timeouts));
	if (!base || !events || !timeouts) bench_die("setup");
	count = n;
	for (int i = 0; i < n; i++)
		evtimer_assign(&events[i], base, timer_fired, NULL);
	memset(spent, 0, sizeof(spent));
	expired = 0;
}

static void
teardown(void)
{
	for (int i = 0; i < count; i++)
		event_del(&events[i]);
	event_base_free(base);
	free(events);
	free(timeouts);
}

static void
random_timeouts(uint64_t *seed)
{
	for (int i = 0; i < count; i++) {
		timeouts[i].tv_sec = (time_t)(100 + bench_random(seed) % 100);
		timeouts[i].tv_usec = (suseconds_t)(bench_random(seed) % 1000000);
	}
}

static void
run_inside(event_callback_fn fn)
{
	if (event_base_once(base, -1, EV_TIMEOUT, fn, NULL, NULL) < 0) bench_die("event_base_once");
	event_base_loop(base, EVLOOP_ONCE);
}

static void
add_del(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	uint64_t begin = bench_cpu();
	for (int i = 0; i < count; i++)
		event_add(&events[i], &timeouts[i]);
	uint64_t middle = bench_cpu();
	for (int i = 0; i < count; i++)
		event_del(&events[i]);
	spent[0] += middle - begin;
	spent[1] += bench_cpu() - middle;
}

static void
expire_once(int span_us)
{
	static uint64_t seed = 7;
	for (int i = 0; i < count; i++) {
		struct timeval tv = {0, (suseconds_t)(bench_random(&seed) % (unsigned)span_us)};
		event_add(&events[i], &tv);
	}
	usleep((useconds_t)span_us + 12000); /* a coarse clock is up to 10 ms late */
	uint64_t begin = bench_cpu();
	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) > 0)
		event_base_loop(base, EVLOOP_NONBLOCK);
	spent[2] += bench_cpu() - begin;
}

static void
thousand(void)
{
	uint64_t seed = 1;
	const int times = bench_times(1000), expiries = bench_times(200);
	setup(1000);
	for (int r = 0; r < times; r++) {
		random_timeouts(&seed);
		run_inside(add_del);
	}
	bench_print("timers_1k_add", spent[0], (uint64_t)times * 1000);
	bench_print("timers_1k_del", spent[1], (uint64_t)times * 1000);
	for (int r = 0; r < expiries; r++)
		expire_once(1000);
	bench_print("timers_1k_expire", spent[2], (uint64_t)expiries * 1000);
	if (expired != expiries * 1000) bench_die("lost timers");
	teardown();
}

static void
add_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	uint64_t begin = bench_cpu();
	for (int i = 0; i < count; i++)
		event_add(&events[order[i]], &timeouts[i]);
	spent[rounds > 0 ? 1 : 0] += bench_cpu() - begin;
}

static void
million(void)
{
	uint64_t seed = 1;
	enum { ROUNDS = 3 };
	setup(bench_times(1000000));
	order = calloc((size_t)count, sizeof(*order));
	if (!order) bench_die("calloc");
	bench_shuffle(order, count, &seed);
	for (rounds = 0; rounds <= ROUNDS; rounds++) {
		random_timeouts(&seed);
		run_inside(add_again);
	}
	bench_print("timers_1m_add", spent[0], (uint64_t)count);
	bench_print("timers_1m_readd", spent[1], (uint64_t)count * ROUNDS);
	expire_once(1000000);
	bench_print("timers_1m_expire", spent[2], (uint64_t)count);
	if (expired != count) bench_die("lost timers");
	free(order);
	teardown();
}

static void
common(void)
{
	setup(bench_times(100000));
	struct timeval wish = {100, 0};
	const struct timeval *tv = event_base_init_common_timeout(base, &wish);
	for (int i = 0; i < count; i++)
		timeouts[i] = *tv;
	for (int r = 0; r < 20; r++)
		run_inside(add_del);
	bench_print("timers_common_add", spent[0], (uint64_t)count * 20);
	bench_print("timers_common_del", spent[1], (uint64_t)count * 20);
	teardown();
}

/* What it takes when the clock must be read for each event_add(). */
static void
outside(void)
{
	uint64_t seed = 1;
	const int times = bench_times(1000);
	setup(1000);
	for (int r = 0; r < times; r++) {
		random_timeouts(&seed);
		add_del(-1, EV_TIMEOUT, NULL);
	}
	bench_print("timers_1k_outside_add", spent[0], (uint64_t)times * 1000);
	teardown();
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"thousand", thousand},
		{"million", million},
		{"common", common},
		{"outside", outside},
		{NULL, NULL},
	};
	return bench_main(argc, argv, cases);
}
