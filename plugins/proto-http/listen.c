/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a server listens. */
#include "functions.h"
#include "memory.h"
#include "server.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <stdio.h>
#include <string.h>

#define BACKLOG 1024
#define LISTENER_FLAGS (LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE)

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int length, void *arg)
{
	(void)listener;
	server_accept(arg, fd, address, (socklen_t)length);
}

struct evhttp_bound_socket *
plugin_evhttp_bind_listener(struct evhttp *http, struct evconnlistener *listener)
{
	struct evhttp_bound_socket *bound = http_zalloc(sizeof(*bound));
	if (!bound) return NULL;
	bound->http = http;
	bound->listener = listener;
	TAILQ_INSERT_TAIL(&http->bounds, bound, next);
	evconnlistener_set_cb(listener, on_accept, bound);
	return bound;
}

/* Puts a listener that is ours into the server. */
static struct evhttp_bound_socket *
adopt(struct evhttp *http, struct evconnlistener *listener)
{
	struct evhttp_bound_socket *bound = listener ? plugin_evhttp_bind_listener(http, listener) : NULL;
	if (!bound && listener) evconnlistener_free(listener);
	return bound;
}

struct evhttp_bound_socket *
plugin_evhttp_bind_socket_with_handle(struct evhttp *http, const char *address, uint16_t port)
{
	struct evutil_addrinfo hints, *found = NULL;
	struct evconnlistener *listener = NULL;
	char service[8];
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = EVUTIL_AI_PASSIVE | EVUTIL_AI_ADDRCONFIG;
	snprintf(service, sizeof(service), "%u", port);
	if (evutil_getaddrinfo(address, service, &hints, &found) != 0) return NULL;
	for (const struct evutil_addrinfo *ai = found; ai && !listener; ai = ai->ai_next)
		listener =
			evconnlistener_new_bind(http->base, NULL, NULL, LISTENER_FLAGS, BACKLOG, ai->ai_addr, (int)ai->ai_addrlen);
	evutil_freeaddrinfo(found);
	return adopt(http, listener);
}

int
plugin_evhttp_bind_socket(struct evhttp *http, const char *address, uint16_t port)
{
	return plugin_evhttp_bind_socket_with_handle(http, address, port) ? 0 : -1;
}

struct evhttp_bound_socket *
plugin_evhttp_accept_socket_with_handle(struct evhttp *http, evutil_socket_t fd)
{
	if (evutil_make_socket_nonblocking(fd) < 0) return NULL;
	struct evhttp_bound_socket *bound = http_zalloc(sizeof(*bound));
	if (!bound) return NULL;
	bound->http = http;
	bound->listener = evconnlistener_new(http->base, on_accept, bound, LISTENER_FLAGS, 0, fd);
	if (!bound->listener) {
		http_free(bound);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&http->bounds, bound, next);
	return bound;
}

int
plugin_evhttp_accept_socket(struct evhttp *http, evutil_socket_t fd)
{
	return plugin_evhttp_accept_socket_with_handle(http, fd) ? 0 : -1;
}

struct evconnlistener *
plugin_evhttp_bound_socket_get_listener(struct evhttp_bound_socket *bound)
{
	return bound->listener;
}

evutil_socket_t
plugin_evhttp_bound_socket_get_fd(struct evhttp_bound_socket *bound)
{
	return evconnlistener_get_fd(bound->listener);
}

void
plugin_evhttp_bound_set_bevcb(
	struct evhttp_bound_socket *bound, struct bufferevent *(*cb)(struct event_base *, void *), void *arg)
{
	bound->bev_cb = cb;
	bound->bev_arg = arg;
}

void
plugin_evhttp_foreach_bound_socket(struct evhttp *http, evhttp_bound_socket_foreach_fn *function, void *arg)
{
	struct evhttp_bound_socket *bound;
	TAILQ_FOREACH (bound, &http->bounds, next)
		function(bound, arg);
}

void
plugin_evhttp_del_accept_socket(struct evhttp *http, struct evhttp_bound_socket *bound)
{
	TAILQ_REMOVE(&http->bounds, bound, next);
	evconnlistener_free(bound->listener);
	http_free(bound);
}

void
server_free_bounds(struct evhttp *http)
{
	struct evhttp_bound_socket *bound;
	while ((bound = TAILQ_FIRST(&http->bounds)) != NULL)
		plugin_evhttp_del_accept_socket(http, bound);
}
