/* SPDX-License-Identifier: BSD-3-Clause */
/* An array of bulk strings ("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n"), or words on a line for people with telnet ("ECHO hi").
 * A number is never believed before it was compared with a limit, and a request that is not whole says how far it must
 * get before looking at it again is worth the time. */
#include "request.h"

#include <string.h>

#define NUMBER_LINE_MAX 32 /* "*", a number, "\r\n" */

static enum request_status
bad(struct request *request, const char *error)
{
	request->error = error;
	return REQUEST_BAD;
}

static enum request_status
more(struct request *request, size_t size)
{
	request->size = size;
	return REQUEST_MORE;
}

/* The number between a mark at *at and "\r\n"; moves *at behind it. -1 is the only negative one. */
static enum request_status
parse_number(const char *data, size_t len, size_t *at, long *number, struct request *request)
{
	const char *text = data + *at + 1;
	size_t room = len - *at - 1;
	const char *end = memchr(text, '\n', room < NUMBER_LINE_MAX ? room : NUMBER_LINE_MAX);
	if (!end) return room < NUMBER_LINE_MAX ? more(request, len + 1) : bad(request, "number without an end");
	size_t digits = (size_t)(end - text);
	if (digits < 2 || text[--digits] != '\r') return bad(request, "a number must end with CR LF");
	*at += 1 + digits + 2;
	*number = digits == 2 && memcmp(text, "-1", 2) == 0 ? -1 : 0;
	if (*number < 0) return REQUEST_WHOLE;
	if (digits > 9) return bad(request, "number out of range");
	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9') return bad(request, "not a number");
		*number = *number * 10 + (text[i] - '0');
	}
	return REQUEST_WHOLE;
}

static enum request_status
parse_array(const char *data, size_t len, struct request *request)
{
	size_t at = 0;
	long count, size;
	enum request_status status = parse_number(data, len, &at, &count, request);
	if (status != REQUEST_WHOLE) return status;
	if (count > REQUEST_ARGS_MAX) return bad(request, "too many arguments");
	for (long i = 0; i < count; i++) {
		if (at == len) return more(request, at + 1);
		if (data[at] != '$') return bad(request, "expected '$'");
		status = parse_number(data, len, &at, &size, request);
		if (status != REQUEST_WHOLE) return status;
		if (size < 0) return bad(request, "an argument cannot be nothing");
		if (at + (size_t)size + 2 > REQUEST_BYTES_MAX) return bad(request, "request too long");
		if (len - at < (size_t)size + 2) return more(request, at + (size_t)size + 2);
		if (memcmp(data + at + size, "\r\n", 2) != 0) return bad(request, "a string must end with CR LF");
		request->args[request->count++] = (struct request_arg){data + at, (size_t)size};
		at += (size_t)size + 2;
	}
	request->size = at;
	return REQUEST_WHOLE;
}

/* Words between blanks; there are no quotes, so a word cannot hold a blank. */
static enum request_status
parse_line(const char *data, size_t len, struct request *request)
{
	const char *end = memchr(data, '\n', len < REQUEST_LINE_MAX ? len : REQUEST_LINE_MAX);
	if (!end) return len < REQUEST_LINE_MAX ? more(request, len + 1) : bad(request, "line too long");
	request->size = (size_t)(end - data) + 1;
	for (const char *at = data; at < end;) {
		if (*at == ' ' || *at == '\t' || *at == '\r') {
			at++;
			continue;
		}
		if (request->count == REQUEST_ARGS_MAX) return bad(request, "too many arguments");
		const char *word = at;
		while (at < end && *at != ' ' && *at != '\t' && *at != '\r')
			at++;
		request->args[request->count++] = (struct request_arg){word, (size_t)(at - word)};
	}
	return REQUEST_WHOLE;
}

enum request_status
request_parse(const char *data, size_t len, struct request *request)
{
	request->count = 0;
	request->error = NULL;
	if (len == 0) return more(request, 1);
	return data[0] == '*' ? parse_array(data, len, request) : parse_line(data, len, request);
}
