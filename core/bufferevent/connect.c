/* SPDX-License-Identifier: BSD-3-Clause */
/* Connecting, for every type whose descriptor can be set. Both directions are off meanwhile; an event of its own waits
 * for the socket to become writable, which is when connect(2) has ended one way or the other. */
#include "config.h"

#include "bufferevent/connect.h"

#include "util/mm.h"
#include "util/net.h"

#include <errno.h>

#define BOTH (EV_READ | EV_WRITE)

static void connect_ended(evutil_socket_t fd, short what, void *bev);

struct bev_connect *
bev_connect_get_locked(struct bev *b)
{
	if (!b->connect) b->connect = mm_calloc(1, sizeof(*b->connect));
	return b->connect;
}

struct event *
bev_connect_event(struct bev *b)
{
	return b->connect ? &b->connect->wait : NULL;
}

void
bev_connect_free(struct bev *b)
{
	if (!b->connect) return;
	event_debug_unassign(&b->connect->wait);
	mm_free(b->connect);
	b->connect = NULL;
}

void
bev_connect_cancel_locked(struct bev *b)
{
	struct bev_connect *connect = b->connect;
	if (!connect) return;
	bev_lookup_cancel_locked(connect);
	if (connect->state == BEV_CONNECT_WAITING) (void)event_del_noblock(&connect->wait);
	connect->state = BEV_CONNECT_IDLE;
}

/* The shorter of the timeouts that run, and of which direction it is; 0: none. */
static short
timeout_of(const struct bev *b, struct timeval *out)
{
	struct timeval none = {0, 0}, reading = none, writing = none;
	if (b->pub.enabled & EV_READ) reading = b->pub.timeout_read;
	writing = b->pub.timeout_write;
	*out = none;
	if (evutil_timerisset(&writing) && (!evutil_timerisset(&reading) || evutil_timercmp(&writing, &reading, <=))) {
		*out = writing;
		return EV_WRITE;
	}
	*out = reading;
	return evutil_timerisset(&reading) ? EV_READ : 0;
}

static int
wait_locked(struct bev *b)
{
	struct timeval timeout;
	(void)timeout_of(b, &timeout);
	return bev_event_add(&b->connect->wait, &timeout);
}

void
bev_connect_enabled_locked(struct bev *b, short what)
{
	if ((what & BOTH) && b->connect && b->connect->state == BEV_CONNECT_WAITING && !b->connect->known)
		(void)wait_locked(b);
}

void
bev_connect_failed_locked(struct bev *b, int error)
{
	b->connect->state = BEV_CONNECT_FAILED;
	bev_due_events_locked(b, BEV_EVENT_ERROR, error);
}

static void
succeed_locked(struct bev *b)
{
	const struct bufferevent_ops *ops = b->pub.be_ops;
	bev_connect_free(b);
	if (!ops->connected || ops->connected(&b->pub)) bev_due_events_locked(b, BEV_EVENT_CONNECTED, 0);
	(void)bev_resume_locked(b, BOTH, BEV_SUSPEND_CONNECT);
}

static void
time_is_up_locked(struct bev *b)
{
	struct timeval timeout;
	short what = timeout_of(b, &timeout);
	if (what) bev_timeout_locked(b, what);
}

static void
check_locked(struct bev *b)
{
	struct bev_connect *connect = b->connect;
	int result = connect->known ? connect->known : net_connect_finished(event_get_fd(&connect->wait));
	int error = connect->known ? connect->error : errno;
	if (result == 0 && wait_locked(b) < 0) {
		result = -1;
		error = errno;
	}
	if (result == 0) return;
	(void)event_del_noblock(&connect->wait); /* another thread may have added it again */
	if (result > 0)
		succeed_locked(b);
	else
		bev_connect_failed_locked(b, error);
}

static void
connect_ended(evutil_socket_t fd, short what, void *arg)
{
	struct bev *b = arg;
	(void)fd;
	bev_enter(b);
	if (!b->connect || b->connect->state != BEV_CONNECT_WAITING || b->freed)
		; /* another thread has put an end to it */
	else if (what & EV_WRITE)
		check_locked(b);
	else
		time_is_up_locked(b);
	bev_leave(b, true);
}

/* known: 1 connected already, -1 failed with error, 0: wait. */
static int
begin_locked(struct bev *b, evutil_socket_t fd, int known, int error)
{
	struct bev_connect *connect = b->connect;
	event_debug_unassign(&connect->wait);
	if (event_assign(&connect->wait, b->pub.ev_base, fd, EV_WRITE, connect_ended, b) < 0) return -1;
	(void)event_priority_set(&connect->wait, bufferevent_get_priority(&b->pub));
	connect->known = known;
	connect->error = error;
	if (known)
		event_active(&connect->wait, EV_WRITE, 1);
	else if (wait_locked(b) < 0)
		return -1;
	connect->state = BEV_CONNECT_WAITING;
	return 0;
}

static int
open_locked(struct bev *b, const struct sockaddr *address, int length)
{
	evutil_socket_t fd = bev_get_fd_locked(b);
	bool is_new = fd < 0;
	int known = 0, error = 0;
	if (address) {
		int result = net_connect(&fd, address, length);
		if (result < 0) return -1;
		known = result == 1 ? 1 : result == 2 ? -1 : 0;
		error = result == 2 ? ECONNREFUSED : 0;
		if (is_new && bev_set_fd_locked(b, fd) < 0) {
			(void)evutil_closesocket(fd);
			return -1;
		}
	} else if (is_new) {
		errno = EBADF;
		return -1;
	}
	return begin_locked(b, fd, known, error);
}

int
bev_connect_locked(struct bev *b, const struct sockaddr *address, int length)
{
	if (!bev_connect_get_locked(b)) return -1;
	bev_connect_cancel_locked(b);
	(void)bev_suspend_locked(b, BOTH, BEV_SUSPEND_CONNECT);
	if (open_locked(b, address, length) == 0) return 0;
	int error = errno;
	(void)bev_resume_locked(b, BOTH, BEV_SUSPEND_CONNECT);
	errno = error;
	return -1;
}

int
bufferevent_socket_connect(struct bufferevent *bufev, const struct sockaddr *addr, int socklen)
{
	struct bev *b = bev_of(bufev);
	int result = -1;
	if (!bufev->be_ops->set_fd) return b->underlying ? bufferevent_socket_connect(b->underlying, addr, socklen) : -1;
	bev_enter(b);
	if (!b->freed) result = bev_connect_locked(b, addr, socklen);
	bev_leave(b, false);
	return result;
}
