/* SPDX-License-Identifier: BSD-3-Clause */
/* A buffer's life, its lock, flags and freezing. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

#include <event2/bufferevent.h>

#include <limits.h>

struct evbuffer *
evbuffer_new(void)
{
	struct evbuffer *buffer = mm_malloc(sizeof(*buffer));
	if (!buffer) return NULL;
	/* One by one: a compiler's memset() of this size costs more than the allocation. */
	buffer->first = buffer->last = buffer->spare = NULL;
	buffer->pool = NULL;
	atomic_init(&buffer->length, 0);
	buffer->lock = NULL;
	buffer->callbacks = NULL;
	buffer->slab = NULL;
	buffer->seek_chain = NULL;
	buffer->seek_position = 0;
	buffer->deferred = NULL;
	buffer->parent = NULL;
	buffer->added = buffer->deleted = 0;
	buffer->waiting = NULL;
	buffer->max_read = MAX_READ_DEFAULT;
	buffer->refs = 1;
	buffer->running = buffer->held = 0;
	buffer->frozen_start = buffer->frozen_end = false;
	buffer->own_lock = buffer->foreign = false;
	buffer->spare_promised = buffer->some_removed = false;
	return buffer;
}

/* The last reference is gone, and with it the lock's use: nobody else can know the buffer. */
static void
destroy(struct evbuffer *buffer)
{
	struct chain *chains = buffer->first, *waiting = buffer->waiting;
	if (buffer->callbacks) callbacks_free_all_locked(buffer);
	callbacks_end_locked(buffer);
	buffer_unlock(buffer);
	if (buffer->own_lock) thread_lock_free(buffer->lock);
	if (buffer->spare) mm_free(buffer->spare);
	if (buffer->pool) room_pool_put(buffer->pool);
	if (buffer->slab) chain_slab_leave(buffer->slab);
	mm_free(buffer);
	if (chains) chain_drop(chains);
	if (waiting) chain_drop(waiting);
}

void
evbuffer_incref(struct evbuffer *buffer)
{
	buffer_lock(buffer);
	buffer->refs++;
	buffer_unlock(buffer);
}

void
evbuffer_decref_and_unlock(struct evbuffer *buffer)
{
	if (--buffer->refs == 0)
		destroy(buffer);
	else
		buffer_unlock_hot(buffer);
}

/* There is nothing to give back but the buffer and its spare room. */
static bool
is_bare(const struct evbuffer *buffer)
{
	return !buffer->lock && !buffer->pool && !buffer->first && !buffer->callbacks && !buffer->deferred &&
		   !buffer->slab && !buffer->waiting && buffer->refs == 1;
}

void
evbuffer_free(struct evbuffer *buf)
{
	if (!buf) return;
	if (is_bare(buf)) {
		if (buf->spare) mm_free(buf->spare);
		mm_free(buf);
		return;
	}
	buffer_lock(buf);
	struct bufferevent *waits = NULL;
	if (buf->callbacks) callbacks_free_all_locked(buf);
	if (callbacks_cancel_locked(buf)) {
		buf->refs--;
		waits = buf->parent;
	}
	evbuffer_decref_and_unlock(buf);
	if (waits) (void)bufferevent_decref(waits);
}

void
evbuffer_set_parent(struct evbuffer *buffer, struct bufferevent *parent)
{
	buffer_lock(buffer);
	buffer->parent = parent;
	buffer_unlock(buffer);
}

void
evbuffer_use_pool(struct evbuffer *buffer, struct event_base *base)
{
	if (buffer->pool) room_pool_put(buffer->pool);
	buffer->pool = base ? loop_room_pool(base) : NULL;
}

int
evbuffer_enable_locking(struct evbuffer *buf, void *lock)
{
	bool failed;
	if (buf->lock) return -1;
	buf->lock = lock ? thread_lock_adopt(lock) : thread_lock_new(&failed);
	buf->own_lock = buf->lock && buf->lock != lock;
	return buf->lock ? 0 : -1;
}

void
evbuffer_share_lock(struct evbuffer *buffer, void *lock)
{
	buffer->lock = lock;
}

void
evbuffer_lock(struct evbuffer *buf)
{
	buffer_lock(buf);
}

void
evbuffer_unlock(struct evbuffer *buf)
{
	buffer_unlock(buf);
}

size_t
evbuffer_get_length(const struct evbuffer *buf)
{
	return buffer_length(buf);
}

size_t
evbuffer_get_contiguous_space(const struct evbuffer *buf)
{
	thread_lock(buf->lock);
	size_t length = buf->first ? buf->first->length : 0;
	thread_unlock(buf->lock);
	return length;
}

/* The one flag there is says what would be found out anyway: whether somebody looks at a file's bytes. */
int
evbuffer_set_flags(struct evbuffer *buf, ev_uint64_t flags)
{
	(void)buf, (void)flags;
	return 0;
}

int
evbuffer_clear_flags(struct evbuffer *buf, ev_uint64_t flags)
{
	(void)buf, (void)flags;
	return 0;
}

static void
set_frozen(struct evbuffer *buffer, bool start, bool frozen)
{
	buffer_lock(buffer);
	if (start)
		buffer->frozen_start = frozen;
	else
		buffer->frozen_end = frozen;
	buffer_unlock(buffer);
}

int
evbuffer_freeze(struct evbuffer *buf, int at_front)
{
	set_frozen(buf, at_front != 0, true);
	return 0;
}

int
evbuffer_unfreeze(struct evbuffer *buf, int at_front)
{
	set_frozen(buf, at_front != 0, false);
	return 0;
}

int
evbuffer_set_max_read(struct evbuffer *buf, size_t max)
{
	if (max == 0 || max > INT_MAX) return -1;
	buffer_lock(buf);
	buf->max_read = (unsigned)max;
	buffer_unlock(buf);
	return 0;
}

size_t
evbuffer_get_max_read(struct evbuffer *buf)
{
	buffer_lock(buf);
	size_t max = buf->max_read;
	buffer_unlock(buf);
	return max;
}
