/* SPDX-License-Identifier: BSD-3-Clause */
/* Content that changes buffers without a copy, and bytes that are not the buffer's own. */
#include "evbuffer_test.h"

#include <stdio.h>

struct cleanups {
	int count;
	const void *data;
	size_t length;
};

static void
cleaned(const void *data, size_t length, void *arg)
{
	struct cleanups *cleanups = arg;
	cleanups->count++;
	cleanups->data = data;
	cleanups->length = length;
}

/* ---- Moving -------------------------------------------------------------------------------------------------------
 */

static void
test_add_buffer(void **state)
{
	(void)state;
	struct evbuffer *to = buffer_of("one "), *from = buffer_of("two");
	assert_int_equal(evbuffer_add_buffer(to, from), 0);
	expect_text(to, "one two");
	assert_int_equal(evbuffer_get_length(from), 0);
	assert_int_equal(evbuffer_add(from, "three", 5), 0);
	assert_int_equal(evbuffer_add(to, " ", 1), 0);
	assert_int_equal(evbuffer_add_buffer(to, from), 0);
	expect_text(to, "one two three");
	assert_int_equal(evbuffer_add_buffer(to, from), 0); /* empty */
	assert_int_equal(evbuffer_add_buffer(from, to), 0); /* into an empty one */
	expect_text(from, "one two three");
	assert_int_equal(evbuffer_add_buffer(from, from), 0);
	expect_text(from, "one two three");
	evbuffer_free(to);
	evbuffer_free(from);
}

static void
test_add_buffer_does_not_copy(void **state)
{
	(void)state;
	struct evbuffer *to = buffer_of("head"), *from = evbuffer_new();
	struct evbuffer_iovec vec[2];
	char *bytes = calloc(1, 10000);
	assert_int_equal(evbuffer_add(from, bytes, 10000), 0);
	const unsigned char *where = evbuffer_pullup(from, 10000);
	assert_int_equal(evbuffer_add_buffer(to, from), 0);
	assert_int_equal(evbuffer_peek(to, -1, NULL, vec, 2), 2);
	assert_ptr_equal(vec[1].iov_base, where);
	evbuffer_free(to);
	evbuffer_free(from);
	free(bytes);
}

static void
test_echo_pair(void **state)
{
	(void)state;
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	char text[16];
	for (int i = 0; i < 1000; i++) {
		int length = snprintf(text, sizeof(text), "message %d", i);
		assert_int_equal(evbuffer_add(in, text, (size_t)length), 0);
		assert_int_equal(evbuffer_add_buffer(out, in), 0);
		if (i % 3) continue;
		assert_int_equal(evbuffer_drain(out, evbuffer_get_length(out) - (size_t)length), 0);
		expect_text(out, text);
		assert_int_equal(evbuffer_drain(out, (size_t)length), 0);
	}
	evbuffer_free(in);
	evbuffer_free(out);
}

static void
test_prepend_buffer(void **state)
{
	(void)state;
	struct evbuffer *to = buffer_of("end"), *from = buffer_of_pieces("begin ");
	assert_int_equal(evbuffer_prepend_buffer(to, from), 0);
	expect_text(to, "begin end");
	assert_int_equal(evbuffer_get_length(from), 0);
	assert_int_equal(evbuffer_prepend_buffer(to, from), 0);
	assert_int_equal(evbuffer_prepend_buffer(from, to), 0);
	expect_text(from, "begin end");
	assert_int_equal(evbuffer_prepend_buffer(from, from), 0);
	assert_int_equal(evbuffer_add(from, "!", 1), 0);
	assert_int_equal(evbuffer_add(to, "x", 1), 0);
	expect_text(from, "begin end!");
	evbuffer_free(to);
	evbuffer_free(from);
}

static void
test_remove_buffer(void **state)
{
	(void)state;
	struct evbuffer *from = buffer_of_pieces("01234"), *to = evbuffer_new();
	assert_int_equal(evbuffer_add(from, "56789", 5), 0);
	assert_int_equal(evbuffer_remove_buffer(from, to, 0), 0);
	assert_int_equal(evbuffer_remove_buffer(from, to, 2), 2);
	expect_text(to, "01");
	expect_text(from, "23456789");
	assert_int_equal(evbuffer_remove_buffer(from, to, 5), 5);
	expect_text(to, "0123456");
	expect_text(from, "789");
	assert_int_equal(evbuffer_remove_buffer(from, to, 1), 1);
	expect_text(to, "01234567");
	assert_int_equal(evbuffer_remove_buffer(from, from, 1), 0);
	assert_int_equal(evbuffer_remove_buffer(from, to, 100), 2);
	expect_text(to, "0123456789");
	assert_int_equal(evbuffer_remove_buffer(from, to, 100), 0);
	evbuffer_free(from);
	evbuffer_free(to);
}

/* Once known to break: the first piece used up, or an empty one in front, when content moves in. */
static void
hole_340(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2];
	for (size_t taken = 0; taken <= 4; taken++) {
		struct evbuffer *to = buffer_of("abcd"), *from = buffer_of("wxyz");
		assert_int_equal(evbuffer_drain(to, taken), 0);
		assert_int_equal(evbuffer_reserve_space(to, 5000, vec, 2) > 0, 1); /* and not committed */
		assert_int_equal(evbuffer_prepend_buffer(to, from), 0);
		assert_int_equal(evbuffer_add(to, "!", 1), 0);
		assert_int_equal(evbuffer_prepend(to, "?", 1), 0);
		char expected[16] = "?wxyz";
		strcat(expected, "abcd" + taken);
		expect_text(to, strcat(expected, "!"));
		assert_int_equal(evbuffer_add(from, "again", 5), 0);
		assert_int_equal(evbuffer_remove_buffer(from, to, 2), 2);
		expect_text(to, strcat(expected, "ag"));
		expect_text(from, "ain");
		evbuffer_free(to);
		evbuffer_free(from);
	}
}

/* ---- Memory of the program's --------------------------------------------------------------------------------------
 */

static void
test_reference(void **state)
{
	(void)state;
	static const char text[] = "referenced";
	struct cleanups cleanups = {0, NULL, 0};
	struct evbuffer *buffer = buffer_of("copied ");
	assert_int_equal(evbuffer_add_reference(buffer, text, 10, cleaned, &cleanups), 0);
	assert_int_equal(evbuffer_add(buffer, " copied", 7), 0);
	expect_text(buffer, "copied referenced copied");
	assert_int_equal(evbuffer_drain(buffer, 16), 0);
	assert_int_equal(cleanups.count, 0);
	assert_int_equal(evbuffer_drain(buffer, 1), 0);
	assert_int_equal(cleanups.count, 1);
	assert_ptr_equal(cleanups.data, text);
	assert_int_equal(cleanups.length, 10);
	expect_text(buffer, " copied");
	assert_int_equal(evbuffer_add_reference(buffer, text, 10, NULL, NULL), 0);
	assert_int_equal(evbuffer_add_reference(buffer, text, 3, cleaned, &cleanups), 0);
	evbuffer_free(buffer);
	assert_int_equal(cleanups.count, 2);
	assert_int_equal(cleanups.length, 3);
}

static void
test_reference_of_nothing(void **state)
{
	(void)state;
	struct cleanups cleanups = {0, NULL, 0};
	struct evbuffer *buffer = buffer_of("x");
	assert_int_equal(evbuffer_add_reference(buffer, "", 0, cleaned, &cleanups), 0);
	expect_text(buffer, "x");
	assert_int_equal(evbuffer_peek(buffer, -1, NULL, NULL, 0), 1);
	evbuffer_free(buffer);
	assert_int_equal(cleanups.count, 1);
}

static void
test_references_in_numbers(void **state)
{
	(void)state;
	static const char text[] = "0123456789abcdef";
	struct cleanups cleanups = {0, NULL, 0};
	struct evbuffer *buffer = evbuffer_new(), *other = evbuffer_new();
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 1000; i++)
			assert_int_equal(evbuffer_add_reference(buffer, text + i % 16, 1, cleaned, &cleanups), 0);
		assert_int_equal(evbuffer_remove_buffer(buffer, other, 500), 500);
		for (int i = 0; i < 500; i++) {
			char byte;
			assert_int_equal(evbuffer_remove(i % 2 ? buffer : other, &byte, 1), 1);
			assert_int_equal(byte, text[(i % 2 ? 500 + i / 2 : i / 2) % 16]);
		}
		assert_int_equal(cleanups.count, round * 1000 + 500);
		assert_int_equal(evbuffer_drain(buffer, 1000), 0);
		assert_int_equal(evbuffer_drain(other, 1000), 0);
		assert_int_equal(cleanups.count, round * 1000 + 1000);
	}
	evbuffer_free(buffer);
	evbuffer_free(other);
}

/* The buffer that the reference was added to is gone before the bytes are. */
static void
test_reference_outlives_its_buffer(void **state)
{
	(void)state;
	struct cleanups cleanups = {0, NULL, 0};
	struct evbuffer *buffer = evbuffer_new(), *other = evbuffer_new();
	assert_int_equal(evbuffer_add_reference(buffer, "bytes", 5, cleaned, &cleanups), 0);
	assert_int_equal(evbuffer_add_buffer(other, buffer), 0);
	evbuffer_free(buffer);
	assert_int_equal(cleanups.count, 0);
	expect_text(other, "bytes");
	evbuffer_free(other);
	assert_int_equal(cleanups.count, 1);
}

struct reentry {
	struct evbuffer *buffer;
	int count;
};

static void
add_more(const void *data, size_t length, void *arg)
{
	struct reentry *reentry = arg;
	(void)data, (void)length;
	if (++reentry->count < 5)
		assert_int_equal(evbuffer_add_reference(reentry->buffer, "again", 5, add_more, reentry), 0);
}

static void
test_cleanup_changes_the_buffer(void **state)
{
	(void)state;
	struct reentry reentry = {evbuffer_new(), 0};
	assert_int_equal(evbuffer_add_reference(reentry.buffer, "first", 5, add_more, &reentry), 0);
	for (int i = 1; i <= 5; i++) {
		assert_int_equal(evbuffer_drain(reentry.buffer, 5), 0);
		assert_int_equal(reentry.count, i);
		assert_int_equal(evbuffer_get_length(reentry.buffer), i < 5 ? 5 : 0);
	}
	evbuffer_free(reentry.buffer);
}

/* ---- Shared content -----------------------------------------------------------------------------------------------
 */

static void
test_share(void **state)
{
	(void)state;
	struct cleanups cleanups = {0, NULL, 0};
	struct evbuffer *in = buffer_of("own "), *one = buffer_of("1: "), *two = evbuffer_new();
	assert_int_equal(evbuffer_add_reference(in, "reference", 9, cleaned, &cleanups), 0);
	assert_int_equal(evbuffer_add_buffer_reference(one, in), 0);
	assert_int_equal(evbuffer_add_buffer_reference(two, in), 0);
	expect_text(in, "own reference");
	expect_text(one, "1: own reference");
	expect_text(two, "own reference");
	/* What happens to the one is not seen in the others. */
	assert_int_equal(evbuffer_add(in, "!", 1), 0);
	assert_int_equal(evbuffer_drain(in, 2), 0);
	assert_int_equal(evbuffer_prepend(in, "XX", 2), 0);
	assert_int_equal(evbuffer_add(one, "?", 1), 0);
	assert_int_equal(evbuffer_drain(two, 1), 0);
	expect_text(in, "XXn reference!");
	expect_text(one, "1: own reference?");
	expect_text(two, "wn reference");
	evbuffer_free(in);
	assert_int_equal(cleanups.count, 0);
	evbuffer_free(one);
	assert_int_equal(cleanups.count, 0);
	assert_string_equal((char *)evbuffer_pullup(two, -1) ? "ok" : "", "ok");
	expect_text(two, "wn reference");
	evbuffer_free(two);
	assert_int_equal(cleanups.count, 1);
}

static void
test_share_then_reuse_the_source(void **state)
{
	(void)state;
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	char text[32], expected[4000] = "";
	for (int i = 0; i < 100; i++) {
		int length = snprintf(text, sizeof(text), "message %d;", i);
		assert_int_equal(evbuffer_add(in, text, (size_t)length), 0);
		assert_int_equal(evbuffer_add_buffer_reference(out, in), 0);
		assert_int_equal(evbuffer_drain(in, (size_t)length), 0);
		strcat(expected, text);
	}
	expect_text(out, expected);
	evbuffer_free(in);
	expect_text(out, expected);
	evbuffer_free(out);
}

static void
test_share_refused(void **state)
{
	(void)state;
	struct evbuffer *in = buffer_of("x"), *out = evbuffer_new(), *third = evbuffer_new();
	assert_int_equal(evbuffer_add_buffer_reference(in, in), -1);
	assert_int_equal(evbuffer_add_buffer_reference(out, third), 0);
	assert_int_equal(evbuffer_add_buffer_reference(out, in), 0);
	assert_int_equal(evbuffer_add_buffer_reference(third, out), -1); /* shares already */
	assert_int_equal(evbuffer_get_length(third), 0);
	expect_text(out, "x");
	evbuffer_free(in);
	evbuffer_free(out);
	evbuffer_free(third);
}

static void
test_pullup_of_shared(void **state)
{
	(void)state;
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	for (int i = 0; i < 10; i++)
		assert_int_equal(evbuffer_add_reference(in, "0123456789" + i, 1, NULL, NULL), 0);
	assert_int_equal(evbuffer_add_buffer_reference(out, in), 0);
	assert_memory_equal(evbuffer_pullup(out, 5), "01234", 5);
	assert_memory_equal(evbuffer_pullup(in, -1), "0123456789", 10);
	assert_memory_equal(evbuffer_pullup(out, -1), "0123456789", 10);
	evbuffer_free(in);
	evbuffer_free(out);
}

/* The destination's first piece is empty in one way or another. */
static void
hole_CVE_2026_63381(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2];
	for (int kind = 0; kind < 5; kind++) {
		struct evbuffer *in = buffer_of("shared"), *out = evbuffer_new(), *moved = NULL;
		switch (kind) {
		case 0: /* fresh */
			break;
		case 1: /* drained */
			assert_int_equal(evbuffer_add(out, "drained", 7), 0);
			assert_int_equal(evbuffer_drain(out, 7), 0);
			break;
		case 2: /* reserved, not committed */
			assert_int_equal(evbuffer_reserve_space(out, 100, vec, 2) > 0, 1);
			break;
		case 3: /* expanded */
			assert_int_equal(evbuffer_expand(out, 10000), 0);
			break;
		case 4: /* its memory is in use by another buffer */
			moved = evbuffer_new();
			assert_int_equal(evbuffer_add(out, "pinned", 6), 0);
			assert_int_equal(evbuffer_add_buffer_reference(moved, out), 0);
			assert_int_equal(evbuffer_drain(out, 6), 0);
			break;
		}
		assert_int_equal(evbuffer_add_buffer_reference(out, in), 0);
		expect_text(out, "shared");
		assert_int_equal(evbuffer_add(out, " more", 5), 0);
		assert_int_equal(evbuffer_prepend(out, "not ", 4), 0);
		expect_text(out, "not shared more");
		if (moved) expect_text(moved, "pinned");
		evbuffer_free(in);
		expect_text(out, "not shared more");
		evbuffer_free(out);
		if (moved) evbuffer_free(moved);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_buffer),
		cmocka_unit_test(test_add_buffer_does_not_copy),
		cmocka_unit_test(test_echo_pair),
		cmocka_unit_test(test_prepend_buffer),
		cmocka_unit_test(test_remove_buffer),
		cmocka_unit_test(hole_340),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_reference_of_nothing),
		cmocka_unit_test(test_references_in_numbers),
		cmocka_unit_test(test_reference_outlives_its_buffer),
		cmocka_unit_test(test_cleanup_changes_the_buffer),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_share_then_reuse_the_source),
		cmocka_unit_test(test_share_refused),
		cmocka_unit_test(test_pullup_of_shared),
		cmocka_unit_test(hole_CVE_2026_63381),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
