/* SPDX-License-Identifier: BSD-3-Clause */
/* What a filter has handed on: bytes that are the connection's no more, and that the socket has not taken yet. On a
 * plain socket there is nothing below. */
#ifndef PROTO_HTTP_BELOW_H_
#define PROTO_HTTP_BELOW_H_

#include "connection.h"

/* How many bytes wait in the bufferevents below this one. */
size_t below_unsent(struct bufferevent *bev);

/* The connection is to end when the socket has taken everything: has the filters hand on what they have, and the write
 * callback called when nothing is left. A peer that takes nothing for the write timeout is told as such a timeout.
 * Returns false when there is nothing to wait for, or no memory to be told. */
bool below_wait(struct evhttp_connection *conn);

/* The bufferevent goes: no word from below any more. */
void below_forget(struct evhttp_connection *conn);

#endif
