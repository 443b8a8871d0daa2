/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads requests of the Redis protocol (RESP 2) out of memory. It knows no sockets, allocates nothing and copies
 * nothing, so it can be tested and fuzzed alone. */
#ifndef REQUEST_H_
#define REQUEST_H_

#include <stddef.h>

#define REQUEST_ARGS_MAX 1024
#define REQUEST_BYTES_MAX ((size_t)1 << 20) /* of a whole request */
#define REQUEST_LINE_MAX 16384              /* of an inline one */

struct request_arg {
	const char *data; /* into what was parsed; not terminated */
	size_t len;
};

struct request {
	struct request_arg args[REQUEST_ARGS_MAX];
	size_t count;      /* 0: an empty line or array, to be passed over */
	size_t size;       /* bytes of the request; of one that is not whole, the least that it must grow to */
	const char *error; /* what is wrong with a bad one */
};

enum request_status {
	REQUEST_WHOLE,
	REQUEST_MORE, /* the beginning of one: come again with request->size bytes or more */
	REQUEST_BAD   /* there is no telling where the next one begins: hang up */
};

/* Reads the first request of len bytes. */
enum request_status request_parse(const char *data, size_t len, struct request *request);

#endif
