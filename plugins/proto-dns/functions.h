/* SPDX-License-Identifier: BSD-3-Clause */
/* Prototypes of what this plugin publishes: plugin_evdns_base_new() is what the facade calls evdns_base_new(), and so
 * on. The names differ so that plugin and facade can be linked into one static program. */
#ifndef PROTO_DNS_FUNCTIONS_H_
#define PROTO_DNS_FUNCTIONS_H_

#include <event2/plugin_dns.h>

struct evdns_base;

#define DNS_PROTOTYPE_(result, name, fallback, parameters, arguments) result plugin_##name parameters;
EVENT_PLUGIN_DNS_FUNCTIONS(DNS_PROTOTYPE_)
#undef DNS_PROTOTYPE_

/* The base is freed: if it was the global one, there is none now. */
void dns_global_forget(struct evdns_base *base);

#endif
