/* SPDX-License-Identifier: BSD-3-Clause */
/* Native functions of another process, called by name. A call is an ordinary one whose request was marshalled at once,
 * and whose reply is read into values. */
#include "native.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <string.h>

struct native_call {
	struct native_form form;
	struct native_values values;                       /* the reply's */
	struct evbuffer *outputs[1 + SIGNATURE_ARGUMENTS]; /* the caller's, of each B */
	struct evbuffer *body;
	evrpc_native_cb cb;
	void *cb_arg;
};

static void
call_release(void *memory)
{
	struct native_call *call = memory;
	native_values_free(&call->form, &call->values);
	if (call->body) evbuffer_free(call->body);
	rpc_free(call);
}

static void
call_marshal(struct evbuffer *buffer, void *memory)
{
	struct native_call *call = memory;
	(void)evbuffer_add_buffer(buffer, call->body);
}

static void
call_clear(void *memory)
{
	struct native_call *call = memory;
	for (unsigned n = 1; n <= call->form.signature.count; n++)
		if (call->form.signature.types[n].letter == 'M') call->form.messages[n]->clear(call->values.at[n].slot.pointer);
}

static int
call_unmarshal(void *memory, struct evbuffer *buffer)
{
	struct native_call *call = memory;
	for (unsigned n = 1; n <= call->form.signature.count; n++)
		if (call->form.signature.types[n].letter == 'M') call->form.messages[n]->clear(call->values.at[n].slot.pointer);
	if (!native_read(buffer, &call->form, &call->values, true)) return -1;
	for (unsigned n = 1; n <= call->form.signature.count; n++)
		if (call->outputs[n] && evbuffer_add_buffer(call->outputs[n], call->values.at[n].slot.pointer) < 0) return -1;
	return 0;
}

static struct evrpc_native_value
public_value(const struct native_value *value, struct signature_type type)
{
	struct evrpc_native_value result = {0};
	switch (type.letter) {
	case 'c':
		result.i = (int8_t)value->slot.u8;
		break;
	case 'h':
		result.i = (int16_t)value->slot.u16;
		break;
	case 'i':
		result.i = (int32_t)value->slot.u32;
		break;
	case 'd':
		result.d = value->slot.real;
		break;
	case 's':
	case 'S':
		result.s = value->slot.pointer;
		break;
	default:
		result.u = native_get_int(value, type);
		break;
	}
	return result;
}

static void
call_done(struct evrpc_status *status, void *request, void *reply, void *arg)
{
	struct native_call *call = request;
	(void)reply, (void)arg;
	/* A refusal without a body would be read as the reply of a function without a result. */
	if (status->error == EVRPC_STATUS_ERR_NONE &&
		rpc_http->evhttp_request_get_response_code(status->http_req) != HTTP_OK)
		status->error = EVRPC_STATUS_ERR_BADPAYLOAD;
	struct evrpc_native_value result = {0};
	if (call->form.signature.types[0].letter != 'v')
		result = public_value(&call->values.at[0], call->form.signature.types[0]);
	call->cb(status, status->error == EVRPC_STATUS_ERR_NONE ? &result : NULL, call->cb_arg);
}

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

/* Why the argument cannot be sent, or NULL. */
static const char *
objection(const struct native_form *form, unsigned n, const struct native_value *value)
{
	const struct signature_type type = form->signature.types[n];
	switch (type.letter) {
	case 's':
		return value->slot.pointer || type.nullable ? NULL : "is NULL; the type ?s would allow that";
	case 'b':
		return value->slot.pointer || !value->len ? NULL : "is NULL, but its length is not 0";
	case 'B':
	case 'M':
		return value->slot.pointer ? NULL : "is NULL";
	case 'm':
		if (!value->slot.pointer) return "is NULL";
		return form->messages[n]->complete(value->slot.pointer) < 0 ? "is not complete" : NULL;
	default:
		return NULL;
	}
}

static bool
acceptable(const char *who, const char *name, const struct native_form *form, const struct native_values *values)
{
	for (unsigned n = 1; n <= form->signature.count; n++) {
		const char *what = objection(form, n, &values->at[n]);
		if (!what) continue;
		rpc_host->log(
			EVENT_PLUGIN_LOG_WARN, "%s: %s: argument %u of \"%s\" %s", who, name, n, form->signature.text, what);
		return false;
	}
	return true;
}

static void
take_argument(struct native_value *value, struct signature_type type, va_list *list)
{
	switch (type.letter) {
	case 'c':
	case 'C':
	case 'h':
	case 'H':
	case 'i':
		native_set_int(value, type, (uint64_t)va_arg(*list, int));
		break;
	case 'I':
		native_set_int(value, type, va_arg(*list, uint32_t));
		break;
	case 'l':
	case 'L':
		native_set_int(value, type, va_arg(*list, uint64_t));
		break;
	case 'z':
		native_set_int(value, type, va_arg(*list, size_t));
		break;
	case 'd':
		value->slot.real = va_arg(*list, double);
		break;
	case 'b':
		value->slot.pointer = va_arg(*list, void *);
		value->len = va_arg(*list, size_t);
		break;
	default:
		value->slot.pointer = va_arg(*list, void *);
		break;
	}
	value->set = true;
}

/* ---- Calls ------------------------------------------------------------------------------------------------------- */

int
native_call_values(struct evrpc_pool *pool, const char *who, const char *name, const struct native_form *form,
	struct native_values *values, evrpc_native_cb cb, void *cb_arg)
{
	if (!acceptable(who, name, form, values)) return -1;
	struct native_call *call = rpc_zalloc(sizeof(*call));
	if (!call) goto no_memory;
	call->form = *form;
	call->cb = cb;
	call->cb_arg = cb_arg;
	for (unsigned n = 1; n <= form->signature.count; n++) {
		if (form->signature.types[n].letter == 'B') call->outputs[n] = values->at[n].slot.pointer;
		if (form->signature.types[n].letter == 'M') call->values.at[n].slot.pointer = values->at[n].slot.pointer;
	}
	call->body = evbuffer_new();
	if (!call->body || !native_write(call->body, form, values, false)) goto no_memory;
	struct evrpc_request_wrapper *wrapper = plugin_evrpc_make_request_ctx(
		pool, call, call, name, call_marshal, call_clear, call_unmarshal, call_done, NULL);
	if (!wrapper) goto no_memory;
	rpc_call_on_free(wrapper, call_release);
	return plugin_evrpc_make_request(wrapper);
no_memory:
	rpc_host->log(EVENT_PLUGIN_LOG_WARN, "%s: %s: no memory; it is not called", who, name);
	if (call) call_release(call);
	return -1;
}

int
plugin_evrpc_native_vcall(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg, va_list arguments)
{
	struct native_form form;
	struct native_values values = {0};
	va_list list;
	if (native_form_init(&form, "evrpc_native_call", name, signature, messages) < 0) return -1;
	va_copy(list, arguments);
	for (unsigned n = 1; n <= form.signature.count; n++)
		take_argument(&values.at[n], form.signature.types[n], &list);
	va_end(list);
	return native_call_values(pool, "evrpc_native_call", name, &form, &values, cb, cb_arg);
}
