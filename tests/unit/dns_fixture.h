/* SPDX-License-Identifier: BSD-3-Clause */
/* A name server of bare sockets for tests of the DNS client: it notes every query, and a function of the test writes
 * the answer. It runs on the test's own loop. */
#ifndef TESTS_UNIT_DNS_FIXTURE_H_
#define TESTS_UNIT_DNS_FIXTURE_H_

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUERIES_MAX 4096
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct query {
	unsigned char bytes[600];
	size_t length;
	char name[256]; /* in the letters of the query */
	unsigned type;
	unsigned id;
	unsigned port; /* that it came from */
	bool opt, tcp;
	unsigned udp_size;
	struct sockaddr_storage from;
	socklen_t from_length;
};

struct fake;
/* Writes an answer into out (of 65537 bytes) and returns its length; 0: none. */
typedef size_t (*reply_fn)(struct fake *fake, const struct query *query, unsigned char *out);

struct fake {
	int udp, listener, client; /* client: the latest TCP connection, or -1 */
	struct event *events[3];
	struct event_base *base;
	struct sockaddr_in address;
	reply_fn reply;
	struct query queries[QUERIES_MAX];
	int count;
	int accepted;
	const char *ip; /* for answer_a() */
	int rcode;      /* for answer_code() */
	void *arg;
	unsigned char in[70000];
	size_t have;
};

static inline unsigned
get16(const unsigned char *bytes)
{
	return (unsigned)(bytes[0] << 8 | bytes[1]);
}

/* The end of the question. */
static inline size_t
question_end(const unsigned char *message)
{
	size_t at = 12;
	while (message[at])
		at += message[at] + 1u;
	return at + 5;
}

static inline struct query *
note_query(struct fake *fake, const unsigned char *bytes, size_t length, bool tcp)
{
	struct query *query = &fake->queries[fake->count++ % QUERIES_MAX];
	char *text = query->name;
	memset(query, 0, sizeof(*query));
	assert_true(length >= 17 && length <= sizeof(query->bytes));
	memcpy(query->bytes, bytes, length);
	query->length = length;
	query->tcp = tcp;
	query->id = get16(bytes);
	for (size_t at = 12; bytes[at]; at += bytes[at] + 1u)
		text += sprintf(text, "%s%.*s", text == query->name ? "" : ".", bytes[at], (const char *)bytes + at + 1);
	query->type = get16(bytes + question_end(bytes) - 4);
	query->opt = get16(bytes + 10) == 1;
	if (query->opt) query->udp_size = get16(bytes + question_end(bytes) + 3);
	return query;
}

static inline void
fake_udp(evutil_socket_t fd, short what, void *arg)
{
	static unsigned char out[65537];
	struct fake *fake = arg;
	unsigned char bytes[600];
	struct sockaddr_storage from;
	socklen_t from_length = sizeof(from);
	(void)what;
	ssize_t length = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_length);
	if (length < 17) return;
	struct query *query = note_query(fake, bytes, (size_t)length, false);
	query->from = from;
	query->from_length = from_length;
	query->port = ntohs(((struct sockaddr_in *)&from)->sin_port);
	size_t size = fake->reply ? fake->reply(fake, query, out) : 0;
	if (size) sendto(fd, out, size, 0, (struct sockaddr *)&from, from_length);
}

static inline void
fake_hang_up(struct fake *fake)
{
	if (fake->client < 0) return;
	event_free(fake->events[2]);
	fake->events[2] = NULL;
	close(fake->client);
	fake->client = -1;
	fake->have = 0;
}

static inline void
fake_tcp(evutil_socket_t fd, short what, void *arg)
{
	static unsigned char out[65537 + 2];
	struct fake *fake = arg;
	(void)what;
	ssize_t got = recv(fd, fake->in + fake->have, sizeof(fake->in) - fake->have, 0);
	if (got <= 0) {
		fake_hang_up(fake);
		return;
	}
	fake->have += (size_t)got;
	while (fake->have >= 2 && fake->have >= 2 + get16(fake->in)) {
		size_t length = get16(fake->in);
		struct query *query = note_query(fake, fake->in + 2, length, true);
		fake->have -= 2 + length;
		memmove(fake->in, fake->in + 2 + length, fake->have);
		size_t size = fake->reply ? fake->reply(fake, query, out + 2) : 0;
		if (fake->client < 0) return;
		out[0] = (unsigned char)(size >> 8);
		out[1] = (unsigned char)size;
		/* The client may be gone already. */
		if (size && send(fd, out, size + 2, MSG_NOSIGNAL) != (ssize_t)size + 2) {
			fake_hang_up(fake);
			return;
		}
	}
}

static inline void
fake_accept(evutil_socket_t fd, short what, void *arg)
{
	struct fake *fake = arg;
	(void)what;
	int client = accept(fd, NULL, NULL);
	if (client < 0) return;
	fake_hang_up(fake);
	fake->client = client;
	fake->accepted++;
	fake->events[2] = event_new(fake->base, client, EV_READ | EV_PERSIST, fake_tcp, fake);
	event_add(fake->events[2], NULL);
}

/* UDP and TCP on the same free port. */
static inline void
fake_open(struct fake *fake, struct event_base *base, reply_fn reply)
{
	memset(fake, 0, sizeof(*fake));
	fake->base = base;
	fake->reply = reply;
	fake->client = -1;
	fake->ip = "192.0.2.1";
	for (int tries = 0; tries < 50; tries++) {
		socklen_t length = sizeof(fake->address);
		fake->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		fake->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_int_equal(bind(fake->udp, (struct sockaddr *)&fake->address, length), 0);
		getsockname(fake->udp, (struct sockaddr *)&fake->address, &length);
		if (bind(fake->listener, (struct sockaddr *)&fake->address, length) == 0) break;
		close(fake->udp);
		close(fake->listener);
	}
	assert_int_equal(listen(fake->listener, 16), 0);
	fake->events[0] = event_new(base, fake->udp, EV_READ | EV_PERSIST, fake_udp, fake);
	fake->events[1] = event_new(base, fake->listener, EV_READ | EV_PERSIST, fake_accept, fake);
	event_add(fake->events[0], NULL);
	event_add(fake->events[1], NULL);
}

static inline void
fake_close(struct fake *fake)
{
	fake_hang_up(fake);
	event_free(fake->events[0]);
	event_free(fake->events[1]);
	close(fake->udp);
	close(fake->listener);
}

/* ---- Answers ------------------------------------------------------------------------------------------------------
 */

/* Header and question of the answer, without records. Returns the length. */
static inline size_t
begin_answer(const struct query *query, unsigned char *out, int rcode)
{
	size_t length = question_end(query->bytes);
	memcpy(out, query->bytes, length);
	out[2] = 0x81;
	out[3] = (unsigned char)(0x80 | rcode);
	memset(out + 6, 0, 6);
	return length;
}

/* Appends a record; owner as bytes, or NULL for the question's name. */
static inline size_t
add_record(unsigned char *out, size_t length, const char *owner, size_t owner_length, unsigned type, unsigned ttl,
	const void *data, size_t size)
{
	const unsigned char fixed[] = {(unsigned char)(type >> 8), (unsigned char)type, 0, 1, 0, 0,
		(unsigned char)(ttl >> 8), (unsigned char)ttl, (unsigned char)(size >> 8), (unsigned char)size};
	if (!owner) {
		owner = "\xc0\x0c";
		owner_length = 2;
	}
	memcpy(out + length, owner, owner_length);
	memcpy(out + length + owner_length, fixed, sizeof(fixed));
	memcpy(out + length + owner_length + sizeof(fixed), data, size);
	out[7]++;
	return length + owner_length + sizeof(fixed) + size;
}

/* One address of the type that was asked for: fake->ip, or 2001:db8::1. */
static inline size_t
answer_a(struct fake *fake, const struct query *query, unsigned char *out)
{
	unsigned char address[16];
	size_t length = begin_answer(query, out, 0);
	if (query->type == 1) {
		inet_pton(AF_INET, fake->ip, address);
		return add_record(out, length, NULL, 0, 1, 60, address, 4);
	}
	inet_pton(AF_INET6, "2001:db8::1", address);
	return add_record(out, length, NULL, 0, 28, 60, address, 16);
}

static inline size_t
answer_code(struct fake *fake, const struct query *query, unsigned char *out)
{
	return begin_answer(query, out, fake->rcode);
}

static inline size_t
answer_nothing(struct fake *fake, const struct query *query, unsigned char *out)
{
	(void)fake;
	(void)query;
	(void)out;
	return 0;
}

/* A datagram to who asked, from any socket. */
static inline void
send_from(int fd, const struct query *query, const unsigned char *out, size_t length)
{
	assert_true(
		sendto(fd, out, length, 0, (const struct sockaddr *)&query->from, query->from_length) == (ssize_t)length);
}

/* ---- The client's side --------------------------------------------------------------------------------------------
 */

struct result {
	int calls;
	int result, type, count, ttl;
	char first[1100]; /* the first address or the name, as text */
	char cname[1100];
	struct event_base *leave; /* left after each call */
};

static inline void
got(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	struct result *out = arg;
	out->calls++;
	if (out->leave) event_base_loopbreak(out->leave);
	if (type == DNS_CNAME) {
		snprintf(out->cname, sizeof(out->cname), "%s", *(char **)addresses);
		return;
	}
	out->result = result;
	out->type = type;
	out->count = count;
	out->ttl = ttl;
	out->first[0] = '\0';
	if (!addresses) return;
	if (type == DNS_PTR)
		snprintf(out->first, sizeof(out->first), "%s", *(char **)addresses);
	else
		inet_ntop(type == DNS_IPv4_A ? AF_INET : AF_INET6, addresses, out->first, sizeof(out->first));
}

/* Runs the loop until *counter reaches a number, 5 seconds at most. */
static inline void
run_until(struct event_base *base, const int *counter, int wanted)
{
	for (int i = 0; i < 500 && *counter < wanted; i++) {
		struct timeval wait = {0, 10000};
		event_base_loopexit(base, &wait);
		event_base_dispatch(base);
	}
	assert_true(*counter >= wanted);
}

static inline void
run_for(struct event_base *base, int ms)
{
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};
	event_base_loopexit(base, &wait);
	event_base_dispatch(base);
}

static inline void
add_fake(struct evdns_base *dns, const struct fake *fake)
{
	assert_int_equal(
		evdns_base_nameserver_sockaddr_add(dns, (const struct sockaddr *)&fake->address, sizeof(fake->address), 0), 0);
}

#endif
