/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets as the core wants them: non-blocking and closed on exec from their first moment, so that a fork in another
 * thread inherits none of them. Systems without the flags in socket(2) and accept4(2) get them set afterwards. */
#include "config.h"

#include "util/net.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#ifdef HAVE_EVENTFD
#include <sys/eventfd.h>
#endif

bool
net_retriable_rw(int error)
{
#if EAGAIN != EWOULDBLOCK
	if (error == EWOULDBLOCK) return true;
#endif
	return error == EAGAIN || error == EINTR;
}

bool
net_retriable_connect(int error)
{
	return error == EINTR || error == EINPROGRESS;
}

bool
net_retriable_accept(int error)
{
	return net_retriable_rw(error) || error == ECONNABORTED;
}

/* Closes fd, keeps errno; for paths on which something else failed. */
static void
give_up(evutil_socket_t fd)
{
	int saved = errno;
	(void)close(fd);
	errno = saved;
}

static int
settle(evutil_socket_t fd)
{
	return evutil_make_socket_nonblocking(fd) < 0 ? -1 : evutil_make_socket_closeonexec(fd);
}

evutil_socket_t
net_socket(int domain, int type, int protocol)
{
#ifdef NET_HAS_SOCKET_FLAGS
	return socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
#else
	evutil_socket_t fd = socket(domain, type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), protocol);
	if (fd >= 0 && settle(fd) < 0) {
		give_up(fd);
		return -1;
	}
	return fd;
#endif
}

evutil_socket_t
net_accept4(evutil_socket_t fd, struct sockaddr *address, ev_socklen_t *length, int flags)
{
#ifdef HAVE_ACCEPT4
	return accept4(fd, address, length, flags);
#else
	evutil_socket_t got = accept(fd, address, length);
	if (got < 0) return got;
	if (((flags & SOCK_CLOEXEC) && evutil_make_socket_closeonexec(got) < 0) ||
		((flags & SOCK_NONBLOCK) && evutil_make_socket_nonblocking(got) < 0)) {
		give_up(got);
		return -1;
	}
	return got;
#endif
}

int
net_connect(evutil_socket_t *fd, const struct sockaddr *address, int length)
{
	if (length <= 0) {
		errno = EINVAL;
		return -1;
	}
	bool ours = *fd < 0;
	if (ours) *fd = net_socket(address->sa_family, SOCK_STREAM, 0);
	if (*fd < 0) return -1;
	if (connect(*fd, address, (socklen_t)length) == 0) return 1;
	if (net_retriable_connect(errno)) return 0;
	if (errno == ECONNREFUSED) return 2;
	if (ours) {
		give_up(*fd);
		*fd = -1;
	}
	return -1;
}

int
net_connect_finished(evutil_socket_t fd)
{
	int error = 0;
	socklen_t length = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -1;
	if (error == 0) return 1;
	if (net_retriable_connect(error)) return 0;
	errno = error;
	return -1;
}

int
net_wakeup_pair(evutil_socket_t fds[2])
{
#ifdef HAVE_EVENTFD
	fds[1] = -1;
	fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fds[0] >= 0) return 0;
#endif
	if (pipe(fds) < 0) return -1;
	if (settle(fds[0]) == 0 && settle(fds[1]) == 0) return 0;
	give_up(fds[0]);
	give_up(fds[1]);
	return -1;
}
