/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS code when memory runs out: the n-th allocation of a whole scene fails, for every n. Whatever comes of it,
 * every callback comes once, nothing is lost, and nothing crashes. */
#include "dns_fixture.h"

#include <event2/dns_struct.h>
#include <event2/listener.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#define SIZE_OF(memory) malloc_usable_size(memory)
#else
#define SIZE_OF(memory) 0
#endif

static long live;        /* blocks */
static long bytes;       /* in them, where the system can tell */
static long allocations; /* since the scene began */
static long fail_at = -1;

static void *
allocate(size_t size)
{
	if (allocations++ == fail_at) return NULL;
	void *memory = malloc(size);
	live += memory != NULL;
	bytes += (long)SIZE_OF(memory);
	return memory;
}

static void *
reallocate(void *old, size_t size)
{
	if (allocations++ == fail_at) return NULL;
	long before = (long)SIZE_OF(old);
	void *memory = realloc(old, size);
	live += !old && memory;
	if (memory) bytes += (long)SIZE_OF(memory) - before;
	return memory;
}

static void
release(void *memory)
{
	live -= memory != NULL;
	bytes -= (long)SIZE_OF(memory);
	free(memory);
}

static void
answer_all(struct evdns_server_request *request, void *arg)
{
	static const unsigned char addresses[4 * 100] = {192, 0, 2, 1};
	(void)arg;
	evdns_server_request_add_cname_reply(request, request->questions[0]->name, "real.example", 60);
	if (request->questions[0]->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(request, "real.example", 100, addresses, 60);
	evdns_server_request_respond(request, 0);
}

static void
found(int code, struct evutil_addrinfo *list, void *arg)
{
	(void)code;
	++*(int *)arg;
	if (list) evutil_freeaddrinfo(list);
}

static struct evdns_server_port *
open_tcp(struct event_base *base, struct sockaddr_in *address, socklen_t length)
{
	struct evconnlistener *listener = evconnlistener_new_bind(
		base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)address, (int)length);
	if (!listener) return NULL;
	struct evdns_server_port *port = evdns_add_server_port_with_listener(base, listener, 0, answer_all, NULL);
	if (!port) evconnlistener_free(listener);
	return port;
}

/* Client and server, UDP and TCP, resolve and getaddrinfo, files, cache, cancel. */
static void
play(struct event_base *base)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	struct result results[4];
	int calls[3] = {0}, made = 0, lookups = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	getsockname(fd, (struct sockaddr *)&address, &length);
	memset(results, 0, sizeof(results));
	struct evdns_server_port *udp = evdns_add_server_port_with_base(base, fd, 0, answer_all, NULL);
	struct evdns_server_port *tcp = open_tcp(base, &address, length);
	struct evdns_base *dns = evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	if (dns) {
		evdns_base_clear_nameservers_and_suspend(dns);
		evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, length, 0);
		evdns_base_resume(dns);
		evdns_base_set_option(dns, "timeout", "0.02");
		evdns_base_set_option(dns, "attempts", "2");
		evdns_base_search_add(dns, "first.test");
		evdns_base_load_hosts(dns, "/etc/hosts");
		struct evdns_request *requests[4];
		for (int i = 0; i < 4; i++) {
			requests[i] =
				evdns_base_resolve_ipv4(dns, "www.example.org", i == 1 ? DNS_QUERY_USEVC : 0, got, &results[i]);
			made += requests[i] != NULL;
		}
		for (int i = 0; i < 3; i++) {
			struct evdns_getaddrinfo_request *request =
				evdns_getaddrinfo(dns, i == 2 ? "localhost" : "www.example.net", "80", NULL, found, &calls[i]);
			lookups++;
			if (i == 1 && request) evdns_getaddrinfo_cancel(request);
		}
		if (requests[3]) evdns_cancel_request(dns, requests[3]);
	}
	for (int i = 0; i < 100; i++) {
		int done = 0;
		for (int k = 0; k < 4; k++)
			done += results[k].calls;
		if (done == made && calls[0] + calls[1] + calls[2] == lookups) break;
		/* A call that stops the loop would need memory. */
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	int done = 0;
	for (int k = 0; k < 4; k++) {
		assert_true(results[k].calls <= 1);
		done += results[k].calls;
	}
	assert_int_equal(done, made);
	assert_int_equal(calls[0] + calls[1] + calls[2], lookups);
	if (dns) evdns_base_free(dns, 0);
	evdns_close_server_port(udp);
	evdns_close_server_port(tcp);
	close(fd);
}

static void
silent(int severity, const char *line)
{
	(void)severity;
	(void)line;
}

/* What other layers than DNS need, and may fail without our doing, is outside: base and timers exist before. */
static void
test_failures(void **state)
{
	(void)state;
	event_set_log_callback(silent);
	for (long n = -1; n < 4000; n++) {
		struct event_base *base = event_base_new();
		assert_non_null(base);
		run_for(base, 1);
		long before = live;
		allocations = 0;
		fail_at = n;
		play(base);
		bool reached = fail_at < allocations;
		fail_at = -1;
		run_for(base, 1);
		long after = live;
		event_base_free(base);
		/* The loop itself may keep some memory that it has needed. */
		assert_true(after - before < 20);
		if (!reached) break;
	}
	assert_true(live <= 4);
}

/* 10000 names in flight at once: what README.md says that they take, and all of it comes back. */
static void
test_many_in_flight(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	struct result result = {0};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	getsockname(fd, (struct sockaddr *)&address, &length);
	struct evdns_base *dns = evdns_base_new(base, 0);
	evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, length, 0);
	evdns_base_set_option(dns, "max-inflight", "10000");
	evdns_base_set_option(dns, "timeout", "30");
	long before = bytes, blocks = live;
	for (int i = 0; i < 10000; i++) {
		char name[64];
		snprintf(name, sizeof(name), "name-number-%d.example.org", i);
		assert_non_null(evdns_base_resolve_ipv4(dns, name, 0, got, &result));
	}
	print_message("%ld bytes for each of 10,000 names in flight\n", (bytes - before) / 10000);
	assert_true(bytes - before < 10000 * 512);
	evdns_base_free(dns, 1);
	run_until(base, &result.calls, 10000);
	assert_int_equal(result.result, DNS_ERR_SHUTDOWN);
	assert_true(live < blocks);
	close(fd);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_failures), cmocka_unit_test(test_many_in_flight)};
	event_set_mem_functions(allocate, reallocate, release);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
