/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains: their memory, and what happens when the last reference goes. */
#include "config.h"

#include "evbuffer/chain.h"
#include "util/mm.h"

#include <errno.h>

/* Chains in a buffer's first slab, and at most. Each further one has three times as many: the largest is more than half
 * of all of them, so that the C library, which keeps twice the largest block that was ever freed, keeps them all. */
#define SLAB_FIRST 3
#define SLAB_MOST 8191
#define STEP_MAX ((size_t)1 << 20)

/* Rounds up in steps of a quarter of the next lower power of two, so that sizes repeat and the allocator's free lists
 * fit, but at most a fifth is wasted. */
static size_t
rounded(size_t size)
{
	if (size <= CHAIN_ALLOC_MIN) return CHAIN_ALLOC_MIN;
	size_t step = CHAIN_ALLOC_MIN / 4;
	while (step < STEP_MAX && step * 8 <= size)
		step *= 2;
	return (size + step - 1) & ~(step - 1);
}

struct chain *
chain_new(size_t room)
{
	if (room > (size_t)EV_SSIZE_MAX - sizeof(struct chain) - STEP_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	size_t size = rounded(sizeof(struct chain) + room);
	struct chain *chain = mm_malloc(size);
	if (!chain) return NULL;
	chain->next = NULL;
	chain->data = (unsigned char *)(chain + 1);
	chain->start = chain->length = 0;
	chain->size = size - sizeof(struct chain);
	atomic_init(&chain->refs, 1);
	chain->kind = CHAIN_OWN;
	chain->slot = (uint16_t)chain_class(size);
	return chain;
}

/* ---- Slabs -------------------------------------------------------------------------------------------------------
 */

static void
slab_release(struct chain_slab *slab, unsigned count)
{
	if (atomic_fetch_sub_explicit(&slab->live, count, memory_order_acq_rel) == count) mm_free(slab);
}

void
chain_slab_leave(struct chain_slab *slab)
{
	slab_release(slab, 1u + slab->count - slab->used);
}

struct chain_slab *
chain_slab_refill(struct chain_slab *old)
{
	const unsigned live = old ? atomic_load_explicit(&old->live, memory_order_acquire) : 0;
	if (old && live == 1u + old->count - old->used) {
		atomic_store_explicit(&old->live, 1u + old->count, memory_order_relaxed);
		old->used = 0;
		return old;
	}
	/* More at a time where they pile up, but not where some are back already. */
	unsigned count = old ? old->count : SLAB_FIRST;
	if (live == 1u + count) count = count * 3 + 1;
	if (count > SLAB_MOST) count = SLAB_MOST;
	struct chain_slab *slab = mm_malloc(sizeof(*slab) + count * sizeof(slab->chains[0]));
	if (!slab) return NULL;
	if (old) chain_slab_leave(old);
	atomic_init(&slab->live, 1 + count);
	slab->count = (uint16_t)count;
	slab->used = 0;
	return slab;
}

static struct chain_slab *
slab_of(struct chain *chain)
{
	return (struct chain_slab *)(void *)((char *)(chain - chain->slot) - offsetof(struct chain_slab, chains));
}

/* ---- The end of a chain ------------------------------------------------------------------------------------------
 */

static bool
unref(struct chain *chain)
{
	if (!chain_is_shared(chain)) return true;
	return atomic_fetch_sub_explicit(&chain->refs, 1, memory_order_acq_rel) == 1;
}

/* What a chain's end means for others. Returns the chain whose last reference went with it, or NULL. */
static struct chain *
clean_up(struct chain *chain)
{
	switch ((enum chain_kind)chain->kind) {
	case CHAIN_OWN:
		break;
	case CHAIN_REFERENCE:
		if (chain->of.cleanup.fn) chain->of.cleanup.fn(chain->data, chain->size, chain->of.cleanup.arg);
		break;
	case CHAIN_SHARED:
		return unref(chain->of.parent) ? chain->of.parent : NULL;
	case CHAIN_FILE:
		file_segment_put(chain->of.file.segment);
		break;
	}
	return NULL;
}

/* Neighbours in a list mostly are neighbours in a slab: they go back to it together. (What follows a slab's last chain
 * in memory is no chain, for each slab begins with its head.) */
struct returns {
	struct chain_slab *slab;
	const struct chain *next; /* behind the last one that came back */
	unsigned count;
};

static void
give_back(struct returns *returns, struct chain *chain)
{
	if (chain->kind == CHAIN_OWN) {
		mm_free(chain);
		return;
	}
	if (chain != returns->next) {
		if (returns->slab) slab_release(returns->slab, returns->count);
		returns->slab = slab_of(chain);
		returns->count = 0;
	}
	returns->next = chain + 1;
	returns->count++;
}

void
chain_drop(struct chain *first)
{
	struct returns returns = {NULL, NULL, 0};
	while (first) {
		struct chain *chain = first;
		first = chain->next;
		if (!unref(chain)) continue;
		do {
			struct chain *parent = clean_up(chain);
			give_back(&returns, chain);
			chain = parent;
		} while (chain);
	}
	if (returns.slab) slab_release(returns.slab, returns.count);
}

unsigned char *
chain_bring_in(struct chain *chain)
{
	unsigned char *bytes = file_segment_bytes(chain->of.file.segment);
	if (bytes) chain->data = bytes + chain->of.file.offset;
	return chain->data;
}
