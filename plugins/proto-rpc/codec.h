/* SPDX-License-Identifier: BSD-3-Clause */
/* The wire format of tagged data as a pure function over bytes: no evbuffer, no allocation.
 *
 * A tag is a number in groups of seven bits, the lowest first; the top bit of a byte says that another one follows.
 * An integer is a row of nibbles: first how many follow less one, then these, the lowest first; a half byte at the end
 * is zero. An item is a tag, the payload's length as an integer, and the payload. */
#ifndef PROTO_RPC_CODEC_H_
#define PROTO_RPC_CODEC_H_

#include <stddef.h>
#include <stdint.h>

#define CODEC_TAG_BYTES 5
#define CODEC_INT_BYTES 5   /* of 32 bits */
#define CODEC_INT64_BYTES 9 /* of 64 bits */
#define CODEC_HEADER_BYTES (CODEC_TAG_BYTES + CODEC_INT_BYTES)

/* Return the number of bytes written to out, which has room for the most of its kind. */
size_t codec_put_tag(unsigned char *out, uint32_t tag);
size_t codec_put_int(unsigned char *out, uint64_t value);

/* Return the number of bytes read, or -1: cut short, or more than fits (max_bits is 32 or 64). */
int codec_get_tag(const unsigned char *data, size_t len, uint32_t *tag);
int codec_get_int(const unsigned char *data, size_t len, unsigned max_bits, uint64_t *value);

/* An item's tag and length together. */
int codec_get_header(const unsigned char *data, size_t len, uint32_t *tag, uint32_t *payload);

#endif
