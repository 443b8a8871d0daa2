/* SPDX-License-Identifier: BSD-3-Clause */
/* Of a cross build, the first program that is started: tests/run asks it whether there is any sense in the others. */
#include <stdio.h>

int
main(void)
{
	return puts("sings") < 0;
}
