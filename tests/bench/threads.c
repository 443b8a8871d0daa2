/* SPDX-License-Identifier: BSD-3-Clause */
/* What locks cost that nobody else wants: each row without threads, with evthread_use_pthreads(), and one by the other.
 *
 * Locks are chosen once in a process, so each measurement is a process of its own, and the two kinds take turns. The
 * work is cut into pieces of about a millisecond and the quickest counts, so that a busy machine disturbs little. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <sys/wait.h>

#define PAIRS 5
#define PIECES bench_times(100)

static struct event_base *base;
static int options; /* of bufferevents */

/* Nanoseconds by operation, the least so far. */
static double least;

static void
piece_over(uint64_t began, uint64_t operations)
{
	double each = (double)(bench_wall() - began) / (double)operations;
	if (least == 0 || each < least) least = each;
}

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static void
turn(void)
{
	enum { TURNS = 5000 };
	int fds[2];
	bench_pipe(fds);
	event_add(event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL), NULL);
	for (int p = 0; p < PIECES; p++) {
		uint64_t began = bench_wall();
		for (int i = 0; i < TURNS; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		piece_over(began, TURNS);
	}
}

static long left;

static void
hop(evutil_socket_t fd, short what, void *arg)
{
	char byte;
	(void)what;
	if (read(fd, &byte, 1) != 1) bench_die("read");
	if (--left == 0)
		event_base_loopbreak(base);
	else if (write(*(int *)arg, &byte, 1) != 1)
		bench_die("write");
}

static void
byte_hop(void)
{
	enum { HOPS = 1000 };
	static int fds[2][2];
	bench_pipe(fds[0]), bench_pipe(fds[1]);
	event_add(event_new(base, fds[0][0], EV_READ | EV_PERSIST, hop, &fds[1][1]), NULL);
	event_add(event_new(base, fds[1][0], EV_READ | EV_PERSIST, hop, &fds[0][1]), NULL);
	for (int p = 0; p < PIECES; p++) {
		left = HOPS;
		uint64_t began = bench_wall();
		if (write(fds[0][1], "x", 1) != 1) bench_die("write");
		event_base_dispatch(base);
		piece_over(began, HOPS);
	}
}

/* Made active and run. */
static void
active(void)
{
	enum { EVENTS = 1000, ROUNDS = 50 };
	static struct event events[EVENTS];
	for (int i = 0; i < EVENTS; i++)
		event_assign(&events[i], base, -1, 0, nothing, NULL);
	for (int p = 0; p < PIECES; p++) {
		uint64_t began = bench_wall();
		for (int r = 0; r < ROUNDS; r++) {
			for (int i = 0; i < EVENTS; i++)
				event_active(&events[i], EV_READ, 1);
			event_base_loop(base, EVLOOP_NONBLOCK);
		}
		piece_over(began, EVENTS * ROUNDS);
	}
}

static void
timers_in_loop(evutil_socket_t fd, short what, void *arg)
{
	enum { TIMERS = 100, ROUNDS = 500 };
	static struct event timers[TIMERS];
	(void)fd, (void)what, (void)arg;
	for (int i = 0; i < TIMERS; i++)
		evtimer_assign(&timers[i], base, nothing, NULL);
	for (int p = 0; p < PIECES; p++) {
		uint64_t began = bench_wall();
		for (int r = 0; r < ROUNDS; r++) {
			for (int i = 0; i < TIMERS; i++)
				event_add(&timers[i], &(struct timeval){100 + i % 7, 0});
			for (int i = 0; i < TIMERS; i++)
				event_del(&timers[i]);
		}
		piece_over(began, TIMERS * ROUNDS);
	}
}

/* From within a callback, as programs do it. */
static void
timer_add_del(void)
{
	struct event *ev = event_new(base, -1, 0, timers_in_loop, NULL);
	event_active(ev, EV_READ, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
evbuffer_add_drain(void)
{
	enum { ROUNDS = 50000 };
	char bytes[64] = {0};
	struct evbuffer *buffer = evbuffer_new();
	(void)evbuffer_enable_locking(buffer, NULL); /* -1 without threads: then it has no lock */
	for (int p = 0; p < PIECES; p++) {
		uint64_t began = bench_wall();
		for (int i = 0; i < ROUNDS; i++) {
			evbuffer_add(buffer, bytes, sizeof(bytes));
			evbuffer_drain(buffer, sizeof(bytes));
		}
		piece_over(began, ROUNDS);
	}
}

static void
echo(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
	if (--left == 0) event_base_loopbreak(base);
}

static void
echo_pieces(struct bufferevent *bevs[2], int messages)
{
	char message[64] = {0};
	for (int i = 0; i < 2; i++) {
		bufferevent_setcb(bevs[i], echo, NULL, NULL, NULL);
		bufferevent_enable(bevs[i], EV_READ | EV_WRITE);
	}
	bufferevent_write(bevs[0], message, sizeof(message));
	for (int p = 0; p < PIECES; p++) {
		left = messages;
		uint64_t began = bench_wall();
		event_base_dispatch(base);
		piece_over(began, (uint64_t)messages);
	}
}

/* Two in one loop: a message of 64 bytes goes back and forth, over a socket pair or without a kernel between. */
static void
bev_echo(void)
{
	int fds[2];
	struct bufferevent *bevs[2];
	bench_pair(fds);
	for (int i = 0; i < 2; i++) {
		bevs[i] = bufferevent_socket_new(base, fds[i], options);
		if (!bevs[i]) bench_die("bufferevent_socket_new");
	}
	echo_pieces(bevs, 500);
}

static void
bev_pair(void)
{
	struct bufferevent *bevs[2];
	if (bufferevent_pair_new(base, options, bevs) < 0) bench_die("bufferevent_pair_new");
	echo_pieces(bevs, 5000);
}

/* ---- Two processes ----------------------------------------------------------------------------------------------- */

static double
in_child(void (*measure)(void), int threads)
{
	double result = 0;
	int fds[2];
	if (pipe(fds) < 0) bench_die("pipe");
	fflush(stdout);
	pid_t child = fork();
	if (child < 0) bench_die("fork");
	if (child == 0) {
		if (threads && evthread_use_pthreads() < 0) bench_die("evthread_use_pthreads");
		if (threads) options = BEV_OPT_THREADSAFE;
		base = event_base_new();
		if (!base) bench_die("event_base_new");
		measure();
		_exit(write(fds[1], &least, sizeof(least)) != (ssize_t)sizeof(least));
	}
	close(fds[1]);
	if (read(fds[0], &result, sizeof(result)) != (ssize_t)sizeof(result)) bench_die("a measurement");
	close(fds[0]);
	waitpid(child, NULL, 0);
	return result;
}

static void
compare(const char *name, void (*measure)(void))
{
	double times[2] = {0, 0}; /* without, with */
	for (int i = 0; i < PAIRS * 2; i++) {
		double time = in_child(measure, i % 2);
		if (i < 2 || time < times[i % 2]) times[i % 2] = time;
	}
	printf("threads_%s %.2f ns\nthreads_%s_pthreads %.2f ns\nthreads_%s_pthreads_by_plain %.3f x\n", name, times[0],
		name, times[1], name, times[1] / times[0]);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const struct bench_case rows[] = {{"turn", turn}, {"byte_hop", byte_hop}, {"active", active},
		{"timer_add_del", timer_add_del}, {"evbuffer_add_drain", evbuffer_add_drain}, {"bev_pair", bev_pair},
		{"bev_echo", bev_echo}, {NULL, NULL}};
	const char *wanted = argc > 1 ? argv[1] : "";
	for (const struct bench_case *row = rows; row->name; row++)
		if (strcmp(wanted, "--list") == 0)
			printf("threads_%s\n", row->name);
		else if (argc < 2 || (strncmp(wanted, "threads_", 8) == 0 && strcmp(wanted + 8, row->name) == 0))
			compare(row->name, row->run);
	return 0;
}
