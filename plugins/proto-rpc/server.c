/* SPDX-License-Identifier: BSD-3-Clause */
/* The server's half: methods under /.rpc.NAME of an evhttp. A call goes through the input hooks, is unmarshalled,
 * handed to its callback, answered with evrpc_request_done() (now or later), goes through the output hooks and leaves.
 */
#include "rpc.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <string.h>

struct evrpc_base {
	struct rpc_hooks hooks; /* first: the hook calls take a pool or a base */
	struct evhttp *http;
	TAILQ_HEAD(, evrpc) methods;
};

/* Begins like every struct that EVRPC_HEADER() declares. */
struct evrpc_req_generic {
	struct evrpc_hook_meta *hook_meta;
	void *request;
	void *reply;
	struct evrpc *rpc;
	struct evhttp_request *http_req;
	struct evbuffer *data; /* the marshalled reply */
};

struct evrpc_base *
plugin_evrpc_init(struct evhttp *http)
{
	struct evrpc_base *base = rpc_zalloc(sizeof(*base));
	if (!base) return NULL;
	plugin_evtag_init();
	rpc_hooks_init(&base->hooks);
	TAILQ_INIT(&base->methods);
	base->http = http;
	return base;
}

static void
remove_method(struct evrpc_base *base, struct evrpc *method)
{
	char *path = rpc_path(method->uri);
	if (path) (void)rpc_http->evhttp_del_cb(base->http, path);
	rpc_free(path);
	TAILQ_REMOVE(&base->methods, method, next);
	rpc_free((char *)(uintptr_t)method->uri);
	rpc_free(method);
}

void
plugin_evrpc_free(struct evrpc_base *base)
{
	struct evrpc *method;
	while ((method = TAILQ_FIRST(&base->methods)) != NULL)
		remove_method(base, method);
	rpc_hooks_free(&base->hooks);
	rpc_free(base);
}

/* ---- A call ------------------------------------------------------------------------------------------------------ */

static void
call_free(struct evrpc_req_generic *call)
{
	struct evrpc *method = call->rpc;
	if (call->request) method->request_free(call->request);
	if (call->reply) method->reply_free(call->reply);
	if (call->data) evbuffer_free(call->data);
	rpc_meta_free((struct rpc_context *)call);
	rpc_free(call);
}

static void
call_fail(struct evrpc_req_generic *call)
{
	struct evhttp_request *req = call->http_req;
	call_free(call);
	rpc_http->evhttp_send_error(req, HTTP_SERVUNAVAIL, NULL);
}

static void
call_run(void *ctx, enum EVRPC_HOOK_RESULT result)
{
	struct evrpc_req_generic *call = ctx;
	struct evrpc *method = call->rpc;
	if (result != EVRPC_CONTINUE) goto fail;
	call->request = method->request_new(method->request_new_arg);
	if (!call->request) goto fail;
	if (method->request_unmarshal(call->request, rpc_http->evhttp_request_get_input_buffer(call->http_req)) < 0)
		goto fail;
	call->reply = method->reply_new(method->reply_new_arg);
	if (!call->reply) goto fail;
	method->cb(call, method->cb_arg);
	return;
fail:
	call_fail(call);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct evrpc *method = arg;
	struct evbuffer *body = rpc_http->evhttp_request_get_input_buffer(req);
	struct evrpc_req_generic *call = NULL;
	struct rpc_hooks *hooks = &method->base->hooks;
	if (rpc_http->evhttp_request_get_command(req) != EVHTTP_REQ_POST || evbuffer_get_length(body) == 0) goto fail;
	call = rpc_zalloc(sizeof(*call));
	if (!call) goto fail;
	call->rpc = method;
	call->http_req = req;
	enum EVRPC_HOOK_RESULT result = EVRPC_CONTINUE;
	if (TAILQ_FIRST(&hooks->in)) {
		if (rpc_meta_set_connection((struct rpc_context *)call, rpc_http->evhttp_request_get_connection(req)) < 0)
			goto fail;
		result = rpc_hooks_run(&hooks->in, call, req, body);
	}
	if (result == EVRPC_PAUSE) {
		if (rpc_pause(hooks, call, call_run) == 0) return;
		result = EVRPC_TERMINATE;
	}
	call_run(call, result);
	return;
fail:
	if (call) call_free(call);
	rpc_http->evhttp_send_error(req, HTTP_SERVUNAVAIL, NULL);
}

static void
call_send(void *ctx, enum EVRPC_HOOK_RESULT result)
{
	struct evrpc_req_generic *call = ctx;
	struct evhttp_request *req = call->http_req;
	if (result != EVRPC_CONTINUE) {
		call_fail(call);
		return;
	}
	struct evkeyvalq *headers = rpc_http->evhttp_request_get_output_headers(req);
	if (!rpc_http->evhttp_find_header(headers, "Content-Type"))
		(void)rpc_http->evhttp_add_header(headers, "Content-Type", "application/octet-stream");
	rpc_http->evhttp_send_reply(req, HTTP_OK, "OK", call->data);
	call_free(call);
}

void
plugin_evrpc_request_done(struct evrpc_req_generic *call)
{
	struct evrpc *method = call->rpc;
	struct rpc_hooks *hooks = &method->base->hooks;
	if (method->reply_complete(call->reply) < 0) goto fail;
	call->data = evbuffer_new();
	if (!call->data) goto fail;
	method->reply_marshal(call->data, call->reply);
	enum EVRPC_HOOK_RESULT result = EVRPC_CONTINUE;
	if (TAILQ_FIRST(&hooks->out)) {
		struct evhttp_connection *connection = rpc_http->evhttp_request_get_connection(call->http_req);
		if (rpc_meta_set_connection((struct rpc_context *)call, connection) < 0) goto fail;
		result = rpc_hooks_run(&hooks->out, call, call->http_req, call->data);
	}
	if (result == EVRPC_PAUSE) {
		if (rpc_pause(hooks, call, call_send) == 0) return;
		result = EVRPC_TERMINATE;
	}
	call_send(call, result);
	return;
fail:
	call_fail(call);
}

void *
plugin_evrpc_get_request(struct evrpc_req_generic *call)
{
	return call->request;
}

void *
plugin_evrpc_get_reply(struct evrpc_req_generic *call)
{
	return call->reply;
}

/* ---- Methods ----------------------------------------------------------------------------------------------------- */

int
plugin_evrpc_register_rpc(
	struct evrpc_base *base, struct evrpc *method, void (*cb)(struct evrpc_req_generic *, void *), void *arg)
{
	char *path = rpc_path(method->uri);
	if (!path) return -1;
	method->cb = cb;
	method->cb_arg = arg;
	method->base = base;
	int result = rpc_http->evhttp_set_cb(base->http, path, on_request, method);
	rpc_free(path);
	if (result != 0) return -1;
	TAILQ_INSERT_TAIL(&base->methods, method, next);
	return 0;
}

int
plugin_evrpc_register_generic(struct evrpc_base *base, const char *name, void (*cb)(struct evrpc_req_generic *, void *),
	void *cb_arg, void *(*request_new)(void *), void *request_new_arg, void (*request_free)(void *),
	int (*request_unmarshal)(void *, struct evbuffer *), void *(*reply_new)(void *), void *reply_new_arg,
	void (*reply_free)(void *), int (*reply_complete)(void *), void (*reply_marshal)(struct evbuffer *, void *))
{
	struct evrpc *method = rpc_zalloc(sizeof(*method));
	char *uri = rpc_strdup(name);
	if (!method || !uri) goto fail;
	*method = (struct evrpc){.uri = uri,
		.request_new = request_new,
		.request_new_arg = request_new_arg,
		.request_free = request_free,
		.request_unmarshal = request_unmarshal,
		.reply_new = reply_new,
		.reply_new_arg = reply_new_arg,
		.reply_free = reply_free,
		.reply_complete = reply_complete,
		.reply_marshal = reply_marshal};
	if (plugin_evrpc_register_rpc(base, method, cb, cb_arg) == 0) return 0;
fail:
	rpc_free(uri);
	rpc_free(method);
	return -1;
}

int
plugin_evrpc_unregister_rpc(struct evrpc_base *base, const char *name)
{
	struct evrpc *method;
	TAILQ_FOREACH (method, &base->methods, next) {
		if (strcmp(method->uri, name) != 0) continue;
		remove_method(base, method);
		return 0;
	}
	return -1;
}
