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

#define DNS_NAME_MAX 255 /* bytes on the wire, with the 0 at the end */
#define DNS_NAME_ROOM(length) (((size_t)(length) + 7) & ~(size_t)7)
#define DNS_NAME_OF_TEXT(length) (DNS_NAME_ROOM(length) + 2 < DNS_NAME_MAX ? DNS_NAME_ROOM(length) + 2 : DNS_NAME_MAX)
#define DNS_LABEL_MAX 63   /* bytes of one label */
#define DNS_NAME_TEXT 1024 /* room for any name as text, with its terminator */

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
