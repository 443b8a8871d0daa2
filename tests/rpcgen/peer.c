/* SPDX-License-Identifier: BSD-3-Clause */
/* One side of a conversation between two libraries; the same binary runs on either. See interop.sh.
 *
 * usage: peer write|read                    a message as bytes on standard output, or checked from standard input
 *        peer serve 0|call PORT             Echo over RPC; a server prints its port
 *        peer serve-native 0|greet PORT     the server has a native function (where the library has such), which the
 *                                           client calls with generated code */
#include "messages.gen.h"

#include <dlfcn.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>
#include <event2/tag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

EVRPC_HEADER(Echo, msg, msg)
EVRPC_GENERATE(Echo, msg, msg)
EVRPC_HEADER(greet, word, word)
EVRPC_GENERATE(greet, word, word)

#define CHECK(condition)                                                                                               \
	do {                                                                                                               \
		if (condition) break;                                                                                          \
		fprintf(stderr, "%s, line %d\n", #condition, __LINE__);                                                        \
		exit(1);                                                                                                       \
	} while (0)

/* ---- Bytes ---- */

static const uint32_t numbers[] = {0, 1, 15, 16, 255, 256, 4095, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff};
static const uint64_t wide_numbers[] = {0, 15, 0xffffffff, 0x100000000, UINT64_C(0x123456789abcdef), UINT64_MAX};
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct msg *
filled(void)
{
	static const ev_uint8_t fixed[24] = "exactly twenty-four....";
	struct msg *msg = msg_new();
	struct kill *attack;
	CHECK(EVTAG_ASSIGN(msg, from_name, "niels") == 0 && EVTAG_ASSIGN(msg, to_name, "phoenix") == 0);
	CHECK(EVTAG_GET(msg, attack, &attack) == 0);
	CHECK(EVTAG_ASSIGN(attack, weapon, "feather") == 0 && EVTAG_ASSIGN(attack, action, "tickle") == 0);
	for (size_t i = 0; i < LENGTH(numbers); i++)
		CHECK(EVTAG_ARRAY_ADD_VALUE(attack, how_often, numbers[i]) != NULL);
	for (int i = 0; i < 3; i++) {
		struct run *run = EVTAG_ARRAY_ADD(msg, run);
		CHECK(run && EVTAG_ASSIGN(run, how, "very fast but with some data in it") == 0);
		CHECK(EVTAG_ASSIGN_WITH_LEN(run, some_bytes, (const ev_uint8_t *)"a\0b", 3) == 0);
		CHECK(EVTAG_ASSIGN(run, fixed_bytes, fixed) == 0);
		CHECK(EVTAG_ARRAY_ADD_VALUE(run, notes, "first") && EVTAG_ARRAY_ADD_VALUE(run, notes, ""));
		for (size_t j = 0; j < LENGTH(wide_numbers); j++)
			CHECK(EVTAG_ARRAY_ADD_VALUE(run, large_numbers, wide_numbers[j]) != NULL);
		CHECK(EVTAG_ASSIGN(run, number, 300) == 0);
	}
	CHECK(msg_complete(msg) == 0);
	return msg;
}

static void
look(struct msg *msg)
{
	struct msg *wanted = filled();
	struct evbuffer *one = evbuffer_new(), *two = evbuffer_new();
	msg_marshal(one, msg);
	msg_marshal(two, wanted);
	CHECK(evbuffer_get_length(one) == evbuffer_get_length(two));
	CHECK(memcmp(evbuffer_pullup(one, -1), evbuffer_pullup(two, -1), evbuffer_get_length(one)) == 0);
	evbuffer_free(one);
	evbuffer_free(two);
	msg_free(wanted);
}

static int
write_bytes(void)
{
	struct evbuffer *buffer = evbuffer_new(), *inner = evbuffer_new();
	struct msg *msg = filled();
	struct timeval tv = {1700000000, 999999};
	for (size_t i = 0; i < LENGTH(numbers); i++)
		evtag_marshal_int(buffer, numbers[i], numbers[i]);
	for (size_t i = 0; i < LENGTH(wide_numbers); i++)
		evtag_marshal_int64(buffer, 0x1234567, wide_numbers[i]);
	evtag_marshal_string(buffer, 127, "a string");
	evtag_marshal(buffer, 128, "by\0es", 5);
	evtag_marshal_timeval(buffer, 16384, &tv);
	evbuffer_add(inner, "in a buffer", 11);
	evtag_marshal_buffer(buffer, 1, inner);
	evtag_marshal_msg(buffer, 0xdeaf, msg);
	CHECK(fwrite(evbuffer_pullup(buffer, -1), 1, evbuffer_get_length(buffer), stdout) == evbuffer_get_length(buffer));
	msg_free(msg);
	evbuffer_free(inner);
	evbuffer_free(buffer);
	return 0;
}

static int
read_bytes(void)
{
	struct evbuffer *buffer = evbuffer_new(), *inner = evbuffer_new();
	struct msg *msg = msg_new();
	struct timeval tv;
	uint32_t number, tag;
	uint64_t wide;
	char *text, bytes[5];
	while (evbuffer_read(buffer, 0, 100) > 0)
		;
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		CHECK(evtag_peek(buffer, &tag) > 0 && tag == numbers[i]);
		CHECK(evtag_unmarshal_int(buffer, numbers[i], &number) > 0 && number == numbers[i]);
	}
	for (size_t i = 0; i < LENGTH(wide_numbers); i++)
		CHECK(evtag_unmarshal_int64(buffer, 0x1234567, &wide) > 0 && wide == wide_numbers[i]);
	CHECK(evtag_unmarshal_string(buffer, 127, &text) == 0 && strcmp(text, "a string") == 0);
	CHECK(evtag_unmarshal_fixed(buffer, 128, bytes, 5) == 0 && memcmp(bytes, "by\0es", 5) == 0);
	CHECK(evtag_unmarshal_timeval(buffer, 16384, &tv) == 0 && tv.tv_sec == 1700000000 && tv.tv_usec == 999999);
	CHECK(evtag_unmarshal(buffer, &tag, inner) == 11 && tag == 1 && evbuffer_get_length(inner) == 11);
	CHECK(evtag_unmarshal_msg(buffer, 0xdeaf, msg) == 0);
	look(msg);
	CHECK(evbuffer_get_length(buffer) == 0);
	free(text);
	msg_free(msg);
	evbuffer_free(inner);
	evbuffer_free(buffer);
	return 0;
}

/* ---- Calls ---- */

static struct event_base *base;

static void
echo(EVRPC_STRUCT(Echo) * rpc, void *arg)
{
	struct evbuffer *buffer = evbuffer_new();
	(void)arg;
	look(rpc->request);
	msg_marshal(buffer, rpc->request);
	CHECK(msg_unmarshal(rpc->reply, buffer) == 0);
	evbuffer_free(buffer);
	EVRPC_REQUEST_DONE(rpc);
}

static struct evrpc_base *
server_new(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	CHECK(bound && getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) == 0);
	printf("listening on port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return evrpc_init(http);
}

static int
serve(void)
{
	struct evrpc_base *server = server_new();
	CHECK(EVRPC_REGISTER(server, Echo, msg, msg, echo, NULL) == 0);
	return event_base_dispatch(base);
}

static int left = 20;

static void
done(struct evrpc_status *status, struct msg *request, struct msg *reply, void *arg)
{
	(void)request, (void)arg;
	CHECK(status->error == EVRPC_STATUS_ERR_NONE);
	look(reply);
	if (--left == 0) event_base_loopexit(base, NULL);
}

static struct evrpc_pool *
pool_to(const char *port)
{
	struct evrpc_pool *pool = evrpc_pool_new(NULL);
	for (int i = 0; i < 2; i++) {
		struct evhttp_connection *connection =
			evhttp_connection_base_new(base, NULL, "127.0.0.1", (unsigned short)atoi(port));
		CHECK(connection);
		evrpc_pool_add_connection(pool, connection);
	}
	return pool;
}

static int
call(const char *port)
{
	struct evrpc_pool *pool = pool_to(port);
	struct msg *request = filled(), *replies[20];
	struct timeval limit = {20, 0};
	for (int i = 0; i < 20; i++) {
		replies[i] = msg_new();
		CHECK(EVRPC_MAKE_REQUEST(Echo, pool, request, replies[i], done, NULL) == 0);
	}
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
	CHECK(left == 0);
	for (int i = 0; i < 20; i++)
		msg_free(replies[i]);
	msg_free(request);
	evrpc_pool_free(pool);
	return 0;
}

/* ---- A native function ---- */

static const char *
greeting(const char *name)
{
	static char text[100];
	snprintf(text, sizeof(text), "hello %s", name);
	return text;
}

typedef void (*function)(void);
typedef int (*registration)(struct evrpc_base *, const char *, const char *, const void *, function);

static int
serve_native(void)
{
	struct evrpc_base *server = server_new();
	registration offer;
	*(void **)&offer = dlsym(RTLD_DEFAULT, "evrpc_native_register");
	CHECK(offer && offer(server, "greet", "s:s", NULL, (function)greeting) == 0);
	return event_base_dispatch(base);
}

static void
greeted(struct evrpc_status *status, struct word *request, struct word *reply, void *arg)
{
	char *text;
	(void)request;
	CHECK(status->error == EVRPC_STATUS_ERR_NONE);
	CHECK(EVTAG_GET(reply, text, &text) == 0 && strcmp(text, "hello world") == 0);
	*(int *)arg = 1;
	event_base_loopexit(base, NULL);
}

static int
greet(const char *port)
{
	struct evrpc_pool *pool = pool_to(port);
	struct word *request = word_new(), *reply = word_new();
	struct timeval limit = {20, 0};
	int answered = 0;
	CHECK(EVTAG_ASSIGN(request, text, "world") == 0);
	CHECK(EVRPC_MAKE_REQUEST(greet, pool, request, reply, greeted, &answered) == 0);
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
	CHECK(answered);
	word_free(request);
	word_free(reply);
	evrpc_pool_free(pool);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *port = argc > 2 ? argv[2] : "0";
	base = event_base_new();
	CHECK(base);
	if (strcmp(what, "write") == 0) return write_bytes();
	if (strcmp(what, "read") == 0) return read_bytes();
	if (strcmp(what, "serve") == 0) return serve();
	if (strcmp(what, "call") == 0) return call(port);
	if (strcmp(what, "serve-native") == 0) return serve_native();
	if (strcmp(what, "greet") == 0) return greet(port);
	fprintf(stderr, "usage: see peer.c\n");
	return 2;
}
