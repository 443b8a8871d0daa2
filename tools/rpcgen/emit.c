/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the header and the source of a model. C is written through templates, in which stands
 *
 *   $m $M  the message's name, and in capitals      $f $F  the field's
 *   $g     the field's tag                          $t     the message that the field holds
 *   $e     what the field holds one of, in C        $v     the same as a parameter
 *   $n     the length of fixed bytes */
#include "model.h"

#include <ctype.h>
#include <string.h>

static void
put_upper(FILE *out, const char *text)
{
	for (; *text; text++)
		putc(toupper((unsigned char)*text), out);
}

static void
put_type(FILE *out, const struct field *field, bool parameter)
{
	if (parameter) fputs("const ", out);
	switch (field->kind) {
	case FIELD_INT:
		fputs("ev_uint32_t ", out);
		return;
	case FIELD_INT64:
		fputs("ev_uint64_t ", out);
		return;
	case FIELD_STRING:
		fputs("char *", out);
		return;
	case FIELD_STRUCT:
		fprintf(out, "struct %s *", field->type);
		return;
	case FIELD_BYTES:
	case FIELD_FIXED:
		fputs("ev_uint8_t *", out);
		return;
	}
}

static void
put(FILE *out, char what, const struct message *message, const struct field *field)
{
	switch (what) {
	case 'm':
		fputs(message->name, out);
		return;
	case 'M':
		put_upper(out, message->name);
		return;
	case 'f':
		fputs(field->name, out);
		return;
	case 'F':
		put_upper(out, field->name);
		return;
	case 'g':
		emit(out, "$M_$F", message, field);
		return;
	case 't':
		fputs(field->type, out);
		return;
	case 'e':
		put_type(out, field, false);
		return;
	case 'v':
		put_type(out, field, true);
		return;
	case 'n':
		fprintf(out, "%u", field->length);
		return;
	}
}

void
emit(FILE *out, const char *text, const struct message *message, const struct field *field)
{
	for (; *text; text++) {
		if (*text == '$')
			put(out, *++text, message, field);
		else
			putc(*text, out);
	}
}

/* Calls write for each field. */
static void
each(FILE *out, const struct message *message,
	void (*write)(FILE *out, const struct message *message, const struct field *field))
{
	for (size_t i = 0; i < message->count; i++)
		write(out, message, &message->fields[i]);
}

/* ---- The header -------------------------------------------------------------------------------------------------- */

static void
write_tag(FILE *out, const struct message *message, const struct field *field)
{
	emit(out, "\t$g = ", message, field);
	fprintf(out, "%u,\n", field->tag);
}

static void
emit_declarations(FILE *out, const struct message *message)
{
	emit(out, "/* Tags of $m, and what comes behind the largest */\nenum $m_ {\n", message, NULL);
	each(out, message, write_tag);
	emit(out, "\t$M_MAX_TAGS\n};\n\n/* How EVTAG_ASSIGN() and the like reach the fields */\nstruct $m_access_ {\n",
		message, NULL);
	each(out, message, emit_field_access);
	emit(out, "};\n\nstruct $m {\n\tstruct $m_access_ *base;\n\n", message, NULL);
	each(out, message, emit_field_members);
	for (size_t i = 0; i < message->count; i++)
		emit(out, "\tev_uint8_t $f_set;\n", message, &message->fields[i]);
	emit(out,
		"};\n\n"
		"struct $m *$m_new(void);\n"
		"struct $m *$m_new_with_arg(void *);\n"
		"void $m_free(struct $m *);\n"
		"void $m_clear(struct $m *);\n"
		"void $m_marshal(struct evbuffer *, const struct $m *);\n"
		"int $m_unmarshal(struct $m *, struct evbuffer *);\n"
		"int $m_complete(struct $m *);\n"
		"void evtag_marshal_$m(struct evbuffer *, ev_uint32_t, const struct $m *);\n"
		"int evtag_unmarshal_$m(struct evbuffer *, ev_uint32_t, struct $m *);\n",
		message, NULL);
	each(out, message, emit_field_prototypes);
	fputs("/* --- */\n\n", out);
}

/* The guard of include/x-y.gen.h is EVENT_RPCOUT_INCLUDE_X_Y_GEN_H_. */
static void
put_guard(FILE *out, const char *header_name)
{
	fputs("EVENT_RPCOUT_", out);
	for (; *header_name; header_name++)
		putc(isalnum((unsigned char)*header_name) ? toupper((unsigned char)*header_name) : '_', out);
	fputs("_\n", out);
}

void
emit_header(FILE *out, const struct model *model, const char *header_name)
{
	fputs("/* Written by event_rpcgen: change the .rpc file instead. */\n\n#ifndef ", out);
	put_guard(out, header_name);
	fputs("#define ", out);
	put_guard(out, header_name);
	fputs("\n#include <event2/util.h>\n#include <event2/rpc.h>\n", out);
	for (size_t i = 0; i < model->include_count; i++)
		fprintf(out, "%s\n", model->includes[i]);
	fputs("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\nstruct evbuffer;\n", out);
	for (size_t i = 0; i < model->count; i++)
		emit(out, "struct $m;\n", &model->messages[i], NULL);
	putc('\n', out);
	for (size_t i = 0; i < model->count; i++)
		emit_declarations(out, &model->messages[i]);
	fputs("#ifdef __cplusplus\n}\n#endif\n#endif\n", out);
}

/* ---- The source -------------------------------------------------------------------------------------------------- */

static const char grow_function[] = "\n/* Room for one more entry in an array: 0, or -1 when there is no memory. */\n"
									"static int\n"
									"rpc_grow_(void **data, int length, int *allocated, size_t size)\n"
									"{\n"
									"\tif (length < *allocated) return 0;\n"
									"\tif (length > INT_MAX / 2 || (size_t)length > SIZE_MAX / 2 / size) return -1;\n"
									"\tint wanted = length ? length * 2 : 1;\n"
									"\tvoid *more = realloc(*data, (size_t)wanted * size);\n"
									"\tif (!more) return -1;\n"
									"\t*data = more;\n"
									"\t*allocated = wanted;\n"
									"\treturn 0;\n"
									"}\n";

static bool
has_array(const struct model *model)
{
	for (size_t m = 0; m < model->count; m++)
		for (size_t f = 0; f < model->messages[m].count; f++)
			if (model->messages[m].fields[f].array) return true;
	return false;
}

static void
write_access(FILE *out, const struct message *message, const struct field *field)
{
	emit(out, "\t.$f_assign = $m_$f_assign,\n\t.$f_get = $m_$f_get,\n", message, field);
	if (field->array) emit(out, "\t.$f_add = $m_$f_add,\n", message, field);
}

static const char life[] = "struct $m *\n"
						   "$m_new(void)\n"
						   "{\n"
						   "\treturn $m_new_with_arg(NULL);\n"
						   "}\n"
						   "\n"
						   "struct $m *\n"
						   "$m_new_with_arg(void *unused)\n"
						   "{\n"
						   "\t(void)unused;\n"
						   "\tstruct $m *msg = calloc(1, sizeof(*msg));\n"
						   "\tif (msg) msg->base = &$m_access_functions_;\n"
						   "\treturn msg;\n"
						   "}\n"
						   "\n"
						   "void\n"
						   "$m_free(struct $m *msg)\n"
						   "{\n"
						   "\tif (!msg) return;\n"
						   "\t$m_clear(msg);\n";

static const char unmarshal_begin[] = "int\n"
									  "$m_unmarshal(struct $m *msg, struct evbuffer *buffer)\n"
									  "{\n"
									  "\twhile (evbuffer_get_length(buffer) > 0) {\n"
									  "\t\tev_uint32_t tag;\n"
									  "\t\tif (evtag_peek(buffer, &tag) < 0) return -1;\n"
									  "\t\tswitch (tag) {\n";

static const char nested[] = "\n"
							 "void\n"
							 "evtag_marshal_$m(struct evbuffer *buffer, ev_uint32_t tag, const struct $m *msg)\n"
							 "{\n"
							 "\tstruct evbuffer *inner = evbuffer_new();\n"
							 "\tif (!inner) return;\n"
							 "\t$m_marshal(inner, msg);\n"
							 "\tevtag_marshal_buffer(buffer, tag, inner);\n"
							 "\tevbuffer_free(inner);\n"
							 "}\n"
							 "\n"
							 "int\n"
							 "evtag_unmarshal_$m(struct evbuffer *buffer, ev_uint32_t wanted, struct $m *msg)\n"
							 "{\n"
							 "\tev_uint32_t tag;\n"
							 "\tint result = -1;\n"
							 "\tif (rpc_depth_ >= RPC_DEPTH_MAX) return -1;\n"
							 "\tstruct evbuffer *inner = evbuffer_new();\n"
							 "\tif (!inner) return -1;\n"
							 "\trpc_depth_++;\n"
							 "\tif (evtag_unmarshal(buffer, &tag, inner) >= 0 && tag == wanted)\n"
							 "\t\tresult = $m_unmarshal(msg, inner);\n"
							 "\trpc_depth_--;\n"
							 "\tevbuffer_free(inner);\n"
							 "\treturn result;\n"
							 "}\n";

static void
emit_definitions(FILE *out, const struct message *message)
{
	emit(out, "\n/* ---- $m ---- */\n\nstatic struct $m_access_ $m_access_functions_ = {\n", message, NULL);
	each(out, message, write_access);
	fputs("};\n\n", out);
	emit(out, life, message, NULL);
	for (size_t i = 0; i < message->count; i++)
		if (message->fields[i].array) emit(out, "\tfree(msg->$f_data);\n", message, &message->fields[i]);
	emit(out, "\tfree(msg);\n}\n\nvoid\n$m_clear(struct $m *msg)\n{\n", message, NULL);
	each(out, message, emit_field_clear);
	fputs("}\n", out);
	each(out, message, emit_field_functions);
	emit(out, "\nvoid\n$m_marshal(struct evbuffer *buffer, const struct $m *msg)\n{\n", message, NULL);
	each(out, message, emit_field_marshal);
	fputs("}\n\n", out);
	emit(out, unmarshal_begin, message, NULL);
	each(out, message, emit_field_unmarshal);
	emit(out,
		"\t\tdefault:\n\t\t\treturn -1;\n\t\t}\n\t}\n\treturn $m_complete(msg);\n}\n\n"
		"int\n$m_complete(struct $m *msg)\n{\n",
		message, NULL);
	each(out, message, emit_field_complete);
	emit(out, "\t(void)msg;\n\treturn 0;\n}\n", message, NULL);
	emit(out, nested, message, NULL);
}

void
emit_source(FILE *out, const struct model *model, const char *header_name)
{
	fputs("/* Written by event_rpcgen: change the .rpc file instead. */\n\n"
		  "#include <event2/event-config.h>\n"
		  "#include <event2/buffer.h>\n"
		  "#include <event2/event.h>\n"
		  "#include <event2/tag.h>\n"
		  "#include <limits.h>\n"
		  "#include <stdint.h>\n"
		  "#include <stdlib.h>\n"
		  "#include <string.h>\n",
		out);
	fprintf(out, "#include \"%s\"\n", header_name);
	fputs("\n/* Messages inside messages: hostile bytes must not use up the stack. */\n"
		  "#define RPC_DEPTH_MAX 100\n"
		  "static __thread int rpc_depth_;\n",
		out);
	if (has_array(model)) fputs(grow_function, out);
	for (size_t i = 0; i < model->count; i++)
		emit_definitions(out, &model->messages[i]);
}
