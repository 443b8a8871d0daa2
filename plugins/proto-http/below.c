/* SPDX-License-Identifier: BSD-3-Clause */
/* See below.h. A filter calls back for what it handed on itself, not for what those below it still have: so the buffer
 * of the lowest one is watched. */
#include "below.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

size_t
below_unsent(struct bufferevent *bev)
{
	size_t len = 0;
	while ((bev = bufferevent_get_underlying(bev)) != NULL)
		len += evbuffer_get_length(bufferevent_get_output(bev));
	return len;
}

static void
on_change(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct evhttp_connection *conn = arg;
	(void)info;
	if (evbuffer_get_length(output)) return;
	bufferevent_trigger(conn->bev, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

static struct bufferevent *
lowest_of(struct bufferevent *bev)
{
	for (struct bufferevent *under; (under = bufferevent_get_underlying(bev)) != NULL;)
		bev = under;
	return bev;
}

bool
below_wait(struct evhttp_connection *conn)
{
	if (!conn->below) {
		struct bufferevent *lowest = lowest_of(conn->bev);
		if (lowest == conn->bev || bufferevent_flush(conn->bev, EV_WRITE, BEV_FINISHED) < 0) return false;
		struct evbuffer *output = bufferevent_get_output(lowest);
		if (!evbuffer_get_length(output) || !evbuffer_add_cb(output, on_change, conn)) return false;
		conn->below = output;
		bufferevent_set_timeouts(lowest, NULL, &conn->write_timeout);
	}
	return evbuffer_get_length(conn->below) != 0;
}

void
below_forget(struct evhttp_connection *conn)
{
	if (conn->below) (void)evbuffer_remove_cb(conn->below, on_change, conn);
	conn->below = NULL;
}
