/* SPDX-License-Identifier: BSD-3-Clause */
/* Domain names. Nothing here knows of sockets, memory or the core. */
#include "name.h"

#include <string.h>

/* Lengths of labels are at most 63, below any letter: folding them as if they were letters changes nothing. */
static uint8_t
fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

static bool
is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes one byte of a label off the text, which begins with "\" when it is escaped. Returns how many characters that
 * were, 0 when the escape makes no sense. */
static size_t
unescape(const char *text, size_t left, uint8_t *byte)
{
	if (text[0] != '\\') {
		*byte = (uint8_t)text[0];
		return 1;
	}
	if (left >= 4 && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3])) {
		int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
		*byte = (uint8_t)value;
		return value <= 255 ? 4 : 0;
	}
	if (left < 2 || is_digit(text[1])) return 0;
	*byte = (uint8_t)text[1];
	return 2;
}

size_t
dns_name_from_text(const char *text, size_t length, uint8_t wire[DNS_NAME_MAX])
{
	size_t at = 0;    /* in text */
	size_t label = 0; /* in wire: where the current label's length stands */
	size_t end = 1;   /* in wire */
	if (length == 0 || (length == 1 && text[0] == '.')) {
		wire[0] = 0;
		return 1;
	}
	while (at < length) {
		if (text[at] == '.') {
			if (end - label - 1 == 0) return 0;
			wire[label] = (uint8_t)(end - label - 1);
			label = end++;
			if (end > DNS_NAME_MAX) return 0;
			at++;
			continue;
		}
		/* One byte must stay free for the root. */
		if (end >= DNS_NAME_MAX - 1 || end - label - 1 >= DNS_LABEL_MAX) return 0;
		size_t taken = unescape(text + at, length - at, &wire[end]);
		if (!taken) return 0;
		end++;
		at += taken;
	}
	wire[label] = (uint8_t)(end - label - 1);
	if (wire[label] == 0) return end; /* the text ended with a dot */
	wire[end++] = 0;
	return end;
}

static size_t
escape(uint8_t byte, char *text)
{
	if (byte == '.' || byte == '\\') {
		text[0] = '\\';
		text[1] = (char)byte;
		return 2;
	}
	if (byte > 0x20 && byte < 0x7f) {
		text[0] = (char)byte;
		return 1;
	}
	text[0] = '\\';
	text[1] = (char)('0' + byte / 100);
	text[2] = (char)('0' + byte / 10 % 10);
	text[3] = (char)('0' + byte % 10);
	return 4;
}

size_t
dns_name_to_text(const uint8_t *wire, char text[DNS_NAME_TEXT])
{
	size_t end = 0;
	for (uint8_t left = *wire++; left; left = *wire++) {
		if (end) text[end++] = '.';
		for (; left; left--)
			end += escape(*wire++, text + end);
	}
	text[end] = '\0';
	return end;
}

size_t
dns_name_length(const uint8_t *wire)
{
	size_t at = 0;
	while (wire[at])
		at += (size_t)wire[at] + 1;
	return at + 1;
}

bool
dns_name_equal(const uint8_t *a, const uint8_t *b)
{
	size_t length = dns_name_length(a);
	if (length != dns_name_length(b)) return false;
	for (size_t i = 0; i < length; i++)
		if (fold(a[i]) != fold(b[i])) return false;
	return true;
}

size_t
dns_name_lower(const uint8_t *wire, uint8_t lower[DNS_NAME_MAX])
{
	size_t length = dns_name_length(wire);
	for (size_t i = 0; i < length; i++)
		lower[i] = fold(wire[i]);
	return length;
}

void
dns_name_mix_case(uint8_t *wire, size_t length, const uint8_t *random)
{
	for (size_t i = 0; i < length; i++) {
		if (!is_letter(wire[i])) continue;
		wire[i] = (uint8_t)((wire[i] & ~0x20) | ((random[i / 8] >> (i % 8) & 1) << 5));
	}
}

size_t
dns_name_read(const uint8_t *bytes, size_t length, size_t *offset, uint8_t wire[DNS_NAME_MAX])
{
	size_t at = *offset;
	size_t limit = at; /* a pointer must lead to before this: so no loop can be */
	size_t end = 0;
	bool jumped = false;
	for (;;) {
		if (at >= length) return 0;
		uint8_t head = bytes[at];
		if (head >= 0xc0) {
			if (length - at < 2) return 0;
			size_t target = (size_t)(head & 0x3f) << 8 | bytes[at + 1];
			if (target >= limit) return 0;
			if (!jumped) *offset = at + 2;
			jumped = true;
			limit = at = target;
			continue;
		}
		if (head > DNS_LABEL_MAX) return 0;
		size_t size = (size_t)head + 1;
		if (length - at < size || DNS_NAME_MAX - end < size) return 0;
		memcpy(wire + end, bytes + at, size);
		end += size;
		at += size;
		if (head == 0) break;
	}
	if (!jumped) *offset = at;
	return end;
}
