/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_UTIL_H_INCLUDED_
#define EVENT2_UTIL_H_INCLUDED_

/** @file event2/util.h
 *
 * Small portable helpers: integer types, sockets, time, text, addresses and random bytes.
 *
 * Unless a function says otherwise it may be called from any thread, on any socket, before or after an event_base
 * exists, and reports an error by its return value and errno alone: nothing here writes to the log. */

#include <errno.h>
#include <event2/event-config.h>
#include <event2/visibility.h>
#include <netdb.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Integer types ------------------------------------------------------------------------------------------------
 * Names from before C99 was everywhere. New code may as well use the standard ones. */

#define ev_uint64_t uint64_t   /**< unsigned, 64 bits */
#define ev_int64_t int64_t     /**< signed, 64 bits */
#define ev_uint32_t uint32_t   /**< unsigned, 32 bits */
#define ev_int32_t int32_t     /**< signed, 32 bits */
#define ev_uint16_t uint16_t   /**< unsigned, 16 bits */
#define ev_int16_t int16_t     /**< signed, 16 bits */
#define ev_uint8_t uint8_t     /**< unsigned, 8 bits */
#define ev_int8_t int8_t       /**< signed, 8 bits */
#define ev_uintptr_t uintptr_t /**< unsigned, as wide as a pointer */
#define ev_intptr_t intptr_t   /**< signed, as wide as a pointer */

/** A number of bytes, or -1: signed, as wide as size_t. */
#ifdef EVENT__ssize_t
#define ev_ssize_t EVENT__ssize_t
#else
#define ev_ssize_t ssize_t
#endif

/** A file offset as wide as the library was compiled with, whatever the program's own off_t is. */
#if EVENT__SIZEOF_OFF_T == 4
#define ev_off_t ev_int32_t
#else
#define ev_off_t ev_int64_t
#endif

/** The length of a socket's address. */
#ifdef EVENT__socklen_t
#define ev_socklen_t EVENT__socklen_t
#else
#define ev_socklen_t socklen_t
#endif

#define EV_UINT64_MAX UINT64_MAX /**< the greatest ev_uint64_t */
#define EV_INT64_MAX INT64_MAX   /**< the greatest ev_int64_t */
#define EV_INT64_MIN INT64_MIN   /**< the least ev_int64_t */
#define EV_UINT32_MAX UINT32_MAX /**< the greatest ev_uint32_t */
#define EV_INT32_MAX INT32_MAX   /**< the greatest ev_int32_t */
#define EV_INT32_MIN INT32_MIN   /**< the least ev_int32_t */
#define EV_UINT16_MAX UINT16_MAX /**< the greatest ev_uint16_t */
#define EV_INT16_MAX INT16_MAX   /**< the greatest ev_int16_t */
#define EV_INT16_MIN INT16_MIN   /**< the least ev_int16_t */
#define EV_UINT8_MAX UINT8_MAX   /**< the greatest ev_uint8_t */
#define EV_INT8_MAX INT8_MAX     /**< the greatest ev_int8_t */
#define EV_INT8_MIN INT8_MIN     /**< the least ev_int8_t */

/** The greatest size_t. */
#if EVENT__SIZEOF_SIZE_T == 4
#define EV_SIZE_MAX EV_UINT32_MAX
#define EV_SSIZE_MAX EV_INT32_MAX /**< the greatest ev_ssize_t */
#else
#define EV_SIZE_MAX EV_UINT64_MAX
#define EV_SSIZE_MAX EV_INT64_MAX /**< the greatest ev_ssize_t */
#endif
#define EV_SSIZE_MIN ((-EV_SSIZE_MAX) - 1) /**< the least ev_ssize_t */

/* ---- Sockets ----------------------------------------------------------------------------------------------------- */

/** A socket, or any other file descriptor. */
#define evutil_socket_t int
/** What is no socket. */
#define EVUTIL_INVALID_SOCKET -1

/** The error of the last socket call of this thread. */
#define EVUTIL_SOCKET_ERROR() (errno)
/** Sets what EVUTIL_SOCKET_ERROR() gives. */
#define EVUTIL_SET_SOCKET_ERROR(errcode)                                                                               \
	do {                                                                                                               \
		errno = (errcode);                                                                                             \
	} while (0)
/** The error of the last call on that socket by this thread. */
#define evutil_socket_geterror(sock) (errno)
/** An error's text; needs string.h. */
#define evutil_socket_error_to_string(errcode) (strerror(errcode))

/** Makes a connected pair of sockets, as socketpair(2) does.
 * d, type, protocol: as for socketpair(2). sv: gets the two sockets, which belong to the caller; neither is
 * non-blocking or close-on-exec unless type says so.
 * Returns 0, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_socketpair(int d, int type, int protocol, evutil_socket_t sv[2]);

/** Makes reads and writes on the socket return EAGAIN where they would wait; costs one system call when that is so
 * already. Returns 0, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_socket_nonblocking(evutil_socket_t sock);

/** Lets a listener bind an address that connections of an earlier one still hold (SO_REUSEADDR). Call before bind(2).
 * Returns 0, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable(evutil_socket_t sock);

/** Lets several listeners, each of which asked for it, bind one address and share its connections (SO_REUSEPORT). Call
 * before bind(2). Returns 0, also where the system has no such option, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable_port(evutil_socket_t sock);

/** Keeps an IPv6 socket to IPv6, so that another one may listen on the same port for IPv4. Call before bind(2).
 * Returns 0, or -1 with errno set (the socket is not an IPv6 one). */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_listen_socket_ipv6only(evutil_socket_t sock);

/** The opposite: an IPv6 socket that takes IPv4 peers, too, whatever the system's default. Call before bind(2).
 * Returns 0, or -1 with errno set. Since libevent 2.2. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_listen_socket_not_ipv6only(evutil_socket_t sock);

/** Has exec(3) close the socket. Returns 0, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_socket_closeonexec(evutil_socket_t sock);

/** Closes a socket. Returns 0, or -1 with errno set; the socket is gone in either case. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_closesocket(evutil_socket_t sock);
#define EVUTIL_CLOSESOCKET(s) evutil_closesocket(s) /**< the older name */

/** Has the kernel accept a TCP connection only when its first data has come (TCP_DEFER_ACCEPT). Call before
 * listen(2). Returns 0, also where the system has no such option, or -1 with errno set. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_make_tcp_listen_socket_deferred(evutil_socket_t sock);

/** Turns TCP keep-alive on or off.
 * on: 0 for off. timeout: seconds of silence before the peer is asked for the first time, at least 1; it is asked three
 * times, a third of timeout apart (never less than a second), before the connection counts as dead. Where a system
 * cannot be told these numbers its own hold. timeout is ignored when on is 0.
 * Returns 0, or -1 with errno set (EINVAL: timeout below 1). Since libevent 2.2. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_set_tcp_keepalive(evutil_socket_t sock, int on, int timeout);

/* ---- Time -------------------------------------------------------------------------------------------------------- */

/** vvp = tvp + uvp; the microseconds of both must be below a million. The arguments are evaluated more than once. */
#define evutil_timeradd(tvp, uvp, vvp)                                                                                 \
	do {                                                                                                               \
		(vvp)->tv_sec = (tvp)->tv_sec + (uvp)->tv_sec;                                                                 \
		(vvp)->tv_usec = (tvp)->tv_usec + (uvp)->tv_usec;                                                              \
		if ((vvp)->tv_usec >= 1000000) {                                                                               \
			(vvp)->tv_sec++;                                                                                           \
			(vvp)->tv_usec -= 1000000;                                                                                 \
		}                                                                                                              \
	} while (0)
/** vvp = tvp - uvp; below zero tv_sec is negative and tv_usec is not. */
#define evutil_timersub(tvp, uvp, vvp)                                                                                 \
	do {                                                                                                               \
		(vvp)->tv_sec = (tvp)->tv_sec - (uvp)->tv_sec;                                                                 \
		(vvp)->tv_usec = (tvp)->tv_usec - (uvp)->tv_usec;                                                              \
		if ((vvp)->tv_usec < 0) {                                                                                      \
			(vvp)->tv_sec--;                                                                                           \
			(vvp)->tv_usec += 1000000;                                                                                 \
		}                                                                                                              \
	} while (0)
/** Sets a timeval to zero. */
#define evutil_timerclear(tvp) ((tvp)->tv_sec = (tvp)->tv_usec = 0)
/** Compares by an operator: evutil_timercmp(&a, &b, <=). Unlike timercmp(3), every operator will do. */
#define evutil_timercmp(tvp, uvp, cmp)                                                                                 \
	(((tvp)->tv_sec == (uvp)->tv_sec) ? ((tvp)->tv_usec cmp(uvp)->tv_usec) : ((tvp)->tv_sec cmp(uvp)->tv_sec))
/** True unless the timeval is zero. */
#define evutil_timerisset(tvp) ((tvp)->tv_sec || (tvp)->tv_usec)

/** The time of day, as gettimeofday(2). */
#define evutil_gettimeofday(tv, tz) gettimeofday((tv), (tz))

/** A clock that never goes back, whatever is done to the time of day. */
struct evutil_monotonic_timer;

/** Ask for the most exact clock, even if reading it costs more. */
#define EV_MONOT_PRECISE 1
/** Ask for the clock that is used where there is no monotonic one; for tests. */
#define EV_MONOT_FALLBACK 2

/** Makes a timer. Returns it, or NULL when there is no memory; evutil_monotonic_timer_free() gives it back. */
EVENT2_CORE_EXPORT_SYMBOL
struct evutil_monotonic_timer *evutil_monotonic_timer_new(void);

/** Frees a timer; NULL is allowed. */
EVENT2_CORE_EXPORT_SYMBOL
void evutil_monotonic_timer_free(struct evutil_monotonic_timer *timer);

/** Sets a timer up; call once, before it is first read.
 * flags: EV_MONOT_*, merged. Where the system's monotonic clock has every quality at once they change nothing.
 * Returns 0, or -1 on an error. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_configure_monotonic_time(struct evutil_monotonic_timer *timer, int flags);

/** Reads a timer into *tp: time since some moment of the past. One timer is for one thread at a time.
 * Returns 0, or -1 on an error. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *tp);

/** Writes a date as HTTP and mail want it: "Tue, 04 Jun 2006 03:02:01 GMT", in English whatever the locale.
 * date: room for datelen bytes; 30 are enough until the year 10000. tm: UTC, as from gmtime(3); NULL: now.
 * Returns the length that the whole date has (without its end), also when it was cut to fit; 0 when datelen is 0; -1
 * with errno set to EINVAL when tm's day or month is none. Ends with a NUL byte unless datelen is 0. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_date_rfc1123(char *date, const size_t datelen, const struct tm *tm);

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/** Offset of a member, in bytes. */
#define evutil_offsetof(type, field) offsetof(type, field)

/** As strtoll(3), with 64 bits. Out of range: the nearest limit, and errno is ERANGE. */
EVENT2_CORE_EXPORT_SYMBOL
ev_int64_t evutil_strtoll(const char *s, char **endptr, int base);

/** As snprintf(3): the result always ends with a NUL byte when there is room for one.
 * Returns the length that the whole text has, or a negative number on an error; but 0 when buflen is 0, then buf may be
 * NULL. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_snprintf(char *buf, size_t buflen, const char *format, ...)
#ifdef __GNUC__
	__attribute__((format(printf, 3, 4)))
#endif
	;

/** evutil_snprintf() with the arguments in a va_list, which is used up. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_vsnprintf(char *buf, size_t buflen, const char *format, va_list ap)
#ifdef __GNUC__
	__attribute__((format(printf, 3, 0)))
#endif
	;

/** Compares two strings; the letters A to Z equal a to z, and nothing else has a second form, whatever the locale.
 * Returns a number below, equal to or above 0, as strcmp(3). */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_ascii_strcasecmp(const char *str1, const char *str2);

/** The same for at most the first n bytes. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_ascii_strncasecmp(const char *str1, const char *str2, size_t n);

/* ---- Addresses --------------------------------------------------------------------------------------------------- */

/** Writes an address as text. af: AF_INET or AF_INET6. src: a struct in_addr or in6_addr. dst: room for len bytes.
 * Returns dst, or NULL with errno set (ENOSPC: too small; EAFNOSUPPORT: another af). */
EVENT2_CORE_EXPORT_SYMBOL
const char *evutil_inet_ntop(int af, const void *src, char *dst, size_t len);

/** Reads an address from text, all of which must be one. af: AF_INET or AF_INET6. dst: gets a struct in_addr or
 * in6_addr. Returns 1, 0 when src is no such address, or -1 with errno set for another af. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_inet_pton(int af, const char *src, void *dst);

/** The same; an IPv6 address may end in '%' and an interface's name or number. *indexp gets that number, 0 when there
 * is none. An interface that does not exist makes it 0 for "no such address". */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_inet_pton_scope(int af, const char *src, void *dst, unsigned *indexp);

struct sockaddr;

/** Reads an address and a port from text: "1.2.3.4", "1.2.3.4:80", "::1", "[::1]", "[::1]:80". No names are looked up.
 * out: room for *outlen bytes; a struct sockaddr_storage is always enough. Without a port it becomes 0.
 * *outlen: becomes the number of bytes used.
 * Returns 0; -1 when the text is none of these, the port is not within 1 to 65535, or there is not enough room. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_parse_sockaddr_port(const char *str, struct sockaddr *out, int *outlen);

/** Compares two socket addresses in some constant order. include_port: 0 to compare hosts alone.
 * Returns 0 when they are equal, else a number below or above 0. Addresses of a family other than AF_INET and AF_INET6
 * are never equal. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_sockaddr_cmp(const struct sockaddr *sa1, const struct sockaddr *sa2, int include_port);

/** The system's struct addrinfo. */
#define evutil_addrinfo addrinfo

/* What evutil_getaddrinfo() and the DNS functions return: the system's numbers where it shows them. */
/** The host has no address of that family */
#ifdef EAI_ADDRFAMILY
#define EVUTIL_EAI_ADDRFAMILY EAI_ADDRFAMILY
#else
#define EVUTIL_EAI_ADDRFAMILY -901
#endif
/** No answer now; later perhaps */
#ifdef EAI_AGAIN
#define EVUTIL_EAI_AGAIN EAI_AGAIN
#else
#define EVUTIL_EAI_AGAIN -902
#endif
/** ai_flags make no sense */
#ifdef EAI_BADFLAGS
#define EVUTIL_EAI_BADFLAGS EAI_BADFLAGS
#else
#define EVUTIL_EAI_BADFLAGS -903
#endif
/** No answer, and none to be expected */
#ifdef EAI_FAIL
#define EVUTIL_EAI_FAIL EAI_FAIL
#else
#define EVUTIL_EAI_FAIL -904
#endif
/** No such family */
#ifdef EAI_FAMILY
#define EVUTIL_EAI_FAMILY EAI_FAMILY
#else
#define EVUTIL_EAI_FAMILY -905
#endif
/** There is no memory */
#ifdef EAI_MEMORY
#define EVUTIL_EAI_MEMORY EAI_MEMORY
#else
#define EVUTIL_EAI_MEMORY -906
#endif
/* Some systems give EAI_NODATA the number of EAI_NONAME. */
/** The name exists, without an address */
#if defined(EAI_NODATA) && (!defined(EAI_NONAME) || EAI_NODATA != EAI_NONAME)
#define EVUTIL_EAI_NODATA EAI_NODATA
#else
#define EVUTIL_EAI_NODATA -907
#endif
/** There is no such name or service */
#ifdef EAI_NONAME
#define EVUTIL_EAI_NONAME EAI_NONAME
#else
#define EVUTIL_EAI_NONAME -908
#endif
/** No such service for that type of socket */
#ifdef EAI_SERVICE
#define EVUTIL_EAI_SERVICE EAI_SERVICE
#else
#define EVUTIL_EAI_SERVICE -909
#endif
/** No such type of socket */
#ifdef EAI_SOCKTYPE
#define EVUTIL_EAI_SOCKTYPE EAI_SOCKTYPE
#else
#define EVUTIL_EAI_SOCKTYPE -910
#endif
/** See errno */
#ifdef EAI_SYSTEM
#define EVUTIL_EAI_SYSTEM EAI_SYSTEM
#else
#define EVUTIL_EAI_SYSTEM -911
#endif
/** The program cancelled the request. */
#define EVUTIL_EAI_CANCEL -90001

/* For ai_flags: the system's bits where it has them. What it lacks evutil_getaddrinfo() does itself. */
/** Without a name: the address to listen on */
#ifdef AI_PASSIVE
#define EVUTIL_AI_PASSIVE AI_PASSIVE
#else
#define EVUTIL_AI_PASSIVE 0x1000
#endif
/** Wants ai_canonname */
#ifdef AI_CANONNAME
#define EVUTIL_AI_CANONNAME AI_CANONNAME
#else
#define EVUTIL_AI_CANONNAME 0x2000
#endif
/** The name is an address; nothing is looked up */
#ifdef AI_NUMERICHOST
#define EVUTIL_AI_NUMERICHOST AI_NUMERICHOST
#else
#define EVUTIL_AI_NUMERICHOST 0x4000
#endif
/** The service is a number */
#ifdef AI_NUMERICSERV
#define EVUTIL_AI_NUMERICSERV AI_NUMERICSERV
#else
#define EVUTIL_AI_NUMERICSERV 0x8000
#endif
/** IPv4 addresses as IPv6 ones, when there are none of these */
#ifdef AI_V4MAPPED
#define EVUTIL_AI_V4MAPPED AI_V4MAPPED
#else
#define EVUTIL_AI_V4MAPPED 0x10000
#endif
/** With V4MAPPED: both */
#ifdef AI_ALL
#define EVUTIL_AI_ALL AI_ALL
#else
#define EVUTIL_AI_ALL 0x20000
#endif
/** Only families of which this host has an address */
#ifdef AI_ADDRCONFIG
#define EVUTIL_AI_ADDRCONFIG AI_ADDRCONFIG
#else
#define EVUTIL_AI_ADDRCONFIG 0x40000
#endif

/** As getaddrinfo(3): looks a host and a service up. Blocks for as long as the system's resolver takes; evdns and
 * bufferevent_socket_connect_hostname() do not.
 * nodename, servname: at most one may be NULL. hints_in: NULL for any.
 * *res: gets the list, to be freed by evutil_freeaddrinfo(); NULL on an error.
 * Returns 0, or an EVUTIL_EAI_* code; EVUTIL_EAI_SYSTEM: see errno. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_getaddrinfo(
	const char *nodename, const char *servname, const struct evutil_addrinfo *hints_in, struct evutil_addrinfo **res);

/** Frees a list from evutil_getaddrinfo() or evdns_getaddrinfo(), from its first entry; NULL is allowed. */
EVENT2_CORE_EXPORT_SYMBOL
void evutil_freeaddrinfo(struct evutil_addrinfo *ai);

/** A constant text for an EVUTIL_EAI_* code, or 0. */
EVENT2_CORE_EXPORT_SYMBOL
const char *evutil_gai_strerror(int err);

/* ---- Random bytes ------------------------------------------------------------------------------------------------
 * Good enough for keys and query ids, cheap enough for every packet, and different in a parent and its forked child. */

/** Fills buf with n random bytes. Seeds the generator when nobody has; should that have failed, the bytes are the best
 * that could be had, and one log line says so. */
EVENT2_CORE_EXPORT_SYMBOL
void evutil_secure_rng_get_bytes(void *buf, size_t n);

/** Seeds the generator; useful before chroot(2). Returns 0, or -1 when the system gave no randomness. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_secure_rng_init(void);

/** Names the device to seed from where the system has no call for it, instead of /dev/urandom.
 * fname: must stay valid. Returns 0, or -1 when the generator is seeded already. */
EVENT2_CORE_EXPORT_SYMBOL
int evutil_secure_rng_set_urandom_device_file(char *fname);

/** Stirs datlen bytes into the generator, in addition to what the system gave; they cannot make it worse. */
EVENT2_CORE_EXPORT_SYMBOL
void evutil_secure_rng_add_bytes(const char *dat, size_t datlen);

#ifdef __cplusplus
}
#endif
#endif
