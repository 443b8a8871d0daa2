/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/rpc.h: calls between a pool and a server in one process; hooks, pauses, time-outs, errors. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_number.h"

/* Before there is a variable of the name of a parameter. */
EVRPC_HEADER(Double, number, number)
EVRPC_GENERATE(Double, number, number)

#include "rpc_pool.h"

static EVRPC_STRUCT(Double) * held; /* a call that is answered later */
static enum { ANSWER, HOLD, NO_REPLY } behaviour;
static int finished, last_error;

static void
serve(EVRPC_STRUCT(Double) * rpc, void *arg)
{
	assert_ptr_equal(arg, &held);
	assert_non_null(EVRPC_REQUEST_HTTP(rpc));
	assert_ptr_equal(evrpc_get_request((struct evrpc_req_generic *)rpc), rpc->request);
	assert_ptr_equal(evrpc_get_reply((struct evrpc_req_generic *)rpc), rpc->reply);
	rpc->reply->value = rpc->request->value * 2;
	rpc->reply->set = behaviour != NO_REPLY;
	if (behaviour == HOLD) {
		held = rpc;
		return;
	}
	EVRPC_REQUEST_DONE(rpc);
}

static void
done(struct evrpc_status *status, struct number *request, struct number *reply, void *arg)
{
	last_error = status->error;
	finished++;
	if (status->error == EVRPC_STATUS_ERR_NONE) {
		assert_int_equal(reply->value, request->value * 2);
		assert_int_equal(evhttp_request_get_response_code(status->http_req), 200);
	} else {
		assert_false(reply->set);
	}
	if (--*(int *)arg == 0) event_base_loopexit(base, NULL);
}

static void
add_connection(void)
{
	struct evhttp_connection *connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port);
	assert_non_null(connection);
	evrpc_pool_add_connection(pool, connection);
}

static int
setup(void **state)
{
	(void)state;
	rpc_open();
	EVRPC_REGISTER(server, Double, number, number, serve, &held);
	pool = evrpc_pool_new(NULL);
	add_connection();
	behaviour = ANSWER;
	held = NULL;
	finished = 0;
	last_error = -1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rpc_close();
	return 0;
}

static void
run(void)
{
	struct timeval limit = {10, 0};
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
}

static void
call(uint32_t value, int expected)
{
	struct number request = {value, true}, reply = {0, false};
	int left = 1;
	assert_int_equal(EVRPC_MAKE_REQUEST(Double, pool, &request, &reply, done, &left), 0);
	run();
	assert_int_equal(left, 0);
	assert_int_equal(last_error, expected);
	assert_int_equal(reply.set, expected == EVRPC_STATUS_ERR_NONE);
}

static void
one_call(void **state)
{
	(void)state;
	call(21, EVRPC_STATUS_ERR_NONE);
	call(4, EVRPC_STATUS_ERR_NONE);
}

/* More calls than connections: the rest waits in the pool. */
static void
many_calls(void **state)
{
	(void)state;
	enum { CALLS = 100 };
	struct number requests[CALLS], replies[CALLS];
	int left = CALLS;
	add_connection();
	add_connection();
	for (uint32_t i = 0; i < CALLS; i++) {
		requests[i] = (struct number){i, true};
		replies[i] = (struct number){0, false};
		assert_int_equal(EVRPC_MAKE_REQUEST(Double, pool, &requests[i], &replies[i], done, &left), 0);
	}
	run();
	assert_int_equal(finished, CALLS);
	for (uint32_t i = 0; i < CALLS; i++)
		assert_int_equal(replies[i].value, 2 * i);
}

static void
context(void **state)
{
	(void)state;
	struct number request = {6, true}, reply = {0, false};
	int left = 1;
	struct evrpc_request_wrapper *ctx = EVRPC_MAKE_CTX(Double, number, number, pool, &request, &reply, NULL, NULL);
	assert_non_null(ctx);
	assert_ptr_equal(evrpc_request_get_pool(ctx), pool);
	evrpc_request_set_pool(ctx, pool);
	evrpc_request_set_cb(ctx, (void (*)(struct evrpc_status *, void *, void *, void *))done, &left);
	assert_int_equal(evrpc_make_request(ctx), 0);
	run();
	assert_int_equal(reply.value, 12);
}

static void
errors(void **state)
{
	(void)state;
	behaviour = NO_REPLY;
	call(1, EVRPC_STATUS_ERR_BADPAYLOAD);
	behaviour = ANSWER;
	assert_int_equal(EVRPC_UNREGISTER(server, Double), 0);
	assert_int_equal(EVRPC_UNREGISTER(server, Double), -1);
	call(1, EVRPC_STATUS_ERR_BADPAYLOAD);
}

static void
time_out(void **state)
{
	(void)state;
	behaviour = HOLD;
	evrpc_pool_set_timeout(pool, 1);
	call(1, EVRPC_STATUS_ERR_TIMEOUT);
	assert_non_null(held);
	EVRPC_REQUEST_DONE(held); /* nobody listens any more */
	behaviour = ANSWER;
	call(2, EVRPC_STATUS_ERR_NONE);
}

static void
answered_later(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	assert_non_null(held);
	EVRPC_REQUEST_DONE(held);
}

static void
held_call(void **state)
{
	(void)state;
	struct timeval soon = {0, 20000};
	behaviour = HOLD;
	event_base_once(base, -1, EV_TIMEOUT, answered_later, NULL, &soon);
	call(5, EVRPC_STATUS_ERR_NONE);
}

/* ---- Hooks ------------------------------------------------------------------------------------------------------- */

struct hook {
	int result, calls;
	void *owner, *ctx; /* for resuming */
	enum EVRPC_HOOK_RESULT later;
};

static void
resume(evutil_socket_t fd, short what, void *arg)
{
	struct hook *hook = arg;
	(void)fd, (void)what;
	assert_int_equal(evrpc_resume_request(hook->owner, hook->ctx, hook->later), 0);
	assert_int_equal(evrpc_resume_request(hook->owner, &hook->calls, hook->later), -1);
}

static int
on_hook(void *ctx, struct evhttp_request *req, struct evbuffer *data, void *arg)
{
	struct hook *hook = arg;
	struct timeval now = {0, 1000};
	void *value;
	size_t len;
	assert_non_null(req);
	assert_true(evbuffer_get_length(data) > 0);
	assert_non_null(evrpc_hook_get_connection(ctx));
	assert_int_equal(evrpc_hook_find_meta(ctx, "absent", &value, &len), -1);
	evrpc_hook_add_meta(ctx, "key", "value", 5);
	assert_int_equal(evrpc_hook_find_meta(ctx, "key", &value, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(value, "value", 5);
	hook->calls++;
	hook->ctx = ctx;
	if (hook->result == EVRPC_PAUSE) event_base_once(base, -1, EV_TIMEOUT, resume, hook, &now);
	return hook->result;
}

static void
hooks(void **state)
{
	(void)state;
	static const struct {
		bool in_pool;
		enum EVRPC_HOOK_TYPE type;
		int terminated; /* the client's status then */
	} places[] = {
		{true, EVRPC_OUTPUT, EVRPC_STATUS_ERR_UNSTARTED},
		{true, EVRPC_INPUT, EVRPC_STATUS_ERR_HOOKABORTED},
		{false, EVRPC_INPUT, EVRPC_STATUS_ERR_BADPAYLOAD},
		{false, EVRPC_OUTPUT, EVRPC_STATUS_ERR_BADPAYLOAD},
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct hook hook = {.owner = places[i].in_pool ? (void *)pool : (void *)server};
		void *handle = evrpc_add_hook(hook.owner, places[i].type, on_hook, &hook);
		assert_non_null(handle);
		hook.result = EVRPC_CONTINUE;
		call(3, EVRPC_STATUS_ERR_NONE);
		hook.result = EVRPC_TERMINATE;
		call(3, places[i].terminated);
		hook.result = EVRPC_PAUSE;
		hook.later = EVRPC_CONTINUE;
		call(3, EVRPC_STATUS_ERR_NONE);
		hook.later = EVRPC_TERMINATE;
		call(3, places[i].terminated);
		assert_int_equal(hook.calls, 4);
		assert_int_equal(evrpc_remove_hook(hook.owner, places[i].type, handle), 1);
		assert_int_equal(evrpc_remove_hook(hook.owner, places[i].type, handle), 0);
		call(3, EVRPC_STATUS_ERR_NONE);
		assert_int_equal(hook.calls, 4);
	}
}

/* A server takes only a POST with a body. */
static void
on_plain(struct evhttp_request *req, void *arg)
{
	*(int *)arg = req ? evhttp_request_get_response_code(req) : -1;
	event_base_loopexit(base, NULL);
}

static void
not_a_call(void **state)
{
	(void)state;
	static const enum evhttp_cmd_type methods[] = {EVHTTP_REQ_GET, EVHTTP_REQ_POST};
	for (size_t i = 0; i < 2; i++) {
		int code = 0;
		struct evhttp_connection *connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port);
		struct evhttp_request *req = evhttp_request_new(on_plain, &code);
		evhttp_make_request(connection, req, methods[i], "/.rpc.Double");
		run();
		assert_int_equal(code, 503);
		evhttp_connection_free(connection);
	}
}

/* Other clients, such as libevent's, send no Host. */
static void
no_host(void **state)
{
	(void)state;
	static const char request[] = "POST /.rpc.Double HTTP/1.1\r\nContent-Length: 3\r\n\r\n\x01\x01\x05";
	char answer[1000] = "";
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(write(fd, request, sizeof(request) - 1), sizeof(request) - 1);
	for (int turns = 0; turns < 1000 && !strstr(answer, "\r\n\r\n"); turns++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		(void)!recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT);
		usleep(1000);
	}
	assert_memory_equal(answer, "HTTP/1.1 200 ", 13);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_call, setup, teardown),
		cmocka_unit_test_setup_teardown(many_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(context, setup, teardown),
		cmocka_unit_test_setup_teardown(errors, setup, teardown),
		cmocka_unit_test_setup_teardown(time_out, setup, teardown),
		cmocka_unit_test_setup_teardown(held_call, setup, teardown),
		cmocka_unit_test_setup_teardown(hooks, setup, teardown),
		cmocka_unit_test_setup_teardown(not_a_call, setup, teardown),
		cmocka_unit_test_setup_teardown(no_host, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
