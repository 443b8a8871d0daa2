/* SPDX-License-Identifier: BSD-3-Clause */
#include "arena.h"

#include "memory.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_SIZE 4096
#define ALIGNMENT sizeof(void *)

struct http_arena_block {
	struct http_arena_block *next;
};

void
http_arena_init(struct http_arena *arena, void *memory, size_t size)
{
	arena->first = arena->at = memory;
	arena->first_size = arena->left = size;
	arena->more = NULL;
}

void
http_arena_reset(struct http_arena *arena)
{
	struct http_arena_block *block;
	while ((block = arena->more) != NULL) {
		arena->more = block->next;
		http_free(block);
	}
	arena->at = arena->first;
	arena->left = arena->first_size;
}

void *
http_arena_alloc(struct http_arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2) return NULL;
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (size > arena->left) {
		/* The rest of the old stretch is left lying: it is small beside what is asked for. */
		const size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		struct http_arena_block *block = http_alloc(sizeof(*block) + room);
		if (!block) return NULL;
		block->next = arena->more;
		arena->more = block;
		arena->at = (char *)(block + 1);
		arena->left = room;
	}
	void *memory = arena->at;
	arena->at += size;
	arena->left -= size;
	return memory;
}

char *
http_arena_copy(struct http_arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? http_arena_alloc(arena, len + 1) : NULL;
	if (!copy) return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}
