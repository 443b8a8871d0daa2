/* SPDX-License-Identifier: BSD-3-Clause */
/* A TCP server that sends back what it gets, and says which plugin serves it.
 *
 * usage: tcp-echo [ADDRESS[:PORT]]      127.0.0.1:7007; without a port, takes a free one
 *
 * A client that sends without reading is held back: its input is not read while much output waits. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/plugin.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define OUTPUT_MAX 1048576 /* bytes that may wait before we stop reading */

static void
echo(struct bufferevent *bev, void *arg)
{
	struct evbuffer *output = bufferevent_get_output(bev);
	(void)arg;
	bufferevent_read_buffer(bev, output); /* moves the memory, copies nothing */
	if (evbuffer_get_length(output) > OUTPUT_MAX) bufferevent_disable(bev, EV_READ);
}

static void
written(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_enable(bev, EV_READ);
}

static void
written_last(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_free(bev);
}

static void
ended(struct bufferevent *bev, short what, void *arg)
{
	(void)arg;
	if ((what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		bufferevent_setcb(bev, NULL, written_last, ended, NULL); /* the client only ended its half */
	else
		bufferevent_free(bev);
}

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int peer_length, void *arg)
{
	(void)peer, (void)peer_length, (void)arg;
	struct bufferevent *bev = bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
	if (!bev) {
		evutil_closesocket(fd);
		return;
	}
	bufferevent_setcb(bev, echo, written, ended, NULL);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void
stop(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	event_base_loopbreak(arg);
}

/* Prints where the backend that serves this base came from. */
static int
tell_if_serving(const struct event_plugin_info *info, void *arg)
{
	const struct event_plugin_descriptor *plugin = info->descriptor;
	if (!plugin || plugin->kind != EVENT_PLUGIN_BACKEND) return 0;
	const struct event_plugin_backend *backend = (const struct event_plugin_backend *)plugin->interface;
	if (strcmp(backend->method, event_base_get_method(arg)) != 0) return 0;
	printf("backend %s from %s\n", backend->method, info->file ? info->file : "the core itself");
	return 1;
}

static void
tell_address(struct evconnlistener *listener)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) == 0)
		printf("listening on port %d\n", ntohs(address.sin_port));
}

int
main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "127.0.0.1:7007";
	struct sockaddr_storage address;
	int length = sizeof(address);
	if (argc > 2 || evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &length) < 0) {
		fprintf(stderr, "usage: %s [ADDRESS[:PORT]]\n", argv[0]);
		return 2;
	}

	struct event_base *base = event_base_new();
	if (!base) return 1; /* the library has said why */
	struct evconnlistener *listener = evconnlistener_new_bind(
		base, accepted, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&address, length);
	if (!listener) {
		fprintf(stderr, "%s: cannot listen on %s\n", argv[0], where);
		event_base_free(base);
		return 1;
	}
	struct event *interrupt = evsignal_new(base, SIGINT, stop, base);
	struct event *terminate = evsignal_new(base, SIGTERM, stop, base);
	int failed = !interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0;
	if (!failed) {
		signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of its write, not our end */
		event_plugin_foreach(tell_if_serving, base);
		tell_address(listener);
		fflush(stdout);
		failed = event_base_dispatch(base) < 0;
	}
	if (interrupt) event_free(interrupt);
	if (terminate) event_free(terminate);
	evconnlistener_free(listener);
	event_base_free(base);
	return failed;
}
