/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/thread.h. Callbacks are set once in a process, so each case is a process of its own. */
#include <cmocka.h>

#include <dlfcn.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x)                                                                                                       \
	do {                                                                                                               \
		if (!(x)) _exit(__LINE__ % 250 + 1);                                                                           \
	} while (0)

static void
in_child(void (*body)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		alarm(60);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0) fail_msg("status %x, line %% 250 is %d", (unsigned)status, WEXITSTATUS(status) - 1);
}

static void
ignore_log(int severity, const char *text)
{
	(void)severity, (void)text;
}

/* ---- Locks that count -------------------------------------------------------------------------------------------- */

static atomic_int locks_made, locks_freed, conds_made, conds_freed, wrong;
static _Thread_local int held;
static int lock_offset; /* what the library gets is the mutex's address and this: a lock need not be a pointer */

static pthread_mutex_t *
mutex_of(void *lock)
{
	return (pthread_mutex_t *)(void *)((char *)lock - lock_offset);
}

static void *
counted_alloc(unsigned type)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));
	pthread_mutexattr_init(&attributes);
	if (type & EVTHREAD_LOCKTYPE_RECURSIVE) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	atomic_fetch_add(&locks_made, 1);
	return (char *)mutex + lock_offset;
}

static void
counted_free(void *lock, unsigned type)
{
	(void)type;
	if (pthread_mutex_destroy(mutex_of(lock)) != 0) atomic_fetch_add(&wrong, 1);
	free(mutex_of(lock));
	atomic_fetch_add(&locks_freed, 1);
}

static int
counted_lock(unsigned mode, void *lock)
{
	int result = mode & EVTHREAD_TRY ? pthread_mutex_trylock(mutex_of(lock)) : pthread_mutex_lock(mutex_of(lock));
	if (result == 0) held++;
	return result;
}

static int
counted_unlock(unsigned mode, void *lock)
{
	(void)mode;
	held--;
	int result = pthread_mutex_unlock(mutex_of(lock));
	if (result != 0) atomic_fetch_add(&wrong, 1);
	return result;
}

static void *
counted_cond_alloc(unsigned type)
{
	pthread_cond_t *cond = malloc(sizeof(*cond));
	if (type != 0) atomic_fetch_add(&wrong, 1);
	pthread_cond_init(cond, NULL);
	atomic_fetch_add(&conds_made, 1);
	return cond;
}

static void
counted_cond_free(void *cond)
{
	pthread_cond_destroy(cond);
	free(cond);
	atomic_fetch_add(&conds_freed, 1);
}

static int
counted_cond_signal(void *cond, int broadcast)
{
	return broadcast ? pthread_cond_broadcast(cond) : pthread_cond_signal(cond);
}

static int
counted_cond_wait(void *cond, void *lock, const struct timeval *timeout)
{
	if (timeout) atomic_fetch_add(&wrong, 1); /* not asked for so far */
	int depth = held;
	held = 0;
	int result = pthread_cond_wait(cond, mutex_of(lock));
	held = depth;
	return result;
}

static unsigned long
thread_number(void)
{
	return (unsigned long)pthread_self();
}

static const struct evthread_lock_callbacks counted_locks = {
	EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, counted_alloc, counted_free, counted_lock, counted_unlock};
static const struct evthread_condition_callbacks counted_conds = {
	EVTHREAD_CONDITION_API_VERSION, counted_cond_alloc, counted_cond_free, counted_cond_signal, counted_cond_wait};

static void
use_counted(void)
{
	CHECK(evthread_set_lock_callbacks(&counted_locks) == 0);
	CHECK(evthread_set_condition_callbacks(&counted_conds) == 0);
	evthread_set_id_callback(thread_number);
}

static void
set_callbacks(void)
{
	event_set_log_callback(ignore_log);
	struct evthread_lock_callbacks locks = counted_locks;
	locks.lock = NULL;
	CHECK(evthread_set_lock_callbacks(&locks) == -1);
	locks = counted_locks;
	CHECK(evthread_set_lock_callbacks(&locks) == 0);
	memset(&locks, 0, sizeof(locks)); /* they were copied */
	CHECK(evthread_set_lock_callbacks(&counted_locks) == 0);
	locks = counted_locks;
	locks.free = NULL;
	CHECK(evthread_set_lock_callbacks(&locks) == -1);

	struct evthread_condition_callbacks conds = counted_conds;
	conds.wait_condition = NULL;
	CHECK(evthread_set_condition_callbacks(&conds) == -1);
	CHECK(evthread_set_condition_callbacks(&counted_conds) == 0);
	CHECK(evthread_set_condition_callbacks(&counted_conds) == 0);
	CHECK(evthread_set_condition_callbacks(&conds) == -1);
}

static void
what_can_be_set(void **state)
{
	(void)state;
	in_child(set_callbacks);
}

static struct event_base *base;
static struct event *active_event;
static int calls;

static void
must_hold_nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	CHECK(held == 0);
	calls++;
}

static void
bev_must_hold_nothing(struct bufferevent *bev, void *arg)
{
	(void)arg;
	CHECK(held == 0);
	evbuffer_drain(bufferevent_get_input(bev), 1000);
	calls++;
}

static void
event_must_hold_nothing(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)what, (void)arg;
	CHECK(held == 0);
	calls++;
}

static void
all_kinds_of_callbacks(void)
{
	struct timeval zero = {0, 0};
	struct bufferevent *pair[2];
	use_counted();
	base = event_base_new();
	CHECK(base != NULL);
	struct event *timer = evtimer_new(base, must_hold_nothing, NULL);
	struct event *signal_ = event_new(base, SIGUSR1, EV_SIGNAL, must_hold_nothing, NULL);
	struct event *user = event_new(base, -1, 0, must_hold_nothing, NULL);
	CHECK(event_add(timer, &zero) == 0 && event_add(signal_, NULL) == 0);
	event_active(user, EV_READ, 1);
	raise(SIGUSR1);
	CHECK(event_base_once(base, -1, EV_TIMEOUT, must_hold_nothing, NULL, &zero) == 0);
	CHECK(bufferevent_pair_new(base, BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE, pair) == 0);
	bufferevent_setcb(pair[1], bev_must_hold_nothing, NULL, event_must_hold_nothing, NULL);
	bufferevent_enable(pair[1], EV_READ);
	bufferevent_enable(pair[0], EV_WRITE);
	bufferevent_write(pair[0], "hello", 5);
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	CHECK(held == 0);
	event_free(timer);
	event_free(signal_);
	event_free(user);
}

/* No lock is held in a callback. (A bufferevent with a lock holds its own in libevent, unless it is told otherwise.) */
static void
held_in_callbacks(void)
{
	all_kinds_of_callbacks();
	CHECK(calls == 5);
}

static void
no_lock_in_callbacks(void **state)
{
	(void)state;
	in_child(held_in_callbacks);
}

static void *
add_and_delete(void *arg)
{
	struct event *ev = arg;
	struct timeval zero = {0, 0};
	for (int i = 0; i < 500; i++) {
		event_active(active_event, EV_READ, 1);
		event_add(ev, &zero);
		if (i % 3 == 0) event_del(ev);
		CHECK(held == 0);
	}
	event_base_loopexit(base, NULL);
	return NULL;
}

static void
balance(void)
{
	pthread_t thread;
	use_counted();
	base = event_base_new();
	active_event = event_new(base, -1, 0, must_hold_nothing, NULL);
	struct event *timer = evtimer_new(base, must_hold_nothing, NULL);
	CHECK(pthread_create(&thread, NULL, add_and_delete, timer) == 0);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	pthread_join(thread, NULL);
	CHECK(held == 0);
	event_free(timer);
	event_free(active_event);
	event_base_free(base);
	libevent_global_shutdown();
	CHECK(wrong == 0);
	CHECK(locks_made > 0 && locks_made == locks_freed);
	CHECK(conds_made > 0 && conds_made == conds_freed);
}

/* What is made is freed, what is taken is released. */
static void
locks_in_balance(void **state)
{
	(void)state;
	in_child(balance);
}

static void
odd_locks(void)
{
	lock_offset = 1;
	balance();
	struct evbuffer *buffer = evbuffer_new();
	void *brought = counted_alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
	use_counted();
	CHECK(evbuffer_enable_locking(buffer, brought) == 0);
	for (int i = 0; i < 1000; i++)
		CHECK(evbuffer_add(buffer, "x", 1) == 0 && evbuffer_drain(buffer, 1) == 0);
	CHECK(counted_lock(0, brought) == 0);
	evbuffer_lock(buffer);
	evbuffer_unlock(buffer);
	CHECK(counted_unlock(0, brought) == 0);
	evbuffer_free(buffer);
	counted_free(brought, EVTHREAD_LOCKTYPE_RECURSIVE);
	CHECK(wrong == 0 && held == 0);
}

/* A program's lock may be a number of its own. */
static void
locks_that_are_no_pointers(void **state)
{
	(void)state;
	in_child(odd_locks);
}

static void *
null_alloc(unsigned type)
{
	(void)type;
	return NULL;
}

static void
no_locks_to_be_had(void)
{
	struct evthread_lock_callbacks locks = counted_locks;
	event_set_log_callback(ignore_log);
	locks.alloc = null_alloc;
	if (evthread_set_lock_callbacks(&locks) == 0) CHECK(event_base_new() == NULL);
}

static void
no_memory_for_locks(void **state)
{
	(void)state;
	in_child(no_locks_to_be_had);
}

/* ---- POSIX threads ----------------------------------------------------------------------------------------------- */

static atomic_bool in_callback, callback_over;

static void
slow_callback(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	in_callback = true;
	usleep(50000);
	callback_over = true;
}

static void *
run_loop(void *arg)
{
	(void)arg;
	event_base_dispatch(base);
	return NULL;
}

static void
delete_while_it_runs(void)
{
	pthread_t thread;
	struct timeval zero = {0, 0};
	CHECK(evthread_use_pthreads() == 0);
	CHECK(evthread_use_pthreads() == 0);
	base = event_base_new();
	struct event *ev = event_new(base, -1, EV_PERSIST, slow_callback, NULL);
	CHECK(event_add(ev, &zero) == 0);
	CHECK(pthread_create(&thread, NULL, run_loop, NULL) == 0);
	while (!in_callback)
		usleep(100);
	CHECK(event_del(ev) == 0);
	CHECK(callback_over);
	pthread_join(thread, NULL);
	event_free(ev);
	event_base_free(base);
}

static void
del_waits_for_the_callback(void **state)
{
	(void)state;
	in_child(delete_while_it_runs);
}

/* A lock that the program brings: it may take it by itself, and give it to several buffers. */
static struct evbuffer *buffers[2];
static atomic_int added;

static void *
add_to_buffers(void *arg)
{
	for (int i = 0; i < 2; i++) {
		CHECK(evbuffer_add(buffers[i], "hello", 5) == 0);
		added++;
	}
	return arg;
}

static void
brought_lock(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;
	pthread_t thread;
	CHECK(evthread_use_pthreads() == 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&mutex, &attributes);
	for (int i = 0; i < 2; i++) {
		buffers[i] = evbuffer_new();
		CHECK(evbuffer_enable_locking(buffers[i], &mutex) == 0);
		CHECK(evbuffer_enable_locking(buffers[i], &mutex) == -1);
	}
	for (int i = 0; i < 1000; i++)
		CHECK(evbuffer_add_buffer(buffers[i % 2], buffers[!(i % 2)]) == 0);
	CHECK(pthread_mutex_lock(&mutex) == 0);
	CHECK(pthread_create(&thread, NULL, add_to_buffers, NULL) == 0);
	usleep(50000);
	CHECK(added == 0);
	CHECK(pthread_mutex_unlock(&mutex) == 0);
	pthread_join(thread, NULL);
	CHECK(added == 2);
	CHECK(evbuffer_add_buffer(buffers[0], buffers[1]) == 0 && evbuffer_get_length(buffers[0]) == 10);
	evbuffer_lock(buffers[0]);
	evbuffer_lock(buffers[1]);
	evbuffer_unlock(buffers[0]);
	evbuffer_unlock(buffers[1]);
	evbuffer_free(buffers[0]);
	evbuffer_free(buffers[1]);
	CHECK(pthread_mutex_destroy(&mutex) == 0); /* nobody holds it */
}

static void
buffers_with_a_lock_of_the_program(void **state)
{
	(void)state;
	in_child(brought_lock);
}

static void
flags_of_pthreads(void)
{
	int (*use)(int) = (int (*)(int))dlsym(RTLD_DEFAULT, "evthread_use_pthreads_with_flags");
	CHECK(use(0x1000) == -1);
	CHECK(use(1) == 0); /* EVTHREAD_PTHREAD_PRIO_INHERIT */
	base = event_base_new();
	CHECK(base != NULL);
	event_base_free(base);
}

static void
pthreads_with_flags(void **state)
{
	(void)state;
	if (!dlsym(RTLD_DEFAULT, "evthread_use_pthreads_with_flags")) skip();
	in_child(flags_of_pthreads);
}

static void
with_lock_debugging(void)
{
	evthread_enable_lock_debugging();
	balance();
}

static void
debugging_first(void **state)
{
	(void)state;
	in_child(with_lock_debugging);
}

static void
lock_debugging_later(void)
{
	use_counted();
	evthread_enable_lock_debuging();
	evthread_enable_lock_debugging();
	base = event_base_new();
	struct timeval zero = {0, 0};
	struct event *ev = evtimer_new(base, must_hold_nothing, NULL);
	CHECK(event_add(ev, &zero) == 0);
	CHECK(event_base_dispatch(base) == 1);
	CHECK(calls == 1);
	event_free(ev);
	event_base_free(base);
	CHECK(wrong == 0);
}

static void
debugging_after_callbacks(void **state)
{
	(void)state;
	in_child(lock_debugging_later);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_set),
		cmocka_unit_test(no_lock_in_callbacks),
		cmocka_unit_test(locks_in_balance),
		cmocka_unit_test(locks_that_are_no_pointers),
		cmocka_unit_test(no_memory_for_locks),
		cmocka_unit_test(del_waits_for_the_callback),
		cmocka_unit_test(buffers_with_a_lock_of_the_program),
		cmocka_unit_test(pthreads_with_flags),
		cmocka_unit_test(debugging_first),
		cmocka_unit_test(debugging_after_callbacks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
