/* SPDX-License-Identifier: BSD-3-Clause */
/* The grammar:
 *
 *   file    = { "#include" line | message }
 *   message = "struct" NAME "{" { field } "}"
 *   field   = [ "optional" | "array" ] type NAME [ "[" LENGTH "]" ] "=" TAG ";"
 *   type    = "int" | "int64" | "string" | "bytes" | "struct" "[" NAME "]"
 */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is(const struct lexer *lexer, const char *text)
{
	return lexer->text && strcmp(lexer->text, text) == 0;
}

static const char *
shown(const struct lexer *lexer)
{
	return lexer->text ? lexer->text : "the end of the file";
}

static void
expect(struct lexer *lexer, const char *text)
{
	if (!is(lexer, text)) fail(lexer->file, lexer->token_line, "expected '%s' before %s", text, shown(lexer));
	lexer_next(lexer);
}

static char *
take_name(struct lexer *lexer, const char *what)
{
	if (lexer->kind != TOKEN_WORD)
		fail(lexer->file, lexer->token_line, "expected the name of %s before %s", what, shown(lexer));
	char *name = copy_text(lexer->text, strlen(lexer->text));
	lexer_next(lexer);
	return name;
}

static uint32_t
take_number(struct lexer *lexer, const char *what)
{
	if (lexer->kind != TOKEN_NUMBER) fail(lexer->file, lexer->token_line, "expected %s before %s", what, shown(lexer));
	char *end;
	errno = 0;
	unsigned long long value = strtoull(lexer->text, &end, 0);
	if (*end || errno || value > UINT32_MAX)
		fail(lexer->file, lexer->token_line, "%s is no number from 0 to %u", lexer->text, UINT32_MAX);
	lexer_next(lexer);
	return (uint32_t)value;
}

/* ---- Fields ------------------------------------------------------------------------------------------------------ */

static void
parse_type(struct lexer *lexer, struct field *field)
{
	static const struct {
		const char *name;
		enum field_kind kind;
	} types[] = {{"int", FIELD_INT}, {"int64", FIELD_INT64}, {"string", FIELD_STRING}, {"bytes", FIELD_BYTES},
		{"struct", FIELD_STRUCT}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!is(lexer, types[i].name)) continue;
		field->kind = types[i].kind;
		lexer_next(lexer);
		if (field->kind != FIELD_STRUCT) return;
		expect(lexer, "[");
		field->type = take_name(lexer, "a message");
		expect(lexer, "]");
		return;
	}
	fail(lexer->file, lexer->token_line, "expected int, int64, string, bytes or struct[NAME] before %s", shown(lexer));
}

static void
parse_field(struct lexer *lexer, struct field *field)
{
	field->line = lexer->token_line;
	if (is(lexer, "optional") || is(lexer, "array")) {
		field->optional = true;
		field->array = is(lexer, "array");
		lexer_next(lexer);
	}
	parse_type(lexer, field);
	field->name = take_name(lexer, "a field");
	if (is(lexer, "[")) {
		if (field->kind != FIELD_BYTES)
			fail(lexer->file, lexer->token_line, "%s: only bytes have a length", field->name);
		lexer_next(lexer);
		field->kind = FIELD_FIXED;
		field->length = take_number(lexer, "a length");
		if (field->length == 0 || field->length > INT32_MAX)
			fail(lexer->file, field->line, "%s: a length is from 1 to %d", field->name, INT32_MAX);
		expect(lexer, "]");
	}
	if (field->array && (field->kind == FIELD_BYTES || field->kind == FIELD_FIXED))
		fail(lexer->file, field->line, "%s: there are no arrays of bytes; use an array of a message", field->name);
	expect(lexer, "=");
	field->tag = take_number(lexer, "a tag");
	if (field->tag >= INT32_MAX) fail(lexer->file, field->line, "%s: a tag is less than %d", field->name, INT32_MAX);
	expect(lexer, ";");
}

static void
check_field(const struct lexer *lexer, const struct message *message, const struct field *field)
{
	for (const struct field *other = message->fields; other != field; other++) {
		if (strcmp(other->name, field->name) == 0)
			fail(lexer->file, field->line, "%s was declared in line %u already", field->name, other->line);
		if (other->tag == field->tag)
			fail(lexer->file, field->line, "%s has the tag %u of %s in line %u", field->name, field->tag, other->name,
				other->line);
	}
}

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

static void
parse_message(struct lexer *lexer, struct model *model)
{
	model->messages = grow(model->messages, (model->count + 1) * sizeof(*model->messages));
	struct message *message = &model->messages[model->count];
	*message = (struct message){.line = lexer->token_line};
	expect(lexer, "struct");
	message->name = take_name(lexer, "a message");
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->messages[i].name, message->name) == 0)
			fail(lexer->file, message->line, "%s was declared in line %u already", message->name,
				model->messages[i].line);
	model->count++;
	expect(lexer, "{");
	while (!is(lexer, "}")) {
		message->fields = grow(message->fields, (message->count + 1) * sizeof(*message->fields));
		struct field *field = &message->fields[message->count];
		*field = (struct field){0};
		parse_field(lexer, field);
		check_field(lexer, message, field);
		message->count++;
	}
	expect(lexer, "}");
	if (message->count == 0) fail(lexer->file, message->line, "%s has no field", message->name);
}

static void
take_include(struct lexer *lexer, struct model *model)
{
	if (strncmp(lexer->text, "#include", 8) != 0)
		fail(lexer->file, lexer->token_line, "only #include is known, not %s", lexer->text);
	model->includes = grow(model->includes, (model->include_count + 1) * sizeof(*model->includes));
	model->includes[model->include_count++] = copy_text(lexer->text, strlen(lexer->text));
	lexer_next(lexer);
}

/* A message that a field names is of this file, or of a header that the file includes. */
static void
check_types(const char *file, const struct model *model)
{
	if (model->include_count) return;
	for (size_t m = 0; m < model->count; m++) {
		for (size_t f = 0; f < model->messages[m].count; f++) {
			const struct field *field = &model->messages[m].fields[f];
			size_t i = 0;
			if (field->kind != FIELD_STRUCT) continue;
			while (i < model->count && strcmp(model->messages[i].name, field->type) != 0)
				i++;
			if (i == model->count) fail(file, field->line, "%s: there is no struct %s", field->name, field->type);
		}
	}
}

void
parse(const char *file, const char *text, struct model *model)
{
	struct lexer lexer = {.file = file, .at = text, .line = 1};
	lexer_next(&lexer);
	while (lexer.kind != TOKEN_END) {
		if (lexer.kind == TOKEN_DIRECTIVE)
			take_include(&lexer, model);
		else
			parse_message(&lexer, model);
	}
	if (model->count == 0) fail(file, lexer.line, "there is no struct in this file");
	check_types(file, model);
}

void
model_free(struct model *model)
{
	for (size_t m = 0; m < model->count; m++) {
		for (size_t f = 0; f < model->messages[m].count; f++) {
			free(model->messages[m].fields[f].name);
			free(model->messages[m].fields[f].type);
		}
		free(model->messages[m].fields);
		free(model->messages[m].name);
	}
	for (size_t i = 0; i < model->include_count; i++)
		free(model->includes[i]);
	free(model->includes);
	free(model->messages);
}
