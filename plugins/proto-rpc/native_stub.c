/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions made at run time: each has the C type of a signature and calls the remote function of its name. */
#include "native.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

struct evrpc_native_stub {
	struct evrpc_pool *pool;
	struct native_form form;
	evrpc_native_cb cb; /* NULL: each call brings its own */
	void *cb_arg;
	const struct event_plugin_native *service;
	void *closure;
	char *name;                                 /* behind the shape */
	alignas(max_align_t) unsigned char shape[]; /* the service's */
};

static void
take_argument(struct native_value *value, struct signature_type type, const void *at)
{
	unsigned width = signature_width(type);
	if (width)
		memcpy(&value->slot, at, width);
	else if (type.letter == 'd')
		value->slot.real = *(const double *)at;
	else
		value->slot.pointer = *(void *const *)at;
	value->set = true;
}

/* The body of every stub. */
static void
run(void *const *parameters, void *arg)
{
	struct evrpc_native_stub *stub = arg;
	struct native_values values = {0};
	struct evrpc_status unstarted = {.error = EVRPC_STATUS_ERR_UNSTARTED};
	evrpc_native_cb cb = stub->cb;
	void *cb_arg = stub->cb_arg;
	for (unsigned n = 1; n <= stub->form.signature.count; n++) {
		take_argument(&values.at[n], stub->form.signature.types[n], *parameters++);
		if (stub->form.signature.types[n].letter == 'b') values.at[n].len = *(const size_t *)*parameters++;
	}
	if (!cb) {
		cb = *(evrpc_native_cb *)*parameters++;
		cb_arg = *(void **)*parameters;
	}
	if (native_call_values(stub->pool, "evrpc stub", stub->name, &stub->form, &values, cb, cb_arg) < 0)
		cb(&unstarted, NULL, cb_arg);
}

struct evrpc_native_stub *
plugin_evrpc_native_stub_new(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg)
{
	size_t size = strlen(name) + 1;
	const char *what = "there is no service rpc-native";
	struct evrpc_native_stub *stub = NULL;
	const struct event_plugin_native *service = native_service();
	if (!service) goto fail;
	what = "no memory";
	stub = rpc_zalloc(sizeof(*stub) + service->shape_size + size);
	if (!stub) goto fail;
	stub->service = service;
	stub->name = memcpy(stub->shape + service->shape_size, name, size);
	stub->pool = pool;
	stub->cb = cb;
	stub->cb_arg = cb_arg;
	if (native_form_init(&stub->form, "evrpc_native_stub_new", name, signature, messages) < 0) {
		rpc_free(stub);
		return NULL;
	}
	what = "such a function cannot be made here";
	if (!native_shape_init(service, stub->shape, &stub->form.signature, cb ? 0 : 2)) goto fail;
	what = "the system gives no memory for code";
	stub->closure = service->closure_new(stub->shape, run, stub);
	if (stub->closure) return stub;
fail:
	rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evrpc_native_stub_new: no stub of %s: %s", name, what);
	plugin_evrpc_native_stub_free(stub);
	return NULL;
}

evrpc_native_function
plugin_evrpc_native_stub_function(struct evrpc_native_stub *stub)
{
	return stub->service->closure_function(stub->closure);
}

void
plugin_evrpc_native_stub_free(struct evrpc_native_stub *stub)
{
	if (!stub) return;
	stub->service->closure_free(stub->closure);
	rpc_free(stub);
}
