/* SPDX-License-Identifier: BSD-3-Clause */
/* The table behind chars.h: the sum of enum chars_class for each byte, sixteen in a row. */
#include "chars.h"

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

bool
chars_all(struct http_span span, unsigned classes)
{
	for (size_t i = 0; i < span.len; i++)
		if (!chars_is(span.data[i], classes)) return false;
	return true;
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
chars_equal(struct http_span span, const char *text)
{
	size_t i = 0;
	for (; i < span.len && text[i]; i++) {
		char c = span.data[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
		if (c != text[i]) return false;
	}
	return i == span.len && !text[i];
}
