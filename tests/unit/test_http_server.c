/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP server as its clients see it: answers, framing, persistence, limits, virtual hosts, callbacks. */
#include "http_fixture.h"

#include <event2/event_compat.h>
#include <event2/http_compat.h>

#define END "Host: a\r\n\r\n"

static void
simple(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	fixture_ask(&f, "GET /x?y HTTP/1.1\r\n" END);
	assert_string_equal(f.seen, "1 /x?y Host=a\n");
	assert_int_equal(fixture_status(&f), 200);
	assert_false(f.closed);
	assert_non_null(strstr(f.answer, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(f.answer, "\r\nContent-Length: 5\r\n"));
	assert_non_null(strstr(f.answer, "\r\nContent-Type: text/html; charset=ISO-8859-1\r\n"));
	assert_non_null(strstr(f.answer, "\r\nDate: "));
	assert_non_null(strstr(f.answer, "\r\n\r\nhello"));
	fixture_end(&f);
}

static void
persistence(void **state)
{
	static const struct {
		const char *request;
		bool closes;
		const char *says; /* NULL: no Connection field */
	} rows[] = {
		{"GET / HTTP/1.1\r\n" END, false, NULL},
		{"GET / HTTP/1.1\r\nConnection: close\r\n" END, true, "Connection: close"},
		{"GET / HTTP/1.1\r\nConnection: x, close, y\r\n" END, true, "Connection: close"},
		{"GET / HTTP/1.0\r\n" END, true, NULL},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n" END, false, "Connection: keep-alive"},
		{"GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n" END, false, "Connection: keep-alive"},
	};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fixture_ask(&f, rows[i].request);
		assert_int_equal(fixture_status(&f), 200);
		assert_int_equal(f.closed, rows[i].closes);
		if (rows[i].says)
			assert_non_null(strstr(f.answer, rows[i].says));
		else
			assert_null(strstr(f.answer, "Connection:"));
	}
	fixture_end(&f);
}

static void
bodies(void **state)
{
	static const struct {
		const char *request, *seen;
	} rows[] = {
		{"POST / HTTP/1.1\r\nContent-Length: 3\r\n" END "abc", "2 / Content-Length=3 Host=a [abc]\n"},
		{"PUT / HTTP/1.1\r\nContent-Length: 0\r\n" END, "8 / Content-Length=0 Host=a\n"},
		{"DELETE / HTTP/1.1\r\n" END, "16 / Host=a\n"},
		{"GET / HTTP/1.1\r\nContent-Length: 3\r\n" END "abc", "1 / Content-Length=3 Host=a [abc]\n"},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
			"2 / Transfer-Encoding=chunked Host=a [abcde]\n"},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n", "2 / Transfer-Encoding=chunked Host=a\n"},
	};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fixture_ask(&f, rows[i].request);
		assert_string_equal(f.seen, rows[i].seen);
		assert_int_equal(fixture_status(&f), 200);
	}
	fixture_end(&f);
}

/* However the bytes arrive, the program sees the same. */
static void
pieces(void **state)
{
	static const char request[] =
		"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: y\r\n" END "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	for (size_t step = 1; step < 24; step += 3) {
		const int fd = fixture_connect(&f);
		f.seen[0] = '\0';
		for (size_t at = 0; at < sizeof(request) - 1; at += step) {
			const size_t left = sizeof(request) - 1 - at;
			fixture_send(&f, fd, request + at, left < step ? left : step);
			fixture_pump(&f);
		}
		(void)fixture_receive(&f, fd, ANSWER_MAX - 1);
		close(fd);
		assert_string_equal(f.seen, "2 /p Transfer-Encoding=chunked X=y Host=a [abcde]\n");
	}
	fixture_end(&f);
}

static void
pipelined(void **state)
{
	enum { COUNT = 1000 };
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	struct evbuffer *requests = evbuffer_new();
	for (int i = 0; i < COUNT; i++)
		evbuffer_add_printf(requests, "GET /%d HTTP/1.1\r\n" END, i);
	fixture_ask_bytes(&f, (char *)evbuffer_pullup(requests, -1), evbuffer_get_length(requests));
	assert_int_equal(f.requests, COUNT);
	assert_int_equal(fixture_count(f.answer, "HTTP/1.1 200 OK\r\n"), COUNT);
	assert_int_equal(fixture_count(f.answer, "\r\n\r\nhello"), COUNT);
	evbuffer_free(requests);
	fixture_end(&f);
}

/* ---- Framing of answers ---- */

static void
answer_by_path(struct evhttp_request *req, void *arg)
{
	const char *path = evhttp_request_get_uri(req);
	struct evkeyvalq *out = evhttp_request_get_output_headers(req);
	struct evbuffer *body = evbuffer_new();
	(void)arg;
	evbuffer_add_printf(body, "hello world!");
	if (strcmp(path, "/204") == 0) {
		evhttp_send_reply(req, 204, NULL, body);
	} else if (strcmp(path, "/304") == 0) {
		evhttp_send_reply(req, 304, NULL, body);
	} else if (strcmp(path, "/none") == 0) {
		evbuffer_drain(body, evbuffer_get_length(body));
		evhttp_send_reply(req, 200, NULL, NULL);
	} else if (strcmp(path, "/chunks") == 0) {
		evhttp_send_reply_start(req, 200, "OK");
		evhttp_send_reply_chunk(req, body);
		evbuffer_add_printf(body, "more");
		evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_chunk(req, body); /* empty: must not end the answer */
		evhttp_send_reply_end(req);
	} else if (strcmp(path, "/sized") == 0) {
		evhttp_add_header(out, "Content-Length", "12");
		evhttp_send_reply_start(req, 200, "OK");
		evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_end(req);
	} else if (strcmp(path, "/short") == 0) {
		evhttp_add_header(out, "Content-Length", "20");
		evhttp_send_reply_start(req, 200, "OK");
		evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_end(req);
	} else if (strcmp(path, "/long") == 0) {
		evhttp_add_header(out, "Content-Length", "5");
		evhttp_send_reply_start(req, 200, "OK");
		evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_end(req);
	} else if (strcmp(path, "/lie") == 0) {
		evhttp_add_header(out, "Content-Length", "3");
		evhttp_add_header(out, "Transfer-Encoding", "chunked");
		evhttp_send_reply(req, 200, "OK", body);
	} else if (strcmp(path, "/reason") == 0) {
		evhttp_send_reply(req, 200, "Fine\r\nX-Evil: 1", body);
	} else if (strcmp(path, "/output") == 0) {
		evbuffer_add_printf(evhttp_request_get_output_buffer(req), "before ");
		evhttp_send_reply(req, 200, "OK", body);
	} else {
		evhttp_send_reply(req, 200, "OK", body);
	}
	assert_int_equal(evbuffer_get_length(body), 0);
	evbuffer_free(body);
}

static const char *
body_of(const struct fixture *f)
{
	const char *body = strstr(f->answer, "\r\n\r\n");
	return body ? body + 4 : "no head";
}

static void
answer_framing(void **state)
{
	static const struct {
		const char *request, *body;
		bool closes;
	} rows[] = {
		{"GET / HTTP/1.1\r\n" END, "hello world!", false},
		{"GET /none HTTP/1.1\r\n" END, "", false},
		{"GET /chunks HTTP/1.1\r\n" END, "c\r\nhello world!\r\n4\r\nmore\r\n0\r\n\r\n", false},
		{"GET /chunks HTTP/1.0\r\n" END, "hello world!more", true},
		{"GET /sized HTTP/1.1\r\n" END, "hello world!", false},
		{"GET /sized HTTP/1.0\r\nConnection: keep-alive\r\n" END, "hello world!", false},
		{"GET /short HTTP/1.1\r\n" END, "hello world!", true},
		{"GET /long HTTP/1.1\r\n" END, "hello", false},
		{"GET /lie HTTP/1.1\r\n" END, "hello world!", false},
		{"GET /reason HTTP/1.1\r\n" END, "hello world!", false},
		{"GET /output HTTP/1.1\r\n" END, "before hello world!", false},
		{"HEAD / HTTP/1.1\r\n" END, "", false},
		{"HEAD /chunks HTTP/1.1\r\n" END, "", false},
		{"HEAD /sized HTTP/1.1\r\n" END, "", false},
		{"GET /204 HTTP/1.1\r\n" END, "", false},
		{"GET /304 HTTP/1.1\r\n" END, "", false},
	};
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_by_path, NULL);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fixture_ask(&f, rows[i].request);
		if (strcmp(body_of(&f), rows[i].body) != 0) print_message("%s", rows[i].request);
		assert_string_equal(body_of(&f), rows[i].body);
		assert_int_equal(f.closed, rows[i].closes);
		assert_null(strstr(f.answer, "X-Evil"));
	}
	fixture_ask(&f, "GET /lie HTTP/1.1\r\n" END);
	assert_non_null(strstr(f.answer, "Content-Length: 12\r\n"));
	assert_null(strstr(f.answer, "Transfer-Encoding"));
	fixture_ask(&f, "HEAD /chunks HTTP/1.1\r\n" END);
	assert_non_null(strstr(f.answer, "Transfer-Encoding: chunked\r\n"));
	fixture_ask(&f, "GET /204 HTTP/1.1\r\n" END);
	assert_null(strstr(f.answer, "Content-Length"));
	fixture_end(&f);
}

/* HEAD, 204 and 304 never carry a body, whatever the program gives: the next answer follows at once. */
static void
hole_head_with_a_body(void **state)
{
	static const char *const paths[] = {"HEAD /", "HEAD /chunks", "HEAD /sized", "GET /204", "GET /304"};
	struct fixture f;
	char text[256];
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_by_path, NULL);
	for (size_t i = 0; i < LENGTH(paths); i++) {
		snprintf(text, sizeof(text), "%s HTTP/1.1\r\n" END "GET / HTTP/1.1\r\n" END, paths[i]);
		fixture_ask(&f, text);
		assert_memory_equal(body_of(&f), "HTTP/1.1 200 OK\r\n", 17);
		assert_int_equal(fixture_count(f.answer, "HTTP/1.1 "), 2);
	}
	fixture_end(&f);
}

/* ---- Expect ---- */

static void
expect_continue(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	const int fd = fixture_connect(&f);
	static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" END;
	fixture_send(&f, fd, head, sizeof(head) - 1);
	assert_true(fixture_receive(&f, fd, ANSWER_MAX - 1));
	assert_string_equal(f.answer, "HTTP/1.1 100 Continue\r\n\r\n");
	fixture_send(&f, fd, "abc", 3);
	assert_true(fixture_receive(&f, fd, ANSWER_MAX - 1));
	assert_int_equal(fixture_status(&f), 200);
	assert_non_null(strstr(f.seen, "[abc]"));
	close(fd);
	/* No body to wait for, an old client, a body that is here already: no interim answer. */
	fixture_ask(&f, "GET / HTTP/1.1\r\nExpect: 100-continue\r\n" END);
	assert_int_equal(fixture_status(&f), 200);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" END "abc");
	assert_int_equal(fixture_status(&f), 200);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: a-miracle\r\n" END);
	assert_int_equal(fixture_status(&f), 417);
	evhttp_set_max_body_size(f.http, 2);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" END);
	assert_int_equal(fixture_status(&f), 413);
	fixture_end(&f);
}

/* ---- Limits ---- */

static void
limits(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_max_headers_size(f.http, 100);
	evhttp_set_max_body_size(f.http, 5);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 5\r\n" END "01234");
	assert_int_equal(fixture_status(&f), 200);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 6\r\n" END "012345");
	assert_int_equal(fixture_status(&f), 413);
	assert_true(f.closed);
	fixture_ask(&f, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
	assert_int_equal(fixture_status(&f), 413);
	assert_true(f.closed);
	fixture_ask(&f, "GET / HTTP/1.1\r\nX: "
					"01234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n" END);
	assert_int_equal(fixture_status(&f), 431);
	assert_true(f.closed);
	fixture_ask(&f, "GET "
					"/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
					"7890123456789 HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 414);
	assert_int_equal(evhttp_set_flags(f.http, EVHTTP_SERVER_LINGERING_CLOSE), 0);
	fixture_ask(&f, "POST / HTTP/1.1\r\nContent-Length: 6\r\n" END "012345");
	assert_int_equal(fixture_status(&f), 413);
	assert_int_not_equal(evhttp_set_flags(f.http, 0x4000), 0);
	fixture_end(&f);
}

static void
methods(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	fixture_ask(&f, "OPTIONS * HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 405);
	fixture_ask(&f, "FOO / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 501);
	fixture_ask(&f, "get / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 501);
	fixture_ask(&f, "GE / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 501);
	evhttp_set_allowed_methods(f.http, EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH | EVHTTP_REQ_CONNECT | EVHTTP_REQ_TRACE);
	fixture_ask(&f, "OPTIONS * HTTP/1.1\r\n" END);
	assert_string_equal(f.seen, "32 * Host=a\n");
	fixture_ask(&f, "PATCH /x HTTP/1.1\r\nContent-Length: 1\r\n" END "p");
	assert_string_equal(f.seen, "256 /x Content-Length=1 Host=a [p]\n");
	fixture_ask(&f, "CONNECT b:443 HTTP/1.1\r\n" END);
	assert_string_equal(f.seen, "128 b:443 Host=a\n");
	fixture_ask(&f, "CONNECT b HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 400);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 405);
	fixture_end(&f);
}

#ifdef EVHTTP_REQ_MAX
static int
know_more(struct evhttp_ext_method *method)
{
	if (method->method && strcmp(method->method, "BREW") == 0) {
		method->type = EVHTTP_REQ_MAX << 1;
		method->flags = EVHTTP_METHOD_HAS_BODY;
		return 0;
	}
	if (!method->method && method->type == EVHTTP_REQ_MAX << 1) {
		method->method = "BREW";
		return 0;
	}
	return -1;
}

static void
more_methods(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_ext_method_cmp(f.http, know_more);
	evhttp_set_allowed_methods(f.http, EVHTTP_REQ_GET | EVHTTP_REQ_PROPFIND | EVHTTP_REQ_MAX << 1);
	fixture_ask(&f, "BREW /pot HTTP/1.1\r\nContent-Length: 1\r\n" END "x");
	assert_string_equal(f.seen, "65536 /pot Content-Length=1 Host=a [x]\n");
	fixture_ask(&f, "PROPFIND / HTTP/1.1\r\n" END);
	assert_string_equal(f.seen, "512 / Host=a\n");
	fixture_ask(&f, "DRINK / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 501);
	fixture_end(&f);
}
#endif

/* ---- Paths and hosts ---- */

static void
name_of(struct evhttp_request *req, void *arg)
{
	struct evbuffer *body = evbuffer_new();
	evbuffer_add_printf(body, "%s", (const char *)arg);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

static void
assert_answered_by(struct fixture *f, const char *target, const char *host, const char *name)
{
	char text[512];
	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, host);
	fixture_ask(f, text);
	if (strcmp(body_of(f), name) != 0) print_message("%s", text);
	assert_string_equal(body_of(f), name);
}

static void
paths(void **state)
{
	static char one[] = "one", two[] = "two", other[] = "other";
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	assert_int_equal(evhttp_set_cb(f.http, "/one", name_of, one), 0);
	assert_int_equal(evhttp_set_cb(f.http, "/one", name_of, two), -1);
	assert_int_equal(evhttp_set_cb(f.http, "/a b", name_of, two), 0);
	evhttp_set_gencb(f.http, name_of, other);
	assert_answered_by(&f, "/one", "a", one);
	assert_answered_by(&f, "/one?x=y", "a", one);
	assert_answered_by(&f, "/%6fne", "a", one);
	assert_answered_by(&f, "http://a/one", "a", one);
	assert_answered_by(&f, "/a%20b", "a", two);
	assert_answered_by(&f, "/one/", "a", other);
	assert_answered_by(&f, "/on", "a", other);
	assert_answered_by(&f, "//one", "a", other);
	assert_int_equal(evhttp_del_cb(f.http, "/one"), 0);
	assert_int_equal(evhttp_del_cb(f.http, "/one"), -1);
	assert_answered_by(&f, "/one", "a", other);
	evhttp_set_gencb(f.http, NULL, NULL);
	fixture_ask(&f, "GET /<b> HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 404);
	fixture_end(&f);
}

static void
virtual_hosts(void **state)
{
	static char main_host[] = "main", star[] = "star", deep[] = "deep", alias[] = "alias";
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	struct evhttp *vhost = evhttp_new(NULL), *deeper = evhttp_new(NULL), *other = evhttp_new(NULL);
	evhttp_set_gencb(f.http, name_of, main_host);
	evhttp_set_gencb(vhost, name_of, star);
	evhttp_set_gencb(deeper, name_of, deep);
	evhttp_set_gencb(other, name_of, alias);
	assert_int_equal(evhttp_add_virtual_host(f.http, "*.example.com", vhost), 0);
	assert_int_equal(evhttp_add_virtual_host(vhost, "x*.*.com", deeper), 0);
	assert_int_equal(evhttp_add_virtual_host(f.http, "other.example.org", other), 0);
	assert_int_equal(evhttp_add_virtual_host(f.http, "y", other), -1);
	assert_int_equal(evhttp_add_server_alias(other, "manya"), 0);
	assert_int_equal(evhttp_add_server_alias(f.http, "own.example.com"), 0);
	assert_answered_by(&f, "/", "a", main_host);
	assert_answered_by(&f, "/", "www.EXAMPLE.com", star);
	assert_answered_by(&f, "/", "www.example.com:8080", star);
	assert_answered_by(&f, "/", "xy.example.com", deep);
	assert_answered_by(&f, "/", "own.example.com", main_host);
	assert_answered_by(&f, "/", "example.com", main_host);
	assert_answered_by(&f, "/", "MANYA:1", alias);
	assert_answered_by(&f, "http://www.example.com/", "a", star);
	assert_int_equal(evhttp_remove_server_alias(other, "manya"), 0);
	assert_int_equal(evhttp_remove_server_alias(other, "manya"), -1);
	assert_answered_by(&f, "/", "manya", main_host);
	assert_int_equal(evhttp_remove_virtual_host(f.http, other), 0);
	assert_int_equal(evhttp_remove_virtual_host(f.http, other), -1);
	evhttp_free(other);
	fixture_end(&f);
}

/* ---- Callbacks ---- */

static int
count_pieces(struct evhttp_request *req, void *arg)
{
	(void)req;
	(void)arg;
	return 0;
}

static void
on_piece(struct evhttp_request *req, void *arg)
{
	(void)arg;
	char text[64];
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	snprintf(text, sizeof(text), "%zu", evbuffer_get_length(body));
	evhttp_add_header(evhttp_request_get_output_headers(req), "X-Piece", text);
}

#ifdef EVHTTP_METHOD_HAS_BODY
static int
on_new_request(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_request_set_chunked_cb(req, on_piece);
	evhttp_request_set_header_cb(req, count_pieces);
	return 0;
}

static void
uploads_in_pieces(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_newreqcb(f.http, on_new_request, NULL);
	fixture_ask(&f, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert_int_equal(fixture_status(&f), 200);
	assert_non_null(strstr(f.answer, "X-Piece: 3\r\nX-Piece: 2\r\n"));
	assert_null(strstr(f.seen, "["));
	fixture_end(&f);
}

static int
refuse_request(struct evhttp_request *req, void *arg)
{
	(void)req;
	(void)arg;
	return -1;
}

static void
new_request_refused(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_newreqcb(f.http, refuse_request, NULL);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_true(f.closed);
	assert_string_equal(f.answer, "");
	fixture_end(&f);
}

static int
own_page(struct evhttp_request *req, struct evbuffer *page, int error, const char *reason, void *arg)
{
	(void)arg;
	if (error == 400) return -1;
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/plain");
	return evbuffer_add_printf(page, "sorry: %d %s", error, reason) < 0 ? -1 : 0;
}

static void
error_pages(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_errorcb(f.http, own_page, NULL);
	evhttp_set_gencb(f.http, NULL, NULL);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_string_equal(body_of(&f), "sorry: 404 Not Found");
	assert_non_null(strstr(f.answer, "Content-Type: text/plain\r\n"));
	fixture_ask(&f, "BAD\r\n\r\n");
	assert_int_equal(fixture_status(&f), 400);
	assert_non_null(strstr(f.answer, "<h1>400 Bad Request</h1>"));
	fixture_end(&f);
}

static void
too_many_connections(void **state)
{
	struct fixture f;
	int fds[3];
	(void)state;
	fixture_begin(&f);
	evhttp_set_max_connections(f.http, 3);
	for (int i = 0; i < 3; i++) {
		fds[i] = fixture_connect(&f);
		fixture_pump(&f);
	}
	assert_int_equal(evhttp_get_connection_count(f.http), 3);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 503);
	assert_true(f.closed);
	close(fds[0]);
	fixture_run_ms(&f, 20);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END);
	assert_int_equal(fixture_status(&f), 200);
	close(fds[1]);
	close(fds[2]);
	fixture_end(&f);
}
#endif

static void
completed(struct evhttp_request *req, void *arg)
{
	assert_non_null(evhttp_request_get_connection(req));
	++*(int *)arg;
}

static void
answer_and_wait(struct evhttp_request *req, void *arg)
{
	evhttp_request_set_on_complete_cb(req, completed, arg);
	evhttp_send_reply(req, 200, "OK", NULL);
}

static void
on_complete(void **state)
{
	struct fixture f;
	int count = 0;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_and_wait, &count);
	fixture_ask(&f, "GET / HTTP/1.1\r\n" END "GET / HTTP/1.1\r\n" END);
	assert_int_equal(count, 2);
	assert_int_equal(fixture_count(f.answer, "200 OK"), 2);
	fixture_end(&f);
}

/* ---- The functions of old, which know one base ---- */

static void
note_port(struct evhttp_bound_socket *bound, void *arg)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length), 0);
	*(uint16_t *)arg = ntohs(address.sin_port);
}

static void
note_status(struct evhttp_request *req, void *arg)
{
	*(int *)arg = req ? evhttp_request_get_response_code(req) : -1;
}

static void
current_base(void **state)
{
	struct fixture f;
	uint16_t port = 0;
	int status = 0;
	(void)state;
	memset(&f, 0, sizeof(f));
	f.base = event_init();
	f.http = evhttp_start("127.0.0.1", 0);
	assert_non_null(f.http);
	evhttp_set_gencb(f.http, fixture_answer, &f);
	evhttp_foreach_bound_socket(f.http, note_port, &port);
	assert_true(port > 0);
	struct evhttp_connection *evcon = evhttp_connection_new("127.0.0.1", port);
	assert_non_null(evcon);
	evhttp_connection_set_base(evcon, f.base);
	assert_ptr_equal(evhttp_connection_get_base(evcon), f.base);
	struct evhttp_request *req = evhttp_request_new(note_status, &status);
	assert_int_equal(evhttp_make_request(evcon, req, EVHTTP_REQ_GET, "/old"), 0);
	assert_string_equal(evhttp_request_uri(req), "/old");
	fixture_run_ms(&f, 30);
	assert_int_equal(status, 200);
	assert_int_equal(f.requests, 1);
	evhttp_connection_free(evcon);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple),
		cmocka_unit_test(persistence),
		cmocka_unit_test(bodies),
		cmocka_unit_test(pieces),
		cmocka_unit_test(pipelined),
		cmocka_unit_test(answer_framing),
		cmocka_unit_test(hole_head_with_a_body),
		cmocka_unit_test(expect_continue),
		cmocka_unit_test(limits),
		cmocka_unit_test(methods),
#ifdef EVHTTP_REQ_MAX
		cmocka_unit_test(more_methods),
#endif
		cmocka_unit_test(paths),
		cmocka_unit_test(virtual_hosts),
#ifdef EVHTTP_METHOD_HAS_BODY
		cmocka_unit_test(uploads_in_pieces),
		cmocka_unit_test(new_request_refused),
		cmocka_unit_test(error_pages),
		cmocka_unit_test(too_many_connections),
#endif
		cmocka_unit_test(on_complete),
		cmocka_unit_test(current_base),
	};
	return cmocka_run_group_tests_name("http server", tests, NULL, NULL);
}
