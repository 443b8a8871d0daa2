/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_RPC_H_INCLUDED_
#define EVENT2_RPC_H_INCLUDED_

/** @file event2/rpc.h
 *
 * Procedure calls over HTTP, with messages in the tagged format of event2/tag.h.
 *
 * `event_rpcgen` makes C code for the messages of an .rpc file: for a struct NAME it makes NAME_new, NAME_free,
 * NAME_clear, NAME_complete, NAME_marshal and NAME_unmarshal. The macros here join two messages to a procedure:
 *
 *     EVRPC_HEADER(Add, numbers, sum)              in a header: the call's own types
 *     EVRPC_GENERATE(Add, numbers, sum)            in one source file of the client
 *     EVRPC_REGISTER(base, Add, numbers, sum, cb, arg);          in the server
 *     EVRPC_MAKE_REQUEST(Add, pool, request, reply, done, arg);  in the client
 *
 * A procedure lives at the path "/.rpc." and its name. Threads: all objects belong to the thread of their event loop.
 */

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct event_base;
struct evhttp;
struct evhttp_connection;
struct evhttp_request;
struct evrpc;
struct evrpc_base;
struct evrpc_hook_meta;
struct evrpc_pool;
struct evrpc_req_generic;
struct evrpc_request_wrapper;
struct evrpc_status;

/* ---- Members of messages ------------------------------------------------------------------------------------------
 */

/** 1 when the member has a value, else 0. */
#define EVTAG_HAS(msg, member) ((msg)->member##_set == 1)

#ifndef EVENT2_RPC_COMPAT_H_INCLUDED_
/** Sets a member; strings and messages are copied. Returns 0, or -1 when there is no memory. */
#define EVTAG_ASSIGN(msg, member, value) (*(msg)->base->member##_assign)((msg), (value))
/** Sets a member of bytes. Returns 0 or -1. */
#define EVTAG_ASSIGN_WITH_LEN(msg, member, value, len) (*(msg)->base->member##_assign)((msg), (value), (len))
/** Stores a member's value in *pvalue; what it points to stays the message's. Returns 0, or -1 when it has none. */
#define EVTAG_GET(msg, member, pvalue) (*(msg)->base->member##_get)((msg), (pvalue))
/** The same for a member of bytes, with its length. */
#define EVTAG_GET_WITH_LEN(msg, member, pvalue, plen) (*(msg)->base->member##_get)((msg), (pvalue), (plen))
#endif

/** Appends a value to an array. Returns a pointer to the copy, or NULL. */
#define EVTAG_ARRAY_ADD_VALUE(msg, member, value) (*(msg)->base->member##_add)((msg), (value))
/** Appends an empty message to an array. Returns it, or NULL. */
#define EVTAG_ARRAY_ADD(msg, member) (*(msg)->base->member##_add)(msg)
/** Stores the array's entry at an offset in *pvalue. Returns 0, or -1 when there is none. */
#define EVTAG_ARRAY_GET(msg, member, offset, pvalue) (*(msg)->base->member##_get)((msg), (offset), (pvalue))
/** Number of entries of an array. */
#define EVTAG_ARRAY_LEN(msg, member) ((msg)->member##_length)

/* ---- Joining messages to procedures -------------------------------------------------------------------------------
 */

/** Type of a call as the server sees it. */
#define EVRPC_STRUCT(rpcname) struct evrpc_req__##rpcname

/** Declares the type of a call and the function that makes one. Use it once, where client and server see it. */
#define EVRPC_HEADER(rpcname, reqstruct, rplystruct)                                                                   \
	EVRPC_STRUCT(rpcname)                                                                                              \
	{                                                                                                                  \
		struct evrpc_hook_meta *hook_meta;                                                                             \
		struct reqstruct *request;                                                                                     \
		struct rplystruct *reply;                                                                                      \
		struct evrpc *rpc;                                                                                             \
		struct evhttp_request *http_req;                                                                               \
		struct evbuffer *rpc_data;                                                                                     \
	};                                                                                                                 \
	EVENT2_EXPORT_SYMBOL                                                                                               \
	int evrpc_send_request_##rpcname(struct evrpc_pool *, struct reqstruct *, struct rplystruct *,                     \
		void (*)(struct evrpc_status *, struct reqstruct *, struct rplystruct *, void *cbarg), void *);

/** Defines the function that EVRPC_HEADER() declared. Use it once, in the client. */
#define EVRPC_GENERATE(rpcname, reqstruct, rplystruct)                                                                 \
	int evrpc_send_request_##rpcname(struct evrpc_pool *pool, struct reqstruct *request, struct rplystruct *reply,     \
		void (*cb)(struct evrpc_status *, struct reqstruct *, struct rplystruct *, void *cbarg), void *cbarg)          \
	{                                                                                                                  \
		return evrpc_send_request_generic(pool, request, reply,                                                        \
			(void (*)(struct evrpc_status *, void *, void *, void *))cb, cbarg, #rpcname,                              \
			(void (*)(struct evbuffer *, void *))reqstruct##_marshal, (void (*)(void *))rplystruct##_clear,            \
			(int (*)(void *, struct evbuffer *))rplystruct##_unmarshal);                                               \
	}

/** Makes a call's context without sending it; see evrpc_make_request(). NULL when there is no memory. */
#define EVRPC_MAKE_CTX(rpcname, reqstruct, rplystruct, pool, request, reply, cb, cbarg)                                \
	evrpc_make_request_ctx(pool, request, reply, #rpcname, (void (*)(struct evbuffer *, void *))reqstruct##_marshal,   \
		(void (*)(void *))rplystruct##_clear, (int (*)(void *, struct evbuffer *))rplystruct##_unmarshal,              \
		(void (*)(struct evrpc_status *, void *, void *, void *))cb, cbarg)

/* ---- The server ---------------------------------------------------------------------------------------------------
 */

/** Makes a server of procedures on an HTTP server, which must outlive it. Returns it, or NULL. */
EVENT2_EXPORT_SYMBOL
struct evrpc_base *evrpc_init(struct evhttp *server);

/** Frees a server of procedures, with its hooks and registrations; no call may be under way. */
EVENT2_EXPORT_SYMBOL
void evrpc_free(struct evrpc_base *base);

/** Offers a procedure: callback gets a pointer to EVRPC_STRUCT(name) and cbarg for every call, and answers it with
 * EVRPC_REQUEST_DONE(), now or later. Returns 0 or -1. */
#define EVRPC_REGISTER(base, name, request, reply, callback, cbarg)                                                    \
	evrpc_register_generic(base, #name, (void (*)(struct evrpc_req_generic *, void *))callback, cbarg,                 \
		(void *(*)(void *))request##_new_with_arg, NULL, (void (*)(void *))request##_free,                             \
		(int (*)(void *, struct evbuffer *))request##_unmarshal, (void *(*)(void *))reply##_new_with_arg, NULL,        \
		(void (*)(void *))reply##_free, (int (*)(void *))reply##_complete,                                             \
		(void (*)(struct evbuffer *, void *))reply##_marshal)

/** What EVRPC_REGISTER() calls: makes a struct evrpc from its arguments and registers it.
 * @return 0, or -1 when there is no memory (then nothing is registered) */
EVENT2_EXPORT_SYMBOL
int evrpc_register_generic(struct evrpc_base *base, const char *name,
	void (*callback)(struct evrpc_req_generic *, void *), void *cbarg, void *(*req_new)(void *), void *req_new_arg,
	void (*req_free)(void *), int (*req_unmarshal)(void *, struct evbuffer *), void *(*rpl_new)(void *),
	void *rpl_new_arg, void (*rpl_free)(void *), int (*rpl_complete)(void *),
	void (*rpl_marshal)(struct evbuffer *, void *));

/** Registers a procedure that the caller described itself.
 * @param base the server
 * @param rpc from the library's allocator, with a uri of the same; the server owns both on success
 * @param cb gets every call
 * @param cb_arg what cb gets as its last argument
 * @return 0, or -1 */
EVENT2_EXPORT_SYMBOL
int evrpc_register_rpc(
	struct evrpc_base *base, struct evrpc *rpc, void (*cb)(struct evrpc_req_generic *, void *), void *cb_arg);

/** Withdraws a procedure. Returns 0, or -1 when there is none of that name. */
#define EVRPC_UNREGISTER(base, name) evrpc_unregister_rpc((base), #name)

/** What EVRPC_UNREGISTER() calls. */
EVENT2_EXPORT_SYMBOL
int evrpc_unregister_rpc(struct evrpc_base *base, const char *name);

/** The HTTP request that carries a call. */
#define EVRPC_REQUEST_HTTP(rpc_req) (rpc_req)->http_req

/** Sends the reply of a call, as its callback filled it in, and frees the call. */
#define EVRPC_REQUEST_DONE(rpc_req)                                                                                    \
	do {                                                                                                               \
		struct evrpc_req_generic *req_ = (struct evrpc_req_generic *)(rpc_req);                                        \
		evrpc_request_done(req_);                                                                                      \
	} while (0)

/** What EVRPC_REQUEST_DONE() calls. An incomplete reply becomes an HTTP error. */
EVENT2_EXPORT_SYMBOL
void evrpc_request_done(struct evrpc_req_generic *req);

/** The call's request message; it stays the call's. */
EVENT2_EXPORT_SYMBOL
void *evrpc_get_request(struct evrpc_req_generic *req);

/** The call's reply message, to be filled in; it stays the call's. */
EVENT2_EXPORT_SYMBOL
void *evrpc_get_reply(struct evrpc_req_generic *req);

/* ---- The client ---------------------------------------------------------------------------------------------------
 */

/** Makes a pool of connections that calls are sent on. Returns it, or NULL. */
EVENT2_EXPORT_SYMBOL
struct evrpc_pool *evrpc_pool_new(struct event_base *base);

/** Frees a pool with its connections, hooks and waiting calls (which are not called back). */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_free(struct evrpc_pool *pool);

/** Gives a connection to the pool, which owns it from now on. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_add_connection(struct evrpc_pool *pool, struct evhttp_connection *evcon);

/** Takes a connection back out of the pool; it is the caller's again. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_remove_connection(struct evrpc_pool *pool, struct evhttp_connection *evcon);

/** Sets how many seconds a call may take; the default, -1, is the connection's own timeout. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_set_timeout(struct evrpc_pool *pool, int timeout_in_secs);

/** Calls a procedure.
 * request, reply: the caller's until cb(status, request, reply, cbarg) was called, which is also told of errors.
 * Returns 0, or -1 when the call could not even be queued (then cb is not called). */
#define EVRPC_MAKE_REQUEST(name, pool, request, reply, cb, cbarg)                                                      \
	evrpc_send_request_##name((pool), (request), (reply), (cb), (cbarg))

/** What EVRPC_MAKE_CTX() calls. Returns the context, or NULL when there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evrpc_request_wrapper *evrpc_make_request_ctx(struct evrpc_pool *pool, void *request, void *reply,
	const char *rpcname, void (*req_marshal)(struct evbuffer *, void *), void (*rpl_clear)(void *),
	int (*rpl_unmarshal)(void *, struct evbuffer *), void (*cb)(struct evrpc_status *, void *, void *, void *),
	void *cbarg);

/** Sends a call from its context, which belongs to the pool from now on. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evrpc_make_request(struct evrpc_request_wrapper *ctx);

/** What the function of EVRPC_GENERATE() calls: context and sending in one. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evrpc_send_request_generic(struct evrpc_pool *pool, void *request, void *reply,
	void (*cb)(struct evrpc_status *, void *, void *, void *), void *cb_arg, const char *rpcname,
	void (*req_marshal)(struct evbuffer *, void *), void (*rpl_clear)(void *),
	int (*rpl_unmarshal)(void *, struct evbuffer *));

/** The pool that a call's context belongs to. */
EVENT2_EXPORT_SYMBOL
struct evrpc_pool *evrpc_request_get_pool(struct evrpc_request_wrapper *ctx);

/** Chooses another pool for a call that was not sent yet. */
EVENT2_EXPORT_SYMBOL
void evrpc_request_set_pool(struct evrpc_request_wrapper *ctx, struct evrpc_pool *pool);

/** Chooses another callback for a call that was not sent yet. */
EVENT2_EXPORT_SYMBOL
void evrpc_request_set_cb(struct evrpc_request_wrapper *ctx,
	void (*cb)(struct evrpc_status *, void *request, void *reply, void *arg), void *cb_arg);

/* ---- Hooks --------------------------------------------------------------------------------------------------------
 */

/** When a hook runs. */
enum EVRPC_HOOK_TYPE {
	EVRPC_INPUT, /**< on what arrives, before it is read */
	EVRPC_OUTPUT /**< on what is about to be sent */
};

#ifndef _WIN32
#define INPUT EVRPC_INPUT   /**< the old name */
#define OUTPUT EVRPC_OUTPUT /**< the old name */
#endif

/** What a hook returns. */
enum EVRPC_HOOK_RESULT {
	EVRPC_TERMINATE = -1, /**< end the call with EVRPC_STATUS_ERR_HOOKABORTED or an HTTP error */
	EVRPC_CONTINUE = 0,
	EVRPC_PAUSE = 1 /**< hold the call until evrpc_resume_request() */
};

/** Adds a hook behind those that are there.
 * @param vbase a struct evrpc_base or a struct evrpc_pool
 * @param hook_type when it runs
 * @param cb gets the call's context, the HTTP request, its payload (which it may change) and cb_arg; returns an
 *   EVRPC_HOOK_RESULT
 * @param cb_arg what cb gets as its last argument
 * @return a handle for evrpc_remove_hook(), or NULL */
EVENT2_EXPORT_SYMBOL
void *evrpc_add_hook(void *vbase, enum EVRPC_HOOK_TYPE hook_type,
	int (*cb)(void *, struct evhttp_request *, struct evbuffer *, void *), void *cb_arg);

/** Removes a hook. Returns 1 when it was there, else 0. */
EVENT2_EXPORT_SYMBOL
int evrpc_remove_hook(void *vbase, enum EVRPC_HOOK_TYPE hook_type, void *handle);

/** Goes on with a call that a hook paused.
 * @param vbase the server or pool whose hook it was
 * @param ctx the context that the hook got
 * @param res EVRPC_CONTINUE or EVRPC_TERMINATE
 * @return 0, or -1 when no such call waits */
EVENT2_EXPORT_SYMBOL
int evrpc_resume_request(void *vbase, void *ctx, enum EVRPC_HOOK_RESULT res);

/** Keeps a copy of some bytes with a call, for later hooks of the same call.
 * @param ctx the context that the hook got
 * @param key the name under which they are found; an older value of it is not found any more
 * @param data the bytes
 * @param data_size how many
 * @return 0, or -1 when there is no memory */
EVENT2_EXPORT_SYMBOL
int evrpc_hook_add_meta(void *ctx, const char *key, const void *data, size_t data_size);

/** Finds what evrpc_hook_add_meta() kept; it stays the call's. Returns 0, or -1 when there is nothing of that key. */
EVENT2_EXPORT_SYMBOL
int evrpc_hook_find_meta(void *ctx, const char *key, void **data, size_t *data_size);

/** The connection that a call uses, or NULL. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evrpc_hook_get_connection(void *ctx);

#ifdef __cplusplus
}
#endif
#endif
