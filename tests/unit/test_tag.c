/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/tag.h: the wire format byte by byte, and hostile bytes. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/tag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct evbuffer *buffer;

static int
setup(void **state)
{
	(void)state;
	buffer = evbuffer_new();
	return buffer ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	evbuffer_free(buffer);
	return 0;
}

static void
expect_bytes(const char *bytes, size_t len)
{
	assert_int_equal(evbuffer_get_length(buffer), len);
	assert_memory_equal(evbuffer_pullup(buffer, -1), bytes, len);
	assert_int_equal(evbuffer_drain(buffer, len), 0);
}

/* Each byte in a chain of its own, so that nothing that must be contiguous is. */
static void
fill(const char *bytes, size_t len, bool scattered)
{
	evbuffer_drain(buffer, evbuffer_get_length(buffer));
	if (!scattered) {
		evbuffer_add(buffer, bytes, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		evbuffer_add_reference(buffer, bytes + i, 1, NULL, NULL);
}

/* ---- What is written -------------------------------------------------------------------------------------------- */

static void
integers(void **state)
{
	(void)state;
	static const struct {
		uint64_t value;
		const char *bytes;
		size_t len;
	} cases[] = {
		{0, "\x00", 1},
		{1, "\x01", 1},
		{15, "\x0f", 1},
		{16, "\x10\x10", 2},
		{0x123, "\x23\x21", 2},
		{0x1234, "\x34\x32\x10", 3},
		{0xabcdef, "\x5f\xed\xcb\xa0", 4},
		{0x12345678, "\x78\x76\x54\x32\x10", 5},
		{0xffffffff, "\x7f\xff\xff\xff\xf0", 5},
		{0x123456789, "\x89\x87\x65\x43\x21", 5},
		{0x123456789abcdef0, "\xf0\xfe\xdc\xba\x98\x76\x54\x32\x10", 9},
		{UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xf0", 9},
	};
	for (size_t i = 0; i < LENGTH(cases); i++) {
		uint64_t wide = 1;
		evtag_encode_int64(buffer, cases[i].value);
		expect_bytes(cases[i].bytes, cases[i].len);
		evtag_marshal_int64(buffer, 9, cases[i].value);
		assert_int_equal(evtag_unmarshal_int64(buffer, 9, &wide), cases[i].len);
		assert_true(wide == cases[i].value);
		if (cases[i].value > UINT32_MAX) continue;
		uint32_t narrow = 1;
		evtag_encode_int(buffer, (uint32_t)cases[i].value);
		expect_bytes(cases[i].bytes, cases[i].len);
		evtag_marshal_int(buffer, 9, (uint32_t)cases[i].value);
		assert_int_equal(evtag_unmarshal_int(buffer, 9, &narrow), cases[i].len);
		assert_int_equal(narrow, cases[i].value);
		assert_int_equal(evbuffer_get_length(buffer), 0);
	}
}

static void
tags(void **state)
{
	(void)state;
	static const struct {
		uint32_t tag;
		const char *bytes;
		size_t len;
	} cases[] = {
		{0, "\x00", 1},
		{1, "\x01", 1},
		{127, "\x7f", 1},
		{128, "\x80\x01", 2},
		{300, "\xac\x02", 2},
		{16384, "\x80\x80\x01", 3},
		{UINT32_MAX, "\xff\xff\xff\xff\x0f", 5},
	};
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char expected[16];
		uint32_t tag = 0, len = 0;
		evtag_marshal(buffer, cases[i].tag, "abc", 3);
		assert_int_equal(evtag_peek(buffer, &tag), cases[i].len);
		assert_int_equal(tag, cases[i].tag);
		assert_int_equal(evtag_payload_length(buffer, &len), 0);
		assert_int_equal(len, 3);
		assert_int_equal(evtag_peek_length(buffer, &len), 0);
		assert_int_equal(len, cases[i].len + 1 + 3);
		memcpy(expected, cases[i].bytes, cases[i].len);
		memcpy(expected + cases[i].len,
			"\x03"
			"abc",
			4);
		expect_bytes(expected, cases[i].len + 4);
	}
}

static void
items(void **state)
{
	(void)state;
	struct timeval tv = {1, 500000}, back = {0, 0};
	struct evbuffer *other = evbuffer_new();
	char *text = NULL, fixed[4];
	uint32_t tag = 0;

	evtag_init();
	evtag_marshal_timeval(buffer, 5, &tv);
	assert_int_equal(evtag_unmarshal_timeval(buffer, 5, &back), 0);
	assert_int_equal(back.tv_sec, 1);
	assert_int_equal(back.tv_usec, 500000);
	evtag_marshal_timeval(buffer, 5, &tv);
	expect_bytes("\x05\x04\x01\x40\x21\xa7", 6);

	evtag_marshal_string(buffer, 7, "hello");
	assert_int_equal(evtag_unmarshal_string(buffer, 7, &text), 0);
	assert_string_equal(text, "hello");
	free(text);
	evtag_marshal_string(buffer, 7, "");
	assert_int_equal(evtag_unmarshal_string(buffer, 7, &text), 0);
	assert_string_equal(text, "");
	free(text);

	evtag_marshal(buffer, 7, "abcd", 4);
	assert_int_equal(evtag_unmarshal_fixed(buffer, 7, fixed, 4), 0);
	assert_memory_equal(fixed, "abcd", 4);

	evbuffer_add(other, "wxyz", 4);
	evtag_marshal_buffer(buffer, 300, other);
	assert_int_equal(evbuffer_get_length(other), 0);
	evbuffer_add(buffer, "rest", 4);
	assert_int_equal(evtag_unmarshal(buffer, &tag, other), 4);
	assert_int_equal(tag, 300);
	assert_memory_equal(evbuffer_pullup(other, 4), "wxyz", 4);
	expect_bytes("rest", 4);

	evtag_marshal(buffer, 8, "abc", 3);
	evbuffer_add(buffer, "z", 1);
	assert_int_equal(evtag_consume(buffer), 0);
	expect_bytes("z", 1);
	evbuffer_free(other);
}

/* An item of another tag or size: refused, and its header is gone, as ever. */
static void
mismatches(void **state)
{
	(void)state;
	char *text = NULL, fixed[4];
	uint32_t value;
	evtag_marshal_string(buffer, 7, "hello");
	assert_int_equal(evtag_unmarshal_string(buffer, 8, &text), -1);
	expect_bytes("hello", 5);
	evtag_marshal(buffer, 7, "abcd", 4);
	assert_int_equal(evtag_unmarshal_fixed(buffer, 7, fixed, 3), -1);
	expect_bytes("abcd", 4);
	evtag_marshal_int64(buffer, 7, UINT64_MAX);
	assert_int_equal(evtag_unmarshal_int(buffer, 7, &value), -1);
	assert_int_equal(evbuffer_get_length(buffer), 0);
}

/* ---- Hostile bytes ---------------------------------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t len;
	int peek, header; /* of evtag_peek and evtag_unmarshal_header */
} hostile[] = {
	{BYTES(""), -1, -1},
	{BYTES("\x01"), 1, -1},
	{BYTES("\x80"), -1, -1},
	{BYTES("\x80\x80"), -1, -1},
	{BYTES("\x80\x80\x80\x80"), -1, -1},
	{BYTES("\x80\x80\x80\x80\x80"), -1, -1},
	{BYTES("\x80\x80\x80\x80\x80\x01\x00"), -1, -1},
	{BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), -1, -1},
	{BYTES("\xff\xff\xff\xff\x0f"), 5, -1},
	{BYTES("\xff\xff\xff\xff\x0f\x00"), 5, 0},
	{BYTES("\xff\xff\xff\xff\x0f\x01"), 5, -1},
	{BYTES("\x01\x00"), 1, 0},
	{BYTES("\x01\x01"), 1, -1},
	{BYTES("\x01\x01z"), 1, 1},
	{BYTES("\x01\x02z"), 1, -1},
	{BYTES("\x01\x0fzzzzzzzzzzzzzz"), 1, -1},
	{BYTES("\x01\x10"), 1, -1},
	{BYTES("\x01\x10\x10"), 1, -1},
	{BYTES("\x01\x10\x10zzzzzzzzzzzzzzz"), 1, -1},
	{BYTES("\x01\x20"), 1, -1},
	{BYTES("\x01\x20\x00"), 1, 0},
	{BYTES("\x01\x30\x00\x00"), 1, 0},
	{BYTES("\x01\x70\x00\x00\x00\x00"), 1, 0},
	{BYTES("\x01\x70\x00\x00\x00"), 1, -1},
	{BYTES("\x01\x7f\xff\xff\xff\x70"), 1, -1}, /* 2^31 - 1 */
	{BYTES("\x01\x70\x00\x00\x00\x80"), 1, -1}, /* 2^31 */
	{BYTES("\x01\x7f\xff\xff\xff\xf0"), 1, -1}, /* 2^32 - 1 */
	{BYTES("\x01\x7f\xff\xff\xff\x70zzzz"), 1, -1},
	{BYTES("\x01\x7f\xff\xff\xff\xf0zzzz"), 1, -1},
	{BYTES("\x01\x80\x00\x00\x00\x00"), 1, -1}, /* nine nibbles do not fit 32 bits */
	{BYTES("\x01\x90\x00\x00\x00\x00\x00"), 1, -1},
	{BYTES("\x01\xf0\x00\x00\x00\x00\x00\x00\x00\x00"), 1, -1},
	{BYTES("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 1, -1},
	{BYTES("\x00\x00"), 1, 0},
	{BYTES("\x7f\x00"), 1, 0},
	{BYTES("\xff\x00\x00"), 2, 0},
	{BYTES("\xff\xff\x03\x00"), 3, 0},
	{BYTES("\xff\xff\xff\x07\x02zz"), 4, 2},
};

/* evtag_unmarshal_header drains what it understood, so each look has a buffer of its own. */
static void
hole_evtag_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		for (int scattered = 0; scattered < 2; scattered++) {
			uint32_t tag = 0;
			struct evbuffer *out = evbuffer_new();
			fill(hostile[i].bytes, hostile[i].len, scattered);
			assert_int_equal(evtag_peek(buffer, &tag), hostile[i].peek);
			assert_int_equal(evtag_unmarshal_header(buffer, &tag), hostile[i].header);
			fill(hostile[i].bytes, hostile[i].len, scattered);
			assert_int_equal(evtag_consume(buffer), hostile[i].header < 0 ? -1 : 0);
			fill(hostile[i].bytes, hostile[i].len, scattered);
			assert_int_equal(evtag_unmarshal(buffer, &tag, out), hostile[i].header);
			evbuffer_free(out);
		}
	}
	evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

static size_t largest;

static void *
counted_malloc(size_t size)
{
	if (size > largest) largest = size;
	return malloc(size);
}

static void *
counted_realloc(void *memory, size_t size)
{
	if (size > largest) largest = size;
	return realloc(memory, size);
}

/* CVE-2026-63384: a length from the wire never decides how much is allocated. */
static void
hole_evtag_length(void **state)
{
	(void)state;
	static const char *const lengths[] = {"\x01\x7f\xff\xff\xff\x70"
										  "zz",
		"\x01\x70\x00\x00\x00\x80zz", "\x01\x7f\xff\xff\xff\xf0zz"};
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		char *text = NULL;
		struct timeval tv;
		uint64_t wide;
		for (int way = 0; way < 3; way++) {
			fill(lengths[i], 8, false);
			largest = 0;
			if (way == 0) assert_int_equal(evtag_unmarshal_string(buffer, 1, &text), -1);
			if (way == 1) assert_int_equal(evtag_unmarshal_timeval(buffer, 1, &tv), -1);
			if (way == 2) assert_int_equal(evtag_unmarshal_int64(buffer, 1, &wide), -1);
			assert_true(largest < 4096);
		}
	}
	evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

/* CVE-2026-63383: a tag of six continuation bytes, one byte a chain. */
static void
hole_evtag_scattered(void **state)
{
	(void)state;
	uint32_t tag;
	fill("\x80\x80\x80\x80\x80\x80", 6, true);
	assert_int_equal(evtag_peek(buffer, &tag), -1);
	assert_int_equal(evbuffer_get_length(buffer), 6);
	evbuffer_drain(buffer, 6);
}

/* Every truncation of a row of items: an error, and never a byte too far (the checkers would see it). */
static void
truncations(void **state)
{
	(void)state;
	struct timeval tv = {70000, 999999};
	evtag_marshal_string(buffer, 1, "text");
	evtag_marshal_int64(buffer, 300, UINT64_MAX);
	evtag_marshal_timeval(buffer, 70000, &tv);
	size_t whole = evbuffer_get_length(buffer);
	char *bytes = malloc(whole);
	assert_int_equal(evbuffer_remove(buffer, bytes, whole), whole);
	for (size_t cut = 0; cut < whole; cut++) {
		char *copy = malloc(cut ? cut : 1), *text = NULL;
		uint64_t wide;
		memcpy(copy, bytes, cut);
		fill(copy, cut, true);
		bool good = evtag_unmarshal_string(buffer, 1, &text) == 0 && evtag_unmarshal_int64(buffer, 300, &wide) >= 0 &&
					evtag_unmarshal_timeval(buffer, 70000, &tv) == 0;
		assert_false(good);
		free(text);
		evbuffer_drain(buffer, evbuffer_get_length(buffer));
		free(copy);
	}
	free(bytes);
}

int
main(void)
{
	event_set_mem_functions(counted_malloc, counted_realloc, free);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(integers, setup, teardown),
		cmocka_unit_test_setup_teardown(tags, setup, teardown),
		cmocka_unit_test_setup_teardown(items, setup, teardown),
		cmocka_unit_test_setup_teardown(mismatches, setup, teardown),
		cmocka_unit_test_setup_teardown(truncations, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_evtag_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_evtag_length, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_evtag_scattered, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
