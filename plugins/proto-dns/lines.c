/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines and words. A zero byte is white space, so that a word never holds one. */
#include "lines.h"

#include <string.h>

void
dns_lines_init(struct dns_lines *lines, const char *text, size_t length, const char *comment)
{
	lines->at = lines->line = text;
	lines->end = text + length;
	lines->comment = comment;
	lines->number = 0;
}

bool
dns_line_next(struct dns_lines *lines)
{
	lines->at = lines->line;
	if (lines->number && lines->at < lines->end) lines->at++; /* the line feed */
	if (lines->at >= lines->end) return false;
	const char *feed = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	lines->line = feed ? feed : lines->end;
	lines->number++;
	return true;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}

bool
dns_word_next(struct dns_lines *lines, const char **word, size_t *length)
{
	const char *at = lines->at;
	while (at < lines->line && is_space(*at))
		at++;
	const char *begin = at;
	while (at < lines->line && !is_space(*at) && !strchr(lines->comment, *at))
		at++;
	lines->at = at;
	*word = begin;
	*length = (size_t)(at - begin);
	return *length > 0;
}
