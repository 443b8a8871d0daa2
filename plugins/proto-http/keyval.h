/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_KEYVAL_H_
#define PROTO_HTTP_KEYVAL_H_

#include "arena.h"
#include "parse.h"

#include <event2/keyvalq_struct.h>

/* Appends a copy; one allocation, or none where arena (else NULL) has room. Returns 0 or -1. */
int keyval_add(struct evkeyvalq *headers, struct http_arena *arena, struct http_span name, struct http_span value);

/* Appends a blank and that text to the value of the last entry, which was made in arena. Returns 0 or -1. */
int keyval_extend_last(struct evkeyvalq *headers, struct http_arena *arena, struct http_span text);

#endif
