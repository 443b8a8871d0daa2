/* SPDX-License-Identifier: BSD-3-Clause */
/* Who wants to know that plugins are about to be unloaded: the facades, whose tables lead into them. */
#include "config.h"

#include "registry/internal.h"

#include <stdlib.h>

struct watcher {
	struct watcher *next;
	void (*forget)(void);
};

static struct watcher *watchers;

static struct watcher **
find_locked(void (*forget)(void))
{
	struct watcher **at = &watchers;
	while (*at && (*at)->forget != forget)
		at = &(*at)->next;
	return at;
}

int
event_plugin_watch_shutdown(void (*forget)(void), int on)
{
	struct watcher *fresh = on ? calloc(1, sizeof(*fresh)) : NULL;
	if (on && !fresh) return -1;
	registry_lock();
	struct watcher **at = find_locked(forget), *spare = fresh;
	if (on && !*at) {
		fresh->forget = forget;
		*at = fresh;
		spare = NULL;
	} else if (!on && *at) {
		spare = *at;
		*at = spare->next;
	}
	registry_unlock();
	free(spare);
	return 0;
}

void
watch_shutdown(void)
{
	registry_lock();
	struct watcher *list = watchers, *next;
	watchers = NULL;
	registry_unlock();
	for (; list; list = next) {
		next = list->next;
		list->forget();
		free(list);
	}
}
