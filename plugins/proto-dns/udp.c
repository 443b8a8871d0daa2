/* SPDX-License-Identifier: BSD-3-Clause */
/* UDP sockets of the client.
 *
 * Every query is sent from a port that was chosen for it. Making and closing a socket each time costs more than the
 * query itself, so sockets are kept: connect() with AF_UNSPEC takes peer and port away from a socket, and the next
 * connect() lets Linux choose another port with its own secure generator. The socket stays in the event backend all the
 * time. Elsewhere the port would stay the same, so there the socket is closed instead.
 *
 * The first time a query is sent its socket is not connected: that saves a third of the kernel's work, and the sender's
 * address is compared here. When nobody answered, it is connected for the next attempt: then the kernel hides the port
 * from everybody but the server, while somebody might have time to look for it, and tells when nobody listens there. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_LEAST 4096
#define MESSAGES_AT_ONCE 64 /* taken from one shared socket before the loop goes on */

#ifdef __linux__
#define PORT_CAN_CHANGE true
#else
#define PORT_CAN_CHANGE false
#endif

static void
close_socket_locked(struct dns_socket *socket)
{
	struct evdns_base *base = socket->base;
	if (socket->pending) event_del_noblock(socket->event);
	evutil_closesocket(socket->fd);
	socket->pending = false;
	socket->fd = -1;
	socket->server = NULL;
	base->socket_count--;
	TAILQ_INSERT_TAIL(&base->sockets_closed, socket, link);
}

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

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct dns_socket *socket = arg;
	struct evdns_base *base = socket->base;
	struct dns_answer answer;
	(void)fd;
	(void)what;
	if (!dns_client_enter(base)) return;
	for (int i = 0; i < MESSAGES_AT_ONCE && socket->fd >= 0; i++) {
		struct sockaddr_storage from;
		socklen_t from_length = sizeof(from);
		ssize_t length =
			recvfrom(socket->fd, base->buffer, base->buffer_size, 0, (struct sockaddr *)&from, &from_length);
		if (length < 0) {
			if (errno == ECONNREFUSED) refused_locked(socket);
			break;
		}
		dns_answer_init(&answer, DNS_TYPE_A, DNS_ERR_NONE);
		struct dns_query *query =
			dns_query_message_locked(base, (struct sockaddr *)&from, socket, base->buffer, (size_t)length, &answer);
		if (query) {
			dns_client_unlock(base);
			query->asker->deliver(query, &answer);
			dns_client_lock(base);
		}
		dns_query_answer_done(&answer);
		if (query && socket->queries <= 1) break;
	}
	dns_client_leave(base);
}

/* ---- Making -------------------------------------------------------------------------------------------------------
 */

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24) == 127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* Whether queries to a server go out from the address of "bind-to". One on this host is not asked from an address that
 * faces the outside: it might not answer. */
bool
dns_bound_for_locked(const struct evdns_base *base, const struct dns_server *server)
{
	const struct sockaddr *from = (const struct sockaddr *)&base->bind_to;
	const struct sockaddr *to = (const struct sockaddr *)&server->address;
	if (!base->bind_to_length || from->sa_family != to->sa_family) return false;
	return !is_loopback(to) || is_loopback(from);
}

static int
configure_locked(struct evdns_base *base, evutil_socket_t fd, bool bound)
{
	int on = 1;
	if (base->receive_buffer)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &base->receive_buffer, sizeof(base->receive_buffer));
	if (base->send_buffer) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &base->send_buffer, sizeof(base->send_buffer));
	if (!bound) return 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&base->bind_to, base->bind_to_length);
}

static evutil_socket_t
open_fd_locked(struct evdns_base *base, int family, bool bound)
{
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
	evutil_socket_t fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
	evutil_socket_t fd = socket(family, SOCK_DGRAM, 0);
	if (fd >= 0) {
		evutil_make_socket_nonblocking(fd);
		evutil_make_socket_closeonexec(fd);
	}
#endif
	if (fd < 0) return -1;
	if (configure_locked(base, fd, bound) == 0) return fd;
	int error = errno;
	evutil_closesocket(fd);
	errno = error;
	return -1;
}

/* Its event must not run while the socket is already another one: so events are made anew only here, where no callback
 * of this socket can be inside (it was closed under the lock, and sees fd == -1). */
static struct dns_socket *
make_locked(struct evdns_base *base, int family, bool bound)
{
	if (!dns_udp_buffer_locked(base)) return NULL;
	struct dns_socket *made = TAILQ_FIRST(&base->sockets_closed);
	if (!made) {
		made = dns_zalloc(sizeof(*made));
		if (!made) return NULL;
		made->base = base;
		made->fd = -1;
		made->event = event_new(base->event_base, -1, 0, readable, made);
		if (!made->event) {
			dns_free(made);
			return NULL;
		}
		TAILQ_INSERT_TAIL(&base->sockets_closed, made, link);
	}
	evutil_socket_t fd = open_fd_locked(base, family, bound);
	if (fd < 0) return NULL;
	if (event_assign(made->event, base->event_base, fd, EV_READ | EV_PERSIST, readable, made) != 0 ||
		event_add(made->event, NULL) != 0) {
		evutil_closesocket(fd);
		return NULL;
	}
	TAILQ_REMOVE(&base->sockets_closed, made, link);
	made->pending = true;
	made->fd = fd;
	made->family = family;
	made->bound = bound;
	made->server = NULL;
	made->queries = 0;
	base->socket_count++;
	return made;
}

int
dns_udp_reserve_locked(struct evdns_base *base, int family)
{
	struct dns_socket *socket;
	struct dns_socket_list *lists[] = {&base->sockets_free, &base->sockets_busy};
	for (int i = 0; i < 2; i++)
		TAILQ_FOREACH (socket, lists[i], link)
			if (socket->family == family) return 0;
	socket = make_locked(base, family, false);
	if (!socket) return -1;
	TAILQ_INSERT_HEAD(&base->sockets_free, socket, link);
	base->sockets_free_count++;
	return 0;
}

/* ---- Choosing and sending -----------------------------------------------------------------------------------------
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

static struct dns_socket *
take_free_locked(struct evdns_base *base, int family, bool bound)
{
	struct dns_socket *socket;
	TAILQ_FOREACH (socket, &base->sockets_free, link)
		if (socket->family == family && socket->bound == bound) break;
	if (socket) {
		TAILQ_REMOVE(&base->sockets_free, socket, link);
		base->sockets_free_count--;
	} else {
		if (base->socket_count >= DNS_SOCKETS_MAX) return NULL;
		socket = make_locked(base, family, bound);
		if (!socket) return NULL;
	}
	if (!socket->pending) socket->pending = event_add(socket->event, NULL) == 0;
	TAILQ_INSERT_HEAD(&base->sockets_busy, socket, link);
	return socket;
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
	if (!socket) socket = take_free_locked(base, server->address.ss_family, dns_bound_for_locked(base, server));
	if (!socket) {
		int error = errno;
		socket = share_locked(base, server);
		errno = error;
	}
	if (!socket) return -1;
	socket->queries++;
	query->socket = socket;
	if (query->sent > 0 && socket->queries == 1 && !fixed) {
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
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	struct dns_socket *socket = query->socket;
	struct evdns_base *base = query->base;
	query->socket = NULL;
	if (--socket->queries > 0) return;
	TAILQ_REMOVE(&base->sockets_busy, socket, link);
	bool keep = PORT_CAN_CHANGE && base->sockets_free_count < DNS_SOCKETS_SPARE;
	if (!keep || connect(socket->fd, &nobody, sizeof(nobody)) != 0) {
		close_socket_locked(socket);
		return;
	}
	socket->server = NULL;
	TAILQ_INSERT_HEAD(&base->sockets_free, socket, link);
	base->sockets_free_count++;
}

/* ---- At rest and at the end ---------------------------------------------------------------------------------------
 */

evutil_socket_t
dns_udp_any_fd_locked(struct evdns_base *base, struct dns_server *server)
{
	struct dns_socket *socket;
	TAILQ_FOREACH (socket, &base->sockets_busy, link)
		if (socket->family == server->address.ss_family) return socket->fd;
	dns_udp_reserve_locked(base, server->address.ss_family);
	TAILQ_FOREACH (socket, &base->sockets_free, link)
		if (socket->family == server->address.ss_family) return socket->fd;
	return -1;
}

void
dns_udp_idle_locked(struct evdns_base *base)
{
	struct dns_socket *socket;
	struct dns_server *server;
	if (!base->quiet) return;
	TAILQ_FOREACH (socket, &base->sockets_free, link) {
		if (socket->pending) event_del_noblock(socket->event);
		socket->pending = false;
	}
	TAILQ_FOREACH (server, &base->servers, link)
		dns_tcp_idle_locked(server);
}

void
dns_udp_close_locked(struct evdns_base *base, bool busy_too)
{
	struct dns_socket *socket;
	while ((socket = TAILQ_FIRST(&base->sockets_free))) {
		TAILQ_REMOVE(&base->sockets_free, socket, link);
		base->sockets_free_count--;
		close_socket_locked(socket);
	}
	while (busy_too && (socket = TAILQ_FIRST(&base->sockets_busy))) {
		TAILQ_REMOVE(&base->sockets_busy, socket, link);
		socket->queries = 0;
		close_socket_locked(socket);
	}
}

void
dns_udp_free_all(struct evdns_base *base)
{
	struct dns_socket *socket;
	dns_udp_close_locked(base, true);
	while ((socket = TAILQ_FIRST(&base->sockets_closed))) {
		TAILQ_REMOVE(&base->sockets_closed, socket, link);
		event_free(socket->event);
		dns_free(socket);
	}
}
