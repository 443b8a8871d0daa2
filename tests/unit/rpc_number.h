/* SPDX-License-Identifier: BSD-3-Clause */
/* A message of remote procedure calls, written by hand as the generator would write it: one number, whose tag is 1. */
#ifndef TESTS_UNIT_RPC_NUMBER_H_
#define TESTS_UNIT_RPC_NUMBER_H_

#include <event2/buffer.h>
#include <event2/tag.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct number {
	uint32_t value;
	bool set;
};

static struct number *
number_new_with_arg(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct number));
}

static void
number_free(struct number *number)
{
	free(number);
}

static void
number_clear(struct number *number)
{
	number->set = false;
}

static int
number_complete(struct number *number)
{
	return number->set ? 0 : -1;
}

static void
number_marshal(struct evbuffer *buffer, const struct number *number)
{
	evtag_marshal_int(buffer, 1, number->value);
}

static int
number_unmarshal(struct number *number, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0 || tag != 1) return -1;
		if (evtag_unmarshal_int(buffer, 1, &number->value) < 0) return -1;
		number->set = true;
	}
	return number_complete(number);
}

#endif
