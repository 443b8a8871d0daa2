/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames to the client: never masked, never in fragments (RFC 6455, 5.1). */
#include "functions.h"
#include "session.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <string.h>

#define HEADER_MAX 10
#define SMALL_FRAME 1024
#define CLOSE_PATIENCE_S 5

static size_t
put_header(unsigned char *out, unsigned opcode, size_t len)
{
	out[0] = (unsigned char)(0x80 | opcode);
	if (len < 126) {
		out[1] = (unsigned char)len;
		return 2;
	}
	const unsigned bytes = len <= UINT16_MAX ? 2 : 8;
	out[1] = bytes == 2 ? 126 : 127;
	for (unsigned i = 0; i < bytes; i++)
		out[2 + i] = (unsigned char)((uint64_t)len >> 8 * (bytes - 1 - i));
	return 2 + bytes;
}

int
session_send(struct evws_connection *ws, unsigned opcode, const void *data, size_t len)
{
	unsigned char frame[HEADER_MAX + SMALL_FRAME];
	const size_t header = put_header(frame, opcode, len);
	if (len <= SMALL_FRAME) {
		if (len) memcpy(frame + header, data, len);
		return bufferevent_write(ws->bev, frame, header + len);
	}
	struct evbuffer *output = bufferevent_get_output(ws->bev);
	/* Another thread's frame must not come in between. Room for all of it first: half a frame would be worse than
	 * none. */
	bufferevent_lock(ws->bev);
	int result = len > SIZE_MAX / 2 ? -1 : evbuffer_expand(output, header + len);
	if (result == 0) result = evbuffer_add(output, frame, header);
	if (result == 0) result = evbuffer_add(output, data, len);
	bufferevent_unlock(ws->bev);
	return result;
}

void
session_send_close(struct evws_connection *ws, unsigned code)
{
	static const struct timeval patience = {CLOSE_PATIENCE_S, 0};
	const unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)code};
	if (__atomic_exchange_n(&ws->close_sent, 1, __ATOMIC_ACQ_REL)) return;
	(void)session_send(ws, WS_CLOSE, payload, code == WS_CR_NONE ? 0 : sizeof(payload));
	/* A peer that never answers is not waited for. */
	bufferevent_set_timeouts(ws->bev, &patience, &patience);
	(void)bufferevent_enable(ws->bev, EV_READ);
}

static void
send_message(struct evws_connection *ws, unsigned opcode, const void *data, size_t len)
{
	if (ws->ended || session_closing(ws)) return;
	/* A message that is left out would be missed: rather no session than that. */
	if (session_send(ws, opcode, data, len) < 0) session_send_close(ws, 1011);
}

void
plugin_evws_send_text(struct evws_connection *ws, const char *text)
{
	send_message(ws, WS_TEXT, text, strlen(text));
}

void
plugin_evws_send_binary(struct evws_connection *ws, const char *data, size_t len)
{
	send_message(ws, WS_BINARY, data, len);
}

void
plugin_evws_close(struct evws_connection *ws, uint16_t reason)
{
	if (!ws->ended) session_send_close(ws, reason);
}
