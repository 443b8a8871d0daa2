/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON (RFC 8259) on standard output. */
#include "tool.h"

#include <stdio.h>

static bool first = true;

static void
put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void
begin(const char *name)
{
	if (!first) putchar(',');
	first = false;
	if (!name) return;
	put_string(name);
	putchar(':');
}

void
json_open(const char *name, char bracket)
{
	begin(name);
	putchar(bracket);
	first = true;
}

void
json_close(char bracket)
{
	putchar(bracket);
	first = false;
}

void
json_text(const char *name, const char *value)
{
	begin(name);
	if (value)
		put_string(value);
	else
		fputs("null", stdout);
}

void
json_number(const char *name, double value)
{
	begin(name);
	printf("%.15g", value);
}
