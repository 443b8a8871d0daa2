/* SPDX-License-Identifier: BSD-3-Clause */
/* A type of bufferevent of our own: zlib over any other bufferevent, written against the public headers alone.
 *
 * What is written goes through deflate() with a flush, so that the peer can have all of it at once; what comes goes
 * through inflate() as far as there is room for it. */
#include "filter-zlib.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/plugin_bufferevent.h>
#include <zlib.h>

#define PIECE 16384

struct zlib {
	struct bufferevent *bev, *below;
	z_stream packer, unpacker;
};

static const struct bufferevent_ops ops;

/* Feeds a stretch of `from` to zlib and appends what it makes to `to`. Returns how much was made, or -1. */
static long
convert(
	z_stream *stream, int (*step)(z_stream *, int), struct evbuffer *from, struct evbuffer *to, size_t room, int flush)
{
	struct evbuffer_iovec in = {NULL, 0}, out;
	if (evbuffer_peek(from, -1, NULL, &in, 1) < 0 || evbuffer_reserve_space(to, PIECE, &out, 1) != 1) return -1;
	if (in.iov_len > PIECE) in.iov_len = PIECE;
	if (out.iov_len > room) out.iov_len = room;
	if (out.iov_len > PIECE) out.iov_len = PIECE;
	stream->next_in = in.iov_base;
	stream->avail_in = (uInt)in.iov_len;
	stream->next_out = out.iov_base;
	stream->avail_out = (uInt)out.iov_len;
	size_t size = out.iov_len;
	int result = step(stream, evbuffer_get_length(from) == in.iov_len ? flush : Z_NO_FLUSH);
	if (result != Z_OK && result != Z_BUF_ERROR) return -1;
	out.iov_len = size - stream->avail_out;
	if (evbuffer_commit_space(to, &out, 1) < 0 || evbuffer_drain(from, in.iov_len - stream->avail_in) < 0) return -1;
	return (long)out.iov_len;
}

static void
unpack(struct zlib *zlib)
{
	struct evbuffer *from = bufferevent_get_input(zlib->below), *to = bufferevent_get_input(zlib->bev);
	size_t room;
	long made = 1;
	while (made > 0 && (room = bufferevent_type_room(zlib->bev, EV_READ)) > 0) {
		evbuffer_unfreeze(to, 0);
		made = convert(&zlib->unpacker, inflate, from, to, room, Z_SYNC_FLUSH);
		evbuffer_freeze(to, 0);
		if (made > 0) bufferevent_type_moved(zlib->bev, EV_READ, 0);
	}
	if (made < 0) bufferevent_type_event(zlib->bev, BEV_EVENT_READING | BEV_EVENT_ERROR, 0);
}

static void
pack(struct zlib *zlib)
{
	struct evbuffer *from = bufferevent_get_output(zlib->bev), *to = bufferevent_get_output(zlib->below);
	if (evbuffer_get_length(from) == 0) return;
	long made;
	evbuffer_unfreeze(from, 1);
	do {
		made = convert(&zlib->packer, deflate, from, to, PIECE, Z_SYNC_FLUSH);
	} while (made >= 0 && (evbuffer_get_length(from) > 0 || zlib->packer.avail_out == 0));
	evbuffer_freeze(from, 1);
	bufferevent_type_moved(zlib->bev, EV_WRITE, 0);
	if (made < 0) bufferevent_type_event(zlib->bev, BEV_EVENT_WRITING | BEV_EVENT_ERROR, 0);
}

/* ---- What the bufferevent below tells us ------------------------------------------------------------------------- */

static void
below_readable(struct bufferevent *below, void *arg)
{
	struct zlib *zlib = arg;
	struct bufferevent *bev = zlib->bev;
	(void)below;
	bufferevent_type_begin(bev);
	unpack(zlib);
	bufferevent_type_end(bev);
}

static void
below_event(struct bufferevent *below, short what, void *arg)
{
	struct zlib *zlib = arg;
	struct bufferevent *bev = zlib->bev;
	(void)below;
	bufferevent_type_begin(bev);
	unpack(zlib);
	bufferevent_type_event(bev, what, 0);
	bufferevent_type_end(bev);
}

/* ---- What the core tells us -------------------------------------------------------------------------------------- */

static struct zlib *
zlib_of(const struct bufferevent *bev)
{
	return bufferevent_type_data(bev, &ops);
}

static int
enable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_resume(zlib_of(bev)->below, EV_READ);
	bufferevent_type_schedule(bev, what); /* bytes may wait on either side */
	return 0;
}

static void
disable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_suspend(zlib_of(bev)->below, EV_READ);
}

static void
work(struct bufferevent *bev, short what)
{
	if (what & EV_READ) unpack(zlib_of(bev));
	if (what & EV_WRITE) pack(zlib_of(bev));
}

static void
unlink_below(struct bufferevent *bev)
{
	struct zlib *zlib = zlib_of(bev);
	if (zlib->below) bufferevent_setcb(zlib->below, NULL, NULL, NULL, NULL);
}

static void
destruct(struct bufferevent *bev)
{
	struct zlib *zlib = zlib_of(bev);
	deflateEnd(&zlib->packer);
	inflateEnd(&zlib->unpacker);
}

static const struct bufferevent_ops ops = {
	.head = {sizeof(ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "zlib",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS,
	.data_size = sizeof(struct zlib),
	.enable = enable,
	.disable = disable,
	.work = work,
	.unlink = unlink_below,
	.destruct = destruct,
};

static struct bufferevent *
wrap(struct event_base *base, struct bufferevent *below, int options)
{
	struct bufferevent *bev = bufferevent_type_new(base, &ops, options, below);
	if (!bev) return NULL;
	struct zlib *zlib = zlib_of(bev);
	if (deflateInit(&zlib->packer, Z_DEFAULT_COMPRESSION) != Z_OK || inflateInit(&zlib->unpacker) != Z_OK) goto failed;
	zlib->bev = bev;
	zlib->below = below;
	bufferevent_setcb(below, below_readable, NULL, below_event, zlib);
	bufferevent_enable(below, EV_READ | EV_WRITE);
	if (bufferevent_type_ready(bev) == 0) return bev;
failed:
	bufferevent_free(bev);
	return NULL;
}

static const struct filter_zlib table = {{sizeof(table), FILTER_ZLIB_MAJOR, FILTER_ZLIB_MINOR}, wrap};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_FILTER, FILTER_ZLIB_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "compressed bufferevents through zlib", .interface = &table.head);
