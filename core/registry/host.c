/* SPDX-License-Identifier: BSD-3-Clause */
/* The host table: what plugins are lent. */
#include "config.h"

#include "registry/internal.h"
#include "util/mm.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char fail_text[512];
static char identity; /* its address is */

const void *
event_plugin_identity(void)
{
	return &identity;
}

static void
host_log(int severity, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length >= 0) message_say(severity, "%s", text);
}

static int
host_fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (vsnprintf(fail_text, sizeof(fail_text), format, arguments) < 0) fail_text[0] = '\0';
	va_end(arguments);
	return -1;
}

void
host_fail_clear(void)
{
	fail_text[0] = '\0';
}

const char *
host_fail_text(void)
{
	return fail_text;
}

static const struct event_plugin_interface *
host_find(uint32_t kind, const char *name, uint16_t major, uint16_t minor)
{
	struct plugin *plugin;
	if (registry_obtain(name, NULL, kind, OBTAIN_QUIET, &plugin) != PLUGIN_LOADED) return NULL;
	return check_interface_fits(plugin->descriptor.interface, major, minor) ? plugin->descriptor.interface : NULL;
}

const struct event_plugin_host *
registry_host(void)
{
	static const struct event_plugin_host host = {.size = sizeof(host),
		.abi_major = EVENT_PLUGIN_ABI_MAJOR,
		.abi_minor = EVENT_PLUGIN_ABI_MINOR,
		.identity = &identity,
		.core_version = PACKAGE_VERSION,
		.log = host_log,
		.fail = host_fail,
		.alloc = mm_malloc,
		.realloc = mm_realloc,
		.free = mm_free,
		.setting = registry_setting,
		.find = host_find};
	return &host;
}
