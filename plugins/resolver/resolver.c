/* SPDX-License-Identifier: BSD-3-Clause */
/* The service "resolver": how the core looks names up for programs that have an evdns_base. It lends the core two
 * functions of proto-dns; whoever wants another resolver puts another plugin of this name into the search path. */
#include <event2/plugin.h>
#include <event2/plugin_dns.h>
#include <string.h>

static struct event_plugin_dns dns;

static void *
resolve(struct evdns_base *base, const char *node, const char *service, const struct addrinfo *hints,
	void (*callback)(int result, struct addrinfo *list, void *arg), void *arg)
{
	return dns.evdns_getaddrinfo(base, node, service, hints, callback, arg);
}

static void
cancel(void *handle)
{
	dns.evdns_getaddrinfo_cancel(handle);
}

static int
load(const struct event_plugin_host *host)
{
	const struct event_plugin_interface *found =
		host->find(EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_DNS_NAME, EVENT_PLUGIN_DNS_MAJOR, EVENT_PLUGIN_DNS_MINOR);
	if (found) memcpy(&dns, found, found->size < sizeof(dns) ? found->size : sizeof(dns));
	if (!dns.evdns_getaddrinfo || !dns.evdns_getaddrinfo_cancel)
		return host->fail("%s lacks evdns_getaddrinfo; install one of the same release", EVENT_PLUGIN_DNS_NAME);
	return 0;
}

static const struct event_plugin_need needs[] = {
	{EVENT_PLUGIN_PROTOCOL, EVENT_PLUGIN_DNS_NAME, EVENT_PLUGIN_DNS_MAJOR, EVENT_PLUGIN_DNS_MINOR, 0},
	{0, NULL, 0, 0, 0}};

static const struct event_plugin_resolver table = {
	.head = {sizeof(table), EVENT_PLUGIN_RESOLVER_MAJOR, EVENT_PLUGIN_RESOLVER_MINOR},
	.getaddrinfo = resolve,
	.cancel = cancel,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_RESOLVER_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "host names for the core, by proto-dns", .needs = needs, .load = load, .interface = &table.head);
