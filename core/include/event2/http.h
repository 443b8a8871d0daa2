/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_HTTP_H_INCLUDED_
#define EVENT2_HTTP_H_INCLUDED_

/** @file event2/http.h
 *
 * HTTP/1.1: a server, a client, header fields, URIs.
 *
 * Threads: a server, its connections and its requests, and a client's, belong to the thread that runs their event base;
 * "Thread: the loop's" holds for every function here that does not say otherwise. The functions that answer a request
 * (evhttp_send_*) may also be called from another thread, once, in a program that enabled threads: the answer is handed
 * to the loop. Functions on header lists, URIs and texts touch nothing but their arguments.
 *
 * Strictness: what RFC 9112 calls malformed or ambiguous is answered with 400 (or 408, 413, 414, 417, 431, 501, 505)
 * and the connection is closed; no request is guessed at. EVHTTP_SERVER_LENIENT brings some of the old tolerance back.
 *
 * The names of parameters follow one scheme: http is a server, evcon a connection, req a request.
 */

#include <event2/util.h>
#include <event2/visibility.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct evbuffer;
struct evconnlistener;
struct evdns_base;
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_connection;
struct evhttp_request;
struct evhttp_uri;
struct evkeyvalq;
struct sockaddr;
struct timeval;

/* Status codes (RFC 9110, 15). */
#define HTTP_CONTINUE 100          /**< go on and send the body */
#define HTTP_SWITCH_PROTOCOLS 101  /**< the connection speaks another protocol from here on */
#define HTTP_PROCESSING 102        /**< still at work */
#define HTTP_EARLYHINTS 103        /**< header fields ahead of the answer */
#define HTTP_OK 200                /**< done */
#define HTTP_CREATED 201           /**< there is a new resource */
#define HTTP_ACCEPTED 202          /**< will be done later */
#define HTTP_NONAUTHORITATIVE 203  /**< changed on its way by a proxy */
#define HTTP_NOCONTENT 204         /**< done, and there is nothing to send back */
#define HTTP_MOVEPERM 301          /**< moved for good */
#define HTTP_MOVETEMP 302          /**< moved for now */
#define HTTP_NOTMODIFIED 304       /**< what the client has is still right */
#define HTTP_BADREQUEST 400        /**< malformed */
#define HTTP_UNAUTHORIZED 401      /**< needs credentials */
#define HTTP_PAYMENTREQUIRED 402   /**< reserved */
#define HTTP_FORBIDDEN 403         /**< refused, whatever the credentials */
#define HTTP_NOTFOUND 404          /**< no such resource */
#define HTTP_BADMETHOD 405         /**< the resource does not know that method */
#define HTTP_ENTITYTOOLARGE 413    /**< the body is too large */
#define HTTP_EXPECTATIONFAILED 417 /**< an Expect field that cannot be met */
#define HTTP_INTERNAL 500          /**< the server's own fault */
#define HTTP_NOTIMPLEMENTED 501    /**< no such method or coding here */
#define HTTP_BADGATEWAY 502        /**< the server behind this one misbehaves */
#define HTTP_SERVUNAVAIL 503       /**< not now */

/* ---- The server ------------------------------------------------------------------------------------------------- */

/** Makes a server that listens nowhere yet. base: NULL for one that will be a virtual host only.
 * Returns NULL when there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_new(struct event_base *base);

/** Stops listening, closes every connection (unfinished answers with it), frees the server and its virtual hosts. A
 * request that the program owns, or has yet to answer, stays valid until it is answered or freed. */
EVENT2_EXPORT_SYMBOL
void evhttp_free(struct evhttp *http);

/** Listens on an address (numeric, or a name that is resolved now; NULL: every address) and a port (host byte order; 0:
 * one that the system picks). May be called several times. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evhttp_bind_socket(struct evhttp *http, const char *address, uint16_t port);

/** As evhttp_bind_socket(), but returns a handle that is valid until evhttp_del_accept_socket() or evhttp_free(), or
 * NULL. */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_bind_socket_with_handle(struct evhttp *http, const char *address, uint16_t port);

/** Accepts connections from a socket that listens already (one that was inherited, for example). The server owns fd
 * when this returns 0; -1 on failure. */
EVENT2_EXPORT_SYMBOL
int evhttp_accept_socket(struct evhttp *http, evutil_socket_t fd);

/** As evhttp_accept_socket(), but returns a handle as evhttp_bind_socket_with_handle() does. */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_accept_socket_with_handle(struct evhttp *http, evutil_socket_t fd);

/** Takes connections from a listener, whose callback is replaced and which the server owns from then on. Returns a
 * handle, or NULL (then the listener is still the caller's). */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_bind_listener(struct evhttp *http, struct evconnlistener *listener);

/** The listener behind a handle. It stays the server's. */
EVENT2_EXPORT_SYMBOL
struct evconnlistener *evhttp_bound_socket_get_listener(struct evhttp_bound_socket *bound);

/** The descriptor behind a handle. It stays the server's. */
EVENT2_EXPORT_SYMBOL
evutil_socket_t evhttp_bound_socket_get_fd(struct evhttp_bound_socket *bound);

/** Called for one handle by evhttp_foreach_bound_socket(). */
typedef void evhttp_bound_socket_foreach_fn(struct evhttp_bound_socket *bound, void *arg);

/** Calls function for every handle of a server. function must not add or remove any. */
EVENT2_EXPORT_SYMBOL
void evhttp_foreach_bound_socket(struct evhttp *http, evhttp_bound_socket_foreach_fn *function, void *argument);

/** Stops listening there, frees the listener and closes its descriptor. Connections that it brought stay. */
EVENT2_EXPORT_SYMBOL
void evhttp_del_accept_socket(struct evhttp *http, struct evhttp_bound_socket *bound_socket);

/** Makes the bufferevents of new connections: called with the server's base, returns one without a descriptor (an
 * OpenSSL one, for example), or NULL for a plain socket. cb NULL: plain sockets. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_bevcb(struct evhttp *http, struct bufferevent *(*cb)(struct event_base *base, void *arg), void *arg);

/** As evhttp_set_bevcb(), for the connections of one handle only; it goes before the server's. */
EVENT2_EXPORT_SYMBOL
void evhttp_bound_set_bevcb(
	struct evhttp_bound_socket *bound, struct bufferevent *(*cb)(struct event_base *base, void *arg), void *arg);

/** Called when a connection begins to receive a request, before anything of it is known: the place to set
 * evhttp_request_set_header_cb() and the like. cb returns 0, or -1 to close the connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_newreqcb(struct evhttp *http, int (*cb)(struct evhttp_request *req, void *arg), void *arg);

/** Writes the page of evhttp_send_error(): cb appends it to buffer and returns 0; with -1, or nothing appended, the
 * usual page is sent. cb may add header fields to the request. cb NULL: always the usual page. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_errorcb(struct evhttp *http,
	int (*cb)(struct evhttp_request *req, struct evbuffer *buffer, int error, const char *reason, void *arg),
	void *arg);

/** The most bytes of a request's head, its first line included; a request with more is answered with 431 (414 when it
 * is the first line). Negative: no limit but SIZE_MAX. At the start: 64 KiB. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_headers_size(struct evhttp *http, ssize_t max_headers_size);

/** The most bytes of a request's body; one with more is answered with 413. Negative: no limit. At the start: 128 MiB.
 * A body that is taken in pieces (evhttp_request_set_chunked_cb()) is counted as well. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_body_size(struct evhttp *http, ssize_t max_body_size);

/** The most connections at once; one more is answered with 503 and closed. 0 or less: no limit, as at the start. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_connections(struct evhttp *http, int max_connections);

/** How many connections the server (not its virtual hosts) has now. */
EVENT2_EXPORT_SYMBOL
int evhttp_get_connection_count(struct evhttp *http);

/** The Content-Type of answers that have a body and no such field. The text is not copied and must stay. NULL: none is
 * added. At the start: "text/html; charset=ISO-8859-1". */
EVENT2_EXPORT_SYMBOL
void evhttp_set_default_content_type(struct evhttp *http, const char *content_type);

/** The methods that the server takes, as a sum of enum evhttp_cmd_type; others are answered with 405, unknown ones with
 * 501. At the start: GET, POST, HEAD, PUT and DELETE. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_allowed_methods(struct evhttp *http, uint32_t methods);

/** The method has a body (flag of struct evhttp_ext_method). */
#define EVHTTP_METHOD_HAS_BODY 0x0001

/** A method that the library does not know. */
struct evhttp_ext_method {
	const char *method; /**< its name; NULL: look it up by type */
	uint32_t type;      /**< one bit that enum evhttp_cmd_type does not use; 0: look it up by name */
	uint16_t flags;     /**< 0 or EVHTTP_METHOD_HAS_BODY */
};

/** Fills in what is missing in *method, its type and flags or its name, and returns 0; -1 when it knows no such method.
 * The name must stay valid. */
typedef int (*evhttp_ext_method_cb)(struct evhttp_ext_method *method);

/** Sets who knows more methods. They must also be allowed with evhttp_set_allowed_methods(). */
EVENT2_EXPORT_SYMBOL
void evhttp_set_ext_method_cmp(struct evhttp *http, evhttp_ext_method_cb cb);

/** Calls cb for requests of that very path (percent-decoded, without the query; "*" for OPTIONS * and the host and port
 * for CONNECT). The callback answers, now or later, with evhttp_send_reply() and its like.
 * Returns 0; -1 when the path has a callback already; -2 when there is no memory. */
EVENT2_EXPORT_SYMBOL
int evhttp_set_cb(
	struct evhttp *http, const char *path, void (*cb)(struct evhttp_request *req, void *arg), void *cb_arg);

/** Takes the callback of a path away. Returns 0, or -1 when it has none. */
EVENT2_EXPORT_SYMBOL
int evhttp_del_cb(struct evhttp *http, const char *path);

/** Calls cb for requests whose path has no callback; without it, they are answered with 404. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_gencb(struct evhttp *http, void (*cb)(struct evhttp_request *req, void *arg), void *arg);

/** Gives requests for the hosts that match a pattern (with '*' for any run of characters, without regard to case) to
 * another server, which has callbacks and maybe virtual hosts, but does not listen. It belongs to http until it is
 * removed. Returns 0, or -1 when vhost is a virtual host already, listens, or there is no memory. */
EVENT2_EXPORT_SYMBOL
int evhttp_add_virtual_host(struct evhttp *http, const char *pattern, struct evhttp *vhost);

/** Takes a virtual host out, which is the caller's again. Returns 0, or -1 when it is none of http. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_virtual_host(struct evhttp *http, struct evhttp *vhost);

/** Another name of the host that http serves (compared without regard to case). Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evhttp_add_server_alias(struct evhttp *http, const char *alias);

/** Takes such a name away. Returns 0, or -1 when there is none. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_server_alias(struct evhttp *http, const char *alias);

/** How long, in seconds, a connection waits for the next bytes of a request or for a peer that does not take its
 * answer. 0 or less: the 50 seconds of the start. For connections to come. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_timeout(struct evhttp *http, int timeout_in_secs);

/** As evhttp_set_timeout(). NULL: 50 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** Only the wait for bytes of a request. NULL: 50 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_read_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** Only the wait for a peer that does not take its answer. NULL: 50 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_write_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** How long a whole request may take to arrive, however steadily it trickles; checked as bytes arrive, and answered
 * with 408. A body earns a second for each 512 bytes of it. NULL: the 60 seconds of the start. Not in libevent. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_request_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** A body that is too large is read to its end, and dropped, before 413 is sent: for clients that read no answer before
 * they have sent everything. */
#define EVHTTP_SERVER_LINGERING_CLOSE 0x0001
/** Takes what libevent 2.1 took and two servers might read in two ways: no or several Host fields, folded lines, white
 * space before a colon, chunk lines that end with LF alone, repeated equal Content-Length fields. Only for clients that
 * cannot be mended, and never behind a proxy. Not in libevent. */
#define EVHTTP_SERVER_LENIENT 0x0100

/** Sets the sum of EVHTTP_SERVER_* flags. Returns 0, or -1 for a flag that is not known (then nothing is changed). */
EVENT2_EXPORT_SYMBOL
int evhttp_set_flags(struct evhttp *http, int flags);

/** Ends in good order: listens no more, closes idle connections, lets open requests be answered (with "Connection:
 * close") and then calls done, in the loop, at once when nothing is open. The server itself is the caller's to free,
 * also inside done. Returns 0, or -1 when it is draining already or there is no memory. Not in libevent. */
EVENT2_EXPORT_SYMBOL
int evhttp_drain(struct evhttp *http, void (*done)(struct evhttp *http, void *arg), void *arg);

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

/** Answers with a page that says what is wrong, and closes the connection. reason: the status line's text; NULL: the
 * usual one of that code. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_error(struct evhttp_request *req, int error, const char *reason);

/** Answers. reason: the status line's text; NULL: the usual one of that code. databuf: the body, which is moved, so
 * that the buffer is empty then and still the caller's; NULL: no body. Answers to HEAD, 204 and 304 carry none whatever
 * is given. The request must not be used any more, unless the program owns it. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply(struct evhttp_request *req, int code, const char *reason, struct evbuffer *databuf);

/** Begins an answer whose body follows in pieces: chunked for an HTTP/1.1 client, until the connection is closed for
 * an older one, as it is when the program set a Content-Length itself. With code 101 the connection's bufferevent is
 * the program's from then on: it may set callbacks of its own, and ends with evhttp_connection_free(). Thread: any, see
 * above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_start(struct evhttp_request *req, int code, const char *reason);

/** Sends a piece: moves what is in databuf. An empty one is nothing. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_chunk(struct evhttp_request *req, struct evbuffer *databuf);

/** As evhttp_send_reply_chunk(); cb is called once, in the loop, when all that was sent so far was handed to the
 * system: send the next piece then, and no more memory is held than one piece. It is not called when the connection is
 * lost first. cb NULL: nobody is told. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_chunk_with_cb(
	struct evhttp_request *req, struct evbuffer *databuf, void (*cb)(struct evhttp_connection *, void *), void *arg);

/** Ends an answer that evhttp_send_reply_start() began. The request must not be used any more, unless the program owns
 * it. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_end(struct evhttp_request *req);

/* ---- Requests --------------------------------------------------------------------------------------------------- */

/** Methods: one bit each. */
enum evhttp_cmd_type {
	EVHTTP_REQ_GET = 1 << 0,
	EVHTTP_REQ_POST = 1 << 1,
	EVHTTP_REQ_HEAD = 1 << 2,
	EVHTTP_REQ_PUT = 1 << 3,
	EVHTTP_REQ_DELETE = 1 << 4,
	EVHTTP_REQ_OPTIONS = 1 << 5,
	EVHTTP_REQ_TRACE = 1 << 6,
	EVHTTP_REQ_CONNECT = 1 << 7,
	EVHTTP_REQ_PATCH = 1 << 8,
	EVHTTP_REQ_PROPFIND = 1 << 9,
	EVHTTP_REQ_PROPPATCH = 1 << 10,
	EVHTTP_REQ_MKCOL = 1 << 11,
	EVHTTP_REQ_LOCK = 1 << 12,
	EVHTTP_REQ_UNLOCK = 1 << 13,
	EVHTTP_REQ_COPY = 1 << 14,
	EVHTTP_REQ_MOVE = 1 << 15
};

/** The largest of them; greater bits are for evhttp_set_ext_method_cmp(). */
#define EVHTTP_REQ_MAX EVHTTP_REQ_MOVE

/** On which side a request is: EVHTTP_REQUEST where it was received, EVHTTP_RESPONSE where it was sent. */
enum evhttp_request_kind { EVHTTP_REQUEST, EVHTTP_RESPONSE };

/** Why a request failed. */
enum evhttp_request_error {
	EVREQ_HTTP_TIMEOUT,        /**< a timeout passed */
	EVREQ_HTTP_EOF,            /**< the peer closed the connection too early */
	EVREQ_HTTP_INVALID_HEADER, /**< what came is no HTTP, or a limit on its head was passed */
	EVREQ_HTTP_BUFFER_ERROR,   /**< reading or writing failed, or there is no memory */
	EVREQ_HTTP_REQUEST_CANCEL, /**< evhttp_cancel_request() */
	EVREQ_HTTP_DATA_TOO_LONG   /**< the body is longer than evhttp_connection_set_max_body_size() allows */
};

/** Makes a request for evhttp_make_request(). cb is called once, when the answer is complete or the request failed (see
 * evhttp_make_request()); NULL: nobody is told. Returns NULL when there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_request *evhttp_request_new(void (*cb)(struct evhttp_request *req, void *arg), void *arg);

/** Frees a request that was never sent, or that the program owns. One that is in use goes when that use ends. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_free(struct evhttp_request *req);

/** The body is handed over in pieces as it arrives: cb is called with the pieces in the input buffer, which is emptied
 * afterwards. On a server, to be set in the new-request or header callback. See evhttp_request_pause_input(). */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_chunked_cb(struct evhttp_request *req, void (*cb)(struct evhttp_request *req, void *arg));

/** cb is called when the head is complete, before the body; it returns 0, or -1 to give the request up and close the
 * connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_header_cb(struct evhttp_request *req, int (*cb)(struct evhttp_request *req, void *arg));

/** cb is told why a request failed, before the request's own callback. Its argument is that callback's. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_error_cb(struct evhttp_request *req, void (*cb)(enum evhttp_request_error error, void *arg));

/** On a server: cb is called when the answer was handed to the system, just before the request is freed. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_on_complete_cb(
	struct evhttp_request *req, void (*cb)(struct evhttp_request *req, void *arg), void *cb_arg);

/** From here on the program frees the request, with evhttp_request_free(). */
EVENT2_EXPORT_SYMBOL
void evhttp_request_own(struct evhttp_request *req);

/** 1 when the program owns the request, else 0. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_is_owned(struct evhttp_request *req);

/** The request's connection, or NULL when it has none (any more). */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_request_get_connection(struct evhttp_request *req);

/** Takes no more of the message that is arriving, so that its sender has to wait: for a callback of
 * evhttp_request_set_chunked_cb() that cannot keep up. A paused request does not time out. Not in libevent. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_pause_input(struct evhttp_request *req);

/** Goes on after evhttp_request_pause_input(), in the loop's next turn. Not in libevent. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_resume_input(struct evhttp_request *req);

/** The target as it was sent. Valid as long as the request. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_uri(const struct evhttp_request *req);
/** The target, parsed; NULL on a client. Valid as long as the request. */
EVENT2_EXPORT_SYMBOL
const struct evhttp_uri *evhttp_request_get_evhttp_uri(const struct evhttp_request *req);
/** The method. */
EVENT2_EXPORT_SYMBOL
enum evhttp_cmd_type evhttp_request_get_command(const struct evhttp_request *req);
/** The answer's status code; 0: there is none. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_get_response_code(const struct evhttp_request *req);
/** The answer's reason phrase, or NULL. Valid as long as the request. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_response_code_line(const struct evhttp_request *req);
/** The header fields that the peer sent. Trailer fields are not among them. */
EVENT2_EXPORT_SYMBOL
struct evkeyvalq *evhttp_request_get_input_headers(struct evhttp_request *req);
/** The header fields to be sent. */
EVENT2_EXPORT_SYMBOL
struct evkeyvalq *evhttp_request_get_output_headers(struct evhttp_request *req);
/** The body that the peer sent. May be emptied; belongs to the request. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evhttp_request_get_input_buffer(struct evhttp_request *req);
/** The body to be sent. Belongs to the request. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evhttp_request_get_output_buffer(struct evhttp_request *req);
/** The host that the request is for, without its port: that of an absolute target, else that of the Host field, else
 * NULL. Valid as long as the request. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_host(struct evhttp_request *req);

/* ---- The client ------------------------------------------------------------------------------------------------- */

/** Makes a connection for requests to one host. It connects when it is first needed, and again when it was closed.
 * dnsbase: resolves the name; NULL: the name is resolved without it, which may block. address: name or numeric address.
 * port: host byte order. Returns NULL when there is no memory. Freed with evhttp_connection_free(). */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_new(
	struct event_base *base, struct evdns_base *dnsbase, const char *address, uint16_t port);

/** As evhttp_connection_base_new() with a bufferevent of the caller's (an OpenSSL one, for example), which has no
 * descriptor yet and belongs to the connection from then on. bev NULL: a plain socket. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_new(
	struct event_base *base, struct evdns_base *dnsbase, struct bufferevent *bev, const char *address, uint16_t port);

/** As above, with a bufferevent that is connected already. When that connection ends, it cannot be made again. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_reuse_new(
	struct event_base *base, struct evdns_base *dnsbase, struct bufferevent *bev);

/** As above, to a Unix-domain socket by its path. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_unix_new(
	struct event_base *base, struct bufferevent *bev, const char *path);

/** Closes a connection, client's or server's, and frees it. Requests that wait on it are freed without a callback; the
 * close callback is called when it was connected. May be called in any callback of the connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_free(struct evhttp_connection *evcon);

/** Frees a client's connection when its last request is done; at once when there is none. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_free_on_completion(struct evhttp_connection *evcon);

/** Sends a request over a connection, after those that wait there already; the connection owns it then.
 * type: the method. uri: the target, such as "/path?query"; it is copied. The request's output headers and output
 * buffer are its head and body; Host, Content-Length and the like are added where they are missing.
 * When the answer is complete the request's callback gets the request, which is freed when it returns unless
 * evhttp_request_own() was called. On failure it gets NULL, or a request whose response code is 0 when no connection
 * could be made; the error callback was called before.
 * Returns 0; or -1 and the request was freed without a callback. */
EVENT2_EXPORT_SYMBOL
int evhttp_make_request(
	struct evhttp_connection *evcon, struct evhttp_request *req, enum evhttp_cmd_type type, const char *uri);

/** Gives a request up: it is freed, unless the program owns it. When it is under way its error callback is told, its
 * connection is closed, and made anew for those that wait. Not after the request's callback. May be called in the
 * chunked callback. */
EVENT2_EXPORT_SYMBOL
void evhttp_cancel_request(struct evhttp_request *req);

/** To be called before evhttp_make_request(): the body follows in pieces, by the two functions below, and is sent in
 * chunks unless a Content-Length was set. Returns 0 or -1. Not in libevent. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_set_streamed(struct evhttp_request *req);

/** Sends a piece of the body: moves what is in databuf. cb, unless NULL, is called once when all so far was handed to
 * the system, or not at all when the request fails first. Returns 0, or -1 when the request is not streamed, or ended,
 * or there is no memory. Not in libevent. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_send_chunk(
	struct evhttp_request *req, struct evbuffer *databuf, void (*cb)(struct evhttp_connection *, void *), void *arg);

/** Ends such a body. Returns 0 or -1 as above. Not in libevent. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_send_end(struct evhttp_request *req);

/** Which addresses a name is resolved to: AF_INET, AF_INET6, or AF_UNSPEC as at the start. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_family(struct evhttp_connection *evcon, int family);

/** Connects again to the address that a name was resolved to the first time. */
#define EVHTTP_CON_REUSE_CONNECTED_ADDR 0x0008
/** When writing a request fails, an answer that came before is still read: a server may refuse a body while it is being
 * sent. */
#define EVHTTP_CON_READ_ON_WRITE_ERROR 0x0010
/** As EVHTTP_SERVER_LINGERING_CLOSE. */
#define EVHTTP_CON_LINGERING_CLOSE 0x0020
/** Public flags are below this one. */
#define EVHTTP_CON_PUBLIC_FLAGS_END 0x100000

/** Sets the sum of EVHTTP_CON_* flags. Returns 0, or not 0 for one that is not known. */
EVENT2_EXPORT_SYMBOL
int evhttp_connection_set_flags(struct evhttp_connection *evcon, int flags);

/** Sets who knows more methods, as evhttp_set_ext_method_cmp() does. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_ext_method_cmp(struct evhttp_connection *evcon, evhttp_ext_method_cb cb);

/** The most bytes of a message's head. Negative: no limit but SIZE_MAX. At the start: 64 KiB. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_max_headers_size(struct evhttp_connection *evcon, ssize_t new_max_headers_size);

/** The most bytes of a message's body. Negative: no limit, as at the start of a client's connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_max_body_size(struct evhttp_connection *evcon, ssize_t new_max_body_size);

/** The numeric address from which a client connects. The text is copied. NULL: any. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_local_address(struct evhttp_connection *evcon, const char *address);

/** The port from which a client connects, host byte order. 0: any. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_local_port(struct evhttp_connection *evcon, uint16_t port);

/** Seconds without any progress after which a request fails, for connecting, reading and writing. 0 or less: the 45
 * seconds (connecting) and 50 seconds of the start. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_timeout(struct evhttp_connection *evcon, int timeout_in_secs);
/** As evhttp_connection_set_timeout(). */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);
/** Only the time for connecting. NULL: 45 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_connect_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);
/** Only the wait for bytes of the answer. NULL: 50 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_read_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);
/** Only the wait for a peer that does not take the request. NULL: 50 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_write_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);

/** The wait before the first retry of connecting; each further wait is twice as long. At the start: 2 seconds. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_initial_retry_tv(struct evhttp_connection *evcon, const struct timeval *tv);

/** How often a client tries again to connect. -1: for ever. At the start: 0. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_retries(struct evhttp_connection *evcon, int retry_max);

/** cb is called when the connection is closed, by whomever. It may free the connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_closecb(
	struct evhttp_connection *evcon, void (*cb)(struct evhttp_connection *evcon, void *arg), void *arg);

/** The connection's base. */
EVENT2_EXPORT_SYMBOL
struct event_base *evhttp_connection_get_base(struct evhttp_connection *evcon);
/** The connection's bufferevent. It stays the connection's. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evhttp_connection_get_bufferevent(struct evhttp_connection *evcon);
/** The server that the connection came to, or NULL. */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_connection_get_server(struct evhttp_connection *evcon);

/** Name or address, and port, of the other side: on a client what it was made with. *address is valid as long as the
 * connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_get_peer(struct evhttp_connection *evcon, const char **address, uint16_t *port);

/** The address of the other side, or NULL when it is not connected. Valid as long as the connection. */
EVENT2_EXPORT_SYMBOL
const struct sockaddr *evhttp_connection_get_addr(struct evhttp_connection *evcon);

/* ---- Header fields ---------------------------------------------------------------------------------------------- */

/** The value of the first field of that name (without regard to case), or NULL. Valid until the field is removed. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_find_header(const struct evkeyvalq *headers, const char *key);

/** Removes the first field of that name. Returns 0, or -1 when there is none. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_header(struct evkeyvalq *headers, const char *key);

/** Appends a field; both texts are copied. Returns 0, or -1: no memory, or a line end in a text (which could smuggle in
 * another field). */
EVENT2_EXPORT_SYMBOL
int evhttp_add_header(struct evkeyvalq *headers, const char *key, const char *value);

/** Removes all fields. */
EVENT2_EXPORT_SYMBOL
void evhttp_clear_headers(struct evkeyvalq *headers);

/* ---- Texts. What they return is freed with free(), or what event_set_mem_functions() put in its place. ---------- */

/** Percent-encodes every byte but letters, digits and "-._~". Returns NULL when there is no memory. */
EVENT2_EXPORT_SYMBOL
char *evhttp_encode_uri(const char *str);

/** As evhttp_encode_uri() for size bytes (negative: up to the NUL). space_to_plus not 0: a space becomes '+'. */
EVENT2_EXPORT_SYMBOL
char *evhttp_uriencode(const char *str, ssize_t size, int space_to_plus);

/** Decodes "%XX", and '+' as a space behind the first '?'. Only for old programs: a decoded URI cannot be taken apart
 * any more. */
EVENT2_EXPORT_SYMBOL
char *evhttp_decode_uri(const char *uri);

/** Decodes "%XX"; decode_plus not 0: and '+' as a space. The result may contain NUL: size_out, unless NULL, gets its
 * length. */
EVENT2_EXPORT_SYMBOL
char *evhttp_uridecode(const char *uri, int decode_plus, size_t *size_out);

/** Splits the query of a whole URI into name and value pairs, values decoded. headers is initialised by this and
 * emptied with evhttp_clear_headers(). Returns 0, or -1 with headers empty. */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query(const char *uri, struct evkeyvalq *headers);

/** As evhttp_parse_query(), for the query alone ("a=1&b=2"). */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query_str(const char *query, struct evkeyvalq *headers);

/** Takes pairs without a '=' (their value is empty) and passes over empty ones and ones without a name. */
#define EVHTTP_URI_QUERY_NONCONFORMANT 0x01
/** Of several pairs with one name only the last is kept. */
#define EVHTTP_URI_QUERY_LAST_VAL 0x02

/** As evhttp_parse_query_str(). flags: a sum of EVHTTP_URI_QUERY_*. */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query_str_flags(const char *query, struct evkeyvalq *headers, unsigned flags);

/** Writes < > " ' & as entities. Returns NULL when html is NULL or there is no memory. */
EVENT2_EXPORT_SYMBOL
char *evhttp_htmlescape(const char *html);

/* ---- URIs (RFC 3986) -------------------------------------------------------------------------------------------- */

/** Bytes that belong percent-encoded are let through in path, query and fragment. */
#define EVHTTP_URI_NONCONFORMANT 0x01
/** The host of "http://[::1]/" is given out without its brackets. */
#define EVHTTP_URI_HOST_STRIP_BRACKETS 0x04
/** Understands "http://unix:/path/of/socket:/path". */
#define EVHTTP_URI_UNIX_SOCKET 0x08

/** Takes a URI, or a relative reference, apart; nothing is decoded. flags: a sum of EVHTTP_URI_* flags.
 * Returns NULL when it is malformed or there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_parse_with_flags(const char *source_uri, unsigned flags);
/** As evhttp_uri_parse_with_flags() with flags 0. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_parse(const char *source_uri);
/** Makes one without any part. Returns NULL when there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_new(void);
/** Frees it. Not for that of a request. */
EVENT2_EXPORT_SYMBOL
void evhttp_uri_free(struct evhttp_uri *uri);
/** Sets the EVHTTP_URI_* flags that the setters below go by. */
EVENT2_EXPORT_SYMBOL
void evhttp_uri_set_flags(struct evhttp_uri *uri, unsigned flags);

/* The parts. A part that is absent is NULL (the port: -1); one that is there may be empty. What is returned is valid
 * until the part is set or the URI freed. */

/** "http" of "http://me@host:80/path?query#fragment", and so on. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_scheme(const struct evhttp_uri *uri);
/** "me" */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_userinfo(const struct evhttp_uri *uri);
/** "host"; empty where there is an authority without one ("file:///x"), NULL where there is no authority. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_host(const struct evhttp_uri *uri);
/** 80 */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_get_port(const struct evhttp_uri *uri);
/** "/path" */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_path(const struct evhttp_uri *uri);
/** "query" */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_query(const struct evhttp_uri *uri);
/** "fragment" */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_fragment(const struct evhttp_uri *uri);
/** The socket's path, see EVHTTP_URI_UNIX_SOCKET. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_unixsocket(const struct evhttp_uri *uri);

/* Setters copy the text; NULL (the port: -1) takes the part away. They return 0; or -1 when the text is malformed or
 * there is no memory, and the part is as it was. */

/** Sets the scheme. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_scheme(struct evhttp_uri *uri, const char *scheme);
/** Sets the user info. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_userinfo(struct evhttp_uri *uri, const char *userinfo);
/** Sets the host: a name, an IPv4 address, an IPv6 address in brackets. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_host(struct evhttp_uri *uri, const char *host);
/** Sets the port, up to 65535. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_port(struct evhttp_uri *uri, int port);
/** Sets the path. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_path(struct evhttp_uri *uri, const char *path);
/** Sets the query, without its '?'. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_query(struct evhttp_uri *uri, const char *query);
/** Sets the fragment, without its '#'. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_fragment(struct evhttp_uri *uri, const char *fragment);
/** Sets the socket's path. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_unixsocket(struct evhttp_uri *uri, const char *unixsocket);

/** Writes the URI into buf, of limit bytes. Nothing is encoded. Returns buf; NULL when it does not fit, or when what
 * would be written reads as something else (a path without '/' behind a host). */
EVENT2_EXPORT_SYMBOL
char *evhttp_uri_join(const struct evhttp_uri *uri, char *buf, size_t limit);

#ifdef __cplusplus
}
#endif
#endif
