/* SPDX-License-Identifier: BSD-3-Clause */
/* Which bytes may stand where in an HTTP message (RFC 9110, 5.5 and 5.6; RFC 9112, 3). */
#ifndef PROTO_HTTP_CHARS_H_
#define PROTO_HTTP_CHARS_H_

#include "parse.h"

#include <string.h>

enum chars_class {
	CHARS_TOKEN = 1,  /* tchar */
	CHARS_VALUE = 2,  /* HTAB, SP, VCHAR and obs-text: no NUL, no CR, no other control */
	CHARS_TARGET = 4, /* VCHAR and obs-text */
	CHARS_DIGIT = 8,
	CHARS_HEX = 16,
	CHARS_HOST = 32 /* of uri-host [ ":" port ]: RFC 3986, 3.2.2, loosely */
};

extern const unsigned char chars_table[256];

static inline bool
chars_is(char c, unsigned classes)
{
	return (chars_table[(unsigned char)c] & classes) != 0;
}

static inline bool
chars_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
chars_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The digit's value, or -1. */
static inline int
chars_hex(char c)
{
	if (chars_digit(c)) return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How many bytes from the front are of the classes. */
size_t chars_span(struct http_span span, unsigned classes);
bool chars_all(struct http_span span, unsigned classes);
/* Without the blanks (OWS) on both sides. */
struct http_span chars_trim(struct http_span span);
bool chars_equal_len(struct http_span span, const char *text, size_t len);
/* Equal without regard to ASCII case. text: lower case letters, digits and '-', whose bit 0x20 is set; span: no
 * controls, which alone could be taken for '-' or a digit. */
static inline bool
chars_equal(struct http_span span, const char *text)
{
	return chars_equal_len(span, text, strlen(text));
}

#endif
