/* SPDX-License-Identifier: BSD-3-Clause */
/* check-backend: the suite of tests/contract, as authors of backends have it. */
#include "tool.h"

#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS 15 /* for one check; the longest takes a part of one */

struct tally {
	int count[3]; /* by verdict */
};

static void
report(const char *check, enum suite_verdict verdict, const char *why, void *arg)
{
	static const char *const words[] = {"ok", "failed", "skipped"};
	struct tally *tally = arg;
	tally->count[verdict]++;
	if (as_json) {
		json_open(NULL, '{');
		json_text("check", check);
		json_text("result", words[verdict]);
		json_text("why", why);
		json_close('}');
		return;
	}
	printf("%-8s %s%s%s\n", words[verdict], check, why ? ": " : "", why ? why : "");
}

int
command_check_backend(int argc, char **argv)
{
	struct tally tally = {{0, 0, 0}};
	if (argc < 1 || argc > 2) return 2;
	char *file = strchr(argv[0], '/') ? realpath(argv[0], NULL) : NULL;
	const struct suite_options options = {argc == 2 ? argv[1] : NULL, SECONDS, report, &tally};
	if (as_json) json_open(NULL, '[');
	int failed = suite_run(file ? file : argv[0], &options);
	if (as_json)
		json_close(']');
	else if (failed == SUITE_REFUSED)
		printf("%s: this system does not allow it\n", argv[0]);
	else
		printf("%s: %d ok, %d failed, %d skipped\n", argv[0], tally.count[SUITE_OK], tally.count[SUITE_FAILED],
			tally.count[SUITE_SKIPPED]);
	free(file);
	return failed != 0;
}
