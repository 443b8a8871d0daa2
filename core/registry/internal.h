/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the registry. The registry's own memory comes from the C library, never from
 * event_set_mem_functions(): it is made before the program can call that, and lives until shutdown. */
#ifndef MKEVENT_REGISTRY_INTERNAL_H_
#define MKEVENT_REGISTRY_INTERNAL_H_

#include "registry/builtin.h"
#include "registry/registry.h"

#include <stdbool.h>
#include <stddef.h>

#define REGISTRY_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* ---- lock.c: one mutex and one condition, independent of the program's evthread callbacks; never held while a
 * plugin's or a program's code runs, nor in dlopen. -------------------------------------------------------------- */
void registry_lock(void);
void registry_unlock(void);
/* Waits for registry_changed() with the lock released; false after a few seconds without one. */
bool registry_wait_locked(void);
void registry_changed(void);
/* Different for each thread; never NULL. */
const void *registry_self(void);

/* ---- why.c: the text "what is wrong; what to do" ---------------------------------------------------------------- */
struct why {
	char text[768];
};
/* Always returns false, so that a check can end with it. */
bool why_set(struct why *why, const char *format, ...) REGISTRY_PRINTF(2, 3);
/* Puts more behind it. */
void why_add(struct why *why, const char *format, ...) REGISTRY_PRINTF(2, 3);

/* ---- message.c: lines are kept until the first base is made or a program asks for a plugin by itself: before that
 * neither the log callback nor the program's standard error may be what it will be. ------------------------------- */
void message_say(int severity, const char *format, ...) REGISTRY_PRINTF(2, 3);
void message_release(void);
void message_drop_kept(void);

/* ---- setting.c -------------------------------------------------------------------------------------------------- */
/* AT_SECURE or its like: the environment is not to be trusted. */
bool registry_privileged(void);

/* ---- path.c: where plugins are ---------------------------------------------------------------------------------- */
/* Calls visit for each folder of the search path in order until it returns nonzero; returns that. No lock is held. */
int path_foreach(int (*visit)(const char *folder, void *arg), void *arg);
/* The file of that plugin, the first in the search path; freed by the caller. NULL: none, or no memory. */
char *path_find(const char *name);
/* The folders with ':' between them, cut at size. Returns text. */
const char *path_describe(char *text, size_t size);
void path_forget(void);
/* True when the core is linked into the program statically. Its "own file" is then whatever name the program was
 * started by, and a plugin's file would bring a second core: what is built in comes first. */
bool path_core_is_program(void);

/* ---- trust.c ---------------------------------------------------------------------------------------------------- */
/* False when this process has privileges and others may write the file or a folder above it. */
bool trust_file(const char *file, struct why *why);

/* ---- object.c: a shared object, open ---------------------------------------------------------------------------- */
struct object {
	void *handle;
	const void *symbol; /* the descriptor, unchecked */
};
bool object_open(const char *file, struct object *object, struct why *why);
void object_close(void *handle);

/* ---- check.c: descriptors --------------------------------------------------------------------------------------- */
const char *kind_name(uint32_t kind);
/* Copies what symbol and this core have in common into *out, the rest of which becomes 0. kind 0: any. */
bool check_descriptor(
	const void *symbol, const char *name, uint32_t kind, struct event_plugin_descriptor *out, struct why *why);
bool check_interface_fits(const struct event_plugin_interface *interface, uint16_t major, uint16_t minor);
/* A zero-extended copy of an interface. */
void check_copy_interface(void *out, size_t out_size, const struct event_plugin_interface *interface);
/* Name of the plugin in such a file: without folder and ".so". False when it is no such name, or too long. */
#define PLUGIN_NAME_BYTES 128
bool check_file_name(const char *file, char name[PLUGIN_NAME_BYTES]);

/* ---- registry.c: the plugins ------------------------------------------------------------------------------------ */
enum plugin_status {
	PLUGIN_ABSENT = 1, /* no such file, no such built-in */
	PLUGIN_LOADING,
	PLUGIN_LOADED,
	PLUGIN_REFUSED
};

/* Never moves, and what it points to never changes, until shutdown. status is the lock's. */
struct plugin {
	struct plugin *next; /* the newest first */
	enum plugin_status status;
	bool untried;        /* absent, since nobody looked yet */
	bool told;           /* the log has it */
	const void *loader;  /* registry_self() of the thread that loads it */
	unsigned long order; /* of loading, from 1 */
	char *name;
	char *file;  /* NULL: built in, or absent */
	char *error; /* of a refused one */
	void *handle;
	struct event_plugin_descriptor descriptor; /* of a loaded one */
};

enum obtain_how {
	OBTAIN_QUIET = 0,
	OBTAIN_LOUD = 1, /* absence is worth a line */
	OBTAIN_AGAIN = 2 /* look again for what was absent before */
};

/* The plugin of that name, loaded now if need be. file: that one and no other, or NULL. Returns its status, which is
 * LOADED, REFUSED, ABSENT, or LOADING (this thread is loading it: a cycle), and the plugin, or NULL when there is no
 * memory. A refusal is told once. */
enum plugin_status registry_obtain(
	const char *name, const char *file, uint32_t kind, unsigned how, struct plugin **out);
/* Newest first; registry_lock() held. */
struct plugin *registry_first_locked(void);
bool registry_sealed(void);

/* ---- load.c ----------------------------------------------------------------------------------------------------- */
/* Opens, checks, loads the needs and runs load(). Fills handle and descriptor. builtin: instead of plugin->file. */
bool load_plugin(struct plugin *plugin, const struct event_plugin_descriptor *builtin, uint32_t kind, struct why *why);
const struct event_plugin_descriptor *load_builtin(const char *name);

/* ---- host.c ----------------------------------------------------------------------------------------------------- */
/* Around a plugin's load(): what host->fail() said in this thread since the first of them. */
void host_fail_clear(void);
const char *host_fail_text(void);

/* ---- watch.c ---------------------------------------------------------------------------------------------------- */
/* Tells those who watch, and forgets them. */
void watch_shutdown(void);

/* ---- backend.c -------------------------------------------------------------------------------------------------- */
void backend_forget(void);

#endif
