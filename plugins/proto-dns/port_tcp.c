/* SPDX-License-Identifier: BSD-3-Clause */
/* The server by TCP: clients that a listener accepts, many requests on one connection, answered in any order. */
#include "port.h"

#include <string.h>

static void
close_client_locked(struct dns_port_client *client)
{
	struct evdns_server_port *port = client->port;
	if (client->stream.fd < 0) return;
	dns_stream_close(&client->stream);
	client->generation++;
	LIST_REMOVE(client, link);
	LIST_INSERT_HEAD(&port->clients_gone, client, link);
	port->client_count--;
}

/* Takes all whole messages. A callback may close the client, or the port. */
static void
read_requests_locked(struct dns_port_client *client)
{
	struct evdns_server_port *port = client->port;
	unsigned generation = client->generation;
	const uint8_t *message;
	size_t length, reply_length;
	uint8_t reply[DNS_HEADER];
	while (client->generation == generation && (message = dns_stream_peek(&client->stream, &length))) {
		struct dns_request *request = dns_port_read_locked(
			port, message, length, (struct sockaddr *)&client->address, client->address_length, reply, &reply_length);
		dns_stream_drop(&client->stream, length);
		if (request) {
			request->client = client;
			request->client_generation = generation;
			client->requests++;
			dns_port_call_locked(port, request);
		} else if (!reply_length || dns_stream_send(&client->stream, reply, reply_length) != 0) {
			/* Who sends nonsense over TCP cannot be a client that needs an answer. */
			close_client_locked(client);
		}
	}
}

static void
happened(evutil_socket_t fd, short what, void *arg)
{
	struct dns_port_client *client = arg;
	struct evdns_server_port *port = client->port;
	int bad = 0;
	(void)fd;
	if (!dns_port_enter(port)) return;
	unsigned generation = client->generation;
	if (client->stream.fd >= 0) {
		if (what & EV_WRITE) bad = dns_stream_flush(&client->stream);
		if (!bad && (what & EV_READ)) {
			bad = dns_stream_fill(&client->stream);
			read_requests_locked(client);
		}
		/* Quiet for too long; but one that waits for an answer of ours may wait on. */
		if ((what & EV_TIMEOUT) && client->requests == 0) bad = -1;
		if (bad && client->generation == generation) close_client_locked(client);
	}
	dns_port_leave(port);
}

static struct dns_port_client *
make_client_locked(struct evdns_server_port *port)
{
	struct dns_port_client *client;
	LIST_FOREACH (client, &port->clients_gone, link)
		if (client->requests == 0) break;
	if (client) {
		LIST_REMOVE(client, link);
		return client;
	}
	client = dns_zalloc(sizeof(*client));
	if (!client) return NULL;
	client->port = port;
	if (dns_stream_init(&client->stream, port->event_base, happened, client) == 0) return client;
	dns_free(client);
	return NULL;
}

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int length, void *arg)
{
	struct evdns_server_port *port = arg;
	struct dns_port_client *client = NULL;
	(void)listener;
	if (!dns_port_enter(port)) {
		evutil_closesocket(fd);
		return;
	}
	bool welcome = !port->closed && port->client_count < port->clients_max &&
				   (size_t)length <= sizeof(client->address) && evutil_make_socket_nonblocking(fd) == 0;
	if (welcome) client = make_client_locked(port);
	if (client) {
		memcpy(&client->address, address, (size_t)length);
		client->address_length = (socklen_t)length;
		bool timed = port->idle.tv_sec > 0;
		if (dns_stream_open(&client->stream, port->event_base, fd, false, timed ? &port->idle : NULL) == 0) {
			LIST_INSERT_HEAD(&port->clients, client, link);
			port->client_count++;
		} else {
			LIST_INSERT_HEAD(&port->clients_gone, client, link);
			client = NULL;
		}
	}
	if (!client) evutil_closesocket(fd);
	dns_port_leave(port);
}

int
dns_port_tcp_answer_locked(struct dns_request *request, int code)
{
	struct dns_port_client *client = request->client;
	size_t bound = dns_reply_bound(request);
	if (client->generation != request->client_generation || client->stream.fd < 0) return -1;
	uint8_t *bytes = dns_alloc(bound);
	if (!bytes) return -1;
	size_t length = dns_reply_write(request, code, bytes, bound);
	int error = length ? dns_stream_send(&client->stream, bytes, length) : -1;
	dns_free(bytes);
	if (error) close_client_locked(client);
	return error;
}

int
dns_port_tcp_open(struct evdns_server_port *port, struct evconnlistener *listener)
{
	port->listener = listener;
	evconnlistener_set_cb(listener, accepted, port);
	return 0;
}

void
dns_port_tcp_close_locked(struct evdns_server_port *port)
{
	struct dns_port_client *client;
	if (port->listener) evconnlistener_disable(port->listener);
	while ((client = LIST_FIRST(&port->clients)))
		close_client_locked(client);
}

void
dns_port_tcp_free(struct evdns_server_port *port)
{
	struct dns_port_client *client;
	if (port->listener) evconnlistener_free(port->listener);
	while ((client = LIST_FIRST(&port->clients_gone))) {
		LIST_REMOVE(client, link);
		dns_stream_free(&client->stream);
		dns_free(client);
	}
}
