/* SPDX-License-Identifier: BSD-3-Clause */
/* RPC: what a call costs over kept connections, client and server together in one loop; and the tagged format alone.
 * The message is written by hand as the generator would write it. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_compat.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>
#include <event2/tag.h>
#include <netinet/in.h>

#define CALLS 200000

struct text {
	char *name;
	uint32_t number;
	int has_name, has_number;
};

static void *
text_new_with_arg(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct text));
}

static void
text_clear(struct text *text)
{
	free(text->name);
	*text = (struct text){0};
}

static void
text_free(struct text *text)
{
	text_clear(text);
	free(text);
}

static int
text_complete(struct text *text)
{
	return text->has_name && text->has_number ? 0 : -1;
}

static void
text_marshal(struct evbuffer *buffer, const struct text *text)
{
	evtag_marshal_string(buffer, 1, text->name);
	evtag_marshal_int(buffer, 2, text->number);
}

static int
text_unmarshal(struct text *text, struct evbuffer *buffer)
{
	uint32_t tag;
	while (evbuffer_get_length(buffer) > 0) {
		if (evtag_peek(buffer, &tag) == -1) return -1;
		if (tag == 1 && !text->has_name) {
			if (evtag_unmarshal_string(buffer, 1, &text->name) == -1) return -1;
			text->has_name = 1;
		} else if (tag == 2 && !text->has_number) {
			if (evtag_unmarshal_int(buffer, 2, &text->number) == -1) return -1;
			text->has_number = 1;
		} else {
			return -1;
		}
	}
	return text_complete(text);
}

EVRPC_HEADER(Echo, text, text)
EVRPC_GENERATE(Echo, text, text)

static struct event_base *base;
static struct evrpc_pool *connections;
static uint64_t begun, made, ended, wanted;

static void
serve(EVRPC_STRUCT(Echo) * rpc, void *arg)
{
	(void)arg;
	rpc->reply->name = strdup(rpc->request->name);
	rpc->reply->number = rpc->request->number + 1;
	rpc->reply->has_name = rpc->reply->has_number = 1;
	EVRPC_REQUEST_DONE(rpc);
}

struct pair {
	struct text request, reply;
};

static void done(struct evrpc_status *status, struct text *request, struct text *reply, void *arg);

static void
call(struct pair *pair)
{
	made++;
	if (EVRPC_MAKE_REQUEST(Echo, connections, &pair->request, &pair->reply, done, pair) < 0) bench_die("call");
}

static void
done(struct evrpc_status *status, struct text *request, struct text *reply, void *arg)
{
	if (status->error || reply->number != request->number + 1) bench_die("reply");
	text_clear(reply);
	if (++ended == wanted / 10) begun = bench_cpu();
	if (ended == wanted)
		event_base_loopbreak(base);
	else if (made < wanted)
		call(arg);
}

static void
calls(const char *name, int count)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	struct pair *pairs = calloc((size_t)count, sizeof(*pairs));
	base = event_init(); /* not event_base_new(): libevent's pool wants the current base for its timers */
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	if (!bound) bench_die("bind");
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length);
	struct evrpc_base *server = evrpc_init(http);
	EVRPC_REGISTER(server, Echo, text, text, serve, NULL);
	connections = evrpc_pool_new(NULL);
	evrpc_pool_set_timeout(connections, 30);
	made = ended = 0;
	wanted = (uint64_t)bench_times(CALLS);
	for (int i = 0; i < count; i++)
		evrpc_pool_add_connection(
			connections, evhttp_connection_base_new(base, NULL, "127.0.0.1", ntohs(address.sin_port)));
	for (int i = 0; i < count; i++) {
		pairs[i].request = (struct text){strdup("a name of some length"), 41, 1, 1};
		call(&pairs[i]);
	}
	event_base_dispatch(base);
	bench_print(name, bench_cpu() - begun, wanted - wanted / 10);
	evrpc_pool_free(connections);
	evrpc_free(server);
	evhttp_free(http);
	event_base_free(base);
	for (int i = 0; i < count; i++)
		text_clear(&pairs[i].request);
	free(pairs);
}

static void
calls_1(void)
{
	calls("rpc_call_1_connection", 1);
}

static void
calls_32(void)
{
	calls("rpc_call_32_connections", 32);
}

/* ---- The tagged format ------------------------------------------------------------------------------------------- */

static void
tags(void)
{
	const int times = bench_times(1000000) > 100 ? bench_times(1000000) : 100;
	static char name[] = "a name of some length";
	struct evbuffer *buffer = evbuffer_new();
	struct text text = {name, 1234567, 1, 1}, back = {0};
	uint64_t writing = 0, reading = 0;
	for (int i = 0; i < times / 100; i++) {
		uint64_t start = bench_cpu();
		for (int j = 0; j < 100; j++)
			evtag_marshal_int64(buffer, 7, UINT64_C(0x123456789));
		uint64_t between = bench_cpu();
		for (int j = 0; j < 100; j++) {
			uint64_t value;
			if (evtag_unmarshal_int64(buffer, 7, &value) < 0) bench_die("tag");
		}
		writing += between - start;
		reading += bench_cpu() - between;
	}
	bench_print("tag_marshal_int64", writing, (uint64_t)times);
	bench_print("tag_unmarshal_int64", reading, (uint64_t)times);
	uint64_t start = bench_cpu();
	for (int i = 0; i < times; i++) {
		text_marshal(buffer, &text);
		if (text_unmarshal(&back, buffer) < 0) bench_die("message");
		text_clear(&back);
	}
	bench_print("message_both_ways", bench_cpu() - start, (uint64_t)times);
	evbuffer_free(buffer);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"calls_1", calls_1},
		{"calls_32", calls_32},
		{"tags", tags},
		{NULL, NULL},
	};
	return bench_main(argc, argv, cases);
}
