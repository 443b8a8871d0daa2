/* SPDX-License-Identifier: BSD-3-Clause */
/* Native functions: what the server's and the client's half share. */
#ifndef PROTO_RPC_NATIVE_H_
#define PROTO_RPC_NATIVE_H_

#include "rpc.h"
#include "signature.h"

#include <event2/plugin_native.h>

/* A signature with the types of its messages, by position as in signature.types. */
struct native_form {
	struct signature signature;
	const struct evrpc_native_message *messages[1 + SIGNATURE_ARGUMENTS];
};

/* Returns 0, or -1 after a log line that begins with who and name. */
int native_form_init(struct native_form *form, const char *who, const char *name, const char *text,
	const struct evrpc_native_message *const *messages);

/* One value as C holds it: its address is what a call wants. */
union native_slot {
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	double real;
	void *pointer; /* s, b; struct evbuffer * of B; a message */
};

struct native_value {
	union native_slot slot;
	size_t len; /* of b */
	bool set;
	bool ours; /* what pointer leads to */
};

/* By position, as in signature.types. */
struct native_values {
	struct native_value at[1 + SIGNATURE_ARGUMENTS];
};

/* Integers in a slot are of the type's width, and here two's complement of that width. */
void native_set_int(struct native_value *value, struct signature_type type, uint64_t number);
uint64_t native_get_int(const struct native_value *value, struct signature_type type);

/* Writes the half of the values that goes in a request or in a reply. False when there is no memory. */
bool native_write(
	struct evbuffer *buffer, const struct native_form *form, const struct native_values *values, bool reply);

/* Reads that half, all of the buffer. The values begin empty, except that an M may have a message to be filled.
 * False when it is not what the signature says, or there is no memory; the values are then partly filled. */
bool native_read(struct evbuffer *buffer, const struct native_form *form, struct native_values *values, bool reply);

/* Frees what is ours. */
void native_values_free(const struct native_form *form, struct native_values *values);

/* ---- The service that calls C functions, and makes them ---------------------------------------------------------- */

#define NATIVE_PARAMETERS (2 * SIGNATURE_ARGUMENTS) /* at most: b is two */

/* Loads it, if need be. NULL after a log line, when it cannot be had. */
const struct event_plugin_native *native_service(void);

/* pointers: further parameters of that type, at the end. False when such a function cannot be called here. */
bool native_shape_init(
	const struct event_plugin_native *service, void *shape, const struct signature *signature, unsigned pointers);

/* ---- Calls ------------------------------------------------------------------------------------------------------- */

/* Calls with values, in which every argument is set: 0, or -1 with a log line. */
int native_call_values(struct evrpc_pool *pool, const char *who, const char *name, const struct native_form *form,
	struct native_values *values, evrpc_native_cb cb, void *cb_arg);

#endif
