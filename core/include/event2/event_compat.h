/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_EVENT_COMPAT_H_INCLUDED_
#define EVENT2_EVENT_COMPAT_H_INCLUDED_

/** @file event2/event_compat.h
 *
 * Calls from the time when a process had one event loop. They work on the "current" base: the one that event_init()
 * made last. A program with threads, or with more than one base, cannot use them safely; new programs pass a base to
 * the functions of event2/event.h.
 *
 * None of these may be called by two threads at the same time.
 */

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <event2/event-config.h>
#ifdef EVENT__HAVE_SYS_TYPES_H
#include <sys/types.h>
#endif
#ifdef EVENT__HAVE_SYS_TIME_H
#include <sys/time.h>
#endif
#include <event2/util.h>

struct event;
struct event_base;

/** Makes a base as event_base_new_with_config(NULL) would, and makes it the current one.
 *
 * Returns the base, which event_base_free() takes back, or NULL after one line in the log.
 * @deprecated for event_base_new() */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *event_init(void);

/** event_base_dispatch() on the current base.
 * @deprecated for event_base_dispatch() */
EVENT2_CORE_EXPORT_SYMBOL
int event_dispatch(void);

/** event_base_loop() on the current base; flags: EVLOOP_*.
 * @deprecated for event_base_loop() */
EVENT2_CORE_EXPORT_SYMBOL
int event_loop(int flags);

/** event_base_loopexit() on the current base.
 * @deprecated for event_base_loopexit() */
EVENT2_CORE_EXPORT_SYMBOL
int event_loopexit(const struct timeval *after);

/** event_base_loopbreak() on the current base.
 * @deprecated for event_base_loopbreak() */
EVENT2_CORE_EXPORT_SYMBOL
int event_loopbreak(void);

/** event_base_once() on the current base.
 * @deprecated for event_base_once() */
EVENT2_CORE_EXPORT_SYMBOL
int event_once(evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *), void *arg,
	const struct timeval *timeout);

/** event_base_get_method() of the current base.
 * @deprecated for event_base_get_method() */
EVENT2_CORE_EXPORT_SYMBOL
const char *event_get_method(void);

/** event_base_priority_init() on the current base.
 * @deprecated for event_base_priority_init() */
EVENT2_CORE_EXPORT_SYMBOL
int event_priority_init(int npriorities);

/** event_assign() with the current base, and without a word on failure: an event with impossible flags is refused by
 * the event_add() that follows. event_base_set() can move the event to another base before it is added.
 * @deprecated for event_assign() */
EVENT2_CORE_EXPORT_SYMBOL
void event_set(
	struct event *ev, evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *), void *arg);

/** @name Old spellings
 * Timers and signals on the current base, and names from before the ev prefix.
 * @{ */
#define evtimer_set(ev, cb, arg) event_set((ev), -1, 0, (cb), (arg)) /**< event_set() */
#define evsignal_set(ev, x, cb, arg)                                                                                   \
	event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg)) /**< event_set(); x: the signal */

#define timeout_add(ev, tv) event_add((ev), (tv))                     /**< event_add() */
#define timeout_set(ev, cb, arg) event_set((ev), -1, 0, (cb), (arg))  /**< event_set() */
#define timeout_del(ev) event_del(ev)                                 /**< event_del() */
#define timeout_pending(ev, tv) event_pending((ev), EV_TIMEOUT, (tv)) /**< event_pending() */
#define timeout_initialized(ev) event_initialized(ev)                 /**< event_initialized() */

#define signal_add(ev, tv) event_add((ev), (tv)) /**< event_add() */
#define signal_set(ev, x, cb, arg)                                                                                     \
	event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))       /**< event_set(); x: the signal */
#define signal_del(ev) event_del(ev)                                /**< event_del() */
#define signal_pending(ev, tv) event_pending((ev), EV_SIGNAL, (tv)) /**< event_pending() */
#define signal_initialized(ev) event_initialized(ev)                /**< event_initialized() */

#ifndef EVENT_FD
#define EVENT_FD(ev) ((int)event_get_fd(ev))  /**< event_get_fd() */
#define EVENT_SIGNAL(ev) event_get_signal(ev) /**< event_get_signal() */
#endif
/** @} */

#ifdef __cplusplus
}
#endif
#endif
