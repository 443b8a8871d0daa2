/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFEREVENT_SSL_H_INCLUDED_
#define EVENT2_BUFFEREVENT_SSL_H_INCLUDED_

/** @file event2/bufferevent_ssl.h
 *
 * Bufferevents that speak TLS through OpenSSL. The functions are in libevent_openssl, and do their work in the plugin
 * "filter-openssl"; where that is missing, what makes a bufferevent returns NULL after a line in the log. */

#include <event2/bufferevent.h>
#include <event2/event-config.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ssl_st; /* OpenSSL's SSL */

/** Where the SSL object stands when a bufferevent takes it over. */
enum bufferevent_ssl_state {
	BUFFEREVENT_SSL_OPEN = 0,       /**< its handshake is done */
	BUFFEREVENT_SSL_CONNECTING = 1, /**< it is to begin a handshake as a client */
	BUFFEREVENT_SSL_ACCEPTING = 2   /**< it is to wait for one as a server */
};

/** @name Flags of bufferevent_ssl_set_flags()
 * @{ */
/** A connection that ends without TLS's own goodbye is BEV_EVENT_EOF, not BEV_EVENT_ERROR. */
#define BUFFEREVENT_SSL_DIRTY_SHUTDOWN 1
/** Small pieces of output are put together, so that they need fewer records. */
#define BUFFEREVENT_SSL_BATCH_WRITE 2
/** @} */

/** Sets flags, besides those that are set. Returns the flags from before, or EV_UINT64_MAX when bev is no TLS. */
EVENT2_EXPORT_SYMBOL
ev_uint64_t bufferevent_ssl_set_flags(struct bufferevent *bev, ev_uint64_t flags);

/** Takes flags back. Returns the flags from before, or EV_UINT64_MAX when bev is no TLS. */
EVENT2_EXPORT_SYMBOL
ev_uint64_t bufferevent_ssl_clear_flags(struct bufferevent *bev, ev_uint64_t flags);

/** The flags that are set, or EV_UINT64_MAX when bev is no TLS. */
EVENT2_EXPORT_SYMBOL
ev_uint64_t bufferevent_ssl_get_flags(struct bufferevent *bev);

#if defined(EVENT__HAVE_OPENSSL) || defined(EVENT_IN_DOXYGEN_)

/** Makes a TLS bufferevent over another one of the same base, whose callbacks and data belong to it from now on.
 * It owns ssl from now on when options have BEV_OPT_CLOSE_ON_FREE (then underlying, too). The event callback gets
 * BEV_EVENT_CONNECTED when the handshake is done. Returns NULL when it failed. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_openssl_filter_new(struct event_base *base, struct bufferevent *underlying,
	struct ssl_st *ssl, enum bufferevent_ssl_state state, int options);

/** The same over a socket. fd may be -1 when it comes later, from bufferevent_setfd() or bufferevent_socket_connect().
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_openssl_socket_new(
	struct event_base *base, evutil_socket_t fd, struct ssl_st *ssl, enum bufferevent_ssl_state state, int options);

/** 1 when BUFFEREVENT_SSL_DIRTY_SHUTDOWN is set, 0 when not, -1 when bev is no TLS. */
EVENT2_EXPORT_SYMBOL
int bufferevent_openssl_get_allow_dirty_shutdown(struct bufferevent *bev);

/** Sets or takes back BUFFEREVENT_SSL_DIRTY_SHUTDOWN. */
EVENT2_EXPORT_SYMBOL
void bufferevent_openssl_set_allow_dirty_shutdown(struct bufferevent *bev, int allow_dirty_shutdown);

/** The SSL object, which still belongs to the bufferevent; NULL when bev is no TLS. */
EVENT2_EXPORT_SYMBOL
struct ssl_st *bufferevent_openssl_get_ssl(struct bufferevent *bufev);

/** Begins a new handshake, where the protocol has that (TLS 1.2 and before). Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int bufferevent_ssl_renegotiate(struct bufferevent *bev);

/** Takes the next of OpenSSL's errors that were recorded for bev, in the order in which they happened; 0 when there are
 * no more. */
EVENT2_EXPORT_SYMBOL
unsigned long bufferevent_get_openssl_error(struct bufferevent *bev);

#endif

#ifdef __cplusplus
}
#endif
#endif
