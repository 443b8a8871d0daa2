/* SPDX-License-Identifier: BSD-3-Clause */
/* A fuzz target: every reading function of event2/tag.h and what the generator wrote, on the same bytes, in one piece
 * and in pieces of odd sizes. What a message was read from, it must be written and read as again. */
#include "../rpcgen/messages.gen.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/tag.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t limit; /* no allocation may be larger: a length in the input decides nothing that is not there */

static void *
limited_malloc(size_t size)
{
	if (limit && size > limit) abort();
	return malloc(size);
}

static void *
limited_realloc(void *old, size_t size)
{
	if (limit && size > limit) abort();
	return realloc(old, size);
}

/* step: bytes a chain; 0: all in one. Chains are made by many at once, which no message asked for. */
static struct evbuffer *
buffer_of(const uint8_t *data, size_t size, size_t step)
{
	struct evbuffer *buffer = evbuffer_new();
	const size_t limit_of_reading = limit;
	limit = 0;
	if (!step) step = size;
	for (size_t at = 0; at < size; at += step)
		evbuffer_add_reference(buffer, data + at, size - at < step ? size - at : step, NULL, NULL);
	limit = limit_of_reading;
	return buffer;
}

/* Takes the item in front by the function that the choice names; -1 when there is none. */
static int
take(struct evbuffer *buffer, uint32_t tag, unsigned choice)
{
	struct evbuffer *into;
	struct timeval tv;
	uint64_t wide;
	uint32_t number;
	uint8_t bytes[4];
	char *text = NULL;
	int result;
	switch (choice % 8) {
	case 0:
		return evtag_unmarshal_int(buffer, tag, &number);
	case 1:
		return evtag_unmarshal_int64(buffer, tag, &wide);
	case 2:
		result = evtag_unmarshal_string(buffer, tag, &text);
		free(text);
		return result;
	case 3:
		return evtag_unmarshal_fixed(buffer, tag, bytes, sizeof(bytes));
	case 4:
		return evtag_unmarshal_timeval(buffer, tag, &tv);
	case 5:
		into = evbuffer_new();
		result = evtag_unmarshal(buffer, &number, into);
		if (result >= 0 && evbuffer_get_length(into) != (size_t)result) abort();
		evbuffer_free(into);
		return result;
	case 6:
		return evtag_unmarshal_header(buffer, &number);
	default:
		return evtag_consume(buffer);
	}
}

static void
items(const uint8_t *data, size_t size, size_t step)
{
	struct evbuffer *buffer = buffer_of(data, size, step);
	uint32_t tag, payload, whole;
	unsigned choice = size ? data[size - 1] : 0;
	for (size_t before; (before = evbuffer_get_length(buffer)) > 0; choice++) {
		if (evtag_peek(buffer, &tag) < 0) break;
		int has_payload = evtag_payload_length(buffer, &payload), has_length = evtag_peek_length(buffer, &whole);
		if (has_length == 0 && (has_payload < 0 || whole <= payload)) abort();
		if (evbuffer_get_length(buffer) != before) abort();
		(void)take(buffer, tag, choice);
		if (evbuffer_get_length(buffer) >= before) break;
	}
	evbuffer_free(buffer);
}

static void
again(const struct msg *msg)
{
	struct evbuffer *one = evbuffer_new(), *two = evbuffer_new();
	struct msg *copy = msg_new();
	msg_marshal(one, msg);
	msg_marshal(two, msg);
	if (msg_unmarshal(copy, one) < 0) abort();
	msg_marshal(one, copy);
	if (evbuffer_get_length(one) != evbuffer_get_length(two) ||
		memcmp(evbuffer_pullup(one, -1), evbuffer_pullup(two, -1), evbuffer_get_length(one)) != 0)
		abort();
	msg_free(copy);
	evbuffer_free(one);
	evbuffer_free(two);
}

static void
messages(const uint8_t *data, size_t size, size_t step)
{
	struct evbuffer *buffer = buffer_of(data, size, step);
	struct msg *msg = msg_new();
	struct tree *tree = tree_new();
	if (msg_unmarshal(msg, buffer) == 0) again(msg);
	msg_free(msg);
	evbuffer_free(buffer);
	buffer = buffer_of(data, size, step);
	(void)tree_unmarshal(tree, buffer);
	tree_free(tree);
	evbuffer_free(buffer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = {0, 1, 3, 7};
	static int prepared;
	if (!prepared) event_set_mem_functions(limited_malloc, limited_realloc, free);
	prepared = 1;
	limit = 4 * size + 16384;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		items(data, size, steps[i]);
		messages(data, size, steps[i]);
	}
	limit = 0;
	return 0;
}
