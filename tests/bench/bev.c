/* SPDX-License-Identifier: BSD-3-Clause */
/* Bufferevents through the public API alone: an echo server in this process, whose CPU time is measured, and its
 * clients in a child process on bare system calls. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#define CLIENTS 100

static struct event_base *base;
static int closed;

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
	if (++closed == CLIENTS) event_base_loopexit(base, NULL);
}

/* Sends a message on each connection, and waits for all of it to come back, as often as asked. */
static void
client_echo(const int *fds, size_t size, int rounds)
{
	char *message = malloc(size), *answer = malloc(size);
	struct pollfd polls[CLIENTS];
	size_t sent[CLIENTS], got[CLIENTS];
	memset(message, 'x', size);
	for (int r = 0; r < rounds; r++) {
		memset(sent, 0, sizeof(sent)), memset(got, 0, sizeof(got));
		int left = CLIENTS;
		while (left) {
			for (int i = 0; i < CLIENTS; i++) {
				polls[i] =
					(struct pollfd){got[i] < size ? fds[i] : -1, (short)(POLLIN | (sent[i] < size ? POLLOUT : 0)), 0};
			}
			if (poll(polls, CLIENTS, -1) < 0) exit(1);
			for (int i = 0; i < CLIENTS; i++) {
				ssize_t n;
				if ((polls[i].revents & POLLOUT) &&
					(n = send(fds[i], message + sent[i], size - sent[i], MSG_NOSIGNAL)) > 0)
					sent[i] += (size_t)n;
				if ((polls[i].revents & POLLIN) && (n = read(fds[i], answer, size - got[i])) > 0) {
					got[i] += (size_t)n;
					if (got[i] == size) left--;
				}
			}
		}
	}
	exit(0);
}

static void
client_flood(const int *fds, size_t total)
{
	static char block[65536];
	struct pollfd polls[CLIENTS];
	size_t sent[CLIENTS] = {0};
	int left = CLIENTS;
	while (left) {
		for (int i = 0; i < CLIENTS; i++)
			polls[i] = (struct pollfd){sent[i] < total ? fds[i] : -1, POLLOUT, 0};
		if (poll(polls, CLIENTS, -1) < 0) exit(1);
		for (int i = 0; i < CLIENTS; i++) {
			ssize_t n;
			if (!(polls[i].revents & POLLOUT)) continue;
			size_t want = total - sent[i] < sizeof(block) ? total - sent[i] : sizeof(block);
			if ((n = send(fds[i], block, want, MSG_NOSIGNAL)) > 0 && (sent[i] += (size_t)n) == total) {
				shutdown(fds[i], SHUT_WR);
				left--;
			}
		}
	}
	exit(0);
}

/* Makes the connections; the child gets one side of each and runs the client. Returns its process id. */
static pid_t
start(bufferevent_data_cb readcb, void *arg, size_t size, int rounds)
{
	int fds[CLIENTS][2], theirs[CLIENTS];
	closed = 0;
	for (int i = 0; i < CLIENTS; i++)
		bench_pair(fds[i]);
	fflush(stdout);
	pid_t child = fork();
	if (child < 0) bench_die("fork");
	for (int i = 0; i < CLIENTS; i++) {
		theirs[i] = fds[i][1];
		close(fds[i][child ? 1 : 0]);
	}
	if (!child && rounds) client_echo(theirs, size, rounds);
	if (!child) client_flood(theirs, size);
	base = event_base_new();
	for (int i = 0; i < CLIENTS; i++) {
		struct bufferevent *bev = bufferevent_socket_new(base, fds[i][0], BEV_OPT_CLOSE_ON_FREE);
		if (!bev) bench_die("bufferevent_socket_new");
		bufferevent_setcb(bev, readcb, NULL, over, arg);
		bufferevent_enable(bev, EV_READ | EV_WRITE);
	}
	return child;
}

static void
echo_case(const char *name, size_t size, int rounds)
{
	pid_t child = start(echo, NULL, size, rounds);
	uint64_t begin = bench_cpu();
	event_base_dispatch(base);
	bench_print(name, bench_cpu() - begin, (uint64_t)rounds * CLIENTS);
	event_base_free(base);
	waitpid(child, NULL, 0);
}

static void
echo_64(void)
{
	echo_case("bev_echo_64", 64, 2000);
}

static void
echo_64k(void)
{
	echo_case("bev_echo_64k", 65536, 100);
}

static void
sink_kib(void)
{
	const size_t each = 8u << 20;
	uint64_t received = 0;
	pid_t child = start(sink, &received, each, 0);
	uint64_t begin = bench_cpu();
	event_base_dispatch(base);
	bench_print("bev_sink_kib", bench_cpu() - begin, received / 1024);
	event_base_free(base);
	waitpid(child, NULL, 0);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"bev_echo_64", echo_64}, {"bev_echo_64k", echo_64k}, {"bev_sink_kib", sink_kib}, {NULL, NULL}};
	signal(SIGPIPE, SIG_IGN);
	return bench_main(argc, argv, cases);
}
