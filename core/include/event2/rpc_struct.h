/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_RPC_STRUCT_H_INCLUDED_
#define EVENT2_RPC_STRUCT_H_INCLUDED_

/** @file event2/rpc_struct.h
 *
 * Structs of the RPC code that callbacks and generated code look into.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct evhttp_request;
struct evrpc_base;
struct evrpc_req_generic;

/* Errors of a call. */
#define EVRPC_STATUS_ERR_NONE 0        /**< there is an answer */
#define EVRPC_STATUS_ERR_TIMEOUT 1     /**< no answer within the time */
#define EVRPC_STATUS_ERR_BADPAYLOAD 2  /**< the other side's message could not be read */
#define EVRPC_STATUS_ERR_UNSTARTED 3   /**< no connection to send it on, or it failed */
#define EVRPC_STATUS_ERR_HOOKABORTED 4 /**< a hook ended it */

/** How a call ended; valid during the callback. */
struct evrpc_status {
	int error;                       /**< EVRPC_STATUS_ERR_* */
	struct evhttp_request *http_req; /**< the request that carried it, to look at its headers; may be NULL */
};

/* Programs need not include sys/queue.h for one list entry. */
#ifndef TAILQ_ENTRY
#define EVENT_DEFINED_TQENTRY_
#define TAILQ_ENTRY(type)                                                                                              \
	struct {                                                                                                           \
		struct type *tqe_next;                                                                                         \
		struct type **tqe_prev;                                                                                        \
	}
#endif

/** A procedure that a server offers. EVRPC_REGISTER() fills it. */
struct evrpc {
	TAILQ_ENTRY(evrpc) next; /**< in the server's list */

	const char *uri; /**< where it is reached */

	void *(*request_new)(void *);                        /**< makes an empty request from request_new_arg */
	void *request_new_arg;                               /**< see request_new */
	void (*request_free)(void *);                        /**< frees what request_new made */
	int (*request_unmarshal)(void *, struct evbuffer *); /**< reads it; 0, or -1 when it is malformed */

	void *(*reply_new)(void *);                       /**< makes an empty reply from reply_new_arg */
	void *reply_new_arg;                              /**< see reply_new */
	void (*reply_free)(void *);                       /**< frees what reply_new made */
	int (*reply_complete)(void *);                    /**< 0 when nothing required is missing, else -1 */
	void (*reply_marshal)(struct evbuffer *, void *); /**< appends it, as it goes over the wire */

	void (*cb)(struct evrpc_req_generic *, void *); /**< gets every call */
	void *cb_arg;                                   /**< what cb gets besides */

	struct evrpc_base *base; /**< whose it is */
};

#ifdef EVENT_DEFINED_TQENTRY_
#undef TAILQ_ENTRY
#undef EVENT_DEFINED_TQENTRY_
#endif

#ifdef __cplusplus
}
#endif
#endif
