/* SPDX-License-Identifier: BSD-3-Clause */
/* What loop.h offers to the other concerns. */
#include "config.h"

#include "loop/loop.h"

#include "evbuffer/pool.h"
#include "loop/base.h"

/* More than that in one turn, and the rest waits for the next: callbacks that schedule each other must not keep the
 * loop from looking at its fds. */
#define DEFERRED_PER_TURN 32

void
loop_deferred_init(struct event_callback *callback, uint8_t priority, loop_deferred_fn fn, void *arg)
{
	memset(callback, 0, sizeof(*callback));
	callback->evcb_flags = EVLIST_INIT;
	callback->evcb_pri = priority;
	callback->evcb_closure = LOOP_CLOSURE_SELF;
	callback->evcb_cb_union.evcb_selfcb = fn;
	callback->evcb_arg = arg;
}

void
loop_deferred_set_priority(struct event_callback *callback, uint8_t priority)
{
	/* While it is queued its priority tells in which queue. */
	if (!(callback->evcb_flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER))) callback->evcb_pri = priority;
}

/* Returns how many there were in this turn, with this one. */
static int
count_deferred_locked(struct event_base *base)
{
	if (base->deferred_turn != base->turns) base->deferred_queued = 0;
	base->deferred_turn = base->turns;
	return base->deferred_queued <= DEFERRED_PER_TURN ? ++base->deferred_queued : base->deferred_queued;
}

bool
loop_deferred_schedule(struct event_base *base, struct event_callback *callback)
{
	base_lock_hot(base);
	bool queued;
	if (UNLIKELY(callback->evcb_flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER | EVLIST_FINALIZING))) {
		queued = false;
	} else if (count_deferred_locked(base) > DEFERRED_PER_TURN) {
		queued = callback_activate_later_locked(base, callback);
	} else {
		queued = callback_activate_locked(base, callback);
	}
	base_unlock_hot(base);
	return queued;
}

bool
loop_deferred_schedule_last(struct event_base *base, struct event_callback *callback)
{
	base_lock(base);
	const bool queued = callback_activate_last_locked(base, callback);
	base_unlock(base);
	return queued;
}

bool
loop_deferred_cancel(struct event_base *base, struct event_callback *callback)
{
	base_lock(base);
	const bool queued = callback->evcb_flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER);
	/* A finalizer cannot be called off. */
	const bool cancel = queued && !(callback->evcb_flags & EVLIST_FINALIZING);
	if (cancel) callback_deactivate_locked(base, callback);
	base_unlock(base);
	return cancel;
}

void
loop_mourner_add(struct event_base *base, struct loop_mourner *mourner)
{
	base_lock(base);
	mourner->next = base->mourners;
	mourner->link = &base->mourners;
	if (mourner->next) mourner->next->link = &mourner->next;
	base->mourners = mourner;
	base_unlock(base);
}

void
loop_mourner_del(struct event_base *base, struct loop_mourner *mourner)
{
	base_lock(base);
	*mourner->link = mourner->next;
	if (mourner->next) mourner->next->link = mourner->link;
	base_unlock(base);
}

void
loop_mourners_tell(struct event_base *base)
{
	struct loop_mourner *mourner;
	while ((mourner = base->mourners)) {
		loop_mourner_del(base, mourner);
		mourner->gone(mourner);
	}
}

static NOINLINE int
active_count_slow(const struct event_base *base)
{
	struct event_base *locked = (struct event_base *)base; /* the lock alone is changed */
	base_lock(locked);
	const int count = base->active_count;
	base_unlock(locked);
	return count;
}

int
loop_active_count(const struct event_base *base)
{
	return UNLIKELY(base->lock != NULL) ? active_count_slow(base) : base->active_count;
}

bool
loop_is_ours(const struct event_base *base)
{
	if (!base->lock) return true;
	struct event_base *locked = (struct event_base *)base; /* the lock alone is changed */
	base_lock(locked);
	const bool ours = base_is_ours_locked(base);
	base_unlock(locked);
	return ours;
}

bool
loop_runs_here(const struct event_base *base)
{
	if (!base->lock) return true;
	struct event_base *locked = (struct event_base *)base; /* the lock alone is changed */
	base_lock(locked);
	const bool here = base->running && base->owner == thread_id();
	base_unlock(locked);
	return here;
}

struct room_pool *
loop_room_pool(struct event_base *base)
{
	base_lock(base);
	if (!base->room_pool) base->room_pool = room_pool_new(base->lock != NULL);
	struct room_pool *pool = base->room_pool;
	if (pool) room_pool_ref(pool);
	base_unlock(base);
	return pool;
}

uint64_t
loop_now(struct event_base *base)
{
	base_lock(base);
	const uint64_t now = base_now_locked(base);
	base_unlock(base);
	return now;
}

void
loop_virtual_add(struct event_base *base)
{
	base_lock(base);
	if (++base->virtual_count > base->virtual_max) base->virtual_max = base->virtual_count;
	base_unlock(base);
}

void
loop_virtual_del(struct event_base *base)
{
	base_lock(base);
	if (--base->virtual_count == 0) loop_wake_locked(base);
	base_unlock(base);
}
