/* SPDX-License-Identifier: BSD-3-Clause */
/* Which directions are on: enabled, and not suspended for any reason. The type hears of changes only. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"

#include <event2/util.h>

#define BOTH (EV_READ | EV_WRITE)

static bool
has_core_timers(const struct bev *b)
{
	return b->pub.be_ops->flags & BUFFEREVENT_TYPE_CORE_TIMEOUTS;
}

static uint8_t
wanted(const struct bev *b)
{
	unsigned what = b->freed ? 0 : (unsigned)b->pub.enabled & BOTH;
	if (b->suspended_read) what &= ~(unsigned)EV_READ;
	if (b->suspended_write) what &= ~(unsigned)EV_WRITE;
	return (uint8_t)what;
}

/* enable() may move data and so change the state again: what is on is written down before each call. */
int
bev_update_locked(struct bev *b)
{
	const struct bufferevent_ops *ops = b->pub.be_ops;
	uint8_t off = b->on & (uint8_t)~wanted(b);
	if (off) {
		b->on &= (uint8_t)~off;
		if (has_core_timers(b)) bev_timers_locked(b, off);
		if (ops->disable) ops->disable(&b->pub, off);
	}
	uint8_t add = wanted(b) & (uint8_t)~b->on;
	if (!add) return 0;
	b->on |= add;
	if (has_core_timers(b)) bev_timers_locked(b, add);
	if (!ops->enable || ops->enable(&b->pub, add) == 0) return 0;
	b->on &= (uint8_t)~add;
	if (has_core_timers(b)) bev_timers_locked(b, add);
	return -1;
}

int
bev_suspend_locked(struct bev *b, short what, enum bev_suspend reason)
{
	if (what & EV_READ) b->suspended_read |= (uint8_t)reason;
	if (what & EV_WRITE) b->suspended_write |= (uint8_t)reason;
	return bev_update_locked(b);
}

int
bev_resume_locked(struct bev *b, short what, enum bev_suspend reason)
{
	if (what & EV_READ) b->suspended_read &= (uint8_t)~reason;
	if (what & EV_WRITE) b->suspended_write &= (uint8_t)~reason;
	return bev_update_locked(b);
}

static int
begin_time_locked(struct bev *b, short what)
{
	if (has_core_timers(b)) {
		bev_timers_locked(b, what);
		return 0;
	}
	return b->pub.be_ops->adjust_timeouts && !b->freed ? b->pub.be_ops->adjust_timeouts(&b->pub, what) : 0;
}

int
bev_enable_locked(struct bev *b, short what)
{
	/* Enabling what is on already begins its time anew. */
	short again = what & b->on;
	if (!evutil_timerisset(&b->pub.timeout_read)) again &= ~EV_READ;
	if (!evutil_timerisset(&b->pub.timeout_write)) again &= ~EV_WRITE;
	b->pub.enabled |= (short)(what & BOTH);
	int result = bev_update_locked(b);
	if (again && begin_time_locked(b, again) < 0) result = -1;
	if (what & b->on & EV_WRITE) {
		b->kicked = true;
		b->work |= EV_WRITE;
	}
	bev_connect_enabled_locked(b, what);
	return result;
}

int
bev_disable_locked(struct bev *b, short what)
{
	b->pub.enabled &= (short)~(what & BOTH);
	return bev_update_locked(b);
}

int
bufferevent_enable(struct bufferevent *bufev, short event)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	int result = bev_enable_locked(b, event);
	bev_leave(b, false);
	return result;
}

int
bufferevent_disable(struct bufferevent *bufev, short event)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	int result = bev_disable_locked(b, event);
	bev_leave(b, false);
	return result;
}

short
bufferevent_get_enabled(struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	thread_lock(b->lock);
	short enabled = bufev->enabled;
	thread_unlock(b->lock);
	return enabled;
}

/* ---- Watermarks --------------------------------------------------------------------------------------------------
 */

void
bev_watermark_locked(struct bev *b)
{
	size_t high = b->pub.wm_read.high;
	bool full = high && evbuffer_get_length(b->pub.input) >= high;
	if (full == !!(b->suspended_read & BEV_SUSPEND_WATERMARK)) return;
	if (full)
		(void)bev_suspend_locked(b, EV_READ, BEV_SUSPEND_WATERMARK);
	else
		(void)bev_resume_locked(b, EV_READ, BEV_SUSPEND_WATERMARK);
}

static void
input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct bev *b = arg;
	(void)input;
	if (!info->n_deleted) return;
	bev_enter(b);
	bev_watermark_locked(b);
	bev_leave_inside(b);
}

static bool
watch_input(struct bev *b)
{
	struct evbuffer_cb_entry *entry = evbuffer_add_cb(b->pub.input, input_changed, b);
	if (entry) evbuffer_cb_set_flags(b->pub.input, entry, EVBUFFER_CB_NODEFER);
	return entry != NULL;
}

void
bufferevent_setwatermark(struct bufferevent *bufev, short events, size_t lowmark, size_t highmark)
{
	struct bev *b = bev_of(bufev);
	struct event_watermark marks = {lowmark, highmark};
	bev_enter(b);
	if (events & EV_WRITE) bufev->wm_write = marks;
	if (events & EV_READ) {
		if (highmark && !b->watched) b->watched = watch_input(b);
		/* Without the callback nothing would resume reading: better no limit than a stream that stops. */
		if (!b->watched) marks.high = 0;
		bufev->wm_read = marks;
		bev_watermark_locked(b);
	}
	bev_leave(b, false);
}

int
bufferevent_getwatermark(struct bufferevent *bufev, short events, size_t *lowmark, size_t *highmark)
{
	struct bev *b = bev_of(bufev);
	if (events != EV_READ && events != EV_WRITE) return -1;
	thread_lock(b->lock);
	struct event_watermark marks = events == EV_READ ? bufev->wm_read : bufev->wm_write;
	thread_unlock(b->lock);
	if (lowmark) *lowmark = marks.low;
	if (highmark) *highmark = marks.high;
	return 0;
}

/* ---- Timeouts ----------------------------------------------------------------------------------------------------
 */

int
bev_event_add(struct event *ev, const struct timeval *timeout)
{
	return event_add(ev, timeout->tv_sec || timeout->tv_usec ? timeout : NULL);
}

void
bev_timeout_locked(struct bev *b, short what)
{
	int events = BEV_EVENT_TIMEOUT;
	if (what & EV_READ) events |= BEV_EVENT_READING;
	if (what & EV_WRITE) events |= BEV_EVENT_WRITING;
	(void)bev_disable_locked(b, what);
	bev_due_events_locked(b, (short)events, 0);
}

static void
timer_fired(struct bev *b, short what)
{
	bev_enter(b);
	if (b->on & what) bev_timeout_locked(b, what);
	bev_leave(b, true);
}

static void
read_timer_fired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	timer_fired(arg, EV_READ);
}

static void
write_timer_fired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	timer_fired(arg, EV_WRITE);
}

int
bev_timers_assign(struct bev *b)
{
	struct event_base *base = b->pub.ev_base;
	if (!has_core_timers(b)) return 0;
	if (event_assign(&b->pub.ev_read, base, -1, 0, read_timer_fired, b) < 0) return -1;
	return event_assign(&b->pub.ev_write, base, -1, 0, write_timer_fired, b);
}

static void
time_locked(struct bev *b, short what, struct event *timer, const struct timeval *timeout)
{
	if (timeout) {
		b->timed |= (uint8_t)what;
		(void)event_add(timer, timeout);
	} else if (b->timed & what) {
		b->timed &= (uint8_t)~what;
		(void)event_del_noblock(timer);
	}
}

/* Begins the time anew, or ends it, for the directions of what. */
void
bev_timers_locked(struct bev *b, short what)
{
	const struct timeval *reading = &b->pub.timeout_read, *writing = &b->pub.timeout_write;
	if (what & EV_READ) {
		const bool counts = (b->on & EV_READ) && evutil_timerisset(reading);
		time_locked(b, EV_READ, &b->pub.ev_read, counts ? reading : NULL);
	}
	if (what & EV_WRITE) {
		const bool counts = (b->on & EV_WRITE) && evutil_timerisset(writing) && evbuffer_get_length(b->pub.output);
		time_locked(b, EV_WRITE, &b->pub.ev_write, counts ? writing : NULL);
	}
}

int
bufferevent_set_timeouts(
	struct bufferevent *bufev, const struct timeval *timeout_read, const struct timeval *timeout_write)
{
	static const struct timeval none;
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	bufev->timeout_read = timeout_read ? *timeout_read : none;
	bufev->timeout_write = timeout_write ? *timeout_write : none;
	int result = begin_time_locked(b, BOTH);
	bev_connect_enabled_locked(b, BOTH);
	bev_leave(b, false);
	return result;
}
