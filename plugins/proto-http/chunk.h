/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_CHUNK_H_
#define PROTO_HTTP_CHUNK_H_

struct evbuffer;

/* Moves what is in piece to output as one chunk (RFC 9112, 7.1); nothing when it is empty. Returns 0 or -1. */
int chunk_write(struct evbuffer *output, struct evbuffer *piece);
/* The end of a chunked body. */
int chunk_write_last(struct evbuffer *output);

#endif
