/* SPDX-License-Identifier: BSD-3-Clause */
/* Taking from the front: with a copy or without. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

#include <limits.h>
#include <string.h>

void
buffer_retire_ours_locked(struct evbuffer *buffer, struct chain *chain)
{
	if (buffer->spare || chain->size > SPARE_BUSY_MAX) {
		mm_free(chain);
		return;
	}
	chain->next = NULL;
	chain->start = chain->length = 0;
	buffer->spare = chain;
}

void
buffer_emptied_locked(struct evbuffer *buffer)
{
	buffer->first = buffer->last = NULL;
	buffer->seek_chain = NULL;
	buffer->foreign = false;
	if (buffer->spare && buffer->spare->size > SPARE_IDLE_MAX && !buffer->spare_promised) {
		mm_free(buffer->spare);
		buffer->spare = NULL;
	}
	if (buffer->slab && buffer->slab->count > SPARE_IDLE_MAX / 8 / sizeof(struct chain)) {
		chain_slab_leave(buffer->slab);
		buffer->slab = NULL;
	}
}

void
buffer_drain_locked(struct evbuffer *buffer, size_t count, struct chain_list *dropped)
{
	struct chain *chain = buffer->first;
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, buffer_length(buffer) - count);
	if (count < chain->length) {
		chain->start += count;
		chain->length -= count;
		return;
	}
	if (!chain->next && !buffer->spare && !buffer->slab && chain->size <= SPARE_IDLE_MAX && chain_is_ours(chain)) {
		chain->start = chain->length = 0; /* the only one: it waits for what comes next */
		buffer->spare = chain;
		buffer->first = buffer->last = NULL;
		buffer->foreign = false;
		return;
	}
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

int
evbuffer_drain(struct evbuffer *buf, size_t len)
{
	struct chain_list dropped;
	chain_list_init(&dropped);
	buffer_lock_hot(buf);
	if (buf->frozen_start) {
		buffer_unlock(buf);
		return -1;
	}
	if (len > buffer_length(buf)) len = buffer_length(buf);
	if (CHAIN_LIKELY(len)) buffer_drain_locked(buf, len, &dropped);
	buffer_taken_unlock(buf, len, &dropped);
	return 0;
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
