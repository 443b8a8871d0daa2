/* SPDX-License-Identifier: BSD-3-Clause */
/* The service "rpc-native": libffi behind struct event_plugin_native. A plugin of its own, so that only processes that
 * offer native functions, or make stubs, have libffi in them. */
#include <event2/plugin_native.h>
#include <ffi.h>
#include <string.h>

static const struct event_plugin_host *host;

struct shape {
	ffi_cif cif; /* points to types */
	ffi_type *types[EVENT_PLUGIN_NATIVE_ARGUMENTS];
};

struct closure {
	ffi_closure *memory;
	void *code; /* where it is executable, at another address perhaps */
	void (*body)(void *const *arguments, void *arg);
	void *arg;
};

static ffi_type *
type_of(char letter)
{
	switch (letter) {
	case 'c':
		return &ffi_type_sint8;
	case 'C':
		return &ffi_type_uint8;
	case 'h':
		return &ffi_type_sint16;
	case 'H':
		return &ffi_type_uint16;
	case 'i':
		return &ffi_type_sint32;
	case 'I':
		return &ffi_type_uint32;
	case 'l':
		return &ffi_type_sint64;
	case 'L':
		return &ffi_type_uint64;
	case 'z':
		return sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
	case 'd':
		return &ffi_type_double;
	case 'p':
		return &ffi_type_pointer;
	default:
		return NULL;
	}
}

static int
shape_init(void *memory, const char *types)
{
	struct shape *shape = memory;
	unsigned count = 0;
	ffi_type *result = types[0] == 'v' ? &ffi_type_void : type_of(types[0]);
	if (!result || types[1] != ':') return -1;
	for (types += 2; *types; types++) {
		if (count == EVENT_PLUGIN_NATIVE_ARGUMENTS || !type_of(*types)) return -1;
		shape->types[count++] = type_of(*types);
	}
	return ffi_prep_cif(&shape->cif, FFI_DEFAULT_ABI, count, result, shape->types) == FFI_OK ? 0 : -1;
}

/* What libffi leaves: an integer that is narrower than a word is widened to one. */
union returned {
	ffi_arg word;
	int64_t wide;
	double real;
	void *pointer;
};

static void
take_result(struct event_plugin_native_value *result, const ffi_type *type, const union returned *returned)
{
	int64_t wide = type->size <= sizeof(ffi_arg) ? (int64_t)returned->word : returned->wide;
	switch (type->type) {
	case FFI_TYPE_DOUBLE:
		result->d = returned->real;
		return;
	case FFI_TYPE_POINTER:
		result->p = returned->pointer;
		return;
	case FFI_TYPE_SINT8:
		result->i = (int8_t)wide;
		return;
	case FFI_TYPE_UINT8:
		result->u = (uint8_t)wide;
		return;
	case FFI_TYPE_SINT16:
		result->i = (int16_t)wide;
		return;
	case FFI_TYPE_UINT16:
		result->u = (uint16_t)wide;
		return;
	case FFI_TYPE_SINT32:
		result->i = (int32_t)wide;
		return;
	case FFI_TYPE_UINT32:
		result->u = (uint32_t)wide;
		return;
	default:
		result->i = wide;
		return;
	}
}

static void
call(const void *memory, void (*function)(void), struct event_plugin_native_value *result, void *const *arguments)
{
	/* libffi only reads both, and does not say so in its types. */
	ffi_cif *cif = (ffi_cif *)(uintptr_t) & ((const struct shape *)memory)->cif;
	union returned returned = {0};
	ffi_call(cif, FFI_FN(function), &returned, (void **)(uintptr_t)arguments);
	take_result(result, cif->rtype, &returned);
}

/* ---- Functions made at run time ---------------------------------------------------------------------------------- */

/* Where every one of them arrives. */
static void
arrive(ffi_cif *cif, void *result, void **arguments, void *memory)
{
	const struct closure *closure = memory;
	closure->body(arguments, closure->arg);
	if (cif->rtype != &ffi_type_void)
		memset(result, 0, cif->rtype->size > sizeof(ffi_arg) ? cif->rtype->size : sizeof(ffi_arg));
}

static void
closure_free(void *memory)
{
	struct closure *closure = memory;
	if (!closure) return;
	if (closure->memory) ffi_closure_free(closure->memory);
	host->free(closure);
}

static void *
closure_new(void *shape, void (*body)(void *const *arguments, void *arg), void *arg)
{
	struct closure *closure = host->alloc(sizeof(*closure));
	if (!closure) return NULL;
	closure->body = body;
	closure->arg = arg;
	closure->memory = ffi_closure_alloc(sizeof(*closure->memory), &closure->code);
	if (closure->memory &&
		ffi_prep_closure_loc(closure->memory, &((struct shape *)shape)->cif, arrive, closure, closure->code) == FFI_OK)
		return closure;
	closure_free(closure);
	return NULL;
}

static void (*closure_function(const void *closure))(void)
{
	void (*function)(void);
	memcpy(&function, &((const struct closure *)closure)->code, sizeof(function)); /* C has no cast from data to code */
	return function;
}

static int
load(const struct event_plugin_host *given)
{
	host = given;
	return 0;
}

static const struct event_plugin_native table = {
	.head = {sizeof(table), EVENT_PLUGIN_NATIVE_MAJOR, EVENT_PLUGIN_NATIVE_MINOR},
	.shape_size = sizeof(struct shape),
	.shape_init = shape_init,
	.call = call,
	.closure_new = closure_new,
	.closure_function = closure_function,
	.closure_free = closure_free,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_NATIVE_NAME, .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "C functions by their types at run time, by libffi", .load = load, .interface = &table.head);
