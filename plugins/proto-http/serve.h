/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROTO_HTTP_SERVE_H_
#define PROTO_HTTP_SERVE_H_

#include "connection.h"

/* The answer to the current request was handed over completely; keep: the connection may go on after it. */
void serve_answered(struct evhttp_connection *conn, bool keep);
/* Nothing more is wanted of the connection: it ends when what was answered is written. */
void serve_last(struct evhttp_connection *conn);
/* Calls the write callback in the loop's next turn, also when there is nothing to write. */
void serve_kick(struct evhttp_connection *conn);

#endif
