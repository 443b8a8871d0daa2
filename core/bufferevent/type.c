/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract for types: what event2/plugin_bufferevent.h offers beside making one. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"

void *
bufferevent_type_data(const struct bufferevent *bev, const struct bufferevent_ops *ops)
{
	return bev->be_ops == ops ? bev_data(bev_of(bev)) : NULL;
}

int
bufferevent_type_options(const struct bufferevent *bev)
{
	return bev_of(bev)->options;
}

int
bufferevent_type_is_locked(const struct bufferevent *bev)
{
	return bev_of(bev)->lock != NULL;
}

void
bufferevent_type_begin(struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	bev_hold_watchers_locked(b);
}

void
bufferevent_type_end(struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	bev_leave(b, !b->defer && bev_may_run_here(b));
}

void
bufferevent_type_schedule(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	b->work |= (uint8_t)(what & (EV_READ | EV_WRITE));
	bev_leave(b, false);
}

short
bufferevent_type_on(const struct bufferevent *bev)
{
	return bev_of(bev)->on;
}

size_t
bev_room_locked(struct bev *b, short what)
{
	if (!(b->on & what)) return 0;
	size_t room = bev_rate_room_locked(b, what);
	if (what != EV_READ || !b->pub.wm_read.high) return room;
	size_t length = evbuffer_get_length(b->pub.input), high = b->pub.wm_read.high;
	if (length >= high) {
		bev_watermark_locked(b);
		return 0;
	}
	return room < high - length ? room : high - length;
}

size_t
bufferevent_type_room(struct bufferevent *bev, short what)
{
	return bev_room_locked(bev_of(bev), what);
}

void
bev_moved_locked(struct bev *b, short what, size_t charge)
{
	if (charge && b->rate) bev_rate_charge_locked(b, what, charge);
	if (what == EV_READ && b->pub.wm_read.high) bev_watermark_locked(b);
	if (b->pub.be_ops->flags & BUFFEREVENT_TYPE_CORE_TIMEOUTS) bev_timers_locked(b, what);
	bev_due_data_locked(b, what);
}

void
bufferevent_type_moved(struct bufferevent *bev, short what, size_t charge)
{
	bev_moved_locked(bev_of(bev), what, charge);
}

void
bufferevent_type_event(struct bufferevent *bev, short what, int error)
{
	struct bev *b = bev_of(bev);
	int directions = 0;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) {
		if (what & BEV_EVENT_READING) directions |= EV_READ;
		if (what & BEV_EVENT_WRITING) directions |= EV_WRITE;
	}
	if (directions) (void)bev_disable_locked(b, (short)directions);
	bev_due_events_locked(b, what, error);
}

void
bufferevent_type_timeout(struct bufferevent *bev, short what)
{
	bev_timeout_locked(bev_of(bev), what);
}

void
bufferevent_type_suspend(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	(void)bev_suspend_locked(b, what, BEV_SUSPEND_TYPE);
	bev_leave(b, false);
}

void
bufferevent_type_resume(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	(void)bev_resume_locked(b, what, BEV_SUSPEND_TYPE);
	bev_leave(b, false);
}

static void
output_added(struct bev *b)
{
	const struct bufferevent_ops *ops = b->pub.be_ops;
	if (ops->flags & BUFFEREVENT_TYPE_CORE_TIMEOUTS && evutil_timerisset(&b->pub.timeout_write) &&
		!event_pending(&b->pub.ev_write, EV_TIMEOUT, NULL))
		bev_timers_locked(b, EV_WRITE);
	if (ops->output)
		ops->output(&b->pub);
	else
		b->work |= EV_WRITE;
}

void
evbuffer_parent_added(struct bufferevent *parent)
{
	struct bev *b = bev_of(parent);
	bev_enter(b);
	if (b->on & EV_WRITE) output_added(b);
	bev_leave_inside(b);
}
