/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP/1.x messages (RFC 9112) as a pure function over bytes: no sockets, no allocation, no evhttp types.
 *
 * The caller holds unread bytes, calls http_parse() with them, acts on the event, drops the consumed bytes and calls
 * again. A line is handed over whole, so only an unfinished line is ever kept; how far it was searched is remembered,
 * so no byte is searched twice. Body bytes are never looked at, only counted. */
#ifndef PROTO_HTTP_PARSE_H_
#define PROTO_HTTP_PARSE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_parse_event {
	HTTP_PARSE_MORE,     /* nothing more in these bytes */
	HTTP_PARSE_REQUEST,  /* request line: method, target, minor */
	HTTP_PARSE_STATUS,   /* status line: status, reason, minor */
	HTTP_PARSE_FIELD,    /* one header field: name, value */
	HTTP_PARSE_HEAD_END, /* framing, keep_alive, ... are known now */
	HTTP_PARSE_DATA,     /* some body: value, which is the end of the consumed bytes */
	HTTP_PARSE_CHUNK_END,
	HTTP_PARSE_TRAILER, /* one trailer field: name, value; never to be merged into the header */
	HTTP_PARSE_END,     /* the message is complete; the next call begins another one */
	HTTP_PARSE_BAD,     /* refused: error, error_status; the connection is out of step for good */
	HTTP_PARSE_AGAIN_   /* never returned: inside, a step that made no event */
};

enum http_parse_error {
	HTTP_PARSE_OK,
	HTTP_BAD_REQUEST_LINE,
	HTTP_BAD_METHOD,
	HTTP_BAD_TARGET,
	HTTP_BAD_VERSION,
	HTTP_BAD_STATUS_LINE,
	HTTP_BAD_FIELD_NAME,
	HTTP_BAD_FIELD_VALUE,
	HTTP_BAD_FOLD,
	HTTP_BAD_HOST,
	HTTP_BAD_LENGTH,
	HTTP_BAD_CODING,
	HTTP_UNKNOWN_CODING,
	HTTP_BAD_CHUNK,
	HTTP_LINE_TOO_LONG,
	HTTP_HEAD_TOO_LARGE,
	HTTP_TRAILER_TOO_LARGE
};

enum http_framing { HTTP_FRAMING_NONE, HTTP_FRAMING_LENGTH, HTTP_FRAMING_CHUNKED, HTTP_FRAMING_UNTIL_CLOSE };

struct http_span {
	const char *data; /* inside the bytes of this call */
	size_t len;
};

struct http_limits {
	size_t line;    /* bytes of the request or status line */
	size_t head;    /* bytes of the whole head, the first line included */
	size_t trailer; /* bytes of all trailer fields and chunk extensions of one message */
};

struct http_parser {
	/* Set by http_parser_init(), may be changed between messages. */
	struct http_limits limits;
	bool response;
	bool lenient; /* takes what libevent 2.1 took: no or many Host, folded lines, white space before the colon */
	/* Response only, set before each: what was asked decides whether a body follows (RFC 9112, 6.3). */
	bool answers_head;
	bool answers_connect;
	bool host_optional; /* may be set when the request line is known, until the next reset: Host may be missing */

	/* Of the latest event. */
	struct http_span method, target, reason, name, value;
	int major, minor, status;
	enum http_parse_error error;
	int error_status; /* what a server should answer: 400, 414, 431, 501, 505 */

	/* Of the head, valid from HEAD_END to END. */
	enum http_framing framing;
	uint64_t content_length;
	bool has_content_length;
	bool keep_alive;
	bool expect_continue;
	bool expect_unknown; /* an expectation that nobody knows: 417 */
	bool upgrade;        /* the Connection field has the option "upgrade" */

	/* Private. */
	int state;
	bool ended;
	size_t scanned;
	size_t head_bytes, extra_bytes;
	uint64_t remaining;
	unsigned hosts;
	bool has_coding, chunked_last, coding_unknown, close_option, keep_alive_option;
};

void http_parser_init(struct http_parser *parser, bool response, const struct http_limits *limits);

/* Makes the parser ready for the next message; http_parse() does it itself after END. */
void http_parser_reset(struct http_parser *parser);

/* Looks at data, returns the next event and in *consumed how many bytes of data to drop before the next call (after the
 * event's spans were used). After MORE the same unread bytes, and more behind them, come again. */
enum http_parse_event http_parse(struct http_parser *parser, const char *data, size_t len, size_t *consumed);

/* The connection ended. Returns true when the message is complete that way (or none was begun). */
bool http_parse_eof(const struct http_parser *parser);

/* True between two messages: nothing of the next one was seen. */
bool http_parser_idle(const struct http_parser *parser);

/* What is wrong, in a few words for people. */
const char *http_parse_error_text(enum http_parse_error error);

#endif
