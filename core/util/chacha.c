/* SPDX-License-Identifier: BSD-3-Clause */
/* ChaCha20 as RFC 8439 has it. The words are read and written byte by byte, so the order of bytes in memory does not
 * matter; compilers make single loads of that. */
#include "config.h"

#include "util/chacha.h"

#include <string.h>

static uint32_t
load(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void
store(unsigned char *bytes, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(word >> (8 * i));
}

static uint32_t
rotate(uint32_t word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* Inline wherever it is called: with constant places the words then stay in registers. */
static inline __attribute__((always_inline)) void
quarter_round(uint32_t *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

void
chacha_block(const unsigned char key[CHACHA_KEY_BYTES], uint32_t counter, unsigned char out[CHACHA_BLOCK_BYTES])
{
	uint32_t begin[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, x[16];
	for (int i = 0; i < 8; i++)
		begin[4 + i] = load(key + 4 * i);
	begin[12] = counter;
	memcpy(x, begin, sizeof(x));
	for (int i = 0; i < 10; i++) {
		quarter_round(x, 0, 4, 8, 12);
		quarter_round(x, 1, 5, 9, 13);
		quarter_round(x, 2, 6, 10, 14);
		quarter_round(x, 3, 7, 11, 15);
		quarter_round(x, 0, 5, 10, 15);
		quarter_round(x, 1, 6, 11, 12);
		quarter_round(x, 2, 7, 8, 13);
		quarter_round(x, 3, 4, 9, 14);
	}
	for (int i = 0; i < 16; i++)
		store(out + 4 * i, x[i] + begin[i]);
}
