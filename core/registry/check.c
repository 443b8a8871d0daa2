/* SPDX-License-Identifier: BSD-3-Clause */
/* Is this a descriptor that we can use? Pure: looks at memory alone, and never past the size that the plugin states. */
#include "config.h"

#include "registry/internal.h"

#include <string.h>

/* What a descriptor of contract 1.0 cannot do without. */
#define DESCRIPTOR_LEAST (offsetof(struct event_plugin_descriptor, interface) + sizeof(void *))
#define BACKEND_LEAST (offsetof(struct event_plugin_backend, wait) + sizeof(void (*)(void)))

const char *
kind_name(uint32_t kind)
{
	switch (kind) {
	case EVENT_PLUGIN_BACKEND:
		return "backend";
	case EVENT_PLUGIN_PROTOCOL:
		return "protocol";
	case EVENT_PLUGIN_FILTER:
		return "filter";
	case EVENT_PLUGIN_SERVICE:
		return "service";
	}
	return "thing of an unknown kind";
}

bool
check_interface_fits(const struct event_plugin_interface *interface, uint16_t major, uint16_t minor)
{
	return interface->major == major && interface->minor >= minor;
}

void
check_copy_interface(void *out, size_t out_size, const struct event_plugin_interface *interface)
{
	memset(out, 0, out_size);
	memcpy(out, interface, interface->size < out_size ? interface->size : out_size);
}

static bool
check_version(const struct event_plugin_descriptor *descriptor, struct why *why)
{
	if (descriptor->abi_major != EVENT_PLUGIN_ABI_MAJOR)
		return why_set(why, "made for contract %d, this core has %d; build it again with this core's event2/plugin.h",
			descriptor->abi_major, EVENT_PLUGIN_ABI_MAJOR);
	if (descriptor->abi_minor > EVENT_PLUGIN_ABI_MINOR)
		return why_set(why, "needs contract %d.%d, this core has %d.%d; install a newer mkevent", descriptor->abi_major,
			descriptor->abi_minor, EVENT_PLUGIN_ABI_MAJOR, EVENT_PLUGIN_ABI_MINOR);
	return true;
}

static bool
check_backend(const struct event_plugin_interface *interface, struct why *why)
{
	struct event_plugin_backend ops;
	if (interface->size < BACKEND_LEAST)
		return why_set(why, "its interface has %lu bytes, a backend's has at least %lu; build it again",
			(unsigned long)interface->size, (unsigned long)BACKEND_LEAST);
	if (interface->major != EVENT_PLUGIN_BACKEND_MAJOR)
		return why_set(why, "its backend interface has version %d, this core has %d; build it again", interface->major,
			EVENT_PLUGIN_BACKEND_MAJOR);
	check_copy_interface(&ops, sizeof(ops), interface);
	if (!ops.method || !ops.open || !ops.close || !ops.change || !ops.wait)
		return why_set(why, "its interface lacks %s; mend the plugin",
			!ops.method   ? "a method name"
			: !ops.open   ? "open()"
			: !ops.close  ? "close()"
			: !ops.change ? "change()"
						  : "wait()");
	return true;
}

bool
check_descriptor(
	const void *symbol, const char *name, uint32_t kind, struct event_plugin_descriptor *out, struct why *why)
{
	uint32_t size;
	memcpy(&size, symbol, sizeof(size));
	if (size < DESCRIPTOR_LEAST)
		return why_set(why, "its descriptor has %lu bytes, the contract wants at least %lu; build it again",
			(unsigned long)size, (unsigned long)DESCRIPTOR_LEAST);
	memset(out, 0, sizeof(*out));
	memcpy(out, symbol, size < sizeof(*out) ? size : sizeof(*out));
	if (!check_version(out, why)) return false;
	if (!out->name || strcmp(out->name, name) != 0)
		return why_set(why, "the plugin calls itself \"%s\", its file \"%s\"; rename one of the two",
			out->name ? out->name : "", name);
	if (out->kind < EVENT_PLUGIN_BACKEND || out->kind > EVENT_PLUGIN_SERVICE || (kind && out->kind != kind))
		return why_set(why, "it is a %s, but a %s is wanted; install the right file under this name",
			kind_name(out->kind), kind ? kind_name(kind) : "backend, protocol, filter or service");
	if (!out->interface || out->interface->size < sizeof(*out->interface))
		return why_set(why, "it publishes no interface; mend the plugin");
	return out->kind != EVENT_PLUGIN_BACKEND || check_backend(out->interface, why);
}

bool
check_file_name(const char *file, char name[PLUGIN_NAME_BYTES])
{
	const char *slash = strrchr(file, '/');
	const char *begin = slash ? slash + 1 : file;
	size_t length = strlen(begin);
	if (length <= 3 || strcmp(begin + length - 3, ".so") != 0) return false;
	length -= 3;
	if (length >= PLUGIN_NAME_BYTES) return false;
	memcpy(name, begin, length);
	name[length] = '\0';
	return true;
}
