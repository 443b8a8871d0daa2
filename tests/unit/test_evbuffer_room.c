/* SPDX-License-Identifier: BSD-3-Clause */
/* Direct access to a buffer's memory: reserve and commit, pullup, peek. */
#include "evbuffer_test.h"

#include <event2/buffer_compat.h>

/* ---- Reserve and commit -------------------------------------------------------------------------------------------
 */

static void
test_reserve_one(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[1], again[1];
	struct evbuffer *buffer = buffer_of("begin ");
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 1), 1);
	assert_true(vec[0].iov_len >= 10);
	assert_int_equal(evbuffer_reserve_space(buffer, 10, again, 1), 1);
	assert_ptr_equal(again[0].iov_base, vec[0].iov_base);
	expect_text(buffer, "begin ");
	memcpy(vec[0].iov_base, "end", 3);
	vec[0].iov_len = 3;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), 0);
	expect_text(buffer, "begin end");
	assert_int_equal(evbuffer_reserve_space(buffer, 100000, vec, 1), 1);
	assert_true(vec[0].iov_len >= 100000);
	memset(vec[0].iov_base, '!', 100000);
	vec[0].iov_len = 100000;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), 0);
	assert_int_equal(evbuffer_get_length(buffer), 100009);
	evbuffer_free(buffer);
}

static void
test_reserve_two(void **state)
{
	(void)state;
	unsigned char *bytes = pattern(7000);
	struct evbuffer_iovec vec[2];
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_add(buffer, bytes, 100), 0);
	assert_int_equal(evbuffer_reserve_space(buffer, 6900, vec, 2), 2);
	assert_true(vec[0].iov_len + vec[1].iov_len >= 6900);
	assert_true(vec[0].iov_len < 6900);
	memcpy(vec[0].iov_base, bytes + 100, vec[0].iov_len);
	vec[1].iov_len = 6900 - vec[0].iov_len;
	memcpy(vec[1].iov_base, bytes + 100 + vec[0].iov_len, vec[1].iov_len);
	assert_int_equal(evbuffer_commit_space(buffer, vec, 2), 0);
	expect_bytes(buffer, bytes, 7000);
	evbuffer_free(buffer);
	free(bytes);
}

static void
test_commit_part(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2];
	struct evbuffer *buffer = buffer_of("begin ");
	/* Only the first, and not all of it. */
	assert_int_equal(evbuffer_reserve_space(buffer, 5000, vec, 2), 2);
	memcpy(vec[0].iov_base, "one ", 4);
	vec[0].iov_len = 4;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), 0);
	expect_text(buffer, "begin one ");
	/* None. */
	assert_int_equal(evbuffer_reserve_space(buffer, 5000, vec, 2), 2);
	assert_int_equal(evbuffer_commit_space(buffer, vec, 0), 0);
	vec[0].iov_len = vec[1].iov_len = 0;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 2), 0);
	expect_text(buffer, "begin one ");
	assert_int_equal(evbuffer_add(buffer, "two", 3), 0);
	expect_text(buffer, "begin one two");
	evbuffer_free(buffer);
}

static void
test_commit_refused(void **state)
{
	(void)state;
	char elsewhere[10];
	struct evbuffer_iovec vec[2] = {{elsewhere, 10}, {elsewhere, 10}};
	struct evbuffer *buffer = buffer_of("text");
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), -1);
	assert_int_equal(evbuffer_commit_space(buffer, vec, 2), -1);
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 2), 1);
	assert_int_equal(evbuffer_add(buffer, "more", 4), 0); /* the room begins elsewhere now */
	vec[0].iov_len = 2;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), -1);
	expect_text(buffer, "textmore");
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 1), 1);
	vec[0].iov_len++;
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), -1);
	expect_text(buffer, "textmore");
	evbuffer_free(buffer);
}

static void
test_drain_then_commit(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[1];
	struct evbuffer *buffer = buffer_of("");
	char *bytes = calloc(1, 100000);
	assert_int_equal(evbuffer_add(buffer, bytes, 100000), 0);
	assert_int_equal(evbuffer_reserve_space(buffer, 70000, vec, 1), 1);
	memset(vec[0].iov_base, 'x', 70000);
	vec[0].iov_len = 70000;
	assert_int_equal(evbuffer_drain(buffer, 99999), 0);
	assert_int_equal(evbuffer_commit_space(buffer, vec, 1), 0);
	assert_int_equal(evbuffer_get_length(buffer), 70001);
	evbuffer_free(buffer);
	free(bytes);
}

/* ---- Pullup -------------------------------------------------------------------------------------------------------
 */

static void
test_pullup(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of_pieces("0123456789");
	assert_int_equal(evbuffer_get_contiguous_space(buffer), 1);
	assert_memory_equal(evbuffer_pullup(buffer, 1), "0", 1);
	assert_memory_equal(evbuffer_pullup(buffer, 4), "0123", 4);
	assert_true(evbuffer_get_contiguous_space(buffer) >= 4);
	assert_null(evbuffer_pullup(buffer, 0));
	assert_null(evbuffer_pullup(buffer, 11));
	assert_memory_equal(evbuffer_pullup(buffer, -1), "0123456789", 10);
	assert_int_equal(evbuffer_get_contiguous_space(buffer), 10);
	assert_memory_equal(EVBUFFER_DATA(buffer), "0123456789", 10);
	assert_int_equal(evbuffer_drain(buffer, 3), 0);
	assert_int_equal(evbuffer_add(buffer, "abc", 3), 0);
	assert_memory_equal(evbuffer_pullup(buffer, -1), "3456789abc", 10);
	expect_text(buffer, "3456789abc");
	evbuffer_free(buffer);
}

static void
test_pullup_large(void **state)
{
	(void)state;
	const size_t length = 300000;
	unsigned char *bytes = pattern(length);
	struct evbuffer *buffer = evbuffer_new();
	for (size_t at = 0; at < length; at += 1000)
		assert_int_equal(evbuffer_add(buffer, bytes + at, 1000), 0);
	for (size_t size = 1; size <= length; size = size * 3 + 1) {
		assert_memory_equal(evbuffer_pullup(buffer, (ev_ssize_t)size), bytes, size);
		expect_bytes(buffer, bytes, length);
	}
	assert_memory_equal(evbuffer_pullup(buffer, -1), bytes, length);
	assert_int_equal(evbuffer_drain(buffer, length - 10), 0);
	assert_memory_equal(evbuffer_pullup(buffer, -1), bytes + length - 10, 10);
	evbuffer_free(buffer);
	free(bytes);
}

static void
test_find(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of_pieces("find the needle here");
	unsigned char *found = evbuffer_find(buffer, (const unsigned char *)"needle", 6);
	assert_non_null(found);
	assert_memory_equal(found, "needle", 6);
	assert_ptr_equal(found, evbuffer_pullup(buffer, -1) + 9);
	assert_null(evbuffer_find(buffer, (const unsigned char *)"noodle", 6));
	assert_null(evbuffer_find(buffer, (const unsigned char *)"here!", 5));
	evbuffer_free(buffer);
}

/* ---- Peek ---------------------------------------------------------------------------------------------------------
 */

static void
test_peek(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[10];
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of_pieces("0123456789");
	assert_int_equal(evbuffer_peek(buffer, -1, NULL, NULL, 0), 10);
	assert_int_equal(evbuffer_peek(buffer, 4, NULL, NULL, 0), 4);
	assert_int_equal(evbuffer_peek(buffer, 0, NULL, NULL, 0), 0);
	assert_int_equal(evbuffer_peek(buffer, 100, NULL, NULL, 0), 10);
	assert_int_equal(evbuffer_peek(buffer, -1, NULL, vec, 3), 3);
	assert_int_equal(evbuffer_peek(buffer, 7, NULL, vec, 3), 7); /* so many would be needed */
	assert_int_equal(evbuffer_peek(buffer, -1, NULL, vec, 10), 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(vec[i].iov_len, 1);
		assert_int_equal(*(char *)vec[i].iov_base, '0' + i);
	}
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 8, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_peek(buffer, -1, &place, vec, 10), 2);
	assert_int_equal(*(char *)vec[0].iov_base, '8');
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 10, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_peek(buffer, -1, &place, vec, 10), 0);
	expect_text(buffer, "0123456789");
	evbuffer_free(buffer);
}

static void
test_peek_inside_a_piece(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2];
	struct evbuffer_ptr place;
	struct evbuffer *buffer = buffer_of("one piece");
	assert_int_equal(evbuffer_peek(buffer, 3, NULL, vec, 2), 1);
	assert_true(vec[0].iov_len >= 3); /* the whole piece */
	assert_memory_equal(vec[0].iov_base, "one", 3);
	assert_int_equal(evbuffer_ptr_set(buffer, &place, 4, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_peek(buffer, 2, &place, vec, 2), 1);
	assert_memory_equal(vec[0].iov_base, "piece", 5);
	assert_int_equal(vec[0].iov_len, 5);
	evbuffer_free(buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserve_one),
		cmocka_unit_test(test_reserve_two),
		cmocka_unit_test(test_commit_part),
		cmocka_unit_test(test_commit_refused),
		cmocka_unit_test(test_drain_then_commit),
		cmocka_unit_test(test_pullup),
		cmocka_unit_test(test_pullup_large),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_peek),
		cmocka_unit_test(test_peek_inside_a_piece),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
