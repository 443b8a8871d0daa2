/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFEREVENT_STRUCT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_STRUCT_H_INCLUDED_

/** @file event2/bufferevent_struct.h
 *
 * What struct bufferevent shows of itself, for programs that were written when it was public, and for plugins that
 * bring a type of their own (event2/plugin_bufferevent.h). Everybody else is better off with the functions of
 * event2/bufferevent.h. */

#include <event2/event-config.h>
#include <sys/time.h>
#include <sys/types.h>

#include <event2/bufferevent.h>
#include <event2/event_struct.h>
#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent_ops; /* event2/plugin_bufferevent.h */

/** Limits of one buffer, in bytes; see bufferevent_setwatermark(). */
struct event_watermark {
	size_t low;  /**< 0: none */
	size_t high; /**< 0: none */
};

/** The public part, to be read only; more lies behind it in the same block. */
struct bufferevent {
	struct event_base *ev_base;           /**< the loop that it works in */
	const struct bufferevent_ops *be_ops; /**< its type */
	struct event ev_read;                 /**< the type's: readiness to read, or only the time for it */
	struct event ev_write;                /**< the same for writing */
	struct evbuffer *input;               /**< what was received */
	struct evbuffer *output;              /**< what is to be sent */
	struct event_watermark wm_read;       /**< of input */
	struct event_watermark wm_write;      /**< of output */
	bufferevent_data_cb readcb;           /**< NULL: none */
	bufferevent_data_cb writecb;          /**< NULL: none */
	bufferevent_event_cb errorcb;         /**< the event callback */
	void *cbarg;                          /**< what the callbacks get */
	struct timeval timeout_read;          /**< zero: none */
	struct timeval timeout_write;         /**< zero: none */
	short enabled;                        /**< EV_READ, EV_WRITE, merged */
};

#ifdef __cplusplus
}
#endif
#endif
