/* SPDX-License-Identifier: BSD-3-Clause */
/* Files in buffers: by sendfile, mapped, and read into memory; whole, in parts, shared, and with nothing to give. */
#include "evbuffer_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 20000 /* several pages, and no whole number of them */

static unsigned char *content;

static int
setup(void **state)
{
	(void)state;
	content = pattern(SIZE);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(content);
	return 0;
}

/* An open file with the content, without a name. */
static int
file(void)
{
	FILE *stream = tmpfile();
	assert_non_null(stream);
	assert_int_equal(fwrite(content, 1, SIZE, stream), SIZE);
	assert_int_equal(fflush(stream), 0);
	int fd = dup(fileno(stream));
	assert_true(fd >= 0);
	fclose(stream);
	return fd;
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static const unsigned ways[] = {0, EVBUF_FS_DISABLE_MMAP, EVBUF_FS_DISABLE_SENDFILE,
	EVBUF_FS_DISABLE_MMAP | EVBUF_FS_DISABLE_SENDFILE,
	EVBUF_FS_DISABLE_MMAP | EVBUF_FS_DISABLE_SENDFILE | EVBUF_FS_DISABLE_LOCKING};

/* Writes all of the buffer to a socket, and compares what arrives. */
static void
expect_sent(struct evbuffer *buffer, const unsigned char *expected, size_t length)
{
	int pair[2];
	unsigned char *got = malloc(length + 1);
	size_t arrived = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
	for (int round = 0; round < 100000 && arrived < length; round++) {
		if (evbuffer_get_length(buffer)) {
			int n = evbuffer_write_atmost(buffer, pair[0], 3001);
			assert_true(n > 0 || (n < 0 && errno == EAGAIN));
		}
		ssize_t n = read(pair[1], got + arrived, length + 1 - arrived);
		if (n > 0) arrived += (size_t)n;
	}
	assert_int_equal(arrived, length);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	assert_memory_equal(got, expected, length);
	close(pair[0]);
	close(pair[1]);
	free(got);
}

static void
test_add_file(void **state)
{
	(void)state;
	for (int flag = 0; flag < 2; flag++) {
		int fd = file();
		struct evbuffer *buffer = evbuffer_new();
		if (flag) evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
		assert_int_equal(evbuffer_add_file(buffer, fd, 0, -1), 0);
		assert_int_equal(evbuffer_get_length(buffer), SIZE);
		assert_true(is_open(fd));
		expect_sent(buffer, content, SIZE);
		assert_false(is_open(fd));
		evbuffer_free(buffer);
	}
}

static void
test_add_file_between(void **state)
{
	(void)state;
	unsigned char expected[5 + 7000 + 4];
	memcpy(expected, "head ", 5);
	memcpy(expected + 5, content + 5000, 7000);
	memcpy(expected + 5 + 7000, "tail", 4);
	for (int flag = 0; flag < 2; flag++) {
		struct evbuffer *buffer = buffer_of("head ");
		if (flag) evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
		assert_int_equal(evbuffer_add_file(buffer, file(), 5000, 7000), 0);
		assert_int_equal(evbuffer_add(buffer, "tail", 4), 0);
		expect_sent(buffer, expected, sizeof(expected));
		evbuffer_free(buffer);
	}
}

static void
test_segment(void **state)
{
	(void)state;
	for (size_t way = 0; way < LENGTH(ways); way++) {
		for (int flag = 0; flag < 2; flag++) {
			int fd = file();
			struct evbuffer_file_segment *segment = evbuffer_file_segment_new(fd, 100, SIZE - 200, ways[way]);
			assert_non_null(segment);
			struct evbuffer *buffer = evbuffer_new();
			if (flag) evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
			assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, -1), 0);
			assert_int_equal(evbuffer_add_file_segment(buffer, segment, 10, 20), 0);
			assert_int_equal(evbuffer_add_file_segment(buffer, segment, SIZE - 201, -1), 0);
			assert_int_equal(evbuffer_get_length(buffer), SIZE - 200 + 20 + 1);
			evbuffer_file_segment_free(segment);
			unsigned char expected[SIZE];
			memcpy(expected, content + 100, SIZE - 200);
			memcpy(expected + SIZE - 200, content + 110, 20);
			expected[SIZE - 180] = content[SIZE - 101];
			expect_sent(buffer, expected, SIZE - 179);
			evbuffer_free(buffer);
			assert_true(is_open(fd));
			close(fd);
		}
	}
}

static void
test_segment_read_from_memory(void **state)
{
	(void)state;
	for (size_t way = 0; way < LENGTH(ways); way++) {
		int fd = file();
		struct evbuffer_file_segment *segment =
			evbuffer_file_segment_new(fd, 4097, 9000, ways[way] | EVBUF_FS_CLOSE_ON_FREE);
		struct evbuffer *buffer = evbuffer_new(), *other = evbuffer_new();
		assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, -1), 0);
		expect_bytes(buffer, content + 4097, 9000);
		assert_int_equal(evbuffer_drain(buffer, 10), 0);
		assert_int_equal(evbuffer_remove_buffer(buffer, other, 1000), 1000);
		expect_bytes(other, content + 4107, 1000);
		assert_int_equal(evbuffer_add_buffer(other, buffer), 0);
		assert_memory_equal(evbuffer_pullup(other, -1), content + 4107, 8990);
		assert_true(is_open(fd));
		evbuffer_file_segment_free(segment);
		evbuffer_free(buffer);
		evbuffer_free(other);
		assert_false(is_open(fd));
	}
}

/* Nobody should look at what goes to a descriptor; whoever does finds the right bytes all the same. */
static void
test_looking_into_a_file(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new(), *other = evbuffer_new();
	evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
	evbuffer_set_flags(other, EVBUFFER_FLAG_DRAINS_TO_FD);
	assert_int_equal(evbuffer_add_file(buffer, file(), 0, -1), 0);
	assert_int_equal(evbuffer_remove_buffer(buffer, other, 7), 7);
	assert_int_equal(evbuffer_search(buffer, (const char *)content + 10000, 5, NULL).pos, 10000 - 7);
	assert_memory_equal(evbuffer_pullup(other, 7), content, 7);
	expect_bytes(buffer, content + 7, SIZE - 7);
	expect_sent(buffer, content + 7, SIZE - 7);
	expect_sent(other, content, 7);
	evbuffer_free(buffer);
	evbuffer_free(other);
}

static void
test_to_a_pipe_and_a_file(void **state)
{
	(void)state;
	int fds[2];
	unsigned char got[4000];
	assert_int_equal(pipe(fds), 0);
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
	assert_int_equal(evbuffer_add_file(buffer, file(), 1, sizeof(got)), 0);
	assert_int_equal(evbuffer_write(buffer, fds[1]), sizeof(got));
	assert_int_equal(read(fds[0], got, sizeof(got)), sizeof(got));
	assert_memory_equal(got, content + 1, sizeof(got));
	FILE *appended = tmpfile();
	assert_int_equal(fcntl(fileno(appended), F_SETFL, O_APPEND), 0); /* which sendfile() refuses */
	assert_int_equal(evbuffer_add_file(buffer, file(), 2, sizeof(got)), 0);
	assert_int_equal(evbuffer_write(buffer, fileno(appended)), sizeof(got));
	assert_int_equal(pread(fileno(appended), got, sizeof(got), 0), sizeof(got));
	assert_memory_equal(got, content + 2, sizeof(got));
	fclose(appended);
	evbuffer_free(buffer);
	close(fds[0]);
	close(fds[1]);
}

static void
test_bad_ranges(void **state)
{
	(void)state;
	int fd = file();
	struct evbuffer *buffer = buffer_of("x");
	assert_null(evbuffer_file_segment_new(fd, -1, 10, 0));
	assert_null(evbuffer_file_segment_new(fd, SIZE + 1, -1, 0));
	assert_null(evbuffer_file_segment_new(-1, 0, -1, 0));
	struct evbuffer_file_segment *segment = evbuffer_file_segment_new(fd, 10, 100, 0);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, -1, 10), -1);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 101, -1), -1);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, 101), -1);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 50, 51), -1);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 50, EV_INT64_MAX), -1);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, EV_INT64_MAX, 10), -1);
	assert_int_equal(evbuffer_freeze(buffer, 0), 0);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, -1), -1);
	assert_int_equal(evbuffer_add_file(buffer, fd, 0, -1), -1);
	assert_true(is_open(fd)); /* still the caller's */
	expect_text(buffer, "x");
	evbuffer_file_segment_free(segment);
	evbuffer_free(buffer);
	close(fd);
}

static void
test_ranges_behind_the_end(void **state)
{
	(void)state;
	int fd = file();
	assert_null(evbuffer_file_segment_new(fd, 0, SIZE + 1, 0));
	assert_null(evbuffer_file_segment_new(fd, SIZE, 1, 0));
	assert_null(evbuffer_file_segment_new(fd, 1, EV_INT64_MAX, 0));
	assert_null(evbuffer_file_segment_new(fd, 0, EV_INT64_MAX, EVBUF_FS_DISABLE_SENDFILE));
	close(fd);
}

static void
test_nothing_of_a_file(void **state)
{
	(void)state;
	int fd = file();
	struct evbuffer *buffer = buffer_of("x");
	struct evbuffer_file_segment *segment = evbuffer_file_segment_new(fd, SIZE, -1, 0);
	assert_non_null(segment);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, -1), 0);
	expect_text(buffer, "x");
	evbuffer_file_segment_free(segment);
	assert_int_equal(evbuffer_add_file(buffer, fd, 0, 0), 0);
	expect_text(buffer, "x");
	evbuffer_free(buffer);
}

/* The kernel's own files say that they are empty. */
static void
test_kernel_file(void **state)
{
	(void)state;
	char expected[6];
	int fd = open("/proc/sys/kernel/ostype", O_RDONLY);
	if (fd < 0) skip();
	assert_int_equal(pread(fd, expected, 6, 0), 6);
	struct evbuffer_file_segment *segment = evbuffer_file_segment_new(fd, 0, 6, EVBUF_FS_CLOSE_ON_FREE);
	assert_non_null(segment);
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
	assert_int_equal(evbuffer_add_file_segment(buffer, segment, 0, -1), 0);
	evbuffer_file_segment_free(segment);
	expect_sent(buffer, (unsigned char *)expected, 6);
	evbuffer_free(buffer);
}

struct seen {
	int count, fd, flags;
};

static void
on_cleanup(struct evbuffer_file_segment const *segment, int flags, void *arg)
{
	struct seen *seen = arg;
	assert_non_null(segment);
	seen->count++;
	seen->flags = flags;
	assert_false(is_open(seen->fd));
}

static void
test_cleanup(void **state)
{
	(void)state;
	struct seen seen = {0, file(), 0};
	unsigned flags = EVBUF_FS_CLOSE_ON_FREE | EVBUF_FS_DISABLE_SENDFILE;
	struct evbuffer *one = evbuffer_new(), *two = evbuffer_new();
	struct evbuffer_file_segment *segment = evbuffer_file_segment_new(seen.fd, 0, -1, flags);
	evbuffer_file_segment_add_cleanup_cb(segment, on_cleanup, &seen);
	assert_int_equal(evbuffer_add_file_segment(one, segment, 0, 100), 0);
	assert_int_equal(evbuffer_add_file_segment(two, segment, 100, 100), 0);
	evbuffer_file_segment_free(segment);
	assert_int_equal(evbuffer_drain(one, 99), 0);
	evbuffer_free(two);
	assert_int_equal(seen.count, 0);
	assert_int_equal(evbuffer_drain(one, 1), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.flags, flags);
	assert_false(is_open(seen.fd));
	evbuffer_free(one);
}

static void
test_file_is_not_shared(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new(), *other = evbuffer_new();
	assert_int_equal(evbuffer_add_file(buffer, file(), 0, -1), 0);
	assert_int_equal(evbuffer_add_buffer_reference(other, buffer), -1);
	assert_int_equal(evbuffer_get_length(other), 0);
	expect_bytes(buffer, content, SIZE);
	evbuffer_free(buffer);
	evbuffer_free(other);
}

/* The rest of the file is gone when its turn comes: an error, and no endless round of nothing. */
static void
test_file_shrinks(void **state)
{
	(void)state;
	int fds[2], fd = file();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
	assert_int_equal(evbuffer_add_file(buffer, fd, 0, -1), 0);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(evbuffer_write(buffer, fds[0]), 100);
	assert_int_equal(evbuffer_write(buffer, fds[0]), -1);
	assert_int_equal(errno, EIO);
	evbuffer_free(buffer);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_file),
		cmocka_unit_test(test_add_file_between),
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_segment_read_from_memory),
		cmocka_unit_test(test_looking_into_a_file),
		cmocka_unit_test(test_to_a_pipe_and_a_file),
		cmocka_unit_test(test_bad_ranges),
		cmocka_unit_test(test_ranges_behind_the_end),
		cmocka_unit_test(test_nothing_of_a_file),
		cmocka_unit_test(test_kernel_file),
		cmocka_unit_test(test_cleanup),
		cmocka_unit_test(test_file_is_not_shared),
		cmocka_unit_test(test_file_shrinks),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
