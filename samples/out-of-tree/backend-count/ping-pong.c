/* SPDX-License-Identifier: BSD-3-Clause */
/* A program that knows nothing of plugins: a byte goes to and fro between two sockets, and a timer ends it.
 *
 * usage: ping-pong ROUNDS */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static long rounds;

static void
pass_on(evutil_socket_t fd, short what, void *arg)
{
	char byte;
	(void)what;
	if (read(fd, &byte, 1) != 1) event_base_loopbreak(arg);
	if (rounds-- > 0 && write(fd, &byte, 1) != 1) event_base_loopbreak(arg);
}

static void
stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_loopbreak(arg);
}

int
main(int argc, char **argv)
{
	const struct timeval later = {0, 200000};
	evutil_socket_t fds[2];
	if (argc != 2 || (rounds = atol(argv[1])) <= 0) {
		fprintf(stderr, "usage: ping-pong ROUNDS\n");
		return 2;
	}
	struct event_base *base = event_base_new();
	if (!base || evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) return 1;
	struct event *ends[2];
	for (int i = 0; i < 2; i++) {
		ends[i] = event_new(base, fds[i], EV_READ | EV_PERSIST, pass_on, base);
		if (!ends[i] || event_add(ends[i], NULL) < 0) return 1;
	}
	if (write(fds[0], "x", 1) != 1 || event_base_once(base, -1, EV_TIMEOUT, stop, base, &later) < 0) return 1;
	event_base_dispatch(base);
	for (int i = 0; i < 2; i++) {
		event_free(ends[i]);
		close(fds[i]);
	}
	printf("method %s, %ld rounds left\n", event_base_get_method(base), rounds < 0 ? 0 : rounds);
	fflush(stdout);
	event_base_free(base);
	return rounds > 0;
}
