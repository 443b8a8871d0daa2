/* SPDX-License-Identifier: BSD-3-Clause */
/* The letters of a signature as libffi's types: for the plugin and for event-plugin(1). */
#ifndef PROTO_RPC_SIGNATURE_FFI_H_
#define PROTO_RPC_SIGNATURE_FFI_H_

#include "signature.h"

#include <ffi.h>

/* Texts, buffers and messages are pointers. */
ffi_type *signature_ffi_type(struct signature_type type);

#endif
