/* SPDX-License-Identifier: BSD-3-Clause */
/* ChaCha20 as RFC 8439 has it. The words are read and written byte by byte, so the order of bytes in memory does not
 * matter; compilers make single loads of that. */
#include "config.h"

#include "util/chacha.h"

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

static void
quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 12);
	*a += *b;
	*d = rotate(*d ^ *a, 8);
	*c += *d;
	*b = rotate(*b ^ *c, 7);
}

void
chacha_block(const unsigned char key[CHACHA_KEY_BYTES], uint32_t counter, unsigned char out[CHACHA_BLOCK_BYTES])
{
	uint32_t begin[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, x[16];
	for (int i = 0; i < 8; i++)
		begin[4 + i] = load(key + 4 * i);
	begin[12] = counter;
	for (int i = 0; i < 16; i++)
		x[i] = begin[i];
	for (int i = 0; i < 10; i++) {
		quarter_round(&x[0], &x[4], &x[8], &x[12]);
		quarter_round(&x[1], &x[5], &x[9], &x[13]);
		quarter_round(&x[2], &x[6], &x[10], &x[14]);
		quarter_round(&x[3], &x[7], &x[11], &x[15]);
		quarter_round(&x[0], &x[5], &x[10], &x[15]);
		quarter_round(&x[1], &x[6], &x[11], &x[12]);
		quarter_round(&x[2], &x[7], &x[8], &x[13]);
		quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
	for (int i = 0; i < 16; i++)
		store(out + 4 * i, x[i] + begin[i]);
}
