/* SPDX-License-Identifier: BSD-3-Clause */
/* Content seen as memory: made one stretch, or told as the stretches that there are. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

#include <limits.h>
#include <string.h>

/* ---- One stretch -------------------------------------------------------------------------------------------------
 */

/* Brings in all files among the first count bytes, so that nothing can fail once content moves. */
static bool
bring_in_locked(struct evbuffer *buffer, size_t count)
{
	for (struct chain *chain = buffer->first; count; chain = chain->next) {
		if (!chain_bytes(chain)) return false;
		count -= chain->length < count ? chain->length : count;
	}
	return true;
}

/* A chain with the first one's content and room for size bytes in all: the first itself, where it can be. */
static struct chain *
target_locked(struct evbuffer *buffer, size_t size)
{
	struct chain *first = buffer->first;
	if (first->kind == CHAIN_OWN && first->size - first->start >= size) return first;
	if (chain_is_ours(first) && first->size >= size) {
		memmove(first->data, first->data + first->start, first->length);
		first->start = 0;
		return first;
	}
	/* Whoever wants all of it wants it again when more has come: then there is room. */
	struct chain *target = size == buffer_length(buffer) ? chain_new(size + size / 2) : NULL;
	if (!target) target = chain_new(size);
	if (!target) return NULL;
	memcpy(target->data, first->data + first->start, first->length);
	target->length = first->length;
	target->next = first->next;
	return target;
}

static unsigned char *
pullup_locked(struct evbuffer *buffer, size_t size, struct chain_list *dropped)
{
	struct chain *first = buffer->first;
	if (first->length >= size) {
		unsigned char *bytes = chain_bytes(first);
		return bytes ? bytes + first->start : NULL;
	}
	struct chain *target = bring_in_locked(buffer, size) ? target_locked(buffer, size) : NULL;
	if (!target) return NULL;
	struct chain *chain = first->next;
	if (target != first) buffer_retire_locked(buffer, first, dropped);
	while (target->length < size) {
		size_t part = size - target->length < chain->length ? size - target->length : chain->length;
		memcpy(chain_tail(target), chain->data + chain->start, part);
		target->length += part;
		chain->start += part;
		chain->length -= part;
		if (chain->length) break;
		struct chain *next = chain->next;
		buffer_retire_locked(buffer, chain, dropped);
		chain = next;
	}
	target->next = chain;
	buffer->first = target;
	if (!chain) buffer->last = target;
	buffer->seek_chain = NULL;
	return target->data + target->start;
}

unsigned char *
evbuffer_pullup(struct evbuffer *buf, ev_ssize_t size)
{
	struct chain_list dropped;
	unsigned char *bytes = NULL;
	chain_list_init(&dropped);
	buffer_lock(buf);
	size_t length = buffer_length(buf), wanted = size < 0 ? length : (size_t)size;
	if (wanted && wanted <= length) bytes = pullup_locked(buf, wanted, &dropped);
	buffer_taken_unlock(buf, 0, &dropped);
	return bytes;
}

unsigned char *
evbuffer_find(struct evbuffer *buffer, const unsigned char *what, size_t len)
{
	unsigned char *found = NULL;
	buffer_lock(buffer);
	struct evbuffer_ptr where = evbuffer_search(buffer, (const char *)what, len, NULL);
	if (where.pos >= 0 && (found = evbuffer_pullup(buffer, where.pos + (ev_ssize_t)len))) found += where.pos;
	buffer_unlock(buffer);
	return found;
}

/* ---- The stretches there are -------------------------------------------------------------------------------------
 */

/* How many stretches hold count bytes from a place on; SIZE_MAX: all. The first n_vec are described. */
static int
describe_locked(struct chain *chain, size_t offset, size_t count, struct evbuffer_iovec *vec, int n_vec)
{
	int used = 0;
	for (size_t seen = 0; chain && seen < count && used < INT_MAX; chain = chain->next, offset = 0) {
		if (used < n_vec) {
			unsigned char *bytes = chain_bytes(chain);
			if (!bytes) return -1;
			vec[used].iov_base = bytes + chain->start + offset;
			vec[used].iov_len = chain->length - offset;
		}
		used++;
		seen += chain->length - offset;
	}
	return used;
}

int
evbuffer_peek(
	struct evbuffer *buffer, ev_ssize_t len, struct evbuffer_ptr *start_at, struct evbuffer_iovec *vec_out, int n_vec)
{
	int used = -1;
	size_t offset, position = start_at ? (size_t)start_at->pos : 0;
	buffer_lock(buffer);
	if (position <= buffer_length(buffer)) {
		struct chain *chain = buffer_seek_locked(buffer, position, &offset);
		used = describe_locked(chain, offset, len < 0 ? SIZE_MAX : (size_t)len, vec_out, n_vec);
		if (len < 0 && n_vec > 0 && used > n_vec) used = n_vec;
	}
	buffer_unlock(buffer);
	return used;
}
