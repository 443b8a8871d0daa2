/* SPDX-License-Identifier: BSD-3-Clause */
/* evtag_*: tagged data in evbuffers, over the pure codec.
 *
 * A header is copied out before it is read, so it may lie across chains; a length is compared with what is there
 * before anything is allocated for it. What is malformed or cut short leaves the buffer as it is; an item of another
 * tag or size than asked for loses its header, as it always did. */
#include "codec.h"
#include "rpc.h"

#include <event2/buffer.h>
#include <limits.h>
#include <string.h>

void
plugin_evtag_init(void)
{
}

/* ---- Writing: the room is reserved first, so an item is written whole or not at all ----------------------------- */

bool
rpc_put_header(struct evbuffer *buffer, uint32_t tag, uint32_t len, size_t room)
{
	unsigned char header[CODEC_HEADER_BYTES];
	size_t n = codec_put_tag(header, tag);
	n += codec_put_int(header + n, len);
	if (evbuffer_expand(buffer, n + room) == 0 && evbuffer_add(buffer, header, n) == 0) return true;
	rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evtag_marshal: no room for an item of %zu bytes; it is left out", n + room);
	return false;
}

void
plugin_evtag_marshal(struct evbuffer *buffer, uint32_t tag, const void *data, uint32_t len)
{
	if (rpc_put_header(buffer, tag, len, len)) (void)evbuffer_add(buffer, data, len);
}

void
plugin_evtag_marshal_buffer(struct evbuffer *buffer, uint32_t tag, struct evbuffer *data)
{
	size_t len = evbuffer_get_length(data);
	if (len > UINT32_MAX) {
		rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evtag_marshal_buffer: %zu bytes do not fit an item; it is left out", len);
		return;
	}
	if (rpc_put_header(buffer, tag, (uint32_t)len, 0)) (void)evbuffer_add_buffer(buffer, data);
}

static void
put_int(struct evbuffer *buffer, uint64_t value)
{
	unsigned char bytes[CODEC_INT64_BYTES];
	if (evbuffer_add(buffer, bytes, codec_put_int(bytes, value)) < 0)
		rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evtag_encode_int: no memory; the number is left out");
}

void
plugin_evtag_encode_int(struct evbuffer *buffer, uint32_t value)
{
	put_int(buffer, value);
}

void
plugin_evtag_encode_int64(struct evbuffer *buffer, uint64_t value)
{
	put_int(buffer, value);
}

void
plugin_evtag_marshal_int64(struct evbuffer *buffer, uint32_t tag, uint64_t value)
{
	unsigned char bytes[CODEC_INT64_BYTES];
	plugin_evtag_marshal(buffer, tag, bytes, (uint32_t)codec_put_int(bytes, value));
}

void
plugin_evtag_marshal_int(struct evbuffer *buffer, uint32_t tag, uint32_t value)
{
	plugin_evtag_marshal_int64(buffer, tag, value);
}

void
plugin_evtag_marshal_string(struct evbuffer *buffer, uint32_t tag, const char *text)
{
	size_t len = strlen(text);
	if (len > UINT32_MAX) len = UINT32_MAX;
	plugin_evtag_marshal(buffer, tag, text, (uint32_t)len);
}

void
plugin_evtag_marshal_timeval(struct evbuffer *buffer, uint32_t tag, struct timeval *tv)
{
	unsigned char bytes[2 * CODEC_INT_BYTES];
	size_t n = codec_put_int(bytes, (uint32_t)tv->tv_sec);
	n += codec_put_int(bytes + n, (uint32_t)tv->tv_usec);
	plugin_evtag_marshal(buffer, tag, bytes, (uint32_t)n);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Looks at the item in front: returns the bytes of its header, or -1. */
static int
look(struct evbuffer *buffer, uint32_t *tag, uint32_t *len)
{
	unsigned char header[CODEC_HEADER_BYTES];
	ev_ssize_t n = evbuffer_copyout(buffer, header, sizeof(header));
	return n <= 0 ? -1 : codec_get_header(header, (size_t)n, tag, len);
}

/* The same for an item that is there as a whole and whose length an int can tell. */
static int
look_whole(struct evbuffer *buffer, uint32_t *tag, uint32_t *len)
{
	int header = look(buffer, tag, len);
	if (header < 0 || *len > INT_MAX || evbuffer_get_length(buffer) - (size_t)header < *len) return -1;
	return header;
}

/* Drains the header of an item of that tag. Returns its length, or -1. */
static int
take_header(struct evbuffer *buffer, uint32_t wanted)
{
	uint32_t tag;
	int len = plugin_evtag_unmarshal_header(buffer, &tag);
	return len < 0 || tag != wanted ? -1 : len;
}

int
plugin_evtag_peek(struct evbuffer *buffer, uint32_t *tag)
{
	unsigned char bytes[CODEC_TAG_BYTES];
	ev_ssize_t n = evbuffer_copyout(buffer, bytes, sizeof(bytes));
	return n <= 0 ? -1 : codec_get_tag(bytes, (size_t)n, tag);
}

int
plugin_evtag_peek_length(struct evbuffer *buffer, uint32_t *len)
{
	uint32_t tag, payload;
	int header = look(buffer, &tag, &payload);
	if (header < 0 || payload > UINT32_MAX - (uint32_t)header) return -1;
	*len = payload + (uint32_t)header;
	return 0;
}

int
plugin_evtag_payload_length(struct evbuffer *buffer, uint32_t *len)
{
	uint32_t tag;
	return look(buffer, &tag, len) < 0 ? -1 : 0;
}

int
plugin_evtag_consume(struct evbuffer *buffer)
{
	uint32_t tag, len;
	int header = look_whole(buffer, &tag, &len);
	return header < 0 ? -1 : evbuffer_drain(buffer, (size_t)header + len);
}

int
plugin_evtag_unmarshal_header(struct evbuffer *buffer, uint32_t *tag)
{
	uint32_t found, len;
	int header = look_whole(buffer, &found, &len);
	if (header < 0 || evbuffer_drain(buffer, (size_t)header) < 0) return -1;
	if (tag) *tag = found;
	return (int)len;
}

int
plugin_evtag_unmarshal(struct evbuffer *source, uint32_t *tag, struct evbuffer *destination)
{
	int len = plugin_evtag_unmarshal_header(source, tag);
	if (len < 0) return -1;
	return evbuffer_remove_buffer(source, destination, (size_t)len) == len ? len : -1;
}

/* Takes an item's number whose payload has at most max_bits. Returns the number's bytes, or -1. */
static int
take_int(struct evbuffer *buffer, uint32_t wanted, unsigned max_bits, uint64_t *value)
{
	unsigned char bytes[CODEC_INT64_BYTES];
	int len = take_header(buffer, wanted);
	if (len < 0) return -1;
	size_t n = (size_t)len < sizeof(bytes) ? (size_t)len : sizeof(bytes);
	bool copied = evbuffer_copyout(buffer, bytes, n) == (ev_ssize_t)n;
	if (evbuffer_drain(buffer, (size_t)len) < 0 || !copied) return -1;
	return codec_get_int(bytes, n, max_bits, value);
}

int
plugin_evtag_unmarshal_int(struct evbuffer *buffer, uint32_t tag, uint32_t *value)
{
	uint64_t wide;
	int n = take_int(buffer, tag, 32, &wide);
	if (n >= 0) *value = (uint32_t)wide;
	return n;
}

int
plugin_evtag_unmarshal_int64(struct evbuffer *buffer, uint32_t tag, uint64_t *value)
{
	return take_int(buffer, tag, 64, value);
}

int
plugin_evtag_unmarshal_fixed(struct evbuffer *buffer, uint32_t tag, void *data, size_t len)
{
	int found = take_header(buffer, tag);
	if (found < 0 || (size_t)found != len) return -1;
	return evbuffer_remove(buffer, data, len) == found ? 0 : -1;
}

int
plugin_evtag_unmarshal_string(struct evbuffer *buffer, uint32_t tag, char **text)
{
	int len = take_header(buffer, tag);
	if (len < 0) return -1;
	char *copy = rpc_host->alloc((size_t)len + 1);
	if (!copy) return -1;
	if (evbuffer_remove(buffer, copy, (size_t)len) != len) {
		rpc_free(copy);
		return -1;
	}
	copy[len] = '\0';
	*text = copy;
	return 0;
}

int
plugin_evtag_unmarshal_timeval(struct evbuffer *buffer, uint32_t tag, struct timeval *tv)
{
	unsigned char bytes[2 * CODEC_INT_BYTES];
	int len = take_header(buffer, tag);
	if (len < 0) return -1;
	size_t n = (size_t)len < sizeof(bytes) ? (size_t)len : sizeof(bytes);
	bool copied = evbuffer_copyout(buffer, bytes, n) == (ev_ssize_t)n;
	if (evbuffer_drain(buffer, (size_t)len) < 0 || !copied) return -1;
	uint64_t seconds, microseconds;
	int first = codec_get_int(bytes, n, 32, &seconds);
	if (first < 0 || codec_get_int(bytes + first, n - (size_t)first, 32, &microseconds) < 0) return -1;
	tv->tv_sec = (time_t)seconds;
	tv->tv_usec = (suseconds_t)microseconds;
	return 0;
}
