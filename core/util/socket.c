/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket helpers of event2/util.h. Each is at most one or two system calls; a failure is -1 and errno, and no log
 * line: the caller knows what it was for. An option that the system lacks counts as done where the header says so. */
#include "config.h"

#include <event2/util.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static int
set_option(evutil_socket_t fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, (socklen_t)sizeof(value));
}

int
evutil_socketpair(int d, int type, int protocol, evutil_socket_t sv[2])
{
	return socketpair(d, type, protocol, sv);
}

int
evutil_make_socket_nonblocking(evutil_socket_t fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0) return -1;
	if (flags & O_NONBLOCK) return 0;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -1 : 0;
}

int
evutil_make_socket_closeonexec(evutil_socket_t fd)
{
	int flags = fcntl(fd, F_GETFD);
	if (flags < 0) return -1;
	if (flags & FD_CLOEXEC) return 0;
	return fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0 ? -1 : 0;
}

int
evutil_closesocket(evutil_socket_t fd)
{
	return close(fd);
}

int
evutil_make_listen_socket_reuseable(evutil_socket_t fd)
{
	return set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
}

int
evutil_make_listen_socket_reuseable_port(evutil_socket_t fd)
{
#ifdef SO_REUSEPORT
	return set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
	(void)fd;
	return 0;
#endif
}

int
evutil_make_listen_socket_ipv6only(evutil_socket_t fd)
{
	return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}

int
evutil_make_listen_socket_not_ipv6only(evutil_socket_t fd)
{
	return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

int
evutil_make_tcp_listen_socket_deferred(evutil_socket_t fd)
{
#ifdef TCP_DEFER_ACCEPT
	return set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
#else
	(void)fd;
	return 0;
#endif
}

/* After timeout seconds of silence the peer is asked three times, a third of timeout apart. */
int
evutil_set_tcp_keepalive(evutil_socket_t fd, int on, int timeout)
{
	if (on && timeout < 1) {
		errno = EINVAL;
		return -1;
	}
	if (set_option(fd, SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0) < 0) return -1;
	if (!on) return 0;
#if defined(TCP_KEEPIDLE)
	if (set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, timeout) < 0) return -1;
#elif defined(TCP_KEEPALIVE)
	if (set_option(fd, IPPROTO_TCP, TCP_KEEPALIVE, timeout) < 0) return -1;
#endif
#ifdef TCP_KEEPINTVL
	if (set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, timeout < 3 ? 1 : timeout / 3) < 0) return -1;
#endif
#ifdef TCP_KEEPCNT
	if (set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3) < 0) return -1;
#endif
	return 0;
}
