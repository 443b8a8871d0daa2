/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFEREVENT_COMPAT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_COMPAT_H_INCLUDED_

/** @file event2/bufferevent_compat.h
 *
 * Names of libevent 1.4, for old programs; event2/bufferevent.h has what took their place. */

#include <event2/bufferevent.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

#define evbuffercb bufferevent_data_cb /**< the type of data callbacks */
#define everrorcb bufferevent_event_cb /**< the type of event callbacks */

/** Makes a socket bufferevent on the base that event_init() made last; bufferevent_base_set() may move it.
 * Returns NULL when there is no memory. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_new(
	evutil_socket_t fd, evbuffercb readcb, evbuffercb writecb, everrorcb errorcb, void *cbarg);

/** As bufferevent_set_timeouts(), in whole seconds; 0: for ever. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_settimeout(struct bufferevent *bufev, int timeout_read, int timeout_write);

#define EVBUFFER_READ BEV_EVENT_READING    /**< BEV_EVENT_READING */
#define EVBUFFER_WRITE BEV_EVENT_WRITING   /**< BEV_EVENT_WRITING */
#define EVBUFFER_EOF BEV_EVENT_EOF         /**< BEV_EVENT_EOF */
#define EVBUFFER_ERROR BEV_EVENT_ERROR     /**< BEV_EVENT_ERROR */
#define EVBUFFER_TIMEOUT BEV_EVENT_TIMEOUT /**< BEV_EVENT_TIMEOUT */

#define EVBUFFER_INPUT(bev) bufferevent_get_input(bev)   /**< bufferevent_get_input() */
#define EVBUFFER_OUTPUT(bev) bufferevent_get_output(bev) /**< bufferevent_get_output() */

#ifdef __cplusplus
}
#endif
#endif
