/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_LISTENER_H_INCLUDED_
#define EVENT2_LISTENER_H_INCLUDED_

/** @file event2/listener.h
 *
 * Listeners: a callback for each connection that a listening socket accepts.
 *
 * Threads: with LEV_OPT_THREADSAFE every function may be called from any thread, and none waits for a callback. No lock
 * is held while one runs. When the process is out of descriptors a listener rests for a moment and then goes on. */

#include <event2/event.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr;
struct evconnlistener;

/** A connection was accepted. The descriptor is the program's now: non-blocking unless LEV_OPT_LEAVE_SOCKETS_BLOCKING
 * was given. sa, the peer's address of socklen bytes, is valid during the callback. */
typedef void (*evconnlistener_cb)(
	struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *sa, int socklen, void *arg);

/** Accepting failed for a reason that is not of one connection: EVUTIL_SOCKET_ERROR() says which. */
typedef void (*evconnlistener_errorcb)(struct evconnlistener *listener, void *arg);

/** @name Options of a listener
 * @{ */
#define LEV_OPT_LEAVE_SOCKETS_BLOCKING (1u << 0) /**< accepted sockets block */
#define LEV_OPT_CLOSE_ON_FREE (1u << 1)          /**< evconnlistener_free() closes the socket */
#define LEV_OPT_CLOSE_ON_EXEC (1u << 2)          /**< accepted sockets, and a bound one, close on exec */
#define LEV_OPT_REUSEABLE (1u << 3)              /**< the address may be bound again at once (SO_REUSEADDR) */
#define LEV_OPT_THREADSAFE (1u << 4)             /**< with a lock */
#define LEV_OPT_DISABLED (1u << 5)               /**< listens, but accepts nothing until evconnlistener_enable() */
#define LEV_OPT_DEFERRED_ACCEPT (1u << 6)        /**< connections are told when they have sent something, where known */
#define LEV_OPT_REUSEABLE_PORT (1u << 7)         /**< several sockets share the port (SO_REUSEPORT) */
#define LEV_OPT_BIND_IPV6ONLY (1u << 8)          /**< an IPv6 socket takes no IPv4 connections */
#define LEV_OPT_BIND_IPV4_AND_IPV6 (1u << 9)     /**< an IPv6 socket takes IPv4 connections as well */
/** @} */

/** Makes a listener for a bound socket.
 * cb: may be NULL: nothing is accepted until evconnlistener_set_cb(). ptr: cb's arg. flags: LEV_OPT_*.
 * backlog: how many connections may wait in the kernel; negative: as many as the system likes; 0: fd listens already.
 * Returns NULL when listen() failed or there is no memory; fd is then still the caller's. */
EVENT2_CORE_EXPORT_SYMBOL
struct evconnlistener *evconnlistener_new(
	struct event_base *base, evconnlistener_cb cb, void *ptr, unsigned flags, int backlog, evutil_socket_t fd);

/** Makes a socket, binds it to sa and listens. backlog must not be 0. Returns NULL with errno set when any of that
 * failed. */
EVENT2_CORE_EXPORT_SYMBOL
struct evconnlistener *evconnlistener_new_bind(struct event_base *base, evconnlistener_cb cb, void *ptr, unsigned flags,
	int backlog, const struct sockaddr *sa, int socklen);

/** Ends a listener; also from its own callback. Its memory, and with LEV_OPT_CLOSE_ON_FREE the socket, goes as soon as
 * none of its callbacks runs. */
EVENT2_CORE_EXPORT_SYMBOL
void evconnlistener_free(struct evconnlistener *lev);

/** Accepts (again). Returns 0 or -1. */
EVENT2_CORE_EXPORT_SYMBOL
int evconnlistener_enable(struct evconnlistener *lev);

/** Accepts no more; connections wait in the kernel. Returns 0 or -1. */
EVENT2_CORE_EXPORT_SYMBOL
int evconnlistener_disable(struct evconnlistener *lev);

/** The base that it runs in. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *evconnlistener_get_base(struct evconnlistener *lev);

/** The listening socket. */
EVENT2_CORE_EXPORT_SYMBOL
evutil_socket_t evconnlistener_get_fd(struct evconnlistener *lev);

/** Changes the callback and its arg. */
EVENT2_CORE_EXPORT_SYMBOL
void evconnlistener_set_cb(struct evconnlistener *lev, evconnlistener_cb cb, void *arg);

/** Sets the error callback, which gets the same arg; NULL: a line in the log tells instead. */
EVENT2_CORE_EXPORT_SYMBOL
void evconnlistener_set_error_cb(struct evconnlistener *lev, evconnlistener_errorcb errorcb);

#ifdef __cplusplus
}
#endif
#endif
