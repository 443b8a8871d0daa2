/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_DNS_COMPAT_H_INCLUDED_
#define EVENT2_DNS_COMPAT_H_INCLUDED_

/** @file event2/dns_compat.h
 *
 * The DNS client as it was when a process had one event_base: functions on a client that is never named. New code uses
 * event2/dns.h. Except for evdns_init() each one does to the global client what the function of the same name with
 * "_base" in it does to the client that it is given, and reports in the same way. Those that set something up make
 * the global client when there is none yet, without servers; it lives on the event_base of event_init().
 *
 * Threads: the global client must be made and shut down by one thread, while no other uses it.
 */

#include <event2/dns.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evdns_base;
struct in_addr;
struct in6_addr;

/** Makes the global client, if need be, and reads /etc/resolv.conf into it.
 * @return 0, or -1 when that failed */
EVENT2_EXPORT_SYMBOL
int evdns_init(void);

/** The global client, or NULL when there is none. It stays ours. */
EVENT2_EXPORT_SYMBOL
struct evdns_base *evdns_get_global_base(void);

/** Frees the global client: evdns_base_free(). Also sets the log function of evdns_set_log_fn() back. */
EVENT2_EXPORT_SYMBOL
void evdns_shutdown(int fail_requests);

/** See evdns_base_nameserver_add(). */
EVENT2_EXPORT_SYMBOL
int evdns_nameserver_add(unsigned long int address);

/** See evdns_base_count_nameservers(); 0 when there is no global client. */
EVENT2_EXPORT_SYMBOL
int evdns_count_nameservers(void);

/** See evdns_base_clear_nameservers_and_suspend(). */
EVENT2_EXPORT_SYMBOL
int evdns_clear_nameservers_and_suspend(void);

/** See evdns_base_resume(). */
EVENT2_EXPORT_SYMBOL
int evdns_resume(void);

/** See evdns_base_nameserver_ip_add(). */
EVENT2_EXPORT_SYMBOL
int evdns_nameserver_ip_add(const char *ip_as_string);

/** See evdns_base_resolve_ipv4(), but there is no handle, so no cancelling.
 * @return 0, or -1 when the query cannot be made (then callback is not called) */
EVENT2_EXPORT_SYMBOL
int evdns_resolve_ipv4(const char *name, int flags, evdns_callback_type callback, void *ptr);

/** See evdns_base_resolve_ipv6() and evdns_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
int evdns_resolve_ipv6(const char *name, int flags, evdns_callback_type callback, void *ptr);

/** See evdns_base_resolve_reverse() and evdns_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
int evdns_resolve_reverse(const struct in_addr *in, int flags, evdns_callback_type callback, void *ptr);

/** See evdns_base_resolve_reverse_ipv6() and evdns_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
int evdns_resolve_reverse_ipv6(const struct in6_addr *in, int flags, evdns_callback_type callback, void *ptr);

/** See evdns_base_set_option(); flags is ignored. */
EVENT2_EXPORT_SYMBOL
int evdns_set_option(const char *option, const char *val, int flags);

/** See evdns_base_resolv_conf_parse(). */
EVENT2_EXPORT_SYMBOL
int evdns_resolv_conf_parse(int flags, const char *const filename);

/** See evdns_base_search_clear(). */
EVENT2_EXPORT_SYMBOL
void evdns_search_clear(void);

/** See evdns_base_search_add(). */
EVENT2_EXPORT_SYMBOL
void evdns_search_add(const char *domain);

/** See evdns_base_search_ndots_set(). */
EVENT2_EXPORT_SYMBOL
void evdns_search_ndots_set(const int ndots);

/** See evdns_add_server_port_with_base(); on the event_base of event_init(). */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port(
	evutil_socket_t socket, int flags, evdns_request_callback_fn_type callback, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
