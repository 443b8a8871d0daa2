/* SPDX-License-Identifier: BSD-3-Clause */
/* Places, strings and lines in a buffer; each in one piece of memory, in pieces of a byte, and cut in two anywhere. */
#include "evbuffer_test.h"

#include <event2/buffer_compat.h>

/* text in two pieces, the first of them cut bytes long. */
static struct evbuffer *
buffer_cut(const char *text, size_t cut)
{
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_add_reference(buffer, text, cut, NULL, NULL), 0);
	assert_int_equal(evbuffer_add_reference(buffer, text + cut, strlen(text) - cut, NULL, NULL), 0);
	return buffer;
}

static struct evbuffer_ptr
at(struct evbuffer *buffer, size_t position)
{
	struct evbuffer_ptr place;
	assert_int_equal(evbuffer_ptr_set(buffer, &place, position, EVBUFFER_PTR_SET), 0);
	return place;
}

static void
test_ptr(void **state)
{
	(void)state;
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of_pieces("0123456789");
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 0, EVBUFFER_PTR_SET), 0);
	assert_int_equal(place.pos, 0);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 4, EVBUFFER_PTR_ADD), 0);
	assert_int_equal(place.pos, 4);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 6, EVBUFFER_PTR_ADD), 0);
	assert_int_equal(place.pos, 10);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 0, EVBUFFER_PTR_ADD), 0);
	assert_int_equal(place.pos, 10);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 1, EVBUFFER_PTR_ADD), -1);
	assert_int_equal(place.pos, -1);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 11, EVBUFFER_PTR_SET), -1);
	assert_int_equal(place.pos, -1);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 1, EVBUFFER_PTR_ADD), -1);
	evbuffer_free(buffer);
}

static void
expect_search(struct evbuffer *buffer)
{
	struct evbuffer_ptr start, end;
	assert_int_equal(evbuffer_search(buffer, "a", 1, NULL).pos, 0);
	assert_int_equal(evbuffer_search(buffer, "aab", 3, NULL).pos, 2);
	assert_int_equal(evbuffer_search(buffer, "aaaab", 5, NULL).pos, 0);
	assert_int_equal(evbuffer_search(buffer, "caab", 4, NULL).pos, 5);
	assert_int_equal(evbuffer_search(buffer, "bcd", 3, NULL).pos, -1);
	assert_int_equal(evbuffer_search(buffer, "aaaabcaab", 9, NULL).pos, 0);
	assert_int_equal(evbuffer_search(buffer, "aaaabcaabx", 10, NULL).pos, -1);
	start = at(buffer, 3);
	assert_int_equal(evbuffer_search(buffer, "aab", 3, &start).pos, 6);
	assert_int_equal(evbuffer_search(buffer, "a", 1, &start).pos, 3);
	start = at(buffer, 9);
	assert_int_equal(evbuffer_search(buffer, "b", 1, &start).pos, -1);
	start = at(buffer, 6);
	end = at(buffer, 9);
	assert_int_equal(evbuffer_search_range(buffer, "aab", 3, &start, &end).pos, 6);
	end = at(buffer, 8);
	assert_int_equal(evbuffer_search_range(buffer, "aab", 3, &start, &end).pos, -1);
	assert_int_equal(evbuffer_search_range(buffer, "aa", 2, &start, &end).pos, 6);
	assert_int_equal(evbuffer_search_range(buffer, "aab", 3, NULL, &end).pos, 2);
	assert_int_equal(evbuffer_search_range(buffer, "b", 1, &end, &start).pos, -1);
}

static void
test_search(void **state)
{
	(void)state;
	static const char text[] = "aaaabcaab";
	struct evbuffer *buffer = buffer_of(text);
	expect_search(buffer);
	evbuffer_free(buffer);
	buffer = buffer_of_pieces(text);
	expect_search(buffer);
	evbuffer_free(buffer);
	for (size_t cut = 1; cut < strlen(text); cut++) {
		buffer = buffer_cut(text, cut);
		expect_search(buffer);
		evbuffer_free(buffer);
	}
}

static void
test_search_on_and_on(void **state)
{
	(void)state;
	char text[1001];
	for (int i = 0; i < 1000; i++)
		text[i] = i % 10 ? '.' : 'x';
	text[1000] = '\0';
	struct evbuffer *buffer = buffer_of_pieces(text);
	struct evbuffer_ptr place = at(buffer, 0);
	for (int i = 0; i < 100; i++) {
		place = evbuffer_search(buffer, "x", 1, &place);
		assert_int_equal(place.pos, i * 10);
		assert_int_equal(evbuffer_ptr_set(buffer, &place, 1, EVBUFFER_PTR_ADD), 0);
	}
	place = evbuffer_search(buffer, "x", 1, &place);
	assert_int_equal(place.pos, -1);
	evbuffer_free(buffer);
}

/* ---- Lines --------------------------------------------------------------------------------------------------------
 */

struct eol {
	const char *text;
	size_t from;
	enum evbuffer_eol_style style;
	int position;
	size_t length;
};

static const struct eol eols[] = {
	{"abc\r\ndef", 0, EVBUFFER_EOL_ANY, 3, 2},
	{"abc\r\ndef", 0, EVBUFFER_EOL_CRLF, 3, 2},
	{"abc\r\ndef", 0, EVBUFFER_EOL_CRLF_STRICT, 3, 2},
	{"abc\r\ndef", 0, EVBUFFER_EOL_LF, 4, 1},
	{"abc\r\ndef", 0, EVBUFFER_EOL_NUL, -1, 0},
	{"abc\r\ndef", 4, EVBUFFER_EOL_ANY, 4, 1},
	{"abc\r\ndef", 4, EVBUFFER_EOL_CRLF, 4, 1},
	{"abc\r\ndef", 4, EVBUFFER_EOL_CRLF_STRICT, -1, 0},
	{"abc\r\ndef", 5, EVBUFFER_EOL_ANY, -1, 0},
	{"abc\r\ndef", 8, EVBUFFER_EOL_LF, -1, 0},
	{"a\rb\nc\r\nd", 0, EVBUFFER_EOL_ANY, 1, 1},
	{"a\rb\nc\r\nd", 0, EVBUFFER_EOL_CRLF, 3, 1},
	{"a\rb\nc\r\nd", 0, EVBUFFER_EOL_CRLF_STRICT, 5, 2},
	{"a\rb\nc\r\nd", 0, EVBUFFER_EOL_LF, 3, 1},
	{"\n\r\n\n\rx", 0, EVBUFFER_EOL_ANY, 0, 5},
	{"\n\r\n\n\rx", 1, EVBUFFER_EOL_CRLF, 1, 2},
	{"\n\r\n\n\rx", 3, EVBUFFER_EOL_CRLF, 3, 1},
	{"\r\r\nx", 0, EVBUFFER_EOL_CRLF, 1, 2},
	{"\r\r\nx", 0, EVBUFFER_EOL_CRLF_STRICT, 1, 2},
	{"end\r", 0, EVBUFFER_EOL_CRLF, -1, 0},
	{"end\r", 0, EVBUFFER_EOL_CRLF_STRICT, -1, 0},
	{"end\r", 0, EVBUFFER_EOL_ANY, 3, 1},
	{"end\r\n", 0, EVBUFFER_EOL_CRLF_STRICT, 3, 2},
	{"", 0, EVBUFFER_EOL_ANY, -1, 0},
};

static void
expect_eol(struct evbuffer *buffer, const struct eol *eol)
{
	size_t length = 99;
	struct evbuffer_ptr start = at(buffer, eol->from);
	struct evbuffer_ptr found = evbuffer_search_eol(buffer, &start, &length, eol->style);
	assert_int_equal(found.pos, eol->position);
	assert_int_equal(length, eol->length);
	found = evbuffer_search_eol(buffer, &start, NULL, eol->style);
	assert_int_equal(found.pos, eol->position);
}

static void
test_eol(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(eols); i++) {
		struct evbuffer *buffer = buffer_of(eols[i].text);
		expect_eol(buffer, &eols[i]);
		evbuffer_free(buffer);
		buffer = buffer_of_pieces(eols[i].text);
		expect_eol(buffer, &eols[i]);
		evbuffer_free(buffer);
		for (size_t cut = 1; cut < strlen(eols[i].text); cut++) {
			buffer = buffer_cut(eols[i].text, cut);
			expect_eol(buffer, &eols[i]);
			evbuffer_free(buffer);
		}
	}
}

static void
expect_line(struct evbuffer *buffer, enum evbuffer_eol_style style, const char *line)
{
	size_t length = 99;
	char *got = evbuffer_readln(buffer, &length, style);
	if (!line) {
		assert_null(got);
		assert_int_equal(length, 0);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, line);
	assert_int_equal(length, strlen(line));
	free(got);
}

static void
test_readln(void **state)
{
	(void)state;
	static const char text[] = "one\r\ntwo\nthree\r\rfour\r\n\r\n\nfive";
	struct evbuffer *buffer = buffer_of_pieces(text);
	expect_line(buffer, EVBUFFER_EOL_CRLF_STRICT, "one");
	expect_line(buffer, EVBUFFER_EOL_CRLF, "two");
	expect_line(buffer, EVBUFFER_EOL_ANY, "three");
	expect_line(buffer, EVBUFFER_EOL_CRLF, "four");
	expect_line(buffer, EVBUFFER_EOL_CRLF, "");
	expect_line(buffer, EVBUFFER_EOL_LF, "");
	expect_line(buffer, EVBUFFER_EOL_LF, NULL);
	expect_line(buffer, EVBUFFER_EOL_ANY, NULL);
	expect_text(buffer, "five");
	assert_int_equal(evbuffer_add(buffer, "\nsix\n", 5), 0);
	char *line = evbuffer_readline(buffer);
	assert_string_equal(line, "five");
	free(line);
	line = evbuffer_readline(buffer);
	assert_string_equal(line, "six");
	free(line);
	assert_null(evbuffer_readline(buffer));
	evbuffer_free(buffer);
}

static void
test_readln_nul(void **state)
{
	(void)state;
	size_t length;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_add(buffer, "a\nb\0c\0\n", 7), 0);
	expect_line(buffer, EVBUFFER_EOL_NUL, "a\nb");
	char *line = evbuffer_readln(buffer, &length, EVBUFFER_EOL_LF);
	assert_int_equal(length, 2);
	assert_memory_equal(line, "c\0", 3);
	free(line);
	evbuffer_free(buffer);
}

static void
test_readln_long(void **state)
{
	(void)state;
	const size_t length = 200000;
	char *text = malloc(length + 1);
	memset(text, 'l', length);
	struct evbuffer *buffer = evbuffer_new();
	for (size_t done = 0; done < length; done += 1000) {
		assert_int_equal(evbuffer_add(buffer, text + done, 1000), 0);
		if (done % 20000 == 0) assert_null(evbuffer_readln(buffer, NULL, EVBUFFER_EOL_CRLF));
	}
	assert_int_equal(evbuffer_add(buffer, "\r\nrest", 6), 0);
	text[length] = '\0';
	expect_line(buffer, EVBUFFER_EOL_CRLF, text);
	expect_text(buffer, "rest");
	evbuffer_free(buffer);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ptr),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_search_on_and_on),
		cmocka_unit_test(test_eol),
		cmocka_unit_test(test_readln),
		cmocka_unit_test(test_readln_nul),
		cmocka_unit_test(test_readln_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
