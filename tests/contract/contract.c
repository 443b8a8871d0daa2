/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract of event2/plugin.h, asked of any backend plugin through its interface.
 *
 * Here: what is ready and what is not. reuse.c: fds that are closed, copied, used again. time.c: deadlines, signals,
 * forks, memory. model.c: random changes against poll(2). */
#include "harness.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <temporary.h>
#include <unistd.h>

static void
describes_itself(struct harness *h)
{
	const struct event_plugin_descriptor *d = &h->descriptor;
	assert_int_equal(d->abi_major, EVENT_PLUGIN_ABI_MAJOR);
	assert_non_null(d->name);
	assert_non_null(d->version);
	assert_non_null(d->licence);
	assert_non_null(d->summary);
	assert_null(strchr(d->summary, '\n'));
	assert_int_equal(h->ops.head.major, EVENT_PLUGIN_BACKEND_MAJOR);
	assert_non_null(h->ops.method);
	assert_true(h->ops.method[0]);
	assert_non_null(h->ops.open);
	assert_non_null(h->ops.close);
	assert_non_null(h->ops.change);
	assert_non_null(h->ops.wait);
	assert_int_equal(
		h->ops.features & ~(unsigned)(EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE), 0);
	if (h->ops.flags & EVENT_PLUGIN_BACKEND_REINIT) assert_non_null(h->ops.reinit);
}

/* A backend that needs a descriptor and gets none says so by errno. */
static void
open_without_descriptors(struct harness *h)
{
	struct rlimit limit;
	h->ops.close(h->state);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	const struct rlimit none = {0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	errno = 0;
	const bool opened = harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV);
	const int error = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (!opened) assert_int_equal(error, EMFILE);
}

static void
nothing_watched(struct harness *h)
{
	assert_int_equal(wait_ms(h, 0), 0);
	assert_int_equal(wait_ms(h, 2), 0);
}

static void
readable(struct harness *h)
{
	int fds[2];
	make_pipe(fds);
	want(h, fds[0], READ);
	assert_int_equal(wait_ms(h, 0), 0);
	put_byte(fds[1]);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), READ);
	assert_int_equal(wait_ms(h, 1000), 1); /* a level, not an edge */
	get_byte(fds[0]);
	assert_int_equal(wait_ms(h, 0), 0);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

static void
writable(struct harness *h)
{
	int fds[2];
	char block[4096] = {0};
	make_pipe(fds);
	want(h, fds[1], WRITE);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[1]), WRITE);
	while (write(fds[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(wait_ms(h, 0), 0);
	while (read(fds[0], block, sizeof(block)) > 0)
		;
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fds[1], 0);
	assert_int_equal(wait_ms(h, 0), 0);
	close_all(fds, 2);
}

static void
both_in_one_entry(struct harness *h)
{
	int fds[2];
	make_pair(fds);
	put_byte(fds[1]);
	want(h, fds[0], READ);
	want(h, fds[0], READ | WRITE);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), READ | WRITE);
	want(h, fds[0], WRITE);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), WRITE);
	want(h, fds[0], READ);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), READ);
	want(h, fds[0], 0);
	assert_int_equal(wait_ms(h, 0), 0);
	close_all(fds, 2);
}

/* Within one turn, each of these ends with interest in READ. */
static void
changed_and_changed_back(struct harness *h)
{
	static const unsigned ways[][3] = {{0, READ, READ}, {READ | WRITE, READ, READ}, {WRITE, READ | WRITE, READ},
		{0, WRITE, READ}, {READ | WRITE, 0, READ}};
	int fds[2];
	make_pair(fds);
	for (size_t i = 0; i < LENGTH(ways); i++)
		for (int before = 0; before < 2; before++) {
			want(h, fds[0], READ);
			if (before) assert_int_equal(wait_ms(h, 0), 0);
			for (size_t k = 0; k < LENGTH(ways[i]); k++)
				want(h, fds[0], ways[i][k]);
			assert_int_equal(wait_ms(h, 0), 0);
			put_byte(fds[1]);
			assert_int_equal(wait_ms(h, 1000), 1);
			assert_int_equal(got(h, fds[0]), READ);
			get_byte(fds[0]);
			want(h, fds[0], 0);
		}
	close_all(fds, 2);
}

static void
hang_up_is_readable(struct harness *h)
{
	int fds[2];
	make_pipe(fds);
	want(h, fds[0], READ);
	assert_int_equal(wait_ms(h, 0), 0);
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_true(got(h, fds[0]) & READ);
	want(h, fds[0], 0);
	assert_int_equal(wait_ms(h, 0), 0);
	assert_int_equal(close(fds[0]), 0);
}

static void
broken_pipe_is_writable(struct harness *h)
{
	int fds[2];
	char block[4096] = {0};
	make_pipe(fds);
	while (write(fds[1], block, sizeof(block)) > 0)
		;
	want(h, fds[1], WRITE);
	assert_int_equal(wait_ms(h, 0), 0);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_true(got(h, fds[1]) & WRITE);
	want(h, fds[1], 0);
	assert_int_equal(close(fds[1]), 0);
}

static void
peer_closed(struct harness *h)
{
	int fds[2];
	if (!(h->ops.features & EV_FEATURE_EARLY_CLOSE)) skip("EV_FEATURE_EARLY_CLOSE is not promised");
	make_pair(fds);
	want(h, fds[0], CLOSED);
	put_byte(fds[1]);
	assert_int_equal(wait_ms(h, 0), 0); /* data is of no interest */
	assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_true(got(h, fds[0]) & CLOSED);
	want(h, fds[0], CLOSED | READ);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), CLOSED | READ);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

static void
edges(struct harness *h)
{
	int fds[2];
	if (!(h->ops.features & EV_FEATURE_ET)) skip("EV_FEATURE_ET is not promised");
	make_pipe(fds);
	want(h, fds[0], READ | EDGE);
	put_byte(fds[1]);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), READ);
	assert_int_equal(wait_ms(h, 0), 0); /* nothing new */
	put_byte(fds[1]);
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fds[0], 0);
	want(h, fds[0], READ | EDGE); /* added again: what is there counts as new */
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(wait_ms(h, 0), 0);
	want_again(h, fds[0]);
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fds[0], 0);
	want(h, fds[0], READ); /* a level from now on */
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

/* One that found no room is reported by a later wait, whatever was wanted in between. */
static void
edges_are_not_lost(struct harness *h)
{
	int fds[2][2];
	if (!(h->ops.features & EV_FEATURE_ET)) skip("EV_FEATURE_ET is not promised");
	for (int changed = 0; changed < 2; changed++) {
		for (int i = 0; i < 2; i++) {
			make_pair(fds[i]);
			put_byte(fds[i][1]);
			want(h, fds[i][0], READ | EDGE);
		}
		assert_int_equal(wait_ns(h, 1000 * MS, 1), 1);
		int late = got(h, fds[0][0]) ? fds[1][0] : fds[0][0];
		if (changed) {
			want(h, late, READ | WRITE | EDGE);
			want(h, late, READ | EDGE);
		}
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(got(h, late), READ);
		for (int i = 0; i < 2; i++) {
			want(h, fds[i][0], 0);
			close_all(fds[i], 2);
		}
	}
}

static void
always_ready(struct harness *h, int fd)
{
	uint64_t begin = clock_ns();
	want(h, fd, READ);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(wait_ms(h, 10000), 1);
		assert_true(got(h, fd) & READ);
	}
	want(h, fd, READ | WRITE);
	assert_int_equal(wait_ms(h, 10000), 1);
	assert_int_equal(got(h, fd), READ | WRITE);
	want(h, fd, 0);
	assert_int_equal(wait_ms(h, 0), 0);
	want(h, fd, WRITE);
	assert_int_equal(wait_ms(h, 10000), 1);
	want(h, fd, 0);
	want(h, fd, READ);
	assert_int_equal(wait_ms(h, 10000), 1);
	want(h, fd, 0);
	assert_int_equal(wait_ms(h, 0), 0);
	assert_true(clock_ns() - begin < 5000 * MS);
}

static void
hole_regular_files_are_always_ready(struct harness *h)
{
	struct temporary made = temporary_name("contract");
	int file = mkstemp(made.name), device = open("/dev/null", O_RDWR);
	assert_true(file >= 0 && device >= 0);
	always_ready(h, file);
	always_ready(h, device);
	assert_int_equal(unlink(made.name), 0);
	assert_int_equal(close(file), 0);
	assert_int_equal(close(device), 0);
}

/* A file does not keep others from being seen, nor the other way round. */
static void
files_among_pipes(struct harness *h)
{
	int fds[2], device = open("/dev/null", O_RDWR);
	make_pipe(fds);
	put_byte(fds[1]);
	want(h, device, WRITE);
	want(h, fds[0], READ);
	assert_int_equal(wait_ms(h, 1000), 2);
	want(h, device, 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, fds[0]), READ);
	want(h, fds[0], 0);
	close_all(fds, 2);
	assert_int_equal(close(device), 0);
}

/* With room for few results, all get their turn. */
static void
little_room_starves_nobody(struct harness *h)
{
	enum { PIPES = 50 };
	static const int rooms[] = {1, 7};
	int fds[PIPES][2];
	for (int i = 0; i < PIPES; i++) {
		make_pipe(fds[i]);
		put_byte(fds[i][1]);
		want(h, fds[i][0], READ);
	}
	for (size_t room = 0; room < LENGTH(rooms); room++) {
		int seen[PIPES] = {0};
		for (int turn = 0; turn < PIPES; turn++) {
			assert_int_equal(wait_ns(h, 1000 * MS, rooms[room]), rooms[room]);
			for (int i = 0; i < PIPES; i++)
				seen[i] += got(h, fds[i][0]) != 0;
		}
		for (int i = 0; i < PIPES; i++)
			assert_int_not_equal(seen[i], 0);
	}
	for (int i = 0; i < PIPES; i++) {
		want(h, fds[i][0], 0);
		close_all(fds[i], 2);
	}
}

static void
high_numbers(struct harness *h)
{
	static const int numbers[] = {1023, 1024, 1025, 2047, 3000, FD_ROOM - 1};
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = FD_ROOM;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0) skip("so many descriptors are not allowed here");
	if (strcmp(h->descriptor.name, "backend-select") == 0 && harness_select_kills(FD_SETSIZE))
		skip("select() ends the process at such numbers here");
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		int fds[2];
		make_pipe(fds);
		fds[0] = move_to(fds[0], numbers[i]);
		want(h, fds[0], READ);
		assert_int_equal(wait_ms(h, 0), 0);
		put_byte(fds[1]);
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(got(h, fds[0]), READ);
		want(h, fds[0], 0);
		close_all(fds, 2);
	}
	assert_int_equal(wait_ms(h, 0), 0);
	limit.rlim_cur = before;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A number that is no open file is refused at once, or reported, or silent; the others go on, whichever it is. */
static void
bad_fd_spoils_nothing(struct harness *h)
{
	int fds[2], bad = open("/dev/null", O_RDONLY);
	make_pipe(fds);
	assert_int_equal(close(bad), 0);
	want(h, fds[0], READ);
	int refused = try_want(h, bad, READ);
	if (refused) assert_int_equal(errno, EBADF);
	put_byte(fds[1]);
	assert_true(wait_ms(h, 1000) >= 1);
	assert_int_equal(got(h, fds[0]), READ);
	if (!refused) want(h, bad, 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

/* A number that is garbage costs neither memory nor time in proportion. */
static void
absurd_numbers(struct harness *h)
{
	const int numbers[] = {1 << 20, 1 << 30, INT32_MAX - 1, INT32_MAX};
	unsigned char *info = calloc(1, info_bytes(h) + 1);
	assert_non_null(info);
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		uint64_t begin = clock_ns();
		if (h->ops.change(h->state, numbers[i], 0, READ, info) == 0) {
			assert_true(wait_ms(h, 0) <= 1);
			assert_int_equal(h->ops.change(h->state, numbers[i], READ, 0, info), 0);
		} else {
			assert_int_equal(errno, EBADF);
		}
		assert_int_equal(wait_ms(h, 0), 0);
		assert_true(clock_ns() - begin < 500 * MS);
		memset(info, 0, info_bytes(h));
	}
	h->ops.close(h->state); /* before the memory that it may know */
	h->state = NULL;
	free(info);
}

const struct check level_checks[] = {CASE(describes_itself), CASE(open_without_descriptors), CASE(nothing_watched),
	CASE(readable), CASE(writable), CASE(both_in_one_entry), CASE(changed_and_changed_back), CASE(hang_up_is_readable),
	CASE(broken_pipe_is_writable), CASE(peer_closed), CASE(edges), CASE(edges_are_not_lost),
	CASE(hole_regular_files_are_always_ready), CASE(files_among_pipes), CASE(little_room_starves_nobody),
	CASE(high_numbers), CASE(bad_fd_spoils_nothing), CASE(absurd_numbers)};
const int level_count = LENGTH(level_checks);
