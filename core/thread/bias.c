/* SPDX-License-Identifier: BSD-3-Clause */
/* The long ways of biased locks: everything but an owner that enters and leaves while its lock is open. See bias.h for
 * what must always be true. */
#include "config.h"

#include "thread/bias.h"

#if THREAD_BIAS

#include "registry/registry.h"
#include "thread/callbacks.h"
#include "util/log.h"
#include "util/mm.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef BIAS_FIRST            /* a test makes all this happen often */
#define BIAS_FIRST 64         /* times in a row that make a thread the owner */
#define BIAS_AGAIN 512        /* for the owner, after others took it; twice as many each time, */
#define BIAS_AGAIN_MOST 65536 /* up to here */
#endif
#define FAVOURED 16          /* as BIAS_FIRST for a thread that is known to be the one */
#define LOOKS 100            /* whether the owner is out, before the thread goes to sleep */
#define WAIT_NS 20000        /* from one look to the next then, twice as long each time, */
#define WAIT_MOST_NS 1000000 /* up to here */
#define REFUSED_NS 20000000

struct bias_lock bias_nobodys;

static atomic_bool refused; /* membarrier(2), after it had worked: nothing is opened any more */

/* While it is value, and for ns at most. No cancellation point. */
static void
sleep_while(const void *word, unsigned value, long ns)
{
	const long timeout[2] = {0, ns}; /* the kernel's own timespec, whatever the C library's is */
	(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, NULL, 0);
}

/* Does not look at what is there: the lock may be gone by now. */
static void
wake_sleeper(const void *word)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- The barrier on all CPUs ------------------------------------------------------------------------------------- */

static int
membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

static bool
can_barrier(void)
{
	return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0 &&
		   membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
}

/* A process that forbade itself the call meanwhile (seccomp) has no such barrier. Once per lock it then gives every CPU
 * time enough to make its last stores visible, some million times longer than one needs. */
static void
barrier_everywhere(void)
{
	if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0 || can_barrier()) return;
	if (!atomic_exchange(&refused, true))
		log_warn("membarrier is refused since the locks were set up; locks cost more from here on");
	_Atomic unsigned nothing = 0;
	sleep_while(&nothing, 0, REFUSED_NS);
}

extern void __tsan_init(void) __attribute__((weak)); /* there when the program is built with ThreadSanitizer */

/* Checkers of threads learn the order of things from mutexes. */
static bool
is_checked(void)
{
	const char *preloaded = getenv("LD_PRELOAD");
	return __tsan_init ||
		   (preloaded && (strstr(preloaded, "vgpreload_helgrind") || strstr(preloaded, "vgpreload_drd")));
}

bool
bias_start(void)
{
	return !is_checked() && !registry_setting("EVENT_PLAIN_LOCKS") && can_barrier();
}

/* ---- Waiting for the owner to leave ------------------------------------------------------------------------------ */

/* What the kernel compares: the half of mine that holds the count. */
static const void *
sleeping_place(const struct bias_lock *lock)
{
	const char *mine = (const char *)&lock->mine;
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? mine + sizeof(lock->mine) - sizeof(unsigned) : mine;
}

/* How often the owner is in. The mutex is held, or this is the owner, so that there is one and stays the same. */
static unsigned
times_inside(struct bias_lock *lock)
{
	const uintptr_t mine = atomic_load_explicit(&lock->mine, memory_order_acquire);
	return mine == atomic_load_explicit(&lock->owner, memory_order_relaxed) ? 0 : (unsigned)mine;
}

/* The mutex is held. Afterwards the owner is out, and cannot enter without the mutex. */
static void
shut(struct bias_lock *lock)
{
	unsigned inside;
	atomic_store(&lock->waiting, true); /* before it is shut: bias_unlock() relies on it */
	atomic_store(&lock->open, 0);
	barrier_everywhere();
	long wait_ns = WAIT_NS;
	for (int looks = 0; (inside = times_inside(lock)) != 0; looks++) {
		if (looks < LOOKS) continue;
		sleep_while(sleeping_place(lock), inside, wait_ns);
		wait_ns = wait_ns * 2 < WAIT_MOST_NS ? wait_ns * 2 : WAIT_MOST_NS;
	}
	atomic_store(&lock->waiting, false);
	lock->settled = true;
}

/* The same without waiting. When the owner is inside the lock stays shut, but not settled. */
static bool
try_shut(struct bias_lock *lock)
{
	atomic_store(&lock->open, 0);
	barrier_everywhere();
	lock->settled = times_inside(lock) == 0;
	return lock->settled;
}

/* The owner lets go of what it holds without the mutex. */
static void
step_out(struct bias_lock *lock)
{
	const void *const place = sleeping_place(lock);
	const bool waiting = atomic_load(&lock->waiting);
	atomic_store_explicit(&lock->mine, bias_self(), memory_order_release);
	if (waiting) wake_sleeper(place);
}

/* ---- Taking ------------------------------------------------------------------------------------------------------ */

/* The mutex is held, and no more than that once. Returns true when this thread is to be the owner without it. */
static bool
deserves(struct bias_lock *lock, uintptr_t self)
{
	if (lock->last != self) {
		lock->last = self;
		lock->in_a_row = 0;
	}
	return ++lock->in_a_row >= lock->enough && lock->biasable && !atomic_load_explicit(&refused, memory_order_relaxed);
}

/* From holding the mutex to holding without it. */
static void
open_up(struct bias_lock *lock, uintptr_t self)
{
	lock->in_a_row = 0;
	lock->enough = lock->enough < BIAS_AGAIN        ? BIAS_AGAIN
				   : lock->enough < BIAS_AGAIN_MOST ? lock->enough * 2
													: BIAS_AGAIN_MOST;
	lock->depth = 0;
	lock->by_mutex = false;
	lock->settled = false;
	atomic_store(&lock->mine, 1);
	atomic_store(&lock->owner, self);
	atomic_store(&lock->open, 1);
	(void)thread_program_locks.unlock(0, lock->mutex);
}

/* The owner, which holds it not. */
static int
owner_by_mutex(unsigned mode, struct bias_lock *lock, uintptr_t self)
{
	const int result = thread_program_locks.lock(mode, lock->mutex);
	if (result != 0) return result;
	lock->settled = true;
	lock->by_mutex = true;
	atomic_store_explicit(&lock->mine, 1, memory_order_relaxed);
	if (deserves(lock, self)) open_up(lock, self);
	return 0;
}

static int
other_by_mutex(unsigned mode, struct bias_lock *lock, uintptr_t self)
{
	const int result = thread_program_locks.lock(mode, lock->mutex);
	if (result != 0) return result;
	if (!lock->settled) {
		if (!(mode & EVTHREAD_TRY)) {
			shut(lock);
		} else if (!try_shut(lock)) {
			(void)thread_program_locks.unlock(0, lock->mutex);
			return EBUSY;
		}
	}
	if (++lock->depth == 1 && deserves(lock, self) && !atomic_load(&lock->owner)) open_up(lock, self);
	return 0;
}

/* Returns true when the owner is in. */
static bool
owner_enter(struct bias_lock *lock, uintptr_t self)
{
	const uintptr_t mine = bias_mine(lock);
	if (mine != self) { /* it is in already, by whichever way it came */
		atomic_store_explicit(&lock->mine, mine + 1, memory_order_relaxed);
		return true;
	}
	if (!atomic_load(&lock->open)) return false;
	if (bias_step_in(lock)) return true;
	step_out(lock);
	return false;
}

void
bias_turned_away(struct bias_lock *lock)
{
	step_out(lock);
	(void)owner_by_mutex(0, lock, bias_self());
}

int
bias_lock(unsigned mode, struct bias_lock *lock)
{
	const uintptr_t self = bias_self();
	if (atomic_load_explicit(&lock->owner, memory_order_relaxed) != self) return other_by_mutex(mode, lock, self);
	return owner_enter(lock, self) ? 0 : owner_by_mutex(mode, lock, self);
}

int
bias_unlock(struct bias_lock *lock)
{
	void *const mutex = lock->mutex;
	const uintptr_t self = bias_self();
	if (atomic_load_explicit(&lock->owner, memory_order_relaxed) != self) {
		lock->depth--;
		return thread_program_locks.unlock(0, mutex);
	}
	const uintptr_t mine = bias_mine(lock);
	if (mine > 1) {
		atomic_store_explicit(&lock->mine, mine - 1, memory_order_relaxed);
	} else if (lock->by_mutex) {
		lock->by_mutex = false;
		atomic_store_explicit(&lock->mine, self, memory_order_relaxed);
		return thread_program_locks.unlock(0, mutex);
	} else {
		step_out(lock);
	}
	return 0;
}

/* ---- Conditions -------------------------------------------------------------------------------------------------- */

/* A condition is waited for with the mutex, which the owner may have to take first; it lets go of the lock before. When
 * another thread came in just then, the condition may be over and nobody would signal it again: that is a wake-up. */
static int
owner_wait(void *cond, struct bias_lock *lock, const struct timeval *timeout)
{
	bool undisturbed = true;
	if (!lock->by_mutex) {
		step_out(lock);
		if (thread_program_locks.lock(0, lock->mutex) != 0) return -1;
		undisturbed = !lock->settled;
		atomic_store(&lock->open, 0);
		lock->settled = true;
	}
	lock->by_mutex = false;
	atomic_store_explicit(&lock->mine, bias_self(), memory_order_relaxed);
	const int result = undisturbed ? thread_program_conds.wait_condition(cond, lock->mutex, timeout) : 0;
	lock->by_mutex = true;
	atomic_store_explicit(&lock->mine, 1, memory_order_relaxed);
	return result;
}

int
bias_wait(void *cond, struct bias_lock *lock, const struct timeval *timeout)
{
	if (atomic_load_explicit(&lock->owner, memory_order_relaxed) == bias_self()) return owner_wait(cond, lock, timeout);
	lock->depth = 0;
	const int result = thread_program_conds.wait_condition(cond, lock->mutex, timeout);
	if (!lock->settled) shut(lock);
	lock->depth = 1;
	return result;
}

/* ---- Making ------------------------------------------------------------------------------------------------------ */

struct bias_lock *
bias_stand_before(void *mutex)
{
	struct bias_lock *lock = mm_calloc(1, sizeof(*lock));
	if (!lock) return NULL;
	lock->mutex = mutex;
	lock->settled = true;
	lock->enough = BIAS_FIRST;
	return lock;
}

struct bias_lock *
bias_adopt(void *mutex)
{
	struct bias_lock *lock = bias_stand_before(mutex);
	if (lock) lock->adopted = true;
	return lock;
}

void
bias_never(struct bias_lock *lock)
{
	lock->biasable = false;
}

void
bias_favour(struct bias_lock *lock)
{
	if (lock->biasable || lock->adopted || atomic_load(&lock->owner)) return;
	lock->biasable = true;
	lock->enough = FAVOURED;
	lock->in_a_row = 0;
}

static void *
alloc(unsigned type)
{
	void *mutex = thread_program_locks.alloc(type);
	struct bias_lock *lock = mutex ? bias_stand_before(mutex) : NULL;
	if (lock)
		lock->biasable = true;
	else if (mutex)
		thread_program_locks.free(mutex, type);
	return lock;
}

static void
release(void *memory, unsigned type)
{
	struct bias_lock *lock = memory;
	if (!lock->adopted) thread_program_locks.free(lock->mutex, type);
	mm_free(lock);
}

static int
take(unsigned mode, void *lock)
{
	return bias_lock(mode, lock);
}

static int
let_go(unsigned mode, void *lock)
{
	(void)mode;
	return bias_unlock(lock);
}

const struct evthread_lock_callbacks thread_bias_locks = {
	EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, alloc, release, take, let_go};

#endif
