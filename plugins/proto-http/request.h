/* SPDX-License-Identifier: BSD-3-Clause */
/* What is behind struct evhttp_request: its public members come first, so that a pointer to one is a pointer to the
 * other. */
#ifndef PROTO_HTTP_REQUEST_H_
#define PROTO_HTTP_REQUEST_H_

#include <sys/queue.h>

#include "arena.h"
#include "mailbox.h"
#include "parse.h"
#include "uri.h"

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

/* Enough for the head of an ordinary request. */
#define REQUEST_SPACE 1280

struct http_request {
	struct evhttp_request pub;
	struct evkeyvalq input, output; /* behind pub.input_headers and pub.output_headers */
	struct evhttp_uri uri;          /* behind pub.uri_elems */
	struct http_arena arena;
	struct http_mailbox mailbox;

	unsigned busy;        /* callbacks that are running with it: freeing waits for their end */
	bool received;        /* a server: the whole request is there, its callback was or is being called */
	bool started;         /* the head of what we send was written */
	bool sized;           /* what we send has a length that was announced: body_left bytes are to come */
	bool drop_body;       /* too large: read, but thrown away */
	bool without_body;    /* a server: whatever the answer is, it carries no body */
	bool streamed;        /* a client: evhttp_request_set_streamed() */
	bool released;        /* freed by the program while its connection still holds it */
	bool keep_connection; /* a server: what the client asked for */
	int refuse;           /* a server: answer with that status as soon as the head is complete; 0: do not */
	uint64_t body_left;
	/* A client's. */
	unsigned interim; /* 1xx answers so far */
	bool body_held;   /* the body waits for "100 Continue" */
	bool tried_again; /* sent once more, since the server had closed the connection meanwhile */
	bool asked_close; /* the request says "Connection: close" */
	void (*written_cb)(struct evhttp_connection *, void *); /* for when the connection takes the request up */
	void *written_arg;

	char space[REQUEST_SPACE];
};

static inline struct http_request *
request_of(const struct evhttp_request *req)
{
	return (struct http_request *)(uintptr_t)req;
}

/* Makes one that is no longer in use as new, so that it can serve again. */
void request_reset(struct http_request *request);
/* Its connection lets go of it: it is freed now, or when its last callback ends, or by the program that owns it. */
void request_drop(struct http_request *request);

/* A callback with the request begins. */
static inline void
request_enter(struct http_request *request)
{
	request->busy++;
}

/* The callback is over. Returns false when the request is gone, or at least its connection's no more. */
bool request_exit(struct http_request *request);

/* Reports an error to the program, if it wants to know. */
void request_report(struct http_request *request, enum evhttp_request_error error);

#endif
