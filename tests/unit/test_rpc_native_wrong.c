/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/rpc_native.h: what is refused, requests and replies that lie, no memory. */
#include "rpc_native_fixture.h"

static int32_t
same(int32_t value)
{
	return value;
}

/* ---- What is refused --------------------------------------------------------------------------------------------- */

static void
wrong_signatures(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} wrong[] = {
		{"", "at byte 0: a type is missing"},
		{":", "at byte 0: a type is missing"},
		{"i", "at byte 1: ':' is missing"},
		{"ii", "at byte 1: ':' is missing"},
		{"i;i", "at byte 1: ':' is missing"},
		{"q:", "at byte 0: there is no such type"},
		{"i:q", "at byte 2: there is no such type"},
		{"i:i i", "at byte 3: there is no such type"},
		{"i:i:i", "at byte 3: a type is missing"},
		{"i:\xff", "at byte 2: there is no such type"},
		{"b:", "at byte 0: a result cannot have"},
		{"B:i", "at byte 0: a result cannot have"},
		{"m:i", "at byte 0: a result cannot have"},
		{"M:i", "at byte 0: a result cannot have"},
		{"i:S", "at byte 2: S is for results"},
		{"?i:", "at byte 0: only s and S can have a '?'"},
		{"?v:", "at byte 0: only s and S can have a '?'"},
		{"i:?b", "at byte 2: only s and S can have a '?'"},
		{"i:i?", "at byte 3: a type is missing"},
		{"i:??s", "at byte 2: there is no such type"},
		{"i:iv", "at byte 3: v does not stand with other"},
		{"i:vi", "at byte 2: v does not stand with other"},
		{"i:iiiiiiiiiiiiiiiii", "at byte 18: there are too many arguments"},
		{"i:m", "argument 1 of \"i:m\" is a message"},
		{"i:iM", "argument 2 of \"i:iM\" is a message"},
	};
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct outcome outcome = {0};
		logged[0] = '\0';
		assert_int_equal(evrpc_native_register(server, "f", wrong[i].text, NULL, nothing), -1);
		if (!strstr(logged, wrong[i].said)) fail_msg("%s: %s", wrong[i].text, logged);
		logged[0] = '\0';
		assert_int_equal(evrpc_native_call(pool, "f", wrong[i].text, NULL, done, &outcome), -1);
		assert_non_null(strstr(logged, wrong[i].said));
		assert_null(evrpc_native_stub_new(pool, "f", wrong[i].text, NULL, done, &outcome));
		assert_int_equal(outcome.calls, 0);
	}
}

static void
wrong_registrations(void **state)
{
	(void)state;
	static const char *const names[] = {"", "a/b", "a b", "a?b", "a\r\nb", "\xc3\xa9"};
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(evrpc_native_register(server, names[i], "v:", NULL, nothing), -1);
	assert_non_null(strstr(logged, "the name may have"));
	assert_int_equal(evrpc_native_register(server, "f", "v:", NULL, NULL), -1);
	assert_int_equal(evrpc_native_register(server, "f", "v:", NULL, nothing), 0);
	assert_int_equal(evrpc_native_register(server, "f", "v:", NULL, nothing), -1);
	assert_non_null(strstr(logged, "taken"));
}

/* Caller and server mean different functions. */
static void
other_signature(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	REGISTER(same, "i:i");
	assert_int_equal(evrpc_native_call(pool, "same", "i:I", NULL, done, &outcome, 1u), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, "nowhere", "v:", NULL, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);
}

static void
no_connection(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	struct evrpc_pool *empty = evrpc_pool_new(base);
	assert_int_equal(evrpc_native_call(empty, "f", "v:", NULL, done, &outcome), -1);
	assert_int_equal(outcome.calls, 0);
	struct evrpc_native_stub *stub = evrpc_native_stub_new(empty, "f", "v:", NULL, done, &outcome);
	evrpc_native_stub_function(stub)();
	run(&outcome, EVRPC_STATUS_ERR_UNSTARTED);
	evrpc_native_stub_free(stub);
	evrpc_pool_free(empty);
	evrpc_native_stub_free(NULL);
}

/* Calls that wait when the pool is freed are not called back, and leave nothing. */
static void
pool_goes(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	struct evbuffer *out = evbuffer_new();
	REGISTER(turn, "I:bB");
	for (int i = 0; i < 3; i++)
		assert_int_equal(evrpc_native_call(pool, "turn", "I:bB", NULL, done, &outcome, "abc", (size_t)3, out), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	evrpc_pool_free(pool);
	pool = evrpc_pool_new(base);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_in_range(outcome.calls, 0, 2);
	assert_int_equal(evbuffer_get_length(out), 3 * (size_t)outcome.calls);
	evbuffer_free(out);
}

/* ---- Bytes that lie ---------------------------------------------------------------------------------------------- */

static void
answer(struct evhttp_request *req, void *arg)
{
	struct evbuffer *body = arg;
	evhttp_send_reply(req, body ? 200 : 500, "Fine", body);
}

static void
put_hex(struct evbuffer *buffer, const char *hex)
{
	unsigned byte;
	for (int used; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used) {
		unsigned char one = (unsigned char)byte;
		evbuffer_add(buffer, &one, 1);
	}
}

static const struct {
	const char *signature, *hex;
	bool fine;
} replies[] = {
	{"i:", "01 01 05", true},
	{"i:", "", false},
	{"i:", "01", false},
	{"i:", "01 01", false},
	{"i:", "01 00", false},
	{"i:", "01 05 05", false},             /* longer than what is there */
	{"i:", "01 7f ff ff ff ff", false},    /* 4 GiB */
	{"i:", "01 77 ff ff ff f7", false},    /* 2 GiB less one */
	{"i:", "ff ff ff ff ff ff", false},    /* no tag */
	{"i:", "00 01 05", false},             /* the request's tag */
	{"i:", "02 01 05", false},             /* a tag that is not there */
	{"i:", "01 01 05 01 01 05", false},    /* twice */
	{"i:", "01 01 05 02 01 05", false},    /* one too many */
	{"i:", "01 05 8f ff ff ff ff", false}, /* 2^36 - 1 */
	{"c:", "01 02 1f f0", true},           /* -1 */
	{"c:", "01 02 20 01", false},          /* 256 */
	{"C:", "01 02 20 01", false},          /* 256 */
	{"H:", "01 03 40 00 01", false},       /* 65536 */
	{"L:", "01 09 ff ff ff ff ff ff ff ff f0", true},
	{"L:", "01 01 ff", false},
	{"d:", "01 08 3f f0 00 00 00 00 00 00", true},
	{"d:", "01 07 3f f0 00 00 00 00 00", false},
	{"d:", "01 19 3f f0 00 00 00 00 00 00 00", false},
	{"s:", "01 03 61 62 63", true},
	{"s:", "01 00", true},
	{"s:", "01 03 61 00 63", false}, /* a zero within */
	{"s:", "", false},
	{"?s:", "", true},
	{"v:", "", true},
	{"v:", "01 01 05", false},
	{"v:B", "01 03 61 62 63", true},
	{"v:B", "", false},
	{"v:B", "01 04 61 62 63", false},
	{"i:B", "02 03 61 62 63 01 01 05", true}, /* any order */
	{"i:B", "01 03 61 62 63", false},
	{"v:M", "01 03 01 01 05", true},
	{"v:M", "01 00", false},
	{"v:M", "01 03 01 02 05", false},
	{"v:M", "01 03 02 01 05", false},
	{"v:M", "01 04 01 01 05 01", false},
};

static void
hostile_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(replies); i++) {
		struct evbuffer *body = evbuffer_new(), *out = evbuffer_new();
		struct number number = {99, true};
		struct outcome outcome = {0};
		put_hex(body, replies[i].hex);
		evhttp_set_cb(http, "/.rpc.f", answer, body);
		bool message = strchr(replies[i].signature, 'M') != NULL;
		assert_int_equal(evrpc_native_call(pool, "f", replies[i].signature, number_twice, done, &outcome,
							 message ? (void *)&number : (void *)out),
			0);
		run(&outcome, ANY);
		if ((outcome.error == EVRPC_STATUS_ERR_NONE) != replies[i].fine)
			fail_msg("%s, %s: error %d", replies[i].signature, replies[i].hex, outcome.error);
		if (!replies[i].fine) assert_int_equal(evbuffer_get_length(out), 0);
		if (message) assert_int_equal(number.set, replies[i].fine);
		evhttp_del_cb(http, "/.rpc.f");
		evbuffer_free(body);
		evbuffer_free(out);
	}
}

/* An error without a body is not the reply of a function without a result. */
static void
empty_error(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	evhttp_set_cb(http, "/.rpc.f", answer, NULL);
	assert_int_equal(evrpc_native_call(pool, "f", "v:", NULL, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);
}

static void
got_code(struct evhttp_request *req, void *arg)
{
	struct outcome *outcome = arg;
	outcome->calls++;
	outcome->error = req ? evhttp_request_get_response_code(req) : -1;
	event_base_loopbreak(base); /* takes no memory */
}

static void
hostile_requests(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int code;
	} requests[] = {
		{"01 01 05 02 01 61", 200},
		{"02 01 61 01 01 05", 200},
		{"00 05 49 3a 49 73 42 01 01 05 02 01 61", 200}, /* with the signature I:IsB */
		{"00 04 49 3a 49 73 01 01 05 02 01 61", 503},
		{"00 05 49 3a 49 73 42", 503},
		{"01 01 05", 503},
		{"02 01 61", 503},
		{"01 01 05 02 01 61 03 01 61", 503},
		{"01 01 05 01 01 05 02 01 61", 503},
		{"01 01 05 02 02 61 00", 503},
		{"01 01 05 02 02 61", 503},
		{"01 01 05 02 7f ff ff ff ff", 503},
		{"01 05 8f ff ff ff ff 02 01 61", 503},
		{"01 01 05 82 80 80 80 80 80 01 61", 503},
		{"ff", 503},
	};
	assert_int_equal(evrpc_native_register(server, "f", "I:IsB", NULL, (evrpc_native_function)same), 0);
	struct evhttp_connection *connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port);
	for (size_t i = 0; i < LENGTH(requests); i++) {
		struct outcome outcome = {0};
		struct evhttp_request *req = evhttp_request_new(got_code, &outcome);
		put_hex(evhttp_request_get_output_buffer(req), requests[i].hex);
		evhttp_make_request(connection, req, EVHTTP_REQ_POST, "/.rpc.f");
		run(&outcome, requests[i].code);
	}
	evhttp_connection_free(connection);
}

/* ---- No memory --------------------------------------------------------------------------------------------------- */

/* Each allocation of a call fails once: the call says so, or its callback does, or nothing was lost. */
static void
no_memory(void **state)
{
	(void)state;
	struct evbuffer *out = evbuffer_new();
	REGISTER(turn, "I:bB");
	evrpc_pool_set_timeout(pool, 1);
	bool failed = true;
	for (long fails = 1; failed; fails++) {
		struct outcome outcome = {0};
		assert_true(fails < 300);
		until_failure = fails;
		if (evrpc_native_call(pool, "turn", "I:bB", NULL, done, &outcome, "abc", (size_t)3, out) == 0)
			run(&outcome, ANY);
		failed = until_failure < 0; /* it came to the failure */
		until_failure = -1;
		size_t expected = outcome.calls && outcome.error == EVRPC_STATUS_ERR_NONE ? 3 : 0;
		if (expected && outcome.value.u == UINT32_MAX) expected = evbuffer_get_length(out); /* it hit the function */
		assert_int_equal(evbuffer_get_length(out), expected);
		evbuffer_drain(out, evbuffer_get_length(out));
		/* A connection that suffered is replaced. */
		evrpc_pool_free(pool);
		pool = evrpc_pool_new(base);
		evrpc_pool_set_timeout(pool, 1);
		evrpc_pool_add_connection(pool, evhttp_connection_base_new(base, NULL, "127.0.0.1", port));
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	for (long fails = 1; fails < 6; fails++) {
		until_failure = fails;
		struct evrpc_native_stub *stub = evrpc_native_stub_new(pool, "f", "v:", NULL, done, NULL);
		evrpc_native_stub_free(stub);
		int registered = evrpc_native_register(server, "f", "v:", NULL, nothing);
		if (registered == 0) evrpc_unregister_rpc(server, "f");
		until_failure = -1;
	}
	evbuffer_free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wrong_signatures, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_registrations, setup, teardown),
		cmocka_unit_test_setup_teardown(other_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(no_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(pool_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_error, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, counting_setup, counting_teardown),
	};
	event_set_mem_functions(counting_malloc, counting_realloc, counting_free);
	event_set_log_callback(log_line);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
