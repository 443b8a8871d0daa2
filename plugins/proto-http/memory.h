/* SPDX-License-Identifier: BSD-3-Clause */
/* The plugin's memory: the core's, so that it follows event_set_mem_functions(). */
#ifndef PROTO_HTTP_MEMORY_H_
#define PROTO_HTTP_MEMORY_H_

#include <stddef.h>

/* As malloc, calloc(1, size), free, strdup, strndup; NULL when there is no memory. */
void *http_alloc(size_t size);
void *http_zalloc(size_t size);
void http_free(void *memory);
char *http_strdup(const char *text);
char *http_strndup(const char *text, size_t len);

/* One line in the log: there is no memory for that. */
void http_log_memory(const char *what);

#endif
