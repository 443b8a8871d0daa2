/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop's costs through the public API alone: the same binary runs on mkevent and on libevent. */
#include "bench.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#define FDS_MAX 64

static struct event_base *base;

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* A turn with one idle fd and nothing to do. */
static void
turn(void)
{
	const int turns = bench_times(2000000);
	int fds[2];
	bench_pipe(fds);
	struct event *ev = event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL);
	event_add(ev, NULL);
	uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	bench_print("turn", bench_cpu() - begin, (uint64_t)turns);
	event_free(ev);
	close(fds[0]), close(fds[1]);
}

static int hop_fds[2][2];
static long hops_left;

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

/* One byte that goes back and forth between two pipes. */
static void
byte_hop(void)
{
	const int hops = bench_times(500000);
	bench_pipe(hop_fds[0]), bench_pipe(hop_fds[1]);
	struct event *a = event_new(base, hop_fds[0][0], EV_READ | EV_PERSIST, hop, &hop_fds[1][1]);
	struct event *b = event_new(base, hop_fds[1][0], EV_READ | EV_PERSIST, hop, &hop_fds[0][1]);
	event_add(a, NULL), event_add(b, NULL);
	hops_left = hops;
	uint64_t begin = bench_cpu();
	if (write(hop_fds[0][1], "x", 1) != 1) bench_die("write");
	event_base_dispatch(base);
	bench_print("byte_hop", bench_cpu() - begin, (uint64_t)hops);
	event_free(a), event_free(b);
	for (int i = 0; i < 4; i++)
		close(hop_fds[i / 2][i % 2]);
}

static long ready_seen;

static void
ready(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ready_seen++;
}

/* 64 fds that are ready in every turn. */
static void
ready64(void)
{
	const int turns = bench_times(40000);
	int fds[FDS_MAX][2];
	struct event *events[FDS_MAX];
	for (int i = 0; i < FDS_MAX; i++) {
		bench_pipe(fds[i]);
		if (write(fds[i][1], "x", 1) != 1) bench_die("write");
		events[i] = event_new(base, fds[i][0], EV_READ | EV_PERSIST, ready, NULL);
		event_add(events[i], NULL);
	}
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	ready_seen = 0;
	uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	bench_print("ready64", bench_cpu() - begin, (uint64_t)ready_seen);
	for (int i = 0; i < FDS_MAX; i++) {
		event_free(events[i]);
		close(fds[i][0]), close(fds[i][1]);
	}
}

static void
active(void)
{
	enum { EVENTS = 1000 };
	const int rounds = bench_times(5000);
	static struct event events[EVENTS];
	for (int i = 0; i < EVENTS; i++)
		event_assign(&events[i], base, -1, 0, nothing, NULL);
	uint64_t begin = bench_cpu();
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < EVENTS; i++)
			event_active(&events[i], EV_READ, 1);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bench_print("active", bench_cpu() - begin, (uint64_t)EVENTS * (uint64_t)rounds);
}

static struct event *stopped;
static long stops_left;

static void
stop_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_del(stopped);
	event_add(stopped, NULL);
	if (--stops_left == 0) event_base_loopbreak(base);
}

/* In every turn one idle fd's event is deleted and added again. */
static void
stop_start_fd(void)
{
	const int rounds = bench_times(300000);
	int fds[2], idle[2];
	bench_pipe(fds), bench_pipe(idle);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	struct event *ev = event_new(base, fds[0], EV_READ | EV_PERSIST, ready, NULL);
	event_add(ev, NULL);
	uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	uint64_t without = bench_cpu() - begin;
	event_free(ev);
	ev = event_new(base, fds[0], EV_READ | EV_PERSIST, stop_start, NULL);
	stopped = event_new(base, idle[0], EV_READ | EV_PERSIST, nothing, NULL);
	event_add(ev, NULL), event_add(stopped, NULL);
	stops_left = rounds;
	begin = bench_cpu();
	event_base_dispatch(base);
	uint64_t with = bench_cpu() - begin;
	bench_print("stop_start_fd", with > without ? with - without : 0, (uint64_t)rounds);
	event_free(ev), event_free(stopped);
	close(fds[0]), close(fds[1]), close(idle[0]), close(idle[1]);
}

static long readds_left;

static void
readd(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (--readds_left == 0)
		event_base_loopbreak(base);
	else
		event_add(*(struct event **)arg, NULL);
}

/* An event that is not persistent, added again in its callback while there is still something to read. */
static void
readd_oneshot(void)
{
	const int rounds = bench_times(300000);
	int fds[2];
	struct event *ev;
	bench_pipe(fds);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	ev = event_new(base, fds[0], EV_READ, readd, &ev);
	event_add(ev, NULL);
	readds_left = rounds;
	uint64_t begin = bench_cpu();
	event_base_dispatch(base);
	bench_print("readd_oneshot", bench_cpu() - begin, (uint64_t)rounds);
	event_free(ev);
	close(fds[0]), close(fds[1]);
}

static void
base_new_free(void)
{
	const int rounds = bench_times(20000);
	uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++) {
		struct event_base *other = event_base_new();
		if (!other) bench_die("event_base_new");
		event_base_free(other);
	}
	bench_print("base_new_free", bench_cpu() - begin, (uint64_t)rounds);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"turn", turn},
		{"byte_hop", byte_hop},
		{"ready64", ready64},
		{"active", active},
		{"stop_start_fd", stop_start_fd},
		{"readd_oneshot", readd_oneshot},
		{"base_new_free", base_new_free},
		{NULL, NULL},
	};
	base = event_base_new();
	if (!base) bench_die("event_base_new");
	int result = bench_main(argc, argv, cases);
	event_base_free(base);
	return result;
}
