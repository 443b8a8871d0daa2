/* SPDX-License-Identifier: BSD-3-Clause */
/* Tagged data: see codec.h. */
#include "codec.h"

size_t
codec_put_tag(unsigned char *out, uint32_t tag)
{
	size_t n = 0;
	while (tag >= 0x80) {
		out[n++] = (unsigned char)(tag | 0x80);
		tag >>= 7;
	}
	out[n++] = (unsigned char)tag;
	return n;
}

size_t
codec_put_int(unsigned char *out, uint64_t value)
{
	unsigned nibbles = 1;
	while (nibbles < 16 && value >> (4 * nibbles))
		nibbles++;
	size_t bytes = nibbles / 2 + 1;
	out[0] = (unsigned char)((nibbles - 1) << 4 | (value & 0xf));
	value >>= 4;
	for (size_t i = 1; i < bytes; i++) {
		out[i] = (unsigned char)((value & 0xf) << 4 | (value >> 4 & 0xf));
		value >>= 8;
	}
	return bytes;
}

int
codec_get_tag(const unsigned char *data, size_t len, uint32_t *tag)
{
	uint32_t value = 0;
	for (unsigned n = 0; n < CODEC_TAG_BYTES && n < len; n++) {
		unsigned char byte = data[n];
		if (n == CODEC_TAG_BYTES - 1 && byte > 0x0f) return -1;
		value |= (uint32_t)(byte & 0x7f) << (7 * n);
		if (!(byte & 0x80)) {
			*tag = value;
			return (int)n + 1;
		}
	}
	return -1;
}

int
codec_get_int(const unsigned char *data, size_t len, unsigned max_bits, uint64_t *value)
{
	if (len == 0) return -1;
	unsigned nibbles = (unsigned)(data[0] >> 4) + 1;
	size_t bytes = nibbles / 2 + 1;
	if (nibbles > max_bits / 4 || bytes > len) return -1;
	uint64_t result = data[0] & 0xf;
	for (unsigned i = 1; i < nibbles; i++) {
		unsigned char byte = data[(i + 1) / 2];
		uint64_t nibble = i % 2 ? byte >> 4 : byte & 0xf;
		result |= nibble << (4 * i);
	}
	*value = result;
	return (int)bytes;
}

int
codec_get_header(const unsigned char *data, size_t len, uint32_t *tag, uint32_t *payload)
{
	int tag_bytes = codec_get_tag(data, len, tag);
	if (tag_bytes < 0) return -1;
	uint64_t value;
	int int_bytes = codec_get_int(data + tag_bytes, len - (size_t)tag_bytes, 32, &value);
	if (int_bytes < 0) return -1;
	*payload = (uint32_t)value;
	return tag_bytes + int_bytes;
}
