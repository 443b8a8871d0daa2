/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_THREAD_H_INCLUDED_
#define EVENT2_THREAD_H_INCLUDED_

/** @file event2/thread.h
 *
 * Using one event_base, bufferevent or evbuffer from several threads.
 *
 * The library takes no locks until the program tells it how: by evthread_use_pthreads() (of libevent_pthreads), or by
 * callbacks of its own. Do so first of all: what was made before has no lock and stays with one thread.
 *
 * No lock is ever held while one of the program's callbacks runs. */

#include <event2/event-config.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Modes of a lock callback: bits of its first argument. */

/** Take (or release) for writing; a lock that knows no modes may ignore this one and the next. */
#define EVTHREAD_WRITE 0x04
/** Take (or release) for reading. */
#define EVTHREAD_READ 0x08
/** Do not wait: fail when another thread holds the lock. */
#define EVTHREAD_TRY 0x10

#ifndef EVENT__DISABLE_THREAD_SUPPORT

/** Version of struct evthread_lock_callbacks. */
#define EVTHREAD_LOCK_API_VERSION 1

/** The thread that holds the lock may take it again, and releases it as often. Every lock of the library is one. */
#define EVTHREAD_LOCKTYPE_RECURSIVE 1
/** Readers share the lock. Not used by the library so far. */
#define EVTHREAD_LOCKTYPE_READWRITE 2
/** Not a type, but a permission, to be merged into supported_locktypes: lock and unlock do nothing but keep threads
 * apart, so the library may leave calls of them out where it keeps threads apart by itself. evthread_use_pthreads()
 * gives it, and then a thread that uses a lock far more than others do (the one that runs the loop) enters and leaves
 * for a few plain instructions. It needs membarrier(2) of Linux, which is tried first of all; a filter of system calls
 * that is installed later must allow it too. EVENT_PLAIN_LOCKS in the environment calls it off. Without this bit each
 * taking and each release of a lock is a call. */
#define EVTHREAD_LOCKTYPE_ELIDABLE 0x100

/** How to lock. All four functions are needed. */
struct evthread_lock_callbacks {
	int lock_api_version;         /**< EVTHREAD_LOCK_API_VERSION */
	unsigned supported_locktypes; /**< EVTHREAD_LOCKTYPE_*, merged; must hold EVTHREAD_LOCKTYPE_RECURSIVE */
	/** Makes a lock of a type (EVTHREAD_LOCKTYPE_*; 0: a plain one). Returns it, or NULL. */
	void *(*alloc)(unsigned locktype);
	/** Frees a lock, which nobody holds; locktype is what it was made with. */
	void (*free)(void *lock, unsigned locktype);
	/** Takes a lock; mode: EVTHREAD_WRITE, EVTHREAD_READ, EVTHREAD_TRY, merged, or 0. Returns 0, or another number when
	 * it was not taken. */
	int (*lock)(unsigned mode, void *lock);
	/** Releases a lock that this thread holds. Returns 0, or another number on an error. */
	int (*unlock)(unsigned mode, void *lock);
};

/** Sets the lock callbacks, which are copied. NULL takes them back: what was made before is then unlocked for good, so
 * this is for tests.
 * Returns 0, also when the same are set already; -1 when others are, or one of the four is missing, or the library's
 * own locks could not be made. Thread: none other may use the library yet. */
EVENT2_CORE_EXPORT_SYMBOL
int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks);

/** Version of struct evthread_condition_callbacks. */
#define EVTHREAD_CONDITION_API_VERSION 1

struct timeval;

/** How to wait for another thread. All four functions are needed. */
struct evthread_condition_callbacks {
	int condition_api_version; /**< EVTHREAD_CONDITION_API_VERSION */
	/** Makes a condition; condtype is 0. Returns it, or NULL. */
	void *(*alloc_condition)(unsigned condtype);
	/** Frees a condition for which nobody waits. */
	void (*free_condition)(void *cond);
	/** Wakes one waiting thread, or all of them when broadcast is not 0. The lock is held. Returns 0, or -1. */
	int (*signal_condition)(void *cond, int broadcast);
	/** Releases the lock, waits, and takes the lock again. The lock is held once. timeout: how long at most; NULL: for
	 * ever. Returns 0 when woken, 1 at the timeout, -1 on an error. */
	int (*wait_condition)(void *cond, void *lock, const struct timeval *timeout);
};

/** Sets the condition callbacks, which are copied; NULL takes them back.
 * Returns 0, also when the same are set already; -1 when others are or one is missing. Thread: as for the locks. */
EVENT2_CORE_EXPORT_SYMBOL
int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks);

/** Sets the function that tells threads apart: a different number for each, the same one at every call in it. Without
 * it the loop cannot know when it must be woken from another thread. */
EVENT2_CORE_EXPORT_SYMBOL
void evthread_set_id_callback(unsigned long (*id_fn)(void));

#ifdef EVENT__HAVE_PTHREADS

/** Sets all of the above for POSIX threads. Link with libevent_pthreads.
 * Returns 0, also when that was done before, or -1. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads(void);

/** There is evthread_use_pthreads(). */
#define EVTHREAD_USE_PTHREADS_IMPLEMENTED 1

/** A thread that waits for a lock lends its priority to the holder (PTHREAD_PRIO_INHERIT). */
#define EVTHREAD_PTHREAD_PRIO_INHERIT 0x01

/** The same with flags: EVTHREAD_PTHREAD_PRIO_INHERIT, or 0. Returns 0, or -1 (also for an unknown flag). Since
 * libevent 2.2. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads_with_flags(int flags);

#endif

/** Checks from now on how locks are used: freed while held, released by another thread, taken twice though not
 * recursive, and so on. The first mistake is logged and ends the process. Slower; for hunting bugs in the library, in
 * lock callbacks or in a program that frees what another thread uses. Call before any lock is made. */
EVENT2_CORE_EXPORT_SYMBOL
void evthread_enable_lock_debugging(void);

/** The same under the name it was first given. */
EVENT2_CORE_EXPORT_SYMBOL
void evthread_enable_lock_debuging(void);

#endif

struct event_base;

/** Prepares a base to be woken from other threads and signal handlers. With threads set up before the base was made
 * this has been done already. Returns 0, also when it was done before, or -1 with a log line. */
EVENT2_CORE_EXPORT_SYMBOL
int evthread_make_base_notifiable(struct event_base *base);

#ifdef __cplusplus
}
#endif
#endif
