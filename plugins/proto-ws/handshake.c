/* SPDX-License-Identifier: BSD-3-Clause */
/* The opening handshake (RFC 6455, 4.2). After "101 Switching Protocols" the HTTP connection leaves its bufferevent to
 * us, and is freed with the session. */
#include "accept.h"
#include "functions.h"
#include "host.h"
#include "session.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>
#include <string.h>

#define KEY_LENGTH 24 /* 16 bytes in base64 */

/* Whether a comma-separated header field has that member, without regard to case. */
static bool
has_member(const char *list, const char *member)
{
	const size_t len = strlen(member);
	while (list && *list) {
		list += strspn(list, " \t,");
		const size_t span = strcspn(list, " \t,");
		if (span == len && evutil_ascii_strncasecmp(list, member, len) == 0) return true;
		list += span;
	}
	return false;
}

static bool
key_valid(const char *key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	return key && strlen(key) == KEY_LENGTH && strspn(key, letters) == KEY_LENGTH - 2 &&
		   strcmp(key + KEY_LENGTH - 2, "==") == 0;
}

/* The status with which the request is refused, or 0. */
static int
refusal(struct evhttp_request *req, const struct evkeyvalq *fields)
{
	const char *version = ws_http->evhttp_find_header(fields, "Sec-WebSocket-Version");
	if (ws_http->evhttp_request_get_command(req) != EVHTTP_REQ_GET) return HTTP_BADMETHOD;
	if (!has_member(ws_http->evhttp_find_header(fields, "Upgrade"), "websocket") ||
		!has_member(ws_http->evhttp_find_header(fields, "Connection"), "upgrade") ||
		!key_valid(ws_http->evhttp_find_header(fields, "Sec-WebSocket-Key")))
		return HTTP_BADREQUEST;
	return version && strcmp(version, "13") == 0 ? 0 : 426;
}

static int
answer(struct evhttp_request *req, const struct evkeyvalq *fields)
{
	struct evkeyvalq *output = ws_http->evhttp_request_get_output_headers(req);
	char accept[WS_ACCEPT_SIZE];
	ws_accept(ws_http->evhttp_find_header(fields, "Sec-WebSocket-Key"), accept);
	if (ws_http->evhttp_add_header(output, "Upgrade", "websocket") < 0 ||
		ws_http->evhttp_add_header(output, "Connection", "Upgrade") < 0 ||
		ws_http->evhttp_add_header(output, "Sec-WebSocket-Accept", accept) < 0)
		return -1;
	ws_http->evhttp_send_reply_start(req, HTTP_SWITCH_PROTOCOLS, NULL);
	return ws_http->evhttp_request_get_connection(req) ? 0 : -1;
}

static void
take_over(struct evws_connection *ws)
{
	ws_http->evhttp_connection_set_closecb(ws->evcon, session_on_http_closed, ws);
	bufferevent_setcb(ws->bev, session_on_read, session_on_write, session_on_event, ws);
	(void)bufferevent_enable(ws->bev, EV_READ | EV_WRITE);
	/* What the client sent behind its request is here already. */
	bufferevent_trigger(ws->bev, EV_READ, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

static struct evws_connection *
session_new(struct evhttp_connection *evcon, ws_on_msg_cb cb, void *arg)
{
	struct evws_connection *ws = ws_host->alloc(sizeof(*ws));
	if (!ws) return NULL;
	memset(ws, 0, sizeof(*ws));
	ws_parser_init(&ws->parser);
	ws->evcon = evcon;
	ws->bev = ws_http->evhttp_connection_get_bufferevent(evcon);
	ws->message_cb = cb;
	ws->message_arg = arg;
	if (session_bind(ws) == 0) return ws;
	ws_host->free(ws);
	return NULL;
}

struct evws_connection *
plugin_evws_new_session(struct evhttp_request *req, ws_on_msg_cb cb, void *arg, int options)
{
	const struct evkeyvalq *fields = ws_http->evhttp_request_get_input_headers(req);
	const int status = refusal(req, fields);
	(void)options; /* sending is safe from any thread without them */
	if (status) {
		if (status == 426)
			(void)ws_http->evhttp_add_header(
				ws_http->evhttp_request_get_output_headers(req), "Sec-WebSocket-Version", "13");
		ws_http->evhttp_send_error(req, status, NULL);
		return NULL;
	}
	struct evhttp_connection *evcon = ws_http->evhttp_request_get_connection(req);
	struct evws_connection *ws = evcon ? session_new(evcon, cb, arg) : NULL;
	if (!ws || answer(req, fields) < 0) {
		if (ws) session_destroy(ws);
		ws_http->evhttp_send_error(req, HTTP_SERVUNAVAIL, NULL);
		return NULL;
	}
	take_over(ws);
	return ws;
}
