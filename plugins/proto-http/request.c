/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests: their life and their accessors. */
#include "request.h"

#include "connection.h"
#include "functions.h"
#include "memory.h"

#include <event2/buffer.h>
#include <string.h>

/* What is the same for a new request and one that serves again. */
static void
fill_in(struct http_request *request, struct evbuffer *input, struct evbuffer *output)
{
	memset(request, 0, offsetof(struct http_request, space));
	TAILQ_INIT(&request->input);
	TAILQ_INIT(&request->output);
	STAILQ_INIT(&request->mailbox.letters);
	http_arena_init(&request->arena, request->space, sizeof(request->space));
	request->pub.input_headers = &request->input;
	request->pub.output_headers = &request->output;
	request->pub.input_buffer = input;
	request->pub.output_buffer = output;
	request->pub.kind = EVHTTP_RESPONSE;
}

struct evhttp_request *
plugin_evhttp_request_new(void (*cb)(struct evhttp_request *, void *), void *arg)
{
	struct http_request *request = http_alloc(sizeof(*request));
	struct evbuffer *input = evbuffer_new(), *output = evbuffer_new();
	if (!request || !input || !output) {
		if (input) evbuffer_free(input);
		if (output) evbuffer_free(output);
		http_free(request);
		return NULL;
	}
	fill_in(request, input, output);
	request->pub.cb = cb;
	request->pub.cb_arg = arg;
	return &request->pub;
}

static void
clear(struct http_request *request)
{
	plugin_evhttp_clear_headers(&request->input);
	plugin_evhttp_clear_headers(&request->output);
	http_arena_reset(&request->arena);
}

void
request_reset(struct http_request *request)
{
	struct evbuffer *input = request->pub.input_buffer, *output = request->pub.output_buffer;
	clear(request);
	evbuffer_drain(input, evbuffer_get_length(input));
	evbuffer_drain(output, evbuffer_get_length(output));
	fill_in(request, input, output);
}

static void
destroy(struct http_request *request)
{
	clear(request);
	evbuffer_free(request->pub.input_buffer);
	evbuffer_free(request->pub.output_buffer);
	http_free(request);
}

void
request_drop(struct http_request *request)
{
	request->pub.evcon = NULL;
	if ((request->pub.flags & EVHTTP_USER_OWNED) && !request->released) return;
	request->released = true;
	if (!request->busy) destroy(request);
}

bool
request_exit(struct http_request *request)
{
	request->busy--;
	if (!request->released) return request->pub.evcon != NULL;
	if (request->busy) return false;
	if (request->pub.evcon)
		connection_request_released(request->pub.evcon, request);
	else
		destroy(request);
	return false;
}

void
request_report(struct http_request *request, enum evhttp_request_error error)
{
	if (!request->pub.error_cb) return;
	request_enter(request);
	request->pub.error_cb(error, request->pub.cb_arg);
	request->busy--; /* the caller lets go of it next */
}

void
plugin_evhttp_request_free(struct evhttp_request *req)
{
	struct http_request *request = request_of(req);
	if (mailbox_foreign(&request->mailbox)) {
		mailbox_post(req, &(struct http_letter){.kind = HTTP_LETTER_FREE}, NULL, NULL);
		return;
	}
	request->released = true;
	req->flags |= EVHTTP_REQ_NEEDS_FREE;
	if (request->busy || mailbox_pending(&request->mailbox)) return;
	if (req->evcon)
		connection_request_released(req->evcon, request);
	else
		destroy(request);
}

void
plugin_evhttp_request_own(struct evhttp_request *req)
{
	req->flags |= EVHTTP_USER_OWNED;
}

int
plugin_evhttp_request_is_owned(struct evhttp_request *req)
{
	return (req->flags & EVHTTP_USER_OWNED) != 0;
}

void
plugin_evhttp_request_set_chunked_cb(struct evhttp_request *req, void (*cb)(struct evhttp_request *, void *))
{
	req->chunk_cb = cb;
}

void
plugin_evhttp_request_set_header_cb(struct evhttp_request *req, int (*cb)(struct evhttp_request *, void *))
{
	req->header_cb = cb;
}

void
plugin_evhttp_request_set_error_cb(struct evhttp_request *req, void (*cb)(enum evhttp_request_error, void *))
{
	req->error_cb = cb;
}

void
plugin_evhttp_request_set_on_complete_cb(
	struct evhttp_request *req, void (*cb)(struct evhttp_request *, void *), void *arg)
{
	req->on_complete_cb = cb;
	req->on_complete_cb_arg = arg;
}

struct evhttp_connection *
plugin_evhttp_request_get_connection(struct evhttp_request *req)
{
	return req->evcon;
}

const char *
plugin_evhttp_request_get_uri(const struct evhttp_request *req)
{
	return req->uri;
}

const struct evhttp_uri *
plugin_evhttp_request_get_evhttp_uri(const struct evhttp_request *req)
{
	return req->uri_elems;
}

enum evhttp_cmd_type
plugin_evhttp_request_get_command(const struct evhttp_request *req)
{
	return req->type;
}

int
plugin_evhttp_request_get_response_code(const struct evhttp_request *req)
{
	return req->response_code;
}

const char *
plugin_evhttp_request_get_response_code_line(const struct evhttp_request *req)
{
	return req->response_code_line;
}

struct evkeyvalq *
plugin_evhttp_request_get_input_headers(struct evhttp_request *req)
{
	return req->input_headers;
}

struct evkeyvalq *
plugin_evhttp_request_get_output_headers(struct evhttp_request *req)
{
	return req->output_headers;
}

struct evbuffer *
plugin_evhttp_request_get_input_buffer(struct evhttp_request *req)
{
	return req->input_buffer;
}

struct evbuffer *
plugin_evhttp_request_get_output_buffer(struct evhttp_request *req)
{
	return req->output_buffer;
}

/* The host of a Host field: up to the port's colon, which is not one inside of "[::1]". */
static size_t
host_length(const char *field)
{
	const char *bracket = field[0] == '[' ? strchr(field, ']') : NULL;
	const char *colon = strchr(bracket ? bracket : field, ':');
	return colon ? (size_t)(colon - field) : strlen(field);
}

const char *
plugin_evhttp_request_get_host(struct evhttp_request *req)
{
	if (req->host_cache) return req->host_cache;
	const char *host = req->uri_elems ? plugin_evhttp_uri_get_host(req->uri_elems) : NULL;
	size_t len = host ? strlen(host) : 0;
	if (!host) {
		host = plugin_evhttp_find_header(req->input_headers, "Host");
		if (!host) return NULL;
		len = host_length(host);
	}
	req->host_cache = http_arena_copy(&request_of(req)->arena, host, len);
	return req->host_cache;
}
