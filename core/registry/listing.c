/* SPDX-License-Identifier: BSD-3-Clause */
/* event_plugin_foreach: what is loaded, what was refused, what else lies in the search path, and what is built in. A
 * snapshot is made first, so that no lock is held in the callback; its strings are the records' own, or the entries'.
 */
#include "config.h"

#include "registry/internal.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct event_plugin_info info;
	struct event_plugin_descriptor descriptor;
	char *file; /* of a found one; its name is in here */
	char name[PLUGIN_NAME_BYTES];
};

struct snapshot {
	struct entry *entries;
	size_t count, room;
	bool failed;
};

static bool
is_listed(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (strcmp(snapshot->entries[i].name, name) == 0) return true;
	return false;
}

static struct entry *
append(struct snapshot *snapshot, const char *name, enum event_plugin_state state)
{
	if (snapshot->count == snapshot->room) {
		size_t room = snapshot->room ? snapshot->room * 2 : 16;
		struct entry *entries = realloc(snapshot->entries, room * sizeof(*entries));
		if (!entries) {
			snapshot->failed = true;
			return NULL;
		}
		snapshot->entries = entries;
		snapshot->room = room;
	}
	struct entry *entry = &snapshot->entries[snapshot->count++];
	memset(entry, 0, sizeof(*entry));
	(void)snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->info.size = sizeof(entry->info);
	entry->info.state = state;
	return entry;
}

static void
append_record(struct snapshot *snapshot, const struct plugin *plugin)
{
	bool loaded = plugin->status == PLUGIN_LOADED;
	struct entry *entry = append(snapshot, plugin->name,
		!loaded        ? EVENT_PLUGIN_STATE_REFUSED
		: plugin->file ? EVENT_PLUGIN_STATE_LOADED
					   : EVENT_PLUGIN_STATE_BUILTIN);
	if (!entry) return;
	entry->info.file = plugin->file;
	entry->info.error = loaded ? NULL : plugin->error ? plugin->error : "out of memory; free some";
	if (loaded) entry->descriptor = plugin->descriptor;
}

static void
append_records(struct snapshot *snapshot)
{
	registry_lock();
	for (int want_loaded = 1; want_loaded >= 0; want_loaded--)
		for (const struct plugin *plugin = registry_first_locked(); plugin; plugin = plugin->next)
			if (plugin->status == (want_loaded ? PLUGIN_LOADED : PLUGIN_REFUSED) && !is_listed(snapshot, plugin->name))
				append_record(snapshot, plugin);
	registry_unlock();
}

static void
append_builtins(struct snapshot *snapshot)
{
	for (unsigned i = 0; i < registry_builtin_count; i++) {
		const struct event_plugin_descriptor *builtin = registry_builtin[i];
		if (!builtin || is_listed(snapshot, builtin->name)) continue;
		struct entry *entry = append(snapshot, builtin->name, EVENT_PLUGIN_STATE_BUILTIN);
		if (entry) entry->descriptor = *builtin;
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* A library in a build tree is no plugin. */
static int
append_folder(const char *folder, void *arg)
{
	struct snapshot *snapshot = arg;
	size_t first = snapshot->count;
	DIR *open = opendir(folder);
	for (struct dirent *item; open && (item = readdir(open)) != NULL;) {
		char name[PLUGIN_NAME_BYTES], file[PATH_MAX];
		if (strncmp(item->d_name, "lib", 3) == 0 || !check_file_name(item->d_name, name) || is_listed(snapshot, name))
			continue;
		int length = snprintf(file, sizeof(file), "%s/%s", folder, item->d_name);
		if (length < 0 || (size_t)length >= sizeof(file)) continue;
		struct entry *entry = append(snapshot, name, EVENT_PLUGIN_STATE_FOUND);
		if (!entry || !(entry->file = strdup(file))) snapshot->failed = true;
		if (snapshot->failed) break;
	}
	if (open) closedir(open);
	if (snapshot->count > first)
		qsort(snapshot->entries + first, snapshot->count - first, sizeof(snapshot->entries[0]), compare);
	return snapshot->failed;
}

int
event_plugin_foreach(int (*visit)(const struct event_plugin_info *info, void *arg), void *arg)
{
	struct snapshot snapshot = {NULL, 0, 0, false};
	append_records(&snapshot);
	if (path_core_is_program()) append_builtins(&snapshot);
	(void)path_foreach(append_folder, &snapshot);
	append_builtins(&snapshot);
	int result = snapshot.failed ? -1 : 0;
	for (size_t i = 0; i < snapshot.count; i++) {
		struct entry *entry = &snapshot.entries[i];
		entry->info.name = entry->name;
		if (entry->file) entry->info.file = entry->file;
		if (entry->descriptor.size) entry->info.descriptor = &entry->descriptor;
		if (result == 0) result = visit(&entry->info, arg);
	}
	for (size_t i = 0; i < snapshot.count; i++)
		free(snapshot.entries[i].file);
	free(snapshot.entries);
	return result;
}

int
event_plugin_foreach_folder(int (*visit)(const char *folder, void *arg), void *arg)
{
	return path_foreach(visit, arg);
}
