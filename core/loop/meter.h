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

#define METER_HUNT_TURNS 1000
#define METER_HUNT_LEAST_NS 20000000 /* less is a tick that happened to fall there: not worth timing each callback */

/* The loop starts: what was before it does not count. */
static inline void
meter_begin_locked(struct event_base *base)
{
	base->counters.mark = 0;
}

static inline uint64_t
meter_mark_locked(struct event_base *base)
{
	if (!base->counters.mark) base->counters.mark = clock_coarse();
	return base->counters.mark;
}

/* Before and after a wait that may block. */
static inline void
meter_wait_begins_locked(struct event_base *base)
{
	(void)meter_mark_locked(base);
}

static inline void
meter_wait_over_locked(struct event_base *base)
{
	const uint64_t now = clock_coarse();
	base->counters.waited_ns += now - base->counters.mark;
	base->counters.mark = now;
}

/* Before the first callback of a turn. */
static inline uint64_t
meter_run_begins_locked(struct event_base *base)
{
	return meter_mark_locked(base);
}

/* ran: how many callbacks. */
static inline void
meter_run_over_locked(struct event_base *base, uint64_t began, int ran)
{
	struct loop_counters *counters = &base->counters;
	const uint64_t now = clock_coarse(), spent = now - began, caught = counters->caught_ns;
	counters->mark = now;
	counters->ran_ns += spent;
	counters->caught_ns = 0;
	if (UNLIKELY(counters->hunting)) counters->hunting--;
	if (LIKELY(spent <= counters->longest_ns)) return;
	counters->longest_ns = spent;
	if (caught * 2 >= spent) return;
	counters->longest_callback = ran == 1 ? counters->last_callback : NULL;
	counters->hunting = ran == 1 || spent < METER_HUNT_LEAST_NS ? 0 : METER_HUNT_TURNS;
}

/* After each callback; while it hunts the clock is read once for each. */
static inline void
meter_callback_over_locked(struct event_base *base)
{
	struct loop_counters *counters = &base->counters;
	if (LIKELY(!counters->hunting)) return;
	const uint64_t now = clock_coarse(), spent = now - counters->mark;
	counters->mark = now;
	if (spent * 2 < counters->longest_ns) return;
	counters->longest_callback = counters->last_callback;
	counters->caught_ns = spent;
	counters->hunting = 0;
}

#endif
