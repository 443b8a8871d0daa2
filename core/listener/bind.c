/* SPDX-License-Identifier: BSD-3-Clause */
/* evconnlistener_new_bind: a listening socket of our own for an address. */
#include "config.h"

#include "util/net.h"

#include <event2/listener.h>
#include <event2/util.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static int
keep_alive(evutil_socket_t fd)
{
	int on = 1;
	return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, (socklen_t)sizeof(on));
}

/* What must be known before bind(). Accepted sockets inherit the keep-alive. */
static const struct {
	unsigned flag; /* 0: always */
	int (*set)(evutil_socket_t fd);
} options[] = {
	{0, keep_alive},
	{LEV_OPT_REUSEABLE, evutil_make_listen_socket_reuseable},
	{LEV_OPT_REUSEABLE_PORT, evutil_make_listen_socket_reuseable_port},
	{LEV_OPT_DEFERRED_ACCEPT, evutil_make_tcp_listen_socket_deferred},
	{LEV_OPT_BIND_IPV6ONLY, evutil_make_listen_socket_ipv6only},
	{LEV_OPT_BIND_IPV4_AND_IPV6, evutil_make_listen_socket_not_ipv6only},
};

static int
set_options(evutil_socket_t fd, unsigned flags)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].flag && !(flags & options[i].flag)) continue;
		if (options[i].set(fd) < 0) return -1;
	}
	return 0;
}

struct evconnlistener *
evconnlistener_new_bind(struct event_base *base, evconnlistener_cb cb, void *ptr, unsigned flags, int backlog,
	const struct sockaddr *sa, int socklen)
{
	const unsigned both = LEV_OPT_BIND_IPV6ONLY | LEV_OPT_BIND_IPV4_AND_IPV6;
	/* A new socket does not listen yet: a backlog of 0 cannot mean that it does. */
	if (backlog == 0 || !sa || socklen <= 0 || (flags & both) == both) {
		errno = EINVAL;
		return NULL;
	}
	evutil_socket_t fd = net_socket(sa->sa_family, SOCK_STREAM, 0);
	if (fd < 0) return NULL;
	struct evconnlistener *listener = NULL;
	if (!(flags & LEV_OPT_CLOSE_ON_EXEC) && fcntl(fd, F_SETFD, 0) < 0) goto done;
	if (set_options(fd, flags) < 0) goto done;
	if (bind(fd, sa, (socklen_t)socklen) < 0) goto done;
	listener = evconnlistener_new(base, cb, ptr, flags, backlog, fd);
done:
	if (!listener) {
		int saved = errno;
		(void)evutil_closesocket(fd);
		errno = saved;
	}
	return listener;
}
