/* SPDX-License-Identifier: BSD-3-Clause */
/* Percent-coding of text (RFC 3986, 2.1; "+" for a space as forms have it) and escaping for HTML. */
#include "chars.h"
#include "functions.h"
#include "memory.h"
#include "uri.h"

#include <string.h>

enum { RUN = 8 };

/* Most text is letters: they are copied a run at a time. */
static bool
plain_run(const char *text)
{
	unsigned parts = URI_UNRESERVED;
	for (int i = 0; i < RUN; i++)
		parts &= uri_parts[(unsigned char)text[i]];
	return parts != 0;
}

/* Codes len bytes. Returns where out ends. */
static char *
encode(char *out, const char *text, size_t len, int space_to_plus)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < len; i++) {
		if (uri_unreserved(text[i])) {
			*out++ = text[i];
		} else if (text[i] == ' ' && space_to_plus) {
			*out++ = '+';
		} else {
			*out++ = '%';
			*out++ = digits[(unsigned char)text[i] >> 4];
			*out++ = digits[text[i] & 15];
		}
	}
	return out;
}

char *
plugin_evhttp_uriencode(const char *text, ssize_t size, int space_to_plus)
{
	const size_t len = size < 0 ? strlen(text) : (size_t)size;
	if (len > (SIZE_MAX - 1) / 3) return NULL;
	char *coded = http_alloc(len * 3 + 1), *out = coded;
	if (!coded) return NULL;
	size_t at = 0;
	for (; len - at >= RUN; at += RUN) {
		if (!plain_run(text + at)) {
			out = encode(out, text + at, RUN, space_to_plus);
			continue;
		}
		memcpy(out, text + at, RUN);
		out += RUN;
	}
	*encode(out, text + at, len - at, space_to_plus) = '\0';
	return coded;
}

char *
plugin_evhttp_encode_uri(const char *text)
{
	return plugin_evhttp_uriencode(text, -1, 0);
}

/* When a '+' means a space. The old function evhttp_decode_uri() means it only behind the question mark. */
enum plus { PLUS_NEVER, PLUS_ALWAYS, PLUS_IN_QUERY };

static size_t
decode(const char *text, size_t len, enum plus plus, char *out)
{
	const char *begin = out;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '?' && plus == PLUS_IN_QUERY) plus = PLUS_ALWAYS;
		if (text[i] == '+' && plus == PLUS_ALWAYS) {
			*out++ = ' ';
		} else if (text[i] == '%' && len - i > 2 && chars_hex(text[i + 1]) >= 0 && chars_hex(text[i + 2]) >= 0) {
			*out++ = (char)(chars_hex(text[i + 1]) << 4 | chars_hex(text[i + 2]));
			i += 2;
		} else {
			*out++ = text[i];
		}
	}
	*out = '\0';
	return (size_t)(out - begin);
}

static char *
decoded(const char *text, enum plus plus, size_t *size)
{
	const size_t len = strlen(text);
	char *out = http_alloc(len + 1);
	if (!out) return NULL;
	const size_t used = decode(text, len, plus, out);
	if (size) *size = used;
	return out;
}

char *
plugin_evhttp_uridecode(const char *text, int decode_plus, size_t *size)
{
	return decoded(text, decode_plus ? PLUS_ALWAYS : PLUS_NEVER, size);
}

char *
plugin_evhttp_decode_uri(const char *text)
{
	return decoded(text, PLUS_IN_QUERY, NULL);
}

static const char *
html_escape(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#039;";
	case '&':
		return "&amp;";
	default:
		return NULL;
	}
}

char *
plugin_evhttp_htmlescape(const char *text)
{
	size_t size = 1;
	if (!text) return NULL;
	for (const char *c = text; *c; c++) {
		const char *escape = html_escape(*c);
		const size_t more = escape ? strlen(escape) : 1;
		if (size > SIZE_MAX - more) return NULL;
		size += more;
	}
	char *escaped = http_alloc(size), *out = escaped;
	if (!escaped) return NULL;
	for (const char *c = text; *c; c++) {
		const char *escape = html_escape(*c);
		if (escape) {
			const size_t len = strlen(escape);
			memcpy(out, escape, len);
			out += len;
		} else {
			*out++ = *c;
		}
	}
	*out = '\0';
	return escaped;
}
