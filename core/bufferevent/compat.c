/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of libevent 1.4's interface. */
#include "config.h"

#include <event2/bufferevent.h>
#include <event2/bufferevent_compat.h>
#include <event2/event.h>
#include <event2/event_struct.h>

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* The base that an event without a base gets, or NULL: then bufferevent_base_set() has to come. */
static struct event_base *
current(void)
{
	struct event ev;
	if (event_assign(&ev, NULL, -1, EV_READ, nothing, NULL) < 0) return NULL;
	struct event_base *base = event_get_base(&ev);
	event_debug_unassign(&ev);
	return base;
}

struct bufferevent *
bufferevent_new(evutil_socket_t fd, evbuffercb readcb, evbuffercb writecb, everrorcb errorcb, void *cbarg)
{
	struct bufferevent *bev = bufferevent_socket_new(current(), fd, 0);
	if (bev) bufferevent_setcb(bev, readcb, writecb, errorcb, cbarg);
	return bev;
}

void
bufferevent_settimeout(struct bufferevent *bufev, int timeout_read, int timeout_write)
{
	struct timeval reading = {timeout_read, 0}, writing = {timeout_write, 0};
	(void)bufferevent_set_timeouts(bufev, &reading, &writing);
}
