/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a fuzz target without a fuzzer, in the normal suite: over its corpus, and over a few thousand deterministic
 * mutations of it. The corpus is the folder named after the program, in tests/fuzz/corpus. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536
#define MUTATIONS 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t random_state = 1;

static unsigned
next_random(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33);
}

/* Every input lies at the end of a block of exactly its size, so that a checker sees one byte too far. */
static void
try_input(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);
	if (!exact) exit(1);
	if (size) memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static void
mutate(const uint8_t *seed, size_t size)
{
	static uint8_t changed[INPUT_MAX + 64];
	for (int i = 0; i < MUTATIONS; i++) {
		size_t len = size;
		memcpy(changed, seed, size);
		for (unsigned n = next_random() % 4 + 1; n && len; n--) {
			const size_t at = next_random() % len, run = next_random() % 8 + 1;
			switch (next_random() % 5) {
			case 0:
				changed[at] = (uint8_t)next_random();
				break;
			case 1:
				changed[at] ^= (uint8_t)(1u << next_random() % 8);
				break;
			case 2:
				len = at;
				break;
			case 3:
				if (at + run < len) memmove(changed + at, changed + at + run, len - at - run), len -= run;
				break;
			default:
				if (len + run < INPUT_MAX) memmove(changed + at + run, changed + at, len - at), len += run;
				break;
			}
		}
		try_input(changed, len);
	}
}

static int
replay_folder(const char *folder)
{
	static uint8_t data[INPUT_MAX];
	char path[8192];
	int count = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.') continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		FILE *file = fopen(path, "rb");
		if (!file) continue;
		const size_t size = fread(data, 1, sizeof(data), file);
		fclose(file);
		try_input(data, size);
		mutate(data, size);
		count++;
	}
	if (dir) closedir(dir);
	return count;
}

int
main(int argc, char **argv)
{
	const char *source = getenv("MKEVENT_SOURCE"), *name = strrchr(argv[0], '/');
	char folder[4096];
	(void)argc;
	name = name ? name + 1 : argv[0];
	if (strncmp(name, "replay_", 7) == 0) name += 7;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", source ? source : ".", name);
	try_input((const uint8_t *)"", 0);
	const int count = replay_folder(folder);
	printf("%s: %d inputs\n", name, count);
	return count ? 0 : 1;
}
