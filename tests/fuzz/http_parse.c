/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP parser. The first byte of the input chooses what is parsed and how; the rest is the message, which is parsed
 * in one piece and in pieces: the events must be the same. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	uint64_t sum; /* of all events and their texts */
	unsigned events;
};

static void
add(struct result *result, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		result->sum = (result->sum ^ (unsigned char)text[i]) * 1099511628211u;
}

static void
add_event(struct result *result, enum http_parse_event event, const struct http_parser *parser)
{
	const char kind = (char)event;
	/* Body may come in other pieces; its bytes are the same. */
	if (event == HTTP_PARSE_MORE) return;
	if (event != HTTP_PARSE_DATA) {
		add(result, &kind, 1);
		result->events++;
	}
	if (event == HTTP_PARSE_REQUEST) {
		add(result, parser->method.data, parser->method.len);
		add(result, parser->target.data, parser->target.len);
	}
	if (event == HTTP_PARSE_FIELD || event == HTTP_PARSE_TRAILER) add(result, parser->name.data, parser->name.len);
	if (event == HTTP_PARSE_FIELD || event == HTTP_PARSE_TRAILER || event == HTTP_PARSE_DATA)
		add(result, parser->value.data, parser->value.len);
	if (event == HTTP_PARSE_BAD && parser->error == HTTP_PARSE_OK) abort();
}

static struct result
run(const uint8_t *data, size_t size, unsigned how, size_t step)
{
	static const struct http_limits limits = {200, 400, 100};
	struct http_parser parser;
	struct result result = {14695981039346656037u, 0};
	size_t begin = 0, end = 0;
	http_parser_init(&parser, how & 1, &limits);
	parser.lenient = (how & 2) != 0;
	parser.answers_head = (how & 4) != 0;
	parser.answers_connect = (how & 8) != 0;
	while (end < size) {
		end = size - end < step ? size : end + step;
		for (;;) {
			size_t consumed;
			const enum http_parse_event event = http_parse(&parser, (const char *)data + begin, end - begin, &consumed);
			if (consumed > end - begin) abort();
			add_event(&result, event, &parser);
			begin += consumed;
			if (event == HTTP_PARSE_BAD) return result;
			if (event == HTTP_PARSE_MORE || (event == HTTP_PARSE_END && begin == end)) break;
		}
	}
	(void)http_parse_eof(&parser);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) return 0;
	const unsigned how = data[0];
	const struct result whole = run(data + 1, size - 1, how, size);
	const size_t steps[] = {1, 2, 3, 7, 64};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct result pieces = run(data + 1, size - 1, how, steps[i]);
		if (pieces.sum != whole.sum || pieces.events != whole.events) abort();
	}
	return 0;
}
