/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/rpc_native.h: every type at its edges, by name and through stubs; what plugins offer; generated code. */
#include "rpc_native_fixture.h"

static void
done_text(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	struct outcome *outcome = arg;
	done(status, result, arg);
	if (!result) return;
	outcome->null_text = !result->s;
	snprintf(outcome->text, sizeof(outcome->text), "%s", result->s ? result->s : "");
}

/* ---- Types ------------------------------------------------------------------------------------------------------- */

#define ECHO(letter, type)                                                                                             \
	static type echo_##letter(type value)                                                                              \
	{                                                                                                                  \
		return value;                                                                                                  \
	}
ECHO(c, int8_t)
ECHO(C, uint8_t)
ECHO(h, int16_t)
ECHO(H, uint16_t)
ECHO(i, int32_t)
ECHO(I, uint32_t)
ECHO(l, int64_t)
ECHO(L, uint64_t)
ECHO(z, size_t)
ECHO(d, double)
ECHO(s, const char *)

/* Calls echo_LETTER by its name and through a stub. */
#define CHECK_ECHO(letter, type, member, argument)                                                                     \
	do {                                                                                                               \
		struct outcome outcome = {0};                                                                                  \
		assert_int_equal(                                                                                              \
			evrpc_native_call(pool, "echo_" #letter, #letter ":" #letter, NULL, done, &outcome, (type)(argument)), 0); \
		run(&outcome, EVRPC_STATUS_ERR_NONE);                                                                          \
		assert_true(outcome.value.member == (type)(argument));                                                         \
		struct evrpc_native_stub *stub =                                                                               \
			evrpc_native_stub_new(pool, "echo_" #letter, #letter ":" #letter, NULL, done, &outcome);                   \
		assert_non_null(stub);                                                                                         \
		outcome = (struct outcome){0};                                                                                 \
		assert_true(((type(*)(type))evrpc_native_stub_function(stub))((type)(argument)) == 0);                         \
		evrpc_native_stub_free(stub);                                                                                  \
		run(&outcome, EVRPC_STATUS_ERR_NONE);                                                                          \
		assert_true(outcome.value.member == (type)(argument));                                                         \
	} while (0)

#define CHECK_SIGNED(letter, type, least, most)                                                                        \
	do {                                                                                                               \
		REGISTER(echo_##letter, #letter ":" #letter);                                                                  \
		CHECK_ECHO(letter, type, i, least);                                                                            \
		CHECK_ECHO(letter, type, i, -1);                                                                               \
		CHECK_ECHO(letter, type, i, 0);                                                                                \
		CHECK_ECHO(letter, type, i, most);                                                                             \
	} while (0)

#define CHECK_UNSIGNED(letter, type, most)                                                                             \
	do {                                                                                                               \
		REGISTER(echo_##letter, #letter ":" #letter);                                                                  \
		CHECK_ECHO(letter, type, u, 0);                                                                                \
		CHECK_ECHO(letter, type, u, 1);                                                                                \
		CHECK_ECHO(letter, type, u, (most) / 2 + 1);                                                                   \
		CHECK_ECHO(letter, type, u, most);                                                                             \
	} while (0)

static void
integers(void **state)
{
	(void)state;
	CHECK_SIGNED(c, int8_t, INT8_MIN, INT8_MAX);
	CHECK_UNSIGNED(C, uint8_t, UINT8_MAX);
	CHECK_SIGNED(h, int16_t, INT16_MIN, INT16_MAX);
	CHECK_UNSIGNED(H, uint16_t, UINT16_MAX);
	CHECK_SIGNED(i, int32_t, INT32_MIN, INT32_MAX);
	CHECK_UNSIGNED(I, uint32_t, UINT32_MAX);
	CHECK_SIGNED(l, int64_t, INT64_MIN, INT64_MAX);
	CHECK_UNSIGNED(L, uint64_t, UINT64_MAX);
	CHECK_UNSIGNED(z, size_t, SIZE_MAX);
}

static void
doubles(void **state)
{
	(void)state;
	static const double values[] = {
		0, 1, -1.5, DBL_MAX, DBL_MIN, -DBL_MAX, DBL_EPSILON, 0x1p-1074, INFINITY, -INFINITY};
	REGISTER(echo_d, "d:d");
	for (size_t i = 0; i < LENGTH(values); i++)
		CHECK_ECHO(d, double, d, values[i]);
	struct outcome outcome = {0};
	assert_int_equal(evrpc_native_call(pool, "echo_d", "d:d", NULL, done, &outcome, (double)NAN), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_true(isnan(outcome.value.d));
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, "echo_d", "d:d", NULL, done, &outcome, -0.0), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_true(signbit(outcome.value.d));
}

static const char *
text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static void
strings(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	REGISTER(echo_s, "s:s");
	REGISTER(text_or_null, "?s:?s");
	char changing[] = "h\xc3\xa9llo";
	assert_int_equal(evrpc_native_call(pool, "echo_s", "s:s", NULL, done_text, &outcome, changing), 0);
	memset(changing, 'x', sizeof(changing) - 1); /* it has been copied */
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_string_equal(outcome.text, "h\xc3\xa9llo");
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, "echo_s", "s:s", NULL, done_text, &outcome, ""), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_false(outcome.null_text);
	assert_string_equal(outcome.text, "");
	assert_int_equal(evrpc_native_call(pool, "echo_s", "s:s", NULL, done_text, &outcome, (char *)NULL), -1);
	assert_non_null(strstr(logged, "echo_s: argument 1 of \"s:s\" is NULL"));

	static const char *const nullable[] = {NULL, "", "x"};
	for (size_t i = 0; i < LENGTH(nullable); i++) {
		outcome = (struct outcome){0};
		assert_int_equal(evrpc_native_call(pool, "text_or_null", "?s:?s", NULL, done_text, &outcome, nullable[i]), 0);
		run(&outcome, EVRPC_STATUS_ERR_NONE);
		assert_int_equal(outcome.null_text, i < 2);
	}
}

static char *
text_made(const char *text, int32_t times)
{
	if (times < 0) return NULL;
	size_t len = strlen(text);
	char *made = counting_malloc(len * (size_t)times + 1);
	for (int32_t i = 0; i < times; i++)
		memcpy(made + (size_t)i * len, text, len);
	made[len * (size_t)times] = '\0';
	return made;
}

/* A result that the function's caller frees. */
static void
string_made(void **state)
{
	(void)state;
	static const char *const expected[] = {"", "", "ab", "abab"};
	REGISTER(text_made, "?S:si");
	for (int i = -1; i < 3; i++) {
		struct outcome outcome = {0};
		assert_int_equal(evrpc_native_call(pool, "text_made", "?S:si", NULL, done_text, &outcome, "ab", i), 0);
		run(&outcome, EVRPC_STATUS_ERR_NONE);
		assert_string_equal(outcome.text, expected[i + 1]);
		assert_int_equal(outcome.null_text, i < 0);
	}
}

/* A function that breaks its word: NULL from s. */
static void
null_result(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	assert_int_equal(evrpc_native_register(server, "lies", "s:s", NULL, (evrpc_native_function)text_or_null), 0);
	assert_int_equal(evrpc_native_call(pool, "lies", "s:s", NULL, done_text, &outcome, ""), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);
	assert_non_null(strstr(logged, "lies returned NULL"));
}

static void
bytes(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 3, 4096, 100000};
	static unsigned char data[100000], back[100000];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7);
	REGISTER(turn, "I:bB");
	struct evbuffer *out = evbuffer_new();
	struct evrpc_native_stub *stub = evrpc_native_stub_new(pool, "turn", "I:bB", NULL, NULL, NULL);
	uint32_t (*remote)(const void *, size_t, struct evbuffer *, evrpc_native_cb, void *) =
		(uint32_t(*)(const void *, size_t, struct evbuffer *, evrpc_native_cb, void *))evrpc_native_stub_function(stub);
	for (size_t i = 0; i < 2 * LENGTH(sizes); i++) {
		size_t size = sizes[i / 2];
		struct outcome outcome = {0};
		if (i % 2)
			assert_int_equal(remote(size ? data : NULL, size, out, done, &outcome), 0);
		else
			assert_int_equal(evrpc_native_call(pool, "turn", "I:bB", NULL, done, &outcome, data, size, out), 0);
		run(&outcome, EVRPC_STATUS_ERR_NONE);
		assert_int_equal(outcome.value.u, size);
		assert_int_equal(evbuffer_get_length(out), size);
		evbuffer_remove(out, back, size);
		for (size_t at = 0; at < size; at++)
			assert_int_equal(back[at], data[size - 1 - at]);
	}
	struct outcome outcome = {0};
	assert_int_equal(remote(NULL, 1, out, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_UNSTARTED);
	assert_non_null(strstr(logged, "argument 1 of \"I:bB\" is NULL, but its length"));
	outcome = (struct outcome){0};
	assert_int_equal(remote("a", 1, NULL, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_UNSTARTED);
	evrpc_native_stub_free(stub);
	evbuffer_free(out);
}

static double
sum(const struct number *in, struct number *out, double more)
{
	out->value = in->value * 2;
	out->set = in->value != 13;
	return in->value + more;
}

static void
messages(void **state)
{
	(void)state;
	struct number in = {21, true}, out = {7, true};
	struct outcome outcome = {0};
	assert_int_equal(evrpc_native_register(server, "sum", "d:mMd", number_twice, (evrpc_native_function)sum), 0);
	assert_int_equal(evrpc_native_call(pool, "sum", "d:mMd", number_twice, done, &outcome, &in, &out, 0.5), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_true(outcome.value.d == 21.5);
	assert_int_equal(out.value, 42);

	struct evrpc_native_stub *stub = evrpc_native_stub_new(pool, "sum", "d:mMd", number_twice, done, &outcome);
	double (*remote)(const struct number *, struct number *, double) =
		(double (*)(const struct number *, struct number *, double))evrpc_native_stub_function(stub);
	outcome = (struct outcome){0};
	assert_true(remote(&in, &out, -1) == 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_true(outcome.value.d == 20);
	in.value = 13; /* the function leaves its message incomplete */
	outcome = (struct outcome){0};
	remote(&in, &out, 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);
	assert_false(out.set);
	assert_non_null(strstr(logged, "sum left a message incomplete"));
	in.set = false;
	outcome = (struct outcome){0};
	remote(&in, &out, 0);
	run(&outcome, EVRPC_STATUS_ERR_UNSTARTED);
	assert_non_null(strstr(logged, "argument 1 of \"d:mMd\" is not complete"));
	evrpc_native_stub_free(stub);
}

/* More arguments than registers of any kind. */
static char sixteen_said[200];

static int64_t
sixteen(int8_t a, double b, uint8_t c, double d, int16_t e, double f, uint16_t g, double h, int32_t i, double j,
	uint32_t k, double l, int64_t m, double n, uint64_t o, const char *p)
{
	snprintf(sixteen_said, sizeof(sixteen_said), "%d %g %d %g %d %g %d %g %d %g %u %g %lld %g %llu %s", a, b, c, d, e,
		f, g, h, (int)i, j, (unsigned)k, l, (long long)m, n, (unsigned long long)o, p);
	return INT64_MIN;
}

static void
counts(void **state)
{
	(void)state;
	struct outcome outcome = {0};
	REGISTER(nothing, "v:");
	assert_int_equal(evrpc_native_call(pool, "nothing", "v:v", NULL, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	struct evrpc_native_stub *stub = evrpc_native_stub_new(pool, "nothing", "v:", NULL, done, &outcome);
	outcome = (struct outcome){0};
	evrpc_native_stub_function(stub)();
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	evrpc_native_stub_free(stub);
	assert_int_equal(nothing_calls, 2);
	assert_int_equal(evrpc_unregister_rpc(server, "nothing"), 0);
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, "nothing", "v:", NULL, done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD);

	static const char signature[] = "l:cdCdhdHdidIdldLs";
	REGISTER(sixteen, signature);
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, "sixteen", signature, NULL, done, &outcome, -1, 0.5, 255, 1.5, -2, 2.5,
						 65535, 3.5, -3, 4.5, UINT32_MAX, 5.5, INT64_MAX, 6.5, UINT64_MAX, "end"),
		0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_true(outcome.value.i == INT64_MIN);
	assert_string_equal(sixteen_said,
		"-1 0.5 255 1.5 -2 2.5 65535 3.5 -3 4.5 4294967295 5.5 9223372036854775807 6.5 18446744073709551615 end");
}

/* ---- Generated code on the other side ---------------------------------------------------------------------------- */

static uint32_t
twice(uint32_t value)
{
	return 2 * value;
}

static void
message_done(struct evrpc_status *status, struct number *request, struct number *reply, void *arg)
{
	(void)request, (void)reply;
	done(status, status->error ? NULL : &(struct evrpc_native_value){0}, arg);
}

static void
generated_client(void **state)
{
	(void)state;
	struct number request = {21, true}, reply = {0, false};
	struct outcome outcome = {0};
	REGISTER(twice, "I:I");
	assert_int_equal(EVRPC_MAKE_REQUEST(twice, pool, &request, &reply, message_done, &outcome), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_int_equal(reply.value, 42);
}

static void
publish(void **state)
{
	(void)state;
	assert_int_equal(evrpc_native_publish(server, "no-such-plugin", "f"), -1);
	assert_int_equal(evrpc_native_publish(server, "proto-rpc", "f"), -1);
	assert_non_null(strstr(logged, "plugin proto-rpc lists no function f"));
	static const char name[] = "proto-http.evhttp_htmlescape";
	struct outcome outcome = {0};
	assert_int_equal(evrpc_native_call(pool, name, "?S:?s", NULL, done_text, &outcome, "<a>"), 0);
	run(&outcome, EVRPC_STATUS_ERR_BADPAYLOAD); /* not unless it is published */
	assert_int_equal(evrpc_native_publish(server, "proto-http", "evhttp_htmlescape"), 0);
	outcome = (struct outcome){0};
	assert_int_equal(evrpc_native_call(pool, name, "?S:?s", NULL, done_text, &outcome, "<a>"), 0);
	run(&outcome, EVRPC_STATUS_ERR_NONE);
	assert_string_equal(outcome.text, "&lt;a&gt;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(integers, setup, teardown),
		cmocka_unit_test_setup_teardown(doubles, setup, teardown),
		cmocka_unit_test_setup_teardown(strings, setup, teardown),
		cmocka_unit_test_setup_teardown(string_made, counting_setup, counting_teardown),
		cmocka_unit_test_setup_teardown(null_result, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(messages, setup, teardown),
		cmocka_unit_test_setup_teardown(counts, setup, teardown),
		cmocka_unit_test_setup_teardown(generated_client, setup, teardown),
		cmocka_unit_test_setup_teardown(publish, counting_setup, counting_teardown),
	};
	event_set_mem_functions(counting_malloc, counting_realloc, counting_free);
	event_set_log_callback(log_line);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
