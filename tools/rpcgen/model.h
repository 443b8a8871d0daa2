/* SPDX-License-Identifier: BSD-3-Clause */
/* What a .rpc file says: messages and their fields. lexer.c reads words, parser.c fills this, emit*.c write C. */
#ifndef RPCGEN_MODEL_H_
#define RPCGEN_MODEL_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum field_kind { FIELD_INT, FIELD_INT64, FIELD_STRING, FIELD_STRUCT, FIELD_BYTES, FIELD_FIXED };

struct field {
	enum field_kind kind;
	bool optional, array;
	char *name;
	char *type; /* FIELD_STRUCT: the message's name */
	uint32_t tag;
	uint32_t length; /* FIELD_FIXED: bytes */
	unsigned line;
};

struct message {
	char *name;
	struct field *fields;
	size_t count;
	unsigned line;
};

struct model {
	char **includes; /* lines that go to the header as they are */
	size_t include_count;
	struct message *messages;
	size_t count;
};

/* ---- lexer.c ---- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_DIRECTIVE };

struct lexer {
	const char *file;
	const char *at;
	unsigned line;
	/* The latest token. */
	enum token_kind kind;
	char *text; /* owned; NULL at the end */
	unsigned token_line;
};

/* Reads the next token. An error ends the program with file and line. */
void lexer_next(struct lexer *lexer);

/* ---- Messages for people: "FILE:LINE: what is wrong" on standard error, then exit(1) ---- */

void fail(const char *file, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4), noreturn));

/* ---- Memory: as the C library's, but out of memory ends the program ---- */

void *grow(void *memory, size_t size);
char *copy_text(const char *text, size_t len);

/* ---- parser.c ---- */

void parse(const char *file, const char *text, struct model *model);
void model_free(struct model *model);

/* ---- emit.c, emit_field.c ---- */

void emit_header(FILE *out, const struct model *model, const char *header_name);
void emit_source(FILE *out, const struct model *model, const char *header_name);

/* Writes a template; what stands for what is said in emit.c. field may be NULL. */
void emit(FILE *out, const char *text, const struct message *message, const struct field *field);
/* The parts of a message's code that one field brings. */
void emit_field_members(FILE *out, const struct message *message, const struct field *field);
void emit_field_access(FILE *out, const struct message *message, const struct field *field);
void emit_field_prototypes(FILE *out, const struct message *message, const struct field *field);
void emit_field_functions(FILE *out, const struct message *message, const struct field *field);
void emit_field_clear(FILE *out, const struct message *message, const struct field *field);
void emit_field_marshal(FILE *out, const struct message *message, const struct field *field);
void emit_field_unmarshal(FILE *out, const struct message *message, const struct field *field);
void emit_field_complete(FILE *out, const struct message *message, const struct field *field);

#endif
