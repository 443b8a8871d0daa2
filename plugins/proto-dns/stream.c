/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages over TCP. What is read ahead is bounded: one read takes 64 KiB at most, and whole messages leave the
 * buffer before the next one. */
#include "stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define READ_AT_ONCE 65536
#define UNSENT_MAX (4u << 20) /* a peer that does not read gets no more than that */

int
dns_stream_init(struct dns_stream *stream, struct event_base *base, event_callback_fn callback, void *arg)
{
	memset(stream, 0, sizeof(*stream));
	stream->fd = -1;
	stream->read_event = event_new(base, -1, EV_PERSIST, callback, arg);
	stream->write_event = event_new(base, -1, 0, callback, arg);
	stream->in = evbuffer_new();
	stream->out = evbuffer_new();
	if (stream->read_event && stream->write_event && stream->in && stream->out) return 0;
	dns_stream_free(stream);
	return -1;
}

int
dns_stream_open(
	struct dns_stream *stream, struct event_base *base, evutil_socket_t fd, bool connecting, const struct timeval *idle)
{
	event_callback_fn callback = event_get_callback(stream->read_event);
	void *arg = event_get_callback_arg(stream->read_event);
	if (event_assign(stream->read_event, base, fd, EV_READ | EV_PERSIST, callback, arg) != 0 ||
		event_assign(stream->write_event, base, fd, EV_WRITE, callback, arg) != 0)
		return -1;
	if (event_add(stream->read_event, idle) != 0) return -1;
	if (connecting && event_add(stream->write_event, NULL) != 0) {
		event_del_noblock(stream->read_event);
		return -1;
	}
	stream->fd = fd;
	stream->connecting = stream->writing = connecting;
	return 0;
}

void
dns_stream_watch(struct dns_stream *stream, const struct timeval *idle)
{
	event_add(stream->read_event, idle);
}

void
dns_stream_unwatch(struct dns_stream *stream)
{
	event_del_noblock(stream->read_event);
}

void
dns_stream_close(struct dns_stream *stream)
{
	if (stream->fd < 0) return;
	event_del_noblock(stream->read_event);
	event_del_noblock(stream->write_event);
	evutil_closesocket(stream->fd);
	stream->fd = -1;
	stream->connecting = stream->writing = false;
	evbuffer_drain(stream->in, evbuffer_get_length(stream->in));
	evbuffer_drain(stream->out, evbuffer_get_length(stream->out));
}

void
dns_stream_free(struct dns_stream *stream)
{
	if (stream->read_event) event_free(stream->read_event);
	if (stream->write_event) event_free(stream->write_event);
	if (stream->fd >= 0) evutil_closesocket(stream->fd);
	if (stream->in) evbuffer_free(stream->in);
	if (stream->out) evbuffer_free(stream->out);
}

static bool
is_temporary(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* As evbuffer_write(), but a peer that is gone raises no SIGPIPE in the program. */
static ssize_t
write_out(struct dns_stream *stream)
{
	struct evbuffer_iovec pieces[8];
	struct msghdr message = {0};
	int count = evbuffer_peek(stream->out, -1, NULL, pieces, 8);
	message.msg_iov = pieces;
	message.msg_iovlen = (size_t)(count < 8 ? count : 8);
	ssize_t sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL);
	if (sent > 0) evbuffer_drain(stream->out, (size_t)sent);
	return sent;
}

int
dns_stream_flush(struct dns_stream *stream)
{
	if (stream->connecting) {
		int error = 0;
		ev_socklen_t size = sizeof(error);
		if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, (void *)&error, &size) != 0 || error) return -1;
		stream->connecting = false;
	}
	stream->writing = false;
	if (evbuffer_get_length(stream->out) == 0) return 0;
	if (write_out(stream) < 0 && !is_temporary(errno)) return -1;
	if (evbuffer_get_length(stream->out) == 0) return 0;
	stream->writing = event_add(stream->write_event, NULL) == 0;
	return stream->writing ? 0 : -1;
}

int
dns_stream_send(struct dns_stream *stream, const uint8_t *message, size_t length)
{
	uint8_t head[2] = {(uint8_t)(length >> 8), (uint8_t)length};
	if (stream->fd < 0 || length > 65535 || evbuffer_get_length(stream->out) > UNSENT_MAX) return -1;
	if (evbuffer_expand(stream->out, length + 2) != 0) return -1;
	if (evbuffer_add(stream->out, head, 2) != 0 || evbuffer_add(stream->out, message, length) != 0) return -1;
	return stream->writing ? 0 : dns_stream_flush(stream);
}

int
dns_stream_fill(struct dns_stream *stream)
{
	int got = evbuffer_read(stream->in, stream->fd, READ_AT_ONCE);
	if (got > 0) return 0;
	return got < 0 && is_temporary(errno) ? 0 : -1;
}

const uint8_t *
dns_stream_peek(struct dns_stream *stream, size_t *length)
{
	uint8_t head[2];
	if (stream->fd < 0 || evbuffer_copyout(stream->in, head, 2) != 2) return NULL;
	*length = (size_t)head[0] << 8 | head[1];
	if (evbuffer_get_length(stream->in) < *length + 2) return NULL;
	const uint8_t *bytes = evbuffer_pullup(stream->in, (ev_ssize_t)*length + 2);
	return bytes ? bytes + 2 : NULL;
}

void
dns_stream_drop(struct dns_stream *stream, size_t length)
{
	evbuffer_drain(stream->in, length + 2);
}
