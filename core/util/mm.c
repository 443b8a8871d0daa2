/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory: the C library's allocator, or the program's after event_set_mem_functions().
 *
 * The three replacements are independent: the program may give some and leave the others. There is no replacement for
 * calloc, so with a malloc of the program's own we clear by hand. */
#include "config.h"

#include "util/mm.h"

#include <errno.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef EVENT__DISABLE_MM_REPLACEMENT

static void *(*mm_malloc_fn)(size_t);
static void *(*mm_realloc_fn)(void *, size_t);
static void (*mm_free_fn)(void *);

void
event_set_mem_functions(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t), void (*free_fn)(void *))
{
	mm_malloc_fn = malloc_fn;
	mm_realloc_fn = realloc_fn;
	mm_free_fn = free_fn;
}

#else

#define mm_malloc_fn ((void *(*)(size_t))NULL)
#define mm_realloc_fn ((void *(*)(void *, size_t))NULL)
#define mm_free_fn ((void (*)(void *))NULL)

#endif

/* The program's allocator need not set errno. */
static void *
told(void *memory)
{
	if (!memory) errno = ENOMEM;
	return memory;
}

void *
mm_malloc(size_t size)
{
	if (size == 0) return NULL;
	return told(mm_malloc_fn ? mm_malloc_fn(size) : malloc(size));
}

void *
mm_calloc(size_t count, size_t size)
{
	if (count == 0 || size == 0) return NULL;
	if (!mm_malloc_fn) return told(calloc(count, size));
	if (count > SIZE_MAX / size) return told(NULL);
	void *memory = told(mm_malloc_fn(count * size));
	if (memory) memset(memory, 0, count * size);
	return memory;
}

void *
mm_realloc(void *memory, size_t size)
{
	return told(mm_realloc_fn ? mm_realloc_fn(memory, size) : realloc(memory, size));
}

char *
mm_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = mm_malloc(size);
	if (copy) memcpy(copy, text, size);
	return copy;
}

void
mm_free(void *memory)
{
	if (mm_free_fn)
		mm_free_fn(memory);
	else
		free(memory);
}
