/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-1 (RFC 3174) and base64 (RFC 4648) of one short text. Nothing here is a secret: the handshake only shows that the
 * server knows what a WebSocket is. */
#include "accept.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define BLOCK 64
#define DIGEST 20

static uint32_t
rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static void
add_block(uint32_t hash[5], const unsigned char *block)
{
	static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	uint32_t w[80], a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
	for (unsigned t = 0; t < 16; t++, block += 4)
		w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (unsigned t = 0; t < 80; t++) {
		const uint32_t f = t < 20 ? (b & c) | (~b & d) : t >= 40 && t < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
		const uint32_t next = rotate(a, 5) + f + e + w[t] + constants[t / 20];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	hash[0] += a;
	hash[1] += b;
	hash[2] += c;
	hash[3] += d;
	hash[4] += e;
}

/* len: at most 119, so that two blocks will do. */
static void
sha1(const unsigned char *data, size_t len, unsigned char digest[DIGEST])
{
	uint32_t hash[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	unsigned char padded[2 * BLOCK] = {0};
	const size_t size = len + 9 > BLOCK ? 2 * BLOCK : BLOCK;
	memcpy(padded, data, len);
	padded[len] = 0x80;
	padded[size - 2] = (unsigned char)(len * 8 >> 8);
	padded[size - 1] = (unsigned char)(len * 8);
	for (size_t i = 0; i < size; i += BLOCK)
		add_block(hash, padded + i);
	for (unsigned i = 0; i < DIGEST; i++)
		digest[i] = (unsigned char)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

void
ws_accept(const char *key, char accept[WS_ACCEPT_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[100];
	unsigned char digest[DIGEST + 1] = {0};
	const int len = snprintf(text, sizeof(text), "%.24s" GUID, key);
	sha1((const unsigned char *)text, (size_t)len, digest);
	for (unsigned i = 0, j = 0; i < DIGEST; i += 3) {
		const uint32_t three =
			(uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (i + 2 < DIGEST ? digest[i + 2] : 0);
		for (int shift = 18; shift >= 0; shift -= 6)
			accept[j++] = letters[three >> shift & 63];
	}
	accept[WS_ACCEPT_SIZE - 2] = '=';
	accept[WS_ACCEPT_SIZE - 1] = '\0';
}
