/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is given back in one go: header fields, target and the like of one request. The first stretch comes with
 * the request, so that an ordinary one needs no allocation. */
#ifndef PROTO_HTTP_ARENA_H_
#define PROTO_HTTP_ARENA_H_

#include <stddef.h>

struct http_arena_block;

struct http_arena {
	char *first;
	size_t first_size;
	char *at;
	size_t left;
	struct http_arena_block *more;
};

void http_arena_init(struct http_arena *arena, void *memory, size_t size);
/* Gives everything back; the arena can be used on. */
void http_arena_reset(struct http_arena *arena);
/* Aligned for any pointer. NULL when there is no memory. */
void *http_arena_alloc(struct http_arena *arena, size_t size);
/* A copy that ends with NUL, or NULL. */
char *http_arena_copy(struct http_arena *arena, const char *text, size_t len);

#endif
