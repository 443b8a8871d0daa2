/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS on the command line.
 *
 *   dns-example NAME...              addresses of names, as evdns_getaddrinfo() finds them
 *   dns-example -t a|aaaa NAME...    addresses, with times to live and aliases
 *   dns-example -x ADDRESS...        names of addresses
 *   dns-example -s PORT              a small server for the zone example.test, on 127.0.0.1, UDP and TCP
 *
 * -n SERVER (such as 127.0.0.1:5353) asks that server instead of those in /etc/resolv.conf; -T asks by TCP.
 * Try: dns-example -s 5353 &  dns-example -n 127.0.0.1:5353 -t a www.example.test */
#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *base;
static int open_requests;

static void
one_less(void)
{
	if (--open_requests == 0) event_base_loopexit(base, NULL);
}

/* ---- Client -------------------------------------------------------------------------------------------------------
 */

static void
found(int code, struct evutil_addrinfo *list, void *arg)
{
	const char *name = arg;
	if (code) printf("%s: %s\n", name, evutil_gai_strerror(code));
	for (struct evutil_addrinfo *ai = list; ai; ai = ai->ai_next) {
		char text[64] = "?";
		const void *address = ai->ai_family == AF_INET ? (void *)&((struct sockaddr_in *)ai->ai_addr)->sin_addr
													   : (void *)&((struct sockaddr_in6 *)ai->ai_addr)->sin6_addr;
		evutil_inet_ntop(ai->ai_family, address, text, sizeof(text));
		printf("%s: %s\n", name, text);
	}
	if (list) evutil_freeaddrinfo(list);
	one_less();
}

static void
resolved(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	const char *name = arg;
	if (result != DNS_ERR_NONE) printf("%s: %s\n", name, evdns_err_to_string(result));
	for (int i = 0; i < count; i++) {
		char text[64] = "?";
		if (type == DNS_PTR || type == DNS_CNAME) {
			printf("%s: %s %s (for %d s)\n", name, type == DNS_PTR ? "is" : "alias of", ((char **)addresses)[i], ttl);
			continue;
		}
		if (type == DNS_IPv4_A)
			evutil_inet_ntop(AF_INET, (struct in_addr *)addresses + i, text, sizeof(text));
		else
			evutil_inet_ntop(AF_INET6, (struct in6_addr *)addresses + i, text, sizeof(text));
		printf("%s: %s (for %d s)\n", name, text, ttl);
	}
	/* An answer by an alias is followed at once by a second call, for the alias. */
	if (type != DNS_CNAME) one_less();
}

static int
start(struct evdns_base *dns, const char *name, const char *type, int reverse, int flags)
{
	struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct in_addr in;
	struct in6_addr in6;
	void *arg = (void *)name;
	open_requests++;
	if (reverse) {
		if (evutil_inet_pton(AF_INET, name, &in) == 1)
			return evdns_base_resolve_reverse(dns, &in, flags, resolved, arg) ? 0 : -1;
		if (evutil_inet_pton(AF_INET6, name, &in6) == 1)
			return evdns_base_resolve_reverse_ipv6(dns, &in6, flags, resolved, arg) ? 0 : -1;
		return -1;
	}
	if (!type) {
		evdns_getaddrinfo(dns, name, NULL, &hints, found, arg); /* found() is called in any case */
		return 0;
	}
	flags |= DNS_CNAME_CALLBACK;
	if (strcasecmp(type, "aaaa") == 0) return evdns_base_resolve_ipv6(dns, name, flags, resolved, arg) ? 0 : -1;
	return evdns_base_resolve_ipv4(dns, name, flags, resolved, arg) ? 0 : -1;
}

/* ---- Server -------------------------------------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	int type;
	const char *value;
} zone[] = {
	{"example.test", EVDNS_TYPE_A, "192.0.2.1"},
	{"example.test", EVDNS_TYPE_AAAA, "2001:db8::1"},
	{"www.example.test", EVDNS_TYPE_CNAME, "example.test"},
	{"mail.example.test", EVDNS_TYPE_A, "192.0.2.25"},
	{"1.2.0.192.in-addr.arpa", EVDNS_TYPE_PTR, "example.test"},
};

static int
add_record(struct evdns_server_request *request, const char *name, size_t i)
{
	unsigned char address[16];
	switch (zone[i].type) {
	case EVDNS_TYPE_A:
		evutil_inet_pton(AF_INET, zone[i].value, address);
		return evdns_server_request_add_a_reply(request, name, 1, address, 300);
	case EVDNS_TYPE_AAAA:
		evutil_inet_pton(AF_INET6, zone[i].value, address);
		return evdns_server_request_add_aaaa_reply(request, name, 1, address, 300);
	case EVDNS_TYPE_CNAME:
		return evdns_server_request_add_cname_reply(request, name, zone[i].value, 300);
	default:
		return evdns_server_request_add_ptr_reply(request, NULL, name, zone[i].value, 300);
	}
}

/* Adds what the zone says of a name; follows one alias. Returns whether the name exists. */
static int
look_up(struct evdns_server_request *request, const char *name, int type)
{
	int exists = 0;
	for (size_t i = 0; i < sizeof(zone) / sizeof(zone[0]); i++) {
		if (strcasecmp(zone[i].name, name) != 0) continue;
		exists = 1;
		if (type != zone[i].type && type != EVDNS_QTYPE_ALL && zone[i].type != EVDNS_TYPE_CNAME) continue;
		add_record(request, name, i);
		if (zone[i].type == EVDNS_TYPE_CNAME && type != EVDNS_TYPE_CNAME) look_up(request, zone[i].value, type);
	}
	return exists;
}

static void
requested(struct evdns_server_request *request, void *arg)
{
	int exists = 0;
	(void)arg;
	for (int i = 0; i < request->nquestions; i++) {
		const struct evdns_server_question *question = request->questions[i];
		if (question->dns_question_class == EVDNS_CLASS_INET)
			exists |= look_up(request, question->name, question->type);
	}
	evdns_server_request_set_flags(request, EVDNS_FLAGS_AA);
	evdns_server_request_respond(request, exists ? DNS_ERR_NONE : DNS_ERR_NOTEXIST);
}

static int
serve(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	evutil_socket_t fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		evutil_make_socket_nonblocking(fd) != 0) {
		perror("UDP port");
		return 1;
	}
	struct evconnlistener *listener = evconnlistener_new_bind(
		base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&address, sizeof(address));
	if (!listener) {
		perror("TCP port");
		return 1;
	}
	struct evdns_server_port *udp = evdns_add_server_port_with_base(base, fd, 0, requested, NULL);
	struct evdns_server_port *tcp = evdns_add_server_port_with_listener(base, listener, 0, requested, NULL);
	if (!udp || !tcp) return 1;
	printf("serving example.test on 127.0.0.1 port %d\n", port);
	fflush(stdout);
	event_base_dispatch(base);
	evdns_close_server_port(udp);
	evdns_close_server_port(tcp);
	close(fd);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static int
usage(void)
{
	fprintf(stderr, "usage: dns-example [-n SERVER] [-T] [-t a|aaaa | -x] NAME...\n       dns-example -s PORT\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *server = NULL, *type = NULL;
	int reverse = 0, port = 0, flags = 0, option;
	while ((option = getopt(argc, argv, "n:s:t:xT")) != -1) {
		switch (option) {
		case 'n':
			server = optarg;
			break;
		case 's':
			port = atoi(optarg);
			break;
		case 't':
			type = optarg;
			break;
		case 'x':
			reverse = 1;
			break;
		case 'T':
			flags = DNS_QUERY_USEVC;
			break;
		default:
			return usage();
		}
	}
	base = event_base_new();
	if (!base) return 1;
	if (port) return serve(port);
	if (optind == argc) return usage();
	struct evdns_base *dns = evdns_base_new(base, server ? 0 : EVDNS_BASE_INITIALIZE_NAMESERVERS);
	if (!dns || (server && evdns_base_nameserver_ip_add(dns, server) != 0)) {
		fprintf(stderr, "no name server to ask\n");
		return 1;
	}
	open_requests = 1; /* until all are started */
	for (; optind < argc; optind++) {
		if (start(dns, argv[optind], type, reverse, flags) == 0) continue;
		printf("%s: cannot be asked for\n", argv[optind]);
		one_less();
	}
	if (--open_requests > 0) event_base_dispatch(base);
	evdns_base_free(dns, 0);
	event_base_free(base);
	return 0;
}
