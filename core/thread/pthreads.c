/* SPDX-License-Identifier: BSD-3-Clause */
/* libevent_pthreads: the callbacks of event2/thread.h over POSIX threads.
 *
 * A library of its own, which needs nothing of the core but the functions that set callbacks: its locks come from the
 * C library's allocator. Timed waits use the monotonic clock, so that setting the time of day disturbs none. */
#include "config.h"

#include <event2/event-config.h>
#include <event2/thread.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define US_PER_SECOND 1000000
#define NS_PER_US 1000
#define NS_PER_SECOND 1000000000L

static bool prio_inherit;

static int
mutex_init(pthread_mutex_t *mutex, unsigned locktype)
{
	pthread_mutexattr_t attributes;
	if (pthread_mutexattr_init(&attributes) != 0) return -1;
	int error = 0;
	if (locktype & EVTHREAD_LOCKTYPE_RECURSIVE) error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	if (!error && prio_inherit) error = pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (!error) error = pthread_mutex_init(mutex, &attributes);
	(void)pthread_mutexattr_destroy(&attributes);
	return error ? -1 : 0;
}

static void *
lock_alloc(unsigned locktype)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));
	if (mutex && mutex_init(mutex, locktype) < 0) {
		free(mutex);
		mutex = NULL;
	}
	return mutex;
}

static void
lock_free(void *lock, unsigned locktype)
{
	(void)locktype;
	(void)pthread_mutex_destroy(lock);
	free(lock);
}

static int
lock_lock(unsigned mode, void *lock)
{
	return mode & EVTHREAD_TRY ? pthread_mutex_trylock(lock) : pthread_mutex_lock(lock);
}

static int
lock_unlock(unsigned mode, void *lock)
{
	(void)mode;
	return pthread_mutex_unlock(lock);
}

/* pthread_t may be a number, a pointer or a struct: its first bytes tell threads apart on every system that we know. */
static unsigned long
thread_number(void)
{
	unsigned long number = 0;
	pthread_t self = pthread_self();
	memcpy(&number, &self, sizeof(self) < sizeof(number) ? sizeof(self) : sizeof(number));
	return number;
}

#ifdef __APPLE__ /* has no pthread_condattr_setclock */
#define WAIT_CLOCK CLOCK_REALTIME
#else
#define WAIT_CLOCK CLOCK_MONOTONIC
#endif

static int
cond_init(pthread_cond_t *cond)
{
#ifdef __APPLE__
	return pthread_cond_init(cond, NULL);
#else
	pthread_condattr_t attributes;
	if (pthread_condattr_init(&attributes) != 0) return -1;
	int error = pthread_condattr_setclock(&attributes, WAIT_CLOCK);
	if (!error) error = pthread_cond_init(cond, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return error ? -1 : 0;
#endif
}

static void *
cond_alloc(unsigned condtype)
{
	(void)condtype;
	pthread_cond_t *cond = malloc(sizeof(*cond));
	if (cond && cond_init(cond) != 0) {
		free(cond);
		cond = NULL;
	}
	return cond;
}

static void
cond_free(void *cond)
{
	(void)pthread_cond_destroy(cond);
	free(cond);
}

static int
cond_signal(void *cond, int broadcast)
{
	int error = broadcast ? pthread_cond_broadcast(cond) : pthread_cond_signal(cond);
	return error ? -1 : 0;
}

static int
cond_wait(void *cond, void *lock, const struct timeval *timeout)
{
	if (!timeout) return pthread_cond_wait(cond, lock) ? -1 : 0;
	struct timespec until;
	if (clock_gettime(WAIT_CLOCK, &until) < 0) return -1;
	until.tv_sec += timeout->tv_sec + timeout->tv_usec / US_PER_SECOND;
	until.tv_nsec += timeout->tv_usec % US_PER_SECOND * NS_PER_US;
	if (until.tv_nsec >= NS_PER_SECOND) {
		until.tv_nsec -= NS_PER_SECOND;
		until.tv_sec++;
	}
	int error = pthread_cond_timedwait(cond, lock, &until);
	if (error == ETIMEDOUT) return 1;
	return error ? -1 : 0;
}

int
evthread_use_pthreads_with_flags(int flags)
{
	struct evthread_lock_callbacks locks = {
		EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, lock_alloc, lock_free, lock_lock, lock_unlock};
	static const struct evthread_condition_callbacks conds = {
		EVTHREAD_CONDITION_API_VERSION, cond_alloc, cond_free, cond_signal, cond_wait};
	if (flags & ~EVTHREAD_PTHREAD_PRIO_INHERIT) return -1;
	prio_inherit = (flags & EVTHREAD_PTHREAD_PRIO_INHERIT) != 0;
	/* A lock that is held without its mutex lends no priority. */
	if (!prio_inherit) locks.supported_locktypes |= EVTHREAD_LOCKTYPE_ELIDABLE;
	if (evthread_set_lock_callbacks(&locks) < 0 || evthread_set_condition_callbacks(&conds) < 0) return -1;
	evthread_set_id_callback(thread_number);
	return 0;
}

int
evthread_use_pthreads(void)
{
	return evthread_use_pthreads_with_flags(0);
}
