/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands in front of the real cmocka.h, which wants four headers before it: so a test may sort its includes. And every
 * test program obeys MKEVENT_TEST_FILTER, a pattern with * and ? of the cases to run. */
#ifndef TESTS_INCLUDE_CMOCKA_H_
#define TESTS_INCLUDE_CMOCKA_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include_next <cmocka.h>

__attribute__((constructor)) static void
tests_obey_filter(void)
{
	const char *pattern = getenv("MKEVENT_TEST_FILTER");
	if (pattern && *pattern) cmocka_set_test_filter(pattern);
}

#endif
