/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of failures, made where the failure is known, without allocating. */
#include "config.h"

#include "registry/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
why_set(struct why *why, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (vsnprintf(why->text, sizeof(why->text), format, arguments) < 0) why->text[0] = '\0';
	va_end(arguments);
	return false;
}

void
why_add(struct why *why, const char *format, ...)
{
	size_t used = strlen(why->text);
	va_list arguments;
	va_start(arguments, format);
	if (vsnprintf(why->text + used, sizeof(why->text) - used, format, arguments) < 0) why->text[used] = '\0';
	va_end(arguments);
}
