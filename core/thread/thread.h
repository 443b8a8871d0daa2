/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks and conditions through the callbacks of event2/thread.h. Without callbacks every lock is NULL, and every
 * operation on NULL costs one test. */
#ifndef MKEVENT_THREAD_THREAD_H_
#define MKEVENT_THREAD_THREAD_H_

#include "thread/bias.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* True once evthread_set_lock_callbacks() was called. */
bool thread_enabled(void);
/* Number of the calling thread; 0 when no id callback is set. */
unsigned long thread_id(void);

/* A recursive lock, or NULL: no callbacks (then *failed is false) or no memory (then it is true). */
void *thread_lock_new(bool *failed);
/* The same for one that no thread will use much more than others: of the process, or of many. */
void *thread_lock_new_shared(bool *failed);
/* Stands for a lock that the program brought, and may take by itself; NULL without memory. */
void *thread_lock_adopt(void *lock);
void thread_lock_free(void *lock);
/* The lock, which is held, was made shared, and from now on this thread is the one that uses it most. */
void thread_lock_favour(void *lock);
/* To be compared where two locks are taken: the same for all that stand for one lock. */
const void *thread_lock_identity(const void *lock);
void thread_lock_slow(void *lock);
void thread_unlock_slow(void *lock);
/* True when the lock was free and is ours now. */
bool thread_trylock(void *lock);

static inline void
thread_lock(void *lock)
{
	if (lock) thread_lock_slow(lock);
}

static inline void
thread_unlock(void *lock)
{
	if (lock) thread_unlock_slow(lock);
}

/* A lock is known by its pointer alone, so that the quick ways below need look at nothing else: where it is odd, there
 * is a biased lock (which may well never get an owner) one byte before it; else it is what the program's callbacks
 * gave. */
#define THREAD_IS_BIASED 1

static inline struct bias_lock *
thread_biased(void *lock)
{
	return (struct bias_lock *)((char *)lock - THREAD_IS_BIASED);
}

static inline bool
thread_is_biased(const void *lock)
{
	return THREAD_BIAS && ((uintptr_t)lock & THREAD_IS_BIASED);
}

/* False when it was not taken (released), and the functions above must do it. */
static inline bool
thread_lock_quick(void *lock)
{
#if THREAD_BIAS
	if (lock) return __builtin_expect(thread_is_biased(lock) && bias_enter(thread_biased(lock)), 1);
#endif
	return !lock;
}

static inline bool
thread_unlock_quick(void *lock)
{
#if THREAD_BIAS
	if (lock) return __builtin_expect(thread_is_biased(lock) && bias_leave(thread_biased(lock)), 1);
#endif
	return !lock;
}

/* The same for a lock that there is, to be held for moments. False: it was not taken, go the long way. */
static inline bool
thread_slip_in(void *lock)
{
#if THREAD_BIAS
	return __builtin_expect(thread_is_biased(lock) && bias_slip_in(thread_biased(lock)), 1);
#else
	(void)lock;
	return false;
#endif
}

static inline void
thread_slip_out(void *lock)
{
#if THREAD_BIAS
	bias_slip_out(thread_biased(lock));
#else
	(void)lock;
#endif
}

/* The two where a call would be felt: they call only what seldom happens. */
static inline void
thread_lock_hot(void *lock)
{
	if (!thread_lock_quick(lock)) thread_lock_slow(lock);
}

static inline void
thread_unlock_hot(void *lock)
{
	if (!thread_unlock_quick(lock)) thread_unlock_slow(lock);
}

/* For assertions: false only when lock debugging is on and this thread does not hold the lock. */
bool thread_lock_held(void *lock);

void *thread_cond_new(void);
void thread_cond_free(void *cond);
int thread_cond_signal(void *cond);
int thread_cond_broadcast(void *cond);
/* Waits with the lock (held once) released; timeout NULL: for ever. Returns 0, 1 at the timeout, -1 on error. */
int thread_cond_wait(void *cond, void *lock, const struct timeval *timeout);

/* Locks of the process (not of a base): each concern registers its own from thread_setup_globals(), so that locks made
 * before evthread_use_pthreads() exist afterwards. Returns 0 or -1. */
int thread_setup_globals(void);
void thread_globals_free(void);
/* The concerns' own set-up functions, called in this order; each makes its lock if it has none. */
int signal_globals_setup(void);
int rng_globals_setup(void);
void signal_globals_free(void);
void rng_globals_free(void);

#endif
