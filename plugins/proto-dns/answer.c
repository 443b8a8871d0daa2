/* SPDX-License-Identifier: BSD-3-Clause */
/* From the bytes of an answer to addresses, names and times to live. Aliases are followed within the answer section
 * alone, whatever the order of its records; the work is bounded by 16 passes over one message. */
#include "answer.h"

#include <event2/dns.h>
#include <string.h>

#define ALIASES_MAX 16
#define TTL_MAX 0x7fffffff

void
dns_answer_init(struct dns_answer *answer, int type, int result)
{
	answer->result = result;
	answer->type = type;
	answer->count = 0;
	answer->ttl = 0;
	answer->truncated = false;
	answer->malformed = false;
	answer->alias = false;
	answer->addresses = answer->room.bytes;
	answer->capacity = sizeof(answer->room) / (type == DNS_TYPE_A ? 4 : 16);
	answer->name[0] = '\0';
}

/* Whether the only question stands there byte by byte as it was sent. Then the message stands behind it. */
static bool
is_as_sent(struct dns_message *message, const uint8_t *name, size_t name_length, uint16_t type)
{
	const uint8_t *at = message->bytes + DNS_HEADER;
	if (message->length - DNS_HEADER < name_length + 4 || memcmp(at, name, name_length) != 0) return false;
	if (dns_get16(at + name_length) != type || dns_get16(at + name_length + 2) != DNS_CLASS_IN) return false;
	message->offset = DNS_HEADER + name_length + 4;
	message->left[DNS_QUESTION] = 0;
	message->plain_question = true;
	return true;
}

enum dns_match
dns_answer_match(struct dns_message *message, const uint8_t *name, size_t name_length, uint16_t type, bool exact)
{
	struct dns_question question;
	if ((message->flags & (DNS_FLAG_QR | DNS_FLAG_OPCODE)) != DNS_FLAG_QR) return DNS_MATCH_NO;
	if (message->left[DNS_QUESTION] == 0) {
		int code = message->flags & DNS_RCODE;
		bool bare = message->length == DNS_HEADER && (code == DNS_ERR_FORMAT || code == DNS_ERR_NOTIMPL);
		return bare ? DNS_MATCH_BARE : DNS_MATCH_NO;
	}
	if (message->left[DNS_QUESTION] != 1) return DNS_MATCH_NO;
	if (is_as_sent(message, name, name_length, type)) return DNS_MATCH;
	if (!dns_message_question(message, &question)) return DNS_MATCH_NO;
	if (question.type != type || question.class != DNS_CLASS_IN) return DNS_MATCH_NO;
	if (question.length == name_length && memcmp(question.name, name, name_length) == 0) return DNS_MATCH;
	if (!dns_name_equal(question.name, name)) return DNS_MATCH_NO;
	return exact ? DNS_MATCH_WRONG_CASE : DNS_MATCH;
}

/* RFC 2181 section 8: a time to live with its top bit set means 0. */
static uint32_t
lower_ttl(uint32_t ttl, uint32_t other)
{
	if (other > TTL_MAX) other = 0;
	return other < ttl ? other : ttl;
}

static int
result_of(const struct dns_message *message, unsigned extended)
{
	unsigned code = (message->flags & DNS_RCODE) | extended << 4;
	return code <= DNS_ERR_REFUSED ? (int)code : DNS_ERR_UNKNOWN;
}

/* Reads a name that must fill its record. */
static bool
read_target(const struct dns_message *message, const struct dns_record *record, uint8_t name[DNS_NAME_MAX])
{
	size_t offset = record->data_offset, end = record->data_offset + record->length;
	return dns_name_read(message->bytes, end, &offset, name) && offset == end;
}

/* Takes a record of the type that was asked for. Returns false when it is malformed. */
static bool
take(struct dns_answer *answer, const struct dns_message *message, const struct dns_record *record)
{
	if (answer->type == DNS_TYPE_PTR) {
		uint8_t name[DNS_NAME_MAX];
		if (!read_target(message, record, name)) return false;
		if (answer->count == 0) dns_name_to_text(name, answer->name);
		answer->count = 1;
		return true;
	}
	/* Servers made with libevent put several addresses into one record. */
	size_t size = answer->type == DNS_TYPE_A ? 4 : 16;
	if (record->length == 0 || record->length % size != 0) return false;
	for (size_t i = 0; i < record->length; i += size) {
		size_t at = (size_t)answer->count++;
		if (at >= answer->capacity) continue;
		if (size == 4)
			memcpy(answer->addresses + at * 4, record->data + i, 4);
		else
			memcpy(answer->addresses + at * 16, record->data + i, 16);
	}
	return true;
}

struct pass {
	const uint8_t *current;         /* the name whose records are looked for */
	uint8_t next[DNS_NAME_MAX];     /* where its alias leads, if there is one */
	uint8_t alias_of[DNS_NAME_MAX]; /* current, after the first */
	bool alias;
	uint32_t alias_ttl;
	uint32_t ttl;          /* the least of the chain and the records */
	uint32_t negative_ttl; /* of the SOA record in the authority section; 0: none */
	unsigned extended;     /* upper bits of the response code, from OPT */
};

static bool
see_answer(
	struct pass *pass, const struct dns_message *message, const struct dns_record *record, struct dns_answer *answer)
{
	if (record->class != DNS_CLASS_IN) return true;
	if (record->name != pass->current && !dns_name_equal(record->name, pass->current)) return true;
	if (record->type == answer->type) {
		pass->ttl = lower_ttl(pass->ttl, record->ttl);
		return take(answer, message, record);
	}
	if (record->type != DNS_TYPE_CNAME || pass->alias) return true;
	pass->alias = true;
	pass->alias_ttl = record->ttl;
	return read_target(message, record, pass->next);
}

/* RFC 2308 section 5: a negative answer lives as long as the lesser of the SOA record's own time and its last field. */
static bool
see_soa(struct pass *pass, const struct dns_message *message, const struct dns_record *record)
{
	uint8_t name[DNS_NAME_MAX];
	size_t offset = record->data_offset, end = record->data_offset + record->length;
	if (!dns_name_read(message->bytes, end, &offset, name)) return false;
	if (!dns_name_read(message->bytes, end, &offset, name)) return false;
	if (end - offset != 20) return false;
	pass->negative_ttl = lower_ttl(lower_ttl(TTL_MAX, record->ttl), dns_get32(message->bytes + offset + 16));
	return true;
}

/* Goes over all records once, looking for those of pass->current. Returns false when one is malformed. */
static bool
look(struct dns_message message, struct pass *pass, struct dns_answer *answer)
{
	struct dns_record record;
	int more;
	pass->alias = false;
	while ((more = dns_message_record(&message, &record)) > 0) {
		bool good = true;
		if (record.section == DNS_ANSWER)
			good = see_answer(pass, &message, &record, answer);
		else if (record.section == DNS_AUTHORITY && record.type == DNS_TYPE_SOA)
			good = see_soa(pass, &message, &record);
		else if (record.section == DNS_ADDITIONAL && record.type == DNS_TYPE_OPT)
			pass->extended = record.ttl >> 24;
		if (!good) return false;
	}
	return more == 0;
}

/* A part of an answer is used only where the server itself says that it is a part. */
static void
conclude(struct dns_answer *answer, int result)
{
	if (result != DNS_ERR_NONE || (answer->malformed && !answer->truncated)) answer->count = 0;
	answer->result = result;
	if (result != DNS_ERR_NONE || answer->count > 0) return;
	answer->result = answer->malformed || answer->truncated ? DNS_ERR_TRUNCATED : DNS_ERR_NODATA;
}

void
dns_answer_read(const struct dns_message *message, const uint8_t *name, uint16_t type, struct dns_answer *answer)
{
	struct pass pass; /* its names are long: only what is read is set */
	pass.ttl = TTL_MAX;
	pass.negative_ttl = 0;
	pass.extended = 0;
	pass.current = message->plain_question ? message->bytes + DNS_HEADER : name; /* the same */
	answer->type = type;
	answer->count = 0;
	answer->alias = false;
	answer->truncated = (message->flags & DNS_FLAG_TC) != 0;
	for (int aliases = 0; aliases < ALIASES_MAX; aliases++) {
		answer->malformed = !look(*message, &pass, answer);
		if (answer->malformed || answer->count > 0 || !pass.alias) break;
		pass.current = memcpy(pass.alias_of, pass.next, dns_name_length(pass.next));
		dns_name_lower(pass.current, answer->cname);
		answer->alias = true;
		pass.ttl = lower_ttl(pass.ttl, pass.alias_ttl);
	}
	conclude(answer, result_of(message, pass.extended));
	answer->ttl = answer->count > 0 ? pass.ttl : pass.negative_ttl;
}
