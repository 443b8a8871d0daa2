/* SPDX-License-Identifier: BSD-3-Clause */
/* Bufferevents through the public API alone: an echo server in this process, whose CPU time is measured, and its
 * clients in a child process on bare system calls. */
#include "partner.h"
#include "scale.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <signal.h>

static struct event_base *base;
static int open_connections;

static void
echo(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

static void
sink(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	*(uint64_t *)arg += evbuffer_get_length(input);
	evbuffer_drain(input, evbuffer_get_length(input));
}

static void
over(struct bufferevent *bev, short what, void *arg)
{
	(void)what, (void)arg;
	bufferevent_free(bev);
	if (--open_connections == 0) event_base_loopexit(base, NULL);
}

/* Serves the plan's connections until the last is over. Returns the CPU time that the loop took. */
static uint64_t
serve(const struct partner *plan, bufferevent_data_cb readcb, void *arg)
{
	int *fds = partner_alloc((size_t)plan->connections, sizeof(int));
	const pid_t child = partner_start(plan, fds);
	base = event_base_new();
	open_connections = plan->connections;
	for (int i = 0; i < plan->connections; i++) {
		struct bufferevent *bev = bufferevent_socket_new(base, fds[i], BEV_OPT_CLOSE_ON_FREE);
		if (!bev) bench_die("bufferevent_socket_new");
		bufferevent_setcb(bev, readcb, NULL, over, arg);
		bufferevent_enable(bev, EV_READ | EV_WRITE);
	}
	const uint64_t begin = bench_cpu();
	event_base_dispatch(base);
	const uint64_t spent = bench_cpu() - begin;
	event_base_free(base);
	partner_end(child);
	free(fds);
	return spent;
}

static uint64_t
serve_echo(const struct partner *plan)
{
	return serve(plan, echo, NULL);
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
	uint64_t received = 0;
	const uint64_t spent = serve(&plan, sink, &received);
	if (received != plan.bytes * (uint64_t)plan.connections) bench_die("sink");
	bench_print("bev_sink_kib", spent, received / 1024);
}

/* The picture of connections: the same small messages, over more and more of them. */
static void
connections(const char *name, int count)
{
	scale_connections(name, count, serve_echo);
}
SCALE_CONNECTIONS(SCALE_FUNCTION, connections)

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"bev_echo_64", echo_64},
		{"bev_echo_64k", echo_64k},
		{"bev_sink_kib", sink_kib},
		SCALE_CONNECTIONS(SCALE_CASE, connections){NULL, NULL},
	};
	signal(SIGPIPE, SIG_IGN);
	return bench_main(argc, argv, cases);
}
