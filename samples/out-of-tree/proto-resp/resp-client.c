/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends one command as an array of bulk strings, or what comes on standard input as it is (inline commands, many at
 * once), and prints the replies as they come over the wire.
 *
 * usage: resp-client PORT [COMMAND [ARGUMENT...]]      on 127.0.0.1 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed;

static void
on_data(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	(void)arg;
	while (evbuffer_get_length(input) > 0)
		if (evbuffer_write(input, STDOUT_FILENO) < 0) exit(1);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	if (what & BEV_EVENT_CONNECTED) return;
	on_data(bev, NULL);
	if (what & (BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) {
		fprintf(stderr, "resp-client: %s\n", what & BEV_EVENT_TIMEOUT ? "no answer" : "the connection failed");
		failed = 1;
	}
	event_base_loopbreak(arg);
}

static void
add_command(struct evbuffer *output, int count, char **words)
{
	evbuffer_add_printf(output, "*%d\r\n", count);
	for (int i = 0; i < count; i++)
		evbuffer_add_printf(output, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
}

int
main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 0;
	if (port <= 0 || port > 65535) {
		fprintf(stderr, "usage: resp-client PORT [COMMAND [ARGUMENT...]]\n");
		return 2;
	}
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {10, 0};
	struct event_base *base = event_base_new();
	struct bufferevent *bev = base ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE) : NULL;
	if (!bev || bufferevent_socket_connect(bev, (struct sockaddr *)&address, sizeof(address)) < 0) return 1;
	struct evbuffer *output = bufferevent_get_output(bev);
	bufferevent_setcb(bev, on_data, NULL, on_event, base);
	bufferevent_set_timeouts(bev, &patience, &patience);
	if (argc > 2)
		add_command(output, argc - 2, argv + 2);
	else
		while (evbuffer_read(output, STDIN_FILENO, 65536) > 0)
			continue;
	evbuffer_add(output, "QUIT\r\n", 6); /* the server then hangs up, and we know that all replies are here */
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	event_base_dispatch(base);
	bufferevent_free(bev);
	event_base_free(base);
	return failed;
}
