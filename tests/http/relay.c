/* SPDX-License-Identifier: BSD-3-Clause */
/* What the file server of the samples does not do, for the scripts beside it: a body goes back in chunks; what is asked
 * for by a whole address is fetched from there and handed on piece by piece, no quicker than it is taken; and /hold is
 * answered when somebody asks for /release, so that a page is not complete before its script is.
 *
 * usage: relay      prints "listening on port N"; ends at SIGTERM */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define PIECE 16000

struct relay {
	struct evhttp_request *from, *to; /* to NULL: over */
	int begun;
};

static struct event_base *base;

/* ---- Echo ---- */

static void
echo(struct evhttp_request *req)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req), *piece = evbuffer_new();
	if (!piece) return;
	evhttp_send_reply_start(req, HTTP_OK, NULL);
	while (evbuffer_remove_buffer(body, piece, PIECE) > 0)
		evhttp_send_reply_chunk(req, piece);
	evhttp_send_reply_end(req);
	evbuffer_free(piece);
}

/* ---- Relay ---- */

/* All but what concerns one connection alone. */
static void
copy_fields(struct evhttp_request *from, struct evhttp_request *to)
{
	static const char *const hop[] = {"Connection", "Proxy-Connection", "Transfer-Encoding", "Expect", "Date"};
	const struct evkeyval *field;
	TAILQ_FOREACH (field, evhttp_request_get_input_headers(from), next) {
		size_t i = 0;
		while (i < sizeof(hop) / sizeof(hop[0]) && strcasecmp(field->key, hop[i]) != 0)
			i++;
		if (i == sizeof(hop) / sizeof(hop[0]))
			evhttp_add_header(evhttp_request_get_output_headers(to), field->key, field->value);
	}
}

static int
on_head(struct evhttp_request *to, void *arg)
{
	struct relay *relay = arg;
	copy_fields(to, relay->from);
	evhttp_send_reply_start(
		relay->from, evhttp_request_get_response_code(to), evhttp_request_get_response_code_line(to));
	relay->begun = 1;
	return 0;
}

static void
written(struct evhttp_connection *evcon, void *arg)
{
	struct relay *relay = arg;
	(void)evcon;
	if (relay->to) evhttp_request_resume_input(relay->to);
}

static void
on_piece(struct evhttp_request *to, void *arg)
{
	struct relay *relay = arg;
	if (evhttp_request_get_connection(relay->from)) evhttp_request_pause_input(to);
	evhttp_send_reply_chunk_with_cb(relay->from, evhttp_request_get_input_buffer(to), written, relay);
}

/* Complete, failed, or not to be had; whoever asked may be gone. */
static void
on_done(struct evhttp_request *to, void *arg)
{
	struct relay *relay = arg;
	struct evhttp_connection *evcon = evhttp_request_get_connection(relay->from);
	relay->to = NULL;
	if (evcon) evhttp_connection_set_closecb(evcon, NULL, NULL);
	if (!relay->begun)
		evhttp_send_error(relay->from, 502, NULL);
	else if (!to && evcon)
		evhttp_connection_free(evcon);
	else
		evhttp_send_reply_end(relay->from);
	free(relay);
}

static void
forward(struct evhttp_request *req, const struct evhttp_uri *uri)
{
	char target[4096];
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	const int port = evhttp_uri_get_port(uri);
	struct relay *relay = calloc(1, sizeof(*relay));
	struct evhttp_connection *evcon =
		evhttp_connection_base_new(base, NULL, evhttp_uri_get_host(uri), (uint16_t)(port < 0 ? 80 : port));
	if (!relay || !evcon) abort();
	snprintf(target, sizeof(target), "%s%s%s", path[0] ? path : "/", query ? "?" : "", query ? query : "");
	relay->from = req;
	relay->to = evhttp_request_new(on_done, relay);
	evhttp_request_set_header_cb(relay->to, on_head);
	evhttp_request_set_chunked_cb(relay->to, on_piece);
	copy_fields(req, relay->to);
	evbuffer_add_buffer(evhttp_request_get_output_buffer(relay->to), evhttp_request_get_input_buffer(req));
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), written, relay);
	evhttp_make_request(evcon, relay->to, evhttp_request_get_command(req), target);
	evhttp_connection_free_on_completion(evcon);
}

/* ---- Hold ---- */

static struct evhttp_request *held;

static void
release_held(void)
{
	struct evhttp_request *req = held;
	held = NULL;
	if (req) evhttp_send_reply(req, HTTP_NOCONTENT, NULL, NULL);
}

/* ---- The server ---- */

static void
on_request(struct evhttp_request *req, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	(void)arg;
	const char *path = evhttp_uri_get_path(uri);
	if (evhttp_uri_get_host(uri)) {
		forward(req, uri);
	} else if (strcmp(path, "/hold") == 0) {
		release_held();
		held = req;
	} else {
		if (strcmp(path, "/release") == 0) release_held();
		echo(req);
	}
}

static void
on_terminate(evutil_socket_t signal, short what, void *arg)
{
	(void)signal, (void)what;
	event_base_loopbreak(arg);
}

int
main(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;
	struct evhttp_bound_socket *bound = http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", 0) : NULL;
	if (!bound || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) < 0) return 1;
	evhttp_set_gencb(http, on_request, NULL);
	struct event *terminate = evsignal_new(base, SIGTERM, on_terminate, base);
	if (!terminate || event_add(terminate, NULL) < 0) return 1;
	printf("listening on port %u\n", ntohs(address.sin_port));
	fflush(stdout);
	event_base_dispatch(base);
	release_held();
	event_free(terminate);
	evhttp_free(http);
	event_base_free(base);
	return 0;
}
