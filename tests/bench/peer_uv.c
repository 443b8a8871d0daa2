/* SPDX-License-Identifier: BSD-3-Clause */
/* The same work on libuv, under the same names. Timers there count in milliseconds. */
#include "fresh.h"
#include "scale.h"
#include "timers.h"

#include <signal.h>
#include <uv.h>

#define FDS_MAX 64

static uv_loop_t *loop;

static void
ignore_poll(uv_poll_t *handle, int status, int events)
{
	(void)handle, (void)status, (void)events;
}

static void
watch(uv_poll_t *handle, int fd, uv_poll_cb callback)
{
	if (uv_poll_init(loop, handle, fd) < 0 || uv_poll_start(handle, UV_READABLE, callback) < 0) bench_die("uv_poll");
}

static void
close_handle(void *handle)
{
	uv_close(handle, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
}

static void
turn(void)
{
	const int turns = bench_times(2000000);
	int fds[2];
	uv_poll_t handle;
	bench_pipe(fds);
	watch(&handle, fds[0], ignore_poll);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		uv_run(loop, UV_RUN_NOWAIT);
	bench_print("turn", bench_cpu() - begin, (uint64_t)turns);
	close_handle(&handle);
	scale_close(fds, 2);
}

static long hops_left;

struct hopper {
	uv_poll_t handle;
	int from, to;
};

static void
hop(uv_poll_t *handle, int status, int events)
{
	const struct hopper *hopper = (const struct hopper *)handle;
	char byte;
	(void)status, (void)events;
	if (read(hopper->from, &byte, 1) != 1) bench_die("read");
	if (--hops_left == 0)
		uv_stop(loop);
	else if (write(hopper->to, &byte, 1) != 1)
		bench_die("write");
}

static uint64_t
hop_for(int hops)
{
	int fds[2][2];
	struct hopper hoppers[2];
	bench_pipe(fds[0]), bench_pipe(fds[1]);
	for (int i = 0; i < 2; i++) {
		hoppers[i].from = fds[i][0];
		hoppers[i].to = fds[!i][1];
		watch(&hoppers[i].handle, fds[i][0], hop);
	}
	hops_left = hops;
	const uint64_t begin = bench_cpu();
	if (write(fds[0][1], "x", 1) != 1) bench_die("write");
	uv_run(loop, UV_RUN_DEFAULT);
	const uint64_t spent = bench_cpu() - begin;
	for (int i = 0; i < 2; i++) {
		close_handle(&hoppers[i]);
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
ready(uv_poll_t *handle, int status, int events)
{
	(void)handle, (void)status, (void)events;
	ready_seen++;
}

static void
ready64(void)
{
	const int turns = bench_times(40000);
	int fds[FDS_MAX][2];
	uv_poll_t handles[FDS_MAX];
	for (int i = 0; i < FDS_MAX; i++) {
		bench_pipe(fds[i]);
		if (write(fds[i][1], "x", 1) != 1) bench_die("write");
		watch(&handles[i], fds[i][0], ready);
	}
	for (int i = 0; i < 10; i++)
		uv_run(loop, UV_RUN_NOWAIT);
	ready_seen = 0;
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		uv_run(loop, UV_RUN_NOWAIT);
	bench_print("ready64", bench_cpu() - begin, (uint64_t)ready_seen);
	for (int i = 0; i < FDS_MAX; i++) {
		close_handle(&handles[i]);
		scale_close(fds[i], 2);
	}
}

static uv_poll_t stopped;
static long stops_left;

static void
stop_start(uv_poll_t *handle, int status, int events)
{
	(void)handle, (void)status, (void)events;
	uv_poll_stop(&stopped);
	uv_poll_start(&stopped, UV_READABLE, ignore_poll);
	if (--stops_left == 0) uv_stop(loop);
}

static void
stop_start_fd(void)
{
	const int rounds = bench_times(300000);
	int fds[2], idle[2];
	uv_poll_t handle;
	bench_pipe(fds), bench_pipe(idle);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	watch(&handle, fds[0], ready);
	uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++)
		uv_run(loop, UV_RUN_NOWAIT);
	const uint64_t without = bench_cpu() - begin;
	uv_poll_start(&handle, UV_READABLE, stop_start);
	watch(&stopped, idle[0], ignore_poll);
	stops_left = rounds;
	begin = bench_cpu();
	uv_run(loop, UV_RUN_DEFAULT);
	const uint64_t with = bench_cpu() - begin;
	bench_print("stop_start_fd", with > without ? with - without : 0, (uint64_t)rounds);
	close_handle(&handle), close_handle(&stopped);
	scale_close(fds, 2), scale_close(idle, 2);
}

static long readds_left;

static void
readd(uv_poll_t *handle, int status, int events)
{
	(void)status, (void)events;
	uv_poll_stop(handle);
	if (--readds_left == 0)
		uv_stop(loop);
	else
		uv_poll_start(handle, UV_READABLE, readd);
}

static void
readd_oneshot(void)
{
	const int rounds = bench_times(300000);
	int fds[2];
	uv_poll_t handle;
	bench_pipe(fds);
	if (write(fds[1], "x", 1) != 1) bench_die("write");
	watch(&handle, fds[0], readd);
	readds_left = rounds;
	const uint64_t begin = bench_cpu();
	uv_run(loop, UV_RUN_DEFAULT);
	bench_print("readd_oneshot", bench_cpu() - begin, (uint64_t)rounds);
	close_handle(&handle);
	scale_close(fds, 2);
}

static void
base_new_free(void)
{
	const int rounds = bench_times(20000);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++) {
		uv_loop_t other;
		if (uv_loop_init(&other) < 0) bench_die("uv_loop_init");
		uv_loop_close(&other);
	}
	bench_print("base_new_free", bench_cpu() - begin, (uint64_t)rounds);
}

/* ---- Timers: as in timer.c ---- */

static uv_timer_t *timers;
static uint64_t *timeouts;
static int count;
static long expired;

static void
timer_fired(uv_timer_t *timer)
{
	(void)timer;
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
		uv_timer_init(loop, &timers[i]);
}

static void
timers_teardown(void)
{
	for (int i = 0; i < count; i++)
		uv_close((uv_handle_t *)&timers[i], NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	free(timers), free(timeouts);
}

static void
timers_choose(uint64_t *seed)
{
	for (int i = 0; i < count; i++)
		timeouts[i] = scale_timeout_ms(seed);
}

static void
timers_add(void)
{
	for (int i = 0; i < count; i++)
		uv_timer_start(&timers[i], timer_fired, timeouts[i], 0);
}

static void
timers_del(void)
{
	for (int i = 0; i < count; i++)
		uv_timer_stop(&timers[i]);
}

static void
timers_again(const int *order)
{
	for (int i = 0; i < count; i++)
		uv_timer_start(&timers[order[i]], timer_fired, timeouts[i], 0);
}

/* In two milliseconds at least: within one of them all are due at the same time. */
static uint64_t
timers_expire(int span_us)
{
	static uint64_t seed = 7;
	const unsigned span_ms = span_us > 1000 ? (unsigned)span_us / 1000 : 2;
	uv_update_time(loop);
	for (int i = 0; i < count; i++)
		timeouts[i] = bench_random(&seed) % span_ms;
	timers_add();
	usleep(span_ms * 1000 + 12000);
	const long goal = expired + count;
	const uint64_t begin = bench_cpu();
	while (expired < goal)
		uv_run(loop, UV_RUN_NOWAIT);
	return bench_cpu() - begin;
}

/* ---- Streams ---- */

struct connection {
	uv_pipe_t pipe;
	uv_write_t request;
	char data[65536];
};

static struct connection *served;
static uint64_t received;

static void
give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct connection *connection = handle->data;
	(void)suggested;
	*room = uv_buf_init(connection->data, sizeof(connection->data));
}

static void
over(uv_stream_t *stream)
{
	uv_close((uv_handle_t *)stream, NULL); /* and when none is left, uv_run() returns */
}

static void echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *read);

static void
written(uv_write_t *request, int status)
{
	if (status == 0) uv_read_start(request->handle, give_room, echo);
}

/* What the socket does not take at once waits in the connection's own room; no more is read meanwhile. */
static void
echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *read)
{
	struct connection *connection = stream->data;
	if (n < 0) return over(stream);
	uv_buf_t bytes = uv_buf_init(read->base, (unsigned)n);
	int sent = n > 0 ? uv_try_write(stream, &bytes, 1) : 0;
	if (sent == n) return;
	if (sent < 0) sent = 0;
	uv_read_stop(stream);
	bytes = uv_buf_init(read->base + sent, (unsigned)(n - sent));
	uv_write(&connection->request, stream, &bytes, 1, written);
}

static void
sink(uv_stream_t *stream, ssize_t n, const uv_buf_t *read)
{
	(void)read;
	if (n < 0)
		over(stream);
	else
		received += (uint64_t)n;
}

static uint64_t
serve(const struct partner *plan, uv_read_cb callback)
{
	int *fds = partner_alloc((size_t)plan->connections, sizeof(int));
	const pid_t child = partner_start(plan, fds);
	served = partner_alloc((size_t)plan->connections, sizeof(*served));
	for (int i = 0; i < plan->connections; i++) {
		uv_pipe_t *pipe = &served[i].pipe;
		uv_pipe_init(loop, pipe, 0);
		pipe->data = &served[i];
		if (uv_pipe_open(pipe, fds[i]) < 0) bench_die("uv_pipe_open");
		uv_read_start((uv_stream_t *)pipe, give_room, callback);
	}
	const uint64_t begin = bench_cpu();
	uv_run(loop, UV_RUN_DEFAULT);
	const uint64_t spent = bench_cpu() - begin;
	partner_end(child);
	free(served), free(fds);
	return spent;
}

static uint64_t
serve_echo(const struct partner *plan)
{
	return serve(plan, echo);
}

static void
echo_64(void)
{
	partner_measure("bev_echo_64", partner_echo_64(), serve_echo);
}

static void
echo_64k(void)
{
	partner_measure("bev_echo_64k", partner_echo_64k(), serve_echo);
}

static void
sink_kib(void)
{
	const struct partner plan = partner_sink();
	const uint64_t spent = serve(&plan, sink);
	bench_print("bev_sink_kib", spent, received / 1024);
}

/* ---- The pictures ---- */

static void
idle_fds(const char *name, int n)
{
	int *fds = partner_alloc((size_t)n, sizeof(int));
	uv_poll_t *handles = partner_alloc((size_t)n, sizeof(*handles));
	const int hops = bench_times(SCALE_HOPS);
	const int opened = bench_most_fds() < n + SCALE_SPARE ? 0 : scale_idle_open(fds, n);
	for (int i = 0; i < opened; i++)
		watch(&handles[i], fds[i], ignore_poll);
	uv_run(loop, UV_RUN_NOWAIT); /* what was started is told to the kernel here */
	if (opened == n)
		bench_print(name, hop_for(hops), (uint64_t)hops);
	else
		scale_skip(name);
	for (int i = 0; i < opened; i++)
		uv_close((uv_handle_t *)&handles[i], NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	scale_close(fds, opened);
	free(handles), free(fds);
}
SCALE_FDS(SCALE_FUNCTION, idle_fds)

static void
timers_among(const char *name, int n)
{
	uint64_t seed = 1;
	const int readds = bench_times(SCALE_READDS);
	timers_setup(n);
	for (int i = 0; i < n; i++)
		uv_timer_start(&timers[i], timer_fired, scale_timeout_ms(&seed), 0);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < readds; i++) {
		const uint32_t timeout = scale_timeout_ms(&seed);
		uv_timer_start(&timers[bench_random(&seed) % (unsigned)n], timer_fired, timeout, 0);
	}
	bench_print(name, bench_cpu() - begin, (uint64_t)readds);
	timers_teardown();
}
SCALE_TIMERS(SCALE_FUNCTION, timers_among)

static void
connections(const char *name, int n)
{
	scale_connections(name, n, serve_echo);
}
SCALE_CONNECTIONS(SCALE_FUNCTION, connections)

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"turn", turn},
		{"byte_hop", byte_hop},
		{"ready64", ready64},
		{"stop_start_fd", stop_start_fd},
		{"readd_oneshot", readd_oneshot},
		{"base_new_free", base_new_free},
		{"fresh_process", fresh_process},
		{"thousand", timers_thousand},
		{"million", timers_million},
		{"bev_echo_64", echo_64},
		{"bev_echo_64k", echo_64k},
		{"bev_sink_kib", sink_kib},
		SCALE_FDS(SCALE_CASE, idle_fds) SCALE_TIMERS(SCALE_CASE, timers_among)
			SCALE_CONNECTIONS(SCALE_CASE, connections){NULL, NULL},
	};
	signal(SIGPIPE, SIG_IGN);
	loop = uv_default_loop();
	if (!loop) bench_die("uv_default_loop");
	if (fresh_asked(argc, argv)) return uv_loop_close(loop) < 0;
	return bench_main(argc, argv, cases);
}
