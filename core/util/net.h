/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket helpers that the core uses beyond event2/util.h. */
#ifndef MKEVENT_UTIL_NET_H_
#define MKEVENT_UTIL_NET_H_

#include <event2/util.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Systems without these flags get them by hand: see net_socket and net_accept4. */
#ifdef SOCK_NONBLOCK
#define NET_HAS_SOCKET_FLAGS 1
#else
#define SOCK_NONBLOCK 0x40000000
#define SOCK_CLOEXEC 0x20000000
#endif

/* errno tells to try again later: EAGAIN, EWOULDBLOCK or EINTR. */
bool net_retriable_rw(int error);
bool net_retriable_connect(int error); /* EINTR, EINPROGRESS */
bool net_retriable_accept(int error);  /* EINTR, EAGAIN, ECONNABORTED */

/* As socket(2), always non-blocking and close-on-exec. -1 with errno. */
evutil_socket_t net_socket(int domain, int type, int protocol);
/* As accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC in flags, also where the system has no accept4. */
evutil_socket_t net_accept4(evutil_socket_t fd, struct sockaddr *address, ev_socklen_t *length, int flags);
/* Makes *fd (a new socket when it is -1) connect. Returns 0: in progress, 1: connected, 2: refused at once (*fd stays
 * open), -1: error with errno (a new socket is closed, *fd is -1 again). */
int net_connect(evutil_socket_t *fd, const struct sockaddr *address, int length);
/* After a connect: 1 connected, 0 still in progress, -1 failed with errno set. */
int net_connect_finished(evutil_socket_t fd);

/* An eventfd (fds[1] is -1), or a non-blocking pipe or socket pair. Returns 0 or -1. */
int net_wakeup_pair(evutil_socket_t fds[2]);

#endif
