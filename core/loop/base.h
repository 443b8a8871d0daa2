/* SPDX-License-Identifier: BSD-3-Clause */
/* struct event_base, private to the folders loop, timer and signal. Other concerns use loop.h.
 *
 * All of a base is kept by its lock, but for what is marked otherwise. The lock is NULL while threads are off, and is
 * never held into a user's callback, nor while the backend waits.
 *
 * Who owns what: base.c new and free, method, features, priorities; config.c event_config; fdmap.c the fds and every
 * backend change; event.c an event's life, facts.c what can be asked of it; active.c activation and running; dispatch.c
 * the loop; deferred.c loop.h; finalize.c finalizers; wakeup.c waking from other threads; once.c event_base_once;
 * current.c the old global calls; time.c the time of a base; watch.c evwatch; inspect.c counters, foreach, dump;
 * reinit.c fork; debug_mode.c debug mode; timer/heap.c, timer/common_timeout.c and timer/expire.c timers; signal/
 * signals. */
#ifndef MKEVENT_LOOP_BASE_H_
#define MKEVENT_LOOP_BASE_H_

#include "loop/debug_mode.h"
#include "loop/fdmap.h"
#include "registry/registry.h"
#include "signal/signal.h"
#include "thread/thread.h"
#include "timer/clock.h"
#include "timer/heap.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline)) /* also where it is used twice */
#define PREFETCH(address) __builtin_prefetch(address) /* in place: calls of functions with nothing else are dropped */
#else
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define NOINLINE
#define ALWAYS_INLINE inline
#define PREFETCH(address) ((void)(address))
#endif

/* ---- How struct event's public members are used ------------------------------------------------------------------
 *
 * ev_evcallback.evcb_flags: EVLIST_*. ev_evcallback.evcb_closure: enum loop_closure.
 * ev_timeout, ev_timeout_pos: while EVLIST_TIMEOUT is set, the deadline in nanoseconds of clock_now(), and where it
 * waits: in the heap (ev_timeout_pos.min_heap_idx) or in a common timeout queue
 * (ev_timeout_pos.ev_next_with_common_timeout, and a mark in evcb_flags). Only the accessors below know how.
 * ev_.ev_io.ev_timeout: for EV_PERSIST the interval as the program gave it, with a common timeout's mark; zero: none.
 * ev_.ev_io.ev_io_next, ev_.ev_signal.ev_signal_next: le_prev is the address of the pointer that leads here. */

enum loop_closure {
	LOOP_CLOSURE_EVENT,
	LOOP_CLOSURE_TIMER,   /* waits for its timeout alone, and is not persistent: see closure_of() */
	LOOP_CLOSURE_SIGNAL,  /* the callback runs ev_ncalls times */
	LOOP_CLOSURE_PERSIST, /* the timeout starts again first */
	LOOP_CLOSURE_SELF,    /* a deferred callback: evcb_selfcb */
	LOOP_CLOSURE_CBFINALIZE,
	LOOP_CLOSURE_EVFINALIZE,
	LOOP_CLOSURE_EVFINALIZE_FREE,
	LOOP_CLOSURE_COMMON_TIMEOUT /* the heap's stand-in for a common timeout queue; never becomes active */
};

static inline struct event *
event_of(struct event_callback *callback)
{
	return (struct event *)callback; /* ev_evcallback is the first member */
}

static inline short
event_flags(const struct event *ev)
{
	return ev->ev_evcallback.evcb_flags;
}

/* An event in the heap has room for its deadline beside its place there, where pointers have 8 bytes: near what else is
 * touched when a timer is added, which is two lines of memory instead of three. Else, and in a common timeout queue, it
 * lies over the first 8 bytes of ev_timeout.
 * Bits of evcb_flags that EVLIST_* leave free say that it waits in a queue. Which queue: a timeval of 16 bytes has room
 * for that behind the deadline; one of 8 (a 32-bit time_t) has not, so there the bits tell this as well. */
#define EVENT_DEADLINE_BY_PLACE (sizeof(((struct event *)NULL)->ev_timeout_pos) >= 16)
#define EVENT_QUEUE_IN_FLAGS (sizeof(struct timeval) < 16)
#define EVENT_QUEUE_SHIFT 8
#define EVENT_QUEUE_MASK 0x7f00
#define COMMON_TIMEOUTS_MAX (EVENT_QUEUE_IN_FLAGS ? 127 : 256) /* queues in one base */

/* Of an event in the heap, or one that is not pending any more. */
static inline uint64_t
event_deadline(const struct event *ev)
{
	uint64_t deadline;
	const char *where = EVENT_DEADLINE_BY_PLACE ? (const char *)&ev->ev_timeout_pos + 8 : (const char *)&ev->ev_timeout;
	memcpy(&deadline, where, sizeof(deadline));
	return deadline;
}

static inline void
event_set_deadline(struct event *ev, uint64_t deadline)
{
	char *where = EVENT_DEADLINE_BY_PLACE ? (char *)&ev->ev_timeout_pos + 8 : (char *)&ev->ev_timeout;
	memcpy(where, &deadline, sizeof(deadline));
}

/* Of one in a common timeout queue. */
static inline uint64_t
event_queued_deadline(const struct event *ev)
{
	uint64_t deadline;
	memcpy(&deadline, &ev->ev_timeout, sizeof(deadline));
	return deadline;
}

static inline bool
event_is_queued(const struct event *ev)
{
	return event_flags(ev) & EVENT_QUEUE_MASK;
}

/* Of either. */
static inline uint64_t
event_due(const struct event *ev)
{
	return event_is_queued(ev) ? event_queued_deadline(ev) : event_deadline(ev);
}

/* Number of the queue that it waits in. */
static inline int
event_queue(const struct event *ev)
{
	if (EVENT_QUEUE_IN_FLAGS) return ((event_flags(ev) & EVENT_QUEUE_MASK) >> EVENT_QUEUE_SHIFT) - 1;
	return (int)ev->ev_timeout.tv_usec;
}

/* It will wait in that queue. Returns the mark for evcb_flags. */
static inline short
event_set_queue(struct event *ev, uint64_t deadline, int queue)
{
	memcpy(&ev->ev_timeout, &deadline, sizeof(deadline));
	if (EVENT_QUEUE_IN_FLAGS) return (short)((queue + 1) << EVENT_QUEUE_SHIFT);
	ev->ev_timeout.tv_usec = queue;
	return 1 << EVENT_QUEUE_SHIFT;
}

/* ---- The base ----------------------------------------------------------------------------------------------------
 */

struct callback_queue {
	struct event_callback *first;
	struct event_callback **last; /* address of the last next pointer */
};

struct evwatch;
struct watch_list { /* watch.c */
	struct evwatch *first, *last;
	unsigned runs; /* how often the list was run */
};

struct common_timeout_queue { /* timer/common_timeout.c */
	struct timeval marked;    /* what the program passes to event_add() */
	uint64_t length;          /* in nanoseconds */
	struct event *first;
	struct event **last; /* address of the last next pointer */
	uint64_t latest;     /* no deadline in the queue is later */
	struct event stand_in;
};

/* Always on; read through the public counters call (inspect.c). */
struct loop_counters {
	uint64_t run_io, run_timer, run_signal, run_user, run_deferred;
	uint64_t wakeups; /* writes to the wake-up fd */
	uint64_t waited_ns, ran_ns;
	uint64_t longest_ns; /* of one turn's callbacks */
	void *longest_callback;
	/* meter.h: callbacks that are still to be timed one by one; when the last of them ended; how long the one took that
	 * was found in this turn. */
	unsigned hunting;
	uint64_t lap, caught_ns;
};

enum {
	WANT_BREAK = 1,   /* loopbreak: after this callback */
	WANT_EXIT = 2,    /* loopexit: after this turn */
	WANT_CONTINUE = 4 /* loopcontinue: after this callback */
};

enum {
	DETOUR_PRIORITIES = 1,
	DETOUR_LIMITS = 2, /* event_config_set_max_dispatch_interval() */
	DETOUR_METER = 4   /* each callback is timed: meter.h */
};

struct event_base {
	/* What each turn touches, within 128 bytes: an offset that fits a byte makes for short instructions. After a system
	 * call the processor decodes anew, and what there is to decode is most of what a turn costs. */
	void *lock; /* NULL: threads are off */
#if THREAD_BIAS
	/* lock, where the thread that runs the loop, or ran it last, is its owner; else one that never opens. Read without
	 * the lock. */
	_Atomic(struct bias_lock *) owned_lock;
#endif
	void *backend; /* the state of ops */
	uint64_t now;  /* this turn's clock reading; 0: not read yet, see base_now_locked() */
	struct event_plugin_ready *ready;
	int ready_max;       /* room in ready; doubles when a wait fills it */
	int active_count;    /* in queues, later and last */
	int pending_count;   /* see event_counted_locked() */
	int current_waiters; /* threads that wait for the end of current */
	uint8_t wanted;      /* WANT_* */
	bool chores;         /* before the wait: there may be something in later, prepare or fdmap.changed */
	bool checks;         /* after the wait: there may be something in check */
	uint8_t detours;     /* DETOUR_*: why what is ready must go through the queues */
	bool running;        /* inside event_base_loop */
	bool waiting;        /* inside the backend's wait: others must wake it */
	bool wake_sent;
	struct event_callback *current; /* what runs now */
	uint64_t turns;
	uint64_t mark;       /* meter.h: the last reading of its clock; 0: none in this run of the loop */
	void *last_callback; /* the function that ran last */
	struct fdmap fdmap;
	struct timer_heap timers;

	struct event_plugin_backend ops; /* never changes after the base was made */
	int flags;                       /* EVENT_BASE_FLAG_* */
	unsigned fork_generation;        /* loop_fork_generation when the backend was opened; reinit.c */

	struct callback_queue *queues; /* npriorities of them */
	struct callback_queue one_queue;
	struct callback_queue later; /* run in the next turn (EVLIST_ACTIVE_LATER) */
	struct callback_queue last;  /* run in this turn, when the queues are empty (also EVLIST_ACTIVE_LATER) */
	int npriorities;
	int running_priority;      /* of the callbacks that run now; -1 outside */
	int active_internal;       /* of active_count, those that are our own */
	int active_max, event_max; /* the most that the two totals ever were */
	int virtual_count, virtual_max;
	int deferred_queued;    /* in the turn deferred_turn; see deferred.c */
	uint64_t deferred_turn; /* of turns */
	short signal_calls;     /* that the running signal event still gets; ev_pncalls points here */
	void *current_cond;     /* made with the lock */
	unsigned long owner;    /* thread_id() of the running loop */

	struct common_timeout_queue **common; /* timer/common_timeout.c: common_count of them */
	int common_count, common_room;
	struct signal_base signals; /* signal/signal.h */
	struct watch_list prepare, check;
	struct once *once_list;        /* once.c: what event_base_free must give back */
	struct loop_mourner *mourners; /* loop.h */
	struct room_pool *room_pool;   /* evbuffer/pool.h; NULL: nobody asked for it yet */

	evutil_socket_t wake_fds[2]; /* -1 until it is needed; wakeup.c */
	struct event wake_event;

	/* event_config_set_max_dispatch_interval(): callbacks of priority limit_priority and worse are limited. */
	uint64_t limit_ns; /* UINT64_MAX: none */
	int limit_callbacks;
	int limit_priority;

	uint64_t wall_synced; /* time.c: clock_now() when wall_offset was taken; 0: never */
	int64_t wall_offset;  /* microseconds from the monotonic clock to the wall's */

	const char *backend_name; /* "backend-epoll" */
	const char *backend_file; /* NULL: built in */
	struct loop_counters counters;
};

static inline void
base_detour_set(struct event_base *base, uint8_t detour, bool on)
{
	base->detours = (uint8_t)(on ? base->detours | detour : base->detours & ~detour);
}

static inline void
base_lock(struct event_base *base)
{
	thread_lock(base->lock);
}

static inline void
base_unlock(struct event_base *base)
{
	thread_unlock(base->lock);
}

/* The same for the hottest places, without a call most of the time. */
static inline void
base_lock_hot(struct event_base *base)
{
	thread_lock_hot(base->lock);
}

static inline void
base_unlock_hot(struct event_base *base)
{
	thread_unlock_hot(base->lock);
}

/* After the lock was taken by the thread of the loop. */
static inline void
base_see_who_owns_locked(struct event_base *base)
{
#if THREAD_BIAS
	struct bias_lock *lock = thread_is_biased(base->lock) ? thread_biased(base->lock) : &bias_nobodys;
	if (!bias_is_mine(lock)) lock = &bias_nobodys;
	atomic_store_explicit(&base->owned_lock, lock, memory_order_relaxed);
#else
	(void)base;
#endif
}

/* True on the thread that runs the loop, when no thread runs it, or when threads are off. */
static inline bool
base_is_ours_locked(const struct event_base *base)
{
	return !base->lock || !base->running || base->owner == thread_id();
}

/* The clock of this turn, read when first asked for; outside of the loop always read anew. */
static inline uint64_t
base_now_locked(struct event_base *base)
{
	if (base->now) return base->now;
	uint64_t now = clock_now();
	if (base->running && !base->waiting && !(base->flags & EVENT_BASE_FLAG_NO_CACHE_TIME)) base->now = now;
	return now;
}

/* ---- Fork: reinit.c ----------------------------------------------------------------------------------------------
 */

extern volatile unsigned loop_fork_generation; /* counts this process's forks, in the child */
/* In a child that did not call event_reinit(): does what it does, once. */
void loop_fork_noticed_locked(struct event_base *base);
/* Installs the counter's pthread_atfork handler, once in a process. */
void loop_fork_watch(void);

static inline void
loop_fork_check_locked(struct event_base *base)
{
	if (UNLIKELY(base->fork_generation != loop_fork_generation)) loop_fork_noticed_locked(base);
}

/* ---- Events: event.c ---------------------------------------------------------------------------------------------
 */

/* As event_add(). absolute: tv is not an interval but *deadline (tv's common timeout mark still counts). */
int event_add_locked(struct event *ev, const struct timeval *tv, const uint64_t *deadline);

enum event_del_mode {
	EVENT_DEL_AUTO,              /* waits for a running callback in another thread, but for EV_FINALIZE events */
	EVENT_DEL_BLOCK,             /* always waits */
	EVENT_DEL_NOBLOCK,           /* never waits */
	EVENT_DEL_EVEN_IF_FINALIZING /* never waits; the finalizers' own */
};
int event_del_locked(struct event *ev, enum event_del_mode mode);
/* Takes the timeout away, if there is one: from the heap or its common queue. */
void event_timeout_unlink_locked(struct event_base *base, struct event *ev);
/* Undo and do again of all that the kernel knows, for event_reinit(): in event_base_foreach_event's order. */
int event_base_foreach_locked(struct event_base *base, event_base_foreach_event_cb visit, void *arg); /* inspect.c */
/* event_assign() for events of our own: never seen by foreach, not counted, keeps no loop alive. Call event_add next.
 */
void event_assign_internal(
	struct event *ev, struct event_base *base, evutil_socket_t fd, short what, event_callback_fn cb, void *arg);

/* Each list that a non-internal event is in (fd or signal, timeout, active) counts one. */
static inline int
active_total_locked(const struct event_base *base)
{
	return base->active_count - base->active_internal;
}

static inline int
events_total_locked(const struct event_base *base)
{
	return base->pending_count + active_total_locked(base);
}

/* Here: an fd's or signal's list, or a timeout. */
static inline void
event_counted_locked(struct event_base *base, short flags)
{
	if (flags & EVLIST_INTERNAL) return;
	base->pending_count++;
	const int total = events_total_locked(base);
	if (total > base->event_max) base->event_max = total;
}

static inline void
event_uncounted_locked(struct event_base *base, short flags)
{
	if (!(flags & EVLIST_INTERNAL)) base->pending_count--;
}

/* ---- Activation and running: active.c ----------------------------------------------------------------------------
 */

/* As event_active(). For signals ncalls is how often it came; the wake-up of a waiting loop is included. */
void event_active_locked(struct event *ev, int res, short ncalls);
/* Queues any callback for this turn, or the next. Return true when it was in no queue before. */
bool callback_activate_locked(struct event_base *base, struct event_callback *callback);
bool callback_activate_later_locked(struct event_base *base, struct event_callback *callback);
/* Takes it out of whatever active queue it is in. */
void callback_deactivate_locked(struct event_base *base, struct event_callback *callback);
/* As that, but into last. */
bool callback_activate_last_locked(struct event_base *base, struct event_callback *callback);
/* Moves what waits for the next turn into this one's queues. */
void active_promote_later_locked(struct event_base *base);
/* Runs the best priority's callbacks. Returns how many that were not internal, or -1 after a loopbreak. */
int active_process_locked(struct event_base *base);
/* Activates all events of one fd that want any of what (EV_READ, ...). */
void fd_activate_locked(struct event_base *base, evutil_socket_t fd, short what);
/* Waits until the callback is not being run by another thread. */
void callback_wait_locked(struct event_base *base, const struct event_callback *callback);
int base_priority_init_locked(struct event_base *base, int npriorities);

static inline void
queue_init(struct callback_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

static inline void
queue_push(struct callback_queue *queue, struct event_callback *callback)
{
	callback->evcb_active_next.tqe_next = NULL;
	callback->evcb_active_next.tqe_prev = queue->last;
	*queue->last = callback;
	queue->last = &callback->evcb_active_next.tqe_next;
}

static inline void
queue_remove(struct callback_queue *queue, struct event_callback *callback)
{
	struct event_callback *next = callback->evcb_active_next.tqe_next;
	if (next)
		next->evcb_active_next.tqe_prev = callback->evcb_active_next.tqe_prev;
	else
		queue->last = callback->evcb_active_next.tqe_prev;
	*callback->evcb_active_next.tqe_prev = next;
}

/* ---- Wake-up: wakeup.c -------------------------------------------------------------------------------------------
 */

void loop_wake_slow_locked(struct event_base *base);
/* Makes the wake-up fd, if there is none. Returns 0 or -1. */
int loop_wake_open_locked(struct event_base *base);
void loop_wake_close_locked(struct event_base *base);

/* Call after any change that a waiting loop must see. Costs one test when the loop does not wait. */
static inline void
loop_wake_locked(struct event_base *base)
{
	if (UNLIKELY(base->waiting) && !base->wake_sent) loop_wake_slow_locked(base);
}

/* ---- Timers: timer/common_timeout.c ------------------------------------------------------------------------------
 * A timeval from event_base_init_common_timeout() carries a mark: tv_usec holds it and the queue's number. */

/* Number of the queue that tv's mark names in this base, or -1: tv is an ordinary interval. */
#define COMMON_TIMEOUT_MARK 0x50000000
#define COMMON_TIMEOUT_MARK_MASK 0xf0000000
#define COMMON_TIMEOUT_NUMBER_MASK 0x0ff00000
#define COMMON_TIMEOUT_NUMBER_SHIFT 20
static inline int
common_timeout_index(const struct event_base *base, const struct timeval *tv)
{
	const unsigned long us = (unsigned long)tv->tv_usec;
	if (LIKELY((us & COMMON_TIMEOUT_MARK_MASK) != COMMON_TIMEOUT_MARK)) return -1;
	const int index = (int)((us & COMMON_TIMEOUT_NUMBER_MASK) >> COMMON_TIMEOUT_NUMBER_SHIFT);
	if (index >= base->common_count) return -1;
	const struct timeval *marked = &base->common[index]->marked;
	return tv->tv_sec == marked->tv_sec && tv->tv_usec == marked->tv_usec ? index : -1;
}
/* Length of the queue's timeout, in nanoseconds. */
static inline uint64_t
common_timeout_length(const struct event_base *base, int index)
{
	return base->common[index]->length;
}
/* Queue ev, whose event_set_queue() was called, in order, or take it out. The queue's own stand-in
 * event (internal, LOOP_CLOSURE_COMMON_TIMEOUT) waits in the heap with the first one's deadline; its room there was
 * reserved when the queue was made, so that neither can fail. */
void common_timeout_insert_locked(struct event_base *base, struct common_timeout_queue *queue, struct event *ev);

static inline void
common_timeout_push_locked(struct event_base *base, struct event *ev, uint64_t deadline, int index)
{
	struct common_timeout_queue *queue = base->common[index];
	/* An event that was assigned again while it waited as the last one would be its own successor. */
	const bool is_last = queue->last == &ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
	if (UNLIKELY(is_last || deadline < queue->latest || deadline < event_deadline(&queue->stand_in))) {
		common_timeout_insert_locked(base, queue, ev);
		return;
	}
	queue->latest = deadline;
	ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next = NULL;
	ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev = queue->last;
	*queue->last = ev;
	queue->last = &ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
}

static inline void
common_timeout_erase_locked(struct event_base *base, struct event *ev)
{
	struct event *next = ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
	struct event **prev = ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev;
	if (LIKELY(next != NULL))
		next->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev = prev;
	else
		base->common[event_queue(ev)]->last = prev;
	*prev = next;
}

void common_timeouts_free(struct event_base *base);

/* timer/expire.c: when the earliest timeout is due, UINT64_MAX when there is none. */
uint64_t timers_deadline_locked(struct event_base *base);
/* Deletes (event_del_locked) and activates (event_active_locked, EV_TIMEOUT) all that are due at now, in order. */
void timers_expire_locked(struct event_base *base, uint64_t now);

/* What expiring and running touch of an event is asked for so many events earlier: of many timers none is in a cache.
 */
#define TIMERS_AHEAD 8

static inline void
timers_fetch(const struct event *ev)
{
	PREFETCH(ev);
	PREFETCH(&ev->ev_base);
	PREFETCH(&ev->ev_res);
}

/* Before each callback, for one of the timers that expired in this turn. Where the heap has grown over its entry by
 * now, or the event is gone, it is in vain, and no more. */
static inline void
timers_fetch_soon_locked(struct event_base *base)
{
	struct timer_heap *const heap = &base->timers;
	if (UNLIKELY(heap->soon < heap->soon_end)) timers_fetch(heap->entries[heap->soon++].ev);
}

/* ---- Watchers: watch.c. Both are called without the lock held and only when the list is not empty. ----------------
 */
void watch_run_prepare(struct event_base *base, uint64_t deadline); /* UINT64_MAX: no timeout */
void watch_run_check(struct event_base *base);
void watch_free_all(struct event_base *base);

/* ---- Time: time.c ------------------------------------------------------------------------------------------------
 */

/* The time of day at which clock_now() is ns, for event_pending(). */
void base_wall_time_locked(struct event_base *base, uint64_t ns, struct timeval *tv);

/* ---- The rest of the folder --------------------------------------------------------------------------------------
 */

void loop_mourners_tell(struct event_base *base);             /* deferred.c */
void once_free_all(struct event_base *base);                  /* once.c */
void loop_interrupt_locked(struct event_base *base);          /* dispatch.c: for loopbreak from signal code */
extern struct event_base *current_base;                       /* current.c: of the old global calls */
void base_free(struct event_base *base, bool run_finalizers); /* base.c */
/* finalize.c: cancels and finalizes what event_base_free() finds; returns how many. */
int finalize_all_locked(struct event_base *base);
/* Calls a finalizer that is in no queue any more. Without the lock. */
void finalizer_run(struct event_callback *callback);

#endif
