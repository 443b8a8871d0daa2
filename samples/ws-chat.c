/* SPDX-License-Identifier: BSD-3-Clause */
/* A chat room over WebSocket, with its page: what one says, all see.
 *
 * usage: ws-chat [PORT]      8081; port 0 takes a free one */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/ws.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define TEXT_MAX 1000 /* bytes of one message */

static const char page[] =
	"<!DOCTYPE html>\n<meta charset=utf-8>\n<title>ws-chat</title>\n"
	"<style>body{font:16px sans-serif;max-width:40em;margin:2em auto}#log{border:1px solid "
	"#999;height:20em;overflow:auto;"
	"padding:.5em}input{width:100%;box-sizing:border-box;padding:.5em;margin-top:.5em}</style>\n"
	"<h1>ws-chat</h1>\n<div id=log></div>\n<form><input id=text autofocus autocomplete=off placeholder='Say something'>"
	"</form>\n<script>\n"
	"const log=document.getElementById('log'),text=document.getElementById('text');\n"
	"function show(line){const p=document.createElement('div');p.textContent=line;log.append(p);log.scrollTop=1e9}\n"
	"const ws=new WebSocket('ws://'+location.host+'/ws');\n"
	"ws.onopen=()=>show('(connected)');ws.onclose=e=>show('(closed, '+e.code+')');ws.onmessage=e=>show(e.data);\n"
	"document.forms[0].onsubmit=e=>{e.preventDefault();if(text.value)ws.send(text.value);text.value=''};\n"
	"</script>\n";

struct guest {
	TAILQ_ENTRY(guest) next;
	struct evws_connection *ws;
	unsigned number;
};

static TAILQ_HEAD(, guest) guests = TAILQ_HEAD_INITIALIZER(guests);
static unsigned last_number;

static void
tell_all(const char *text)
{
	struct guest *guest;
	TAILQ_FOREACH (guest, &guests, next)
		evws_send_text(guest->ws, text);
}

static void
said(struct evws_connection *ws, int type, const unsigned char *data, size_t len, void *arg)
{
	const struct guest *guest = arg;
	char line[TEXT_MAX + 32];
	if (type != WS_TEXT_FRAME || len > TEXT_MAX) {
		evws_close(ws, WS_CR_DATA_TOO_BIG);
		return;
	}
	snprintf(line, sizeof(line), "guest %u: %s", guest->number, (const char *)data);
	tell_all(line);
}

static void
left(struct evws_connection *ws, void *arg)
{
	struct guest *guest = arg;
	char line[64];
	(void)ws;
	TAILQ_REMOVE(&guests, guest, next);
	snprintf(line, sizeof(line), "guest %u left", guest->number);
	free(guest);
	tell_all(line);
}

static void
enter(struct evhttp_request *req, void *arg)
{
	char line[64];
	struct guest *guest = malloc(sizeof(*guest));
	(void)arg;
	if (!guest) {
		evhttp_send_error(req, HTTP_SERVUNAVAIL, NULL);
		return;
	}
	guest->ws = evws_new_session(req, said, guest, 0);
	if (!guest->ws) { /* the request was answered with the reason */
		free(guest);
		return;
	}
	guest->number = ++last_number;
	evws_connection_set_closecb(guest->ws, left, guest);
	TAILQ_INSERT_TAIL(&guests, guest, next);
	snprintf(line, sizeof(line), "guest %u came", guest->number);
	tell_all(line);
}

static void
send_page(struct evhttp_request *req, void *arg)
{
	struct evbuffer *body = evbuffer_new();
	(void)arg;
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/html; charset=utf-8");
	if (body) evbuffer_add_reference(body, page, sizeof(page) - 1, NULL, NULL);
	evhttp_send_reply(req, HTTP_OK, NULL, body);
	if (body) evbuffer_free(body);
}

static void
on_interrupt(evutil_socket_t signal, short what, void *arg)
{
	(void)signal, (void)what;
	event_base_loopbreak(arg);
}

int
main(int argc, char **argv)
{
	const long port = argc > 1 ? strtol(argv[1], NULL, 10) : 8081;
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	if (argc > 2 || port < 0 || port > 65535) {
		fprintf(stderr, "usage: ws-chat [PORT]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of its write, not our end */
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;
	struct evhttp_bound_socket *bound = http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", (uint16_t)port) : NULL;
	if (!bound || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) < 0) {
		perror("ws-chat: cannot listen");
		return 1;
	}
	evhttp_set_cb(http, "/", send_page, NULL);
	evhttp_set_cb(http, "/ws", enter, NULL);
	printf("ws-chat: http://127.0.0.1:%u/ (%s)\n", ntohs(address.sin_port), event_base_get_method(base));
	fflush(stdout);
	struct event *interrupt = evsignal_new(base, SIGINT, on_interrupt, base);
	struct event *terminate = evsignal_new(base, SIGTERM, on_interrupt, base);
	if (!interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0) return 1;
	event_base_dispatch(base);
	event_free(interrupt);
	event_free(terminate);
	evhttp_free(http); /* the guests go with it */
	event_base_free(base);
	return 0;
}
