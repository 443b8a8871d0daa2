/* SPDX-License-Identifier: BSD-3-Clause */
/* The suite of a backend as a program of `make check`; authors have it as `event-plugin check-backend`.
 *
 *   contract FILE.so...      or without arguments EVENT_PLUGIN_PATH/backend-$EVENT_BACKEND.so
 *
 * Ends with 77 when the kernel refuses the backend. MKEVENT_TEST_FILTER: a pattern of the checks to run. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static void
report(const char *check, enum suite_verdict verdict, const char *why, void *arg)
{
	static const char *const words[] = {"       OK", "  FAILED ", "  SKIPPED"};
	(void)arg;
	printf("[ RUN      ] %s\n", check);
	if (why) printf("%s\n", why);
	printf("[%s ] %s\n", words[verdict], check);
}

static int
run_file(const char *file)
{
	const char *pattern = getenv("MKEVENT_TEST_FILTER");
	const struct suite_options options = {pattern && *pattern ? pattern : NULL, 120, report, NULL};
	int failed = suite_run(file, &options);
	if (failed == SUITE_REFUSED) return printf("%s: the kernel refuses it\n", file), 77;
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;
	for (int i = 1; i < argc; i++)
		failed += run_file(argv[i]);
	if (argc > 1) return failed;
	const char *folder = getenv("EVENT_PLUGIN_PATH"), *backend = getenv("EVENT_BACKEND");
	char file[1024];
	if (!folder || !backend) return fprintf(stderr, "usage: contract BACKEND.so...\n"), 2;
	(void)snprintf(file, sizeof(file), "%s/backend-%s.so", folder, backend);
	return run_file(file);
}
