/* SPDX-License-Identifier: BSD-3-Clause */
/* Rate limits as a bufferevent sees them: its own bucket, its share of a group's, and the limit of a single read or
 * write. A direction without tokens is suspended; a timer of its own, or the group, wakes it. */
#include "config.h"

#include "bufferevent/rate.h"
#include "loop/loop.h"
#include "util/mm.h"

#include <event2/util.h>

#define BOTH (EV_READ | EV_WRITE)

static void refill_fired(evutil_socket_t fd, short what, void *rate);
static void woken(struct event_callback *callback, void *rate);

static struct bev_rate *
rate_get_locked(struct bev *b)
{
	if (b->rate || b->freed) return b->rate;
	struct bev_rate *rate = mm_calloc(1, sizeof(*rate));
	if (!rate) return NULL;
	if (event_assign(&rate->refill, b->pub.ev_base, -1, 0, refill_fired, rate) < 0) {
		mm_free(rate);
		return NULL;
	}
	loop_deferred_init(&rate->wake, b->deferred.evcb_pri, woken, rate);
	rate->b = b;
	b->rate = rate;
	return rate;
}

int
bev_rate_callbacks(struct bev *b, struct event_callback **out)
{
	if (!b->rate) return 0;
	out[0] = &b->rate->refill.ev_evcallback;
	out[1] = &b->rate->wake;
	return 2;
}

void
bev_rate_leave_locked(struct bev *b)
{
	if (!b->rate) return;
	(void)event_del_noblock(&b->rate->refill);
	rate_group_leave(b->rate);
}

void
bev_rate_free(struct bev *b)
{
	if (!b->rate) return;
	event_debug_unassign(&b->rate->refill);
	mm_free(b->rate);
}

int
bev_rate_set_base_locked(struct bev *b, struct event_base *base)
{
	if (!b->rate) return 0;
	(void)event_del_noblock(&b->rate->refill);
	if (event_base_set(base, &b->rate->refill) < 0) return -1;
	rate_group_set_base(b->rate, base);
	return 0;
}

/* ---- Its own bucket ----------------------------------------------------------------------------------------------
 */

static int64_t *
tokens_of(struct bev_rate *rate, short what)
{
	return what == EV_READ ? &rate->bucket.read : &rate->bucket.write;
}

static uint8_t
suspended(const struct bev *b, short what)
{
	return what == EV_READ ? b->suspended_read : b->suspended_write;
}

static int
start_refill(struct bev_rate *rate)
{
	struct timeval next = rate_until_next_tick(rate->cfg);
	if (event_pending(&rate->refill, EV_TIMEOUT, NULL)) return 0;
	return event_add(&rate->refill, &next);
}

/* A timer that cannot be had must not stop the stream for good: then the limit is not kept. */
static void
settle_direction_locked(struct bev *b, short what)
{
	struct bev_rate *rate = b->rate;
	bool empty = rate->cfg && *tokens_of(rate, what) <= 0;
	if (empty && start_refill(rate) == 0)
		(void)bev_suspend_locked(b, what, BEV_SUSPEND_RATE);
	else if (suspended(b, what) & BEV_SUSPEND_RATE)
		(void)bev_resume_locked(b, what, BEV_SUSPEND_RATE);
}

static void
settle_locked(struct bev *b)
{
	if (b->rate->cfg) bucket_update(&b->rate->bucket, b->rate->cfg);
	settle_direction_locked(b, EV_READ);
	settle_direction_locked(b, EV_WRITE);
}

static void
refill_fired(evutil_socket_t fd, short what, void *arg)
{
	struct bev_rate *rate = arg;
	struct bev *b = rate->b;
	(void)fd, (void)what;
	bev_enter(b);
	if (!b->freed) settle_locked(b);
	bev_leave(b, true);
}

static void
woken(struct event_callback *callback, void *arg)
{
	struct bev_rate *rate = arg;
	struct bev *b = rate->b;
	(void)callback;
	bev_enter(b);
	if (!b->freed) (void)bev_resume_locked(b, BOTH & ~rate_group_waits(rate), BEV_SUSPEND_GROUP);
	bev_leave(b, true);
}

/* ---- How much may move ------------------------------------------------------------------------------------------- */

static size_t
limited_room(struct bev *b, short what, size_t room)
{
	struct bev_rate *rate = b->rate;
	if (rate->cfg) {
		bucket_update(&rate->bucket, rate->cfg);
		int64_t tokens = *tokens_of(rate, what);
		if (tokens <= 0)
			room = 0;
		else if ((uint64_t)tokens < room)
			room = (size_t)tokens;
	}
	if (rate->group && room) {
		size_t share = rate_group_room(rate, what);
		if (share == 0) (void)bev_suspend_locked(b, what, BEV_SUSPEND_GROUP);
		if (share < room) room = share;
	}
	return room;
}

static size_t
single_of(const struct bev *b, short what)
{
	size_t single = 0;
	if (b->rate) single = what == EV_READ ? b->rate->single_read : b->rate->single_write;
	return single ? single : BEV_SINGLE_DEFAULT;
}

size_t
bev_rate_room_locked(struct bev *b, short what)
{
	size_t room = single_of(b, what);
	if (!b->rate) return room;
	room = limited_room(b, what, room);
	if (room == 0 && b->rate->cfg) settle_direction_locked(b, what);
	return room;
}

void
bev_rate_charge_locked(struct bev *b, short what, size_t bytes)
{
	struct bev_rate *rate = b->rate;
	if (rate->cfg) {
		bucket_take(tokens_of(rate, what), bucket_amount(bytes));
		settle_direction_locked(b, what);
	}
	if (!rate->group) return;
	rate_group_charge(rate, what, bytes);
	if (rate_group_waits(rate) & what) (void)bev_suspend_locked(b, what, BEV_SUSPEND_GROUP);
}

/* ---- Public ------------------------------------------------------------------------------------------------------ */

int
bufferevent_set_rate_limit(struct bufferevent *bev, struct ev_token_bucket_cfg *cfg)
{
	struct bev *b = bev_of(bev);
	int result = 0;
	bev_enter(b);
	if (cfg || b->rate) {
		struct bev_rate *rate = rate_get_locked(b);
		result = rate ? 0 : -1;
		if (rate && cfg && cfg != rate->cfg) {
			bucket_init(&rate->bucket, cfg, rate->cfg != NULL);
			(void)event_del_noblock(&rate->refill);
		}
		if (rate) rate->cfg = cfg;
		if (rate) settle_locked(b);
	}
	bev_leave(b, false);
	return result;
}

int
bufferevent_add_to_rate_limit_group(struct bufferevent *bev, struct bufferevent_rate_limit_group *g)
{
	struct bev *b = bev_of(bev);
	int result = 0;
	bev_enter(b);
	struct bev_rate *rate = g ? rate_get_locked(b) : b->rate;
	if (g && !rate) {
		result = -1;
	} else if (rate && rate->group != g) {
		rate_group_leave(rate);
		if (g) rate_group_join(rate, g);
		short waits = rate_group_waits(rate);
		(void)bev_suspend_locked(b, waits, BEV_SUSPEND_GROUP);
		(void)bev_resume_locked(b, BOTH & ~waits, BEV_SUSPEND_GROUP);
	}
	bev_leave(b, false);
	return result;
}

int
bufferevent_remove_from_rate_limit_group(struct bufferevent *bev)
{
	return bufferevent_add_to_rate_limit_group(bev, NULL);
}

static int
set_single(struct bufferevent *bev, short what, size_t size)
{
	struct bev *b = bev_of(bev);
	if (size > EV_SSIZE_MAX) size = 0;
	bev_enter(b);
	struct bev_rate *rate = size ? rate_get_locked(b) : b->rate;
	if (rate && what == EV_READ)
		rate->single_read = size;
	else if (rate)
		rate->single_write = size;
	bev_leave(b, false);
	return rate || !size ? 0 : -1;
}

int
bufferevent_set_max_single_read(struct bufferevent *bev, size_t size)
{
	return set_single(bev, EV_READ, size);
}

int
bufferevent_set_max_single_write(struct bufferevent *bev, size_t size)
{
	return set_single(bev, EV_WRITE, size);
}

static ev_ssize_t
get_single(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	thread_lock(b->lock);
	size_t single = single_of(b, what);
	thread_unlock(b->lock);
	return (ev_ssize_t)single;
}

ev_ssize_t
bufferevent_get_max_single_read(struct bufferevent *bev)
{
	return get_single(bev, EV_READ);
}

ev_ssize_t
bufferevent_get_max_single_write(struct bufferevent *bev)
{
	return get_single(bev, EV_WRITE);
}

static ev_ssize_t
get_limit(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	ev_ssize_t limit = EV_SSIZE_MAX;
	thread_lock(b->lock);
	if (b->rate && b->rate->cfg) {
		bucket_update(&b->rate->bucket, b->rate->cfg);
		limit = (ev_ssize_t)*tokens_of(b->rate, what);
	}
	thread_unlock(b->lock);
	return limit;
}

ev_ssize_t
bufferevent_get_read_limit(struct bufferevent *bev)
{
	return get_limit(bev, EV_READ);
}

ev_ssize_t
bufferevent_get_write_limit(struct bufferevent *bev)
{
	return get_limit(bev, EV_WRITE);
}

static ev_ssize_t
get_max(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	size_t room = bev_rate_room_locked(b, what);
	bev_leave(b, false);
	return (ev_ssize_t)room;
}

ev_ssize_t
bufferevent_get_max_to_read(struct bufferevent *bev)
{
	return get_max(bev, EV_READ);
}

ev_ssize_t
bufferevent_get_max_to_write(struct bufferevent *bev)
{
	return get_max(bev, EV_WRITE);
}

const struct ev_token_bucket_cfg *
bufferevent_get_token_bucket_cfg(const struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	thread_lock(b->lock);
	const struct ev_token_bucket_cfg *cfg = b->rate ? b->rate->cfg : NULL;
	thread_unlock(b->lock);
	return cfg;
}

static int
decrement(struct bufferevent *bev, short what, ev_ssize_t decr)
{
	struct bev *b = bev_of(bev);
	int result = -1;
	bev_enter(b);
	if (b->rate && b->rate->cfg) {
		bucket_update(&b->rate->bucket, b->rate->cfg);
		bucket_take(tokens_of(b->rate, what), decr);
		settle_direction_locked(b, what);
		result = 0;
	}
	bev_leave(b, false);
	return result;
}

int
bufferevent_decrement_read_limit(struct bufferevent *bev, ev_ssize_t decr)
{
	return decrement(bev, EV_READ, decr);
}

int
bufferevent_decrement_write_limit(struct bufferevent *bev, ev_ssize_t decr)
{
	return decrement(bev, EV_WRITE, decr);
}
