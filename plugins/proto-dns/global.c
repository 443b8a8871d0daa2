/* SPDX-License-Identifier: BSD-3-Clause */
/* The client of programs that never heard of struct evdns_base (event2/dns_compat.h): one for the process, made by the
 * first function that needs it, on the event_base of event_init(). */
#include "client.h"
#include "functions.h"

static struct evdns_base *global;

void
dns_global_forget(struct evdns_base *base)
{
	if (global == base) global = NULL;
}

/* The event_base of event_init(): NULL stands for it when an evdns_base is made. */
static struct evdns_base *
get(void)
{
	if (!global) global = plugin_evdns_base_new(NULL, 0);
	return global;
}

struct evdns_base *
plugin_evdns_get_global_base(void)
{
	return global;
}

int
plugin_evdns_init(void)
{
	struct evdns_base *base = get();
	if (!base) return -1;
	int error = plugin_evdns_base_resolv_conf_parse(base, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	bool usable = error == EVDNS_ERROR_NONE || error == EVDNS_ERROR_FAILED_TO_OPEN_FILE ||
				  error == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED;
	return usable ? 0 : -1;
}

void
plugin_evdns_shutdown(int fail_requests)
{
	plugin_evdns_base_free(global, fail_requests);
	plugin_evdns_set_log_fn(NULL);
}

int
plugin_evdns_nameserver_add(unsigned long address)
{
	struct evdns_base *base = get();
	return base ? plugin_evdns_base_nameserver_add(base, address) : -1;
}

int
plugin_evdns_count_nameservers(void)
{
	return global ? plugin_evdns_base_count_nameservers(global) : 0;
}

int
plugin_evdns_clear_nameservers_and_suspend(void)
{
	return global ? plugin_evdns_base_clear_nameservers_and_suspend(global) : -1;
}

int
plugin_evdns_resume(void)
{
	return global ? plugin_evdns_base_resume(global) : -1;
}

int
plugin_evdns_nameserver_ip_add(const char *ip_as_string)
{
	struct evdns_base *base = get();
	return base ? plugin_evdns_base_nameserver_ip_add(base, ip_as_string) : -1;
}

int
plugin_evdns_resolve_ipv4(const char *name, int flags, evdns_callback_type callback, void *arg)
{
	return global && plugin_evdns_base_resolve_ipv4(global, name, flags, callback, arg) ? 0 : -1;
}

int
plugin_evdns_resolve_ipv6(const char *name, int flags, evdns_callback_type callback, void *arg)
{
	return global && plugin_evdns_base_resolve_ipv6(global, name, flags, callback, arg) ? 0 : -1;
}

int
plugin_evdns_resolve_reverse(const struct in_addr *in, int flags, evdns_callback_type callback, void *arg)
{
	return global && plugin_evdns_base_resolve_reverse(global, in, flags, callback, arg) ? 0 : -1;
}

int
plugin_evdns_resolve_reverse_ipv6(const struct in6_addr *in, int flags, evdns_callback_type callback, void *arg)
{
	return global && plugin_evdns_base_resolve_reverse_ipv6(global, in, flags, callback, arg) ? 0 : -1;
}

int
plugin_evdns_set_option(const char *option, const char *value, int flags)
{
	struct evdns_base *base = get();
	(void)flags;
	return base ? plugin_evdns_base_set_option(base, option, value) : -1;
}

int
plugin_evdns_resolv_conf_parse(int flags, const char *const filename)
{
	struct evdns_base *base = get();
	return base ? plugin_evdns_base_resolv_conf_parse(base, flags, filename) : EVDNS_ERROR_OUT_OF_MEMORY;
}

void
plugin_evdns_search_clear(void)
{
	struct evdns_base *base = get();
	if (base) plugin_evdns_base_search_clear(base);
}

void
plugin_evdns_search_add(const char *domain)
{
	struct evdns_base *base = get();
	if (base) plugin_evdns_base_search_add(base, domain);
}

void
plugin_evdns_search_ndots_set(const int ndots)
{
	struct evdns_base *base = get();
	if (base) plugin_evdns_base_search_ndots_set(base, ndots);
}
