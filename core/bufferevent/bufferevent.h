/* SPDX-License-Identifier: BSD-3-Clause */
/* A bufferevent's private side, shared by the files of this folder alone.
 *
 * Who owns what: life.c making, references, freeing; callbacks.c what is due and how it runs; state.c which directions
 * are on, watermarks, timeouts; access.c buffers, data and settings; type.c the contract for types; socket.c, pair.c,
 * filter.c the core's own types, over that contract; connect.c and hostname.c connecting; rate.c, rate_member.c and
 * rate_group.c rate limits; compat.c old names.
 *
 * Everything of a bufferevent is kept by its lock. bev_enter() and bev_leave() stand around every use: what happens in
 * between makes callbacks and work due, and the outermost bev_leave() sees to it that they run, with no lock held.
 * Order of locks: a bufferevent's, then a rate limit group's, then a base's. */
#ifndef MKEVENT_BUFFEREVENT_BUFFEREVENT_H_
#define MKEVENT_BUFFEREVENT_BUFFEREVENT_H_

#include "thread/thread.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_struct.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/plugin_bufferevent.h>
#include <limits.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a direction is not on although it is enabled. */
enum bev_suspend {
	BEV_SUSPEND_WATERMARK = 0x01, /* the input is as long as it may be */
	BEV_SUSPEND_RATE = 0x02,      /* its own bucket is empty */
	BEV_SUSPEND_GROUP = 0x04,     /* its group's bucket is empty */
	BEV_SUSPEND_CONNECT = 0x08,   /* not connected yet */
	BEV_SUSPEND_TYPE = 0x10,      /* bufferevent_type_suspend() */
	BEV_SUSPEND_SETUP = 0x20      /* not ready yet, or its descriptor is being changed */
};

struct bev_rate;
struct bev_connect;

struct bev {
	struct bufferevent pub;
	struct event_callback deferred; /* runs what is due from the loop; holds a reference while queued */
	void *lock;
	struct bev *owner; /* whose lock it is: itself, or the one that it shares with and holds a reference to */
	struct bufferevent *underlying;
	struct bev_rate *rate;       /* NULL: no limit was ever set */
	struct bev_connect *connect; /* NULL: not connecting */
	int refs;
	int due_error;     /* errno for the event callback */
	int16_t dns_error; /* EVUTIL_EAI_* */
	short due_events;  /* BEV_EVENT_* */
	uint16_t depth;    /* bev_enter()s that are not left */
	uint16_t entered;  /* of an owner: of all that share its lock */
	uint8_t due;       /* data callbacks: EV_READ, EV_WRITE */
	uint8_t work;      /* for the type: EV_READ, EV_WRITE */
	uint8_t on;        /* as the type knows it */
	uint8_t timed;     /* of the core's timers, those that may be pending */
	uint8_t options;
	uint8_t suspended_read, suspended_write; /* enum bev_suspend */
	bool running : 1; /* callbacks or work run now, further down the stack or in the loop's thread */
	bool defer : 1;
	bool last : 1;    /* its output leaves after what its callbacks make active has run */
	bool freed : 1;   /* by the program: no callback begins any more */
	bool ending : 1;  /* nobody holds a reference any more: the loop is going to give it back */
	bool watched : 1; /* the input has our callback for the high watermark */
	bool holds : 1;   /* see bev_hold_watchers_locked() */
	bool kicked : 1;  /* bufferevent_enable(EV_WRITE): the write callback wants to hear when the socket is writable */
};

#define BEV_DATA_OFFSET ((sizeof(struct bev) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t))

static inline struct bev *
bev_of(const struct bufferevent *bev)
{
	return (struct bev *)bev; /* its first member */
}

static inline void *
bev_data(const struct bev *b)
{
	return (char *)b + BEV_DATA_OFFSET;
}

/* ---- life.c ---- */

/* Drops one reference and the lock. Returns true when it was the last reference. */
bool bev_put(struct bev *b);

static inline void
bev_enter(struct bev *b)
{
	thread_lock_hot(b->lock);
	b->refs++;
	b->depth++;
	b->owner->entered++;
}

/* direct: this is the loop's thread, at the top of an event's callback or as good as that: run what is due here. */
void bev_leave(struct bev *b, bool direct);
/* The same in a callback of ours on one of the buffers, whose caller has the lock still: nothing of the program's runs
 * here, not even what watches the buffers. */
void bev_leave_inside(struct bev *b);

/* ---- callbacks.c ---- */

void bev_deferred(struct event_callback *callback, void *bev); /* the function of b->deferred */
void bev_schedule_locked(struct bev *b);
/* This thread is one for callbacks: the loop's; or any before the loop begins, of a bufferevent for one thread only. */
bool bev_may_run_here(const struct bev *b);
/* Runs due callbacks and work; the lock is held on entry and exit, and free in between. */
void bev_run_due(struct bev *b);
void bev_due_events_locked(struct bev *b, short what, int error);
/* Makes the data callbacks of what due for which the watermarks allow it. */
void bev_due_data_locked(struct bev *b, short what);

/* Before a change to one of the buffers: callbacks that the program has on them wait until the lock is free. */
void bev_hold_watchers_locked(struct bev *b);
/* Has them run. The lock is held on entry and exit, and free in between. */
void bev_tell_watchers(struct bev *b);

static inline bool
bev_is_due(const struct bev *b)
{
	return b->due || b->work || b->due_events;
}

/* For one that always defers, and that need not have been entered: what is due will run. */
static inline void
bev_see_to_due_locked(struct bev *b)
{
	if (!b->depth && !b->running && bev_is_due(b)) bev_schedule_locked(b);
}

/* ---- state.c ---- */

/* Tells the type what has changed. Returns -1 when it could not switch something on. */
int bev_update_locked(struct bev *b);
int bev_suspend_locked(struct bev *b, short what, enum bev_suspend reason);
int bev_resume_locked(struct bev *b, short what, enum bev_suspend reason);
int bev_enable_locked(struct bev *b, short what);
int bev_disable_locked(struct bev *b, short what);
void bev_timeout_locked(struct bev *b, short what);
/* The core's timers for types that leave timeouts to it. */
int bev_timers_assign(struct bev *b);
void bev_timers_locked(struct bev *b, short what);
/* Suspends or resumes reading as the high watermark asks for. */
void bev_watermark_locked(struct bev *b);
/* An event of ours with a timeout, where zero means none. */
int bev_event_add(struct event *ev, const struct timeval *timeout);

/* ---- type.c ---- */

size_t bev_room_locked(struct bev *b, short what);
void bev_moved_locked(struct bev *b, short what, size_t charge);

/* ---- access.c ---- */

evutil_socket_t bev_get_fd_locked(struct bev *b);
int bev_set_fd_locked(struct bev *b, evutil_socket_t fd);

/* ---- connect.c, hostname.c ---- */

/* Ends a connect or a resolution that is under way, without a word to the program. */
void bev_connect_cancel_locked(struct bev *b);
/* Tries again to see the connect's end, after its direction was enabled again. */
void bev_connect_enabled_locked(struct bev *b, short what);
void bev_connect_failed_locked(struct bev *b, int error);
struct event *bev_connect_event(struct bev *b); /* NULL: there is none */
void bev_connect_free(struct bev *b);

/* ---- rate_member.c ---- */

#define BEV_SINGLE_DEFAULT ((size_t)262144)

/* How much the rate limits and the single limit allow now. Suspends the direction when that is nothing. */
size_t bev_rate_room_locked(struct bev *b, short what);
void bev_rate_charge_locked(struct bev *b, short what, size_t bytes);
/* The callbacks that its timers own, for finalizing; returns how many (at most 2). */
int bev_rate_callbacks(struct bev *b, struct event_callback **out);
void bev_rate_leave_locked(struct bev *b); /* at free: stops timers, leaves the group */
void bev_rate_free(struct bev *b);
int bev_rate_set_base_locked(struct bev *b, struct event_base *base);

#endif
