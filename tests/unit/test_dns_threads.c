/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS client and server used from several threads while another one runs the loop. */
#include "dns_fixture.h"

#include <event2/dns_struct.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdlib.h>

#define THREADS 3
#define QUERIES 400

struct shared {
	struct event_base *base;
	struct evdns_base *dns;
	int answered; /* in the loop's thread, read by others */
	pthread_mutex_t lock;
	struct evdns_server_request *held[4096];
	int held_count;
	bool stop;
	bool left; /* the loop */
};

static void
count(struct shared *shared)
{
	__atomic_add_fetch(&shared->answered, 1, __ATOMIC_RELAXED);
}

static void
resolved(int result, char type, int number, int ttl, void *addresses, void *arg)
{
	(void)type;
	(void)number;
	(void)ttl;
	(void)addresses;
	assert_true(result == DNS_ERR_NONE || result == DNS_ERR_CANCEL);
	count(arg);
}

static void
found(int code, struct evutil_addrinfo *list, void *arg)
{
	assert_true(code == 0 || code == EVUTIL_EAI_CANCEL);
	if (list) evutil_freeaddrinfo(list);
	count(arg);
}

/* Every other request is answered by another thread. */
static void
serve(struct evdns_server_request *request, void *arg)
{
	struct shared *shared = arg;
	static const unsigned char address[16] = {192, 0, 2, 1};
	static int number;
	const char *name = request->questions[0]->name;
	if (request->questions[0]->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(request, name, 1, address, 60);
	else
		evdns_server_request_add_aaaa_reply(request, name, 1, address, 60);
	if (number++ % 2 == 0) {
		evdns_server_request_respond(request, 0);
		return;
	}
	pthread_mutex_lock(&shared->lock);
	if (shared->held_count < (int)LENGTH(shared->held))
		shared->held[shared->held_count++] = request;
	else
		evdns_server_request_drop(request);
	pthread_mutex_unlock(&shared->lock);
}

static void *
respond(void *arg)
{
	struct shared *shared = arg;
	for (;;) {
		pthread_mutex_lock(&shared->lock);
		struct evdns_server_request *request = shared->held_count ? shared->held[--shared->held_count] : NULL;
		bool stop = shared->stop;
		pthread_mutex_unlock(&shared->lock);
		if (request)
			evdns_server_request_respond(request, 0);
		else if (stop)
			return NULL;
		else
			usleep(100);
	}
}

static void *
ask(void *arg)
{
	struct shared *shared = arg;
	for (int i = 0; i < QUERIES; i++) {
		char name[64];
		snprintf(name, sizeof(name), "n%d.example.org", i);
		if (i % 2)
			assert_non_null(evdns_base_resolve_ipv4(shared->dns, name, 0, resolved, shared));
		else
			evdns_getaddrinfo(shared->dns, name, "80", NULL, found, shared);
		if (i % 40 == 0) evdns_base_count_nameservers(shared->dns);
		if (i % 50 == 0) evdns_base_search_add(shared->dns, "example.net");
		if (i % 10 == 0) usleep(200);
	}
	return NULL;
}

static void *
run_loop(void *arg)
{
	struct shared *shared = arg;
	event_base_loop(shared->base, EVLOOP_NO_EXIT_ON_EMPTY);
	__atomic_store_n(&shared->left, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Breaking a loop that has not begun yet does nothing. */
static void
leave_loop(struct shared *shared, pthread_t loop)
{
	while (!__atomic_load_n(&shared->left, __ATOMIC_ACQUIRE)) {
		event_base_loopbreak(shared->base);
		usleep(100);
	}
	pthread_join(loop, NULL);
}

static void
test_threads(void **state)
{
	(void)state;
	struct shared *shared = calloc(1, sizeof(*shared));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	pthread_t loop, responder, askers[THREADS];
	assert_non_null(shared);
	pthread_mutex_init(&shared->lock, NULL);
	shared->base = event_base_new();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 1 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	getsockname(fd, (struct sockaddr *)&address, &length);
	struct evdns_server_port *port = evdns_add_server_port_with_base(shared->base, fd, 0, serve, shared);
	shared->dns = evdns_base_new(shared->base, 0);
	evdns_base_nameserver_sockaddr_add(shared->dns, (struct sockaddr *)&address, length, 0);
	pthread_create(&loop, NULL, run_loop, shared);
	pthread_create(&responder, NULL, respond, shared);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&askers[i], NULL, ask, shared);
	for (int i = 0; i < THREADS; i++)
		pthread_join(askers[i], NULL);
	for (int i = 0; i < 3000 && __atomic_load_n(&shared->answered, __ATOMIC_RELAXED) < THREADS * QUERIES; i++)
		usleep(10000);
	assert_int_equal(__atomic_load_n(&shared->answered, __ATOMIC_RELAXED), THREADS * QUERIES);
	/* Freed by this thread while the other one runs the loop. */
	evdns_base_free(shared->dns, 1);
	pthread_mutex_lock(&shared->lock);
	shared->stop = true;
	pthread_mutex_unlock(&shared->lock);
	pthread_join(responder, NULL);
	evdns_close_server_port(port);
	leave_loop(shared, loop);
	close(fd);
	event_base_free(shared->base);
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

static void
test_freed_in_the_middle(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct shared *shared = calloc(1, sizeof(*shared));
		struct fake *fake = calloc(1, sizeof(*fake));
		pthread_t loop;
		assert_non_null(shared);
		assert_non_null(fake);
		shared->base = event_base_new();
		fake_open(fake, shared->base, answer_a);
		pthread_create(&loop, NULL, run_loop, shared);
		struct evdns_base *dns = evdns_base_new(shared->base, 0);
		add_fake(dns, fake);
		for (int i = 0; i < 20; i++)
			evdns_getaddrinfo(dns, "www.example.org", "80", NULL, found, shared);
		usleep((useconds_t)round * 20);
		evdns_base_free(dns, 0);
		leave_loop(shared, loop);
		fake_close(fake);
		event_base_free(shared->base);
		free(fake);
		free(shared);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads), cmocka_unit_test(test_freed_in_the_middle)};
	if (evthread_use_pthreads() != 0) return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
