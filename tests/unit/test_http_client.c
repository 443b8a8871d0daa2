/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP client against a server that is a bare socket, so that it can answer what no library would: both run in one
 * thread. */
#include "http_rogue.h"

#include <sys/un.h>

/* ---- The client's callbacks ---- */

struct question {
	struct rogue *rogue;
	const char *name;
	struct evhttp_connection *evcon;
	struct evhttp_request *req;
	bool cancel_in_piece, own;
};

static void
on_done(struct evhttp_request *req, void *arg)
{
	struct question *q = arg;
	char text[256];
	if (!req) {
		snprintf(text, sizeof(text), "%s:null", q->name);
	} else {
		struct evbuffer *body = evhttp_request_get_input_buffer(req);
		const size_t len = evbuffer_get_length(body);
		snprintf(text, sizeof(text), "%s:%d%s%.*s", q->name, evhttp_request_get_response_code(req), len ? "=" : "",
			(int)len, len ? (char *)evbuffer_pullup(body, -1) : "");
		if (q->own) evhttp_request_own(req);
		assert_null(evhttp_find_header(evhttp_request_get_input_headers(req), "X-Trailer"));
		assert_null(evhttp_find_header(evhttp_request_get_input_headers(req), "X-Interim"));
		assert_null(evhttp_find_header(evhttp_request_get_input_headers(req), "X-Hint"));
	}
	say(q->rogue, text);
}

static void
on_error(enum evhttp_request_error error, void *arg)
{
	struct question *q = arg;
	char text[64];
	snprintf(text, sizeof(text), "%s!%d", q->name, (int)error);
	say(q->rogue, text);
}

static void
on_closed(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	say(arg, "closed");
}

static struct evhttp_connection *
connect_client(struct rogue *rogue)
{
	struct evhttp_connection *evcon = evhttp_connection_base_new(rogue->base, NULL, "127.0.0.1", rogue->port);
	assert_non_null(evcon);
	evhttp_connection_set_closecb(evcon, on_closed, rogue);
	return evcon;
}

static struct evhttp_request *
ask(struct question *q, struct rogue *rogue, struct evhttp_connection *evcon, const char *name,
	enum evhttp_cmd_type type, const char *path)
{
	q->rogue = rogue;
	q->name = name;
	q->evcon = evcon;
	q->req = evhttp_request_new(on_done, q);
	assert_non_null(q->req);
	evhttp_request_set_error_cb(q->req, on_error);
	if (type == EVHTTP_REQ_POST) evbuffer_add(evhttp_request_get_output_buffer(q->req), "body", 4);
	assert_int_equal(evhttp_make_request(evcon, q->req, type, path), 0);
	return q->req;
}

/* Two requests, one behind the other, on one connection; what the callbacks say. */
static void
pairs(void **state)
{
	static const struct {
		enum evhttp_cmd_type type;
		const char *first, *second, *log;
	} rows[] = {
		{EVHTTP_REQ_GET, "/ok", "/ok", "a:200=hello b:200=hello"},
		{EVHTTP_REQ_POST, "/ok", "/ok", "a:200=hello b:200=hello"},
		{EVHTTP_REQ_HEAD, "/ok", "/ok", "a:200 b:200=hello"},
		{EVHTTP_REQ_GET, "/204", "/ok", "a:204 b:200=hello"},
		{EVHTTP_REQ_GET, "/304", "/ok", "a:304 b:200=hello"},
		{EVHTTP_REQ_GET, "/100", "/ok", "a:200=hello b:200=hello"},
		{EVHTTP_REQ_GET, "/chunked", "/ok", "a:200=abcde b:200=hello"},
		{EVHTTP_REQ_GET, "/close", "/ok", "closed a:200=hello b:200=hello"},
		{EVHTTP_REQ_GET, "/until", "/ok", "closed a:200=abcdef b:200=hello"},
		{EVHTTP_REQ_GET, "/eof", "/ok", "closed a!1 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/short", "/ok", "closed a!1 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/bad", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/two-lengths", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/both", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/chunk-size", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/fold", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/endless", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/interim", "/ok", "closed a!2 a:null b:200=hello"},
		{EVHTTP_REQ_GET, "/extra", "/ok", "a:200=hello closed b:200=hello"},
	};
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct rogue rogue;
		struct question a = {0}, b = {0};
		rogue_begin(&rogue);
		struct evhttp_connection *evcon = connect_client(&rogue);
		ask(&a, &rogue, evcon, "a", rows[i].type, rows[i].first);
		ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, rows[i].second);
		assert_log(&rogue, rows[i].log);
		evhttp_connection_free(evcon);
		rogue_end(&rogue);
	}
}

static void
request_text(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0}, c = {0};
	char wanted[512];
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_PUT, "/ok");
	ask(&c, &rogue, evcon, "c", EVHTTP_REQ_POST, "/ok");
	assert_log(&rogue, "a:200=hello b:200=hello c:200=hello");
	snprintf(wanted, sizeof(wanted),
		"GET /ok HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\nPUT /ok HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: "
		"0\r\n\r\n"
		"POST /ok HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: 4\r\n\r\n",
		rogue.port, rogue.port, rogue.port);
	assert_string_equal(rogue.requests, wanted);
	assert_int_equal(rogue.connections, 1);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
targets_are_checked(void **state)
{
	static const char *const bad[] = {"", "/a b", "/a\r\nX: y", "/a\nb", "/\t"};
	struct rogue rogue;
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(evhttp_make_request(evcon, evhttp_request_new(NULL, NULL), EVHTTP_REQ_GET, bad[i]), -1);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
refused(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0};
	const struct timeval soon = {0, 60000};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = evhttp_connection_base_new(rogue.base, NULL, "127.0.0.1", 1);
	evhttp_connection_set_retries(evcon, 2);
	evhttp_connection_set_initial_retry_tv(evcon, &soon);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	assert_string_equal(rogue.log, "");
	run_ms(&rogue, 15);
	assert_string_equal(rogue.log, "");
	assert_log(&rogue, "a:0 b:0");
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

/* 2385638e: a connection that is refused again and again costs no descriptor. */
static void
hole_2385638e_retries(void **state)
{
	struct rogue rogue;
	struct question a = {0};
	const struct timeval at_once = {0, 1};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = evhttp_connection_base_new(rogue.base, NULL, "127.0.0.1", 1);
	evhttp_connection_set_retries(evcon, 8);
	evhttp_connection_set_initial_retry_tv(evcon, &at_once);
	for (int round = 0; round < 125; round++) {
		rogue.log[0] = '\0';
		ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
		for (int i = 0; i < 100 && !rogue.log[0]; i++)
			(void)event_base_loop(rogue.base, EVLOOP_ONCE);
		assert_string_equal(rogue.log, "a:0");
	}
	const int next = dup(rogue.listener);
	assert_true(next < rogue.listener + 8);
	close(next);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
timeouts(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0};
	const struct timeval short_time = {0, 200000};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	evhttp_connection_set_timeout_tv(evcon, &short_time);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/hang");
	run_ms(&rogue, 20);
	assert_string_equal(rogue.log, "");
	assert_log(&rogue, "closed a!0 a:null");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "closed a!0 a:null b:200=hello");
	run_ms(&rogue, 500); /* idle is no reason to close */
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "closed a!0 a:null b:200=hello a:200=hello");
	assert_int_equal(rogue.connections, 2);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
cancelling(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0}, c = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/hang");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	ask(&c, &rogue, evcon, "c", EVHTTP_REQ_GET, "/ok");
	run_ms(&rogue, 10);
	evhttp_cancel_request(b.req);
	evhttp_cancel_request(a.req);
	assert_log(&rogue, "closed a!4 c:200=hello");
	evhttp_cancel_request(evhttp_request_new(NULL, NULL)); /* never sent */
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

/* After any number of turns of the loop: whatever was under way is given up, and the connection is good for another
 * request; or the connection goes with all that it has. */
static void
cancel_at_any_moment(void **state)
{
	static const char *const paths[] = {
		"/ok", "/chunked", "/100", "/hang", "/close", "/until", "/short", "/bad", "/eof"};
	enum { MOMENTS = 24 };
	(void)state;
	for (size_t i = 0; i < LENGTH(paths) * MOMENTS * 2; i++) {
		struct rogue rogue;
		struct question a = {0}, b = {0};
		const bool free_all = i % 2;
		rogue_begin(&rogue);
		struct evhttp_connection *evcon = connect_client(&rogue);
		ask(&a, &rogue, evcon, "a", EVHTTP_REQ_POST, paths[i / 2 / MOMENTS]);
		for (size_t turn = i / 2 % MOMENTS; turn; turn--)
			(void)event_base_loop(rogue.base, EVLOOP_NONBLOCK);
		if (!strstr(rogue.log, "a:") && !free_all) evhttp_cancel_request(a.req); /* not after its callback */
		rogue.log[0] = '\0';
		if (!free_all) {
			evhttp_connection_set_closecb(evcon, NULL, NULL);
			ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
			assert_log(&rogue, "b:200=hello");
		}
		evhttp_connection_free(evcon);
		rogue_end(&rogue);
	}
}

static void
cancel_in_piece(struct evhttp_request *req, void *arg)
{
	struct question *q = arg;
	char text[32];
	snprintf(text, sizeof(text), "piece%zu", evbuffer_get_length(evhttp_request_get_input_buffer(req)));
	say(q->rogue, text);
	if (q->cancel_in_piece) evhttp_cancel_request(req);
}

static void
pieces(void **state)
{
	(void)state;
	for (int cancel = 0; cancel < 2; cancel++) {
		struct rogue rogue;
		struct question a = {.cancel_in_piece = cancel}, b = {0};
		rogue_begin(&rogue);
		struct evhttp_connection *evcon = connect_client(&rogue);
		evhttp_request_set_chunked_cb(ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/chunked"), cancel_in_piece);
		ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
		assert_log(&rogue, cancel ? "piece3 closed a!4 b:200=hello" : "piece3 piece2 a:200 b:200=hello");
		evhttp_connection_free(evcon);
		rogue_end(&rogue);
	}
}

static int
refuse_head(struct evhttp_request *req, void *arg)
{
	(void)arg;
	return evhttp_request_get_response_code(req) == 200 ? -1 : 0;
}

static void
limits(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0}, c = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	evhttp_connection_set_max_body_size(evcon, 4);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/chunked");
	assert_log(&rogue, "closed a!5 a:null closed b!5 b:null");
	rogue.log[0] = '\0';
	evhttp_connection_set_max_headers_size(evcon, 20);
	ask(&c, &rogue, evcon, "c", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "closed c!2 c:null");
	evhttp_connection_set_max_headers_size(evcon, -1);
	rogue.log[0] = '\0';
	evhttp_request_set_header_cb(ask(&c, &rogue, evcon, "c", EVHTTP_REQ_GET, "/ok"), refuse_head);
	assert_log(&rogue, "closed c!1 c:null");
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

/* The server closes a kept connection: seen while idle, or at the very moment when the next request is sent. */
static void
closed_while_idle(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/last");
	run_ms(&rogue, 20);
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "a:200=hello closed b:200=hello");
	rogue.log[0] = '\0';
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/last");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "a:200=hello closed b:200=hello");
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
owned_requests(void **state)
{
	struct rogue rogue;
	struct question a = {.own = true};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	run_ms(&rogue, 20);
	assert_int_equal(evhttp_request_is_owned(a.req), 1);
	assert_null(evhttp_request_get_connection(a.req));
	assert_string_equal(evhttp_request_get_response_code_line(a.req), "OK");
	evhttp_connection_free(evcon);
	assert_int_equal(evbuffer_get_length(evhttp_request_get_input_buffer(a.req)), 5);
	evhttp_request_free(a.req);
	rogue_end(&rogue);
}

/* What the program owns it frees itself, also when it was cancelled. */
static void
owned_and_cancelled(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	evhttp_request_own(ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/hang"));
	evhttp_request_own(ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok"));
	run_ms(&rogue, 10);
	evhttp_cancel_request(b.req);
	evhttp_cancel_request(a.req);
	assert_log(&rogue, "closed a!4");
	assert_null(evhttp_request_get_connection(a.req));
	evhttp_request_free(a.req);
	evhttp_request_free(b.req);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
freeing(void **state)
{
	struct rogue rogue;
	struct question a = {0}, b = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/hang");
	ask(&b, &rogue, evcon, "b", EVHTTP_REQ_GET, "/ok");
	run_ms(&rogue, 10);
	evhttp_connection_free(evcon);
	assert_string_equal(rogue.log, "closed");
	evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	evhttp_connection_free(evcon); /* still connecting */
	assert_string_equal(rogue.log, "closed");
	evcon = connect_client(&rogue);
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	evhttp_connection_free_on_completion(evcon);
	assert_log(&rogue, "closed a:200=hello");
	evhttp_connection_free_on_completion(connect_client(&rogue));
	rogue_end(&rogue);
}

/* ---- Freed in callbacks ---- */

enum where { IN_DONE, IN_ERROR, IN_PIECE, IN_HEAD, IN_CLOSE, WHERE_COUNT };

static enum where free_where;
static struct evhttp_connection *free_what;

static void
free_it(enum where here)
{
	struct evhttp_connection *evcon = free_what;
	if (here != free_where || !evcon) return;
	free_what = NULL;
	evhttp_connection_free(evcon);
}

static void
free_in_done(struct evhttp_request *req, void *arg)
{
	(void)req;
	(void)arg;
	free_it(IN_DONE);
}

static void
free_in_error(enum evhttp_request_error error, void *arg)
{
	(void)error;
	(void)arg;
	free_it(IN_ERROR);
}

static void
free_in_piece(struct evhttp_request *req, void *arg)
{
	(void)req;
	(void)arg;
	free_it(IN_PIECE);
}

static int
free_in_head(struct evhttp_request *req, void *arg)
{
	(void)req;
	(void)arg;
	free_it(IN_HEAD);
	return 0;
}

static void
free_in_close(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	(void)arg;
	free_it(IN_CLOSE);
}

static void
hole_issues_797_818_client_freed_in_callbacks(void **state)
{
	static const char *const endings[] = {"/ok", "/close", "/short", "/bad", "/chunked"};
	(void)state;
	for (int where = 0; where < WHERE_COUNT; where++)
		for (size_t i = 0; i < LENGTH(endings); i++) {
			struct rogue rogue;
			rogue_begin(&rogue);
			struct evhttp_connection *evcon = connect_client(&rogue);
			evhttp_connection_set_closecb(evcon, free_in_close, NULL);
			free_where = (enum where)where;
			free_what = evcon;
			for (int n = 0; n < 3; n++) {
				struct evhttp_request *req = evhttp_request_new(free_in_done, NULL);
				evhttp_request_set_error_cb(req, free_in_error);
				evhttp_request_set_chunked_cb(req, free_in_piece);
				evhttp_request_set_header_cb(req, free_in_head);
				assert_int_equal(evhttp_make_request(evcon, req, EVHTTP_REQ_GET, endings[i]), 0);
			}
			run_ms(&rogue, 15);
			if (free_what) evhttp_connection_free(free_what);
			free_what = NULL;
			rogue_end(&rogue);
		}
}

/* ---- Bodies ---- */

static void
ask_again(struct evhttp_request *req, void *arg)
{
	struct question *q = arg;
	on_done(req, q);
	if (strcmp(q->name, "a") != 0) return;
	q->name = "b";
	struct evhttp_request *next = evhttp_request_new(ask_again, q);
	assert_int_equal(evhttp_make_request(q->evcon, next, EVHTTP_REQ_GET, "/ok"), 0);
}

static void
asked_in_callback(void **state)
{
	static const char *const first[] = {"/ok", "/close", "/eof", "/bad"};
	(void)state;
	for (size_t i = 0; i < LENGTH(first); i++) {
		struct rogue rogue;
		struct question q = {.rogue = &rogue, .name = "a"};
		rogue_begin(&rogue);
		q.evcon = connect_client(&rogue);
		assert_int_equal(evhttp_make_request(q.evcon, evhttp_request_new(ask_again, &q), EVHTTP_REQ_GET, first[i]), 0);
		for (int n = 0; n < 400 && !strstr(rogue.log, "b:200=hello"); n++)
			run_ms(&rogue, 5);
		assert_non_null(strstr(rogue.log, "b:200=hello"));
		evhttp_connection_free(q.evcon);
		rogue_end(&rogue);
	}
}

static void
unix_answer(struct evhttp_request *req, void *arg)
{
	(void)arg;
	struct evbuffer *body = evbuffer_new();
	evbuffer_add_printf(body, "unix %s", evhttp_find_header(evhttp_request_get_input_headers(req), "Host"));
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

#ifdef EVHTTP_SERVER_LENIENT
static void
expecting(void **state)
{
	struct rogue rogue;
	struct question a = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	a.rogue = &rogue;
	a.name = "a";
	struct evhttp_request *req = evhttp_request_new(on_done, &a);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Expect", "100-continue");
	evbuffer_add(evhttp_request_get_output_buffer(req), "body", 4);
	assert_int_equal(evhttp_make_request(evcon, req, EVHTTP_REQ_POST, "/refuse"), 0);
	assert_log(&rogue, "closed a:417"); /* the body never went, so the connection cannot go on */
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

static void
streamed(void **state)
{
	(void)state;
	for (int sized = 0; sized < 2; sized++) {
		struct fixture f;
		struct rogue rogue = {0};
		struct question a = {.rogue = &rogue, .name = "a"};
		fixture_begin(&f);
		struct evhttp_connection *evcon = evhttp_connection_base_new(f.base, NULL, "127.0.0.1", f.port);
		struct evhttp_request *req = evhttp_request_new(on_done, &a);
		struct evbuffer *piece = evbuffer_new();
		assert_int_equal(evhttp_request_set_streamed(req), 0);
		if (sized) evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Length", "8");
		assert_int_equal(evhttp_make_request(evcon, req, EVHTTP_REQ_POST, "/up"), 0);
		evbuffer_add(piece, "one,", 4);
		assert_int_equal(evhttp_request_send_chunk(req, piece, NULL, NULL), 0); /* before it is connected */
		fixture_run_ms(&f, 10);
		evbuffer_add(piece, "two.", 4);
		assert_int_equal(evhttp_request_send_chunk(req, piece, NULL, NULL), 0);
		fixture_run_ms(&f, 10);
		if (!sized) { /* with a length, the server has it all already, and the request is gone */
			assert_string_equal(f.seen, "");
			assert_int_equal(evhttp_request_send_end(req), 0);
			assert_int_equal(evhttp_request_send_end(req), -1);
			fixture_run_ms(&f, 10);
		}
		assert_non_null(strstr(f.seen, "[one,two.]"));
		assert_string_equal(rogue.log, "a:200=hello");
		evbuffer_free(piece);
		evhttp_connection_free(evcon);
		fixture_end(&f);
	}
}

static void
unix_socket(void **state)
{
	struct sockaddr_un address;
	struct rogue rogue = {0};
	struct question a = {.rogue = &rogue, .name = "a"};
	(void)state;
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/mkevent-http-%d", (int)getpid());
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 5), 0);
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	assert_int_equal(evhttp_accept_socket(http, fd), 0);
	evhttp_set_gencb(http, unix_answer, NULL);
	struct evhttp_connection *evcon = evhttp_connection_base_bufferevent_unix_new(base, NULL, address.sun_path);
	assert_non_null(evcon);
	assert_int_equal(evhttp_make_request(evcon, evhttp_request_new(on_done, &a), EVHTTP_REQ_GET, "/"), 0);
	const struct timeval tv = {0, 20000};
	assert_int_equal(event_base_loopexit(base, &tv), 0);
	(void)event_base_dispatch(base);
	assert_string_equal(rogue.log, "a:200=unix localhost");
	evhttp_connection_free(evcon);
	evhttp_free(http);
	event_base_free(base);
	unlink(address.sun_path);
}
#endif

static void
local_address(void **state)
{
	struct rogue rogue;
	struct question a = {0};
	(void)state;
	rogue_begin(&rogue);
	struct evhttp_connection *evcon = connect_client(&rogue);
	evhttp_connection_set_local_address(evcon, "127.0.0.2");
	ask(&a, &rogue, evcon, "a", EVHTTP_REQ_GET, "/ok");
	assert_log(&rogue, "a:200=hello");
	struct sockaddr_in local;
	socklen_t length = sizeof(local);
	const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));
	assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &length), 0);
	assert_int_equal(ntohl(local.sin_addr.s_addr), 0x7f000002);
	const struct sockaddr_in *peer = (const struct sockaddr_in *)(const void *)evhttp_connection_get_addr(evcon);
	assert_int_equal(ntohs(peer->sin_port), rogue.port);
	evhttp_connection_free(evcon);
	rogue_end(&rogue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(request_text),
		cmocka_unit_test(targets_are_checked),
		cmocka_unit_test(refused),
		cmocka_unit_test(hole_2385638e_retries),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(cancelling),
		cmocka_unit_test(cancel_at_any_moment),
		cmocka_unit_test(pieces),
		cmocka_unit_test(limits),
		cmocka_unit_test(closed_while_idle),
		cmocka_unit_test(owned_requests),
		cmocka_unit_test(owned_and_cancelled),
		cmocka_unit_test(freeing),
		cmocka_unit_test(hole_issues_797_818_client_freed_in_callbacks),
		cmocka_unit_test(asked_in_callback),
#ifdef EVHTTP_SERVER_LENIENT
		cmocka_unit_test(expecting),
		cmocka_unit_test(streamed),
		cmocka_unit_test(unix_socket),
#endif
		cmocka_unit_test(local_address),
	};
	return cmocka_run_group_tests_name("http client", tests, NULL, NULL);
}
