/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's half: a pool of connections and the calls that wait for one of them to be idle.
 *
 * A call goes QUEUED -> (PAUSED_OUT ->) SENT -> (PAUSED_IN ->) its callback. It leaves the pool's lists before the
 * callback, which may therefore free the pool. */
#include "rpc.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/http.h>
#include <event2/http_struct.h>

struct connection {
	TAILQ_ENTRY(connection) next;
	struct evhttp_connection *http;
	bool busy;
	bool removed; /* from the pool, while it was busy */
};

enum call_state { CALL_QUEUED, CALL_PAUSED_OUT, CALL_SENT, CALL_PAUSED_IN };

struct evrpc_request_wrapper {
	struct rpc_context context; /* first: what hooks get */
	TAILQ_ENTRY(evrpc_request_wrapper) next;
	struct evrpc_pool *pool;
	enum call_state state;
	struct connection *connection;
	struct evhttp_request *req; /* ours unless SENT */
	struct event timer;
	char *name;
	void *request, *reply;
	void (*request_marshal)(struct evbuffer *, void *);
	void (*reply_clear)(void *);
	int (*reply_unmarshal)(void *, struct evbuffer *);
	void (*cb)(struct evrpc_status *, void *request, void *reply, void *arg);
	void *cb_arg;
	void (*release)(void *request); /* NULL: the messages are the caller's */
};

TAILQ_HEAD(call_list, evrpc_request_wrapper);

struct evrpc_pool {
	struct rpc_hooks hooks; /* first: the hook calls take a pool or a base */
	struct event_base *base;
	TAILQ_HEAD(, connection) connections;
	struct call_list queued, started;
	int timeout; /* seconds; 0: none */
};

/* ---- Pool and connections ---------------------------------------------------------------------------------------- */

struct evrpc_pool *
plugin_evrpc_pool_new(struct event_base *base)
{
	struct evrpc_pool *pool = rpc_zalloc(sizeof(*pool));
	if (!pool) return NULL;
	plugin_evtag_init();
	rpc_hooks_init(&pool->hooks);
	TAILQ_INIT(&pool->connections);
	TAILQ_INIT(&pool->queued);
	TAILQ_INIT(&pool->started);
	pool->base = base;
	return pool;
}

static void
call_free(struct evrpc_request_wrapper *call)
{
	if (call->release) call->release(call->request);
	rpc_meta_free(&call->context);
	rpc_free(call->name);
	rpc_free(call);
}

void
rpc_call_on_free(struct evrpc_request_wrapper *call, void (*release)(void *request))
{
	call->release = release;
}

static void
call_stop_timer(struct evrpc_request_wrapper *call)
{
	if (!event_initialized(&call->timer)) return;
	(void)event_del(&call->timer);
	event_debug_unassign(&call->timer);
	call->timer = (struct event){0};
}

static void schedule(struct evrpc_pool *pool);

static void
call_drop_request(struct evrpc_request_wrapper *call)
{
	if (!call->req) return;
	if (call->state == CALL_SENT)
		rpc_http->evhttp_cancel_request(call->req);
	else
		rpc_http->evhttp_request_free(call->req);
	call->req = NULL;
}

void
plugin_evrpc_pool_free(struct evrpc_pool *pool)
{
	struct evrpc_request_wrapper *call;
	struct connection *connection;
	while ((call = TAILQ_FIRST(&pool->queued)) != NULL) {
		TAILQ_REMOVE(&pool->queued, call, next);
		call_free(call);
	}
	while ((call = TAILQ_FIRST(&pool->started)) != NULL) {
		TAILQ_REMOVE(&pool->started, call, next);
		call_stop_timer(call);
		call_drop_request(call);
		if (call->connection->removed) rpc_free(call->connection);
		call_free(call);
	}
	while ((connection = TAILQ_FIRST(&pool->connections)) != NULL) {
		TAILQ_REMOVE(&pool->connections, connection, next);
		rpc_http->evhttp_connection_free(connection->http);
		rpc_free(connection);
	}
	rpc_hooks_free(&pool->hooks);
	rpc_free(pool);
}

void
plugin_evrpc_pool_add_connection(struct evrpc_pool *pool, struct evhttp_connection *http)
{
	struct connection *connection = rpc_zalloc(sizeof(*connection));
	if (!connection) {
		rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evrpc_pool_add_connection: no memory; the connection is not used");
		return;
	}
	if (pool->base && !rpc_http->evhttp_connection_get_base(http))
		rpc_http->evhttp_connection_set_base(http, pool->base);
	connection->http = http;
	TAILQ_INSERT_TAIL(&pool->connections, connection, next);
	schedule(pool);
}

void
plugin_evrpc_pool_remove_connection(struct evrpc_pool *pool, struct evhttp_connection *http)
{
	struct connection *connection;
	TAILQ_FOREACH (connection, &pool->connections, next) {
		if (connection->http != http) continue;
		TAILQ_REMOVE(&pool->connections, connection, next);
		connection->removed = true;
		if (!connection->busy) rpc_free(connection);
		return;
	}
}

void
plugin_evrpc_pool_set_timeout(struct evrpc_pool *pool, int seconds)
{
	struct connection *connection;
	TAILQ_FOREACH (connection, &pool->connections, next)
		rpc_http->evhttp_connection_set_timeout(connection->http, seconds);
	pool->timeout = seconds;
}

/* ---- The end of a call ------------------------------------------------------------------------------------------- */

/* req: what the callback may look at; NULL when there is no answer. */
static void
call_finish(struct evrpc_request_wrapper *call, int error, struct evhttp_request *req)
{
	struct evrpc_pool *pool = call->pool;
	struct evrpc_status status = {.error = error, .http_req = req};
	TAILQ_REMOVE(&pool->started, call, next);
	call->connection->busy = false;
	if (call->connection->removed) rpc_free(call->connection);
	call_stop_timer(call);
	if (error != EVRPC_STATUS_ERR_NONE) call->reply_clear(call->reply);
	schedule(pool);
	call->cb(&status, call->request, call->reply, call->cb_arg);
	call_free(call);
}

static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct evrpc_request_wrapper *call = arg;
	(void)fd, (void)what;
	call_drop_request(call);
	(void)rpc_unpause(&call->pool->hooks, call);
	call_finish(call, EVRPC_STATUS_ERR_TIMEOUT, NULL);
}

static void
call_reply(void *ctx, enum EVRPC_HOOK_RESULT result)
{
	struct evrpc_request_wrapper *call = ctx;
	struct evhttp_request *req = call->req, *owned = call->state == CALL_PAUSED_IN ? req : NULL;
	int error = EVRPC_STATUS_ERR_NONE;
	if (result != EVRPC_CONTINUE)
		error = EVRPC_STATUS_ERR_HOOKABORTED;
	else if (call->reply_unmarshal(call->reply, rpc_http->evhttp_request_get_input_buffer(req)) < 0)
		error = EVRPC_STATUS_ERR_BADPAYLOAD;
	call_finish(call, error, req);
	if (owned) rpc_http->evhttp_request_free(owned);
}

static void
on_answer(struct evhttp_request *req, void *arg)
{
	struct evrpc_request_wrapper *call = arg;
	struct rpc_hooks *hooks = &call->pool->hooks;
	call->req = req;
	if (!req) {
		call_finish(call, EVRPC_STATUS_ERR_TIMEOUT, NULL);
		return;
	}
	enum EVRPC_HOOK_RESULT result = EVRPC_CONTINUE;
	if (TAILQ_FIRST(&hooks->in)) {
		if (rpc_meta_set_connection(&call->context, call->connection->http) < 0)
			result = EVRPC_TERMINATE;
		else
			result = rpc_hooks_run(&hooks->in, call, req, rpc_http->evhttp_request_get_input_buffer(req));
	}
	if (result == EVRPC_PAUSE) {
		if (rpc_pause(hooks, call, call_reply) == 0) {
			rpc_http->evhttp_request_own(req);
			call->state = CALL_PAUSED_IN;
			return;
		}
		result = EVRPC_TERMINATE;
	}
	call_reply(call, result);
}

/* ---- The beginning ----------------------------------------------------------------------------------------------- */

static void
call_start_timer(struct evrpc_request_wrapper *call)
{
	struct event_base *base = call->pool->base;
	if (call->pool->timeout <= 0) return;
	if (!base) base = rpc_http->evhttp_connection_get_base(call->connection->http);
	struct timeval after = {call->pool->timeout, 0};
	if (event_assign(&call->timer, base, -1, 0, on_timeout, call) < 0 || event_add(&call->timer, &after) < 0)
		rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evrpc: no timer for %s; it may wait for ever", call->name);
}

static void
call_send(void *ctx, enum EVRPC_HOOK_RESULT result)
{
	struct evrpc_request_wrapper *call = ctx;
	if (result != EVRPC_CONTINUE) goto fail;
	char *path = rpc_path(call->name);
	if (!path) goto fail;
	call->state = CALL_SENT;
	struct evhttp_request *req = call->req;
	call_start_timer(call);
	int sent = rpc_http->evhttp_make_request(call->connection->http, req, EVHTTP_REQ_POST, path);
	rpc_free(path);
	if (sent == 0) return;
	call->req = NULL; /* it is gone with the failure */
	call_finish(call, EVRPC_STATUS_ERR_UNSTARTED, NULL);
	return;
fail:
	call_drop_request(call);
	call_finish(call, EVRPC_STATUS_ERR_UNSTARTED, NULL);
}

static void
start(struct evrpc_request_wrapper *call, struct connection *connection)
{
	struct evrpc_pool *pool = call->pool;
	TAILQ_REMOVE(&pool->queued, call, next);
	TAILQ_INSERT_TAIL(&pool->started, call, next);
	call->connection = connection;
	connection->busy = true;
	call->req = rpc_http->evhttp_request_new(on_answer, call);
	enum EVRPC_HOOK_RESULT result = EVRPC_CONTINUE;
	if (!call->req) {
		call_finish(call, EVRPC_STATUS_ERR_UNSTARTED, NULL);
		return;
	}
	struct evbuffer *body = rpc_http->evhttp_request_get_output_buffer(call->req);
	call->request_marshal(body, call->request);
	if (TAILQ_FIRST(&pool->hooks.out)) {
		if (rpc_meta_set_connection(&call->context, connection->http) < 0)
			result = EVRPC_TERMINATE;
		else
			result = rpc_hooks_run(&pool->hooks.out, call, call->req, body);
	}
	if (result == EVRPC_PAUSE) {
		call->state = CALL_PAUSED_OUT;
		if (rpc_pause(&pool->hooks, call, call_send) == 0) return;
		result = EVRPC_TERMINATE;
	}
	call_send(call, result);
}

/* One call at the most is started for each idle connection: a callback that runs meanwhile may free the pool, so
 * nothing is looked at behind the last start. */
static void
schedule(struct evrpc_pool *pool)
{
	struct evrpc_request_wrapper *call = TAILQ_FIRST(&pool->queued);
	struct connection *connection;
	if (!call) return;
	TAILQ_FOREACH (connection, &pool->connections, next) {
		if (connection->busy) continue;
		start(call, connection);
		return;
	}
}

struct evrpc_request_wrapper *
plugin_evrpc_make_request_ctx(struct evrpc_pool *pool, void *request, void *reply, const char *name,
	void (*request_marshal)(struct evbuffer *, void *), void (*reply_clear)(void *),
	int (*reply_unmarshal)(void *, struct evbuffer *), void (*cb)(struct evrpc_status *, void *, void *, void *),
	void *cb_arg)
{
	struct evrpc_request_wrapper *call = rpc_zalloc(sizeof(*call));
	if (!call) return NULL;
	call->name = rpc_strdup(name);
	if (!call->name) {
		rpc_free(call);
		return NULL;
	}
	call->pool = pool;
	call->request = request;
	call->reply = reply;
	call->request_marshal = request_marshal;
	call->reply_clear = reply_clear;
	call->reply_unmarshal = reply_unmarshal;
	call->cb = cb;
	call->cb_arg = cb_arg;
	return call;
}

int
plugin_evrpc_make_request(struct evrpc_request_wrapper *call)
{
	struct evrpc_pool *pool = call->pool;
	if (!TAILQ_FIRST(&pool->connections)) {
		rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evrpc: %s cannot be called: the pool has no connection", call->name);
		call_free(call);
		return -1;
	}
	TAILQ_INSERT_TAIL(&pool->queued, call, next);
	schedule(pool);
	return 0;
}

int
plugin_evrpc_send_request_generic(struct evrpc_pool *pool, void *request, void *reply,
	void (*cb)(struct evrpc_status *, void *, void *, void *), void *cb_arg, const char *name,
	void (*request_marshal)(struct evbuffer *, void *), void (*reply_clear)(void *),
	int (*reply_unmarshal)(void *, struct evbuffer *))
{
	struct evrpc_request_wrapper *call = plugin_evrpc_make_request_ctx(
		pool, request, reply, name, request_marshal, reply_clear, reply_unmarshal, cb, cb_arg);
	return call ? plugin_evrpc_make_request(call) : -1;
}

struct evrpc_pool *
plugin_evrpc_request_get_pool(struct evrpc_request_wrapper *call)
{
	return call->pool;
}

void
plugin_evrpc_request_set_pool(struct evrpc_request_wrapper *call, struct evrpc_pool *pool)
{
	call->pool = pool;
}

void
plugin_evrpc_request_set_cb(
	struct evrpc_request_wrapper *call, void (*cb)(struct evrpc_status *, void *, void *, void *), void *cb_arg)
{
	call->cb = cb;
	call->cb_arg = cb_arg;
}
