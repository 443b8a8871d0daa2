/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: needs service-cycle, which needs it. */
#include <event2/plugin.h>
static const struct event_plugin_need needs[] = {{EVENT_PLUGIN_SERVICE, "service-cycle", 1, 0, 0}, {0, 0, 0, 0, 0}};

#define FIXTURE_NAME "backend-cycle"
#define FIXTURE_NEEDS needs
#include "fixture.h"
