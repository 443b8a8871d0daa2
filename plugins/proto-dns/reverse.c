/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of addresses. */
#include "reverse.h"

#include <event2/util.h>
#include <netinet/in.h>
#include <string.h>

void
dns_reverse_ipv4(const struct in_addr *in, char *name)
{
	const unsigned char *b = (const unsigned char *)&in->s_addr;
	evutil_snprintf(name, DNS_REVERSE_MAX, "%d.%d.%d.%d.in-addr.arpa", b[3], b[2], b[1], b[0]);
}

void
dns_reverse_ipv6(const struct in6_addr *in, char *name)
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 15; i >= 0; i--) {
		*name++ = digits[in->s6_addr[i] & 15];
		*name++ = '.';
		*name++ = digits[in->s6_addr[i] >> 4];
		*name++ = '.';
	}
	memcpy(name, "ip6.arpa", sizeof("ip6.arpa"));
}
