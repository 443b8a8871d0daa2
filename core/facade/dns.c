/* SPDX-License-Identifier: BSD-3-Clause */
/* evdns_*: forwarded to proto-dns. The service "resolver" is loaded along with it, so that the core has it when a
 * program with an evdns_base connects by name, even after a chroot. */
#include "config.h"

#include <event2/plugin_dns.h>

#define FACADE_TABLE struct event_plugin_dns
#define FACADE_FUNCTIONS EVENT_PLUGIN_DNS_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_PROTOCOL
#define FACADE_PLUGIN EVENT_PLUGIN_DNS_NAME
#define FACADE_MAJOR EVENT_PLUGIN_DNS_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_DNS_MINOR
#include "facade/forward.h"

#ifdef FACADE_KEEPS_PROTO_DNS
FACADE_KEEP(proto_dns)
#endif
#ifdef FACADE_KEEPS_RESOLVER
FACADE_KEEP(resolver)
#endif

__attribute__((constructor)) static void
resolver_load_early(void)
{
	const char *when = FACADE_GETENV("EVENT_PLUGIN_LOAD");
	if (when && strcmp(when, "lazy") == 0) return;
	event_plugin_find(EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_RESOLVER_NAME, EVENT_PLUGIN_RESOLVER_MAJOR, 0, 1);
}
