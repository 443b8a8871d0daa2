/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole of a facade, made from one interface list. A facade's .c defines, and then includes this:
 *
 *   FACADE_TABLE      the table's type, such as struct event_plugin_http
 *   FACADE_FUNCTIONS  the list, such as EVENT_PLUGIN_HTTP_FUNCTIONS
 *   FACADE_KIND, FACADE_PLUGIN, FACADE_MAJOR, FACADE_MINOR  which plugin
 *
 * Each classic symbol is one load and one jump through the table. The table begins full of stand-ins, which try once
 * more to load the plugin (then with a log line when it cannot be had) and otherwise return what the list says. The
 * constructor loads the plugin early, before the program can chroot or drop its privileges; EVENT_PLUGIN_LOAD=lazy
 * leaves it to the first call. libevent_global_shutdown() unloads the plugin and puts the stand-ins back.
 *
 * FACADE_KEEP(name): where there are static libraries alone, a built-in plugin comes into a program with the facade
 * that says this (and FACADE_KEEPS_NAME is defined); the core's own table does not bring it. */

#include <event2/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In a privileged process the environment is void, as everywhere. */
#ifdef HAVE_SECURE_GETENV
#define FACADE_GETENV secure_getenv
#else
#define FACADE_GETENV getenv
#endif

#define FACADE_KEEP(name)                                                                                              \
	extern const struct event_plugin_descriptor event_plugin_builtin_##name;                                           \
	static const struct event_plugin_descriptor *const facade_keeps_##name __attribute__((used)) =                     \
		&event_plugin_builtin_##name;

static void facade_load(bool early);

#define FACADE_DECLARE(result, name, fallback, parameters, arguments) static result missing_##name parameters;
FACADE_FUNCTIONS(FACADE_DECLARE)

#define FACADE_ENTRY(result, name, fallback, parameters, arguments) .name = missing_##name,
static FACADE_TABLE facade_table = {FACADE_FUNCTIONS(FACADE_ENTRY)};
static bool facade_loaded;

#define FACADE_STAND_IN(result, name, fallback, parameters, arguments)                                                 \
	static result missing_##name parameters                                                                            \
	{                                                                                                                  \
		facade_load(false);                                                                                            \
		if (facade_table.name != missing_##name) return facade_table.name arguments;                                   \
		return fallback;                                                                                               \
	}
FACADE_FUNCTIONS(FACADE_STAND_IN)

#define FACADE_FORWARD(result, name, fallback, parameters, arguments)                                                  \
	result name parameters                                                                                             \
	{                                                                                                                  \
		return facade_table.name arguments;                                                                            \
	}
FACADE_FUNCTIONS(FACADE_FORWARD)

/* The plugin is about to go. */
static void
facade_forget(void)
{
#define FACADE_RESET(result, name, fallback, parameters, arguments) facade_table.name = missing_##name;
	FACADE_FUNCTIONS(FACADE_RESET)
	facade_loaded = false;
}

/* A function that the plugin leaves out keeps its stand-in. */
static void
facade_load(bool early)
{
	if (__atomic_load_n(&facade_loaded, __ATOMIC_ACQUIRE)) return;
	const struct event_plugin_interface *found =
		event_plugin_find(FACADE_KIND, FACADE_PLUGIN, FACADE_MAJOR, FACADE_MINOR, early);
	if (!found || event_plugin_watch_shutdown(facade_forget, 1) < 0) return;
	FACADE_TABLE copy;
	memset(&copy, 0, sizeof(copy));
	memcpy(&copy, found, found->size < sizeof(copy) ? found->size : sizeof(copy));
#define FACADE_TAKE(result, name, fallback, parameters, arguments)                                                     \
	if (copy.name) __atomic_store_n(&facade_table.name, copy.name, __ATOMIC_RELAXED);
	FACADE_FUNCTIONS(FACADE_TAKE)
	__atomic_store_n(&facade_loaded, true, __ATOMIC_RELEASE);
}

/* The library itself may be closed before the core is. */
__attribute__((destructor)) static void
facade_leave(void)
{
	(void)event_plugin_watch_shutdown(facade_forget, 0);
}

__attribute__((constructor)) static void
facade_load_early(void)
{
	const char *when = FACADE_GETENV("EVENT_PLUGIN_LOAD");
	if (!when || strcmp(when, "lazy") != 0) facade_load(true);
}
