/* SPDX-License-Identifier: BSD-3-Clause */
/* What the loop offers to evbuffer, bufferevent and listener beyond the public API: deferred callbacks.
 *
 * A deferred callback is a struct event_callback that its owner embeds; the loop runs it later in the same iteration
 * (or in the next, when many are queued), with no lock of ours held. */
#ifndef MKEVENT_LOOP_LOOP_H_
#define MKEVENT_LOOP_LOOP_H_

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

typedef void (*loop_deferred_fn)(struct event_callback *callback, void *arg);

/* Never fails; priority is clamped to the base's when scheduled. */
void loop_deferred_init(struct event_callback *callback, uint8_t priority, loop_deferred_fn fn, void *arg);
/* Does nothing while the callback is queued. */
void loop_deferred_set_priority(struct event_callback *callback, uint8_t priority);
/* Returns true when it was queued now, false when it already was (or is being finalized): the owner takes a reference
 * only for true. Wakes the loop when called from another thread. Thread: any; takes the base's lock. */
bool loop_deferred_schedule(struct event_base *base, struct event_callback *callback);
/* The same, but it runs after all that the callbacks of this iteration make active, and after what those make. */
bool loop_deferred_schedule_last(struct event_base *base, struct event_callback *callback);
/* Returns true when it was taken out of the queue: the owner drops the reference that it took. Does not wait for one
 * that runs at this moment. Thread: any. */
bool loop_deferred_cancel(struct event_base *base, struct event_callback *callback);

/* For who keeps a pointer to a base that the program may free first: gone is called from event_base_free(), when
 * nothing of it runs any more and all that was queued is dropped. Thread: any; add and del take the base's lock. */
struct loop_mourner {
	struct loop_mourner *next, **link;
	void (*gone)(struct loop_mourner *mourner);
};
void loop_mourner_add(struct event_base *base, struct loop_mourner *mourner);
void loop_mourner_del(struct event_base *base, struct loop_mourner *mourner);

/* A reference to the room that waits for the buffers of the base's bufferevents (evbuffer/pool.h); NULL without memory.
 * Thread: any; takes the base's lock. */
struct room_pool *loop_room_pool(struct event_base *base);

/* Cancels the callbacks and the events that own them (struct event's own ev_evcallback is one), then runs fn(first,
 * arg) once in the loop, when none of them is running any more; at once, when the base does not run in another thread
 * and none of them is running. After it their memory may be freed. callbacks[0] is the one that carries fn. Thread:
 * any. */
void loop_finalize_many(
	struct event_base *base, int count, struct event_callback **callbacks, loop_deferred_fn fn, void *arg);

/* How many callbacks are queued, with deferred ones. Thread: any; takes the base's lock. */
int loop_active_count(const struct event_base *base);

/* True when called on the thread that runs the base, or when no thread runs it, or threads are off. */
bool loop_is_ours(const struct event_base *base);

/* True on the thread that runs the base's loop at this moment, and when threads are off. For callbacks of the program:
 * before the loop begins no thread is the one where they belong. */
bool loop_runs_here(const struct event_base *base);

/* The base's common clock reading of this turn in nanoseconds (clock_now() outside of the loop). */
uint64_t loop_now(struct event_base *base);

/* Number of the base's virtual events: keeps the loop alive for something that is no event (a running connect or read
 * outside of the kernel's sight). */
void loop_virtual_add(struct event_base *base);
void loop_virtual_del(struct event_base *base);

#endif
