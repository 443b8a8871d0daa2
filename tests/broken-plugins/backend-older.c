/* SPDX-License-Identifier: BSD-3-Clause */
/* No defect: made when descriptor and interface ended earlier. The structs here really are that short, so that a build
 * with the address sanitizer sees a core that reads behind them. */
#include <event2/plugin.h>
#include <stdlib.h>

struct older_backend {
	struct event_plugin_interface head;
	const char *method;
	uint32_t features, flags;
	size_t fdinfo_size;
	void *(*open)(const struct event_plugin_backend_config *config);
	void (*close)(void *state);
	int (*reinit)(void *state);
	int (*change)(void *state, int fd, unsigned old, unsigned now, void *fdinfo);
	int (*wait)(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max);
};
_Static_assert(
	sizeof(struct older_backend) == offsetof(struct event_plugin_backend, signal), "the same but for its end");

struct older_descriptor {
	uint32_t size;
	uint16_t abi_major, abi_minor;
	uint32_t kind;
	const char *name, *version, *licence, *summary;
	const struct event_plugin_need *needs;
	int (*load)(const struct event_plugin_host *host);
	void (*unload)(void);
	const struct event_plugin_interface *interface;
};
_Static_assert(
	sizeof(struct older_descriptor) == offsetof(struct event_plugin_descriptor, calls), "the same but for its end");

static void *
open_nothing(const struct event_plugin_backend_config *config)
{
	(void)config;
	return malloc(1);
}

static int
change_nothing(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	(void)state, (void)fd, (void)old, (void)now, (void)fdinfo;
	return 0;
}

static int
wait_for_nothing(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	(void)state, (void)now, (void)deadline, (void)out, (void)max;
	return 0;
}

static const struct older_backend interface = {.head = {sizeof(interface), EVENT_PLUGIN_BACKEND_MAJOR, 0},
	.method = "older",
	.open = open_nothing,
	.close = free,
	.change = change_nothing,
	.wait = wait_for_nothing};

extern EVENT_PLUGIN_EXPORT_ const struct older_descriptor event_plugin;
const struct older_descriptor event_plugin = {.size = sizeof(event_plugin),
	.abi_major = EVENT_PLUGIN_ABI_MAJOR,
	.kind = EVENT_PLUGIN_BACKEND,
	.name = "backend-older",
	.version = "0.1.0",
	.licence = "BSD-3-Clause",
	.summary = "a fixture of the test suite",
	.interface = &interface.head};
