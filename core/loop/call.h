/* SPDX-License-Identifier: BSD-3-Clause */
/* Calling an event's callback: what the queues (active.c) and the short way round them (dispatch.c) share. */
#ifndef MKEVENT_LOOP_CALL_H_
#define MKEVENT_LOOP_CALL_H_

#include "loop/base.h"

/* A persistent event's timeout counts anew: it is about to run. */
void event_restart_timeout_locked(struct event_base *base, struct event *ev);
/* Lets those go first who wait for a callback's end. */
void callback_let_waiters_go_locked(struct event_base *base);

/* Around what the loop calls without the lock. Returns what call_over_lock() needs. */
static inline void *
call_begins_unlock(struct event_base *base)
{
	if (LIKELY(!base->lock)) return NULL;
#if THREAD_BIAS
	struct bias_lock *const lock = atomic_load_explicit(&base->owned_lock, memory_order_relaxed);
	if (bias_step_out(lock)) return lock;
#endif
	base_unlock(base);
	return base;
}

static inline void
call_over_lock(struct event_base *base, void *left)
{
	if (LIKELY(!left)) return;
#if THREAD_BIAS
	if (left != base) {
		if (UNLIKELY(!bias_step_in(left))) bias_turned_away(left);
		return;
	}
#endif
	base_lock(base);
}

/* The same for an event's callback, with nothing to remember across the call. */
static inline void
call_event_locked(struct event_base *base, event_callback_fn fn, evutil_socket_t fd, short res, void *arg)
{
	if (LIKELY(!base->lock)) {
		fn(fd, res, arg);
		return;
	}
#if THREAD_BIAS
	struct bias_lock *const lock = atomic_load_explicit(&base->owned_lock, memory_order_relaxed);
	if (bias_step_out(lock)) {
		fn(fd, res, arg);
		if (UNLIKELY(!bias_step_in(lock))) bias_turned_away(lock);
		return;
	}
#endif
	base_unlock(base);
	fn(fd, res, arg);
	base_lock(base);
}

static inline bool
has_timeout_to_restart(const struct event *ev)
{
	return ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_PERSIST && evutil_timerisset(&ev->ev_.ev_io.ev_timeout);
}

static inline void
after_callback_locked(struct event_base *base)
{
	base->current = NULL;
	if (UNLIKELY(base->current_waiters)) callback_let_waiters_go_locked(base);
}

#endif
