/* SPDX-License-Identifier: BSD-3-Clause */
/* The server of http-peers: /small is 12 bytes, /memory and /file are 64 KiB that lie in memory and in a file.
 *
 * usage: http_serve PORT FILE */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGE 65536

static char large[LARGE];
static const char *file;

static void
answer(struct evhttp_request *req, void *arg)
{
	const char *path = evhttp_request_get_uri(req);
	struct evbuffer *body = evbuffer_new();
	(void)arg;
	if (strcmp(path, "/memory") == 0)
		evbuffer_add_reference(body, large, LARGE, NULL, NULL);
	else if (strcmp(path, "/file") == 0)
		evbuffer_add_file(body, open(file, O_RDONLY | O_CLOEXEC), 0, LARGE);
	else
		evbuffer_add(body, "hello world!", 12);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

static void
on_terminate(evutil_socket_t signal, short what, void *arg)
{
	(void)signal, (void)what;
	event_base_loopbreak(arg);
}

int
main(int argc, char **argv)
{
	if (argc != 3) return 2;
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	struct event *terminate = evsignal_new(base, SIGTERM, on_terminate, base);
	file = argv[2];
	signal(SIGPIPE, SIG_IGN);
	if (evhttp_bind_socket(http, "127.0.0.1", (uint16_t)atoi(argv[1])) < 0 || event_add(terminate, NULL) < 0) {
		perror("http_serve");
		return 1;
	}
	evhttp_set_gencb(http, answer, NULL);
	event_base_dispatch(base);
	event_free(terminate);
	evhttp_free(http);
	event_base_free(base);
	return 0;
}
