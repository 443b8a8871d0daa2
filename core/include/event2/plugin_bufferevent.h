/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_BUFFEREVENT_H_INCLUDED_
#define EVENT2_PLUGIN_BUFFEREVENT_H_INCLUDED_

/** @file event2/plugin_bufferevent.h
 *
 * The contract for types of bufferevents: how to bring one, such as TLS, from outside of the core. The core's own
 * sockets, pairs and filters are written over it.
 *
 * A type is a constant struct bufferevent_ops; bufferevent_type_new() makes bufferevents of it. The work is shared:
 *
 * - The core keeps both buffers, the callbacks, watermarks, rate limits, timeouts, references, the lock, connecting and
 *   everything of event2/bufferevent.h. From these it knows at every moment which directions are *on*: enabled by the
 *   program, and not suspended by a watermark, a rate limit, a connect that is under way, or the type. When that
 *   changes it calls the type's enable() and disable().
 * - The type moves bytes: from wherever it gets them to the input buffer while reading is on, and from the output
 *   buffer while writing is on. It says what it moved with bufferevent_type_moved(), and what else happened with
 *   bufferevent_type_event(). These make the program's callbacks due; nothing runs before bufferevent_type_end().
 *
 * Locks and callbacks: every function of the type is called with the bufferevent's lock held (where it has one) and a
 * reference taken. What the type is called by itself (its own events, callbacks of the bufferevent under it) begins
 * with bufferevent_type_begin() and ends with bufferevent_type_end(), which runs what is due without the lock, or
 * leaves it to the loop. No function here calls the program from within. So a type may use all of
 * event2/bufferevent.h on its bufferevent and on the one under it, and sees neither change under its feet before it
 * calls bufferevent_type_end(); after that call the bufferevent may be gone.
 *
 * Threads: a type's functions run in whatever thread the program calls from, one at a time for a bufferevent and the
 * ones that share its lock; work() always runs in the loop's. What must not run in another thread than the loop's, or
 * calls code of the program, belongs into work(): ask for it with bufferevent_type_schedule().
 *
 * Buffers: the program can add to the end of the output and take from the front of the input only. Both other ends are
 * frozen; a type thaws one around its own change: evbuffer_unfreeze(input, 0) or evbuffer_unfreeze(output, 1), and
 * freezes it again. Callbacks that the program has put on a buffer run within the change where there is no lock, else
 * after bufferevent_type_end().
 *
 * A type over a socket of its own, in short: new() makes the bufferevent and assigns its events; enable(EV_READ) adds
 * the read event, disable(EV_READ) deletes it with event_del_noblock(); its callback does begin, read up to
 * bufferevent_type_room() bytes into the input, moved or event, end; work(EV_WRITE) writes up to
 * bufferevent_type_room() bytes, and adds the write event only when the socket would block.
 *
 * A type over another bufferevent, in short: new() gives underlying and sets its callbacks; its read callback does
 * begin, transform, moved, end; work(EV_WRITE) transforms the output into underlying's. While its own reading is off
 * it suspends underlying's with bufferevent_type_suspend(), so that the peer feels the pressure.
 *
 * How it grows: as all of the contract: fields are appended only, a shorter struct means NULL and 0 for the rest.
 */

#include <event2/bufferevent.h>
#include <event2/bufferevent_struct.h>
#include <event2/plugin.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this part of the contract. */
#define BUFFEREVENT_TYPE_MAJOR 1
#define BUFFEREVENT_TYPE_MINOR 0 /**< raised when something is appended */

/** Flags of a type. */
enum bufferevent_type_flag {
	/** The core keeps the timeouts: with ev_read and ev_write as mere timers, which run while the direction is on (for
	 * writing: and there is output) and begin again at bufferevent_type_moved(). Without this flag both events are the
	 * type's own: it assigns them in its constructor, gives bev->timeout_read and bev->timeout_write to event_add(),
	 * and passes EV_TIMEOUT on with bufferevent_type_timeout(). */
	BUFFEREVENT_TYPE_CORE_TIMEOUTS = 1,
	/** The callbacks are always deferred, whatever the program chose. */
	BUFFEREVENT_TYPE_ALWAYS_DEFER = 2,
	/** bufferevent_priority_set() may be used. */
	BUFFEREVENT_TYPE_PRIORITY = 4
};

/** A type. Constant; lives as long as any bufferevent of it. Every function may be NULL: then nothing is done, and
 * where there is a result it is 0, if nothing else is said. */
struct bufferevent_ops {
	struct event_plugin_interface head; /**< sizeof, BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR */
	const char *name;                   /**< for people, such as "tls" */
	uint32_t flags;                     /**< enum bufferevent_type_flag */
	/** How many struct event the data area holds in an array, and where. Each must be assigned before anything else is
	 * done with the bufferevent. The core waits for their callbacks before it calls destruct(). */
	uint32_t events;
	size_t events_offset; /**< from the beginning of the data area, in bytes */
	/** Size of the data area of a bufferevent: zeroes at first, aligned for anything. */
	size_t data_size;
	/** A direction (EV_READ, EV_WRITE, or both) was switched on: begin moving bytes, or ask for work(). Returns 0, or
	 * -1 when it cannot be: it is off then. */
	int (*enable)(struct bufferevent *bev, short what);
	/** A direction was switched off: move no more. Must not wait: event_del_noblock(). */
	void (*disable)(struct bufferevent *bev, short what);
	/** Output was added while writing is on. NULL: work(EV_WRITE) is scheduled, so that all that a callback writes goes
	 * out together. */
	void (*output)(struct bufferevent *bev);
	/** What bufferevent_type_schedule() asked for, merged. Thread: the loop's. The lock may be released in here around
	 * calls of the program's code: bufferevent_unlock(), bufferevent_lock(). */
	void (*work)(struct bufferevent *bev, short what);
	/** The time of the directions in what begins anew, with what bev->timeout_read and bev->timeout_write say now. Not
	 * with BUFFEREVENT_TYPE_CORE_TIMEOUTS. Returns 0 or -1. */
	int (*adjust_timeouts)(struct bufferevent *bev, short what);
	/** As bufferevent_flush(). */
	int (*flush)(struct bufferevent *bev, short what, enum bufferevent_flush_mode mode);
	/** The descriptor, or -1. NULL: the underlying bufferevent's, else -1. */
	evutil_socket_t (*get_fd)(struct bufferevent *bev);
	/** Another descriptor, or -1: both directions are off around this call. The old one is not closed. Returns 0 or -1.
	 * NULL: the underlying bufferevent is asked, else -1. A type that has it can be connected by
	 * bufferevent_socket_connect(): both directions are off until connected() was called. */
	int (*set_fd)(struct bufferevent *bev, evutil_socket_t fd);
	/** The connection of the descriptor is made. Returns 1 when the program is to get BEV_EVENT_CONNECTED now, 0 when
	 * the type will tell it later (after a handshake). NULL: 1. */
	int (*connected)(struct bufferevent *bev);
	/** bufferevent_base_set(): bev->ev_base is still the old one; assign the events to the new one. Returns 0 or -1.
	 * NULL: -1. */
	int (*set_base)(struct bufferevent *bev, struct event_base *base);
	/** bufferevent_free() was called: stop all, and forget callbacks of others that lead here. Both directions are off;
	 * others may still hold references. */
	void (*unlink)(struct bufferevent *bev);
	/** Nobody uses it any more and no callback runs: give back what the data area holds. Without the lock. With
	 * BEV_OPT_CLOSE_ON_FREE (bufferevent_type_options()) a descriptor is to be closed here; the underlying bufferevent
	 * is freed by the core. */
	void (*destruct)(struct bufferevent *bev);
};

/** Makes a bufferevent of a type.
 * options: enum bufferevent_options. underlying: the bufferevent under it, whose lock it shares and to which it holds a
 * reference, or NULL; base may be NULL when there is one. Writing is enabled, but both directions stay off until
 * bufferevent_type_ready(). Whatever fails in between is undone by bufferevent_free(). Returns NULL when there is no
 * memory or ops is of another major version. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_type_new(
	struct event_base *base, const struct bufferevent_ops *ops, int options, struct bufferevent *underlying);

/** The same beside another bufferevent: it shares peer's base and lock, and keeps the lock's owner alive. For types
 * whose bufferevents work on each other, such as pairs. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_type_new_beside(
	struct bufferevent *peer, const struct bufferevent_ops *ops, int options);

/** The constructor has set up its data area and assigned its events: from now on directions may be on. Returns 0, or -1
 * when enable() failed. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_type_ready(struct bufferevent *bev);

/** The data area when bev is of this very type, else NULL: so it also tells whether a program's bufferevent is yours.
 */
EVENT2_CORE_EXPORT_SYMBOL
void *bufferevent_type_data(const struct bufferevent *bev, const struct bufferevent_ops *ops);

/** Options that it was made with: enum bufferevent_options. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_type_options(const struct bufferevent *bev);

/** 1 when it has a lock: it may be used by several threads, and code of the program must not be called from anywhere
 * but work(). 0: it belongs to the loop's thread. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_type_is_locked(const struct bufferevent *bev);

/** Takes the lock and a reference; for the beginning of the type's own events and callbacks. May be nested. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_begin(struct bufferevent *bev);

/** Gives both back. The outermost one runs work() and the callbacks that are due, when called in the loop's thread and
 * they are not deferred; otherwise the loop runs them soon. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_end(struct bufferevent *bev);

/** Has work() called with what (EV_READ, EV_WRITE, merged; it means what the type wants it to mean): after the
 * program's callbacks when these run now, else from the loop. Work for a direction that is off when its turn comes is
 * dropped; enable() comes when it is on again. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_schedule(struct bufferevent *bev, short what);

/** Which directions are on: EV_READ, EV_WRITE, merged. */
EVENT2_CORE_EXPORT_SYMBOL
short bufferevent_type_on(const struct bufferevent *bev);

/** How many bytes may be added to the input (EV_READ) or taken from the output (EV_WRITE) now, with regard to the high
 * watermark, rate limits and the single read's or write's limit; 0 when the direction is off. Going beyond is allowed
 * where it cannot be helped (a whole record): the debt is paid later. */
EVENT2_CORE_EXPORT_SYMBOL
size_t bufferevent_type_room(struct bufferevent *bev, short what);

/** Tells that bytes were added to the input (EV_READ) or taken from the output (EV_WRITE). Charges the rate limits with
 * charge bytes (what went over the wire; usually the same, 0 when the bufferevent under it pays), begins the timeout
 * again, suspends at the high watermark, and makes the data callback due when its watermark allows. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_moved(struct bufferevent *bev, short what, size_t charge);

/** Makes the event callback due; what: BEV_EVENT_*; error: what errno is to be while it runs, or 0. Several are merged.
 * With BEV_EVENT_EOF, BEV_EVENT_ERROR and BEV_EVENT_TIMEOUT the directions in what are disabled. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_event(struct bufferevent *bev, short what, int error);

/** The timeout of a direction ran out, for types that keep their own. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_timeout(struct bufferevent *bev, short what);

/** Suspends directions (of the bufferevent itself or of the one under it) until bufferevent_type_resume(). Doing it
 * twice is doing it once. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_suspend(struct bufferevent *bev, short what);

/** Takes bufferevent_type_suspend() back. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_type_resume(struct bufferevent *bev, short what);

#ifdef __cplusplus
}
#endif
#endif
