/* SPDX-License-Identifier: BSD-3-Clause */
/* WebSocket frames from a client (RFC 6455, 5) as a pure function over bytes: no sockets, no allocation. */
#ifndef PROTO_WS_PARSE_H_
#define PROTO_WS_PARSE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ws_opcode { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

enum ws_event {
	WS_MORE,      /* nothing more in these bytes */
	WS_HEADER,    /* a frame begins: opcode, fin, remaining */
	WS_PAYLOAD,   /* some of it: the payload_len last of the consumed bytes, still masked */
	WS_FRAME_END, /* the frame is complete */
	WS_BAD        /* refused: close_code; the connection is out of step for good */
};

struct ws_parser {
	/* Of the current frame. */
	unsigned opcode;
	bool fin;
	uint64_t remaining; /* payload bytes to come */
	size_t payload_len; /* of WS_PAYLOAD */
	unsigned char mask[4];
	unsigned mask_at; /* the first payload byte of WS_PAYLOAD goes with mask[mask_at] */
	unsigned close_code;

	/* Private. */
	unsigned next_mask_at;
	bool in_frame, in_message, broken;
};

void ws_parser_init(struct ws_parser *parser);

/* Looks at data; *consumed: how many bytes to drop before the next call. After WS_MORE the same bytes come again. */
enum ws_event ws_parse(struct ws_parser *parser, const unsigned char *data, size_t len, size_t *consumed);

/* Copies len payload bytes of the latest WS_PAYLOAD without their mask. */
void ws_unmask(const struct ws_parser *parser, const unsigned char *data, size_t len, unsigned char *out);

/* Whether a peer may send that close code (RFC 6455, 7.4). */
bool ws_close_code_valid(unsigned code);

/* UTF-8 (RFC 3629) that comes in pieces. state begins as 0; ws_utf8_add() returns false when it can never be valid; it
 * is complete when the state is 0 again. */
bool ws_utf8_add(uint32_t *state, const unsigned char *data, size_t len);

#endif
