/* SPDX-License-Identifier: BSD-3-Clause */
/* Connecting by host name. The resolver is a service of the registry, asked for by name; without a DNS base, or without
 * such a service, getaddrinfo() is called and blocks, as is documented. */
#include "config.h"

#include "bufferevent/connect.h"
#include "util/mm.h"

#include <errno.h>
#include <event2/plugin.h>
#include <event2/util.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BOTH (EV_READ | EV_WRITE)

/* One question. It holds a reference to its bufferevent, and outlives a cancellation until its answer has come. */
struct bev_lookup {
	struct bev *b;
	const struct event_plugin_resolver *resolver; /* NULL: getaddrinfo() */
	void *handle;
};

void
bev_lookup_cancel_locked(struct bev_connect *connect)
{
	struct bev_lookup *lookup = connect->lookup;
	connect->lookup = NULL;
	if (lookup && lookup->handle) lookup->resolver->cancel(lookup->handle);
}

/* The first address to which a connect can at least begin. */
static void
connect_any_locked(struct bev *b, const struct addrinfo *list)
{
	int error = EADDRNOTAVAIL;
	for (const struct addrinfo *ai = list; ai; ai = ai->ai_next) {
		if (bev_connect_locked(b, ai->ai_addr, (int)ai->ai_addrlen) == 0) return;
		error = errno;
	}
	(void)bev_suspend_locked(b, BOTH, BEV_SUSPEND_CONNECT);
	bev_connect_failed_locked(b, error);
}

static void
resolved(int result, struct addrinfo *list, void *arg)
{
	struct bev_lookup *lookup = arg;
	struct bev *b = lookup->b;
	bev_enter(b);
	b->refs--;
	if (b->connect && b->connect->lookup == lookup && !b->freed) {
		b->connect->lookup = NULL;
		b->dns_error = (int16_t)result;
		if (result)
			bev_connect_failed_locked(b, 0);
		else
			connect_any_locked(b, list);
	}
	mm_free(lookup);
	bev_leave(b, false);
	if (list) evutil_freeaddrinfo(list);
}

static const struct event_plugin_resolver *
find_resolver(void)
{
	const struct event_plugin_interface *found = event_plugin_find(
		EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_RESOLVER_NAME, EVENT_PLUGIN_RESOLVER_MAJOR, EVENT_PLUGIN_RESOLVER_MINOR, 1);
	if (!found || found->size < sizeof(struct event_plugin_resolver)) return NULL;
	return (const struct event_plugin_resolver *)found;
}

static struct bev_lookup *
lookup_new_locked(struct bev *b, struct evdns_base *dns)
{
	struct bev_connect *connect = bev_connect_get_locked(b);
	struct bev_lookup *lookup = connect ? mm_calloc(1, sizeof(*lookup)) : NULL;
	if (!lookup) return NULL;
	bev_connect_cancel_locked(b);
	lookup->b = b;
	lookup->resolver = dns ? find_resolver() : NULL;
	b->refs++;
	b->dns_error = 0;
	connect->lookup = lookup;
	connect->state = BEV_CONNECT_RESOLVING;
	(void)bev_suspend_locked(b, BOTH, BEV_SUSPEND_CONNECT);
	return lookup;
}

/* May block, so others get the lock meanwhile. */
static void
ask_system(struct bev_lookup *lookup, const char *name, const char *service, const struct addrinfo *hints)
{
	struct addrinfo *list = NULL;
	thread_unlock(lookup->b->lock);
	int result = evutil_getaddrinfo(name, service, hints, &list);
	thread_lock(lookup->b->lock);
	resolved(result, list, lookup);
}

/* A resolver may answer from within; then the question is gone when it returns. */
static void
ask_service_locked(struct bev *b, struct bev_lookup *lookup, struct evdns_base *dns, const char *name,
	const char *service, const struct addrinfo *hints)
{
	void *handle = lookup->resolver->getaddrinfo(dns, name, service, hints, resolved, lookup);
	if (handle && b->connect && b->connect->lookup == lookup) lookup->handle = handle;
}

int
bufferevent_socket_connect_hostname_hints(struct bufferevent *bufev, struct evdns_base *evdns_base,
	const struct addrinfo *hints_in, const char *hostname, int port)
{
	struct bev *b = bev_of(bufev);
	char service[8];
	if (port < 1 || port > 65535) return -1;
	if (!bufev->be_ops->set_fd) {
		if (!b->underlying) return -1;
		return bufferevent_socket_connect_hostname_hints(b->underlying, evdns_base, hints_in, hostname, port);
	}
	(void)snprintf(service, sizeof(service), "%d", port);
	bev_enter(b);
	struct bev_lookup *lookup = b->freed ? NULL : lookup_new_locked(b, evdns_base);
	if (lookup && lookup->resolver)
		ask_service_locked(b, lookup, evdns_base, hostname, service, hints_in);
	else if (lookup)
		ask_system(lookup, hostname, service, hints_in);
	bev_leave(b, false);
	return lookup ? 0 : -1;
}

int
bufferevent_socket_connect_hostname(
	struct bufferevent *bufev, struct evdns_base *evdns_base, int family, const char *hostname, int port)
{
	struct addrinfo hints;
	if (family != AF_INET && family != AF_INET6 && family != AF_UNSPEC) return -1;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = family;
	hints.ai_protocol = IPPROTO_TCP;
	hints.ai_socktype = SOCK_STREAM;
	return bufferevent_socket_connect_hostname_hints(bufev, evdns_base, &hints, hostname, port);
}

int
bufferevent_socket_get_dns_error(struct bufferevent *bev)
{
	struct bev *b = bev_of(bev);
	if (!bev->be_ops->set_fd && b->underlying) return bufferevent_socket_get_dns_error(b->underlying);
	thread_lock(b->lock);
	int error = b->dns_error;
	thread_unlock(b->lock);
	return error;
}
