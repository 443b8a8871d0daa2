/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of path.c, object.c and trust.c in a core without plugin loading: there are no folders, and no file opens.
 * Such a core does not need dlopen(), which a fully static program cannot rely on. */
#include "config.h"

#include "registry/internal.h"

#include <stdio.h>

int
path_foreach(int (*visit)(const char *folder, void *arg), void *arg)
{
	(void)visit, (void)arg;
	return 0;
}

char *
path_find(const char *name)
{
	(void)name;
	return NULL;
}

const char *
path_describe(char *text, size_t size)
{
	(void)snprintf(text, size, "this core, which loads no files");
	return text;
}

void
path_forget(void)
{
}

bool
path_core_is_program(void)
{
	return true;
}

bool
object_open(const char *file, struct object *object, struct why *why)
{
	(void)file, (void)object;
	return why_set(why, "this core loads no files; build the plugin in, or mkevent with --enable-plugin-loading");
}

void
object_close(void *handle)
{
	(void)handle;
}
