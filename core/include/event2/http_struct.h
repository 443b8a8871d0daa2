/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_HTTP_STRUCT_H_INCLUDED_
#define EVENT2_HTTP_STRUCT_H_INCLUDED_

/** @file event2/http_struct.h
 *
 * The members of a request, for programs written before there were functions for them. Members are read only; they
 * never move, but what is not reachable through a function of <event2/http.h> may stop being filled in. A request is
 * made by evhttp_request_new() alone, since the library keeps more behind these members.
 */

#include <event2/http.h>
#include <event2/util.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Values of evhttp_request.flags. */
#define EVHTTP_REQ_OWN_CONNECTION 0x0001 /**< the request is the last of its connection, which goes with it */
#define EVHTTP_PROXY_REQUEST 0x0002      /**< sent as to a proxy: an absolute URI whose host is not one of ours */
#define EVHTTP_USER_OWNED 0x0004         /**< evhttp_request_own(): the program frees it */
#define EVHTTP_REQ_DEFER_FREE 0x0008     /**< in use further up: not to be freed just now */
#define EVHTTP_REQ_NEEDS_FREE 0x0010     /**< freed while in use: goes when that use ends */

/** A request together with its answer, on a server as on a client. */
struct evhttp_request {
#if defined(TAILQ_ENTRY)
	TAILQ_ENTRY(evhttp_request) next; /**< in its connection's list */
#else
	struct {
		struct evhttp_request *tqe_next;
		struct evhttp_request **tqe_prev;
	} next;
#endif

	struct evhttp_connection *evcon; /**< NULL when the connection went away before the answer */
	int flags;                       /**< EVHTTP_REQ_OWN_CONNECTION and so on */

	struct evkeyvalq *input_headers;  /**< what the peer sent */
	struct evkeyvalq *output_headers; /**< what we send */

	char *remote_host;    /**< the peer's numeric address */
	uint16_t remote_port; /**< the peer's port, host byte order */

	char *host_cache; /**< of evhttp_request_get_host(); not for programs */

	enum evhttp_request_kind kind; /**< on which side it is */
	enum evhttp_cmd_type type;     /**< the method */

	size_t headers_size; /**< bytes of the head that were received */
	size_t body_size;    /**< bytes of the body that were received */

	char *uri;                    /**< the request's target, as sent */
	struct evhttp_uri *uri_elems; /**< the same, parsed */

	char major; /**< of the peer's HTTP version */
	char minor; /**< of the same */

	int response_code;        /**< 0: there was no answer */
	char *response_code_line; /**< the reason phrase */

	struct evbuffer *input_buffer; /**< the body that was received */
	int64_t ntoread;               /**< bytes of body still to come; -1: not known */
	unsigned chunked : 1,          /**< the body we send is chunked */
		userdone : 1;              /**< the whole answer was handed over */

	struct evbuffer *output_buffer; /**< the body that is to be sent */

	void (*cb)(struct evhttp_request *, void *); /**< gets the request (a server's) or the answer (a client's) */
	void *cb_arg;                                /**< what cb gets besides */

	void (*chunk_cb)(struct evhttp_request *, void *);       /**< see evhttp_request_set_chunked_cb() */
	int (*header_cb)(struct evhttp_request *, void *);       /**< see evhttp_request_set_header_cb() */
	void (*error_cb)(enum evhttp_request_error, void *);     /**< see evhttp_request_set_error_cb() */
	void (*on_complete_cb)(struct evhttp_request *, void *); /**< evhttp_request_set_on_complete_cb() */
	void *on_complete_cb_arg;                                /**< what on_complete_cb gets besides */
};

#ifdef __cplusplus
}
#endif
#endif
