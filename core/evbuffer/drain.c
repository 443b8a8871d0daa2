/* SPDX-License-Identifier: BSD-3-Clause */
/* Taking from the front: with a copy or without. */
#include "config.h"

#include "evbuffer/state.h"

#include <limits.h>
#include <string.h>

void
buffer_retire_ours_locked(struct evbuffer *buffer, struct chain *chain)
{
	if (buffer->spare || chain->size > SPARE_BUSY_MAX) {
		room_give_locked(buffer, chain);
		return;
	}
	chain->next = NULL;
	chain->start = chain->length = 0;
	buffer->spare = chain;
}

void
buffer_rest_locked(struct evbuffer *buffer)
{
	struct chain *spare = buffer->spare;
	if (!spare || buffer->first || buffer->spare_promised) return;
	if (!buffer->pool && spare->size <= SPARE_IDLE_MAX) return;
	room_give_locked(buffer, spare);
	buffer->spare = NULL;
}

void
buffer_emptied_locked(struct evbuffer *buffer)
{
	buffer->first = buffer->last = NULL;
	buffer->seek_chain = NULL;
	buffer->foreign = false;
	buffer_rest_locked(buffer);
	if (buffer->slab && buffer->slab->count > SPARE_IDLE_MAX / 8 / sizeof(struct chain)) {
		chain_slab_leave(buffer->slab);
		buffer->slab = NULL;
	}
}

/* The only chain of a buffer that has a pool, and all of its content. */
static CHAIN_APART bool
drain_to_pool_locked(struct evbuffer *buffer, struct chain *chain)
{
	buffer->first = buffer->last = NULL;
	buffer->foreign = false;
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, 0);
	room_pool_give(buffer->pool, chain);
	return true;
}

/* What most drains are: part of the first chain, or all of the only one, which then waits for what comes next. Nothing
 * is left to be freed. Returns false, and did nothing, when it is something else. */
static inline bool
drain_first_locked(struct evbuffer *buffer, size_t count)
{
	struct chain *chain = buffer->first;
	const size_t length = buffer_length(buffer);
	if (count < chain->length) {
		chain->start += count;
		chain->length -= count;
	} else if (count == length && !chain->next && !buffer->spare && !buffer->slab && chain->size <= SPARE_IDLE_MAX &&
			   chain_is_ours(chain)) {
		if (buffer->pool) return drain_to_pool_locked(buffer, chain);
		chain->start = chain->length = 0;
		buffer->spare = chain;
		buffer->first = buffer->last = NULL;
		buffer->foreign = false;
	} else {
		return false;
	}
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, length - count);
	return true;
}

void
buffer_drain_locked(struct evbuffer *buffer, size_t count, struct chain_list *dropped)
{
	if (drain_first_locked(buffer, count)) return;
	struct chain *chain = buffer->first;
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, buffer_length(buffer) - count);
	while (chain && count >= chain->length) {
		struct chain *next = chain->next;
		count -= chain->length;
		buffer_retire_locked(buffer, chain, dropped);
		chain = next;
	}
	buffer->first = chain;
	if (!chain) {
		buffer_emptied_locked(buffer);
	} else if (count) {
		chain->start += count;
		chain->length -= count;
	}
}

int
buffer_copy_locked(struct chain *chain, size_t offset, void *out, size_t count)
{
	unsigned char *to = out;
	for (; count; chain = chain->next, offset = 0) {
		size_t part = chain->length - offset < count ? chain->length - offset : count;
		const unsigned char *bytes = chain_bytes(chain);
		if (!bytes) return -1;
		memcpy(to, bytes + chain->start + offset, part);
		to += part;
		count -= part;
	}
	return 0;
}

static CHAIN_APART int
drain_slow_unlock(struct evbuffer *buf, size_t len)
{
	struct chain_list dropped;
	chain_list_init(&dropped);
	if (buf->frozen_start) {
		buffer_unlock(buf);
		return -1;
	}
	if (len > buffer_length(buf)) len = buffer_length(buf);
	if (len) buffer_drain_locked(buf, len, &dropped);
	buffer_taken_unlock(buf, len, &dropped);
	return 0;
}

static CHAIN_APART int
drain_slow(struct evbuffer *buf, size_t len)
{
	buffer_lock(buf);
	return drain_slow_unlock(buf, len);
}

/* False when there is more to do, and nothing was done. */
static inline bool
drain_quick_locked(struct evbuffer *buf, size_t len)
{
	const size_t length = buffer_length(buf);
	if (len > length) len = length;
	return CHAIN_LIKELY(!buf->frozen_start && !buf->callbacks && len) && CHAIN_LIKELY(drain_first_locked(buf, len));
}

static CHAIN_APART int
drain_with_lock(struct evbuffer *buf, size_t len)
{
	if (!thread_slip_in(buf->lock)) return drain_slow(buf, len);
	if (!drain_quick_locked(buf, len)) return drain_slow_unlock(buf, len);
	thread_slip_out(buf->lock);
	return 0;
}

int
evbuffer_drain(struct evbuffer *buf, size_t len)
{
	if (!CHAIN_LIKELY(!buf->lock)) return drain_with_lock(buf, len);
	return drain_quick_locked(buf, len) ? 0 : drain_slow_unlock(buf, len);
}

int
evbuffer_remove(struct evbuffer *buf, void *data, size_t datlen)
{
	struct chain_list dropped;
	chain_list_init(&dropped);
	buffer_lock(buf);
	if (datlen > buffer_length(buf)) datlen = buffer_length(buf);
	if (datlen > INT_MAX) datlen = INT_MAX;
	if (buf->frozen_start || buffer_copy_locked(buf->first, 0, data, datlen) < 0) {
		buffer_unlock(buf);
		return -1;
	}
	if (datlen) buffer_drain_locked(buf, datlen, &dropped);
	buffer_taken_unlock(buf, datlen, &dropped);
	return (int)datlen;
}

ev_ssize_t
evbuffer_copyout_from(struct evbuffer *buf, const struct evbuffer_ptr *pos, void *data_out, size_t datlen)
{
	ev_ssize_t result = -1;
	size_t offset;
	buffer_lock(buf);
	size_t position = pos ? (size_t)pos->pos : 0, length = buffer_length(buf);
	if (buf->frozen_start || position > length) goto done;
	if (datlen > length - position) datlen = length - position;
	struct chain *chain = buffer_seek_locked(buf, position, &offset);
	if (buffer_copy_locked(chain, offset, data_out, datlen) == 0) result = (ev_ssize_t)datlen;
done:
	buffer_unlock(buf);
	return result;
}

ev_ssize_t
evbuffer_copyout(struct evbuffer *buf, void *data_out, size_t datlen)
{
	return evbuffer_copyout_from(buf, NULL, data_out, datlen);
}
