/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop's costs through the public API alone: the same binary runs on mkevent and on libevent. */
#include "bench.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

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
	enum { TURNS = 2000000 };
	int fds[2];
	bench_pipe(fds);
	struct event *ev = event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL);
	event_add(ev, NULL);
	uint64_t begin = bench_wall();
	for (int i = 0; i < TURNS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	bench_print("turn", bench_wall() - begin, TURNS);
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
	enum { HOPS = 500000 };
	bench_pipe(hop_fds[0]), bench_pipe(hop_fds[1]);
	struct event *a = event_new(base, hop_fds[0][0], EV_READ | EV_PERSIST, hop, &hop_fds[1][1]);
	struct event *b = event_new(base, hop_fds[1][0], EV_READ | EV_PERSIST, hop, &hop_fds[0][1]);
	event_add(a, NULL), event_add(b, NULL);
	hops_left = HOPS;
	uint64_t begin = bench_wall();
	if (write(hop_fds[0][1], "x", 1) != 1) bench_die("write");
	event_base_dispatch(base);
	bench_print("byte_hop", bench_wall() - begin, HOPS);
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
	enum { TURNS = 40000 };
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
	uint64_t begin = bench_wall();
	for (int i = 0; i < TURNS; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	bench_print("ready64", bench_wall() - begin, (uint64_t)ready_seen);
	for (int i = 0; i < FDS_MAX; i++) {
		event_free(events[i]);
		close(fds[i][0]), close(fds[i][1]);
	}
}

/* ---- The same with the system's calls alone: what is left to be had ---------------------------------------------- */

#ifdef __linux__
static int
bare_watch(int count, int fds[][2])
{
	int set = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < count; i++) {
		bench_pipe(fds[i]);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i][0]};
		if (epoll_ctl(set, EPOLL_CTL_ADD, fds[i][0], &event) < 0) bench_die("epoll_ctl");
	}
	return set;
}

static void
bare_end(int set, int count, int fds[][2])
{
	for (int i = 0; i < count; i++)
		close(fds[i][0]), close(fds[i][1]);
	close(set);
}

static void
bare_turn(void)
{
	enum { TURNS = 2000000 };
	int fds[1][2], set = bare_watch(1, fds);
	struct epoll_event events[64];
	uint64_t begin = bench_wall();
	for (int i = 0; i < TURNS; i++)
		if (epoll_wait(set, events, 64, 0) < 0) bench_die("epoll_wait");
	bench_print("bare_turn", bench_wall() - begin, TURNS);
	bare_end(set, 1, fds);
}

static void
bare_byte_hop(void)
{
	enum { HOPS = 500000 };
	int fds[2][2], set = bare_watch(2, fds);
	struct epoll_event events[64];
	char byte = 'x';
	uint64_t begin = bench_wall();
	if (write(fds[0][1], &byte, 1) != 1) bench_die("write");
	for (long left = HOPS; left > 0;) {
		int n = epoll_wait(set, events, 64, -1);
		for (int i = 0; i < n; i++, left--) {
			int fd = events[i].data.fd;
			if (read(fd, &byte, 1) != 1 || write(fd == fds[0][0] ? fds[1][1] : fds[0][1], &byte, 1) != 1)
				bench_die("hop");
		}
	}
	bench_print("bare_byte_hop", bench_wall() - begin, HOPS);
	bare_end(set, 2, fds);
}

static void
bare_ready64(void)
{
	enum { TURNS = 40000 };
	int fds[FDS_MAX][2], set = bare_watch(FDS_MAX, fds);
	struct epoll_event events[64];
	for (int i = 0; i < FDS_MAX; i++)
		if (write(fds[i][1], "x", 1) != 1) bench_die("write");
	ready_seen = 0;
	uint64_t begin = bench_wall();
	for (int i = 0; i < TURNS; i++) {
		int n = epoll_wait(set, events, 64, 0);
		for (int e = 0; e < n; e++)
			ready(events[e].data.fd, EV_READ, NULL);
	}
	bench_print("bare_ready64", bench_wall() - begin, (uint64_t)ready_seen);
	bare_end(set, FDS_MAX, fds);
}
#endif

static void
active(void)
{
	enum { EVENTS = 1000, ROUNDS = 5000 };
	static struct event events[EVENTS];
	for (int i = 0; i < EVENTS; i++)
		event_assign(&events[i], base, -1, 0, nothing, NULL);
	uint64_t begin = bench_wall();
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < EVENTS; i++)
			event_active(&events[i], EV_READ, 1);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bench_print("active", bench_wall() - begin, (uint64_t)EVENTS * ROUNDS);
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
	enum { ROUNDS = 300000 };
	int fds[2], idle[2];
	bench_pipe(fds), bench_pipe(idle);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	struct event *ev = event_new(base, fds[0], EV_READ | EV_PERSIST, ready, NULL);
	event_add(ev, NULL);
	uint64_t begin = bench_wall();
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	uint64_t without = bench_wall() - begin;
	event_free(ev);
	ev = event_new(base, fds[0], EV_READ | EV_PERSIST, stop_start, NULL);
	stopped = event_new(base, idle[0], EV_READ | EV_PERSIST, nothing, NULL);
	event_add(ev, NULL), event_add(stopped, NULL);
	stops_left = ROUNDS;
	begin = bench_wall();
	event_base_dispatch(base);
	uint64_t with = bench_wall() - begin;
	bench_print("stop_start_fd", with > without ? with - without : 0, ROUNDS);
	event_free(ev), event_free(stopped);
	close(fds[0]), close(fds[1]), close(idle[0]), close(idle[1]);
}

static void
base_new_free(void)
{
	enum { ROUNDS = 20000 };
	uint64_t begin = bench_wall();
	for (int i = 0; i < ROUNDS; i++) {
		struct event_base *other = event_base_new();
		if (!other) bench_die("event_base_new");
		event_base_free(other);
	}
	bench_print("base_new_free", bench_wall() - begin, ROUNDS);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
#ifdef __linux__
		{"bare_turn", bare_turn},
		{"bare_byte_hop", bare_byte_hop},
		{"bare_ready64", bare_ready64},
#endif
		{"turn", turn},
		{"byte_hop", byte_hop},
		{"ready64", ready64},
		{"active", active},
		{"stop_start_fd", stop_start_fd},
		{"base_new_free", base_new_free},
		{NULL, NULL},
	};
	base = event_base_new();
	if (!base) bench_die("event_base_new");
	int result = bench_main(argc, argv, cases);
	event_base_free(base);
	return result;
}
