/* SPDX-License-Identifier: BSD-3-Clause */
/* A client's connection: DISCONNECTED, CONNECTING, maybe WAITING to try again, and READING when it is connected. */
#include "client.h"

#include "functions.h"
#include "memory.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_S 2
#define RETRY_DOUBLINGS_MAX 10

static void connect_failed(struct evhttp_connection *conn);

/* ---- Life ---- */

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct evhttp_connection *conn = arg;
	(void)fd;
	(void)what;
	connection_enter(conn);
	if (conn->state == HTTP_CONNECTING)
		connect_failed(conn);
	else if (conn->state == HTTP_WAITING || conn->state == HTTP_DISCONNECTED)
		exchange_next(conn);
	else
		exchange_timer(conn);
	connection_exit(conn);
}

void
client_release(struct http_client *client)
{
	http_free(client->local_address);
	http_free(client->unix_path);
	http_free(client);
}

/* What a connection needs to connect. One that was made for no base yet gets it when it has one. */
static bool
equip(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	if (!client->timer) client->timer = event_new(conn->base, -1, 0, on_timer, conn);
	if (!conn->bev) {
		conn->own_bev = true;
		conn->bev = bufferevent_socket_new(conn->base, -1, BEV_OPT_CLOSE_ON_FREE);
	}
	return client->timer && conn->bev;
}

/* Takes bev only when it returns a connection. */
static struct evhttp_connection *
make(struct event_base *base, struct evdns_base *dns, struct bufferevent *bev, const char *address, uint16_t port)
{
	struct evhttp_connection *conn = connection_new(base, bev, false, true);
	struct http_client *client = conn ? http_zalloc(sizeof(*client)) : NULL;
	if (!client) {
		http_free(conn);
		return NULL;
	}
	conn->client = client;
	conn->port = port;
	TAILQ_INIT(&client->queue);
	client->dns = dns;
	client->retry_initial.tv_sec = RETRY_S;
	conn->address = http_strdup(address);
	if (conn->address && (!base || equip(conn))) return conn;
	if (!conn->own_bev) conn->bev = NULL;
	connection_end(conn);
	return NULL;
}

struct evhttp_connection *
plugin_evhttp_connection_base_bufferevent_new(
	struct event_base *base, struct evdns_base *dns, struct bufferevent *bev, const char *address, uint16_t port)
{
	return make(base, dns, bev, address, port);
}

struct evhttp_connection *
plugin_evhttp_connection_base_new(struct event_base *base, struct evdns_base *dns, const char *address, uint16_t port)
{
	return make(base, dns, NULL, address, port);
}

struct evhttp_connection *
plugin_evhttp_connection_base_bufferevent_unix_new(struct event_base *base, struct bufferevent *bev, const char *path)
{
	struct evhttp_connection *conn = make(base, NULL, bev, "localhost", 0);
	if (!conn) return NULL;
	conn->client->unix_path = http_strdup(path);
	if (conn->client->unix_path) return conn;
	if (!conn->own_bev) conn->bev = NULL;
	connection_end(conn);
	return NULL;
}

static void connected(struct evhttp_connection *conn);

struct evhttp_connection *
plugin_evhttp_connection_base_bufferevent_reuse_new(
	struct event_base *base, struct evdns_base *dns, struct bufferevent *bev)
{
	struct evhttp_connection *conn = bev ? make(base, dns, bev, "localhost", 0) : NULL;
	if (!conn) return NULL;
	conn->client->given_connected = true;
	connection_set_callbacks(conn);
	connected(conn);
	return conn;
}

void
plugin_evhttp_connection_set_base(struct evhttp_connection *conn, struct event_base *base)
{
	if (!conn->client || conn->state != HTTP_DISCONNECTED) return;
	conn->base = base;
	if (conn->client->timer) (void)event_base_set(base, conn->client->timer);
	if (conn->bev) (void)bufferevent_base_set(base, conn->bev);
	(void)equip(conn);
}

void
plugin_evhttp_connection_free_on_completion(struct evhttp_connection *conn)
{
	if (!conn->client) return;
	conn->client->free_on_completion = true;
	if (!conn->depth && !conn->current && TAILQ_EMPTY(&conn->client->queue)) connection_end(conn);
}

/* ---- Connecting ---- */

/* A socket bound to the local address and port that the program chose. Returns -1 when that cannot be had. */
static evutil_socket_t
bound_socket(const struct evhttp_connection *conn)
{
	static const int on = 1;
	const struct http_client *client = conn->client;
	struct sockaddr_storage local;
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&local;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&local;
	socklen_t length = sizeof(*in);
	memset(&local, 0, sizeof(local));
	local.ss_family = AF_INET;
	in->sin_port = htons(client->local_port);
	if (client->local_address ? evutil_inet_pton(AF_INET, client->local_address, &in->sin_addr) != 1
							  : client->family == AF_INET6 || strchr(conn->address, ':') != NULL) {
		memset(&local, 0, sizeof(local));
		local.ss_family = AF_INET6;
		in6->sin6_port = htons(client->local_port);
		length = sizeof(*in6);
		if (client->local_address && evutil_inet_pton(AF_INET6, client->local_address, &in6->sin6_addr) != 1) return -1;
	}
	const evutil_socket_t fd = socket(local.ss_family, SOCK_STREAM, 0);
	if (fd < 0) return -1;
	if (evutil_make_socket_nonblocking(fd) == 0 && evutil_make_socket_closeonexec(fd) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		bind(fd, (struct sockaddr *)&local, length) == 0)
		return fd;
	evutil_closesocket(fd);
	return -1;
}

static int
connect_unix(struct evhttp_connection *conn)
{
	struct sockaddr_un address;
	const size_t len = strlen(conn->client->unix_path);
	if (len >= sizeof(address.sun_path)) return -1;
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, conn->client->unix_path, len + 1);
	return bufferevent_socket_connect(conn->bev, (struct sockaddr *)&address, (int)sizeof(address));
}

static int
begin_to_connect(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	if (client->unix_path) return connect_unix(conn);
	if (client->local_address || client->local_port) {
		const evutil_socket_t fd = bound_socket(conn);
		if (fd < 0) return -1;
		if (bufferevent_setfd(conn->bev, fd) < 0) {
			evutil_closesocket(fd);
			return -1;
		}
	}
	if (client->known_len && (conn->flags & EVHTTP_CON_REUSE_CONNECTED_ADDR))
		return bufferevent_socket_connect(conn->bev, (struct sockaddr *)&client->known, (int)client->known_len);
	return bufferevent_socket_connect_hostname(conn->bev, client->dns, client->family, conn->address, conn->port);
}

int
client_connect(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	if (client->given_connected || !conn->base || !equip(conn)) return -1;
	const enum http_state before = conn->state;
	conn->state = HTTP_CONNECTING;
	connection_set_callbacks(conn);
	bufferevent_set_timeouts(conn->bev, NULL, NULL);
	client->connecting_now = true;
	const int begun = event_add(client->timer, &conn->connect_timeout) == 0 ? begin_to_connect(conn) : -1;
	client->connecting_now = false;
	if (begun == 0) return 0;
	(void)event_del(client->timer);
	conn->state = before;
	return -1;
}

static void
connected(struct evhttp_connection *conn)
{
	static const int on = 1;
	struct http_client *client = conn->client;
	const evutil_socket_t fd = bufferevent_getfd(conn->bev);
	socklen_t length = sizeof(client->known);
	(void)event_del(client->timer);
	client->retries = 0;
	client->answered = 0;
	conn->state = HTTP_READING;
	conn->peer.ss_family = AF_UNSPEC;
	if (fd >= 0 && getpeername(fd, (struct sockaddr *)&client->known, &length) == 0) client->known_len = length;
	if (fd >= 0) (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection_apply_timeouts(conn);
	(void)bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	exchange_next(conn);
}

/* Makes the bufferevent ready for another connection. */
static void
renew_bufferevent(struct evhttp_connection *conn)
{
	connection_stop_bev(conn);
	if (conn->own_bev) {
		bufferevent_free(conn->bev);
		conn->bev = bufferevent_socket_new(conn->base, -1, BEV_OPT_CLOSE_ON_FREE);
	} else {
		connection_close_fd(conn);
		struct evbuffer *input = bufferevent_get_input(conn->bev), *output = bufferevent_get_output(conn->bev);
		(void)evbuffer_drain(input, evbuffer_get_length(input));
		(void)evbuffer_drain(output, evbuffer_get_length(output));
	}
	conn->paused = conn->held_up = conn->input_eof = false;
	conn->written_cb = NULL;
	http_parser_reset(&conn->parser);
}

void
client_lost(struct evhttp_connection *conn)
{
	const bool was_connected = conn->state >= HTTP_READING;
	(void)event_del(conn->client->timer);
	if (conn->bev) renew_bufferevent(conn);
	conn->state = HTTP_DISCONNECTED;
	if (was_connected) connection_tell_closed(conn);
}

static void
connect_failed(struct evhttp_connection *conn)
{
	struct http_client *client = conn->client;
	if (client->connecting_now) { /* the program is still in evhttp_make_request() */
		static const struct timeval now = {0, 0};
		(void)event_add(client->timer, &now);
		return;
	}
	client_lost(conn);
	if (client->retry_max >= 0 && client->retries >= client->retry_max) {
		client->retries = 0;
		exchange_fail_all(conn);
		return;
	}
	struct timeval delay = client->retry_initial;
	for (int i = 0; i < client->retries && i < RETRY_DOUBLINGS_MAX; i++)
		evutil_timeradd(&delay, &delay, &delay);
	client->retries++;
	conn->state = HTTP_WAITING;
	if (event_add(client->timer, &delay) == 0) return;
	conn->state = HTTP_DISCONNECTED;
	exchange_fail_all(conn);
}

/* ---- From the bufferevent ---- */

static void
on_timeout(struct evhttp_connection *conn, short what)
{
	const bool sending = evbuffer_get_length(bufferevent_get_output(conn->bev)) != 0;
	if (conn->current && !conn->paused && ((what & BEV_EVENT_WRITING) || !sending))
		conn->role->fail(conn, EVREQ_HTTP_TIMEOUT, 0);
	else if ((what & BEV_EVENT_READING) && !conn->held_up)
		(void)bufferevent_enable(conn->bev, EV_READ); /* nothing is expected */
	else if (what & BEV_EVENT_WRITING)
		(void)bufferevent_enable(conn->bev, EV_WRITE);
}

static void
role_event(struct evhttp_connection *conn, short what)
{
	if (conn->state == HTTP_CONNECTING) {
		if (what & BEV_EVENT_CONNECTED)
			connected(conn);
		else
			connect_failed(conn);
	} else if (what & BEV_EVENT_TIMEOUT) {
		on_timeout(conn, what);
	} else if (what & BEV_EVENT_EOF) {
		conn->input_eof = true;
		connection_input(conn);
	} else if (what & BEV_EVENT_ERROR) {
		if ((what & BEV_EVENT_WRITING) && (conn->flags & EVHTTP_CON_READ_ON_WRITE_ERROR) && conn->current)
			(void)bufferevent_enable(conn->bev, EV_READ);
		else
			conn->role->fail(conn, EVREQ_HTTP_BUFFER_ERROR, 0);
	}
}

/* ---- Settings ---- */

void
plugin_evhttp_connection_set_family(struct evhttp_connection *conn, int family)
{
	if (conn->client) conn->client->family = family;
}

void
plugin_evhttp_connection_set_local_address(struct evhttp_connection *conn, const char *address)
{
	if (!conn->client) return;
	char *copy = address ? http_strdup(address) : NULL;
	if (address && !copy) return;
	http_free(conn->client->local_address);
	conn->client->local_address = copy;
}

void
plugin_evhttp_connection_set_local_port(struct evhttp_connection *conn, uint16_t port)
{
	if (conn->client) conn->client->local_port = port;
}

void
plugin_evhttp_connection_set_initial_retry_tv(struct evhttp_connection *conn, const struct timeval *tv)
{
	static const struct timeval usual = {RETRY_S, 0};
	if (conn->client) conn->client->retry_initial = tv ? *tv : usual;
}

void
plugin_evhttp_connection_set_retries(struct evhttp_connection *conn, int retry_max)
{
	if (conn->client) conn->client->retry_max = retry_max;
}

static void
role_drained(struct evhttp_connection *conn)
{
	(void)conn;
}

const struct http_role http_client_role = {
	.first_line = exchange_first_line,
	.head_end = exchange_head_end,
	.end = exchange_end,
	.fail = exchange_fail,
	.drained = role_drained,
	.event = role_event,
	.eof = exchange_eof,
	.released = exchange_released,
	.free = exchange_free,
};
