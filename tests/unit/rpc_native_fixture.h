/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of native functions share: memory that runs out, a message, a server and a pool in one process. */
#ifndef TESTS_UNIT_RPC_NATIVE_FIXTURE_H_
#define TESTS_UNIT_RPC_NATIVE_FIXTURE_H_

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

#include "rpc_number.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct evrpc_native_message number_message = EVRPC_NATIVE_MESSAGE(number);
static const struct evrpc_native_message *const number_twice[] = {&number_message, &number_message};

/* Before there is a variable of the name of a parameter. */
EVRPC_HEADER(twice, number, number)
EVRPC_GENERATE(twice, number, number)

#include "rpc_pool.h"

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
	rpc_open();
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
	rpc_close();
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
	struct evrpc_native_value value;
	char text[100];
	bool null_text;
};

static void
done(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	struct outcome *outcome = arg;
	outcome->calls++;
	outcome->error = status->error;
	assert_int_equal(result != NULL, status->error == EVRPC_STATUS_ERR_NONE);
	if (result) outcome->value = *result;
	event_base_loopbreak(base); /* takes no memory */
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

/* ---- Functions that both offer ----------------------------------------------------------------------------------- */

static uint32_t
turn(const void *data, size_t len, struct evbuffer *out)
{
	const unsigned char *bytes = data;
	for (size_t i = len; i-- > 0;)
		if (evbuffer_add(out, &bytes[i], 1) < 0) return UINT32_MAX;
	return (uint32_t)len;
}

static int nothing_calls;

static void
nothing(void)
{
	nothing_calls++;
}

#endif
