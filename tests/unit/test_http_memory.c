/* SPDX-License-Identifier: BSD-3-Clause */
/* Every allocation may fail: a conversation is repeated with the first, the second, ... allocation failing, until it
 * succeeds. Nothing may crash, and afterwards the same server and client work as before. */
#include "http_fixture.h"

#include <event2/ws.h>

static long countdown = -1; /* allocations until one fails; negative: none does */
static bool failed;

static bool
fails(void)
{
	if (countdown < 0) return false;
	if (countdown-- > 0) return false;
	failed = true;
	return true;
}

static void *
failing_alloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

static void *
failing_realloc(void *memory, size_t size)
{
	return fails() ? NULL : realloc(memory, size);
}

static void
quiet(int severity, const char *text)
{
	(void)severity, (void)text;
}

/* Like fixture_answer(), but lack of memory is no surprise here. */
static void
answer(struct evhttp_request *req, void *arg)
{
	struct evbuffer *body = evbuffer_new();
	const char *uri = evhttp_request_get_uri(req);
	(void)evhttp_request_get_host(req);
	++*(unsigned *)arg;
	if (body) evbuffer_add(body, "hello", 5);
	if (strcmp(uri, "/chunks") == 0) {
		evhttp_send_reply_start(req, 200, "OK");
		if (body) evhttp_send_reply_chunk(req, body);
		evhttp_send_reply_end(req);
	} else if (strcmp(uri, "/error") == 0) {
		evhttp_send_error(req, 404, "<none>");
	} else {
		evhttp_add_header(evhttp_request_get_output_headers(req), "X-Name", "value");
		evhttp_send_reply(req, 200, "OK", body);
	}
	if (body) evbuffer_free(body);
}

static void
on_message(struct evws_connection *ws, int type, const unsigned char *data, size_t len, void *arg)
{
	(void)type, (void)len;
	++*(unsigned *)arg;
	evws_send_text(ws, (const char *)data);
}

static void
upgrade(struct evhttp_request *req, void *arg)
{
	(void)evws_new_session(req, on_message, arg, 0);
}

struct conversation {
	const char *request;
	const char *needed; /* in the answer when all went well */
};

static const char long_head[] = "GET /long HTTP/1.1\r\nHost: a\r\nX-A: 0123456789012345678901234567890123456789\r\n"
								"X-B: 0123456789012345678901234567890123456789\r\n\r\n";

/* A text frame behind the handshake, with a mask of zeros. */
static const char ws_handshake[] = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
								   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
								   "\x81\x85____\x37\x3a\x33\x33\x30";

static void
converse(const struct conversation *conversations, size_t count, void (*upgrader)(struct evhttp_request *, void *))
{
	event_set_log_callback(quiet);
	for (size_t i = 0; i < count; i++) {
		bool went_well = false;
		for (long nth = 0; nth < 400 && !went_well; nth++) {
			struct fixture f;
			unsigned calls = 0;
			fixture_begin(&f);
			evhttp_set_gencb(f.http, answer, &calls);
			if (upgrader) evhttp_set_cb(f.http, "/ws", upgrader, &calls);
			failed = false;
			countdown = nth;
			fixture_ask(&f, conversations[i].request);
			went_well = !failed;
			countdown = -1;
			if (went_well) {
				if (!strstr(f.answer, conversations[i].needed)) print_message("%s", f.answer);
				assert_non_null(strstr(f.answer, conversations[i].needed));
			}
			/* Whatever happened, the server goes on. */
			fixture_ask(&f, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
			assert_int_equal(fixture_status(&f), 200);
			fixture_run_ms(&f, 1);
			fixture_end(&f);
		}
		assert_true(went_well);
	}
	event_set_log_callback(NULL);
}

static void
server(void **state)
{
	static const struct conversation conversations[] = {
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\r\n\r\nhello"},
		{"GET /chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n"},
		{"GET /error HTTP/1.1\r\nHost: a\r\n\r\n", "404 &lt;none&gt;"},
		{"BAD\r\n\r\n", "400 Bad Request"},
		{"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			"hello"},
		{long_head, "hello"},
	};
	(void)state;
	converse(conversations, LENGTH(conversations), NULL);
}

/* CVE-2026-63380: a session whose upgrade fails half-way. */
static void
hole_CVE_2026_63380_upgrade(void **state)
{
	static const struct conversation conversation = {ws_handshake, "\x81\x05hello"};
	(void)state;
	converse(&conversation, 1, upgrade);
}

struct outcome {
	unsigned calls;
	int status;
};

static void
on_done(struct evhttp_request *req, void *arg)
{
	struct outcome *outcome = arg;
	outcome->calls++;
	outcome->status = req ? evhttp_request_get_response_code(req) : -1;
}

/* Returns the request's outcome; calls 0: it could not even be made. */
static struct outcome
ask_once(struct fixture *f, struct evhttp_connection *evcon)
{
	struct outcome outcome = {0, 0};
	struct evhttp_request *req = evhttp_request_new(on_done, &outcome);
	if (!req) return outcome;
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), "X-Name", "value");
	if (evhttp_make_request(evcon, req, EVHTTP_REQ_GET, "/") < 0) return outcome;
	for (int i = 0; i < 200 && !outcome.calls; i++)
		(void)event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_int_equal(outcome.calls, 1);
	return outcome;
}

static void
client(void **state)
{
	bool went_well = false;
	(void)state;
	event_set_log_callback(quiet);
	for (long nth = 0; nth < 400 && !went_well; nth++) {
		struct fixture f;
		unsigned calls = 0;
		fixture_begin(&f);
		evhttp_set_gencb(f.http, answer, &calls);
		failed = false;
		countdown = nth;
		struct evhttp_connection *evcon = evhttp_connection_base_new(f.base, NULL, "127.0.0.1", f.port);
		if (evcon) (void)ask_once(&f, evcon);
		went_well = !failed;
		countdown = -1;
		if (evcon) {
			const struct outcome outcome = ask_once(&f, evcon);
			assert_int_equal(outcome.status, 200);
			evhttp_connection_free(evcon);
		}
		fixture_end(&f);
	}
	assert_true(went_well);
	event_set_log_callback(NULL);
}

static void
texts(void **state)
{
	bool went_well = false;
	(void)state;
	for (long nth = 0; nth < 100 && !went_well; nth++) {
		struct evkeyvalq pairs;
		failed = false;
		countdown = nth;
		struct evhttp_uri *uri = evhttp_uri_parse("http://u@h:1/p?q#f");
		if (uri && evhttp_uri_set_path(uri, "/a/much/longer/path/than/before") < 0)
			assert_string_equal(evhttp_uri_get_path(uri), "/p");
		if (evhttp_parse_query_str("a=b&c=d", &pairs) < 0) assert_true(TAILQ_EMPTY(&pairs));
		char *coded = evhttp_encode_uri("a b"), *decoded = evhttp_decode_uri("a%20b"),
			 *escaped = evhttp_htmlescape("<");
		went_well = !failed;
		countdown = -1;
		if (uri) evhttp_uri_free(uri);
		evhttp_clear_headers(&pairs);
		free(coded);
		free(decoded);
		free(escaped);
	}
	assert_true(went_well);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server),
		cmocka_unit_test(hole_CVE_2026_63380_upgrade),
		cmocka_unit_test(client),
		cmocka_unit_test(texts),
	};
	event_set_mem_functions(failing_alloc, failing_realloc, free);
	return cmocka_run_group_tests_name("http memory", tests, NULL, NULL);
}
