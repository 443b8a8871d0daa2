/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers. What comes from another thread than the loop's goes through the request's mailbox. */
#include "chunk.h"
#include "functions.h"
#include "head.h"
#include "serve.h"
#include "server.h"
#include "status.h"

#include "chars.h"
#include "memory.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <string.h>

static void
throw_away(struct evbuffer *buffer)
{
	if (buffer) (void)evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

/* Reason phrases come from programs, and sometimes from a peer through them: what could end the line ends the text. */
static void
set_status(struct http_request *request, int code, const char *reason)
{
	size_t len = 0;
	if (!reason) reason = status_reason(code);
	while (reason[len] && chars_is(reason[len], CHARS_VALUE))
		len++;
	request->pub.response_code = code;
	request->pub.response_code_line = http_arena_copy(&request->arena, reason, len);
}

/* RFC 9112, 6.3: some answers never carry a body. */
static bool
without_body(const struct http_request *request)
{
	const int code = request->pub.response_code;
	return request->pub.type == EVHTTP_REQ_HEAD || code / 100 == 1 || code == HTTP_NOCONTENT ||
		   code == HTTP_NOTMODIFIED || (request->pub.type == EVHTTP_REQ_CONNECT && code / 100 == 2);
}

/* Whether the connection goes on after the answer. */
static bool
keeps(const struct evhttp_connection *conn, const struct http_request *request, const struct head_fields *fields)
{
	return request->keep_connection && request->received && !fields->close && !conn->http->drained;
}

/* Begins the answer: false when there is none to begin; then whatever was to be sent is thrown away. */
static bool
may_begin(const struct evhttp_request *req)
{
	return req->evcon && !request_of(req)->started;
}

static int
write_head(struct evhttp_connection *conn, struct http_request *request, const struct head_fields *fields,
	struct head_facts *facts, bool keep)
{
	request->started = true;
	/* An HTTP/1.0 client expects that, unless the program said something else. */
	facts->close = !keep && request->pub.response_code >= 200 && (request->pub.minor >= 1 || fields->connection);
	facts->keep_alive = keep && request->pub.minor == 0;
	if (request->pub.response_code_line && head_write_answer(conn, request, fields, facts) == 0) return 0;
	connection_end(conn);
	return -1;
}

/* What the answer to HEAD, and 304, say about the body that they do not carry. */
static void
describe_absent_body(
	const struct http_request *request, const struct head_fields *fields, size_t len, struct head_facts *facts)
{
	const bool head = request->pub.type == EVHTTP_REQ_HEAD && request->pub.response_code / 100 != 1;
	facts->framing = HEAD_BODY_NONE;
	if (!head && request->pub.response_code != HTTP_NOTMODIFIED) return;
	if (fields->length && head_length(fields->length, &facts->length)) {
		facts->framing = HEAD_BODY_SIZED;
	} else if (head && len && request->pub.response_code != HTTP_NOCONTENT) {
		facts->framing = HEAD_BODY_SIZED;
		facts->length = len;
	}
}

static void
reply(struct evhttp_request *req, int code, const char *reason, struct evbuffer *databuf)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	struct evbuffer *body = databuf;
	struct head_fields fields;
	struct head_facts facts = {.framing = HEAD_BODY_SIZED};
	if (!may_begin(req)) {
		throw_away(databuf);
		if (!conn) request_drop(request);
		return;
	}
	set_status(request, code, reason);
	head_look(&request->output, &fields);
	if (evbuffer_get_length(req->output_buffer)) {
		body = req->output_buffer;
		if (databuf) (void)evbuffer_add_buffer(body, databuf);
	}
	const bool keep = keeps(conn, request, &fields);
	const size_t length = body ? evbuffer_get_length(body) : 0;
	facts.length = length;
	facts.body = body;
	if (without_body(request)) {
		describe_absent_body(request, &fields, length, &facts);
		facts.body = NULL;
		throw_away(body);
	}
	req->userdone = 1; /* also without memory for the head: nobody is going to answer again */
	if (write_head(conn, request, &fields, &facts, keep) == 0) serve_answered(conn, keep);
}

void
plugin_evhttp_send_reply(struct evhttp_request *req, int code, const char *reason, struct evbuffer *databuf)
{
	const struct http_letter letter = {.kind = HTTP_LETTER_REPLY, .code = code};
	if (mailbox_foreign(&request_of(req)->mailbox))
		mailbox_post(req, &letter, reason, databuf);
	else
		reply(req, code, reason, databuf);
}

/* ---- In pieces ---- */

/* 101: what follows on the connection is no HTTP any more. */
static void
upgrade(struct evhttp_connection *conn, struct http_request *request, const struct head_fields *fields)
{
	struct head_facts facts = {.framing = HEAD_BODY_NONE};
	if (write_head(conn, request, fields, &facts, true) < 0) return;
	conn->state = HTTP_UPGRADED;
	bufferevent_set_timeouts(conn->bev, NULL, NULL);
	connection_read_on(conn);
}

static void
reply_start(struct evhttp_request *req, int code, const char *reason)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	struct head_fields fields;
	struct head_facts facts = {.framing = HEAD_BODY_UNTIL_CLOSE};
	if (!may_begin(req)) return;
	set_status(request, code, reason);
	head_look(&request->output, &fields);
	if (code == HTTP_SWITCH_PROTOCOLS) {
		upgrade(conn, request, &fields);
		return;
	}
	bool keep = keeps(conn, request, &fields);
	request->without_body = without_body(request);
	if (fields.length && head_length(fields.length, &facts.length)) {
		request->sized = true;
		request->body_left = facts.length;
		facts.framing = HEAD_BODY_SIZED;
	} else if (req->minor >= 1) {
		req->chunked = 1;
		facts.framing = HEAD_BODY_CHUNKED;
	} else if (!request->without_body) {
		keep = false;
	}
	if (request->without_body && req->type != EVHTTP_REQ_HEAD) describe_absent_body(request, &fields, 0, &facts);
	request->keep_connection = keep;
	(void)write_head(conn, request, &fields, &facts, keep);
}

void
plugin_evhttp_send_reply_start(struct evhttp_request *req, int code, const char *reason)
{
	const struct http_letter letter = {.kind = HTTP_LETTER_START, .code = code};
	if (mailbox_foreign(&request_of(req)->mailbox))
		mailbox_post(req, &letter, reason, NULL);
	else
		reply_start(req, code, reason);
}

/* Moves a piece of the body. Returns 0 or -1. */
static int
write_piece(struct evhttp_connection *conn, struct http_request *request, struct evbuffer *piece)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	const size_t len = evbuffer_get_length(piece);
	if (request->without_body) {
		throw_away(piece);
		return 0;
	}
	if (request->pub.chunked) return chunk_write(output, piece);
	if (!request->sized) return evbuffer_add_buffer(output, piece);
	if (len <= request->body_left) {
		request->body_left -= len;
		return evbuffer_add_buffer(output, piece);
	}
	/* More than was announced: the client would take it for the next answer. */
	const size_t rest = (size_t)request->body_left;
	request->body_left = 0;
	const int moved = rest ? evbuffer_remove_buffer(piece, output, rest) : 0;
	throw_away(piece);
	return moved == (int)rest ? 0 : -1;
}

static void
reply_chunk(
	struct evhttp_request *req, struct evbuffer *piece, void (*cb)(struct evhttp_connection *, void *), void *arg)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	if (!conn || !request->started || req->userdone) {
		throw_away(piece);
		return;
	}
	if (piece && write_piece(conn, request, piece) < 0) {
		connection_end(conn);
		return;
	}
	conn->written_cb = cb;
	conn->written_arg = arg;
	if (cb) serve_kick(conn);
}

void
plugin_evhttp_send_reply_chunk_with_cb(
	struct evhttp_request *req, struct evbuffer *databuf, void (*cb)(struct evhttp_connection *, void *), void *arg)
{
	const struct http_letter letter = {.kind = HTTP_LETTER_CHUNK, .written = cb, .arg = arg};
	if (mailbox_foreign(&request_of(req)->mailbox))
		mailbox_post(req, &letter, NULL, databuf);
	else
		reply_chunk(req, databuf, cb, arg);
}

void
plugin_evhttp_send_reply_chunk(struct evhttp_request *req, struct evbuffer *databuf)
{
	plugin_evhttp_send_reply_chunk_with_cb(req, databuf, NULL, NULL);
}

static void
reply_end(struct evhttp_request *req)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	if (!conn) {
		request_drop(request);
		return;
	}
	if (!request->started || req->userdone || conn->state == HTTP_UPGRADED) return;
	conn->written_cb = NULL;
	req->userdone = 1;
	bool keep = request->keep_connection;
	if (!request->without_body) {
		if (req->chunked && chunk_write_last(bufferevent_get_output(conn->bev)) < 0) {
			connection_end(conn);
			return;
		}
		/* Less than was announced: only the end of the connection tells. */
		if (request->sized && request->body_left) keep = false;
	}
	serve_answered(conn, keep);
}

void
plugin_evhttp_send_reply_end(struct evhttp_request *req)
{
	const struct http_letter letter = {.kind = HTTP_LETTER_END};
	if (mailbox_foreign(&request_of(req)->mailbox))
		mailbox_post(req, &letter, NULL, NULL);
	else
		reply_end(req);
}

/* ---- Errors ---- */

static int
usual_page(struct evbuffer *page, int code, const char *reason)
{
	char *text = plugin_evhttp_htmlescape(reason);
	if (!text) return -1;
	const int len = evbuffer_add_printf(page,
		"<!DOCTYPE html>\n<html><head><title>%d %s</title></head>\n<body><h1>%d %s</h1></body></html>\n", code, text,
		code, text);
	http_free(text);
	return len < 0 ? -1 : 0;
}

static void
error_reply(struct evhttp_request *req, int code, const char *reason)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	if (!may_begin(req)) {
		if (!conn) request_drop(request);
		return;
	}
	struct evbuffer *page = req->output_buffer;
	struct evhttp *http = conn->http;
	if (!reason) reason = status_reason(code);
	throw_away(page);
	int written = -1;
	if (http->error_cb) {
		request_enter(request);
		written = http->error_cb(req, page, code, reason, http->error_arg);
		if (!request_exit(request) || conn->dead) return;
	}
	if (written < 0 || !evbuffer_get_length(page)) {
		throw_away(page);
		(void)usual_page(page, code, reason);
		while (plugin_evhttp_remove_header(&request->output, "Content-Type") == 0)
			;
		(void)plugin_evhttp_add_header(&request->output, "Content-Type", "text/html");
	}
	request->keep_connection = false;
	reply(req, code, reason, NULL);
}

void
plugin_evhttp_send_error(struct evhttp_request *req, int error, const char *reason)
{
	const struct http_letter letter = {.kind = HTTP_LETTER_ERROR, .code = error};
	if (mailbox_foreign(&request_of(req)->mailbox))
		mailbox_post(req, &letter, reason, NULL);
	else
		error_reply(req, error, reason);
}

void
mailbox_deliver(struct evhttp_request *req, const struct http_letter *letter)
{
	switch (letter->kind) {
	case HTTP_LETTER_ERROR:
		error_reply(req, letter->code, letter->reason);
		break;
	case HTTP_LETTER_REPLY:
		reply(req, letter->code, letter->reason, letter->body);
		break;
	case HTTP_LETTER_START:
		reply_start(req, letter->code, letter->reason);
		break;
	case HTTP_LETTER_CHUNK:
		reply_chunk(req, letter->body, letter->written, letter->arg);
		break;
	case HTTP_LETTER_END:
		reply_end(req);
		break;
	case HTTP_LETTER_FREE:
		plugin_evhttp_request_free(req);
		break;
	}
}
