/* SPDX-License-Identifier: BSD-3-Clause */
#include "head.h"

#include "chars.h"
#include "functions.h"
#include "server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/util.h>
#include <stdio.h>
#include <string.h>

/* A body up to that size is copied behind its head, so that both are one stretch of memory. */
#define SMALL_BODY 2048
/* Everything that we add ourselves, but for what comes from outside. */
#define OWN_FIELDS 256

bool
head_length(const char *text, uint64_t *length)
{
	uint64_t value = 0;
	if (!*text) return false;
	for (; *text; text++) {
		if (!chars_digit(*text) || value > (UINT64_MAX - 9) / 10) return false;
		value = value * 10 + (unsigned)(*text - '0');
	}
	*length = value;
	return true;
}

/* Whether a comma-separated list has that member. */
static bool
has_member(const char *list, const char *member)
{
	while (*list) {
		const size_t len = strcspn(list, ",");
		if (chars_equal(chars_trim((struct http_span){list, len}), member)) return true;
		list += len + (list[len] == ',');
	}
	return false;
}

static void
look_at(const struct evkeyval *field, size_t name_len, struct head_fields *fields)
{
	const struct http_span name = {field->key, name_len};
	if (name_len == 4 && chars_equal(name, "date")) {
		fields->date = true;
	} else if (name_len == 4 && chars_equal(name, "host")) {
		fields->host = true;
	} else if (name_len == 10 && chars_equal(name, "connection")) {
		fields->connection = true;
		fields->close |= has_member(field->value, "close");
	} else if (name_len == 12 && chars_equal(name, "content-type")) {
		fields->type = true;
	} else if (name_len == 14 && chars_equal(name, "content-length")) {
		fields->length = field->value;
	}
}

void
head_look(const struct evkeyvalq *headers, struct head_fields *fields)
{
	const struct evkeyval *field;
	memset(fields, 0, sizeof(*fields));
	TAILQ_FOREACH (field, headers, next) {
		const size_t name = strlen(field->key);
		fields->size += name + strlen(field->value) + 4;
		look_at(field, name, fields);
	}
}

/* ---- Pieces. Each returns the end of what it wrote; the room was counted before. ---- */

static char *
put(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

static char *
put_number(char *at, uint64_t number)
{
	char digits[24], *first = digits + sizeof(digits);
	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return put(at, first, (size_t)(digits + sizeof(digits) - first));
}

/* The program's fields. What says how long the body is comes from us alone, so that it is always true. */
static char *
put_fields(char *at, const struct evkeyvalq *headers)
{
	const struct evkeyval *field;
	TAILQ_FOREACH (field, headers, next) {
		const size_t name = strlen(field->key);
		const struct http_span span = {field->key, name};
		if (name == 14 && chars_equal(span, "content-length")) continue;
		if (name == 17 && chars_equal(span, "transfer-encoding")) continue;
		at = put(at, field->key, name);
		at = PUT(at, ": ");
		at = put(at, field->value, strlen(field->value));
		at = PUT(at, "\r\n");
	}
	return at;
}

static char *
put_framing(char *at, const struct head_facts *facts)
{
	switch (facts->framing) {
	case HEAD_BODY_NONE:
	case HEAD_BODY_UNTIL_CLOSE:
		break;
	case HEAD_BODY_SIZED:
		at = PUT(at, "Content-Length: ");
		at = put_number(at, facts->length);
		at = PUT(at, "\r\n");
		break;
	case HEAD_BODY_CHUNKED:
		at = PUT(at, "Transfer-Encoding: chunked\r\n");
		break;
	}
	return at;
}

/* ---- The block that all goes into ---- */

struct block {
	struct evbuffer *output;
	struct evbuffer_iovec vec;
	size_t small; /* bytes of body that fit behind the head */
};

static int
begin(struct block *block, struct evhttp_connection *conn, size_t head, const struct evbuffer *body)
{
	const size_t len = body ? evbuffer_get_length(body) : 0;
	block->output = bufferevent_get_output(conn->bev);
	block->small = len <= SMALL_BODY ? len : 0;
	if (head > SIZE_MAX / 4) return -1;
	return evbuffer_reserve_space(block->output, (ssize_t)(head + block->small), &block->vec, 1) == 1 ? 0 : -1;
}

static int
end(struct block *block, char *at, struct evbuffer *body)
{
	if (block->small) {
		const ssize_t copied = evbuffer_copyout(body, at, block->small);
		if (copied != (ssize_t)block->small) return -1;
		at += copied;
	}
	block->vec.iov_len = (size_t)(at - (char *)block->vec.iov_base);
	if (evbuffer_commit_space(block->output, &block->vec, 1) < 0) return -1;
	if (block->small)
		(void)evbuffer_drain(body, block->small);
	else if (body && evbuffer_get_length(body))
		return evbuffer_add_buffer(block->output, body);
	return 0;
}

int
head_write_answer(struct evhttp_connection *conn, struct http_request *request, const struct head_fields *fields,
	const struct head_facts *facts)
{
	const struct evhttp_request *req = &request->pub;
	const char *reason = req->response_code_line;
	const size_t reason_len = strlen(reason);
	struct evhttp *http = conn->http;
	struct block block;
	if (begin(&block, conn, fields->size + reason_len + http->content_type_len + OWN_FIELDS, facts->body) < 0)
		return -1;

	char *at = block.vec.iov_base;
	at = req->minor >= 1 ? PUT(at, "HTTP/1.1 ") : PUT(at, "HTTP/1.0 ");
	at = put_number(at, (uint64_t)req->response_code);
	at = PUT(at, " ");
	at = put(at, reason, reason_len);
	at = PUT(at, "\r\n");
	at = put_fields(at, &request->output);
	if (req->response_code >= 200 && !fields->date) {
		const char *date = server_date(http);
		at = PUT(at, "Date: ");
		at = put(at, date, strlen(date));
		at = PUT(at, "\r\n");
	}
	at = put_framing(at, facts);
	if (!fields->type && http->content_type && facts->framing != HEAD_BODY_NONE) {
		at = PUT(at, "Content-Type: ");
		at = put(at, http->content_type, http->content_type_len);
		at = PUT(at, "\r\n");
	}
	if (facts->close && !fields->close) at = PUT(at, "Connection: close\r\n");
	if (!fields->connection && facts->keep_alive) at = PUT(at, "Connection: keep-alive\r\n");
	at = PUT(at, "\r\n");
	return end(&block, at, facts->body);
}

/* "host" or "host:port"; an IPv6 address in brackets. */
static char *
put_host(char *at, const struct evhttp_connection *conn)
{
	const bool bare_ipv6 = conn->address[0] != '[' && strchr(conn->address, ':');
	at = PUT(at, "Host: ");
	if (bare_ipv6) at = PUT(at, "[");
	at = put(at, conn->address, strlen(conn->address));
	if (bare_ipv6) at = PUT(at, "]");
	if (conn->port != 80 && conn->port) {
		at = PUT(at, ":");
		at = put_number(at, conn->port);
	}
	return PUT(at, "\r\n");
}

int
head_write_request(struct evhttp_connection *conn, struct http_request *request, const char *method,
	const struct head_fields *fields, const struct head_facts *facts)
{
	const char *uri = request->pub.uri;
	const size_t method_len = strlen(method), uri_len = strlen(uri), host_len = strlen(conn->address);
	struct block block;
	if (begin(&block, conn, fields->size + method_len + uri_len + host_len + OWN_FIELDS, facts->body) < 0) return -1;

	char *at = block.vec.iov_base;
	at = put(at, method, method_len);
	at = PUT(at, " ");
	at = put(at, uri, uri_len);
	at = PUT(at, " HTTP/1.1\r\n");
	if (!fields->host) at = put_host(at, conn);
	at = put_fields(at, &request->output);
	at = put_framing(at, facts);
	at = PUT(at, "\r\n");
	return end(&block, at, facts->body);
}
