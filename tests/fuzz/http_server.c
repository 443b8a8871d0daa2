/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP server, and WebSocket on it, against whatever a client may send: the input is that, in pieces whose sizes
 * the first byte chooses. The second byte chooses how the program behaves. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/ws.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_message(struct evws_connection *ws, int type, const unsigned char *data, size_t len, void *arg)
{
	(void)arg;
	if (type == WS_TEXT_FRAME)
		evws_send_text(ws, (const char *)data);
	else
		evws_send_binary(ws, (const char *)data, len);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	const unsigned how = *(const uint8_t *)arg;
	struct evbuffer *body = evbuffer_new();
	(void)evhttp_request_get_host(req);
	evbuffer_add_buffer(body, evhttp_request_get_input_buffer(req));
	if (strcmp(evhttp_request_get_uri(req), "/ws") == 0) {
		(void)evws_new_session(req, on_message, NULL, 0);
	} else if (how & 1) {
		evhttp_send_reply_start(req, 200, NULL);
		evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_end(req);
	} else if (how & 2) {
		evhttp_send_error(req, 404, NULL);
	} else {
		evhttp_send_reply(req, how & 4 ? 204 : 200, NULL, body);
	}
	evbuffer_free(body);
}

static int
connect_to(const struct sockaddr_un *address)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) abort();
	return fd;
}

static int
listen_at(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "mkevent-fuzz-%d", (int)getpid());
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 || listen(fd, 5) < 0) abort();
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_un address;
	static char answer[65536];
	if (size < 2) return 0;
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	if (evhttp_accept_socket(http, listen_at(&address)) < 0) abort();
	evhttp_set_gencb(http, on_request, (void *)(uintptr_t)(data + 1));
	evhttp_set_allowed_methods(http, 0xffff);
	if (data[1] & 8) (void)evhttp_set_flags(http, EVHTTP_SERVER_LENIENT);
	const int fd = connect_to(&address);
	const size_t step = data[0] ? data[0] : size;
	for (size_t at = 2; at < size; at += step) {
		(void)!send(fd, data + at, size - at < step ? size - at : step, MSG_NOSIGNAL);
		event_base_loop(base, EVLOOP_NONBLOCK);
		(void)!read(fd, answer, sizeof(answer));
	}
	if (data[1] & 16) (void)shutdown(fd, SHUT_WR);
	event_base_loop(base, EVLOOP_NONBLOCK);
	(void)!read(fd, answer, sizeof(answer));
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
	evhttp_free(http);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	return 0;
}
