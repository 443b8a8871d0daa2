/* Written by event_rpcgen: change the .rpc file instead. */

#include <event2/event-config.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/tag.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "messages.gen.h"

/* Messages inside messages: hostile bytes must not use up the stack. */
#define RPC_DEPTH_MAX 100
static __thread int rpc_depth_;

/* Room for one more entry in an array: 0, or -1 when there is no memory. */
static int
rpc_grow_(void **data, int length, int *allocated, size_t size)
{
	if (length < *allocated) return 0;
	if (length > INT_MAX / 2 || (size_t)length > SIZE_MAX / 2 / size) return -1;
	int wanted = length ? length * 2 : 1;
	void *more = realloc(*data, (size_t)wanted * size);
	if (!more) return -1;
	*data = more;
	*allocated = wanted;
	return 0;
}

/* ---- msg ---- */

static struct msg_access_ msg_access_functions_ = {
	.from_name_assign = msg_from_name_assign,
	.from_name_get = msg_from_name_get,
	.to_name_assign = msg_to_name_assign,
	.to_name_get = msg_to_name_get,
	.attack_assign = msg_attack_assign,
	.attack_get = msg_attack_get,
	.run_assign = msg_run_assign,
	.run_get = msg_run_get,
	.run_add = msg_run_add,
};

struct msg *
msg_new(void)
{
	return msg_new_with_arg(NULL);
}

struct msg *
msg_new_with_arg(void *unused)
{
	(void)unused;
	struct msg *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &msg_access_functions_;
	return msg;
}

void
msg_free(struct msg *msg)
{
	if (!msg) return;
	msg_clear(msg);
	free(msg->run_data);
	free(msg);
}

void
msg_clear(struct msg *msg)
{
	free(msg->from_name_data);
	msg->from_name_data = NULL;
	msg->from_name_set = 0;
	free(msg->to_name_data);
	msg->to_name_data = NULL;
	msg->to_name_set = 0;
	kill_free(msg->attack_data);
	msg->attack_data = NULL;
	msg->attack_set = 0;
	for (int i = 0; i < msg->run_length; i++)
		run_free(msg->run_data[i]);
	msg->run_length = 0;
	msg->run_set = 0;
}

int
msg_from_name_assign(struct msg *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->from_name_data);
	msg->from_name_data = copy;
	msg->from_name_set = 1;
	return 0;
}

int
msg_from_name_get(struct msg *msg, char **value)
{
	if (!msg->from_name_set) return -1;
	*value = msg->from_name_data;
	return 0;
}

int
msg_to_name_assign(struct msg *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->to_name_data);
	msg->to_name_data = copy;
	msg->to_name_set = 1;
	return 0;
}

int
msg_to_name_get(struct msg *msg, char **value)
{
	if (!msg->to_name_set) return -1;
	*value = msg->to_name_data;
	return 0;
}

int
msg_attack_assign(struct msg *msg, const struct kill *value)
{
	struct kill *copy = kill_new();
	struct evbuffer *buffer = evbuffer_new();
	if (buffer) kill_marshal(buffer, value);
	int copied = copy && buffer ? kill_unmarshal(copy, buffer) : -1;
	if (buffer) evbuffer_free(buffer);
	if (copied < 0) {
		kill_free(copy);
		return -1;
	}
	kill_free(msg->attack_data);
	msg->attack_data = copy;
	msg->attack_set = 1;
	return 0;
}

int
msg_attack_get(struct msg *msg, struct kill **value)
{
	if (!msg->attack_set) {
		msg->attack_data = kill_new();
		if (!msg->attack_data) return -1;
		msg->attack_set = 1;
	}
	*value = msg->attack_data;
	return 0;
}

int
msg_run_assign(struct msg *msg, int off, const struct run *value)
{
	if (!msg->run_set || off < 0 || off >= msg->run_length) return -1;
	struct run *copy = run_new();
	struct evbuffer *buffer = evbuffer_new();
	if (buffer) run_marshal(buffer, value);
	int copied = copy && buffer ? run_unmarshal(copy, buffer) : -1;
	if (buffer) evbuffer_free(buffer);
	if (copied < 0) {
		run_free(copy);
		return -1;
	}
	run_free(msg->run_data[off]);
	msg->run_data[off] = copy;
	return 0;
}

int
msg_run_get(struct msg *msg, int off, struct run **value)
{
	if (!msg->run_set || off < 0 || off >= msg->run_length) return -1;
	*value = msg->run_data[off];
	return 0;
}

struct run *
msg_run_add(struct msg *msg)
{
	if (rpc_grow_((void **)&msg->run_data, msg->run_length, &msg->run_num_allocated, sizeof(*msg->run_data)) < 0)
		return NULL;
	struct run *copy = run_new();
	if (!copy) return NULL;
	msg->run_set = 1;
	return msg->run_data[msg->run_length++] = copy;
}

void
msg_marshal(struct evbuffer *buffer, const struct msg *msg)
{
	if (msg->from_name_set) evtag_marshal_string(buffer, MSG_FROM_NAME, msg->from_name_data);
	if (msg->to_name_set) evtag_marshal_string(buffer, MSG_TO_NAME, msg->to_name_data);
	if (msg->attack_set) evtag_marshal_kill(buffer, MSG_ATTACK, msg->attack_data);
	for (int i = 0; msg->run_set && i < msg->run_length; i++)
		evtag_marshal_run(buffer, MSG_RUN, msg->run_data[i]);
}

int
msg_unmarshal(struct msg *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case MSG_FROM_NAME:
			if (msg->from_name_set) return -1;
			if (evtag_unmarshal_string(buffer, MSG_FROM_NAME, &msg->from_name_data) < 0) return -1;
			msg->from_name_set = 1;
			break;
		case MSG_TO_NAME:
			if (msg->to_name_set) return -1;
			if (evtag_unmarshal_string(buffer, MSG_TO_NAME, &msg->to_name_data) < 0) return -1;
			msg->to_name_set = 1;
			break;
		case MSG_ATTACK:
			if (msg->attack_set) return -1;
			msg->attack_data = kill_new();
			if (!msg->attack_data || evtag_unmarshal_kill(buffer, MSG_ATTACK, msg->attack_data) < 0) return -1;
			msg->attack_set = 1;
			break;
		case MSG_RUN: {
			struct run *value = msg_run_add(msg);
			if (!value || evtag_unmarshal_run(buffer, MSG_RUN, value) < 0) return -1;
			break;
		}
		default:
			return -1;
		}
	}
	return msg_complete(msg);
}

int
msg_complete(struct msg *msg)
{
	if (!msg->from_name_set) return -1;
	if (!msg->to_name_set) return -1;
	if (msg->attack_set && kill_complete(msg->attack_data) < 0) return -1;
	for (int i = 0; i < msg->run_length; i++)
		if (run_complete(msg->run_data[i]) < 0) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_msg(struct evbuffer *buffer, ev_uint32_t tag, const struct msg *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	msg_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_msg(struct evbuffer *buffer, ev_uint32_t wanted, struct msg *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = msg_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}

/* ---- kill ---- */

static struct kill_access_ kill_access_functions_ = {
	.weapon_assign = kill_weapon_assign,
	.weapon_get = kill_weapon_get,
	.action_assign = kill_action_assign,
	.action_get = kill_action_get,
	.how_often_assign = kill_how_often_assign,
	.how_often_get = kill_how_often_get,
	.how_often_add = kill_how_often_add,
};

struct kill *
kill_new(void)
{
	return kill_new_with_arg(NULL);
}

struct kill *
kill_new_with_arg(void *unused)
{
	(void)unused;
	struct kill *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &kill_access_functions_;
	return msg;
}

void
kill_free(struct kill *msg)
{
	if (!msg) return;
	kill_clear(msg);
	free(msg->how_often_data);
	free(msg);
}

void
kill_clear(struct kill *msg)
{
	free(msg->weapon_data);
	msg->weapon_data = NULL;
	msg->weapon_set = 0;
	free(msg->action_data);
	msg->action_data = NULL;
	msg->action_set = 0;
	msg->how_often_length = 0;
	msg->how_often_set = 0;
}

int
kill_weapon_assign(struct kill *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->weapon_data);
	msg->weapon_data = copy;
	msg->weapon_set = 1;
	return 0;
}

int
kill_weapon_get(struct kill *msg, char **value)
{
	if (!msg->weapon_set) return -1;
	*value = msg->weapon_data;
	return 0;
}

int
kill_action_assign(struct kill *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->action_data);
	msg->action_data = copy;
	msg->action_set = 1;
	return 0;
}

int
kill_action_get(struct kill *msg, char **value)
{
	if (!msg->action_set) return -1;
	*value = msg->action_data;
	return 0;
}

int
kill_how_often_assign(struct kill *msg, int off, const ev_uint32_t value)
{
	if (!msg->how_often_set || off < 0 || off >= msg->how_often_length) return -1;
	msg->how_often_data[off] = value;
	return 0;
}

int
kill_how_often_get(struct kill *msg, int off, ev_uint32_t *value)
{
	if (!msg->how_often_set || off < 0 || off >= msg->how_often_length) return -1;
	*value = msg->how_often_data[off];
	return 0;
}

ev_uint32_t *
kill_how_often_add(struct kill *msg, const ev_uint32_t value)
{
	if (rpc_grow_((void **)&msg->how_often_data, msg->how_often_length, &msg->how_often_num_allocated, sizeof(*msg->how_often_data)) < 0)
		return NULL;
	msg->how_often_set = 1;
	msg->how_often_data[msg->how_often_length] = value;
	return &msg->how_often_data[msg->how_often_length++];
}

void
kill_marshal(struct evbuffer *buffer, const struct kill *msg)
{
	if (msg->weapon_set) evtag_marshal_string(buffer, KILL_WEAPON, msg->weapon_data);
	if (msg->action_set) evtag_marshal_string(buffer, KILL_ACTION, msg->action_data);
	for (int i = 0; msg->how_often_set && i < msg->how_often_length; i++)
		evtag_marshal_int(buffer, KILL_HOW_OFTEN, msg->how_often_data[i]);
}

int
kill_unmarshal(struct kill *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case KILL_WEAPON:
			if (msg->weapon_set) return -1;
			if (evtag_unmarshal_string(buffer, KILL_WEAPON, &msg->weapon_data) < 0) return -1;
			msg->weapon_set = 1;
			break;
		case KILL_ACTION:
			if (msg->action_set) return -1;
			if (evtag_unmarshal_string(buffer, KILL_ACTION, &msg->action_data) < 0) return -1;
			msg->action_set = 1;
			break;
		case KILL_HOW_OFTEN: {
			ev_uint32_t value;
			if (evtag_unmarshal_int(buffer, KILL_HOW_OFTEN, &value) < 0) return -1;
			if (!kill_how_often_add(msg, value)) return -1;
			break;
		}
		default:
			return -1;
		}
	}
	return kill_complete(msg);
}

int
kill_complete(struct kill *msg)
{
	if (!msg->weapon_set) return -1;
	if (!msg->action_set) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_kill(struct evbuffer *buffer, ev_uint32_t tag, const struct kill *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	kill_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_kill(struct evbuffer *buffer, ev_uint32_t wanted, struct kill *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = kill_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}

/* ---- run ---- */

static struct run_access_ run_access_functions_ = {
	.how_assign = run_how_assign,
	.how_get = run_how_get,
	.some_bytes_assign = run_some_bytes_assign,
	.some_bytes_get = run_some_bytes_get,
	.fixed_bytes_assign = run_fixed_bytes_assign,
	.fixed_bytes_get = run_fixed_bytes_get,
	.notes_assign = run_notes_assign,
	.notes_get = run_notes_get,
	.notes_add = run_notes_add,
	.large_number_assign = run_large_number_assign,
	.large_number_get = run_large_number_get,
	.large_numbers_assign = run_large_numbers_assign,
	.large_numbers_get = run_large_numbers_get,
	.large_numbers_add = run_large_numbers_add,
	.number_assign = run_number_assign,
	.number_get = run_number_get,
};

struct run *
run_new(void)
{
	return run_new_with_arg(NULL);
}

struct run *
run_new_with_arg(void *unused)
{
	(void)unused;
	struct run *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &run_access_functions_;
	return msg;
}

void
run_free(struct run *msg)
{
	if (!msg) return;
	run_clear(msg);
	free(msg->notes_data);
	free(msg->large_numbers_data);
	free(msg);
}

void
run_clear(struct run *msg)
{
	free(msg->how_data);
	msg->how_data = NULL;
	msg->how_set = 0;
	free(msg->some_bytes_data);
	msg->some_bytes_data = NULL;
	msg->some_bytes_length = 0;
	msg->some_bytes_set = 0;
	msg->fixed_bytes_set = 0;
	for (int i = 0; i < msg->notes_length; i++)
		free(msg->notes_data[i]);
	msg->notes_length = 0;
	msg->notes_set = 0;
	msg->large_number_set = 0;
	msg->large_numbers_length = 0;
	msg->large_numbers_set = 0;
	msg->number_set = 0;
}

int
run_how_assign(struct run *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->how_data);
	msg->how_data = copy;
	msg->how_set = 1;
	return 0;
}

int
run_how_get(struct run *msg, char **value)
{
	if (!msg->how_set) return -1;
	*value = msg->how_data;
	return 0;
}

int
run_some_bytes_assign(struct run *msg, const ev_uint8_t *value, ev_uint32_t length)
{
	ev_uint8_t *copy = malloc(length ? length : 1);
	if (copy && length) memcpy(copy, value, length);
	if (!copy) return -1;
	free(msg->some_bytes_data);
	msg->some_bytes_data = copy;
	msg->some_bytes_length = length;
	msg->some_bytes_set = 1;
	return 0;
}

int
run_some_bytes_get(struct run *msg, ev_uint8_t **value, ev_uint32_t *length)
{
	if (!msg->some_bytes_set) return -1;
	*length = msg->some_bytes_length;
	*value = msg->some_bytes_data;
	return 0;
}

int
run_fixed_bytes_assign(struct run *msg, const ev_uint8_t *value)
{
	memcpy(msg->fixed_bytes_data, value, sizeof(msg->fixed_bytes_data));
	msg->fixed_bytes_set = 1;
	return 0;
}

int
run_fixed_bytes_get(struct run *msg, ev_uint8_t **value)
{
	if (!msg->fixed_bytes_set) return -1;
	*value = msg->fixed_bytes_data;
	return 0;
}

int
run_notes_assign(struct run *msg, int off, const char *value)
{
	if (!msg->notes_set || off < 0 || off >= msg->notes_length) return -1;
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->notes_data[off]);
	msg->notes_data[off] = copy;
	return 0;
}

int
run_notes_get(struct run *msg, int off, char **value)
{
	if (!msg->notes_set || off < 0 || off >= msg->notes_length) return -1;
	*value = msg->notes_data[off];
	return 0;
}

char **
run_notes_add(struct run *msg, const char *value)
{
	if (rpc_grow_((void **)&msg->notes_data, msg->notes_length, &msg->notes_num_allocated, sizeof(*msg->notes_data)) < 0)
		return NULL;
	char *copy = strdup(value);
	if (!copy) return NULL;
	msg->notes_set = 1;
	msg->notes_data[msg->notes_length] = copy;
	return &msg->notes_data[msg->notes_length++];
}

int
run_large_number_assign(struct run *msg, const ev_uint64_t value)
{
	msg->large_number_data = value;
	msg->large_number_set = 1;
	return 0;
}

int
run_large_number_get(struct run *msg, ev_uint64_t *value)
{
	if (!msg->large_number_set) return -1;
	*value = msg->large_number_data;
	return 0;
}

int
run_large_numbers_assign(struct run *msg, int off, const ev_uint64_t value)
{
	if (!msg->large_numbers_set || off < 0 || off >= msg->large_numbers_length) return -1;
	msg->large_numbers_data[off] = value;
	return 0;
}

int
run_large_numbers_get(struct run *msg, int off, ev_uint64_t *value)
{
	if (!msg->large_numbers_set || off < 0 || off >= msg->large_numbers_length) return -1;
	*value = msg->large_numbers_data[off];
	return 0;
}

ev_uint64_t *
run_large_numbers_add(struct run *msg, const ev_uint64_t value)
{
	if (rpc_grow_((void **)&msg->large_numbers_data, msg->large_numbers_length, &msg->large_numbers_num_allocated, sizeof(*msg->large_numbers_data)) < 0)
		return NULL;
	msg->large_numbers_set = 1;
	msg->large_numbers_data[msg->large_numbers_length] = value;
	return &msg->large_numbers_data[msg->large_numbers_length++];
}

int
run_number_assign(struct run *msg, const ev_uint32_t value)
{
	msg->number_data = value;
	msg->number_set = 1;
	return 0;
}

int
run_number_get(struct run *msg, ev_uint32_t *value)
{
	if (!msg->number_set) return -1;
	*value = msg->number_data;
	return 0;
}

void
run_marshal(struct evbuffer *buffer, const struct run *msg)
{
	if (msg->how_set) evtag_marshal_string(buffer, RUN_HOW, msg->how_data);
	if (msg->some_bytes_set) evtag_marshal(buffer, RUN_SOME_BYTES, msg->some_bytes_data, msg->some_bytes_length);
	if (msg->fixed_bytes_set) evtag_marshal(buffer, RUN_FIXED_BYTES, msg->fixed_bytes_data, (ev_uint32_t)sizeof(msg->fixed_bytes_data));
	for (int i = 0; msg->notes_set && i < msg->notes_length; i++)
		evtag_marshal_string(buffer, RUN_NOTES, msg->notes_data[i]);
	if (msg->large_number_set) evtag_marshal_int64(buffer, RUN_LARGE_NUMBER, msg->large_number_data);
	for (int i = 0; msg->large_numbers_set && i < msg->large_numbers_length; i++)
		evtag_marshal_int64(buffer, RUN_LARGE_NUMBERS, msg->large_numbers_data[i]);
	if (msg->number_set) evtag_marshal_int(buffer, RUN_NUMBER, msg->number_data);
}

int
run_unmarshal(struct run *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case RUN_HOW:
			if (msg->how_set) return -1;
			if (evtag_unmarshal_string(buffer, RUN_HOW, &msg->how_data) < 0) return -1;
			msg->how_set = 1;
			break;
		case RUN_SOME_BYTES:
			if (msg->some_bytes_set) return -1;
			if (evtag_payload_length(buffer, &msg->some_bytes_length) < 0) return -1;
			if (msg->some_bytes_length > evbuffer_get_length(buffer)) return -1;
			msg->some_bytes_data = malloc(msg->some_bytes_length ? msg->some_bytes_length : 1);
			if (!msg->some_bytes_data) return -1;
			if (evtag_unmarshal_fixed(buffer, RUN_SOME_BYTES, msg->some_bytes_data, msg->some_bytes_length) < 0) return -1;
			msg->some_bytes_set = 1;
			break;
		case RUN_FIXED_BYTES:
			if (msg->fixed_bytes_set) return -1;
			if (evtag_unmarshal_fixed(buffer, RUN_FIXED_BYTES, msg->fixed_bytes_data, sizeof(msg->fixed_bytes_data)) < 0) return -1;
			msg->fixed_bytes_set = 1;
			break;
		case RUN_NOTES: {
			char *value;
			if (evtag_unmarshal_string(buffer, RUN_NOTES, &value) < 0) return -1;
			char **added = run_notes_add(msg, value);
			free(value);
			if (!added) return -1;
			break;
		}
		case RUN_LARGE_NUMBER:
			if (msg->large_number_set) return -1;
			if (evtag_unmarshal_int64(buffer, RUN_LARGE_NUMBER, &msg->large_number_data) < 0) return -1;
			msg->large_number_set = 1;
			break;
		case RUN_LARGE_NUMBERS: {
			ev_uint64_t value;
			if (evtag_unmarshal_int64(buffer, RUN_LARGE_NUMBERS, &value) < 0) return -1;
			if (!run_large_numbers_add(msg, value)) return -1;
			break;
		}
		case RUN_NUMBER:
			if (msg->number_set) return -1;
			if (evtag_unmarshal_int(buffer, RUN_NUMBER, &msg->number_data) < 0) return -1;
			msg->number_set = 1;
			break;
		default:
			return -1;
		}
	}
	return run_complete(msg);
}

int
run_complete(struct run *msg)
{
	if (!msg->how_set) return -1;
	if (!msg->fixed_bytes_set) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_run(struct evbuffer *buffer, ev_uint32_t tag, const struct run *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	run_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_run(struct evbuffer *buffer, ev_uint32_t wanted, struct run *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = run_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}

/* ---- tree ---- */

static struct tree_access_ tree_access_functions_ = {
	.child_assign = tree_child_assign,
	.child_get = tree_child_get,
	.leaf_assign = tree_leaf_assign,
	.leaf_get = tree_leaf_get,
};

struct tree *
tree_new(void)
{
	return tree_new_with_arg(NULL);
}

struct tree *
tree_new_with_arg(void *unused)
{
	(void)unused;
	struct tree *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &tree_access_functions_;
	return msg;
}

void
tree_free(struct tree *msg)
{
	if (!msg) return;
	tree_clear(msg);
	free(msg);
}

void
tree_clear(struct tree *msg)
{
	tree_free(msg->child_data);
	msg->child_data = NULL;
	msg->child_set = 0;
	msg->leaf_set = 0;
}

int
tree_child_assign(struct tree *msg, const struct tree *value)
{
	struct tree *copy = tree_new();
	struct evbuffer *buffer = evbuffer_new();
	if (buffer) tree_marshal(buffer, value);
	int copied = copy && buffer ? tree_unmarshal(copy, buffer) : -1;
	if (buffer) evbuffer_free(buffer);
	if (copied < 0) {
		tree_free(copy);
		return -1;
	}
	tree_free(msg->child_data);
	msg->child_data = copy;
	msg->child_set = 1;
	return 0;
}

int
tree_child_get(struct tree *msg, struct tree **value)
{
	if (!msg->child_set) {
		msg->child_data = tree_new();
		if (!msg->child_data) return -1;
		msg->child_set = 1;
	}
	*value = msg->child_data;
	return 0;
}

int
tree_leaf_assign(struct tree *msg, const ev_uint32_t value)
{
	msg->leaf_data = value;
	msg->leaf_set = 1;
	return 0;
}

int
tree_leaf_get(struct tree *msg, ev_uint32_t *value)
{
	if (!msg->leaf_set) return -1;
	*value = msg->leaf_data;
	return 0;
}

void
tree_marshal(struct evbuffer *buffer, const struct tree *msg)
{
	if (msg->child_set) evtag_marshal_tree(buffer, TREE_CHILD, msg->child_data);
	if (msg->leaf_set) evtag_marshal_int(buffer, TREE_LEAF, msg->leaf_data);
}

int
tree_unmarshal(struct tree *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case TREE_CHILD:
			if (msg->child_set) return -1;
			msg->child_data = tree_new();
			if (!msg->child_data || evtag_unmarshal_tree(buffer, TREE_CHILD, msg->child_data) < 0) return -1;
			msg->child_set = 1;
			break;
		case TREE_LEAF:
			if (msg->leaf_set) return -1;
			if (evtag_unmarshal_int(buffer, TREE_LEAF, &msg->leaf_data) < 0) return -1;
			msg->leaf_set = 1;
			break;
		default:
			return -1;
		}
	}
	return tree_complete(msg);
}

int
tree_complete(struct tree *msg)
{
	if (msg->child_set && tree_complete(msg->child_data) < 0) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_tree(struct evbuffer *buffer, ev_uint32_t tag, const struct tree *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	tree_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_tree(struct evbuffer *buffer, ev_uint32_t wanted, struct tree *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = tree_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}

/* ---- word ---- */

static struct word_access_ word_access_functions_ = {
	.text_assign = word_text_assign,
	.text_get = word_text_get,
};

struct word *
word_new(void)
{
	return word_new_with_arg(NULL);
}

struct word *
word_new_with_arg(void *unused)
{
	(void)unused;
	struct word *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &word_access_functions_;
	return msg;
}

void
word_free(struct word *msg)
{
	if (!msg) return;
	word_clear(msg);
	free(msg);
}

void
word_clear(struct word *msg)
{
	free(msg->text_data);
	msg->text_data = NULL;
	msg->text_set = 0;
}

int
word_text_assign(struct word *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->text_data);
	msg->text_data = copy;
	msg->text_set = 1;
	return 0;
}

int
word_text_get(struct word *msg, char **value)
{
	if (!msg->text_set) return -1;
	*value = msg->text_data;
	return 0;
}

void
word_marshal(struct evbuffer *buffer, const struct word *msg)
{
	if (msg->text_set) evtag_marshal_string(buffer, WORD_TEXT, msg->text_data);
}

int
word_unmarshal(struct word *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case WORD_TEXT:
			if (msg->text_set) return -1;
			if (evtag_unmarshal_string(buffer, WORD_TEXT, &msg->text_data) < 0) return -1;
			msg->text_set = 1;
			break;
		default:
			return -1;
		}
	}
	return word_complete(msg);
}

int
word_complete(struct word *msg)
{
	if (!msg->text_set) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_word(struct evbuffer *buffer, ev_uint32_t tag, const struct word *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	word_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_word(struct evbuffer *buffer, ev_uint32_t wanted, struct word *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = word_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}
