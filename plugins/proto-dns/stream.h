/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages over TCP, each behind its length in two bytes (RFC 1035 section 4.2.2): for client and server alike.
 * A stream has no lock of its own: its owner's serializes all calls. */
#ifndef PROTO_DNS_STREAM_H_
#define PROTO_DNS_STREAM_H_

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_stream {
	evutil_socket_t fd; /* -1: closed */
	struct event *read_event;
	struct event *write_event;
	struct evbuffer *in;
	struct evbuffer *out;
	bool connecting;
	bool writing; /* write_event is added */
};

/* Makes the parts of a closed stream, once. callback runs when the socket is readable or writable, or when reading has
 * timed out. Returns 0 or -1. */
int dns_stream_init(struct dns_stream *stream, struct event_base *base, event_callback_fn callback, void *arg);
/* Begins to use a socket. idle: how long nothing may arrive; NULL: for ever. Returns 0 or -1 (the socket is not closed
 * then). */
int dns_stream_open(struct dns_stream *stream, struct event_base *base, evutil_socket_t fd, bool connecting,
	const struct timeval *idle);
/* Sets the idle time anew. */
void dns_stream_watch(struct dns_stream *stream, const struct timeval *idle);
void dns_stream_unwatch(struct dns_stream *stream);
/* Closes the socket and forgets what was buffered. */
void dns_stream_close(struct dns_stream *stream);
/* Frees the parts. No lock may be held: a callback that is just running is waited for. */
void dns_stream_free(struct dns_stream *stream);
/* Sends a message, at once as far as possible. Returns 0, or -1 when the stream is broken or there is no memory. */
int dns_stream_send(struct dns_stream *stream, const uint8_t *message, size_t length);
/* The socket is writable. Returns 0, or -1 when the stream is broken. */
int dns_stream_flush(struct dns_stream *stream);
/* The socket is readable: takes what is there. Returns 0, or -1 when the peer closed or the stream is broken. */
int dns_stream_fill(struct dns_stream *stream);
/* The next whole message, valid until dns_stream_drop(). Returns NULL when there is none. */
const uint8_t *dns_stream_peek(struct dns_stream *stream, size_t *length);
void dns_stream_drop(struct dns_stream *stream, size_t length);

#endif
