/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of addresses: "1.2.0.192.in-addr.arpa" (RFC 1035 section 3.5) and its like for IPv6 (RFC 3596 section 2.5). */
#ifndef PROTO_DNS_REVERSE_H_
#define PROTO_DNS_REVERSE_H_

#include <stddef.h>

#define DNS_REVERSE_MAX (32 * 2 + sizeof("ip6.arpa"))

struct in_addr;
struct in6_addr;

/* Both write a terminated name into DNS_REVERSE_MAX bytes. */
void dns_reverse_ipv4(const struct in_addr *in, char *name);
void dns_reverse_ipv6(const struct in6_addr *in, char *name);

#endif
