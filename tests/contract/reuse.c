/* SPDX-License-Identifier: BSD-3-Clause */
/* Fds that are closed, copied and used again, in the orders in which programs do that. The kernel's calls differ most
 * here: some watch a number, some an open file. */
#include "harness.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether the deletion reaches the kernel before the fd is closed, or would come too late. */
static void
maybe_wait(struct harness *h, int yes)
{
	if (yes) assert_int_equal(wait_ms(h, 0), 0);
}

static void
used_again_in_a_turn(struct harness *h)
{
	for (int settled = 0; settled < 2; settled++) {
		int old[2], fresh[2];
		make_pipe(old);
		want(h, old[0], READ);
		maybe_wait(h, settled);
		want(h, old[0], 0);
		close_all(old, 2);
		make_pipe(fresh);
		assert_int_equal(fresh[0], old[0]);
		want(h, fresh[0], READ);
		assert_int_equal(wait_ms(h, 0), 0);
		put_byte(fresh[1]);
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(got(h, fresh[0]), READ);
		want(h, fresh[0], 0);
		close_all(fresh, 2);
	}
}

/* The program closed the fd first and deleted its event then; and again, with the number in use. */
static void
closed_before_deleted(struct harness *h)
{
	for (int reopened = 0; reopened < 2; reopened++) {
		int old[2], fresh[2];
		make_pipe(old);
		want(h, old[0], READ);
		maybe_wait(h, 1);
		close_all(old, 2);
		if (reopened) make_pipe(fresh);
		(void)try_want(h, old[0], 0);
		h->told[old[0]] = 0;
		assert_quiet(h, 20);
		if (!reopened) make_pipe(fresh);
		want(h, fresh[0], READ);
		put_byte(fresh[1]);
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(got(h, fresh[0]), READ);
		want(h, fresh[0], 0);
		close_all(fresh, 2);
	}
}

/* One of two events of the fd was deleted, the fd closed and opened, and the event added: old equals now. */
static void
same_interest_other_file(struct harness *h)
{
	int old[2], fresh[2];
	make_pipe(old);
	want(h, old[0], READ);
	maybe_wait(h, 1);
	close_all(old, 2);
	make_pipe(fresh);
	want_again(h, fresh[0]);
	assert_int_equal(wait_ms(h, 0), 0);
	put_byte(fresh[1]);
	assert_int_equal(wait_ms(h, 1000), 1);
	want(h, fresh[0], 0);
	close_all(fresh, 2);
}

/* The number is closed, the file lives on in a copy, and becomes readable: nobody must be told, and nothing may spin.
 */
static void
hole_closed_with_a_living_copy(struct harness *h)
{
	for (int settled = 0; settled < 2; settled++)
		for (int rounds = 0; rounds < 3; rounds++) {
			int fds[2], copy;
			make_pipe(fds);
			want(h, fds[0], READ);
			maybe_wait(h, settled);
			copy = dup(fds[0]);
			want(h, fds[0], 0);
			assert_int_equal(close(fds[0]), 0);
			put_byte(fds[1]);
			assert_quiet(h, 20);
			assert_int_equal(close(copy), 0);
			assert_int_equal(close(fds[1]), 0);
		}
}

/* The same, and the number is something else by now. Its own events must come, those of the old file must not. */
static void
hole_used_again_with_a_living_copy(struct harness *h)
{
	for (int settled = 0; settled < 2; settled++)
		for (int rounds = 0; rounds < 3; rounds++) {
			int old[2], fresh[2], copy;
			make_pipe(old);
			want(h, old[0], READ);
			maybe_wait(h, settled);
			copy = dup(old[0]);
			want(h, old[0], 0);
			assert_int_equal(close(old[0]), 0);
			make_pipe(fresh);
			assert_int_equal(fresh[0], old[0]);
			want(h, fresh[0], READ);
			put_byte(old[1]);
			assert_quiet(h, 20);
			put_byte(fresh[1]);
			assert_int_equal(wait_ms(h, 1000), 1);
			assert_int_equal(got(h, fresh[0]), READ);
			want(h, fresh[0], 0);
			close_all(fresh, 2);
			assert_int_equal(close(old[1]), 0);
			assert_int_equal(close(copy), 0);
		}
}

/* Others that are watched survive the cure. */
static void
others_survive_a_ghost(struct harness *h)
{
	int fds[2], other[2], both[2], copy;
	make_pipe(other);
	make_pair(both);
	make_pipe(fds);
	want(h, other[0], READ);
	want(h, both[0], READ | WRITE);
	want(h, fds[0], READ);
	assert_int_equal(wait_ms(h, 0), 1);
	want(h, both[0], READ);
	copy = dup(fds[0]);
	want(h, fds[0], 0);
	assert_int_equal(close(fds[0]), 0);
	put_byte(fds[1]);
	assert_quiet(h, 20);
	put_byte(other[1]);
	put_byte(both[1]);
	assert_int_equal(wait_ms(h, 1000), 2);
	assert_int_equal(got(h, other[0]), READ);
	assert_int_equal(got(h, both[0]), READ);
	want(h, other[0], 0);
	want(h, both[0], 0);
	close_all(other, 2);
	close_all(both, 2);
	assert_int_equal(close(copy), 0);
	assert_int_equal(close(fds[1]), 0);
}

/* A forked child is the usual owner of such a copy. */
static void
closed_with_a_copy_in_a_child(struct harness *h)
{
	int fds[2], gate[2];
	char byte;
	make_pipe(fds);
	assert_int_equal(pipe(gate), 0);
	want(h, fds[0], READ);
	maybe_wait(h, 1);
	pid_t child = fork();
	if (child == 0) {
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) == 0 ? 0 : 1);
	}
	want(h, fds[0], 0);
	assert_int_equal(close(fds[0]), 0);
	put_byte(fds[1]);
	assert_quiet(h, 20);
	close_all(gate, 2);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(close(fds[1]), 0);
}

static void
copies_are_apart(struct harness *h)
{
	int fds[2], copy;
	make_pipe(fds);
	copy = dup(fds[0]);
	want(h, fds[0], READ);
	want(h, copy, READ);
	put_byte(fds[1]);
	assert_int_equal(wait_ms(h, 1000), 2);
	want(h, fds[0], 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, copy), READ);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(wait_ms(h, 1000), 1);
	assert_int_equal(got(h, copy), READ);
	want(h, copy, 0);
	assert_int_equal(close(copy), 0);
	assert_int_equal(close(fds[1]), 0);
}

/* The number becomes a copy of its old file again. */
static void
copied_back(struct harness *h)
{
	for (int settled = 0; settled < 2; settled++) {
		int fds[2], copy;
		make_pipe(fds);
		want(h, fds[0], READ);
		maybe_wait(h, 1);
		copy = dup(fds[0]);
		want(h, fds[0], 0);
		assert_int_equal(close(fds[0]), 0);
		maybe_wait(h, settled);
		assert_int_equal(dup2(copy, fds[0]), fds[0]);
		want(h, fds[0], READ);
		put_byte(fds[1]);
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(got(h, fds[0]), READ);
		want(h, fds[0], 0);
		assert_quiet(h, 5);
		close_all(fds, 2);
		assert_int_equal(close(copy), 0);
	}
}

/* A file takes a pipe's number in the same turn, and the other way round. */
static void
files_and_pipes_change_places(struct harness *h)
{
	int fds[2], number;
	for (int settled = 0; settled < 2; settled++) {
		make_pipe(fds);
		number = fds[0];
		want(h, number, READ);
		maybe_wait(h, settled);
		want(h, number, 0);
		assert_int_equal(close(number), 0);
		assert_int_equal(open("/dev/null", O_RDONLY), number);
		want(h, number, READ);
		assert_int_equal(wait_ms(h, 10000), 1);
		assert_true(got(h, number) & READ);
		if (settled) assert_int_equal(wait_ms(h, 10000), 1);
		want(h, number, 0);
		assert_int_equal(close(number), 0);
		assert_int_equal(close(fds[1]), 0);
		make_pipe(fds);
		assert_int_equal(fds[0], number);
		want(h, number, READ);
		assert_quiet(h, 10);
		put_byte(fds[1]);
		assert_int_equal(wait_ms(h, 1000), 1);
		assert_int_equal(wait_ms(h, 1000), 1);
		want(h, number, 0);
		close_all(fds, 2);
	}
}

const struct check reuse_checks[] = {CASE(used_again_in_a_turn), CASE(closed_before_deleted),
	CASE(same_interest_other_file), CASE(hole_closed_with_a_living_copy), CASE(hole_used_again_with_a_living_copy),
	CASE(others_survive_a_ghost), CASE(closed_with_a_copy_in_a_child), CASE(copies_are_apart), CASE(copied_back),
	CASE(files_and_pipes_change_places)};
const int reuse_count = LENGTH(reuse_checks);
