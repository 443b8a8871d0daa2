/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_RPC_H_INCLUDED_
#define EVENT2_PLUGIN_RPC_H_INCLUDED_

/** @file event2/plugin_rpc.h
 *
 * The interface between the facade and the plugin "proto-rpc": tagged data and RPC.
 * One list makes the table's type, the facade's forwarders and the plugin's own table. What each function does is said
 * in the header that declares it. Only append, and raise the minor version.
 */

#include <event2/plugin.h>
#include <event2/rpc.h>
#include <event2/rpc_compat.h>
#include <event2/rpc_native.h>
#include <event2/rpc_struct.h>
#include <event2/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_RPC_NAME "proto-rpc" /**< what the facade asks for */
#define EVENT_PLUGIN_RPC_MAJOR 1          /**< of the interface */
#define EVENT_PLUGIN_RPC_MINOR 0          /**< raised when something is appended */

/* clang-format off */
/** X(result, name, what is returned when there is no such plugin, parameters, arguments) */
#define EVENT_PLUGIN_RPC_FUNCTIONS(X) \
	X(void *, evrpc_add_hook, NULL, (void *arg, enum EVRPC_HOOK_TYPE TYPE, int (*fn)(void *, struct \
		evhttp_request *, struct evbuffer *, void *), void *arg2), (arg, TYPE, fn, arg2)) \
	X(void, evrpc_free, , (struct evrpc_base *rpc_base), (rpc_base)) \
	X(void *, evrpc_get_reply, NULL, (struct evrpc_req_generic *generic), (generic)) \
	X(void *, evrpc_get_request, NULL, (struct evrpc_req_generic *generic), (generic)) \
	X(int, evrpc_hook_add_meta, -1, (void *arg, const char *text, const void *data, size_t len), (arg, text, \
		data, len)) \
	X(int, evrpc_hook_find_meta, -1, (void *arg, const char *text, void **value, size_t *size), (arg, text, \
		value, size)) \
	X(struct evhttp_connection *, evrpc_hook_get_connection, NULL, (void *arg), (arg)) \
	X(struct evrpc_base *, evrpc_init, NULL, (struct evhttp *http), (http)) \
	X(int, evrpc_make_request, -1, (struct evrpc_request_wrapper *wrapper), (wrapper)) \
	X(struct evrpc_request_wrapper *, evrpc_make_request_ctx, NULL, (struct evrpc_pool *pool, void *arg, void \
		*arg2, const char *text, void (*fn)(struct evbuffer *, void *), void (*fn2)(void *), int (*fn3)(void *, \
		struct evbuffer *), void (*fn4)(struct evrpc_status *, void *, void *, void *), void *arg3), (pool, \
		arg, arg2, text, fn, fn2, fn3, fn4, arg3)) \
	X(void, evrpc_pool_add_connection, , (struct evrpc_pool *pool, struct evhttp_connection *evcon), (pool, \
		evcon)) \
	X(void, evrpc_pool_free, , (struct evrpc_pool *pool), (pool)) \
	X(struct evrpc_pool *, evrpc_pool_new, NULL, (struct event_base *base), (base)) \
	X(void, evrpc_pool_remove_connection, , (struct evrpc_pool *pool, struct evhttp_connection *evcon), (pool, \
		evcon)) \
	X(void, evrpc_pool_set_timeout, , (struct evrpc_pool *pool, int n), (pool, n)) \
	X(int, evrpc_register_generic, -1, (struct evrpc_base *rpc_base, const char *text, void (*fn)(struct \
		evrpc_req_generic *, void *), void *arg, void *(*fn2)(void *), void *arg2, void (*fn3)(void *), int \
		(*fn4)(void *, struct evbuffer *), void *(*fn5)(void *), void *arg3, void (*fn6)(void *), int \
		(*fn7)(void *), void (*fn8)(struct evbuffer *, void *)), (rpc_base, text, fn, arg, fn2, arg2, fn3, fn4, \
		fn5, arg3, fn6, fn7, fn8)) \
	X(int, evrpc_register_rpc, -1, (struct evrpc_base *rpc_base, struct evrpc *rpc, void (*fn)(struct \
		evrpc_req_generic *, void *), void *arg), (rpc_base, rpc, fn, arg)) \
	X(int, evrpc_remove_hook, -1, (void *arg, enum EVRPC_HOOK_TYPE TYPE, void *arg2), (arg, TYPE, arg2)) \
	X(void, evrpc_request_done, , (struct evrpc_req_generic *generic), (generic)) \
	X(struct evrpc_pool *, evrpc_request_get_pool, NULL, (struct evrpc_request_wrapper *wrapper), (wrapper)) \
	X(void, evrpc_request_set_cb, , (struct evrpc_request_wrapper *wrapper, void (*fn)(struct evrpc_status *, \
		void *, void *, void *), void *arg), (wrapper, fn, arg)) \
	X(void, evrpc_request_set_pool, , (struct evrpc_request_wrapper *wrapper, struct evrpc_pool *pool), \
		(wrapper, pool)) \
	X(int, evrpc_resume_request, -1, (void *arg, void *arg2, enum EVRPC_HOOK_RESULT RESULT), (arg, arg2, \
		RESULT)) \
	X(int, evrpc_send_request_generic, -1, (struct evrpc_pool *pool, void *arg, void *arg2, void (*fn)(struct \
		evrpc_status *, void *, void *, void *), void *arg3, const char *text, void (*fn2)(struct evbuffer *, \
		void *), void (*fn3)(void *), int (*fn4)(void *, struct evbuffer *)), (pool, arg, arg2, fn, arg3, text, \
		fn2, fn3, fn4)) \
	X(int, evrpc_unregister_rpc, -1, (struct evrpc_base *rpc_base, const char *text), (rpc_base, text)) \
	X(int, evtag_consume, -1, (struct evbuffer *buffer), (buffer)) \
	X(void, evtag_encode_int, , (struct evbuffer *buffer, uint32_t tag), (buffer, tag)) \
	X(void, evtag_encode_int64, , (struct evbuffer *buffer, uint64_t flags), (buffer, flags)) \
	X(void, evtag_init, , (void), ()) \
	X(void, evtag_marshal, , (struct evbuffer *buffer, uint32_t tag, const void *data, uint32_t tag2), (buffer, \
		tag, data, tag2)) \
	X(void, evtag_marshal_buffer, , (struct evbuffer *buffer, uint32_t tag, struct evbuffer *buffer2), (buffer, \
		tag, buffer2)) \
	X(void, evtag_marshal_int, , (struct evbuffer *buffer, uint32_t tag, uint32_t tag2), (buffer, tag, tag2)) \
	X(void, evtag_marshal_int64, , (struct evbuffer *buffer, uint32_t tag, uint64_t flags), (buffer, tag, \
		flags)) \
	X(void, evtag_marshal_string, , (struct evbuffer *buffer, uint32_t tag, const char *text), (buffer, tag, \
		text)) \
	X(void, evtag_marshal_timeval, , (struct evbuffer *buffer, uint32_t tag, struct timeval *tv), (buffer, tag, \
		tv)) \
	X(int, evtag_payload_length, -1, (struct evbuffer *buffer, uint32_t *tag_out), (buffer, tag_out)) \
	X(int, evtag_peek, -1, (struct evbuffer *buffer, uint32_t *tag_out), (buffer, tag_out)) \
	X(int, evtag_peek_length, -1, (struct evbuffer *buffer, uint32_t *tag_out), (buffer, tag_out)) \
	X(int, evtag_unmarshal, -1, (struct evbuffer *buffer, uint32_t *tag_out, struct evbuffer *buffer2), \
		(buffer, tag_out, buffer2)) \
	X(int, evtag_unmarshal_fixed, -1, (struct evbuffer *buffer, uint32_t tag, void *arg, size_t len), (buffer, \
		tag, arg, len)) \
	X(int, evtag_unmarshal_header, -1, (struct evbuffer *buffer, uint32_t *tag_out), (buffer, tag_out)) \
	X(int, evtag_unmarshal_int, -1, (struct evbuffer *buffer, uint32_t tag, uint32_t *tag_out), (buffer, tag, \
		tag_out)) \
	X(int, evtag_unmarshal_int64, -1, (struct evbuffer *buffer, uint32_t tag, uint64_t *uint64), (buffer, tag, \
		uint64)) \
	X(int, evtag_unmarshal_string, -1, (struct evbuffer *buffer, uint32_t tag, char **value), (buffer, tag, \
		value)) \
	X(int, evtag_unmarshal_timeval, -1, (struct evbuffer *buffer, uint32_t tag, struct timeval *tv), (buffer, \
		tag, tv)) \
	X(int, evrpc_native_register, -1, (struct evrpc_base *base, const char *name, const char *signature, const \
		struct evrpc_native_message *const *messages, evrpc_native_function function), (base, name, signature, \
		messages, function)) \
	X(int, evrpc_native_publish, -1, (struct evrpc_base *base, const char *plugin, const char *function), (base, \
		plugin, function)) \
	X(int, evrpc_native_vcall, -1, (struct evrpc_pool *pool, const char *name, const char *signature, const \
		struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg, va_list arguments), \
		(pool, name, signature, messages, cb, cb_arg, arguments)) \
	X(struct evrpc_native_stub *, evrpc_native_stub_new, NULL, (struct evrpc_pool *pool, const char *name, const \
		char *signature, const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg), \
		(pool, name, signature, messages, cb, cb_arg)) \
	X(evrpc_native_function, evrpc_native_stub_function, NULL, (struct evrpc_native_stub *stub), (stub)) \
	X(void, evrpc_native_stub_free, , (struct evrpc_native_stub *stub), (stub))
/* clang-format on */

/** The table that the plugin publishes. */
struct event_plugin_rpc {
	struct event_plugin_interface head; /**< sizeof, and the version above */
/** One member for each function. */
#define EVENT_PLUGIN_MEMBER_(result, name, fallback, parameters, arguments) result(*name) parameters;
	EVENT_PLUGIN_RPC_FUNCTIONS(EVENT_PLUGIN_MEMBER_)
#undef EVENT_PLUGIN_MEMBER_
};

#ifdef __cplusplus
}
#endif
#endif
