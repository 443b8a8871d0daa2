/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_TAG_H_INCLUDED_
#define EVENT2_TAG_H_INCLUDED_

/** @file event2/tag.h
 *
 * Tagged data in evbuffers, the wire format of the RPC code: tag, length, payload.
 *
 * A tag is a number of at most 32 bits, seven bits a byte, the lowest first; every byte but the last has its top bit
 * set. Length and integers are numbers in nibbles: the first nibble says how many more there are (less one), then
 * they come, the lowest first; an odd last half byte is 0.
 *
 * Functions that write append to the buffer; when there is no memory, nothing is appended. Functions that read take
 * from the buffer's front. Threads: the caller serializes the use of a buffer.
 */

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct timeval;

/** Does nothing; there is nothing to set up. */
EVENT2_EXPORT_SYMBOL
void evtag_init(void);

/** Takes tag and length off the buffer, so that the payload is next.
 * @param evbuf where it is taken from
 * @param ptag gets the tag; may be NULL
 * @return the payload's length in bytes; -1 when the header is incomplete or malformed, or the payload is not there as
 * a whole or longer than INT_MAX */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_header(struct evbuffer *evbuf, ev_uint32_t *ptag);

/** Appends len bytes of data under a tag. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal(struct evbuffer *evbuf, ev_uint32_t tag, const void *data, ev_uint32_t len);

/** Moves the whole content of data behind a tag; data is empty afterwards. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_buffer(struct evbuffer *evbuf, ev_uint32_t tag, struct evbuffer *data);

/** Appends a number, without a tag. */
EVENT2_EXPORT_SYMBOL
void evtag_encode_int(struct evbuffer *evbuf, ev_uint32_t number);

/** Appends a number of up to 64 bits, without a tag. */
EVENT2_EXPORT_SYMBOL
void evtag_encode_int64(struct evbuffer *evbuf, ev_uint64_t number);

/** Appends a number under a tag. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_int(struct evbuffer *evbuf, ev_uint32_t tag, ev_uint32_t integer);

/** Appends a number of up to 64 bits under a tag. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_int64(struct evbuffer *evbuf, ev_uint32_t tag, ev_uint64_t integer);

/** Appends a string under a tag, without its terminating zero. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_string(struct evbuffer *buf, ev_uint32_t tag, const char *string);

/** Appends a time under a tag: its seconds and microseconds as two numbers. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_timeval(struct evbuffer *evbuf, ev_uint32_t tag, struct timeval *tv);

/** Takes one item and appends its payload to dst.
 * @param src where it is taken from
 * @param ptag gets the tag; may be NULL
 * @param dst gets the payload
 * @return the payload's length in bytes, or -1 as evtag_unmarshal_header() */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal(struct evbuffer *src, ev_uint32_t *ptag, struct evbuffer *dst);

/** Looks at the next item's tag and takes nothing.
 * @param evbuf where it is looked for
 * @param ptag gets the tag; may be NULL
 * @return how many bytes the tag itself has, or -1 when it is incomplete or malformed */
EVENT2_EXPORT_SYMBOL
int evtag_peek(struct evbuffer *evbuf, ev_uint32_t *ptag);

/** Looks at the whole length of the next item (header and payload) and takes nothing.
 * @return 0, or -1 when the header is incomplete or malformed or the sum does not fit */
EVENT2_EXPORT_SYMBOL
int evtag_peek_length(struct evbuffer *evbuf, ev_uint32_t *plength);

/** Looks at the length of the next item's payload and takes nothing.
 * @return 0, or -1 when the header is incomplete or malformed */
EVENT2_EXPORT_SYMBOL
int evtag_payload_length(struct evbuffer *evbuf, ev_uint32_t *plength);

/** Throws the next item away.
 * @return 0, or -1 as evtag_unmarshal_header() */
EVENT2_EXPORT_SYMBOL
int evtag_consume(struct evbuffer *evbuf);

/** Takes the next item, which must be a number under that tag.
 * @return 0; -1 when the tag is another one or the item is malformed */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_int(struct evbuffer *evbuf, ev_uint32_t need_tag, ev_uint32_t *pinteger);

/** Takes the next item, which must be a number of up to 64 bits under that tag. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_int64(struct evbuffer *evbuf, ev_uint32_t need_tag, ev_uint64_t *pinteger);

/** Takes the next item, which must be of exactly len bytes under that tag. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_fixed(struct evbuffer *src, ev_uint32_t need_tag, void *data, size_t len);

/** Takes the next item, which must have that tag, as a string.
 * @param evbuf where it is taken from
 * @param need_tag the tag
 * @param pstring gets memory of the library's allocator that the caller frees; terminated
 * @return 0, or -1 when the tag is another one, the item is malformed or there is no memory */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_string(struct evbuffer *evbuf, ev_uint32_t need_tag, char **pstring);

/** Takes the next item, which must be a time under that tag. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_timeval(struct evbuffer *evbuf, ev_uint32_t need_tag, struct timeval *ptv);

#ifdef __cplusplus
}
#endif
#endif
