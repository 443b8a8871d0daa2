/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes in: frames are gathered into messages, control frames answered. Any callback may free the session, so each
 * entry from the loop is between session_enter() and session_leave(). */
#include "session.h"

#include "functions.h"
#include "host.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <string.h>

#define MESSAGE_MAX (10u << 20)
#define FIRST_SIZE 512
#define INVALID_DATA 1007

void
session_enter(struct evws_connection *ws)
{
	ws->depth++;
}

void
session_leave(struct evws_connection *ws)
{
	if (--ws->depth || !ws->ended) return;
	pthread_mutex_lock(&ws->lock);
	const bool posted = ws->posted; /* then it goes when that was taken out */
	pthread_mutex_unlock(&ws->lock);
	if (!posted) session_destroy(ws);
}

static void
end(struct evws_connection *ws)
{
	struct evhttp_connection *evcon = ws->evcon;
	if (ws->ended) return;
	session_enter(ws);
	ws->ended = true;
	/* What is still sent to it goes nowhere. */
	__atomic_store_n(&ws->close_sent, 1, __ATOMIC_RELEASE);
	if (ws->close_cb) ws->close_cb(ws, ws->close_arg);
	ws->evcon = NULL;
	if (evcon) {
		bufferevent_setcb(ws->bev, NULL, NULL, NULL, NULL);
		ws_http->evhttp_connection_set_closecb(evcon, NULL, NULL);
		ws_http->evhttp_connection_free(evcon);
	}
	session_leave(ws);
}

void
plugin_evws_connection_free(struct evws_connection *ws)
{
	end(ws);
}

void
session_on_http_closed(struct evhttp_connection *evcon, void *arg)
{
	struct evws_connection *ws = arg;
	(void)evcon;
	ws->evcon = NULL; /* it is being freed already */
	end(ws);
}

/* Says why, and ends when that is written. */
static void
finish(struct evws_connection *ws, unsigned code)
{
	session_send_close(ws, code);
	ws->finishing = true;
	if (evbuffer_get_length(bufferevent_get_output(ws->bev)) == 0) end(ws);
}

/* ---- Messages ---- */

/* Room for len bytes more and a NUL; what is announced but has not come takes none. */
static bool
make_room(struct evws_connection *ws, size_t len)
{
	const size_t needed = ws->message_len + len + 1;
	if (needed <= ws->message_size) return true;
	size_t size = ws->message_size ? ws->message_size : FIRST_SIZE;
	while (size < needed)
		size *= 2;
	unsigned char *bigger = ws_host->realloc(ws->message, size);
	if (!bigger) return false;
	ws->message = bigger;
	ws->message_size = size;
	return true;
}

/* Returns 0 or a close code. */
static unsigned
take_payload(struct evws_connection *ws, const unsigned char *data, size_t len)
{
	if (ws->parser.opcode >= WS_CLOSE) {
		ws_unmask(&ws->parser, data, len, ws->control + ws->control_len);
		ws->control_len += len;
		return 0;
	}
	if (session_closing(ws)) return 0; /* nobody wants it any more */
	if (!make_room(ws, len)) return 1011;
	unsigned char *to = ws->message + ws->message_len;
	ws_unmask(&ws->parser, data, len, to);
	ws->message_len += len;
	if (ws->message_type == WS_TEXT && !ws_utf8_add(&ws->utf8, to, len)) return INVALID_DATA;
	return 0;
}

/* Returns 0 or a close code. */
static unsigned
begin_frame(struct evws_connection *ws)
{
	const struct ws_parser *parser = &ws->parser;
	ws->control_len = 0;
	if (parser->opcode >= WS_CLOSE) return 0;
	if (parser->opcode != WS_CONTINUATION) {
		ws->message_type = parser->opcode;
		ws->message_len = 0;
		ws->utf8 = 0;
	}
	return parser->remaining > MESSAGE_MAX - ws->message_len ? WS_CR_DATA_TOO_BIG : 0;
}

/* Returns 0 or a close code. */
static unsigned
end_message(struct evws_connection *ws)
{
	const int type = ws->message_type == WS_TEXT ? WS_TEXT_FRAME : WS_BINARY_FRAME;
	const size_t len = ws->message_len;
	if (session_closing(ws)) return 0;
	if (ws->message_type == WS_TEXT && ws->utf8) return INVALID_DATA;
	if (!make_room(ws, 0)) return 1011;
	ws->message[len] = '\0';
	ws->message_len = 0;
	if (ws->message_cb) ws->message_cb(ws, type, ws->message, len, ws->message_arg);
	if (!ws->ended && ws->message_size > MESSAGE_MAX / 8) {
		ws_host->free(ws->message);
		ws->message = NULL;
		ws->message_size = 0;
	}
	return 0;
}

/* The peer's close frame: answered with the same code (RFC 6455, 5.5.1 and 7.4). */
static void
take_close(struct evws_connection *ws)
{
	uint32_t utf8 = 0;
	unsigned code = WS_CR_NONE;
	if (ws->control_len == 1) {
		code = WS_CR_PROTO_ERR;
	} else if (ws->control_len >= 2) {
		code = (unsigned)ws->control[0] << 8 | ws->control[1];
		if (!ws_close_code_valid(code))
			code = WS_CR_PROTO_ERR;
		else if (!ws_utf8_add(&utf8, ws->control + 2, ws->control_len - 2) || utf8)
			code = INVALID_DATA;
	}
	finish(ws, code);
}

/* Returns 0 or a close code. */
static unsigned
end_frame(struct evws_connection *ws)
{
	switch (ws->parser.opcode) {
	case WS_CLOSE:
		take_close(ws);
		return 0;
	case WS_PING:
		if (!session_closing(ws) && session_send(ws, WS_PONG, ws->control, ws->control_len) < 0) return 1011;
		return 0;
	case WS_PONG:
		return 0;
	default:
		return ws->parser.fin ? end_message(ws) : 0;
	}
}

/* ---- From the bufferevent ---- */

/* One event. Returns false when there is nothing more to do now. */
static bool
step(struct evws_connection *ws)
{
	struct evbuffer *input = bufferevent_get_input(ws->bev);
	size_t len = evbuffer_get_contiguous_space(input), consumed;
	const size_t all = evbuffer_get_length(input);
	/* A header may lie across two blocks. */
	if (len < 14 && all > len) len = all < 14 ? all : 14;
	const unsigned char *data = len ? evbuffer_pullup(input, (ssize_t)len) : (const unsigned char *)"";
	if (!data) {
		end(ws);
		return false;
	}
	unsigned code = 0;
	switch (ws_parse(&ws->parser, data, len, &consumed)) {
	case WS_MORE:
		return false;
	case WS_HEADER:
		code = begin_frame(ws);
		break;
	case WS_PAYLOAD:
		code = take_payload(ws, data, ws->parser.payload_len);
		break;
	case WS_FRAME_END:
		code = end_frame(ws);
		break;
	case WS_BAD:
		code = ws->parser.close_code;
		break;
	}
	if (ws->ended) return false;
	(void)evbuffer_drain(input, consumed);
	if (code) finish(ws, code);
	return !ws->ended && !ws->finishing;
}

void
session_on_read(struct bufferevent *bev, void *arg)
{
	struct evws_connection *ws = arg;
	session_enter(ws);
	if (ws->finishing)
		(void)evbuffer_drain(bufferevent_get_input(bev), evbuffer_get_length(bufferevent_get_input(bev)));
	while (!ws->ended && !ws->finishing && step(ws))
		;
	session_leave(ws);
}

void
session_on_write(struct bufferevent *bev, void *arg)
{
	struct evws_connection *ws = arg;
	if (ws->finishing && evbuffer_get_length(bufferevent_get_output(bev)) == 0) end(ws);
}

void
session_on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) end(arg);
}

void
plugin_evws_connection_set_closecb(struct evws_connection *ws, ws_on_close_cb cb, void *arg)
{
	ws->close_cb = cb;
	ws->close_arg = arg;
}

struct bufferevent *
plugin_evws_connection_get_bufferevent(struct evws_connection *ws)
{
	return ws->bev;
}
