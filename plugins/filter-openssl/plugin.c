/* SPDX-License-Identifier: BSD-3-Clause */
/* filter-openssl: what the plugin says of itself. */
#include "tls.h"

static const struct event_plugin_ssl table = {.head = {sizeof(table), EVENT_PLUGIN_SSL_MAJOR, EVENT_PLUGIN_SSL_MINOR},
#define TLS_ENTRY_(result, name, fallback, parameters, arguments) .name = plugin_##name,
	EVENT_PLUGIN_SSL_FUNCTIONS(TLS_ENTRY_)};

static int
load(const struct event_plugin_host *host)
{
	if (host->identity != event_plugin_identity()) return host->fail("it is linked to another copy of the core");
	return tls_bio_setup() == 0 ? 0 : host->fail("OpenSSL has no memory for a BIO method");
}

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_FILTER, EVENT_PLUGIN_SSL_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "TLS bufferevents through OpenSSL", .load = load, .unload = tls_bio_cleanup, .interface = &table.head);
