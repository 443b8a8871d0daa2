/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of bufferevents share: a base, a socket bufferevent with its peer's end in hand, and a record of what
 * its callbacks were told. Public API alone. */
#ifndef TESTS_UNIT_BUFFEREVENT_FIXTURE_H_
#define TESTS_UNIT_BUFFEREVENT_FIXTURE_H_

#include <cmocka.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct record {
	struct bufferevent *bev;
	evutil_socket_t peer; /* the other end of its socket, or -1 */
	int reads, writes, events;
	short what;      /* all events, merged */
	int error;       /* errno at the last error event */
	size_t length;   /* of the input, at the last read callback */
	char order[64];  /* one letter a callback: r, w, e, c (connected) */
	bool drain;      /* the read callback takes all input */
	bool echo;       /* it sends it back */
	bool free_in[3]; /* it frees itself in read, write, event */
	bool stop;       /* leave the loop at any callback */
};

static struct event_base *base;

static inline void
note(struct record *record, char letter)
{
	size_t end = strlen(record->order);
	if (end + 1 < sizeof(record->order)) record->order[end] = letter;
	if (record->stop) (void)event_base_loopbreak(base);
}

static inline void
free_here(struct record *record, int which)
{
	if (!record->free_in[which]) return;
	bufferevent_free(record->bev);
	record->bev = NULL;
}

static inline void
on_read(struct bufferevent *bev, void *arg)
{
	struct record *record = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	assert_ptr_equal(bev, record->bev);
	record->reads++;
	record->length = evbuffer_get_length(input);
	note(record, 'r');
	if (record->echo) assert_int_equal(bufferevent_write_buffer(bev, input), 0);
	if (record->drain) assert_int_equal(evbuffer_drain(input, record->length), 0);
	free_here(record, 0);
}

static inline void
on_write(struct bufferevent *bev, void *arg)
{
	struct record *record = arg;
	assert_ptr_equal(bev, record->bev);
	record->writes++;
	note(record, 'w');
	free_here(record, 1);
}

static inline void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct record *record = arg;
	int error = errno;
	assert_ptr_equal(bev, record->bev);
	record->events++;
	record->what |= what;
	if (what & BEV_EVENT_ERROR) record->error = error;
	note(record, what & BEV_EVENT_CONNECTED ? 'c' : 'e');
	free_here(record, 2);
}

static inline void
record_set(struct record *record, struct bufferevent *bev)
{
	memset(record, 0, sizeof(*record));
	assert_non_null(bev);
	record->bev = bev;
	record->peer = -1;
	bufferevent_setcb(bev, on_read, on_write, on_event, record);
}

/* A bufferevent over one end of a socket pair. */
static inline void
record_open(struct record *record, int options)
{
	evutil_socket_t fds[2];
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(evutil_make_socket_nonblocking(fds[i]), 0);
	record_set(record, bufferevent_socket_new(base, fds[0], options | BEV_OPT_CLOSE_ON_FREE));
	record->peer = fds[1];
}

static inline void
record_close(struct record *record)
{
	if (record->bev) bufferevent_free(record->bev);
	if (record->peer >= 0) assert_int_equal(evutil_closesocket(record->peer), 0);
	record->bev = NULL;
	record->peer = -1;
}

/* Turns until there is nothing more to do at the moment. */
static inline void
turns(void)
{
	for (int i = 0; i < 12; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static inline void
run_for_ms(int ms)
{
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	assert_int_equal(event_base_loopexit(base, &tv), 0);
	assert_true(event_base_dispatch(base) >= 0);
}

static inline void
peer_sends(const struct record *record, const void *data, size_t size)
{
	assert_int_equal(send(record->peer, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* What the peer can read now. */
static inline size_t
peer_reads(const struct record *record, void *out, size_t room)
{
	size_t total = 0;
	ssize_t n;
	while (total < room && (n = recv(record->peer, (char *)out + total, room - total, 0)) > 0)
		total += (size_t)n;
	return total;
}

static inline size_t
input_length(const struct record *record)
{
	return evbuffer_get_length(bufferevent_get_input(record->bev));
}

static inline size_t
output_length(const struct record *record)
{
	return evbuffer_get_length(bufferevent_get_output(record->bev));
}

static inline int
base_open(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	return base ? 0 : -1;
}

static inline int
base_close(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

#define base_test(name) cmocka_unit_test_setup_teardown(name, base_open, base_close)

#endif
