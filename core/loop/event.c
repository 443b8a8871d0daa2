/* SPDX-License-Identifier: BSD-3-Clause */
/* An event's life: made, added, deleted, freed, and what can be asked of it. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

#include <errno.h>

#define WAITS_FOR (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL)
#define IS_ACTIVE (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)

static int
no_base(const char *function)
{
	log_warnx("%s: the event has no base", function);
	return -1;
}

/* ---- Making and freeing ------------------------------------------------------------------------------------------ */

static char self_cbarg; /* its address says "the event itself" */

void *
event_self_cbarg(void)
{
	return &self_cbarg;
}

/* A timer, by this alone, may go the short ways of event_add() and event_del(). */
static enum loop_closure
closure_of(short events)
{
	if (events & EV_SIGNAL) return LOOP_CLOSURE_SIGNAL;
	if (events & EV_PERSIST) return LOOP_CLOSURE_PERSIST;
	return (events & WAITS_FOR) || debug_mode_on ? LOOP_CLOSURE_EVENT : LOOP_CLOSURE_TIMER;
}

/* The links are left as they are: a list that an event still is in, by mistake, stays whole until the mistake is found.
 */
static void
fill(struct event *ev, struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg)
{
	ev->ev_base = base;
	ev->ev_evcallback.evcb_flags = EVLIST_INIT;
	ev->ev_evcallback.evcb_pri = (uint8_t)(base ? base->npriorities / 2 : 0);
	ev->ev_evcallback.evcb_closure = (uint8_t)closure_of(events);
	ev->ev_evcallback.evcb_cb_union.evcb_callback = callback;
	ev->ev_evcallback.evcb_arg = arg == &self_cbarg ? ev : arg;
	ev->ev_fd = fd;
	ev->ev_events = events;
	ev->ev_res = 0;
	if (events & EV_SIGNAL) {
		ev->ev_.ev_signal.ev_ncalls = 0;
		ev->ev_.ev_signal.ev_pncalls = NULL;
	} else {
		ev->ev_.ev_io.ev_timeout.tv_sec = 0;
		ev->ev_.ev_io.ev_timeout.tv_usec = 0;
	}
}

static bool
flags_exclude_each_other(short events)
{
	return (events & EV_SIGNAL) && (events & (EV_READ | EV_WRITE | EV_CLOSED));
}

int
event_assign(
	struct event *ev, struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg)
{
	debug_mode_assign(ev);
	fill(ev, base ? base : current_base, fd, events, callback, arg);
	if (!flags_exclude_each_other(events)) return 0;
	log_warnx("event_assign: EV_SIGNAL cannot be combined with EV_READ, EV_WRITE or EV_CLOSED");
	return -1;
}

void
event_assign_internal(
	struct event *ev, struct event_base *base, evutil_socket_t fd, short what, event_callback_fn cb, void *arg)
{
	fill(ev, base, fd, what, cb, arg);
	ev->ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
	ev->ev_evcallback.evcb_pri = 0;
}

struct event *
event_new(struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg)
{
	struct event *ev = mm_malloc(sizeof(*ev));
	if (!ev) return NULL;
	if (event_assign(ev, base, fd, events, callback, arg) == 0) return ev;
	debug_mode_forget(ev);
	mm_free(ev);
	return NULL;
}

void
event_free(struct event *ev)
{
	if (!ev) return;
	(void)event_del(ev);
	debug_mode_forget(ev);
	mm_free(ev);
}

void
event_debug_unassign(struct event *ev)
{
	debug_mode_check_idle(ev, "event_debug_unassign");
	debug_mode_forget(ev);
	ev->ev_evcallback.evcb_flags &= (short)~EVLIST_INIT;
}

/* ---- Timeouts ---------------------------------------------------------------------------------------------------- */

/* ev has a timeout. */
static inline void
timeout_unlink_locked(struct event_base *base, struct event *ev)
{
	const short flags = event_flags(ev);
	const bool is_queued = event_is_queued(ev);
	if (is_queued) common_timeout_erase_locked(base, ev);
	ev->ev_evcallback.evcb_flags = (short)(flags & ~(EVLIST_TIMEOUT | EVENT_QUEUE_MASK));
	event_uncounted_locked(base, flags);
	if (LIKELY(!is_queued)) timer_heap_erase(&base->timers, ev); /* last: a jump */
}

void
event_timeout_unlink_locked(struct event_base *base, struct event *ev)
{
	if (event_flags(ev) & EVLIST_TIMEOUT) timeout_unlink_locked(base, ev);
}

/* Room for an entry in the heap was reserved. */
static inline void
timeout_link_locked(struct event_base *base, struct event *ev, uint64_t deadline, int queue)
{
	short flags = event_flags(ev) | EVLIST_TIMEOUT;
	if (LIKELY(queue < 0)) {
		event_set_deadline(ev, deadline);
		timer_heap_push(&base->timers, ev, deadline);
	} else {
		flags |= event_set_queue(ev, deadline, queue);
		common_timeout_push_locked(base, ev, deadline, queue);
	}
	ev->ev_evcallback.evcb_flags = flags;
	event_counted_locked(base, flags);
}

/* Wherever it waits now, if anywhere. */
static inline void
timeout_place_locked(struct event_base *base, struct event *ev, uint64_t deadline, int queue)
{
	if (!(event_flags(ev) & EVLIST_TIMEOUT)) {
		timeout_link_locked(base, ev, deadline, queue);
	} else if (LIKELY(queue < 0 && !event_is_queued(ev))) {
		const uint64_t due = event_deadline(ev);
		event_set_deadline(ev, deadline);
		timer_heap_moved(&base->timers, ev, due, deadline);
	} else {
		timeout_unlink_locked(base, ev);
		timeout_link_locked(base, ev, deadline, queue);
	}
}

/* A timeout that is set anew before its callback ran is not active any more; whatever else made it active stays. */
static void
forget_due_locked(struct event_base *base, struct event *ev)
{
	if (!(event_flags(ev) & IS_ACTIVE) || !(ev->ev_res & EV_TIMEOUT)) return;
	ev->ev_res &= (short)~EV_TIMEOUT;
	if (ev->ev_res & WAITS_FOR) return;
	if ((ev->ev_events & EV_SIGNAL) && ev->ev_.ev_signal.ev_pncalls) *ev->ev_.ev_signal.ev_pncalls = 0;
	callback_deactivate_locked(base, &ev->ev_evcallback);
}

static uint64_t
saturating_sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* When a timeout that begins now is due. */
static inline uint64_t
deadline_locked(struct event_base *base, const struct timeval *tv, int queue)
{
	const uint64_t length = LIKELY(queue < 0) ? clock_from_timeval(tv) : common_timeout_length(base, queue);
	return saturating_sum(base_now_locked(base), length);
}

static inline void
timeout_set_locked(struct event_base *base, struct event *ev, const struct timeval *tv, const uint64_t *absolute)
{
	const int queue = common_timeout_index(base, tv);
	const uint64_t deadline = UNLIKELY(absolute != NULL) ? *absolute : deadline_locked(base, tv, queue);
	if (!absolute && ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_PERSIST) ev->ev_.ev_io.ev_timeout = *tv;
	if (UNLIKELY(event_flags(ev) & IS_ACTIVE)) forget_due_locked(base, ev);
	timeout_place_locked(base, ev, deadline, queue);
	/* Only a loop that would sleep for too long is woken. */
	if (UNLIKELY(base->waiting) && timers_deadline_locked(base) >= deadline) loop_wake_locked(base);
}

/* ---- Adding ------------------------------------------------------------------------------------------------------ */

static int
insert_locked(struct event_base *base, struct event *ev)
{
	int result;
	if (!(ev->ev_events & EV_SIGNAL))
		result = fdmap_add_locked(base, ev);
	else
		result = flags_exclude_each_other(ev->ev_events) ? -1 : signal_add_locked(base, ev);
	if (result < 0) return -1;
	ev->ev_evcallback.evcb_flags |= EVLIST_INSERTED;
	event_counted_locked(base, event_flags(ev));
	return 0;
}

static int
check_timeout_locked(struct event_base *base, struct event *ev)
{
	if ((event_flags(ev) & EVLIST_TIMEOUT) && !event_is_queued(ev)) return 0;
	/* Persistent events among the active ones have left the heap for a while, and must find room when they return. */
	return timer_heap_reserve(&base->timers, 1 + (size_t)base->active_count);
}

int
event_add_locked(struct event *ev, const struct timeval *tv, const uint64_t *deadline)
{
	struct event_base *base = ev->ev_base;
	debug_mode_check(ev, "event_add");
	const short flags = event_flags(ev);
	if (UNLIKELY(flags & EVLIST_FINALIZING)) return -1;
	loop_fork_check_locked(base);
	if (tv && check_timeout_locked(base, ev) < 0) return -1;
	if ((ev->ev_events & WAITS_FOR) && !(flags & EVLIST_INSERTED) && insert_locked(base, ev) < 0) return -1;
	if (tv) timeout_set_locked(base, ev, tv, deadline);
	if (!(flags & (EVLIST_INSERTED | EVLIST_TIMEOUT)) && (event_flags(ev) & (EVLIST_INSERTED | EVLIST_TIMEOUT)))
		debug_mode_add(ev);
	return 0;
}

static NOINLINE int
add(struct event *ev, const struct timeval *timeout)
{
	struct event_base *base = ev->ev_base;
	if (!base) return no_base("event_add");
	base_lock(base);
	const int result = event_add_locked(ev, timeout, NULL);
	base_unlock(base);
	return result;
}

/* Most calls are for a timer that waits for nothing else, is not active, and is added in a callback, where the base has
 * read the clock. What follows is for these: it saves no registers, and of the event it touches flags, base and
 * deadline alone. The processor begins with the next calls while it waits for an event's memory, as many as fit its
 * window, so each instruction less counts when there are many timers. A fork needs nothing here: the next turn sees it.
 */
static inline bool
is_timer(const struct event *ev)
{
	const int waits = EVLIST_TIMEOUT | EVENT_QUEUE_MASK;
	return ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_TIMER && (event_flags(ev) & ~waits) == EVLIST_INIT;
}

/* An ordinary interval. False: nothing was done. */
static inline bool
start_timer_locked(struct event_base *base, struct event *ev, const struct timeval *tv, uint64_t now)
{
	const uint64_t seconds = (uint64_t)tv->tv_sec, us = (uint64_t)tv->tv_usec;
	if (UNLIKELY(seconds > UINT32_MAX || us >= 1000000 || event_is_queued(ev))) return false;
	const uint64_t deadline = now + seconds * UINT64_C(1000000000) + us * 1000;
	if (event_flags(ev) & EVLIST_TIMEOUT) {
		const uint64_t due = event_deadline(ev);
		event_set_deadline(ev, deadline);
		timer_heap_moved(&base->timers, ev, due, deadline);
		return true;
	}
	if (UNLIKELY(timer_heap_room(&base->timers) <= (size_t)base->active_count)) return false;
	timeout_link_locked(base, ev, deadline, -1);
	return true;
}

/* A common interval. */
static inline bool
start_common_locked(struct event_base *base, struct event *ev, const struct timeval *tv)
{
	PREFETCH(&ev->ev_timeout); /* it is written last, and may be on a line of its own */
	const int queue = common_timeout_index(base, tv);
	if (queue < 0) return false;
	const uint64_t deadline = saturating_sum(base->now, common_timeout_length(base, queue));
	if (event_flags(ev) & EVLIST_TIMEOUT) timeout_unlink_locked(base, ev);
	timeout_link_locked(base, ev, deadline, queue);
	return true;
}

static NOINLINE int
add_common(struct event *ev, const struct timeval *timeout)
{
	return start_common_locked(ev->ev_base, ev, timeout) ? 0 : add(ev, timeout);
}

/* Outside of a callback the clock is read. */
static NOINLINE int
add_outside(struct event *ev, const struct timeval *timeout)
{
	struct event_base *base = ev->ev_base;
	return start_timer_locked(base, ev, timeout, base_now_locked(base)) ? 0 : add(ev, timeout);
}

static NOINLINE int
add_unlock(struct event *ev, const struct timeval *timeout)
{
	const int result = event_add_locked(ev, timeout, NULL);
	base_unlock(ev->ev_base);
	return result;
}

/* Apart: in one function with the next, that would save registers which it does not need itself. */
static NOINLINE int
add_common_unlock(struct event *ev, const struct timeval *timeout)
{
	if (!start_common_locked(ev->ev_base, ev, timeout)) return add_unlock(ev, timeout);
	thread_slip_out(ev->ev_base->lock);
	return 0;
}

static NOINLINE int
add_with_lock(struct event *ev, const struct timeval *timeout)
{
	struct event_base *base = ev->ev_base;
	if (UNLIKELY(!thread_slip_in(base->lock))) return add(ev, timeout);
	if (UNLIKELY(!is_timer(ev) || !base->now)) return add_unlock(ev, timeout);
	if (UNLIKELY(!start_timer_locked(base, ev, timeout, base->now))) return add_common_unlock(ev, timeout);
	thread_slip_out(base->lock);
	return 0;
}

int
event_add(struct event *ev, const struct timeval *timeout)
{
	struct event_base *base = ev->ev_base;
	if (UNLIKELY(!base || !timeout)) return add(ev, timeout);
	if (base->lock) return add_with_lock(ev, timeout);
	if (UNLIKELY(!is_timer(ev))) return add(ev, timeout);
	if (UNLIKELY(!base->now)) return add_outside(ev, timeout);
	return LIKELY(start_timer_locked(base, ev, timeout, base->now)) ? 0 : add_common(ev, timeout);
}

int
event_remove_timer(struct event *ev)
{
	struct event_base *base = ev->ev_base;
	if (!base) return no_base("event_remove_timer");
	base_lock(base);
	debug_mode_check(ev, "event_remove_timer");
	if (event_flags(ev) & EVLIST_TIMEOUT) {
		event_timeout_unlink_locked(base, ev);
		if (ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_PERSIST) evutil_timerclear(&ev->ev_.ev_io.ev_timeout);
		if (!(event_flags(ev) & EVLIST_INSERTED)) debug_mode_del(ev);
		if (events_total_locked(base) == 0) loop_wake_locked(base);
	}
	base_unlock(base);
	return 0;
}

/* ---- Deleting ---------------------------------------------------------------------------------------------------- */

static void
remove_locked(struct event_base *base, struct event *ev)
{
	const short flags = event_flags(ev);
	if (!(flags & (EVLIST_INSERTED | EVLIST_TIMEOUT | IS_ACTIVE))) return;
	if (flags & EVLIST_TIMEOUT) event_timeout_unlink_locked(base, ev);
	if (flags & IS_ACTIVE) callback_deactivate_locked(base, &ev->ev_evcallback);
	if (flags & EVLIST_INSERTED) {
		loop_fork_check_locked(base);
		ev->ev_evcallback.evcb_flags &= (short)~EVLIST_INSERTED;
		event_uncounted_locked(base, flags);
		if (ev->ev_events & EV_SIGNAL)
			(void)signal_del_locked(base, ev);
		else
			fdmap_del_locked(base, ev);
	}
	if (flags & (EVLIST_INSERTED | EVLIST_TIMEOUT)) debug_mode_del(ev);
	/* A loop that has nothing to wait for any more ends. */
	if (UNLIKELY(base->waiting) && events_total_locked(base) == 0) loop_wake_locked(base);
}

static bool
shall_wait(const struct event *ev, enum event_del_mode mode)
{
	switch (mode) {
	case EVENT_DEL_AUTO:
		return !(ev->ev_events & EV_FINALIZE);
	case EVENT_DEL_BLOCK:
		return true;
	case EVENT_DEL_NOBLOCK:
	case EVENT_DEL_EVEN_IF_FINALIZING:
		break;
	}
	return false;
}

int
event_del_locked(struct event *ev, enum event_del_mode mode)
{
	struct event_base *base = ev->ev_base;
	debug_mode_check(ev, "event_del");
	if (mode != EVENT_DEL_EVEN_IF_FINALIZING && (event_flags(ev) & EVLIST_FINALIZING)) return 0;
	/* The rest of a signal's calls is off, even while the first of them runs. */
	if ((ev->ev_events & EV_SIGNAL) && ev->ev_.ev_signal.ev_pncalls) *ev->ev_.ev_signal.ev_pncalls = 0;
	remove_locked(base, ev);
	if (LIKELY(base->current != &ev->ev_evcallback) || !shall_wait(ev, mode)) return 0;
	/* The callback that runs in another thread may add its event again: then it is deleted once more. */
	callback_wait_locked(base, &ev->ev_evcallback);
	remove_locked(base, ev);
	return 0;
}

static NOINLINE int
del(struct event *ev, enum event_del_mode mode)
{
	struct event_base *base = ev->ev_base;
	if (!base) return no_base("event_del");
	base_lock(base);
	const int result = event_del_locked(ev, mode);
	base_unlock(base);
	return result;
}

/* The short way for a timer, as above. */
static inline bool
is_started(const struct event *ev)
{
	return ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_TIMER &&
		   (event_flags(ev) & ~EVENT_QUEUE_MASK) == (EVLIST_INIT | EVLIST_TIMEOUT);
}

static NOINLINE int
del_unlock(struct event *ev, enum event_del_mode mode)
{
	const int result = event_del_locked(ev, mode);
	base_unlock(ev->ev_base);
	return result;
}

static NOINLINE int
del_with_lock(struct event *ev, enum event_del_mode mode)
{
	struct event_base *base = ev->ev_base;
	if (UNLIKELY(!thread_slip_in(base->lock))) return del(ev, mode);
	if (UNLIKELY(!is_started(ev) || base->current == &ev->ev_evcallback || base->waiting)) return del_unlock(ev, mode);
	timeout_unlink_locked(base, ev);
	thread_slip_out(base->lock);
	return 0;
}

/* Without a lock nobody waits, in the backend or for a callback's end. */
static inline int
del_quickly(struct event *ev, enum event_del_mode mode)
{
	struct event_base *base = ev->ev_base;
	if (UNLIKELY(!base)) return del(ev, mode);
	if (base->lock) return del_with_lock(ev, mode);
	if (UNLIKELY(!is_started(ev))) return del(ev, mode);
	timeout_unlink_locked(base, ev);
	return 0;
}

int
event_del(struct event *ev)
{
	return del_quickly(ev, EVENT_DEL_AUTO);
}

int
event_del_block(struct event *ev)
{
	return del_quickly(ev, EVENT_DEL_BLOCK);
}

int
event_del_noblock(struct event *ev)
{
	return del_quickly(ev, EVENT_DEL_NOBLOCK);
}

/* ---- Changing ---------------------------------------------------------------------------------------------------- */

int
event_base_set(struct event_base *base, struct event *ev)
{
	if (event_flags(ev) != EVLIST_INIT) return -1;
	debug_mode_check(ev, "event_base_set");
	ev->ev_base = base;
	ev->ev_evcallback.evcb_pri = (uint8_t)(base->npriorities / 2);
	return 0;
}

int
event_priority_set(struct event *ev, int priority)
{
	debug_mode_check(ev, "event_priority_set");
	if (event_flags(ev) & IS_ACTIVE) return -1;
	if (priority < 0 || !ev->ev_base || priority >= ev->ev_base->npriorities) return -1;
	ev->ev_evcallback.evcb_pri = (uint8_t)priority;
	return 0;
}
