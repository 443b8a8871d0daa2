/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a bufferevent: made by its type's constructor, held by references, given back by the loop when none of
 * its callbacks runs any more. */
#include "config.h"

#include "bufferevent/bufferevent.h"
#include "evbuffer/evbuffer.h"
#include "loop/loop.h"
#include "util/log.h"
#include "util/mm.h"

#define MOST_TYPE_EVENTS 8
#define MOST_CALLBACKS (MOST_TYPE_EVENTS + 6)

/* A type has at least what version 1.0 had, so nobody asks whether that is there; what is appended later must be asked
 * for against head.size. */
#define SIZE_1_0 (offsetof(struct bufferevent_ops, destruct) + sizeof(void (*)(struct bufferevent *)))

static bool
is_sound(const struct bufferevent_ops *ops)
{
	return ops->head.major == BUFFEREVENT_TYPE_MAJOR && ops->head.size >= SIZE_1_0 && ops->events <= MOST_TYPE_EVENTS &&
		   ops->data_size <= SIZE_MAX / 2 &&
		   (!ops->events || (ops->events_offset < ops->data_size &&
								ops->events * sizeof(struct event) <= ops->data_size - ops->events_offset));
}

/* owner: whose lock to share, or NULL. */
static int
make_lock(struct bev *b, struct bev *owner)
{
	bool failed = false;
	b->owner = owner ? owner : b;
	if (owner)
		b->lock = owner->lock;
	else if (b->options & BEV_OPT_THREADSAFE)
		b->lock = thread_lock_new(&failed);
	return failed ? -1 : 0;
}

static int
make_buffers(struct bev *b)
{
	struct bufferevent *pub = &b->pub;
	pub->input = evbuffer_new();
	pub->output = evbuffer_new();
	if (!pub->input || !pub->output) return -1;
	evbuffer_set_parent(pub->input, pub);
	evbuffer_set_parent(pub->output, pub);
	evbuffer_share_lock(pub->input, b->lock);
	evbuffer_share_lock(pub->output, b->lock);
	evbuffer_use_pool(pub->input, pub->ev_base);
	evbuffer_use_pool(pub->output, pub->ev_base);
	evbuffer_tell_parent(pub->output);
	evbuffer_freeze(pub->input, 0);
	evbuffer_freeze(pub->output, 1);
	return 0;
}

static void
free_parts(struct bev *b)
{
	if (b->pub.input) evbuffer_free(b->pub.input);
	if (b->pub.output) evbuffer_free(b->pub.output);
	if (b->owner == b) thread_lock_free(b->lock);
	mm_free(b);
}

static void
init(struct bev *b, struct event_base *base, const struct bufferevent_ops *ops, int options)
{
	b->pub.ev_base = base;
	b->pub.be_ops = ops;
	b->pub.enabled = EV_WRITE;
	b->options = (uint8_t)options;
	b->refs = 1;
	b->suspended_read = b->suspended_write = BEV_SUSPEND_SETUP;
	b->defer = (options & BEV_OPT_DEFER_CALLBACKS) || (ops->flags & BUFFEREVENT_TYPE_ALWAYS_DEFER);
	int priority = base ? event_base_get_npriorities(base) / 2 : 0;
	loop_deferred_init(&b->deferred, (uint8_t)priority, bev_deferred, b);
}

static struct bev *
make(struct event_base *base, const struct bufferevent_ops *ops, int options, struct bev *owner)
{
	if (!is_sound(ops)) {
		log_warnx("bufferevent type \"%s\": contract %d.%d, this core has %d.%d; get the plugin for this core",
			ops->name, ops->head.major, ops->head.minor, BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR);
		return NULL;
	}
	struct bev *b = mm_calloc(1, BEV_DATA_OFFSET + ops->data_size);
	if (!b) return NULL;
	init(b, base, ops, options);
	if (make_lock(b, owner) < 0 || make_buffers(b) < 0 || bev_timers_assign(b) < 0) {
		free_parts(b);
		return NULL;
	}
	if (owner) bufferevent_incref(&owner->pub);
	return b;
}

struct bufferevent *
bufferevent_type_new(
	struct event_base *base, const struct bufferevent_ops *ops, int options, struct bufferevent *underlying)
{
	struct bev *owner = underlying ? bev_of(underlying)->owner : NULL;
	struct bev *b = make(underlying ? underlying->ev_base : base, ops, options, owner);
	if (!b) return NULL;
	if (underlying) bufferevent_incref(underlying);
	b->underlying = underlying;
	return &b->pub;
}

struct bufferevent *
bufferevent_type_new_beside(struct bufferevent *peer, const struct bufferevent_ops *ops, int options)
{
	struct bev *b = make(peer->ev_base, ops, options, bev_of(peer)->owner);
	return b ? &b->pub : NULL;
}

int
bufferevent_type_ready(struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	bev_enter(b);
	int result = bev_resume_locked(b, EV_READ | EV_WRITE, BEV_SUSPEND_SETUP);
	bev_leave(b, false);
	return result;
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

/* Called by the loop when none of the callbacks runs any more. */
static void
finish(struct event_callback *callback, void *arg)
{
	struct bev *b = arg;
	struct bev *owner = b->owner;
	struct bufferevent *underlying = b->underlying;
	(void)callback;
	if (b->pub.be_ops->destruct) b->pub.be_ops->destruct(&b->pub);
	event_debug_unassign(&b->pub.ev_read);
	event_debug_unassign(&b->pub.ev_write);
	bev_connect_free(b);
	bev_rate_free(b);
	bool shares = owner != b;
	free_parts(b);
	if (underlying) bufferevent_decref(underlying);
	if (shares) bufferevent_decref(&owner->pub);
}

static int
add_event(struct event_callback **out, struct event *ev)
{
	if (!ev || !(ev->ev_evcallback.evcb_flags & EVLIST_INIT)) return 0;
	*out = &ev->ev_evcallback;
	return 1;
}

static void
destroy(struct bev *b)
{
	struct event_callback *callbacks[MOST_CALLBACKS];
	const struct bufferevent_ops *ops = b->pub.be_ops;
	struct event *own = (struct event *)((char *)bev_data(b) + ops->events_offset);
	int count = 0;
	callbacks[count++] = &b->deferred;
	count += add_event(callbacks + count, &b->pub.ev_read);
	count += add_event(callbacks + count, &b->pub.ev_write);
	count += add_event(callbacks + count, bev_connect_event(b));
	count += bev_rate_callbacks(b, callbacks + count);
	for (uint32_t i = 0; i < ops->events; i++)
		count += add_event(callbacks + count, &own[i]);
	if (b->pub.ev_base)
		loop_finalize_many(b->pub.ev_base, count, callbacks, finish, b);
	else
		finish(&b->deferred, b); /* it never got a base */
}

static void
unlink_underlying_locked(struct bev *b)
{
	struct bufferevent *underlying = b->underlying;
	if (!underlying) return;
	if (b->options & BEV_OPT_CLOSE_ON_FREE) {
		bufferevent_free(underlying);
		return;
	}
	if (underlying->cbarg == &b->pub) bufferevent_setcb(underlying, NULL, NULL, NULL, NULL);
	bufferevent_type_resume(underlying, EV_READ | EV_WRITE);
}

static void
end_use_locked(struct bev *b)
{
	b->freed = true;
	b->pub.readcb = NULL;
	b->pub.writecb = NULL;
	b->pub.errorcb = NULL;
	b->due = 0;
	b->due_events = 0;
	(void)bev_update_locked(b);
	b->work = 0;
	/* A base that is freed before its next turn would keep this reference for ever. */
	if (b->pub.ev_base && loop_deferred_cancel(b->pub.ev_base, &b->deferred)) b->refs--;
	bev_connect_cancel_locked(b);
	bev_rate_leave_locked(b);
	if (b->pub.be_ops->unlink) b->pub.be_ops->unlink(&b->pub);
	unlink_underlying_locked(b);
}

bool
bev_put(struct bev *b)
{
	if (b->refs == 1 && !b->freed) end_use_locked(b); /* a program that drops its own reference instead of freeing */
	/* An event that fires during the end takes a reference once more, but ends nothing twice. And a type that releases
	 * the lock around the program's code (bufferevent_unlock()) gives up the reference of whoever is in here: it comes
	 * back to end it. */
	bool last = --b->refs == 0 && !b->depth && !b->running && !b->ending;
	if (last) b->ending = true;
	thread_unlock_hot(b->lock);
	if (last) destroy(b);
	return last;
}

void
bev_leave(struct bev *b, bool direct)
{
	b->owner->entered--;
	b->depth--;
	if (b->holds && !b->depth && !b->owner->entered) bev_tell_watchers(b);
	if (!b->depth && !b->running && (b->holds || bev_is_due(b))) {
		if (direct && !b->owner->entered && !b->defer)
			bev_run_due(b);
		else
			bev_schedule_locked(b);
	}
	(void)bev_put(b);
}

void
bev_leave_inside(struct bev *b)
{
	b->owner->entered--;
	b->depth--;
	if (!b->depth && !b->running && (b->holds || bev_is_due(b))) bev_schedule_locked(b);
	(void)bev_put(b);
}

void
bufferevent_free(struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	bev_enter(b);
	if (!b->freed) {
		end_use_locked(b);
		b->refs--;
	}
	bev_leave(b, false);
}

void
bufferevent_incref(struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	thread_lock(b->lock);
	b->refs++;
	thread_unlock(b->lock);
}

int
bufferevent_decref(struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	thread_lock(b->lock);
	return bev_put(b);
}

void
bufferevent_lock(struct bufferevent *bufev)
{
	struct bev *b = bev_of(bufev);
	thread_lock(b->lock);
	b->refs++;
}

void
bufferevent_unlock(struct bufferevent *bufev)
{
	(void)bev_put(bev_of(bufev));
}
