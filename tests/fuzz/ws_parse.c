/* SPDX-License-Identifier: BSD-3-Clause */
/* The WebSocket frame parser: in one piece and in pieces, with the same events; and UTF-8 the same way. */
#include "parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
run(const uint8_t *data, size_t size, size_t step)
{
	struct ws_parser parser;
	uint64_t sum = 0, payload = 0;
	size_t begin = 0, end = 0;
	unsigned char *plain = malloc(size + 1);
	ws_parser_init(&parser);
	while (end < size) {
		end = size - end < step ? size : end + step;
		for (;;) {
			size_t consumed;
			const enum ws_event event = ws_parse(&parser, data + begin, end - begin, &consumed);
			if (consumed > end - begin) abort();
			if (event == WS_PAYLOAD) {
				ws_unmask(&parser, data + begin, parser.payload_len, plain);
				for (size_t i = 0; i < parser.payload_len; i++)
					payload = payload * 31 + plain[i];
			} else if (event != WS_MORE) {
				sum = sum * 31 + (uint64_t)event + parser.opcode + parser.close_code;
			}
			begin += consumed;
			if (event == WS_BAD) end = size;
			if (event == WS_BAD || event == WS_MORE) break;
		}
	}
	free(plain);
	return sum * 31 + payload;
}

static void
check_utf8(const uint8_t *data, size_t size)
{
	uint32_t whole = 0, pieces = 0;
	bool valid = true;
	const bool at_once = ws_utf8_add(&whole, data, size);
	for (size_t i = 0; i < size && valid; i++)
		valid = ws_utf8_add(&pieces, data + i, 1);
	if (valid != at_once || (valid && whole != pieces)) abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t whole = run(data, size, size ? size : 1);
	const size_t steps[] = {1, 2, 5, 13};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (run(data, size, steps[i]) != whole) abort();
	check_utf8(data, size);
	return 0;
}
