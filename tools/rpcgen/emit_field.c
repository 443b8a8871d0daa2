/* SPDX-License-Identifier: BSD-3-Clause */
/* The C of one field. A field is single or an array, and each kind of value has its own way to be copied, freed,
 * written and read; see emit.c for what stands in the templates. */
#include "model.h"

/* ---- Declarations ------------------------------------------------------------------------------------------------ */

void
emit_field_access(FILE *out, const struct message *message, const struct field *field)
{
	if (field->array) {
		emit(out, "\tint (*$f_assign)(struct $m *, int, $v);\n\tint (*$f_get)(struct $m *, int, $e*);\n", message,
			field);
		emit(out, field->kind == FIELD_STRUCT ? "\t$e(*$f_add)(struct $m *);\n" : "\t$e*(*$f_add)(struct $m *, $v);\n",
			message, field);
	} else if (field->kind == FIELD_BYTES) {
		emit(out,
			"\tint (*$f_assign)(struct $m *, $v, ev_uint32_t);\n\tint (*$f_get)(struct $m *, $e*, ev_uint32_t *);\n",
			message, field);
	} else {
		emit(out, "\tint (*$f_assign)(struct $m *, $v);\n\tint (*$f_get)(struct $m *, $e*);\n", message, field);
	}
}

void
emit_field_prototypes(FILE *out, const struct message *message, const struct field *field)
{
	if (field->array) {
		emit(out, "int $m_$f_assign(struct $m *, int, $v);\nint $m_$f_get(struct $m *, int, $e*);\n", message, field);
		emit(out, field->kind == FIELD_STRUCT ? "$e$m_$f_add(struct $m *);\n" : "$e*$m_$f_add(struct $m *, $v);\n",
			message, field);
	} else if (field->kind == FIELD_BYTES) {
		emit(out, "int $m_$f_assign(struct $m *, $v, ev_uint32_t);\nint $m_$f_get(struct $m *, $e*, ev_uint32_t *);\n",
			message, field);
	} else {
		emit(out, "int $m_$f_assign(struct $m *, $v);\nint $m_$f_get(struct $m *, $e*);\n", message, field);
	}
}

void
emit_field_members(FILE *out, const struct message *message, const struct field *field)
{
	if (field->array) {
		emit(out, "\t$e*$f_data;\n\tint $f_length;\n\tint $f_num_allocated;\n", message, field);
		return;
	}
	switch (field->kind) {
	case FIELD_FIXED:
		emit(out, "\tev_uint8_t $f_data[$n];\n", message, field);
		return;
	case FIELD_BYTES:
		emit(out, "\t$e$f_data;\n\tev_uint32_t $f_length;\n", message, field);
		return;
	case FIELD_INT:
	case FIELD_INT64:
	case FIELD_STRING:
	case FIELD_STRUCT:
		emit(out, "\t$e$f_data;\n", message, field);
		return;
	}
}

/* ---- Clearing ---------------------------------------------------------------------------------------------------- */

static const char *
free_call(const struct field *field)
{
	switch (field->kind) {
	case FIELD_STRING:
	case FIELD_BYTES:
		return "free";
	case FIELD_STRUCT:
		return "$t_free";
	case FIELD_INT:
	case FIELD_INT64:
	case FIELD_FIXED:
		return NULL;
	}
	return NULL;
}

void
emit_field_clear(FILE *out, const struct message *message, const struct field *field)
{
	const char *call = free_call(field);
	if (field->array) {
		if (call) {
			emit(out, "\tfor (int i = 0; i < msg->$f_length; i++)\n\t\t", message, field);
			emit(out, call, message, field);
			emit(out, "(msg->$f_data[i]);\n", message, field);
		}
		emit(out, "\tmsg->$f_length = 0;\n", message, field);
	} else if (call) {
		emit(out, "\t", message, field);
		emit(out, call, message, field);
		emit(out, "(msg->$f_data);\n\tmsg->$f_data = NULL;\n", message, field);
		if (field->kind == FIELD_BYTES) emit(out, "\tmsg->$f_length = 0;\n", message, field);
	}
	emit(out, "\tmsg->$f_set = 0;\n", message, field);
}

/* ---- Functions --------------------------------------------------------------------------------------------------- */

/* Declares `copy`, the value's own copy, or leaves the function with `otherwise`. */
static void
emit_copy(FILE *out, const struct message *message, const struct field *field, const char *otherwise)
{
	switch (field->kind) {
	case FIELD_STRING:
		emit(out, "\tchar *copy = strdup(value);\n\tif (!copy) return ", message, field);
		break;
	case FIELD_STRUCT:
		emit(out,
			"\tstruct $t *copy = $t_new();\n"
			"\tstruct evbuffer *buffer = evbuffer_new();\n"
			"\tif (buffer) $t_marshal(buffer, value);\n"
			"\tint copied = copy && buffer ? $t_unmarshal(copy, buffer) : -1;\n"
			"\tif (buffer) evbuffer_free(buffer);\n"
			"\tif (copied < 0) {\n\t\t$t_free(copy);\n\t\treturn ",
			message, field);
		break;
	case FIELD_BYTES:
		emit(out,
			"\tev_uint8_t *copy = malloc(length ? length : 1);\n\tif (copy && length) memcpy(copy, value, length);\n"
			"\tif (!copy) return ",
			message, field);
		break;
	case FIELD_INT:
	case FIELD_INT64:
	case FIELD_FIXED:
		return;
	}
	fprintf(out, field->kind == FIELD_STRUCT ? "%s;\n\t}\n" : "%s;\n", otherwise);
}

static const char *
value_of(const struct field *field)
{
	return field->kind == FIELD_INT || field->kind == FIELD_INT64 ? "value" : "copy";
}

static void
emit_array_functions(FILE *out, const struct message *message, const struct field *field)
{
	const char *call = free_call(field);
	emit(out, "\nint\n$m_$f_assign(struct $m *msg, int off, $vvalue)\n{\n", message, field);
	emit(out, "\tif (!msg->$f_set || off < 0 || off >= msg->$f_length) return -1;\n", message, field);
	emit_copy(out, message, field, "-1");
	if (call) {
		emit(out, "\t", message, field);
		emit(out, call, message, field);
		emit(out, "(msg->$f_data[off]);\n", message, field);
	}
	emit(out, "\tmsg->$f_data[off] = ", message, field);
	fprintf(out, "%s;\n\treturn 0;\n}\n", value_of(field));
	emit(out,
		"\nint\n$m_$f_get(struct $m *msg, int off, $e*value)\n{\n"
		"\tif (!msg->$f_set || off < 0 || off >= msg->$f_length) return -1;\n"
		"\t*value = msg->$f_data[off];\n\treturn 0;\n}\n",
		message, field);
	const char *grow =
		"\tif (rpc_grow_((void **)&msg->$f_data, msg->$f_length, &msg->$f_num_allocated, sizeof(*msg->$f_data)) < 0)\n"
		"\t\treturn NULL;\n";
	if (field->kind == FIELD_STRUCT) {
		emit(out, "\n$e\n$m_$f_add(struct $m *msg)\n{\n", message, field);
		emit(out, grow, message, field);
		emit(out,
			"\tstruct $t *copy = $t_new();\n\tif (!copy) return NULL;\n"
			"\tmsg->$f_set = 1;\n\treturn msg->$f_data[msg->$f_length++] = copy;\n}\n",
			message, field);
		return;
	}
	emit(out, "\n$e*\n$m_$f_add(struct $m *msg, $vvalue)\n{\n", message, field);
	emit(out, grow, message, field);
	emit_copy(out, message, field, "NULL");
	emit(out, "\tmsg->$f_set = 1;\n\tmsg->$f_data[msg->$f_length] = ", message, field);
	fprintf(out, "%s;\n", value_of(field));
	emit(out, "\treturn &msg->$f_data[msg->$f_length++];\n}\n", message, field);
}

static void
emit_fixed_functions(FILE *out, const struct message *message, const struct field *field)
{
	emit(out,
		"\nint\n$m_$f_assign(struct $m *msg, $vvalue)\n{\n"
		"\tmemcpy(msg->$f_data, value, sizeof(msg->$f_data));\n\tmsg->$f_set = 1;\n\treturn 0;\n}\n"
		"\nint\n$m_$f_get(struct $m *msg, $e*value)\n{\n"
		"\tif (!msg->$f_set) return -1;\n\t*value = msg->$f_data;\n\treturn 0;\n}\n",
		message, field);
}

static void
emit_single_functions(FILE *out, const struct message *message, const struct field *field)
{
	bool bytes = field->kind == FIELD_BYTES;
	const char *call = free_call(field);
	emit(out,
		bytes ? "\nint\n$m_$f_assign(struct $m *msg, $vvalue, ev_uint32_t length)\n{\n"
			  : "\nint\n$m_$f_assign(struct $m *msg, $vvalue)\n{\n",
		message, field);
	emit_copy(out, message, field, "-1");
	if (call) {
		emit(out, "\t", message, field);
		emit(out, call, message, field);
		emit(out, "(msg->$f_data);\n", message, field);
	}
	emit(out, "\tmsg->$f_data = ", message, field);
	fprintf(out, "%s;\n", value_of(field));
	if (bytes) emit(out, "\tmsg->$f_length = length;\n", message, field);
	emit(out, "\tmsg->$f_set = 1;\n\treturn 0;\n}\n", message, field);
	emit(out,
		bytes ? "\nint\n$m_$f_get(struct $m *msg, $e*value, ev_uint32_t *length)\n{\n"
			  : "\nint\n$m_$f_get(struct $m *msg, $e*value)\n{\n",
		message, field);
	if (field->kind == FIELD_STRUCT) /* As ever: looking at a message that is not there makes it, to be filled in. */
		emit(out,
			"\tif (!msg->$f_set) {\n\t\tmsg->$f_data = $t_new();\n\t\tif (!msg->$f_data) return -1;\n"
			"\t\tmsg->$f_set = 1;\n\t}\n",
			message, field);
	else
		emit(out, "\tif (!msg->$f_set) return -1;\n", message, field);
	if (bytes) emit(out, "\t*length = msg->$f_length;\n", message, field);
	emit(out, "\t*value = msg->$f_data;\n\treturn 0;\n}\n", message, field);
}

void
emit_field_functions(FILE *out, const struct message *message, const struct field *field)
{
	if (field->array)
		emit_array_functions(out, message, field);
	else if (field->kind == FIELD_FIXED)
		emit_fixed_functions(out, message, field);
	else
		emit_single_functions(out, message, field);
}

/* ---- The wire ---------------------------------------------------------------------------------------------------- */

void
emit_field_marshal(FILE *out, const struct message *message, const struct field *field)
{
	static const char *const single[] = {
		[FIELD_INT] = "evtag_marshal_int(buffer, $g, msg->$f_data);\n",
		[FIELD_INT64] = "evtag_marshal_int64(buffer, $g, msg->$f_data);\n",
		[FIELD_STRING] = "evtag_marshal_string(buffer, $g, msg->$f_data);\n",
		[FIELD_STRUCT] = "evtag_marshal_$t(buffer, $g, msg->$f_data);\n",
		[FIELD_BYTES] = "evtag_marshal(buffer, $g, msg->$f_data, msg->$f_length);\n",
		[FIELD_FIXED] = "evtag_marshal(buffer, $g, msg->$f_data, (ev_uint32_t)sizeof(msg->$f_data));\n",
	};
	static const char *const array[] = {
		[FIELD_INT] = "evtag_marshal_int(buffer, $g, msg->$f_data[i]);\n",
		[FIELD_INT64] = "evtag_marshal_int64(buffer, $g, msg->$f_data[i]);\n",
		[FIELD_STRING] = "evtag_marshal_string(buffer, $g, msg->$f_data[i]);\n",
		[FIELD_STRUCT] = "evtag_marshal_$t(buffer, $g, msg->$f_data[i]);\n",
	};
	if (field->array) {
		emit(out, "\tfor (int i = 0; msg->$f_set && i < msg->$f_length; i++)\n\t\t", message, field);
		emit(out, array[field->kind], message, field);
	} else {
		emit(out, "\tif (msg->$f_set) ", message, field);
		emit(out, single[field->kind], message, field);
	}
}

static void
emit_array_unmarshal(FILE *out, const struct message *message, const struct field *field)
{
	static const char *const take[] = {
		[FIELD_INT] = "\t\t\tev_uint32_t value;\n\t\t\tif (evtag_unmarshal_int(buffer, $g, &value) < 0) return -1;\n"
					  "\t\t\tif (!$m_$f_add(msg, value)) return -1;\n",
		[FIELD_INT64] =
			"\t\t\tev_uint64_t value;\n\t\t\tif (evtag_unmarshal_int64(buffer, $g, &value) < 0) return -1;\n"
			"\t\t\tif (!$m_$f_add(msg, value)) return -1;\n",
		[FIELD_STRING] =
			"\t\t\tchar *value;\n\t\t\tif (evtag_unmarshal_string(buffer, $g, &value) < 0) return -1;\n"
			"\t\t\tchar **added = $m_$f_add(msg, value);\n\t\t\tfree(value);\n\t\t\tif (!added) return -1;\n",
		[FIELD_STRUCT] = "\t\t\tstruct $t *value = $m_$f_add(msg);\n"
						 "\t\t\tif (!value || evtag_unmarshal_$t(buffer, $g, value) < 0) return -1;\n",
	};
	emit(out, "\t\tcase $g: {\n", message, field);
	emit(out, take[field->kind], message, field);
	emit(out, "\t\t\tbreak;\n\t\t}\n", message, field);
}

void
emit_field_unmarshal(FILE *out, const struct message *message, const struct field *field)
{
	static const char *const take[] = {
		[FIELD_INT] = "\t\t\tif (evtag_unmarshal_int(buffer, $g, &msg->$f_data) < 0) return -1;\n",
		[FIELD_INT64] = "\t\t\tif (evtag_unmarshal_int64(buffer, $g, &msg->$f_data) < 0) return -1;\n",
		[FIELD_STRING] = "\t\t\tif (evtag_unmarshal_string(buffer, $g, &msg->$f_data) < 0) return -1;\n",
		[FIELD_STRUCT] = "\t\t\tmsg->$f_data = $t_new();\n"
						 "\t\t\tif (!msg->$f_data || evtag_unmarshal_$t(buffer, $g, msg->$f_data) < 0) return -1;\n",
		/* A length from the wire is believed only when that much is there. */
		[FIELD_BYTES] = "\t\t\tif (evtag_payload_length(buffer, &msg->$f_length) < 0) return -1;\n"
						"\t\t\tif (msg->$f_length > evbuffer_get_length(buffer)) return -1;\n"
						"\t\t\tmsg->$f_data = malloc(msg->$f_length ? msg->$f_length : 1);\n"
						"\t\t\tif (!msg->$f_data) return -1;\n"
						"\t\t\tif (evtag_unmarshal_fixed(buffer, $g, msg->$f_data, msg->$f_length) < 0) return -1;\n",
		[FIELD_FIXED] =
			"\t\t\tif (evtag_unmarshal_fixed(buffer, $g, msg->$f_data, sizeof(msg->$f_data)) < 0) return -1;\n",
	};
	if (field->array) {
		emit_array_unmarshal(out, message, field);
		return;
	}
	emit(out, "\t\tcase $g:\n\t\t\tif (msg->$f_set) return -1;\n", message, field);
	emit(out, take[field->kind], message, field);
	emit(out, "\t\t\tmsg->$f_set = 1;\n\t\t\tbreak;\n", message, field);
}

void
emit_field_complete(FILE *out, const struct message *message, const struct field *field)
{
	if (!field->optional) emit(out, "\tif (!msg->$f_set) return -1;\n", message, field);
	if (field->kind != FIELD_STRUCT) return;
	emit(out,
		field->array
			? "\tfor (int i = 0; i < msg->$f_length; i++)\n\t\tif ($t_complete(msg->$f_data[i]) < 0) return -1;\n"
			: "\tif (msg->$f_set && $t_complete(msg->$f_data) < 0) return -1;\n",
		message, field);
}
