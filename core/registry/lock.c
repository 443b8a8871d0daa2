/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry's lock. Two threads may load at once whether or not the program enabled libevent's locking, so it is the
 * system's own mutex; a build without thread support has none. */
#include "config.h"

#include "registry/internal.h"

#include <event2/event-config.h>

#ifndef EVENT__DISABLE_THREAD_SUPPORT

#include <pthread.h>
#include <time.h>

/* A thread that is inside dlopen() may wait here for one that waits to enter dlopen(). It gives up after this long. */
#define PATIENCE_SECONDS 2

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void
registry_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void
registry_unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

bool
registry_wait_locked(void)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_SECONDS;
	return pthread_cond_timedwait(&changed, &mutex, &until) == 0;
}

void
registry_changed(void)
{
	pthread_cond_broadcast(&changed);
}

const void *
registry_self(void)
{
	static _Thread_local char self;
	return &self;
}

/* A child must not begin with a lock that a thread held which it does not have. */
__attribute__((constructor)) static void
watch_forks(void)
{
	(void)pthread_atfork(registry_lock, registry_unlock, registry_unlock);
}

#else

void
registry_lock(void)
{
}

void
registry_unlock(void)
{
}

bool
registry_wait_locked(void)
{
	return false;
}

void
registry_changed(void)
{
}

const void *
registry_self(void)
{
	static const char self;
	return &self;
}

#endif
