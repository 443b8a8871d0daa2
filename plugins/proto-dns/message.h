/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages as bytes (RFC 1035 section 4, RFC 6891): a reader that steps from record to record, and the builder of
 * queries. Pure functions over bytes. */
#ifndef PROTO_DNS_MESSAGE_H_
#define PROTO_DNS_MESSAGE_H_

#include "name.h"

#define DNS_HEADER 12
#define DNS_MESSAGE_MAX 65535
#define DNS_UDP_PLAIN 512 /* what every UDP peer takes without EDNS0 */

#define DNS_FLAG_QR 0x8000
#define DNS_FLAG_OPCODE 0x7800
#define DNS_FLAG_TC 0x0200
#define DNS_FLAG_RD 0x0100
#define DNS_RCODE 0x000f

#define DNS_TYPE_A 1
#define DNS_TYPE_NS 2
#define DNS_TYPE_CNAME 5
#define DNS_TYPE_SOA 6
#define DNS_TYPE_PTR 12
#define DNS_TYPE_AAAA 28
#define DNS_TYPE_OPT 41
#define DNS_CLASS_IN 1

enum dns_section { DNS_QUESTION, DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL };

/* A message that is being read. */
struct dns_message {
	const uint8_t *bytes;
	size_t length;
	size_t offset; /* of what comes next */
	uint16_t id;
	uint16_t flags;
	uint16_t left[4];    /* records that the header still promises, by section */
	bool plain_question; /* a whole name without pointers is known to stand behind the header */
};

struct dns_question {
	uint8_t name[DNS_NAME_MAX];
	uint8_t length; /* of name; 255 at most */
	uint16_t type;
	uint16_t class;
};

struct dns_record {
	enum dns_section section;
	const uint8_t *name; /* whole: in room, or in the question */
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	uint16_t length;    /* of the data */
	size_t data_offset; /* within the message, for names that are compressed */
	const uint8_t *data;
	uint8_t room[DNS_NAME_MAX];
};

static inline uint16_t
dns_get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t
dns_get32(const uint8_t *bytes)
{
	return (uint32_t)dns_get16(bytes) << 16 | dns_get16(bytes + 2);
}

static inline void
dns_put16(uint8_t *bytes, unsigned value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline void
dns_put32(uint8_t *bytes, uint32_t value)
{
	dns_put16(bytes, value >> 16);
	dns_put16(bytes + 2, value & 0xffff);
}

/* Begins to read. Returns false when there is not even a header. */
bool dns_message_open(struct dns_message *message, const uint8_t *bytes, size_t length);
/* Takes the next question. Returns false when there is none or it is malformed. */
bool dns_message_question(struct dns_message *message, struct dns_question *question);
/* Takes the next record, after the questions. Returns 1, 0 at the end of what the header promised, -1 when it is
 * malformed. */
int dns_message_record(struct dns_message *message, struct dns_record *record);

/* Writes a query for one name, with an OPT record when udp_size is over DNS_UDP_PLAIN. out: DNS_QUERY_MAX bytes.
 * Returns its length. */
#define DNS_QUERY_MAX (DNS_HEADER + DNS_NAME_MAX + 4 + 11)
size_t dns_query_write(
	uint8_t *out, uint16_t id, const uint8_t *name, size_t name_length, uint16_t type, unsigned udp_size);

#endif
