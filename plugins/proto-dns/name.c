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
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes one escaped byte of a label off the text, which begins with "\\". Returns how many characters that were, 0 when
 * the escape makes no sense. */
static size_t
unescape(const char *text, size_t left, uint8_t *byte)
{
	if (left >= 4 && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3])) {
		int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
		*byte = (uint8_t)value;
		return value <= 255 ? 4 : 0;
	}
	if (left < 2 || is_digit(text[1])) return 0;
	*byte = (uint8_t)text[1];
	return 2;
}

/* Takes one label, up to a dot or the end of the text. label: its length and at most room bytes. Returns how many
 * characters that were, 0 when it is empty, too long or makes no sense. */
static size_t
label_from_text(const char *text, size_t left, uint8_t *label, size_t room)
{
	size_t at = 0, end = 0, most = left < room ? left : room;
	while (at < most && text[at] != '.' && text[at] != '\\') {
		label[at + 1] = (uint8_t)text[at];
		at++;
	}
	end = at; /* mostly that was all */
	while (at < left && text[at] != '.') {
		if (end == room) return 0;
		uint8_t *byte = &label[++end];
		if (text[at] != '\\') {
			*byte = (uint8_t)text[at++];
			continue;
		}
		size_t taken = unescape(text + at, left - at, byte);
		if (!taken) return 0;
		at += taken;
	}
	label[0] = (uint8_t)end;
	return at;
}

/* The top bit of each byte that is c. */
static uint64_t
bytes_that_are(uint64_t bytes, char c)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t other = bytes ^ ones * (uint8_t)c;
	return ~(((other & ones * 0x7f) + ones * 0x7f) | other | ones * 0x7f);
}

static uint64_t
swapped_if_big(uint64_t bytes)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	return bytes;
}

/* Eight bytes of a text from an offset on, the first in the lowest byte; zeros for those behind its end. */
static uint64_t
load(const char *text, size_t length, size_t at)
{
	uint64_t bytes = 0;
	size_t left = length - at;
	if (length < sizeof(bytes)) {
		for (size_t i = 0; i < length; i++)
			bytes |= (uint64_t)(uint8_t)text[i] << 8 * i;
		return bytes;
	}
	memcpy(&bytes, text + (left < sizeof(bytes) ? length - sizeof(bytes) : at), sizeof(bytes));
	bytes = swapped_if_big(bytes);
	return left < sizeof(bytes) ? bytes >> 8 * (sizeof(bytes) - left) : bytes;
}

/* Ends the label that begins at *head where the text has a dot, or its end. */
static bool
end_label(uint8_t *wire, size_t *head, size_t dot)
{
	size_t size = dot - *head;
	if (size - 1 >= DNS_LABEL_MAX) return false;
	wire[*head] = (uint8_t)size;
	*head = dot + 1;
	return true;
}

/* A usual name, without escapes: it is the text with lengths for dots. Returns its length, 0 when it has to be looked
 * at more closely. */
static size_t
plain_from_text(const char *text, size_t length, uint8_t *wire)
{
	size_t head = 0, at = 0;
	if (length > 0 && text[length - 1] == '.') length--;
	if (length == 0 || DNS_NAME_ROOM(length) + 2 > DNS_NAME_MAX) return 0;
	for (; at < length; at += sizeof(uint64_t)) {
		uint64_t bytes = load(text, length, at), stored = swapped_if_big(bytes);
		if (bytes_that_are(bytes, '\\')) return 0;
		memcpy(wire + 1 + at, &stored, sizeof(stored));
		for (uint64_t dots = bytes_that_are(bytes, '.'); dots; dots &= dots - 1)
			if (!end_label(wire, &head, at + (size_t)__builtin_ctzll(dots) / 8)) return 0;
	}
	if (!end_label(wire, &head, length)) return 0;
	wire[length + 1] = 0;
	return length + 2;
}

size_t
dns_name_from_text(const char *text, size_t length, uint8_t wire[DNS_NAME_MAX])
{
	size_t end = plain_from_text(text, length, wire);
	if (end) return end;
	if (length == 1 && text[0] == '.') length = 0;
	for (size_t at = 0; at < length; at++) { /* behind a dot */
		/* One byte must stay free for the root. */
		if (end + 2 > DNS_NAME_MAX - 1) return 0;
		size_t room = DNS_NAME_MAX - 2 - end;
		size_t taken = label_from_text(text + at, length - at, wire + end, room < DNS_LABEL_MAX ? room : DNS_LABEL_MAX);
		if (!taken) return 0;
		at += taken;
		end += wire[end] + 1u;
	}
	wire[end++] = 0;
	return end;
}

/* Of a byte that cannot stand for itself. */
static size_t
escape(uint8_t byte, char *text)
{
	text[0] = '\\';
	if (byte == '.' || byte == '\\') {
		text[1] = (char)byte;
		return 2;
	}
	text[1] = (char)('0' + byte / 100);
	text[2] = (char)('0' + byte / 10 % 10);
	text[3] = (char)('0' + byte % 10);
	return 4;
}

/* Bytes of a label that stand for themselves in text. */
static const bool plain[256] = {['!' ... '-'] = true, ['/' ... '['] = true, [']' ... '~'] = true};

size_t
dns_name_to_text(const uint8_t *wire, char text[DNS_NAME_TEXT])
{
	size_t end = 0;
	for (uint8_t left = *wire++; left; left = *wire++) {
		if (end) text[end++] = '.';
		for (; left; left--, wire++) {
			if (plain[*wire])
				text[end++] = (char)*wire;
			else
				end += escape(*wire, text + end);
		}
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
	if (memcmp(a, b, length) == 0) return true;
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

/* 0x20 in each byte that is a letter. The bytes are taken as eight digits of one number; none of the sums carries. */
static uint64_t
letters_of(uint64_t bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t small = (bytes | ones * 0x20) & ones * 0x7f;
	uint64_t from_a = small + ones * (0x80 - 'a');      /* top bit: 'a' or more */
	uint64_t after_z = small + ones * (0x80 - 'z' - 1); /* top bit: more than 'z' */
	return (from_a & ~after_z & ~bytes & ones * 0x80) >> 2;
}

/* 0x20 in the byte of each bit that is set. */
static uint64_t
spread(uint8_t bits)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t each = ones * bits & UINT64_C(0x8040201008040201);
	return ((each + ones * 0x7f) & ones * 0x80) >> 2;
}

static uint64_t
mix(uint64_t bytes, uint8_t random)
{
	uint64_t letters = letters_of(bytes);
	return (bytes & ~letters) | (spread(random) & letters);
}

void
dns_name_mix_case(uint8_t *wire, size_t length, const uint8_t *random)
{
	for (const uint8_t *end = wire + length; wire < end; wire += sizeof(uint64_t)) {
		uint64_t bytes;
		memcpy(&bytes, wire, sizeof(bytes));
		bytes = mix(bytes, *random++);
		memcpy(wire, &bytes, sizeof(bytes));
	}
}

size_t
dns_name_read(const uint8_t *bytes, size_t length, size_t *offset, uint8_t wire[DNS_NAME_MAX])
{
	size_t at = *offset;
	size_t run = at; /* labels from here on are still to be copied; a pointer must lead to before: so no loop can be */
	size_t end = 0;
	bool jumped = false;
	for (;;) {
		if (at >= length) return 0;
		uint8_t head = bytes[at];
		if (head >= 0xc0) {
			if (length - at < 2) return 0;
			size_t target = (size_t)(head & 0x3f) << 8 | bytes[at + 1];
			if (target >= run) return 0;
			memcpy(wire + end, bytes + run, at - run);
			end += at - run;
			if (!jumped) *offset = at + 2;
			jumped = true;
			run = at = target;
			continue;
		}
		if (head > DNS_LABEL_MAX) return 0;
		size_t size = (size_t)head + 1;
		if (length - at < size || DNS_NAME_MAX - end - (at - run) < size) return 0;
		at += size;
		if (head == 0) break;
	}
	memcpy(wire + end, bytes + run, at - run);
	if (!jumped) *offset = at;
	return end + (at - run);
}
