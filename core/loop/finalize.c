/* SPDX-License-Identifier: BSD-3-Clause */
/* Finalizers: functions that free what a callback uses, run by the loop once the callback cannot run any more.
 *
 * The event or callback itself carries its finalizer through the active queues. Since all callbacks of a base run in
 * one thread, the callback that runs while a finalizer is queued has returned when the finalizer's turn comes. */
#include "config.h"

#include "loop/base.h"
#include "loop/loop.h"
#include "util/log.h"
#include "util/mm.h"

static void
queue_finalizer_locked(struct event_base *base, struct event_callback *callback, enum loop_closure closure)
{
	callback->evcb_closure = (uint8_t)closure;
	(void)callback_activate_locked(base, callback);
	callback->evcb_flags |= EVLIST_FINALIZING;
}

static int
finalize(struct event *ev, event_finalize_callback_fn fn, enum loop_closure closure)
{
	struct event_base *base = ev->ev_base;
	if (!base) {
		log_warnx("event_finalize: the event has no base");
		return -1;
	}
	base_lock(base);
	/* Once is enough: a second call would run the finalizer of an event that may be freed by then. */
	if (!(event_flags(ev) & EVLIST_FINALIZING)) {
		(void)event_del_locked(ev, EVENT_DEL_NOBLOCK);
		ev->ev_evcallback.evcb_cb_union.evcb_evfinalize = fn;
		ev->ev_res = EV_FINALIZE;
		queue_finalizer_locked(base, &ev->ev_evcallback, closure);
	}
	base_unlock(base);
	return 0;
}

int
event_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn callback)
{
	(void)flags;
	return finalize(ev, callback, LOOP_CLOSURE_EVFINALIZE);
}

int
event_free_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn callback)
{
	(void)flags;
	return finalize(ev, callback, LOOP_CLOSURE_EVFINALIZE_FREE);
}

void
finalizer_run(struct event_callback *callback)
{
	struct event *ev = event_of(callback);
	void *const arg = callback->evcb_arg;
	switch ((enum loop_closure)callback->evcb_closure) {
	case LOOP_CLOSURE_CBFINALIZE:
		callback->evcb_cb_union.evcb_cbfinalize(callback, arg);
		break;
	case LOOP_CLOSURE_EVFINALIZE:
		if (callback->evcb_cb_union.evcb_evfinalize) callback->evcb_cb_union.evcb_evfinalize(ev, arg);
		break;
	case LOOP_CLOSURE_EVFINALIZE_FREE:
		if (callback->evcb_cb_union.evcb_evfinalize) callback->evcb_cb_union.evcb_evfinalize(ev, arg);
		debug_mode_forget(ev);
		mm_free(ev);
		break;
	case LOOP_CLOSURE_EVENT:
	case LOOP_CLOSURE_TIMER:
	case LOOP_CLOSURE_SIGNAL:
	case LOOP_CLOSURE_PERSIST:
	case LOOP_CLOSURE_SELF:
	case LOOP_CLOSURE_COMMON_TIMEOUT:
		break;
	}
}

/* ---- Several at once --------------------------------------------------------------------------------------------- */

static void
cancel_locked(struct event_base *base, struct event_callback *callback)
{
	if (callback->evcb_closure <= LOOP_CLOSURE_PERSIST)
		(void)event_del_locked(event_of(callback), EVENT_DEL_EVEN_IF_FINALIZING);
	else
		callback_deactivate_locked(base, callback);
}

void
loop_finalize_many(
	struct event_base *base, int count, struct event_callback **callbacks, loop_deferred_fn fn, void *arg)
{
	bool running = false;
	base_lock(base);
	for (int i = 0; i < count; i++) {
		running = running || base->current == callbacks[i];
		cancel_locked(base, callbacks[i]);
	}
	const bool later = running || !base_is_ours_locked(base);
	if (later) {
		callbacks[0]->evcb_cb_union.evcb_cbfinalize = fn;
		callbacks[0]->evcb_arg = arg;
		queue_finalizer_locked(base, callbacks[0], LOOP_CLOSURE_CBFINALIZE);
	}
	for (int i = 0; i < count; i++)
		callbacks[i]->evcb_flags |= EVLIST_FINALIZING;
	base_unlock(base);
	if (!later) fn(callbacks[0], arg);
}

/* ---- What event_base_free() finds -------------------------------------------------------------------------------- */

static int
finalize_queue_locked(struct event_base *base, struct callback_queue *queue)
{
	int count = 0;
	struct event_callback *callback;
	while ((callback = queue->first)) {
		callback_deactivate_locked(base, callback);
		if (!(callback->evcb_flags & EVLIST_FINALIZING)) continue;
		base_unlock(base);
		finalizer_run(callback);
		base_lock(base);
		count++;
	}
	return count;
}

int
finalize_all_locked(struct event_base *base)
{
	int count = finalize_queue_locked(base, &base->later);
	for (int i = 0; i < base->npriorities; i++)
		count += finalize_queue_locked(base, &base->queues[i]);
	return count;
}
