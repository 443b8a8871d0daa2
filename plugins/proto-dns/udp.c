/* SPDX-License-Identifier: BSD-3-Clause */
/* The client by UDP: messages out and in. Where the sockets and their ports come from: socket.c.
 *
 * The first time a query is sent its socket is not connected: that saves a third of the kernel's work, and the sender's
 * address is compared here. When nobody answered, it is connected for the next attempt: then the kernel hides the port
 * from everybody but the server, while somebody might have time to look for it, and tells when nobody listens there. */
#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define BUFFER_LEAST 4096
#define MESSAGES_AT_ONCE 64 /* taken from one shared socket before the loop goes on */

bool
dns_udp_buffer_locked(struct evdns_base *base)
{
	size_t size = base->udp_size < BUFFER_LEAST ? BUFFER_LEAST : (size_t)base->udp_size;
	if (base->buffer_size >= size) return true;
	uint8_t *buffer = dns_realloc(base->buffer, size);
	if (!buffer) return false;
	base->buffer = buffer;
	base->buffer_size = size;
	return true;
}

/* ---- Receiving ----------------------------------------------------------------------------------------------------
 */

/* Nobody listens at the server's port. Another server is better than waiting for this one. */
static void
refused_locked(struct dns_socket *socket)
{
	struct evdns_base *base = socket->base;
	if (socket->server && dns_server_other_up_locked(base, socket->server))
		dns_server_failed_locked(socket->server, strerror(ECONNREFUSED));
}

void
dns_udp_readable(evutil_socket_t fd, short what, void *arg)
{
	struct dns_socket *socket = arg;
	struct evdns_base *base = socket->base;
	struct dns_answer answer;
	(void)fd;
	(void)what;
	if (!dns_client_enter(base)) return;
	int left = MESSAGES_AT_ONCE;
	for (; left > 0 && socket->fd >= 0; left--) {
		struct sockaddr_storage from;
		socklen_t from_length = sizeof(from);
		ssize_t length =
			recvfrom(socket->fd, base->buffer, base->buffer_size, 0, (struct sockaddr *)&from, &from_length);
		if (length < 0 && errno != ECONNREFUSED) break;
		if (length < 0) {
			refused_locked(socket);
			continue;
		}
		struct dns_query *query =
			dns_query_message_locked(base, (struct sockaddr *)&from, socket, base->buffer, (size_t)length, &answer);
		bool done = query && socket->queries == 0;
		if (query) {
			dns_client_unlock(base);
			query->asker->deliver(query, &answer);
			dns_client_lock(base);
		}
		dns_query_answer_done(&answer);
		if (done) break;
	}
	/* An edge is told of once: what may be left must not wait for the next. */
	if (left == 0 && base->edge) event_active(&socket->event, EV_READ, 1);
	dns_client_leave(base);
}

/* ---- Sending ------------------------------------------------------------------------------------------------------
 */

static bool
has_fixed_port_locked(const struct evdns_base *base, const struct dns_server *server)
{
	const struct sockaddr *to = (const struct sockaddr *)&base->bind_to;
	if (!dns_bound_for_locked(base, server)) return false;
	return to->sa_family == AF_INET ? ((const struct sockaddr_in *)to)->sin_port != 0
									: ((const struct sockaddr_in6 *)to)->sin6_port != 0;
}

/* A socket that is in use already: one of them by chance, when there are too many queries for a socket each. */
static struct dns_socket *
share_locked(struct evdns_base *base, const struct dns_server *server)
{
	struct dns_socket *socket, *chosen = NULL;
	bool bound = dns_bound_for_locked(base, server);
	uint32_t seen = 0, random;
	evutil_secure_rng_get_bytes(&random, sizeof(random));
	TAILQ_FOREACH (socket, &base->sockets_busy, link) {
		if (socket->family != server->address.ss_family || socket->bound != bound) continue;
		if (socket->server && socket->server != server) continue;
		if (!chosen || (random = random * 1664525u + 1013904223u) % (seen + 1) == 0) chosen = socket;
		seen++;
	}
	return chosen;
}

static ssize_t
send_now(const struct dns_socket *socket, const struct dns_server *server, const uint8_t *message, size_t length)
{
	if (socket->server) return send(socket->fd, message, length, 0);
	return sendto(socket->fd, message, length, 0, (const struct sockaddr *)&server->address, server->address_length);
}

int
dns_udp_send_locked(struct dns_query *query, const uint8_t *message, size_t length)
{
	struct evdns_base *base = query->base;
	struct dns_server *server = query->server;
	bool fixed = has_fixed_port_locked(base, server);
	struct dns_socket *socket = fixed ? share_locked(base, server) : NULL;
	if (!socket) socket = dns_socket_take_locked(base, server, dns_bound_for_locked(base, server));
	if (!socket) {
		int error = errno;
		socket = share_locked(base, server);
		errno = error;
	}
	if (!socket) return -1;
	socket->queries++;
	query->socket = socket;
	bool connected = query->sent > 0 && socket->queries == 1 && !fixed;
	if (connected && !socket->server) {
		if (connect(socket->fd, (struct sockaddr *)&server->address, server->address_length) != 0) return -1;
		socket->server = server;
	}
	ssize_t sent = send_now(socket, server, message, length);
	/* What an earlier message caused is reported now; this one has not been sent. */
	if (sent < 0 && errno == ECONNREFUSED) sent = send_now(socket, server, message, length);
	if (sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNREFUSED) return 0;
	return -1;
}

void
dns_udp_release_locked(struct dns_query *query)
{
	struct dns_socket *socket = query->socket;
	query->socket = NULL;
	if (--socket->queries == 0) dns_socket_give_back_locked(socket);
}
