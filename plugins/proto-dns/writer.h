/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages being written, with names compressed. Pure functions over bytes: what does not fit is refused, and the
 * caller can go back to where it was. */
#ifndef PROTO_DNS_WRITER_H_
#define PROTO_DNS_WRITER_H_

#include "name.h"

#define DNS_WRITER_NAMES 64 /* places that later names may point to */

struct dns_writer {
	uint8_t *bytes;
	size_t room;
	size_t length;
	int name_count;
	uint16_t names[DNS_WRITER_NAMES]; /* offsets of names and their ends */
};

struct dns_writer_mark {
	size_t length;
	int name_count;
};

void dns_writer_init(struct dns_writer *writer, uint8_t *bytes, size_t room);
struct dns_writer_mark dns_writer_mark(const struct dns_writer *writer);
void dns_writer_back(struct dns_writer *writer, struct dns_writer_mark mark);
/* These return false when there is no room. */
bool dns_writer_bytes(struct dns_writer *writer, const void *bytes, size_t length);
bool dns_writer_16(struct dns_writer *writer, unsigned value);
bool dns_writer_32(struct dns_writer *writer, uint32_t value);
/* A whole name, shortened by a pointer when its end stands in the message already. */
bool dns_writer_name(struct dns_writer *writer, const uint8_t *name);
/* Lets later names point to the uncompressed one that stands at an offset. */
void dns_writer_know(struct dns_writer *writer, size_t offset);

#endif
