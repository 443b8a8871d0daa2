/* SPDX-License-Identifier: BSD-3-Clause */
/* What a server's and a client's connections have in common: life, callbacks of the bufferevent, settings. */
#include "connection.h"

#include "below.h"
#include "client.h"
#include "functions.h"
#include "memory.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/plugin_bufferevent.h>
#include <event2/util.h>
#include <string.h>
#include <time.h>

struct evhttp_connection *
connection_new(struct event_base *base, struct bufferevent *bev, bool own_bev, bool client)
{
	static const struct http_limits limits = {HTTP_HEAD_MAX, HTTP_HEAD_MAX, HTTP_TRAILER_MAX};
	struct evhttp_connection *conn = http_zalloc(sizeof(*conn));
	if (!conn) return NULL;
	conn->role = client ? &http_client_role : &http_server_role;
	conn->base = base;
	conn->bev = bev;
	conn->own_bev = own_bev;
	conn->state = client ? HTTP_DISCONNECTED : HTTP_READING;
	conn->max_body = client ? UINT64_MAX : HTTP_SERVER_BODY_MAX;
	conn->connect_timeout.tv_sec = HTTP_CONNECT_TIMEOUT_S;
	conn->read_timeout.tv_sec = conn->write_timeout.tv_sec = HTTP_TIMEOUT_S;
	http_parser_init(&conn->parser, client, &limits);
	return conn;
}

static void
release(struct evhttp_connection *conn)
{
	if (conn->client) client_release(conn->client);
	http_free(conn->address);
	http_free(conn);
}

bool
connection_exit(struct evhttp_connection *conn)
{
	conn->depth--;
	if (!conn->dead) return true;
	if (conn->depth == 0) release(conn);
	return false;
}

void
connection_tell_closed(struct evhttp_connection *conn)
{
	void (*const cb)(struct evhttp_connection *, void *) = conn->close_cb;
	if (conn->dead) conn->close_cb = NULL;
	if (!cb) return;
	connection_enter(conn);
	cb(conn, conn->close_arg);
	connection_exit(conn);
}

void
connection_stop_bev(struct evhttp_connection *conn)
{
	bufferevent_setcb(conn->bev, NULL, NULL, NULL, NULL);
	(void)bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
}

void
connection_close_fd(struct evhttp_connection *conn)
{
	const evutil_socket_t fd = bufferevent_getfd(conn->bev);
	if (fd >= 0 && bufferevent_setfd(conn->bev, -1) == 0) evutil_closesocket(fd);
}

/* One that closes its descriptor itself does that best: it may have a last word to say, as TLS has. */
static void
free_bev(struct evhttp_connection *conn)
{
	if (!conn->bev) return;
	below_forget(conn);
	connection_stop_bev(conn);
	if (!(bufferevent_type_options(conn->bev) & BEV_OPT_CLOSE_ON_FREE)) connection_close_fd(conn);
	bufferevent_free(conn->bev);
	conn->bev = NULL;
}

void
connection_end(struct evhttp_connection *conn)
{
	if (conn->dead) return;
	connection_enter(conn);
	conn->dead = true;
	if (conn->state >= HTTP_READING) connection_tell_closed(conn);
	conn->role->free(conn);
	free_bev(conn);
	connection_exit(conn);
}

void
plugin_evhttp_connection_free(struct evhttp_connection *conn)
{
	conn->freed = true;
	connection_end(conn);
}

void
connection_request_released(struct evhttp_connection *conn, struct http_request *request)
{
	conn->role->released(conn, request);
}

uint64_t
connection_now_ms(const struct evhttp_connection *conn)
{
	struct timespec now;
	(void)conn;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- From the bufferevent ---- */

static void
on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	connection_input(arg);
}

static void
on_write(struct bufferevent *bev, void *arg)
{
	struct evhttp_connection *conn = arg;
	if (evbuffer_get_length(bufferevent_get_output(bev))) return;
	connection_enter(conn);
	if (conn->written_cb) {
		void (*const cb)(struct evhttp_connection *, void *) = conn->written_cb;
		conn->written_cb = NULL;
		cb(conn, conn->written_arg);
	}
	/* The callback may have sent the next piece. */
	if (!conn->dead && evbuffer_get_length(bufferevent_get_output(bev)) == 0) conn->role->drained(conn);
	connection_exit(conn);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	struct evhttp_connection *conn = arg;
	connection_enter(conn);
	conn->role->event(conn, what);
	connection_exit(conn);
}

void
connection_set_callbacks(struct evhttp_connection *conn)
{
	bufferevent_setcb(conn->bev, on_read, on_write, on_event, conn);
}

void
connection_apply_timeouts(struct evhttp_connection *conn)
{
	if (conn->bev && conn->state >= HTTP_READING && conn->state != HTTP_UPGRADED)
		bufferevent_set_timeouts(conn->bev, &conn->read_timeout, &conn->write_timeout);
}

/* ---- Settings ---- */

static struct timeval
timeout_or(const struct timeval *tv, time_t seconds)
{
	return tv && (tv->tv_sec > 0 || (tv->tv_sec == 0 && tv->tv_usec > 0)) ? *tv : (struct timeval){seconds, 0};
}

void
plugin_evhttp_connection_set_timeout_tv(struct evhttp_connection *conn, const struct timeval *tv)
{
	conn->connect_timeout = timeout_or(tv, HTTP_CONNECT_TIMEOUT_S);
	conn->read_timeout = conn->write_timeout = timeout_or(tv, HTTP_TIMEOUT_S);
	connection_apply_timeouts(conn);
}

void
plugin_evhttp_connection_set_timeout(struct evhttp_connection *conn, int timeout_in_secs)
{
	const struct timeval tv = {timeout_in_secs, 0};
	plugin_evhttp_connection_set_timeout_tv(conn, timeout_in_secs > 0 ? &tv : NULL);
}

void
plugin_evhttp_connection_set_connect_timeout_tv(struct evhttp_connection *conn, const struct timeval *tv)
{
	conn->connect_timeout = timeout_or(tv, HTTP_CONNECT_TIMEOUT_S);
}

void
plugin_evhttp_connection_set_read_timeout_tv(struct evhttp_connection *conn, const struct timeval *tv)
{
	conn->read_timeout = timeout_or(tv, HTTP_TIMEOUT_S);
	connection_apply_timeouts(conn);
}

void
plugin_evhttp_connection_set_write_timeout_tv(struct evhttp_connection *conn, const struct timeval *tv)
{
	conn->write_timeout = timeout_or(tv, HTTP_TIMEOUT_S);
	connection_apply_timeouts(conn);
}

void
plugin_evhttp_connection_set_max_headers_size(struct evhttp_connection *conn, ssize_t size)
{
	conn->parser.limits.line = conn->parser.limits.head = size < 0 ? SIZE_MAX : (size_t)size;
}

void
plugin_evhttp_connection_set_max_body_size(struct evhttp_connection *conn, ssize_t size)
{
	conn->max_body = size < 0 ? UINT64_MAX : (uint64_t)size;
}

int
plugin_evhttp_connection_set_flags(struct evhttp_connection *conn, int flags)
{
	const int known = EVHTTP_CON_REUSE_CONNECTED_ADDR | EVHTTP_CON_READ_ON_WRITE_ERROR | EVHTTP_CON_LINGERING_CLOSE;
	if (flags & ~known) return 1;
	conn->flags = flags;
	return 0;
}

void
plugin_evhttp_connection_set_ext_method_cmp(struct evhttp_connection *conn, evhttp_ext_method_cb cb)
{
	conn->ext_method_cb = cb;
}

void
plugin_evhttp_connection_set_closecb(
	struct evhttp_connection *conn, void (*cb)(struct evhttp_connection *, void *), void *arg)
{
	conn->close_cb = cb;
	conn->close_arg = arg;
}

struct event_base *
plugin_evhttp_connection_get_base(struct evhttp_connection *conn)
{
	return conn->base;
}

struct bufferevent *
plugin_evhttp_connection_get_bufferevent(struct evhttp_connection *conn)
{
	return conn->bev;
}

struct evhttp *
plugin_evhttp_connection_get_server(struct evhttp_connection *conn)
{
	return conn->http;
}

void
plugin_evhttp_connection_get_peer(struct evhttp_connection *conn, const char **address, uint16_t *port)
{
	*address = conn->address;
	*port = conn->port;
}

const struct sockaddr *
plugin_evhttp_connection_get_addr(struct evhttp_connection *conn)
{
	const evutil_socket_t fd = conn->bev ? bufferevent_getfd(conn->bev) : -1;
	socklen_t len = sizeof(conn->peer);
	if (fd < 0) return NULL;
	if (conn->peer.ss_family == AF_UNSPEC && getpeername(fd, (struct sockaddr *)&conn->peer, &len) < 0) {
		conn->peer.ss_family = AF_UNSPEC;
		return NULL;
	}
	return (const struct sockaddr *)&conn->peer;
}

/* ---- Holding the sender up ---- */

void
connection_read_on(struct evhttp_connection *conn)
{
	if (!conn->held_up) return;
	conn->held_up = false;
	(void)bufferevent_enable(conn->bev, EV_READ);
}

void
plugin_evhttp_request_pause_input(struct evhttp_request *req)
{
	if (req->evcon) req->evcon->paused = true;
}

void
plugin_evhttp_request_resume_input(struct evhttp_request *req)
{
	struct evhttp_connection *conn = req->evcon;
	if (!conn || !conn->paused) return;
	conn->paused = false;
	conn->started = 0;
	connection_read_on(conn);
	bufferevent_trigger(conn->bev, EV_READ, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}
