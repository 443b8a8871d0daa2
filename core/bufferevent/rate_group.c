/* SPDX-License-Identifier: BSD-3-Clause */
/* Rate limit groups: one bucket for all members, which may belong to several bases and threads.
 *
 * A member finds out by itself that the bucket is empty, when it wants to move something: it is then suspended by its
 * own thread. When there are tokens again the group wakes those that wait, through a deferred callback of each. So the
 * group never needs a member's lock, and a member may hold its own while it asks the group. A member cannot go away
 * while the group's lock is held, since it has to leave first. */
#include "config.h"

#include "bufferevent/rate.h"
#include "loop/loop.h"
#include "util/mm.h"

#include <event2/util.h>

#define BOTH (EV_READ | EV_WRITE)
#define MIN_SHARE_DEFAULT 64

struct bufferevent_rate_limit_group {
	void *lock; /* keeps all but base */
	struct event_base *base;
	struct ev_token_bucket_cfg cfg;
	struct bucket bucket;
	struct event refill; /* while a member waits */
	struct bev_rate *members;
	size_t count;
	size_t min_share;
	uint64_t total_read, total_written;
};

static int64_t *
tokens_of(struct bufferevent_rate_limit_group *group, short what)
{
	return what == EV_READ ? &group->bucket.read : &group->bucket.write;
}

/* Directions without a token. */
static short
empty_locked(const struct bufferevent_rate_limit_group *group)
{
	int what = 0;
	if (group->bucket.read <= 0) what |= EV_READ;
	if (group->bucket.write <= 0) what |= EV_WRITE;
	return (short)what;
}

static bool
start_refill_locked(struct bufferevent_rate_limit_group *group)
{
	struct timeval next = rate_until_next_tick(&group->cfg);
	if (event_pending(&group->refill, EV_TIMEOUT, NULL)) return true;
	return event_add(&group->refill, &next) == 0;
}

/* A random member is the first, so that none is always served last. */
static struct bev_rate *
first_to_wake_locked(const struct bufferevent_rate_limit_group *group)
{
	uint32_t random;
	struct bev_rate *member = group->members;
	evutil_secure_rng_get_bytes(&random, sizeof(random));
	for (size_t skip = random % group->count; skip; skip--)
		member = member->next;
	return member;
}

static void
wake_locked(struct bufferevent_rate_limit_group *group)
{
	short empty = empty_locked(group);
	bool waiting = false;
	if (!group->count) return;
	struct bev_rate *member = first_to_wake_locked(group);
	for (size_t i = 0; i < group->count; i++, member = member->next ? member->next : group->members) {
		short ready = member->waits & (short)~empty;
		member->waits &= empty;
		if (member->waits) waiting = true;
		if (ready) (void)loop_deferred_schedule(member->b->pub.ev_base, &member->wake);
	}
	if (waiting) (void)start_refill_locked(group);
}

static void
refill_fired(evutil_socket_t fd, short what, void *arg)
{
	struct bufferevent_rate_limit_group *group = arg;
	(void)fd, (void)what;
	thread_lock(group->lock);
	bucket_update(&group->bucket, &group->cfg);
	wake_locked(group);
	thread_unlock(group->lock);
}

/* ---- For members ------------------------------------------------------------------------------------------------- */

/* Returns true when the member has to wait. Without a timer it does not: better too fast than stopped for good. */
static bool
wait_locked(struct bev_rate *member, short what)
{
	struct bufferevent_rate_limit_group *group = member->group;
	if (*tokens_of(group, what) > 0 || !start_refill_locked(group)) return false;
	member->waits |= what;
	return true;
}

size_t
rate_group_room(struct bev_rate *member, short what)
{
	struct bufferevent_rate_limit_group *group = member->group;
	size_t room = 0;
	thread_lock(group->lock);
	bucket_update(&group->bucket, &group->cfg);
	if (!wait_locked(member, what)) {
		int64_t tokens = *tokens_of(group, what);
		size_t rate = what == EV_READ ? group->cfg.read_rate : group->cfg.write_rate;
		size_t least = group->min_share < rate ? group->min_share : rate;
		room = tokens > 0 ? (size_t)tokens / group->count : 0;
		if (room < least) room = least;
	}
	thread_unlock(group->lock);
	return room;
}

void
rate_group_charge(struct bev_rate *member, short what, size_t bytes)
{
	struct bufferevent_rate_limit_group *group = member->group;
	thread_lock(group->lock);
	bucket_take(tokens_of(group, what), bucket_amount(bytes));
	if (what == EV_READ)
		group->total_read += bytes;
	else
		group->total_written += bytes;
	(void)wait_locked(member, what);
	thread_unlock(group->lock);
}

short
rate_group_waits(struct bev_rate *member)
{
	if (!member->group) return 0;
	thread_lock(member->group->lock);
	short waits = member->waits;
	thread_unlock(member->group->lock);
	return waits;
}

void
rate_group_join(struct bev_rate *member, struct bufferevent_rate_limit_group *group)
{
	thread_lock(group->lock);
	member->group = group;
	member->waits = 0;
	member->next = group->members;
	member->prev = &group->members;
	if (member->next) member->next->prev = &member->next;
	group->members = member;
	group->count++;
	bucket_update(&group->bucket, &group->cfg);
	(void)wait_locked(member, EV_READ);
	(void)wait_locked(member, EV_WRITE);
	thread_unlock(group->lock);
}

void
rate_group_leave(struct bev_rate *member)
{
	struct bufferevent_rate_limit_group *group = member->group;
	if (!group) return;
	thread_lock(group->lock);
	*member->prev = member->next;
	if (member->next) member->next->prev = member->prev;
	group->count--;
	member->group = NULL;
	member->waits = 0;
	(void)loop_deferred_cancel(member->b->pub.ev_base, &member->wake);
	thread_unlock(group->lock);
}

void
rate_group_set_base(struct bev_rate *member, struct event_base *base)
{
	struct bufferevent_rate_limit_group *group = member->group;
	if (!group) return;
	thread_lock(group->lock);
	if (loop_deferred_cancel(member->b->pub.ev_base, &member->wake)) (void)loop_deferred_schedule(base, &member->wake);
	member->b->pub.ev_base = base;
	thread_unlock(group->lock);
}

/* ---- Public ------------------------------------------------------------------------------------------------------ */

struct bufferevent_rate_limit_group *
bufferevent_rate_limit_group_new(struct event_base *base, const struct ev_token_bucket_cfg *cfg)
{
	bool failed = false;
	struct bufferevent_rate_limit_group *group = mm_calloc(1, sizeof(*group));
	if (!group) return NULL;
	group->lock = thread_lock_new_shared(&failed);
	if (failed || event_assign(&group->refill, base, -1, 0, refill_fired, group) < 0) {
		thread_lock_free(group->lock);
		mm_free(group);
		return NULL;
	}
	group->base = base;
	group->cfg = *cfg;
	group->min_share = MIN_SHARE_DEFAULT;
	bucket_init(&group->bucket, cfg, false);
	return group;
}

int
bufferevent_rate_limit_group_set_cfg(struct bufferevent_rate_limit_group *grp, const struct ev_token_bucket_cfg *cfg)
{
	if (!grp || !cfg) return -1;
	thread_lock(grp->lock);
	bucket_update(&grp->bucket, &grp->cfg);
	grp->cfg = *cfg;
	bucket_init(&grp->bucket, cfg, true);
	(void)event_del_noblock(&grp->refill);
	wake_locked(grp);
	thread_unlock(grp->lock);
	return 0;
}

int
bufferevent_rate_limit_group_set_min_share(struct bufferevent_rate_limit_group *grp, size_t min_share)
{
	if (min_share > EV_SSIZE_MAX) return -1;
	thread_lock(grp->lock);
	grp->min_share = min_share;
	thread_unlock(grp->lock);
	return 0;
}

static void
finish(struct event_callback *callback, void *arg)
{
	struct bufferevent_rate_limit_group *group = arg;
	(void)callback;
	event_debug_unassign(&group->refill);
	thread_lock_free(group->lock);
	mm_free(group);
}

void
bufferevent_rate_limit_group_free(struct bufferevent_rate_limit_group *grp)
{
	struct event_callback *callbacks[1] = {&grp->refill.ev_evcallback};
	thread_lock(grp->lock);
	while (grp->members) { /* a program's mistake: they go on without a limit rather than with freed memory */
		struct bev_rate *member = grp->members;
		grp->members = member->next;
		member->group = NULL;
		member->waits = 0;
		(void)loop_deferred_schedule(member->b->pub.ev_base, &member->wake);
	}
	grp->count = 0;
	thread_unlock(grp->lock);
	loop_finalize_many(grp->base, 1, callbacks, finish, grp);
}

static ev_ssize_t
get_limit(struct bufferevent_rate_limit_group *grp, short what)
{
	thread_lock(grp->lock);
	bucket_update(&grp->bucket, &grp->cfg);
	ev_ssize_t limit = (ev_ssize_t)*tokens_of(grp, what);
	thread_unlock(grp->lock);
	return limit;
}

ev_ssize_t
bufferevent_rate_limit_group_get_read_limit(struct bufferevent_rate_limit_group *grp)
{
	return get_limit(grp, EV_READ);
}

ev_ssize_t
bufferevent_rate_limit_group_get_write_limit(struct bufferevent_rate_limit_group *grp)
{
	return get_limit(grp, EV_WRITE);
}

static int
decrement(struct bufferevent_rate_limit_group *grp, short what, ev_ssize_t decr)
{
	thread_lock(grp->lock);
	bucket_update(&grp->bucket, &grp->cfg);
	bucket_take(tokens_of(grp, what), decr);
	wake_locked(grp);
	thread_unlock(grp->lock);
	return 0;
}

int
bufferevent_rate_limit_group_decrement_read(struct bufferevent_rate_limit_group *grp, ev_ssize_t decr)
{
	return decrement(grp, EV_READ, decr);
}

int
bufferevent_rate_limit_group_decrement_write(struct bufferevent_rate_limit_group *grp, ev_ssize_t decr)
{
	return decrement(grp, EV_WRITE, decr);
}

void
bufferevent_rate_limit_group_get_totals(
	struct bufferevent_rate_limit_group *grp, ev_uint64_t *total_read_out, ev_uint64_t *total_written_out)
{
	thread_lock(grp->lock);
	if (total_read_out) *total_read_out = grp->total_read;
	if (total_written_out) *total_written_out = grp->total_written;
	thread_unlock(grp->lock);
}

void
bufferevent_rate_limit_group_reset_totals(struct bufferevent_rate_limit_group *grp)
{
	thread_lock(grp->lock);
	grp->total_read = grp->total_written = 0;
	thread_unlock(grp->lock);
}
