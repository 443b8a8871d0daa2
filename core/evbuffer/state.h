/* SPDX-License-Identifier: BSD-3-Clause */
/* struct evbuffer, private to this folder, and what its files do for each other.
 *
 * The list holds chains with content only. Room that waits for use is behind the content of the last chain, and in one
 * spare chain that is in no list. All of it is kept by the buffer's lock (NULL: none), which is released before code of
 * the program runs: a callback (the buffer holds a reference to itself meanwhile) or a clean-up function. */
#ifndef MKEVENT_EVBUFFER_STATE_H_
#define MKEVENT_EVBUFFER_STATE_H_

#include "evbuffer/chain.h"
#include "evbuffer/evbuffer.h"
#include "evbuffer/pool.h"
#include "loop/loop.h"
#include "thread/thread.h"

#include <event2/buffer_compat.h>
#include <event2/event_struct.h>
#include <string.h>

/* A drained buffer without a pool keeps one chain of up to this room for what comes next; while it has content, a
 * larger one. */
#define SPARE_IDLE_MAX ((size_t)8 << 10)
#define SPARE_BUSY_MAX ((size_t)64 << 10)
#define MAX_READ_DEFAULT 4096

struct evbuffer_cb_entry {
	struct evbuffer_cb_entry *next;
	union {
		evbuffer_cb_func now;
		evbuffer_cb old; /* evbuffer_setcb() */
	} fn;
	void *arg;
	ev_uint32_t flags; /* EVBUFFER_CB_* */
	bool is_old;
	bool removed; /* freed when no callback runs any more */
};

struct buffer_deferred {
	struct event_callback callback;
	struct loop_mourner mourner;
	struct evbuffer *buffer;
	struct event_base *base; /* NULL: freed; callbacks run at once from then on */
	bool queued;             /* in the loop, with a reference to the buffer and one to its parent */
};

struct evbuffer {
	struct chain *first, *last;
	_Atomic size_t length; /* read without the lock; see buffer_length() */
	struct chain *spare;
	struct room_pool *pool; /* NULL: the spare waits here when the buffer is empty */
	void *lock;
	struct evbuffer_cb_entry *callbacks;
	struct chain_slab *slab;

	/* Where the last look at a position ended: a chain, and the position of its first byte. */
	struct chain *seek_chain;
	size_t seek_position;

	struct buffer_deferred *deferred;
	struct bufferevent *parent;
	size_t added, deleted; /* what the program's callbacks were not told yet: held or deferred */
	struct chain *waiting; /* to be dropped when callbacks are held no more */

	unsigned max_read;
	unsigned refs;
	uint16_t running; /* how often callbacks are being walked */
	uint16_t held;    /* evbuffer_hold_callbacks() */
	bool frozen_start : 1, frozen_end : 1;
	bool own_lock : 1;
	bool foreign : 1;        /* there may be chains that end with code of the program's */
	bool spare_promised : 1; /* to the program, by expand or reserve */
	bool some_removed : 1;   /* a callback entry waits to be freed */
};

static inline size_t
buffer_length(const struct evbuffer *buffer)
{
	return atomic_load_explicit(&((struct evbuffer *)(uintptr_t)buffer)->length, memory_order_relaxed);
}

static inline void
buffer_set_length(struct evbuffer *buffer, size_t length)
{
	atomic_store_explicit(&buffer->length, length, memory_order_relaxed);
}

/* True when that many more bytes fit into what lengths can tell. */
static inline bool
buffer_can_take(const struct evbuffer *buffer, size_t more)
{
	return more <= (size_t)EV_SSIZE_MAX - buffer_length(buffer);
}

static inline void
buffer_lock(struct evbuffer *buffer)
{
	thread_lock(buffer->lock);
}

static inline void
buffer_unlock(struct evbuffer *buffer)
{
	thread_unlock(buffer->lock);
}

/* The same without a call most of the time, for what is called most. */
static inline void
buffer_lock_hot(struct evbuffer *buffer)
{
	thread_lock_hot(buffer->lock);
}

static inline void
buffer_unlock_hot(struct evbuffer *buffer)
{
	thread_unlock_hot(buffer->lock);
}

/* Both, in an order that all threads share; once where they share one lock, as the buffers of a bufferevent do. */
static inline void
buffer_lock_two(struct evbuffer *a, struct evbuffer *b)
{
	if (a->lock == b->lock) {
		buffer_lock_hot(a);
		return;
	}
	bool swap = (uintptr_t)thread_lock_identity(a->lock) > (uintptr_t)thread_lock_identity(b->lock);
	buffer_lock(swap ? b : a);
	buffer_lock(swap ? a : b);
}

static inline void
buffer_unlock_two(struct evbuffer *a, struct evbuffer *b)
{
	buffer_unlock_hot(a);
	if (a->lock != b->lock) buffer_unlock(b);
}

/* ---- Telling: callbacks.c ----------------------------------------------------------------------------------------
 * Each public function that changes the length ends with one of these, which release the lock taken at its beginning.
 */

void buffer_tell_unlock(struct evbuffer *buffer, size_t added, size_t deleted);
/* moved bytes went from one to the other; callbacks of to_first's choice run first. */
void buffer_tell_two_unlock(struct evbuffer *from, struct evbuffer *to, size_t moved, bool to_first);
void callbacks_free_all_locked(struct evbuffer *buffer);
/* Of a buffer that goes for good: takes leave of its base. */
void callbacks_end_locked(struct evbuffer *buffer);
/* Of a buffer that goes: true when it waited in the loop; the references that it held there are the caller's now. */
bool callbacks_cancel_locked(struct evbuffer *buffer);

static inline void
buffer_changed_unlock(struct evbuffer *buffer, size_t added, size_t deleted)
{
	if (CHAIN_LIKELY(!buffer->callbacks))
		buffer_unlock(buffer);
	else
		buffer_tell_unlock(buffer, added, deleted);
}

static inline void
buffer_moved_unlock(struct evbuffer *from, struct evbuffer *to, size_t moved, bool to_first)
{
	if (CHAIN_LIKELY(!from->callbacks && !to->callbacks))
		buffer_unlock_two(from, to);
	else
		buffer_tell_two_unlock(from, to, moved, to_first);
}

/* For those that took chains away: they are dropped when the lock is free. */
static inline void
buffer_taken_unlock(struct evbuffer *buffer, size_t deleted, struct chain_list *dropped)
{
	if (dropped->first && buffer->held) {
		*dropped->end = buffer->waiting;
		buffer->waiting = dropped->first;
		dropped->first = NULL;
	}
	buffer_changed_unlock(buffer, 0, deleted);
	chain_list_drop(dropped);
}

/* ---- Room: room.c ------------------------------------------------------------------------------------------------
 */

/* Makes the spare chain one of at least that room. Returns 0, or -1 without memory; nothing changed then. */
int room_spare_locked(struct evbuffer *buffer, size_t room);
/* An empty chain of at least that room, from the pool or new; NULL without memory. */
struct chain *room_take_locked(struct evbuffer *buffer, size_t room);
/* A chain that is ours has no use here any more. */
void room_give_locked(struct evbuffer *buffer, struct chain *chain);
/* A chain with that much room in one stretch at chain_tail(): the last one or the spare. may_move: content may be moved
 * for it; no, where what is to be added may lie in the buffer itself. NULL without memory. */
struct chain *room_in_one_locked(struct evbuffer *buffer, size_t room, bool may_move);
/* count bytes were written at the chain's tail: they are content now. */
void room_use_locked(struct evbuffer *buffer, struct chain *chain, size_t count);
/* Adds a chain with content to the end, or to the front. */
static inline void
buffer_link_locked(struct evbuffer *buffer, struct chain *chain)
{
	chain->next = NULL;
	if (buffer->last)
		buffer->last->next = chain;
	else
		buffer->first = chain;
	buffer->last = chain;
	buffer_set_length(buffer, buffer_length(buffer) + chain->length);
}
void buffer_link_first_locked(struct evbuffer *buffer, struct chain *chain);
/* Appends a copy, without any check of freezing or total. Returns 0 or -1. */
int buffer_append_far_locked(struct evbuffer *buffer, const void *data, size_t length);
static inline int
buffer_append_locked(struct evbuffer *buffer, const void *data, size_t length)
{
	struct chain *last = buffer->last;
	if (length == 0) return 0;
	if (length > chain_room(last)) return buffer_append_far_locked(buffer, data, length);
	memcpy(chain_tail(last), data, length);
	last->length += length;
	buffer_set_length(buffer, buffer_length(buffer) + length);
	return 0;
}

/* ---- Taking: drain.c ---------------------------------------------------------------------------------------------
 */

/* count <= the length. What is left to clean up goes to dropped. */
void buffer_drain_locked(struct evbuffer *buffer, size_t count, struct chain_list *dropped);
/* A chain left the list: keep it as spare, free it, or put it on dropped. */
void buffer_retire_ours_locked(struct evbuffer *buffer, struct chain *chain);
static inline void
buffer_retire_locked(struct evbuffer *buffer, struct chain *chain, struct chain_list *dropped)
{
	if (chain_is_ours(chain))
		buffer_retire_ours_locked(buffer, chain);
	else
		chain_list_push(dropped, chain);
}
/* Call when the list became empty. */
void buffer_emptied_locked(struct evbuffer *buffer);
/* Call when an empty buffer may have got a spare that was not used. */
void buffer_rest_locked(struct evbuffer *buffer);
/* Copies count bytes (that must be there) from a place on. Returns 0, or -1 when a file cannot be brought in. */
int buffer_copy_locked(struct chain *chain, size_t offset, void *out, size_t count);

/* ---- Places: search.c --------------------------------------------------------------------------------------------
 */

/* The chain that holds the byte at position, and its offset in the chain; NULL at (and behind) the end. */
struct chain *buffer_seek_locked(struct evbuffer *buffer, size_t position, size_t *offset);

#endif
