/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_NATIVE_H_INCLUDED_
#define EVENT2_PLUGIN_NATIVE_H_INCLUDED_

/** @file event2/plugin_native.h
 *
 * The interface of the service "rpc-native": C functions of which only the types are known, called and made at run
 * time. The plugin "proto-rpc" asks for it when a program first offers a native function or makes a stub, and
 * event-plugin(1) for its command `call`. Anybody else may, by event_plugin_find() or host->find(). Only append, and
 * raise the minor version.
 *
 * Types are a text: that of the result, ':', those of the arguments, one letter each. v nothing (a result), c/C
 * int8/uint8, h/H 16 bits, i/I 32 bits, l/L 64 bits, z size_t, d double, p any pointer. The letters that stand for more
 * than a type, as in event2/rpc_native.h, are the caller's matter.
 */

#include <event2/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_NATIVE_NAME "rpc-native" /**< what is asked for */
#define EVENT_PLUGIN_NATIVE_MAJOR 1           /**< of its interface */
#define EVENT_PLUGIN_NATIVE_MINOR 0           /**< raised when something is appended */

#define EVENT_PLUGIN_NATIVE_ARGUMENTS 34 /**< at most */

/** What a function returned. Which member counts is said by its type. */
struct event_plugin_native_value {
	union {
		int64_t i;  /**< of c h i l */
		uint64_t u; /**< of C H I L z */
		double d;   /**< of d */
		void *p;    /**< of p */
	};
};

/** The interface. Every function may be called from any thread. */
struct event_plugin_native {
	struct event_plugin_interface head; /**< sizeof, EVENT_PLUGIN_NATIVE_MAJOR, EVENT_PLUGIN_NATIVE_MINOR */
	/** Bytes of a shape: what is known of a function's types. The caller has it, aligned as by malloc(); it must stay
	 * where it is, and has nothing to be freed. */
	size_t shape_size;
	/** Makes a shape. Returns 0, or -1 when types is not as above, there are too many arguments, or functions of these
	 * types cannot be called here. */
	int (*shape_init)(void *shape, const char *types);
	/** Calls a function that has the shape's types. arguments: where each of them is. */
	void (*call)(
		const void *shape, void (*function)(void), struct event_plugin_native_value *result, void *const *arguments);
	/** Makes a function of the shape's types, which calls body with the places of its arguments and then returns 0 or
	 * NULL. The shape must live as long. Returns what the next two take; or NULL when there is no memory, or the system
	 * gives none for code. */
	void *(*closure_new)(void *shape, void (*body)(void *const *arguments, void *arg), void *arg);
	/** The function; valid until the closure is freed. */
	void (*(*closure_function)(const void *closure))(void);
	/** Frees a closure (NULL is fine). Not from within its own body. */
	void (*closure_free)(void *closure);
};

#ifdef __cplusplus
}
#endif
#endif
