/* SPDX-License-Identifier: BSD-3-Clause */
/* The search path: EVENT_PLUGIN_PATH, the folder built in at configure time, the folder beside the core's own file.
 *
 * It is made when something is first looked for, which is before the program can chroot, and made again only when the
 * variable has another value. A path is never changed once it is made, so that it can be read without the lock; the
 * older ones are freed at shutdown. */
#include "config.h"

#include "registry/internal.h"

#include <dlfcn.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_SYS_AUXV_H
#include <sys/auxv.h>
#endif

struct search_path {
	struct search_path *older;
	char *setting; /* the variable's value then; NULL: not set */
	int count;
	char *folders[];
};

static struct search_path *newest;

static void
add_folder(struct search_path *path, const char *folder, size_t length)
{
	for (int i = 0; i < path->count; i++)
		if (strlen(path->folders[i]) == length && memcmp(path->folders[i], folder, length) == 0) return;
	char *copy = strndup(folder, length);
	if (copy) path->folders[path->count++] = copy;
}

static void
add_setting(struct search_path *path, const char *setting)
{
	for (const char *entry = setting;;) {
		size_t length = strcspn(entry, ":");
		const char *end = entry + length;
		while (length > 1 && entry[length - 1] == '/')
			length--;
		if (length && entry[0] == '/')
			add_folder(path, entry, length);
		else if (length)
			message_say(EVENT_LOG_WARN,
				"mkevent: EVENT_PLUGIN_PATH: \"%.*s\" is not absolute and was passed over; begin it with /",
				(int)length, entry);
		else if (setting[0])
			message_say(
				EVENT_LOG_WARN, "mkevent: EVENT_PLUGIN_PATH: an empty entry was passed over; take the extra ':' out");
		if (!*end) return;
		entry = end + 1;
	}
}

static bool
own_file(Dl_info *info)
{
	return dladdr((const void *)(size_t)path_core_is_program, info) != 0 && info->dli_fname;
}

/* dladdr() goes through all of an object's symbols, so it is asked once. */
bool
path_core_is_program(void)
{
#if defined(HAVE_GETAUXVAL) && defined(AT_PHDR)
	static int answer = -1;
	Dl_info info;
	int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
	if (known >= 0) return known;
	size_t headers = getauxval(AT_PHDR);
	known = !own_file(&info) || headers - (size_t)info.dli_fbase < 4096;
	__atomic_store_n(&answer, known, __ATOMIC_RELAXED);
	return known;
#else
	return registry_privileged();
#endif
}

/* In a build tree the libraries are in ".libs", and the plugins beside them. A privileged process does not look beside
 * its program: a hard link may have put that anywhere. */
static void
add_beside(struct search_path *path)
{
	Dl_info info;
	char file[PATH_MAX], folder[PATH_MAX];
	if (path_core_is_program()) {
		if (registry_privileged()) return;
		ssize_t length = readlink("/proc/self/exe", file, sizeof(file) - 1);
		if (length <= 0) return;
		file[length] = '\0';
	} else if (!own_file(&info) || !realpath(info.dli_fname, file)) {
		return;
	}
	char *slash = strrchr(file, '/');
	if (!slash) return;
	*slash = '\0';
	int length = snprintf(folder, sizeof(folder), "%s/mkevent", file);
	if (length > 0 && (size_t)length < sizeof(folder)) add_folder(path, folder, (size_t)length);
	slash = strrchr(file, '/');
	if (slash && strcmp(slash, "/.libs") == 0) add_folder(path, file, strlen(file));
}

static void
free_path(struct search_path *path)
{
	if (!path) return;
	for (int i = 0; i < path->count; i++)
		free(path->folders[i]);
	free(path->setting);
	free(path);
}

static struct search_path *
make_path(const char *setting)
{
	size_t room = 4; /* those that come from elsewhere */
	for (const char *at = setting; at && *at; at++)
		room += *at == ':';
	struct search_path *path = calloc(1, sizeof(*path) + room * sizeof(path->folders[0]));
	if (!path) return NULL;
	if (setting) {
		path->setting = strdup(setting);
		if (!path->setting) {
			free(path);
			return NULL;
		}
		add_setting(path, setting);
	}
	add_folder(path, PLUGINDIR, strlen(PLUGINDIR));
	add_beside(path);
	return path;
}

static bool
is_current(const struct search_path *path, const char *setting)
{
	if (!path) return false;
	if (!path->setting || !setting) return path->setting == setting;
	return strcmp(path->setting, setting) == 0;
}

static const struct search_path *
current_path(void)
{
	const char *setting = registry_setting("EVENT_PLUGIN_PATH");
	registry_lock();
	struct search_path *path = newest;
	registry_unlock();
	if (is_current(path, setting)) return path;
	struct search_path *made = make_path(setting);
	if (!made) return path;
	registry_lock();
	if (!is_current(newest, setting)) {
		made->older = newest;
		newest = made;
		made = NULL;
	}
	path = newest;
	registry_unlock();
	free_path(made); /* another thread was faster */
	return path;
}

int
path_foreach(int (*visit)(const char *folder, void *arg), void *arg)
{
	const struct search_path *path = current_path();
	for (int i = 0; path && i < path->count; i++) {
		int result = visit(path->folders[i], arg);
		if (result) return result;
	}
	return 0;
}

char *
path_find(const char *name)
{
	const struct search_path *path = current_path();
	if (strchr(name, '/')) return NULL; /* a name, not a way out of the folder */
	for (int i = 0; path && i < path->count; i++) {
		char file[PATH_MAX];
		struct stat status;
		int length = snprintf(file, sizeof(file), "%s/%s.so", path->folders[i], name);
		if (length < 0 || (size_t)length >= sizeof(file)) continue;
		if (stat(file, &status) == 0 && S_ISREG(status.st_mode)) return strdup(file);
	}
	return NULL;
}

const char *
path_describe(char *text, size_t size)
{
	const struct search_path *path = current_path();
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; path && i < path->count && used < size; i++) {
		int length = snprintf(text + used, size - used, "%s%s", i ? ":" : "", path->folders[i]);
		if (length > 0) used += (size_t)length;
	}
	return text;
}

void
path_forget(void)
{
	registry_lock();
	struct search_path *path = newest, *older;
	newest = NULL;
	registry_unlock();
	for (; path; path = older) {
		older = path->older;
		free_path(path);
	}
}
