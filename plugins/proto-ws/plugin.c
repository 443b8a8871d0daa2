/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor of proto-ws. */
#include "functions.h"
#include "host.h"

#define PLUGIN_VERSION "1.0.0"

const struct event_plugin_host *ws_host;
const struct event_plugin_http *ws_http;

static int
load(const struct event_plugin_host *host)
{
	if (host->identity != event_plugin_identity())
		return host->fail("it is bound to another libevent_core than the one that loads it");
	const struct event_plugin_interface *found =
		host->find(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_HTTP_NAME, EVENT_PLUGIN_HTTP_MAJOR, EVENT_PLUGIN_HTTP_MINOR);
	if (!found || found->size < sizeof(struct event_plugin_http))
		return host->fail("it needs the plugin " EVENT_PLUGIN_HTTP_NAME " of the same release");
	ws_host = host;
	ws_http = (const struct event_plugin_http *)(const void *)found;
	return 0;
}

#define ENTRY(result, name, fallback, parameters, arguments) .name = plugin_##name,

static const struct event_plugin_ws interface = {
	.head = {sizeof(interface), EVENT_PLUGIN_WS_MAJOR, EVENT_PLUGIN_WS_MINOR}, EVENT_PLUGIN_WS_FUNCTIONS(ENTRY)};

static const struct event_plugin_need needs[] = {
	{EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_HTTP_NAME, EVENT_PLUGIN_HTTP_MAJOR, EVENT_PLUGIN_HTTP_MINOR, 0},
	{0, NULL, 0, 0, 0},
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_WS_NAME, .version = PLUGIN_VERSION, .licence = "BSD-3-Clause",
	.summary = "WebSocket (RFC 6455) on connections of the HTTP server: evws", .needs = needs, .load = load,
	.interface = &interface.head);
