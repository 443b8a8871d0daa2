/* SPDX-License-Identifier: BSD-3-Clause */
#include "parse.h"

#include <string.h>

#define FIN 0x80
#define RESERVED 0x70
#define MASKED 0x80
#define LENGTH_16 126
#define LENGTH_64 127
#define CONTROL_MAX 125
#define PROTOCOL_ERROR 1002

void
ws_parser_init(struct ws_parser *parser)
{
	memset(parser, 0, sizeof(*parser));
}

static enum ws_event
bad(struct ws_parser *parser, unsigned code)
{
	parser->broken = true;
	parser->close_code = code;
	return WS_BAD;
}

static uint64_t
big_endian(const unsigned char *data, size_t len)
{
	uint64_t value = 0;
	while (len--)
		value = value << 8 | *data++;
	return value;
}

/* The first byte (RFC 6455, 5.2 and 5.4). */
static bool
opcode_fits(const struct ws_parser *parser, unsigned first)
{
	const unsigned opcode = first & 15;
	if (first & RESERVED) return false;
	switch (opcode) {
	case WS_CONTINUATION:
		return parser->in_message;
	case WS_TEXT:
	case WS_BINARY:
		return !parser->in_message;
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		return (first & FIN) != 0;
	default:
		return false;
	}
}

/* The length, which must be written in its shortest form. */
static bool
length_fits(const struct ws_parser *parser, unsigned small, uint64_t length)
{
	if (small == LENGTH_16 && length < LENGTH_16) return false;
	if (small == LENGTH_64 && (length <= UINT16_MAX || length > INT64_MAX)) return false;
	return parser->opcode < WS_CLOSE || length <= CONTROL_MAX;
}

static enum ws_event
header(struct ws_parser *parser, const unsigned char *data, size_t len, size_t *consumed)
{
	if (len == 0) return WS_MORE;
	if (!opcode_fits(parser, data[0])) return bad(parser, PROTOCOL_ERROR);
	if (len < 2) return WS_MORE;
	if (!(data[1] & MASKED)) return bad(parser, PROTOCOL_ERROR);
	const unsigned small = data[1] & 127;
	const size_t extended = small == LENGTH_64 ? 8 : small == LENGTH_16 ? 2 : 0;
	if (len < 2 + extended + sizeof(parser->mask)) return WS_MORE;
	parser->opcode = data[0] & 15;
	parser->fin = (data[0] & FIN) != 0;
	parser->remaining = extended ? big_endian(data + 2, extended) : small;
	if (!length_fits(parser, small, parser->remaining)) return bad(parser, PROTOCOL_ERROR);
	memcpy(parser->mask, data + 2 + extended, sizeof(parser->mask));
	parser->next_mask_at = 0;
	parser->in_frame = true;
	if (parser->opcode < WS_CLOSE) parser->in_message = !parser->fin;
	*consumed = 2 + extended + sizeof(parser->mask);
	return WS_HEADER;
}

enum ws_event
ws_parse(struct ws_parser *parser, const unsigned char *data, size_t len, size_t *consumed)
{
	*consumed = 0;
	if (parser->broken) return WS_BAD;
	if (!parser->in_frame) return header(parser, data, len, consumed);
	if (parser->remaining == 0) {
		parser->in_frame = false;
		return WS_FRAME_END;
	}
	if (len == 0) return WS_MORE;
	if (len > parser->remaining) len = (size_t)parser->remaining;
	parser->remaining -= len;
	parser->payload_len = len;
	parser->mask_at = parser->next_mask_at;
	parser->next_mask_at = (unsigned)(parser->next_mask_at + len) & 3;
	*consumed = len;
	return WS_PAYLOAD;
}

void
ws_unmask(const struct ws_parser *parser, const unsigned char *data, size_t len, unsigned char *out)
{
	unsigned char mask[8];
	uint64_t word, wide;
	size_t i = 0;
	for (unsigned j = 0; j < 8; j++)
		mask[j] = parser->mask[(parser->mask_at + j) & 3];
	memcpy(&wide, mask, sizeof(wide));
	for (; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		word ^= wide;
		memcpy(out + i, &word, sizeof(word));
	}
	for (; i < len; i++)
		out[i] = data[i] ^ mask[i & 7];
}

bool
ws_close_code_valid(unsigned code)
{
	if (code >= 3000 && code <= 4999) return true;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

/* The state: how many bytes are to come in bits 0-7, the lowest and the highest value of the next one above. */
bool
ws_utf8_add(uint32_t *state, const unsigned char *data, size_t len)
{
	uint32_t left = *state & 0xff, low = *state >> 8 & 0xff, high = *state >> 16 & 0xff;
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = data[i];
		if (left) {
			if (c < low || c > high) return false;
			left--;
			low = 0x80;
			high = 0xbf;
			continue;
		}
		if (c < 0x80) continue;
		if (c < 0xc2 || c > 0xf4) return false;
		left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		/* Overlong forms, surrogates and what lies beyond U+10FFFF are ruled out by the second byte. */
		low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
		high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	}
	*state = left ? left | low << 8 | high << 16 : 0;
	return true;
}
