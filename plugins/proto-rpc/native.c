/* SPDX-License-Identifier: BSD-3-Clause */
/* Native functions that this process offers. Each is an ordinary method: its request is a set of values, its callback
 * has the function called by the service "rpc-native", its reply is what that left, marshalled. */
#include "native.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct native_method {
	struct evrpc method; /* first: the server frees the whole with it */
	struct native_form form;
	evrpc_native_function function;
	const struct event_plugin_native *service;
	alignas(max_align_t) unsigned char shape[]; /* the service's */
};

struct native_request {
	struct native_method *native;
	struct native_values values;
};

struct native_reply {
	struct evbuffer *data;
	bool complete;
};

/* ---- The messages of such a method ------------------------------------------------------------------------------- */

static void *
request_new(void *native)
{
	struct native_request *request = rpc_zalloc(sizeof(*request));
	if (request) request->native = native;
	return request;
}

static void
request_free(void *memory)
{
	struct native_request *request = memory;
	native_values_free(&request->native->form, &request->values);
	rpc_free(request);
}

static int
request_unmarshal(void *memory, struct evbuffer *buffer)
{
	struct native_request *request = memory;
	return native_read(buffer, &request->native->form, &request->values, false) ? 0 : -1;
}

static void *
reply_new(void *native)
{
	(void)native;
	struct native_reply *reply = rpc_zalloc(sizeof(*reply));
	if (reply && !(reply->data = evbuffer_new())) {
		rpc_free(reply);
		reply = NULL;
	}
	return reply;
}

static void
reply_free(void *memory)
{
	struct native_reply *reply = memory;
	evbuffer_free(reply->data);
	rpc_free(reply);
}

static int
reply_complete(void *memory)
{
	return ((struct native_reply *)memory)->complete ? 0 : -1;
}

static void
reply_marshal(struct evbuffer *buffer, void *memory)
{
	(void)evbuffer_add_buffer(buffer, ((struct native_reply *)memory)->data);
}

/* ---- A call ------------------------------------------------------------------------------------------------------ */

/* Makes what the function is going to fill, and gathers where its arguments are. False when there is no memory. */
static bool
gather(struct native_request *request, void *parameters[NATIVE_PARAMETERS])
{
	const struct native_form *form = &request->native->form;
	unsigned count = 0;
	for (unsigned n = 1; n <= form->signature.count; n++) {
		struct native_value *value = &request->values.at[n];
		char letter = form->signature.types[n].letter;
		parameters[count++] = &value->slot;
		if (letter == 'b') parameters[count++] = &value->len;
		if (!signature_is_out(form->signature.types[n])) continue;
		value->slot.pointer = letter == 'B' ? (void *)evbuffer_new() : form->messages[n]->make(NULL);
		value->ours = value->slot.pointer != NULL;
		if (!value->ours) return false;
	}
	return true;
}

static void
take_result(struct native_value *value, struct signature_type type, const struct event_plugin_native_value *returned)
{
	if (signature_width(type))
		native_set_int(value, type, returned->u);
	else if (type.letter == 'd')
		value->slot.real = returned->d;
	else if (signature_is_text(type))
		value->slot.pointer = returned->p;
	value->ours = type.letter == 'S' && returned->p;
}

/* What the function did wrong, or NULL. */
static const char *
fault(const struct native_form *form, const struct native_values *values)
{
	const struct signature_type type = form->signature.types[0];
	if (signature_is_text(type) && !type.nullable && !values->at[0].slot.pointer)
		return "returned NULL, which only a '?' allows";
	for (unsigned n = 1; n <= form->signature.count; n++)
		if (form->signature.types[n].letter == 'M' && form->messages[n]->complete(values->at[n].slot.pointer) < 0)
			return "left a message incomplete";
	return NULL;
}

static void
serve(struct evrpc_req_generic *call, void *arg)
{
	struct native_method *native = arg;
	struct native_request *request = plugin_evrpc_get_request(call);
	struct native_reply *reply = plugin_evrpc_get_reply(call);
	void *parameters[NATIVE_PARAMETERS];
	struct event_plugin_native_value returned = {0};
	if (gather(request, parameters)) {
		native->service->call(native->shape, native->function, &returned, parameters);
		take_result(&request->values.at[0], native->form.signature.types[0], &returned);
		const char *what = fault(&native->form, &request->values);
		if (what)
			rpc_host->log(
				EVENT_PLUGIN_LOG_WARN, "evrpc: native function %s %s; the call fails", native->method.uri, what);
		else
			reply->complete = native_write(reply->data, &native->form, &request->values, true);
	}
	plugin_evrpc_request_done(call);
}

/* ---- Registration ------------------------------------------------------------------------------------------------ */

static bool
name_is_fine(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	return *name && name[strspn(name, allowed)] == '\0';
}

static int
offer(struct evrpc_base *base, const char *who, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_function function)
{
	struct native_method *native = NULL;
	const char *what = "no memory";
	if (!function || !name_is_fine(name)) {
		what = function ? "the name may have letters, digits, '.', '_' and '-' only" : "the function is NULL";
		goto fail;
	}
	what = "there is no service rpc-native";
	const struct event_plugin_native *service = native_service();
	if (!service) goto fail;
	what = "no memory";
	native = rpc_zalloc(sizeof(*native) + service->shape_size);
	if (!native) goto fail;
	if (native_form_init(&native->form, who, name, signature, messages) < 0) {
		rpc_free(native);
		return -1;
	}
	what = "such a function cannot be called here";
	if (!native_shape_init(service, native->shape, &native->form.signature, 0)) goto fail;
	native->service = service;
	native->function = function;
	native->method = (struct evrpc){.uri = rpc_strdup(name),
		.request_new = request_new,
		.request_new_arg = native,
		.request_free = request_free,
		.request_unmarshal = request_unmarshal,
		.reply_new = reply_new,
		.reply_free = reply_free,
		.reply_complete = reply_complete,
		.reply_marshal = reply_marshal};
	what = "the name is taken, or there is no memory";
	if (!native->method.uri || plugin_evrpc_register_rpc(base, &native->method, serve, native) < 0) goto fail;
	return 0;
fail:
	rpc_host->log(EVENT_PLUGIN_LOG_WARN, "%s: \"%s\" is not offered: %s", who, name, what);
	if (native) rpc_free((char *)(uintptr_t)native->method.uri);
	rpc_free(native);
	return -1;
}

int
plugin_evrpc_native_register(struct evrpc_base *base, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_function function)
{
	return offer(base, "evrpc_native_register", name, signature, messages, function);
}

struct search {
	const char *plugin, *function;
	struct event_plugin_call found;
};

static int
look_into(const struct event_plugin_info *info, void *arg)
{
	struct search *search = arg;
	const struct event_plugin_descriptor *plugin = info->descriptor;
	if (!plugin || strcmp(info->name, search->plugin) != 0) return 0;
	if (plugin->size < offsetof(struct event_plugin_descriptor, calls) + sizeof(plugin->calls)) return 1;
	for (const struct event_plugin_call *call = plugin->calls; call && call->name; call++)
		if (strcmp(call->name, search->function) == 0) search->found = *call;
	return 1;
}

int
plugin_evrpc_native_publish(struct evrpc_base *base, const char *plugin, const char *function)
{
	struct search search = {plugin, function, {NULL, NULL, NULL}};
	size_t size = strlen(plugin) + strlen(function) + 2;
	if (event_plugin_load(plugin) < 0) return -1; /* and it has said why */
	(void)event_plugin_foreach(look_into, &search);
	if (!search.found.name || !search.found.signature) {
		rpc_host->log(EVENT_PLUGIN_LOG_WARN,
			"evrpc_native_publish: plugin %s lists no function %s with a signature; its descriptor's calls are what "
			"can be "
			"offered",
			plugin, function);
		return -1;
	}
	char *name = rpc_host->alloc(size);
	if (!name) return -1;
	snprintf(name, size, "%s.%s", plugin, function);
	int result = offer(base, "evrpc_native_publish", name, search.found.signature, NULL, search.found.function);
	rpc_free(name);
	return result;
}
