/* SPDX-License-Identifier: BSD-3-Clause */
/* Biased locks by themselves, with thresholds so low that they open and shut all the time. What a checker of threads
 * would do is done here by hand, since none knows membarrier(2): counters that must add up, and a place where two
 * threads would meet if they were inside at once. */
#include <cmocka.h>

#include "config.h"

#include "thread/bias.h"

#include <event2/thread.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if THREAD_BIAS

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

/* The source itself: nothing of it is exported. */
#define BIAS_FIRST 5
#define BIAS_AGAIN 7
#define BIAS_AGAIN_MOST 20
#include "../../core/thread/bias.c"

/* ---- What it needs ----------------------------------------------------------------------------------------------- */

static atomic_bool refuse; /* membarrier(2) */
static atomic_int barriers, warnings;

long
syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6] = {0};
	const int given = number == SYS_membarrier ? 2 : 6;
	va_list arguments;
	va_start(arguments, number);
	for (int i = 0; i < given; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_membarrier) {
		atomic_fetch_add(&barriers, 1);
		if (atomic_load(&refuse)) {
			errno = EPERM;
			return -1;
		}
	}
	if (!real) *(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void
log_warn(const char *format, ...)
{
	(void)format;
	atomic_fetch_add(&warnings, 1);
}

const char *
registry_setting(const char *name)
{
	(void)name;
	return NULL;
}

void *
mm_calloc(size_t count, size_t size)
{
	return calloc(count, size);
}

void
mm_free(void *memory)
{
	free(memory);
}

struct evthread_lock_callbacks thread_program_locks;
struct evthread_condition_callbacks thread_program_conds;

static void *
mutex_new(unsigned type)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));
	(void)type;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return mutex;
}

static void
mutex_free(void *mutex, unsigned type)
{
	(void)type;
	if (pthread_mutex_destroy(mutex) != 0) abort();
	free(mutex);
}

static int
mutex_lock(unsigned mode, void *mutex)
{
	return mode & EVTHREAD_TRY ? pthread_mutex_trylock(mutex) : pthread_mutex_lock(mutex);
}

static int
mutex_unlock(unsigned mode, void *mutex)
{
	(void)mode;
	if (pthread_mutex_unlock(mutex) != 0) abort(); /* it was not ours */
	return 0;
}

static int
cond_wait(void *cond, void *mutex, const struct timeval *timeout)
{
	struct timespec until;
	if (!timeout) return pthread_cond_wait(cond, mutex);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout->tv_sec;
	until.tv_nsec += timeout->tv_usec * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	return pthread_cond_timedwait(cond, mutex, &until) == ETIMEDOUT ? 1 : 0;
}

/* ---- As the library takes and releases them ---------------------------------------------------------------------- */

static void
take_it(struct bias_lock *lock)
{
	if (!bias_enter(lock)) (void)thread_bias_locks.lock(0, lock);
}

static bool
try_it(struct bias_lock *lock)
{
	return thread_bias_locks.lock(EVTHREAD_TRY, lock) == 0;
}

static void
let_it_go(struct bias_lock *lock)
{
	if (!bias_leave(lock)) (void)thread_bias_locks.unlock(0, lock);
}

static struct bias_lock *lock;

static int
setup(void **state)
{
	(void)state;
	(void)alarm(120);
	thread_program_locks = (struct evthread_lock_callbacks){
		EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, mutex_new, mutex_free, mutex_lock, mutex_unlock};
	thread_program_conds.wait_condition = cond_wait;
	atomic_store(&refuse, false);
	atomic_store(&refused, false);
	if (!bias_start()) return -1;
	lock = thread_bias_locks.alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
	return lock ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	thread_bias_locks.free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
	return 0;
}

static void
become_owner(void)
{
	for (int i = 0; i < BIAS_AGAIN_MOST * 2; i++) {
		take_it(lock);
		let_it_go(lock);
	}
	assert_true(lock->owner == bias_self());
	assert_true(lock->open);
}

static void
in_thread(void *(*body)(void *), void *arg)
{
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, body, arg), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void *
take_once(void *arg)
{
	take_it(lock);
	take_it(lock);
	let_it_go(lock);
	let_it_go(lock);
	return arg;
}

/* ---- One step at a time ------------------------------------------------------------------------------------------ */

static void
opens_for_who_uses_it(void **state)
{
	(void)state;
	for (int i = 1; i <= BIAS_FIRST; i++) {
		take_it(lock);
		assert_int_equal(lock->open != 0, i == BIAS_FIRST);
		let_it_go(lock);
	}
	take_it(lock);
	take_it(lock);
	assert_int_equal(times_inside(lock), 2);
	let_it_go(lock);
	let_it_go(lock);
	assert_int_equal(times_inside(lock), 0);
}

static void *
slip_not(void *arg)
{
	assert_false(bias_slip_in(lock));
	return arg;
}

/* Only the owner does, while it is out and the lock is open; without leaving a trace where it does not. */
static void
owner_slips_in(void **state)
{
	(void)state;
	assert_false(bias_slip_in(lock));
	become_owner();
	assert_true(bias_slip_in(lock));
	assert_false(bias_slip_in(lock));
	take_it(lock);
	let_it_go(lock);
	assert_int_equal(times_inside(lock), 1);
	bias_slip_out(lock);
	assert_int_equal(times_inside(lock), 0);
	in_thread(slip_not, NULL);
	in_thread(take_once, NULL);
	assert_false(bias_slip_in(lock));
	assert_int_equal(times_inside(lock), 0);
}

/* A recursive holder does not lose count when the lock opens under it. */
static void
opens_at_the_first_level_only(void **state)
{
	(void)state;
	for (int i = 0; i < 3 * BIAS_FIRST; i++)
		take_it(lock);
	for (int i = 0; i < 3 * BIAS_FIRST; i++)
		let_it_go(lock);
	become_owner();
}

static void
shuts_for_others(void **state)
{
	(void)state;
	become_owner();
	const int before = barriers;
	in_thread(take_once, NULL);
	assert_int_equal(barriers, before + 1);
	assert_true(!lock->open);
	in_thread(take_once, NULL);
	assert_int_equal(barriers, before + 1); /* not for each */
	become_owner();
}

/* Nobody else becomes the owner. */
static void *
take_often(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		take_it(lock);
		let_it_go(lock);
	}
	assert_true(lock->owner != bias_self());
	return arg;
}

static void
has_one_owner(void **state)
{
	(void)state;
	become_owner();
	in_thread(take_often, NULL);
	become_owner();
}

static atomic_int step;

static void *
take_and_tell(void *arg)
{
	atomic_store(&step, 1);
	take_it(lock);
	atomic_store(&step, 2);
	let_it_go(lock);
	return arg;
}

/* Another waits while the owner is inside, also while it goes deeper, and wakes up when it leaves. */
static void
owner_is_waited_for(void **state)
{
	pthread_t thread;
	(void)state;
	become_owner();
	atomic_store(&step, 0);
	take_it(lock);
	assert_int_equal(pthread_create(&thread, NULL, take_and_tell, NULL), 0);
	while (!atomic_load(&lock->waiting))
		usleep(100);
	for (int i = 0; i < 20; i++) {
		take_it(lock);
		assert_true(try_it(lock));
		usleep(1000);
		assert_int_equal(step, 1);
		let_it_go(lock);
		let_it_go(lock);
	}
	let_it_go(lock);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(step, 2);
	become_owner();
}

static void *
try_and_tell(void *arg)
{
	*(bool *)arg = try_it(lock);
	if (*(bool *)arg) let_it_go(lock);
	return NULL;
}

static void
trying_does_not_wait(void **state)
{
	bool got;
	(void)state;
	become_owner();
	take_it(lock);
	in_thread(try_and_tell, &got);
	assert_false(got);
	assert_true(try_it(lock)); /* it holds it */
	in_thread(try_and_tell, &got);
	assert_false(got);
	let_it_go(lock);
	let_it_go(lock);
	in_thread(try_and_tell, &got);
	assert_true(got);
	become_owner();
}

static void
stays_shut_once_refused(void **state)
{
	(void)state;
	become_owner();
	const int before = warnings;
	atomic_store(&refuse, true);
	in_thread(take_once, NULL);
	assert_int_equal(warnings, before + 1);
	for (int i = 0; i < 1000; i++) {
		take_it(lock);
		let_it_go(lock);
	}
	assert_true(!lock->open);
	assert_false(bias_start());
}

static void *
own_and_end(void *arg)
{
	become_owner();
	return arg;
}

static void
owner_has_ended(void **state)
{
	(void)state;
	in_thread(own_and_end, NULL);
	take_it(lock);
	let_it_go(lock);
	in_thread(take_once, NULL); /* most likely at the same address as the owner */
	assert_int_equal(times_inside(lock), 0);
}

static void
child_takes(void)
{
	pid_t child = fork();
	int status;
	if (child == 0) {
		alarm(20);
		for (int i = 0; i < 100; i++) {
			take_it(lock);
			take_it(lock);
			let_it_go(lock);
			let_it_go(lock);
		}
		pthread_t thread;
		if (pthread_create(&thread, NULL, take_once, NULL) == 0) (void)pthread_join(thread, NULL);
		_exit(times_inside(lock) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void *
fork_in_thread(void *arg)
{
	child_takes();
	return arg;
}

static void
forked(void **state)
{
	(void)state;
	become_owner();
	child_takes();
	in_thread(fork_in_thread, NULL); /* the owner is not in that child */
	become_owner();
}

/* A lock that stands for the program's mutex keeps out of the way of who takes the mutex itself. */
static void
adopted(void **state)
{
	(void)state;
	pthread_mutex_t *mutex = mutex_new(EVTHREAD_LOCKTYPE_RECURSIVE);
	struct bias_lock *stand_in = bias_adopt(mutex);
	for (int i = 0; i < 10 * BIAS_FIRST; i++) {
		take_it(stand_in);
		let_it_go(stand_in);
	}
	bias_favour(stand_in);
	take_it(stand_in);
	assert_true(!stand_in->open);
	assert_int_equal(pthread_mutex_lock(mutex), 0);
	assert_int_equal(pthread_mutex_unlock(mutex), 0);
	let_it_go(stand_in);
	thread_bias_locks.free(stand_in, EVTHREAD_LOCKTYPE_RECURSIVE);
	mutex_free(mutex, EVTHREAD_LOCKTYPE_RECURSIVE);
}

/* ---- Conditions -------------------------------------------------------------------------------------------------- */

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn_of; /* kept by the lock */

static void *
play(void *arg)
{
	const int me = *(int *)arg, rounds = 20000;
	for (int i = 0; i < rounds; i++) {
		take_it(lock);
		while (turn_of != me)
			assert_int_equal(bias_wait(&cond, lock, NULL), 0);
		turn_of = !me;
		pthread_cond_signal(&cond);
		let_it_go(lock);
		if (me && i % 50 == 0) {
			for (int k = 0; k < 2 * BIAS_AGAIN_MOST; k++) { /* while the other waits the lock opens again */
				take_it(lock);
				let_it_go(lock);
			}
		}
	}
	return NULL;
}

/* Two that wait for each other: a wake-up that is lost would be the end. */
static void
no_wake_up_is_lost(void **state)
{
	pthread_t thread;
	int zero = 0, one = 1;
	(void)state;
	turn_of = 0;
	become_owner();
	assert_int_equal(pthread_create(&thread, NULL, play, &zero), 0);
	(void)play(&one);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
waits_end_in_time(void **state)
{
	const struct timeval little = {0, 20000};
	(void)state;
	become_owner();
	take_it(lock);
	assert_int_equal(bias_wait(&cond, lock, &little), 1);
	take_it(lock); /* held once, as before */
	let_it_go(lock);
	let_it_go(lock);
	assert_int_equal(times_inside(lock), 0);
	in_thread(take_once, NULL);
	become_owner();
}

/* ---- All at once ------------------------------------------------------------------------------------------------- */

enum { THREADS = 5 };

static struct {
	int inside;       /* threads that hold the lock */
	long sum, copy;   /* always the same, for who holds it */
	long waits_ended; /* see wait_a_little() */
	pthread_t holder;
} kept; /* plain memory, on purpose */
static atomic_int broken;
static atomic_bool over;
static atomic_long took;

static void
check_in(int depth)
{
	if (depth == 1) {
		if (kept.inside++ != 0) atomic_fetch_add(&broken, 1);
		kept.holder = pthread_self();
	}
	if (kept.inside != 1 || !pthread_equal(kept.holder, pthread_self())) atomic_fetch_add(&broken, 1);
	if (kept.sum != kept.copy) atomic_fetch_add(&broken, 1);
	kept.sum++;
	if (kept.sum % 16 == 0) usleep(0); /* a moment in which they differ */
	kept.copy++;
}

static void
check_out(int depth)
{
	if (kept.inside != 1 || kept.sum != kept.copy) atomic_fetch_add(&broken, 1);
	if (depth == 1) kept.inside--;
}

static unsigned
chance(unsigned *seed, unsigned limit)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 10) % limit;
}

static void
wait_a_little(unsigned *seed)
{
	const struct timeval little = {0, (suseconds_t)chance(seed, 300)};
	kept.inside--;
	(void)bias_wait(&cond, lock, &little);
	if (kept.inside++ != 0) atomic_fetch_add(&broken, 1);
	kept.holder = pthread_self();
	kept.waits_ended++;
}

/* As the loop around a callback. */
static void
step_aside(void)
{
	kept.inside--;
	if (bias_is_mine(lock) && bias_step_out(lock)) {
		if (!bias_step_in(lock)) bias_turned_away(lock);
	} else {
		let_it_go(lock);
		take_it(lock);
	}
	if (kept.inside++ != 0) atomic_fetch_add(&broken, 1);
	kept.holder = pthread_self();
}

static long
go_in(unsigned *seed, int depth)
{
	long taken = 1;
	const bool slipped = depth == 1 && chance(seed, 3) == 0 && bias_slip_in(lock);
	if (!slipped && chance(seed, 8) == 0) {
		if (!try_it(lock)) return 0;
	} else if (!slipped) {
		take_it(lock);
	}
	check_in(depth);
	if (depth == 1 && !slipped && chance(seed, 4) == 0) step_aside();
	if (depth == 1 && !slipped && chance(seed, 50) == 0) wait_a_little(seed);
	if (depth == 1 && chance(seed, 20) == 0) pthread_cond_broadcast(&cond);
	while (depth < 4 && chance(seed, 3) == 0)
		taken += go_in(seed, depth + 1);
	check_out(depth);
	if (slipped)
		bias_slip_out(lock);
	else
		let_it_go(lock);
	return taken;
}

/* One that is not the owner comes rarely: the lock opens and shuts all the time. */
static void *
worker(void *arg)
{
	unsigned seed = *(unsigned *)arg;
	const bool rare = seed % 2;
	long taken = 0;
	while (!atomic_load(&over)) {
		taken += go_in(&seed, 1);
		if (rare) usleep(chance(&seed, 200));
	}
	atomic_fetch_add(&took, taken);
	return NULL;
}

/* Threads that come and go, some of them at the address of an owner that has ended. */
static void *
short_lives(void *arg)
{
	while (!atomic_load(&over)) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, take_once, arg) == 0) (void)pthread_join(thread, NULL);
		usleep(500);
	}
	return NULL;
}

static double
seconds_wanted(void)
{
	const char *wanted = getenv("MKEVENT_STRESS_SECONDS");
	return wanted ? atof(wanted) : 2;
}

static void
never_two_inside(void **state)
{
	pthread_t threads[THREADS], comers;
	unsigned seeds[THREADS];
	(void)state;
	(void)alarm((unsigned)seconds_wanted() + 60);
	memset(&kept, 0, sizeof(kept));
	atomic_store(&over, false);
	atomic_store(&took, 0);
	const int before = barriers;
	for (unsigned i = 0; i < THREADS; i++) {
		seeds[i] = i == 0 ? 2 : 2 * i + 1; /* the first works without a pause */
		assert_int_equal(pthread_create(&threads[i], NULL, worker, &seeds[i]), 0);
		if (i == 0) usleep(10000);
	}
	assert_int_equal(pthread_create(&comers, NULL, short_lives, NULL), 0);
	usleep((useconds_t)(seconds_wanted() * 1e6));
	atomic_store(&over, true);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(pthread_join(comers, NULL), 0);
	assert_int_equal(broken, 0);
	assert_int_equal(kept.inside, 0);
	assert_int_equal(kept.sum, took);
	assert_int_equal(kept.copy, took);
	assert_true(barriers - before > 10);
	print_message("%ld times taken, shut %d times\n", (long)took, barriers - before);
}

/* Who drops the last reference frees the lock, as soon as the others have let it go. */
struct shared {
	struct bias_lock *lock;
	int refs;
};

static void
drop(struct shared *shared)
{
	take_it(shared->lock);
	const bool last = --shared->refs == 0;
	let_it_go(shared->lock);
	if (!last) return;
	thread_bias_locks.free(shared->lock, EVTHREAD_LOCKTYPE_RECURSIVE);
	free(shared);
}

static _Atomic(struct shared *) handed;

static void *
dropper(void *arg)
{
	while (!atomic_load(&over)) {
		struct shared *shared = atomic_exchange(&handed, NULL);
		if (shared)
			drop(shared);
		else
			(void)sched_yield();
	}
	return arg;
}

static void
freed_at_once(void **state)
{
	pthread_t thread;
	(void)state;
	atomic_store(&over, false);
	assert_int_equal(pthread_create(&thread, NULL, dropper, NULL), 0);
	for (int i = 0; i < 3000; i++) {
		struct shared *shared = malloc(sizeof(*shared));
		shared->lock = thread_bias_locks.alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
		shared->refs = 2;
		for (int k = 0; k < BIAS_FIRST + 1; k++) {
			take_it(shared->lock);
			let_it_go(shared->lock);
		}
		atomic_store(&handed, shared);
		for (int k = 0; k < i % 200; k++)
			atomic_signal_fence(memory_order_seq_cst);
		drop(shared);
		while (atomic_load(&handed))
			(void)sched_yield();
	}
	atomic_store(&over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(opens_for_who_uses_it),
		CASE(owner_slips_in),
		CASE(opens_at_the_first_level_only),
		CASE(shuts_for_others),
		CASE(has_one_owner),
		CASE(owner_is_waited_for),
		CASE(trying_does_not_wait),
		CASE(stays_shut_once_refused),
		CASE(owner_has_ended),
		CASE(forked),
		CASE(adopted),
		CASE(no_wake_up_is_lost),
		CASE(waits_end_in_time),
		CASE(never_two_inside),
		CASE(freed_at_once),
	};
	thread_program_locks.alloc = mutex_new;
	if (!bias_start()) return 77; /* a kernel that has it not, or a checker of threads */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int
main(void)
{
	return 77;
}

#endif
