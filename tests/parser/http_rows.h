/* SPDX-License-Identifier: BSD-3-Clause */
/* How the tables of the HTTP parser are gone through: a message is fed to it as a caller would do it, and what it says
 * is written down in one line. */
#ifndef TESTS_PARSER_HTTP_ROWS_H_
#define TESTS_PARSER_HTTP_ROWS_H_

#include <cmocka.h>

#include "parse.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOG_MAX 4096

struct log {
	char text[LOG_MAX];
	size_t len;
	bool body_open; /* the latest entry is body, to which more may be joined */
};

static inline void
note(struct log *log, const char *text, size_t len)
{
	assert_true(log->len + len + 2 < LOG_MAX);
	memcpy(log->text + log->len, text, len);
	log->len += len;
	log->text[log->len] = '\0';
}

static inline void
note_text(struct log *log, const char *text)
{
	note(log, text, strlen(text));
}

static inline void
note_field(struct log *log, const char *mark, const struct http_parser *parser)
{
	note_text(log, mark);
	note(log, parser->name.data, parser->name.len);
	note_text(log, "=");
	note(log, parser->value.data, parser->value.len);
}

static inline void
note_head_end(struct log *log, const struct http_parser *parser)
{
	static const char *const framings[] = {"none", "length", "chunked", "close"};
	note_text(log, " |");
	note_text(log, framings[parser->framing]);
	if (!parser->keep_alive) note_text(log, ",last");
	if (parser->expect_continue) note_text(log, ",continue");
	if (parser->expect_unknown) note_text(log, ",unknown-expectation");
	if (parser->upgrade) note_text(log, ",upgrade");
}

static inline void
note_event(struct log *log, enum http_parse_event event, const struct http_parser *parser)
{
	char text[64];
	const bool joined = log->body_open && event == HTTP_PARSE_DATA;
	if (event != HTTP_PARSE_MORE) log->body_open = event == HTTP_PARSE_DATA;
	switch (event) {
	case HTTP_PARSE_MORE:
	case HTTP_PARSE_AGAIN_:
		break;
	case HTTP_PARSE_REQUEST:
		if (log->len) note_text(log, " ");
		note(log, parser->method.data, parser->method.len);
		note_text(log, " ");
		note(log, parser->target.data, parser->target.len);
		snprintf(text, sizeof(text), " %d.%d", parser->major, parser->minor);
		note_text(log, text);
		break;
	case HTTP_PARSE_STATUS:
		snprintf(text, sizeof(text), "%s%d.%d %d ", log->len ? " " : "", parser->major, parser->minor, parser->status);
		note_text(log, text);
		note(log, parser->reason.data, parser->reason.len);
		break;
	case HTTP_PARSE_FIELD:
		note_field(log, " ", parser);
		break;
	case HTTP_PARSE_HEAD_END:
		note_head_end(log, parser);
		break;
	case HTTP_PARSE_DATA:
		if (!joined) note_text(log, " ");
		note(log, parser->value.data, parser->value.len);
		break;
	case HTTP_PARSE_CHUNK_END:
		note_text(log, " ;");
		break;
	case HTTP_PARSE_TRAILER:
		note_field(log, " ~", parser);
		break;
	case HTTP_PARSE_END:
		note_text(log, " .");
		break;
	case HTTP_PARSE_BAD:
		snprintf(text, sizeof(text), "%s!%d", log->len ? " " : "", parser->error_status);
		note_text(log, text);
		assert_true(strlen(http_parse_error_text(parser->error)) > 3);
		break;
	}
}

/* What a caller does: holds unread bytes, and drops what was consumed. Returns false when the parser gave up. */
static inline bool
feed(struct http_parser *parser, struct log *log, char *unread, size_t *len)
{
	for (;;) {
		size_t consumed;
		char *exact = malloc(*len ? *len : 1);
		memcpy(exact, unread, *len);
		const enum http_parse_event event = http_parse(parser, exact, *len, &consumed);
		assert_true(consumed <= *len);
		note_event(log, event, parser);
		free(exact);
		memmove(unread, unread + consumed, *len - consumed);
		*len -= consumed;
		if (event == HTTP_PARSE_BAD) return false;
		if (event == HTTP_PARSE_MORE) return true;
		if (event == HTTP_PARSE_END && *len == 0) return true;
	}
}

struct setting {
	bool response, lenient, answers_head, answers_connect;
	struct http_limits limits;
};

static const struct http_limits usual = {256, 512, 128};

/* Messages so far that were taken to their end, that were refused, and that ended in the middle. */
static struct {
	unsigned accepted, refused, cut_off;
} tally;

/* Feeds the message in pieces: the first of `first` bytes, the others of `step`. */
static inline void
run(struct log *log, const struct setting *setting, const char *message, size_t size, size_t first, size_t step)
{
	struct http_parser parser;
	char unread[8192];
	size_t len = 0;
	memset(log, 0, sizeof(*log));
	http_parser_init(&parser, setting->response, setting->limits.line ? &setting->limits : &usual);
	parser.lenient = setting->lenient;
	parser.answers_head = setting->answers_head;
	parser.answers_connect = setting->answers_connect;
	for (size_t at = 0, piece = first; at < size; at += piece, piece = step) {
		if (piece > size - at) piece = size - at;
		assert_true(len + piece <= sizeof(unread));
		memcpy(unread + len, message + at, piece);
		len += piece;
		if (!feed(&parser, log, unread, &len)) return;
	}
	if (http_parser_idle(&parser)) return;
	note_text(log, http_parse_eof(&parser) ? " $" : " ..."); /* complete by the end of the connection, or not at all */
}

static inline void
expect(const struct setting *setting, const char *message, size_t size, const char *expected)
{
	struct log log;
	if (strchr(expected, '!') && strrchr(expected, '!')[1] >= '4')
		tally.refused++;
	else if (strstr(expected, "..."))
		tally.cut_off++;
	else
		tally.accepted++;
	run(&log, setting, message, size, size, size);
	if (strcmp(log.text, expected) != 0) print_message("message: %s\n", message);
	assert_string_equal(log.text, expected);
	run(&log, setting, message, size, 1, 1);
	if (strcmp(log.text, expected) != 0) print_message("byte by byte: %s\n", message);
	assert_string_equal(log.text, expected);
	for (size_t split = 1; split < size; split++) {
		run(&log, setting, message, size, split, size);
		if (strcmp(log.text, expected) != 0) print_message("split at %zu: %s\n", split, message);
		assert_string_equal(log.text, expected);
	}
}

struct row {
	const char *message;
	const char *expected;
};

static inline void
expect_rows(const struct setting *setting, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect(setting, rows[i].message, strlen(rows[i].message), rows[i].expected);
}

#endif
