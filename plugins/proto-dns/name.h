/* SPDX-License-Identifier: BSD-3-Clause */
/* Domain names: between text and wire, compared, and read out of messages. Pure functions over bytes.
 *
 * A name on the wire is a chain of labels, each a length of 1 to 63 and its bytes, ended by a 0: at most 255 bytes in
 * all (RFC 1035 section 3.1). In text a byte that would mislead (a dot within a label, a backslash, anything that does
 * not print) is written \X or \DDD, so that text says exactly what the wire did. */
#ifndef PROTO_DNS_NAME_H_
#define PROTO_DNS_NAME_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DNS_NAME_MAX 255 /* bytes on the wire, with the 0 at the end */
#define DNS_NAME_ROOM(length) (((size_t)(length) + 7) & ~(size_t)7)
#define DNS_NAME_OF_TEXT(length) (DNS_NAME_ROOM(length) + 2 < DNS_NAME_MAX ? DNS_NAME_ROOM(length) + 2 : DNS_NAME_MAX)
#define DNS_LABEL_MAX 63   /* bytes of one label */
#define DNS_NAME_TEXT 1024 /* room for any name as text, with its terminator */

/* memcmp() == 0 and memcpy() for names that are short, as they mostly are. */
static inline bool
dns_bytes_same(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint64_t one, other;
	if (length < sizeof(one)) return memcmp(a, b, length) == 0;
	for (size_t at = 0;; at += sizeof(one)) {
		if (at > length - sizeof(one)) at = length - sizeof(one);
		memcpy(&one, a + at, sizeof(one));
		memcpy(&other, b + at, sizeof(other));
		if (one != other) return false;
		if (at == length - sizeof(one)) return true;
	}
}

static inline void
dns_bytes_copy(uint8_t *out, const uint8_t *in, size_t length)
{
	uint64_t some;
	if (length < sizeof(some) || length > 8 * sizeof(some)) {
		memcpy(out, in, length);
		return;
	}
	for (size_t at = 0; at < length - sizeof(some); at += sizeof(some))
		memcpy(out + at, in + at, sizeof(some));
	memcpy(out + length - sizeof(some), in + length - sizeof(some), sizeof(some));
}

/* Writes text of length bytes as a name; a dot at its end is ignored; "" and "." are the root. It never takes more than
 * DNS_NAME_OF_TEXT(length), and wire need not have more.
 * Returns the name's length in bytes, or 0 when this is no name. */
size_t dns_name_from_text(const char *text, size_t length, uint8_t wire[DNS_NAME_MAX]);
/* Writes a name as text, without a dot at its end (the root is ""). Returns strlen of it. */
size_t dns_name_to_text(const uint8_t *wire, char text[DNS_NAME_TEXT]);
/* Length in bytes of a whole, uncompressed name. */
size_t dns_name_length(const uint8_t *wire);
/* Whether two whole names are the same; case does not matter. */
bool dns_name_equal(const uint8_t *a, const uint8_t *b);
/* Copies a name with its letters made small; returns its length. */
size_t dns_name_lower(const uint8_t *wire, uint8_t lower[DNS_NAME_MAX]);
/* Gives each letter the case that a bit of its own in random says; random: (length + 7) / 8 bytes. wire: with room for
 * DNS_NAME_ROOM(length), all of which may be changed. */
void dns_name_mix_case(uint8_t *wire, size_t length, const uint8_t *random);
/* Reads the name at *offset of a message and follows compression pointers, which must lead backwards each time.
 * *offset moves behind the name as it stands there. Returns its length, or 0 when it is malformed. */
size_t dns_name_read(const uint8_t *bytes, size_t length, size_t *offset, uint8_t wire[DNS_NAME_MAX]);

#endif
