/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/rpc_native.h: every type at its edges, by name and through stubs; what is refused; replies that lie; no
 * memory.
 */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_native.h>
#include <event2/rpc_struct.h>
#include <event2/tag.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- A message, as the generator would write it: a number, whose tag is 1 -----------------------------------------
 */

struct number {
	uint32_t value;
	bool set;
};

static struct number *
number_new_with_arg(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct number));
}

static void
number_free(struct number *number)
{
	free(number);
}

static void
number_clear(struct number *number)
{
	number->set = false;
}

static int
number_complete(struct number *number)
{
	return number->set ? 0 : -1;
}

static void
number_marshal(struct evbuffer *buffer, const struct number *number)
{
	evtag_marshal_int(buffer, 1, number->value);
}

static int
number_unmarshal(struct number *number, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0 || tag != 1) return -1;
		if (evtag_unmarshal_int(buffer, 1, &number->value) < 0) return -1;
		number->set = true;
	}
	return number_complete(number);
}

static const struct evrpc_native_message number_message = EVRPC_NATIVE_MESSAGE(number);
static const struct evrpc_native_message *const number_twice[] = {&number_message, &number_message};

/* Before there is a variable of the name of a parameter. */
EVRPC_HEADER(twice, number, number)
EVRPC_GENERATE(twice, number, number)

static struct event_base *base;
static struct evhttp *http;
static struct evrpc_base *server;
static struct evrpc_pool *pool;
static uint16_t port;

static char logged[1000];

static void
log_line(int severity, const char *text)
{
	(void)severity;
	snprintf(logged, sizeof(logged), "%s", text);
}

/* ---- Memory that runs out ---------------------------------------------------------------------------------------- */

static long until_failure = -1; /* that many allocations succeed; negative: all */
static long living;

static bool
may_fail(void)
{
	if (until_failure > 0) until_failure--;
	if (until_failure == 0) {
		until_failure = -1; /* one failure a round */
		return false;
	}
	return true;
}

static void *
counting_malloc(size_t size)
{
	void *memory = may_fail() ? malloc(size) : NULL;
	if (memory) living++;
	return memory;
}

static void *
counting_realloc(void *old, size_t size)
{
	void *memory = may_fail() ? realloc(old, size) : NULL;
	if (memory && !old) living++;
	return memory;
}

static void
counting_free(void *memory)
{
	if (memory) living--;
	free(memory);
}

/* ---- Fixture ----------------------------------------------------------------------------------------------------- */

static struct event *limit;

static void
too_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_loopbreak(base);
}

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length);
	const unsigned char *raw = (const unsigned char *)&address;
	port = (uint16_t)(raw[2] << 8 | raw[3]);
	server = evrpc_init(http);
	pool = evrpc_pool_new(base);
	evrpc_pool_add_connection(pool, evhttp_connection_base_new(base, NULL, "127.0.0.1", port));
	logged[0] = '\0';
	struct timeval after = {20, 0};
	limit = evtimer_new(base, too_late, NULL);
	return evtimer_add(limit, &after);
}

static int
teardown(void **state)
{
	(void)state;
	event_free(limit);
	evrpc_pool_free(pool);
	evrpc_free(server);
	evhttp_free(http);
	event_base_free(base);
	return 0;
}

static long before;

static int
counting_setup(void **state)
{
	before = living;
	return setup(state);
}

/* What was taken has been given back. */
static int
counting_teardown(void **state)
{
	teardown(state);
	return living == before ? 0 : -1;
}

struct outcome {
	int calls, error;
	union evrpc_native_value value;
	char text[100];
	bool null_text;
};

static void
done(const struct evrpc_status *status, const union evrpc_native_value *result, void *arg)
{
	struct outcome *outcome = arg;
	outcome->calls++;
	outcome->error = status->error;
	assert_int_equal(result != NULL, status->error == EVRPC_STATUS_ERR_NONE);
	if (result) outcome->value = *result;
	event_base_loopbreak(base); /* takes no memory */
}

static void
done_text(const struct evrpc_status *status, const union evrpc_native_value *result, void *arg)
{
	struct outcome *outcome = arg;
	done(status, result, arg);
	if (!result) return;
	outcome->null_text = !result->s;
	snprintf(outcome->text, sizeof(outcome->text), "%s", result->s ? result->s : "");
}

#define ANY (-2)

static void
run(const struct outcome *outcome, int expected)
{
	if (!outcome->calls) event_base_dispatch(base);
	assert_int_equal(outcome->calls, 1);
	if (expected != ANY) assert_int_equal(outcome->error, expected);
}

#define REGISTER(name, signature)                                                                                      \
	assert_int_equal(evrpc_native_register(server, #name, signature, NULL, (evrpc_native_function)name), 0)

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

static uint32_t
turn(const void *data, size_t len, struct evbuffer *out)
{
	const unsigned char *bytes = data;
	for (size_t i = len; i-- > 0;)
		if (evbuffer_add(out, &bytes[i], 1) < 0) return UINT32_MAX;
	return (uint32_t)len;
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

static int nothing_calls;

static void
nothing(void)
{
	nothing_calls++;
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
	REGISTER(echo_i, "i:i");
	assert_int_equal(evrpc_native_call(pool, "echo_i", "i:I", NULL, done, &outcome, 1u), 0);
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
	done(status, status->error ? NULL : &(union evrpc_native_value){0}, arg);
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

static void
hostile_replies(void **state)
{
	(void)state;
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
	assert_int_equal(evrpc_native_register(server, "f", "I:IsB", NULL, (evrpc_native_function)echo_I), 0);
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
		cmocka_unit_test_setup_teardown(wrong_signatures, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_registrations, setup, teardown),
		cmocka_unit_test_setup_teardown(other_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(no_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(pool_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(generated_client, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_error, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, counting_setup, counting_teardown),
		cmocka_unit_test_setup_teardown(publish, counting_setup, counting_teardown),
	};
	event_set_mem_functions(counting_malloc, counting_realloc, counting_free);
	event_set_log_callback(log_line);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
