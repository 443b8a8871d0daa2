/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_HTTP_H_INCLUDED_
#define EVENT2_PLUGIN_HTTP_H_INCLUDED_

/** @file event2/plugin_http.h
 *
 * The interface between the facade and the plugin "proto-http": HTTP: evhttp, its client, headers and URIs.
 * One list makes the table's type, the facade's forwarders and the plugin's own table. What each function does is said
 * in the header that declares it. Only append, and raise the minor version.
 */

#include <event2/http.h>
#include <event2/http_compat.h>
#include <event2/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_HTTP_NAME "proto-http" /**< what the facade asks for */
#define EVENT_PLUGIN_HTTP_MAJOR 1           /**< of the interface */
#define EVENT_PLUGIN_HTTP_MINOR 0           /**< raised when something is appended */

/* clang-format off */
/** X(result, name, what is returned when there is no such plugin, parameters, arguments) */
#define EVENT_PLUGIN_HTTP_FUNCTIONS(X) \
	X(int, evhttp_accept_socket, -1, (struct evhttp *http, int n), (http, n)) \
	X(struct evhttp_bound_socket *, evhttp_accept_socket_with_handle, NULL, (struct evhttp *http, int n), \
		(http, n)) \
	X(int, evhttp_add_header, -1, (struct evkeyvalq *headers, const char *text, const char *text2), (headers, \
		text, text2)) \
	X(int, evhttp_add_server_alias, -1, (struct evhttp *http, const char *text), (http, text)) \
	X(int, evhttp_add_virtual_host, -1, (struct evhttp *http, const char *text, struct evhttp *http2), (http, \
		text, http2)) \
	X(struct evhttp_bound_socket *, evhttp_bind_listener, NULL, (struct evhttp *http, struct evconnlistener \
		*listener), (http, listener)) \
	X(int, evhttp_bind_socket, -1, (struct evhttp *http, const char *text, uint16_t port), (http, text, port)) \
	X(struct evhttp_bound_socket *, evhttp_bind_socket_with_handle, NULL, (struct evhttp *http, const char \
		*text, uint16_t port), (http, text, port)) \
	X(void, evhttp_bound_set_bevcb, , (struct evhttp_bound_socket *bound, struct bufferevent *(*fn)(struct \
		event_base *, void *), void *arg), (bound, fn, arg)) \
	X(int, evhttp_bound_socket_get_fd, -1, (struct evhttp_bound_socket *bound), (bound)) \
	X(struct evconnlistener *, evhttp_bound_socket_get_listener, NULL, (struct evhttp_bound_socket *bound), \
		(bound)) \
	X(void, evhttp_cancel_request, , (struct evhttp_request *req), (req)) \
	X(void, evhttp_clear_headers, , (struct evkeyvalq *headers), (headers)) \
	X(struct evhttp_connection *, evhttp_connection_base_bufferevent_new, NULL, (struct event_base *base, \
		struct evdns_base *dns, struct bufferevent *bev, const char *text, uint16_t port), (base, dns, bev, \
		text, port)) \
	X(struct evhttp_connection *, evhttp_connection_base_bufferevent_reuse_new, NULL, (struct event_base *base, \
		struct evdns_base *dns, struct bufferevent *bev), (base, dns, bev)) \
	X(struct evhttp_connection *, evhttp_connection_base_bufferevent_unix_new, NULL, (struct event_base *base, \
		struct bufferevent *bev, const char *text), (base, bev, text)) \
	X(struct evhttp_connection *, evhttp_connection_base_new, NULL, (struct event_base *base, struct evdns_base \
		*dns, const char *text, uint16_t port), (base, dns, text, port)) \
	X(void, evhttp_connection_free, , (struct evhttp_connection *evcon), (evcon)) \
	X(void, evhttp_connection_free_on_completion, , (struct evhttp_connection *evcon), (evcon)) \
	X(const struct sockaddr *, evhttp_connection_get_addr, NULL, (struct evhttp_connection *evcon), (evcon)) \
	X(struct event_base *, evhttp_connection_get_base, NULL, (struct evhttp_connection *evcon), (evcon)) \
	X(struct bufferevent *, evhttp_connection_get_bufferevent, NULL, (struct evhttp_connection *evcon), \
		(evcon)) \
	X(void, evhttp_connection_get_peer, , (struct evhttp_connection *evcon, const char **value, uint16_t \
		*uint16), (evcon, value, uint16)) \
	X(struct evhttp *, evhttp_connection_get_server, NULL, (struct evhttp_connection *evcon), (evcon)) \
	X(struct evhttp_connection *, evhttp_connection_new, NULL, (const char *text, uint16_t port), (text, port)) \
	X(void, evhttp_connection_set_base, , (struct evhttp_connection *evcon, struct event_base *base), (evcon, \
		base)) \
	X(void, evhttp_connection_set_closecb, , (struct evhttp_connection *evcon, void (*fn)(struct \
		evhttp_connection *, void *), void *arg), (evcon, fn, arg)) \
	X(void, evhttp_connection_set_connect_timeout_tv, , (struct evhttp_connection *evcon, const struct timeval \
		*tv), (evcon, tv)) \
	X(void, evhttp_connection_set_ext_method_cmp, , (struct evhttp_connection *evcon, evhttp_ext_method_cb cb), \
		(evcon, cb)) \
	X(void, evhttp_connection_set_family, , (struct evhttp_connection *evcon, int n), (evcon, n)) \
	X(int, evhttp_connection_set_flags, -1, (struct evhttp_connection *evcon, int n), (evcon, n)) \
	X(void, evhttp_connection_set_initial_retry_tv, , (struct evhttp_connection *evcon, const struct timeval \
		*tv), (evcon, tv)) \
	X(void, evhttp_connection_set_local_address, , (struct evhttp_connection *evcon, const char *text), (evcon, \
		text)) \
	X(void, evhttp_connection_set_local_port, , (struct evhttp_connection *evcon, uint16_t port), (evcon, \
		port)) \
	X(void, evhttp_connection_set_max_body_size, , (struct evhttp_connection *evcon, ssize_t len), (evcon, \
		len)) \
	X(void, evhttp_connection_set_max_headers_size, , (struct evhttp_connection *evcon, ssize_t len), (evcon, \
		len)) \
	X(void, evhttp_connection_set_read_timeout_tv, , (struct evhttp_connection *evcon, const struct timeval \
		*tv), (evcon, tv)) \
	X(void, evhttp_connection_set_retries, , (struct evhttp_connection *evcon, int n), (evcon, n)) \
	X(void, evhttp_connection_set_timeout, , (struct evhttp_connection *evcon, int n), (evcon, n)) \
	X(void, evhttp_connection_set_timeout_tv, , (struct evhttp_connection *evcon, const struct timeval *tv), \
		(evcon, tv)) \
	X(void, evhttp_connection_set_write_timeout_tv, , (struct evhttp_connection *evcon, const struct timeval \
		*tv), (evcon, tv)) \
	X(char *, evhttp_decode_uri, NULL, (const char *text), (text)) \
	X(void, evhttp_del_accept_socket, , (struct evhttp *http, struct evhttp_bound_socket *bound), (http, \
		bound)) \
	X(int, evhttp_del_cb, -1, (struct evhttp *http, const char *text), (http, text)) \
	X(char *, evhttp_encode_uri, NULL, (const char *text), (text)) \
	X(const char *, evhttp_find_header, NULL, (const struct evkeyvalq *headers, const char *text), (headers, \
		text)) \
	X(void, evhttp_foreach_bound_socket, , (struct evhttp *http, evhttp_bound_socket_foreach_fn *cb, void \
		*arg), (http, cb, arg)) \
	X(void, evhttp_free, , (struct evhttp *http), (http)) \
	X(int, evhttp_get_connection_count, 0, (struct evhttp *http), (http)) \
	X(char *, evhttp_htmlescape, NULL, (const char *text), (text)) \
	X(int, evhttp_make_request, -1, (struct evhttp_connection *evcon, struct evhttp_request *req, enum \
		evhttp_cmd_type type, const char *text), (evcon, req, type, text)) \
	X(struct evhttp *, evhttp_new, NULL, (struct event_base *base), (base)) \
	X(int, evhttp_parse_query, -1, (const char *text, struct evkeyvalq *headers), (text, headers)) \
	X(int, evhttp_parse_query_str, -1, (const char *text, struct evkeyvalq *headers), (text, headers)) \
	X(int, evhttp_parse_query_str_flags, -1, (const char *text, struct evkeyvalq *headers, unsigned int flags), \
		(text, headers, flags)) \
	X(int, evhttp_remove_header, -1, (struct evkeyvalq *headers, const char *text), (headers, text)) \
	X(int, evhttp_remove_server_alias, -1, (struct evhttp *http, const char *text), (http, text)) \
	X(int, evhttp_remove_virtual_host, -1, (struct evhttp *http, struct evhttp *http2), (http, http2)) \
	X(void, evhttp_request_free, , (struct evhttp_request *req), (req)) \
	X(enum evhttp_cmd_type, evhttp_request_get_command, (enum evhttp_cmd_type)0, (const struct evhttp_request \
		*req), (req)) \
	X(struct evhttp_connection *, evhttp_request_get_connection, NULL, (struct evhttp_request *req), (req)) \
	X(const struct evhttp_uri *, evhttp_request_get_evhttp_uri, NULL, (const struct evhttp_request *req), \
		(req)) \
	X(const char *, evhttp_request_get_host, NULL, (struct evhttp_request *req), (req)) \
	X(struct evbuffer *, evhttp_request_get_input_buffer, NULL, (struct evhttp_request *req), (req)) \
	X(struct evkeyvalq *, evhttp_request_get_input_headers, NULL, (struct evhttp_request *req), (req)) \
	X(struct evbuffer *, evhttp_request_get_output_buffer, NULL, (struct evhttp_request *req), (req)) \
	X(struct evkeyvalq *, evhttp_request_get_output_headers, NULL, (struct evhttp_request *req), (req)) \
	X(int, evhttp_request_get_response_code, 0, (const struct evhttp_request *req), (req)) \
	X(const char *, evhttp_request_get_response_code_line, NULL, (const struct evhttp_request *req), (req)) \
	X(const char *, evhttp_request_get_uri, NULL, (const struct evhttp_request *req), (req)) \
	X(int, evhttp_request_is_owned, 0, (struct evhttp_request *req), (req)) \
	X(struct evhttp_request *, evhttp_request_new, NULL, (void (*fn)(struct evhttp_request *, void *), void \
		*arg), (fn, arg)) \
	X(void, evhttp_request_own, , (struct evhttp_request *req), (req)) \
	X(void, evhttp_request_set_chunked_cb, , (struct evhttp_request *req, void (*fn)(struct evhttp_request *, \
		void *)), (req, fn)) \
	X(void, evhttp_request_set_error_cb, , (struct evhttp_request *req, void (*fn)(enum evhttp_request_error, \
		void *)), (req, fn)) \
	X(void, evhttp_request_set_header_cb, , (struct evhttp_request *req, int (*fn)(struct evhttp_request *, \
		void *)), (req, fn)) \
	X(void, evhttp_request_set_on_complete_cb, , (struct evhttp_request *req, void (*fn)(struct evhttp_request \
		*, void *), void *arg), (req, fn, arg)) \
	X(void, evhttp_send_error, , (struct evhttp_request *req, int n, const char *text), (req, n, text)) \
	X(void, evhttp_send_reply, , (struct evhttp_request *req, int n, const char *text, struct evbuffer \
		*buffer), (req, n, text, buffer)) \
	X(void, evhttp_send_reply_chunk, , (struct evhttp_request *req, struct evbuffer *buffer), (req, buffer)) \
	X(void, evhttp_send_reply_chunk_with_cb, , (struct evhttp_request *req, struct evbuffer *buffer, void \
		(*fn)(struct evhttp_connection *, void *), void *arg), (req, buffer, fn, arg)) \
	X(void, evhttp_send_reply_end, , (struct evhttp_request *req), (req)) \
	X(void, evhttp_send_reply_start, , (struct evhttp_request *req, int n, const char *text), (req, n, text)) \
	X(void, evhttp_set_allowed_methods, , (struct evhttp *http, uint32_t tag), (http, tag)) \
	X(void, evhttp_set_bevcb, , (struct evhttp *http, struct bufferevent *(*fn)(struct event_base *, void *), \
		void *arg), (http, fn, arg)) \
	X(int, evhttp_set_cb, -1, (struct evhttp *http, const char *text, void (*fn)(struct evhttp_request *, void \
		*), void *arg), (http, text, fn, arg)) \
	X(void, evhttp_set_default_content_type, , (struct evhttp *http, const char *text), (http, text)) \
	X(void, evhttp_set_errorcb, , (struct evhttp *http, int (*fn)(struct evhttp_request *, struct evbuffer *, \
		int, const char *, void *), void *arg), (http, fn, arg)) \
	X(void, evhttp_set_ext_method_cmp, , (struct evhttp *http, evhttp_ext_method_cb cb), (http, cb)) \
	X(int, evhttp_set_flags, -1, (struct evhttp *http, int n), (http, n)) \
	X(void, evhttp_set_gencb, , (struct evhttp *http, void (*fn)(struct evhttp_request *, void *), void *arg), \
		(http, fn, arg)) \
	X(void, evhttp_set_max_body_size, , (struct evhttp *http, ssize_t len), (http, len)) \
	X(void, evhttp_set_max_connections, , (struct evhttp *http, int n), (http, n)) \
	X(void, evhttp_set_max_headers_size, , (struct evhttp *http, ssize_t len), (http, len)) \
	X(void, evhttp_set_newreqcb, , (struct evhttp *http, int (*fn)(struct evhttp_request *, void *), void \
		*arg), (http, fn, arg)) \
	X(void, evhttp_set_read_timeout_tv, , (struct evhttp *http, const struct timeval *tv), (http, tv)) \
	X(void, evhttp_set_timeout, , (struct evhttp *http, int n), (http, n)) \
	X(void, evhttp_set_timeout_tv, , (struct evhttp *http, const struct timeval *tv), (http, tv)) \
	X(void, evhttp_set_write_timeout_tv, , (struct evhttp *http, const struct timeval *tv), (http, tv)) \
	X(struct evhttp *, evhttp_start, NULL, (const char *text, uint16_t port), (text, port)) \
	X(void, evhttp_uri_free, , (struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_fragment, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_host, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_path, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(int, evhttp_uri_get_port, -1, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_query, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_scheme, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_unixsocket, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(const char *, evhttp_uri_get_userinfo, NULL, (const struct evhttp_uri *uri), (uri)) \
	X(char *, evhttp_uri_join, NULL, (const struct evhttp_uri *uri, char *buf, size_t len), (uri, buf, len)) \
	X(struct evhttp_uri *, evhttp_uri_new, NULL, (void), ()) \
	X(struct evhttp_uri *, evhttp_uri_parse, NULL, (const char *text), (text)) \
	X(struct evhttp_uri *, evhttp_uri_parse_with_flags, NULL, (const char *text, unsigned int flags), (text, \
		flags)) \
	X(void, evhttp_uri_set_flags, , (struct evhttp_uri *uri, unsigned int flags), (uri, flags)) \
	X(int, evhttp_uri_set_fragment, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_host, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_path, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_port, -1, (struct evhttp_uri *uri, int n), (uri, n)) \
	X(int, evhttp_uri_set_query, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_scheme, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_unixsocket, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(int, evhttp_uri_set_userinfo, -1, (struct evhttp_uri *uri, const char *text), (uri, text)) \
	X(char *, evhttp_uridecode, NULL, (const char *text, int n, size_t *size), (text, n, size)) \
	X(char *, evhttp_uriencode, NULL, (const char *text, ssize_t len, int n), (text, len, n)) \
	X(void, evhttp_set_request_timeout_tv, , (struct evhttp *http, const struct timeval *tv), (http, tv)) \
	X(int, evhttp_drain, -1, (struct evhttp *http, void (*done)(struct evhttp *, void *), void *arg), (http, \
		done, arg)) \
	X(void, evhttp_request_pause_input, , (struct evhttp_request *req), (req)) \
	X(void, evhttp_request_resume_input, , (struct evhttp_request *req), (req)) \
	X(int, evhttp_request_set_streamed, -1, (struct evhttp_request *req), (req)) \
	X(int, evhttp_request_send_chunk, -1, (struct evhttp_request *req, struct evbuffer *buffer, void \
		(*fn)(struct evhttp_connection *, void *), void *arg), (req, buffer, fn, arg)) \
	X(int, evhttp_request_send_end, -1, (struct evhttp_request *req), (req))
/* clang-format on */

/** The table that the plugin publishes. */
struct event_plugin_http {
	struct event_plugin_interface head; /**< sizeof, and the version above */
/** One member for each function. */
#define EVENT_PLUGIN_MEMBER_(result, name, fallback, parameters, arguments) result(*name) parameters;
	EVENT_PLUGIN_HTTP_FUNCTIONS(EVENT_PLUGIN_MEMBER_)
#undef EVENT_PLUGIN_MEMBER_
};

#ifdef __cplusplus
}
#endif
#endif
