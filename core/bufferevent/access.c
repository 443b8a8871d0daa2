/* SPDX-License-Identifier: BSD-3-Clause */
/* Data, buffers and the settings that need no more than the lock. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"
#include "loop/loop.h"

#include <event2/util.h>

int
bufferevent_write(struct bufferevent *bufev, const void *data, size_t size)
{
	return evbuffer_add(bufev->output, data, size);
}

int
bufferevent_write_buffer(struct bufferevent *bufev, struct evbuffer *buf)
{
	return evbuffer_add_buffer(bufev->output, buf);
}

size_t
bufferevent_read(struct bufferevent *bufev, void *data, size_t size)
{
	if (size > EV_SSIZE_MAX) size = EV_SSIZE_MAX;
	int n = evbuffer_remove(bufev->input, data, size);
	return n > 0 ? (size_t)n : 0;
}

int
bufferevent_read_buffer(struct bufferevent *bufev, struct evbuffer *buf)
{
	return evbuffer_add_buffer(buf, bufev->input);
}

struct evbuffer *
bufferevent_get_input(struct bufferevent *bufev)
{
	return bufev->input;
}

struct evbuffer *
bufferevent_get_output(struct bufferevent *bufev)
{
	return bufev->output;
}

struct bufferevent *
bufferevent_get_underlying(struct bufferevent *bev)
{
	return bev_of(bev)->underlying;
}

int
bufferevent_flush(struct bufferevent *bufev, short iotype, enum bufferevent_flush_mode mode)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	int result = bufev->be_ops->flush && !b->freed ? bufev->be_ops->flush(bufev, iotype, mode) : 0;
	bev_leave(b, false);
	return result;
}

/* ---- Descriptors -------------------------------------------------------------------------------------------------
 */

evutil_socket_t
bev_get_fd_locked(struct bev *b)
{
	if (b->pub.be_ops->get_fd) return b->pub.be_ops->get_fd(&b->pub);
	return b->underlying ? bufferevent_getfd(b->underlying) : -1;
}

evutil_socket_t
bufferevent_getfd(struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	evutil_socket_t fd = bev_get_fd_locked(b);
	bev_leave(b, false);
	return fd;
}

int
bev_set_fd_locked(struct bev *b, evutil_socket_t fd)
{
	(void)bev_suspend_locked(b, EV_READ | EV_WRITE, BEV_SUSPEND_SETUP);
	int result = b->pub.be_ops->set_fd(&b->pub, fd);
	if (bev_resume_locked(b, EV_READ | EV_WRITE, BEV_SUSPEND_SETUP) < 0) result = -1;
	return result;
}

/* A descriptor from outside is taken to be connected. */
static int
change_fd_locked(struct bev *b, evutil_socket_t fd)
{
	bev_connect_cancel_locked(b);
	(void)bev_suspend_locked(b, EV_READ | EV_WRITE, BEV_SUSPEND_SETUP);
	(void)bev_resume_locked(b, EV_READ | EV_WRITE, BEV_SUSPEND_CONNECT);
	return bev_set_fd_locked(b, fd);
}

int
bufferevent_setfd(struct bufferevent *bufev, evutil_socket_t fd)
{
	struct bev *b = bev_of(bufev);
	int result = -1;
	bev_enter(b);
	if (bufev->be_ops->set_fd)
		result = change_fd_locked(b, fd);
	else if (b->underlying)
		result = bufferevent_setfd(b->underlying, fd);
	bev_leave(b, false);
	return result;
}

int
bufferevent_replacefd(struct bufferevent *bufev, evutil_socket_t fd)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	evutil_socket_t old = bev_get_fd_locked(b);
	int result = bufferevent_setfd(bufev, fd);
	if (result == 0 && old >= 0 && old != fd && (b->options & BEV_OPT_CLOSE_ON_FREE)) (void)evutil_closesocket(old);
	bev_leave(b, false);
	return result;
}

/* ---- Base and priority -------------------------------------------------------------------------------------------
 */

struct event_base *
bufferevent_get_base(struct bufferevent *bev)
{
	return bev->ev_base;
}

static int
change_base_locked(struct bev *b, struct event_base *base)
{
	struct event_base *old = b->pub.ev_base;
	if (b->pub.be_ops->set_base(&b->pub, base) < 0 || bev_rate_set_base_locked(b, base) < 0) return -1;
	if (old && loop_deferred_cancel(old, &b->deferred)) b->refs--;
	b->pub.ev_base = base;
	evbuffer_use_pool(b->pub.input, base);
	evbuffer_use_pool(b->pub.output, base);
	if (bev_is_due(b)) bev_schedule_locked(b);
	return 0;
}

int
bufferevent_base_set(struct event_base *base, struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	int result = -1;
	bev_enter(b);
	if (bufev->be_ops->set_base && !b->freed) result = change_base_locked(b, base);
	bev_leave(b, false);
	return result;
}

static int
set_priority_locked(struct bev *b, int priority)
{
	const struct bufferevent_ops *ops = b->pub.be_ops;
	struct event *own = (struct event *)((char *)bev_data(b) + ops->events_offset);
	if (event_priority_set(&b->pub.ev_read, priority) < 0 || event_priority_set(&b->pub.ev_write, priority) < 0)
		return -1;
	for (uint32_t i = 0; i < ops->events; i++)
		if (event_priority_set(&own[i], priority) < 0) return -1;
	loop_deferred_set_priority(&b->deferred, (uint8_t)priority);
	return 0;
}

int
bufferevent_priority_set(struct bufferevent *bufev, int pri)
{
	struct bev *b = bev_of(bufev);
	int result = -1;
	if (!(bufev->be_ops->flags & BUFFEREVENT_TYPE_PRIORITY)) return -1;
	bev_enter(b);
	if (pri >= 0 && pri < event_base_get_npriorities(bufev->ev_base)) result = set_priority_locked(b, pri);
	bev_leave(b, false);
	return result;
}

int
bufferevent_get_priority(const struct bufferevent *bufev)
{
	if (bufev->be_ops->flags & BUFFEREVENT_TYPE_PRIORITY) return event_get_priority(&bufev->ev_read);
	return event_base_get_npriorities(bufev->ev_base) / 2;
}
