/* SPDX-License-Identifier: BSD-3-Clause */
/* proto-rpc: tagged data and calls over HTTP. What the plugin says of itself, and the core's memory. */
#include "rpc.h"

#include <stdio.h>
#include <string.h>

const struct event_plugin_host *rpc_host;
const struct event_plugin_http *rpc_http;

static const struct event_plugin_rpc table = {.head = {sizeof(table), EVENT_PLUGIN_RPC_MAJOR, EVENT_PLUGIN_RPC_MINOR},
#define RPC_ENTRY_(result, name, fallback, parameters, arguments) .name = plugin_##name,
	EVENT_PLUGIN_RPC_FUNCTIONS(RPC_ENTRY_)};

void *
rpc_zalloc(size_t size)
{
	void *memory = rpc_host->alloc(size);
	if (memory) memset(memory, 0, size);
	return memory;
}

void
rpc_free(void *memory)
{
	if (memory) rpc_host->free(memory);
}

char *
rpc_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = rpc_host->alloc(size);
	if (copy) memcpy(copy, text, size);
	return copy;
}

char *
rpc_path(const char *name)
{
	static const char prefix[] = "/.rpc.";
	size_t len = strlen(name);
	char *path = rpc_host->alloc(sizeof(prefix) + len);
	if (!path) return NULL;
	memcpy(path, prefix, sizeof(prefix) - 1);
	memcpy(path + sizeof(prefix) - 1, name, len + 1);
	return path;
}

static int
load(const struct event_plugin_host *host)
{
	rpc_host = host;
	rpc_http = (const struct event_plugin_http *)host->find(
		EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_HTTP_NAME, EVENT_PLUGIN_HTTP_MAJOR, EVENT_PLUGIN_HTTP_MINOR);
	if (host->identity != event_plugin_identity()) return host->fail("it is linked to another copy of the core");
	return rpc_http ? 0 : host->fail("the interface of %s is not there", EVENT_PLUGIN_HTTP_NAME);
}

static const struct event_plugin_need needs[] = {
	{EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_HTTP_NAME, EVENT_PLUGIN_HTTP_MAJOR, EVENT_PLUGIN_HTTP_MINOR, 0},
	{0, NULL, 0, 0, 0}};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_RPC_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "tagged data and remote procedure calls over HTTP", .needs = needs, .load = load,
	.interface = &table.head);
