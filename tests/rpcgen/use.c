/* SPDX-License-Identifier: BSD-3-Clause */
/* What event_rpcgen wrote for messages.rpc: every kind of field through the macros, the wire, and hostile bytes. */
#include "messages.gen.h"

#include <event2/buffer.h>
#include <event2/tag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                                               \
	do {                                                                                                               \
		if (condition) break;                                                                                          \
		printf("not ok - %s, line %d\n", #condition, __LINE__);                                                        \
		failures++;                                                                                                    \
	} while (0)

static struct msg *
filled(void)
{
	static const ev_uint8_t fixed[24] = "exactly twenty-four....";
	struct msg *msg = msg_new();
	struct kill *attack;
	struct run *run;
	CHECK(msg_complete(msg) == -1);
	CHECK(EVTAG_ASSIGN(msg, from_name, "niels") == 0);
	CHECK(EVTAG_ASSIGN(msg, from_name, "nobody") == 0);
	CHECK(EVTAG_ASSIGN(msg, to_name, "phoenix") == 0);
	CHECK(EVTAG_GET(msg, attack, &attack) == 0); /* makes it */
	CHECK(msg_complete(msg) == -1);
	CHECK(EVTAG_ASSIGN(attack, weapon, "feather") == 0);
	CHECK(EVTAG_ASSIGN(attack, action, "tickle") == 0);
	for (ev_uint32_t i = 0; i < 100; i++)
		CHECK(*EVTAG_ARRAY_ADD_VALUE(attack, how_often, i) == i);
	for (int i = 0; i < 3; i++) {
		run = EVTAG_ARRAY_ADD(msg, run);
		CHECK(run != NULL);
		CHECK(EVTAG_ASSIGN(run, how, "very fast") == 0);
		CHECK(EVTAG_ASSIGN_WITH_LEN(run, some_bytes, (const ev_uint8_t *)"a\0b", 3) == 0);
		CHECK(EVTAG_ASSIGN(run, fixed_bytes, fixed) == 0);
		CHECK(strcmp(*EVTAG_ARRAY_ADD_VALUE(run, notes, "first"), "first") == 0);
		CHECK(EVTAG_ARRAY_ADD_VALUE(run, notes, "second") != NULL);
		CHECK(run_notes_assign(run, 1, "other") == 0);
		CHECK(run_notes_assign(run, 2, "none") == -1);
		CHECK(EVTAG_ASSIGN(run, large_number, UINT64_C(0xdead0a0bcafebeef)) == 0);
		CHECK(EVTAG_ARRAY_ADD_VALUE(run, large_numbers, UINT64_MAX) != NULL);
	}
	CHECK(msg_complete(msg) == 0);
	return msg;
}

static void
look(struct msg *msg)
{
	char *text;
	struct kill *attack;
	struct run *run;
	ev_uint32_t number, length;
	ev_uint64_t large;
	ev_uint8_t *bytes;
	CHECK(EVTAG_GET(msg, from_name, &text) == 0 && strcmp(text, "nobody") == 0);
	CHECK(EVTAG_HAS(msg, attack) && EVTAG_GET(msg, attack, &attack) == 0);
	CHECK(EVTAG_ARRAY_LEN(attack, how_often) == 100);
	CHECK(EVTAG_ARRAY_GET(attack, how_often, 99, &number) == 0 && number == 99);
	CHECK(EVTAG_ARRAY_GET(attack, how_often, 100, &number) == -1);
	CHECK(EVTAG_ARRAY_GET(attack, how_often, -1, &number) == -1);
	CHECK(EVTAG_ARRAY_LEN(msg, run) == 3);
	CHECK(EVTAG_ARRAY_GET(msg, run, 2, &run) == 0);
	CHECK(EVTAG_GET_WITH_LEN(run, some_bytes, &bytes, &length) == 0 && length == 3 && memcmp(bytes, "a\0b", 3) == 0);
	CHECK(EVTAG_GET(run, fixed_bytes, &bytes) == 0 && memcmp(bytes, "exactly", 7) == 0);
	CHECK(EVTAG_ARRAY_GET(run, notes, 1, &text) == 0 && strcmp(text, "other") == 0);
	CHECK(EVTAG_GET(run, large_number, &large) == 0 && large == UINT64_C(0xdead0a0bcafebeef));
	CHECK(EVTAG_ARRAY_GET(run, large_numbers, 0, &large) == 0 && large == UINT64_MAX);
	CHECK(!EVTAG_HAS(run, number) && EVTAG_GET(run, number, &number) == -1);
}

static void
wire(void)
{
	struct evbuffer *buffer = evbuffer_new();
	struct msg *msg = filled(), *copy = msg_new_with_arg(NULL);
	look(msg);
	evtag_marshal_msg(buffer, 0xdeaf, msg);
	CHECK(evtag_unmarshal_msg(buffer, 0xdeaf, copy) == 0);
	CHECK(evbuffer_get_length(buffer) == 0);
	look(copy);
	msg_clear(copy);
	CHECK(!EVTAG_HAS(copy, run) && msg_complete(copy) == -1);
	msg_marshal(buffer, msg);
	evtag_marshal_string(buffer, MSG_TO_NAME, "twice");
	CHECK(msg_unmarshal(copy, buffer) == -1);
	msg_free(copy);
	msg_free(msg);
	msg_free(NULL);
	evbuffer_free(buffer);
}

/* Each truncation, and each byte changed: an error or a message, never a crash (the checkers would see it). */
static void
hostile(void)
{
	struct evbuffer *buffer = evbuffer_new();
	struct msg *msg = filled();
	msg_marshal(buffer, msg);
	size_t size = evbuffer_get_length(buffer);
	unsigned char *bytes = malloc(size);
	CHECK(evbuffer_remove(buffer, bytes, size) == (int)size);
	for (size_t i = 0; i < size; i++) {
		struct msg *broken = msg_new();
		evbuffer_add(buffer, bytes, i);
		if (i < 16)
			CHECK(msg_unmarshal(broken, buffer) == -1);
		else
			(void)msg_unmarshal(broken, buffer);
		evbuffer_drain(buffer, evbuffer_get_length(buffer));
		msg_free(broken);
		for (int change = 1; change < 256; change = change * 2 + 1) {
			broken = msg_new();
			bytes[i] ^= (unsigned char)change;
			evbuffer_add(buffer, bytes, size);
			(void)msg_unmarshal(broken, buffer);
			bytes[i] ^= (unsigned char)change;
			evbuffer_drain(buffer, evbuffer_get_length(buffer));
			msg_free(broken);
		}
	}
	free(bytes);
	msg_free(msg);
	evbuffer_free(buffer);
}

/* Messages inside messages, deeper than any stack. */
static void
deep(void)
{
	struct evbuffer *buffer = evbuffer_new(), *around = evbuffer_new();
	struct tree *tree = tree_new();
	evtag_marshal_int(buffer, TREE_LEAF, 1);
	for (int i = 0; i < 20000; i++) {
		evtag_marshal_buffer(around, TREE_CHILD, buffer);
		evbuffer_add_buffer(buffer, around);
	}
	CHECK(tree_unmarshal(tree, buffer) == -1);
	tree_free(tree);
	evbuffer_free(around);
	evbuffer_free(buffer);
}

int
main(void)
{
	wire();
	hostile();
	deep();
	return failures != 0;
}
