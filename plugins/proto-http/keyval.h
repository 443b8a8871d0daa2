/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_KEYVAL_H_
#define PROTO_HTTP_KEYVAL_H_

#include "parse.h"

#include <event2/keyvalq_struct.h>

/* Appends a copy; one allocation. Returns 0 or -1. */
int keyval_add(struct evkeyvalq *headers, struct http_span name, struct http_span value);

#endif
