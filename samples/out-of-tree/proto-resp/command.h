/* SPDX-License-Identifier: BSD-3-Clause */
/* What the requests mean: from a request and the store to a reply in an evbuffer. */
#ifndef COMMAND_H_
#define COMMAND_H_

#include "request.h"
#include "store.h"

#include <event2/buffer.h>
#include <stdbool.h>

/* Answers one request, which has at least one argument. Returns false when the connection shall end after the reply. */
bool command_run(struct store *store, const struct request *request, struct evbuffer *reply);

#endif
