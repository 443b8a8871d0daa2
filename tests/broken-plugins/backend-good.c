/* SPDX-License-Identifier: BSD-3-Clause */
/* Nothing is wrong with this one. It counts how often it is loaded and unloaded, for tests that look it up. */
__attribute__((visibility("default"))) int loads, unloads;

struct event_plugin_host;
static int
count_load(const struct event_plugin_host *host)
{
	(void)host;
	__atomic_add_fetch(&loads, 1, __ATOMIC_RELAXED);
	return 0;
}

static void
count_unload(void)
{
	unloads++;
}

#define FIXTURE_NAME "backend-good"
#define FIXTURE_LOAD count_load
#define FIXTURE_UNLOAD count_unload
#include "fixture.h"
