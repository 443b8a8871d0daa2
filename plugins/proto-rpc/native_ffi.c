/* SPDX-License-Identifier: BSD-3-Clause */
/* From a signature to libffi's description of a call. */
#include "native_ffi.h"

#include "signature_ffi.h"

bool
native_shape_init(struct native_shape *shape, const struct signature *signature, unsigned pointers)
{
	static const struct signature_type length = {.letter = 'z'};
	unsigned count = 0;
	for (unsigned n = 1; n <= signature->count; n++) {
		shape->types[count++] = signature_ffi_type(signature->types[n]);
		if (signature->types[n].letter == 'b') shape->types[count++] = signature_ffi_type(length);
	}
	while (pointers--)
		shape->types[count++] = &ffi_type_pointer;
	return ffi_prep_cif(&shape->cif, FFI_DEFAULT_ABI, count, signature_ffi_type(signature->types[0]), shape->types) ==
		   FFI_OK;
}
