/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames to the client: never masked, never in fragments (RFC 6455, 5.1). */
#include "functions.h"
#include "host.h"
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
session_bind(struct evws_connection *ws)
{
	ws->thread = pthread_self();
	ws->base = bufferevent_get_base(ws->bev);
	return pthread_mutex_init(&ws->lock, NULL) == 0 ? 0 : -1;
}

void
session_destroy(struct evws_connection *ws)
{
	if (ws->outbox) evbuffer_free(ws->outbox);
	if (ws->message) ws_host->free(ws->message);
	pthread_mutex_destroy(&ws->lock);
	ws_host->free(ws);
}

/* A peer that never answers our close frame is not waited for. */
static void
limit_patience(struct evws_connection *ws)
{
	static const struct timeval patience = {CLOSE_PATIENCE_S, 0};
	bufferevent_set_timeouts(ws->bev, &patience, &patience);
	(void)bufferevent_enable(ws->bev, EV_READ);
}

/* In the loop: what other threads sent. */
static void
take_out(evutil_socket_t fd, short what, void *arg)
{
	struct evws_connection *ws = arg;
	(void)fd;
	(void)what;
	session_enter(ws);
	pthread_mutex_lock(&ws->lock);
	struct evbuffer *frames = ws->outbox;
	ws->outbox = NULL;
	ws->posted = false;
	pthread_mutex_unlock(&ws->lock);
	if (frames && !ws->ended) (void)evbuffer_add_buffer(bufferevent_get_output(ws->bev), frames);
	if (frames) evbuffer_free(frames);
	if (!ws->ended && session_closing(ws)) limit_patience(ws);
	session_leave(ws);
}

/* Appends a whole frame. Room for all of it first: half a frame would be worse than none. */
static int
append(struct evbuffer *output, const unsigned char *header, size_t header_len, const void *data, size_t len)
{
	if (len > SIZE_MAX / 2 || evbuffer_expand(output, header_len + len) < 0) return -1;
	if (evbuffer_add(output, header, header_len) < 0) return -1;
	return evbuffer_add(output, data, len);
}

static int
post(struct evws_connection *ws, const unsigned char *header, size_t header_len, const void *data, size_t len)
{
	static const struct timeval now = {0, 0};
	int result = -1;
	pthread_mutex_lock(&ws->lock);
	if (!ws->outbox) ws->outbox = evbuffer_new();
	if (ws->outbox) result = append(ws->outbox, header, header_len, data, len);
	if (result == 0 && !ws->posted) {
		result = event_base_once(ws->base, -1, EV_TIMEOUT, take_out, ws, &now);
		ws->posted = result == 0;
	}
	pthread_mutex_unlock(&ws->lock);
	return result;
}

int
session_send(struct evws_connection *ws, unsigned opcode, const void *data, size_t len)
{
	unsigned char frame[HEADER_MAX + SMALL_FRAME];
	const size_t header = put_header(frame, opcode, len);
	if (!pthread_equal(ws->thread, pthread_self())) return post(ws, frame, header, data, len);
	if (len > SMALL_FRAME) return append(bufferevent_get_output(ws->bev), frame, header, data, len);
	if (len) memcpy(frame + header, data, len);
	return bufferevent_write(ws->bev, frame, header + len);
}

void
session_send_close(struct evws_connection *ws, unsigned code)
{
	const unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)code};
	if (__atomic_exchange_n(&ws->close_sent, 1, __ATOMIC_ACQ_REL)) return;
	(void)session_send(ws, WS_CLOSE, payload, code == WS_CR_NONE ? 0 : sizeof(payload));
	if (pthread_equal(ws->thread, pthread_self())) limit_patience(ws);
}

static void
send_message(struct evws_connection *ws, unsigned opcode, const void *data, size_t len)
{
	if (session_closing(ws)) return;
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
	session_send_close(ws, reason);
}
