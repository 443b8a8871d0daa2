/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: its load() fails, and says why. */
#include <event2/plugin.h>
static int
refuse(const struct event_plugin_host *host)
{
	return host->fail("the moon is %s; wait %d days", "full", 3);
}

#define FIXTURE_NAME "backend-load-fails"
#define FIXTURE_LOAD refuse
#include "fixture.h"
