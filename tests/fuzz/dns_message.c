/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS parsers over bytes alone. The first byte says what the rest is: an answer to one of three questions, a name
 * as text, or lines of a file. What is read is written again, and must come out the same. */
#include "answer.h"
#include "lines.h"
#include "writer.h"

#include <event2/dns.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
insist(bool right)
{
	if (!right) abort();
}

static void
try_answer(const uint8_t *data, size_t size, uint16_t type)
{
	static const uint8_t name[] = "\3www\7example\3org";
	struct dns_message message;
	struct dns_answer answer;
	if (!dns_message_open(&message, data, size)) return;
	struct dns_message copy = message, lax = message;
	enum dns_match match = dns_answer_match(&message, name, sizeof(name), type, true);
	/* Letter case makes no other difference. */
	insist(
		dns_answer_match(&lax, name, sizeof(name), type, false) == (match == DNS_MATCH_WRONG_CASE ? DNS_MATCH : match));
	if (match == DNS_MATCH) {
		dns_answer_init(&answer, type, DNS_ERR_NONE);
		dns_answer_read(&message, name, type, &answer);
		insist(message.offset == lax.offset);
		insist(answer.count >= 0 && (answer.result == DNS_ERR_NONE) == (answer.count > 0));
		/* More than there is room for is read again with more. */
		if ((size_t)answer.count > answer.capacity) {
			int count = answer.count;
			answer.addresses = malloc((size_t)count * 16);
			if (!answer.addresses) return;
			answer.capacity = (size_t)count;
			dns_answer_read(&message, name, type, &answer);
			insist(answer.count == count);
			free(answer.addresses);
		}
		insist(!answer.alias || dns_name_length(answer.cname) <= DNS_NAME_MAX);
	}
	/* The same without a question that must match. */
	struct dns_question question;
	struct dns_record record;
	while (dns_message_question(&copy, &question))
		insist(dns_name_length(question.name) == question.length);
	if (copy.left[DNS_QUESTION]) return;
	for (int i = 0; dns_message_record(&copy, &record) > 0; i++)
		insist(record.data + record.length <= data + size && i <= 3 * 65535);
}

static void
try_name(const char *text, size_t size)
{
	uint8_t wire[DNS_NAME_MAX], again[DNS_NAME_MAX], room[512];
	char back[DNS_NAME_TEXT];
	struct dns_writer writer;
	size_t length = dns_name_from_text(text, size, wire);
	if (!length) return;
	insist(length == dns_name_length(wire));
	size_t back_length = dns_name_to_text(wire, back);
	insist(dns_name_from_text(back, back_length, again) == length && memcmp(wire, again, length) == 0);
	dns_writer_init(&writer, room, sizeof(room));
	for (const uint8_t *rest = wire; *rest && writer.length < 200; rest += *rest + 1) {
		size_t at = writer.length;
		insist(!dns_writer_name(&writer, rest) ||
			   (dns_name_read(room, writer.length, &at, again) && dns_name_equal(rest, again) && at == writer.length));
	}
}

static void
try_lines(const char *text, size_t size)
{
	struct dns_lines lines;
	const char *word;
	size_t length, total = 0;
	dns_lines_init(&lines, text, size, "#;");
	while (dns_line_next(&lines))
		while (dns_word_next(&lines, &word, &length))
			total += length;
	insist(total <= size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_PTR};
	if (size == 0) return 0;
	/* A copy of exactly the size shows what is read behind the end. */
	uint8_t *copy = malloc(size);
	if (!copy) return 0;
	memcpy(copy, data + 1, size - 1);
	switch (data[0] % 5) {
	case 3:
		try_name((const char *)copy, size - 1);
		break;
	case 4:
		try_lines((const char *)copy, size - 1);
		break;
	default:
		try_answer(copy, size - 1, types[data[0] % 5]);
		break;
	}
	free(copy);
	return 0;
}
