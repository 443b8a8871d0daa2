/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_SSL_H_INCLUDED_
#define EVENT2_PLUGIN_SSL_H_INCLUDED_

/** @file event2/plugin_ssl.h
 *
 * The interface between the facade and the plugin "filter-openssl": TLS bufferevents.
 * One list makes the table's type, the facade's forwarders and the plugin's own table. What each function does is said
 * in the header that declares it. Only append, and raise the minor version.
 */

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_SSL_NAME "filter-openssl" /**< what the facade asks for */
#define EVENT_PLUGIN_SSL_MAJOR 1               /**< of the interface */
#define EVENT_PLUGIN_SSL_MINOR 0               /**< raised when something is appended */

/* clang-format off */
/** X(result, name, what is returned when there is no such plugin, parameters, arguments) */
#define EVENT_PLUGIN_SSL_FUNCTIONS(X) \
	X(unsigned long, bufferevent_get_openssl_error, 0, (struct bufferevent *bev), (bev)) \
	X(struct bufferevent *, bufferevent_openssl_filter_new, NULL, (struct event_base *base, struct bufferevent \
		*bev, struct ssl_st *ssl, enum bufferevent_ssl_state value, int n), (base, bev, ssl, value, n)) \
	X(int, bufferevent_openssl_get_allow_dirty_shutdown, -1, (struct bufferevent *bev), (bev)) \
	X(struct ssl_st *, bufferevent_openssl_get_ssl, NULL, (struct bufferevent *bev), (bev)) \
	X(void, bufferevent_openssl_set_allow_dirty_shutdown, , (struct bufferevent *bev, int n), (bev, n)) \
	X(struct bufferevent *, bufferevent_openssl_socket_new, NULL, (struct event_base *base, int n, struct \
		ssl_st *ssl, enum bufferevent_ssl_state value, int n2), (base, n, ssl, value, n2)) \
	X(uint64_t, bufferevent_ssl_clear_flags, 0, (struct bufferevent *bev, uint64_t flags), (bev, flags)) \
	X(uint64_t, bufferevent_ssl_get_flags, 0, (struct bufferevent *bev), (bev)) \
	X(int, bufferevent_ssl_renegotiate, -1, (struct bufferevent *bev), (bev)) \
	X(uint64_t, bufferevent_ssl_set_flags, 0, (struct bufferevent *bev, uint64_t flags), (bev, flags))
/* clang-format on */

/** The table that the plugin publishes. */
struct event_plugin_ssl {
	struct event_plugin_interface head; /**< sizeof, and the version above */
/** One member for each function. */
#define EVENT_PLUGIN_MEMBER_(result, name, fallback, parameters, arguments) result(*name) parameters;
	EVENT_PLUGIN_SSL_FUNCTIONS(EVENT_PLUGIN_MEMBER_)
#undef EVENT_PLUGIN_MEMBER_
};

#ifdef __cplusplus
}
#endif
#endif
