/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of native calls: between C and tagged data. Nothing is allocated for a length that is not there. */
#include "codec.h"
#include "native.h"

#include <event2/buffer.h>
#include <limits.h>
#include <string.h>

int
native_form_init(struct native_form *form, const char *who, const char *name, const char *text,
	const struct evrpc_native_message *const *messages)
{
	struct signature_error error;
	memset(form, 0, sizeof(*form));
	if (signature_parse(text, &form->signature, &error) < 0) {
		rpc_host->log(EVENT_PLUGIN_LOG_WARN,
			"%s: %s: signature \"%s\", at byte %zu: %s; event2/rpc_native.h has the types", who, name, text, error.at,
			error.what);
		return -1;
	}
	for (unsigned n = 1, found = 0; n <= form->signature.count; n++) {
		if (!signature_is_message(form->signature.types[n])) continue;
		form->messages[n] = messages ? messages[found++] : NULL;
		if (form->messages[n]) continue;
		rpc_host->log(EVENT_PLUGIN_LOG_WARN,
			"%s: %s: argument %u of \"%s\" is a message, and there is no struct evrpc_native_message for it", who, name,
			n, text);
		return -1;
	}
	return 0;
}

void
native_set_int(struct native_value *value, struct signature_type type, uint64_t number)
{
	switch (signature_width(type)) {
	case 1:
		value->slot.u8 = (uint8_t)number;
		break;
	case 2:
		value->slot.u16 = (uint16_t)number;
		break;
	case 4:
		value->slot.u32 = (uint32_t)number;
		break;
	default:
		value->slot.u64 = number;
		break;
	}
	value->set = true;
}

uint64_t
native_get_int(const struct native_value *value, struct signature_type type)
{
	switch (signature_width(type)) {
	case 1:
		return value->slot.u8;
	case 2:
		return value->slot.u16;
	case 4:
		return value->slot.u32;
	default:
		return value->slot.u64;
	}
}

void
native_values_free(const struct native_form *form, struct native_values *values)
{
	for (unsigned n = 0; n <= form->signature.count; n++) {
		struct native_value *value = &values->at[n];
		if (!value->ours) continue;
		value->ours = false;
		if (form->messages[n])
			form->messages[n]->free(value->slot.pointer);
		else if (form->signature.types[n].letter == 'B')
			evbuffer_free(value->slot.pointer);
		else
			rpc_free(value->slot.pointer);
		value->slot.pointer = NULL;
	}
}

/* Whether the value at n is part of a request or of a reply. */
static bool
goes(const struct signature *signature, unsigned n, bool reply)
{
	if (n == 0) return reply && signature->types[0].letter != 'v';
	return signature_is_out(signature->types[n]) == reply;
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static bool
put(struct evbuffer *buffer, uint32_t tag, const void *data, size_t len)
{
	return len <= INT_MAX && rpc_put_header(buffer, tag, (uint32_t)len, len) && evbuffer_add(buffer, data, len) == 0;
}

static bool
put_double(struct evbuffer *buffer, uint32_t tag, double real)
{
	unsigned char bytes[8];
	uint64_t bits;
	memcpy(&bits, &real, sizeof(bits));
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(bits >> (56 - 8 * i));
	return put(buffer, tag, bytes, sizeof(bytes));
}

static bool
put_buffer(struct evbuffer *buffer, uint32_t tag, struct evbuffer *data)
{
	size_t len = evbuffer_get_length(data);
	return len <= INT_MAX && rpc_put_header(buffer, tag, (uint32_t)len, 0) && evbuffer_add_buffer(buffer, data) == 0;
}

static bool
put_message(
	struct evbuffer *buffer, uint32_t tag, const struct evrpc_native_message *message, const struct native_value *value)
{
	struct evbuffer *data = evbuffer_new();
	if (!data) return false;
	message->marshal(data, value->slot.pointer);
	bool done = put_buffer(buffer, tag, data);
	evbuffer_free(data);
	return done;
}

static bool
put_value(struct evbuffer *buffer, uint32_t tag, const struct native_form *form, const struct native_values *values,
	unsigned n)
{
	const struct native_value *value = &values->at[n];
	const struct signature_type type = form->signature.types[n];
	switch (type.letter) {
	case 'd':
		return put_double(buffer, tag, value->slot.real);
	case 's':
	case 'S':
		if (!value->slot.pointer) return true; /* ?s: there is no item */
		return put(buffer, tag, value->slot.pointer, strlen(value->slot.pointer));
	case 'b':
		return put(buffer, tag, value->slot.pointer, value->len);
	case 'B':
		return put_buffer(buffer, tag, value->slot.pointer);
	case 'm':
	case 'M':
		return put_message(buffer, tag, form->messages[n], value);
	default: {
		unsigned char bytes[9];
		return put(buffer, tag, bytes, codec_put_int(bytes, native_get_int(value, type)));
	}
	}
}

bool
native_write(struct evbuffer *buffer, const struct native_form *form, const struct native_values *values, bool reply)
{
	const struct signature *signature = &form->signature;
	uint32_t tag = 0;
	if (!reply && !put(buffer, 0, signature->text, strlen(signature->text))) return false;
	for (unsigned n = 0; n <= signature->count; n++)
		if (goes(signature, n, reply) && !put_value(buffer, ++tag, form, values, n)) return false;
	return true;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Takes the payload of the item in front, with a zero behind it; the caller frees it. NULL when it is cut short. */
static char *
take_payload(struct evbuffer *buffer, size_t *len)
{
	uint32_t tag;
	int found = plugin_evtag_unmarshal_header(buffer, &tag);
	if (found < 0) return NULL;
	char *payload = rpc_host->alloc((size_t)found + 1);
	if (!payload) return NULL;
	if (evbuffer_remove(buffer, payload, (size_t)found) != found) {
		rpc_free(payload);
		return NULL;
	}
	payload[found] = '\0';
	*len = (size_t)found;
	return payload;
}

static bool
take_int(struct evbuffer *buffer, uint32_t tag, struct signature_type type, struct native_value *value)
{
	uint64_t number;
	unsigned width = signature_width(type);
	if (plugin_evtag_unmarshal_int64(buffer, tag, &number) < 0) return false;
	if (width < 8 && number >> (8 * width)) return false;
	native_set_int(value, type, number);
	return true;
}

static bool
take_double(struct evbuffer *buffer, uint32_t tag, struct native_value *value)
{
	unsigned char bytes[8];
	uint64_t bits = 0;
	if (plugin_evtag_unmarshal_fixed(buffer, tag, bytes, sizeof(bytes)) < 0) return false;
	for (unsigned i = 0; i < 8; i++)
		bits = bits << 8 | bytes[i];
	memcpy(&value->slot.real, &bits, sizeof(bits));
	return true;
}

static bool
take_message(struct evbuffer *buffer, const struct evrpc_native_message *message, struct native_value *value)
{
	uint32_t tag;
	struct evbuffer *data = evbuffer_new();
	bool done = false;
	if (!data || plugin_evtag_unmarshal(buffer, &tag, data) < 0) goto out;
	if (!value->slot.pointer) {
		value->slot.pointer = message->make(NULL);
		value->ours = value->slot.pointer != NULL;
	}
	done = value->slot.pointer && message->unmarshal(value->slot.pointer, data) >= 0;
out:
	if (data) evbuffer_free(data);
	return done;
}

static bool
take_value(
	struct evbuffer *buffer, uint32_t tag, const struct native_form *form, unsigned n, struct native_value *value)
{
	const struct signature_type type = form->signature.types[n];
	switch (type.letter) {
	case 'd':
		return take_double(buffer, tag, value);
	case 's':
	case 'S':
	case 'b':
		value->slot.pointer = take_payload(buffer, &value->len);
		value->ours = value->slot.pointer != NULL;
		/* A zero within would make the text another one for C than for whoever checked it. */
		return value->ours && (type.letter == 'b' || strlen(value->slot.pointer) == value->len);
	case 'B':
		value->slot.pointer = evbuffer_new();
		value->ours = value->slot.pointer != NULL;
		return value->ours && plugin_evtag_unmarshal(buffer, &tag, value->slot.pointer) >= 0;
	case 'm':
	case 'M':
		return take_message(buffer, form->messages[n], value);
	default:
		return take_int(buffer, tag, type, value);
	}
}

/* The signature that the caller sent along. */
static bool
take_signature(struct evbuffer *buffer, const struct signature *signature)
{
	size_t len;
	char *theirs = take_payload(buffer, &len);
	bool same = theirs && strlen(theirs) == len && strcmp(theirs, signature->text) == 0;
	rpc_free(theirs);
	return same;
}

/* Position of the value that has this tag, or -1. */
static int
position(const struct signature *signature, uint32_t wanted, bool reply)
{
	uint32_t tag = 0;
	for (unsigned n = 0; n <= signature->count; n++)
		if (goes(signature, n, reply) && ++tag == wanted) return (int)n;
	return -1;
}

bool
native_read(struct evbuffer *buffer, const struct native_form *form, struct native_values *values, bool reply)
{
	const struct signature *signature = &form->signature;
	while (evbuffer_get_length(buffer) > 0) {
		uint32_t tag;
		if (plugin_evtag_peek(buffer, &tag) < 0) return false;
		if (tag == 0 && !reply) {
			if (!take_signature(buffer, signature)) return false;
			continue;
		}
		int n = position(signature, tag, reply);
		if (n < 0 || values->at[n].set) return false;
		if (!take_value(buffer, tag, form, (unsigned)n, &values->at[n])) return false;
		values->at[n].set = true;
	}
	for (unsigned n = 0; n <= signature->count; n++)
		if (goes(signature, n, reply) && !values->at[n].set && !signature->types[n].nullable) return false;
	return true;
}
