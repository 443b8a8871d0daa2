/* SPDX-License-Identifier: BSD-3-Clause */
/* From the bufferevent's input through the parser into the request; the same for servers and clients. */
#include "connection.h"
#include "functions.h"
#include "keyval.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

/* A chunk of more than that is handed over in pieces. */
#define PIECE_MAX 65536
/* What may wait in memory while the program works on a request, or has paused one. */
#define WAITING_INPUT_MAX 65536
/* Slowest body that is let through, see evhttp_set_request_timeout_tv(). */
#define BODY_BYTES_PER_SECOND 512

static bool
wants_input(const struct evhttp_connection *conn)
{
	return !conn->dead && !conn->paused && conn->state == HTTP_READING;
}

/* Hands a piece of the body to the program. Returns false when the message does not go on. */
static bool
deliver(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	struct evhttp_request *req = &request->pub;
	if (!req->chunk_cb || !evbuffer_get_length(req->input_buffer)) return true;
	request_enter(request);
	req->chunk_cb(req, req->cb_arg);
	(void)evbuffer_drain(req->input_buffer, evbuffer_get_length(req->input_buffer));
	return request_exit(request) && !conn->dead;
}

static bool
take_field(struct evhttp_connection *conn)
{
	struct http_request *request = conn->current;
	const struct http_parser *parser = &conn->parser;
	/* A folded line, which the parser lets through only when it is told to. */
	if (parser->name.len == 0) return keyval_extend_last(&request->input, &request->arena, parser->value) == 0;
	return keyval_add(&request->input, &request->arena, parser->name, parser->value) == 0;
}

/* len bytes of body are next in the input. */
static bool
take_body(struct evhttp_connection *conn, struct evbuffer *input, size_t len)
{
	struct http_request *request = conn->current;
	struct evhttp_request *req = &request->pub;
	if (request->drop_body) return evbuffer_drain(input, len) == 0;
	if (req->body_size > conn->max_body || len > conn->max_body - req->body_size) {
		conn->role->fail(conn, EVREQ_HTTP_DATA_TOO_LONG, 413);
		return false;
	}
	req->body_size += len;
	if (req->ntoread > 0) req->ntoread -= (int64_t)len;
	if (evbuffer_remove_buffer(input, req->input_buffer, len) != (int)len) {
		conn->role->fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
		return false;
	}
	const bool whole_chunks = conn->parser.framing == HTTP_FRAMING_CHUNKED;
	return (whole_chunks && evbuffer_get_length(req->input_buffer) < PIECE_MAX) || deliver(conn);
}

static void
drain(struct evbuffer *input, size_t len)
{
	if (len) (void)evbuffer_drain(input, len);
}

/* An unfinished line may go on in another of the buffer's blocks. Returns false when there is nothing more. */
static bool
join_blocks(struct evbuffer *input, size_t seen)
{
	const size_t all = evbuffer_get_length(input);
	if (all == seen) return false;
	if (seen == 0) return true;
	const size_t more = all - seen > seen + 512 ? seen + 512 : all - seen;
	return evbuffer_pullup(input, (ssize_t)(seen + more)) != NULL;
}

/* Goes through one block of the input, up to where something else than the parser changes it. Returns false when there
 * is nothing more to do now. */
static bool
parse_block(struct evhttp_connection *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	struct http_parser *parser = &conn->parser;
	const size_t len = evbuffer_get_contiguous_space(input);
	const char *data = len ? (const char *)evbuffer_pullup(input, (ssize_t)len) : "";
	size_t used = 0, consumed;
	for (;;) {
		const enum http_parse_event event = http_parse(parser, data + used, len - used, &consumed);
		used += consumed;
		switch (event) {
		case HTTP_PARSE_MORE:
			drain(input, used);
			return join_blocks(input, len - used);
		case HTTP_PARSE_REQUEST:
		case HTTP_PARSE_STATUS:
			if (conn->role->first_line(conn) < 0) return false;
			break;
		case HTTP_PARSE_FIELD:
			if (take_field(conn)) break;
			conn->role->fail(conn, EVREQ_HTTP_BUFFER_ERROR, 503);
			return false;
		case HTTP_PARSE_HEAD_END:
			drain(input, used);
			return conn->role->head_end(conn) == 0;
		case HTTP_PARSE_DATA:
			evbuffer_drain(input, used - parser->value.len);
			return take_body(conn, input, parser->value.len);
		case HTTP_PARSE_CHUNK_END:
			drain(input, used);
			return deliver(conn);
		case HTTP_PARSE_TRAILER: /* nobody asked for them, and they are not to be taken for header fields */
			break;
		case HTTP_PARSE_END:
			drain(input, used);
			conn->started = 0;
			conn->role->end(conn);
			return true;
		case HTTP_PARSE_BAD:
		case HTTP_PARSE_AGAIN_:
			conn->role->fail(conn, EVREQ_HTTP_INVALID_HEADER, parser->error_status);
			return false;
		}
	}
}

/* A message that is still arriving may not take for ever, however steadily it does. */
static void
check_pace(struct evhttp_connection *conn)
{
	if (!conn->request_timeout_ms || (!conn->current && http_parser_idle(&conn->parser))) return;
	const uint64_t now = connection_now_ms(conn);
	if (conn->started == 0) {
		conn->started = now;
		return;
	}
	const uint64_t body = conn->current ? conn->current->pub.body_size : 0;
	const uint64_t earned = body / BODY_BYTES_PER_SECOND * 1000;
	if (now - conn->started > conn->request_timeout_ms + earned) conn->role->fail(conn, EVREQ_HTTP_TIMEOUT, 408);
}

static void
linger(struct evhttp_connection *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	(void)evbuffer_drain(input, evbuffer_get_length(input));
	if (!conn->lingering_unsent && connection_now_ms(conn) > conn->started + HTTP_LINGER_MS) connection_end(conn);
}

/* Nothing is taken apart now: what waits in memory is bounded. (Not by a high-water mark: at one, a bufferevent may
 * call back again and again.) */
static void
hold_up(struct evhttp_connection *conn)
{
	const bool waits = conn->paused || conn->state == HTTP_SERVING || conn->state == HTTP_FLUSHING;
	if (!waits || conn->held_up || evbuffer_get_length(bufferevent_get_input(conn->bev)) < WAITING_INPUT_MAX) return;
	conn->held_up = true;
	(void)bufferevent_disable(conn->bev, EV_READ);
}

void
connection_input(struct evhttp_connection *conn)
{
	if (conn->parsing || conn->dead) return;
	conn->parsing = true;
	connection_enter(conn);
	while (wants_input(conn) && parse_block(conn))
		;
	conn->parsing = false;
	if (!conn->dead) {
		if (conn->input_eof && wants_input(conn))
			conn->role->eof(conn);
		else if (conn->state == HTTP_LINGERING)
			linger(conn);
		else if (wants_input(conn))
			check_pace(conn);
		else
			hold_up(conn);
	}
	connection_exit(conn);
}
