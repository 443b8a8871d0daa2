/* SPDX-License-Identifier: BSD-3-Clause */
/* What the build knows of plugins; configure generates registry_builtin.c, so that no source of the core names one. */
#ifndef MKEVENT_REGISTRY_BUILTIN_H_
#define MKEVENT_REGISTRY_BUILTIN_H_

#include <event2/plugin.h>

/* The plugins that are compiled into the core. Those that a static program did not take along are NULL. */
extern const struct event_plugin_descriptor *const registry_builtin[];
extern const unsigned registry_builtin_count;
/* Names of the backends of this system in order of preference, such as "backend-poll". Ends with NULL. */
extern const char *const registry_preference[];

#endif
