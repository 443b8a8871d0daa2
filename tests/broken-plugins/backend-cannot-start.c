/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: a good plugin, but the kernel does not have what it needs: open() fails. */
#include <errno.h>
#include <event2/plugin.h>

static void *
open_nothing(const struct event_plugin_backend_config *config)
{
	(void)config;
	errno = ENOSYS;
	return 0;
}

#define FIXTURE_NAME "backend-cannot-start"
#define FIXTURE_OPEN open_nothing
#include "fixture.h"
