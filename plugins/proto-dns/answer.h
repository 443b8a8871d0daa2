/* SPDX-License-Identifier: BSD-3-Clause */
/* What an answer says to the question that was asked. Pure functions over bytes. */
#ifndef PROTO_DNS_ANSWER_H_
#define PROTO_DNS_ANSWER_H_

#include "message.h"

enum dns_match {
	DNS_MATCH,            /* an answer to this question; the message stands behind it */
	DNS_MATCH_NO,         /* something else: to be ignored */
	DNS_MATCH_WRONG_CASE, /* the same name in other letters: a forgery, or a server that does not keep case */
	DNS_MATCH_BARE        /* a header alone that says FORMERR or NOTIMP: servers that know no EDNS0 do that */
};

#define DNS_ANSWER_ROOM 64 /* addresses that need no memory of their own */

/* Response codes that have no DNS_ERR_* of their own are DNS_ERR_UNKNOWN (event2/dns.h). */
struct dns_answer {
	int result;     /* DNS_ERR_* */
	int type;       /* DNS_TYPE_A, AAAA or PTR: what was asked for */
	int count;      /* of addresses, or 1 for a name */
	uint32_t ttl;   /* seconds; for a negative answer what the SOA record allows */
	bool truncated; /* the TC bit */
	bool malformed; /* the message ends before its records do, or one of them makes no sense */
	bool alias;     /* cname holds the last name of a chain of aliases, in small letters: ours may have been mixed in */
	size_t capacity; /* addresses that fit into *addresses */
	uint8_t *addresses;
	char name[DNS_NAME_TEXT]; /* PTR */
	uint8_t cname[DNS_NAME_MAX];
	union {
		uint8_t bytes[DNS_ANSWER_ROOM * 16];
		uint64_t align;
	} room;
};

/* An answer without addresses. */
void dns_answer_init(struct dns_answer *answer, int type, int result);

/* Whether a message answers a question; its id has been compared before. exact: letters must be the very same. */
enum dns_match dns_answer_match(
	struct dns_message *message, const uint8_t *name, size_t name_length, uint16_t type, bool exact);

/* Reads an answer that matched. Records of other names are ignored, unless a chain of at most 16 aliases leads to them.
 * answer: as dns_answer_init() left it; when its count is then greater than its capacity, the rest of the addresses did
 * not fit: give it more and read again. */
void dns_answer_read(const struct dns_message *message, const uint8_t *name, uint16_t type, struct dns_answer *answer);

#endif
