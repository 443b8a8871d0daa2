/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP/1.x parser: lines, framing and chunks. What a header field means for the framing of its message is in
 * fields.c, which bytes may stand where in chars.h. */
#include "parse.h"

#include "chars.h"
#include "fields.h"

#include <string.h>

enum state { START, FIELDS, BODY, CHUNK_SIZE, CHUNK_DATA, CHUNK_CRLF, TRAILERS, DONE, BROKEN };

/* A client may send empty lines before its request line (RFC 9112, 2.2). */
#define EMPTY_LINES_MAX 2
#define CHUNK_DIGITS_MAX 16

void
http_parser_init(struct http_parser *parser, bool response, const struct http_limits *limits)
{
	memset(parser, 0, sizeof(*parser));
	parser->response = response;
	parser->limits = *limits;
}

void
http_parser_reset(struct http_parser *parser)
{
	const struct http_parser old = *parser;
	http_parser_init(parser, old.response, &old.limits);
	parser->lenient = old.lenient;
	parser->answers_head = old.answers_head;
	parser->answers_connect = old.answers_connect;
}

static enum http_parse_event
bad(struct http_parser *parser, enum http_parse_error error, int status)
{
	parser->error = error;
	parser->error_status = status;
	parser->state = BROKEN;
	return HTTP_PARSE_BAD;
}

/* Finds the end of the line at data. Returns true and the line without its end; false when the end is not there yet.
 * *total: the line's bytes with its end. strict: a lone LF does not end a line, and *total is 0. */
static bool
next_line(struct http_parser *parser, const char *data, size_t len, bool strict, struct http_span *line, size_t *total)
{
	const char *end = memchr(data + parser->scanned, '\n', len - parser->scanned);
	if (!end) {
		parser->scanned = len;
		return false;
	}
	parser->scanned = 0;
	*total = (size_t)(end - data) + 1;
	line->data = data;
	line->len = (size_t)(end - data);
	if (line->len && data[line->len - 1] == '\r')
		line->len--;
	else if (strict)
		*total = 0;
	return true;
}

/* "HTTP/1.1" at text: 8 bytes, one digit each side of the dot (RFC 9112, 2.3). */
static bool
parse_version(struct http_parser *parser, const char *text, size_t len)
{
	if (len != 8 || memcmp(text, "HTTP/", 5) != 0 || !chars_digit(text[5]) || text[6] != '.' || !chars_digit(text[7]))
		return false;
	parser->major = text[5] - '0';
	parser->minor = text[7] - '0';
	return true;
}

static enum http_parse_event
request_line(struct http_parser *parser, struct http_span line)
{
	parser->method = (struct http_span){line.data, chars_span(line, CHARS_TOKEN)};
	if (!parser->method.len || parser->method.len == line.len) return bad(parser, HTTP_BAD_REQUEST_LINE, 400);
	if (line.data[parser->method.len] != ' ') return bad(parser, HTTP_BAD_METHOD, 400);

	const char *target = line.data + parser->method.len + 1;
	size_t left = line.len - parser->method.len - 1;
	const char *space = memchr(target, ' ', left);
	if (!space) return bad(parser, HTTP_BAD_REQUEST_LINE, 400);
	parser->target = (struct http_span){target, (size_t)(space - target)};
	if (!parser->target.len || !chars_all(parser->target, CHARS_TARGET)) return bad(parser, HTTP_BAD_TARGET, 400);

	left -= parser->target.len + 1;
	if (!parse_version(parser, space + 1, left)) return bad(parser, HTTP_BAD_VERSION, 400);
	if (parser->major != 1) return bad(parser, HTTP_BAD_VERSION, 505);
	parser->state = FIELDS;
	return HTTP_PARSE_REQUEST;
}

static enum http_parse_event
status_line(struct http_parser *parser, struct http_span line)
{
	const char *text = line.data;
	if (line.len < 12 || !parse_version(parser, text, 8) || parser->major != 1 || text[8] != ' ')
		return bad(parser, HTTP_BAD_STATUS_LINE, 502);
	if (text[9] < '1' || text[9] > '9' || !chars_digit(text[10]) || !chars_digit(text[11]))
		return bad(parser, HTTP_BAD_STATUS_LINE, 502);
	if (line.len > 12 && text[12] != ' ') return bad(parser, HTTP_BAD_STATUS_LINE, 502);
	parser->status = (text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0');
	parser->reason = line.len > 13 ? (struct http_span){text + 13, line.len - 13} : (struct http_span){text + 12, 0};
	if (!chars_all(parser->reason, CHARS_VALUE)) return bad(parser, HTTP_BAD_STATUS_LINE, 502);
	parser->state = FIELDS;
	return HTTP_PARSE_STATUS;
}

static enum http_parse_event
start(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	struct http_span line;
	size_t total, empty = 0;
	/* Empty lines count into head_bytes, which bounds them over several calls too. */
	while (*consumed < len && parser->head_bytes < 2 * EMPTY_LINES_MAX) {
		if (data[*consumed] == '\r' && *consumed + 1 < len && data[*consumed + 1] == '\n')
			empty = 2;
		else if (data[*consumed] == '\n')
			empty = 1;
		else
			break;
		*consumed += empty;
		parser->scanned = 0;
		parser->head_bytes += empty;
	}
	data += *consumed;
	len -= *consumed;
	if (!next_line(parser, data, len, false, &line, &total)) {
		/* The CR of a line that is as long as it may be is no part of it. */
		size_t most = parser->limits.line;
		if (len <= most || (len == most + 1 && data[most] == '\r')) return HTTP_PARSE_MORE;
		return bad(parser, HTTP_LINE_TOO_LONG, 414);
	}
	if (line.len > parser->limits.line) return bad(parser, HTTP_LINE_TOO_LONG, 414);
	*consumed += total;
	parser->head_bytes += total;
	return parser->response ? status_line(parser, line) : request_line(parser, line);
}

/* Splits a field line (RFC 9112, 5) into name and value. */
static enum http_parse_error
split_field(struct http_parser *parser, struct http_span line)
{
	const size_t len = chars_span(line, CHARS_TOKEN);
	size_t colon = len;
	if (parser->lenient)
		while (colon < line.len && chars_blank(line.data[colon]))
			colon++;
	if (len == 0 || colon == line.len || line.data[colon] != ':') return HTTP_BAD_FIELD_NAME;
	parser->name = (struct http_span){line.data, len};
	parser->value = chars_trim((struct http_span){line.data + colon + 1, line.len - colon - 1});
	return chars_all(parser->value, CHARS_VALUE) ? HTTP_PARSE_OK : HTTP_BAD_FIELD_VALUE;
}

/* In lenient mode a folded line is a field of its own with an empty name: the caller appends it to the one before. */
static enum http_parse_error
folded_line(struct http_parser *parser, struct http_span line)
{
	if (!parser->lenient) return HTTP_BAD_FOLD;
	parser->name = (struct http_span){line.data, 0};
	parser->value = chars_trim(line);
	return chars_all(parser->value, CHARS_VALUE) ? HTTP_PARSE_OK : HTTP_BAD_FIELD_VALUE;
}

static enum http_parse_event
fields(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	struct http_span line;
	size_t total;
	if (!next_line(parser, data, len, false, &line, &total)) {
		if (len <= parser->limits.head && parser->head_bytes + len <= parser->limits.head) return HTTP_PARSE_MORE;
		return bad(parser, HTTP_HEAD_TOO_LARGE, 431);
	}
	if (total > parser->limits.head || parser->head_bytes + total > parser->limits.head)
		return bad(parser, HTTP_HEAD_TOO_LARGE, 431);
	parser->head_bytes += total;
	*consumed = total;
	enum http_parse_error error;
	if (line.len == 0) {
		int status = 400;
		error = http_fields_end(parser, &status);
		if (error) return bad(parser, error, status);
		if (parser->framing == HTTP_FRAMING_CHUNKED)
			parser->state = CHUNK_SIZE;
		else
			parser->state = parser->framing == HTTP_FRAMING_NONE ? DONE : BODY;
		parser->remaining = parser->content_length;
		return HTTP_PARSE_HEAD_END;
	}
	if (chars_blank(line.data[0]))
		error = folded_line(parser, line);
	else if ((error = split_field(parser, line)) == HTTP_PARSE_OK)
		error = http_fields_add(parser);
	return error ? bad(parser, error, 400) : HTTP_PARSE_FIELD;
}

static enum http_parse_event
body(struct http_parser *parser, size_t len, size_t *consumed)
{
	if (parser->framing == HTTP_FRAMING_LENGTH) {
		if (parser->remaining == 0) {
			parser->state = START;
			return HTTP_PARSE_END;
		}
		if (len > parser->remaining) len = (size_t)parser->remaining;
		parser->remaining -= len;
	}
	*consumed = len;
	return len ? HTTP_PARSE_DATA : HTTP_PARSE_MORE;
}

/* The digits of a chunk's size (RFC 9112, 7.1): 1 to 16 of them, behind them the line's end or an extension. */
static bool
parse_chunk_size(struct http_span line, uint64_t *size)
{
	size_t i = 0;
	uint64_t value = 0;
	int digit;
	for (; i < line.len && (digit = chars_hex(line.data[i])) >= 0; i++) {
		if (value >> 60) return false;
		value = value << 4 | (unsigned)digit;
	}
	if (i == 0 || i > CHUNK_DIGITS_MAX) return false;
	struct http_span rest = chars_trim((struct http_span){line.data + i, line.len - i});
	if (rest.len && (rest.data[0] != ';' || !chars_all(rest, CHARS_VALUE))) return false;
	if (!rest.len && i != line.len) return false;
	*size = value;
	return true;
}

/* One line of the chunked coding's own, of at most room bytes. Returns AGAIN_ when it is there. */
static enum http_parse_event
chunk_line(struct http_parser *parser, const char *data, size_t len, size_t room, struct http_span *line, size_t *total)
{
	if (!next_line(parser, data, len, !parser->lenient, line, total))
		return len <= room + 1 ? HTTP_PARSE_MORE : bad(parser, HTTP_TRAILER_TOO_LARGE, 431);
	if (*total == 0) return bad(parser, HTTP_BAD_CHUNK, 400);
	if (line->len > room) return bad(parser, HTTP_TRAILER_TOO_LARGE, 431);
	return HTTP_PARSE_AGAIN_;
}

static enum http_parse_event
chunk_size(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	struct http_span line;
	size_t total;
	const size_t room = parser->limits.trailer - parser->extra_bytes + CHUNK_DIGITS_MAX;
	enum http_parse_event found = chunk_line(parser, data, len, room, &line, &total);
	if (found != HTTP_PARSE_AGAIN_) return found;
	if (!parse_chunk_size(line, &parser->remaining)) return bad(parser, HTTP_BAD_CHUNK, 400);
	/* Only extensions are counted: the digits of many small chunks are no attack on memory. */
	if (line.len > CHUNK_DIGITS_MAX) parser->extra_bytes += line.len - CHUNK_DIGITS_MAX;
	*consumed = total;
	parser->state = parser->remaining ? CHUNK_DATA : TRAILERS;
	return HTTP_PARSE_AGAIN_;
}

static enum http_parse_event
chunk_data(struct http_parser *parser, size_t len, size_t *consumed)
{
	if (parser->remaining == 0) {
		parser->state = CHUNK_CRLF;
		return HTTP_PARSE_AGAIN_;
	}
	if (len > parser->remaining) len = (size_t)parser->remaining;
	parser->remaining -= len;
	*consumed = len;
	return len ? HTTP_PARSE_DATA : HTTP_PARSE_MORE;
}

static enum http_parse_event
chunk_crlf(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	if (len == 0) return HTTP_PARSE_MORE;
	if (parser->lenient && data[0] == '\n') {
		*consumed = 1;
	} else {
		if (data[0] != '\r' || (len > 1 && data[1] != '\n')) return bad(parser, HTTP_BAD_CHUNK, 400);
		if (len == 1) return HTTP_PARSE_MORE;
		*consumed = 2;
	}
	parser->state = CHUNK_SIZE;
	return HTTP_PARSE_CHUNK_END;
}

static enum http_parse_event
trailers(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	struct http_span line;
	size_t total;
	const size_t room = parser->limits.trailer - parser->extra_bytes;
	enum http_parse_event found = chunk_line(parser, data, len, room, &line, &total);
	if (found != HTTP_PARSE_AGAIN_) return found;
	*consumed = total;
	if (line.len == 0) {
		parser->state = START;
		return HTTP_PARSE_END;
	}
	parser->extra_bytes += line.len;
	enum http_parse_error error = chars_blank(line.data[0]) ? folded_line(parser, line) : split_field(parser, line);
	return error ? bad(parser, error, 400) : HTTP_PARSE_TRAILER;
}

static enum http_parse_event
step(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	switch ((enum state)parser->state) {
	case START:
		return start(parser, data, len, consumed);
	case FIELDS:
		return fields(parser, data, len, consumed);
	case BODY:
		return body(parser, len, consumed);
	case CHUNK_SIZE:
		return chunk_size(parser, data, len, consumed);
	case CHUNK_DATA:
		return chunk_data(parser, len, consumed);
	case CHUNK_CRLF:
		return chunk_crlf(parser, data, len, consumed);
	case TRAILERS:
		return trailers(parser, data, len, consumed);
	case DONE:
		parser->state = START;
		return HTTP_PARSE_END;
	case BROKEN:
		break;
	}
	return HTTP_PARSE_BAD;
}

enum http_parse_event
http_parse(struct http_parser *parser, const char *data, size_t len, size_t *consumed)
{
	enum http_parse_event event;
	if (parser->ended) http_parser_reset(parser);
	*consumed = 0;
	do {
		size_t used = 0;
		event = step(parser, data + *consumed, len - *consumed, &used);
		if (event == HTTP_PARSE_DATA) parser->value = (struct http_span){data + *consumed, used};
		*consumed += used;
	} while (event == HTTP_PARSE_AGAIN_);
	parser->ended = event == HTTP_PARSE_END;
	return event;
}

bool
http_parse_eof(const struct http_parser *parser)
{
	return http_parser_idle(parser) || (parser->state == BODY && parser->framing == HTTP_FRAMING_UNTIL_CLOSE);
}

bool
http_parser_idle(const struct http_parser *parser)
{
	return parser->state == START && parser->scanned == 0;
}

const char *
http_parse_error_text(enum http_parse_error error)
{
	switch (error) {
	case HTTP_PARSE_OK:
		return "no error";
	case HTTP_BAD_REQUEST_LINE:
		return "malformed request line";
	case HTTP_BAD_METHOD:
		return "bad byte in the method";
	case HTTP_BAD_TARGET:
		return "bad byte in the request target";
	case HTTP_BAD_VERSION:
		return "unknown HTTP version";
	case HTTP_BAD_STATUS_LINE:
		return "malformed status line";
	case HTTP_BAD_FIELD_NAME:
		return "malformed header field name";
	case HTTP_BAD_FIELD_VALUE:
		return "bad byte in a header field value";
	case HTTP_BAD_FOLD:
		return "folded header line";
	case HTTP_BAD_HOST:
		return "not exactly one valid Host field";
	case HTTP_BAD_LENGTH:
		return "bad or conflicting Content-Length";
	case HTTP_BAD_CODING:
		return "bad Transfer-Encoding";
	case HTTP_UNKNOWN_CODING:
		return "unknown Transfer-Encoding";
	case HTTP_BAD_CHUNK:
		return "malformed chunk";
	case HTTP_LINE_TOO_LONG:
		return "first line too long";
	case HTTP_HEAD_TOO_LARGE:
		return "header too large";
	case HTTP_TRAILER_TOO_LARGE:
		return "trailer or chunk extensions too large";
	}
	return "unknown error";
}
