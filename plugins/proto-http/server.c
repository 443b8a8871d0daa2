/* SPDX-License-Identifier: BSD-3-Clause */
/* Servers: their life and their settings. */
#include "server.h"

#include "functions.h"
#include "memory.h"
#include "serve.h"

#include <event2/event.h>
#include <event2/util.h>
#include <string.h>
#include <time.h>

#define METHODS_AT_START (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE)
#define REQUEST_TIMEOUT_S 60

struct evhttp *
plugin_evhttp_new(struct event_base *base)
{
	struct evhttp *http = http_zalloc(sizeof(*http));
	if (!http) return NULL;
	http->base = base;
	TAILQ_INIT(&http->bounds);
	TAILQ_INIT(&http->connections);
	TAILQ_INIT(&http->paths);
	TAILQ_INIT(&http->aliases);
	TAILQ_INIT(&http->vhosts);
	http->methods = METHODS_AT_START;
	plugin_evhttp_set_default_content_type(http, "text/html; charset=ISO-8859-1");
	http->head_max = HTTP_HEAD_MAX;
	http->body_max = HTTP_SERVER_BODY_MAX;
	http->read_timeout.tv_sec = http->write_timeout.tv_sec = HTTP_TIMEOUT_S;
	http->request_timeout_ms = REQUEST_TIMEOUT_S * 1000;
	return http;
}

void
plugin_evhttp_free(struct evhttp *http)
{
	struct evhttp_connection *conn;
	if (http->parent) plugin_evhttp_remove_virtual_host(http->parent, http);
	server_free_bounds(http);
	while ((conn = TAILQ_FIRST(&http->connections)) != NULL)
		connection_end(conn);
	server_free_hosts(http);
	while (http->spare_count)
		request_drop(http->spares[--http->spare_count]);
	if (http->drained) event_free(http->drained);
	http_free(http->pattern);
	http_free(http);
}

struct http_request *
server_request_new(struct evhttp *http)
{
	if (http->spare_count) return http->spares[--http->spare_count];
	struct evhttp_request *req = plugin_evhttp_request_new(NULL, NULL);
	return req ? request_of(req) : NULL;
}

void
server_request_drop(struct evhttp *http, struct http_request *request)
{
	const bool in_use = request->busy || request->released || (request->pub.flags & EVHTTP_USER_OWNED);
	if (!http || in_use || http->spare_count == HTTP_SPARES_MAX) {
		request_drop(request);
		return;
	}
	request_reset(request);
	http->spares[http->spare_count++] = request;
}

/* The last connection of a draining server is gone, in the loop. */
static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct evhttp *http = arg;
	http->drain_cb(http, http->drain_arg);
}

void
server_forget(struct evhttp *http, struct evhttp_connection *conn)
{
	TAILQ_REMOVE(&http->connections, conn, next);
	http->connection_count--;
	if (http->drained && http->connection_count == 0) event_active(http->drained, EV_TIMEOUT, 1);
}

int
plugin_evhttp_drain(struct evhttp *http, void (*done)(struct evhttp *, void *), void *arg)
{
	struct evhttp_connection *conn, *next;
	if (http->drained) return -1;
	http->drained = event_new(http->base, -1, 0, on_drained, http);
	if (!http->drained) return -1;
	http->drain_cb = done;
	http->drain_arg = arg;
	server_free_bounds(http);
	if (http->connection_count == 0) event_active(http->drained, EV_TIMEOUT, 1);
	for (conn = TAILQ_FIRST(&http->connections); conn; conn = next) {
		next = TAILQ_NEXT(conn, next);
		if (conn->state == HTTP_READING && !conn->current && http_parser_idle(&conn->parser)) serve_last(conn);
	}
	return 0;
}

const char *
server_date(struct evhttp *http)
{
	struct timeval now;
	struct tm tm;
	if (event_base_gettimeofday_cached(http->base, &now) == 0 && now.tv_sec != http->date_second &&
		gmtime_r(&now.tv_sec, &tm) && evutil_date_rfc1123(http->date, sizeof(http->date), &tm) > 0)
		http->date_second = now.tv_sec;
	return http->date;
}

/* ---- Settings ---- */

void
plugin_evhttp_set_max_headers_size(struct evhttp *http, ssize_t size)
{
	http->head_max = size < 0 ? SIZE_MAX : (size_t)size;
}

void
plugin_evhttp_set_max_body_size(struct evhttp *http, ssize_t size)
{
	http->body_max = size < 0 ? UINT64_MAX : (uint64_t)size;
}

void
plugin_evhttp_set_max_connections(struct evhttp *http, int max_connections)
{
	http->connection_max = max_connections > 0 ? max_connections : 0;
}

int
plugin_evhttp_get_connection_count(struct evhttp *http)
{
	return http->connection_count;
}

void
plugin_evhttp_set_default_content_type(struct evhttp *http, const char *content_type)
{
	http->content_type = content_type;
	http->content_type_len = content_type ? strlen(content_type) : 0;
}

void
plugin_evhttp_set_allowed_methods(struct evhttp *http, uint32_t methods)
{
	http->methods = methods;
}

void
plugin_evhttp_set_ext_method_cmp(struct evhttp *http, evhttp_ext_method_cb cb)
{
	http->ext_method_cb = cb;
}

void
plugin_evhttp_set_gencb(struct evhttp *http, void (*cb)(struct evhttp_request *, void *), void *arg)
{
	http->general_cb = cb;
	http->general_arg = arg;
}

void
plugin_evhttp_set_bevcb(struct evhttp *http, struct bufferevent *(*cb)(struct event_base *, void *), void *arg)
{
	http->bev_cb = cb;
	http->bev_arg = arg;
}

void
plugin_evhttp_set_newreqcb(struct evhttp *http, int (*cb)(struct evhttp_request *, void *), void *arg)
{
	http->new_request_cb = cb;
	http->new_request_arg = arg;
}

void
plugin_evhttp_set_errorcb(
	struct evhttp *http, int (*cb)(struct evhttp_request *, struct evbuffer *, int, const char *, void *), void *arg)
{
	http->error_cb = cb;
	http->error_arg = arg;
}

static struct timeval
timeout_or(const struct timeval *tv, time_t seconds)
{
	return tv && (tv->tv_sec > 0 || (tv->tv_sec == 0 && tv->tv_usec > 0)) ? *tv : (struct timeval){seconds, 0};
}

void
plugin_evhttp_set_read_timeout_tv(struct evhttp *http, const struct timeval *tv)
{
	http->read_timeout = timeout_or(tv, HTTP_TIMEOUT_S);
}

void
plugin_evhttp_set_write_timeout_tv(struct evhttp *http, const struct timeval *tv)
{
	http->write_timeout = timeout_or(tv, HTTP_TIMEOUT_S);
}

void
plugin_evhttp_set_timeout_tv(struct evhttp *http, const struct timeval *tv)
{
	plugin_evhttp_set_read_timeout_tv(http, tv);
	plugin_evhttp_set_write_timeout_tv(http, tv);
}

void
plugin_evhttp_set_timeout(struct evhttp *http, int timeout_in_secs)
{
	const struct timeval tv = {timeout_in_secs, 0};
	plugin_evhttp_set_timeout_tv(http, timeout_in_secs > 0 ? &tv : NULL);
}

void
plugin_evhttp_set_request_timeout_tv(struct evhttp *http, const struct timeval *tv)
{
	const struct timeval limit = timeout_or(tv, REQUEST_TIMEOUT_S);
	http->request_timeout_ms = http_timeval_ms(&limit);
}

int
plugin_evhttp_set_flags(struct evhttp *http, int flags)
{
	if (flags & ~(EVHTTP_SERVER_LINGERING_CLOSE | EVHTTP_SERVER_LENIENT)) return -1;
	http->flags = flags;
	return 0;
}
