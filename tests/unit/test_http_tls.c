/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP over TLS as a client sees it that speaks OpenSSL on a bare socket: how connections end. Both kinds of TLS
 * bufferevents are tried, on a socket and over another bufferevent. */
#include "ssl_fixture.h"

#include <event2/http.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>

#define HEAD " HTTP/1.1\r\nHost: localhost\r\n"

struct talk {
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	bool filter;
	SSL *ssl;
	int fd;
	char answer[200000];
	int len;
	int end; /* what SSL_get_error() said at the end */
};

static struct bufferevent *
make_bev(struct event_base *on, void *arg)
{
	const struct talk *talk = arg;
	(void)on;
	return wrap(-1, SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, talk->filter);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	static char large[150000];
	static const int small = 4096; /* so that the large answer waits */
	struct evbuffer *body = evbuffer_new();
	const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp_request_get_connection(req)));
	(void)arg;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	if (strcmp(evhttp_request_get_uri(req), "/large") == 0)
		evbuffer_add_reference(body, large, sizeof(large), NULL, NULL);
	else
		evbuffer_add(body, "hello", 5);
	evhttp_send_reply(req, HTTP_OK, NULL, body);
	evbuffer_free(body);
}

static void
talk_begin(struct talk *talk, bool filter)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	memset(talk, 0, sizeof(*talk));
	talk->filter = filter;
	talk->http = evhttp_new(base);
	talk->bound = evhttp_bind_socket_with_handle(talk->http, "127.0.0.1", 0);
	assert_non_null(talk->bound);
	evhttp_set_gencb(talk->http, on_request, NULL);
	evhttp_set_bevcb(talk->http, make_bev, talk);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(talk->bound), (struct sockaddr *)&address, &length), 0);
	talk->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(talk->fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(fcntl(talk->fd, F_SETFL, O_NONBLOCK), 0);
	talk->ssl = SSL_new(client_context);
	assert_int_equal(SSL_set_fd(talk->ssl, talk->fd), 1);
	SSL_set_connect_state(talk->ssl);
}

static void
talk_end(struct talk *talk)
{
	SSL_free(talk->ssl);
	close(talk->fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
	evhttp_free(talk->http);
}

/* The server's turn, and a moment for the kernel. Whether it makes sense to try again. */
static bool
again(struct talk *talk, int result, int *tries)
{
	const int reason = SSL_get_error(talk->ssl, result);
	struct pollfd ready = {talk->fd, POLLIN, 0};
	ERR_clear_error();
	if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
		talk->end = reason;
		return false;
	}
	event_base_loop(base, EVLOOP_NONBLOCK);
	(void)poll(&ready, 1, 1);
	return --*tries > 0;
}

static int
talk_send(struct talk *talk, const char *text, size_t len)
{
	int tries = 2000, result;
	do
		result = SSL_write(talk->ssl, text, (int)len);
	while (result <= 0 && again(talk, result, &tries));
	return result;
}

/* Takes what comes until the end, or until so much came. */
static void
talk_receive(struct talk *talk, int enough)
{
	int tries = 2000, result;
	talk->end = 0;
	while (talk->len < enough) {
		result = SSL_read(talk->ssl, talk->answer + talk->len, (int)sizeof(talk->answer) - 1 - talk->len);
		if (result > 0)
			talk->len += result;
		else if (!again(talk, result, &tries))
			break;
	}
	talk->answer[talk->len] = '\0';
}

static void
ask_and_close(void **state)
{
	static const char request[] = "GET /large" HEAD "Connection: close\r\n\r\n";
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct talk talk;
		talk_begin(&talk, filter);
		assert_true(talk_send(&talk, request, sizeof(request) - 1) > 0);
		talk_receive(&talk, (int)sizeof(talk.answer) - 1);
		assert_memory_equal(talk.answer, "HTTP/1.1 200 OK\r\n", 17);
		assert_true(talk.len > 150000);
		assert_int_equal(talk.end, SSL_ERROR_ZERO_RETURN); /* close_notify: nobody has cut the answer short */
		talk_end(&talk);
	}
}

/* The client says that it is finished while its answer waits: it gets all of it. */
static void
goodbye_before_the_answer(void **state)
{
	static const char request[] = "GET /large" HEAD "\r\n";
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct talk talk;
		talk_begin(&talk, filter);
		assert_true(talk_send(&talk, request, sizeof(request) - 1) > 0);
		assert_int_equal(SSL_shutdown(talk.ssl), 0);
		for (int i = 0; i < 10; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		talk_receive(&talk, (int)sizeof(talk.answer) - 1);
		assert_true(talk.len > 150000);
		assert_int_equal(talk.end, SSL_ERROR_ZERO_RETURN);
		talk_end(&talk);
	}
}

/* The client still sends when it is refused: it is told the end properly, and its bytes are taken for a while. */
static void
lingering_close(void **state)
{
	static const char request[] = "POST /" HEAD "Content-Length: 100000\r\n\r\nonly so much";
	static const char more[4096];
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct talk talk;
		talk_begin(&talk, filter);
		evhttp_set_max_body_size(talk.http, 1000);
		assert_true(talk_send(&talk, request, sizeof(request) - 1) > 0);
		talk_receive(&talk, (int)sizeof(talk.answer) - 1);
		assert_memory_equal(talk.answer, "HTTP/1.1 413 ", 13);
		assert_int_equal(talk.end, SSL_ERROR_ZERO_RETURN);
		for (int i = 0; i < 20; i++) {
			assert_true(talk_send(&talk, more, sizeof(more)) > 0);
			event_base_loop(base, EVLOOP_NONBLOCK);
		}
		assert_int_equal(evhttp_get_connection_count(talk.http), 1);
		talk_end(&talk);
	}
}

/* Both sides have said that they are finished: the connection is over at once. */
static void
goodbye_from_both(void **state)
{
	static const char request[] = "POST /" HEAD "Content-Length: 100000\r\n\r\nonly so much";
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct talk talk;
		talk_begin(&talk, filter);
		evhttp_set_max_body_size(talk.http, 1000);
		assert_true(talk_send(&talk, request, sizeof(request) - 1) > 0);
		talk_receive(&talk, (int)sizeof(talk.answer) - 1);
		assert_int_equal(talk.end, SSL_ERROR_ZERO_RETURN);
		assert_int_equal(SSL_shutdown(talk.ssl), 1);
		for (int i = 0; i < 100 && evhttp_get_connection_count(talk.http); i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		assert_int_equal(evhttp_get_connection_count(talk.http), 0);
		talk_end(&talk);
	}
}

/* Kept connections, and one request behind the other. */
static void
kept(void **state)
{
	static const char requests[] = "GET /1" HEAD "\r\nGET /2" HEAD "\r\n";
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct talk talk;
		talk_begin(&talk, filter);
		for (int round = 0; round < 3; round++) {
			assert_true(talk_send(&talk, requests, sizeof(requests) - 1) > 0);
			talk.len = 0;
			talk_receive(&talk, 1);
			while (!strstr(talk.answer + 20, "hello") || !strstr(strstr(talk.answer, "hello") + 1, "hello"))
				talk_receive(&talk, talk.len + 1);
			assert_int_equal(evhttp_get_connection_count(talk.http), 1);
		}
		talk_end(&talk);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ask_and_close, setup, teardown),
		cmocka_unit_test_setup_teardown(goodbye_before_the_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(lingering_close, setup, teardown),
		cmocka_unit_test_setup_teardown(goodbye_from_both, setup, teardown),
		cmocka_unit_test_setup_teardown(kept, setup, teardown),
	};
	signal(SIGPIPE, SIG_IGN); /* OpenSSL's own write to the client's socket */
	return cmocka_run_group_tests_name("http over tls", tests, group_setup, group_teardown);
}
