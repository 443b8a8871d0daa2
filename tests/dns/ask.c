/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a real server many questions whose answers are known (the zone of tests/dns/peers.sh), 50 at a time, and
 * compares.
 *
 * usage: ask SERVER QUESTIONS [OPTION=VALUE...]
 *
 * Exit status 0 when every answer was right. */
#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 50
#define HOSTS 500

static struct event_base *base;
static struct evdns_base *dns;
static int asked, answered, wrong, wanted;

struct question {
	int number;
	char name[64];
};

static void ask(void);

/* What the zone says. */
static void
check(const struct question *question, int result, int count, const unsigned char *address)
{
	int host = question->number % HOSTS;
	int right;
	switch (question->number % 10) {
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
	case 4:
		right = result == DNS_ERR_REFUSED || result == DNS_ERR_SERVERFAILED;
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
	if (asked == wanted) return;
	struct question *question = malloc(sizeof(*question));
	if (!question) exit(2);
	question->number = asked++;
	int kind = question->number % 10;
	snprintf(
		question->name, sizeof(question->name), kind < 5 ? special[kind] : "n%d.peers.test", question->number % HOSTS);
	if (!evdns_base_resolve_ipv4(dns, question->name, DNS_QUERY_NO_SEARCH, got, question)) exit(2);
}

int
main(int argc, char **argv)
{
	if (argc < 3) return 2;
	base = event_base_new();
	dns = base ? evdns_base_new(base, 0) : NULL;
	if (!dns || evdns_base_nameserver_ip_add(dns, argv[1]) != 0) return 2;
	wanted = atoi(argv[2]);
	for (int i = 3; i < argc; i++) {
		char *value = strchr(argv[i], '=');
		if (!value) return 2;
		*value++ = '\0';
		if (evdns_base_set_option(dns, argv[i], value) != 0) return 2;
	}
	for (int i = 0; i < AT_ONCE; i++)
		ask();
	event_base_dispatch(base);
	evdns_base_free(dns, 0);
	event_base_free(base);
	printf("%d asked, %d answered, %d wrong\n", asked, answered, wrong);
	return wrong || answered != wanted;
}
