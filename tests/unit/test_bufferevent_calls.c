/* SPDX-License-Identifier: BSD-3-Clause */
/* What a bufferevent costs in system calls and allocations, counted by functions of this program that stand in front of
 * the C library's; and that what is saved there costs nobody his turn. */
#include "bufferevent_fixture.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static struct counts {
	int reads, writes, changes, questions, allocations;
} count;

#pragma GCC visibility push(default)

ssize_t
read(int fd, void *data, size_t size)
{
	count.reads++;
	return syscall(SYS_read, fd, data, size);
}

ssize_t
readv(int fd, const struct iovec *vec, int n)
{
	count.reads++;
	return syscall(SYS_readv, fd, vec, n);
}

ssize_t
write(int fd, const void *data, size_t size)
{
	count.writes++;
	return syscall(SYS_write, fd, data, size);
}

ssize_t
writev(int fd, const struct iovec *vec, int n)
{
	count.writes++;
	return syscall(SYS_writev, fd, vec, n);
}

int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	count.changes++;
	return (int)syscall(SYS_epoll_ctl, epfd, op, fd, event);
}

int
ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	void *arg = va_arg(args, void *);
	va_end(args);
	count.questions++;
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

#pragma GCC visibility pop

static void *
counted_malloc(size_t size)
{
	count.allocations++;
	return malloc(size);
}

static void *
counted_realloc(void *memory, size_t size)
{
	count.allocations++;
	return realloc(memory, size);
}

static void
count_begin(void)
{
	memset(&count, 0, sizeof(count));
}

/* A small request read, a small answer written: one read, one write, and nothing else. */
static void
request_and_answer(void **state)
{
	(void)state;
	struct record record;
	char text[64];
	record_open(&record, 0);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ | EV_WRITE), 0);
	turns();
	for (int i = 0; i < 120; i++) {
		if (i == 20) count_begin();
		peer_sends(&record, "a small request", 15);
		(void)event_base_loop(base, EVLOOP_ONCE);
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 15); /* recv, which is not counted */
	}
	assert_int_equal(count.reads, 100);
	assert_int_equal(count.writes, 100);
	assert_int_equal(count.changes, 0);
	assert_int_equal(count.questions, 0);
	assert_int_equal(count.allocations, 0);
	record_close(&record);
}

static void
answer_in_pieces(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	(void)arg;
	(void)evbuffer_drain(input, evbuffer_get_length(input));
	for (int i = 0; i < 50; i++)
		assert_int_equal(bufferevent_write(bev, "0123456789", 10), 0);
}

static void
many_pieces_are_one_write(void **state)
{
	(void)state;
	struct record record;
	char text[1024];
	record_open(&record, 0);
	bufferevent_setcb(record.bev, answer_in_pieces, NULL, NULL, NULL);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	for (int i = 0; i < 30; i++) {
		if (i == 10) count_begin();
		peer_sends(&record, "go", 2);
		(void)event_base_loop(base, EVLOOP_ONCE);
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 500);
	}
	assert_int_equal(count.writes, 20);
	assert_int_equal(count.changes + count.questions + count.allocations, 0);
	record_close(&record);
}

/* Written from elsewhere than its own callback: still nobody is asked whether the socket is writable. */
static void
write_from_outside(void **state)
{
	(void)state;
	struct record record;
	char text[64];
	record_open(&record, 0);
	turns();
	for (int i = 0; i < 30; i++) {
		if (i == 10) count_begin();
		assert_int_equal(bufferevent_write(record.bev, "news", 4), 0);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 4);
	}
	assert_int_equal(count.writes, 20);
	assert_int_equal(count.changes + count.questions + count.allocations, 0);
	record_close(&record);
}

/* Only a full socket makes the write event come and go, once for all of it. */
static void
full_socket(void **state)
{
	(void)state;
	static char block[1 << 20], sink[1 << 20];
	struct record record;
	size_t got = 0;
	record_open(&record, 0);
	turns();
	count_begin();
	assert_int_equal(bufferevent_write(record.bev, block, sizeof(block)), 0);
	for (int i = 0; i < 1000 && got < sizeof(block); i++) {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		got += peer_reads(&record, sink, sizeof(sink));
	}
	turns();
	assert_int_equal(got, sizeof(block));
	assert_true(count.changes <= 2);
	assert_int_equal(record.writes, 1);
	record_close(&record);
}

static void
large_messages(void **state)
{
	(void)state;
	static char block[65536], sink[65536];
	struct record record;
	record_open(&record, 0);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	for (int i = 0; i < 30; i++) {
		if (i == 10) count_begin();
		peer_sends(&record, block, sizeof(block));
		(void)event_base_loop(base, EVLOOP_ONCE);
		assert_int_equal(peer_reads(&record, sink, sizeof(sink)), sizeof(block));
	}
	assert_true(count.reads <= 20 * 2);
	assert_int_equal(count.writes, 20);
	assert_int_equal(count.changes + count.questions, 0);
	record_close(&record);
}

/* ---- What that must not cost ---- */

static void
write_for_ever(struct bufferevent *bev, void *arg)
{
	(*(int *)arg)++;
	assert_int_equal(bufferevent_write(bev, "x", 1), 0);
}

static void
drain(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	(*(size_t *)arg) += evbuffer_get_length(input);
	(void)evbuffer_drain(input, evbuffer_get_length(input));
}

/* After some writes: a slow machine needs more than one turn of the timer for these. */
static void
stop(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval again = {0, 30000};
	(void)fd, (void)what;
	if (*(int *)arg > 10 || event_base_once(base, -1, EV_TIMEOUT, stop, arg, &again) < 0)
		(void)event_base_loopbreak(base);
}

/* One that always has more to write does not starve its reader, nor a timer. */
static void
endless_writer(void **state)
{
	(void)state;
	struct timeval tv = {0, 30000};
	struct record record;
	int writes = 0;
	size_t got = 0;
	record_open(&record, 0);
	struct bufferevent *reader = bufferevent_socket_new(base, record.peer, 0);
	bufferevent_setcb(record.bev, NULL, write_for_ever, NULL, &writes);
	bufferevent_setcb(reader, drain, NULL, NULL, &got);
	assert_int_equal(bufferevent_enable(reader, EV_READ), 0);
	assert_int_equal(bufferevent_write(record.bev, "x", 1), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, stop, &writes, &tv), 0);
	(void)alarm(10);
	(void)event_base_dispatch(base);
	(void)alarm(0);
	assert_true(writes > 10);
	assert_true(got > 10 && (int)got >= writes - 100);
	bufferevent_free(reader);
	record_close(&record);
}

/* The number of a closed descriptor comes back at once in another bufferevent: neither sees the other's data. */
static void
descriptor_number_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct record first, second;
		char text[16];
		record_open(&first, 0);
		assert_int_equal(bufferevent_enable(first.bev, EV_READ), 0);
		turns();
		int number = bufferevent_getfd(first.bev);
		assert_int_equal(bufferevent_write(first.bev, "never", 5), 0);
		record_close(&first);
		turns();
		record_open(&second, 0);
		assert_int_equal(bufferevent_getfd(second.bev), number);
		assert_int_equal(bufferevent_enable(second.bev, EV_READ), 0);
		peer_sends(&second, "mine", 4);
		assert_int_equal(bufferevent_write(second.bev, "yours", 5), 0);
		turns();
		assert_int_equal(second.length, 4);
		assert_int_equal(peer_reads(&second, text, sizeof(text)), 5);
		assert_memory_equal(text, "yours", 5);
		record_close(&second);
		turns();
	}
}

/* A copy of the descriptor keeps the socket open after the bufferevent has closed its own. */
static void
descriptor_was_copied(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	int copy = dup(bufferevent_getfd(record.bev));
	bufferevent_free(record.bev);
	record.bev = NULL;
	peer_sends(&record, "ghost", 5);
	turns();
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	(void)close(copy);
	record_close(&record);
}

static int
counted_base_open(void **state)
{
	event_set_mem_functions(counted_malloc, counted_realloc, free);
	return base_open(state);
}

#define counted_test(name) cmocka_unit_test_setup_teardown(name, counted_base_open, base_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		counted_test(request_and_answer),
		counted_test(many_pieces_are_one_write),
		counted_test(write_from_outside),
		counted_test(full_socket),
		counted_test(large_messages),
		counted_test(endless_writer),
		counted_test(descriptor_number_comes_back),
		counted_test(descriptor_was_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
