/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands in front of the real cmocka.h, which wants these four before it: so a test may sort its includes. */
#ifndef TESTS_INCLUDE_CMOCKA_H_
#define TESTS_INCLUDE_CMOCKA_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include_next <cmocka.h>

#endif
