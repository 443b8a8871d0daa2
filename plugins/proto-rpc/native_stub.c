/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions made at run time: each has the C type of a signature and calls the remote function of its name. */
#include "native_ffi.h"

#include <string.h>

struct evrpc_native_stub {
	struct evrpc_pool *pool;
	struct native_form form;
	struct native_shape shape;
	evrpc_native_cb cb; /* NULL: each call brings its own */
	void *cb_arg;
	ffi_closure *closure;
	void *code;
	char name[];
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
run(ffi_cif *cif, void *result, void **parameters, void *arg)
{
	struct evrpc_native_stub *stub = arg;
	struct native_values values = {0};
	struct evrpc_status unstarted = {.error = EVRPC_STATUS_ERR_UNSTARTED};
	evrpc_native_cb cb = stub->cb;
	void *cb_arg = stub->cb_arg;
	for (unsigned n = 1; n <= stub->form.signature.count; n++) {
		take_argument(&values.at[n], stub->form.signature.types[n], *parameters++);
		if (stub->form.signature.types[n].letter == 'b') values.at[n].len = *(size_t *)*parameters++;
	}
	if (!cb) {
		cb = *(evrpc_native_cb *)*parameters++;
		cb_arg = *(void **)*parameters;
	}
	if (cif->rtype != &ffi_type_void)
		memset(result, 0, cif->rtype->size > sizeof(ffi_arg) ? cif->rtype->size : sizeof(ffi_arg));
	if (native_call_values(stub->pool, "evrpc stub", stub->name, &stub->form, &values, cb, cb_arg) < 0)
		cb(&unstarted, NULL, cb_arg);
}

struct evrpc_native_stub *
plugin_evrpc_native_stub_new(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg)
{
	size_t size = strlen(name) + 1;
	const char *what = "no memory";
	struct evrpc_native_stub *stub = rpc_zalloc(sizeof(*stub) + size);
	if (!stub) goto fail;
	memcpy(stub->name, name, size);
	stub->pool = pool;
	stub->cb = cb;
	stub->cb_arg = cb_arg;
	if (native_form_init(&stub->form, "evrpc_native_stub_new", name, signature, messages) < 0) {
		rpc_free(stub);
		return NULL;
	}
	what = "the system gives libffi no memory for code";
	stub->closure = ffi_closure_alloc(sizeof(*stub->closure), &stub->code);
	if (!stub->closure) goto fail;
	what = "libffi cannot make such a function here";
	if (native_shape_init(&stub->shape, &stub->form.signature, cb ? 0 : 2) &&
		ffi_prep_closure_loc(stub->closure, &stub->shape.cif, run, stub, stub->code) == FFI_OK)
		return stub;
fail:
	rpc_host->log(EVENT_PLUGIN_LOG_WARN, "evrpc_native_stub_new: no stub of %s: %s", name, what);
	plugin_evrpc_native_stub_free(stub);
	return NULL;
}

evrpc_native_function
plugin_evrpc_native_stub_function(struct evrpc_native_stub *stub)
{
	evrpc_native_function function;
	memcpy(&function, &stub->code, sizeof(function)); /* C has no cast from data to code */
	return function;
}

void
plugin_evrpc_native_stub_free(struct evrpc_native_stub *stub)
{
	if (!stub) return;
	if (stub->closure) ffi_closure_free(stub->closure);
	rpc_free(stub);
}
