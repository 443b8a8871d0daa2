/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading from and writing to descriptors. */
#include "evbuffer_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int fds[2];

static int
open_pair(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) return -1;
	return fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0 ? -1 : 0;
}

static int
close_pair(void **state)
{
	(void)state;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static void
send_text(const char *text)
{
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
}

static void
test_read(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("have ");
	send_text("0123456789");
	assert_int_equal(evbuffer_read(buffer, fds[0], 4), 4);
	expect_text(buffer, "have 0123");
	assert_int_equal(evbuffer_read(buffer, fds[0], -1), 6);
	expect_text(buffer, "have 0123456789");
	assert_int_equal(evbuffer_read(buffer, fds[0], -1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	assert_int_equal(evbuffer_read(buffer, fds[0], 100), 0);
	expect_text(buffer, "have 0123456789");
	assert_int_equal(evbuffer_read(buffer, -1, 100), -1);
	assert_int_equal(errno, EBADF);
	evbuffer_free(buffer);
}

static void
test_read_much(void **state)
{
	(void)state;
	const size_t length = 60000;
	unsigned char *bytes = pattern(length);
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(write(fds[1], bytes, length), length);
	for (int n; (n = evbuffer_read(buffer, fds[0], 100000)) > 0;)
		assert_true(n <= 100000);
	expect_bytes(buffer, bytes, length);
	evbuffer_free(buffer);
	free(bytes);
}

static void
test_write(void **state)
{
	(void)state;
	char got[64];
	struct evbuffer *buffer = buffer_of("one ");
	assert_int_equal(evbuffer_add_reference(buffer, "two ", 4, NULL, NULL), 0);
	assert_int_equal(evbuffer_add(buffer, "three", 5), 0);
	assert_int_equal(evbuffer_write_atmost(buffer, fds[0], 6), 6);
	expect_text(buffer, "o three");
	assert_int_equal(evbuffer_write(buffer, fds[0]), 7);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	assert_int_equal(read(fds[1], got, sizeof(got)), 13);
	assert_memory_equal(got, "one two three", 13);
	assert_int_equal(evbuffer_write(buffer, fds[0]), -1); /* nothing to write */
	evbuffer_free(buffer);
}

static void
test_write_errors(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("text");
	assert_int_equal(evbuffer_write(buffer, -1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(evbuffer_write_atmost(buffer, fds[0], 0), -1);
	expect_text(buffer, "text");
	evbuffer_free(buffer);
}

static void
test_write_until_full(void **state)
{
	(void)state;
	const size_t length = 8u << 20;
	unsigned char *bytes = pattern(length), *got = malloc(length);
	size_t arrived = 0;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_add(buffer, bytes, length), 0);
	for (int round = 0; round < 100000 && arrived < length; round++) {
		size_t before = evbuffer_get_length(buffer);
		int n = before ? evbuffer_write(buffer, fds[0]) : 0;
		if (n < 0) assert_int_equal(errno, EAGAIN);
		assert_int_equal(evbuffer_get_length(buffer), before - (size_t)(n > 0 ? n : 0));
		ssize_t got_now = read(fds[1], got + arrived, length - arrived);
		if (got_now > 0) arrived += (size_t)got_now;
	}
	assert_int_equal(arrived, length);
	assert_memory_equal(got, bytes, length);
	evbuffer_free(buffer);
	free(bytes);
	free(got);
}

/* More pieces than one system call takes. */
static void
test_write_many_pieces(void **state)
{
	(void)state;
	static char text[5001], got[5000];
	size_t arrived = 0;
	memset(text, 'p', 5000);
	struct evbuffer *buffer = buffer_of_pieces(text);
	for (int round = 0; round < 1000 && arrived < 5000; round++) {
		if (evbuffer_get_length(buffer)) (void)evbuffer_write(buffer, fds[0]);
		ssize_t n = read(fds[1], got + arrived, sizeof(got) - arrived);
		if (n > 0) arrived += (size_t)n;
	}
	assert_int_equal(arrived, 5000);
	assert_memory_equal(got, text, 5000);
	evbuffer_free(buffer);
}

static void
test_echo(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	char text[32], got[32];
	for (int i = 0; i < 1000; i++) {
		int length = snprintf(text, sizeof(text), "message %d", i);
		send_text(text);
		assert_int_equal(evbuffer_read(buffer, fds[0], -1), length);
		assert_int_equal(evbuffer_write(buffer, fds[0]), length);
		assert_int_equal(read(fds[1], got, sizeof(got)), length);
		assert_memory_equal(got, text, (size_t)length);
	}
	evbuffer_free(buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_read_much, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_write, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_write_errors, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_write_until_full, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_write_many_pieces, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_echo, open_pair, close_pair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
