/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages being written. Pointers only ever lead to names that this file wrote or was told of, in the first 16 KiB. */
#include "writer.h"
#include "message.h"

#include <string.h>

#define POINTER_MAX 0x3fff

void
dns_writer_init(struct dns_writer *writer, uint8_t *bytes, size_t room)
{
	writer->bytes = bytes;
	writer->room = room;
	writer->length = 0;
	writer->name_count = 0;
}

struct dns_writer_mark
dns_writer_mark(const struct dns_writer *writer)
{
	return (struct dns_writer_mark){writer->length, writer->name_count};
}

void
dns_writer_back(struct dns_writer *writer, struct dns_writer_mark mark)
{
	writer->length = mark.length;
	writer->name_count = mark.name_count;
}

bool
dns_writer_bytes(struct dns_writer *writer, const void *bytes, size_t length)
{
	if (writer->room - writer->length < length) return false;
	memcpy(writer->bytes + writer->length, bytes, length);
	writer->length += length;
	return true;
}

bool
dns_writer_16(struct dns_writer *writer, unsigned value)
{
	uint8_t bytes[2];
	dns_put16(bytes, value);
	return dns_writer_bytes(writer, bytes, sizeof(bytes));
}

bool
dns_writer_32(struct dns_writer *writer, uint32_t value)
{
	uint8_t bytes[4];
	dns_put32(bytes, value);
	return dns_writer_bytes(writer, bytes, sizeof(bytes));
}

/* Whether the name that stands at an offset, pointers followed, is this one. Letters must be the very same: a client
 * may have mixed those of its question, and they are not to spread into the names of the answer. */
static bool
stands_at(const struct dns_writer *writer, size_t at, const uint8_t *name)
{
	for (;;) {
		const uint8_t *there = writer->bytes + at;
		if (*there >= 0xc0) {
			at = (size_t)(*there & 0x3f) << 8 | there[1];
			continue;
		}
		if (*there != *name) return false;
		if (*there == 0) return true;
		if (memcmp(there + 1, name + 1, *there) != 0) return false;
		at += (size_t)*there + 1;
		name += *name + 1;
	}
}

/* Returns the offset of such a name, or 0. */
static size_t
find(const struct dns_writer *writer, const uint8_t *name)
{
	for (int i = 0; i < writer->name_count; i++)
		if (stands_at(writer, writer->names[i], name)) return writer->names[i];
	return 0;
}

/* Whether a name is the first of all, that of the question, byte by byte: most are. */
static bool
is_first(const struct dns_writer *writer, const uint8_t *name)
{
	if (writer->name_count == 0) return false;
	size_t at = writer->names[0], length = dns_name_length(name);
	return writer->length - at >= length && length > 1 && memcmp(writer->bytes + at, name, length) == 0;
}

static void
remember(struct dns_writer *writer, size_t offset)
{
	if (offset <= POINTER_MAX && writer->name_count < DNS_WRITER_NAMES)
		writer->names[writer->name_count++] = (uint16_t)offset;
}

bool
dns_writer_name(struct dns_writer *writer, const uint8_t *name)
{
	struct dns_writer_mark mark = dns_writer_mark(writer);
	const uint8_t *end = name; /* what a pointer can stand for */
	size_t known = is_first(writer, name) ? writer->names[0] : 0;
	while (!known && *end && !(known = find(writer, end)))
		end += *end + 1;
	size_t own = (size_t)(end - name), start = writer->length;
	bool fits = dns_writer_bytes(writer, name, own) &&
				(known ? dns_writer_16(writer, 0xc000 | (unsigned)known) : dns_writer_bytes(writer, "", 1));
	if (!fits) {
		dns_writer_back(writer, mark);
		return false;
	}
	for (size_t at = 0; at < own; at += (size_t)name[at] + 1)
		remember(writer, start + at);
	return true;
}

void
dns_writer_know(struct dns_writer *writer, size_t offset)
{
	for (const uint8_t *label = writer->bytes + offset; *label && *label <= DNS_LABEL_MAX; label += *label + 1)
		remember(writer, (size_t)(label - writer->bytes));
}
