/* SPDX-License-Identifier: BSD-3-Clause */
/* How this plugin reaches the service "rpc-native". Not among its needs, which would be loaded at start: programs that
 * were written for libevent never use it, and it brings libffi along. */
#include "native.h"

#include <string.h>

const struct event_plugin_native *
native_service(void)
{
	const struct event_plugin_interface *found = event_plugin_find(
		EVENT_PLUGIN_SERVICE, EVENT_PLUGIN_NATIVE_NAME, EVENT_PLUGIN_NATIVE_MAJOR, EVENT_PLUGIN_NATIVE_MINOR, 0);
	return (const struct event_plugin_native *)found;
}

bool
native_shape_init(
	const struct event_plugin_native *service, void *shape, const struct signature *signature, unsigned pointers)
{
	char types[2 + NATIVE_PARAMETERS + 2 + 1], *out = types;
	_Static_assert(NATIVE_PARAMETERS + 2 <= EVENT_PLUGIN_NATIVE_ARGUMENTS, "the service takes that many");
	for (unsigned n = 0; n <= signature->count; n++) {
		char letter = signature->types[n].letter;
		*out++ = strchr("sSbBmM", letter) ? 'p' : letter;
		if (letter == 'b') *out++ = 'z';
		if (n == 0) *out++ = ':';
	}
	while (pointers--)
		*out++ = 'p';
	*out = '\0';
	return service->shape_init(shape, types) == 0;
}
