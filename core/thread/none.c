/* SPDX-License-Identifier: BSD-3-Clause */
/* Instead of thread.c and debug.c in a build with --disable-thread-support: there are no locks. */
#include "config.h"

#include <event2/event-config.h>

#ifdef EVENT__DISABLE_THREAD_SUPPORT

#include "thread/thread.h"

bool
thread_enabled(void)
{
	return false;
}

unsigned long
thread_id(void)
{
	return 0;
}

void *
thread_lock_new(bool *failed)
{
	*failed = false;
	return NULL;
}

void *
thread_lock_new_shared(bool *failed)
{
	return thread_lock_new(failed);
}

void *
thread_lock_adopt(void *lock)
{
	return lock;
}

const void *
thread_lock_identity(const void *lock)
{
	return lock;
}

void
thread_lock_favour(void *lock)
{
	(void)lock;
}

void
thread_lock_free(void *lock)
{
	(void)lock;
}

void
thread_lock_slow(void *lock)
{
	(void)lock;
}

void
thread_unlock_slow(void *lock)
{
	(void)lock;
}

bool
thread_trylock(void *lock)
{
	(void)lock;
	return true;
}

bool
thread_lock_held(void *lock)
{
	(void)lock;
	return true;
}

void *
thread_cond_new(void)
{
	return NULL;
}

void
thread_cond_free(void *cond)
{
	(void)cond;
}

int
thread_cond_signal(void *cond)
{
	(void)cond;
	return 0;
}

int
thread_cond_broadcast(void *cond)
{
	(void)cond;
	return 0;
}

int
thread_cond_wait(void *cond, void *lock, const struct timeval *timeout)
{
	(void)cond;
	(void)lock;
	(void)timeout;
	return -1;
}

int
thread_setup_globals(void)
{
	return 0;
}

void
thread_globals_free(void)
{
	signal_globals_free();
	rng_globals_free();
}

#endif
