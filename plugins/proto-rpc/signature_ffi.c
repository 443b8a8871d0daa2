/* SPDX-License-Identifier: BSD-3-Clause */
/* See signature_ffi.h. */
#include "signature_ffi.h"

ffi_type *
signature_ffi_type(struct signature_type type)
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
