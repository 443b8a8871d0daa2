/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole plugin, of which each fixture says only what is wrong with it: it defines some of these and includes this.
 *
 *   FIXTURE_NAME        the name in the descriptor (required)
 *   FIXTURE_KIND        EVENT_PLUGIN_BACKEND, unless it says otherwise
 *   FIXTURE_SIZE, FIXTURE_MAJOR, FIXTURE_MINOR  of the descriptor
 *   FIXTURE_NEEDS, FIXTURE_LOAD, FIXTURE_UNLOAD, FIXTURE_INTERFACE
 *   FIXTURE_BACKEND_MAJOR, FIXTURE_OPEN, FIXTURE_WAIT  of its interface, a backend that sees nothing */
#include <event2/plugin.h>
#include <stdlib.h>
#include <time.h>

#ifndef FIXTURE_KIND
#define FIXTURE_KIND EVENT_PLUGIN_BACKEND
#endif
#ifndef FIXTURE_SIZE
#define FIXTURE_SIZE sizeof(struct event_plugin_descriptor)
#endif
#ifndef FIXTURE_MAJOR
#define FIXTURE_MAJOR EVENT_PLUGIN_ABI_MAJOR
#endif
#ifndef FIXTURE_MINOR
#define FIXTURE_MINOR EVENT_PLUGIN_ABI_MINOR
#endif
#ifndef FIXTURE_NEEDS
#define FIXTURE_NEEDS NULL
#endif
#ifndef FIXTURE_LOAD
#define FIXTURE_LOAD NULL
#endif
#ifndef FIXTURE_UNLOAD
#define FIXTURE_UNLOAD NULL
#endif
#ifndef FIXTURE_BACKEND_MAJOR
#define FIXTURE_BACKEND_MAJOR EVENT_PLUGIN_BACKEND_MAJOR
#endif
#ifndef FIXTURE_OPEN
#define FIXTURE_OPEN blind_open
#endif
#ifndef FIXTURE_WAIT
#define FIXTURE_WAIT blind_wait
#endif
#ifndef FIXTURE_INTERFACE
#define FIXTURE_INTERFACE &blind.head
#endif

__attribute__((unused)) static void *
blind_open(const struct event_plugin_backend_config *config)
{
	(void)config;
	return malloc(1);
}

static void
blind_close(void *state)
{
	free(state);
}

static int
blind_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	(void)state, (void)fd, (void)old, (void)now, (void)fdinfo;
	return 0;
}

__attribute__((unused)) static int
blind_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	const struct timespec a_millisecond = {0, 1000000};
	(void)state, (void)out, (void)max;
	if (deadline > now) nanosleep(&a_millisecond, NULL);
	return 0;
}

__attribute__((unused)) static const struct event_plugin_backend blind = {
	.head = {sizeof(struct event_plugin_backend), FIXTURE_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "blind",
	.open = FIXTURE_OPEN,
	.close = blind_close,
	.change = blind_change,
	.wait = FIXTURE_WAIT,
};

extern EVENT_PLUGIN_EXPORT_ const struct event_plugin_descriptor event_plugin;
const struct event_plugin_descriptor event_plugin = {
	.size = FIXTURE_SIZE,
	.abi_major = FIXTURE_MAJOR,
	.abi_minor = FIXTURE_MINOR,
	.kind = FIXTURE_KIND,
	.name = FIXTURE_NAME,
	.version = "1.0.0",
	.licence = "BSD-3-Clause",
	.summary = "a fixture of the test suite",
	.needs = FIXTURE_NEEDS,
	.load = FIXTURE_LOAD,
	.unload = FIXTURE_UNLOAD,
	.interface = FIXTURE_INTERFACE,
};
