/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks that cost their most frequent user next to nothing: no atomic read-modify-write, no call.
 *
 * A biased lock stands before a mutex of the lock callbacks, where these allow it (EVTHREAD_LOCKTYPE_ELIDABLE: those of
 * evthread_use_pthreads()). It has at most one owner, the thread that once took it many times in a row. While the lock
 * is open for its owner, that thread enters by two plain accesses; any other thread takes the mutex and shuts the lock
 * first, which costs a membarrier(2) and a wait until the owner is out. From then on all take the mutex, until the
 * owner has taken it often enough without another coming between.
 *
 * What is always true:
 *  1. owner is set once, by that thread, and never changes. So mine is written by one thread alone: it is that thread
 *     while the owner is out, and how often it entered while it is in, which is never a thread. (A later thread that
 *     got the same thread pointer is that thread for our purposes: it began after the other had ended.)
 *  2. Only the owner opens, only others shut, and both hold the mutex. Unless settled, the lock may be open or the
 * owner may still be in from when it was; only who holds the mutex reads and writes settled.
 *  3. The owner holds the lock while mine is a count, but for a moment at which it finds the lock shut and turns back;
 *     then it holds the mutex as well if by_mutex. It never waits for the mutex while mine is a count, so who holds the
 *     mutex may wait for mine to become owner.
 *  4. Another thread holds the lock when it holds the mutex and the lock is settled. Then it is shut: who holds an open
 *     lock is the owner, without the mutex.
 *
 * Why two cannot be in: the owner stores mine = 1, then loads open (and is in if it is). The other stores open = false,
 * then has membarrier() run a full barrier on every CPU that runs a thread of this process (a thread that does not run
 * passes one when it is switched in), then loads mine. If the owner's barrier falls between its store and its load, or
 * after both, the other sees mine = 1 and waits; if before both or between, the owner sees false and turns back. Only
 * one reordering had to be excluded, the owner's load before its store: by the compiler through the signal fence, by
 * the CPU through that barrier.
 *
 * Happens-before: what the owner did inside comes before its release store of mine = owner, which the other's acquire
 * load reads. What the others did comes before the owner's taking of the mutex, which it did in order to open the lock.
 *
 * A lock may be freed by another thread as soon as the last holder let it go, so nothing of the lock is touched after
 * the store that lets go. The owner therefore looks for a waiter before that store, and may miss one that comes just
 * then; where it holds the lock for moments only it does not look at all. Who waits looks again by itself, first soon
 * and then less and less often (WAIT_NS in bias.c), so that it waits for twice the time that the lock was held. */
#ifndef MKEVENT_THREAD_BIAS_H_
#define MKEVENT_THREAD_BIAS_H_

#include <event2/event-config.h>
#include <stdbool.h>

#if defined(__SANITIZE_THREAD__)
#define THREAD_BIAS 0 /* it does not know membarrier(2) */
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_BIAS 0
#endif
#endif
#if !defined(THREAD_BIAS) && defined(__linux__) && defined(__has_builtin) && defined(__has_include) &&                 \
	!defined(EVENT__DISABLE_THREAD_SUPPORT)
#if __has_builtin(__builtin_thread_pointer) && __has_include(<linux/membarrier.h>) && __has_include(<asm/unistd.h>)
#include <sys/syscall.h>
#if defined(SYS_membarrier) && defined(SYS_futex)
#define THREAD_BIAS 1
#endif
#endif
#endif
#ifndef THREAD_BIAS
#define THREAD_BIAS 0
#endif

#if THREAD_BIAS

#include <event2/thread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/time.h>

struct bias_lock {
	_Atomic uintptr_t mine;
	_Atomic unsigned open;
	atomic_bool waiting; /* somebody waits for the owner to get out */
	bool by_mutex;       /* the owner's own */
	bool settled;
	bool biasable; /* may get an owner */
	bool adopted;  /* the mutex is the program's */
	_Atomic uintptr_t owner;
	/* Kept by the mutex. */
	uintptr_t last;    /* who took it last */
	unsigned depth;    /* how often the holder, not being the owner, took it */
	unsigned in_a_row; /* times that last took it, nobody else in between */
	unsigned enough;   /* of them, to open it */
	void *mutex;
};

/* Which never opens, for places that look at one without asking whether there is any. */
extern struct bias_lock bias_nobodys;

static inline uintptr_t
bias_self(void)
{
	return (uintptr_t)__builtin_thread_pointer();
}

/* The owner has entered and found the lock shut. */
void bias_turned_away(struct bias_lock *lock);

/* Constants where values could be computed: else each taking and release would wait for the store of the last one to
 * come back as a load, and these four or five cycles each are what there is to save. */
static inline void
bias_store_mine(struct bias_lock *lock, uintptr_t value, memory_order order)
{
	__asm__("" : "+r"(value)); /* so that the compiler does not compute it after all */
	atomic_store_explicit(&lock->mine, value, order);
}

static inline uintptr_t
bias_mine(struct bias_lock *lock)
{
	return atomic_load_explicit(&lock->mine, memory_order_relaxed);
}

/* ---- Parts, for places so hot that they must call nothing -------------------------------------------------------- */

/* By the owner, which is out. False: it was shut just now; call bias_turned_away(), which gets the lock. */
static inline bool
bias_step_in(struct bias_lock *lock)
{
	atomic_store_explicit(&lock->mine, 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	return __builtin_expect(atomic_load_explicit(&lock->open, memory_order_acquire) != 0, 1);
}

/* By the owner, which holds it once. False: nothing happened, it goes by the long way. */
static inline bool
bias_step_out(struct bias_lock *lock)
{
	if (__builtin_expect(atomic_load_explicit(&lock->open, memory_order_relaxed) == 0, 0)) return false;
	atomic_store_explicit(&lock->mine, bias_self(), memory_order_release);
	return true;
}

/* By any thread, for moments: without a look at who waits. False: it did not get in. */
static inline void
bias_slip_out(struct bias_lock *lock)
{
	/* Which is this thread; a register for that would have to be saved. */
	const uintptr_t owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);
	atomic_store_explicit(&lock->mine, owner, memory_order_release);
}

static inline bool
bias_slip_in(struct bias_lock *lock)
{
	if (__builtin_expect(bias_mine(lock) != bias_self(), 0)) return false;
	if (bias_step_in(lock)) return true;
	bias_slip_out(lock);
	return false;
}

/* ---- The two ----------------------------------------------------------------------------------------------------- */

/* False: nothing happened, take it by the long way. */
static inline bool
bias_enter(struct bias_lock *lock)
{
	const uintptr_t self = bias_self(), mine = bias_mine(lock);
	if (__builtin_expect(mine == self, 1)) {
		if (!bias_step_in(lock)) bias_turned_away(lock);
		return true;
	}
	if (atomic_load_explicit(&lock->owner, memory_order_relaxed) != self) return false;
	if (mine == 1) /* it is in, by whichever way it came */
		bias_store_mine(lock, 2, memory_order_relaxed);
	else
		bias_store_mine(lock, mine + 1, memory_order_relaxed);
	return true;
}

static inline bool
bias_leave(struct bias_lock *lock)
{
	/* Open, so who holds it is the owner, without the mutex, and nobody waits. */
	if (atomic_load_explicit(&lock->open, memory_order_relaxed) == 0) return false;
	const uintptr_t mine = bias_mine(lock);
	if (mine == 1)
		atomic_store_explicit(&lock->mine, bias_self(), memory_order_release);
	else if (mine == 2)
		bias_store_mine(lock, 1, memory_order_relaxed);
	else
		bias_store_mine(lock, mine - 1, memory_order_relaxed);
	return true;
}

static inline bool
bias_is_mine(struct bias_lock *lock)
{
	return atomic_load_explicit(&lock->owner, memory_order_relaxed) == bias_self();
}

/* Looks whether this process can have biased locks: a kernel that can, no refusal, no checker of threads around it. */
bool bias_start(void);

int bias_lock(unsigned mode, struct bias_lock *lock);
int bias_unlock(struct bias_lock *lock);
/* As thread_cond_wait(). May return 0 although nobody signalled. */
int bias_wait(void *cond, struct bias_lock *lock, const struct timeval *timeout);

/* A lock before a mutex: never biased. NULL without memory. */
struct bias_lock *bias_stand_before(void *mutex);
/* The same before one of the program's, which stays the program's, and which it may take without us. */
struct bias_lock *bias_adopt(void *mutex);
/* No thread is to own it; to be called before it is used. */
void bias_never(struct bias_lock *lock);
/* Undoes that for the thread that calls, which will be the one that uses it most. The lock is held. */
void bias_favour(struct bias_lock *lock);

/* Stand before the program's, as the checking ones of debug.c do. */
extern const struct evthread_lock_callbacks thread_bias_locks;

#endif
#endif
