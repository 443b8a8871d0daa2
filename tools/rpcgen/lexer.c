/* SPDX-License-Identifier: BSD-3-Clause */
/* Words, numbers, signs and #include lines of a .rpc file; comments are those of C. */
#include "model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void
skip_comment(struct lexer *lexer)
{
	unsigned begin = lexer->line;
	lexer->at += 2;
	while (*lexer->at && !(lexer->at[0] == '*' && lexer->at[1] == '/')) {
		if (*lexer->at == '\n') lexer->line++;
		lexer->at++;
	}
	if (!*lexer->at) fail(lexer->file, begin, "the comment that begins here has no end");
	lexer->at += 2;
}

static void
skip_blank(struct lexer *lexer)
{
	for (;;) {
		if (*lexer->at == '\n') {
			lexer->line++;
			lexer->at++;
		} else if (isspace((unsigned char)*lexer->at)) {
			lexer->at++;
		} else if (lexer->at[0] == '/' && lexer->at[1] == '*') {
			skip_comment(lexer);
		} else if (lexer->at[0] == '/' && lexer->at[1] == '/') {
			lexer->at += strcspn(lexer->at, "\n");
		} else {
			return;
		}
	}
}

static size_t
word_length(const char *text)
{
	size_t n = 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

void
lexer_next(struct lexer *lexer)
{
	size_t len = 1;
	free(lexer->text);
	lexer->text = NULL;
	skip_blank(lexer);
	lexer->token_line = lexer->line;
	unsigned char first = (unsigned char)*lexer->at;
	if (!first) {
		lexer->kind = TOKEN_END;
		return;
	}
	if (first == '#') {
		lexer->kind = TOKEN_DIRECTIVE;
		len = strcspn(lexer->at, "\r\n");
	} else if (isalpha(first) || first == '_') {
		lexer->kind = TOKEN_WORD;
		len = word_length(lexer->at);
	} else if (isdigit(first)) {
		lexer->kind = TOKEN_NUMBER;
		len = word_length(lexer->at);
	} else if (strchr("{}[]=;", first)) {
		lexer->kind = TOKEN_SIGN;
	} else {
		fail(lexer->file, lexer->line, "unexpected character '%c'", first);
	}
	lexer->text = copy_text(lexer->at, len);
	lexer->at += len;
}
