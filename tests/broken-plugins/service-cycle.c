/* SPDX-License-Identifier: BSD-3-Clause */
/* The other half of the cycle. */
#include <event2/plugin.h>
static const struct event_plugin_need needs[] = {{EVENT_PLUGIN_BACKEND, "backend-cycle", 1, 0, 0}, {0, 0, 0, 0, 0}};

#define FIXTURE_NAME "service-cycle"
#define FIXTURE_KIND EVENT_PLUGIN_SERVICE
#define FIXTURE_NEEDS needs
#include "fixture.h"
