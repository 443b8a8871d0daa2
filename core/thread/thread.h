/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks and conditions through the callbacks of event2/thread.h. Without callbacks every lock is NULL, and every
 * operation on NULL costs one test. */
#ifndef MKEVENT_THREAD_THREAD_H_
#define MKEVENT_THREAD_THREAD_H_

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

/* True once evthread_set_lock_callbacks() was called. */
bool thread_enabled(void);
/* Number of the calling thread; 0 when no id callback is set. */
unsigned long thread_id(void);

/* A recursive lock, or NULL: no callbacks (then *failed is false) or no memory (then it is true). */
void *thread_lock_new(bool *failed);
void thread_lock_free(void *lock);
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
