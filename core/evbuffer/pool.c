/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool of a base: a stack of chains for each size. */
#include "config.h"

#include "evbuffer/pool.h"
#include "thread/thread.h"
#include "util/mm.h"

#define CLASS_BYTES (CHAIN_ALLOC_MIN * 64)

struct room_pool {
	void *lock;
	atomic_uint refs;
	struct {
		struct chain *first;
		unsigned left;           /* how many more there may be */
	} stacks[CHAIN_CLASSES + 1]; /* the last is for all that are too large: it takes none */
};

struct room_pool *
room_pool_new(bool locks)
{
	bool failed = false;
	struct room_pool *pool = mm_calloc(1, sizeof(*pool));
	if (!pool) return NULL;
	pool->lock = locks ? thread_lock_new(&failed) : NULL;
	if (failed) {
		mm_free(pool);
		return NULL;
	}
	atomic_init(&pool->refs, 1);
	for (unsigned class = 0; class < CHAIN_CLASSES; class ++)
		pool->stacks[class].left = (CLASS_BYTES / CHAIN_ALLOC_MIN) >> class;
	return pool;
}

void
room_pool_ref(struct room_pool *pool)
{
	atomic_fetch_add_explicit(&pool->refs, 1, memory_order_relaxed);
}

void
room_pool_put(struct room_pool *pool)
{
	if (atomic_fetch_sub_explicit(&pool->refs, 1, memory_order_acq_rel) != 1) return;
	thread_lock_free(pool->lock);
	mm_free(pool);
}

void
room_pool_close(struct room_pool *pool)
{
	thread_lock(pool->lock);
	for (unsigned class = 0; class < CHAIN_CLASSES; class ++) {
		struct chain *chain;
		while ((chain = pool->stacks[class].first) != NULL) {
			pool->stacks[class].first = chain->next;
			mm_free(chain);
		}
		pool->stacks[class].left = 0;
	}
	thread_unlock(pool->lock);
	room_pool_put(pool);
}

struct chain *
room_pool_take(struct room_pool *pool, size_t room)
{
	if (room > SIZE_MAX - sizeof(struct chain)) return NULL;
	unsigned class = chain_class(sizeof(struct chain) + room);
	if (class >= CHAIN_CLASSES) return NULL;
	thread_lock_hot(pool->lock);
	struct chain *chain = pool->stacks[class].first;
	/* Sizes repeat, so the first is mostly fit; in the next class all are. */
	if (!chain || chain->size < room) chain = pool->stacks[++class].first;
	if (chain) {
		pool->stacks[class].first = chain->next;
		pool->stacks[class].left++;
		chain->next = NULL;
	}
	thread_unlock_hot(pool->lock);
	return chain;
}

void
room_pool_give(struct room_pool *pool, struct chain *chain)
{
	const unsigned class = chain->slot;
	thread_lock_hot(pool->lock);
	const bool kept = pool->stacks[class].left > 0;
	if (kept) {
		chain->start = chain->length = 0;
		chain->next = pool->stacks[class].first;
		pool->stacks[class].first = chain;
		pool->stacks[class].left--;
	}
	thread_unlock_hot(pool->lock);
	if (!kept) mm_free(chain);
}
