/* SPDX-License-Identifier: BSD-3-Clause */
/* proto-dns: what the plugin says of itself, and what it has of the core. */
#include "client.h"
#include "functions.h"
#include "reverse.h"

#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <string.h>

static const struct event_plugin_host *host;

void *
dns_alloc(size_t size)
{
	return host->alloc(size);
}

void *
dns_zalloc(size_t size)
{
	void *memory = host->alloc(size);
	if (memory) memset(memory, 0, size);
	return memory;
}

void *
dns_realloc(void *memory, size_t size)
{
	return host->realloc(memory, size);
}

void
dns_free(void *memory)
{
	if (memory) host->free(memory);
}

char *
dns_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = host->alloc(size);
	if (copy) memcpy(copy, text, size);
	return copy;
}

void
plugin_evdns_set_transaction_id_fn(uint16_t (*fn)(void))
{
	(void)fn;
}

void
plugin_evdns_set_random_bytes_fn(void (*fn)(char *, size_t))
{
	(void)fn;
}

const char *
plugin_evdns_err_to_string(int error)
{
	switch (error) {
	case DNS_ERR_NONE:
		return "no error";
	case DNS_ERR_FORMAT:
		return "misformatted query";
	case DNS_ERR_SERVERFAILED:
		return "server failed";
	case DNS_ERR_NOTEXIST:
		return "name does not exist";
	case DNS_ERR_NOTIMPL:
		return "query not implemented";
	case DNS_ERR_REFUSED:
		return "refused";
	case DNS_ERR_TRUNCATED:
		return "reply truncated or ill-formed";
	case DNS_ERR_UNKNOWN:
		return "unknown";
	case DNS_ERR_TIMEOUT:
		return "request timed out";
	case DNS_ERR_SHUTDOWN:
		return "dns subsystem shut down";
	case DNS_ERR_CANCEL:
		return "dns request canceled";
	case DNS_ERR_NODATA:
		return "no records in the reply";
	default:
		return "[Unknown error code]";
	}
}

void
dns_log_plain(int severity, const char *line)
{
	host->log(severity, "%s", line);
}

static int
load(const struct event_plugin_host *given)
{
	if (given->identity != event_plugin_identity())
		return given->fail("it is linked to another copy of libevent_core than the one that loads it");
	host = given;
	if (dns_client_count_forks() != 0) return given->fail("there is no memory to watch for forks");
	return 0;
}

static const struct event_plugin_dns table = {.head = {sizeof(table), EVENT_PLUGIN_DNS_MAJOR, EVENT_PLUGIN_DNS_MINOR},
#define DNS_ENTRY_(result, name, fallback, parameters, arguments) .name = plugin_##name,
	EVENT_PLUGIN_DNS_FUNCTIONS(DNS_ENTRY_)};

/* The name under which the name of an address is looked up; NULL when the text is no address. Kept by the thread. */
static const char *
reverse_name(const char *address)
{
	static _Thread_local char name[DNS_REVERSE_MAX];
	struct in_addr in;
	struct in6_addr in6;
	if (evutil_inet_pton(AF_INET, address, &in) == 1)
		dns_reverse_ipv4(&in, name);
	else if (evutil_inet_pton(AF_INET6, address, &in6) == 1)
		dns_reverse_ipv6(&in6, name);
	else
		return NULL;
	return name;
}

static const struct event_plugin_call calls[] = {
	{"evdns_err_to_string", "s:i", (void (*)(void))plugin_evdns_err_to_string},
	{"reverse_name", "?s:s", (void (*)(void))reverse_name},
	{NULL, NULL, NULL},
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_DNS_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "DNS client and server, over UDP and TCP", .load = load, .interface = &table.head, .calls = calls);
