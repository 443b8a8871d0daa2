/* SPDX-License-Identifier: BSD-3-Clause */
/* What an event costs among more and more idle descriptors, and a timer among more and more others. */
#include "scale.h"

#include <event2/event.h>
#include <event2/event_struct.h>

static struct event_base *base;
static long hops_left;

static void
never(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	bench_die("an idle event");
}

static void
hop(evutil_socket_t fd, short what, void *arg)
{
	char byte;
	(void)what;
	if (read(fd, &byte, 1) != 1) bench_die("read");
	if (--hops_left == 0)
		event_base_loopbreak(base);
	else if (write(*(int *)arg, &byte, 1) != 1)
		bench_die("write");
}

static uint64_t
hop_among(int hops)
{
	int fds[2][2];
	bench_pipe(fds[0]), bench_pipe(fds[1]);
	struct event *a = event_new(base, fds[0][0], EV_READ | EV_PERSIST, hop, &fds[1][1]);
	struct event *b = event_new(base, fds[1][0], EV_READ | EV_PERSIST, hop, &fds[0][1]);
	event_add(a, NULL), event_add(b, NULL);
	hops_left = hops;
	const uint64_t begin = bench_cpu();
	if (write(fds[0][1], "x", 1) != 1) bench_die("write");
	event_base_dispatch(base);
	const uint64_t spent = bench_cpu() - begin;
	event_free(a), event_free(b);
	scale_close(fds[0], 2), scale_close(fds[1], 2);
	return spent;
}

static void
idle_fds(const char *name, int count)
{
	int *fds = partner_alloc((size_t)count, sizeof(int));
	struct event *events = partner_alloc((size_t)count, sizeof(*events));
	const int hops = bench_times(SCALE_HOPS);
	base = event_base_new();
	const int opened = bench_most_fds() < count + SCALE_SPARE ? 0 : scale_idle_open(fds, count);
	for (int i = 0; i < opened; i++) {
		event_assign(&events[i], base, fds[i], EV_READ | EV_PERSIST, never, NULL);
		if (event_add(&events[i], NULL) < 0) bench_die("event_add");
	}
	if (opened == count)
		bench_print(name, hop_among(hops), (uint64_t)hops);
	else
		scale_skip(name);
	for (int i = 0; i < opened; i++)
		event_del(&events[i]);
	event_base_free(base);
	scale_close(fds, opened);
	free(events);
	free(fds);
}
SCALE_FDS(SCALE_FUNCTION, idle_fds)

static struct event *timers;
static int timer_count, readds;
static uint64_t readd_spent;

static void
add_random(struct event *timer, uint64_t *seed)
{
	const uint32_t ms = scale_timeout_ms(seed);
	const struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
	event_add(timer, &tv);
}

/* In a callback, where the base has read the clock already, as in a server. */
static void
readd_among(evutil_socket_t fd, short what, void *arg)
{
	uint64_t seed = 1;
	(void)fd, (void)what, (void)arg;
	for (int i = 0; i < timer_count; i++)
		add_random(&timers[i], &seed);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < readds; i++)
		add_random(&timers[bench_random(&seed) % (unsigned)timer_count], &seed);
	readd_spent = bench_cpu() - begin;
}

static void
timers_among(const char *name, int count)
{
	base = event_base_new();
	timers = partner_alloc((size_t)count, sizeof(*timers));
	timer_count = count;
	readds = bench_times(SCALE_READDS);
	for (int i = 0; i < count; i++)
		evtimer_assign(&timers[i], base, never, NULL);
	if (event_base_once(base, -1, EV_TIMEOUT, readd_among, NULL, NULL) < 0) bench_die("event_base_once");
	event_base_loop(base, EVLOOP_ONCE);
	bench_print(name, readd_spent, (uint64_t)readds);
	for (int i = 0; i < count; i++)
		event_del(&timers[i]);
	event_base_free(base);
	free(timers);
}
SCALE_TIMERS(SCALE_FUNCTION, timers_among)

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		SCALE_FDS(SCALE_CASE, idle_fds) SCALE_TIMERS(SCALE_CASE, timers_among){NULL, NULL},
	};
	return bench_main(argc, argv, cases);
}
