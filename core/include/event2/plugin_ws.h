/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_PLUGIN_WS_H_INCLUDED_
#define EVENT2_PLUGIN_WS_H_INCLUDED_

/** @file event2/plugin_ws.h
 *
 * The interface between the facade and the plugin "proto-ws": WebSocket.
 * One list makes the table's type, the facade's forwarders and the plugin's own table. What each function does is said
 * in the header that declares it. Only append, and raise the minor version.
 */

#include <event2/plugin.h>
#include <event2/ws.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_PLUGIN_WS_NAME "proto-ws" /**< what the facade asks for */
#define EVENT_PLUGIN_WS_MAJOR 1         /**< of the interface */
#define EVENT_PLUGIN_WS_MINOR 0         /**< raised when something is appended */

/* clang-format off */
/** X(result, name, what is returned when there is no such plugin, parameters, arguments) */
#define EVENT_PLUGIN_WS_FUNCTIONS(X) \
	X(void, evws_close, , (struct evws_connection *ws, uint16_t port), (ws, port)) \
	X(void, evws_connection_free, , (struct evws_connection *ws), (ws)) \
	X(struct bufferevent *, evws_connection_get_bufferevent, NULL, (struct evws_connection *ws), (ws)) \
	X(void, evws_connection_set_closecb, , (struct evws_connection *ws, ws_on_close_cb cb, void *arg), (ws, cb, \
		arg)) \
	X(struct evws_connection *, evws_new_session, NULL, (struct evhttp_request *req, ws_on_msg_cb cb, void \
		*arg, int n), (req, cb, arg, n)) \
	X(void, evws_send_binary, , (struct evws_connection *ws, const char *text, size_t len), (ws, text, len)) \
	X(void, evws_send_text, , (struct evws_connection *ws, const char *text), (ws, text))
/* clang-format on */

/** The table that the plugin publishes. */
struct event_plugin_ws {
	struct event_plugin_interface head; /**< sizeof, and the version above */
/** One member for each function. */
#define EVENT_PLUGIN_MEMBER_(result, name, fallback, parameters, arguments) result(*name) parameters;
	EVENT_PLUGIN_WS_FUNCTIONS(EVENT_PLUGIN_MEMBER_)
#undef EVENT_PLUGIN_MEMBER_
};

#ifdef __cplusplus
}
#endif
#endif
