/* SPDX-License-Identifier: BSD-3-Clause */
/* Timeouts that are due: from the heap to the active queues, in the order of their deadlines. */
#include "config.h"

#include "loop/base.h"
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
	return ev ? event_deadline(ev) : UINT64_MAX;
}

/* A persistent event keeps its descriptor and starts its timeout again when it runs. All others are deleted; what made
 * them active in the same turn already is kept. */
static void
expire_locked(struct event_base *base, struct event *ev)
{
	int result = EV_TIMEOUT;
	short calls = 1;
	if (UNLIKELY(event_flags(ev) & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER))) {
		result |= ev->ev_res;
		if (ev->ev_events & EV_SIGNAL) calls = ev->ev_.ev_signal.ev_ncalls;
	}
	bool again = ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_PERSIST && evutil_timerisset(&ev->ev_.ev_io.ev_timeout);
	if (again)
		event_timeout_unlink_locked(base, ev);
	else
		(void)event_del_locked(ev, EVENT_DEL_NOBLOCK);
	event_active_locked(ev, result, calls);
}

void
timers_expire_locked(struct event_base *base, uint64_t now)
{
	struct event *ev;
	while ((ev = earliest_locked(base)) && event_deadline(ev) <= now)
		expire_locked(base, ev);
}
