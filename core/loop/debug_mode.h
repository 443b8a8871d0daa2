/* SPDX-License-Identifier: BSD-3-Clause */
/* event_enable_debug_mode(): remembers every event that was assigned, and stops the process at the first misuse. */
#ifndef MKEVENT_LOOP_DEBUG_MODE_H_
#define MKEVENT_LOOP_DEBUG_MODE_H_

#include <stdatomic.h>
#include <stdbool.h>

struct event;

#ifdef DISABLE_DEBUG_MODE
#define debug_mode_on false
#else
extern bool debug_mode_on;
#endif
extern atomic_bool debug_mode_late; /* an event was assigned while it was off */

void debug_mode_assign_slow(const struct event *ev);
void debug_mode_forget_slow(const struct event *ev);
void debug_mode_add_slow(const struct event *ev);
void debug_mode_del_slow(const struct event *ev);
void debug_mode_check_slow(const struct event *ev, const char *function);
void debug_mode_check_idle_slow(const struct event *ev, const char *function);
/* Part of libevent_global_shutdown(). */
void debug_mode_shutdown(void);

/* event_assign() is going to set ev up: must not be added. */
static inline void
debug_mode_assign(const struct event *ev)
{
	if (debug_mode_on)
		debug_mode_assign_slow(ev);
	else if (!atomic_load_explicit(&debug_mode_late, memory_order_relaxed))
		atomic_store_explicit(&debug_mode_late, true, memory_order_relaxed);
}

/* ev's memory is about to be given back (event_free, event_debug_unassign): must not be added. */
static inline void
debug_mode_forget(const struct event *ev)
{
	if (debug_mode_on) debug_mode_forget_slow(ev);
}

/* ev was added, or is not added any more: where EVLIST_INSERTED or EVLIST_TIMEOUT comes first or goes last. */
static inline void
debug_mode_add(const struct event *ev)
{
	if (debug_mode_on) debug_mode_add_slow(ev);
}

static inline void
debug_mode_del(const struct event *ev)
{
	if (debug_mode_on) debug_mode_del_slow(ev);
}

/* ev must have been assigned. function: the public call, for the message. */
static inline void
debug_mode_check(const struct event *ev, const char *function)
{
	if (debug_mode_on) debug_mode_check_slow(ev, function);
}

/* ev, if it was assigned, must not be added. */
static inline void
debug_mode_check_idle(const struct event *ev, const char *function)
{
	if (debug_mode_on) debug_mode_check_idle_slow(ev, function);
}

#endif
