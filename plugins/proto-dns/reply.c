/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers: records are collected as the callback adds them, and written when it responds, section by section. What does
 * not fit is cut at a whole record; without a record of the answer or authority section the answer is marked as
 * truncated. Records of a request belong to whoever holds the request: no lock. */
#include "functions.h"
#include "port.h"
#include "reverse.h"
#include "writer.h"

#include <netinet/in.h>
#include <string.h>

#define RECORD_FIXED 12 /* section, kind, type, class, ttl, length */
#define OPT_LENGTH 11
#define RECORDS_FIRST 256
#define RECORDS_MOST (256 * 1024) /* bytes collected for one answer of 64 KiB: names take more room uncompressed */

/* ---- Collecting ---------------------------------------------------------------------------------------------------
 */

static uint8_t *
make_room(struct dns_records *records, size_t length)
{
	if (records->room - records->length < length) {
		size_t room = records->room ? records->room : RECORDS_FIRST;
		while (room - records->length < length)
			room *= 2;
		if (room > RECORDS_MOST) return NULL;
		uint8_t *bytes = dns_realloc(records->bytes, room);
		if (!bytes) return NULL;
		records->bytes = bytes;
		records->room = room;
	}
	return records->bytes + records->length;
}

struct record {
	int section;
	int type;
	int class;
	int ttl;
	bool is_name;
	const void *data;
	size_t length;
};

static int
add(struct dns_records *records, const uint8_t *owner, size_t owner_length, const struct record *record)
{
	uint8_t *at = make_room(records, RECORD_FIXED + owner_length + record->length);
	if (!at || records->counts[record->section] == 0xffff) return -1;
	at[0] = (uint8_t)record->section;
	at[1] = record->is_name;
	dns_put16(at + 2, (unsigned)record->type);
	dns_put16(at + 4, (unsigned)record->class);
	dns_put32(at + 6, (uint32_t)record->ttl);
	memcpy(at + 10, owner, owner_length);
	dns_put16(at + 10 + owner_length, (unsigned)record->length);
	if (record->length) memcpy(at + RECORD_FIXED + owner_length, record->data, record->length);
	records->length += RECORD_FIXED + owner_length + record->length;
	records->counts[record->section]++;
	return 0;
}

int
plugin_evdns_server_request_add_reply(struct evdns_server_request *shown, int section, const char *name, int type,
	int class, int ttl, int datalen, int is_name, const char *data)
{
	struct dns_request *request = (struct dns_request *)shown;
	uint8_t owner[DNS_NAME_MAX], target[DNS_NAME_MAX];
	struct record record = {section, type, class, ttl, is_name != 0, data, 0};
	if (section < EVDNS_ANSWER_SECTION || section > EVDNS_ADDITIONAL_SECTION) return -1;
	if (!name || type < 0 || type > 0xffff || class < 0 || class > 0xffff) return -1;
	size_t owner_length = dns_name_from_text(name, strlen(name), owner);
	if (!owner_length) return -1;
	if (is_name) {
		if (!data || !(record.length = dns_name_from_text(data, strlen(data), target))) return -1;
		record.data = target;
	} else if (data) {
		record.length = datalen < 0 ? strlen(data) : (size_t)datalen;
		if (record.length > 0xffff) return -1;
	}
	return add(&request->records, owner, owner_length, &record);
}

/* One record for each address; all of them or none. */
static int
add_addresses(struct evdns_server_request *shown, const char *name, int n, const void *addresses, int ttl, int type)
{
	struct dns_request *request = (struct dns_request *)shown;
	struct dns_records before = request->records;
	size_t size = type == DNS_TYPE_A ? 4 : 16;
	uint8_t owner[DNS_NAME_MAX];
	size_t owner_length = dns_name_from_text(name, strlen(name), owner);
	if (!owner_length || n < 1) return -1;
	for (int i = 0; i < n; i++) {
		struct record record = {
			EVDNS_ANSWER_SECTION, type, DNS_CLASS_IN, ttl, false, (const uint8_t *)addresses + (size_t)i * size, size};
		if (add(&request->records, owner, owner_length, &record) == 0) continue;
		request->records.length = before.length;
		memcpy(request->records.counts, before.counts, sizeof(before.counts));
		return -1;
	}
	return 0;
}

int
plugin_evdns_server_request_add_a_reply(
	struct evdns_server_request *shown, const char *name, int n, const void *addresses, int ttl)
{
	return add_addresses(shown, name, n, addresses, ttl, DNS_TYPE_A);
}

int
plugin_evdns_server_request_add_aaaa_reply(
	struct evdns_server_request *shown, const char *name, int n, const void *addresses, int ttl)
{
	return add_addresses(shown, name, n, addresses, ttl, DNS_TYPE_AAAA);
}

int
plugin_evdns_server_request_add_ptr_reply(
	struct evdns_server_request *shown, struct in_addr *in, const char *inaddr_name, const char *hostname, int ttl)
{
	char name[DNS_REVERSE_MAX];
	if (!in == !inaddr_name) return -1;
	if (in) {
		dns_reverse_ipv4(in, name);
		inaddr_name = name;
	}
	return plugin_evdns_server_request_add_reply(
		shown, EVDNS_ANSWER_SECTION, inaddr_name, DNS_TYPE_PTR, DNS_CLASS_IN, ttl, -1, 1, hostname);
}

int
plugin_evdns_server_request_add_cname_reply(
	struct evdns_server_request *shown, const char *name, const char *cname, int ttl)
{
	return plugin_evdns_server_request_add_reply(
		shown, EVDNS_ANSWER_SECTION, name, DNS_TYPE_CNAME, DNS_CLASS_IN, ttl, -1, 1, cname);
}

void
plugin_evdns_server_request_set_flags(struct evdns_server_request *shown, int flags)
{
	shown->flags &= ~(EVDNS_FLAGS_AA | EVDNS_FLAGS_RD);
	shown->flags |= flags & (EVDNS_FLAGS_AA | EVDNS_FLAGS_RD);
}

/* ---- Writing ------------------------------------------------------------------------------------------------------
 */

size_t
dns_reply_bound(const struct dns_request *request)
{
	size_t bound = DNS_HEADER + request->questions_length + request->records.length + OPT_LENGTH;
	size_t most = request->client ? DNS_MESSAGE_MAX : request->udp_size;
	return bound < most ? bound : most;
}

static bool
write_record(struct dns_writer *writer, const uint8_t *record, size_t owner_length, size_t length)
{
	struct dns_writer_mark mark = dns_writer_mark(writer);
	const uint8_t *data = record + RECORD_FIXED + owner_length;
	bool fits = dns_writer_name(writer, record + 10) && dns_writer_bytes(writer, record + 2, 8);
	size_t length_at = writer->length;
	fits = fits && dns_writer_16(writer, (unsigned)length);
	if (fits && record[1]) {
		fits = dns_writer_name(writer, data);
		if (fits) dns_put16(writer->bytes + length_at, (unsigned)(writer->length - length_at - 2));
	} else if (fits) {
		fits = dns_writer_bytes(writer, data, length);
	}
	if (!fits) dns_writer_back(writer, mark);
	return fits;
}

/* Returns how many records of a section were written. */
static int
write_section(struct dns_writer *writer, const struct dns_records *records, int section)
{
	int count = 0;
	for (size_t at = 0; at < records->length;) {
		const uint8_t *record = records->bytes + at;
		size_t owner_length = dns_name_length(record + 10);
		size_t length = dns_get16(record + 10 + owner_length);
		at += RECORD_FIXED + owner_length + length;
		if (record[0] != section) continue;
		if (!write_record(writer, record, owner_length, length)) break;
		count++;
	}
	return count;
}

static void
write_opt(struct dns_writer *writer, bool bad_version)
{
	uint8_t opt[OPT_LENGTH] = {0};
	dns_put16(opt + 1, DNS_TYPE_OPT);
	dns_put16(opt + 3, DNS_PORT_UDP_MAX);
	opt[5] = bad_version; /* upper bits of the response code: 16 is BADVERS */
	dns_writer_bytes(writer, opt, sizeof(opt));
}

size_t
dns_reply_write(const struct dns_request *request, int code, uint8_t *bytes, size_t room)
{
	const struct dns_records *records = &request->records;
	struct dns_writer writer;
	size_t reserved = request->edns ? OPT_LENGTH : 0;
	int counts[3] = {0, 0, 0};
	unsigned flags = DNS_FLAG_QR | (unsigned)code | ((unsigned)request->public.flags & ~(unsigned)DNS_FLAG_TC);
	if (room < DNS_HEADER + request->questions_length + reserved) return 0;
	dns_writer_init(&writer, bytes, room - reserved);
	writer.length = DNS_HEADER;
	dns_writer_bytes(&writer, request->questions, request->questions_length);
	dns_writer_know(&writer, DNS_HEADER);
	for (int section = 0; section < 3; section++) {
		if (records->counts[section] == 0) continue;
		counts[section] = write_section(&writer, records, section);
		if (counts[section] == records->counts[section]) continue;
		if (section != EVDNS_ADDITIONAL_SECTION) flags |= DNS_FLAG_TC;
		break;
	}
	writer.room = room;
	if (request->edns) write_opt(&writer, request->bad_version);
	dns_put16(bytes, request->id);
	dns_put16(bytes + 2, flags);
	dns_put16(bytes + 4, (unsigned)request->public.nquestions);
	dns_put16(bytes + 6, (unsigned)counts[0]);
	dns_put16(bytes + 8, (unsigned)counts[1]);
	dns_put16(bytes + 10, (unsigned)counts[2] + request->edns);
	return writer.length;
}
