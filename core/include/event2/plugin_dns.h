/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_DNS_H_INCLUDED_
#define EVENT2_PLUGIN_DNS_H_INCLUDED_

/** @file event2/plugin_dns.h
 *
 * The interface between the facade and the plugin "proto-dns": DNS: client and server.
 * One list makes the table's type, the facade's forwarders and the plugin's own table. What each function does is said
 * in the header that declares it. Only append, and raise the minor version.
 */

#include <event2/dns.h>
#include <event2/dns_compat.h>
#include <event2/dns_struct.h>
#include <event2/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_DNS_NAME "proto-dns" /**< what the facade asks for */
#define EVENT_PLUGIN_DNS_MAJOR 1          /**< of the interface */
#define EVENT_PLUGIN_DNS_MINOR 0          /**< raised when something is appended */

/* clang-format off */
/** X(result, name, what is returned when there is no such plugin, parameters, arguments) */
#define EVENT_PLUGIN_DNS_FUNCTIONS(X) \
	X(struct evdns_server_port *, evdns_add_server_port, NULL, (int n, int n2, evdns_request_callback_fn_type \
		cb, void *arg), (n, n2, cb, arg)) \
	X(struct evdns_server_port *, evdns_add_server_port_with_base, NULL, (struct event_base *base, int n, int \
		n2, evdns_request_callback_fn_type cb, void *arg), (base, n, n2, cb, arg)) \
	X(struct evdns_server_port *, evdns_add_server_port_with_listener, NULL, (struct event_base *base, struct \
		evconnlistener *listener, int n, evdns_request_callback_fn_type cb, void *arg), (base, listener, n, cb, \
		arg)) \
	X(void, evdns_base_clear_host_addresses, , (struct evdns_base *dns), (dns)) \
	X(int, evdns_base_clear_nameservers_and_suspend, -1, (struct evdns_base *dns), (dns)) \
	X(int, evdns_base_count_nameservers, 0, (struct evdns_base *dns), (dns)) \
	X(void, evdns_base_free, , (struct evdns_base *dns, int n), (dns, n)) \
	X(int, evdns_base_get_nameserver_addr, -1, (struct evdns_base *dns, int n, struct sockaddr *sa, socklen_t \
		socklen), (dns, n, sa, socklen)) \
	X(int, evdns_base_get_nameserver_fd, -1, (struct evdns_base *dns, int n), (dns, n)) \
	X(int, evdns_base_load_hosts, -1, (struct evdns_base *dns, const char *text), (dns, text)) \
	X(int, evdns_base_nameserver_add, -1, (struct evdns_base *dns, unsigned long value), (dns, value)) \
	X(int, evdns_base_nameserver_ip_add, -1, (struct evdns_base *dns, const char *text), (dns, text)) \
	X(int, evdns_base_nameserver_sockaddr_add, -1, (struct evdns_base *dns, const struct sockaddr *sa, \
		socklen_t socklen, unsigned int flags), (dns, sa, socklen, flags)) \
	X(struct evdns_base *, evdns_base_new, NULL, (struct event_base *base, int n), (base, n)) \
	X(int, evdns_base_resolv_conf_parse, -1, (struct evdns_base *dns, int n, const char *const value), (dns, n, \
		value)) \
	X(struct evdns_request *, evdns_base_resolve_ipv4, NULL, (struct evdns_base *dns, const char *text, int n, \
		evdns_callback_type cb, void *arg), (dns, text, n, cb, arg)) \
	X(struct evdns_request *, evdns_base_resolve_ipv6, NULL, (struct evdns_base *dns, const char *text, int n, \
		evdns_callback_type cb, void *arg), (dns, text, n, cb, arg)) \
	X(struct evdns_request *, evdns_base_resolve_reverse, NULL, (struct evdns_base *dns, const struct in_addr \
		*in, int n, evdns_callback_type cb, void *arg), (dns, in, n, cb, arg)) \
	X(struct evdns_request *, evdns_base_resolve_reverse_ipv6, NULL, (struct evdns_base *dns, const struct \
		in6_addr *in, int n, evdns_callback_type cb, void *arg), (dns, in, n, cb, arg)) \
	X(int, evdns_base_resume, -1, (struct evdns_base *dns), (dns)) \
	X(void, evdns_base_search_add, , (struct evdns_base *dns, const char *text), (dns, text)) \
	X(void, evdns_base_search_clear, , (struct evdns_base *dns), (dns)) \
	X(void, evdns_base_search_ndots_set, , (struct evdns_base *dns, const int n), (dns, n)) \
	X(int, evdns_base_set_option, -1, (struct evdns_base *dns, const char *text, const char *text2), (dns, \
		text, text2)) \
	X(int, evdns_cache_lookup, -1, (struct evdns_base *dns, const char *text, struct addrinfo *ai, uint16_t \
		port, struct addrinfo **ai2), (dns, text, ai, port, ai2)) \
	X(void, evdns_cache_write, , (struct evdns_base *dns, char *buf, struct addrinfo *ai, int n), (dns, buf, \
		ai, n)) \
	X(void, evdns_cancel_request, , (struct evdns_base *dns, struct evdns_request *request), (dns, request)) \
	X(int, evdns_clear_nameservers_and_suspend, -1, (void), ()) \
	X(void, evdns_close_server_port, , (struct evdns_server_port *port), (port)) \
	X(int, evdns_count_nameservers, 0, (void), ()) \
	X(const char *, evdns_err_to_string, "[no DNS plugin]", (int n), (n)) \
	X(struct evdns_base *, evdns_get_global_base, NULL, (void), ()) \
	X(struct evdns_getaddrinfo_request *, evdns_getaddrinfo, NULL, (struct evdns_base *dns, const char *text, \
		const char *text2, const struct addrinfo *ai, evdns_getaddrinfo_cb cb, void *arg), (dns, text, text2, \
		ai, cb, arg)) \
	X(void, evdns_getaddrinfo_cancel, , (struct evdns_getaddrinfo_request *request), (request)) \
	X(int, evdns_init, -1, (void), ()) \
	X(int, evdns_nameserver_add, -1, (unsigned long value), (value)) \
	X(int, evdns_nameserver_ip_add, -1, (const char *text), (text)) \
	X(int, evdns_resolv_conf_parse, -1, (int n, const char *const value), (n, value)) \
	X(int, evdns_resolve_ipv4, -1, (const char *text, int n, evdns_callback_type cb, void *arg), (text, n, cb, \
		arg)) \
	X(int, evdns_resolve_ipv6, -1, (const char *text, int n, evdns_callback_type cb, void *arg), (text, n, cb, \
		arg)) \
	X(int, evdns_resolve_reverse, -1, (const struct in_addr *in, int n, evdns_callback_type cb, void *arg), \
		(in, n, cb, arg)) \
	X(int, evdns_resolve_reverse_ipv6, -1, (const struct in6_addr *in, int n, evdns_callback_type cb, void \
		*arg), (in, n, cb, arg)) \
	X(int, evdns_resume, -1, (void), ()) \
	X(void, evdns_search_add, , (const char *text), (text)) \
	X(void, evdns_search_clear, , (void), ()) \
	X(void, evdns_search_ndots_set, , (const int n), (n)) \
	X(int, evdns_server_port_set_option, -1, (struct evdns_server_port *port, enum evdns_server_option option, \
		size_t len), (port, option, len)) \
	X(int, evdns_server_request_add_a_reply, -1, (struct evdns_server_request *req, const char *text, int n, \
		const void *data, int n2), (req, text, n, data, n2)) \
	X(int, evdns_server_request_add_aaaa_reply, -1, (struct evdns_server_request *req, const char *text, int n, \
		const void *data, int n2), (req, text, n, data, n2)) \
	X(int, evdns_server_request_add_cname_reply, -1, (struct evdns_server_request *req, const char *text, const \
		char *text2, int n), (req, text, text2, n)) \
	X(int, evdns_server_request_add_ptr_reply, -1, (struct evdns_server_request *req, struct in_addr *in, const \
		char *text, const char *text2, int n), (req, in, text, text2, n)) \
	X(int, evdns_server_request_add_reply, -1, (struct evdns_server_request *req, int n, const char *text, int \
		n2, int n3, int n4, int n5, int n6, const char *text2), (req, n, text, n2, n3, n4, n5, n6, text2)) \
	X(int, evdns_server_request_drop, -1, (struct evdns_server_request *req), (req)) \
	X(int, evdns_server_request_get_requesting_addr, -1, (struct evdns_server_request *req, struct sockaddr \
		*sa, int n), (req, sa, n)) \
	X(int, evdns_server_request_respond, -1, (struct evdns_server_request *req, int n), (req, n)) \
	X(void, evdns_server_request_set_flags, , (struct evdns_server_request *req, int n), (req, n)) \
	X(void, evdns_set_log_fn, , (evdns_debug_log_fn_type cb), (cb)) \
	X(int, evdns_set_option, -1, (const char *text, const char *text2, int n), (text, text2, n)) \
	X(void, evdns_set_random_bytes_fn, , (void (*fn)(char *, size_t)), (fn)) \
	X(void, evdns_set_transaction_id_fn, , (uint16_t (*fn)(void)), (fn)) \
	X(void, evdns_shutdown, , (int n), (n))
/* clang-format on */

/** The table that the plugin publishes. */
struct event_plugin_dns {
	struct event_plugin_interface head; /**< sizeof, and the version above */
/** One member for each function. */
#define EVENT_PLUGIN_MEMBER_(result, name, fallback, parameters, arguments) result(*name) parameters;
	EVENT_PLUGIN_DNS_FUNCTIONS(EVENT_PLUGIN_MEMBER_)
#undef EVENT_PLUGIN_MEMBER_
};

#ifdef __cplusplus
}
#endif
#endif
