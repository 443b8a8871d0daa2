/* SPDX-License-Identifier: BSD-3-Clause */
/* evdns_*: forwarded to proto-dns. */
#include "config.h"

#include <event2/plugin_dns.h>

#define FACADE_TABLE struct event_plugin_dns
#define FACADE_FUNCTIONS EVENT_PLUGIN_DNS_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_PROTOCOL
#define FACADE_PLUGIN EVENT_PLUGIN_DNS_NAME
#define FACADE_MAJOR EVENT_PLUGIN_DNS_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_DNS_MINOR
#include "facade/forward.h"
