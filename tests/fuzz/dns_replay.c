/* SPDX-License-Identifier: BSD-3-Clause */
/* The fuzz targets of DNS without a fuzzer, for the ordinary test run: good inputs, each changed in thousands of ways
 * by a generator that always does the same. Arguments are files to be tried instead. */
#include "../parser/dns_message.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef ROUNDS
#define ROUNDS 20000
#endif

static const char *const seeds[] = {
	"x:00 h:8180,1,2,1,1 q c:a.example n:a.example w:1 w:1 d:40 [ x:c0000201 ] n:example w:6 w:1 d:3 "
	"[ n:ns n:me d:1 d:2 d:3 d:4 d:5 ] n:. w:41 w:1232 d:0 w:0",
	"x:01 h:8180,1,1,0,0 n:www.example.org w:28 w:1 p:12 w:28 w:1 d:5 [ x:20010db8000000000000000000000001 ]",
	"x:02 h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ l:host p:16 ]",
	"x:03 l:www.example.org",
	"x:04 x:6e616d6573657276657220312e322e332e340a73656172636820612062202320780a",
	"x:0f h:0100,1,0,0,1 q n:. w:41 w:1232 d:0 w:0",
	"x:07 h:0100,2,0,0,0 q p:12 w:28 w:1",
	"x:01 x:3139322e302e322e3120616c7068610a3a3a31206c6f63616c686f73740a",
	"x:00 "
	"x:6f7074696f6e73206e646f74733a322074696d656f75743a310a646f6d61696e20780a6e616d6573657276657220312e322e332e340a",
};

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void
change(struct bytes *bytes, uint32_t *state)
{
	for (uint32_t times = 1 + next_random(state) % 4; times && bytes->length; times--) {
		size_t at = next_random(state) % bytes->length;
		switch (next_random(state) % 5) {
		case 0:
			bytes->at[at] = (unsigned char)next_random(state);
			break;
		case 1:
			bytes->at[at] ^= (unsigned char)(1u << next_random(state) % 8);
			break;
		case 2:
			bytes->length = at;
			break;
		case 3:
			memmove(bytes->at + at, bytes->at + at / 2, bytes->length - at);
			break;
		case 4:
			bytes->at[at] = 0xc0;
			break;
		}
	}
}

static void
try_file(const char *path)
{
	static unsigned char bytes[1 << 20];
	FILE *file = fopen(path, "r");
	if (!file) return;
	size_t length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, length);
}

int
main(int argc, char **argv)
{
	static struct bytes bytes;
	uint32_t state = 1;
	for (int i = 1; i < argc; i++)
		try_file(argv[i]);
	if (argc > 1) return 0;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		write_message(&bytes, seeds[i]);
		LLVMFuzzerTestOneInput(bytes.at, bytes.length);
		for (int round = 0; round < ROUNDS; round++) {
			write_message(&bytes, seeds[i]);
			change(&bytes, &state);
			LLVMFuzzerTestOneInput(bytes.at, bytes.length);
		}
	}
	return 0;
}
