/* SPDX-License-Identifier: BSD-3-Clause */
/* Bufferevents over a socket.
 *
 * A request and its answer cost one readv and one writev: nobody asks the kernel how much there is, reading stops at
 * the first short read, and output is written when the callbacks have returned, and what they made active has run,
 * without asking whether the socket is writable. Only when the kernel takes less than all of it does the write event
 * come into play; it stays until the output has run dry and the write callback did not add to it. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"
#include "util/net.h"

#include <errno.h>
#include <event2/util.h>

struct socket_data {
	uint32_t read_hint; /* see evbuffer_read_adaptive() */
	bool waiting;       /* ev_write is added */
};

static struct socket_data *
data_of(struct bufferevent *bev)
{
	return bev_data(bev_of(bev));
}

/* ---- Reading ---- */

static void
read_some(struct bev *b)
{
	struct evbuffer *input = b->pub.input;
	size_t room = bev_room_locked(b, EV_READ);
	if (!room) return;
	bev_hold_watchers_locked(b);
	int n = evbuffer_read_adaptive(input, event_get_fd(&b->pub.ev_read), room, &data_of(&b->pub)->read_hint);
	int error = errno;
	if (n > 0) {
		bev_moved_locked(b, EV_READ, (size_t)n);
	} else if (n == 0) {
		bufferevent_type_event(&b->pub, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
	} else if (!net_retriable_rw(error)) {
		bufferevent_type_event(&b->pub, BEV_EVENT_READING | BEV_EVENT_ERROR, error);
	}
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct bev *b = arg;
	(void)fd;
	bev_enter(b);
	if (!(b->on & EV_READ))
		; /* another thread has switched it off since */
	else if (what & EV_READ)
		read_some(b);
	else
		bev_timeout_locked(b, EV_READ);
	bev_leave(b, true);
}

/* ---- Writing ---- */

static void
wait_writable(struct bev *b)
{
	struct socket_data *data = data_of(&b->pub);
	if (data->waiting) return;
	data->waiting = bev_event_add(&b->pub.ev_write, &b->pub.timeout_write) == 0;
	if (!data->waiting) bufferevent_type_event(&b->pub, BEV_EVENT_WRITING | BEV_EVENT_ERROR, errno);
}

static void
stop_waiting(struct bev *b)
{
	struct socket_data *data = data_of(&b->pub);
	if (data->waiting) (void)event_del_noblock(&b->pub.ev_write);
	data->waiting = false;
}

static void
write_some(struct bev *b)
{
	struct evbuffer *output = b->pub.output;
	size_t room = bev_room_locked(b, EV_WRITE);
	if (!room) return;
	bev_hold_watchers_locked(b);
	int n = evbuffer_write_frozen(output, event_get_fd(&b->pub.ev_write), room);
	int error = errno;
	if (n > 0) {
		bev_moved_locked(b, EV_WRITE, (size_t)n);
	} else if (n == 0) {
		bufferevent_type_event(&b->pub, BEV_EVENT_WRITING | BEV_EVENT_EOF, 0);
	} else if (!net_retriable_rw(error)) {
		bufferevent_type_event(&b->pub, BEV_EVENT_WRITING | BEV_EVENT_ERROR, error);
	}
	if ((b->on & EV_WRITE) && evbuffer_get_length(output)) wait_writable(b);
}

static void
writable(evutil_socket_t fd, short what, void *arg)
{
	struct bev *b = arg;
	(void)fd;
	bev_enter(b);
	if (!(b->on & EV_WRITE)) {
		; /* another thread has switched it off since */
	} else if (!(what & EV_WRITE)) {
		bev_timeout_locked(b, EV_WRITE);
	} else {
		if (evbuffer_get_length(b->pub.output))
			write_some(b);
		else if (b->kicked)
			bev_due_data_locked(b, EV_WRITE);
		b->kicked = false;
		b->work |= EV_WRITE; /* after the callbacks: is the event still of use? */
	}
	bev_leave(b, true);
}

static void
work(struct bufferevent *bev, short what)
{
	struct bev *b = bev_of(bev);
	if (!(what & EV_WRITE) || event_get_fd(&bev->ev_write) < 0) return;
	if (evbuffer_get_length(bev->output)) {
		b->kicked = false;
		if (!data_of(bev)->waiting) write_some(b);
	} else if (b->kicked && bev->writecb) {
		wait_writable(b);
	} else {
		b->kicked = false;
		stop_waiting(b);
	}
}

/* ---- Settings ---- */

/* Without a descriptor only the time counts. */
static int
add_reader(struct bufferevent *bev)
{
	const struct timeval *timeout = &bev->timeout_read;
	if (event_get_fd(&bev->ev_read) < 0 && !timeout->tv_sec && !timeout->tv_usec) return 0;
	return bev_event_add(&bev->ev_read, timeout);
}

static int
enable(struct bufferevent *bev, short what)
{
	if ((what & EV_WRITE) && evbuffer_get_length(bev->output)) bufferevent_type_schedule(bev, EV_WRITE);
	return what & EV_READ ? add_reader(bev) : 0;
}

static void
disable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) (void)event_del_noblock(&bev->ev_read);
	if (what & EV_WRITE) stop_waiting(bev_of(bev));
}

static int
adjust_timer(struct event *ev, const struct timeval *timeout)
{
	return timeout->tv_sec || timeout->tv_usec ? event_add(ev, timeout) : event_remove_timer(ev);
}

static int
adjust_timeouts(struct bufferevent *bev, short what)
{
	int result = 0;
	if ((what & bev_of(bev)->on & EV_READ) && adjust_timer(&bev->ev_read, &bev->timeout_read) < 0) result = -1;
	if ((what & EV_WRITE) && data_of(bev)->waiting && adjust_timer(&bev->ev_write, &bev->timeout_write) < 0)
		result = -1;
	return result;
}

static evutil_socket_t
get_fd(struct bufferevent *bev)
{
	return event_get_fd(&bev->ev_read);
}

static int
assign(struct bufferevent *bev, evutil_socket_t fd)
{
	struct bev *b = bev_of(bev);
	if (event_assign(&bev->ev_read, bev->ev_base, fd, EV_READ | EV_PERSIST, readable, b) < 0) return -1;
	return event_assign(&bev->ev_write, bev->ev_base, fd, EV_WRITE | EV_PERSIST, writable, b);
}

static int
set_fd(struct bufferevent *bev, evutil_socket_t fd)
{
	int priority = event_get_priority(&bev->ev_read);
	if (assign(bev, fd) < 0) return -1;
	data_of(bev)->read_hint = 0;
	(void)event_priority_set(&bev->ev_read, priority);
	(void)event_priority_set(&bev->ev_write, priority);
	return 0;
}

static int
set_base(struct bufferevent *bev, struct event_base *base)
{
	if (event_base_set(base, &bev->ev_read) < 0) return -1;
	return event_base_set(base, &bev->ev_write);
}

static void
destruct(struct bufferevent *bev)
{
	evutil_socket_t fd = event_get_fd(&bev->ev_read);
	if (fd >= 0 && (bufferevent_type_options(bev) & BEV_OPT_CLOSE_ON_FREE)) (void)evutil_closesocket(fd);
}

static const struct bufferevent_ops socket_ops = {
	.head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "socket",
	.flags = BUFFEREVENT_TYPE_PRIORITY,
	.data_size = sizeof(struct socket_data),
	.enable = enable,
	.disable = disable,
	.work = work,
	.adjust_timeouts = adjust_timeouts,
	.get_fd = get_fd,
	.set_fd = set_fd,
	.set_base = set_base,
	.destruct = destruct,
};

struct bufferevent *
bufferevent_socket_new(struct event_base *base, evutil_socket_t fd, int options)
{
	struct bufferevent *bev = bufferevent_type_new(base, &socket_ops, options, NULL);
	if (!bev) return NULL;
	bev_of(bev)->last = true;
	if (assign(bev, fd) == 0 && bufferevent_type_ready(bev) == 0) return bev;
	if (fd >= 0) (void)assign(bev, -1); /* the caller keeps it */
	bufferevent_free(bev);
	return NULL;
}
