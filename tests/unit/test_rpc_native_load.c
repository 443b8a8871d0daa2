/* SPDX-License-Identifier: BSD-3-Clause */
/* When the service "rpc-native" is loaded, and libffi with it: not for what libevent has, nor to call by name; at the
 * first function that is offered or made; and in time for a program that closes itself in, if it says so. */
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/plugin_native.h>
#include <event2/rpc.h>
#include <event2/rpc_native.h>
#include <event2/tag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rpc_number.h"

/* Before there is a variable of the name of a parameter. */
EVRPC_HEADER(twice, number, number)
EVRPC_GENERATE(twice, number, number)

#include "rpc_pool.h"

static int
setup(void **state)
{
	(void)state;
	rpc_open();
	pool = evrpc_pool_new(base);
	evrpc_pool_add_connection(pool, evhttp_connection_base_new(base, NULL, "127.0.0.1", 1));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rpc_close();
	return 0;
}

static int
look(const struct event_plugin_info *info, void *arg)
{
	if (strcmp(info->name, EVENT_PLUGIN_NATIVE_NAME) != 0) return 0;
	*(enum event_plugin_state *)arg = info->state;
	return 1;
}

static enum event_plugin_state
state_of_service(void)
{
	enum event_plugin_state state = 0;
	(void)event_plugin_foreach(look, &state);
	return state;
}

static void
done(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	(void)status, (void)result;
	++*(int *)arg;
	event_base_loopbreak(base);
}

static int32_t
add(int32_t a, int32_t b)
{
	return a + b;
}

static int
offer_add(const char *name)
{
	return evrpc_native_register(server, name, "i:ii", NULL, (evrpc_native_function)add);
}

static void
not_for_what_libevent_has(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	evtag_marshal_int(buffer, 1, 42);
	evbuffer_free(buffer);
	assert_int_equal(EVRPC_REGISTER(server, twice, number, number, NULL, NULL), 0);
	assert_int_equal(state_of_service(), EVENT_PLUGIN_STATE_FOUND);
}

static void
not_to_call_by_name(void **state)
{
	(void)state;
	int ended = 0;
	assert_int_equal(evrpc_native_call(pool, "add", "i:ii", NULL, done, &ended, 1, 2), 0);
	if (!ended) event_base_dispatch(base);
	assert_int_equal(ended, 1);
	assert_int_equal(state_of_service(), EVENT_PLUGIN_STATE_FOUND);
}

/* The same in a child, since sealing is for good. */
static int
in_a_child(bool load_first, bool make_stub)
{
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child > 0) {
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		return WEXITSTATUS(status);
	}
	if (load_first && event_plugin_load(EVENT_PLUGIN_NATIVE_NAME) < 0) _exit(3);
	event_plugin_seal();
	if (make_stub && evrpc_native_stub_new(pool, "add", "i:ii", NULL, done, NULL)) _exit(0);
	if (!make_stub && offer_add("add") == 0) _exit(0);
	_exit(strstr(logged, "there is no service rpc-native") ? 1 : 2);
}

static void
too_late_after_a_seal(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(false, false), 1);
	assert_int_equal(in_a_child(false, true), 1);
}

static void
loaded_before_a_seal(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(true, false), 0);
	assert_int_equal(in_a_child(true, true), 0);
}

static void
at_the_first_offer(void **state)
{
	(void)state;
	assert_int_equal(state_of_service(), EVENT_PLUGIN_STATE_FOUND);
	assert_int_equal(offer_add("add"), 0);
	assert_int_equal(state_of_service(), EVENT_PLUGIN_STATE_LOADED);
}

/* ---- The service itself ------------------------------------------------------------------------------------------ */

static void
types_that_are_none(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"", "i", "i:x", "x:i", "i;i", "i:v", ":", "v:?", "i:i:i", "v:iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" /* 35 */};
	const struct event_plugin_native *native = (const struct event_plugin_native *)event_plugin_find(
		EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_NATIVE_NAME, EVENT_PLUGIN_NATIVE_MAJOR, EVENT_PLUGIN_NATIVE_MINOR, 0);
	assert_non_null(native);
	void *shape = malloc(native->shape_size);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (native->shape_init(shape, wrong[i]) != -1) fail_msg("\"%s\" was taken", wrong[i]);
	assert_int_equal(native->shape_init(shape, "v:iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" /* 34 */), 0);
	free(shape);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(not_for_what_libevent_has, setup, teardown),
		cmocka_unit_test_setup_teardown(not_to_call_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(too_late_after_a_seal, setup, teardown),
		cmocka_unit_test_setup_teardown(loaded_before_a_seal, setup, teardown),
		cmocka_unit_test_setup_teardown(at_the_first_offer, setup, teardown),
		cmocka_unit_test(types_that_are_none),
	};
	event_set_log_callback(log_line);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
