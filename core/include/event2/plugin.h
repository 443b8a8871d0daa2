/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_H_INCLUDED_
#define EVENT2_PLUGIN_H_INCLUDED_

/** @file event2/plugin.h
 *
 * The plugin contract: all that a plugin's author reads.
 *
 * A plugin is one shared object with one job: a backend (readiness of file descriptors), a protocol, a filter (a type
 * of bufferevent) or a service (something that the core or another plugin asks for by name). It exports one symbol, the
 * constant descriptor `event_plugin`, which EVENT_PLUGIN_DEFINE() makes; the same source file becomes a built-in plugin
 * when it is compiled with -DEVENT_PLUGIN_BUILTIN=name.
 *
 * How it grows: structs are only appended to. Each begins with its own size, so a reader copies the smaller of the two
 * sizes into a zeroed struct and never looks past what the writer knew; a function that is missing is NULL and means
 * the documented default. A different major number is refused, a plugin's minor number is the least that it needs.
 */

#include <event2/visibility.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of the contract that this header describes. */
#define EVENT_PLUGIN_ABI_MAJOR 1
#define EVENT_PLUGIN_ABI_MINOR 0 /**< raised when something is appended */

/** What a plugin is for. */
enum event_plugin_kind {
	EVENT_PLUGIN_BACKEND = 1,  /**< tells which file descriptors are ready: struct event_plugin_backend */
	EVENT_PLUGIN_PROTOCOL = 2, /**< speaks a protocol; its interface belongs to its facade */
	EVENT_PLUGIN_FILTER = 3,   /**< a type of bufferevent, such as TLS; its interface belongs to its facade */
	EVENT_PLUGIN_SERVICE = 4   /**< asked for by name, such as "resolver": struct event_plugin_resolver */
};

/** Beginning of every interface that a plugin publishes. */
struct event_plugin_interface {
	uint32_t size;  /**< sizeof the whole interface, as the plugin was compiled */
	uint16_t major; /**< of this interface, not of the contract */
	uint16_t minor; /**< the same */
};

/** One thing that a plugin cannot (or would rather not) do without. An array of them ends with kind 0. */
struct event_plugin_need {
	uint32_t kind;     /**< enum event_plugin_kind */
	const char *name;  /**< the other plugin's name, as in its file name */
	uint16_t major;    /**< of its interface: that and no other */
	uint16_t minor;    /**< of its interface: the least that will do */
	uint16_t optional; /**< 1: load without it */
};

/** One function that tools and the RPC plugin may call without a header. An array of them ends with name NULL. */
struct event_plugin_call {
	const char *name; /**< unique within the plugin */
	/** Types of the result and, behind ':', of the arguments, one letter each: v nothing, c/C int8/uint8, h/H 16 bits,
	 * i/I 32 bits, l/L 64 bits, z size_t, d double, s string that is not freed, ?s one that may be NULL, S and ?S a
	 * result that host->free() frees; b and B bytes in and out, as event2/rpc_native.h says. */
	const char *signature;
	void (*function)(void); /**< cast from its own type */
};

struct event_plugin_host;

/** What a plugin says about itself. All of it is constant and lives as long as the plugin is loaded. */
struct event_plugin_descriptor {
	uint32_t size;                         /**< sizeof(struct event_plugin_descriptor) */
	uint16_t abi_major;                    /**< EVENT_PLUGIN_ABI_MAJOR */
	uint16_t abi_minor;                    /**< the least minor version of the contract that the plugin needs */
	uint32_t kind;                         /**< enum event_plugin_kind */
	const char *name;                      /**< equal to its file's name without ".so", such as "backend-poll" */
	const char *version;                   /**< the plugin's own */
	const char *licence;                   /**< SPDX expression */
	const char *summary;                   /**< one line for people */
	const struct event_plugin_need *needs; /**< NULL: none */
	/** Called once, when all needs are loaded. Returns 0, or -1 after host->fail() said why; then nothing of the
	 * plugin is used and unload is not called. NULL: nothing to do. */
	int (*load)(const struct event_plugin_host *host);
	/** Called once, before the object is closed. NULL: nothing to do. */
	void (*unload)(void);
	const struct event_plugin_interface *interface; /**< of the type that belongs to kind (or name) */
	const struct event_plugin_call *calls;          /**< NULL: none */
};

#if defined(EVENT_PLUGIN_BUILTIN)
#define EVENT_PLUGIN_PASTE_(a, b) a##b
#define EVENT_PLUGIN_NAME_(name) EVENT_PLUGIN_PASTE_(event_plugin_builtin_, name)
#define EVENT_PLUGIN_SYMBOL_ EVENT_PLUGIN_NAME_(EVENT_PLUGIN_BUILTIN)
#define EVENT_PLUGIN_EXPORT_
#else
/** The descriptor's symbol; for EVENT_PLUGIN_DEFINE(). */
#define EVENT_PLUGIN_SYMBOL_ event_plugin
/** Makes it visible. */
#define EVENT_PLUGIN_EXPORT_ __attribute__((visibility("default")))
#endif

/** Defines the descriptor: EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-x", .version = "1.0.0", ...); */
#define EVENT_PLUGIN_DEFINE(kind_, name_, ...)                                                                         \
	extern EVENT_PLUGIN_EXPORT_ const struct event_plugin_descriptor EVENT_PLUGIN_SYMBOL_;                             \
	const struct event_plugin_descriptor EVENT_PLUGIN_SYMBOL_ = {.size = sizeof(struct event_plugin_descriptor),       \
		.abi_major = EVENT_PLUGIN_ABI_MAJOR,                                                                           \
		.abi_minor = EVENT_PLUGIN_ABI_MINOR,                                                                           \
		.kind = (kind_),                                                                                               \
		.name = (name_),                                                                                               \
		__VA_ARGS__}

/** Severities of host->log(): the values of EVENT_LOG_* in event2/event.h. */
enum event_plugin_log { EVENT_PLUGIN_LOG_DEBUG, EVENT_PLUGIN_LOG_MSG, EVENT_PLUGIN_LOG_WARN, EVENT_PLUGIN_LOG_ERR };

/** What the core lends to a plugin, from load() until unload() returned. Everything else is the public API, by soname.
 * Every function may be called from any thread. */
struct event_plugin_host {
	uint32_t size;      /**< sizeof(struct event_plugin_host), as the core was compiled */
	uint16_t abi_major; /**< the core's */
	uint16_t abi_minor; /**< the core's */
	/** Different for each copy of the core in a process, as is event_plugin_identity(). The core itself refuses a
	 * plugin that needs another copy than the one that loads it. */
	const void *identity;
	const char *core_version; /**< mkevent's own, such as "1.0.0" */
	/** Writes one line to the program's log; severity: enum event_plugin_log. */
	void (*log)(int severity, const char *format, ...)
#ifdef __GNUC__
		__attribute__((format(printf, 2, 3)))
#endif
		;
	/** Says why load() is going to return -1; the core puts file and advice around it. Returns -1. */
	int (*fail)(const char *format, ...)
#ifdef __GNUC__
		__attribute__((format(printf, 1, 2)))
#endif
		;
	/** These follow event_set_mem_functions(), so they are not for load(), which runs before a program can call it.
	 * alloc and realloc return NULL when there is no memory. */
	void *(*alloc)(size_t size);
	void *(*realloc)(void *memory, size_t size); /**< see alloc */
	void (*free)(void *memory);                  /**< see alloc */
	/** Value of an EVENT_* environment variable, or NULL when it is not set or the process is privileged. */
	const char *(*setting)(const char *name);
	/** Interface of another plugin (loaded now, unless loading is sealed), or NULL when there is none of this major
	 * version and at least this minor one. Valid until the caller's unload() returned, if it is among its needs. */
	const struct event_plugin_interface *(*find)(uint32_t kind, const char *name, uint16_t major, uint16_t minor);
};

/** Bit of ai_flags in every entry of an addrinfo list that a plugin made: evutil_freeaddrinfo() then gives each entry
 * (its ai_addr lies in the same block) and its ai_canonname to host->free(). */
#define EVENT_PLUGIN_ADDRINFO_OWNED 0x40000000

/* ---- Backends -------------------------------------------------------------------------------------------------- */

/** Version of the interface of backends. */
#define EVENT_PLUGIN_BACKEND_MAJOR 1
#define EVENT_PLUGIN_BACKEND_MINOR 0 /**< raised when something is appended */

/** Bits of readiness and of interest; the values of EV_READ and so on in event2/event.h. */
enum event_plugin_what {
	EVENT_PLUGIN_READ = 0x02,
	EVENT_PLUGIN_WRITE = 0x04,
	EVENT_PLUGIN_SIGNAL = 0x08, /**< only in out[]: its fd is a signal's number */
	EVENT_PLUGIN_EDGE = 0x20,   /**< only in interest: report changes, not levels (EV_FEATURE_ET) */
	EVENT_PLUGIN_CLOSED = 0x80  /**< the peer closed its side (EV_FEATURE_EARLY_CLOSE) */
};

/** One file descriptor that is ready. */
struct event_plugin_ready {
	int fd;        /**< as change() was given it */
	unsigned what; /**< enum event_plugin_what, merged; an error or a hang-up is READ|WRITE (the core masks it) */
};

/** How the program wants its backend; passed to open(). */
struct event_plugin_backend_config {
	uint32_t size;                        /**< sizeof(struct event_plugin_backend_config), as the core was compiled */
	uint32_t flags;                       /**< EVENT_BASE_FLAG_*, after the environment had its say */
	const struct event_plugin_host *host; /**< as load() got it */
};

/** Flags of a backend. */
enum event_plugin_backend_flag {
	EVENT_PLUGIN_BACKEND_REINIT = 1 /**< its kernel object is shared with a forked child: call reinit() there */
};

/** The interface of a backend. It sees no event_base, calls nothing back and links none of our libraries.
 *
 * Threads: the core never makes two calls on one state at once. What other threads change while wait() runs is told
 * after it returned: a program may have closed the fd by then, so a backend takes an error on change to 0 for success.
 *
 * What the core promises: change() is called for an fd only when what is wanted of it changed, or when one of its
 * events was deleted and added again, since the fd itself may have been closed and re-used in between; then old may
 * equal now. For the same reason an fd that goes to 0 and back within one turn may be another file than before. */
struct event_plugin_backend {
	struct event_plugin_interface head; /**< sizeof, EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR */
	const char *method;                 /**< what event_base_get_method() says, such as "epoll" */
	uint32_t features;                  /**< EV_FEATURE_* of event2/event.h */
	uint32_t flags;                     /**< enum event_plugin_backend_flag */
	/** Bytes that the backend wants to keep with each fd. They begin as zeros, and stay at one address until close().
	 */
	size_t fdinfo_size;
	/** config is valid during the call only; the host that it names, until unload().
	 * Returns the state, or NULL with errno set when the kernel or the configuration does not allow this backend. */
	void *(*open)(const struct event_plugin_backend_config *config);
	void (*close)(void *state); /**< Gives back what open() made. */
	/** In a forked child: forgets every fd and gets a kernel object of its own, without touching the parent's. The core
	 * zeroes every fdinfo before it, and calls change() for every fd after it. Returns 0, or -1 with errno set.
	 * NULL: nothing is shared. */
	int (*reinit)(void *state);
	/** Interest in fd goes from old to now (0: none). May be put off until wait(). fdinfo: see fdinfo_size; NULL when
	 * that is 0. Returns 0, or -1 with errno set (EBADF, ENOMEM, ...), then old still holds. An fd that this kernel
	 * call does not know, but poll(2) would call ready (a regular file), is reported ready at every wait. */
	int (*change)(void *state, int fd, unsigned old, unsigned now, void *fdinfo);
	/** Waits until something is ready or the deadline passes.
	 * now, deadline: nanoseconds of CLOCK_MONOTONIC; a deadline of UINT64_MAX waits for ever, a past one polls. now may
	 * be 0 when the deadline is 0 or for ever. Never returns early for the deadline: event_plugin_timeout_ms() rounds
	 * up. out: room for max (at least 1) entries, filled from 0; one entry per fd, its bits merged. Returns the number
	 * of entries, 0 at the deadline, -1 with errno set. EINTR is not an error: returns 0. Thread: the loop's. Must not
	 * allocate in the steady state. */
	int (*wait)(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max);
	/** Starts (on 1) or stops (on 0) reporting a signal as {signum, EVENT_PLUGIN_SIGNAL}. Returns 0 or -1 with errno.
	 * NULL: the core uses its own pipe. */
	int (*signal)(void *state, int signum, int on);
};

/** The last argument of poll(2) and the like, from those of wait(): -1 for ever, 0 to poll. Rounded up, so that a timer
 * never fires early and the loop never spins before it does. */
static inline int
event_plugin_timeout_ms(uint64_t now, uint64_t deadline)
{
	if (deadline == UINT64_MAX) return -1;
	if (deadline <= now) return 0;
	uint64_t ms = (deadline - now - 1) / 1000000 + 1;
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* ---- Services: the resolver ------------------------------------------------------------------------------------- */

#define EVENT_PLUGIN_RESOLVER_NAME "resolver" /**< what the core asks for */
#define EVENT_PLUGIN_RESOLVER_MAJOR 1         /**< of its interface */
#define EVENT_PLUGIN_RESOLVER_MINOR 0         /**< raised when something is appended */

struct addrinfo;
struct evdns_base;

/** The interface of the service "resolver": how the core looks names up for a program that has an evdns_base. Without
 * it the core has getaddrinfo(3), which blocks. */
struct event_plugin_resolver {
	struct event_plugin_interface head; /**< sizeof, EVENT_PLUGIN_RESOLVER_MAJOR, EVENT_PLUGIN_RESOLVER_MINOR */
	/** As evdns_getaddrinfo(): calls cb from within and returns NULL, or returns a handle and calls cb later, in the
	 * loop's thread. cb owns the list: evutil_freeaddrinfo(). */
	void *(*getaddrinfo)(struct evdns_base *dns, const char *node, const char *service, const struct addrinfo *hints,
		void (*cb)(int result, struct addrinfo *list, void *arg), void *arg);
	/** As evdns_getaddrinfo_cancel(): cb of a handle that still waits comes later, with EVUTIL_EAI_CANCEL. */
	void (*cancel)(void *handle);
};

/* ---- Looking at plugins, for programs ---------------------------------------------------------------------------- */

/** Identity of the core that this call reached. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const void *event_plugin_identity(void);

/** mkevent's own version, such as "1.0.0"; event_get_version() tells which libevent it stands in for. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const char *mkevent_version(void);

/** Where a plugin stands. */
enum event_plugin_state {
	EVENT_PLUGIN_STATE_LOADED = 1, /**< in use or ready to be */
	EVENT_PLUGIN_STATE_BUILTIN,    /**< the same, compiled into the core */
	EVENT_PLUGIN_STATE_REFUSED,    /**< tried and found wanting: see error */
	EVENT_PLUGIN_STATE_FOUND       /**< there is such a file; it was not opened */
};

/** Facts on one plugin, valid during the callback that gets them. */
struct event_plugin_info {
	uint32_t size;                                    /**< bytes of this struct that are filled in */
	enum event_plugin_state state;                    /**< where it stands */
	const char *name;                                 /**< as its file has it, without ".so" */
	const char *file;                                 /**< NULL for a built-in one */
	const struct event_plugin_descriptor *descriptor; /**< NULL unless loaded or built in */
	const char *error;                                /**< NULL unless refused: what is wrong; what to do */
};

/** Calls visit for every plugin: the loaded, the refused, the files found in the search path (in alphabetic order
 * within each folder), then the built-in; each name once. Opens none. Stops when visit does not return 0, and returns
 * that; else 0, or -1 when there is no memory. No lock is held while visit runs. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_plugin_foreach(int (*visit)(const struct event_plugin_info *info, void *arg), void *arg);

/** Calls visit for each folder in which plugins are looked for, in order, whether it exists or not. Stops when visit
 * does not return 0, and returns that; else 0. No lock is held while visit runs. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_plugin_foreach_folder(int (*visit)(const char *folder, void *arg), void *arg);

/** Loads the plugin of that name ("proto-http") or file (an absolute path ending in ".so") and what it needs.
 * Returns 0 when it is (or already was) loaded; -1 when not. A log line says why, once for each file and process.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_plugin_load(const char *name_or_file);

/** Interface of a plugin, which is loaded if need be, or NULL. minor: the least minor version that will do; an
 * interface of another major is refused. quiet: 1 to say nothing when there is no such plugin. Valid until
 * libevent_global_shutdown(). Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const struct event_plugin_interface *event_plugin_find(
	enum event_plugin_kind kind, const char *name, uint16_t major, uint16_t minor, int quiet);

/** Has forget called by libevent_global_shutdown(), once, before plugins are unloaded (on 1), or no longer (on 0): for
 * whoever keeps an interface. Returns 0, or -1 when there is no memory. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_plugin_watch_shutdown(void (*forget)(void), int on);

/** Forbids any further loading in this process, for good. What is loaded stays usable. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_plugin_seal(void);

/** Opens a plugin's file (an absolute path ending in ".so"), checks it as loading would, without running its load(),
 * and closes it again. What it needs must be loaded or in the search path. Logs nothing. Returns 0 when it would do; -1
 * and in why (of why_size bytes, always terminated) what is wrong and what to do. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_plugin_verify(const char *file, char *why, size_t why_size);

#ifdef __cplusplus
}
#endif
#endif
