/* SPDX-License-Identifier: BSD-3-Clause */
/* A client's requests and the answers to them: one at a time, the others wait. */
#include "chunk.h"
#include "client.h"
#include "functions.h"
#include "head.h"
#include "memory.h"
#include "method.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <string.h>

/* 1xx answers to one request. */
#define INTERIM_MAX 32

static const struct timeval continue_patience = {1, 0};

static bool
is_interim(const struct http_request *request)
{
	return request->pub.response_code / 100 == 1 && request->pub.response_code != HTTP_SWITCH_PROTOCOLS;
}

/* ---- Sending ---- */

/* What is in the output buffer of a request whose body comes in pieces. */
static int
send_piece(struct evhttp_connection *conn, struct http_request *request, struct evbuffer *piece)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	if (request->pub.chunked) return chunk_write(output, piece);
	const size_t len = evbuffer_get_length(piece);
	if (len > request->body_left) return -1;
	request->body_left -= len;
	return evbuffer_add_buffer(output, piece);
}

static int
send_last(struct evhttp_connection *conn, const struct http_request *request)
{
	if (request->pub.chunked) return chunk_write_last(bufferevent_get_output(conn->bev));
	return request->body_left ? -1 : 0;
}

static bool
expects_continue(const struct http_request *request)
{
	const char *expect = plugin_evhttp_find_header(&request->output, "Expect");
	return expect && evutil_ascii_strcasecmp(expect, "100-continue") == 0;
}

static void
choose_framing(struct http_request *request, const struct head_fields *fields, bool has_body, struct head_facts *facts)
{
	struct evbuffer *body = request->pub.output_buffer;
	const size_t len = evbuffer_get_length(body);
	facts->framing = HEAD_BODY_NONE;
	if (request->streamed) {
		request->sized = fields->length && head_length(fields->length, &request->body_left);
		request->pub.chunked = !request->sized;
		facts->framing = request->sized ? HEAD_BODY_SIZED : HEAD_BODY_CHUNKED;
		facts->length = request->body_left;
	} else if (has_body || len || fields->length) {
		facts->framing = HEAD_BODY_SIZED;
		facts->length = len;
		request->body_held = len && expects_continue(request);
		facts->body = request->body_held ? NULL : body;
	}
}

static int
send_request(struct evhttp_connection *conn, struct http_request *request)
{
	struct evhttp_request *req = &request->pub;
	struct head_fields fields;
	struct head_facts facts = {.framing = HEAD_BODY_NONE};
	bool has_body;
	const char *method = method_name((uint32_t)req->type, conn->ext_method_cb, &has_body);
	if (!method) return -1;
	head_look(&request->output, &fields);
	request->asked_close = fields.close;
	choose_framing(request, &fields, has_body, &facts);
	if (head_write_request(conn, request, method, &fields, &facts) < 0) return -1;
	request->started = true;
	if (request->body_held) return event_add(conn->client->timer, &continue_patience);
	if (!request->streamed) return 0;
	if (send_piece(conn, request, req->output_buffer) < 0) return -1;
	conn->written_cb = request->written_cb;
	conn->written_arg = request->written_arg;
	return req->userdone ? send_last(conn, request) : 0;
}

/* The server wants the body, or says nothing. */
static void
send_held_body(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	if (!request || !request->body_held) return;
	request->body_held = false;
	(void)event_del(conn->client->timer);
	if (evbuffer_add_buffer(bufferevent_get_output(conn->bev), request->pub.output_buffer) < 0)
		exchange_fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
}

void
exchange_timer(struct evhttp_connection *conn)
{
	send_held_body(conn);
}

static void
take_up_next(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	struct evhttp_request *req = TAILQ_FIRST(&client->queue);
	struct http_request *request = request_of(req);
	TAILQ_REMOVE(&client->queue, req, next);
	conn->current = request;
	conn->parser.answers_head = req->type == EVHTTP_REQ_HEAD;
	conn->parser.answers_connect = req->type == EVHTTP_REQ_CONNECT;
	/* Enabling it again begins the wait for the answer anew. */
	if (send_request(conn, request) < 0 || bufferevent_enable(conn->bev, EV_READ) < 0)
		exchange_fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
}

void
exchange_next(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	if (conn->dead || conn->current) return;
	/* Bytes that came before the question are no answer to it. */
	if (conn->state == HTTP_READING && !TAILQ_EMPTY(&client->queue) &&
		evbuffer_get_length(bufferevent_get_input(conn->bev)))
		client_lost(conn);
	if (conn->dead) return;
	if (TAILQ_EMPTY(&client->queue)) {
		if (!client->free_on_completion) return;
		conn->close_cb = NULL;
		connection_end(conn);
	} else if (conn->state == HTTP_READING) {
		take_up_next(conn);
	} else if ((conn->state == HTTP_DISCONNECTED || conn->state == HTTP_WAITING) && client_connect(conn) < 0) {
		exchange_fail_all(conn);
	}
}

/* ---- Ending ---- */

/* Calls the request's callback, with the request or NULL, and lets go of it. */
static void
conclude(struct http_request *request, bool with_request)
{
	struct evhttp_request *req = &request->pub;
	req->evcon = NULL;
	request_enter(request);
	if (req->cb) req->cb(with_request ? req : NULL, req->cb_arg);
	request->busy--;
	request_drop(request);
}

void
exchange_fail_all(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	struct evhttp_request *req, *last = TAILQ_LAST(&client->queue, http_requests);
	bool more = last != NULL;
	connection_enter(conn);
	/* A callback may send another request: that one is for the next try. */
	while (more && !conn->dead && (req = TAILQ_FIRST(&client->queue)) != NULL) {
		more = req != last;
		TAILQ_REMOVE(&client->queue, req, next);
		conclude(request_of(req), true);
	}
	if (!conn->dead && conn->state != HTTP_CONNECTING) exchange_next(conn);
	connection_exit(conn);
}

/* A request that a server never saw, since it closed a kept connection at the same moment, may be sent again. */
static bool
may_try_again(const struct evhttp_connection *conn, const struct http_request *request)
{
	const enum evhttp_cmd_type type = request->pub.type;
	const bool safe = type == EVHTTP_REQ_GET || type == EVHTTP_REQ_HEAD || type == EVHTTP_REQ_OPTIONS;
	return conn->client->answered && http_parser_idle(&conn->parser) && !request->tried_again && !request->streamed &&
		   !conn->client->given_connected && safe && !request->interim &&
		   !plugin_evhttp_find_header(&request->output, "Content-Length");
}

static void
try_again(struct evhttp_connection *conn, struct http_request *request)
{
	request->tried_again = true;
	request->started = false;
	TAILQ_INSERT_HEAD(&conn->client->queue, &request->pub, next);
	client_lost(conn);
	exchange_next(conn);
}

void
exchange_fail(struct evhttp_connection *conn, enum evhttp_request_error error, int status)
{
	struct http_request *request = conn->current;
	(void)status;
	conn->current = NULL;
	connection_enter(conn);
	if (request && (error == EVREQ_HTTP_EOF || error == EVREQ_HTTP_BUFFER_ERROR) && may_try_again(conn, request)) {
		try_again(conn, request);
	} else {
		client_lost(conn);
		if (request) {
			request_report(request, error);
			conclude(request, false);
		}
		if (!conn->dead) exchange_next(conn);
	}
	connection_exit(conn);
}

static bool
stays_open(const struct evhttp_connection *conn, const struct http_request *request)
{
	const struct http_parser *parser = &conn->parser;
	const bool more_to_send = request->streamed && !request->pub.userdone && !(request->sized && !request->body_left);
	const bool sent = !request->body_held && !more_to_send && !evbuffer_get_length(bufferevent_get_output(conn->bev));
	return parser->keep_alive && !request->asked_close && sent && !conn->input_eof;
}

/* The answer is complete. */
static void
complete(struct evhttp_connection *conn, bool keep)
{
	struct http_request *request = conn->current;
	conn->current = NULL;
	conn->client->answered++;
	conn->written_cb = NULL;
	connection_enter(conn);
	if (request->pub.response_code == HTTP_SWITCH_PROTOCOLS)
		conn->state = HTTP_UPGRADED;
	else if (!keep)
		client_lost(conn);
	conclude(request, true);
	if (!conn->dead) exchange_next(conn);
	connection_exit(conn);
}

/* ---- The answer ---- */

int
exchange_first_line(struct evhttp_connection *conn)
{
	const struct http_parser *parser = &conn->parser;
	struct http_request *request = conn->current;
	if (!request) { /* nobody asked */
		exchange_fail(conn, EVREQ_HTTP_INVALID_HEADER, 0);
		return -1;
	}
	struct evhttp_request *req = &request->pub;
	req->kind = EVHTTP_RESPONSE;
	req->major = (char)parser->major;
	req->minor = (char)parser->minor;
	req->response_code = parser->status;
	req->response_code_line = http_arena_copy(&request->arena, parser->reason.data, parser->reason.len);
	plugin_evhttp_clear_headers(&request->input);
	if (!req->response_code_line) {
		exchange_fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
		return -1;
	}
	if (!is_interim(request) || ++request->interim <= INTERIM_MAX) return 0;
	exchange_fail(conn, EVREQ_HTTP_INVALID_HEADER, 0);
	return -1;
}

int
exchange_head_end(struct evhttp_connection *conn)
{
	const struct http_parser *parser = &conn->parser;
	struct http_request *request = conn->current;
	struct evhttp_request *req = &request->pub;
	req->headers_size = parser->head_bytes;
	req->ntoread = parser->framing == HTTP_FRAMING_LENGTH ? (int64_t)parser->content_length : -1;
	if (req->header_cb) {
		request_enter(request);
		const int wanted = req->header_cb(req, req->cb_arg);
		if (!request_exit(request) || conn->dead) return -1;
		if (wanted < 0) {
			exchange_fail(conn, EVREQ_HTTP_EOF, 0);
			return -1;
		}
	}
	if (parser->framing == HTTP_FRAMING_LENGTH && parser->content_length > conn->max_body) {
		exchange_fail(conn, EVREQ_HTTP_DATA_TOO_LONG, 0);
		return -1;
	}
	return 0;
}

void
exchange_end(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	if (is_interim(request)) {
		if (request->pub.response_code == HTTP_CONTINUE) send_held_body(conn);
		return;
	}
	complete(conn, stays_open(conn, request));
}

void
exchange_eof(struct evhttp_connection *conn)
{
	const struct http_parser *parser = &conn->parser;
	if (conn->current && !http_parser_idle(parser) && http_parse_eof(parser))
		complete(conn, false);
	else
		exchange_fail(conn, EVREQ_HTTP_EOF, 0);
}

/* ---- From the program ---- */

int
plugin_evhttp_make_request(
	struct evhttp_connection *conn, struct evhttp_request *req, enum evhttp_cmd_type type, const char *uri)
{
	struct http_request *request = request_of(req);
	req->kind = EVHTTP_REQUEST;
	req->type = type;
	req->major = req->minor = 1;
	req->uri = http_arena_copy(&request->arena, uri, strlen(uri));
	req->remote_host = http_arena_copy(&request->arena, conn->address, strlen(conn->address));
	req->remote_port = conn->port;
	/* A blank or a line end in the target would make another request of it. */
	const bool bad_target = !uri[0] || strpbrk(uri, " \t\r\n") != NULL;
	bool has_body;
	if (!method_name((uint32_t)type, conn->ext_method_cb, &has_body) || !conn->client || !req->uri ||
		!req->remote_host || bad_target) {
		plugin_evhttp_request_free(req);
		return -1;
	}
	req->evcon = conn;
	TAILQ_INSERT_TAIL(&conn->client->queue, req, next);
	if (conn->current || conn->state == HTTP_CONNECTING || conn->state == HTTP_WAITING || conn->depth) {
		/* Inside of a callback the connection goes on by itself, but not when it was idle. */
		if (conn->depth && conn->state == HTTP_DISCONNECTED)
			(void)event_add(conn->client->timer, &(struct timeval){0, 0});
		return 0;
	}
	if (conn->state == HTTP_READING) {
		exchange_next(conn);
		return 0;
	}
	if (conn->state == HTTP_DISCONNECTED && client_connect(conn) == 0) return 0;
	TAILQ_REMOVE(&conn->client->queue, req, next);
	req->evcon = NULL;
	plugin_evhttp_request_free(req);
	return -1;
}

/* Takes a request out of the connection, wherever it stands. */
static void
withdraw(struct evhttp_connection *conn, struct http_request *request, bool report)
{
	const bool under_way = conn->current == request;
	connection_enter(conn);
	if (under_way) {
		conn->current = NULL;
		client_lost(conn);
		if (report) request_report(request, EVREQ_HTTP_REQUEST_CANCEL);
	} else {
		TAILQ_REMOVE(&conn->client->queue, &request->pub, next);
	}
	request_drop(request); /* one that the program owns stays */
	if (under_way && !conn->dead) exchange_next(conn);
	connection_exit(conn);
}

void
plugin_evhttp_cancel_request(struct evhttp_request *req)
{
	if (req->evcon && req->evcon->client)
		withdraw(req->evcon, request_of(req), true);
	else if (!(req->flags & EVHTTP_USER_OWNED))
		plugin_evhttp_request_free(req);
}

void
exchange_released(struct evhttp_connection *conn, struct http_request *request)
{
	withdraw(conn, request, false);
}

void
exchange_free(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	struct evhttp_request *req;
	if (conn->current) request_drop(conn->current);
	conn->current = NULL;
	while ((req = TAILQ_FIRST(&client->queue)) != NULL) {
		TAILQ_REMOVE(&client->queue, req, next);
		request_drop(request_of(req));
	}
	if (client->timer) event_free(client->timer);
	client->timer = NULL;
}

/* ---- Bodies in pieces ---- */

int
plugin_evhttp_request_set_streamed(struct evhttp_request *req)
{
	if (req->evcon) return -1;
	request_of(req)->streamed = true;
	return 0;
}

static bool
takes_pieces(const struct evhttp_request *req)
{
	return req->evcon && req->evcon->client && request_of(req)->streamed && !req->userdone;
}

int
plugin_evhttp_request_send_chunk(
	struct evhttp_request *req, struct evbuffer *databuf, void (*cb)(struct evhttp_connection *, void *), void *arg)
{
	struct http_request *request = request_of(req);
	struct evhttp_connection *conn = req->evcon;
	if (!takes_pieces(req)) return -1;
	if (!request->started) {
		request->written_cb = cb;
		request->written_arg = arg;
		return evbuffer_add_buffer(req->output_buffer, databuf);
	}
	conn->written_cb = cb;
	conn->written_arg = arg;
	return send_piece(conn, request, databuf);
}

int
plugin_evhttp_request_send_end(struct evhttp_request *req)
{
	struct http_request *request = request_of(req);
	if (!takes_pieces(req)) return -1;
	req->userdone = 1;
	return request->started ? send_last(req->evcon, request) : 0;
}
