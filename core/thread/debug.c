/* SPDX-License-Identifier: BSD-3-Clause */
/* evthread_enable_lock_debugging(): callbacks that check how the core uses its locks, and stop the process at the first
 * mistake. A checked lock knows its holder; holder and count are written only by who holds the lock. */
#include "config.h"

#include <event2/event-config.h>

#ifndef EVENT__DISABLE_THREAD_SUPPORT

#include "thread/callbacks.h"
#include "thread/thread.h"
#include "util/log.h"
#include "util/mm.h"

#include <stdint.h>

#define ALIVE UINT32_C(0x10c4ed0e)
#define DEAD UINT32_C(0xdead10c4)

struct debug_lock {
	uint32_t mark; /* ALIVE; anything else was freed, or made before debugging began */
	unsigned type;
	unsigned count; /* times that the holder took it */
	unsigned long holder;
	void *lock; /* the program's */
};

static void
check(bool right, const struct debug_lock *lock, const char *what)
{
	if (!right) log_fatalx(LOG_ABORT, "lock %p: %s", (const void *)lock, what);
}

static void
check_alive(const struct debug_lock *lock)
{
	check(lock->mark == ALIVE, lock, "freed, or made before evthread_enable_lock_debugging() was called");
}

static void *
debug_alloc(unsigned type)
{
	struct debug_lock *lock = mm_calloc(1, sizeof(*lock));
	if (!lock) return NULL;
	lock->lock = thread_program_locks.alloc(type);
	if (!lock->lock) {
		mm_free(lock);
		return NULL;
	}
	lock->mark = ALIVE;
	lock->type = type;
	return lock;
}

static void
debug_free(void *memory, unsigned type)
{
	struct debug_lock *lock = memory;
	check_alive(lock);
	check(lock->type == type, lock, "freed as another type than it was made");
	check(lock->count == 0, lock, "freed while it is held");
	thread_program_locks.free(lock->lock, type);
	lock->mark = DEAD;
	mm_free(lock);
}

static int
debug_lock(unsigned mode, void *memory)
{
	struct debug_lock *lock = memory;
	check_alive(lock);
	int result = thread_program_locks.lock(mode, lock->lock);
	if (result != 0) {
		check((mode & EVTHREAD_TRY) != 0, lock, "cannot be taken");
		return result;
	}
	bool recursive = (lock->type & EVTHREAD_LOCKTYPE_RECURSIVE) != 0;
	check(lock->count == 0 || recursive, lock, "taken twice, and it is not recursive");
	check(lock->count == 0 || lock->holder == thread_id(), lock, "taken while another thread holds it");
	lock->holder = thread_id();
	lock->count++;
	return 0;
}

static int
debug_unlock(unsigned mode, void *memory)
{
	struct debug_lock *lock = memory;
	check_alive(lock);
	check(thread_debug_held(lock), lock, "released by a thread that does not hold it");
	if (--lock->count == 0) lock->holder = 0;
	int result = thread_program_locks.unlock(mode, lock->lock);
	check(result == 0, lock, "cannot be released");
	return result;
}

const struct evthread_lock_callbacks thread_debug_locks = {
	EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, debug_alloc, debug_free, debug_lock, debug_unlock};

bool
thread_debug_held(void *memory)
{
	const struct debug_lock *lock = memory;
	return lock->mark == ALIVE && lock->count > 0 && lock->holder == thread_id();
}

int
thread_debug_wait(void *cond, void *memory, const struct timeval *timeout)
{
	struct debug_lock *lock = memory;
	check_alive(lock);
	check(thread_debug_held(lock) && lock->count == 1, lock, "waited with, but not held exactly once");
	lock->count = 0;
	lock->holder = 0;
	int result = thread_program_conds.wait_condition(cond, lock->lock, timeout);
	check(lock->count == 0, lock, "held by another thread after the wait");
	lock->count = 1;
	lock->holder = thread_id();
	return result;
}

void
evthread_enable_lock_debugging(void)
{
	thread_debugging_start();
}

/* The name that it was first published under. */
void
evthread_enable_lock_debuging(void)
{
	thread_debugging_start();
}

#endif
