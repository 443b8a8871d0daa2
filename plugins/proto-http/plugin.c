/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor of proto-http, and what it gets from its host. */
#include "functions.h"
#include "memory.h"

#include <event2/plugin.h>
#include <string.h>

#define PLUGIN_VERSION "1.0.0"

static const struct event_plugin_host *host;

void *
http_alloc(size_t size)
{
	return host->alloc(size);
}

void *
http_zalloc(size_t size)
{
	void *memory = host->alloc(size);
	if (memory) memset(memory, 0, size);
	return memory;
}

void
http_free(void *memory)
{
	if (memory) host->free(memory);
}

char *
http_strdup(const char *text)
{
	return http_strndup(text, strlen(text));
}

char *
http_strndup(const char *text, size_t len)
{
	char *copy = len < (size_t)-1 ? host->alloc(len + 1) : NULL;
	if (!copy) return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
http_log_memory(const char *what)
{
	host->log(EVENT_PLUGIN_LOG_WARN, "proto-http: no memory for %s; it is dropped", what);
}

static int
load(const struct event_plugin_host *lent)
{
	if (lent->identity != event_plugin_identity())
		return lent->fail("it is bound to another libevent_core than the one that loads it");
	host = lent;
	return 0;
}

#define ENTRY(result, name, fallback, parameters, arguments) .name = plugin_##name,

static const struct event_plugin_http interface = {
	.head = {sizeof(interface), EVENT_PLUGIN_HTTP_MAJOR, EVENT_PLUGIN_HTTP_MINOR}, EVENT_PLUGIN_HTTP_FUNCTIONS(ENTRY)};

static const struct event_plugin_call calls[] = {
	{"evhttp_encode_uri", "?S:s", (void (*)(void))plugin_evhttp_encode_uri},
	{"evhttp_decode_uri", "?S:s", (void (*)(void))plugin_evhttp_decode_uri},
	{"evhttp_htmlescape", "?S:?s", (void (*)(void))plugin_evhttp_htmlescape},
	{NULL, NULL, NULL},
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_HTTP_NAME, .version = PLUGIN_VERSION, .licence = "BSD-3-Clause",
	.summary = "HTTP/1.1 server and client, URIs and header fields: evhttp", .load = load, .interface = &interface.head,
	.calls = calls);
