/* SPDX-License-Identifier: BSD-3-Clause */
/* Which backend a base gets. EVENT_BACKEND names the only candidate; without it the candidates are those of the build's
 * preference list. Which of them fit is asked in that order, and each is loaded when it is its turn.
 *
 * The constructor loads the first that fits before the program can chroot, drop its privileges or filter its system
 * calls. It stands in this file so that a static program has it, too. */
#include "config.h"

#include "registry/internal.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "backend-"
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)

enum verdict { FITS, EXCLUDED, LACKS_FEATURES, REFUSED, ABSENT };

/* What the person in front of the program wants: the only candidate. NULL: nothing. */
static const char *
named_by_environment(const struct registry_backend_request *request)
{
	const char *wanted = request->use_environment ? registry_setting("EVENT_BACKEND") : NULL;
	return wanted && wanted[0] ? wanted : NULL;
}

/* Name of candidate i, in text when it has to be made; NULL after the last. */
static const char *
candidate(const struct registry_backend_request *request, int i, char text[PLUGIN_NAME_BYTES])
{
	const char *wanted = named_by_environment(request);
	if (!wanted) return registry_preference[i];
	if (i > 0) return NULL;
	bool full = strncmp(wanted, PREFIX, PREFIX_LENGTH) == 0;
	int length = snprintf(text, PLUGIN_NAME_BYTES, "%s%s", full ? "" : PREFIX, wanted);
	return length > 0 && length < PLUGIN_NAME_BYTES && !strchr(text, '/') ? text : NULL;
}

/* EVENT_NOEPOLL and the like: set to anything. */
static bool
excluded_by_environment(const char *method)
{
	char name[PLUGIN_NAME_BYTES + 16] = "EVENT_NO";
	size_t at = strlen(name);
	for (; *method && at < sizeof(name) - 1; method++)
		name[at++] = (char)(*method >= 'a' && *method <= 'z' ? *method - 'a' + 'A' : *method);
	name[at] = '\0';
	return registry_setting(name) != NULL;
}

static bool
excluded(const struct registry_backend_request *request, const char *method)
{
	for (int i = 0; i < request->avoid_count; i++)
		if (strcasecmp(request->avoid[i], method) == 0) return true;
	/* Programs set these for themselves (tmux sets EVENT_NOEPOLL, since epoll refuses /dev/null, which ours does not):
	 * a name in EVENT_BACKEND is the stronger word. */
	return request->use_environment && !named_by_environment(request) && excluded_by_environment(method);
}

/* The plugin's name tells its method before it is loaded, the interface afterwards. */
static enum verdict
judge(const struct registry_backend_request *request, const char *name, struct registry_backend *out,
	struct plugin **plugin)
{
	*plugin = NULL;
	if (excluded(request, name + PREFIX_LENGTH)) return EXCLUDED;
	enum plugin_status status = registry_obtain(name, NULL, EVENT_PLUGIN_BACKEND, OBTAIN_QUIET, plugin);
	if (status != PLUGIN_LOADED) return status == PLUGIN_REFUSED ? REFUSED : ABSENT;
	check_copy_interface(&out->ops, sizeof(out->ops), (*plugin)->descriptor.interface);
	out->name = (*plugin)->name;
	out->file = (*plugin)->file;
	if (excluded(request, out->ops.method)) return EXCLUDED;
	return (out->ops.features & request->require) == request->require ? FITS : LACKS_FEATURES;
}

/* A built-in one that is used since there are no files is worth a warning, unless it is what the build prefers. */
static void
warn_of_last_resort(const struct registry_backend *chosen, bool missed)
{
	static bool warned;
	char path[2048];
	if (chosen->file || !missed || __atomic_exchange_n(&warned, true, __ATOMIC_RELAXED)) return;
	message_say(EVENT_LOG_WARN,
		"mkevent: no backend plugin in %s; using the built-in %s, which may be slower; install the plugins "
		"or set EVENT_PLUGIN_PATH",
		path_describe(path, sizeof(path)), chosen->name);
}

static int
next_fitting(const struct registry_backend_request *request, int index, struct registry_backend *out)
{
	char text[PLUGIN_NAME_BYTES];
	const char *name;
	bool missed = false;
	for (int i = 0; (name = candidate(request, i, text)) != NULL; i++) {
		struct plugin *plugin;
		enum verdict verdict = judge(request, name, out, &plugin);
		if (verdict == ABSENT) missed = true;
		if (verdict != FITS || index-- > 0) continue;
		warn_of_last_resort(out, missed);
		return 0;
	}
	return -1;
}

int
registry_backend_next(const struct registry_backend_request *request, int index, struct registry_backend *out)
{
	message_release();
	return next_fitting(request, index, out);
}

__attribute__((constructor)) static void
load_early(void)
{
	const struct registry_backend_request request = {.use_environment = true};
	struct registry_backend ignored;
	const char *when = registry_setting("EVENT_PLUGIN_LOAD");
	if (!when || strcmp(when, "lazy") != 0) (void)next_fitting(&request, 0, &ignored);
}

/* ---- Nothing fits ------------------------------------------------------------------------------------------------ */

struct listing {
	char text[3072];
	size_t used;
};

static void __attribute__((format(printf, 2, 3))) list_add(struct listing *listing, const char *format, ...)
{
	va_list arguments;
	size_t room = sizeof(listing->text) - listing->used;
	va_start(arguments, format);
	int length = vsnprintf(listing->text + listing->used, room, format, arguments);
	va_end(arguments);
	if (length > 0) listing->used += (size_t)length < room ? (size_t)length : room - 1;
}

static int
list_backend(const struct event_plugin_info *info, void *arg)
{
	struct listing *listing = arg;
	if (strncmp(info->name, PREFIX, PREFIX_LENGTH) != 0 || info->state == EVENT_PLUGIN_STATE_REFUSED) return 0;
	list_add(listing, "%s%s (%s)", listing->used ? ", " : "", info->name + PREFIX_LENGTH,
		info->file ? info->file : "built in");
	return 0;
}

static void
list_candidate(const struct registry_backend_request *request, const char *name, struct listing *listing)
{
	struct registry_backend backend;
	struct plugin *plugin;
	enum verdict verdict = judge(request, name, &backend, &plugin);
	const char *separator = listing->used ? ", " : "";
	const char *file = verdict != ABSENT && plugin && plugin->file ? plugin->file : name;
	switch (verdict) {
	case FITS:
		list_add(listing, "%s%s (could not start)", separator, file);
		break;
	case EXCLUDED:
		list_add(listing, "%s%s (excluded by the program or EVENT_NO...)", separator, file);
		break;
	case LACKS_FEATURES:
		list_add(listing, "%s%s (lacks wanted features: has 0x%x)", separator, file, backend.ops.features);
		break;
	case REFUSED:
		list_add(listing, "%s%s (%s)", separator, file, plugin->error ? plugin->error : "out of memory");
		break;
	case ABSENT:
		list_add(listing, "%s%s (no such file)", separator, name);
		break;
	}
}

void
registry_backend_none(const struct registry_backend_request *request)
{
	struct listing listing = {"", 0};
	char text[PLUGIN_NAME_BYTES], path[1024];
	const char *wanted = named_by_environment(request), *name;
	message_release();
	for (int i = 0; (name = candidate(request, i, text)) != NULL; i++)
		list_candidate(request, name, &listing);
	if (wanted) {
		struct listing there = {"", 0};
		(void)event_plugin_foreach(list_backend, &there);
		message_say(EVENT_LOG_WARN,
			"mkevent: EVENT_BACKEND=%s cannot be had: tried %s; there are %s; set it to one of these or unset it",
			wanted, listing.used ? listing.text : "nothing, since this is no name",
			there.used ? there.text : "no backends");
		return;
	}
	message_say(EVENT_LOG_WARN,
		"mkevent: no backend fits (wanted features 0x%x): tried %s; looked in %s; install one, set "
		"EVENT_PLUGIN_PATH or exclude fewer",
		request->require, listing.used ? listing.text : "none", path_describe(path, sizeof(path)));
}

/* ---- The list of methods ----------------------------------------------------------------------------------------- */

struct method_list {
	struct method_list *older;
	int count;
	const char *names[];
};

static struct method_list *method_lists;

static void
add_method(struct method_list *list, const struct plugin *plugin)
{
	struct event_plugin_backend ops;
	check_copy_interface(&ops, sizeof(ops), plugin->descriptor.interface);
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->names[i], ops.method) == 0) return;
	list->names[list->count++] = ops.method;
}

/* Those of the preference list, then others that were loaded by name. */
static struct method_list *
make_methods(void)
{
	size_t room = 1;
	struct plugin *plugin;
	for (int i = 0; registry_preference[i]; i++, room++)
		(void)registry_obtain(registry_preference[i], NULL, EVENT_PLUGIN_BACKEND, OBTAIN_QUIET, &plugin);
	registry_lock();
	for (plugin = registry_first_locked(); plugin; plugin = plugin->next)
		room++;
	struct method_list *list = calloc(1, sizeof(*list) + room * sizeof(list->names[0]));
	for (int i = 0; list && registry_preference[i]; i++)
		for (plugin = registry_first_locked(); plugin; plugin = plugin->next)
			if (plugin->status == PLUGIN_LOADED && plugin->descriptor.kind == EVENT_PLUGIN_BACKEND &&
				strcmp(plugin->name, registry_preference[i]) == 0)
				add_method(list, plugin);
	for (plugin = registry_first_locked(); list && plugin; plugin = plugin->next)
		if (plugin->status == PLUGIN_LOADED && plugin->descriptor.kind == EVENT_PLUGIN_BACKEND)
			add_method(list, plugin);
	registry_unlock();
	return list;
}

/* Lists that were handed out stay; a new one is kept only when it says something new. */
const char **
registry_backend_methods(void)
{
	static const char *none[1];
	message_release();
	struct method_list *made = make_methods();
	if (!made) return none;
	registry_lock();
	struct method_list *last = method_lists;
	if (last && last->count == made->count) {
		free(made);
	} else {
		made->older = last;
		method_lists = last = made;
	}
	registry_unlock();
	return last->names;
}

void
backend_forget(void)
{
	registry_lock();
	struct method_list *list = method_lists, *older;
	method_lists = NULL;
	registry_unlock();
	for (; list; list = older) {
		older = list->older;
		free(list);
	}
}
