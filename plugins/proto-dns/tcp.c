/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's TCP connections: one for each server, made with the first query that needs it, shared by all that follow
 * (RFC 7766: pipelined, answered in any order), closed when nothing was asked for a while. */
#include "client.h"
#include "stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct dns_tcp {
	struct dns_stream stream;
	struct dns_server *server;
};

/* The connection broke: what was asked over it is asked again. */
static void
lost_locked(struct dns_tcp *tcp)
{
	dns_stream_close(&tcp->stream);
	dns_query_leave_server_locked(tcp->server, true);
}

static bool
in_use_locked(const struct dns_server *server)
{
	const struct dns_query *query;
	TAILQ_FOREACH (query, &server->base->flying, link)
		if (query->server == server && query->use_tcp) return true;
	return false;
}

/* Takes all whole messages. The lock is given back around callbacks: afterwards the stream may be another one. */
static void
read_messages_locked(struct dns_tcp *tcp)
{
	struct evdns_base *base = tcp->server->base;
	struct dns_answer answer;
	const uint8_t *message;
	size_t length;
	while ((message = dns_stream_peek(&tcp->stream, &length))) {
		struct dns_query *query =
			dns_query_message_locked(base, (struct sockaddr *)&tcp->server->address, NULL, message, length, &answer);
		if (tcp->stream.fd >= 0) dns_stream_drop(&tcp->stream, length);
		if (query) {
			dns_client_unlock(base);
			query->asker->deliver(query, &answer);
			dns_client_lock(base);
		}
		dns_query_answer_done(&answer);
	}
}

static void
happened(evutil_socket_t fd, short what, void *arg)
{
	struct dns_tcp *tcp = arg;
	struct evdns_base *base = tcp->server->base;
	int bad = 0;
	(void)fd;
	if (!dns_client_enter(base)) return;
	if (tcp->stream.fd < 0) {
		dns_client_leave(base);
		return;
	}
	if (what & EV_WRITE) bad = dns_stream_flush(&tcp->stream);
	if (!bad && (what & EV_READ)) {
		bad = dns_stream_fill(&tcp->stream);
		read_messages_locked(tcp);
	}
	if (bad && tcp->stream.fd >= 0)
		lost_locked(tcp);
	else if ((what & EV_TIMEOUT) && tcp->stream.fd >= 0 && !in_use_locked(tcp->server))
		dns_stream_close(&tcp->stream);
	dns_client_leave(base);
}

static int
connect_locked(struct dns_tcp *tcp)
{
	struct dns_server *server = tcp->server;
	struct evdns_base *base = server->base;
	struct timeval idle;
	evutil_socket_t fd = socket(server->address.ss_family, SOCK_STREAM, 0);
	if (fd < 0) return -1;
	if (evutil_make_socket_nonblocking(fd) != 0 || evutil_make_socket_closeonexec(fd) != 0) goto failed;
	if (dns_bound_for_locked(base, server)) {
		struct sockaddr_storage from = base->bind_to; /* the port is for UDP */
		if (from.ss_family == AF_INET)
			((struct sockaddr_in *)&from)->sin_port = 0;
		else
			((struct sockaddr_in6 *)&from)->sin6_port = 0;
		if (bind(fd, (struct sockaddr *)&from, base->bind_to_length) != 0) goto failed;
	}
	bool connecting = connect(fd, (struct sockaddr *)&server->address, server->address_length) != 0;
	if (connecting && errno != EINPROGRESS) goto failed;
	dns_timeval(base->tcp_idle_us, &idle);
	if (dns_stream_open(&tcp->stream, base->event_base, fd, connecting, &idle) == 0) return 0;
failed:;
	int error = errno;
	evutil_closesocket(fd);
	errno = error;
	return -1;
}

int
dns_tcp_send_locked(struct dns_server *server, const uint8_t *message, size_t length)
{
	struct dns_tcp *tcp = server->tcp;
	struct timeval idle;
	if (!tcp) {
		tcp = dns_alloc(sizeof(*tcp));
		if (!tcp || dns_stream_init(&tcp->stream, server->base->event_base, happened, tcp) != 0) {
			dns_free(tcp);
			errno = ENOMEM;
			return -1;
		}
		tcp->server = server;
		server->tcp = tcp;
	}
	if (tcp->stream.fd < 0) {
		if (connect_locked(tcp) != 0) return -1;
	} else {
		dns_timeval(server->base->tcp_idle_us, &idle);
		dns_stream_watch(&tcp->stream, &idle);
	}
	if (dns_stream_send(&tcp->stream, message, length) == 0) return 0;
	/* An old connection that the server has closed meanwhile. Those that wait on it find out by their own time. */
	dns_stream_close(&tcp->stream);
	if (connect_locked(tcp) != 0) return -1;
	return dns_stream_send(&tcp->stream, message, length);
}

void
dns_tcp_close_locked(struct dns_server *server)
{
	if (server->tcp) dns_stream_close(&server->tcp->stream);
}

void
dns_tcp_idle_locked(struct dns_server *server)
{
	if (server->tcp && server->tcp->stream.fd >= 0 && !server->tcp->stream.writing)
		dns_stream_unwatch(&server->tcp->stream);
}

void
dns_tcp_free(struct dns_server *server)
{
	if (!server->tcp) return;
	dns_stream_free(&server->tcp->stream);
	dns_free(server->tcp);
	server->tcp = NULL;
}
