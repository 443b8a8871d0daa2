/* SPDX-License-Identifier: BSD-3-Clause */
/* The environment, which is void in a process that has more rights than whoever started it: set-uid, set-gid, or a file
 * with capabilities. Comparing ids, the classic test, does not see the last. */
#include "config.h"

#include "registry/internal.h"

#include <stdlib.h>
#include <unistd.h>
#ifdef HAVE_SYS_AUXV_H
#include <sys/auxv.h>
#endif

bool
registry_privileged(void)
{
#if defined(HAVE_GETAUXVAL) && defined(AT_SECURE)
	return getauxval(AT_SECURE) != 0;
#elif defined(HAVE_ISSETUGID)
	return issetugid() != 0;
#else
	return getuid() != geteuid() || getgid() != getegid();
#endif
}

const char *
registry_setting(const char *name)
{
	if (registry_privileged()) return NULL;
#ifdef HAVE_SECURE_GETENV
	return secure_getenv(name);
#else
	return getenv(name);
#endif
}
