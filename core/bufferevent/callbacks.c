/* SPDX-License-Identifier: BSD-3-Clause */
/* What is due, and how it runs.
 *
 * Callbacks never run from within the call that causes them: it makes them due, and the outermost bev_leave() in the
 * loop's thread, or the loop, runs them with the lock released. Whatever they write is handed to the type's work() once
 * they have returned: one system call for all of it, and the write callback comes after the data has gone. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"
#include "loop/loop.h"

#include <errno.h>

/* Callbacks, then work, then callbacks again: enough for a request and its answer. What a write callback adds after
 * that waits for the loop, so that a fast peer does not starve the others. */
#define ROUNDS 2

void
bev_schedule_locked(struct bev *b)
{
	if (!b->pub.ev_base) return; /* bufferevent_base_set() sees to it */
	const bool last = b->last && !b->due && !b->due_events && !b->holds;
	if ((last ? loop_deferred_schedule_last : loop_deferred_schedule)(b->pub.ev_base, &b->deferred)) b->refs++;
}

void
bev_deferred(struct event_callback *callback, void *arg)
{
	struct bev *b = arg;
	(void)callback;
	thread_lock_hot(b->lock);
	if (!b->running && b->depth == 0) bev_run_due(b);
	(void)bev_put(b);
}

/* ---- The program's callbacks on the buffers ----------------------------------------------------------------------
 */

void
bev_hold_watchers_locked(struct bev *b)
{
	if (!b->lock || b->holds || (!evbuffer_is_watched(b->pub.input) && !evbuffer_is_watched(b->pub.output))) return;
	b->holds = true;
	evbuffer_hold_callbacks(b->pub.input);
	evbuffer_hold_callbacks(b->pub.output);
}

void
bev_tell_watchers(struct bev *b)
{
	b->holds = false;
	thread_unlock(b->lock);
	evbuffer_invoke_callbacks(b->pub.input);
	evbuffer_invoke_callbacks(b->pub.output);
	thread_lock(b->lock);
}

/* ---- Running ----------------------------------------------------------------------------------------------------- */

static void
call_event(struct bev *b, short what)
{
	bufferevent_event_cb callback = b->pub.errorcb;
	void *arg = b->pub.cbarg;
	int error = b->due_error;
	b->due_events = (short)(b->due_events & ~what);
	if (!callback || !what) return;
	thread_unlock(b->lock);
	errno = error;
	callback(&b->pub, what, arg);
	thread_lock(b->lock);
}

/* With a high watermark set, a reader that takes its input piece by piece is called again for what is left, since no
 * new data can come to do that. One that took nothing is not: it would be called for ever. */
static void
call_read(struct bev *b)
{
	bufferevent_data_cb callback = b->pub.readcb;
	void *arg = b->pub.cbarg;
	b->due &= (uint8_t)~EV_READ;
	if (!callback) return;
	size_t before = b->pub.wm_read.high ? evbuffer_get_length(b->pub.input) : 0;
	thread_unlock_hot(b->lock);
	callback(&b->pub, arg);
	thread_lock_hot(b->lock);
	if (!before || b->freed || !b->pub.wm_read.high || !(b->pub.enabled & EV_READ)) return;
	size_t after = evbuffer_get_length(b->pub.input);
	if (after && after < before && after >= b->pub.wm_read.low) b->due |= EV_READ;
}

static void
call_write(struct bev *b)
{
	bufferevent_data_cb callback = b->pub.writecb;
	void *arg = b->pub.cbarg;
	b->due &= (uint8_t)~EV_WRITE;
	if (!callback) return;
	thread_unlock_hot(b->lock);
	callback(&b->pub, arg);
	thread_lock_hot(b->lock);
}

static void
run_work(struct bev *b)
{
	short what = b->work & b->on;
	b->work = 0;
	if (!what || !b->pub.be_ops->work) return;
	bev_hold_watchers_locked(b);
	b->depth++;
	b->owner->entered++;
	b->pub.be_ops->work(&b->pub, what);
	b->owner->entered--;
	b->depth--;
}

/* A program may count on it that an event which it makes active sees what it wrote still there. active: as many
 * callbacks were queued before its callbacks ran. */
static bool
must_wait(const struct bev *b, int active)
{
	return b->last && !b->due_events && b->pub.ev_base && loop_active_count(b->pub.ev_base) > active;
}

/* What the read callback wrote goes out before the end is told, for many a program frees it then. Returns false when
 * the work has to wait for others. */
static bool
run_round(struct bev *b, int active)
{
	uint8_t due = b->due;
	if (b->due_events & BEV_EVENT_CONNECTED) call_event(b, BEV_EVENT_CONNECTED);
	if (due & EV_READ) call_read(b);
	if (due & EV_WRITE) call_write(b);
	if (b->work && must_wait(b, active)) return false;
	if (b->work) run_work(b);
	if (b->due_events) call_event(b, b->due_events);
	return true;
}

void
bev_run_due(struct bev *b)
{
	const int active = b->last ? loop_active_count(b->pub.ev_base) : INT_MAX;
	b->running = true;
	for (int round = 0; round < ROUNDS && bev_is_due(b); round++) {
		if (b->holds) bev_tell_watchers(b);
		if (!run_round(b, active)) break;
	}
	if (b->holds) bev_tell_watchers(b);
	b->running = false;
	if (bev_is_due(b)) bev_schedule_locked(b);
}

void
bev_due_events_locked(struct bev *b, short what, int error)
{
	if (b->freed || !b->pub.errorcb) return;
	b->due_events |= what;
	b->due_error = error;
}

void
bev_due_data_locked(struct bev *b, short what)
{
	if ((what & EV_READ) && b->pub.readcb && evbuffer_get_length(b->pub.input) >= b->pub.wm_read.low) b->due |= EV_READ;
	if ((what & EV_WRITE) && b->pub.writecb && evbuffer_get_length(b->pub.output) <= b->pub.wm_write.low)
		b->due |= EV_WRITE;
}

/* ---- From outside ------------------------------------------------------------------------------------------------
 */

bool
bev_may_run_here(const struct bev *b)
{
	const struct event_base *base = b->pub.ev_base;
	return base && (b->lock ? loop_runs_here(base) : loop_is_ours(base));
}

static void
leave_triggered(struct bev *b, int options)
{
	bev_leave(b, !(options & BEV_TRIG_DEFER_CALLBACKS) && !b->running && bev_may_run_here(b));
}

void
bufferevent_trigger(struct bufferevent *bufev, short iotype, int options)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	if (!(options & BEV_TRIG_IGNORE_WATERMARKS))
		bev_due_data_locked(b, iotype);
	else if (!b->freed)
		b->due |= (uint8_t)(iotype & (EV_READ | EV_WRITE));
	leave_triggered(b, options);
}

void
bufferevent_trigger_event(struct bufferevent *bufev, short what, int options)
{
	struct bev *b = bev_of(bufev);
	int error = errno;
	bev_enter(b);
	bev_due_events_locked(b, what, error);
	leave_triggered(b, options);
}

void
bufferevent_setcb(struct bufferevent *bufev, bufferevent_data_cb readcb, bufferevent_data_cb writecb,
	bufferevent_event_cb eventcb, void *cbarg)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	if (!b->freed) {
		bufev->readcb = readcb;
		bufev->writecb = writecb;
		bufev->errorcb = eventcb;
		bufev->cbarg = cbarg;
	}
	bev_leave(b, false);
}

void
bufferevent_getcb(struct bufferevent *bufev, bufferevent_data_cb *readcb_ptr, bufferevent_data_cb *writecb_ptr,
	bufferevent_event_cb *eventcb_ptr, void **cbarg_ptr)
{
	struct bev *b = bev_of(bufev);
	thread_lock(b->lock);
	if (readcb_ptr) *readcb_ptr = bufev->readcb;
	if (writecb_ptr) *writecb_ptr = bufev->writecb;
	if (eventcb_ptr) *eventcb_ptr = bufev->errorcb;
	if (cbarg_ptr) *cbarg_ptr = bufev->cbarg;
	thread_unlock(b->lock);
}
