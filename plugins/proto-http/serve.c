/* SPDX-License-Identifier: BSD-3-Clause */
/* A server's connection: READING, then SERVING while the program has the request, then FLUSHING, and READING again.
 *
 * An answer that is complete when the program's callback returns ends the request at once, so that pipelined requests
 * are answered together, with one write. Otherwise the request ends when the answer was written. */
#include "serve.h"

#include "below.h"
#include "functions.h"
#include "memory.h"
#include "method.h"
#include "server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/* Answers that are written but not sent: no further pipelined request is looked at before they are. */
#define OUTPUT_MAX 131072

/* ---- A connection comes ---- */

static const char busy[] =
	"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";

/* Too many connections. On a plain socket the client is told; whether it reads that is its own affair. */
static void
turn_away(evutil_socket_t fd, bool plain)
{
	if (plain) {
		(void)!send(fd, busy, sizeof(busy) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
	}
	evutil_closesocket(fd);
}

static void
set_peer(struct evhttp_connection *conn, const struct sockaddr *address, socklen_t length)
{
	char text[INET6_ADDRSTRLEN] = "";
	if (length > sizeof(conn->peer)) length = sizeof(conn->peer);
	memcpy(&conn->peer, address, length);
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&conn->peer;
		evutil_inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		conn->port = ntohs(in->sin_port);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&conn->peer;
		evutil_inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		conn->port = ntohs(in6->sin6_port);
	}
	conn->address = http_strdup(text);
}

/* The program's bufferevent, or one of ours. */
static struct bufferevent *
make_bufferevent(const struct evhttp_bound_socket *bound, evutil_socket_t fd, bool *own)
{
	struct evhttp *http = bound->http;
	struct bufferevent *bev = NULL;
	if (bound->bev_cb)
		bev = bound->bev_cb(http->base, bound->bev_arg);
	else if (http->bev_cb)
		bev = http->bev_cb(http->base, http->bev_arg);
	*own = !bev;
	if (!bev) return bufferevent_socket_new(http->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (bufferevent_setfd(bev, fd) == 0) return bev;
	bufferevent_free(bev);
	return NULL;
}

static void
take_settings(struct evhttp_connection *conn, struct evhttp *http)
{
	conn->http = http;
	conn->max_body = http->body_max;
	conn->read_timeout = http->read_timeout;
	conn->write_timeout = http->write_timeout;
	conn->request_timeout_ms = http->request_timeout_ms;
	conn->ext_method_cb = http->ext_method_cb;
	conn->parser.limits.line = conn->parser.limits.head = http->head_max;
	conn->parser.lenient = (http->flags & EVHTTP_SERVER_LENIENT) != 0;
	if (http->flags & EVHTTP_SERVER_LINGERING_CLOSE) conn->flags = EVHTTP_CON_LINGERING_CLOSE;
}

void
server_accept(struct evhttp_bound_socket *bound, evutil_socket_t fd, const struct sockaddr *address, socklen_t length)
{
	static const int on = 1;
	struct evhttp *http = bound->http;
	bool own;
	if (http->connection_max && http->connection_count >= http->connection_max) {
		turn_away(fd, !bound->bev_cb && !http->bev_cb);
		return;
	}
	struct bufferevent *bev = make_bufferevent(bound, fd, &own);
	struct evhttp_connection *conn = bev ? connection_new(http->base, bev, own, false) : NULL;
	if (!conn) {
		if (bev && !own) (void)bufferevent_setfd(bev, -1);
		if (bev) bufferevent_free(bev);
		if (!bev || !own) evutil_closesocket(fd);
		return;
	}
	take_settings(conn, http);
	set_peer(conn, address, length);
	TAILQ_INSERT_TAIL(&http->connections, conn, next);
	http->connection_count++;
	if (address->sa_family != AF_UNIX) (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection_set_callbacks(conn);
	connection_apply_timeouts(conn);
	if (!conn->address || bufferevent_enable(bev, EV_READ | EV_WRITE) < 0) connection_end(conn);
}

/* ---- A request ends ---- */

void
serve_kick(struct evhttp_connection *conn)
{
	if (evbuffer_get_length(bufferevent_get_output(conn->bev)) == 0)
		bufferevent_trigger(conn->bev, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

void
serve_answered(struct evhttp_connection *conn, bool keep)
{
	struct http_request *request = conn->current;
	request->pub.userdone = 1;
	request->keep_connection = keep;
	/* The client may still be sending: a plain close would take the answer away from it. */
	if (!request->received && (conn->parser.framing != HTTP_FRAMING_NONE || conn->parser.error))
		conn->unfinished = true;
	conn->state = HTTP_FLUSHING;
	if (!conn->parsing) serve_kick(conn);
}

/* Tells the peer that no more is to come, while its own bytes are still taken. Of TLS and the like there is a last word
 * before the socket's own. Returns 0 or -1. */
static int
half_close(struct bufferevent *bev)
{
	const evutil_socket_t fd = bufferevent_getfd(bev);
	if (fd < 0 || bufferevent_flush(bev, EV_WRITE, BEV_FINISHED) < 0) return -1;
	return below_unsent(bev) ? 0 : shutdown(fd, SHUT_WR);
}

/* Everything is written and nothing more is wanted. */
static void
close_connection(struct evhttp_connection *conn)
{
	static const struct timeval patience = {HTTP_LINGER_MS / 1000, 0};
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	const bool linger = conn->unfinished || evbuffer_get_length(input) || below_unsent(conn->bev);
	if (conn->input_eof) {
		serve_last(conn);
		return;
	}
	if (!linger || half_close(conn->bev) < 0) {
		connection_end(conn);
		return;
	}
	conn->state = HTTP_LINGERING;
	conn->started = connection_now_ms(conn);
	conn->lingering_unsent = below_unsent(conn->bev);
	(void)evbuffer_drain(input, evbuffer_get_length(input));
	bufferevent_set_timeouts(conn->bev, &patience, &patience);
	(void)bufferevent_enable(conn->bev, EV_READ);
}

/* The answer is written, or at least on its way. */
static void
finish(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	if (request->pub.on_complete_cb) {
		request_enter(request);
		request->pub.on_complete_cb(&request->pub, request->pub.on_complete_cb_arg);
		(void)request_exit(request);
		if (conn->dead) return;
	}
	const bool keep = request->keep_connection && !conn->http->drained;
	conn->current = NULL;
	request->pub.evcon = NULL;
	server_request_drop(conn->http, request);
	conn->started = 0;
	if (!keep) {
		close_connection(conn);
		return;
	}
	conn->state = HTTP_READING;
	connection_read_on(conn);
}

/* Finishes the request if it need not wait for its answer to be written. */
static void
settle(struct evhttp_connection *conn)
{
	const struct http_request *request = conn->current;
	if (conn->dead || conn->state != HTTP_FLUSHING) return;
	const size_t unsent = evbuffer_get_length(bufferevent_get_output(conn->bev));
	if (!request) { /* see serve_last() */
		serve_last(conn);
		return;
	}
	const bool keep = request->keep_connection && !conn->http->drained;
	if (unsent && (!keep || request->pub.on_complete_cb || unsent > OUTPUT_MAX)) return;
	finish(conn);
}

void
serve_last(struct evhttp_connection *conn)
{
	if (evbuffer_get_length(bufferevent_get_output(conn->bev)) || below_wait(conn))
		conn->state = HTTP_FLUSHING;
	else
		connection_end(conn);
}

/* ---- A request comes ---- */

static void
role_fail(struct evhttp_connection *conn, enum evhttp_request_error error, int status)
{
	struct http_request *request = conn->current;
	if (!request && status && (request = server_request_new(conn->http)) != NULL) {
		request->pub.kind = EVHTTP_REQUEST;
		request->pub.evcon = conn;
		request->pub.major = request->pub.minor = 1;
		conn->current = request;
	}
	if (!request) {
		connection_end(conn);
		return;
	}
	request_enter(request);
	request_report(request, error);
	if (!status || request->started) {
		connection_end(conn);
	} else if (!conn->dead && !request->released) {
		conn->unfinished = true;
		plugin_evhttp_send_error(&request->pub, status, NULL);
	}
	(void)request_exit(request);
}

static int
role_first_line(struct evhttp_connection *conn)
{
	const struct http_parser *parser = &conn->parser;
	struct evhttp *http = conn->http;
	struct http_request *request = server_request_new(http);
	if (!request) {
		connection_end(conn);
		return -1;
	}
	struct evhttp_request *req = &request->pub;
	conn->current = request;
	req->kind = EVHTTP_REQUEST;
	req->evcon = conn;
	req->flags |= EVHTTP_REQ_OWN_CONNECTION;
	req->major = (char)parser->major;
	req->minor = (char)(parser->minor > 1 ? 1 : parser->minor);
	req->type = (enum evhttp_cmd_type)method_type(parser->method, conn->ext_method_cb);
	req->uri = http_arena_copy(&request->arena, parser->target.data, parser->target.len);
	req->remote_host = http_arena_copy(&request->arena, conn->address, strlen(conn->address));
	req->remote_port = conn->port;
	if (!req->uri || !req->remote_host) {
		role_fail(conn, EVREQ_HTTP_BUFFER_ERROR, 503);
		return -1;
	}
	/* Clients of libevent's evrpc send no Host. */
	conn->parser.host_optional = strncmp(req->uri, "/.rpc.", 6) == 0;
	if (!http->new_request_cb) return 0;
	request_enter(request);
	const int wanted = http->new_request_cb(req, http->new_request_arg);
	if (!request_exit(request) || conn->dead) return -1;
	if (wanted < 0) connection_end(conn);
	return wanted < 0 ? -1 : 0;
}

/* A NUL would cut the path short for whoever takes it for a string. */
static bool
has_coded_nul(const char *path)
{
	for (; (path = strchr(path, '%')) != NULL; path++)
		if (path[1] == '0' && path[2] == '0') return true;
	return false;
}

/* The four forms of a target (RFC 9112, 3.2). */
static bool
parse_target(struct http_request *request)
{
	struct evhttp_request *req = &request->pub;
	const size_t size = URI_BLOCK_SIZE(strlen(req->uri));
	char *block = http_arena_alloc(&request->arena, size);
	if (!block) return false;
	uri_init(&request->uri, block, size);
	req->uri_elems = &request->uri;
	if (req->type == EVHTTP_REQ_CONNECT) return uri_parse_authority_form(&request->uri, req->uri);
	if (req->uri[0] == '/' || strcmp(req->uri, "*") == 0)
		return uri_parse_origin_form(&request->uri, req->uri) && !has_coded_nul(request->uri.path);
	if (!uri_parse_into(&request->uri, req->uri, EVHTTP_URI_NONCONFORMANT)) return false;
	return request->uri.scheme && request->uri.host && request->uri.host[0] && !has_coded_nul(request->uri.path);
}

static void
note_proxy(const struct evhttp_connection *conn, struct http_request *request)
{
	const struct evhttp_uri *uri = &request->uri;
	if (!uri->scheme || !uri->host) return;
	if (evutil_ascii_strcasecmp(uri->scheme, "http") != 0 && evutil_ascii_strcasecmp(uri->scheme, "https") != 0) return;
	if (!server_knows_host(conn->http, uri->host)) request->pub.flags |= EVHTTP_PROXY_REQUEST;
}

/* The status with which the request is refused by its head alone, or 0. */
static int
refusal(const struct evhttp_connection *conn, struct http_request *request)
{
	const struct http_parser *parser = &conn->parser;
	if (!parse_target(request)) return HTTP_BADREQUEST;
	if (!request->pub.type) return HTTP_NOTIMPLEMENTED;
	if (!((uint32_t)request->pub.type & conn->http->methods)) return HTTP_BADMETHOD;
	if (parser->expect_unknown) return HTTP_EXPECTATIONFAILED;
	if (parser->framing == HTTP_FRAMING_LENGTH && parser->content_length > conn->max_body) return HTTP_ENTITYTOOLARGE;
	return 0;
}

static int
role_head_end(struct evhttp_connection *conn)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct http_parser *parser = &conn->parser;
	struct http_request *request = conn->current;
	struct evhttp_request *req = &request->pub;
	req->headers_size = parser->head_bytes;
	req->ntoread = parser->framing == HTTP_FRAMING_LENGTH ? (int64_t)parser->content_length : -1;
	request->keep_connection = parser->keep_alive;
	request->refuse = refusal(conn, request);
	request->drop_body = request->refuse == HTTP_ENTITYTOOLARGE && (conn->flags & EVHTTP_CON_LINGERING_CLOSE);
	if (request->refuse && !request->drop_body) {
		plugin_evhttp_send_error(req, request->refuse, NULL);
		return -1;
	}
	note_proxy(conn, request);
	if (req->header_cb && !request->drop_body) {
		request_enter(request);
		const int wanted = req->header_cb(req, req->cb_arg);
		if (!request_exit(request) || conn->dead) return -1;
		if (wanted < 0 && !req->userdone) connection_end(conn);
		if (wanted < 0 || req->userdone) return -1;
	}
	if (parser->expect_continue && parser->minor >= 1 && parser->framing != HTTP_FRAMING_NONE && !request->started &&
		!evbuffer_get_length(bufferevent_get_input(conn->bev)))
		return bufferevent_write(conn->bev, go_on, sizeof(go_on) - 1);
	return 0;
}

static void
dispatch(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	struct evhttp_request *req = &request->pub;
	void *arg;
	http_handler *const handler = server_find_handler(conn->http, request, &arg);
	if (!handler) {
		plugin_evhttp_send_error(req, HTTP_NOTFOUND, NULL);
		return;
	}
	mailbox_bind(&request->mailbox, conn->base);
	req->cb = handler;
	req->cb_arg = arg;
	request_enter(request);
	handler(req, arg);
	(void)request_exit(request);
}

static void
role_end(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	request->received = true;
	if (conn->parser.framing != HTTP_FRAMING_NONE) request->pub.ntoread = 0;
	conn->state = HTTP_SERVING;
	if (request->refuse)
		plugin_evhttp_send_error(&request->pub, request->refuse, NULL);
	else if (!request->started)
		dispatch(conn);
	settle(conn);
}

/* ---- The rest of the role ---- */

static void
role_drained(struct evhttp_connection *conn)
{
	if (conn->state != HTTP_FLUSHING) return;
	settle(conn);
	connection_input(conn);
}

static void
role_eof(struct evhttp_connection *conn)
{
	if (conn->current)
		role_fail(conn, EVREQ_HTTP_EOF, 0);
	else
		serve_last(conn);
}

/* The patience with a lingering connection is over, unless it still takes what was sent. */
static void
linger_on(struct evhttp_connection *conn)
{
	const size_t unsent = below_unsent(conn->bev), before = conn->lingering_unsent;
	conn->lingering_unsent = unsent;
	if (unsent == 0 || unsent >= before || bufferevent_enable(conn->bev, EV_READ) < 0) connection_end(conn);
}

static void
on_timeout(struct evhttp_connection *conn, short what)
{
	const bool unsent = evbuffer_get_length(bufferevent_get_output(conn->bev)) != 0;
	const bool idle = !conn->current && http_parser_idle(&conn->parser) && !unsent;
	if (conn->state == HTTP_LINGERING)
		linger_on(conn);
	else if ((what & BEV_EVENT_WRITING) || (conn->state == HTTP_READING && idle))
		connection_end(conn);
	else if (conn->state == HTTP_READING && !conn->paused && !unsent)
		role_fail(conn, EVREQ_HTTP_TIMEOUT, 408);
	else if (!conn->held_up)
		(void)bufferevent_enable(conn->bev, EV_READ); /* it is not the peer's turn */
}

static void
role_event(struct evhttp_connection *conn, short what)
{
	if (what & BEV_EVENT_TIMEOUT) {
		on_timeout(conn, what);
	} else if (what & BEV_EVENT_ERROR) {
		if (conn->state == HTTP_READING && conn->current)
			role_fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
		else
			connection_end(conn);
	} else if (what & BEV_EVENT_EOF) {
		/* The peer may have shut down its sending side only, and still wait for answers. */
		conn->input_eof = true;
		if (conn->state == HTTP_LINGERING)
			serve_last(conn);
		else
			connection_input(conn);
	}
}

static void
role_released(struct evhttp_connection *conn, struct http_request *request)
{
	/* Without an answer the peer would wait for ever; with one, the request ends as usual. */
	if (request == conn->current && !request->pub.userdone) connection_end(conn);
}

static void
role_free(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	conn->current = NULL;
	if (request) {
		/* The program has yet to answer: it keeps the request, and what it sends goes nowhere. */
		const bool awaited = request->mailbox.base && !request->pub.userdone && !request->released && !conn->freed;
		request->pub.evcon = NULL;
		if (!awaited || conn->state == HTTP_UPGRADED) request_drop(request);
	}
	if (conn->http) server_forget(conn->http, conn);
	conn->http = NULL;
}

const struct http_role http_server_role = {
	.first_line = role_first_line,
	.head_end = role_head_end,
	.end = role_end,
	.fail = role_fail,
	.drained = role_drained,
	.event = role_event,
	.eof = role_eof,
	.released = role_released,
	.free = role_free,
};
