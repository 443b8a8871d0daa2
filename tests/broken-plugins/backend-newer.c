/* SPDX-License-Identifier: BSD-3-Clause */
/* No defect: made with a later minor version of the contract, whose structs have more members. */
#include <event2/plugin.h>
#include <stdlib.h>

struct newer_backend {
	struct event_plugin_backend known;
	void (*unknown)(void);
};
struct newer_descriptor {
	struct event_plugin_descriptor known;
	const char *unknown;
};

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

static const struct newer_backend interface = {
	.known = {.head = {sizeof(interface), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR + 1},
		.method = "newer",
		.open = open_nothing,
		.close = free,
		.change = change_nothing,
		.wait = wait_for_nothing},
	.unknown = abort};

extern EVENT_PLUGIN_EXPORT_ const struct newer_descriptor event_plugin;
const struct newer_descriptor event_plugin = {.known = {.size = sizeof(event_plugin),
												  .abi_major = EVENT_PLUGIN_ABI_MAJOR,
												  .abi_minor = EVENT_PLUGIN_ABI_MINOR,
												  .kind = EVENT_PLUGIN_BACKEND,
												  .name = "backend-newer",
												  .version = "2.0.0",
												  .licence = "BSD-3-Clause",
												  .summary = "a fixture of the test suite",
												  .interface = &interface.known.head},
	.unknown = "more"};
