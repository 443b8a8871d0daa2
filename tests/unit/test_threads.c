/* SPDX-License-Identifier: BSD-3-Clause */
/* One base, several threads: waking the loop, deleting what runs, finalizing it, and all of it at once. */
#include <cmocka.h>

#include <dlfcn.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop_thread.h"
#include "unseen.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct event_base *base;
static pthread_t loop_thread;
static int pipe_fds[2];
static atomic_int calls, running, finalized, stop;

static double
seconds(void)
{
	struct timeval tv;
	(void)evutil_gettimeofday(&tv, NULL);
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static void
nap(int ms)
{
	(void)usleep((useconds_t)ms * 1000);
}

/* Until *value is wanted; a case that waits for too long fails. */
static void
wait_for(atomic_int *value, int wanted)
{
	const double begin = seconds();
	while (atomic_load(value) != wanted) {
		assert_true(seconds() - begin < 10);
		(void)usleep(200);
	}
}

static int
setup(void **state)
{
	(void)state;
	(void)alarm(60);
	calls = running = finalized = stop = 0;
	base = event_base_new();
	if (!base || pipe(pipe_fds) < 0) return -1;
	return fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
}

static int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	event_base_free(base);
	close(pipe_fds[0]), close(pipe_fds[1]);
	return 0;
}

static void *
loop_until_told(void *arg)
{
	(void)arg;
	(void)event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static void *
loop_until_empty(void *arg)
{
	*(int *)arg = event_base_dispatch(base);
	return NULL;
}

/* The loop is asleep when this returns, as far as one can tell from outside. */
static void
start_loop(void *(*run)(void *), void *arg)
{
	loop_thread_start(base, &loop_thread, run, arg);
	nap(50);
}

static void
join_loop(void)
{
	assert_int_equal(pthread_join(loop_thread, NULL), 0);
}

static void
stop_loop(void)
{
	assert_int_equal(event_base_loopbreak(base), 0);
	join_loop();
}

static void
count(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_fetch_add(&calls, 1);
}

static void
count_slowly(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_store(&running, 1);
	nap(100);
	atomic_fetch_add(&calls, 1);
	atomic_store(&running, 0);
}

/* ---- Waking ------------------------------------------------------------------------------------------------------ */

static void
activation_wakes(void **state)
{
	struct event *ev = event_new(base, -1, 0, count, NULL);
	(void)state;
	start_loop(loop_until_told, NULL);
	for (int i = 1; i <= 20; i++) {
		event_active(ev, EV_READ, 1);
		wait_for(&calls, i);
	}
	stop_loop();
	event_free(ev);
}

static void
addition_wakes(void **state)
{
	struct event *ev = event_new(base, pipe_fds[0], EV_READ, count, NULL);
	(void)state;
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	start_loop(loop_until_told, NULL);
	assert_int_equal(event_add(ev, NULL), 0);
	wait_for(&calls, 1);
	stop_loop();
	event_free(ev);
}

static void
earlier_timer_wakes(void **state)
{
	struct event *late = evtimer_new(base, count, NULL), *soon = evtimer_new(base, count, NULL);
	const struct timeval minute = {60, 0}, little = {0, 10000};
	(void)state;
	assert_int_equal(event_add(late, &minute), 0);
	start_loop(loop_until_told, NULL);
	assert_int_equal(event_add(soon, &little), 0);
	wait_for(&calls, 1);
	assert_int_equal(event_add(late, &little), 0); /* moved to the front */
	wait_for(&calls, 2);
	stop_loop();
	event_free(late), event_free(soon);
}

static void
exit_and_once_wake(void **state)
{
	int result = -2;
	(void)state;
	start_loop(loop_until_told, NULL);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, count, NULL, NULL), 0);
	wait_for(&calls, 1);
	assert_int_equal(event_base_loopexit(base, NULL), 0);
	join_loop();
	assert_true(event_base_got_exit(base));
	start_loop(loop_until_empty, &result);
	join_loop();
	assert_int_equal(result, 1);
}

/* The loop ends at once when another thread takes the last event away. */
static void
hole_b2192269(void **state)
{
	const struct timeval minute = {60, 0};
	(void)state;
	for (int way = 0; way < 3; way++) {
		int result = -2;
		struct event *ev = event_new(base, way == 2 ? pipe_fds[0] : -1, way == 2 ? EV_READ : 0, count, NULL);
		const double begin = seconds();
		assert_int_equal(event_add(ev, way == 2 ? NULL : &minute), 0);
		start_loop(loop_until_empty, &result);
		assert_int_equal(way == 1 ? event_remove_timer(ev) : event_del(ev), 0);
		join_loop();
		assert_int_equal(result, 1);
		assert_true(seconds() - begin < 5);
		event_free(ev);
	}
}

/* ---- Counting wake-ups ------------------------------------------------------------------------------------------- */

struct counters { /* the head of struct event_base_counters, which libevent has not */
	uint32_t size, priorities;
	uint64_t turns, run_io, run_timer, run_signal, run_user, run_deferred, wakeups;
};

static struct event many[100];

static uint64_t
wakeups(void)
{
	static int (*get)(const struct event_base *, void *, size_t);
	struct counters counters;
	*(void **)&get = dlsym(RTLD_DEFAULT, "event_base_get_counters");
	if (!get) skip();
	assert_int_equal(get(base, &counters, sizeof(counters)), 0);
	return counters.wakeups;
}

static void
assign_many(void)
{
	for (size_t i = 0; i < LENGTH(many); i++)
		assert_int_equal(event_assign(&many[i], base, -1, 0, count, NULL), 0);
}

static void
activate_many(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	for (size_t i = 0; i < LENGTH(many); i++)
		event_active(&many[i], EV_READ, 1);
}

/* However many the woken loop queues itself. */
static void
one_wake_for_many(void **state)
{
	struct event *all = event_new(base, -1, 0, activate_many, NULL);
	(void)state;
	const uint64_t before = wakeups();
	assign_many();
	start_loop(loop_until_told, NULL);
	event_active(all, EV_READ, 1);
	wait_for(&calls, (int)LENGTH(many));
	assert_int_equal(wakeups() - before, 1);
	stop_loop();
	event_free(all);
}

static int
activate_many_inside(const struct event_base *of, const struct event *ev, void *arg)
{
	(void)of, (void)ev;
	activate_many(-1, 0, arg);
	return 1;
}

/* However many another thread queues before the loop has got to run; the visitor runs with the base's lock held, so
 * that it cannot. */
static void
one_wake_for_many_from_outside(void **state)
{
	struct event *ev = event_new(base, pipe_fds[0], EV_READ, count, NULL);
	(void)state;
	const uint64_t before = wakeups();
	assign_many();
	assert_int_equal(event_add(ev, NULL), 0);
	start_loop(loop_until_told, NULL);
	assert_int_equal(event_base_foreach_event(base, activate_many_inside, NULL), 1);
	wait_for(&calls, (int)LENGTH(many));
	assert_int_equal(wakeups() - before, 1);
	stop_loop();
	event_free(ev);
}

static atomic_int may_end;

static void
busy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	atomic_store(&running, 1);
	while (!atomic_load(&may_end))
		nap(1);
}

/* A loop that is awake looks at what was queued before it sleeps again. */
static void
no_wake_when_awake(void **state)
{
	struct event *ev = event_new(base, -1, 0, busy, NULL);
	(void)state;
	assign_many();
	atomic_store(&may_end, 0);
	start_loop(loop_until_told, NULL);
	event_active(ev, EV_READ, 1);
	wait_for(&running, 1);
	const uint64_t before = wakeups();
	activate_many(-1, 0, NULL);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, count, NULL, NULL), 0);
	atomic_store(&may_end, 1);
	wait_for(&calls, (int)LENGTH(many) + 1);
	assert_int_equal(wakeups() - before, 0);
	stop_loop();
	event_free(ev);
}

/* ---- Deleting what runs ------------------------------------------------------------------------------------------ */

static int (*const waiting_ways[])(struct event *) = {event_del, event_del_block};

static void
deletion_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(waiting_ways); i++) {
		struct event *ev = event_new(base, -1, EV_PERSIST, count_slowly, NULL);
		start_loop(loop_until_told, NULL);
		event_active(ev, EV_READ, 1);
		wait_for(&running, 1);
		assert_int_equal(waiting_ways[i](ev), 0);
		assert_int_equal(running, 0);
		assert_int_equal(calls, (int)i + 1);
		stop_loop();
		event_free(ev);
	}
}

static void
deletion_need_not_wait(void **state)
{
	(void)state;
	for (int way = 0; way < 2; way++) {
		struct event *ev = event_new(base, -1, (short)(EV_PERSIST | (way ? EV_FINALIZE : 0)), count_slowly, NULL);
		start_loop(loop_until_told, NULL);
		event_active(ev, EV_READ, 1);
		wait_for(&running, 1);
		assert_int_equal(way ? event_del(ev) : event_del_noblock(ev), 0);
		assert_int_equal(running, 1);
		wait_for(&running, 0);
		stop_loop();
		event_free(ev);
	}
}

static void
delete_self(evutil_socket_t fd, short what, void *arg)
{
	count(fd, what, NULL);
	assert_int_equal(event_del_block(arg), 0); /* waiting for oneself would never end */
}

static void
deletion_inside(void **state)
{
	struct event *ev = event_new(base, pipe_fds[0], EV_READ | EV_PERSIST, delete_self, event_self_cbarg());
	(void)state;
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	assert_int_equal(event_add(ev, NULL), 0);
	start_loop(loop_until_told, NULL);
	wait_for(&calls, 1);
	stop_loop();
	event_free(ev);
}

static atomic_bool deleted, late_call;

static void
must_not_be_deleted(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (atomic_load(&deleted)) atomic_store(&late_call, true);
	atomic_fetch_add(&calls, 1);
	if (arg) (void)event_add(arg, NULL);
	if (atomic_load(&deleted)) atomic_store(&late_call, true);
}

/* Once event_del() has returned in another thread the callback neither runs nor will, even if it adds its own event. */
static void
hole_225_529(void **state)
{
	(void)state;
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	start_loop(loop_until_told, NULL);
	atomic_store(&late_call, false);
	for (int i = 0; i < 400; i++) {
		const bool once = i % 2;
		struct event ev;
		atomic_store(&deleted, false);
		atomic_store(&calls, 0);
		assert_int_equal(event_assign(&ev, base, pipe_fds[0], (short)(EV_READ | (once ? 0 : EV_PERSIST)),
							 must_not_be_deleted, once ? event_self_cbarg() : NULL),
			0);
		assert_int_equal(event_add(&ev, NULL), 0);
		for (int k = 0; k < 1000 && atomic_load(&calls) < 3; k++)
			(void)usleep(10);
		assert_int_equal(event_del(&ev), 0);
		atomic_store(&deleted, true);
		assert_int_equal(event_pending(&ev, EV_READ, NULL), 0);
		memset(&ev, 0, sizeof(ev));
	}
	assert_false(late_call);
	stop_loop();
}

/* An event whose callback runs is listed as active no more, and can become active again meanwhile. */
static void
hole_7afbdcf2(void **state)
{
	struct event *ev = event_new(base, -1, 0, count_slowly, NULL);
	(void)state;
	start_loop(loop_until_told, NULL);
	event_active(ev, EV_READ, 1);
	wait_for(&running, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	assert_int_equal(event_pending(ev, EV_READ, NULL), 0);
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_pending(ev, EV_READ, NULL), EV_READ);
	wait_for(&calls, 2);
	stop_loop();
	event_free(ev);
}

/* A timeout that comes due while the event is active already adds its bit and takes none. */
static short told;

static void
tell(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)arg;
	told = what;
	atomic_fetch_add(&calls, 1);
}

static void
hole_342a0faa_threads(void **state)
{
	struct event *slow = event_new(base, -1, 0, count_slowly, NULL), *ev = event_new(base, -1, 0, tell, NULL);
	const struct timeval tv = {0, 20000};
	(void)state;
	start_loop(loop_until_told, NULL);
	assert_int_equal(event_add(ev, &tv), 0);
	event_active(slow, EV_READ, 1);
	wait_for(&running, 1);
	event_active(ev, EV_WRITE, 1); /* waits behind slow, and its time is up before that ends */
	wait_for(&calls, 2);
	stop_loop();
	assert_int_equal(told & EV_WRITE, EV_WRITE);
	event_free(slow), event_free(ev);
}

/* ---- Finalizing -------------------------------------------------------------------------------------------------- */

static void
finalizer(struct event *ev, void *arg)
{
	(void)ev, (void)arg;
	if (atomic_load(&running)) atomic_store(&late_call, true);
	atomic_fetch_add(&finalized, 1);
}

static void
finalize_while_running(void **state)
{
	struct event *ev = event_new(base, -1, EV_PERSIST | EV_FINALIZE, count_slowly, NULL);
	(void)state;
	atomic_store(&late_call, false);
	start_loop(loop_until_told, NULL);
	event_active(ev, EV_READ, 1);
	wait_for(&running, 1);
	assert_int_equal(event_free_finalize(0, ev, finalizer), 0);
	wait_for(&finalized, 1);
	assert_int_equal(running, 0);
	assert_false(late_call);
	stop_loop();
}

/* ---- All at once ------------------------------------------------------------------------------------------------- */

enum { WORKERS = 3, ROUNDS = 1500 };

static void
take(evutil_socket_t fd, short what, void *arg)
{
	char bytes[64];
	if (what & EV_READ)
		while (read(fd, bytes, sizeof(bytes)) > 0)
			;
	count(fd, what, arg);
}

/* Returns what failed, or NULL. */
static const char *
churn(struct event *shared)
{
	const struct timeval soon = {0, 500}, late = {60, 0};
	int fds[2];
	if (unseen_pipe(fds) < 0) return "pipe";
	struct event *timer = evtimer_new(base, count, NULL);
	struct event *reader = event_new(base, fds[0], EV_READ | EV_PERSIST, take, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		event_active(shared, EV_READ, 1);
		if (event_add(timer, i % 3 ? &soon : &late) < 0) return "timer";
		if (event_add(reader, i % 5 ? NULL : &soon) < 0) return "reader";
		if (write(fds[1], "x", 1) != 1) return "write";
		if (i % 4 == 0 && event_del(reader) < 0) return "del";
		if (i % 7 == 0 && event_remove_timer(timer) < 0) return "remove";
		(void)event_pending(timer, EV_TIMEOUT, NULL);
		if (i % 10 == 0) {
			struct event *gone = event_new(base, -1, EV_PERSIST, count, NULL);
			if (event_add(gone, &soon) < 0 || event_free_finalize(0, gone, finalizer) < 0) return "finalize";
		}
	}
	event_free(timer);
	event_free(reader);
	unseen_close(fds[0]), unseen_close(fds[1]);
	return NULL;
}

static void *
work(void *arg)
{
	return (void *)(uintptr_t)churn(arg);
}

static void
everything(void **state)
{
	pthread_t workers[WORKERS];
	struct event *shared = event_new(base, -1, 0, count, NULL);
	(void)state;
	start_loop(loop_until_told, NULL);
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&workers[i], NULL, work, shared), 0);
	for (int i = 0; i < WORKERS; i++) {
		void *failed;
		assert_int_equal(pthread_join(workers[i], &failed), 0);
		assert_null(failed);
	}
	wait_for(&finalized, WORKERS * ROUNDS / 10);
	stop_loop();
	event_free(shared);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

static void
notifiable(void **state)
{
	(void)state;
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	assert_int_equal(evthread_make_base_notifiable(NULL), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(activation_wakes),
		CASE(addition_wakes),
		CASE(earlier_timer_wakes),
		CASE(exit_and_once_wake),
		CASE(hole_b2192269),
		CASE(one_wake_for_many),
		CASE(one_wake_for_many_from_outside),
		CASE(no_wake_when_awake),
		CASE(deletion_waits),
		CASE(deletion_need_not_wait),
		CASE(deletion_inside),
		CASE(hole_225_529),
		CASE(hole_7afbdcf2),
		CASE(hole_342a0faa_threads),
		CASE(finalize_while_running),
		CASE(notifiable),
		CASE(everything),
	};
	if (evthread_use_pthreads() < 0) return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
