/* SPDX-License-Identifier: BSD-3-Clause */
/* call: a function that a plugin offers with a signature, called with arguments from the command line. How it is called
 * is known to the service "rpc-native". */
#include "tool.h"

#include "signature.h"

#include <errno.h>
#include <event2/plugin.h>
#include <event2/plugin_native.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

union value {
	int8_t i8;
	uint8_t u8;
	int16_t i16;
	uint16_t u16;
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	size_t size;
	double real;
	const char *text;
};

struct wanted {
	const char *plugin, *function;
	const struct event_plugin_call *call;
};

static int
find_call(const struct event_plugin_info *info, void *arg)
{
	struct wanted *wanted = arg;
	if (!info->descriptor || strcmp(info->name, wanted->plugin) != 0) return 0;
	for (const struct event_plugin_call *call = info->descriptor->calls; call && call->name; call++)
		if (strcmp(call->name, wanted->function) == 0) wanted->call = call;
	return 1;
}

/* Buffers and messages have no form on a command line. */
static bool
has_a_form(struct signature_type type)
{
	return !strchr("bBmM", type.letter);
}

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static bool
parse_signed(const char *text, unsigned width, int64_t *value)
{
	char *end;
	errno = 0;
	*value = strtoll(text, &end, 0);
	int64_t most = width == 8 ? INT64_MAX : (INT64_C(1) << (8 * width - 1)) - 1;
	return *text && !*end && !errno && *value <= most && *value >= -most - 1;
}

static bool
parse_unsigned(const char *text, unsigned width, uint64_t *value)
{
	char *end;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return *text && *text != '-' && !*end && !errno && (width == 8 || *value >> (8 * width) == 0);
}

static bool
parse_value(struct signature_type type, const char *text, union value *value)
{
	char *end;
	int64_t number = 0;
	uint64_t natural = 0;
	unsigned width = signature_width(type);
	if (type.letter == 's') {
		value->text = text;
		return true;
	}
	if (type.letter == 'd') {
		value->real = strtod(text, &end);
		return *text && !*end;
	}
	bool fits =
		strchr("chil", type.letter) ? parse_signed(text, width, &number) : parse_unsigned(text, width, &natural);
	switch (type.letter) {
	case 'c':
		value->i8 = (int8_t)number;
		break;
	case 'C':
		value->u8 = (uint8_t)natural;
		break;
	case 'h':
		value->i16 = (int16_t)number;
		break;
	case 'H':
		value->u16 = (uint16_t)natural;
		break;
	case 'i':
		value->i32 = (int32_t)number;
		break;
	case 'I':
		value->u32 = (uint32_t)natural;
		break;
	case 'l':
		value->i64 = number;
		break;
	case 'L':
		value->u64 = natural;
		break;
	case 'z':
		value->size = (size_t)natural;
		break;
	}
	return fits;
}

/* ---- The result -------------------------------------------------------------------------------------------------- */

static void
print_result(struct signature_type type, const struct event_plugin_native_value *value)
{
	switch (type.letter) {
	case 'v':
		return;
	case 'c':
	case 'h':
	case 'i':
	case 'l':
		printf("%" PRId64 "\n", value->i);
		return;
	case 'd':
		printf("%.17g\n", value->d);
		return;
	case 's':
	case 'S':
		puts(value->p ? value->p : "(null)");
		if (type.letter == 'S') free(value->p); /* host->free() is free(): this program set no functions of its own */
		return;
	default:
		printf("%" PRIu64 "\n", value->u);
		return;
	}
}

static int
refuse(const struct wanted *wanted, const char *what, const char *detail)
{
	fprintf(stderr, "event-plugin: %s of %s: %s %s\n", wanted->function, wanted->plugin, what, detail);
	return 1;
}

/* Returns 0, 1 after a message. */
static int
call(const struct wanted *wanted, const struct signature *signature, void *const *arguments)
{
	char types[2 + SIGNATURE_ARGUMENTS + 1], *out = types;
	const struct event_plugin_native *native = (const struct event_plugin_native *)event_plugin_find(
		EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_NATIVE_NAME, EVENT_PLUGIN_NATIVE_MAJOR, EVENT_PLUGIN_NATIVE_MINOR, 0);
	if (!native) return refuse(wanted, "to call it, there must be the plugin", EVENT_PLUGIN_NATIVE_NAME);
	for (unsigned i = 0; i <= signature->count; i++) {
		*out++ = signature_is_text(signature->types[i]) ? 'p' : signature->types[i].letter;
		if (i == 0) *out++ = ':';
	}
	*out = '\0';
	struct event_plugin_native_value result = {0};
	void *shape = malloc(native->shape_size);
	int status = 0;
	if (!shape || native->shape_init(shape, types) < 0)
		status = refuse(wanted, "cannot be called here, with", wanted->call->signature);
	else {
		native->call(shape, wanted->call->function, &result, arguments);
		print_result(signature->types[0], &result);
	}
	free(shape);
	return status;
}

int
command_call(int argc, char **argv)
{
	struct signature signature;
	struct signature_error error;
	union value values[SIGNATURE_ARGUMENTS];
	void *pointers[SIGNATURE_ARGUMENTS];
	if (argc < 2) return 2;
	struct wanted wanted = {argv[0], argv[1], NULL};
	if (event_plugin_load(wanted.plugin) != 0) return 1;
	(void)event_plugin_foreach(find_call, &wanted);
	if (!wanted.call) return refuse(&wanted, "there is no such function; see: event-plugin info", wanted.plugin);
	if (signature_parse(wanted.call->signature, &signature, &error) < 0)
		return refuse(&wanted, "its signature is wrong:", error.what);
	if ((unsigned)(argc - 2) != signature.count)
		return refuse(&wanted, "wants arguments as in", wanted.call->signature);
	for (unsigned i = 0; i <= signature.count; i++)
		if (!has_a_form(signature.types[i]))
			return refuse(&wanted, "cannot be called from a command line, with", wanted.call->signature);
	for (unsigned i = 0; i < signature.count; i++) {
		pointers[i] = &values[i];
		if (!parse_value(signature.types[i + 1], argv[i + 2], &values[i]))
			return refuse(&wanted, "does not take the argument", argv[i + 2]);
	}
	return call(&wanted, &signature, pointers);
}
