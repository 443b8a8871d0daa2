/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages, record by record. Every length is checked against what is left before it is used. */
#include "message.h"

#include <string.h>

bool
dns_message_open(struct dns_message *message, const uint8_t *bytes, size_t length)
{
	if (length < DNS_HEADER) return false;
	message->bytes = bytes;
	message->length = length;
	message->offset = DNS_HEADER;
	message->id = dns_get16(bytes);
	message->flags = dns_get16(bytes + 2);
	message->plain_question = false;
	for (size_t i = 0; i < 4; i++)
		message->left[i] = dns_get16(bytes + 4 + 2 * i);
	return true;
}

bool
dns_message_question(struct dns_message *message, struct dns_question *question)
{
	if (message->left[DNS_QUESTION] == 0) return false;
	size_t length = dns_name_read(message->bytes, message->length, &message->offset, question->name);
	if (length == 0 || message->length - message->offset < 4) return false;
	question->length = (uint8_t)length;
	question->type = dns_get16(message->bytes + message->offset);
	question->class = dns_get16(message->bytes + message->offset + 2);
	message->offset += 4;
	message->left[DNS_QUESTION]--;
	return true;
}

/* Takes the name of a record: mostly a pointer to the question's, which then need not be read again. */
static bool
read_owner(struct dns_message *message, struct dns_record *record)
{
	const uint8_t *at = message->bytes + message->offset;
	if (message->plain_question && message->length - message->offset >= 2 && at[0] == 0xc0 && at[1] == DNS_HEADER) {
		message->offset += 2;
		record->name = message->bytes + DNS_HEADER;
		return true;
	}
	record->name = record->room;
	return dns_name_read(message->bytes, message->length, &message->offset, record->room) != 0;
}

int
dns_message_record(struct dns_message *message, struct dns_record *record)
{
	enum dns_section section = DNS_ANSWER;
	while (message->left[section] == 0)
		if (section++ == DNS_ADDITIONAL) return 0;
	if (!read_owner(message, record)) return -1;
	const uint8_t *at = message->bytes + message->offset;
	if (message->length - message->offset < 10) return -1;
	record->section = section;
	record->type = dns_get16(at);
	record->class = dns_get16(at + 2);
	record->ttl = dns_get32(at + 4);
	record->length = dns_get16(at + 8);
	message->offset += 10;
	if (message->length - message->offset < record->length) return -1;
	record->data_offset = message->offset;
	record->data = message->bytes + message->offset;
	message->offset += record->length;
	message->left[section]--;
	return 1;
}

size_t
dns_query_write(uint8_t *out, uint16_t id, const uint8_t *name, size_t name_length, uint16_t type, unsigned udp_size)
{
	bool edns = udp_size > DNS_UDP_PLAIN;
	memset(out, 0, DNS_HEADER);
	dns_put16(out, id);
	dns_put16(out + 2, DNS_FLAG_RD);
	dns_put16(out + 4, 1);
	dns_put16(out + 10, edns);
	uint8_t *at = out + DNS_HEADER;
	memcpy(at, name, name_length);
	at += name_length;
	dns_put16(at, type);
	dns_put16(at + 2, DNS_CLASS_IN);
	at += 4;
	if (edns) {
		memset(at, 0, 11);
		dns_put16(at + 1, DNS_TYPE_OPT);
		dns_put16(at + 3, udp_size);
		at += 11;
	}
	return (size_t)(at - out);
}
