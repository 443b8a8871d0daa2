/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of heap that are in use for one of many: a bufferevent that nothing has happened to, a connection that has
 * echoed a message and is idle, an HTTP connection kept open after a request, a DNS query on its way. What the kernel
 * keeps for a socket is not in it. */
#include "partner.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define MANY 1000

static struct event_base *base;

static uint64_t
heap_in_use(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	const struct mallinfo2 info = mallinfo2();
	return (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
#else
	fputs("memory: this libc does not tell how much of the heap is in use\n", stderr);
	exit(0);
#endif
}

static void
turn_for(int milliseconds)
{
	const struct timeval tv = {milliseconds / 1000, milliseconds % 1000 * 1000};
	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

static int echoed;

static void
echo(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
	if (++echoed == MANY) event_base_loopbreak(base);
}

/* As they are made, or after a message on each. */
static void
measure_bufferevents(const char *name, bool message)
{
	static struct bufferevent *all[MANY];
	static int fds[MANY][2];
	base = event_base_new();
	for (int i = 0; i < MANY; i++)
		bench_pair(fds[i]);
	const uint64_t before = heap_in_use();
	for (int i = 0; i < MANY; i++) {
		all[i] = bufferevent_socket_new(base, fds[i][0], 0);
		if (!all[i]) bench_die("bufferevent_socket_new");
		if (!message) continue;
		bufferevent_setcb(all[i], echo, NULL, NULL, NULL);
		bufferevent_enable(all[i], EV_READ | EV_WRITE);
		if (write(fds[i][1], "a message of some length", 24) != 24) bench_die("write");
	}
	if (message) {
		event_base_dispatch(base);
		turn_for(50);
	}
	bench_print_bytes(name, heap_in_use() - before, MANY);
	for (int i = 0; i < MANY; i++) {
		bufferevent_free(all[i]);
		close(fds[i][0]), close(fds[i][1]);
	}
	event_base_free(base);
}

static void
bufferevents(void)
{
	measure_bufferevents("heap_bufferevent", false);
}

static void
idle_connections(void)
{
	measure_bufferevents("heap_connection", true);
}

static void
answer(struct evhttp_request *req, void *arg)
{
	(void)arg;
	struct evbuffer *body = evbuffer_new();
	evbuffer_add(body, "hello world!", 12);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
	if (++echoed == MANY) event_base_loopbreak(base);
}

/* Opens the connections, asks once on each, and waits for its end. */
static void
ask_on_each(const struct sockaddr_in *address)
{
	static const char request[] = "GET /path HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\r\n";
	for (int i = 0; i < MANY; i++) {
		const int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) bench_die("connect");
		if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) bench_die("send");
	}
	for (;;)
		pause();
}

static void
http_connections(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	if (!bound) bench_die("bind");
	evhttp_set_gencb(http, answer, NULL);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length);
	echoed = 0;
	const uint64_t before = heap_in_use();
	const pid_t child = fork();
	if (child == 0) ask_on_each(&address);
	event_base_dispatch(base);
	turn_for(50);
	bench_print_bytes("heap_http_connection", heap_in_use() - before, MANY);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	evhttp_free(http);
	event_base_free(base);
}

static void
resolved(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)result, (void)type, (void)count, (void)ttl, (void)addresses, (void)arg;
}

/* As many as are let out at once, to a server that never answers. */
static void
dns_queries(void)
{
	enum { QUERIES = 60 };
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	const int silent = socket(AF_INET, SOCK_DGRAM, 0);
	if (silent < 0 || bind(silent, (struct sockaddr *)&address, length) < 0) bench_die("bind");
	getsockname(silent, (struct sockaddr *)&address, &length);
	base = event_base_new();
	struct evdns_base *dns = evdns_base_new(base, 0);
	if (!dns) bench_die("evdns_base_new");
	evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, length, 0);
	evdns_base_resolve_ipv4(dns, "first.example.org", DNS_QUERY_NO_SEARCH, resolved, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
	const uint64_t before = heap_in_use();
	for (int i = 0; i < QUERIES; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example.org", i);
		evdns_base_resolve_ipv4(dns, name, DNS_QUERY_NO_SEARCH, resolved, NULL);
	}
	event_base_loop(base, EVLOOP_NONBLOCK);
	bench_print_bytes("heap_dns_query", heap_in_use() - before, QUERIES);
	evdns_base_free(dns, 0);
	event_base_free(base);
	close(silent);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"heap_bufferevent", bufferevents},
		{"heap_connection", idle_connections},
		{"heap_http_connection", http_connections},
		{"heap_dns_query", dns_queries},
		{NULL, NULL},
	};
	bench_most_fds();
	return bench_main(argc, argv, cases);
}
