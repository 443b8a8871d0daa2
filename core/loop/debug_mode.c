/* SPDX-License-Identifier: BSD-3-Clause */
/* Debug mode: a table of all events that are assigned, and which of them are added.
 *
 * Open addressing by the event's address; a table that cannot grow for lack of memory is incomplete from then on, and
 * what is not in it is no mistake any more. Its lock is taken last, and nothing is called under it. */
#include "config.h"

#include "loop/debug_mode.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

#include <pthread.h>

#define ROOM_FIRST 256

struct record {
	const struct event *ev; /* NULL: free */
	bool added;
};

#ifndef DISABLE_DEBUG_MODE
bool debug_mode_on;
#endif
atomic_bool debug_mode_late;

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct record *table;
static size_t table_room; /* a power of two */
static size_t table_count;
static bool incomplete;

/* ---- The table --------------------------------------------------------------------------------------------------- */

static size_t
place_of(const struct event *ev)
{
	return (size_t)(((uintptr_t)ev >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (table_room - 1);
}

/* The event's record, or the free one where it would go. There is always a free one. */
static struct record *
slot_of(const struct event *ev)
{
	size_t i = place_of(ev);
	while (table[i].ev && table[i].ev != ev)
		i = (i + 1) & (table_room - 1);
	return &table[i];
}

static struct record *
find_locked(const struct event *ev)
{
	struct record *record = table ? slot_of(ev) : NULL;
	return record && record->ev ? record : NULL;
}

static bool
grow_locked(void)
{
	struct record *old = table;
	size_t old_room = table_room, room = old_room ? old_room * 2 : ROOM_FIRST;
	struct record *new = mm_calloc(room, sizeof(*new));
	if (!new) return false;
	table = new;
	table_room = room;
	for (size_t i = 0; i < old_room; i++)
		if (old[i].ev) *slot_of(old[i].ev) = old[i];
	mm_free(old);
	return true;
}

static struct record *
insert_locked(const struct event *ev)
{
	if (table_count >= table_room / 2 && !grow_locked() && (!table || table_count + 1 >= table_room)) {
		incomplete = true;
		return NULL;
	}
	struct record *record = slot_of(ev);
	record->ev = ev;
	record->added = false;
	table_count++;
	return record;
}

/* Those behind it move up, so that no search ends too early. */
static void
remove_locked(struct record *record)
{
	size_t hole = (size_t)(record - table), i = hole;
	for (;;) {
		i = (i + 1) & (table_room - 1);
		if (!table[i].ev) break;
		size_t home = place_of(table[i].ev);
		if (((i - home) & (table_room - 1)) < ((i - hole) & (table_room - 1))) continue;
		table[hole] = table[i];
		hole = i;
	}
	table[hole].ev = NULL;
	table_count--;
}

/* ---- The checks -------------------------------------------------------------------------------------------------- */

/* The library's own events are not recorded: nobody assigns those by mistake. */
static bool
is_unknown_locked(const struct event *ev)
{
	return !incomplete && !(event_flags(ev) & EVLIST_INTERNAL);
}

static void
accuse(const struct event *ev, const char *function, const char *what)
{
	log_fatalx(LOG_ABORT, "%s: event %p (events 0x%x, fd %d, flags 0x%x) %s", function, (const void *)ev,
		(unsigned)ev->ev_events, (int)ev->ev_fd, (unsigned)event_flags(ev), what);
}

#define NEVER_ASSIGNED "was never assigned, or was freed; call event_assign() first"

static void
set_added(const struct event *ev, bool added, const char *function)
{
	(void)pthread_mutex_lock(&table_lock);
	struct record *record = find_locked(ev);
	if (record) record->added = added;
	bool wrong = !record && is_unknown_locked(ev);
	(void)pthread_mutex_unlock(&table_lock);
	if (wrong) accuse(ev, function, NEVER_ASSIGNED);
}

void
debug_mode_assign_slow(const struct event *ev)
{
	(void)pthread_mutex_lock(&table_lock);
	const struct record *record = find_locked(ev);
	bool wrong = record && record->added;
	if (!record) (void)insert_locked(ev);
	(void)pthread_mutex_unlock(&table_lock);
	if (wrong) accuse(ev, "event_assign", "is pending; call event_del() first");
}

void
debug_mode_forget_slow(const struct event *ev)
{
	(void)pthread_mutex_lock(&table_lock);
	struct record *record = find_locked(ev);
	bool wrong = record && record->added;
	if (record) remove_locked(record);
	(void)pthread_mutex_unlock(&table_lock);
	if (wrong) accuse(ev, "event_debug_unassign", "is pending; call event_del() first");
}

void
debug_mode_add_slow(const struct event *ev)
{
	set_added(ev, true, "event_add");
}

void
debug_mode_del_slow(const struct event *ev)
{
	set_added(ev, false, "event_del");
}

void
debug_mode_check_slow(const struct event *ev, const char *function)
{
	(void)pthread_mutex_lock(&table_lock);
	bool wrong = !find_locked(ev) && is_unknown_locked(ev);
	(void)pthread_mutex_unlock(&table_lock);
	if (wrong) accuse(ev, function, NEVER_ASSIGNED);
}

void
debug_mode_check_idle_slow(const struct event *ev, const char *function)
{
	(void)pthread_mutex_lock(&table_lock);
	const struct record *record = find_locked(ev);
	bool wrong = record && record->added;
	(void)pthread_mutex_unlock(&table_lock);
	if (wrong) accuse(ev, function, "is pending; call event_del() first");
}

/* ---- On and off -------------------------------------------------------------------------------------------------- */

void
event_enable_debug_mode(void)
{
#ifndef DISABLE_DEBUG_MODE
	if (debug_mode_on) return;
	if (atomic_load(&debug_mode_late)) {
		log_warnx("event_enable_debug_mode: there are events already, which it does not know; call it first of all");
		incomplete = true;
	}
	debug_mode_on = true;
#endif
}

void
debug_mode_shutdown(void)
{
	(void)pthread_mutex_lock(&table_lock);
	mm_free(table);
	table = NULL;
	table_room = table_count = 0;
	incomplete = true;
	(void)pthread_mutex_unlock(&table_lock);
}
