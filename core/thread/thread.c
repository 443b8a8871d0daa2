/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks and conditions through the program's callbacks.
 *
 * The callbacks in use never hold NULL: without a program's callbacks they do nothing, so that a lock that outlives
 * them (the program took them back) is harmless, and taking a lock costs one indirect call without a test. */
#include "config.h"

#include <event2/event-config.h>

#ifndef EVENT__DISABLE_THREAD_SUPPORT

#include "thread/callbacks.h"
#include "thread/thread.h"
#include "util/log.h"

#include <errno.h>

struct evthread_lock_callbacks thread_program_locks;
struct evthread_condition_callbacks thread_program_conds;

static int
lock_nothing(unsigned mode, void *lock)
{
	(void)mode;
	(void)lock;
	return 0;
}

static void *
alloc_nothing(unsigned type)
{
	(void)type;
	return NULL;
}

static void
free_nothing(void *lock, unsigned type)
{
	(void)lock;
	(void)type;
}

static const struct evthread_lock_callbacks no_locks = {
	EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, alloc_nothing, free_nothing, lock_nothing, lock_nothing};

static struct evthread_lock_callbacks locks = {
	EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, alloc_nothing, free_nothing, lock_nothing, lock_nothing};
static unsigned long (*id_callback)(void);
static bool debugging;
#if THREAD_BIAS
static bool bias_on;
#endif

bool
thread_enabled(void)
{
	return thread_program_locks.alloc != NULL;
}

unsigned long
thread_id(void)
{
	return id_callback ? id_callback() : 0;
}

#if THREAD_BIAS
static void *
mark(struct bias_lock *lock)
{
	return lock ? (char *)lock + THREAD_IS_BIASED : NULL;
}

/* What the program's callbacks make may be no pointer but a number. Before an odd one something of ours stands, too. */
static void *
make_lock(void)
{
	if (bias_on) return mark(thread_bias_locks.alloc(EVTHREAD_LOCKTYPE_RECURSIVE));
	void *lock = locks.alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
	if (!thread_is_biased(lock)) return lock;
	void *stand_in = mark(bias_stand_before(lock));
	if (!stand_in) locks.free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
	return stand_in;
}
#else
static void *
make_lock(void)
{
	return locks.alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
}
#endif

void *
thread_lock_new(bool *failed)
{
	void *lock = make_lock();
	*failed = !lock && thread_enabled();
	if (*failed) errno = ENOMEM;
	return lock;
}

void *
thread_lock_new_shared(bool *failed)
{
	void *lock = thread_lock_new(failed);
#if THREAD_BIAS
	if (thread_is_biased(lock)) bias_never(thread_biased(lock));
#endif
	return lock;
}

void *
thread_lock_adopt(void *lock)
{
#if THREAD_BIAS
	if (bias_on || thread_is_biased(lock)) return mark(bias_adopt(lock));
#endif
	return lock;
}

void
thread_lock_free(void *lock)
{
	if (!lock) return;
#if THREAD_BIAS
	if (thread_is_biased(lock)) {
		if (thread_enabled()) thread_bias_locks.free(thread_biased(lock), EVTHREAD_LOCKTYPE_RECURSIVE);
		return;
	}
#endif
	locks.free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
}

void
thread_lock_favour(void *lock)
{
#if THREAD_BIAS
	if (bias_on && thread_is_biased(lock)) bias_favour(thread_biased(lock));
#else
	(void)lock;
#endif
}

const void *
thread_lock_identity(const void *lock)
{
#if THREAD_BIAS
	if (thread_is_biased(lock)) return thread_biased((void *)(uintptr_t)lock)->mutex;
#endif
	return lock;
}

void
thread_lock_slow(void *lock)
{
#if THREAD_BIAS
	if (thread_is_biased(lock)) {
		if (!bias_enter(thread_biased(lock)) && thread_enabled()) (void)bias_lock(0, thread_biased(lock));
		return;
	}
#endif
	(void)locks.lock(0, lock);
}

void
thread_unlock_slow(void *lock)
{
#if THREAD_BIAS
	if (thread_is_biased(lock)) {
		if (!bias_leave(thread_biased(lock)) && thread_enabled()) (void)bias_unlock(thread_biased(lock));
		return;
	}
#endif
	(void)locks.unlock(0, lock);
}

bool
thread_trylock(void *lock)
{
	if (!lock) return true;
#if THREAD_BIAS
	if (thread_is_biased(lock)) return !thread_enabled() || bias_lock(EVTHREAD_TRY, thread_biased(lock)) == 0;
#endif
	return locks.lock(EVTHREAD_TRY, lock) == 0;
}

bool
thread_lock_held(void *lock)
{
	return !lock || !debugging || !thread_enabled() || thread_is_biased(lock) || thread_debug_held(lock);
}

void *
thread_cond_new(void)
{
	return thread_program_conds.alloc_condition ? thread_program_conds.alloc_condition(0) : NULL;
}

void
thread_cond_free(void *cond)
{
	if (cond && thread_program_conds.free_condition) thread_program_conds.free_condition(cond);
}

static int
wake(void *cond, int broadcast)
{
	if (!cond || !thread_program_conds.signal_condition) return 0;
	return thread_program_conds.signal_condition(cond, broadcast);
}

int
thread_cond_signal(void *cond)
{
	return wake(cond, 0);
}

int
thread_cond_broadcast(void *cond)
{
	return wake(cond, 1);
}

int
thread_cond_wait(void *cond, void *lock, const struct timeval *timeout)
{
	if (!cond || !thread_program_conds.wait_condition) return -1;
#if THREAD_BIAS
	if (thread_is_biased(lock)) return bias_wait(cond, thread_biased(lock), timeout);
#endif
	if (debugging) return thread_debug_wait(cond, lock, timeout);
	return thread_program_conds.wait_condition(cond, lock, timeout);
}

/* ---- The locks of the process ------------------------------------------------------------------------------------ */

int
thread_setup_globals(void)
{
	if (rng_globals_setup() < 0) return -1;
	if (signal_globals_setup() < 0) {
		rng_globals_free();
		return -1;
	}
	return 0;
}

void
thread_globals_free(void)
{
	signal_globals_free();
	rng_globals_free();
}

static void
choose_locks(void)
{
	if (!thread_enabled())
		locks = no_locks;
	else
		locks = debugging ? thread_debug_locks : thread_program_locks;
#if THREAD_BIAS
	const bool elidable = thread_program_locks.supported_locktypes & EVTHREAD_LOCKTYPE_ELIDABLE;
	bias_on = thread_enabled() && !debugging && elidable && bias_start();
#endif
}

/* The locks of the process belong to the callbacks that made them: they go before these change, and come again. */
static int
change_locks(const struct evthread_lock_callbacks *program, bool debug)
{
	static const struct evthread_lock_callbacks none;
	if (thread_enabled()) thread_globals_free();
	thread_program_locks = program ? *program : none;
	debugging = debug;
	choose_locks();
	if (!thread_enabled() || thread_setup_globals() == 0) return 0;
	thread_program_locks = none;
	choose_locks();
	return -1;
}

void
thread_debugging_start(void)
{
	if (debugging) return;
	struct evthread_lock_callbacks program = thread_program_locks;
	if (change_locks(&program, true) < 0) log_warnx("evthread_enable_lock_debugging: no memory; locks are off");
}

/* ---- What the program calls -------------------------------------------------------------------------------------- */

static bool
same_locks(const struct evthread_lock_callbacks *a, const struct evthread_lock_callbacks *b)
{
	const unsigned differ = a->supported_locktypes ^ b->supported_locktypes;
	return a->lock_api_version == b->lock_api_version &&
		   (differ | EVTHREAD_LOCKTYPE_ELIDABLE) == EVTHREAD_LOCKTYPE_ELIDABLE && a->alloc == b->alloc &&
		   a->free == b->free && a->lock == b->lock && a->unlock == b->unlock;
}

int
evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks)
{
	if (!callbacks) {
		if (!thread_enabled()) return 0;
		log_warnx("evthread_set_lock_callbacks: taken back after they were set; what was made before has no lock now");
		return change_locks(NULL, debugging);
	}
	if (thread_enabled()) {
		if (same_locks(callbacks, &thread_program_locks)) return 0;
		log_warnx("evthread_set_lock_callbacks: others are set already; set them once, before anything else");
		return -1;
	}
	if (!callbacks->alloc || !callbacks->free || !callbacks->lock || !callbacks->unlock) return -1;
	return change_locks(callbacks, debugging);
}

static bool
same_conds(const struct evthread_condition_callbacks *a, const struct evthread_condition_callbacks *b)
{
	return a->condition_api_version == b->condition_api_version && a->alloc_condition == b->alloc_condition &&
		   a->free_condition == b->free_condition && a->signal_condition == b->signal_condition &&
		   a->wait_condition == b->wait_condition;
}

int
evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks)
{
	static const struct evthread_condition_callbacks none;
	bool set = thread_program_conds.alloc_condition != NULL;
	if (!callbacks) {
		if (set) log_warnx("evthread_set_condition_callbacks: taken back after they were set");
		thread_program_conds = none;
		return 0;
	}
	if (set) {
		if (same_conds(callbacks, &thread_program_conds)) return 0;
		log_warnx("evthread_set_condition_callbacks: others are set already; set them once, before anything else");
		return -1;
	}
	if (!callbacks->alloc_condition || !callbacks->free_condition || !callbacks->signal_condition ||
		!callbacks->wait_condition)
		return -1;
	thread_program_conds = *callbacks;
	return 0;
}

void
evthread_set_id_callback(unsigned long (*id_fn)(void))
{
	id_callback = id_fn;
}

#endif
