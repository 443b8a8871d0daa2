/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: needs a plugin that is nowhere. An optional need that is nowhere does no harm. */
#include <event2/plugin.h>
static const struct event_plugin_need needs[] = {
	{EVENT_PLUGIN_SERVICE, "nowhere-optional", 1, 0, 1}, {EVENT_PLUGIN_SERVICE, "nowhere", 1, 0, 0}, {0, 0, 0, 0, 0}};

#define FIXTURE_NAME "backend-missing-need"
#define FIXTURE_NEEDS needs
#include "fixture.h"
