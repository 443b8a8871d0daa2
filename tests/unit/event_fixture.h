/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of events share: a base, two connected sockets, and a callback that remembers what it saw. */
#ifndef TESTS_UNIT_EVENT_FIXTURE_H_
#define TESTS_UNIT_EVENT_FIXTURE_H_

#include <cmocka.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ALL (EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL | EV_CLOSED)

static struct event_base *base;
static int pair[2]; /* connected sockets */
static int log_lines;

static inline void
count_line(int severity, const char *text)
{
	(void)severity, (void)text;
	log_lines++;
}

static inline int
setup(void **state)
{
	(void)state;
	(void)alarm(30); /* a loop that spins ends here */
	log_lines = 0;
	event_set_log_callback(count_line);
	base = event_base_new();
	if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) return -1;
	return fcntl(pair[0], F_SETFL, O_NONBLOCK) | fcntl(pair[1], F_SETFL, O_NONBLOCK);
}

static inline int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	event_base_free(base);
	event_set_log_callback(NULL);
	for (size_t i = 0; i < LENGTH(pair); i++)
		if (pair[i] >= 0) close(pair[i]);
	return 0;
}

static inline void
fill(void)
{
	assert_int_equal(write(pair[1], "x", 1), 1);
}

static inline void
empty(void)
{
	char bytes[64];
	while (read(pair[0], bytes, sizeof(bytes)) > 0)
		;
}

struct seen {
	int calls;
	short what;
	evutil_socket_t fd;
	bool take; /* read the byte */
	struct event *then_add, *then_del, *then_free;
};

static inline void
see(evutil_socket_t fd, short what, void *arg)
{
	struct seen *seen = arg;
	seen->calls++;
	seen->what = what;
	seen->fd = fd;
	if (seen->take) empty();
	if (seen->then_add) assert_int_equal(event_add(seen->then_add, NULL), 0);
	if (seen->then_del) assert_int_equal(event_del(seen->then_del), 0);
	if (seen->then_free) event_free(seen->then_free);
	if (seen->calls > 1000) event_base_loopbreak(base); /* a case that spins fails in the end */
}

/* One turn that does not wait. */
static inline void
turn(void)
{
	assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), -1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
