/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines and words of resolv.conf and hosts files. Pure functions over text, which need not be terminated. */
#ifndef PROTO_DNS_LINES_H_
#define PROTO_DNS_LINES_H_

#include <stdbool.h>
#include <stddef.h>

struct dns_lines {
	const char *at;   /* where the next word is looked for */
	const char *line; /* end of the current line */
	const char *end;
	const char *comment; /* characters that begin a comment */
	int number;          /* of the current line, from 1 */
};

void dns_lines_init(struct dns_lines *lines, const char *text, size_t length, const char *comment);
/* Goes to the next line. Returns false at the end. */
bool dns_line_next(struct dns_lines *lines);
/* The next word of the line, up to white space or a comment. Returns false when there is none. */
bool dns_word_next(struct dns_lines *lines, const char **word, size_t *length);

#endif
