/* SPDX-License-Identifier: BSD-3-Clause */
/* The same work on libev, under the same names. It has no buffered streams, so those figures are not here. */
#include "fresh.h"
#include "scale.h"
#include "timers.h"

#include <ev.h>

#define FDS_MAX 64

static struct ev_loop *loop;

static void
ignore_io(struct ev_loop *l, ev_io *watcher, int events)
{
	(void)l, (void)watcher, (void)events;
}

static void
turn(void)
{
	const int turns = bench_times(2000000);
	int fds[2];
	ev_io watcher;
	bench_pipe(fds);
	ev_io_init(&watcher, ignore_io, fds[0], EV_READ);
	ev_io_start(loop, &watcher);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		ev_run(loop, EVRUN_NOWAIT);
	bench_print("turn", bench_cpu() - begin, (uint64_t)turns);
	ev_io_stop(loop, &watcher);
	scale_close(fds, 2);
}

static long hops_left;

static void
hop(struct ev_loop *l, ev_io *watcher, int events)
{
	char byte;
	(void)events;
	if (read(watcher->fd, &byte, 1) != 1) bench_die("read");
	if (--hops_left == 0)
		ev_break(l, EVBREAK_ALL);
	else if (write(*(int *)watcher->data, &byte, 1) != 1)
		bench_die("write");
}

static uint64_t
hop_for(int hops)
{
	int fds[2][2];
	ev_io watchers[2];
	for (int i = 0; i < 2; i++) {
		bench_pipe(fds[i]);
		ev_io_init(&watchers[i], hop, fds[i][0], EV_READ);
		watchers[i].data = &fds[!i][1];
		ev_io_start(loop, &watchers[i]);
	}
	hops_left = hops;
	const uint64_t begin = bench_cpu();
	if (write(fds[0][1], "x", 1) != 1) bench_die("write");
	ev_run(loop, 0);
	const uint64_t spent = bench_cpu() - begin;
	for (int i = 0; i < 2; i++) {
		ev_io_stop(loop, &watchers[i]);
		scale_close(fds[i], 2);
	}
	return spent;
}

static void
byte_hop(void)
{
	const int hops = bench_times(500000);
	bench_print("byte_hop", hop_for(hops), (uint64_t)hops);
}

static long ready_seen;

static void
ready(struct ev_loop *l, ev_io *watcher, int events)
{
	(void)l, (void)watcher, (void)events;
	ready_seen++;
}

static void
ready64(void)
{
	const int turns = bench_times(40000);
	int fds[FDS_MAX][2];
	ev_io watchers[FDS_MAX];
	for (int i = 0; i < FDS_MAX; i++) {
		bench_pipe(fds[i]);
		if (write(fds[i][1], "x", 1) != 1) bench_die("write");
		ev_io_init(&watchers[i], ready, fds[i][0], EV_READ);
		ev_io_start(loop, &watchers[i]);
	}
	for (int i = 0; i < 10; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ready_seen = 0;
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		ev_run(loop, EVRUN_NOWAIT);
	bench_print("ready64", bench_cpu() - begin, (uint64_t)ready_seen);
	for (int i = 0; i < FDS_MAX; i++) {
		ev_io_stop(loop, &watchers[i]);
		scale_close(fds[i], 2);
	}
}

static void
active(void)
{
	enum { EVENTS = 1000 };
	const int rounds = bench_times(5000);
	static ev_io watchers[EVENTS];
	for (int i = 0; i < EVENTS; i++)
		ev_io_init(&watchers[i], ignore_io, 0, EV_READ);
	const uint64_t begin = bench_cpu();
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < EVENTS; i++)
			ev_feed_event(loop, &watchers[i], EV_READ);
		ev_run(loop, EVRUN_NOWAIT);
	}
	bench_print("active", bench_cpu() - begin, (uint64_t)EVENTS * (uint64_t)rounds);
}

static ev_io stopped;
static long stops_left;

static void
stop_start(struct ev_loop *l, ev_io *watcher, int events)
{
	(void)watcher, (void)events;
	ev_io_stop(l, &stopped);
	ev_io_start(l, &stopped);
	if (--stops_left == 0) ev_break(l, EVBREAK_ALL);
}

static void
stop_start_fd(void)
{
	const int rounds = bench_times(300000);
	int fds[2], idle[2];
	ev_io watcher;
	bench_pipe(fds), bench_pipe(idle);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	ev_io_init(&watcher, ready, fds[0], EV_READ);
	ev_io_start(loop, &watcher);
	uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++)
		ev_run(loop, EVRUN_NOWAIT);
	const uint64_t without = bench_cpu() - begin;
	ev_set_cb(&watcher, stop_start);
	ev_io_init(&stopped, ignore_io, idle[0], EV_READ);
	ev_io_start(loop, &stopped);
	stops_left = rounds;
	begin = bench_cpu();
	ev_run(loop, 0);
	const uint64_t with = bench_cpu() - begin;
	bench_print("stop_start_fd", with > without ? with - without : 0, (uint64_t)rounds);
	ev_io_stop(loop, &watcher), ev_io_stop(loop, &stopped);
	scale_close(fds, 2), scale_close(idle, 2);
}

static long readds_left;

static void
readd(struct ev_loop *l, ev_io *watcher, int events)
{
	(void)events;
	ev_io_stop(l, watcher);
	if (--readds_left == 0)
		ev_break(l, EVBREAK_ALL);
	else
		ev_io_start(l, watcher);
}

static void
readd_oneshot(void)
{
	const int rounds = bench_times(300000);
	int fds[2];
	ev_io watcher;
	bench_pipe(fds);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	ev_io_init(&watcher, readd, fds[0], EV_READ);
	ev_io_start(loop, &watcher);
	readds_left = rounds;
	const uint64_t begin = bench_cpu();
	ev_run(loop, 0);
	bench_print("readd_oneshot", bench_cpu() - begin, (uint64_t)rounds);
	scale_close(fds, 2);
}

static void
base_new_free(void)
{
	const int rounds = bench_times(20000);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++) {
		struct ev_loop *other = ev_loop_new(0);
		if (!other) bench_die("ev_loop_new");
		ev_loop_destroy(other);
	}
	bench_print("base_new_free", bench_cpu() - begin, (uint64_t)rounds);
}

/* ---- Timers: as in timer.c ---- */

static ev_timer *timers;
static double *timeouts;
static int count;
static long expired;

static void
timer_fired(struct ev_loop *l, ev_timer *timer, int events)
{
	(void)l, (void)timer, (void)events;
	expired++;
}

static void
timers_setup(int n)
{
	timers = partner_alloc((size_t)n, sizeof(*timers));
	timeouts = partner_alloc((size_t)n, sizeof(*timeouts));
	count = n;
	expired = 0;
	for (int i = 0; i < n; i++)
		ev_timer_init(&timers[i], timer_fired, 0, 0);
}

static void
timers_choose(uint64_t *seed)
{
	for (int i = 0; i < count; i++) {
		timeouts[i] = 100 + bench_random(seed) % 100;
		timeouts[i] += bench_random(seed) % 1000000 / 1e6;
	}
}

static void
timers_add(void)
{
	for (int i = 0; i < count; i++) {
		ev_timer_set(&timers[i], timeouts[i], 0);
		ev_timer_start(loop, &timers[i]);
	}
}

static void
timers_del(void)
{
	for (int i = 0; i < count; i++)
		ev_timer_stop(loop, &timers[i]);
}

static void
timers_teardown(void)
{
	timers_del();
	free(timers), free(timeouts);
}

static void
timers_again(const int *order)
{
	for (int i = 0; i < count; i++) {
		timers[order[i]].repeat = timeouts[i];
		ev_timer_again(loop, &timers[order[i]]);
	}
}

static uint64_t
timers_expire(int span_us)
{
	static uint64_t seed = 7;
	timers_del();
	ev_now_update(loop);
	for (int i = 0; i < count; i++)
		timeouts[i] = bench_random(&seed) % (unsigned)span_us / 1e6;
	timers_add();
	usleep((useconds_t)span_us + 12000);
	const long goal = expired + count;
	const uint64_t begin = bench_cpu();
	while (expired < goal)
		ev_run(loop, EVRUN_NOWAIT);
	return bench_cpu() - begin;
}

/* ---- The pictures ---- */

static void
idle_fds(const char *name, int n)
{
	int *fds = partner_alloc((size_t)n, sizeof(int));
	ev_io *watchers = partner_alloc((size_t)n, sizeof(*watchers));
	const int hops = bench_times(SCALE_HOPS);
	const int opened = bench_most_fds() < n + SCALE_SPARE ? 0 : scale_idle_open(fds, n);
	for (int i = 0; i < opened; i++) {
		ev_io_init(&watchers[i], ignore_io, fds[i], EV_READ);
		ev_io_start(loop, &watchers[i]);
	}
	ev_run(loop, EVRUN_NOWAIT); /* what was started is told to the kernel here */
	if (opened == n)
		bench_print(name, hop_for(hops), (uint64_t)hops);
	else
		scale_skip(name);
	for (int i = 0; i < opened; i++)
		ev_io_stop(loop, &watchers[i]);
	ev_run(loop, EVRUN_NOWAIT);
	scale_close(fds, opened);
	free(watchers), free(fds);
}
SCALE_FDS(SCALE_FUNCTION, idle_fds)

static void
add_random(ev_timer *timer, uint64_t *seed)
{
	timer->repeat = scale_timeout_ms(seed) / 1e3;
	ev_timer_again(loop, timer);
}

static void
timers_among(const char *name, int n)
{
	uint64_t seed = 1;
	const int readds = bench_times(SCALE_READDS);
	timers_setup(n);
	for (int i = 0; i < n; i++)
		add_random(&timers[i], &seed);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < readds; i++)
		add_random(&timers[bench_random(&seed) % (unsigned)n], &seed);
	bench_print(name, bench_cpu() - begin, (uint64_t)readds);
	timers_teardown();
}
SCALE_TIMERS(SCALE_FUNCTION, timers_among)

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
		{"fresh_process", fresh_process},
		{"thousand", timers_thousand},
		{"million", timers_million},
		SCALE_FDS(SCALE_CASE, idle_fds) SCALE_TIMERS(SCALE_CASE, timers_among){NULL, NULL},
	};
	loop = ev_default_loop(0);
	if (!loop) bench_die("ev_default_loop");
	if (fresh_asked(argc, argv)) {
		ev_loop_destroy(loop);
		return 0;
	}
	return bench_main(argc, argv, cases);
}
