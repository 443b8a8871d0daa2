/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking into a base: how many events, which ones, and its counters. */
#include "config.h"

#include "loop/base.h"
#include "timer/common_timeout.h"

#include <event2/counters.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define IS_ACTIVE (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

int
event_base_get_num_events(struct event_base *base, unsigned int type)
{
	int sum = 0;
	base_lock(base);
	if (type & EVENT_BASE_COUNT_ACTIVE) sum += active_total_locked(base);
	if (type & EVENT_BASE_COUNT_VIRTUAL) sum += base->virtual_count;
	if (type & EVENT_BASE_COUNT_ADDED) sum += events_total_locked(base);
	base_unlock(base);
	return sum;
}

static int
take_max(int *max, bool wanted, int clear)
{
	if (!wanted) return 0;
	int value = *max;
	if (clear) *max = 0;
	return value;
}

int
event_base_get_max_events(struct event_base *base, unsigned int type, int clear)
{
	base_lock(base);
	int sum = take_max(&base->active_max, (type & EVENT_BASE_COUNT_ACTIVE) != 0, clear);
	sum += take_max(&base->virtual_max, (type & EVENT_BASE_COUNT_VIRTUAL) != 0, clear);
	sum += take_max(&base->event_max, (type & EVENT_BASE_COUNT_ADDED) != 0, clear);
	base_unlock(base);
	return sum;
}

static void
fill_counters_locked(struct event_base *base, struct event_base_counters *out)
{
	const struct loop_counters *counters = &base->counters;
	memset(out, 0, sizeof(*out));
	out->priorities = (uint32_t)base->npriorities;
	out->turns = base->turns;
	out->run_io = counters->run_io;
	out->run_timer = counters->run_timer;
	out->run_signal = counters->run_signal;
	out->run_user = counters->run_user;
	out->run_deferred = counters->run_deferred;
	out->wakeups = counters->wakeups;
	out->waited_ns = counters->waited_ns;
	out->ran_ns = counters->ran_ns;
	out->longest_ns = counters->longest_ns;
	out->longest_callback = counters->longest_callback;
	out->events_added = (uint64_t)events_total_locked(base);
	out->events_added_max = (uint64_t)base->event_max;
	out->events_active = (uint64_t)active_total_locked(base);
	out->events_active_max = (uint64_t)base->active_max;
	out->events_virtual = (uint64_t)base->virtual_count;
	out->events_virtual_max = (uint64_t)base->virtual_max;
	out->timers = base->timers.count - (size_t)common_timeout_idle_locked(base);
}

int
event_base_get_counters(const struct event_base *base, struct event_base_counters *out, size_t out_size)
{
	struct event_base_counters counters;
	if (out_size < sizeof(out->size)) return -1;
	/* Only the lock changes. */
	struct event_base *ours = (struct event_base *)base;
	base_lock(ours);
	fill_counters_locked(ours, &counters);
	base_unlock(ours);
	size_t known = out_size < sizeof(counters) ? out_size : sizeof(counters);
	counters.size = (uint32_t)known;
	memset(out, 0, out_size);
	memcpy(out, &counters, known);
	return 0;
}

/* ---- Each event, once -------------------------------------------------------------------------------------------- */

struct visit {
	struct event_base *base;
	event_base_foreach_event_cb function;
	void *arg;
	short seen;    /* events with any of these flags were visited already */
	bool internal; /* our own, too */
};

static int
visit_one(struct event *ev, void *arg)
{
	const struct visit *visit = arg;
	short flags = event_flags(ev);
	if ((flags & visit->seen) || ((flags & EVLIST_INTERNAL) && !visit->internal)) return 0;
	return visit->function(visit->base, ev, visit->arg);
}

static int
visit_heap_locked(struct visit *visit)
{
	const struct timer_heap *heap = &visit->base->timers;
	for (size_t i = 0; i < heap->count; i++) {
		struct event *ev = heap->entries[i].ev;
		if (ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_COMMON_TIMEOUT) continue;
		int result = visit_one(ev, visit);
		if (result) return result;
	}
	return 0;
}

/* An active queue holds deferred callbacks as well, which are no events. */
static int
visit_queue_locked(struct visit *visit, const struct callback_queue *queue)
{
	struct event_callback *callback = queue->first;
	for (; callback; callback = callback->evcb_active_next.tqe_next) {
		if (!(callback->evcb_flags & EVLIST_INIT)) continue;
		int result = visit_one(event_of(callback), visit);
		if (result) return result;
	}
	return 0;
}

static int
visit_all_locked(struct visit *visit)
{
	struct event_base *base = visit->base;
	int result = fdmap_foreach_locked(base, visit_one, visit);
	if (!result) result = signal_foreach_locked(base, visit_one, visit);
	visit->seen = EVLIST_INSERTED;
	if (!result) result = visit_heap_locked(visit);
	if (!result) result = common_timeout_foreach_locked(base, visit_one, visit);
	visit->seen = EVLIST_INSERTED | EVLIST_TIMEOUT;
	for (int i = 0; !result && i < base->npriorities; i++)
		result = visit_queue_locked(visit, &base->queues[i]);
	if (!result) result = visit_queue_locked(visit, &base->later);
	return result;
}

int
event_base_foreach_locked(struct event_base *base, event_base_foreach_event_cb function, void *arg)
{
	struct visit visit = {base, function, arg, 0, false};
	return visit_all_locked(&visit);
}

int
event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb fn, void *arg)
{
	if (!base || !fn) return -1;
	base_lock(base);
	int result = event_base_foreach_locked(base, fn, arg);
	base_unlock(base);
	return result;
}

/* ---- Dump -------------------------------------------------------------------------------------------------------- */

static void
print_bits(FILE *output, int bits)
{
	static const struct {
		int bit;
		const char *text;
	} names[] = {{EV_READ, " Read"}, {EV_WRITE, " Write"}, {EV_CLOSED, " EOF"}, {EV_SIGNAL, " Signal"},
		{EV_PERSIST, " Persist"}, {EV_ET, " ET"}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bits & names[i].bit) (void)fputs(names[i].text, output);
}

static const char *
kind_of(const struct event *ev)
{
	return ev->ev_events & EV_SIGNAL ? "sig" : "fd ";
}

static int
dump_inserted(const struct event_base *base, const struct event *ev, void *arg)
{
	FILE *output = arg;
	short flags = event_flags(ev);
	if (!(flags & (EVLIST_INSERTED | EVLIST_TIMEOUT))) return 0;
	(void)fprintf(output, "  %p [%s %d]", (const void *)ev, kind_of(ev), (int)ev->ev_fd);
	print_bits(output, ev->ev_events);
	if (flags & EVLIST_INTERNAL) (void)fputs(" Internal", output);
	if (flags & EVLIST_TIMEOUT) {
		struct timeval due;
		base_wall_time_locked((struct event_base *)base, event_due(ev), &due);
		(void)fprintf(output, " Timeout=%jd.%06ld", (intmax_t)due.tv_sec, (long)due.tv_usec);
	}
	(void)fputc('\n', output);
	return 0;
}

static int
dump_active(const struct event_base *base, const struct event *ev, void *arg)
{
	FILE *output = arg;
	short flags = event_flags(ev);
	(void)base;
	if (!(flags & IS_ACTIVE)) return 0;
	(void)fprintf(
		output, "  %p [%s %d, priority=%d]", (const void *)ev, kind_of(ev), (int)ev->ev_fd, ev->ev_evcallback.evcb_pri);
	print_bits(output, ev->ev_res & ~EV_PERSIST);
	if (ev->ev_res & EV_TIMEOUT) (void)fputs(" Timeout", output);
	if (flags & EVLIST_INTERNAL) (void)fputs(" Internal", output);
	(void)fputs(flags & EVLIST_ACTIVE_LATER ? " active later\n" : " active\n", output);
	return 0;
}

static void
dump_counters_locked(struct event_base *base, FILE *output)
{
	struct event_base_counters counters;
	fill_counters_locked(base, &counters);
	(void)fprintf(output,
		"Counters:\n  turns=%" PRIu64 " io=%" PRIu64 " timer=%" PRIu64 " signal=%" PRIu64 " user=%" PRIu64
		" deferred=%" PRIu64 " wakeups=%" PRIu64 "\n",
		counters.turns, counters.run_io, counters.run_timer, counters.run_signal, counters.run_user,
		counters.run_deferred, counters.wakeups);
	(void)fprintf(output, "  waited_ns=%" PRIu64 " ran_ns=%" PRIu64 " longest_ns=%" PRIu64 " longest_callback=%p\n",
		counters.waited_ns, counters.ran_ns, counters.longest_ns, counters.longest_callback);
}

void
event_base_dump_events(struct event_base *base, FILE *output)
{
	base_lock(base);
	struct visit inserted = {base, dump_inserted, output, 0, true};
	struct visit active = {base, dump_active, output, 0, true};
	(void)fputs("Inserted events:\n", output);
	(void)visit_all_locked(&inserted);
	(void)fputs("Active events:\n", output);
	(void)visit_all_locked(&active);
	dump_counters_locked(base, output);
	base_unlock(base);
}
