/* Written by event_rpcgen: change the .rpc file instead. */

#include <event2/event-config.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/tag.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "calc.gen.h"

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

/* ---- calc_terms ---- */

static struct calc_terms_access_ calc_terms_access_functions_ = {
	.term_assign = calc_terms_term_assign,
	.term_get = calc_terms_term_get,
	.term_add = calc_terms_term_add,
	.label_assign = calc_terms_label_assign,
	.label_get = calc_terms_label_get,
};

struct calc_terms *
calc_terms_new(void)
{
	return calc_terms_new_with_arg(NULL);
}

struct calc_terms *
calc_terms_new_with_arg(void *unused)
{
	(void)unused;
	struct calc_terms *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &calc_terms_access_functions_;
	return msg;
}

void
calc_terms_free(struct calc_terms *msg)
{
	if (!msg) return;
	calc_terms_clear(msg);
	free(msg->term_data);
	free(msg);
}

void
calc_terms_clear(struct calc_terms *msg)
{
	msg->term_length = 0;
	msg->term_set = 0;
	free(msg->label_data);
	msg->label_data = NULL;
	msg->label_set = 0;
}

int
calc_terms_term_assign(struct calc_terms *msg, int off, const ev_uint64_t value)
{
	if (!msg->term_set || off < 0 || off >= msg->term_length) return -1;
	msg->term_data[off] = value;
	return 0;
}

int
calc_terms_term_get(struct calc_terms *msg, int off, ev_uint64_t *value)
{
	if (!msg->term_set || off < 0 || off >= msg->term_length) return -1;
	*value = msg->term_data[off];
	return 0;
}

ev_uint64_t *
calc_terms_term_add(struct calc_terms *msg, const ev_uint64_t value)
{
	if (rpc_grow_((void **)&msg->term_data, msg->term_length, &msg->term_num_allocated, sizeof(*msg->term_data)) < 0)
		return NULL;
	msg->term_set = 1;
	msg->term_data[msg->term_length] = value;
	return &msg->term_data[msg->term_length++];
}

int
calc_terms_label_assign(struct calc_terms *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->label_data);
	msg->label_data = copy;
	msg->label_set = 1;
	return 0;
}

int
calc_terms_label_get(struct calc_terms *msg, char **value)
{
	if (!msg->label_set) return -1;
	*value = msg->label_data;
	return 0;
}

void
calc_terms_marshal(struct evbuffer *buffer, const struct calc_terms *msg)
{
	for (int i = 0; msg->term_set && i < msg->term_length; i++)
		evtag_marshal_int64(buffer, CALC_TERMS_TERM, msg->term_data[i]);
	if (msg->label_set) evtag_marshal_string(buffer, CALC_TERMS_LABEL, msg->label_data);
}

int
calc_terms_unmarshal(struct calc_terms *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case CALC_TERMS_TERM: {
			ev_uint64_t value;
			if (evtag_unmarshal_int64(buffer, CALC_TERMS_TERM, &value) < 0) return -1;
			if (!calc_terms_term_add(msg, value)) return -1;
			break;
		}
		case CALC_TERMS_LABEL:
			if (msg->label_set) return -1;
			if (evtag_unmarshal_string(buffer, CALC_TERMS_LABEL, &msg->label_data) < 0) return -1;
			msg->label_set = 1;
			break;
		default:
			return -1;
		}
	}
	return calc_terms_complete(msg);
}

int
calc_terms_complete(struct calc_terms *msg)
{
	(void)msg;
	return 0;
}

void
evtag_marshal_calc_terms(struct evbuffer *buffer, ev_uint32_t tag, const struct calc_terms *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	calc_terms_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_calc_terms(struct evbuffer *buffer, ev_uint32_t wanted, struct calc_terms *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = calc_terms_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}

/* ---- calc_total ---- */

static struct calc_total_access_ calc_total_access_functions_ = {
	.total_assign = calc_total_total_assign,
	.total_get = calc_total_total_get,
	.count_assign = calc_total_count_assign,
	.count_get = calc_total_count_get,
	.label_assign = calc_total_label_assign,
	.label_get = calc_total_label_get,
};

struct calc_total *
calc_total_new(void)
{
	return calc_total_new_with_arg(NULL);
}

struct calc_total *
calc_total_new_with_arg(void *unused)
{
	(void)unused;
	struct calc_total *msg = calloc(1, sizeof(*msg));
	if (msg) msg->base = &calc_total_access_functions_;
	return msg;
}

void
calc_total_free(struct calc_total *msg)
{
	if (!msg) return;
	calc_total_clear(msg);
	free(msg);
}

void
calc_total_clear(struct calc_total *msg)
{
	msg->total_set = 0;
	msg->count_set = 0;
	free(msg->label_data);
	msg->label_data = NULL;
	msg->label_set = 0;
}

int
calc_total_total_assign(struct calc_total *msg, const ev_uint64_t value)
{
	msg->total_data = value;
	msg->total_set = 1;
	return 0;
}

int
calc_total_total_get(struct calc_total *msg, ev_uint64_t *value)
{
	if (!msg->total_set) return -1;
	*value = msg->total_data;
	return 0;
}

int
calc_total_count_assign(struct calc_total *msg, const ev_uint32_t value)
{
	msg->count_data = value;
	msg->count_set = 1;
	return 0;
}

int
calc_total_count_get(struct calc_total *msg, ev_uint32_t *value)
{
	if (!msg->count_set) return -1;
	*value = msg->count_data;
	return 0;
}

int
calc_total_label_assign(struct calc_total *msg, const char *value)
{
	char *copy = strdup(value);
	if (!copy) return -1;
	free(msg->label_data);
	msg->label_data = copy;
	msg->label_set = 1;
	return 0;
}

int
calc_total_label_get(struct calc_total *msg, char **value)
{
	if (!msg->label_set) return -1;
	*value = msg->label_data;
	return 0;
}

void
calc_total_marshal(struct evbuffer *buffer, const struct calc_total *msg)
{
	if (msg->total_set) evtag_marshal_int64(buffer, CALC_TOTAL_TOTAL, msg->total_data);
	if (msg->count_set) evtag_marshal_int(buffer, CALC_TOTAL_COUNT, msg->count_data);
	if (msg->label_set) evtag_marshal_string(buffer, CALC_TOTAL_LABEL, msg->label_data);
}

int
calc_total_unmarshal(struct calc_total *msg, struct evbuffer *buffer)
{
	while (evbuffer_get_length(buffer) > 0) {
		ev_uint32_t tag;
		if (evtag_peek(buffer, &tag) < 0) return -1;
		switch (tag) {
		case CALC_TOTAL_TOTAL:
			if (msg->total_set) return -1;
			if (evtag_unmarshal_int64(buffer, CALC_TOTAL_TOTAL, &msg->total_data) < 0) return -1;
			msg->total_set = 1;
			break;
		case CALC_TOTAL_COUNT:
			if (msg->count_set) return -1;
			if (evtag_unmarshal_int(buffer, CALC_TOTAL_COUNT, &msg->count_data) < 0) return -1;
			msg->count_set = 1;
			break;
		case CALC_TOTAL_LABEL:
			if (msg->label_set) return -1;
			if (evtag_unmarshal_string(buffer, CALC_TOTAL_LABEL, &msg->label_data) < 0) return -1;
			msg->label_set = 1;
			break;
		default:
			return -1;
		}
	}
	return calc_total_complete(msg);
}

int
calc_total_complete(struct calc_total *msg)
{
	if (!msg->total_set) return -1;
	if (!msg->count_set) return -1;
	(void)msg;
	return 0;
}

void
evtag_marshal_calc_total(struct evbuffer *buffer, ev_uint32_t tag, const struct calc_total *msg)
{
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return;
	calc_total_marshal(inner, msg);
	evtag_marshal_buffer(buffer, tag, inner);
	evbuffer_free(inner);
}

int
evtag_unmarshal_calc_total(struct evbuffer *buffer, ev_uint32_t wanted, struct calc_total *msg)
{
	ev_uint32_t tag;
	int result = -1;
	if (rpc_depth_ >= RPC_DEPTH_MAX) return -1;
	struct evbuffer *inner = evbuffer_new();
	if (!inner) return -1;
	rpc_depth_++;
	if (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)
		result = calc_total_unmarshal(msg, inner);
	rpc_depth_--;
	evbuffer_free(inner);
	return result;
}
