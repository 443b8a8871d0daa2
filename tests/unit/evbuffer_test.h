/* SPDX-License-Identifier: BSD-3-Clause */
/* What the evbuffer tests share: contents made piece by piece and compared, and the limits that lengths are tried with.
 */
#ifndef TESTS_UNIT_EVBUFFER_TEST_H_
#define TESTS_UNIT_EVBUFFER_TEST_H_

#include <cmocka.h>

#include <event2/buffer.h>
#include <stdbool.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SSIZE_LIMIT ((size_t)EV_SSIZE_MAX)

static inline struct evbuffer *
buffer_of(const char *text)
{
	struct evbuffer *buffer = evbuffer_new();
	assert_non_null(buffer);
	assert_int_equal(evbuffer_add(buffer, text, strlen(text)), 0);
	return buffer;
}

/* A buffer in which every byte of text is a piece of its own. text must stay. */
static inline struct evbuffer *
buffer_of_pieces(const char *text)
{
	struct evbuffer *buffer = evbuffer_new();
	assert_non_null(buffer);
	for (; *text; text++)
		assert_int_equal(evbuffer_add_reference(buffer, text, 1, NULL, NULL), 0);
	return buffer;
}

/* Compares without any change to how the content lies in memory. */
static inline void
expect_bytes(struct evbuffer *buffer, const void *bytes, size_t length)
{
	unsigned char stack[4096], *copy = length <= sizeof(stack) ? stack : malloc(length);
	assert_non_null(copy);
	assert_int_equal(evbuffer_get_length(buffer), length);
	assert_int_equal(evbuffer_copyout(buffer, copy, length), length);
	assert_memory_equal(copy, bytes, length);
	if (copy != stack) free(copy);
}

static inline void
expect_text(struct evbuffer *buffer, const char *text)
{
	expect_bytes(buffer, text, strlen(text));
}

/* length bytes that differ along the way. The caller frees them. */
static inline unsigned char *
pattern(size_t length)
{
	unsigned char *bytes = malloc(length ? length : 1);
	assert_non_null(bytes);
	uint32_t state = 1;
	for (size_t i = 0; i < length; i++) {
		state = state * 1664525u + 1013904223u;
		bytes[i] = (unsigned char)(state >> 24);
	}
	return bytes;
}

#endif
