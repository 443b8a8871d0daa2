/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS client against a server on the loopback that answers anything: by UDP and by TCP, with the question of the
 * query before it or without. Whatever comes, each request is called back once. The first byte chooses the request. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE 3       /* A, AAAA, PTR, getaddrinfo */
#define BY_TCP 4     /* at once */
#define ECHO 8       /* header and question are right, the input is what follows */
#define SAME_CASE 16 /* letters are not mixed */
#define TWICE 32     /* two requests */
#define ROUNDS_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;
static int udp, listener, calls;
static struct sockaddr_in address;
static uint8_t reply[2 + 65535];

static void
insist(int right)
{
	if (!right) abort();
}

static void
silent(int is_warning, const char *line)
{
	(void)is_warning;
	(void)line;
}

static void
open_server(void)
{
	socklen_t length = sizeof(address);
	base = event_base_new();
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	insist(base && bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 8) == 0);
	insist(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
	insist(bind(udp, (struct sockaddr *)&address, length) == 0);
	evdns_set_log_fn(silent);
}

static void
found(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)ttl;
	(void)arg;
	insist((result == DNS_ERR_NONE) == (count > 0) && (count == 0 || addresses));
	if (result == DNS_ERR_NONE && type == DNS_PTR) insist(strlen(*(char **)addresses) < 1024);
	calls++;
}

static void
listed(int code, struct evutil_addrinfo *list, void *arg)
{
	(void)arg;
	insist((code == 0) == (list != NULL));
	if (list) evutil_freeaddrinfo(list);
	calls++;
}

static void
request(struct evdns_base *dns, uint8_t wish)
{
	struct evutil_addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = EVUTIL_AI_CANONNAME};
	int flags = wish & BY_TCP ? DNS_QUERY_USEVC : 0;
	struct in_addr in = {htonl(0x7f000001)};
	switch (wish & TYPE) {
	case 0:
		evdns_base_resolve_ipv4(dns, "www.example.org", flags, found, NULL);
		break;
	case 1:
		evdns_base_resolve_ipv6(dns, "www.example.org", flags, found, NULL);
		break;
	case 2:
		evdns_base_resolve_reverse(dns, &in, flags, found, NULL);
		break;
	default:
		evdns_getaddrinfo(dns, "www.example.org", "80", &hints, listed, NULL);
		break;
	}
}

/* The answer to a query, behind its length. Returns its length. */
static size_t
compose(const uint8_t *query, size_t length, uint8_t wish, const uint8_t *data, size_t size)
{
	size_t at = 12, start = 0;
	while (at < length && query[at])
		at += query[at] + 1u;
	if (wish & ECHO && at + 5 <= length && size >= 8) {
		start = at + 5;
		memcpy(reply + 2, query, start);
		memcpy(reply + 4, data, 2);
		reply[4] |= 0x80;
		reply[4] &= 0x87;
		memcpy(reply + 2 + 6, data + 2, 6);
		data += 8;
		size -= 8;
	}
	memcpy(reply + 2 + start, data, size);
	size += start;
	if (size >= 2) memcpy(reply + 2, query, 2);
	reply[0] = (uint8_t)(size >> 8);
	reply[1] = (uint8_t)size;
	return size;
}

/* Answers what was asked by now. Returns how many that were. */
static int
answer_all(int *client, uint8_t wish, const uint8_t *data, size_t size)
{
	uint8_t query[1024];
	struct sockaddr_in from;
	socklen_t from_length = sizeof(from);
	int answered = 0;
	ssize_t got;
	while ((got = recvfrom(udp, query, sizeof(query), 0, (struct sockaddr *)&from, &from_length)) > 0) {
		size_t length = compose(query, (size_t)got, wish, data, size);
		sendto(udp, reply + 2, length, 0, (struct sockaddr *)&from, from_length);
		answered++;
	}
	if (*client < 0) *client = accept(listener, NULL, NULL);
	if (*client < 0 || (got = recv(*client, query, sizeof(query), MSG_DONTWAIT)) < 2) return answered;
	size_t length = compose(query + 2, (size_t)got - 2, wish, data, size);
	if (send(*client, reply, length + 2, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return answered;
	return answered + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int client = -1, requests;
	if (!base) open_server();
	if (size < 2 || size > 4096) return 0;
	uint8_t wish = *data++;
	struct evdns_base *dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	insist(dns && evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, sizeof(address), 0) == 0);
	if (wish & SAME_CASE) evdns_base_set_option(dns, "randomize-case", "0");
	calls = 0;
	requests = wish & TWICE ? 2 : 1;
	for (int i = 0; i < requests; i++)
		request(dns, wish);
	for (int i = 0; i < ROUNDS_MAX && calls < requests; i++) {
		answer_all(&client, wish, data, size - 1);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	evdns_base_free(dns, 1);
	for (int i = 0; i < 4 && calls < requests; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	insist(calls == requests);
	if (client >= 0) close(client);
	/* Connections that nobody took, and queries that nobody read. */
	while ((client = accept(listener, NULL, NULL)) >= 0)
		close(client);
	while (recv(udp, reply, sizeof(reply), 0) >= 0)
		continue;
	return 0;
}
