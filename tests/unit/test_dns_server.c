/* SPDX-License-Identifier: BSD-3-Clause */
/* The DNS server, asked by bare sockets. */
#include "dns_fixture.h"

#include <event2/dns_struct.h>
#include <event2/listener.h>
#include <stdlib.h>

typedef void (*serve_fn)(struct evdns_server_request *request, void *arg);

struct env {
	struct event_base *base;
	struct evdns_server_port *udp_port, *tcp_port;
	int fd;     /* of the port */
	int asking; /* our own socket, connected to it */
	struct sockaddr_in address, tcp_address;
	int requests;
	struct evdns_server_request *held[64];
	int held_count;
	int returned; /* by the latest respond */
	size_t size;  /* for the answers that are built to a size */
	int type;
	unsigned char answer[70000];
	size_t length;
};

static int
set_up(void **state)
{
	struct env *env = calloc(1, sizeof(*env));
	socklen_t length = sizeof(env->address);
	assert_non_null(env);
	env->base = event_base_new();
	env->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	env->tcp_address = env->address;
	env->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(env->fd, (struct sockaddr *)&env->address, length), 0);
	getsockname(env->fd, (struct sockaddr *)&env->address, &length);
	env->asking = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(env->asking, (struct sockaddr *)&env->address, length), 0);
	*state = env;
	return 0;
}

static int
tear_down(void **state)
{
	struct env *env = *state;
	evdns_close_server_port(env->udp_port);
	close(env->fd);
	close(env->asking);
	event_base_free(env->base);
	free(env);
	return 0;
}

static void
serve(struct env *env, serve_fn fn)
{
	env->udp_port = evdns_add_server_port_with_base(env->base, env->fd, 0, fn, env);
	assert_non_null(env->udp_port);
}

/* Writes a question; opt_size: 0 for none. Returns its length. */
static size_t
question(unsigned char *out, const char *name, int type, unsigned opt_size)
{
	size_t at = 12;
	memset(out, 0, 12);
	out[0] = 0x12;
	out[1] = 0x34;
	out[2] = 1;
	out[5] = 1;
	while (*name) {
		size_t label = strcspn(name, ".");
		out[at++] = (unsigned char)label;
		memcpy(out + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	memset(out + at, 0, 5);
	out[at + 2] = (unsigned char)type;
	out[at + 4] = 1;
	at += 5;
	if (opt_size) {
		memset(out + at, 0, 11);
		out[11] = 1;
		out[at + 2] = 41;
		out[at + 3] = (unsigned char)(opt_size >> 8);
		out[at + 4] = (unsigned char)opt_size;
		at += 11;
	}
	return at;
}

/* Sends bytes and waits for an answer, for a moment only. Returns its length, or -1. */
static int
exchange(struct env *env, const void *bytes, size_t length)
{
	assert_int_equal(send(env->asking, bytes, length, 0), length);
	for (int i = 0; i < 20; i++) {
		run_for(env->base, 1);
		ssize_t got = recv(env->asking, env->answer, sizeof(env->answer), 0);
		if (got >= 0) {
			env->length = (size_t)got;
			return (int)got;
		}
	}
	return -1;
}

static int
ask(struct env *env, const char *name, int type, unsigned opt_size)
{
	unsigned char bytes[600];
	return exchange(env, bytes, question(bytes, name, type, opt_size));
}

static void
expect(const struct env *env, unsigned flags, unsigned questions, unsigned answers, unsigned authority,
	unsigned additional)
{
	assert_int_equal(get16(env->answer), 0x1234);
	assert_int_equal(get16(env->answer + 2), flags);
	assert_int_equal(get16(env->answer + 4), questions);
	assert_int_equal(get16(env->answer + 6), answers);
	assert_int_equal(get16(env->answer + 8), authority);
	assert_int_equal(get16(env->answer + 10), additional);
}

/* ---- Answers ------------------------------------------------------------------------------------------------------
 */

static void
answer_each_kind(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	struct in_addr in;
	struct sockaddr_storage from;
	const char *name = request->questions[0]->name;
	static const unsigned char addresses[32] = {192, 0, 2, 1, 192, 0, 2, 2};
	env->requests++;
	env->type = request->questions[0]->type;
	assert_int_equal(request->nquestions, 1);
	assert_int_equal(request->questions[0]->dns_question_class, EVDNS_CLASS_INET);
	assert_int_equal(evdns_server_request_get_requesting_addr(request, (struct sockaddr *)&from, sizeof(from)),
		sizeof(struct sockaddr_in));
	assert_int_equal(evdns_server_request_get_requesting_addr(request, (struct sockaddr *)&from, 3), -1);
	inet_pton(AF_INET, "192.0.2.55", &in);
	assert_int_equal(evdns_server_request_add_a_reply(request, name, 2, addresses, 60), 0);
	assert_int_equal(evdns_server_request_add_aaaa_reply(request, name, 2, addresses, 60), 0);
	assert_int_equal(evdns_server_request_add_ptr_reply(request, &in, NULL, "host.example", 60), 0);
	assert_int_equal(evdns_server_request_add_ptr_reply(request, NULL, "1.in-addr.arpa", "host.example", 60), 0);
	assert_int_equal(evdns_server_request_add_cname_reply(request, "x.example", name, 60), 0);
	assert_int_equal(evdns_server_request_add_reply(request, EVDNS_AUTHORITY_SECTION, "example", EVDNS_TYPE_NS,
						 EVDNS_CLASS_INET, 60, -1, 1, "ns.example"),
		0);
	assert_int_equal(evdns_server_request_add_reply(request, EVDNS_ADDITIONAL_SECTION, "t.example", EVDNS_TYPE_TXT,
						 EVDNS_CLASS_INET, 60, 4, 0, "\3abc"),
		0);
	assert_int_equal(evdns_server_request_add_reply(request, 3, "a", 1, 1, 1, 4, 0, "abcd"), -1);
	assert_int_equal(evdns_server_request_add_ptr_reply(request, &in, "both", "host", 1), -1);
	assert_int_equal(evdns_server_request_add_ptr_reply(request, NULL, NULL, "host", 1), -1);
	evdns_server_request_set_flags(request, EVDNS_FLAGS_AA);
	assert_int_equal(evdns_server_request_respond(request, 0), 0);
}

static void
test_each_kind(void **state)
{
	struct env *env = *state;
	serve(env, answer_each_kind);
	assert_true(ask(env, "Host.Example", EVDNS_TYPE_TXT, 0) > 0);
	expect(env, 0x8500, 1, 7, 1, 1);
	assert_int_equal(env->type, EVDNS_TYPE_TXT);
	assert_memory_equal(env->answer + 12, "\4Host\7Example", 14);
	/* The first record: owner by a pointer to the question, one address in it. */
	assert_memory_equal(env->answer + 30, "\300\14\0\1\0\1\0\0\0\74\0\4\300\0\2\1", 16);
}

static void
respond_err(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	env->requests++;
	assert_int_equal(evdns_server_request_respond(request, -1), -1);
	assert_int_equal(evdns_server_request_respond(request, 0x10000), -1);
	env->returned = evdns_server_request_respond(request, env->type);
}

static void
test_codes(void **state)
{
	struct env *env = *state;
	serve(env, respond_err);
	for (int code = 0; code < 16; code++) {
		env->type = code;
		assert_int_equal(ask(env, "a", 1, 0), 12 + 7);
		expect(env, 0x8100 | (unsigned)code, 1, 0, 0, 0);
	}
	env->type = DNS_ERR_NOTEXIST | EVDNS_FLAGS_AA;
	ask(env, "a", 1, 0);
	expect(env, 0x8503, 1, 0, 0, 0);
	assert_int_equal(ask(env, "a", 1, 1232), 12 + 7 + 11);
	expect(env, 0x8503, 1, 0, 0, 1);
}

static void
drop(struct evdns_server_request *request, void *arg)
{
	++((struct env *)arg)->requests;
	assert_int_equal(evdns_server_request_drop(request), 0);
}

static void
test_drop(void **state)
{
	struct env *env = *state;
	serve(env, drop);
	assert_int_equal(ask(env, "a", 1, 0), -1);
	assert_int_equal(env->requests, 1);
	assert_null(evdns_add_server_port_with_base(env->base, env->fd, 1, drop, env));
}

/* ---- Truncation ---------------------------------------------------------------------------------------------------
 */

static void
answer_many(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	static const unsigned char addresses[4 * 400];
	assert_int_equal(
		evdns_server_request_add_a_reply(request, request->questions[0]->name, (int)env->size, addresses, 60), 0);
	env->returned = evdns_server_request_respond(request, 0);
}

static void
test_truncation(void **state)
{
	struct env *env = *state;
	static const struct {
		unsigned opt, records, fit;
	} cases[] = {{0, 30, 30}, {0, 31, 30}, {0, 400, 30}, {100, 400, 30}, {512, 400, 30}, {1232, 400, 75},
		{1232, 75, 75}, {4096, 400, 254}, {65535, 400, 254}};
	serve(env, answer_many);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		unsigned limit = cases[i].opt < 512 ? 512 : cases[i].opt > 4096 ? 4096 : cases[i].opt;
		env->size = cases[i].records;
		assert_true(ask(env, "a", 1, cases[i].opt) > 0);
		assert_true(env->length <= limit);
		expect(env, cases[i].fit < cases[i].records ? 0x8300 : 0x8100, 1, cases[i].fit, 0, cases[i].opt > 0);
	}
}

/* ---- TCP ----------------------------------------------------------------------------------------------------------
 */

static int
serve_tcp(struct env *env, serve_fn fn)
{
	socklen_t length = sizeof(env->tcp_address);
	struct evconnlistener *listener = evconnlistener_new_bind(env->base, NULL, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&env->tcp_address, sizeof(env->tcp_address));
	assert_non_null(listener);
	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&env->tcp_address, &length);
	env->tcp_port = evdns_add_server_port_with_listener(env->base, listener, 0, fn, env);
	assert_non_null(env->tcp_port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fd, (struct sockaddr *)&env->tcp_address, length);
	return fd;
}

static void
send_framed(int fd, const unsigned char *bytes, size_t length)
{
	unsigned char head[2] = {(unsigned char)(length >> 8), (unsigned char)length};
	assert_int_equal(send(fd, head, 2, MSG_NOSIGNAL), 2);
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), length);
}

/* Waits for one framed answer, for a moment only. Returns its length; 0 when the server hung up, -1 when none came. */
static int
receive_framed(struct env *env, int fd)
{
	size_t have = 0, wanted = 2;
	static unsigned char bytes[70000];
	for (int i = 0; i < 500; i++) {
		ssize_t got = recv(fd, bytes + have, wanted - have, 0);
		if (got == 0 || (got < 0 && errno == ECONNRESET)) return 0;
		if (got < 0) {
			run_for(env->base, 1);
			continue;
		}
		have += (size_t)got;
		if (have == 2 && wanted == 2) wanted += get16(bytes);
		if (have < wanted) continue;
		memcpy(env->answer, bytes + 2, have - 2);
		env->length = have - 2;
		return (int)env->length;
	}
	return -1;
}

static void
test_tcp(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	int fd = serve_tcp(env, answer_many);
	run_for(env->base, 5);
	size_t length = question(bytes, "a", 1, 0);
	env->size = 400;
	for (int i = 0; i < 20; i++)
		send_framed(fd, bytes, length);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(receive_framed(env, fd), 19 + 400 * 16);
		expect(env, 0x8100, 1, 400, 0, 0);
	}
	/* One message in many small pieces. */
	unsigned char framed[64] = {0, (unsigned char)length};
	memcpy(framed + 2, bytes, length);
	for (size_t i = 0; i < length + 2; i++) {
		assert_int_equal(send(fd, framed + i, 1, MSG_NOSIGNAL), 1);
		run_for(env->base, 1);
	}
	assert_int_equal(receive_framed(env, fd), 19 + 400 * 16);
	close(fd);
	run_for(env->base, 10);
	evdns_close_server_port(env->tcp_port);
}

static void
test_tcp_limits(void **state)
{
	struct env *env = *state;
	int fds[4], hung_up = 0;
	int first = serve_tcp(env, drop);
	assert_int_equal(evdns_server_port_set_option(env->tcp_port, EVDNS_SOPT_TCP_MAX_CLIENTS, 3), 0);
	assert_int_equal(evdns_server_port_set_option(env->tcp_port, EVDNS_SOPT_TCP_IDLE_TIMEOUT, 1), 0);
	assert_int_equal(evdns_server_port_set_option(env->tcp_port, (enum evdns_server_option)77, 1), -1);
	for (int i = 0; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&env->tcp_address, sizeof(env->tcp_address));
	}
	run_for(env->base, 50);
	for (int i = 0; i < 4; i++)
		hung_up += recv(fds[i], env->answer, 1, 0) == 0;
	assert_int_equal(hung_up, 2);
	run_for(env->base, 1200);
	assert_int_equal(recv(first, env->answer, 1, 0), 0);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	close(first);
	evdns_close_server_port(env->tcp_port);
}

/* Nonsense by TCP ends the connection. */
static void
test_tcp_nonsense(void **state)
{
	struct env *env = *state;
	int fd = serve_tcp(env, drop);
	run_for(env->base, 5);
	send_framed(fd, (const unsigned char *)"nonsense", 8);
	assert_int_equal(receive_framed(env, fd), 0);
	close(fd);
	evdns_close_server_port(env->tcp_port);
}

/* ---- Later, and too late --------------------------------------------------------------------------------------------
 */

static void
hold(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	env->requests++;
	env->held[env->held_count++] = request;
}

static void
test_answer_later(void **state)
{
	struct env *env = *state;
	serve(env, hold);
	for (int i = 0; i < 40; i++) {
		unsigned char bytes[600];
		char name[32];
		snprintf(name, sizeof(name), "n%d.example", i);
		send(env->asking, bytes, question(bytes, name, 1, 0), 0);
	}
	run_until(env->base, &env->requests, 40);
	for (int i = 39; i >= 0; i--) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example", i);
		assert_string_equal(env->held[i]->questions[0]->name, name);
		assert_int_equal(evdns_server_request_respond(env->held[i], 0), 0);
		assert_true(recv(env->asking, env->answer, sizeof(env->answer), 0) > 0);
	}
}

static void
hole_64_port_closed(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	size_t length = question(bytes, "a", 1, 0);
	serve(env, hold);
	int fd = serve_tcp(env, hold);
	run_for(env->base, 5);
	for (int i = 0; i < 3; i++) {
		send(env->asking, bytes, length, 0);
		send_framed(fd, bytes, length);
	}
	run_until(env->base, &env->requests, 6);
	evdns_close_server_port(env->udp_port);
	evdns_close_server_port(env->tcp_port);
	env->udp_port = NULL;
	for (int i = 0; i < 6; i++) {
		if (i % 2)
			assert_int_equal(evdns_server_request_respond(env->held[i], 0), -1);
		else
			assert_int_equal(evdns_server_request_drop(env->held[i]), 0);
	}
	close(fd);
	run_for(env->base, 5);
}

/* The client by TCP is gone when its answer comes. */
static void
test_client_gone(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	size_t length = question(bytes, "a", 1, 0);
	int fd = serve_tcp(env, hold);
	run_for(env->base, 5);
	send_framed(fd, bytes, length);
	run_until(env->base, &env->requests, 1);
	close(fd);
	run_for(env->base, 10);
	/* Another one must not get it. */
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fd, (struct sockaddr *)&env->tcp_address, sizeof(env->tcp_address));
	run_for(env->base, 10);
	assert_int_equal(evdns_server_request_respond(env->held[0], 0), -1);
	assert_int_equal(recv(fd, env->answer, 1, 0), -1);
	close(fd);
	evdns_close_server_port(env->tcp_port);
}

static void
close_inside(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	env->requests++;
	if (env->size == 0) evdns_close_server_port(env->udp_port);
	evdns_server_request_respond(request, 0);
	if (env->size == 1) evdns_close_server_port(env->udp_port);
	env->udp_port = NULL;
}

static void
test_closed_inside(void **state)
{
	struct env *env = *state;
	for (env->size = 0; env->size < 2; env->size++) {
		unsigned char bytes[600];
		size_t length = question(bytes, "a", 1, 0);
		env->requests = 0;
		serve(env, close_inside);
		send(env->asking, bytes, length, 0);
		int got = exchange(env, bytes, length);
		assert_true(env->size == 0 ? got == -1 : got > 0);
		assert_int_equal(env->requests, 1);
		char rest[600];
		while (recv(env->fd, rest, sizeof(rest), 0) > 0)
			;
	}
}

/* ---- Hostile requests ----------------------------------------------------------------------------------------------
 */

static void
answer_plainly(struct evdns_server_request *request, void *arg)
{
	++((struct env *)arg)->requests;
	for (int i = 0; i < request->nquestions; i++)
		evdns_server_request_add_a_reply(request, request->questions[i]->name, 1, "\300\0\2\1", 60);
	evdns_server_request_respond(request, 0);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
hole_1231_random_datagrams(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600] = {0};
	uint32_t seed = 1;
	serve(env, answer_plainly);
	size_t length = question(bytes, "www.example.org", 1, 1232);
	for (size_t cut = 0; cut < length; cut++)
		exchange(env, bytes, cut);
	for (int i = 0; i < 20000; i++) {
		unsigned char random[600];
		size_t size = next_random(&seed) & 0x7f;
		memcpy(random, bytes, sizeof(random));
		for (int k = 0; k < 4; k++) {
			size_t at = next_random(&seed) & 0x3f;
			random[at] = (unsigned char)next_random(&seed);
		}
		send(env->asking, random, i % 2 ? size : length, 0);
		if (i % 20 == 0) event_base_loop(env->base, EVLOOP_NONBLOCK);
		while (recv(env->asking, env->answer, sizeof(env->answer), 0) > 0)
			;
	}
	run_for(env->base, 20);
	while (recv(env->asking, env->answer, sizeof(env->answer), 0) > 0)
		;
	assert_true(ask(env, "www.example.org", 1, 0) > 0);
	expect(env, 0x8100, 1, 1, 0, 0);
}

/* Answers are not answered, and nothing that is no question gets more than it sent. */
static void
test_no_amplification(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	serve(env, answer_plainly);
	size_t length = question(bytes, "www.example.org", 1, 0);
	bytes[2] = 0x81;
	assert_int_equal(exchange(env, bytes, length), -1);
	bytes[2] = 0x29; /* opcode 5 */
	assert_int_equal(exchange(env, bytes, length), 12);
	expect(env, 0xa904, 0, 0, 0, 0);
	length = question(bytes, "www.example.org", 1, 0);
	bytes[5] = 0;
	assert_int_equal(exchange(env, bytes, 12), -1);
	bytes[5] = 200;
	assert_int_equal(exchange(env, bytes, length), -1);
	assert_int_equal(env->requests, 0);
}

static void
test_bad_edns_version(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	serve(env, answer_plainly);
	size_t length = question(bytes, "a", 1, 1232);
	bytes[length - 5] = 1;
	assert_true(exchange(env, bytes, length) > 0);
	expect(env, 0x8100, 1, 0, 0, 1);
	assert_int_equal(env->answer[env->length - 6], 1);
	assert_int_equal(env->requests, 0);
}

static void
test_two_questions(void **state)
{
	struct env *env = *state;
	unsigned char bytes[600];
	serve(env, answer_plainly);
	size_t length = question(bytes, "a.example", 1, 0);
	memcpy(bytes + length, "\1b\300\16\0\34\0\1", 8); /* b, and a pointer into the first name */
	bytes[5] = 2;
	assert_true(exchange(env, bytes, length + 8) > 0);
	expect(env, 0x8100, 2, 2, 0, 0);
	assert_memory_equal(env->answer + 12, bytes + 12, length + 8 - 12);
}

static void
check_name(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	env->requests++;
	assert_string_equal(request->questions[0]->name, "a\\.b\\000.c");
	answer_plainly(request, arg);
}

/* Bytes that would mislead in a name come as escapes, and become the same bytes again. */
static void
test_odd_bytes_in_a_name(void **state)
{
	struct env *env = *state;
	static const unsigned char bytes[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\4a.b\0\1c\0\0\1\0\1";
	serve(env, check_name);
	assert_true(exchange(env, bytes, sizeof(bytes) - 1) > 0);
	assert_int_equal(get16(env->answer + sizeof(bytes) - 1), 0xc00c);
}

/* ---- Answers of 64 KiB
 * ----------------------------------------------------------------------------------------------- */

/* Fills the answer with TXT so that it ends after size bytes with a record whose data is a name (or a mail exchange).
 */
static void
answer_to_size(struct evdns_server_request *request, void *arg)
{
	struct env *env = arg;
	static char filler[65535];
	bool mx = env->type == EVDNS_TYPE_MX || env->type == EVDNS_TYPE_SOA;
	size_t last = 2 + 10 + (mx ? 8 : 6); /* owner "a" by a pointer; name "wxyz" */
	size_t left = env->size - 12 - 7 - last;
	while (left) {
		size_t part = left > 60000 ? 60000 : left;
		evdns_server_request_add_reply(
			request, EVDNS_ANSWER_SECTION, "a", EVDNS_TYPE_TXT, EVDNS_CLASS_INET, 1, (int)part - 12, 0, filler);
		left -= part;
	}
	if (mx)
		evdns_server_request_add_reply(
			request, EVDNS_ANSWER_SECTION, "a", env->type, EVDNS_CLASS_INET, 1, 8, 0, "\0\1\4wxyz");
	else
		evdns_server_request_add_reply(
			request, EVDNS_ANSWER_SECTION, "a", env->type, EVDNS_CLASS_INET, 1, -1, 1, "wxyz");
	env->returned = evdns_server_request_respond(request, 0);
}

static void
hole_CVE_2026_63387_64_KiB(void **state)
{
	struct env *env = *state;
	static const int types[] = {EVDNS_TYPE_PTR, EVDNS_TYPE_CNAME, EVDNS_TYPE_MX, EVDNS_TYPE_NS, EVDNS_TYPE_SOA};
	unsigned char bytes[600];
	size_t length = question(bytes, "a", 1, 0);
	int fd = serve_tcp(env, answer_to_size);
	run_for(env->base, 5);
	for (size_t i = 0; i < LENGTH(types); i++) {
		for (env->size = 65500; env->size <= 65550; env->size++) {
			env->type = types[i];
			send_framed(fd, bytes, length);
			int got = receive_framed(env, fd);
			if (env->size <= 65535) {
				assert_int_equal(got, env->size);
				expect(env, 0x8100, 1, 3, 0, 0);
			} else {
				assert_true(got > 0 && got <= 65535);
				expect(env, 0x8300, 1, 2, 0, 0);
			}
		}
	}
	close(fd);
	evdns_close_server_port(env->tcp_port);
}

/* ---- Our own client
 * -------------------------------------------------------------------------------------------------- */

static void
test_our_client(void **state)
{
	struct env *env = *state;
	struct evdns_base *dns = evdns_base_new(env->base, 0);
	struct result result = {0};
	serve(env, answer_plainly);
	evdns_base_nameserver_sockaddr_add(dns, (struct sockaddr *)&env->address, sizeof(env->address), 0);
	for (int i = 1; i <= 1000; i++) {
		evdns_base_resolve_ipv4(dns, "www.example.org", 0, got, &result);
		if (i % 50 == 0) run_until(env->base, &result.calls, i);
		assert_int_equal(result.result, DNS_ERR_NONE);
	}
	assert_string_equal(result.first, "192.0.2.1");
	evdns_base_free(dns, 0);
}

static void
test_ipv6(void **state)
{
	struct env *env = *state;
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t length = sizeof(address);
	struct result result = {0};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0) {
		close(fd);
		skip();
	}
	getsockname(fd, (struct sockaddr *)&address, &length);
	struct evdns_server_port *port = evdns_add_server_port_with_base(env->base, fd, 0, answer_plainly, env);
	struct evdns_base *dns = evdns_base_new(env->base, 0);
	char text[64];
	snprintf(text, sizeof(text), "[::1]:%d", ntohs(address.sin6_port));
	assert_int_equal(evdns_base_nameserver_ip_add(dns, text), 0);
	for (int i = 1; i <= 20; i++) {
		evdns_base_resolve_ipv4(dns, "www.example.org", 0, got, &result);
		run_until(env->base, &result.calls, i);
		assert_string_equal(result.first, "192.0.2.1");
	}
	evdns_base_free(dns, 0);
	evdns_close_server_port(port);
	close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_each_kind),
		CASE(test_codes),
		CASE(test_drop),
		CASE(test_truncation),
		CASE(test_tcp),
		CASE(test_tcp_limits),
		CASE(test_tcp_nonsense),
		CASE(test_answer_later),
		CASE(hole_64_port_closed),
		CASE(test_client_gone),
		CASE(test_closed_inside),
		CASE(hole_1231_random_datagrams),
		CASE(test_no_amplification),
		CASE(test_bad_edns_version),
		CASE(test_two_questions),
		CASE(test_odd_bytes_in_a_name),
		CASE(hole_CVE_2026_63387_64_KiB),
		CASE(test_our_client),
		CASE(test_ipv6),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
