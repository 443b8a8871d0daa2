/* SPDX-License-Identifier: BSD-3-Clause */
/* Timeouts that are due: from the heap to the active queues, in the order of their deadlines. */
#include "config.h"

#include "loop/base.h"
#include "loop/call.h"
#include "timer/common_timeout.h"
#include "util/log.h"

/* An event that was assigned again while its timeout was pending: nothing in its own memory leads to the heap now. */
static void
drop_stray_locked(struct event_base *base, struct event *top)
{
	log_warnx("event %p was assigned again while its timeout was pending", (void *)top);
	top->ev_timeout_pos.min_heap_idx = 0;
	timer_heap_erase(&base->timers, top);
	event_uncounted_locked(base, 0);
}

/* The event that is due first, and never a stand-in; or NULL. */
static struct event *
earliest_locked(struct event_base *base)
{
	for (;;) {
		struct event *top = timer_heap_top(&base->timers);
		if (!top) return NULL;
		if (UNLIKELY(!(event_flags(top) & EVLIST_TIMEOUT))) {
			drop_stray_locked(base, top);
			continue;
		}
		if (LIKELY(top->ev_evcallback.evcb_closure != LOOP_CLOSURE_COMMON_TIMEOUT)) return top;
		uint64_t before = event_deadline(top);
		struct event *first = common_timeout_first_locked(top);
		if (event_deadline(top) == before) return first;
	}
}

uint64_t
timers_deadline_locked(struct event_base *base)
{
	const struct event *ev = earliest_locked(base);
	return ev ? event_due(ev) : UINT64_MAX;
}

/* Its timeout is over and waits nowhere. A persistent event keeps its descriptor and starts its timeout again when it
 * runs. All others are deleted; what made them active in the same turn already is kept. */
static inline void
expire_locked(struct event *ev)
{
	const short flags = event_flags(ev), elsewhere = EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER;
	int result = EV_TIMEOUT;
	short calls = 1;
	if (UNLIKELY(flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER))) {
		result |= ev->ev_res;
		if (ev->ev_events & EV_SIGNAL) calls = ev->ev_.ev_signal.ev_ncalls;
	}
	if (LIKELY(!has_timeout_to_restart(ev))) {
		if (flags & elsewhere) (void)event_del_locked(ev, EVENT_DEL_NOBLOCK);
		if (!(flags & EVLIST_INSERTED)) debug_mode_del(ev);
	}
	event_active_locked(ev, result, calls);
}

/* One by one: what was put off until now, and common timeouts. */
static NOINLINE void
expire_until_locked(struct event_base *base, uint64_t until)
{
	struct event *ev;
	uint64_t due;
	while ((ev = earliest_locked(base)) && (due = event_due(ev)) <= until) {
		event_timeout_unlink_locked(base, ev);
		event_set_deadline(ev, due); /* from which a persistent one counts */
		expire_locked(ev);
	}
}

/* One that was taken from the heap. It may be due later than its entry said, or be a stand-in: then back with it. */
static inline void
expire_taken_locked(struct event_base *base, struct timer_entry entry)
{
	struct event *const ev = entry.ev;
	const short flags = event_flags(ev);
	const bool is_stand_in = ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_COMMON_TIMEOUT;
	const uint64_t deadline = event_deadline(ev);
	if (UNLIKELY(deadline != entry.deadline || is_stand_in || !(flags & EVLIST_TIMEOUT))) {
		timer_heap_push(&base->timers, ev, deadline);
		return;
	}
	ev->ev_evcallback.evcb_flags = (short)(flags & ~EVLIST_TIMEOUT);
	event_uncounted_locked(base, flags);
	expire_locked(ev);
}

void
timers_expire_locked(struct event_base *base, uint64_t now)
{
	struct timer_heap *const heap = &base->timers;
	const size_t count = timer_heap_take_due(heap, now);
	if (count == 0) return;
	const struct timer_entry *const due = heap->entries + heap->count;
	for (size_t i = 0; i < count; i++) {
		if (i + TIMERS_AHEAD < count) timers_fetch(due[i + TIMERS_AHEAD].ev);
		const struct timer_entry entry = due[i];
		if (UNLIKELY(heap->count && heap->entries[0].deadline < entry.deadline))
			expire_until_locked(base, entry.deadline);
		expire_taken_locked(base, entry);
	}
	heap->soon = (size_t)(due - heap->entries) + TIMERS_AHEAD;
	heap->soon_end = heap->soon - TIMERS_AHEAD + count;
	if (heap->count && heap->entries[0].deadline <= now) expire_until_locked(base, now);
}
