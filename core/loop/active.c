/* SPDX-License-Identifier: BSD-3-Clause */
/* Callbacks that are about to run: queued here, one queue a priority, and run from here.
 *
 * Two rules that callers rely on: what a callback makes active at its own priority runs in the same turn, and a
 * callback of a more important priority that becomes active ends the present queue after the callback that runs. */
#include "config.h"

#include "loop/base.h"
#include "loop/call.h"
#include "loop/meter.h"
#include "util/log.h"
#include "util/mm.h"

#include <sched.h>

#define IS_ACTIVE (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)
#define DESCRIPTOR (EV_READ | EV_WRITE | EV_CLOSED)
#define CALLBACK_LAST 0x100 /* of evcb_flags, with EVLIST_ACTIVE_LATER: it is in last */
#define LAST_PASSES 8       /* through last, in one turn: what is put there by callbacks that were there */

/* ---- Queues ------------------------------------------------------------------------------------------------------ */

int
base_priority_init_locked(struct event_base *base, int npriorities)
{
	if (base->active_count || npriorities < 1 || npriorities >= EVENT_MAX_PRIORITIES) return -1;
	if (npriorities == base->npriorities) return 0;
	struct callback_queue *queues = &base->one_queue;
	if (npriorities > 1 && !(queues = mm_calloc((size_t)npriorities, sizeof(*queues)))) return -1;
	for (int i = 0; i < npriorities; i++)
		queue_init(&queues[i]);
	if (base->queues != &base->one_queue) mm_free(base->queues);
	base->queues = queues;
	base->npriorities = npriorities;
	base_detour_set(base, DETOUR_PRIORITIES, npriorities > 1);
	base->wanted |= WANT_CONTINUE; /* what is ready goes through the new queues */
	return 0;
}

/* An event may be older than the base's priorities. */
static inline struct callback_queue *
queue_for(struct event_base *base, const struct event_callback *callback)
{
	const int last = base->npriorities - 1;
	return &base->queues[callback->evcb_pri < last ? callback->evcb_pri : last];
}

static inline void
count_active(struct event_base *base, short flags)
{
	base->active_count++;
	if (UNLIKELY(flags & EVLIST_INTERNAL)) base->active_internal++;
	const int active = active_total_locked(base), total = active + base->pending_count;
	if (UNLIKELY(active > base->active_max)) base->active_max = active;
	if (UNLIKELY(total > base->event_max)) base->event_max = total;
}

static inline void
enqueue_locked(struct event_base *base, struct event_callback *callback)
{
	const short flags = callback->evcb_flags;
	count_active(base, flags);
	callback->evcb_flags = flags | EVLIST_ACTIVE;
	queue_push(queue_for(base, callback), callback);
	if (UNLIKELY(callback->evcb_pri < base->running_priority)) base->wanted |= WANT_CONTINUE;
}

static inline void
dequeue_from_locked(struct event_base *base, struct callback_queue *queue, struct event_callback *callback)
{
	const short flags = callback->evcb_flags;
	callback->evcb_flags = (short)(flags & ~(IS_ACTIVE | CALLBACK_LAST));
	base->active_count--;
	if (UNLIKELY(flags & EVLIST_INTERNAL)) base->active_internal--;
	queue_remove(queue, callback);
}

static void
dequeue_locked(struct event_base *base, struct event_callback *callback)
{
	const short flags = callback->evcb_flags;
	struct callback_queue *queue = queue_for(base, callback);
	if (!(flags & EVLIST_ACTIVE)) queue = flags & CALLBACK_LAST ? &base->last : &base->later;
	dequeue_from_locked(base, queue, callback);
}

void
callback_deactivate_locked(struct event_base *base, struct event_callback *callback)
{
	if (callback->evcb_flags & IS_ACTIVE) dequeue_locked(base, callback);
}

bool
callback_activate_locked(struct event_base *base, struct event_callback *callback)
{
	const short flags = callback->evcb_flags;
	if (flags & (EVLIST_FINALIZING | EVLIST_ACTIVE)) return false;
	if (flags & EVLIST_ACTIVE_LATER) dequeue_locked(base, callback);
	enqueue_locked(base, callback);
	loop_wake_locked(base);
	return !(flags & EVLIST_ACTIVE_LATER);
}

static bool
put_off_locked(struct event_base *base, struct event_callback *callback, struct callback_queue *queue, short flags)
{
	if (callback->evcb_flags & (EVLIST_FINALIZING | IS_ACTIVE)) return false;
	count_active(base, callback->evcb_flags);
	callback->evcb_flags = (short)(callback->evcb_flags | EVLIST_ACTIVE_LATER | flags);
	queue_push(queue, callback);
	loop_wake_locked(base);
	return true;
}

bool
callback_activate_later_locked(struct event_base *base, struct event_callback *callback)
{
	base->chores = true;
	return put_off_locked(base, callback, &base->later, 0);
}

bool
callback_activate_last_locked(struct event_base *base, struct event_callback *callback)
{
	return put_off_locked(base, callback, &base->last, CALLBACK_LAST);
}

static void
promote_locked(struct event_base *base, struct callback_queue *queue)
{
	struct event_callback *callback;
	while ((callback = queue->first)) {
		dequeue_from_locked(base, queue, callback);
		enqueue_locked(base, callback);
	}
}

void
active_promote_later_locked(struct event_base *base)
{
	promote_locked(base, &base->later);
	promote_locked(base, &base->last);
}

/* ---- Making events active ---------------------------------------------------------------------------------------- */

static inline void
activate_locked(struct event_base *base, struct event *ev, int res, short ncalls)
{
	const short flags = event_flags(ev);
	debug_mode_check(ev, "event_active");
	if (UNLIKELY(flags & (EVLIST_FINALIZING | IS_ACTIVE))) {
		if (flags & EVLIST_FINALIZING) return;
		ev->ev_res = (short)(ev->ev_res | res);
		if (flags & EVLIST_ACTIVE) return;
		dequeue_locked(base, &ev->ev_evcallback);
	} else {
		ev->ev_res = (short)res;
	}
	if (ev->ev_events & EV_SIGNAL) ev->ev_.ev_signal.ev_ncalls = ncalls;
	enqueue_locked(base, &ev->ev_evcallback);
	loop_wake_locked(base);
}

void
event_active_locked(struct event *ev, int res, short ncalls)
{
	activate_locked(ev->ev_base, ev, res, ncalls);
}

static NOINLINE void
active_slow_unlock(struct event_base *base, struct event *ev, int res, short ncalls)
{
	activate_locked(base, ev, res, ncalls);
	base_unlock(base);
}

static NOINLINE void
active_slow(struct event *ev, int res, short ncalls)
{
	struct event_base *base = ev->ev_base;
	if (!base) {
		log_warnx("event_active: the event has no base");
		return;
	}
	base_lock(base);
	active_slow_unlock(base, ev, res, ncalls);
}

/* Something is to be thought of. */
static inline bool
is_special_locked(const struct event *ev)
{
	const short in_the_way = EVLIST_FINALIZING | IS_ACTIVE | EVLIST_INTERNAL;
	return (event_flags(ev) & in_the_way) || (ev->ev_events & EV_SIGNAL) || debug_mode_on;
}

#if THREAD_BIAS
/* event_active() where there is a lock. As there, what is common calls nothing, which spares saving registers. Here
 * that is a call by the thread of the loop, so the loop does not wait and need not be woken: no other has run it since
 * this one looked at owned_lock, for it would have shut the lock, and only this one opens it. */
static inline void
active_with_lock(struct event_base *base, struct event *ev, int res, short ncalls)
{
	struct bias_lock *lock = atomic_load_explicit(&base->owned_lock, memory_order_relaxed);
	if (UNLIKELY(!bias_slip_in(lock))) {
		active_slow(ev, res, ncalls);
		return;
	}
	if (UNLIKELY(is_special_locked(ev))) {
		active_slow_unlock(base, ev, res, ncalls);
		return;
	}
	ev->ev_res = (short)res;
	enqueue_locked(base, &ev->ev_evcallback);
	bias_slip_out(lock);
}
#else
#define active_with_lock(base, ev, res, ncalls) active_slow(ev, res, ncalls)
#endif

void
event_active(struct event *ev, int res, short ncalls)
{
	struct event_base *base = ev->ev_base;
	if (UNLIKELY(!base)) {
		active_slow(ev, res, ncalls);
		return;
	}
	if (UNLIKELY(base->lock != NULL)) {
		active_with_lock(base, ev, res, ncalls);
		return;
	}
	if (UNLIKELY(is_special_locked(ev))) {
		active_slow(ev, res, ncalls);
		return;
	}
	ev->ev_res = (short)res;
	enqueue_locked(base, &ev->ev_evcallback);
}

void
fd_activate_locked(struct event_base *base, evutil_socket_t fd, short what)
{
	struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
	if (!slot) return;
	/* An error that fits nothing that is wanted would be reported for ever. */
	if (UNLIKELY(!(what & slot->told & DESCRIPTOR))) what |= slot->told & EV_CLOSED;
	const short wanted = what & DESCRIPTOR;
	for (struct event *ev = slot->first; ev; ev = ev->ev_.ev_io.ev_io_next.le_next) {
		if (UNLIKELY(ev->ev_fd != fd)) {
			fdmap_cut_locked(base, ev, fd);
			return;
		}
		if (ev->ev_events & wanted) activate_locked(base, ev, ev->ev_events & (wanted | EV_ET), 1);
	}
}

void
event_base_active_by_fd(struct event_base *base, evutil_socket_t fd, short events)
{
	base_lock(base);
	const struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
	fd_activate_locked(base, fd, events);
	for (struct event *ev = slot && (events & EV_TIMEOUT) ? slot->first : NULL; ev;
		 ev = ev->ev_.ev_io.ev_io_next.le_next)
		if (event_flags(ev) & EVLIST_TIMEOUT) event_active_locked(ev, EV_TIMEOUT, 1);
	base_unlock(base);
}

void
event_base_active_by_signal(struct event_base *base, int sig)
{
	base_lock(base);
	if (sig >= 0 && sig < NSIG && base->signals.slots) signal_activate_locked(base, sig, 1);
	base_unlock(base);
}

/* ---- Running ----------------------------------------------------------------------------------------------------- */

/* Without condition callbacks it is a matter of trying again. */
static void
wait_for_change_locked(struct event_base *base)
{
	if (thread_cond_wait(base->current_cond, base->lock, NULL) == 0) return;
	base_unlock(base);
	(void)sched_yield();
	base_lock(base);
}

void
callback_wait_locked(struct event_base *base, const struct event_callback *callback)
{
	if (base->current != callback || base_is_ours_locked(base)) return;
	base->current_waiters++;
	while (base->current == callback)
		wait_for_change_locked(base);
	if (--base->current_waiters == 0) (void)thread_cond_broadcast(base->current_cond);
}

/* Else the loop could begin the same callback again before they have the lock, for ever. */
void
callback_let_waiters_go_locked(struct event_base *base)
{
	(void)thread_cond_broadcast(base->current_cond);
	while (base->current_waiters)
		wait_for_change_locked(base);
}

static inline void
count_run(struct event_base *base, const struct event *ev)
{
	const short res = ev->ev_res;
	base->last_callback = (void *)ev->ev_evcallback.evcb_cb_union.evcb_callback;
	if (UNLIKELY(event_flags(ev) & EVLIST_INTERNAL)) return;
	if (ev->ev_events & EV_SIGNAL)
		base->counters.run_signal++;
	else if (res & EV_TIMEOUT)
		base->counters.run_timer++;
	else if ((res & DESCRIPTOR) && ev->ev_fd >= 0)
		base->counters.run_io++;
	else
		base->counters.run_user++;
}

/* A persistent timeout counts from when it was due, so that it does not drift; from now when that is past, or when it
 * was not the timeout that fired. */
void
event_restart_timeout_locked(struct event_base *base, struct event *ev)
{
	const struct timeval interval = ev->ev_.ev_io.ev_timeout;
	const int queue = common_timeout_index(base, &interval);
	const uint64_t length = queue < 0 ? clock_from_timeval(&interval) : common_timeout_length(base, queue);
	const uint64_t now = base_now_locked(base);
	uint64_t from = ev->ev_res & EV_TIMEOUT ? event_deadline(ev) : now;
	if (from > UINT64_MAX - length || from + length < now) from = now;
	const uint64_t deadline = from > UINT64_MAX - length ? UINT64_MAX : from + length;
	if (event_add_locked(ev, &interval, &deadline) < 0)
		log_warnx("event %p: no memory to start its timeout again", (void *)ev);
}

/* ncalls times, until event_del() or a loopbreak. With the last call the event may go. */
static void
run_signal_locked(struct event_base *base, struct event *ev)
{
	const event_callback_fn fn = ev->ev_evcallback.evcb_cb_union.evcb_callback;
	void *const arg = ev->ev_evcallback.evcb_arg;
	const evutil_socket_t signum = ev->ev_fd;
	const short res = ev->ev_res;
	base->signal_calls = ev->ev_.ev_signal.ev_ncalls;
	ev->ev_.ev_signal.ev_ncalls = 0;
	ev->ev_.ev_signal.ev_pncalls = &base->signal_calls;
	while (base->signal_calls > 0) {
		if (--base->signal_calls == 0) ev->ev_.ev_signal.ev_pncalls = NULL;
		call_event_locked(base, fn, signum, res, arg);
		if (!(base->wanted & WANT_BREAK) || base->signal_calls == 0) continue;
		ev->ev_.ev_signal.ev_pncalls = NULL;
		break;
	}
}

/* It is in no queue, and deleted unless it is persistent. */
static inline void
call_locked(struct event_base *base, struct event *ev)
{
	base->current = &ev->ev_evcallback;
	if (UNLIKELY(ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_SIGNAL)) {
		run_signal_locked(base, ev);
		return;
	}
	if (has_timeout_to_restart(ev)) event_restart_timeout_locked(base, ev);
	call_event_locked(
		base, ev->ev_evcallback.evcb_cb_union.evcb_callback, ev->ev_fd, ev->ev_res, ev->ev_evcallback.evcb_arg);
}

static inline void
run_event_locked(struct event_base *base, struct callback_queue *queue, struct event *ev)
{
	count_run(base, ev);
	if ((ev->ev_events & EV_PERSIST) || !(event_flags(ev) & (EVLIST_INSERTED | EVLIST_TIMEOUT)))
		dequeue_from_locked(base, queue, &ev->ev_evcallback);
	else
		(void)event_del_locked(ev, EVENT_DEL_NOBLOCK);
	call_locked(base, ev);
}

/* Deferred callbacks and finalizers. The memory may be gone when they return. */
static void
run_other_locked(struct event_base *base, struct callback_queue *queue, struct event_callback *callback)
{
	void *const arg = callback->evcb_arg;
	const enum loop_closure closure = (enum loop_closure)callback->evcb_closure;
	dequeue_from_locked(base, queue, callback);
	base->current = closure == LOOP_CLOSURE_SELF ? callback : NULL;
	base->counters.run_deferred++;
	base->last_callback = (void *)callback->evcb_cb_union.evcb_selfcb;
	void *const left = call_begins_unlock(base);
	if (closure == LOOP_CLOSURE_SELF)
		callback->evcb_cb_union.evcb_selfcb(callback, arg);
	else
		finalizer_run(callback);
	call_over_lock(base, left);
}

struct event *
event_base_get_running_event(struct event_base *base)
{
	base_lock(base);
	struct event_callback *current = base->current;
	const bool is_event = current && current->evcb_closure <= LOOP_CLOSURE_PERSIST;
	base_unlock(base);
	return is_event ? event_of(current) : NULL;
}

/* What bounds a run of callbacks, for the priorities that are bounded. */
struct bounds {
	int callbacks;
	uint64_t until; /* of clock_now() */
};

/* bounds: NULL for none. Returns how many ran that were not internal, or -1 after a loopbreak. */
static int
run_queue_locked(struct event_base *base, struct callback_queue *queue, const struct bounds *bounds)
{
	int ran = 0;
	struct event_callback *callback;
	while ((callback = queue->first)) {
		PREFETCH(callback->evcb_active_next.tqe_next); /* of many, the next is in no cache */
		timers_fetch_soon_locked(base);
		if (LIKELY(!(callback->evcb_flags & EVLIST_INTERNAL))) ran++;
		if (LIKELY(callback->evcb_closure <= LOOP_CLOSURE_PERSIST))
			run_event_locked(base, queue, event_of(callback));
		else
			run_other_locked(base, queue, callback);
		meter_callback_over_locked(base);
		after_callback_locked(base);
		if (UNLIKELY(base->wanted & WANT_BREAK)) return -1;
		if (UNLIKELY(base->wanted & WANT_CONTINUE)) break;
		if (LIKELY(!bounds)) continue;
		if (ran >= bounds->callbacks) break;
		if (ran && bounds->until != UINT64_MAX && clock_now() >= bounds->until) break;
	}
	return ran;
}

static int
run_best_queue_locked(struct event_base *base)
{
	struct bounds bounds = {base->limit_callbacks, UINT64_MAX};
	int ran = 0;
	if (UNLIKELY(base->limit_ns != UINT64_MAX)) bounds.until = clock_now() + base->limit_ns;
	for (int i = 0; i < base->npriorities; i++) {
		if (!base->queues[i].first) continue;
		base->running_priority = i;
		ran = run_queue_locked(base, &base->queues[i], i < base->limit_priority ? NULL : &bounds);
		if (ran != 0) break; /* what matters less waits until there is nothing new that matters more */
	}
	base->running_priority = -1;
	return ran;
}

/* With priorities or limits, what was put last runs in the next turn: its wait may tell of what matters more. */
int
active_process_locked(struct event_base *base)
{
	int ran = run_best_queue_locked(base);
	for (int i = 0; i < LAST_PASSES && base->last.first && ran >= 0 && !(base->wanted & WANT_CONTINUE); i++) {
		promote_locked(base, &base->last);
		if (base->detours & (DETOUR_PRIORITIES | DETOUR_LIMITS)) break;
		const int more = run_best_queue_locked(base);
		ran = more < 0 ? more : ran + more;
	}
	return ran;
}
