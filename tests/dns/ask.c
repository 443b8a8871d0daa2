/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a real server many questions whose answers are known (the zone of tests/dns/peers.sh), 50 at a time, and
 * compares.
 *
 * usage: ask SERVER QUESTIONS [OPTION=VALUE...]
 *
 * Options are those of evdns_base_set_option(); "drop=N" puts a relay between, which loses every Nth datagram.
 *
 * Exit status 0 when every answer was right. */
#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 50
#define HOSTS 500

static struct event_base *base;
static struct evdns_base *dns;
static int asked, answered, wrong, wanted;
static int drop; /* each so many datagrams one is lost; 0: none */

struct question {
	int number;
	char name[64];
};

static void ask(void);

/* The relay knows no TCP: what is too long for a datagram is not asked through it. */
static int
kind_of(int number)
{
	int kind = number % 10;
	return drop && kind == 3 ? 5 : kind;
}

/* What the zone says. */
static void
check(const struct question *question, int result, int count, const unsigned char *address)
{
	int host = question->number % HOSTS;
	int right;
	switch (kind_of(question->number)) {
	case 0:
		right = result == DNS_ERR_NOTEXIST;
		break;
	case 1:
		right = result == DNS_ERR_NODATA;
		break;
	case 2: /* a chain of aliases */
		right = result == DNS_ERR_NONE && count == 1 && memcmp(address, "\12\11\11\11", 4) == 0;
		break;
	case 3: /* more than fits into a datagram */
		right = result == DNS_ERR_NONE && count == 250;
		break;
	case 4: /* two zones: one is not the server's, the other it could not load */
		right = result == (question->number % 20 == 4 ? DNS_ERR_REFUSED : DNS_ERR_SERVERFAILED);
		break;
	default:
		right = result == DNS_ERR_NONE && count == 1 && address[0] == 10 && address[2] == host / 250 &&
				address[3] == host % 250;
		break;
	}
	if (right) return;
	wrong++;
	fprintf(stderr, "%s: %s, %d addresses\n", question->name, evdns_err_to_string(result), count);
}

static void
got(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	struct question *question = arg;
	(void)type;
	(void)ttl;
	check(question, result, count, addresses);
	free(question);
	if (++answered == wanted)
		event_base_loopbreak(base);
	else
		ask();
}

static void
ask(void)
{
	static const char *const special[] = {
		"nope%d.peers.test", "text.peers.test", "chain.peers.test", "big.peers.test", "host%d.elsewhere.test"};
	static const char broken[] = "host%d.broken.test";
	if (asked == wanted) return;
	struct question *question = malloc(sizeof(*question));
	if (!question) exit(2);
	question->number = asked++;
	int kind = kind_of(question->number);
	const char *name = kind < 5 ? special[kind] : "n%d.peers.test";
	if (question->number % 20 == 14) name = broken;
	snprintf(question->name, sizeof(question->name), name, question->number % HOSTS);
	if (!evdns_base_resolve_ipv4(dns, question->name, DNS_QUERY_NO_SEARCH, got, question)) exit(2);
}

/* ---- The relay ----------------------------------------------------------------------------------------------------
 */

#define LINES 256

struct line {
	int fd; /* towards the server, for one client's port */
	struct sockaddr_in client;
};

static int relay_fd, passed, lost;
static struct sockaddr_in server;

static struct event *watches[LINES + 1];
static int watch_count;

static void
watch(int fd, event_callback_fn callback, void *arg)
{
	struct event *event = event_new(base, fd, EV_READ | EV_PERSIST, callback, arg);
	if (!event || event_add(event, NULL) != 0) exit(2);
	watches[watch_count++] = event;
}

static bool
is_lost(void)
{
	if (++passed % drop) return false;
	lost++;
	return true;
}

static void
from_server(evutil_socket_t fd, short what, void *arg)
{
	struct line *line = arg;
	char bytes[8192];
	(void)what;
	ssize_t length = recv(fd, bytes, sizeof(bytes), 0);
	if (length <= 0 || is_lost()) return;
	sendto(relay_fd, bytes, (size_t)length, 0, (struct sockaddr *)&line->client, sizeof(line->client));
}

/* Lines are used in turn: the oldest query on its way is answered, or lost, long before its line's next. */
static void
from_client(evutil_socket_t fd, short what, void *arg)
{
	static struct line lines[LINES];
	static int next;
	struct line *line = &lines[next++ % LINES];
	socklen_t length = sizeof(line->client);
	char bytes[2048];
	(void)what;
	(void)arg;
	if (next <= LINES) {
		line->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (line->fd < 0 || connect(line->fd, (struct sockaddr *)&server, sizeof(server)) != 0) exit(2);
		watch(line->fd, from_server, line);
	}
	ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&line->client, &length);
	if (got > 0 && !is_lost()) send(line->fd, bytes, (size_t)got, 0);
}

static void
put_relay_before(const char *text)
{
	int length = sizeof(server);
	socklen_t own_length = sizeof(struct sockaddr_in);
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&server, &length) != 0) exit(2);
	relay_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (relay_fd < 0 || bind(relay_fd, (struct sockaddr *)&own, own_length) != 0) exit(2);
	getsockname(relay_fd, (struct sockaddr *)&own, &own_length);
	watch(relay_fd, from_client, NULL);
	if (evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&own, own_length, 0) != 0) exit(2);
}

static bool
set(char *option)
{
	char *value = strchr(option, '=');
	if (!value) return false;
	*value++ = '\0';
	if (strcmp(option, "drop") == 0) return (drop = atoi(value)) > 1;
	return evdns_base_set_option(dns, option, value) == 0;
}

int
main(int argc, char **argv)
{
	if (argc < 3) return 2;
	base = event_base_new();
	dns = base ? evdns_base_new(base, 0) : NULL;
	if (!dns) return 2;
	wanted = atoi(argv[2]);
	for (int i = 3; i < argc; i++)
		if (!set(argv[i])) return 2;
	if (drop)
		put_relay_before(argv[1]);
	else if (evdns_base_nameserver_ip_add(dns, argv[1]) != 0)
		return 2;
	for (int i = 0; i < AT_ONCE; i++)
		ask();
	event_base_dispatch(base);
	evdns_base_free(dns, 0);
	while (watch_count > 0)
		event_free(watches[--watch_count]);
	event_base_free(base);
	printf("%d asked, %d answered, %d wrong, %d datagrams lost on the way\n", asked, answered, wrong, lost);
	return wrong || answered != wanted || (drop && lost == 0);
}
