/* SPDX-License-Identifier: BSD-3-Clause */
/* The parser alone: every request in every division of its bytes, and what must be refused. */
#include "request.h"

#include <stdio.h>
#include <string.h>

static struct request request;
static int failures;

static void
expect(int truth, const char *text)
{
	if (truth) return;
	failures++;
	fprintf(stderr, "request-test: wrong answer for %.40s\n", text);
}

/* No beginning of a whole request is taken for whole or bad, and none asks for more than there will be. */
static void
whole(const char *text, size_t count)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++)
		expect(request_parse(text, i, &request) == REQUEST_MORE && request.size > i && request.size <= len, text);
	expect(request_parse(text, len, &request) == REQUEST_WHOLE && request.size == len && request.count == count, text);
}

static void
bad(const char *text)
{
	expect(request_parse(text, strlen(text), &request) == REQUEST_BAD && request.error, text);
}

int
main(void)
{
	static char line[REQUEST_LINE_MAX + 1];
	whole("PING\r\n", 1);
	whole("  SET a\tb \n", 3);
	whole("\r\n", 0);
	whole("*0\r\n", 0);
	whole("*-1\r\n", 0);
	whole("*1\r\n$4\r\nPING\r\n", 1);
	whole("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", 2);
	whole("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n\r\n\r\n\r\n", 3);
	bad("*x\r\n");
	bad("*1\n");
	bad("*1025\r\n");
	bad("*99999999999999999999\r\n");
	bad("*1\r\nPING\r\n");
	bad("*1\r\n$-1\r\n");
	bad("*1\r\n$1048576\r\n");
	bad("*1\r\n$4\r\nPINGxx");
	bad("*1111111111111111111111111111111111111111");
	memset(line, 'x', sizeof(line) - 1);
	bad(line);
	printf("request-test: %d failures\n", failures);
	return failures > 0;
}
