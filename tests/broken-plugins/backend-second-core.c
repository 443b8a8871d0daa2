/* SPDX-License-Identifier: BSD-3-Clause */
/* Defect: bound to a core of its own, as a plugin is that needs the shared core in a program with a static one. */
extern __attribute__((visibility("default"))) const void *event_plugin_identity(void);
const void *
event_plugin_identity(void)
{
	static int another;
	return &another;
}

#define FIXTURE_NAME "backend-second-core"
#include "fixture.h"
