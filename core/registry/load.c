/* SPDX-License-Identifier: BSD-3-Clause */
/* One plugin: open, check, load what it needs, run its load(). And the same without the last two, for
 * event_plugin_verify(). */
#include "config.h"

#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

const struct event_plugin_descriptor *
load_builtin(const char *name)
{
	for (unsigned i = 0; i < registry_builtin_count; i++)
		if (registry_builtin[i] && strcmp(registry_builtin[i]->name, name) == 0) return registry_builtin[i];
	return NULL;
}

/* Says how it went with something that is needed. */
static bool
need_failed(
	const struct event_plugin_need *need, enum plugin_status status, const struct plugin *found, struct why *why)
{
	char path[512];
	why_set(why, "it needs the %s %s, which ", kind_name(need->kind), need->name);
	switch (status) {
	case PLUGIN_LOADING:
		why_add(why, "needs it in turn (a cycle); take one of the two needs out");
		break;
	case PLUGIN_REFUSED:
		why_add(why, "was refused (%s)", found && found->error ? found->error : "out of memory");
		break;
	case PLUGIN_LOADED:
		why_add(why, "has version %d.%d, not %d.%d; install plugins of one release", found->descriptor.interface->major,
			found->descriptor.interface->minor, need->major, need->minor);
		break;
	case PLUGIN_ABSENT:
		why_add(why, "is not in %s; install it", path_describe(path, sizeof(path)));
		break;
	}
	return false;
}

static bool
load_needs(const struct event_plugin_need *need, struct why *why)
{
	for (; need && need->kind; need++) {
		struct plugin *found;
		enum plugin_status status = registry_obtain(need->name, NULL, need->kind, OBTAIN_QUIET, &found);
		if (status == PLUGIN_LOADED && check_interface_fits(found->descriptor.interface, need->major, need->minor))
			continue;
		if (!need->optional) return need_failed(need, status, found, why);
	}
	return true;
}

static bool
run_load(const struct event_plugin_descriptor *descriptor, struct why *why)
{
	if (!descriptor->load) return true;
	host_fail_clear();
	if (descriptor->load(registry_host()) == 0) return true;
	const char *text = host_fail_text();
	return why_set(why, "%s", text[0] ? text : "its load() failed and did not say why; ask its author");
}

bool
load_plugin(struct plugin *plugin, const struct event_plugin_descriptor *builtin, uint32_t kind, struct why *why)
{
	struct object object = {NULL, builtin};
	if (!builtin && registry_sealed())
		return why_set(why, "not loaded, since the program called event_plugin_seal(); load it before");
	if (!builtin && !object_open(plugin->file, &object, why)) return false;
	if (check_descriptor(object.symbol, plugin->name, kind, &plugin->descriptor, why) &&
		load_needs(plugin->descriptor.needs, why) && run_load(&plugin->descriptor, why)) {
		plugin->handle = object.handle;
		return true;
	}
	object_close(object.handle);
	return false;
}

/* ---- Without loading --------------------------------------------------------------------------------------------- */

/* Who needs whom, down to the one that is looked at. */
struct chain {
	const struct chain *above;
	const char *name;
};

static bool needs_are_there(const struct event_plugin_need *need, const struct chain *chain, struct why *why);

static bool
need_fits(const struct event_plugin_need *need, const struct event_plugin_descriptor *descriptor, struct why *why)
{
	const struct plugin found = {.descriptor = *descriptor};
	return check_interface_fits(descriptor->interface, need->major, need->minor) ||
		   need_failed(need, PLUGIN_LOADED, &found, why);
}

static bool
find_loaded(const char *name, struct event_plugin_descriptor *out)
{
	bool found = false;
	registry_lock();
	for (const struct plugin *plugin = registry_first_locked(); plugin && !found; plugin = plugin->next) {
		if (plugin->status != PLUGIN_LOADED || strcmp(plugin->name, name) != 0) continue;
		*out = plugin->descriptor;
		found = true;
	}
	registry_unlock();
	return found;
}

static bool
need_in_file(const struct event_plugin_need *need, const char *file, const struct chain *chain, struct why *why)
{
	struct why inner = {""};
	struct object object;
	struct event_plugin_descriptor descriptor;
	const struct chain self = {chain, need->name};
	struct plugin refused = {.error = inner.text};
	for (const struct chain *user = chain; user; user = user->above)
		if (strcmp(user->name, need->name) == 0) return need_failed(need, PLUGIN_LOADING, NULL, why);
	if (!object_open(file, &object, &inner)) return need_failed(need, PLUGIN_REFUSED, &refused, why);
	bool good = check_descriptor(object.symbol, need->name, need->kind, &descriptor, &inner) &&
				needs_are_there(descriptor.needs, &self, &inner);
	good = good ? need_fits(need, &descriptor, why) : need_failed(need, PLUGIN_REFUSED, &refused, why);
	object_close(object.handle);
	return good;
}

/* A need is there when it is loaded, built in or a file that would load, with an interface of the right version. */
static bool
needs_are_there(const struct event_plugin_need *need, const struct chain *chain, struct why *why)
{
	for (; need && need->kind; need++) {
		struct event_plugin_descriptor loaded;
		if (need->optional) continue;
		const struct event_plugin_descriptor *here =
			find_loaded(need->name, &loaded) ? &loaded : load_builtin(need->name);
		if (here && !need_fits(need, here, why)) return false;
		if (here) continue;
		char *file = path_find(need->name);
		bool good = file ? need_in_file(need, file, chain, why) : need_failed(need, PLUGIN_ABSENT, NULL, why);
		free(file);
		if (!good) return false;
	}
	return true;
}

static bool
verify(const char *file, struct why *why)
{
	char name[PLUGIN_NAME_BYTES];
	struct object object;
	struct event_plugin_descriptor descriptor;
	if (file[0] != '/' || !check_file_name(file, name))
		return why_set(why, "this is no absolute path that ends in .so; give one");
	if (registry_sealed()) return why_set(why, "not opened, since the program called event_plugin_seal(); ask before");
	if (!object_open(file, &object, why)) return false;
	const struct chain self = {NULL, name};
	bool good =
		check_descriptor(object.symbol, name, 0, &descriptor, why) && needs_are_there(descriptor.needs, &self, why);
	object_close(object.handle);
	return good;
}

int
event_plugin_verify(const char *file, char *why_text, size_t why_size)
{
	struct why why = {""};
	bool good = verify(file, &why);
	if (why_size) {
		size_t length = strlen(why.text);
		if (length >= why_size) length = why_size - 1;
		memcpy(why_text, why.text, length);
		why_text[length] = '\0';
	}
	return good ? 0 : -1;
}
