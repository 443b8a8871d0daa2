/* SPDX-License-Identifier: BSD-3-Clause */
/* The table behind chars.h: the sum of enum chars_class for each byte, sixteen in a row. */
#include "chars.h"

#define EACH_BYTE(value) (UINT64_MAX / 255 * (value))

/* clang-format off */
const unsigned char chars_table[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, /* 00 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
	2, 39, 6, 7, 39, 39, 39, 39, 38, 38, 39, 39, 38, 39, 39, 6, /* 20 */
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 38, 38, 6, 38, 6, 6, /* 30 */
	6, 55, 55, 55, 55, 55, 55, 39, 39, 39, 39, 39, 39, 39, 39, 39, /* 40 */
	39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 38, 6, 38, 7, 39, /* 50 */
	7, 55, 55, 55, 55, 55, 55, 39, 39, 39, 39, 39, 39, 39, 39, 39, /* 60 */
	39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 6, 7, 6, 39, 0, /* 70 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* 80 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* 90 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* a0 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* b0 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* c0 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* d0 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* e0 */
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* f0 */
};
/* clang-format on */

size_t
chars_span(struct http_span span, unsigned classes)
{
	size_t i = 0;
	while (i < span.len && chars_is(span.data[i], classes))
		i++;
	return i;
}

/* Whether one of eight bytes is less than least, or DEL. (A byte that is less borrows from its top bit.) */
static inline bool
has_control(uint64_t word, unsigned least)
{
	const uint64_t del = word ^ EACH_BYTE(0x7f);
	const uint64_t below = (word - EACH_BYTE(least)) & ~word, zero = (del - EACH_BYTE(1)) & ~del;
	return ((below | zero) & EACH_BYTE(0x80)) != 0;
}

static inline uint64_t
word_at(const char *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof(word));
	return word;
}

/* For at least eight bytes, eight at a time; the last ones may be looked at twice. */
static bool
words_without_control(struct http_span span, unsigned least)
{
	const char *const last = span.data + span.len - sizeof(uint64_t);
	for (const char *at = span.data; at < last; at += sizeof(uint64_t))
		if (has_control(word_at(at), least)) return false;
	return !has_control(word_at(last), least);
}

#if defined(__GNUC__) && (defined(__SSE2__) || defined(__aarch64__))
/* The same for at least one vector: what compilers make of it is one instruction for each operation. */
typedef unsigned char vector __attribute__((vector_size(16)));

static inline vector
vector_at(const char *data)
{
	vector bytes;
	memcpy(&bytes, data, sizeof(bytes));
	return bytes;
}

static bool
without_control(struct http_span span, unsigned least)
{
	if (span.len < sizeof(vector)) return words_without_control(span, least);
	const char *const last = span.data + span.len - sizeof(vector);
	const vector most = (vector){0} + (unsigned char)(least - 1), del = (vector){0} + (unsigned char)0x7f;
	vector bytes = vector_at(last), found = (vector)((bytes <= most) | (bytes == del));
	for (const char *at = span.data; at < last; at += sizeof(vector)) {
		bytes = vector_at(at);
		found |= (vector)((bytes <= most) | (bytes == del));
	}
	uint64_t halves[2];
	memcpy(halves, &found, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}
#else
#define without_control words_without_control
#endif

/* The two classes of long texts leave out nothing but controls, and blanks. A tab is left to the table. */
bool
chars_all(struct http_span span, unsigned classes)
{
	if (span.len >= sizeof(uint64_t) && (classes == CHARS_VALUE || classes == CHARS_TARGET) &&
		without_control(span, classes == CHARS_VALUE ? ' ' : ' ' + 1))
		return true;
	return chars_span(span, classes) == span.len;
}

struct http_span
chars_trim(struct http_span span)
{
	while (span.len && chars_blank(span.data[0])) {
		span.data++;
		span.len--;
	}
	while (span.len && chars_blank(span.data[span.len - 1]))
		span.len--;
	return span;
}

bool
chars_equal_len(struct http_span span, const char *text, size_t len)
{
	size_t i = 0;
	if (span.len != len) return false;
	for (; len - i >= sizeof(uint64_t); i += sizeof(uint64_t))
		if ((word_at(span.data + i) | EACH_BYTE(0x20)) != word_at(text + i)) return false;
	for (; i < len; i++)
		if ((span.data[i] | 0x20) != text[i]) return false;
	return true;
}
