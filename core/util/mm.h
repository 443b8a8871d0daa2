/* SPDX-License-Identifier: BSD-3-Clause */
/* The core's memory: follows event_set_mem_functions(). Every allocation may fail; callers handle NULL. */
#ifndef MKEVENT_UTIL_MM_H_
#define MKEVENT_UTIL_MM_H_

#include <stddef.h>

/* As malloc, calloc, realloc, strdup, free of the C library. errno is ENOMEM on failure; a product that overflows is a
 * failure. mm_calloc(0, n) and mm_malloc(0) return NULL without error. */
void *mm_malloc(size_t size);
void *mm_calloc(size_t count, size_t size);
void *mm_realloc(void *memory, size_t size);
char *mm_strdup(const char *text);
void mm_free(void *memory);

#endif
