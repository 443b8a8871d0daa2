/* SPDX-License-Identifier: BSD-3-Clause */
/* What a query costs the client, and a request the server. The other side is a child with bare sockets, so that the
 * figure, CPU time of this process, is the library's alone. The rows bare_* (Linux) make mkevent's system calls and do
 * nothing else: what is above them is the library's own work. bare_reused_64: a port serves eight queries, not one. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* recvmmsg, sendmmsg */
#endif
#include "bench.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#define AT_ONCE 32 /* messages that one call takes */

/* As main() sets them. */
static int queries, warm_up;

static const unsigned char question[] = "\0\1\1\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1";

static struct event_base *base;

/* Starts the other side of a case. Returns its process, or 0 in it. Both are on one core, and neither interrupts the
 * other: so it is not by chance how often they change places, and whose caches a message travels through. */
static pid_t
start_peer(void)
{
#ifdef __linux__
	const struct sched_param none = {.sched_priority = 0};
	sched_setscheduler(0, SCHED_BATCH, &none);
#endif
	bench_stay_on_core(0);
	pid_t pid = fork();
	if (pid < 0) bench_die("fork");
	return pid;
}

static int
udp_socket(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int size = 1 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) < 0) bench_die("udp socket");
	getsockname(fd, (struct sockaddr *)address, &length);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* ---- Client -------------------------------------------------------------------------------------------------------
 */

/* Turns a query into an answer with one address. Returns its length. */
static size_t
answer(unsigned char *message)
{
	static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};
	size_t at = 12;
	while (message[at])
		at += message[at] + 1u;
	at += 5;
	memcpy(message + at, record, sizeof(record));
	message[2] |= 0x80;
	message[7] = 1;
	message[11] = 0;
	return at + sizeof(record);
}

/* Answers in batches where the system can: it has to keep up with the fastest client. One that waits for its answers
 * sleeps and is woken for each, and that would be in its figure. */
static void
respond(int fd)
{
	static unsigned char rooms[AT_ONCE][512];
	static struct sockaddr_in from[AT_ONCE];
#ifdef __linux__
	struct iovec pieces[AT_ONCE];
	struct mmsghdr messages[AT_ONCE] = {{.msg_len = 0}};
	for (int i = 0; i < AT_ONCE; i++) {
		pieces[i] = (struct iovec){rooms[i], sizeof(rooms[i]) - 32};
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]), .msg_iov = &pieces[i], .msg_iovlen = 1};
	}
	int count = recvmmsg(fd, messages, AT_ONCE, MSG_WAITFORONE, NULL);
	for (int i = 0; i < count; i++)
		pieces[i].iov_len = answer(rooms[i]);
	if (count > 0) sendmmsg(fd, messages, (unsigned)count, 0);
#else
	socklen_t length = sizeof(from[0]);
	if (recvfrom(fd, rooms[0], sizeof(rooms[0]) - 32, 0, (struct sockaddr *)&from[0], &length) < 17) return;
	sendto(fd, rooms[0], answer(rooms[0]), 0, (struct sockaddr *)&from[0], length);
#endif
}

static pid_t
start_responder(struct sockaddr_in *address)
{
	int fd = udp_socket(address);
	pid_t pid = start_peer();
	while (pid == 0)
		respond(fd);
	close(fd);
	return pid;
}

static struct evdns_base *dns;
static int to_send, to_come, failed;

static void
answered(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)type;
	(void)ttl;
	(void)addresses;
	(void)arg;
	failed += result != DNS_ERR_NONE || count != 1;
	if (to_send-- > 0) evdns_base_resolve_ipv4(dns, "www.example.org", DNS_QUERY_NO_SEARCH, answered, NULL);
	if (--to_come == 0) event_base_loopbreak(base);
}

static void
resolve(int count, int at_once)
{
	to_come = count;
	to_send = count - at_once;
	for (int i = 0; i < at_once; i++)
		evdns_base_resolve_ipv4(dns, "www.example.org", DNS_QUERY_NO_SEARCH, answered, NULL);
	event_base_dispatch(base);
}

static void
client(const char *name, int at_once)
{
	struct sockaddr_in address;
	pid_t child = start_responder(&address);
	base = event_base_new();
	dns = evdns_base_new(base, 0);
	if (!dns) bench_die("evdns_base_new");
	evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, sizeof(address), 0);
	resolve(warm_up, at_once);
	uint64_t begin = bench_cpu();
	resolve(queries, at_once);
	bench_print(name, bench_cpu() - begin, (uint64_t)queries);
	if (failed) fprintf(stderr, "%s: %d failed\n", name, failed);
	evdns_base_free(dns, 0);
	event_base_free(base);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
client_64(void)
{
	client("client_64", 60);
}

static void
client_8(void)
{
	client("client_8", 8);
}

static void
client_1(void)
{
	client("client_1", 1);
}

/* The same few names again and again: where there is a cache, it answers. */
static void
looked_up(int code, struct evutil_addrinfo *list, void *arg)
{
	(void)arg;
	failed += code != 0;
	to_come--;
	if (list) evutil_freeaddrinfo(list);
}

static void
getaddrinfo_20(void)
{
	struct sockaddr_in address;
	struct evutil_addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	pid_t child = start_responder(&address);
	base = event_base_new();
	dns = evdns_base_new(base, 0);
	if (!dns) bench_die("evdns_base_new");
	evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&address, sizeof(address), 0);
	uint64_t begin = bench_cpu();
	to_come = queries;
	for (int i = 0; i < queries; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example.org", i % 20);
		evdns_getaddrinfo(dns, name, "80", &hints, looked_up, NULL);
		while (to_come > queries - i + 50)
			event_base_loop(base, EVLOOP_ONCE);
	}
	while (to_come > 0)
		event_base_loop(base, EVLOOP_ONCE);
	bench_print("getaddrinfo_20", bench_cpu() - begin, (uint64_t)queries);
	evdns_base_free(dns, 0);
	event_base_free(base);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* ---- Bare sockets as a client --------------------------------------------------------------------------------------
 */

#ifdef __linux__
#define BARE_SPARE 64

struct bare {
	struct sockaddr_in to;
	int uses_most; /* of one port */
	int wait_fd;
	int free_count;
	int unused[256];
	int uses[4096]; /* by descriptor */
};

static void
bare_send(struct bare *bare, uint64_t *random)
{
	int at = (int)(bench_random(random) % (unsigned)bare->free_count), fd = bare->unused[at];
	bare->unused[at] = bare->unused[--bare->free_count];
	if (bare->uses_most > 1) {
		if (bare->uses[fd] == 0) connect(fd, (struct sockaddr *)&bare->to, sizeof(bare->to));
		if (send(fd, question, sizeof(question) - 1, 0) < 0) bench_die("send");
	} else if (sendto(fd, question, sizeof(question) - 1, 0, (struct sockaddr *)&bare->to, sizeof(bare->to)) < 0)
		bench_die("sendto");
}

static void
bare_receive(struct bare *bare, int fd)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	unsigned char message[4096];
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	if (recvfrom(fd, message, sizeof(message), 0, (struct sockaddr *)&from, &length) < 17) bench_die("recvfrom");
	if (++bare->uses[fd] == bare->uses_most) {
		bare->uses[fd] = 0;
		connect(fd, &nobody, sizeof(nobody));
	}
	bare->unused[bare->free_count++] = fd;
}

static void
bare_open(struct bare *bare, int sockets)
{
	bare->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	while (bare->free_count < sockets) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
		if (fd < 0 || fd >= 4096 || epoll_ctl(bare->wait_fd, EPOLL_CTL_ADD, fd, &event) < 0) bench_die("socket");
		bare->unused[bare->free_count++] = fd;
	}
}

static void
bare_client(const char *name, int at_once, int uses_most)
{
	struct bare bare = {.uses_most = uses_most};
	pid_t child = start_responder(&bare.to);
	uint64_t random = 1, begin = 0;
	int sent = 0, come = 0;
	bare_open(&bare, at_once + (uses_most > 1 ? BARE_SPARE : 0));
	for (; sent < at_once; sent++)
		bare_send(&bare, &random);
	while (come < warm_up + queries) {
		struct epoll_event events[64];
		int count = epoll_wait(bare.wait_fd, events, 64, -1);
		for (int i = 0; i < count; i++) {
			bare_receive(&bare, events[i].data.fd);
			if (++come == warm_up) begin = bench_cpu();
			if (sent++ < warm_up + queries) bare_send(&bare, &random);
		}
	}
	bench_print(name, bench_cpu() - begin, (uint64_t)queries);
	while (bare.free_count > 0)
		close(bare.unused[--bare.free_count]);
	close(bare.wait_fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
bare_client_64(void)
{
	bare_client("bare_client_64", 60, 1);
}

static void
bare_client_8(void)
{
	bare_client("bare_client_8", 8, 1);
}

static void
bare_client_1(void)
{
	bare_client("bare_client_1", 1, 1);
}

static void
bare_reused_64(void)
{
	bare_client("bare_reused_64", 60, 8);
}
#endif

/* ---- Server -------------------------------------------------------------------------------------------------------
 */

static int requests;
static uint64_t server_begin;

static void
requested(struct evdns_server_request *request, void *arg)
{
	static const unsigned char addresses[] = {192, 0, 2, 1};
	(void)arg;
	evdns_server_request_add_a_reply(request, request->questions[0]->name, 1, addresses, 60);
	evdns_server_request_respond(request, 0);
	requests++;
	if (requests == warm_up) server_begin = bench_cpu();
	if (requests == warm_up + queries) event_base_loopbreak(base);
}

/* Keeps at_once questions on their way; a lost one is asked again after a moment. */
static void
ask(const struct sockaddr_in *address, int at_once)
{
	unsigned char message[512];
	struct timeval wait = {0, 100000};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) bench_die("connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (;;) {
		for (int i = 0; i < at_once; i++)
			send(fd, question, sizeof(question) - 1, 0);
		for (int i = 0; i < at_once; i++)
			if (recv(fd, message, sizeof(message), 0) < 0) break;
	}
}

static void
server(const char *name, int at_once)
{
	struct sockaddr_in address;
	int fd = udp_socket(&address);
	evutil_make_socket_nonblocking(fd);
	pid_t child = start_peer();
	if (child == 0) ask(&address, at_once);
	base = event_base_new();
	requests = 0;
	struct evdns_server_port *port = evdns_add_server_port_with_base(base, fd, 0, requested, NULL);
	if (!port) bench_die("evdns_add_server_port_with_base");
	event_base_dispatch(base);
	bench_print(name, bench_cpu() - server_begin, (uint64_t)queries);
	evdns_close_server_port(port);
	event_base_free(base);
	close(fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
server_32(void)
{
	server("server_32", 32);
}

static void
server_1(void)
{
	server("server_1", 1);
}

/* ---- Bare sockets as a server --------------------------------------------------------------------------------------
 */

#ifdef __linux__
/* Answers what is there, up to most at once. Returns how many. */
static int
bare_answer(int fd, struct mmsghdr *messages, int most)
{
	int count = 1;
	struct msghdr *first = &messages[0].msg_hdr;
	for (int i = 0; i < most; i++) {
		messages[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
		messages[i].msg_hdr.msg_iov->iov_len = 512;
	}
	if (most == 1) {
		ssize_t length = recvfrom(fd, first->msg_iov->iov_base, 512, 0, first->msg_name, &first->msg_namelen);
		if (length < 0) return 0;
		size_t size = answer(first->msg_iov->iov_base);
		sendto(fd, first->msg_iov->iov_base, size, 0, first->msg_name, first->msg_namelen);
		return 1;
	}
	count = recvmmsg(fd, messages, (unsigned)most, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		messages[i].msg_hdr.msg_iov->iov_len = answer(messages[i].msg_hdr.msg_iov->iov_base);
	if (count > 0) sendmmsg(fd, messages, (unsigned)count, 0);
	return count > 0 ? count : 0;
}

static void
bare_server(const char *name, int at_once)
{
	static unsigned char rooms[AT_ONCE][600];
	struct sockaddr_in address, from[AT_ONCE];
	struct iovec pieces[AT_ONCE];
	struct mmsghdr messages[AT_ONCE];
	int fd = udp_socket(&address), wait_fd = epoll_create1(EPOLL_CLOEXEC), done = 0;
	struct epoll_event event = {.events = EPOLLIN};
	uint64_t begin = 0;
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < AT_ONCE; i++) {
		pieces[i] = (struct iovec){rooms[i], 512};
		messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
	}
	evutil_make_socket_nonblocking(fd);
	if (epoll_ctl(wait_fd, EPOLL_CTL_ADD, fd, &event) < 0) bench_die("epoll_ctl");
	pid_t child = start_peer();
	if (child == 0) ask(&address, at_once);
	while (done < warm_up + queries) {
		int count = epoll_wait(wait_fd, &event, 1, -1);
		while (count > 0 && done < warm_up + queries) {
			count = bare_answer(fd, messages, at_once > 1 ? AT_ONCE : 1);
			if (done < warm_up && done + count >= warm_up) begin = bench_cpu();
			done += count;
		}
	}
	bench_print(name, bench_cpu() - begin, (uint64_t)queries);
	close(fd);
	close(wait_fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
bare_server_32(void)
{
	bare_server("bare_server_32", 32);
}

static void
bare_server_1(void)
{
	bare_server("bare_server_1", 1);
}
#endif

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {{"client_64", client_64}, {"client_8", client_8}, {"client_1", client_1},
		{"getaddrinfo_20", getaddrinfo_20}, {"server_32", server_32}, {"server_1", server_1},
#ifdef __linux__
		{"bare_client_64", bare_client_64}, {"bare_client_8", bare_client_8}, {"bare_client_1", bare_client_1},
		{"bare_reused_64", bare_reused_64}, {"bare_server_32", bare_server_32}, {"bare_server_1", bare_server_1},
#endif
		{NULL, NULL}};
	queries = bench_times(60000) > 1000 ? bench_times(60000) : 1000;
	warm_up = queries / 30;
	return bench_main(argc, argv, cases);
}
