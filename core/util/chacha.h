/* SPDX-License-Identifier: BSD-3-Clause */
/* The ChaCha20 block function of RFC 8439, section 2.3, with a zero nonce: a pure function over bytes. */
#ifndef MKEVENT_UTIL_CHACHA_H_
#define MKEVENT_UTIL_CHACHA_H_

#include <stdint.h>

#define CHACHA_KEY_BYTES 32
#define CHACHA_BLOCK_BYTES 64

void chacha_block(const unsigned char key[CHACHA_KEY_BYTES], uint32_t counter, unsigned char out[CHACHA_BLOCK_BYTES]);

#endif
