/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of addresses as getaddrinfo(3) makes them. */
#ifndef PROTO_DNS_ADDRINFO_H_
#define PROTO_DNS_ADDRINFO_H_

#include <event2/util.h>
#include <stdbool.h>
#include <stdint.h>

/* What each address is combined with: socket types, protocols and ports. */
struct dns_service {
	int count;
	struct {
		int socktype;
		int protocol;
		uint16_t port;
	} ways[2];
};

struct dns_addrinfo {
	struct evutil_addrinfo *first;
	struct evutil_addrinfo **end;
};

/* Finds out what hints and the service's name ask for. Returns 0 or an EVUTIL_EAI_*. */
int dns_service_find(struct dns_service *service, const char *name, const struct evutil_addrinfo *hints);

void dns_addrinfo_init(struct dns_addrinfo *list);
/* Adds an address (of 4 or 16 bytes) once for each way of the service. mapped: an IPv4 address as IPv6. Returns 0, or
 * EVUTIL_EAI_MEMORY; then the list is empty. */
int dns_addrinfo_add(struct dns_addrinfo *list, const struct dns_service *service, int family, const void *address,
	uint32_t scope, bool mapped);
/* Gives the first entry its canonical name. Returns 0, or EVUTIL_EAI_MEMORY; then the list is empty. */
int dns_addrinfo_name(struct dns_addrinfo *list, const char *name);

#endif
