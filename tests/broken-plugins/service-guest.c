/* SPDX-License-Identifier: BSD-3-Clause */
/* No defect: uses all that the host lends, when the test asks for it. */
#include <event2/plugin.h>
#include <stdlib.h>
#include <string.h>

struct guest {
	struct event_plugin_interface head;
	const struct event_plugin_host *(*host)(void);
	const char *(*wrong)(void); /* what does not work; NULL: all is well */
};

static const struct event_plugin_host *guest_host;

static int
load(const struct event_plugin_host *host)
{
	guest_host = host;
	host->log(EVENT_PLUGIN_LOG_MSG, "guest: loaded by %s", host->core_version);
	return 0;
}

static const struct event_plugin_host *
get_host(void)
{
	return guest_host;
}

static const char *
find_wrong(void)
{
	const struct event_plugin_host *host = guest_host;
	if (host->size < sizeof(*host) || host->abi_major != EVENT_PLUGIN_ABI_MAJOR || !host->identity) return "head";
	char *memory = host->alloc(100);
	if (!memory) return "alloc";
	memset(memory, 'x', 100);
	char *more = host->realloc(memory, 10000);
	if (!more || more[99] != 'x') return "realloc";
	host->free(more);
	if (host->setting("EVENT_THAT_NOBODY_SETS")) return "setting";
	const char *path = host->setting("EVENT_PLUGIN_PATH");
	if (!path || !strstr(path, "broken-plugins")) return "setting of the path";
	if (!host->find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 0)) return "find";
	if (host->find(EVENT_PLUGIN_BACKEND, "backend-good", 2, 0)) return "find by major";
	if (host->find(EVENT_PLUGIN_BACKEND, "backend-good", 1, 1)) return "find by minor";
	if (host->find(EVENT_PLUGIN_SERVICE, "backend-good", 1, 0)) return "find by kind";
	if (host->find(EVENT_PLUGIN_SERVICE, "nowhere", 1, 0)) return "find what is not there";
	return NULL;
}

static const struct guest guest = {{sizeof(guest), 1, 0}, get_host, find_wrong};

#define FIXTURE_NAME "service-guest"
#define FIXTURE_KIND EVENT_PLUGIN_SERVICE
#define FIXTURE_LOAD load
#define FIXTURE_INTERFACE &guest.head
#include "fixture.h"
