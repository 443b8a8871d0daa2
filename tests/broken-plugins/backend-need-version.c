/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: what it needs is there, but with an interface of another version. */
#include <event2/plugin.h>
static const struct event_plugin_need needs[] = {{EVENT_PLUGIN_BACKEND, "backend-good", 7, 2, 0}, {0, 0, 0, 0, 0}};

#define FIXTURE_NAME "backend-need-version"
#define FIXTURE_NEEDS needs
#include "fixture.h"
