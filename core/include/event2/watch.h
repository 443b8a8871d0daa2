/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_WATCH_H_INCLUDED_
#define EVENT2_WATCH_H_INCLUDED_

/** @file event2/watch.h
 *
 * Watchers: functions that a base calls round each wait. A prepare watcher runs just before the loop waits, a check
 * watcher just after it, before any event's callback. They serve to measure the loop (how long it waited, how long the
 * callbacks took), and to couple another event system to it.
 *
 * Watchers of one kind are called in the order in which they were made. They may add and delete events and watchers,
 * themselves included; those of the running base only. No lock is held meanwhile.
 */

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct evwatch;
struct timeval;

/** What is known just before a wait; valid during the callback. */
struct evwatch_prepare_cb_info;
/** What is known just after a wait; valid during the callback. */
struct evwatch_check_cb_info;

/** A prepare watcher's function; arg is what evwatch_prepare_new() got. */
typedef void (*evwatch_prepare_cb)(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg);
/** A check watcher's function; arg is what evwatch_check_new() got. */
typedef void (*evwatch_check_cb)(struct evwatch *watcher, const struct evwatch_check_cb_info *info, void *arg);

/** Makes a prepare watcher. It counts from the next turn of the loop on and does not keep a loop alive.
 *
 * Returns the watcher, which evwatch_free() or event_base_free() takes back, or NULL when there is no memory.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
struct evwatch *evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback, void *arg);

/** Makes a check watcher; otherwise as evwatch_prepare_new(). */
EVENT2_CORE_EXPORT_SYMBOL
struct evwatch *evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg);

/** The base that a watcher belongs to. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *evwatch_base(struct evwatch *watcher);

/** Ends a watcher; also from inside its own callback. After it the function is not called again, though in another
 * thread a call may be under way. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void evwatch_free(struct evwatch *watcher);

/** How long the loop is going to wait at most, as things stand: stored in *timeout.
 *
 * Returns 1, or 0 when the loop waits without a limit; then *timeout is left as it is. Thread: the callback's. */
EVENT2_CORE_EXPORT_SYMBOL
int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info, struct timeval *timeout);

#ifdef __cplusplus
}
#endif
#endif
