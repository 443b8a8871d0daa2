/* SPDX-License-Identifier: BSD-3-Clause */
/* Evbuffers: adding and taking copies, freezing, and lengths that no buffer can hold. */
#include "evbuffer_test.h"

#include <event2/buffer_compat.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>

static void
test_empty(void **state)
{
	(void)state;
	char byte;
	size_t n = 99;
	struct evbuffer *buffer = evbuffer_new();
	assert_non_null(buffer);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	assert_int_equal(EVBUFFER_LENGTH(buffer), 0);
	assert_null(EVBUFFER_DATA(buffer));
	assert_int_equal(evbuffer_get_contiguous_space(buffer), 0);
	assert_int_equal(evbuffer_drain(buffer, 5), 0);
	assert_int_equal(evbuffer_remove(buffer, &byte, 1), 0);
	assert_int_equal(evbuffer_copyout(buffer, &byte, 1), 0);
	assert_int_equal(evbuffer_add(buffer, NULL, 0), 0);
	assert_int_equal(evbuffer_prepend(buffer, NULL, 0), 0);
	assert_int_equal(evbuffer_expand(buffer, 0), 0);
	assert_null(evbuffer_pullup(buffer, -1));
	assert_null(evbuffer_pullup(buffer, 1));
	assert_null(evbuffer_readln(buffer, &n, EVBUFFER_EOL_ANY));
	assert_int_equal(n, 0);
	assert_int_equal(evbuffer_peek(buffer, -1, NULL, NULL, 0), 0);
	evbuffer_free(buffer);
}

static void
test_add_and_drain(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("hello ");
	assert_int_equal(evbuffer_add(buffer, "world", 5), 0);
	expect_text(buffer, "hello world");
	assert_int_equal(evbuffer_drain(buffer, 4), 0);
	expect_text(buffer, "o world");
	assert_int_equal(evbuffer_drain(buffer, 0), 0);
	expect_text(buffer, "o world");
	assert_int_equal(evbuffer_drain(buffer, 1000), 0);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	assert_int_equal(evbuffer_add(buffer, "again", 5), 0);
	expect_text(buffer, "again");
	evbuffer_free(buffer);
}

static void
test_large(void **state)
{
	(void)state;
	const size_t length = 3u << 20, step = 4099;
	unsigned char *bytes = pattern(length), *out = malloc(length);
	struct evbuffer *buffer = evbuffer_new();
	for (size_t at = 0; at < length; at += step)
		assert_int_equal(evbuffer_add(buffer, bytes + at, length - at < step ? length - at : step), 0);
	expect_bytes(buffer, bytes, length);
	size_t at = 0;
	for (int n; (n = evbuffer_remove(buffer, out + at, 70001)) > 0;)
		at += (size_t)n;
	assert_int_equal(at, length);
	assert_memory_equal(out, bytes, length);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	evbuffer_free(buffer);
	free(bytes);
	free(out);
}

/* A window that moves over memory: some bytes in, as many out, never empty. */
static void
test_window(void **state)
{
	(void)state;
	unsigned char in = 0, expected = 0;
	struct evbuffer *buffer = buffer_of("");
	for (int round = 0; round < 5000; round++) {
		unsigned char bytes[37];
		size_t count = 1 + (size_t)round % sizeof(bytes);
		for (size_t i = 0; i < count; i++)
			bytes[i] = in++;
		assert_int_equal(evbuffer_add(buffer, bytes, count), 0);
		if (evbuffer_get_length(buffer) < 600) continue;
		int taken = evbuffer_remove(buffer, bytes, count);
		assert_int_equal(taken, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(bytes[i], expected++);
	}
	evbuffer_free(buffer);
}

static void
test_add_from_itself(void **state)
{
	(void)state;
	char text[700];
	memset(text, 'x', sizeof(text));
	struct evbuffer *buffer = buffer_of("");
	assert_int_equal(evbuffer_add(buffer, text, sizeof(text)), 0);
	assert_int_equal(evbuffer_add(buffer, "abcdefgh", 8), 0);
	assert_int_equal(evbuffer_drain(buffer, sizeof(text)), 0);
	for (int i = 0; i < 10; i++) {
		size_t length = evbuffer_get_length(buffer);
		assert_int_equal(evbuffer_add(buffer, evbuffer_pullup(buffer, -1), length), 0);
	}
	assert_int_equal(evbuffer_get_length(buffer), 8 << 10);
	const unsigned char *bytes = evbuffer_pullup(buffer, -1);
	for (size_t i = 0; i < 8u << 10; i++)
		assert_int_equal(bytes[i], 'a' + i % 8);
	evbuffer_free(buffer);
}

static void
test_copyout(void **state)
{
	(void)state;
	char out[16];
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of_pieces("0123456789");
	assert_int_equal(evbuffer_copyout(buffer, out, 4), 4);
	assert_memory_equal(out, "0123", 4);
	assert_int_equal(evbuffer_copyout(buffer, out, sizeof(out)), 10);
	assert_memory_equal(out, "0123456789", 10);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 7, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, sizeof(out)), 3);
	assert_memory_equal(out, "789", 3);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, 2), 2);
	assert_memory_equal(out, "78", 2);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 10, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, 2), 0);
	assert_int_equal(evbuffer_get_length(buffer), 10);
	evbuffer_free(buffer);
}

static void
test_copyout_from_nowhere(void **state)
{
	(void)state;
	char out[4];
	struct evbuffer *buffer = buffer_of("text");
	struct evbuffer_ptr place = evbuffer_search(buffer, "absent", 6, NULL);
	assert_int_equal(place.pos, -1);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, sizeof(out)), -1);
	evbuffer_free(buffer);
}

static void
test_prepend(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_prepend(buffer, "one", 3), 0);
	assert_int_equal(evbuffer_prepend(buffer, "two ", 4), 0);
	assert_int_equal(evbuffer_add(buffer, " zero", 5), 0);
	expect_text(buffer, "two one zero");
	assert_int_equal(evbuffer_drain(buffer, 4), 0);
	assert_int_equal(evbuffer_prepend(buffer, "a longer one than what was drained ", 35), 0);
	expect_text(buffer, "a longer one than what was drained one zero");
	evbuffer_free(buffer);
}

static void
test_prepend_much(void **state)
{
	(void)state;
	const size_t length = 100000;
	unsigned char *bytes = pattern(length);
	struct evbuffer *buffer = evbuffer_new();
	for (size_t end = length, part = 1; end; part = part * 3 % 1009 + 1) {
		if (part > end) part = end;
		assert_int_equal(evbuffer_prepend(buffer, bytes + end - part, part), 0);
		end -= part;
	}
	expect_bytes(buffer, bytes, length);
	evbuffer_free(buffer);
	free(bytes);
}

static void
test_printf(void **state)
{
	(void)state;
	char long_text[10001];
	memset(long_text, 'l', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	struct evbuffer *buffer = buffer_of("");
	assert_int_equal(evbuffer_add_printf(buffer, "%d %s", 17, "seventeen"), 12);
	expect_text(buffer, "17 seventeen");
	assert_int_equal(evbuffer_add_printf(buffer, "%s", ""), 0);
	assert_int_equal(evbuffer_add_printf(buffer, "%s!", long_text), 10001);
	assert_int_equal(evbuffer_get_length(buffer), 12 + 10001);
	assert_int_equal(evbuffer_drain(buffer, 12 + 9999), 0);
	expect_text(buffer, "l!");
	evbuffer_free(buffer);
}

/* Every length around what may be free at the end of a piece. */
static void
test_printf_lengths(void **state)
{
	(void)state;
	char text[2100], out[2100];
	memset(text, 't', sizeof(text));
	for (int length = 0; length < 2100; length += 7) {
		struct evbuffer *buffer = buffer_of("x");
		assert_int_equal(evbuffer_add_printf(buffer, "%.*s", length, text), length);
		assert_int_equal(evbuffer_add(buffer, "y", 1), 0);
		assert_int_equal(evbuffer_get_length(buffer), length + 2);
		assert_int_equal(evbuffer_drain(buffer, 1), 0);
		assert_int_equal(evbuffer_remove(buffer, out, (size_t)length), length);
		assert_memory_equal(out, text, (size_t)length);
		expect_text(buffer, "y");
		evbuffer_free(buffer);
	}
}

static void
test_iovec(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[3] = {{(void *)(uintptr_t) "one ", 4}, {NULL, 0}, {(void *)(uintptr_t) "two", 3}};
	struct evbuffer *buffer = buffer_of("zero ");
	assert_int_equal(evbuffer_add_iovec(buffer, vec, 3), 7);
	expect_text(buffer, "zero one two");
	assert_int_equal(evbuffer_add_iovec(buffer, vec, 0), 0);
	assert_int_equal(evbuffer_add_iovec(buffer, NULL, 0), 0);
	expect_text(buffer, "zero one two");
	evbuffer_free(buffer);
}

static void
test_expand(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("start");
	unsigned char *bytes = pattern(100000);
	static const size_t sizes[] = {0, 1, 100, 1000, 5000, 100000};
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		assert_int_equal(evbuffer_expand(buffer, sizes[i]), 0);
		expect_text(buffer, "start");
	}
	assert_int_equal(evbuffer_add(buffer, bytes, 100000), 0);
	assert_int_equal(evbuffer_get_length(buffer), 100005);
	assert_int_equal(evbuffer_drain(buffer, 5), 0);
	expect_bytes(buffer, bytes, 100000);
	evbuffer_free(buffer);
	free(bytes);
}

static void
test_freeze_front(void **state)
{
	(void)state;
	char out[4];
	struct evbuffer *buffer = buffer_of("line\n"), *other = buffer_of("other");
	assert_int_equal(evbuffer_freeze(buffer, 1), 0);
	assert_int_equal(evbuffer_drain(buffer, 1), -1);
	assert_int_equal(evbuffer_remove(buffer, out, 1), -1);
	assert_int_equal(evbuffer_copyout(buffer, out, 1), -1);
	assert_int_equal(evbuffer_prepend(buffer, "x", 1), -1);
	assert_null(evbuffer_readln(buffer, NULL, EVBUFFER_EOL_LF));
	assert_int_equal(evbuffer_prepend_buffer(buffer, other), -1);
	assert_int_equal(evbuffer_add_buffer(other, buffer), -1);
	assert_int_equal(evbuffer_prepend_buffer(other, buffer), -1);
	assert_int_equal(evbuffer_remove_buffer(buffer, other, 1), -1);
	assert_int_equal(evbuffer_write(buffer, 1), -1);
	assert_int_equal(evbuffer_add(buffer, "more", 4), 0);
	assert_int_equal(evbuffer_add_buffer_reference(other, buffer), 0);
	assert_int_equal(evbuffer_unfreeze(buffer, 1), 0);
	expect_text(buffer, "line\nmore");
	expect_text(other, "otherline\nmore");
	evbuffer_free(buffer);
	evbuffer_free(other);
}

static void
test_freeze_end(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2] = {{(void *)(uintptr_t) "v", 1}, {NULL, 0}};
	struct evbuffer *buffer = buffer_of("text"), *other = buffer_of("other");
	assert_int_equal(evbuffer_freeze(buffer, 0), 0);
	assert_int_equal(evbuffer_add(buffer, "x", 1), -1);
	assert_int_equal(evbuffer_add_printf(buffer, "x"), -1);
	assert_int_equal(evbuffer_add_iovec(buffer, vec, 1), 0);
	assert_int_equal(evbuffer_add_reference(buffer, "x", 1, NULL, NULL), -1);
	assert_int_equal(evbuffer_add_buffer(buffer, other), -1);
	assert_int_equal(evbuffer_remove_buffer(other, buffer, 1), -1);
	assert_int_equal(evbuffer_add_buffer_reference(buffer, other), -1);
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 2), -1);
	assert_int_equal(evbuffer_commit_space(buffer, vec, 0), -1);
	assert_int_equal(evbuffer_read(buffer, 0, 1), -1);
	assert_int_equal(evbuffer_prepend(buffer, "pre", 3), 0);
	assert_int_equal(evbuffer_drain(buffer, 1), 0);
	expect_text(buffer, "retext");
	assert_int_equal(evbuffer_unfreeze(buffer, 0), 0);
	assert_int_equal(evbuffer_add(buffer, "x", 1), 0);
	expect_text(buffer, "retextx");
	expect_text(other, "other");
	evbuffer_free(buffer);
	evbuffer_free(other);
}

static void
test_flags(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD), 0);
	assert_int_equal(evbuffer_clear_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD), 0);
	evbuffer_lock(buffer); /* there is none */
	evbuffer_unlock(buffer);
	evbuffer_free(buffer);
}

/* ---- Lengths that no buffer can hold ------------------------------------------------------------------------------
 */

/* Sizes that wrap, or nearly do, when they are added to a content of 6. */
static const size_t impossible[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 5, SIZE_MAX - 6, SIZE_MAX - 7, SIZE_MAX / 2 + 1,
	SSIZE_LIMIT, SSIZE_LIMIT - 1, SSIZE_LIMIT - 5};

static void
hole_CVE_2014_6272_add(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		assert_int_equal(evbuffer_add(buffer, "x", impossible[i]), -1);
		expect_text(buffer, "abcdef");
	}
	evbuffer_free(buffer);
}

static void
hole_CVE_2014_6272_prepend(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		assert_int_equal(evbuffer_prepend(buffer, "x", impossible[i]), -1);
		expect_text(buffer, "abcdef");
	}
	evbuffer_free(buffer);
}

static void
hole_CVE_2014_6272_expand(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		assert_int_equal(evbuffer_expand(buffer, impossible[i]), -1);
		expect_text(buffer, "abcdef");
	}
	assert_int_equal(evbuffer_expand(buffer, SSIZE_LIMIT - 4096), -1);
	assert_int_equal(evbuffer_add(buffer, "g", 1), 0);
	expect_text(buffer, "abcdefg");
	evbuffer_free(buffer);
}

static void
hole_CVE_2015_6525_reserve(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[3];
	struct evbuffer *buffer = buffer_of("abcdef");
	static const ev_ssize_t sizes[] = {EV_SSIZE_MAX, EV_SSIZE_MAX - 1, EV_SSIZE_MAX - 5, EV_SSIZE_MAX - 6,
		EV_SSIZE_MAX - 1000, EV_SSIZE_MAX - 4096, -1, EV_SSIZE_MIN};
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		for (int n = 1; n <= 3; n++)
			assert_int_equal(evbuffer_reserve_space(buffer, sizes[i], vec, n), -1);
	}
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 0), -1);
	expect_text(buffer, "abcdef");
	evbuffer_free(buffer);
}

static void
hole_CVE_2015_6525_commit(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2], spoiled[2];
	struct evbuffer *buffer = buffer_of("abcdef");
	assert_int_equal(evbuffer_reserve_space(buffer, 5000, vec, 2), 2);
	static const size_t lengths[] = {SIZE_MAX, SIZE_MAX - 6, SSIZE_LIMIT, 1u << 20};
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		memcpy(spoiled, vec, sizeof(vec));
		spoiled[0].iov_len = lengths[i];
		assert_int_equal(evbuffer_commit_space(buffer, spoiled, 2), -1);
		memcpy(spoiled, vec, sizeof(vec));
		spoiled[1].iov_len = lengths[i];
		assert_int_equal(evbuffer_commit_space(buffer, spoiled, 2), -1);
		expect_text(buffer, "abcdef");
	}
	evbuffer_free(buffer);
}

static void
hole_CVE_2015_6525_iovec(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		struct evbuffer_iovec vec[2] = {
			{(void *)(uintptr_t) "xy", impossible[i]}, {(void *)(uintptr_t) "xy", impossible[i]}};
		assert_int_equal(evbuffer_add_iovec(buffer, vec, 1), 0);
		assert_int_equal(evbuffer_add_iovec(buffer, vec, 2), 0);
		expect_text(buffer, "abcdef");
	}
	/* As one: no part of what does not fit as a whole. */
	struct evbuffer_iovec vec[2] = {{(void *)(uintptr_t) "xy", 2}, {(void *)(uintptr_t) "xy", SIZE_MAX - 1}};
	assert_int_equal(evbuffer_add_iovec(buffer, vec, 2), 0);
	expect_text(buffer, "abcdef");
	evbuffer_free(buffer);
}

static void
unexpected_cleanup(const void *data, size_t length, void *arg)
{
	(void)data, (void)length, (void)arg;
	fail();
}

static void
hole_CVE_2014_6272_reference(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++)
		assert_int_equal(evbuffer_add_reference(buffer, "x", impossible[i], unexpected_cleanup, NULL), -1);
	expect_text(buffer, "abcdef");
	evbuffer_free(buffer);
}

/* Two buffers that are nearly full, of memory that nobody looks at, cannot become one. */
static void
hole_CVE_2014_6272_buffers(void **state)
{
	(void)state;
	static const char memory[1];
	struct evbuffer *one = evbuffer_new(), *two = evbuffer_new();
	assert_int_equal(evbuffer_add_reference(one, memory, SSIZE_LIMIT, NULL, NULL), 0);
	assert_int_equal(evbuffer_add_reference(two, memory, 1, NULL, NULL), 0);
	assert_int_equal(evbuffer_add_buffer(one, two), -1);
	assert_int_equal(evbuffer_add_buffer(two, one), -1);
	assert_int_equal(evbuffer_prepend_buffer(one, two), -1);
	assert_int_equal(evbuffer_remove_buffer(two, one, 1), -1);
	assert_int_equal(evbuffer_add_buffer_reference(one, two), -1);
	assert_int_equal(evbuffer_add(one, "x", 1), -1);
	assert_int_equal(evbuffer_add_printf(one, "x"), -1);
	assert_int_equal(evbuffer_get_length(one), SSIZE_LIMIT);
	assert_int_equal(evbuffer_get_length(two), 1);
	assert_int_equal(evbuffer_drain(one, SIZE_MAX), 0);
	assert_int_equal(evbuffer_get_length(one), 0);
	evbuffer_free(one);
	evbuffer_free(two);
}

static void
hole_CVE_2014_6272_search(void **state)
{
	(void)state;
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of("abcdef");
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		place = evbuffer_search(buffer, "a", impossible[i], NULL);
		assert_int_equal(place.pos, -1);
		assert_int_equal(evbuffer_ptr_set(buffer, &place, impossible[i], EVBUFFER_PTR_SET), -1);
		assert_int_equal(evbuffer_ptr_set(buffer, &place, 4, EVBUFFER_PTR_SET), 0);
		assert_int_equal(evbuffer_ptr_set(buffer, &place, impossible[i], EVBUFFER_PTR_ADD), -1);
	}
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 4, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, SIZE_MAX - 3, EVBUFFER_PTR_ADD), -1);
	evbuffer_free(buffer);
}

/* More may be asked for than there is: no sum is made of it. */
static void
hole_CVE_2014_6272_take(void **state)
{
	(void)state;
	char out[8];
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of("abcdef"), *other = evbuffer_new();
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 4, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_copyout(buffer, out, SIZE_MAX), 6);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, SIZE_MAX), 2);
	assert_int_equal(evbuffer_copyout_from(buffer, &place, out, SIZE_MAX - 3), 2);
	assert_null(evbuffer_pullup(buffer, EV_SSIZE_MAX));
	assert_int_equal(evbuffer_peek(buffer, EV_SSIZE_MAX, NULL, NULL, 0), 1);
	assert_int_equal(evbuffer_remove_buffer(buffer, other, SIZE_MAX), 6);
	assert_int_equal(evbuffer_remove(other, out, SIZE_MAX), 6);
	assert_memory_equal(out, "abcdef", 6);
	evbuffer_free(buffer);
	evbuffer_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_add_and_drain),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_add_from_itself),
		cmocka_unit_test(test_copyout),
		cmocka_unit_test(test_copyout_from_nowhere),
		cmocka_unit_test(test_prepend),
		cmocka_unit_test(test_prepend_much),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_printf_lengths),
		cmocka_unit_test(test_iovec),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_freeze_front),
		cmocka_unit_test(test_freeze_end),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(hole_CVE_2014_6272_add),
		cmocka_unit_test(hole_CVE_2014_6272_prepend),
		cmocka_unit_test(hole_CVE_2014_6272_expand),
		cmocka_unit_test(hole_CVE_2014_6272_reference),
		cmocka_unit_test(hole_CVE_2014_6272_buffers),
		cmocka_unit_test(hole_CVE_2014_6272_search),
		cmocka_unit_test(hole_CVE_2014_6272_take),
		cmocka_unit_test(hole_CVE_2015_6525_reserve),
		cmocka_unit_test(hole_CVE_2015_6525_commit),
		cmocka_unit_test(hole_CVE_2015_6525_iovec),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
