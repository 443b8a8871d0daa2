/* SPDX-License-Identifier: BSD-3-Clause */
/* Parent and child after fork(): neither disturbs the other, whether or not the child calls event_reinit(). What must
 * not hang is bounded by an alarm in the child and by counted turns in the parent. */
#include <cmocka.h>

#include <event2/event.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS 8

static struct event_base *base;
static int pairs[PAIRS][2];
static struct event *readers[PAIRS];
static int reads[PAIRS];

static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	char byte;
	assert_int_equal(what, EV_READ);
	assert_int_equal(read(fd, &byte, 1), 1);
	++*(int *)arg;
}

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	if (!base) return -1;
	for (int i = 0; i < PAIRS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) < 0) return -1;
		reads[i] = 0;
		readers[i] = event_new(base, pairs[i][0], EV_READ | EV_PERSIST, on_read, &reads[i]);
		if (!readers[i] || event_add(readers[i], NULL) < 0) return -1;
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < PAIRS; i++) {
		if (readers[i]) event_free(readers[i]);
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
	event_base_free(base);
	return 0;
}

static void
turns(int count)
{
	for (int i = 0; i < count; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Every reader gets one byte; returns how many did. */
static int
all_read_once(void)
{
	int right = 0;
	for (int i = 0; i < PAIRS; i++) {
		reads[i] = 0;
		if (write(pairs[i][1], "x", 1) != 1) return -1;
	}
	turns(3);
	for (int i = 0; i < PAIRS; i++)
		right += reads[i] == 1;
	return right;
}

static void
run_child(int (*child)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		alarm(10);
		_exit(child());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(all_read_once(), PAIRS);
}

/* ---- What children do -------------------------------------------------------------------------------------------- */

static int
child_reinit(void)
{
	if (event_reinit(base) != 0) return 1;
	return all_read_once() == PAIRS ? 0 : 2;
}

static void
reinit_and_go_on(void **state)
{
	(void)state;
	run_child(child_reinit);
}

static int
child_goes_on(void)
{
	return all_read_once() == PAIRS ? 0 : 1;
}

static void
go_on_without_reinit(void **state)
{
	(void)state;
	run_child(child_goes_on);
}

static int
child_deletes(void)
{
	for (int i = 0; i < PAIRS; i++)
		if (event_del(readers[i]) != 0) return 1;
	return 0;
}

/* The parent's interest stays. */
static void
delete_without_reinit(void **state)
{
	(void)state;
	run_child(child_deletes);
}

static int
child_adds(void)
{
	int fds[2], calls = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) return 1;
	struct event *ev = event_new(base, fds[0], EV_READ, on_read, &calls);
	if (event_add(ev, NULL) != 0) return 2;
	/* The same number means another file in the parent. */
	struct event *writer = event_new(base, pairs[0][1], EV_WRITE, on_read, &calls);
	if (event_add(writer, NULL) != 0 || event_del(writer) != 0) return 3;
	if (write(fds[1], "x", 1) != 1) return 4;
	turns(3);
	return calls == 1 ? 0 : 5;
}

static void
add_without_reinit(void **state)
{
	(void)state;
	run_child(child_adds);
}

static int
child_frees(void)
{
	event_base_free(base);
	return 0;
}

static void
free_base_without_reinit(void **state)
{
	(void)state;
	run_child(child_frees);
}

static int
child_frees_after_reinit(void)
{
	if (event_reinit(base) != 0) return 1;
	event_base_free(base);
	base = event_base_new();
	return base ? 0 : 2;
}

static void
free_base_after_reinit(void **state)
{
	(void)state;
	run_child(child_frees_after_reinit);
}

static int
grandchild(void)
{
	if (event_reinit(base) != 0 || all_read_once() != PAIRS) return 1;
	int status;
	pid_t pid = fork();
	if (pid == 0) _exit(all_read_once() == PAIRS ? 0 : 2);
	if (waitpid(pid, &status, 0) != pid || status != 0) return 3;
	return all_read_once() == PAIRS ? 0 : 4;
}

static void
child_of_a_child(void **state)
{
	(void)state;
	run_child(grandchild);
}

/* ---- Timers, wake-ups, callbacks --------------------------------------------------------------------------------- */

static void
count_call(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	++*(int *)arg;
}

static int timer_calls;

static int
child_with_timer(void)
{
	if (event_reinit(base) != 0) return 1;
	usleep(20000);
	turns(2);
	return timer_calls == 1 ? 0 : 2;
}

static void
timers_in_both(void **state)
{
	(void)state;
	timer_calls = 0;
	struct timeval tv = {0, 5000};
	struct event *ev = evtimer_new(base, count_call, &timer_calls);
	assert_int_equal(event_add(ev, &tv), 0);
	run_child(child_with_timer);
	usleep(20000);
	turns(2);
	assert_int_equal(timer_calls, 1);
	event_free(ev);
}

static int woken_calls;
static struct event *user_event;

static void *
wake_later(void *arg)
{
	(void)arg;
	usleep(20000);
	event_active(user_event, EV_READ, 1);
	return NULL;
}

static bool
can_be_woken(void)
{
	pthread_t thread;
	woken_calls = 0;
	if (pthread_create(&thread, NULL, wake_later, NULL) != 0) return false;
	struct timeval limit = {5, 0};
	event_base_loopexit(base, &limit);
	event_base_loop(base, EVLOOP_ONCE);
	pthread_join(thread, NULL);
	return woken_calls == 1;
}

static int
child_is_woken(void)
{
	return event_reinit(base) == 0 && can_be_woken() ? 0 : 1;
}

static void
wake_ups_in_both(void **state)
{
	(void)state;
	user_event = event_new(base, -1, 0, count_call, &woken_calls);
	assert_true(can_be_woken());
	run_child(child_is_woken);
	assert_true(can_be_woken());
	event_free(user_event);
}

static void
fork_in_callback(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	pid_t *pid = arg;
	*pid = fork();
	if (*pid == 0) {
		alarm(10);
		if (event_reinit(base) != 0) _exit(1);
	}
}

/* The child goes on inside the loop that it was born in. */
static void
fork_inside_the_loop(void **state)
{
	(void)state;
	pid_t pid = -1;
	int status;
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, fork_in_callback, &pid, NULL), 0);
	event_base_loop(base, EVLOOP_ONCE);
	if (pid == 0) _exit(all_read_once() == PAIRS ? 0 : 2);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(all_read_once(), PAIRS);
}

static void *
run_loop(void *arg)
{
	(void)arg;
	(void)event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static atomic_int turns_left;
static atomic_bool stays, stay_over;

/* Often enough that the loop's thread has the base's lock for itself. */
static void
turn_often(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (atomic_fetch_sub(&turns_left, 1) > 1) event_active(user_event, EV_READ, 1);
	while (atomic_load(&turns_left) <= 0 && atomic_load(&stays) && !atomic_load(&stay_over))
		usleep(1000);
}

/* The parent's loop goes on meanwhile and reads what comes. */
static int
child_has_a_base(void)
{
	int own[2], called = 0;
	if (event_reinit(base) != 0 || pipe(own) < 0) return 1;
	struct event *ev = event_new(base, own[0], EV_READ, count_call, &called);
	if (event_add(ev, NULL) < 0 || write(own[1], "x", 1) != 1) return 2;
	turns(3);
	event_free(ev);
	return called == 1 ? 0 : 3;
}

/* The loop's thread waits, or is in a callback; in the child there is no such thread. */
static void
fork_beside_the_loop(void **state)
{
	(void)state;
	for (int way = 0; way < 2; way++) {
		pthread_t thread;
		int status;
		atomic_store(&turns_left, 3000);
		atomic_store(&stays, way == 1);
		atomic_store(&stay_over, false);
		user_event = event_new(base, -1, 0, turn_often, NULL);
		assert_int_equal(pthread_create(&thread, NULL, run_loop, NULL), 0);
		event_active(user_event, EV_READ, 1);
		while (atomic_load(&turns_left) > 0)
			usleep(1000);
		usleep(50000);
		pid_t pid = fork();
		if (pid == 0) {
			alarm(10);
			_exit(child_has_a_base());
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		atomic_store(&stay_over, true);
		assert_int_equal(event_base_loopbreak(base), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		event_free(user_event);
		assert_int_equal(all_read_once(), PAIRS);
	}
}

/* ---- Without a fork ---------------------------------------------------------------------------------------------- */

static void
reinit_alone(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(event_reinit(base), 0);
		assert_int_equal(all_read_once(), PAIRS);
	}
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), PAIRS);
}

int
main(void)
{
	assert_int_equal(evthread_use_pthreads(), 0);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(reinit_and_go_on),
		CASE(go_on_without_reinit),
		CASE(delete_without_reinit),
		CASE(add_without_reinit),
		CASE(free_base_without_reinit),
		CASE(free_base_after_reinit),
		CASE(child_of_a_child),
		CASE(timers_in_both),
		CASE(wake_ups_in_both),
		CASE(fork_inside_the_loop),
		CASE(fork_beside_the_loop),
		CASE(reinit_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
