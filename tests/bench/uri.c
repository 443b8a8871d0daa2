/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of URIs that no connection is needed for. */
#include "bench.h"

#include <event2/http.h>

/* 256 bytes as a form sends them: mostly letters, and some that must be escaped. */
static void
uriencode_256(void)
{
	const int times = bench_times(200000);
	char text[257];
	for (int i = 0; i < 256; i++)
		text[i] = (char)('a' + i % 26);
	for (int i = 31; i < 256; i += 32)
		text[i] = ' ';
	text[256] = '\0';
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < times; i++)
		free(evhttp_uriencode(text, 256, 0));
	bench_print("uriencode_256", bench_cpu() - begin, (uint64_t)times);
}

static void
uridecode_256(void)
{
	const int times = bench_times(200000);
	char text[257];
	for (int i = 0; i < 256; i++)
		text[i] = "abc%20def"[i % 9];
	text[256] = '\0';
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < times; i++)
		free(evhttp_uridecode(text, 0, NULL));
	bench_print("uridecode_256", bench_cpu() - begin, (uint64_t)times);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"uriencode_256", uriencode_256},
		{"uridecode_256", uridecode_256},
		{NULL, NULL},
	};
	return bench_main(argc, argv, cases);
}
