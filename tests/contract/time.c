/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlines, interruptions, forks and memory. */
#include "harness.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static void
never_early(struct harness *h)
{
	static const uint64_t timeouts[] = {1, 1000, 300000, 999999, 1000000, 1000001, 2500000, 12345678};
	for (size_t i = 0; i < LENGTH(timeouts); i++) {
		uint64_t deadline = clock_ns() + timeouts[i];
		int waits = 0;
		for (uint64_t now; (now = clock_ns()) < deadline; waits++) {
			h->count = h->ops.wait(h->state, now, deadline, h->ready, 1);
			assert_int_equal(h->count, 0);
		}
		if (waits > 2) fail_msg("wait() came back %d times before a deadline %" PRIu64 " ns ahead", waits, timeouts[i]);
	}
}

static void
deadlines(struct harness *h)
{
	int fds[2];
	make_pipe(fds);
	want(h, fds[0], READ);
	never_early(h);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

static void
open_precise(struct harness *h)
{
	h->ops.close(h->state);
	assert_true(harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_PRECISE_TIMER));
}

/* What a wait of 200 us takes at best. */
static uint64_t
shortest_wait(struct harness *h)
{
	uint64_t best = UINT64_MAX;
	for (int i = 0; i < 20; i++) {
		uint64_t begin = clock_ns();
		assert_int_equal(wait_ns(h, 200000, 4), 0);
		if (clock_ns() - begin < best) best = clock_ns() - begin;
	}
	return best;
}

static void
precise_deadlines(struct harness *h)
{
	open_precise(h);
	never_early(h);
	uint64_t best = shortest_wait(h);
	assert_true(best >= 200000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(wait_ms(h, 0), 0);
}

#if defined(__linux__) && defined(SYS_epoll_pwait2) && defined(SYS_ppoll)
/* A kernel, or a filter, that does not know the call. */
static bool
forget_call(unsigned number)
{
	struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	const struct sock_fprog program = {LENGTH(code), code};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static bool
forget_newer_calls(void)
{
	return forget_call(SYS_epoll_pwait2);
}
#else
static bool
forget_newer_calls(void)
{
	return false;
}
#endif

static int
old_kernel_works(struct harness *h)
{
	int fds[2];
	if (!forget_newer_calls()) return 77;
	open_precise(h);
	make_pipe(fds);
	want(h, fds[0], READ);
	never_early(h);
	if (shortest_wait(h) >= 1000000) return 1;
	put_byte(fds[1]);
	if (wait_ms(h, 1000) != 1 || got(h, fds[0]) != READ) return 2;
	get_byte(fds[0]);
	if (wait_ms(h, 0) != 0 || wait_ms(h, 2) != 0) return 3;
	return 0;
}

static void
precise_deadlines_in_an_older_kernel(struct harness *h)
{
	int status;
	open_precise(h);
	if (shortest_wait(h) >= MS) skip("its call counts milliseconds");
	pid_t child = fork();
	if (child == 0) _exit(old_kernel_works(h));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip("calls cannot be filtered here");
	assert_int_equal(status, 0);
}

#if defined(__linux__) && defined(SYS_io_uring_setup) && defined(SYS_epoll_pwait2) && defined(SYS_ppoll)
static int
refuses_without_its_call(struct harness *h)
{
	h->ops.close(h->state);
	errno = 0;
	if (!forget_call(SYS_io_uring_setup)) return 77;
	if (harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV)) return 1;
	return errno == ENOSYS ? 0 : 2;
}

/* A backend whose call is filtered says so, and nothing else happens. */
static void
refused_by_a_filter(struct harness *h)
{
	int status;
	if (strcmp(h->descriptor.name, "backend-uring") != 0) skip("has no call that is known to be filtered");
	pid_t child = fork();
	if (child == 0) _exit(refuses_without_its_call(h));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip("calls cannot be filtered here");
	assert_int_equal(status, 0);
}
#else
static void
refused_by_a_filter(struct harness *h)
{
	(void)h;
	skip("calls cannot be filtered here");
}
#endif

/* Deadlines that no timeout argument can hold are only waited for in part, if at all. */
static void
far_deadlines(struct harness *h)
{
	static const uint64_t far[] = {
		UINT64_MAX, UINT64_MAX - 1, UINT64_MAX / 2, 3ull << 52, (uint64_t)INT32_MAX * MS * 3};
	int fds[2];
	make_pipe(fds);
	put_byte(fds[1]);
	want(h, fds[0], READ);
	for (size_t i = 0; i < LENGTH(far); i++) {
		h->count = h->ops.wait(h->state, clock_ns(), far[i], h->ready, 4);
		assert_int_equal(h->count, 1);
	}
	want(h, fds[0], 0);
	close_all(fds, 2);
}

static void
past_deadlines_poll(struct harness *h)
{
	uint64_t begin = clock_ns();
	for (int i = 0; i < 10; i++) {
		assert_int_equal(h->ops.wait(h->state, begin, begin, h->ready, 4), 0);
		assert_int_equal(h->ops.wait(h->state, begin, begin - 1, h->ready, 4), 0);
		assert_int_equal(h->ops.wait(h->state, begin, 0, h->ready, 4), 0);
		assert_int_equal(h->ops.wait(h->state, 0, 0, h->ready, 4), 0);
	}
	assert_true(clock_ns() - begin < 1000 * MS);
}

static void
wakes_from_for_ever(struct harness *h)
{
	int fds[2], status;
	make_pipe(fds);
	want(h, fds[0], READ);
	pid_t child = fork();
	if (child == 0) {
		usleep(20000);
		_exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
	}
	assert_int_equal(wait_ns(h, UINT64_MAX, 4), 1);
	assert_int_equal(got(h, fds[0]), READ);
	assert_int_equal(waitpid(child, &status, 0), child);
	want(h, fds[0], 0);
	close_all(fds, 2);
}

static void
on_alarm(int signum)
{
	(void)signum;
}

static void
interrupted_is_no_error(struct harness *h)
{
	const struct itimerval soon = {{0, 0}, {0, 10000}}, never = {{0, 0}, {60, 0}};
	struct sigaction action = {.sa_handler = on_alarm}, old;
	uint64_t begin = clock_ns();
	assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(wait_ms(h, 5000), 0);
	assert_true(clock_ns() - begin < 4000 * MS);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
}

static int
child_works(struct harness *h, const int mine[2], const int theirs[2])
{
	if (h->ops.fdinfo_size && (h->ops.flags & EVENT_PLUGIN_BACKEND_REINIT))
		memset(h->infos, 0, FD_ROOM * info_bytes(h));
	if ((h->ops.flags & EVENT_PLUGIN_BACKEND_REINIT) && h->ops.reinit(h->state) != 0) return 2;
	if (h->ops.flags & EVENT_PLUGIN_BACKEND_REINIT) {
		h->told[mine[0]] = h->told[theirs[0]] = 0;
		if (try_want(h, mine[0], READ) != 0 || try_want(h, theirs[0], READ) != 0) return 3;
	}
	if (write(mine[1], "x", 1) != 1) return 4;
	if (h->ops.wait(h->state, 0, UINT64_MAX, h->ready, 4) != 1 || h->ready[0].fd != mine[0]) return 5;
	if (try_want(h, theirs[0], 0) != 0 || try_want(h, mine[0], 0) != 0) return 6;
	if (h->ops.wait(h->state, 0, 0, h->ready, 4) != 0) return 7;
	h->ops.close(h->state);
	return 0;
}

/* What the child does to its state leaves the parent's as it was. */
static void
fork_and_reinit(struct harness *h)
{
	int mine[2], theirs[2], status;
	make_pipe(mine);
	make_pipe(theirs);
	want(h, mine[0], READ);
	want(h, theirs[0], READ);
	assert_int_equal(wait_ms(h, 0), 0);
	pid_t child = fork();
	if (child == 0) _exit(child_works(h, mine, theirs));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	put_byte(theirs[1]);
	assert_int_equal(wait_ms(h, 1000), 2);
	want(h, mine[0], 0);
	want(h, theirs[0], 0);
	assert_int_equal(wait_ms(h, 0), 0);
	close_all(mine, 2);
	close_all(theirs, 2);
}

/* A turn allocates nothing: neither the wait, nor an fd that is deleted and added again. */
static void
steady_state_allocates_nothing(struct harness *h)
{
	int fds[16][2];
	if (!harness_counts_allocations()) skip("allocations are not counted in this build");
	for (size_t i = 0; i < LENGTH(fds); i++) {
		make_pipe(fds[i]);
		put_byte(fds[i][1]);
		want(h, fds[i][0], READ);
	}
	unsigned long before = harness_allocations;
	h->ops.close(h->state);
	assert_true(harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV));
	assert_true(harness_allocations > before); /* they are counted */
	memset(h->told, 0, sizeof(h->told));
	memset(h->infos, 0, FD_ROOM * info_bytes(h));
	for (size_t i = 0; i < LENGTH(fds); i++)
		want(h, fds[i][0], READ);
	for (int turn = 0; turn < 50; turn++) {
		if (turn == 2) before = harness_allocations;
		int n = h->ops.wait(h->state, 0, 0, h->ready, 64);
		if (n != LENGTH(fds)) fail_msg("%d ready", n);
		for (size_t i = 0; i < LENGTH(fds); i++) {
			h->ops.change(h->state, fds[i][0], READ, 0, info_of(h, fds[i][0]));
			h->ops.change(h->state, fds[i][0], 0, READ, info_of(h, fds[i][0]));
		}
	}
	unsigned long after = harness_allocations;
	assert_int_equal(after - before, 0);
	for (size_t i = 0; i < LENGTH(fds); i++) {
		want(h, fds[i][0], 0);
		close_all(fds[i], 2);
	}
}

/* What a turn may cost: one wait; and one call more for an fd that is deleted and added again. */
static void
budget_of_calls(struct harness *h)
{
	int fds[2], other[2];
	make_pipe(fds);
	make_pair(other);
	want(h, fds[0], READ);
	want(h, other[0], READ);
	assert_int_equal(wait_ms(h, 0), 0);
	unsigned long before = harness_calls;
	for (int i = 0; i < 10; i++)
		assert_int_equal(wait_ms(h, 0), 0);
	if (harness_calls == before) skip("it waits by a call that is not counted");
	assert_int_equal(harness_calls - before, 10);
	before = harness_calls;
	for (int i = 0; i < 10; i++) {
		want(h, fds[0], 0);
		want(h, fds[0], READ);
		assert_int_equal(wait_ms(h, 0), 0);
	}
	assert_true(harness_calls - before <= 20);
	before = harness_calls;
	for (int i = 0; i < 10; i++) { /* a write that is wanted and done with */
		want(h, other[0], READ | WRITE);
		want(h, other[0], READ);
		want(h, other[0], READ | WRITE);
		want(h, other[0], READ);
		assert_int_equal(wait_ms(h, 0), 0);
	}
	assert_true(harness_calls - before <= 30);
	want(h, fds[0], 0);
	want(h, other[0], 0);
	before = harness_calls;
	close_all(fds, 2);
	close_all(other, 2);
	assert_int_equal(wait_ms(h, 0), 0);
	assert_true(harness_calls - before <= 3);
}

static void
signals(struct harness *h)
{
	if (!h->ops.signal) skip("it leaves signals to the core");
	assert_int_equal(h->ops.signal(h->state, SIGUSR1, 1), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	h->count = h->ops.wait(h->state, clock_ns(), clock_ns() + 1000 * MS, h->ready, 4);
	assert_int_equal(h->count, 1);
	assert_int_equal(h->ready[0].fd, SIGUSR1);
	assert_int_equal(h->ready[0].what, EVENT_PLUGIN_SIGNAL);
	assert_int_equal(h->ops.signal(h->state, SIGUSR1, 0), 0);
}

static void
many_states(struct harness *h)
{
	const struct event_plugin_backend_config config = {sizeof(config), EVENT_BASE_FLAG_IGNORE_ENV, harness_host()};
	void *others[20];
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_non_null(others[i] = h->ops.open(&config));
	for (size_t i = 0; i < LENGTH(others); i++)
		h->ops.close(others[i]);
}

const struct check time_checks[] = {CASE(deadlines), CASE(precise_deadlines),
	CASE(precise_deadlines_in_an_older_kernel), CASE(far_deadlines), CASE(past_deadlines_poll),
	CASE(wakes_from_for_ever), CASE(interrupted_is_no_error), CASE(fork_and_reinit),
	CASE(steady_state_allocates_nothing), CASE(budget_of_calls), CASE(signals), CASE(many_states),
	CASE(refused_by_a_filter)};
const int time_count = LENGTH(time_checks);
