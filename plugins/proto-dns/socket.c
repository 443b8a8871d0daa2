/* SPDX-License-Identifier: BSD-3-Clause */
/* UDP sockets of the client: made, kept, and their ports.
 *
 * Every query is sent from a port that was chosen for it. Making and closing a socket each time costs more than the
 * query itself, so sockets are kept: connect() with AF_UNSPEC takes peer and port away from a socket, and the next
 * connect() or sendto() lets Linux choose another port with its own secure generator. The socket stays in the event
 * backend all the time. Elsewhere the port would stay the same, so there the socket is closed instead. */
#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#ifdef __linux__
#define PORT_CAN_CHANGE true
#else
#define PORT_CAN_CHANGE false
#endif

void
dns_socket_close_locked(struct dns_socket *socket)
{
	struct evdns_base *base = socket->base;
	if (socket->pending) event_del_noblock(&socket->event);
	evutil_closesocket(socket->fd);
	socket->pending = false;
	socket->fd = -1;
	socket->server = NULL;
	base->socket_count--;
	TAILQ_INSERT_TAIL(&base->sockets_closed, socket, link);
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
		if (event_assign(&made->event, base->event_base, -1, 0, dns_udp_readable, made) != 0) {
			dns_free(made);
			return NULL;
		}
		TAILQ_INSERT_TAIL(&base->sockets_closed, made, link);
	}
	evutil_socket_t fd = open_fd_locked(base, family, bound);
	if (fd < 0) return NULL;
	short what = (short)(EV_READ | EV_PERSIST | (base->edge ? EV_ET : 0));
	if (event_assign(&made->event, base->event_base, fd, what, dns_udp_readable, made) != 0 ||
		event_add(&made->event, NULL) != 0) {
		evutil_closesocket(fd);
		return NULL;
	}
	TAILQ_REMOVE(&base->sockets_closed, made, link);
	made->pending = true;
	made->fd = fd;
	made->family = (short)family;
	made->bound = bound;
	made->server = NULL;
	made->queries = 0;
	base->socket_count++;
	return made;
}

/* ---- Ports --------------------------------------------------------------------------------------------------------
 */

static bool
lose_port(struct dns_socket *socket)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	socket->server = NULL;
	return PORT_CAN_CHANGE && connect(socket->fd, &nobody, sizeof(nobody)) == 0;
}

/* A free socket, which has no port yet, or NULL. */
static struct dns_socket *
remove_free_locked(struct evdns_base *base, int family, bool bound)
{
	for (int i = base->sockets_free_count; i-- > 0;) {
		struct dns_socket *socket = base->sockets_free[i];
		if (socket->family != family || socket->bound != bound) continue;
		base->sockets_free[i] = base->sockets_free[--base->sockets_free_count];
		return socket;
	}
	return NULL;
}

struct dns_socket *
dns_socket_take_locked(struct evdns_base *base, const struct dns_server *server, bool bound)
{
	int family = server->address.ss_family;
	struct dns_socket *socket = remove_free_locked(base, family, bound);
	if (!socket && base->socket_count < DNS_SOCKETS_MAX) socket = make_locked(base, family, bound);
	if (!socket) return NULL;
	if (!socket->pending) socket->pending = event_add(&socket->event, NULL) == 0;
	TAILQ_INSERT_HEAD(&base->sockets_busy, socket, link);
	return socket;
}

void
dns_socket_give_back_locked(struct dns_socket *socket)
{
	struct evdns_base *base = socket->base;
	TAILQ_REMOVE(&base->sockets_busy, socket, link);
	if (!base->closing && base->sockets_free_count < DNS_SOCKETS_SPARE && lose_port(socket))
		base->sockets_free[base->sockets_free_count++] = socket;
	else
		dns_socket_close_locked(socket);
}

int
dns_udp_reserve_locked(struct evdns_base *base, int family)
{
	struct dns_socket *socket;
	for (int i = 0; i < base->sockets_free_count; i++)
		if (base->sockets_free[i]->family == family) return 0;
	TAILQ_FOREACH (socket, &base->sockets_busy, link)
		if (socket->family == family) return 0;
	if (base->sockets_free_count == DNS_SOCKETS_SPARE) return 0; /* they keep the loop running as well */
	socket = make_locked(base, family, false);
	if (!socket) return -1;
	base->sockets_free[base->sockets_free_count++] = socket;
	return 0;
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
	for (int i = 0; i < base->sockets_free_count; i++)
		if (base->sockets_free[i]->family == server->address.ss_family) return base->sockets_free[i]->fd;
	return -1;
}

void
dns_udp_idle_locked(struct evdns_base *base)
{
	struct dns_server *server;
	if (!base->quiet) return;
	for (int i = 0; i < base->sockets_free_count; i++) {
		struct dns_socket *socket = base->sockets_free[i];
		if (socket->pending) event_del_noblock(&socket->event);
		socket->pending = false;
	}
	TAILQ_FOREACH (server, &base->servers, link)
		dns_tcp_idle_locked(server);
}

void
dns_udp_close_locked(struct evdns_base *base, bool busy_too)
{
	struct dns_socket *socket;
	while (base->sockets_free_count > 0)
		dns_socket_close_locked(base->sockets_free[--base->sockets_free_count]);
	while (busy_too && (socket = TAILQ_FIRST(&base->sockets_busy))) {
		TAILQ_REMOVE(&base->sockets_busy, socket, link);
		socket->queries = 0;
		dns_socket_close_locked(socket);
	}
}

void
dns_udp_free_all(struct evdns_base *base)
{
	struct dns_socket *socket;
	dns_udp_close_locked(base, true);
	while ((socket = TAILQ_FIRST(&base->sockets_closed))) {
		TAILQ_REMOVE(&base->sockets_closed, socket, link);
		event_del(&socket->event);
		event_debug_unassign(&socket->event);
		dns_free(socket);
	}
}
