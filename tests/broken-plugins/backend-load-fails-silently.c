/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: its load() fails, and does not say why. */
struct event_plugin_host;
static int
refuse(const struct event_plugin_host *host)
{
	(void)host;
	return -1;
}

#define FIXTURE_NAME "backend-load-fails-silently"
#define FIXTURE_LOAD refuse
#include "fixture.h"
