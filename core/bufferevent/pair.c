/* SPDX-License-Identifier: BSD-3-Clause */
/* Two bufferevents whose buffers feed each other. They share one lock. Bytes move at once, in whatever call adds output
 * or makes room for input. Only where there is a lock, and the program has callbacks on the buffers, which must not run
 * in it, they move from the loop. The callbacks of the bufferevents are always deferred. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/plugin_bufferevent.h>
#include <event2/util.h>
#include <stdbool.h>

struct pair_data {
	struct bufferevent *partner; /* NULL: freed */
};

static const struct bufferevent_ops pair_ops;

static struct bufferevent *
partner_of(struct bufferevent *bev)
{
	return ((struct pair_data *)bufferevent_type_data(bev, &pair_ops))->partner;
}

static bool
move(struct bufferevent *from, struct bufferevent *to, size_t most)
{
	evbuffer_unfreeze(from->output, 1);
	evbuffer_unfreeze(to->input, 0);
	int moved;
	if (most >= evbuffer_get_length(from->output))
		moved = evbuffer_add_buffer(to->input, from->output) < 0 ? -1 : 1;
	else
		moved = evbuffer_remove_buffer(from->output, to->input, most);
	evbuffer_freeze(from->output, 1);
	evbuffer_freeze(to->input, 0);
	return moved > 0;
}

/* all: also beyond the watermark, and tell both sides in any case. */
static void
transfer(struct bufferevent *from, struct bufferevent *to, bool all)
{
	if (!(bufferevent_type_on(from) & EV_WRITE) || (!all && !(bufferevent_type_on(to) & EV_READ))) return;
	bufferevent_type_begin(from);
	bufferevent_type_begin(to);
	size_t most;
	bool moved = false;
	/* More than one round only when single reads are limited, which means nothing to a pair. */
	while (evbuffer_get_length(from->output) && (most = all ? SIZE_MAX : bufferevent_type_room(to, EV_READ))) {
		if (!move(from, to, most)) break;
		moved = true;
	}
	if (moved || all) {
		bufferevent_type_moved(to, EV_READ, 0);
		bufferevent_type_moved(from, EV_WRITE, 0);
	}
	bufferevent_type_end(to);
	bufferevent_type_end(from);
}

/* What most transfers are: no code of the program's runs, so nobody can go and nothing need be held. Callbacks of ours
 * on the two buffers care for neither change. */
static void
transfer_unwatched(struct bev *from, struct bev *to)
{
	size_t most;
	bool moved = false;
	if (!(from->on & EV_WRITE) || !(to->on & EV_READ)) return;
	while (evbuffer_get_length(from->pub.output) && (most = bev_room_locked(to, EV_READ))) {
		if (!evbuffer_shift(from->pub.output, to->pub.input, most)) break;
		moved = true;
	}
	if (!moved) return;
	bev_moved_locked(to, EV_READ, 0);
	bev_moved_locked(from, EV_WRITE, 0);
	bev_see_to_due_locked(to);
	bev_see_to_due_locked(from);
}

/* The callers hold the lock, and so may an evbuffer's function between: what runs now runs in the lock. */
static void
go(struct bufferevent *from, struct bufferevent *to)
{
	if (!from || !to) return;
	if (!evbuffer_is_watched(from->output) && !evbuffer_is_watched(to->input))
		transfer_unwatched(bev_of(from), bev_of(to));
	else if (bufferevent_type_is_locked(from))
		bufferevent_type_schedule(from, EV_WRITE);
	else
		transfer(from, to, false);
}

static int
enable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) go(partner_of(bev), bev);
	if (what & EV_WRITE) go(bev, partner_of(bev));
	return 0;
}

static void
output(struct bufferevent *bev)
{
	go(bev, partner_of(bev));
}

static void
work(struct bufferevent *bev, short what)
{
	struct bufferevent *partner = partner_of(bev);
	if ((what & EV_WRITE) && partner) transfer(bev, partner, false);
}

static int
flush(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode)
{
	struct bufferevent *partner = partner_of(bev);
	int end = BEV_EVENT_EOF;
	if (!partner) return -1;
	if (mode == BEV_NORMAL) return 0;
	if (what & EV_READ) {
		transfer(partner, bev, true);
		end |= BEV_EVENT_WRITING;
	}
	if (what & EV_WRITE) {
		transfer(bev, partner, true);
		end |= BEV_EVENT_READING;
	}
	if (mode == BEV_FINISHED) bufferevent_trigger_event(partner, (short)end, BEV_TRIG_DEFER_CALLBACKS);
	return 0;
}

static void
unlink_partner(struct bufferevent *bev)
{
	struct bufferevent *partner = partner_of(bev);
	if (!partner) return;
	((struct pair_data *)bufferevent_type_data(partner, &pair_ops))->partner = NULL;
	((struct pair_data *)bufferevent_type_data(bev, &pair_ops))->partner = NULL;
}

static const struct bufferevent_ops pair_ops = {
	.head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "pair",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS | BUFFEREVENT_TYPE_ALWAYS_DEFER,
	.data_size = sizeof(struct pair_data),
	.enable = enable,
	.output = output,
	.work = work,
	.flush = flush,
	.unlink = unlink_partner,
};

int
bufferevent_pair_new(struct event_base *base, int options, struct bufferevent *pair[2])
{
	struct bufferevent *first = bufferevent_type_new(base, &pair_ops, options, NULL);
	struct bufferevent *second = first ? bufferevent_type_new_beside(first, &pair_ops, options) : NULL;
	if (!second) {
		if (first) bufferevent_free(first);
		return -1;
	}
	((struct pair_data *)bufferevent_type_data(first, &pair_ops))->partner = second;
	((struct pair_data *)bufferevent_type_data(second, &pair_ops))->partner = first;
	(void)bufferevent_type_ready(first);
	(void)bufferevent_type_ready(second);
	pair[0] = first;
	pair[1] = second;
	return 0;
}

struct bufferevent *
bufferevent_pair_get_partner(struct bufferevent *bev)
{
	struct pair_data *data = bufferevent_type_data(bev, &pair_ops);
	if (!data) return NULL;
	bufferevent_lock(bev);
	struct bufferevent *partner = data->partner;
	bufferevent_unlock(bev);
	return partner;
}
