/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing of heads: straight into the bufferevent's output, in one piece, together with a small body. */
#ifndef PROTO_HTTP_HEAD_H_
#define PROTO_HTTP_HEAD_H_

#include "connection.h"

enum head_body {
	HEAD_BODY_NONE,       /* nothing is said about a body */
	HEAD_BODY_SIZED,      /* Content-Length */
	HEAD_BODY_CHUNKED,    /* Transfer-Encoding */
	HEAD_BODY_UNTIL_CLOSE /* an answer to HTTP/1.0 */
};

struct head_facts {
	enum head_body framing;
	uint64_t length;       /* for HEAD_BODY_SIZED */
	bool close;            /* say that the connection will be closed */
	bool keep_alive;       /* say that it will not, to an HTTP/1.0 client */
	struct evbuffer *body; /* NULL: none; what is small is moved into the head's block, the rest behind it */
};

/* What a program put into the list of header fields to be sent. */
struct head_fields {
	size_t size; /* bytes that writing them takes */
	bool date, type, connection, close, host;
	const char *length; /* the value of Content-Length, or NULL */
};

void head_look(const struct evkeyvalq *headers, struct head_fields *fields);

/* The value of a Content-Length. Returns false when it is none. */
bool head_length(const char *text, uint64_t *length);

/* Both return 0, or -1 when there is no memory; then nothing was written. */
int head_write_answer(struct evhttp_connection *conn, struct http_request *request, const struct head_fields *fields,
	const struct head_facts *facts);
int head_write_request(struct evhttp_connection *conn, struct http_request *request, const char *method,
	const struct head_fields *fields, const struct head_facts *facts);

#endif
