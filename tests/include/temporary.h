/* SPDX-License-Identifier: BSD-3-Clause */
/* Where tests make their files: in the folder that TMPDIR names, as the shell's mktemp has it. Sockets stay in /tmp:
 * there is no room in an address for the name of just any folder. */
#ifndef TESTS_INCLUDE_TEMPORARY_H_
#define TESTS_INCLUDE_TEMPORARY_H_

#include <stdio.h>
#include <stdlib.h>

struct temporary {
	char name[1024];
};

/* A name for mkstemp() or mkdtemp(). */
static inline struct temporary
temporary_name(const char *prefix)
{
	struct temporary made;
	const char *folder = getenv("TMPDIR");
	if (!folder || folder[0] != '/') folder = "/tmp";
	(void)snprintf(made.name, sizeof(made.name), "%s/%s-XXXXXX", folder, prefix);
	return made;
}

#endif
