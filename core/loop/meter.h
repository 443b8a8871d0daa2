/* SPDX-License-Identifier: BSD-3-Clause */
/* How long the loop waits and its callbacks run, for next to nothing: a coarse clock is read after a wait that may
 * block, and after a turn's callbacks.
 *
 * It goes by ticks of 1 to 10 ms. Over many turns the sums are right all the same, since a tick falls into waiting or
 * running in proportion to their lengths. Which callback took long is known when it was the only one of its turn; else
 * for some turns each callback is timed by itself, by the exact clock, until the culprit comes again. */
#ifndef MKEVENT_LOOP_METER_H_
#define MKEVENT_LOOP_METER_H_

#include "loop/base.h"

#define METER_HUNT_CALLBACKS 10000
#define METER_HUNT_LEAST_NS 20000000 /* less is a tick that happened to fall there: not worth timing each callback */

/* The loop starts: what was before it does not count. One that does not wait reads the clock when it has to. */
static inline void
meter_begin_locked(struct event_base *base, bool waits)
{
	base->mark = waits ? clock_coarse() : 0;
}

/* After a wait that may block. Of most the clock shows nothing: no tick fell into them. */
static inline void
meter_wait_over_locked(struct event_base *base)
{
	const uint64_t now = clock_coarse();
	if (LIKELY(now == base->mark)) return;
	base->counters.waited_ns += now - base->mark;
	base->mark = now;
}

/* Before the first callback of a turn. */
static inline void
meter_run_begins_locked(struct event_base *base)
{
	if (UNLIKELY(!base->mark)) base->mark = clock_coarse();
}

static inline void
meter_hunt_locked(struct event_base *base, unsigned callbacks)
{
	base->counters.hunting = callbacks;
	base_detour_set(base, DETOUR_METER, callbacks > 0);
}

static NOINLINE void
meter_count_run_locked(struct event_base *base, uint64_t now, int ran)
{
	struct loop_counters *counters = &base->counters;
	const uint64_t spent = now - base->mark, caught = counters->caught_ns;
	base->mark = now;
	counters->ran_ns += spent;
	counters->caught_ns = 0;
	if (spent <= counters->longest_ns) return;
	counters->longest_ns = spent;
	if (caught * 2 >= spent) return;
	counters->longest_callback = ran == 1 ? base->last_callback : NULL;
	meter_hunt_locked(base, ran == 1 || spent < METER_HUNT_LEAST_NS ? 0 : METER_HUNT_CALLBACKS);
}

/* ran: how many callbacks. */
static inline void
meter_run_over_locked(struct event_base *base, int ran)
{
	const uint64_t now = clock_coarse();
	if (UNLIKELY(now != base->mark)) meter_count_run_locked(base, now, ran);
}

/* After each callback; while it hunts the clock is read once for each. */
static inline void
meter_callback_over_locked(struct event_base *base)
{
	struct loop_counters *counters = &base->counters;
	if (LIKELY(!counters->hunting)) return;
	const uint64_t now = clock_coarse(), began = counters->lap > base->mark ? counters->lap : base->mark;
	const uint64_t spent = now - began;
	counters->lap = now;
	meter_hunt_locked(base, counters->hunting - 1);
	if (spent * 2 < counters->longest_ns) return;
	counters->longest_callback = base->last_callback;
	counters->caught_ns = spent;
	meter_hunt_locked(base, 0);
}

#endif
