/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of addresses. Each entry and its address are one block of the core's memory; evutil_freeaddrinfo() knows them
 * by a flag (event2/plugin.h). */
#include "addrinfo.h"
#include "memory.h"

#include <event2/plugin.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Returns the port in network byte order, -1 when text is no number, -2 when it is none of a port. */
static int
number_of(const char *text)
{
	char *end;
	if (*text < '0' || *text > '9') return -1;
	long port = strtol(text, &end, 10);
	if (*end) return -1;
	return port <= 65535 ? htons((uint16_t)port) : -2;
}

/* The port of a service by name, for one protocol. */
static int
named_port(const char *name, const char *protocol)
{
#if defined(__GLIBC__)
	struct servent entry, *found = NULL;
	char room[1024];
	if (getservbyname_r(name, protocol, &entry, room, sizeof(room), &found) != 0 || !found) return -1;
	return found->s_port;
#else
	struct servent *found = getservbyname(name, protocol);
	return found ? found->s_port : -1;
#endif
}

static void
add_way(struct dns_service *service, const char *name, int number, int socktype, int protocol)
{
	int port = number;
	if (name && number == -1) port = named_port(name, protocol == IPPROTO_UDP ? "udp" : "tcp");
	if (port < 0) return;
	service->ways[service->count].socktype = socktype;
	service->ways[service->count].protocol = protocol;
	service->ways[service->count].port = (uint16_t)port;
	service->count++;
}

int
dns_service_find(struct dns_service *service, const char *name, const struct evutil_addrinfo *hints)
{
	int socktype = hints->ai_socktype, protocol = hints->ai_protocol;
	int number = name ? number_of(name) : 0;
	service->count = 0;
	if (number == -2) return EVUTIL_EAI_NONAME;
	if (number == -1 && (hints->ai_flags & EVUTIL_AI_NUMERICSERV)) return EVUTIL_EAI_NONAME;
	if ((socktype == SOCK_STREAM && protocol == IPPROTO_UDP) || (socktype == SOCK_DGRAM && protocol == IPPROTO_TCP))
		return EVUTIL_EAI_SOCKTYPE;
	bool any = socktype == 0 && protocol == 0;
	if (any || socktype == SOCK_STREAM || (socktype == 0 && protocol == IPPROTO_TCP))
		add_way(service, name, number, SOCK_STREAM, protocol ? protocol : IPPROTO_TCP);
	if (any || socktype == SOCK_DGRAM || (socktype == 0 && protocol == IPPROTO_UDP))
		add_way(service, name, number, SOCK_DGRAM, protocol ? protocol : IPPROTO_UDP);
	if (service->count == 0 && number >= 0) add_way(service, name, number, socktype, protocol);
	return service->count ? 0 : EVUTIL_EAI_NONAME;
}

void
dns_addrinfo_init(struct dns_addrinfo *list)
{
	list->first = NULL;
	list->end = &list->first;
}

struct block {
	struct evutil_addrinfo info;
	union {
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address;
};

static struct block *
make_in(const void *address, uint16_t port)
{
	struct block *block = dns_zalloc(sizeof(*block));
	if (!block) return NULL;
	block->address.in.sin_family = AF_INET;
	block->address.in.sin_port = port;
	memcpy(&block->address.in.sin_addr, address, 4);
	block->info.ai_family = AF_INET;
	block->info.ai_addrlen = sizeof(block->address.in);
	return block;
}

static struct block *
make_in6(const void *address, uint16_t port, uint32_t scope, bool mapped)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
	struct block *block = dns_zalloc(sizeof(*block));
	if (!block) return NULL;
	block->address.in6.sin6_family = AF_INET6;
	block->address.in6.sin6_port = port;
	block->address.in6.sin6_scope_id = scope;
	if (mapped) {
		memcpy(&block->address.in6.sin6_addr, prefix, sizeof(prefix));
		memcpy((uint8_t *)&block->address.in6.sin6_addr + sizeof(prefix), address, 4);
	} else {
		memcpy(&block->address.in6.sin6_addr, address, 16);
	}
	block->info.ai_family = AF_INET6;
	block->info.ai_addrlen = sizeof(block->address.in6);
	return block;
}

static int
give_up(struct dns_addrinfo *list)
{
	if (list->first) evutil_freeaddrinfo(list->first);
	dns_addrinfo_init(list);
	return EVUTIL_EAI_MEMORY;
}

int
dns_addrinfo_add(struct dns_addrinfo *list, const struct dns_service *service, int family, const void *address,
	uint32_t scope, bool mapped)
{
	for (int i = 0; i < service->count; i++) {
		uint16_t port = service->ways[i].port;
		struct block *block =
			family == AF_INET && !mapped ? make_in(address, port) : make_in6(address, port, scope, mapped);
		if (!block) return give_up(list);
		block->info.ai_flags = EVENT_PLUGIN_ADDRINFO_OWNED;
		block->info.ai_socktype = service->ways[i].socktype;
		block->info.ai_protocol = service->ways[i].protocol;
		block->info.ai_addr = (struct sockaddr *)&block->address;
		*list->end = &block->info;
		list->end = &block->info.ai_next;
	}
	return 0;
}

int
dns_addrinfo_name(struct dns_addrinfo *list, const char *name)
{
	if (!list->first || list->first->ai_canonname) return 0;
	list->first->ai_canonname = dns_strdup(name);
	return list->first->ai_canonname ? 0 : give_up(list);
}
