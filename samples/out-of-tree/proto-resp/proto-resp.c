/* SPDX-License-Identifier: BSD-3-Clause */
/* The plugin itself: connections between the parser (request.c) and the commands (command.c).
 *
 * A client that sends many requests at once gets its answers in one piece. One that does not read them is no longer
 * listened to while a megabyte of them waits; one whose request is longer than the parser allows is hung up on. */
#include "proto-resp.h"

#include "command.h"

#include <event2/bufferevent.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)1 << 20) /* bytes of answers that may wait before we stop listening */

struct resp_server {
	struct event_base *base;
	struct store store;
	struct resp_limits limits;
	struct client *clients;
	uint32_t client_count;
	uint64_t requests;
	struct request request; /* large, so not on the stack */
};

struct client {
	struct client *next, **link;
	struct resp_server *server;
	struct bufferevent *bev;
	size_t wanted; /* bytes of input below which parsing again would be in vain */
	bool ending;   /* hang up when all is written */
};

static const struct event_plugin_host *host;

static void
hang_up(struct client *client)
{
	*client->link = client->next;
	if (client->next) client->next->link = client->link;
	client->server->client_count--;
	bufferevent_free(client->bev);
	host->free(client);
}

/* Answers the requests in len bytes of data. Returns how many bytes are done with. */
static size_t
answer(struct client *client, const char *data, size_t len, struct evbuffer *reply)
{
	struct resp_server *server = client->server;
	struct request *request = &server->request;
	size_t done = 0;
	client->wanted = 1;
	while (!client->ending && done < len && evbuffer_get_length(reply) < OUTPUT_MAX) {
		enum request_status status = request_parse(data + done, len - done, request);
		if (status == REQUEST_MORE) {
			client->wanted = request->size;
			break;
		}
		if (status == REQUEST_BAD) {
			evbuffer_add_printf(reply, "-ERR protocol error: %s\r\n", request->error);
			client->ending = true;
			break;
		}
		done += request->size;
		if (request->count == 0) continue;
		client->ending = !command_run(&server->store, request, reply);
		server->requests++;
	}
	return done;
}

static void
work(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->bev), *output = bufferevent_get_output(client->bev);
	size_t len = evbuffer_get_length(input);
	if (!client->ending && len >= client->wanted) {
		const char *data = (const char *)evbuffer_pullup(input, -1);
		if (!data) {
			hang_up(client);
			return;
		}
		evbuffer_drain(input, answer(client, data, len, output));
	}
	size_t waiting = evbuffer_get_length(output);
	if (client->ending && waiting == 0)
		hang_up(client);
	else if (client->ending || waiting >= OUTPUT_MAX)
		bufferevent_disable(client->bev, EV_READ);
	else
		bufferevent_enable(client->bev, EV_READ);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	work(arg);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *client = arg;
	bool eof = (what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(bev)) > 0;
	if (eof)
		client->ending = true; /* it may have closed its half alone, and still read the rest */
	else
		hang_up(client);
}

/* ---- The interface ----------------------------------------------------------------------------------------------- */

static struct resp_server *
resp_open(struct event_base *base, const struct resp_limits *limits)
{
	struct resp_server *server = host->alloc(sizeof(*server));
	if (!server) return NULL;
	memset(server, 0, sizeof(*server));
	server->base = base;
	if (limits) memcpy(&server->limits, limits, limits->size < sizeof(*limits) ? limits->size : sizeof(*limits));
	if (!server->limits.clients) server->limits.clients = 1000;
	if (!server->limits.bytes) server->limits.bytes = (uint64_t)64 << 20;
	if (!server->limits.idle_s) server->limits.idle_s = 300;
	if (server->limits.bytes > SIZE_MAX) server->limits.bytes = SIZE_MAX;
	if (store_open(&server->store, host, (size_t)server->limits.bytes) == 0) return server;
	host->free(server);
	return NULL;
}

static void
resp_close(struct resp_server *server)
{
	while (server->clients)
		hang_up(server->clients);
	store_close(&server->store);
	host->free(server);
}

static int
resp_serve(struct resp_server *server, evutil_socket_t fd)
{
	const struct timeval idle = {(time_t)server->limits.idle_s, 0};
	struct client *client = NULL;
	if (server->client_count >= server->limits.clients || evutil_make_socket_nonblocking(fd) < 0) goto failed;
	client = host->alloc(sizeof(*client));
	if (!client) goto failed;
	*client = (struct client){server->clients, &server->clients, server, NULL, 1, false};
	client->bev = bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->bev) goto failed;
	if (client->next) client->next->link = &client->next;
	server->clients = client;
	server->client_count++;
	bufferevent_setcb(client->bev, on_read, on_read, on_event, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, REQUEST_BYTES_MAX + REQUEST_LINE_MAX);
	bufferevent_set_timeouts(client->bev, &idle, &idle);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	return 0;
failed:
	host->free(client);
	evutil_closesocket(fd);
	return -1;
}

static uint64_t
resp_requests(const struct resp_server *server)
{
	return server->requests;
}

/* For `event-plugin call proto-resp words TEXT`: arguments of the first request in a text, -1 when there is none. */
static int32_t
words(const char *text)
{
	static struct request request;
	return request_parse(text, strlen(text), &request) == REQUEST_WHOLE ? (int32_t)request.count : -1;
}

static int
load(const struct event_plugin_host *lent)
{
	host = lent;
	return 0;
}

static const struct proto_resp table = {
	.head = {sizeof(table), PROTO_RESP_MAJOR, PROTO_RESP_MINOR},
	.open = resp_open,
	.close = resp_close,
	.serve = resp_serve,
	.requests = resp_requests,
};

static const struct event_plugin_call calls[] = {{"words", "i:s", (void (*)(void))words}, {NULL, NULL, NULL}};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_PROTOCOL, PROTO_RESP_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "a server of the Redis protocol, in memory", .load = load, .interface = &table.head, .calls = calls);
