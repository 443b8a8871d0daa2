/* SPDX-License-Identifier: BSD-3-Clause */
/* evutil_getaddrinfo: the system's resolver, with every EVUTIL_AI_* flag and EVUTIL_EAI_* code.
 *
 * Results are the system's own, so a program may also hand them to freeaddrinfo(). Those that a DNS plugin makes are
 * not: each of its entries carries EVENT_PLUGIN_ADDRINFO_OWNED in ai_flags, and evutil_freeaddrinfo() tells them apart.
 * Flags that event2/util.h invents, where the system has none, are done here and never shown to the system. */
#include "config.h"

#include "util/mm.h"

#include <event2/plugin.h>
#include <event2/util.h>

#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#ifndef AI_V4MAPPED
#define LACKS_V4MAPPED EVUTIL_AI_V4MAPPED
#else
#define LACKS_V4MAPPED 0
#endif
#ifndef AI_ALL
#define LACKS_ALL EVUTIL_AI_ALL
#else
#define LACKS_ALL 0
#endif
#ifndef AI_ADDRCONFIG
#define LACKS_ADDRCONFIG EVUTIL_AI_ADDRCONFIG
#else
#define LACKS_ADDRCONFIG 0
#endif
#ifndef AI_NUMERICSERV
#define LACKS_NUMERICSERV EVUTIL_AI_NUMERICSERV
#else
#define LACKS_NUMERICSERV 0
#endif
#define LACKS (LACKS_V4MAPPED | LACKS_ALL | LACKS_ADDRCONFIG | LACKS_NUMERICSERV)

static bool
is_numeric(const char *service)
{
	return *service != '\0' && service[strspn(service, "0123456789")] == '\0';
}

int
evutil_getaddrinfo(
	const char *nodename, const char *servname, const struct evutil_addrinfo *hints_in, struct evutil_addrinfo **res)
{
	struct evutil_addrinfo hints;
	*res = NULL;
	if (!hints_in || !(hints_in->ai_flags & LACKS)) return getaddrinfo(nodename, servname, hints_in, res);
	if ((hints_in->ai_flags & LACKS_NUMERICSERV) && servname && !is_numeric(servname)) return EVUTIL_EAI_NONAME;
	hints = *hints_in;
	hints.ai_flags &= ~LACKS;
	return getaddrinfo(nodename, servname, &hints, res);
}

/* An owned list is owned from its first entry to its last. */
void
evutil_freeaddrinfo(struct evutil_addrinfo *ai)
{
	if (ai && !(ai->ai_flags & EVENT_PLUGIN_ADDRINFO_OWNED)) {
		freeaddrinfo(ai);
		return;
	}
	while (ai) {
		struct evutil_addrinfo *next = ai->ai_next;
		mm_free(ai->ai_canonname);
		mm_free(ai);
		ai = next;
	}
}

const char *
evutil_gai_strerror(int err)
{
	switch (err) {
	case 0:
		return "No error";
	case EVUTIL_EAI_CANCEL:
		return "Request canceled";
	case EVUTIL_EAI_ADDRFAMILY:
		return "address family for nodename not supported";
	case EVUTIL_EAI_AGAIN:
		return "temporary failure in name resolution";
	case EVUTIL_EAI_BADFLAGS:
		return "invalid value for ai_flags";
	case EVUTIL_EAI_FAIL:
		return "non-recoverable failure in name resolution";
	case EVUTIL_EAI_FAMILY:
		return "ai_family not supported";
	case EVUTIL_EAI_MEMORY:
		return "memory allocation failure";
	case EVUTIL_EAI_NODATA:
		return "no address associated with nodename";
	case EVUTIL_EAI_NONAME:
		return "nodename nor servname provided, or not known";
	case EVUTIL_EAI_SERVICE:
		return "servname not supported for ai_socktype";
	case EVUTIL_EAI_SOCKTYPE:
		return "ai_socktype not supported";
	case EVUTIL_EAI_SYSTEM:
		return "system error";
	}
	return gai_strerror(err);
}
