/* SPDX-License-Identifier: BSD-3-Clause */
/* Message framing by header fields: RFC 9112, 6.3 (which refuses what two servers could read in two ways), 7 and 9.3;
 * RFC 9110, 7.2 (Host) and 10.1.1 (Expect). */
#include "fields.h"

#include "chars.h"

#include <string.h>

/* Splits the next member off a comma-separated list. Returns false at its end; empty members are passed over. */
static bool
next_member(struct http_span *list, struct http_span *member)
{
	while (list->len) {
		const char *comma = memchr(list->data, ',', list->len);
		size_t len = comma ? (size_t)(comma - list->data) : list->len;
		size_t skip = comma ? len + 1 : len;
		*member = chars_trim((struct http_span){list->data, len});
		list->data += skip;
		list->len -= skip;
		if (member->len) return true;
	}
	return false;
}

static bool
parse_length(struct http_span text, uint64_t *length)
{
	uint64_t value = 0;
	if (!text.len || !chars_all(text, CHARS_DIGIT)) return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');
		/* What does not fit a signed length could not be counted by anybody behind us. */
		if (value > ((uint64_t)INT64_MAX - digit) / 10) return false;
		value = value * 10 + digit;
	}
	*length = value;
	return true;
}

static enum http_parse_error
add_length(struct http_parser *parser)
{
	uint64_t length;
	if (!parse_length(parser->value, &length)) return HTTP_BAD_LENGTH;
	if (parser->has_content_length && !(parser->lenient && length == parser->content_length)) return HTTP_BAD_LENGTH;
	parser->has_content_length = true;
	parser->content_length = length;
	return HTTP_PARSE_OK;
}

static enum http_parse_error
add_coding(struct http_parser *parser)
{
	struct http_span list = parser->value, member;
	while (next_member(&list, &member)) {
		parser->has_coding = true;
		if (parser->chunked_last) return HTTP_BAD_CODING; /* chunked must be the last, and once */
		if (chars_equal(member, "chunked"))
			parser->chunked_last = true;
		else
			parser->coding_unknown = true;
	}
	return parser->has_coding ? HTTP_PARSE_OK : HTTP_BAD_CODING;
}

static void
add_connection(struct http_parser *parser)
{
	struct http_span list = parser->value, member;
	while (next_member(&list, &member)) {
		if (chars_equal(member, "close"))
			parser->close_option = true;
		else if (chars_equal(member, "keep-alive"))
			parser->keep_alive_option = true;
		else if (chars_equal(member, "upgrade"))
			parser->upgrade = true;
	}
}

enum http_parse_error
http_fields_add(struct http_parser *parser)
{
	const struct http_span name = parser->name;
	switch (name.len) {
	case 4:
		if (!parser->response && chars_equal(name, "host")) {
			if (parser->hosts++ && !parser->lenient) return HTTP_BAD_HOST;
			if (!parser->lenient && !chars_all(parser->value, CHARS_HOST)) return HTTP_BAD_HOST;
		}
		break;
	case 6:
		if (!parser->response && chars_equal(name, "expect")) {
			const bool known = chars_equal(parser->value, "100-continue");
			parser->expect_continue |= known;
			parser->expect_unknown |= !known;
		}
		break;
	case 10:
		if (chars_equal(name, "connection")) add_connection(parser);
		break;
	case 14:
		if (chars_equal(name, "content-length")) return add_length(parser);
		break;
	case 17:
		if (chars_equal(name, "transfer-encoding")) return add_coding(parser);
		break;
	default:
		break;
	}
	return HTTP_PARSE_OK;
}

static void
end_connection(struct http_parser *parser)
{
	if (parser->close_option)
		parser->keep_alive = false;
	else
		parser->keep_alive = parser->minor >= 1 || parser->keep_alive_option;
}

/* Answers that never carry a body, whatever their header says. */
static bool
response_without_body(const struct http_parser *parser)
{
	return parser->answers_head || parser->status / 100 == 1 || parser->status == 204 || parser->status == 304 ||
		   (parser->answers_connect && parser->status / 100 == 2);
}

enum http_parse_error
http_fields_end(struct http_parser *parser, int *status)
{
	end_connection(parser);
	if (!parser->response && !parser->lenient && parser->minor >= 1 && parser->hosts != 1 &&
		!(parser->host_optional && parser->hosts == 0))
		return HTTP_BAD_HOST;
	if (parser->response && response_without_body(parser)) {
		parser->framing = HTTP_FRAMING_NONE;
		return HTTP_PARSE_OK;
	}
	if (parser->has_coding) {
		/* Both fields, or a coding in HTTP/1.0: somebody tries to make two readers disagree. */
		if (parser->has_content_length || parser->minor == 0) return HTTP_BAD_CODING;
		if (!parser->response && parser->coding_unknown) {
			*status = 501;
			return HTTP_UNKNOWN_CODING;
		}
		if (parser->coding_unknown) return HTTP_UNKNOWN_CODING;
		parser->framing = HTTP_FRAMING_CHUNKED;
	} else if (parser->has_content_length) {
		parser->framing = parser->content_length ? HTTP_FRAMING_LENGTH : HTTP_FRAMING_NONE;
	} else if (parser->response) {
		parser->framing = HTTP_FRAMING_UNTIL_CLOSE;
		parser->keep_alive = false;
	} else {
		parser->framing = HTTP_FRAMING_NONE;
	}
	return HTTP_PARSE_OK;
}
