/* SPDX-License-Identifier: BSD-3-Clause */
/* How libffi sees a signature. */
#ifndef PROTO_RPC_NATIVE_FFI_H_
#define PROTO_RPC_NATIVE_FFI_H_

#include "native.h"

#include <ffi.h>

#define NATIVE_PARAMETERS (2 * SIGNATURE_ARGUMENTS) /* at most: b is two */

struct native_shape {
	ffi_cif cif; /* points to types */
	ffi_type *types[NATIVE_PARAMETERS + 2];
};

/* pointers: further parameters of that type, at the end. The shape must stay where it is. False when libffi does not
 * know how to call such a function. */
bool native_shape_init(struct native_shape *shape, const struct signature *signature, unsigned pointers);

#endif
