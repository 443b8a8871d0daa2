/* SPDX-License-Identifier: BSD-3-Clause */
/* Signatures of native functions. */
#include "signature.h"

#include <string.h>

/* Takes one type from *text. Returns 0, or -1 with error->what. */
static int
take_type(const char **text, const char *allowed, struct signature_type *type, struct signature_error *error)
{
	const char *at = *text;
	type->nullable = *at == '?';
	if (type->nullable) at++;
	type->letter = *at;
	if (*at == '\0' || *at == ':') {
		error->what = "a type is missing";
		return -1;
	}
	if (!strchr("vcChHiIlLzdsSbBmM", *at)) {
		error->what = "there is no such type";
		return -1;
	}
	if (!strchr(allowed, *at)) {
		error->what = *at == 'v'   ? "v does not stand with other arguments"
					  : *at == 'S' ? "S is for results"
								   : "a result cannot have this type";
		return -1;
	}
	if (type->nullable && *at != 's' && *at != 'S') {
		error->what = "only s and S can have a '?'";
		return -1;
	}
	*text = at + 1;
	return 0;
}

static char *
put_type(char *out, struct signature_type type)
{
	if (type.nullable) *out++ = '?';
	*out++ = type.letter;
	return out;
}

int
signature_parse(const char *text, struct signature *signature, struct signature_error *error)
{
	const char *at = text;
	char *out = signature->text;
	memset(signature, 0, sizeof(*signature));
	if (take_type(&at, "vcChHiIlLzdsS", &signature->types[0], error) < 0) goto fail;
	if (*at != ':') {
		error->what = "':' is missing behind the result";
		goto fail;
	}
	out = put_type(out, signature->types[0]);
	*out++ = *at++;
	if (strcmp(at, "v") == 0) at++;
	while (*at) {
		struct signature_type *type = &signature->types[signature->count + 1];
		if (signature->count == SIGNATURE_ARGUMENTS) {
			error->what = "there are too many arguments";
			goto fail;
		}
		if (take_type(&at, "cChHiIlLzdsbBmM", type, error) < 0) goto fail;
		out = put_type(out, *type);
		signature->count++;
	}
	*out = '\0';
	return 0;
fail:
	error->at = (size_t)(at - text);
	return -1;
}

unsigned
signature_width(struct signature_type type)
{
	switch (type.letter) {
	case 'c':
	case 'C':
		return 1;
	case 'h':
	case 'H':
		return 2;
	case 'i':
	case 'I':
		return 4;
	case 'l':
	case 'L':
		return 8;
	case 'z':
		return sizeof(size_t);
	default:
		return 0;
	}
}
