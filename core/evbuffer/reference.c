/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that are not copied: the program's memory, and what another buffer holds. */
#include "config.h"

#include "evbuffer/state.h"

static inline void
refer(struct chain *chain, const void *data, size_t offset, size_t length, evbuffer_ref_cleanup_cb cleanup, void *arg)
{
	chain->data = (unsigned char *)(uintptr_t)data;
	chain->start = offset;
	chain->length = length;
	chain->size = offset + length;
	chain->of.cleanup.fn = cleanup;
	chain->of.cleanup.arg = arg;
}

int
evbuffer_add_reference_with_offset(struct evbuffer *outbuf, const void *data, size_t offset, size_t datlen,
	evbuffer_ref_cleanup_cb cleanupfn, void *cleanupfn_arg)
{
	buffer_lock(outbuf);
	struct chain *chain = NULL;
	if (!outbuf->frozen_end && buffer_can_take(outbuf, datlen) && offset <= SIZE_MAX - datlen)
		chain = chain_from_slab(&outbuf->slab, CHAIN_REFERENCE);
	if (!chain) {
		buffer_unlock(outbuf);
		return -1;
	}
	refer(chain, data, offset, datlen, cleanupfn, cleanupfn_arg);
	outbuf->foreign = true;
	if (datlen) buffer_link_locked(outbuf, chain);
	buffer_changed_unlock(outbuf, datlen, 0);
	if (datlen == 0) chain_drop(chain);
	return 0;
}

/* Nothing but the chain has to be looked after: no lock, nobody to tell, and the chain is there. */
static inline bool
is_plain(const struct evbuffer *buffer, size_t length)
{
	return !buffer->lock && !buffer->callbacks && !buffer->frozen_end && length && buffer_can_take(buffer, length) &&
		   buffer->slab && buffer->slab->used < buffer->slab->count;
}

int
evbuffer_add_reference(
	struct evbuffer *outbuf, const void *data, size_t datlen, evbuffer_ref_cleanup_cb cleanupfn, void *cleanupfn_arg)
{
	if (!is_plain(outbuf, datlen))
		return evbuffer_add_reference_with_offset(outbuf, data, 0, datlen, cleanupfn, cleanupfn_arg);
	struct chain *chain = chain_slab_take(outbuf->slab, CHAIN_REFERENCE);
	refer(chain, data, 0, datlen, cleanupfn, cleanupfn_arg);
	outbuf->foreign = true;
	buffer_link_locked(outbuf, chain);
	return 0;
}

/* ---- Another buffer's content ------------------------------------------------------------------------------------
 */

static bool
can_be_shared(const struct evbuffer *buffer)
{
	for (const struct chain *chain = buffer->first; chain; chain = chain->next) {
		if (chain->kind == CHAIN_FILE || chain->kind == CHAIN_SHARED) return false;
	}
	return true;
}

static struct chain *
share_locked(struct evbuffer *outbuf, struct chain *parent)
{
	struct chain *chain = chain_from_slab(&outbuf->slab, CHAIN_SHARED);
	if (!chain) return NULL;
	chain->data = parent->data;
	chain->start = parent->start;
	chain->length = parent->length;
	chain->size = parent->start + parent->length;
	chain->of.parent = parent;
	atomic_fetch_add_explicit(&parent->refs, 1, memory_order_relaxed);
	return chain;
}

/* All or nothing: the chains are made before the first is linked. */
static int
share_all_locked(struct evbuffer *outbuf, struct evbuffer *inbuf, struct chain_list *shared)
{
	for (struct chain *parent = inbuf->first; parent; parent = parent->next) {
		struct chain *chain = share_locked(outbuf, parent);
		if (!chain) return -1;
		chain_list_push(shared, chain);
	}
	*shared->end = NULL;
	outbuf->foreign = true;
	while (shared->first) {
		struct chain *chain = shared->first;
		shared->first = chain->next;
		buffer_link_locked(outbuf, chain);
	}
	return 0;
}

int
evbuffer_add_buffer_reference(struct evbuffer *outbuf, struct evbuffer *inbuf)
{
	struct chain_list shared;
	if (outbuf == inbuf) return buffer_length(inbuf) ? -1 : 0;
	chain_list_init(&shared);
	buffer_lock_two(inbuf, outbuf);
	size_t added = buffer_length(inbuf);
	int result = 0;
	if (added && (outbuf->frozen_end || !buffer_can_take(outbuf, added) || !can_be_shared(inbuf) ||
					 share_all_locked(outbuf, inbuf, &shared) < 0))
		result = -1;
	if (inbuf->lock != outbuf->lock) buffer_unlock(inbuf);
	if (result == 0 && added) {
		buffer_changed_unlock(outbuf, added, 0);
		return 0;
	}
	buffer_unlock(outbuf);
	chain_list_drop(&shared);
	return result;
}
