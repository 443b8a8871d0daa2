/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains: the pieces that a buffer is made of.
 *
 * A chain with memory of its own (CHAIN_OWN) is one allocation, its room behind the struct. All others only point to
 * bytes that are elsewhere, and come from slabs, so that they cost next to nothing. A chain can be in one buffer's
 * list; other buffers share its bytes through CHAIN_SHARED chains, each of which holds a reference to it. Chains have
 * no lock: the buffer's keeps them, and what buffers of several threads share is counted atomically. */
#ifndef MKEVENT_EVBUFFER_CHAIN_H_
#define MKEVENT_EVBUFFER_CHAIN_H_

#include <event2/buffer.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CHAIN_LIKELY(x) __builtin_expect(!!(x), 1)
#define CHAIN_APART __attribute__((noinline)) /* what is rare makes the rest save registers */
#else
#define CHAIN_LIKELY(x) (x)
#define CHAIN_APART
#endif

/* The smallest room is what is left of 1 KiB; the largest that grows by itself doubles up to 16 MiB. */
#define CHAIN_ALLOC_MIN ((size_t)1024)
#define CHAIN_GROW_MAX ((size_t)16 << 20)

enum chain_kind {
	CHAIN_OWN,       /* room behind the struct */
	CHAIN_REFERENCE, /* the program's memory */
	CHAIN_SHARED,    /* bytes of another chain, OWN or REFERENCE */
	CHAIN_FILE       /* part of a file segment */
};

struct chain {
	struct chain *next;
	unsigned char *data; /* NULL: a file that is not in memory; see chain_bytes() */
	size_t start;        /* the content is at data + start */
	size_t length;       /* never 0 in a buffer's list */
	size_t size;         /* room at data; start + length for all that is not OWN */
	atomic_uint refs;    /* the list's, and one for each SHARED chain */
	uint8_t kind;
	uint16_t slot; /* index in its slab; OWN: chain_class() */
	union {
		struct {
			evbuffer_ref_cleanup_cb fn;
			void *arg;
		} cleanup;            /* REFERENCE */
		struct chain *parent; /* SHARED */
		struct {
			struct evbuffer_file_segment *segment;
			size_t offset; /* of data in the segment */
		} file;            /* FILE */
	} of;
};

/* Memory for chains that have none of their own. Freed when all of them are, and the buffer that made it has let go. */
struct chain_slab {
	atomic_uint live; /* chains in use or not handed out yet, and one for the buffer */
	uint16_t count, used;
	_Alignas(max_align_t) struct chain chains[];
};

/* Chains that left a buffer, to be dropped when its lock is released: their clean-up is the program's code. */
struct chain_list {
	struct chain *first, **end;
};

/* Classes of sizes, the struct included: from 1 KiB on, each to the double; the last but one ends below 32 KiB, which
 * is room for a TLS record, and CHAIN_CLASSES is the class of all that are larger. See pool.h. */
#define CHAIN_CLASSES 5
static inline unsigned
chain_class(size_t size)
{
	unsigned class = 0;
	for (size_t end = CHAIN_ALLOC_MIN * 2; size >= end && class < CHAIN_CLASSES; end *= 2)
		class ++;
	return class;
}

/* An empty chain with room for at least that many bytes; NULL without memory, or when no size can hold them. */
struct chain *chain_new(size_t room);
/* A slab with a free chain: the old one (may be NULL), when all of its chains are back, or a new one in its place. NULL
 * without memory; then the old one is as it was. */
struct chain_slab *chain_slab_refill(struct chain_slab *old);
/* The buffer needs no more chains from it. */
void chain_slab_leave(struct chain_slab *slab);
/* Gives up the list's reference to each of the chains; the last reference's end cleans up. No lock may be held. */
void chain_drop(struct chain *first);

/* Where the memory of a chain begins; files are brought into memory. NULL when that fails. */
unsigned char *chain_bring_in(struct chain *chain);
static inline unsigned char *
chain_bytes(struct chain *chain)
{
	return CHAIN_LIKELY(chain->data != NULL) ? chain->data : chain_bring_in(chain);
}

/* The next free chain of a slab that has one. */
static inline struct chain *
chain_slab_take(struct chain_slab *slab, enum chain_kind kind)
{
	uint16_t slot = slab->used++;
	struct chain *chain = &slab->chains[slot];
	chain->next = NULL;
	atomic_init(&chain->refs, 1);
	chain->kind = (uint8_t)kind;
	chain->slot = slot;
	return chain;
}

/* An empty chain of another kind, from *slab, which is replaced when it is used up. NULL without memory. */
static inline struct chain *
chain_from_slab(struct chain_slab **slab, enum chain_kind kind)
{
	if (!*slab || (*slab)->used == (*slab)->count) {
		struct chain_slab *filled = chain_slab_refill(*slab);
		if (!filled) return NULL;
		*slab = filled;
	}
	return chain_slab_take(*slab, kind);
}

static inline bool
chain_is_shared(struct chain *chain)
{
	return atomic_load_explicit(&chain->refs, memory_order_acquire) != 1;
}

/* Its memory may be overwritten or freed: nobody else reads it. */
static inline bool
chain_is_ours(struct chain *chain)
{
	return chain->kind == CHAIN_OWN && !chain_is_shared(chain);
}

/* Room behind the content. It may be used in shared chains too: others look at what was content before. */
static inline size_t
chain_room(const struct chain *chain)
{
	return chain ? chain->size - chain->start - chain->length : 0;
}

static inline unsigned char *
chain_tail(struct chain *chain)
{
	return chain->data + chain->start + chain->length;
}

static inline void
chain_list_init(struct chain_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static inline void
chain_list_push(struct chain_list *list, struct chain *chain)
{
	*list->end = chain;
	list->end = &chain->next;
}

static inline void
chain_list_drop(struct chain_list *list)
{
	if (list->first) {
		*list->end = NULL;
		chain_drop(list->first);
	}
}

/* ---- File segments: file.c -------------------------------------------------------------------------------------- */

void file_segment_get(struct evbuffer_file_segment *segment);
void file_segment_put(struct evbuffer_file_segment *segment);
/* All of the segment in memory; NULL when it cannot be. Thread: any. */
unsigned char *file_segment_bytes(struct evbuffer_file_segment *segment);
/* Sends length bytes from offset in the segment. As write(2); errno is ENOTSUP where it has to go through memory. */
ssize_t file_segment_send(struct evbuffer_file_segment *segment, size_t offset, size_t length, evutil_socket_t fd);

#endif
