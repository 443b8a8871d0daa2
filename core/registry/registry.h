/* SPDX-License-Identifier: BSD-3-Clause */
/* What the core asks of the registry. Programs and facades use event2/plugin.h. */
#ifndef MKEVENT_REGISTRY_REGISTRY_H_
#define MKEVENT_REGISTRY_REGISTRY_H_

#include <event2/plugin.h>
#include <stdbool.h>

struct registry_backend_request {
	const char *const *avoid; /* method names that the program or EVENT_NO* excludes; avoid_count of them */
	int avoid_count;
	unsigned require;     /* EV_FEATURE_* that it must have */
	bool use_environment; /* obey EVENT_BACKEND and EVENT_NO<METHOD> */
};

struct registry_backend {
	struct event_plugin_backend ops; /* zero-extended copy: a missing function is NULL */
	const char *name;                /* "backend-epoll"; lives until shutdown */
	const char *file;                /* NULL for a built-in one */
};

/* Backends that fit the request, best first: what EVENT_BACKEND names alone, else the preference list; each is loaded
 * only when it is its turn. index counts from 0. Returns 0, or -1 when there are no more. *out is a copy. */
int registry_backend_next(const struct registry_backend_request *request, int index, struct registry_backend *out);
/* One log line: nothing fits, and every file that was tried. */
void registry_backend_none(const struct registry_backend_request *request);
/* Method names of all that can be loaded, best first, NULL at the end; owned by the registry until shutdown. */
const char **registry_backend_methods(void);

/* Value of an environment variable that the core itself obeys, or NULL when unset or the process is privileged
 * (AT_SECURE: set-uid, set-gid, file capabilities). */
const char *registry_setting(const char *name);

/* The host table that backends get in their config. */
const struct event_plugin_host *registry_host(void);

/* Unloads everything: part of libevent_global_shutdown(). A later use loads again. */
void registry_shutdown(void);

#endif
