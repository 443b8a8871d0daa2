/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters: the program's functions between two bufferevents, which share a lock.
 *
 * Without a lock data pass at once, in whatever call brings them. With one the functions run from the loop, since they
 * are the program's code and no lock is held around that. */
#include "config.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/plugin_bufferevent.h>
#include <event2/util.h>

#include <errno.h>
#include <stdbool.h>

struct filter_data {
	bufferevent_filter_cb input_filter, output_filter;
	void (*free_context)(void *);
	void *context;
	bool at_once;           /* there is no lock */
	bool busy_in, busy_out; /* a function runs */
};

static const struct bufferevent_ops filter_ops;

static struct filter_data *
data_of(struct bufferevent *bev)
{
	return bufferevent_type_data(bev, &filter_ops);
}

static enum bufferevent_filter_result
pass(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, enum bufferevent_flush_mode mode, void *context)
{
	(void)mode, (void)context;
	if (!evbuffer_get_length(src)) return BEV_NEED_MORE;
	if (limit < 0) return evbuffer_add_buffer(dst, src) < 0 ? BEV_ERROR : BEV_OK;
	return evbuffer_remove_buffer(src, dst, (size_t)limit) < 0 ? BEV_ERROR : BEV_OK;
}

static ev_ssize_t
limit_of(size_t high, const struct evbuffer *dst)
{
	if (!high) return -1;
	size_t length = evbuffer_get_length(dst);
	return length < high ? (ev_ssize_t)(high - length) : 0;
}

/* One call of the program's function, without the lock. The bufferevent cannot go away: a reference is held. */
static enum bufferevent_filter_result
call(struct bufferevent *bev, bufferevent_filter_cb filter, struct evbuffer *src, struct evbuffer *dst, size_t high,
	enum bufferevent_flush_mode mode)
{
	struct filter_data *data = data_of(bev);
	ev_ssize_t limit = mode == BEV_NORMAL ? limit_of(high, dst) : -1;
	if (!data->at_once) bufferevent_unlock(bev);
	enum bufferevent_filter_result result = filter(src, dst, limit, mode, data->context);
	if (!data->at_once) bufferevent_lock(bev);
	return result;
}

/* ---- Reading: from the underlying input to ours ---- */

static bool
may_read(struct bufferevent *bev, enum bufferevent_flush_mode mode)
{
	if (mode != BEV_NORMAL) return true;
	return (bufferevent_type_on(bev) & EV_READ) && limit_of(bev->wm_read.high, bev->input) != 0;
}

static bool
filter_in(struct bufferevent *bev, enum bufferevent_flush_mode mode)
{
	struct filter_data *data = data_of(bev);
	struct evbuffer *source = bufferevent_get_underlying(bev)->input;
	bool moved = false;
	if (data->busy_in) return false;
	data->busy_in = true;
	while (may_read(bev, mode) && (mode != BEV_NORMAL || evbuffer_get_length(source))) {
		evbuffer_unfreeze(bev->input, 0);
		enum bufferevent_filter_result result =
			call(bev, data->input_filter, source, bev->input, bev->wm_read.high, mode);
		evbuffer_freeze(bev->input, 0);
		if (result == BEV_OK) moved = true;
		if (result == BEV_ERROR) bufferevent_type_event(bev, BEV_EVENT_READING | BEV_EVENT_ERROR, 0);
		if (result != BEV_OK || !evbuffer_get_length(source)) break;
	}
	data->busy_in = false;
	if (moved) bufferevent_type_moved(bev, EV_READ, 0);
	return moved;
}

/* ---- Writing: from our output to the underlying one ---- */

static bool
may_write(struct bufferevent *bev, enum bufferevent_flush_mode mode)
{
	struct bufferevent *under = bufferevent_get_underlying(bev);
	if (mode != BEV_NORMAL) return true;
	return (bufferevent_type_on(bev) & EV_WRITE) && limit_of(under->wm_write.high, under->output) != 0;
}

static bool
filter_out(struct bufferevent *bev, enum bufferevent_flush_mode mode)
{
	struct filter_data *data = data_of(bev);
	struct bufferevent *under = bufferevent_get_underlying(bev);
	bool moved = false;
	if (data->busy_out) return false;
	data->busy_out = true;
	while (may_write(bev, mode) && (mode != BEV_NORMAL || evbuffer_get_length(bev->output))) {
		evbuffer_unfreeze(bev->output, 1);
		enum bufferevent_filter_result result =
			call(bev, data->output_filter, bev->output, under->output, under->wm_write.high, mode);
		evbuffer_freeze(bev->output, 1);
		if (result == BEV_OK) moved = true;
		if (result == BEV_ERROR) bufferevent_type_event(bev, BEV_EVENT_WRITING | BEV_EVENT_ERROR, 0);
		if (result != BEV_OK || !evbuffer_get_length(bev->output)) break;
	}
	data->busy_out = false;
	if (moved) bufferevent_type_moved(bev, EV_WRITE, 0);
	return moved;
}

static void
go(struct bufferevent *bev, short what)
{
	if (!data_of(bev)->at_once) {
		bufferevent_type_schedule(bev, what);
		return;
	}
	if (what & EV_READ) (void)filter_in(bev, BEV_NORMAL);
	if (what & EV_WRITE) (void)filter_out(bev, BEV_NORMAL);
}

/* ---- Callbacks of the underlying bufferevent ---- */

static void
underlying_read(struct bufferevent *under, void *arg)
{
	(void)under;
	bufferevent_type_begin(arg);
	go(arg, EV_READ);
	bufferevent_type_end(arg);
}

static void
underlying_written(struct bufferevent *under, void *arg)
{
	(void)under;
	bufferevent_type_begin(arg);
	go(arg, EV_WRITE);
	bufferevent_type_end(arg);
}

static void
underlying_event(struct bufferevent *under, short what, void *arg)
{
	int error = errno;
	(void)under;
	bufferevent_type_begin(arg);
	errno = error;
	bufferevent_trigger_event(arg, what, 0);
	bufferevent_type_end(arg);
}

/* ---- The type ---- */

static int
enable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_resume(bufferevent_get_underlying(bev), EV_READ);
	go(bev, what);
	return 0;
}

static void
disable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_suspend(bufferevent_get_underlying(bev), EV_READ);
}

static void
output(struct bufferevent *bev)
{
	go(bev, EV_WRITE);
}

static void
work(struct bufferevent *bev, short what)
{
	if (what & EV_READ) (void)filter_in(bev, BEV_NORMAL);
	if (what & EV_WRITE) (void)filter_out(bev, BEV_NORMAL);
}

static int
flush(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode)
{
	bool moved = false;
	if ((what & EV_READ) && filter_in(bev, mode)) moved = true;
	if ((what & EV_WRITE) && filter_out(bev, mode)) moved = true;
	(void)bufferevent_flush(bufferevent_get_underlying(bev), what, mode);
	return moved;
}

static void
destruct(struct bufferevent *bev)
{
	struct filter_data *data = data_of(bev);
	if (data->free_context) data->free_context(data->context);
}

static const struct bufferevent_ops filter_ops = {
	.head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR},
	.name = "filter",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS,
	.data_size = sizeof(struct filter_data),
	.enable = enable,
	.disable = disable,
	.output = output,
	.work = work,
	.flush = flush,
	.destruct = destruct,
};

struct bufferevent *
bufferevent_filter_new(struct bufferevent *underlying, bufferevent_filter_cb input_filter,
	bufferevent_filter_cb output_filter, int options, void (*free_context)(void *), void *ctx)
{
	struct bufferevent *bev = bufferevent_type_new(NULL, &filter_ops, options, underlying);
	if (!bev) return NULL;
	struct filter_data *data = data_of(bev);
	data->input_filter = input_filter ? input_filter : pass;
	data->output_filter = output_filter ? output_filter : pass;
	data->free_context = free_context;
	data->context = ctx;
	data->at_once = !bufferevent_type_is_locked(bev);
	bufferevent_setcb(underlying, underlying_read, underlying_written, underlying_event, bev);
	bufferevent_type_suspend(underlying, EV_READ);
	(void)bufferevent_enable(underlying, EV_READ | EV_WRITE);
	(void)bufferevent_type_ready(bev);
	return bev;
}
