/* SPDX-License-Identifier: BSD-3-Clause */
/* For programs that name no base: the current one, which event_init() made. */
#include "functions.h"

#include <event2/event.h>
#include <event2/event_compat.h>
#include <event2/event_struct.h>

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* An event that is set without a base gets the current one. NULL: there is none. */
static struct event_base *
current_base(void)
{
	struct event probe;
	event_set(&probe, -1, 0, nothing, NULL);
	return event_get_base(&probe);
}

struct evhttp *
plugin_evhttp_start(const char *address, uint16_t port)
{
	struct evhttp *http = plugin_evhttp_new(current_base());
	if (!http || plugin_evhttp_bind_socket(http, address, port) == 0) return http;
	plugin_evhttp_free(http);
	return NULL;
}

struct evhttp_connection *
plugin_evhttp_connection_new(const char *address, uint16_t port)
{
	return plugin_evhttp_connection_base_new(current_base(), NULL, address, port);
}
