/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_DNS_H_INCLUDED_
#define EVENT2_DNS_H_INCLUDED_

/** @file event2/dns.h
 *
 * Names and addresses looked up without blocking, and a toolkit for small DNS servers.
 *
 * The client is a struct evdns_base: it belongs to one event_base, knows name servers, search domains and hosts
 * entries, and sends every query from a fresh random port under a fresh random id. The functions that take an
 * evdns_base may be called from any thread once the program has set up threading (event2/thread.h); callbacks run in
 * the thread of the event_base's loop unless a function says otherwise, and never with a lock held.
 */

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results ------------------------------------------------------------------------------------------------------
 */

#define DNS_ERR_NONE 0         /**< the answer is there */
#define DNS_ERR_FORMAT 1       /**< the server did not understand the query (RFC 1035 FORMERR) */
#define DNS_ERR_SERVERFAILED 2 /**< the server failed to find out (SERVFAIL) */
#define DNS_ERR_NOTEXIST 3     /**< there is no such name (NXDOMAIN) */
#define DNS_ERR_NOTIMPL 4      /**< the server does not do this kind of query (NOTIMP) */
#define DNS_ERR_REFUSED 5      /**< the server will not do it for us (REFUSED) */
#define DNS_ERR_TRUNCATED 65   /**< the answer was cut short and could not be had whole, or it was malformed */
#define DNS_ERR_UNKNOWN 66     /**< anything else, such as a response code with no name here */
#define DNS_ERR_TIMEOUT 67     /**< no server answered in time */
#define DNS_ERR_SHUTDOWN 68    /**< the evdns_base was freed meanwhile */
#define DNS_ERR_CANCEL 69      /**< evdns_cancel_request() was called */
#define DNS_ERR_NODATA 70      /**< the name exists, but has no record of the type that was asked for */

/** What an evdns_callback_type gets, by its argument type. */
#define DNS_IPv4_A 1    /**< addresses: count in_addr_t, in network byte order */
#define DNS_PTR 2       /**< addresses: char **, one name */
#define DNS_IPv6_AAAA 3 /**< addresses: count struct in6_addr */
#define DNS_CNAME 4     /**< addresses: char **, the canonical name; see DNS_CNAME_CALLBACK */

/* Flags of one query. */
#define DNS_QUERY_NO_SEARCH 1   /**< take the name as it is: no search domains */
#define DNS_QUERY_USEVC 2       /**< ask over TCP at once */
#define DNS_QUERY_IGNTC 4       /**< do not ask again over TCP when the answer is marked as truncated */
#define DNS_CNAME_CALLBACK 0x80 /**< call back once more with DNS_CNAME when the answer went through an alias */
#define DNS_NO_SEARCH DNS_QUERY_NO_SEARCH /**< the old name of it */

/* What evdns_base_resolv_conf_parse() takes from the file. */
#define DNS_OPTION_SEARCH 1      /**< "search" and "domain" lines, and ndots */
#define DNS_OPTION_NAMESERVERS 2 /**< "nameserver" lines, or 127.0.0.1 when there is none */
#define DNS_OPTION_MISC 4        /**< "options" lines */
#define DNS_OPTION_HOSTSFILE 8   /**< load the hosts file as well */
#define DNS_OPTIONS_ALL                                                                                                \
	(DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC | DNS_OPTION_HOSTSFILE) /**< all of these */
#define DNS_OPTION_NAMESERVERS_NO_DEFAULT 16 /**< no 127.0.0.1 when the file names no server */

/** What evdns_base_resolv_conf_parse() returns. */
#define EVDNS_ERROR_NONE 0
#define EVDNS_ERROR_FAILED_TO_OPEN_FILE 1       /**< there is none, or it may not be read */
#define EVDNS_ERROR_FAILED_TO_STAT_FILE 2       /**< its size cannot be known */
#define EVDNS_ERROR_FILE_TOO_LARGE 3            /**< over 64 KiB */
#define EVDNS_ERROR_OUT_OF_MEMORY 4             /**< there is none */
#define EVDNS_ERROR_SHORT_READ_FROM_FILE 5      /**< reading failed halfway */
#define EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED 6 /**< the file names no server */

/** Tells how a query ended.
 * @param result DNS_ERR_NONE or another DNS_ERR_*
 * @param type DNS_IPv4_A, DNS_PTR, DNS_IPv6_AAAA or DNS_CNAME when there is an answer; else 0
 * @param count how many entries addresses has
 * @param ttl how many seconds the answer may be kept; also meaningful with DNS_ERR_NOTEXIST and DNS_ERR_NODATA when
 *   the server told how long to believe that, else 0
 * @param addresses see DNS_IPv4_A and so on; valid during the callback; NULL when there is no answer
 * @param arg what was given with the query */
typedef void (*evdns_callback_type)(int result, char type, int count, int ttl, void *addresses, void *arg);

struct evdns_base;
struct event_base;
struct evdns_request;
struct in_addr;
struct in6_addr;
struct sockaddr;

/* ---- The client ---------------------------------------------------------------------------------------------------
 */

/* Flags of evdns_base_new(). */
#define EVDNS_BASE_INITIALIZE_NAMESERVERS 1 /**< read /etc/resolv.conf and /etc/hosts */
/** Idle sockets and probes of broken servers do not keep the event loop running. */
#define EVDNS_BASE_DISABLE_WHEN_INACTIVE 0x8000
#define EVDNS_BASE_NAMESERVERS_NO_DEFAULT 0x10000 /**< no 127.0.0.1 when resolv.conf names no server */
#define EVDNS_BASE_NO_CACHE 0x10                  /**< evdns_getaddrinfo() keeps no answers */

/** Makes a client.
 * @param event_base where its events live; must outlive the result
 * @param initialize_nameservers any of EVDNS_BASE_*; with 0 it knows no server until one is added
 *   (an unknown flag gives a warning and stands for EVDNS_BASE_INITIALIZE_NAMESERVERS)
 * @return the client, to be freed with evdns_base_free(); NULL when there is no memory, or resolv.conf was asked for
 * and is there but cannot be read */
EVENT2_EXPORT_SYMBOL
struct evdns_base *evdns_base_new(struct event_base *event_base, int initialize_nameservers);

/** Frees a client with everything that it is doing.
 * @param base may be freed from one of its own callbacks
 * @param fail_requests non-zero: every open query is called back with DNS_ERR_SHUTDOWN, from the event loop; 0: open
 *   queries vanish without a callback. evdns_getaddrinfo() requests end the same way, with EVUTIL_EAI_FAIL or
 *   silently. */
EVENT2_EXPORT_SYMBOL
void evdns_base_free(struct evdns_base *base, int fail_requests);

/** Forgets every hosts entry that was loaded. */
EVENT2_EXPORT_SYMBOL
void evdns_base_clear_host_addresses(struct evdns_base *base);

/** Says in a few English words what a DNS_ERR_* means.
 * @return a constant string, never NULL; "[Unknown error code]" for any other number. Thread: any. */
EVENT2_EXPORT_SYMBOL
const char *evdns_err_to_string(int err);

/** Adds a name server by IPv4 address, on port 53.
 * @param base where lookups are made
 * @param address in network byte order, as in_addr.s_addr has it
 * @return 0; 3 when the server is there already; any other number: it cannot be added */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_add(struct evdns_base *base, unsigned long int address);

/** Number of name servers, whether they answer or not. */
EVENT2_EXPORT_SYMBOL
int evdns_base_count_nameservers(struct evdns_base *base);

/** Removes every name server and holds all open queries, which then wait for evdns_base_resume().
 * @return 0, or -1 on an error */
EVENT2_EXPORT_SYMBOL
int evdns_base_clear_nameservers_and_suspend(struct evdns_base *base);

/** Sends what evdns_base_clear_nameservers_and_suspend() held back, to the servers that are known now.
 * @return 0, or -1 on an error */
EVENT2_EXPORT_SYMBOL
int evdns_base_resume(struct evdns_base *base);

/** Adds a name server by text: "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:5353".
 * The port is 53 when none is given.
 * @return 0; 4 when the text is no such address; 3 when the server is there already; any other number: it cannot be
 *   added */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_ip_add(struct evdns_base *base, const char *ip_as_string);

/** Adds a name server by socket address, AF_INET or AF_INET6 with a port.
 * @param base where lookups are made
 * @param sa the address, which is copied
 * @param len its length in bytes
 * @param flags 0
 * @return 0; 3 when the server is there already; any other number: it cannot be added */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_sockaddr_add(
	struct evdns_base *base, const struct sockaddr *sa, ev_socklen_t len, unsigned flags);

/** Address of a name server.
 * @param base where lookups are made
 * @param idx counts from 0
 * @param sa where it is written
 * @param len bytes that sa has room for
 * @return its length in bytes; -1 when there is no such server; a number greater than len when sa is too small (then
 *   nothing is written) */
EVENT2_EXPORT_SYMBOL
int evdns_base_get_nameserver_addr(struct evdns_base *base, int idx, struct sockaddr *sa, ev_socklen_t len);

/** A UDP socket that is in use for a name server: the one that sent last, or made now if there is none. It stays ours;
 * more of them come and go, since every query has its own.
 * @param base where lookups are made
 * @param idx counts from 0
 * @return the socket, or -1 */
EVENT2_EXPORT_SYMBOL
int evdns_base_get_nameserver_fd(struct evdns_base *base, int idx);

/** Looks up the IPv4 addresses of a name.
 * @param base where lookups are made
 * @param name such as "example.org"; with a dot at its end it is not searched for
 * @param flags any of DNS_QUERY_*, DNS_CNAME_CALLBACK
 * @param callback called once (twice with DNS_CNAME_CALLBACK), never before this function returned
 * @param ptr what the callback gets as its last argument
 * @return a handle for evdns_cancel_request(), valid until the callback; NULL when the name is impossible or there is
 * no memory (then callback is not called) */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_ipv4(
	struct evdns_base *base, const char *name, int flags, evdns_callback_type callback, void *ptr);

/** Looks up the IPv6 addresses of a name: as evdns_base_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_ipv6(
	struct evdns_base *base, const char *name, int flags, evdns_callback_type callback, void *ptr);

/** Looks up the name of an IPv4 address: as evdns_base_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_reverse(
	struct evdns_base *base, const struct in_addr *in, int flags, evdns_callback_type callback, void *ptr);

/** Looks up the name of an IPv6 address: as evdns_base_resolve_ipv4(). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_reverse_ipv6(
	struct evdns_base *base, const struct in6_addr *in, int flags, evdns_callback_type callback, void *ptr);

/** Gives a query up: its callback comes later, from the event loop, with DNS_ERR_CANCEL.
 * @param base the one that made it; may be NULL
 * @param req must not have been called back yet */
EVENT2_EXPORT_SYMBOL
void evdns_cancel_request(struct evdns_base *base, struct evdns_request *req);

/** Sets an option; a colon at the end of its name is ignored.
 *
 * - "ndots": a name with at least that many dots is tried as it is before the search domains (1)
 * - "timeout": seconds, with a fraction, until a query is sent again (5)
 * - "max-timeouts": so many queries in a row without an answer, and a server counts as down (3)
 * - "max-inflight": queries on the wire at once, 1 to 65000; more wait in a queue (64)
 * - "attempts": how often a query is sent, 1 to 255 (3)
 * - "randomize-case": 0 or 1: mix upper and lower case in names, and want them back the same (1)
 * - "bind-to": local address to ask from, as for evdns_base_nameserver_ip_add(); one with a port gives up random ports.
 *   Servers on a loopback address are not asked from one that is none
 * - "initial-probe-timeout": seconds until a server that is down is asked again (10)
 * - "max-probe-timeout": the most that this wait grows to, seconds (3600)
 * - "probe-backoff-factor": what it grows by after each failure, 1 to 10 (3)
 * - "getaddrinfo-allow-skew": seconds that evdns_getaddrinfo() waits for the other address family (3)
 * - "so-rcvbuf", "so-sndbuf": sizes of socket buffers in bytes; 0 leaves the system's
 * - "tcp-idle-timeout": seconds until an unused TCP connection to a server is closed (5)
 * - "edns-udp-size": size of answers over UDP that we offer to take, 512 to 65535; 512 sends no EDNS0 (1232)
 * - "no-aaaa": set (to any value): evdns_getaddrinfo() does not ask for IPv6 addresses
 * - "no-tld-query": set (to any value): with search domains, a name without a dot is not tried as it is
 * - "use-vc", "ignore-tc": set (to any value): DNS_QUERY_USEVC and DNS_QUERY_IGNTC for every query
 * - "cache-size": names that evdns_getaddrinfo() remembers, 0 for none (1024)
 *
 * Numbers out of range become the nearest that is allowed; an unknown option is ignored.
 *
 * @return 0; -1 when the value makes no sense for the option */
EVENT2_EXPORT_SYMBOL
int evdns_base_set_option(struct evdns_base *base, const char *option, const char *val);

/** Reads a file in the format of resolv.conf(5). Lines that make no sense are passed over, each with a log line;
 * options that have no meaning here (such as "sortlist" or "debug") silently. When it was read with
 * DNS_OPTION_NAMESERVERS and changes later, servers and search domains are read again before the next query.
 * @param base where lookups are made
 * @param flags any of DNS_OPTION_*
 * @param filename such as "/etc/resolv.conf"
 * @return EVDNS_ERROR_NONE, or which other EVDNS_ERROR_* it was. After EVDNS_ERROR_FAILED_TO_OPEN_FILE and
 *   EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED the default server 127.0.0.1 is in use. With
 *   DNS_OPTION_NAMESERVERS_NO_DEFAULT a file that names no server is no error, and there is no default */
EVENT2_EXPORT_SYMBOL
int evdns_base_resolv_conf_parse(struct evdns_base *base, int flags, const char *const filename);

/** Adds the entries of a file in the format of hosts(5); evdns_getaddrinfo() answers from them at once.
 * @param base where lookups are made
 * @param hosts_fname the file, which is read again when it changes; NULL adds only "localhost" for both families
 * @return 0, or -1 when it cannot be read (then "localhost" is added all the same) */
EVENT2_EXPORT_SYMBOL
int evdns_base_load_hosts(struct evdns_base *base, const char *hosts_fname);

/** Forgets all search domains. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_clear(struct evdns_base *base);

/** Adds a search domain before those that are there: the one added last is tried first. Dots at its beginning are
 * ignored. At most 64. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_add(struct evdns_base *base, const char *domain);

/** Sets "ndots": see evdns_base_set_option(). Negative counts as 0. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_ndots_set(struct evdns_base *base, const int ndots);

/* ---- getaddrinfo --------------------------------------------------------------------------------------------------
 */

/** Tells how an evdns_getaddrinfo() ended.
 * @param result 0 or an EVUTIL_EAI_*
 * @param res the addresses, for the callee to free with evutil_freeaddrinfo(); NULL on an error
 * @param arg what was given with the request */
typedef void (*evdns_getaddrinfo_cb)(int result, struct evutil_addrinfo *res, void *arg);

struct evdns_getaddrinfo_request;

/** getaddrinfo(3) that does not block. A numeric address, a name in the hosts file or in the cache, or an error in the
 * arguments is called back from within this function, which then returns NULL. Both families are asked at once; when
 * one has answered, the other gets "getaddrinfo-allow-skew" seconds more.
 * @param dns_base NULL: the one of evdns_init()
 * @param nodename name or address; NULL: the wildcard or the loopback address, by hints
 * @param servname number or name of the service, or NULL; at least one of both must be there
 * @param hints_in as for getaddrinfo(3); AI_V4MAPPED and AI_ALL included; NULL: any family
 * @param cb called once
 * @param arg what cb gets as its last argument
 * @return a handle for evdns_getaddrinfo_cancel(), valid until cb is called; NULL when cb has been called already */
EVENT2_EXPORT_SYMBOL
struct evdns_getaddrinfo_request *evdns_getaddrinfo(struct evdns_base *dns_base, const char *nodename,
	const char *servname, const struct evutil_addrinfo *hints_in, evdns_getaddrinfo_cb cb, void *arg);

/** Gives a request up. Its callback comes later, from the event loop, with EVUTIL_EAI_CANCEL.
 * @param req must not have been called back yet; cancelling twice does no harm until then */
EVENT2_EXPORT_SYMBOL
void evdns_getaddrinfo_cancel(struct evdns_getaddrinfo_request *req);

/** Puts addresses into the cache that evdns_getaddrinfo() answers from.
 * @param dns_base where lookups are made
 * @param nodename the name, in any case; the cache makes copies of it and of res
 * @param res list of addresses; those that are not IPv4 or IPv6 are left out; ports do not matter
 * @param ttl seconds until they are forgotten; nothing is kept when it is 0 or less */
EVENT2_EXPORT_SYMBOL
void evdns_cache_write(struct evdns_base *dns_base, char *nodename, struct evutil_addrinfo *res, int ttl);

/** Asks the cache that evdns_getaddrinfo() answers from.
 * @param base where lookups are made
 * @param nodename the name, in any case
 * @param hints as for evdns_getaddrinfo(), or NULL
 * @param port put into each address, in host byte order
 * @param res gets the list, which the caller frees with evutil_freeaddrinfo(); NULL when there is no answer
 * @return 0 when the cache knows the name; an EVUTIL_EAI_* when it knows that there is no such name or no such address;
 *   -1 when it knows nothing */
EVENT2_EXPORT_SYMBOL
int evdns_cache_lookup(struct evdns_base *base, const char *nodename, struct evutil_addrinfo *hints, ev_uint16_t port,
	struct evutil_addrinfo **res);

/* ---- The log, and functions without effect ------------------------------------------------------------------------
 */

/** Gets the log lines of the DNS code instead of the callback of event_set_log_callback().
 * @param is_warning 1 for a warning, 0 for a debugging message
 * @param msg one line without its end, valid during the call */
typedef void (*evdns_debug_log_fn_type)(int is_warning, const char *msg);

/** Sets where log lines go; NULL: to the program's log, as at the start. For the whole process. */
EVENT2_EXPORT_SYMBOL
void evdns_set_log_fn(evdns_debug_log_fn_type fn);

/** Does nothing: ids always come from evutil_secure_rng_get_bytes(). */
EVENT2_EXPORT_SYMBOL
void evdns_set_transaction_id_fn(ev_uint16_t (*fn)(void));

/** Does nothing: random bytes always come from evutil_secure_rng_get_bytes(). */
EVENT2_EXPORT_SYMBOL
void evdns_set_random_bytes_fn(void (*fn)(char *, size_t));

/* ---- The server ---------------------------------------------------------------------------------------------------
 */

struct evdns_server_request;
struct evdns_server_question;
struct evdns_server_port;
struct evconnlistener;

/** Gets one request (event2/dns_struct.h shows what is in it). It must end with evdns_server_request_respond() or
 * evdns_server_request_drop(), now or later. */
typedef void (*evdns_request_callback_fn_type)(struct evdns_server_request *, void *);

/* Sections of an answer, in their order. */
#define EVDNS_ANSWER_SECTION 0     /**< what was asked for */
#define EVDNS_AUTHORITY_SECTION 1  /**< who answers for the zone */
#define EVDNS_ADDITIONAL_SECTION 2 /**< what will be asked for next */

/* Record types. */
#define EVDNS_TYPE_A 1     /**< an IPv4 address */
#define EVDNS_TYPE_NS 2    /**< a name server */
#define EVDNS_TYPE_CNAME 5 /**< the name that this one is an alias of */
#define EVDNS_TYPE_SOA 6   /**< the start of a zone */
#define EVDNS_TYPE_PTR 12  /**< the name of an address */
#define EVDNS_TYPE_MX 15   /**< who takes mail */
#define EVDNS_TYPE_TXT 16  /**< text */
#define EVDNS_TYPE_AAAA 28 /**< an IPv6 address */

/* Types that only questions have. */
#define EVDNS_QTYPE_AXFR 252 /**< a whole zone */
#define EVDNS_QTYPE_ALL 255  /**< records of every type */

#define EVDNS_CLASS_INET 1 /**< the Internet */

/* Flags of an answer, for evdns_server_request_set_flags() or merged into the err of evdns_server_request_respond(). */
#define EVDNS_FLAGS_AA 0x400 /**< the answer is authoritative */
#define EVDNS_FLAGS_RD 0x080 /**< recursion was desired; copied from the question anyway */

/** Settings of a server port. */
enum evdns_server_option {
	EVDNS_SOPT_TCP_MAX_CLIENTS,  /**< TCP clients at once (10) */
	EVDNS_SOPT_TCP_IDLE_TIMEOUT, /**< seconds until a quiet TCP client is dropped (10) */
};

/** Answers DNS requests on a UDP socket.
 * @param base the loop that it works in
 * @param socket bound and non-blocking; it is not closed with the port
 * @param flags 0
 * @param callback gets every request that is well-formed; others are dropped, or answered with FORMERR or NOTIMP
 * @param user_data what callback gets as its last argument
 * @return the port, for evdns_close_server_port(); NULL when flags are not 0 or there is no memory */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port_with_base(struct event_base *base, evutil_socket_t socket, int flags,
	evdns_request_callback_fn_type callback, void *user_data);

/** Answers DNS requests over TCP.
 * @param base the loop that it works in
 * @param listener accepts the clients; its callback is replaced, and the port owns and frees it
 * @param flags 0
 * @param callback as for evdns_add_server_port_with_base()
 * @param user_data what callback gets as its last argument
 * @return as evdns_add_server_port_with_base() */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port_with_listener(struct event_base *base, struct evconnlistener *listener,
	int flags, evdns_request_callback_fn_type callback, void *user_data);

/** Closes a port; the socket of a UDP port is the caller's again. Requests that are still held stay valid, but answers
 * to them go nowhere: they must be responded to (which returns -1) or dropped, and the last one frees the port. */
EVENT2_EXPORT_SYMBOL
void evdns_close_server_port(struct evdns_server_port *port);

/** Changes a setting of a port.
 * @return 0; -1 when the option does not exist or value does not make sense for it */
EVENT2_EXPORT_SYMBOL
int evdns_server_port_set_option(struct evdns_server_port *port, enum evdns_server_option option, size_t value);

/** Sets EVDNS_FLAGS_* in the answer to a request; others are ignored, RD and AA stay what they are given here. */
EVENT2_EXPORT_SYMBOL
void evdns_server_request_set_flags(struct evdns_server_request *req, int flags);

/** Adds one record to an answer.
 * @param req the request that is answered
 * @param section EVDNS_ANSWER_SECTION, EVDNS_AUTHORITY_SECTION or EVDNS_ADDITIONAL_SECTION
 * @param name the record's owner
 * @param type EVDNS_TYPE_* or any other number
 * @param dns_class EVDNS_CLASS_INET or any other number
 * @param ttl seconds
 * @param datalen bytes of data (copied); ignored when is_name is set; -1: data is a string
 * @param is_name data is a domain name as text, and will be compressed
 * @param data what the record holds, as it goes over the wire
 * @return 0, or -1 when an argument makes no sense, the answer was sent already, or there is no memory */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_reply(struct evdns_server_request *req, int section, const char *name, int type,
	int dns_class, int ttl, int datalen, int is_name, const char *data);

/** Adds an A record with n addresses, each of 4 bytes in network byte order. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_a_reply(
	struct evdns_server_request *req, const char *name, int n, const void *addrs, int ttl);

/** Adds an AAAA record with n addresses, each of 16 bytes. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_aaaa_reply(
	struct evdns_server_request *req, const char *name, int n, const void *addrs, int ttl);

/** Adds a PTR record.
 * @param req the request that is answered
 * @param in the address, or NULL when inaddr_name gives the owner ("1.2.0.192.in-addr.arpa"); exactly one of both
 * @param inaddr_name see in
 * @param hostname the name that the address has
 * @param ttl seconds
 * @return 0, or -1 */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_ptr_reply(
	struct evdns_server_request *req, struct in_addr *in, const char *inaddr_name, const char *hostname, int ttl);

/** Adds a CNAME record. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_cname_reply(
	struct evdns_server_request *req, const char *name, const char *cname, int ttl);

/** Sends the answer and frees the request. What does not fit into the client's UDP size is cut at a whole record and
 * marked as truncated.
 * @param req the request
 * @param err response code (0 to 15), with EVDNS_FLAGS_* merged in
 * @return 0; -1 when the answer cannot be built or sent. The request is gone in either case, unless err is not
 *   acceptable. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_respond(struct evdns_server_request *req, int err);

/** Frees a request without an answer. Returns 0. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_drop(struct evdns_server_request *req);

/** Address of the client.
 * @param req the request
 * @param sa gets the address
 * @param addr_len bytes that sa has room for
 * @return the address's length in bytes, or -1 when sa is too small */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_get_requesting_addr(struct evdns_server_request *req, struct sockaddr *sa, int addr_len);

#ifdef __cplusplus
}
#endif
#endif
