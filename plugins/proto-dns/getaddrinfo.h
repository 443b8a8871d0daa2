/* SPDX-License-Identifier: BSD-3-Clause */
/* What the client itself must know of evdns_getaddrinfo(). */
#ifndef PROTO_DNS_GETADDRINFO_H_
#define PROTO_DNS_GETADDRINFO_H_

#include "client.h"

/* The base is freed: every request that is under way ends, by a callback from the loop, or silently: then a query of
 * its is put into silent, and its asker's discard frees the request. */
void dns_lookups_end_locked(struct evdns_base *base, bool fail, struct dns_query_list *silent);

#endif
