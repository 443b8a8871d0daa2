/* SPDX-License-Identifier: BSD-3-Clause */
/* The plugins of this process, each loaded once however many threads ask.
 *
 * The first that asks makes the record, marks it as loading and does the work without the lock; others wait for it. A
 * thread that meets its own mark has found a cycle of needs. A plugin that was refused stays so, and is told once. */
#include "config.h"

#include "registry/internal.h"

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct plugin *plugins;
static unsigned long loaded_count;
static bool sealed;

void
event_plugin_seal(void)
{
	__atomic_store_n(&sealed, true, __ATOMIC_RELEASE);
}

bool
registry_sealed(void)
{
	return __atomic_load_n(&sealed, __ATOMIC_ACQUIRE);
}

struct plugin *
registry_first_locked(void)
{
	return plugins;
}

static void
free_plugin(struct plugin *plugin)
{
	free(plugin->name);
	free(plugin->file);
	free(plugin->error);
	free(plugin);
}

/* file: one that was refused under another name of the same plugin does not count. */
static struct plugin *
lookup_locked(const char *name, const char *file)
{
	for (struct plugin *plugin = plugins; plugin; plugin = plugin->next) {
		if (strcmp(plugin->name, name) != 0) continue;
		bool other_file = file && plugin->file && strcmp(plugin->file, file) != 0;
		if (!(other_file && plugin->status == PLUGIN_REFUSED)) return plugin;
	}
	return NULL;
}

static struct plugin *
new_plugin(const char *name, const char *file)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));
	if (!plugin) return NULL;
	plugin->name = strdup(name);
	plugin->file = file ? strdup(file) : NULL;
	if (plugin->name && (!file || plugin->file)) return plugin;
	free_plugin(plugin);
	return NULL;
}

/* True for the first that asks. */
static bool
tell_once(struct plugin *plugin)
{
	registry_lock();
	bool first = !plugin->told;
	plugin->told = true;
	registry_unlock();
	return first;
}

static void
tell_refused(struct plugin *plugin)
{
	if (!tell_once(plugin)) return;
	message_say(EVENT_LOG_WARN, "mkevent: %s: %s", plugin->file ? plugin->file : plugin->name,
		plugin->error ? plugin->error : "out of memory; free some");
}

static void
tell_absent(struct plugin *plugin)
{
	char path[2048];
	if (!tell_once(plugin)) return;
	if (registry_sealed())
		message_say(EVENT_LOG_WARN,
			"mkevent: %s: not loaded, since the program called event_plugin_seal(); load it before", plugin->name);
	else
		message_say(EVENT_LOG_WARN, "mkevent: %s: no such plugin in %s; install it, or set EVENT_PLUGIN_PATH",
			plugin->name, path_describe(path, sizeof(path)));
}

static void
settle(struct plugin *plugin, enum plugin_status status)
{
	registry_lock();
	plugin->status = status;
	plugin->loader = NULL;
	if (status == PLUGIN_LOADED) plugin->order = ++loaded_count;
	registry_changed();
	registry_unlock();
}

/* The record is marked as loading, by this thread. */
static enum plugin_status
search_and_load(struct plugin *plugin, uint32_t kind)
{
	struct why why = {""};
	const struct event_plugin_descriptor *builtin = NULL;
	enum plugin_status status = PLUGIN_ABSENT;
	if (!plugin->file && path_core_is_program()) builtin = load_builtin(plugin->name);
	if (!plugin->file && !builtin && !registry_sealed()) plugin->file = path_find(plugin->name);
	if (!plugin->file && !builtin) builtin = load_builtin(plugin->name);
	if (plugin->file || builtin) {
		status = load_plugin(plugin, builtin, kind, &why) ? PLUGIN_LOADED : PLUGIN_REFUSED;
		if (status == PLUGIN_REFUSED) plugin->error = strdup(why.text);
	}
	settle(plugin, status);
	return status;
}

/* Finds the record, or makes one that is absent. Returns with the lock held, and only when no other thread loads it. */
static struct plugin *
record_locked(const char *name, const char *file)
{
	registry_lock();
	struct plugin *plugin = lookup_locked(name, file);
	while (plugin && plugin->status == PLUGIN_LOADING && plugin->loader != registry_self())
		if (!registry_wait_locked()) break;
	if (plugin) return plugin;
	plugin = new_plugin(name, file);
	if (!plugin) return NULL;
	plugin->status = PLUGIN_ABSENT;
	plugin->untried = true;
	plugin->next = plugins;
	plugins = plugin;
	return plugin;
}

enum plugin_status
registry_obtain(const char *name, const char *file, uint32_t kind, unsigned how, struct plugin **out)
{
	struct plugin *plugin = record_locked(name, file);
	*out = plugin;
	if (!plugin) {
		registry_unlock();
		return PLUGIN_ABSENT;
	}
	enum plugin_status status = plugin->status;
	bool again = (how & OBTAIN_AGAIN) || ((how & OBTAIN_LOUD) && !plugin->told);
	bool first = status == PLUGIN_ABSENT && (plugin->untried || again);
	if (first) {
		plugin->untried = false;
		plugin->status = PLUGIN_LOADING;
		plugin->loader = registry_self();
	}
	registry_unlock();
	if (first) status = search_and_load(plugin, kind);
	if (status == PLUGIN_REFUSED) tell_refused(plugin);
	if (status == PLUGIN_ABSENT && (how & OBTAIN_LOUD)) tell_absent(plugin);
	if (status != PLUGIN_LOADED || !kind || plugin->descriptor.kind == kind) return status;
	if (how & OBTAIN_LOUD)
		message_say(EVENT_LOG_WARN, "mkevent: %s: it is a %s, but a %s is wanted; ask for it as what it is", name,
			kind_name(plugin->descriptor.kind), kind_name(kind));
	return PLUGIN_ABSENT;
}

int
event_plugin_load(const char *name_or_file)
{
	char name[PLUGIN_NAME_BYTES];
	struct plugin *plugin;
	bool is_file = name_or_file[0] == '/';
	message_release();
	if (is_file ? !check_file_name(name_or_file, name)
				: (strchr(name_or_file, '/') || strlen(name_or_file) >= sizeof(name))) {
		message_say(EVENT_LOG_WARN,
			"mkevent: %s: neither a plugin's name nor an absolute path that ends in .so; give one of them",
			name_or_file);
		return -1;
	}
	if (!is_file) memcpy(name, name_or_file, strlen(name_or_file) + 1);
	enum plugin_status status =
		registry_obtain(name, is_file ? name_or_file : NULL, 0, OBTAIN_LOUD | OBTAIN_AGAIN, &plugin);
	if (status != PLUGIN_LOADED) return -1;
	if (!is_file || (plugin->file && strcmp(plugin->file, name_or_file) == 0)) return 0;
	message_say(EVENT_LOG_WARN, "mkevent: %s: not loaded, since %s already was from %s; choose one of them",
		name_or_file, name, plugin->file ? plugin->file : "the core itself");
	return -1;
}

const struct event_plugin_interface *
event_plugin_find(enum event_plugin_kind kind, const char *name, uint16_t major, uint16_t minor, int quiet)
{
	struct plugin *plugin;
	if (!quiet) message_release();
	if (registry_obtain(name, NULL, (uint32_t)kind, quiet ? OBTAIN_QUIET : OBTAIN_LOUD, &plugin) != PLUGIN_LOADED)
		return NULL;
	const struct event_plugin_interface *interface = plugin->descriptor.interface;
	if (check_interface_fits(interface, major, minor)) return interface;
	if (tell_once(plugin))
		message_say(EVENT_LOG_WARN,
			"mkevent: %s: its interface has version %d.%d, but %d.%d is wanted; install plugins and libraries of one "
			"release",
			plugin->file ? plugin->file : plugin->name, interface->major, interface->minor, major, minor);
	return NULL;
}

/* The last loaded first, since what it needs was loaded before it. */
static struct plugin *
last_loaded(struct plugin *list)
{
	struct plugin *last = NULL;
	for (; list; list = list->next)
		if (list->status == PLUGIN_LOADED && (!last || list->order > last->order)) last = list;
	return last;
}

void
registry_shutdown(void)
{
	watch_shutdown();
	registry_lock();
	struct plugin *list = plugins, *next;
	plugins = NULL;
	registry_unlock();
	for (struct plugin *plugin; (plugin = last_loaded(list)) != NULL; plugin->status = PLUGIN_ABSENT) {
		if (plugin->descriptor.unload) plugin->descriptor.unload();
		object_close(plugin->handle);
	}
	for (; list; list = next) {
		next = list->next;
		free_plugin(list);
	}
	message_drop_kept();
	backend_forget();
	path_forget();
}
