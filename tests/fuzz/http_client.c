/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP client against whatever a server may answer: the input is what the server sends, in pieces whose sizes the
 * first byte chooses, to three requests on one connection. No sockets: a pair of bufferevents. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUESTS 3

static void
on_done(struct evhttp_request *req, void *arg)
{
	++*(int *)arg;
	if (req && evhttp_request_get_response_code(req) == 404) evhttp_request_own(req), evhttp_request_free(req);
}

static void
on_piece(struct evhttp_request *req, void *arg)
{
	(void)arg;
	(void)evbuffer_drain(evhttp_request_get_input_buffer(req), 1);
}

static void
ask(struct evhttp_connection *evcon, int *done)
{
	static const enum evhttp_cmd_type types[REQUESTS] = {EVHTTP_REQ_GET, EVHTTP_REQ_HEAD, EVHTTP_REQ_POST};
	for (int i = 0; i < REQUESTS; i++) {
		struct evhttp_request *req = evhttp_request_new(on_done, done);
		if (i == 0) evhttp_request_set_chunked_cb(req, on_piece);
		if (evhttp_make_request(evcon, req, types[i], "/") < 0) abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bufferevent *pair[2];
	int done = 0;
	if (size == 0) return 0;
	struct event_base *base = event_base_new();
	if (!base || bufferevent_pair_new(base, 0, pair) < 0) abort();
	struct evhttp_connection *evcon = evhttp_connection_base_bufferevent_reuse_new(base, NULL, pair[0]);
	ask(evcon, &done);
	bufferevent_enable(pair[1], EV_READ | EV_WRITE);
	const size_t step = data[0] ? data[0] : size;
	for (size_t at = 1; at < size; at += step) {
		bufferevent_write(pair[1], data + at, size - at < step ? size - at : step);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bufferevent_flush(pair[1], EV_WRITE, BEV_FINISHED);
	event_base_loop(base, EVLOOP_NONBLOCK);
	evhttp_connection_free(evcon);
	bufferevent_free(pair[1]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	if (done > REQUESTS) abort();
	return 0;
}
