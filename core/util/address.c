/* SPDX-License-Identifier: BSD-3-Clause */
/* IP addresses as text, and back; comparing socket addresses.
 *
 * Parsing is strict: the whole text must be an address, numbers have no sign, no blanks and no excess, and no length is
 * kept in anything narrower than size_t. IPv4 numbers have no leading zeros, which some read as octal. */
#include "config.h"

#include <event2/util.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

const char *
evutil_inet_ntop(int af, const void *src, char *dst, size_t len)
{
	return inet_ntop(af, src, dst, len > INT_MAX ? INT_MAX : (socklen_t)len);
}

int
evutil_inet_pton(int af, const char *src, void *dst)
{
	return inet_pton(af, src, dst);
}

/* Decimal digits alone, up to a limit, to the end of the text. */
static bool
parse_number(const char *text, uint32_t limit, uint32_t *out)
{
	uint64_t number = 0;
	if (*text == '\0') return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9') return false;
		number = number * 10 + (uint64_t)(*text - '0');
		if (number > limit) return false;
	}
	*out = (uint32_t)number;
	return true;
}

/* An interface's name, or its number. */
static bool
parse_scope(const char *text, unsigned *out)
{
	uint32_t number;
	unsigned index = if_nametoindex(text);
	if (index == 0) {
		if (!parse_number(text, UINT32_MAX, &number)) return false;
		index = number;
	}
	*out = index;
	return true;
}

int
evutil_inet_pton_scope(int af, const char *src, void *dst, unsigned *indexp)
{
	char address[INET6_ADDRSTRLEN];
	unsigned scope = 0;
	*indexp = 0;
	const char *percent = af == AF_INET6 ? strchr(src, '%') : NULL;
	if (!percent) return evutil_inet_pton(af, src, dst);

	size_t length = (size_t)(percent - src);
	if (length >= sizeof(address)) return 0;
	memcpy(address, src, length);
	address[length] = '\0';
	int result = evutil_inet_pton(af, address, dst);
	if (result != 1) return result;
	if (!parse_scope(percent + 1, &scope)) return 0;
	*indexp = scope;
	return 1;
}

/* ---- Address and port -------------------------------------------------------------------------------------------- */

/* Longest address with a scope that can mean anything. */
#define HOST_MAX (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

struct host_port {
	char host[HOST_MAX];
	const char *port; /* NULL: none */
	bool is_ipv6;
};

/* [IPv6], [IPv6]:port, IPv6, IPv4, IPv4:port: one colon stands before a port, several are IPv6. */
static bool
split(const char *text, struct host_port *out)
{
	const char *end;
	const char *colon = strchr(text, ':');
	out->port = NULL;
	out->is_ipv6 = true;
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] != '\0' && end[1] != ':')) return false;
		if (end[1] == ':') out->port = end + 2;
	} else if (colon && strchr(colon + 1, ':')) {
		end = text + strlen(text);
	} else {
		end = colon ? colon : text + strlen(text);
		if (colon) out->port = colon + 1;
		out->is_ipv6 = false;
	}
	size_t length = (size_t)(end - text);
	if (length >= sizeof(out->host)) return false;
	memcpy(out->host, text, length);
	out->host[length] = '\0';
	return true;
}

static int
hand_over(const void *address, size_t size, struct sockaddr *out, int *outlen)
{
	if (*outlen < 0 || (size_t)*outlen < size) return -1;
	if ((size_t)*outlen > size) memset(out, 0, (size_t)*outlen);
	memcpy(out, address, size);
	*outlen = (int)size;
	return 0;
}

static int
make_ipv6(const struct host_port *parts, in_port_t port, struct sockaddr *out, int *outlen)
{
	struct sockaddr_in6 address;
	unsigned scope;
	memset(&address, 0, sizeof(address));
#ifdef EVENT__HAVE_STRUCT_SOCKADDR_IN6_SIN6_LEN
	address.sin6_len = sizeof(address);
#endif
	address.sin6_family = AF_INET6;
	address.sin6_port = port;
	if (evutil_inet_pton_scope(AF_INET6, parts->host, &address.sin6_addr, &scope) != 1) return -1;
	address.sin6_scope_id = scope;
	return hand_over(&address, sizeof(address), out, outlen);
}

static int
make_ipv4(const struct host_port *parts, in_port_t port, struct sockaddr *out, int *outlen)
{
	struct sockaddr_in address;
	memset(&address, 0, sizeof(address));
#ifdef EVENT__HAVE_STRUCT_SOCKADDR_IN_SIN_LEN
	address.sin_len = sizeof(address);
#endif
	address.sin_family = AF_INET;
	address.sin_port = port;
	if (evutil_inet_pton(AF_INET, parts->host, &address.sin_addr) != 1) return -1;
	return hand_over(&address, sizeof(address), out, outlen);
}

int
evutil_parse_sockaddr_port(const char *str, struct sockaddr *out, int *outlen)
{
	struct host_port parts;
	uint32_t port = 0;
	if (!split(str, &parts)) return -1;
	if (parts.port && (!parse_number(parts.port, UINT16_MAX, &port) || port == 0)) return -1;
	in_port_t wire = htons((uint16_t)port);
	return parts.is_ipv6 ? make_ipv6(&parts, wire, out, outlen) : make_ipv4(&parts, wire, out, outlen);
}

static int
order(long a, long b)
{
	return a < b ? -1 : a > b;
}

int
evutil_sockaddr_cmp(const struct sockaddr *sa1, const struct sockaddr *sa2, int include_port)
{
	int result = order(sa1->sa_family, sa2->sa_family);
	if (result) return result;
	if (sa1->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *)sa1, *b = (const void *)sa2;
		result = memcmp(&a->sin_addr, &b->sin_addr, sizeof(a->sin_addr));
		if (result || !include_port) return result;
		return order(ntohs(a->sin_port), ntohs(b->sin_port));
	}
	if (sa1->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = (const void *)sa1, *b = (const void *)sa2;
		result = memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr));
		if (result || !include_port) return result;
		return order(ntohs(a->sin6_port), ntohs(b->sin6_port));
	}
	return 1;
}
