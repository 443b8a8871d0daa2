/* SPDX-License-Identifier: BSD-3-Clause */
/* The signatures of native functions, as a pure parser: see event2/rpc_native.h for the letters. */
#ifndef PROTO_RPC_SIGNATURE_H_
#define PROTO_RPC_SIGNATURE_H_

#include <stdbool.h>
#include <stddef.h>

#define SIGNATURE_ARGUMENTS 16                           /* at most */
#define SIGNATURE_TEXT (2 * SIGNATURE_ARGUMENTS + 3 + 1) /* bytes of the longest in its canonical form */

struct signature_type {
	char letter;   /* one of vcChHiIlLzdsSbBmM */
	bool nullable; /* ?s, ?S */
};

struct signature {
	unsigned count;                                       /* of arguments */
	struct signature_type types[1 + SIGNATURE_ARGUMENTS]; /* the first is the result's */
	char text[SIGNATURE_TEXT];                            /* canonical: without the v of no arguments */
};

/* What is wrong, and at which byte of the text. */
struct signature_error {
	const char *what;
	size_t at;
};

/* Returns 0, or -1 with the error. */
int signature_parse(const char *text, struct signature *signature, struct signature_error *error);

static inline bool
signature_is_text(struct signature_type type)
{
	return type.letter == 's' || type.letter == 'S';
}

static inline bool
signature_is_message(struct signature_type type)
{
	return type.letter == 'm' || type.letter == 'M';
}

/* Whether it comes back with the reply. */
static inline bool
signature_is_out(struct signature_type type)
{
	return type.letter == 'B' || type.letter == 'M';
}

/* Bytes of an integer type, or 0 for the others. */
unsigned signature_width(struct signature_type type);

#endif
