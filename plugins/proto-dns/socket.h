/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets below udp.c. */
#ifndef PROTO_DNS_SOCKET_H_
#define PROTO_DNS_SOCKET_H_

#include "client.h"
#include "message.h"

/* A socket that no other query has, or NULL with errno. It goes to base->sockets_busy. bound: to "bind-to". */
struct dns_socket *dns_socket_take_locked(struct evdns_base *base, const struct dns_server *server, bool bound);
/* The last query on it is over. */
void dns_socket_give_back_locked(struct dns_socket *socket);
/* Must be in no list. */
void dns_socket_close_locked(struct dns_socket *socket);
/* Event callback of every socket, in udp.c. */
void dns_udp_readable(evutil_socket_t fd, short what, void *socket);

#endif
