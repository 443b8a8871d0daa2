/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions: session.c takes frames and ends, send.c sends, handshake.c begins. */
#ifndef PROTO_WS_SESSION_H_
#define PROTO_WS_SESSION_H_

#include "parse.h"

#include <event2/ws.h>
#include <pthread.h>

struct evws_connection {
	struct bufferevent *bev;
	struct evhttp_connection *evcon; /* holds the bufferevent; NULL: gone */
	ws_on_msg_cb message_cb;
	void *message_arg;
	ws_on_close_cb close_cb;
	void *close_arg;
	unsigned depth; /* callbacks that are running */
	bool ended;     /* to be freed when they are over */
	bool finishing; /* nothing is read any more: ends when all is written */
	int close_sent; /* from any thread, by the __atomic builtins */

	/* Frames from other threads, on their way to the loop's. */
	pthread_t thread;
	struct event_base *base;
	pthread_mutex_t lock;    /* guards the two below */
	struct evbuffer *outbox; /* whole frames; NULL: none */
	bool posted;             /* the loop was asked to take them out, and has yet to */

	struct ws_parser parser;
	unsigned message_type; /* of the message that is being gathered */
	uint32_t utf8;
	unsigned char *message;
	size_t message_len, message_size;
	unsigned char control[126]; /* payload of a control frame */
	size_t control_len;
};

/* Nothing more than a close frame is sent, or taken seriously. */
static inline bool
session_closing(const struct evws_connection *ws)
{
	return __atomic_load_n(&ws->close_sent, __ATOMIC_ACQUIRE) != 0;
}

void session_on_read(struct bufferevent *bev, void *arg);
void session_on_write(struct bufferevent *bev, void *arg);
void session_on_event(struct bufferevent *bev, short what, void *arg);
void session_on_http_closed(struct evhttp_connection *evcon, void *arg);

/* The calling thread runs the loop. Returns 0 or -1. */
int session_bind(struct evws_connection *ws);
/* Frees the session itself. */
void session_destroy(struct evws_connection *ws);
/* Between the two the session is not freed. */
void session_enter(struct evws_connection *ws);
void session_leave(struct evws_connection *ws);

/* Puts a frame into the output. Returns 0 or -1. Thread: any. */
int session_send(struct evws_connection *ws, unsigned opcode, const void *data, size_t len);
/* A close frame, once; code WS_CR_NONE: an empty one. Thread: any. */
void session_send_close(struct evws_connection *ws, unsigned code);

#endif
