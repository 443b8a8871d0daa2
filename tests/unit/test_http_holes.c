/* SPDX-License-Identifier: BSD-3-Clause */
/* Known defects of HTTP servers before this one: what they let through, and what made them fall over. */
#include "http_fixture.h"

#include <event2/thread.h>
#include <pthread.h>
#include <sys/resource.h>

#define END "Host: a\r\n\r\n"

static void
assert_refused(struct fixture *f, const char *bytes, size_t len, int status)
{
	const unsigned before = f->requests;
	fixture_ask_bytes(f, bytes, len);
	if (fixture_status(f) != status || !f->closed || f->requests != before)
		print_message("%.200s\n-> %.80s\n", bytes, f->answer);
	assert_int_equal(fixture_status(f), status);
	assert_true(f->closed);
	assert_int_equal(f->requests, before);
	assert_int_equal(fixture_count(f->answer, "HTTP/1.1 "), 1);
}

/* ---- What is let through ---- */

static void
hole_CVE_2026_63379_trailers(void **state)
{
	static const char request[] =
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
		"3\r\nabc\r\n0\r\nX-Evil: 1\r\nContent-Length: 99\r\nHost: evil\r\n\r\nGET /2 HTTP/1.1\r\n" END;
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	fixture_ask(&f, request);
	assert_string_equal(f.seen, "2 / Transfer-Encoding=chunked Host=a [abc]\n1 /2 Host=a\n");
	fixture_end(&f);
}

static void
hole_CVE_2026_63382_framing(void **state)
{
	static const struct {
		const char *fields, *body;
		int status;
	} rows[] = {
		{"Transfer-Encoding: chunked\r\n", "0\r\n\r\n", 200},
		{"Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n", 200},
		{"Transfer-Encoding: \tchunked \r\n", "0\r\n\r\n", 200},
		{"Content-Length: 5\r\n", "01234", 200},
		{"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n", 400},
		{"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n", 400},
		{"Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n", 400},
		{"Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 501},
		{"Transfer-Encoding: identity\r\n", "", 501},
		{"Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 501},
		{"Content-Length: 5\r\nContent-Length: 6\r\n", "01234", 400},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", "01234", 400},
		{"Content-Length: +5\r\n", "01234", 400},
		{"Content-Length: 5, 5\r\n", "01234", 400},
		{"Transfer-Encoding: chunked\r\n", "0\n\n", 400},
		{"Transfer-Encoding: chunked\r\n", "1\nx\n0\n\n", 400},
		{"Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n\r\n", 400},
	};
	struct fixture f;
	char text[512];
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(text, sizeof(text), "POST / HTTP/1.1\r\n%s" END "%s", rows[i].fields, rows[i].body);
		if (rows[i].status != 200) {
			assert_refused(&f, text, strlen(text), rows[i].status);
			continue;
		}
		fixture_ask(&f, text);
		assert_int_equal(fixture_status(&f), 200);
		assert_false(f.closed);
	}
	fixture_end(&f);
}

static void
hole_CVE_2026_63385_nul_and_folds(void **state)
{
	static const char nul[] = "GET / HTTP/1.1\r\nX: a\0b\r\n" END;
	static const char fold[] = "GET / HTTP/1.1\r\nX: a\r\n b\r\n" END;
	static const char first_fold[] = "GET / HTTP/1.1\r\n X: a\r\n" END;
	static const char coded[] = "GET /a%00.html HTTP/1.1\r\n" END;
	static const char coded_absolute[] = "GET http://a/a%00 HTTP/1.1\r\n" END;
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	assert_refused(&f, nul, sizeof(nul) - 1, 400);
	assert_refused(&f, fold, sizeof(fold) - 1, 400);
	assert_refused(&f, first_fold, sizeof(first_fold) - 1, 400);
	assert_refused(&f, coded, sizeof(coded) - 1, 400);
	assert_refused(&f, coded_absolute, sizeof(coded_absolute) - 1, 400);
	fixture_end(&f);
}

static void
hole_issue_1542_chunk_size(void **state)
{
	static const char *const sizes[] = {"0x3", "+3", "-3", " 3", "3 ", "", "00000000000000003", "10000000000000003",
		"3h", "\t3", "3\r", "0X3", "3.", "ffffffffffffffffff"};
	struct fixture f;
	char text[256];
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "%s\r\nabc\r\n0\r\n\r\n",
			sizes[i]);
		assert_refused(&f, text, strlen(text), 400);
	}
	/* The largest that can be written is more than any body may have. */
	snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "ffffffffffffffff\r\nabc");
	fixture_ask(&f, text);
	assert_int_equal(f.requests, 0);
	fixture_ask(&f, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "3;a=b\r\nabc\r\n0;c\r\n\r\n");
	assert_int_equal(fixture_status(&f), 200);
	fixture_end(&f);
}

static void
hole_issue_1541_version(void **state)
{
	static const char *const versions[] = {"HTTP/1.10", "HTTP/4294967295.255", "HTTP/1.", "http/1.1", "HTTP/1.1.1",
		"HTTP/1.256", "HTTP/257.1", "HTTP/-1.1", "HTTPS/1.1", "HTTP/1.1 x"};
	struct fixture f;
	char text[256];
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(versions); i++) {
		snprintf(text, sizeof(text), "GET / %s\r\n" END, versions[i]);
		assert_refused(&f, text, strlen(text), 400);
	}
	assert_refused(&f, "GET / HTTP/2.0\r\n" END, strlen("GET / HTTP/2.0\r\n" END), 505);
	fixture_end(&f);
}

static void
hole_issues_1686_1696_1810_fields(void **state)
{
	static const char *const bad[] = {": x\r\n" END, " : x\r\n" END, "X : x\r\n" END, "X\t: x\r\n" END, "X\r\n" END,
		"X y: z\r\n" END, "X: a\rb\r\n" END, "X: a\x01\r\n" END, "X(: a\r\n" END, "Host: a\r\nHost: a\r\n\r\n",
		"Host: a\r\nHost: b\r\n\r\n", "\r\n", "Host: a b\r\n\r\n", "Host: a/b\r\n\r\n"};
	struct fixture f;
	char text[256];
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s", bad[i]);
		assert_refused(&f, text, strlen(text), 400);
	}
	fixture_ask(&f, "GET / HTTP/1.1\r\nX:\ta\t\r\n" END);
	assert_string_equal(f.seen, "1 / X=a Host=a\n");
	fixture_end(&f);
}

/* With no limit set, lines, heads, trailers and bodies are bounded all the same. */
static void
hole_endless_lines(void **state)
{
	static const char *const begins[] = {"GET /",
		"GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "1;",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "0\r\nX: "};
	static const int status[] = {414, 431, 431, 431};
	enum { SIZE = 1 << 20 };
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	char *text = malloc(SIZE);
	for (size_t i = 0; i < LENGTH(begins); i++) {
		memset(text, 'x', SIZE);
		memcpy(text, begins[i], strlen(begins[i]));
		assert_refused(&f, text, SIZE, status[i]);
	}
	/* Many short fields are as good as a long one. */
	size_t len = (size_t)sprintf(text, "GET / HTTP/1.1\r\n");
	while (len < SIZE - 16)
		len += (size_t)sprintf(text + len, "X: y\r\n");
	assert_refused(&f, text, len, 431);
	free(text);
	fixture_end(&f);
}

#ifdef EVHTTP_SERVER_LENIENT
static void
lenient_server(void **state)
{
	static const char *const requests[] = {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nX : y\r\n" END, "GET / HTTP/1.1\r\nX: y\r\n z\r\n" END,
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "1\nx\n0\n\n"};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	assert_int_equal(evhttp_set_flags(f.http, EVHTTP_SERVER_LENIENT), 0);
	for (size_t i = 0; i < LENGTH(requests); i++) {
		fixture_ask(&f, requests[i]);
		assert_int_equal(fixture_status(&f), 200);
	}
	fixture_ask(&f, "GET / HTTP/1.1\r\nX: y\r\n z\r\n" END);
	assert_string_equal(f.seen, "1 / X=y z Host=a\n");
	assert_refused(&f, "GET /%00 HTTP/1.1\r\n" END, strlen("GET /%00 HTTP/1.1\r\n" END), 400);
	fixture_end(&f);
}
#endif

/* ---- Late answers ---- */

#define LATE 3

struct late {
	struct evhttp_request *reqs[LATE];
	int count;
};

static void
keep(struct evhttp_request *req, void *arg)
{
	struct late *late = arg;
	assert_true(late->count < LATE);
	late->reqs[late->count++] = req;
}

static void *
answer_in_thread(void *arg)
{
	struct evbuffer *body = evbuffer_new();
	evbuffer_add(body, "late", 4);
	evhttp_send_reply(arg, 200, "OK", body);
	evbuffer_free(body);
	return NULL;
}

static void *
stream_in_thread(void *arg)
{
	struct evbuffer *body = evbuffer_new();
	evhttp_send_reply_start(arg, 200, "OK");
	for (int i = 0; i < 3; i++) {
		evbuffer_add(body, "late", 4);
		evhttp_send_reply_chunk(arg, body);
	}
	evhttp_send_reply_end(arg);
	evbuffer_free(body);
	return NULL;
}

static void
run_thread(void *(*body)(void *), void *arg)
{
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, body, arg), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* Requests are pipelined while a worker still answers the first: each is answered in its turn. */
static void
hole_bitcoin_11322_pipelined_while_busy(void **state)
{
	static const char requests[] = "GET /1 HTTP/1.1\r\n" END "GET /2 HTTP/1.1\r\n" END "GET /3 HTTP/1.1\r\n" END;
	struct late late = {.count = 0};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, keep, &late);
	const int fd = fixture_connect(&f);
	fixture_send(&f, fd, requests, sizeof(requests) - 1);
	for (int i = 0; i < LATE; i++) {
		fixture_run_ms(&f, 10);
		assert_int_equal(late.count, i + 1);
		run_thread(i == 1 ? stream_in_thread : answer_in_thread, late.reqs[i]);
	}
	assert_true(fixture_receive(&f, fd, ANSWER_MAX - 1));
	assert_int_equal(fixture_count(f.answer, "200 OK"), LATE);
	assert_non_null(strstr(f.answer, "4\r\nlate\r\n4\r\nlate\r\n4\r\nlate\r\n0\r\n\r\n"));
	close(fd);
	fixture_end(&f);
}

/* The client goes away in the middle: the answer goes nowhere, and nothing is lost or used after it is freed. */
static void
hole_bitcoin_11593_gone_while_busy(void **state)
{
	static const char requests[] = "GET /1 HTTP/1.1\r\n" END "GET /2 HTTP/1.1\r\n" END;
	static const struct linger reset = {1, 0};
	(void)state;
	for (int how = 0; how < 4; how++) {
		struct late late = {.count = 0};
		struct fixture f;
		fixture_begin(&f);
		evhttp_set_gencb(f.http, keep, &late);
		const int fd = fixture_connect(&f);
		fixture_send(&f, fd, requests, sizeof(requests) - 1);
		fixture_run_ms(&f, 10);
		assert_int_equal(late.count, 1);
		if (how & 1) assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
		close(fd);
		fixture_run_ms(&f, 10);
		if (how & 2)
			run_thread(answer_in_thread, late.reqs[0]);
		else
			(void)answer_in_thread(late.reqs[0]);
		fixture_run_ms(&f, 10);
		if (late.count == 2) (void)answer_in_thread(late.reqs[1]);
		fixture_end(&f);
	}
}

/* The server goes first. */
static void
answered_after_the_server(void **state)
{
	static const char request[] = "GET /1 HTTP/1.1\r\n" END;
	struct late late = {.count = 0};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, keep, &late);
	const int fd = fixture_connect(&f);
	fixture_send(&f, fd, request, sizeof(request) - 1);
	fixture_run_ms(&f, 10);
	assert_int_equal(late.count, 1);
	evhttp_free(f.http);
	f.http = NULL;
	assert_null(evhttp_request_get_connection(late.reqs[0]));
	(void)answer_in_thread(late.reqs[0]);
	close(fd);
	fixture_end(&f);
}

/* ---- Freed in its own callback ---- */

enum where { IN_REQUEST, IN_HEADER, IN_PIECE, IN_CLOSE, IN_COMPLETE, IN_NEW_REQUEST, IN_CHUNK_WRITTEN, WHERE_COUNT };

static enum where free_where;
static bool free_request; /* else its connection */
static int freed;

static void
let_go(struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	freed++;
	if (free_request)
		evhttp_request_free(req);
	else if (evcon)
		evhttp_connection_free(evcon);
}

static int
free_in_header(struct evhttp_request *req, void *arg)
{
	(void)arg;
	if (free_where == IN_HEADER) let_go(req);
	return 0;
}

static void
free_in_piece(struct evhttp_request *req, void *arg)
{
	(void)arg;
	if (free_where == IN_PIECE) let_go(req);
}

static void
free_in_close(struct evhttp_connection *evcon, void *arg)
{
	(void)arg;
	if (free_where != IN_CLOSE) return;
	freed++;
	evhttp_connection_free(evcon);
}

static void
free_in_complete(struct evhttp_request *req, void *arg)
{
	(void)arg;
	if (free_where == IN_COMPLETE) let_go(req);
}

static void
free_when_written(struct evhttp_connection *evcon, void *arg)
{
	struct evhttp_request *req = arg;
	if (free_where == IN_CHUNK_WRITTEN) {
		assert_ptr_equal(evhttp_request_get_connection(req), evcon);
		let_go(req);
	} else {
		evhttp_send_reply_end(req);
	}
}

static int
prepare(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_request_set_header_cb(req, free_in_header);
	evhttp_request_set_chunked_cb(req, free_in_piece);
	evhttp_request_set_on_complete_cb(req, free_in_complete, NULL);
	if (free_where == IN_NEW_REQUEST) let_go(req);
	return 0;
}

static void
free_or_answer(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), free_in_close, NULL);
	if (free_where == IN_REQUEST) {
		let_go(req);
		return;
	}
	struct evbuffer *body = evbuffer_new();
	evbuffer_add(body, "x", 1);
	evhttp_send_reply_start(req, 200, "OK");
	evhttp_send_reply_chunk_with_cb(req, body, free_when_written, req);
	evbuffer_free(body);
}

static void
hole_issues_797_818_1289_freed_in_callbacks(void **state)
{
	static const char request[] = "POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n" END "abc" END;
	(void)state;
	for (int i = 0; i < WHERE_COUNT * 2; i++) {
		struct fixture f;
		free_where = (enum where)(i / 2);
		free_request = i % 2;
		freed = 0;
		fixture_begin(&f);
		evhttp_set_newreqcb(f.http, prepare, NULL);
		evhttp_set_gencb(f.http, free_or_answer, NULL);
		fixture_ask(&f, request);
		assert_int_equal(freed, 1);
		assert_true(f.closed);
		fixture_run_ms(&f, 5);
		assert_int_equal(evhttp_get_connection_count(f.http), 0);
		fixture_end(&f);
	}
}

/* The whole server, in a request's callback. */
static void
free_server(struct evhttp_request *req, void *arg)
{
	struct fixture *f = arg;
	evhttp_free(f->http);
	f->http = NULL;
	evhttp_send_reply(req, 200, "OK", NULL);
}

static void
server_freed_in_callback(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, free_server, &f);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END "GET / HTTP/1.1\r\n" END);
	assert_true(f.closed);
	fixture_end(&f);
}

/* ---- Time ---- */

static void
count_close(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	++*(int *)arg;
}

static void
answer_and_watch(struct evhttp_request *req, void *arg)
{
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), count_close, arg);
	evhttp_send_reply(req, 200, "OK", NULL);
}

static int
open_descriptors(void)
{
	int count = 0;
	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1) count++;
	return count;
}

/* Kept connections end by the server, the client or time, and leave nothing behind. */
static void
hole_issues_213_1781_idle_connections(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\n" END;
	const struct timeval short_time = {0, 50000};
	struct fixture f;
	int closed = 0;
	(void)state;
	fixture_begin(&f);
	evhttp_set_timeout_tv(f.http, &short_time);
	evhttp_set_gencb(f.http, answer_and_watch, &closed);
	fixture_ask(&f, request);
	fixture_run_ms(&f, 5);
	const int before = open_descriptors();
	for (int i = 0; i < 6; i++) {
		const int fd = fixture_connect(&f);
		fixture_send(&f, fd, request, sizeof(request) - 1);
		(void)fixture_receive(&f, fd, 20);
		if (i % 2) {
			fixture_run_ms(&f, 120);
			assert_false(fixture_receive(&f, fd, ANSWER_MAX - 1)); /* time ended it */
		}
		close(fd);
		fixture_run_ms(&f, 5);
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(closed, 7);
	fixture_end(&f);
}

#ifdef EVHTTP_SERVER_LENIENT
/* A byte now and then resets every inactivity timer, but not the bound on the whole. */
static void
hole_issue_593_slow_request(void **state)
{
	static const char request[] = "GET /slow-as-can-be HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
	const struct timeval whole = {0, 100000};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_request_timeout_tv(f.http, &whole);
	const int fd = fixture_connect(&f);
	bool open = true;
	for (size_t i = 0; i < sizeof(request) - 1 && open; i++) {
		(void)send(fd, request + i, 1, MSG_NOSIGNAL);
		fixture_run_ms(&f, 10);
		char byte;
		open = recv(fd, &byte, 1, MSG_PEEK) < 0;
	}
	assert_false(open);
	(void)fixture_receive(&f, fd, ANSWER_MAX - 1);
	assert_int_equal(fixture_status(&f), 408);
	assert_int_equal(f.requests, 0);
	close(fd);
	fixture_end(&f);
}
#endif

/* A peer that stops in the middle, and one that never reads. */
static void
rude_peers(void **state)
{
	const struct timeval short_time = {0, 50000};
	static const char half[] = "POST / HTTP/1.1\r\nContent-Length: 10\r\n" END "abc";
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_timeout_tv(f.http, &short_time);
	const int fd = fixture_connect(&f);
	fixture_send(&f, fd, half, sizeof(half) - 1);
	fixture_run_ms(&f, 150);
	assert_false(fixture_receive(&f, fd, ANSWER_MAX - 1));
	assert_int_equal(fixture_status(&f), 408);
	close(fd);
	fixture_run_ms(&f, 20);
	fixture_end(&f);
}

/* No descriptor is left for a client that waits: it is served when some come back. */
static void
out_of_descriptors(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\n" END;
	struct rlimit before, low;
	struct fixture f;
	int fillers[64], count = 0;
	(void)state;
	fixture_begin(&f);
	const int fd = fixture_connect(&f);
	fixture_send(&f, fd, request, sizeof(request) - 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = (rlim_t)fd + 8;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	while (count < 64 && (fillers[count] = dup(fd)) >= 0)
		count++;
	assert_true(count > 0 && count < 64);
	fixture_run_ms(&f, 50);
	assert_int_equal(f.requests, 0);
	while (count)
		close(fillers[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i < 60 && f.requests == 0; i++)
		fixture_run_ms(&f, 50);
	assert_int_equal(f.requests, 1);
	(void)fixture_receive(&f, fd, 20);
	assert_int_equal(fixture_status(&f), 200);
	close(fd);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_CVE_2026_63379_trailers),
		cmocka_unit_test(hole_CVE_2026_63382_framing),
		cmocka_unit_test(hole_CVE_2026_63385_nul_and_folds),
		cmocka_unit_test(hole_issue_1542_chunk_size),
		cmocka_unit_test(hole_issue_1541_version),
		cmocka_unit_test(hole_issues_1686_1696_1810_fields),
		cmocka_unit_test(hole_endless_lines),
#ifdef EVHTTP_SERVER_LENIENT
		cmocka_unit_test(lenient_server),
#endif
		cmocka_unit_test(hole_bitcoin_11322_pipelined_while_busy),
		cmocka_unit_test(hole_bitcoin_11593_gone_while_busy),
		cmocka_unit_test(answered_after_the_server),
		cmocka_unit_test(hole_issues_797_818_1289_freed_in_callbacks),
		cmocka_unit_test(server_freed_in_callback),
		cmocka_unit_test(hole_issues_213_1781_idle_connections),
#ifdef EVHTTP_SERVER_LENIENT
		cmocka_unit_test(hole_issue_593_slow_request),
#endif
		cmocka_unit_test(rude_peers),
		cmocka_unit_test(out_of_descriptors),
	};
	if (evthread_use_pthreads() < 0) return 1;
	return cmocka_run_group_tests_name("http holes", tests, NULL, NULL);
}
