/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFER_COMPAT_H_INCLUDED_
#define EVENT2_BUFFER_COMPAT_H_INCLUDED_

/** @file event2/buffer_compat.h
 *
 * Evbuffer functions of old, for programs that have them; event2/buffer.h has better ones. */

#include <event2/visibility.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;

/** evbuffer_readln(buffer, NULL, EVBUFFER_EOL_ANY). */
EVENT2_EXPORT_SYMBOL
char *evbuffer_readline(struct evbuffer *buffer);

/** Called after the length changed from old_len to new_len. */
typedef void (*evbuffer_cb)(struct evbuffer *buffer, size_t old_len, size_t new_len, void *arg);

/** Removes all callbacks and adds this one; with cb NULL adds none. Returns 0; -1 without memory, and then the old ones
 * stay. Prefer evbuffer_add_cb(), which leaves others' callbacks alone. */
EVENT2_EXPORT_SYMBOL
int evbuffer_setcb(struct evbuffer *buffer, evbuffer_cb cb, void *cbarg);

/** Returns the first place where the len bytes at what are, NULL: nowhere. The buffer is made one stretch of memory up
 * to their end; evbuffer_search() leaves it as it is. */
EVENT2_EXPORT_SYMBOL
unsigned char *evbuffer_find(struct evbuffer *buffer, const unsigned char *what, size_t len);

#define EVBUFFER_LENGTH(x) evbuffer_get_length(x) /**< evbuffer_get_length() */
#define EVBUFFER_DATA(x) evbuffer_pullup((x), -1) /**< all of it as one stretch */

#ifdef __cplusplus
}
#endif

#endif
