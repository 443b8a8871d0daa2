/* SPDX-License-Identifier: BSD-3-Clause */
/* call, in a build without libffi. */
#include "tool.h"

#include <stdio.h>

int
command_call(int argc, char **argv)
{
	(void)argc, (void)argv;
	fprintf(stderr, "event-plugin: call needs libffi, which was missing when this program was built\n");
	return 1;
}
