/* SPDX-License-Identifier: BSD-3-Clause */
/* Serves the Redis protocol with the plugin "proto-resp", which it finds by name, until SIGINT or SIGTERM.
 *
 * usage: resp-server [PORT]      on 127.0.0.1; without a port, or with 0, takes a free one and says which */
#include "proto-resp.h"

#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct service {
	const struct proto_resp *resp;
	struct resp_server *server;
};

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int peer_length, void *arg)
{
	struct service *service = arg;
	(void)listener, (void)peer, (void)peer_length;
	service->resp->serve(service->server, fd);
}

static void
stop(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	event_base_loopbreak(arg);
}

static void
tell_port(struct evconnlistener *listener)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) == 0)
		printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
}

static int
serve(struct event_base *base, struct service *service, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct evconnlistener *listener = evconnlistener_new_bind(base, accepted, service,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&address, sizeof(address));
	struct event *interrupt = evsignal_new(base, SIGINT, stop, base);
	struct event *terminate = evsignal_new(base, SIGTERM, stop, base);
	int failed =
		!listener || !interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0;
	if (failed) {
		fprintf(stderr, "resp-server: cannot listen on port %d\n", port);
	} else {
		tell_port(listener);
		failed = event_base_dispatch(base) < 0;
	}
	if (interrupt) event_free(interrupt);
	if (terminate) event_free(terminate);
	if (listener) evconnlistener_free(listener);
	return failed;
}

int
main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 0;
	if (argc > 2 || port < 0 || port > 65535) {
		fprintf(stderr, "usage: resp-server [PORT]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	struct service service;
	service.resp = (const struct proto_resp *)event_plugin_find(
		EVENT_PLUGIN_PROTOCOL, PROTO_RESP_NAME, PROTO_RESP_MAJOR, PROTO_RESP_MINOR, 0);
	if (!service.resp) return 1; /* the library has said why */
	struct event_base *base = event_base_new();
	if (!base) return 1;
	service.server = service.resp->open(base, NULL);
	int failed = !service.server || serve(base, &service, port);
	if (service.server) {
		printf("%llu requests\n", (unsigned long long)service.resp->requests(service.server));
		service.resp->close(service.server);
	}
	event_base_free(base);
	return failed;
}
