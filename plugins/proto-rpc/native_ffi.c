/* SPDX-License-Identifier: BSD-3-Clause */
/* From a signature to libffi's types. */
#include "native_ffi.h"

static ffi_type *
type_of(struct signature_type type)
{
	switch (type.letter) {
	case 'v':
		return &ffi_type_void;
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
	default:
		return &ffi_type_pointer;
	}
}

bool
native_shape_init(struct native_shape *shape, const struct signature *signature, unsigned pointers)
{
	static const struct signature_type length = {.letter = 'z'};
	unsigned count = 0;
	for (unsigned n = 1; n <= signature->count; n++) {
		shape->types[count++] = type_of(signature->types[n]);
		if (signature->types[n].letter == 'b') shape->types[count++] = type_of(length);
	}
	while (pointers--)
		shape->types[count++] = &ffi_type_pointer;
	return ffi_prep_cif(&shape->cif, FFI_DEFAULT_ABI, count, type_of(signature->types[0]), shape->types) == FFI_OK;
}
