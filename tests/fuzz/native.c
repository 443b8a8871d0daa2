/* SPDX-License-Identifier: BSD-3-Clause */
/* A fuzz target: requests and replies of native functions. The input is a signature, a zero, and the bytes. What is
 * read as a request must be written and read as the same again. The plugin's own files are compiled in, with this host.
 */
#include "native.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
log_nothing(int severity, const char *format, ...)
{
	(void)severity, (void)format;
}

static const struct event_plugin_host host = {
	.size = sizeof(host), .log = log_nothing, .alloc = malloc, .realloc = realloc, .free = free};
const struct event_plugin_host *rpc_host = &host;

void
rpc_free(void *memory)
{
	free(memory);
}

/* A message that is any bytes. */
static void *
blob_new(void *arg)
{
	(void)arg;
	return evbuffer_new();
}

static void
blob_free(void *blob)
{
	evbuffer_free(blob);
}

static void
blob_marshal(struct evbuffer *buffer, void *blob)
{
	evbuffer_add(buffer, evbuffer_pullup(blob, -1), evbuffer_get_length(blob));
}

static int
blob_unmarshal(void *blob, struct evbuffer *buffer)
{
	return evbuffer_add_buffer(blob, buffer);
}

static const struct evrpc_native_message message = {
	.make = blob_new, .free = blob_free, .marshal = blob_marshal, .unmarshal = blob_unmarshal};

static void
again(const struct native_form *form, struct native_values *values)
{
	struct native_values copy = {0};
	struct evbuffer *one = evbuffer_new(), *two = evbuffer_new();
	if (!native_write(one, form, values, false)) abort();
	if (!native_write(two, form, values, false)) abort();
	if (!native_read(one, form, &copy, false) || !native_write(one, form, &copy, false)) abort();
	if (evbuffer_get_length(one) != evbuffer_get_length(two) ||
		memcmp(evbuffer_pullup(one, -1), evbuffer_pullup(two, -1), evbuffer_get_length(one)) != 0)
		abort();
	native_values_free(form, &copy);
	evbuffer_free(one);
	evbuffer_free(two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct evrpc_native_message *const list[SIGNATURE_ARGUMENTS] = {&message, &message, &message, &message,
		&message, &message, &message, &message, &message, &message, &message, &message, &message, &message, &message,
		&message};
	struct native_form form;
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	if (!end || native_form_init(&form, "fuzz", "f", (const char *)data, list) < 0) return 0;
	for (int reply = 0; reply < 2; reply++) {
		struct native_values values = {0};
		struct evbuffer *buffer = evbuffer_new();
		evbuffer_add(buffer, end + 1, size - (size_t)(end + 1 - data));
		if (native_read(buffer, &form, &values, reply) && !reply) again(&form, &values);
		native_values_free(&form, &values);
		evbuffer_free(buffer);
	}
	return 0;
}
