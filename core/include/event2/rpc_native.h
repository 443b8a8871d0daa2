/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_RPC_NATIVE_H_INCLUDED_
#define EVENT2_RPC_NATIVE_H_INCLUDED_

/** @file event2/rpc_native.h
 *
 * Plain C functions as procedures: no message types, no callbacks on the server, only a name and a signature.
 *
 *     int32_t add(int32_t a, int32_t b);
 *     evrpc_native_register(server, "add", "i:ii", NULL, (evrpc_native_function)add);      in one process
 *     evrpc_native_call(pool, "add", "i:ii", NULL, done, arg, 20, 22);                     in another
 *
 * A signature is the type of the result, ':', and the types of the arguments:
 *
 *     v      nothing (the result, or all of the arguments)
 *     c C    int8_t, uint8_t            h H    int16_t, uint16_t
 *     i I    int32_t, uint32_t          l L    int64_t, uint64_t
 *     z      size_t                     d      double
 *     s      const char *, never NULL   ?s     const char *, or NULL
 *     S ?S   the same as a result that whoever called frees, as the library frees its own memory: with free(), unless
 *            event_set_mem_functions() says otherwise
 *     b      bytes in: two parameters, const void * and size_t
 *     B      bytes out: struct evbuffer *, to which the function adds
 *     m      a message in: struct NAME *, as event_rpcgen makes it
 *     M      a message out: struct NAME *, which the function fills
 *
 * b, B, m and M are for arguments, S for results; a result of type s is copied and not freed. There may be 16
 * arguments.
 *
 * On the wire such a call is one of event2/rpc.h. The request has the arguments that go in as tags 1, 2 and so on; the
 * reply has the result (unless it is v) and then what comes out as tags 1, 2 and so on. Integers are as `int` and
 * `int64` of event_rpcgen (negative ones in two's complement of their width), d is 8 bytes (IEEE 754, the highest
 * first), s and S are `string`, with '?' `optional string`, b and B are `bytes`, m and M are `struct[NAME]`. So a
 * client of generated code, also one on libevent, can call a native function. A native client sends its signature along
 * as tag 0, which a native server compares with its own, and which generated code does not know.
 *
 * Signatures that are wrong are refused with a log line that says where. Threads: as in event2/rpc.h.
 *
 * To offer functions and to make stubs there must be the plugin "rpc-native" (to call by name, there need not). It is
 * loaded by the first such call, not when the program starts: a program that changes its root folder, filters its
 * system calls or calls event_plugin_seal() before its first evrpc_native_register(), evrpc_native_publish() or
 * evrpc_native_stub_new() calls event_plugin_load("rpc-native") before that, and learns then whether it is there.
 */

#include <event2/rpc_struct.h>
#include <event2/visibility.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct evrpc_base;
struct evrpc_pool;
struct evrpc_native_stub;

/** Any function; cast to and from its own type. */
typedef void (*evrpc_native_function)(void);

/** How to handle the messages of one type. */
struct evrpc_native_message {
	void *(*make)(void *);                       /**< NAME_new_with_arg() */
	void (*free)(void *);                        /**< NAME_free() */
	void (*clear)(void *);                       /**< NAME_clear() */
	int (*complete)(void *);                     /**< NAME_complete() */
	void (*marshal)(struct evbuffer *, void *);  /**< NAME_marshal() */
	int (*unmarshal)(void *, struct evbuffer *); /**< NAME_unmarshal() */
};

/** Initialiser of a struct evrpc_native_message from the functions that event_rpcgen made for the struct NAME. */
#define EVRPC_NATIVE_MESSAGE(name)                                                                                     \
	{                                                                                                                  \
		(void *(*)(void *)) name##_new_with_arg, (void (*)(void *))name##_free, (void (*)(void *))name##_clear,        \
			(int (*)(void *))name##_complete, (void (*)(struct evbuffer *, void *))name##_marshal,                     \
			(int (*)(void *, struct evbuffer *))name##_unmarshal                                                       \
	}

/* ---- The server ----------------------------------------------------------------------------------------------- */

/** Offers a function under a name (letters, digits, '.', '_' and '-'). It is called in the loop's thread, while the
 * loop waits for it; its answer is what it returned.
 * @param base the server
 * @param name where it is reached
 * @param signature types of result and arguments, as above
 * @param messages the type of each m and M of the signature, in their order; NULL when there are none. The array is
 *   read now, what it points to must live as long as the registration
 * @param function what is called, cast from the type that the signature says
 * @return 0; or -1 with a log line: the signature is wrong, the name is taken or not allowed, there is no memory, or
 *   the plugin rpc-native cannot be had */
EVENT2_EXPORT_SYMBOL
int evrpc_native_register(struct evrpc_base *base, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_function function);

/** Offers a function that a plugin lists in its descriptor's calls, as "PLUGIN.FUNCTION". Nothing that is listed can be
 * reached from outside unless it is offered by this call. The plugin is loaded if need be.
 * @return 0, or -1 with a log line: also when there is no such plugin or function */
EVENT2_EXPORT_SYMBOL
int evrpc_native_publish(struct evrpc_base *base, const char *plugin, const char *function);

/* evrpc_unregister_rpc() withdraws either. */

/* ---- The client ----------------------------------------------------------------------------------------------- */

/** What a call returned. Which member counts is said by the signature: i for c h i l, u for C H I L z, d for d, s for s
 * and S (valid during the callback). */
struct evrpc_native_value {
	union {
		int64_t i;
		uint64_t u;
		double d;
		const char *s;
	};
};

/** The end of a call. status->error: EVRPC_STATUS_ERR_*; whatever the server refuses is EVRPC_STATUS_ERR_BADPAYLOAD.
 * result: NULL when there was an error. */
typedef void (*evrpc_native_cb)(
	const struct evrpc_status *status, const struct evrpc_native_value *result, void *cb_arg);

/** Calls a function of another process.
 *
 * The arguments follow cb_arg as C passes them to a function of variable arguments, with exactly the types that the
 * signature says (a cast, such as (int64_t)1, is needed for l, L and z). All that goes in is copied before this
 * returns; what comes out (B, M) is filled before cb is called, and is the caller's to keep alive until then. After an
 * error a B has got nothing and an M is cleared.
 * @param pool the client's connections
 * @param name what the server offers it as
 * @param signature types of result and arguments, as the server has them
 * @param messages as in evrpc_native_register(); what it points to must live until cb
 * @param cb called once
 * @param cb_arg what cb gets as its last argument
 * @return 0 when cb is going to be called (or was already); -1 with a log line when not: the signature is wrong, an
 *   argument is NULL that may not be, a message is not complete, the pool has no connection, or there is no memory */
EVENT2_EXPORT_SYMBOL
int evrpc_native_call(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg, ...);

/** evrpc_native_call() with its arguments in a list. */
EVENT2_EXPORT_SYMBOL
int evrpc_native_vcall(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg, va_list arguments);

/** Makes a function of the signature's own C type that calls the remote one. It returns 0 (or NULL) at once, and the
 * result comes to the callback, as does every failure: what evrpc_native_call() says with -1 is
 * EVRPC_STATUS_ERR_UNSTARTED here, called before the function returns.
 * @param pool, name, signature, messages as for evrpc_native_call(); what messages points to must live
 *   as long as the stub
 * @param cb NULL: every call brings its own; then the function has two parameters more at its end, an evrpc_native_cb
 *   and a void *
 * @param cb_arg what cb gets as its last argument
 * @return the stub; or NULL with a log line: the signature is wrong, there is no memory, the system gives no
 *   memory for code, or the plugin rpc-native cannot be had */
EVENT2_EXPORT_SYMBOL
struct evrpc_native_stub *evrpc_native_stub_new(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg);

/** The stub's function; valid until the stub is freed. Cast it to its type. */
EVENT2_EXPORT_SYMBOL
evrpc_native_function evrpc_native_stub_function(struct evrpc_native_stub *stub);

/** Frees a stub (NULL is fine); calls that are under way go on. Not from within its own function. */
EVENT2_EXPORT_SYMBOL
void evrpc_native_stub_free(struct evrpc_native_stub *stub);

#ifdef __cplusplus
}
#endif
#endif
