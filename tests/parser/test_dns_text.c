/* SPDX-License-Identifier: BSD-3-Clause */
/* Names between text and wire, names in messages that are written, queries, and the lines of configuration files. */
#include <cmocka.h>

#include "dns_message.h"
#include "lines.h"
#include "message.h"
#include "writer.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* back: as it is written again; NULL: it is no name. */
static const struct {
	const char *text, *back;
} names[] = {
	{"", ""},
	{".", ""},
	{"a", "a"},
	{"a.", "a"},
	{"www.example.org", "www.example.org"},
	{"WWW.Example.ORG.", "WWW.Example.ORG"},
	{"_sip._tcp.example", "_sip._tcp.example"},
	{"a\\.b.c", "a\\.b.c"},
	{"a\\\\b", "a\\\\b"},
	{"\\097bc", "abc"},
	{"\\000.x", "\\000.x"},
	{"\\255", "\\255"},
	{"\\-a", "-a"},
	{"sp ace", "sp\\032ace"},
	{"b\303\274cher", "b\\195\\188cher"},
	{L63, L63},
	{L63 "." L63 "." L63 "." L61, L63 "." L63 "." L63 "." L61},
	{"..", NULL},
	{".a", NULL},
	{"a..b", NULL},
	{"a..", NULL},
	{"\\", NULL},
	{"a\\", NULL},
	{"\\25", NULL},
	{"\\256", NULL},
	{"\\999", NULL},
	{"\\1", NULL},
	{L63 "a", NULL},
	{L63 "." L63 "." L63 "." L61 "a", NULL},
	{L63 "." L63 "." L63 "." L61 ".a", NULL},
	{L63 "." L63 "." L63 "." L63, NULL},
	{L63 "." L63 "." L63 "." L63 "." L63 "." L63 "." L63 "." L63, NULL},
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		uint8_t wire[DNS_NAME_MAX];
		char text[DNS_NAME_TEXT];
		unsigned char *copy = guarded((const unsigned char *)names[i].text, strlen(names[i].text));
		size_t length = dns_name_from_text((char *)copy, strlen(names[i].text), wire);
		if (!names[i].back) {
			assert_int_equal(length, 0);
			continue;
		}
		assert_int_equal(length, dns_name_length(wire));
		assert_int_equal(dns_name_to_text(wire, text), strlen(names[i].back));
		assert_string_equal(text, names[i].back);
	}
}

/* Every name of bytes becomes text and the same bytes again. */
static void
test_names_there_and_back(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		uint8_t wire[DNS_NAME_MAX], again[DNS_NAME_MAX];
		char text[DNS_NAME_TEXT];
		size_t length = 0;
		for (int i = 0; i < 3; i++) {
			wire[length++] = DNS_LABEL_MAX;
			memset(wire + length, byte, DNS_LABEL_MAX);
			length += DNS_LABEL_MAX;
		}
		wire[length++] = 61;
		memset(wire + length, byte, 61);
		length += 61;
		wire[length++] = 0;
		assert_int_equal(length, DNS_NAME_MAX);
		size_t text_length = dns_name_to_text(wire, text);
		assert_true(text_length < sizeof(text));
		assert_int_equal(dns_name_from_text(text, text_length, again), length);
		assert_memory_equal(wire, again, length);
	}
}

/* The same byte by byte, for text without escapes. Returns the length, or 0. */
static size_t
from_text_slowly(const char *text, size_t length, uint8_t wire[512])
{
	size_t head = 0;
	for (size_t i = 0; i <= length; i++) {
		wire[i + 1] = i < length ? (uint8_t)text[i] : 0;
		if (i < length && text[i] != '.') continue;
		if (i == length && head == length) break; /* behind a dot at the end */
		if (i == head || i - head > DNS_LABEL_MAX) return 0;
		wire[head] = (uint8_t)(i - head);
		head = i + 1;
	}
	wire[head] = 0;
	return head + 1 > DNS_NAME_MAX ? 0 : head + 1;
}

/* Names of every length with dots at any two places, and no more room than promised. */
static void
test_names_of_every_length(void **state)
{
	(void)state;
	for (size_t length = 2; length < 270; length++) {
		size_t room = DNS_NAME_OF_TEXT(length);
		uint8_t wire[DNS_NAME_MAX + 8], expected[512];
		memset(wire, 0xee, sizeof(wire));
		for (size_t dot = 0; dot < length; dot++) {
			char text[270];
			for (size_t i = 0; i < length; i++)
				text[i] = i == dot || i == dot / 2 + 3 || i % 50 == 49 ? '.' : (char)('a' + i % 26);
			char *copy = (char *)guarded((unsigned char *)text, length);
			size_t size = dns_name_from_text(copy, length, wire);
			assert_int_equal(size, from_text_slowly(text, length, expected));
			assert_true(size <= room);
			assert_memory_equal(wire, expected, size);
		}
		for (size_t i = room; i < sizeof(wire); i++)
			assert_int_equal(wire[i], 0xee);
	}
}

static void
test_equality(void **state)
{
	(void)state;
	static const uint8_t a[] = "\3www\7example", b[] = "\3WwW\7EXAMPLE", c[] = "\3ww\x17\7example", d[] = "\3www";
	uint8_t lower[DNS_NAME_MAX], mixed[DNS_NAME_ROOM(sizeof(a))];
	assert_true(dns_name_equal(a, b));
	assert_false(dns_name_equal(a, c));
	assert_false(dns_name_equal(a, d));
	assert_false(dns_name_equal(d, a));
	assert_int_equal(dns_name_lower(b, lower), sizeof(b));
	assert_memory_equal(lower, a, sizeof(a));
	memcpy(mixed, b, sizeof(b));
	dns_name_mix_case(mixed, sizeof(a), (const uint8_t *)"\377\377");
	assert_memory_equal(mixed, a, sizeof(a));
	dns_name_mix_case(mixed, sizeof(a), (const uint8_t *)"\0\0");
	assert_memory_equal(mixed, "\3WWW\7EXAMPLE", sizeof(a));
}

static void
test_queries(void **state)
{
	(void)state;
	static const uint8_t name[] = "\1a\2bc";
	static const uint8_t plain[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\2bc\0\0\x1c\0\1";
	static const uint8_t edns[] = "\x12\x34\1\0\0\1\0\0\0\0\0\1\1a\2bc\0\0\x1c\0\1\0\0\x29\4\xd0\0\0\0\0\0\0";
	uint8_t out[DNS_QUERY_MAX];
	assert_int_equal(dns_query_write(out, 0x1234, name, sizeof(name), DNS_TYPE_AAAA, 512), sizeof(plain) - 1);
	assert_memory_equal(out, plain, sizeof(plain) - 1);
	assert_int_equal(dns_query_write(out, 0x1234, name, sizeof(name), DNS_TYPE_AAAA, 1232), sizeof(edns) - 1);
	assert_memory_equal(out, edns, sizeof(edns) - 1);
}

/* Names that were written can be read again, whatever was compressed. */
static void
test_compression(void **state)
{
	(void)state;
	static const char *const texts[] = {"www.example.org", "mail.example.org", "example.org", "org", "",
		"WWW.EXAMPLE.ORG", "a.b.www.example.org", "example", "www.example", "x"};
	uint8_t room[256], name[DNS_NAME_MAX], read[DNS_NAME_MAX];
	size_t offsets[LENGTH(texts)];
	struct dns_writer writer;
	dns_writer_init(&writer, room, sizeof(room));
	writer.length = DNS_HEADER;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		dns_name_from_text(texts[i], strlen(texts[i]), name);
		offsets[i] = writer.length;
		assert_true(dns_writer_name(&writer, name));
	}
	assert_int_equal(writer.length, DNS_HEADER + 17 + 7 + 2 + 2 + 1 + 17 + 6 + 9 + 6 + 3);
	for (size_t i = 0; i < LENGTH(texts); i++) {
		size_t offset = offsets[i];
		dns_name_from_text(texts[i], strlen(texts[i]), name);
		assert_true(dns_name_read(room, writer.length, &offset, read) != 0);
		assert_true(dns_name_equal(name, read));
	}
}

/* What does not fit leaves no trace. */
static void
test_no_room(void **state)
{
	(void)state;
	uint8_t name[DNS_NAME_MAX], whole[64];
	size_t length = dns_name_from_text("www.example.org", 15, name);
	for (size_t room = 0; room < length; room++) {
		struct dns_writer writer;
		unsigned char *bytes = guarded(whole, room);
		dns_writer_init(&writer, bytes, room);
		assert_false(dns_writer_name(&writer, name));
		assert_int_equal(writer.length, 0);
		assert_int_equal(writer.name_count, 0);
	}
}

/* Pointers reach 16 KiB; names beyond are written in full. */
static void
test_beyond_pointers(void **state)
{
	(void)state;
	static uint8_t room[70000];
	uint8_t name[DNS_NAME_MAX], read[DNS_NAME_MAX];
	struct dns_writer writer;
	size_t length = dns_name_from_text("far.example", 11, name);
	dns_writer_init(&writer, room, sizeof(room));
	writer.length = 0x4000;
	assert_true(dns_writer_name(&writer, name));
	assert_true(dns_writer_name(&writer, name));
	assert_int_equal(writer.length, 0x4000 + 2 * length);
	size_t offset = 0x4000 + length;
	assert_int_equal(dns_name_read(room, writer.length, &offset, read), length);
}

static const struct {
	const char *text;
	const char *words; /* "|" between lines, " " between words */
} files[] = {
	{"", ""},
	{"\n", ""},
	{"a", "a"},
	{"a\n", "a"},
	{"a b\nc\n", "a b|c"},
	{"  a\tb  \n\n\n c", "a b|||c"},
	{"a # b\nc#d e\n#f\n", "a|c|"},
	{"a;b\r\nc\r\n", "a|c"},
	{"#", ""},
};

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++) {
		char seen[256] = "";
		struct dns_lines lines;
		const char *word;
		size_t length = strlen(files[i].text), size;
		char *copy = (char *)guarded((const unsigned char *)files[i].text, length);
		dns_lines_init(&lines, copy, length, "#;");
		while (dns_line_next(&lines)) {
			if (lines.number > 1) strcat(seen, "|");
			for (bool first = true; dns_word_next(&lines, &word, &size); first = false) {
				if (!first) strcat(seen, " ");
				strncat(seen, word, size);
			}
		}
		assert_string_equal(seen, files[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_there_and_back),
		cmocka_unit_test(test_names_of_every_length),
		cmocka_unit_test(test_equality),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_compression),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_beyond_pointers),
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
