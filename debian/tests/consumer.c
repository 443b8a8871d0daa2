/* SPDX-License-Identifier: BSD-3-Clause */
/* One HTTP request to itself, with threads switched on, and a question to the TLS library: a little of every library.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>
#include <stdio.h>
#include <string.h>

static void
serve(struct evhttp_request *request, void *arg)
{
	struct evbuffer *body = evbuffer_new();

	(void)arg;
	evbuffer_add_printf(body, "hello %s", evhttp_request_get_uri(request));
	evhttp_send_reply(request, 200, "OK", body);
	evbuffer_free(body);
}

static void
answered(struct evhttp_request *request, void *arg)
{
	char text[64] = "";

	if (request) evbuffer_remove(evhttp_request_get_input_buffer(request), text, sizeof(text) - 1);
	printf("%s\n", text);
	*(int *)arg = strcmp(text, "hello /world") == 0;
}

static ev_uint16_t
port_of(struct evhttp_bound_socket *bound)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) < 0) return 0;
	return ntohs(address.sin_port);
}

int
main(void)
{
	struct event_base *base;
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct evhttp_connection *connection;
	struct evhttp_request *request;
	struct bufferevent *plain;
	const struct timeval limit = {20, 0};
	int fine = 0;

	if (evthread_use_pthreads() < 0 || !(base = event_base_new()) || !(http = evhttp_new(base))) return 1;
	evhttp_set_gencb(http, serve, NULL);
	bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	if (!bound) return 1;
	connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port_of(bound));
	request = evhttp_request_new(answered, &fine);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
	if (evhttp_make_request(connection, request, EVHTTP_REQ_GET, "/world") < 0) return 1;
	event_base_loopexit(base, &limit);
	while (!fine && !event_base_got_exit(base))
		event_base_loop(base, EVLOOP_ONCE);
	plain = bufferevent_socket_new(base, -1, 0);
	if (!plain || bufferevent_openssl_get_ssl(plain)) return 1;
	bufferevent_free(plain);
	evhttp_connection_free(connection);
	evhttp_free(http);
	event_base_free(base);
	return !fine;
}
