/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP server and time: answers and uploads in pieces with a slow peer at the other end, connections that end by
 * halves, and a server that goes when its last answer is out. */
#include "http_fixture.h"

#define END "Host: a\r\n\r\n"

/* ---- Back-pressure: the next piece when the one before was written ---- */

struct stream {
	struct evhttp_request *req;
	unsigned left;
	size_t most; /* bytes that ever waited */
};

static void
next_piece(struct evhttp_connection *evcon, void *arg)
{
	struct stream *stream = arg;
	static char block[65536];
	struct evbuffer *piece = evbuffer_new();
	if (evcon) {
		const size_t waiting = evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(evcon)));
		if (waiting > stream->most) stream->most = waiting;
	}
	if (stream->left-- == 0) {
		evhttp_send_reply_end(stream->req);
	} else {
		evbuffer_add(piece, block, sizeof(block));
		evhttp_send_reply_chunk_with_cb(stream->req, piece, next_piece, stream);
	}
	evbuffer_free(piece);
}

static void
begin_stream(struct evhttp_request *req, void *arg)
{
	struct stream *stream = arg;
	stream->req = req;
	stream->left = 40;
	evhttp_send_reply_start(req, 200, "OK");
	next_piece(NULL, stream);
}

static void
streams(void **state)
{
	struct fixture f;
	struct stream stream = {0};
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, begin_stream, &stream);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_true(f.answer_len > 40 * 65536);
	assert_memory_equal(f.answer + f.answer_len - 5, "0\r\n\r\n", 5);
	assert_int_equal(stream.most, 0);
	fixture_end(&f);
}

/* A client that takes its answer slowly is not idle, whatever the time between two requests may be. */
static void
answer_slowly(struct evhttp_request *req, void *arg)
{
	static const int small = 4096;
	struct evbuffer *body = evbuffer_new();
	const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp_request_get_connection(req)));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	evbuffer_add(body, arg, 100000);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

static void
slow_reader(void **state)
{
	static char block[100000];
	static const int small = 4096;
	const struct timeval short_time = {0, 150000};
	struct fixture f;
	size_t got = 0;
	(void)state;
	fixture_begin(&f);
	evhttp_set_read_timeout_tv(f.http, &short_time); /* a call of libevent 2.2 */
	evhttp_set_gencb(f.http, answer_slowly, block);
	const int fd = fixture_connect(&f);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	fixture_send(&f, fd, "GET / HTTP/1.1\r\n" END, strlen("GET / HTTP/1.1\r\n" END));
	for (int i = 0; i < 2000 && got <= sizeof(block); i++) {
		char piece[4000];
		fixture_run_ms(&f, 10);
		const ssize_t n = recv(fd, piece, sizeof(piece), 0);
		if (n == 0) break;
		if (n > 0) got += (size_t)n;
	}
	assert_true(got > sizeof(block));
	close(fd);
	fixture_end(&f);
}

/* ---- Half-closed and gone ---- */

static void
half_closed(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	const int fd = fixture_connect(&f);
	static const char requests[] = "GET /1 HTTP/1.1\r\n" END "GET /2 HTTP/1.1\r\n" END;
	fixture_send(&f, fd, requests, sizeof(requests) - 1);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_false(fixture_receive(&f, fd, ANSWER_MAX - 1));
	assert_int_equal(fixture_count(f.answer, "200 OK"), 2);
	close(fd);
	fixture_end(&f);
}

enum { LARGE = 1000000 };

static void
answer_large(struct evhttp_request *req, void *arg)
{
	static const int small = 4096;
	static char block[LARGE];
	struct evbuffer *body = evbuffer_new();
	const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp_request_get_connection(req)));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	((struct fixture *)arg)->requests++;
	assert_int_equal(evbuffer_add_reference(body, block, sizeof(block), NULL, NULL), 0);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

/* As many filters as arg says, each of which hands on all at once. */
static struct bufferevent *
make_filters(struct event_base *base, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	for (int i = 0; bev && i < *(int *)arg; i++)
		bev = bufferevent_filter_new(bev, NULL, NULL, BEV_OPT_CLOSE_ON_FREE, NULL, NULL);
	return bev;
}

/* How much comes until the end, however often there is nothing for a while: small socket buffers wait for each other.
 */
static size_t
receive_to_end(struct fixture *f, int fd)
{
	size_t got = 0;
	for (int idle = 0; idle < 5000; idle++) {
		fixture_pump(f);
		const ssize_t n = recv(fd, f->answer, ANSWER_MAX, 0);
		struct pollfd ready = {fd, POLLIN, 0};
		if (n == 0) return got;
		if (n > 0) got += (size_t)n, idle = 0;
		if (n < 0) (void)poll(&ready, 1, 1);
	}
	fail_msg("it does not end");
	return got;
}

/* The client ends its half while its answer waits, be it above a filter or below: with the request, and later. */
static void
half_closed_over_filters(void **state)
{
	static const char *const requests[] = {"GET / HTTP/1.1\r\n" END, "GET / HTTP/1.1\r\nConnection: close\r\n" END};
	(void)state;
	for (int filters = 0; filters < 3; filters++)
		for (int way = 0; way < 4; way++) {
			const char *const request = requests[way & 1];
			struct fixture f;
			fixture_begin(&f);
			evhttp_set_bevcb(f.http, make_filters, &filters);
			evhttp_set_gencb(f.http, answer_large, &f);
			const int fd = fixture_connect(&f);
			fixture_send(&f, fd, request, strlen(request));
			if (way & 2) fixture_run_ms(&f, 5);
			assert_int_equal(shutdown(fd, SHUT_WR), 0);
			fixture_run_ms(&f, 5);
			const size_t got = receive_to_end(&f, fd);
			assert_true(got > LARGE);
			close(fd);
			fixture_end(&f);
		}
}

#ifdef EVHTTP_SERVER_LENIENT
/* One that ended its half and takes nothing more is not waited for any longer than others. */
static void
half_closed_and_stuck(void **state)
{
	static const struct timeval short_time = {0, 50000};
	static const char request[] = "GET / HTTP/1.1\r\n" END;
	(void)state;
	for (int filters = 0; filters < 3; filters++) {
		struct fixture f;
		fixture_begin(&f);
		evhttp_set_write_timeout_tv(f.http, &short_time);
		evhttp_set_bevcb(f.http, make_filters, &filters);
		evhttp_set_gencb(f.http, answer_large, &f);
		const int fd = fixture_connect(&f);
		fixture_send(&f, fd, request, sizeof(request) - 1);
		assert_int_equal(shutdown(fd, SHUT_WR), 0);
		for (int i = 0; i < 2000 && !f.requests; i++)
			fixture_run_ms(&f, 1);
		assert_int_equal(f.requests, 1);
		for (int i = 0; i < 2000 && evhttp_get_connection_count(f.http); i++)
			fixture_run_ms(&f, 10);
		assert_int_equal(evhttp_get_connection_count(f.http), 0);
		close(fd);
		fixture_end(&f);
	}
}

static void
drained(struct evhttp *http, void *arg)
{
	assert_int_equal(evhttp_get_connection_count(http), 0);
	*(bool *)arg = true;
}

static void
keep(struct evhttp_request *req, void *arg)
{
	*(struct evhttp_request **)arg = req;
}

static void
draining(void **state)
{
	struct fixture f;
	struct evhttp_request *open = NULL;
	bool done = false;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, keep, &open);
	const int idle = fixture_connect(&f), busy = fixture_connect(&f);
	static const char request[] = "GET / HTTP/1.1\r\n" END;
	fixture_send(&f, busy, request, sizeof(request) - 1);
	fixture_run_ms(&f, 20);
	assert_non_null(open);
	assert_int_equal(evhttp_drain(f.http, drained, &done), 0);
	assert_int_equal(evhttp_drain(f.http, drained, &done), -1);
	assert_false(fixture_receive(&f, idle, ANSWER_MAX - 1));
	assert_false(done);
	evhttp_send_reply(open, 200, "OK", NULL);
	assert_false(fixture_receive(&f, busy, ANSWER_MAX - 1));
	assert_non_null(strstr(f.answer, "Connection: close"));
	fixture_run_ms(&f, 20);
	assert_true(done);
	close(idle);
	close(busy);
	fixture_end(&f);
}

/* Answered, and then drained in the same callback: what was answered is still sent. */
static void
answer_and_drain(struct evhttp_request *req, void *arg)
{
	struct fixture *f = arg;
	struct evbuffer *body = evbuffer_new();
	char block[4096];
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 24; i++)
		evbuffer_add(body, block, sizeof(block));
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
	assert_int_equal(evhttp_drain(f->http, drained, f->seen + 100), 0);
}

static void
draining_in_the_callback(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_and_drain, &f);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_true(f.closed);
	assert_true(f.answer_len > 24 * 4096);
	fixture_run_ms(&f, 5);
	assert_int_equal(f.seen[100], 1);
	fixture_end(&f);
}

static struct evhttp_request *held;
static size_t pieces_seen;

static void
pause_here(struct evhttp_request *req, void *arg)
{
	(void)arg;
	pieces_seen += evbuffer_get_length(evhttp_request_get_input_buffer(req));
	evhttp_request_pause_input(req);
	held = req;
}

static int
begin_pausing(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_request_set_chunked_cb(req, pause_here);
	return 0;
}

static void
paused_uploads(void **state)
{
	enum { SIZE = 3000000 };
	struct fixture f;
	char head[128];
	(void)state;
	fixture_begin(&f);
	held = NULL;
	pieces_seen = 0;
	evhttp_set_newreqcb(f.http, begin_pausing, NULL);
	char *data = calloc(1, SIZE);
	const int fd = fixture_connect(&f);
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nContent-Length: %d\r\n" END, SIZE);
	fixture_send(&f, fd, head, strlen(head));
	size_t sent = 0;
	int idle = 0;
	while (idle < 50) { /* as much as the server and the system take while it is paused */
		const ssize_t n = send(fd, data, SIZE - sent, MSG_NOSIGNAL);
		if (n > 0) sent += (size_t)n;
		idle = n > 0 ? 0 : idle + 1;
		fixture_pump(&f);
		if (sent == SIZE) break;
	}
	assert_non_null(held);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(held));
	assert_true(evbuffer_get_length(bufferevent_get_input(bev)) <= 262144);
	assert_true(pieces_seen < SIZE);
	for (int i = 0; i < 100000 && f.requests == 0; i++) {
		if (sent < SIZE) {
			const ssize_t n = send(fd, data, SIZE - sent, MSG_NOSIGNAL);
			if (n > 0) sent += (size_t)n;
		}
		evhttp_request_resume_input(held);
		fixture_pump(&f);
	}
	assert_int_equal(pieces_seen, SIZE);
	assert_int_equal(f.requests, 1);
	close(fd);
	free(data);
	fixture_end(&f);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams),
		cmocka_unit_test(slow_reader),
		cmocka_unit_test(half_closed),
		cmocka_unit_test(half_closed_over_filters),
#ifdef EVHTTP_SERVER_LENIENT
		cmocka_unit_test(half_closed_and_stuck),
		cmocka_unit_test(draining),
		cmocka_unit_test(draining_in_the_callback),
		cmocka_unit_test(paused_uploads),
#endif
	};
	return cmocka_run_group_tests_name("http flow", tests, NULL, NULL);
}
