/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP: what a server and a client spend on each request over kept connections, and what URIs and header fields cost.
 * The partner is a child process on bare sockets, so that the figures are one side's CPU time alone. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/queue.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define CONNECTIONS 32
#define LARGE 65536

static char large[LARGE];
static struct event_base *base;
static unsigned long allocations;

/* ---- A server, and clients on bare sockets ---- */

static uint64_t served, wanted, begun, warm_up;

static void
answer(struct evhttp_request *req, void *arg)
{
	struct evbuffer *body = evbuffer_new();
	if (arg)
		evbuffer_add_reference(body, large, LARGE, NULL, NULL);
	else
		evbuffer_add(body, "hello world!", 12);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
	served++;
	if (served == warm_up) {
		begun = bench_cpu();
		allocations = 0;
	}
	if (served == wanted) event_base_loopbreak(base);
}

static int
connect_to(uint16_t port)
{
	static const int on = 1;
	struct sockaddr_in address;
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) bench_die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Asks on every connection, then takes every answer, for ever. */
static void
ask_for_ever(uint16_t port, size_t body)
{
	static const char request[] = "GET /path HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
	static char answers[LARGE * 2];
	int fds[CONNECTIONS];
	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = connect_to(port);
	for (;;) {
		for (int i = 0; i < CONNECTIONS; i++)
			if (send(fds[i], request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) _exit(0);
		for (int i = 0; i < CONNECTIONS; i++) {
			size_t got = 0, needed = 0;
			while (!needed || got < needed) {
				const ssize_t n = recv(fds[i], answers + got, sizeof(answers) - got, 0);
				if (n <= 0) _exit(0);
				got += (size_t)n;
				answers[got < sizeof(answers) ? got : got - 1] = '\0';
				const char *end = needed ? NULL : strstr(answers, "\r\n\r\n");
				if (end) needed = (size_t)(end + 4 - answers) + body;
			}
		}
	}
}

static void
serve(const char *name, uint64_t requests, int with_large)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	if (!bound) bench_die("bind");
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length);
	evhttp_set_gencb(http, answer, with_large ? large : NULL);
	const pid_t child = fork();
	if (child == 0) ask_for_ever(ntohs(address.sin_port), with_large ? LARGE : 12);
	served = 0;
	wanted = requests;
	warm_up = requests / 10;
	event_base_dispatch(base);
	bench_print(name, bench_cpu() - begun, requests - warm_up);
	printf("%s_allocations %.2f each\n", name, (double)allocations / (double)(requests - warm_up));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	evhttp_free(http);
	event_base_free(base);
}

/* As often as to serve: more than all connections at once, so that there is something behind the warm-up. */
static uint64_t
requests(int full)
{
	const int times = bench_times(full);
	return (uint64_t)(times > 4 * CONNECTIONS ? times : 4 * CONNECTIONS);
}

static void
server_small(void)
{
	serve("server_small", requests(300000), 0);
}

static void
server_large(void)
{
	serve("server_large", requests(12800), 1);
}

/* ---- The same with the system's calls alone: no request is looked at further than that it came ---- */

static int
listen_somewhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)address, length) < 0 || listen(listener, CONNECTIONS) < 0)
		bench_die("listen");
	getsockname(listener, (struct sockaddr *)address, &length);
	return listener;
}

static void
bare_answer(int fd, size_t body)
{
	static const char small[] = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 12\r\n"
								"Content-Type: text/plain\r\n\r\n";
	static const char head[] = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 65536\r\n"
							   "Content-Type: text/plain\r\n\r\n";
	static char hello[] = "hello world!";
	char text[256];
	const size_t length = body == LARGE ? sizeof(head) - 1 : sizeof(small) - 1;
	memcpy(text, body == LARGE ? head : small, length);
	struct iovec parts[2] = {{text, length}, {body == LARGE ? large : hello, body}};
	while (parts[0].iov_len + parts[1].iov_len > 0) {
		ssize_t n = writev(fd, parts, 2);
		if (n < 0) bench_die("writev");
		for (int i = 0; i < 2; i++) {
			const size_t part = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
			parts[i].iov_base = (char *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			n -= (ssize_t)part;
		}
	}
}

static void
bare_serve(const char *name, uint64_t times, size_t body)
{
	struct sockaddr_in address;
	struct pollfd polls[CONNECTIONS];
	const int listener = listen_somewhere(&address);
	const pid_t child = fork();
	if (child == 0) ask_for_ever(ntohs(address.sin_port), body);
	for (int i = 0; i < CONNECTIONS; i++)
		polls[i] = (struct pollfd){accept(listener, NULL, NULL), POLLIN, 0};
	warm_up = times / 10;
	for (served = 0; served < times;) {
		char request[4096];
		if (poll(polls, CONNECTIONS, -1) < 0) bench_die("poll");
		for (int i = 0; i < CONNECTIONS; i++) {
			if (!polls[i].revents || recv(polls[i].fd, request, sizeof(request), 0) <= 0) continue;
			bare_answer(polls[i].fd, body);
			if (++served == warm_up) begun = bench_cpu();
		}
	}
	bench_print(name, bench_cpu() - begun, served - warm_up);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < CONNECTIONS; i++)
		close(polls[i].fd);
	close(listener);
}

static void
bare_server_small(void)
{
	bare_serve("bare_server_small", requests(300000), 12);
}

static void
bare_server_large(void)
{
	bare_serve("bare_server_large", requests(12800), LARGE);
}

/* ---- A client, and a server on bare sockets ---- */

static struct evhttp_connection *connections[CONNECTIONS];

static void
answer_for_ever(int listener)
{
	static const char canned[] = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 12\r\n"
								 "Content-Type: text/plain\r\n\r\nhello world!";
	int fds[CONNECTIONS];
	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = accept(listener, NULL, NULL);
	for (;;) {
		char request[4096];
		for (int i = 0; i < CONNECTIONS; i++) {
			if (recv(fds[i], request, sizeof(request), 0) <= 0) _exit(0);
			if (send(fds[i], canned, sizeof(canned) - 1, MSG_NOSIGNAL) < 0) _exit(0);
		}
	}
}

static void answered(struct evhttp_request *req, void *arg);

static void
ask(struct evhttp_connection *evcon)
{
	struct evhttp_request *req = evhttp_request_new(answered, evcon);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Host", "localhost");
	evhttp_make_request(evcon, req, EVHTTP_REQ_GET, "/path");
}

static void
answered(struct evhttp_request *req, void *arg)
{
	if (!req) bench_die("no answer");
	served++;
	if (served == warm_up) {
		begun = bench_cpu();
		allocations = 0;
	}
	if (served == wanted)
		event_base_loopbreak(base);
	else
		ask(arg);
}

static void
client_small(void)
{
	struct sockaddr_in address;
	const int listener = listen_somewhere(&address);
	const pid_t child = fork();
	if (child == 0) answer_for_ever(listener);
	base = event_base_new();
	served = 0;
	wanted = requests(200000);
	warm_up = wanted / 10;
	for (int i = 0; i < CONNECTIONS; i++) {
		connections[i] = evhttp_connection_base_new(base, NULL, "127.0.0.1", ntohs(address.sin_port));
		ask(connections[i]);
	}
	event_base_dispatch(base);
	bench_print("client_small", bench_cpu() - begun, wanted - warm_up);
	printf("client_small_allocations %.2f each\n", (double)allocations / (double)(wanted - warm_up));
	for (int i = 0; i < CONNECTIONS; i++)
		evhttp_connection_free(connections[i]);
	event_base_free(base);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(listener);
}

/* The client's work without a library: a request on each connection, whose answer is read and thrown away. */
static void
bare_client_small(void)
{
	static const char request[] = "GET /path HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct sockaddr_in address;
	struct pollfd polls[CONNECTIONS];
	const int listener = listen_somewhere(&address);
	const pid_t child = fork();
	if (child == 0) answer_for_ever(listener);
	wanted = requests(200000);
	warm_up = wanted / 10;
	for (int i = 0; i < CONNECTIONS; i++) {
		polls[i] = (struct pollfd){connect_to(ntohs(address.sin_port)), POLLIN, 0};
		if (send(polls[i].fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) bench_die("send");
	}
	for (served = 0; served < wanted;) {
		char text[4096];
		if (poll(polls, CONNECTIONS, -1) < 0) bench_die("poll");
		for (int i = 0; i < CONNECTIONS; i++) {
			if (!polls[i].revents || recv(polls[i].fd, text, sizeof(text), 0) <= 0) continue;
			if (++served == warm_up) begun = bench_cpu();
			if (send(polls[i].fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) bench_die("send");
		}
	}
	bench_print("bare_client_small", bench_cpu() - begun, served - warm_up);
	for (int i = 0; i < CONNECTIONS; i++)
		close(polls[i].fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(listener);
}

/* ---- Texts ---- */

static void
uri_parse(void)
{
	const int times = bench_times(500000);
	const uint64_t start = bench_cpu();
	for (int i = 0; i < times; i++)
		evhttp_uri_free(evhttp_uri_parse("http://user@www.example.com:8080/some/path/file.html?name=value&x=y#part"));
	bench_print("uri_parse", bench_cpu() - start, (uint64_t)times);
}

static void
find_header(void)
{
	const int times = 2 * bench_times(1000000);
	static const char *const names[] = {
		"Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Connection", "Cookie", "Cache-Control"};
	struct evkeyvalq headers;
	unsigned found = 0;
	TAILQ_INIT(&headers);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		evhttp_add_header(&headers, names[i], "value");
	const uint64_t start = bench_cpu();
	for (int i = 0; i < times; i++)
		found += evhttp_find_header(&headers, i & 1 ? "cookie" : "If-None-Match") != NULL;
	bench_print("find_header", bench_cpu() - start, (uint64_t)times);
	if (found != (unsigned)times / 2) bench_die("find_header");
	evhttp_clear_headers(&headers);
}

static void *
counted_alloc(size_t size)
{
	allocations++;
	return malloc(size);
}

static void *
counted_realloc(void *memory, size_t size)
{
	allocations++;
	return realloc(memory, size);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"server_small", server_small},
		{"server_large", server_large},
		{"client_small", client_small},
		{"bare_server_small", bare_server_small},
		{"bare_server_large", bare_server_large},
		{"bare_client_small", bare_client_small},
		{"uri_parse", uri_parse},
		{"find_header", find_header},
		{NULL, NULL},
	};
	event_set_mem_functions(counted_alloc, counted_realloc, free);
	return bench_main(argc, argv, cases);
}
