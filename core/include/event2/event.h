/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_EVENT_H_INCLUDED_
#define EVENT2_EVENT_H_INCLUDED_

/** @file event2/event.h
 *
 * Events and the loop that waits for them.
 *
 * A program makes a base (event_base_new()), makes events in it (event_new()), tells each to wait (event_add()), and
 * runs the loop (event_base_dispatch()). The loop calls an event's callback when its descriptor is ready, its signal
 * came, its time is up, or somebody called event_active() for it.
 *
 * An event is *initialised* once event_assign() or event_new() was called, *pending* from event_add() until it fires or
 * event_del() is called (with EV_PERSIST: until event_del()), and *active* from the moment it fires until its callback
 * begins.
 *
 * Threads: where a function says "Thread: any", several threads may call it on the same base or event at the same time
 * once evthread_use_pthreads() was called before the base was made. "Thread: one" means that the program sees to it
 * that no other thread uses the same object meanwhile. A base's loop runs in one thread at a time, and all callbacks
 * are called in that thread, with no lock of the library held.
 *
 * Errors: a function that returns int returns 0 on success and -1 on failure unless it says otherwise.
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
#include <stdio.h>

/** A loop and all that it waits for. */
struct event_base;
/** Something to wait for and what to do then. Its layout is in event2/event_struct.h for those who must embed it. */
struct event;
/** Wishes for a base that is about to be made. */
struct event_config;

/* ---- Bases: making and freeing ----------------------------------------------------------------------------------- */

/** Makes a base with the best backend there is.
 *
 * Returns the base, which event_base_free() takes back, or NULL after one line in the log: no backend works here, or
 * no memory. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *event_base_new(void);

/** Makes a base that fits the wishes in cfg; NULL: no wishes. cfg stays the caller's and may be freed afterwards.
 *
 * Returns the base, or NULL when no backend fits or there is no memory. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *event_base_new_with_config(const struct event_config *cfg);

/** Ends a base. Events that are still in it are removed, but their memory is left to their owner, who can only free()
 * it or assign it anew: event_del() and event_free() need the base, so call them before. Finalizers that wait are
 * called now. NULL means the base of event_init().
 *
 * Thread: one, and not from inside the loop. */
EVENT2_CORE_EXPORT_SYMBOL
void event_base_free(struct event_base *base);

/** As event_base_free(), but finalizers that wait are not called, so what they would have freed is lost. */
EVENT2_CORE_EXPORT_SYMBOL
void event_base_free_nofinalize(struct event_base *base);

/** Makes a base usable again in a child after fork(): gives it kernel objects of its own, so that parent and child no
 * longer disturb each other. All events stay pending.
 *
 * A child has the thread that forked and no other. Where another thread waited in this base's loop, or ran one of its
 * callbacks, the base is whole. Where it was at work inside the library, that work stays half done in the child and its
 * lock taken: the first use there would wait for ever, as with any mutex. A program whose threads use one base forks
 * from that base's own callbacks, with no other thread in a call on it, or calls nothing but exec in the child.
 *
 * Returns 0, or -1 when some could not be added again. Thread: one, in the child, before its loop runs. */
EVENT2_CORE_EXPORT_SYMBOL
int event_reinit(struct event_base *base);

/** Gives back what the library keeps for the process: signal bookkeeping, locks, loaded plugins. Bases and events are
 * not freed. Afterwards nothing of the library may be in use. For leak checkers; other programs need not call it.
 *
 * Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void libevent_global_shutdown(void);

/* ---- Bases: wishes ----------------------------------------------------------------------------------------------- */

/** Abilities of a backend, to ask for with event_config_require_features(). */
enum event_method_feature {
	EV_FEATURE_ET = 0x01,         /**< edge-triggered events: EV_ET */
	EV_FEATURE_O1 = 0x02,         /**< the cost of one event does not grow with the number of descriptors */
	EV_FEATURE_FDS = 0x04,        /**< descriptors of any kind, not sockets alone */
	EV_FEATURE_EARLY_CLOSE = 0x08 /**< notices that a peer has closed without reading what it sent: EV_CLOSED */
};

/** Ways to make a base, for event_config_set_flag(); several may be or-ed. */
enum event_base_config_flag {
	EVENT_BASE_FLAG_NOLOCK = 0x01,                 /**< no lock: this base is used by one thread at a time */
	EVENT_BASE_FLAG_IGNORE_ENV = 0x02,             /**< EVENT_BACKEND, EVENT_NOEPOLL and the like do not count */
	EVENT_BASE_FLAG_STARTUP_IOCP = 0x04,           /**< Windows only; nothing elsewhere */
	EVENT_BASE_FLAG_NO_CACHE_TIME = 0x08,          /**< ask for the time whenever it is needed, not once a turn */
	EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST = 0x10,   /**< accepted; changes are always gathered as far as that is safe */
	EVENT_BASE_FLAG_PRECISE_TIMER = 0x20,          /**< timeouts finer than a millisecond, where that costs something */
	EVENT_BASE_FLAG_EPOLL_DISALLOW_TIMERFD = 0x40, /**< no timerfd for that, even so */
	EVENT_BASE_FLAG_USE_SIGNALFD = 0x80            /**< signals through signalfd(2) where there is one */
};

/** Makes an empty set of wishes. Returns it, for event_config_free() to take back, or NULL when there is no memory. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_config *event_config_new(void);

/** Frees a set of wishes; bases made with it are not touched. */
EVENT2_CORE_EXPORT_SYMBOL
void event_config_free(struct event_config *cfg);

/** Excludes a backend by the name of its method ("select"); a name that does not exist excludes nothing. The name is
 * copied. Returns 0, or -1 when there is no memory. */
EVENT2_CORE_EXPORT_SYMBOL
int event_config_avoid_method(struct event_config *cfg, const char *method);

/** Asks for a backend with all of these abilities; feature: EV_FEATURE_* or-ed. Takes the place of an earlier call.
 * Returns 0, or -1 when cfg is NULL. Whether there is such a backend shows when the base is made. */
EVENT2_CORE_EXPORT_SYMBOL
int event_config_require_features(struct event_config *cfg, int feature);

/** Adds EVENT_BASE_FLAG_* to the wishes. Returns 0, or -1 when cfg is NULL. */
EVENT2_CORE_EXPORT_SYMBOL
int event_config_set_flag(struct event_config *cfg, int flag);

/** Tells how many processors there are. Kept and not used: no backend here cares. Returns 0, or -1 when cfg is NULL. */
EVENT2_CORE_EXPORT_SYMBOL
int event_config_set_num_cpus_hint(struct event_config *cfg, int cpus);

/** Bounds how long callbacks run before the loop looks for new events again, so that a flood of unimportant ones does
 * not delay important ones.
 *
 * max_interval: look again after callbacks ran for that long; NULL: no bound. max_callbacks: look again after that
 * many; -1: no bound. min_priority: the bounds count for callbacks of this priority and less important ones; 0: for
 * all. Returns 0. A callback that runs is never interrupted. */
EVENT2_CORE_EXPORT_SYMBOL
int event_config_set_max_dispatch_interval(
	struct event_config *cfg, const struct timeval *max_interval, int max_callbacks, int min_priority);

/* ---- Bases: facts ------------------------------------------------------------------------------------------------ */

/** Name of the method that the base's backend uses, such as "epoll". Lives as long as the base. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const char *event_base_get_method(const struct event_base *base);

/** How the base gets to know of signals: "signal" (a handler), "signalfd_signal", or the backend's own way, such as
 * "kqueue_signal". Lives as long as the base. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const char *event_base_get_signal_method(const struct event_base *base);

/** Names of the methods for which this installation has a backend, best first, NULL at the end. Not every one need
 * work on this kernel. Belongs to the library. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const char **event_get_supported_methods(void);

/** What the base's backend can do: EV_FEATURE_* or-ed. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_get_features(const struct event_base *base);

/** @name What to count, for event_base_get_num_events(); may be or-ed
 * @{ */
#define EVENT_BASE_COUNT_ACTIVE 1U  /**< active events */
#define EVENT_BASE_COUNT_VIRTUAL 2U /**< what the library itself waits for on the program's behalf */
#define EVENT_BASE_COUNT_ADDED 4U   /**< pending events, those active as well */
/** @} */

/** Number of events of these kinds at the moment. type: EVENT_BASE_COUNT_*. An event that waits for a descriptor and
 * for a time counts twice; the library's own events do not count. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_get_num_events(struct event_base *base, unsigned int type);

/** The most of these kinds that there ever were at once; for several kinds the sum of their maxima. clear: 1 to begin
 * anew from 0. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_get_max_events(struct event_base *base, unsigned int type, int clear);

/** Writes a line for every pending and every active event, for people to read; the format may change. Holds the base's
 * lock meanwhile. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_base_dump_events(struct event_base *base, FILE *output);

/** Visitor of event_base_foreach_event(). Returns 0 to go on, anything else to stop. It must not change any event, and
 * must not call what takes the base's lock in another thread. */
typedef int (*event_base_foreach_event_cb)(const struct event_base *base, const struct event *ev, void *arg);

/** Calls fn for each event that is pending or active, each one once: by descriptor, by signal, by time, then those
 * that are only active. The library's own are left out. The lock is held throughout.
 *
 * Returns 0, or what fn returned when it stopped. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb fn, void *arg);

/** The event whose callback runs now, or NULL. Thread: the loop's; from elsewhere it may be outdated at once. */
EVENT2_CORE_EXPORT_SYMBOL
struct event *event_base_get_running_event(struct event_base *base);

/* ---- Running ----------------------------------------------------------------------------------------------------- */

/** @name Flags of event_base_loop()
 * @{ */
#define EVLOOP_ONCE 0x01             /**< wait until something happens, run what is active then, and return */
#define EVLOOP_NONBLOCK 0x02         /**< never wait: return as soon as nothing is ready; with EVLOOP_ONCE: look once */
#define EVLOOP_NO_EXIT_ON_EMPTY 0x04 /**< go on waiting when no events are left */
/** @} */

/** Runs the loop: waits, and calls callbacks in the order of their priorities, until event_base_loopexit(),
 * event_base_loopbreak(), no event left, or one turn with the flags above. flags: EVLOOP_* or-ed, or 0.
 *
 * Returns 0 after an exit, a break or one turn; 1 when there was no event left to wait for; -1 on an error of the
 * backend, or (after a line in the log) when the base's loop already runs. Thread: any, one at a time. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_loop(struct event_base *base, int flags);

/** event_base_loop() without flags. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_dispatch(struct event_base *base);

/** Ends the loop after a time, when all callbacks that are active then have run. timeout: from now; NULL: as soon as
 * the present turn is over; if the loop is not running, it runs one turn when it is started next.
 *
 * Returns 0, or -1 when there is no memory. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_loopexit(struct event_base *base, const struct timeval *timeout);

/** Ends the loop right after the callback that runs now; other active events stay active. A loop
 * that is started later knows nothing of it. Returns 0, or -1 when
 * base is NULL. Thread: any; also in a callback. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_loopbreak(struct event_base *base);

/** Makes the loop look for new events right after the callback that runs now, more important ones first, instead of
 * running the rest of the active ones before. Has no effect outside of a callback. Returns 0, or -1 when base is NULL.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_loopcontinue(struct event_base *base);

/** 1 when event_base_loopexit() ended the loop's last run (or is about to), else 0. Starting the loop sets it back.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_got_exit(struct event_base *base);

/** The same for event_base_loopbreak(). */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_got_break(struct event_base *base);

/* ---- Priorities -------------------------------------------------------------------------------------------------- */

/** The most priorities that a base can have. */
#define EVENT_MAX_PRIORITIES 256

/** Gives a base a number of priorities: 0 is the most important, npriorities - 1 the least. A new base has one. New
 * events get the middle one, npriorities / 2.
 *
 * Returns 0, or -1: events are active, npriorities is below 1 or not below EVENT_MAX_PRIORITIES, or no memory. Call it
 * before any event is made. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_priority_init(struct event_base *base, int npriorities);

/** Number of priorities. base NULL: of event_init()'s base. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_get_npriorities(struct event_base *base);

/** Gives an event a priority. While an event of a more important priority is active no other callback runs.
 *
 * Returns 0, or -1: the event is active, or its base has no such priority. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
int event_priority_set(struct event *ev, int priority);

/** An event's priority. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_get_priority(const struct event *ev);

/* ---- Events: making and freeing ---------------------------------------------------------------------------------- */

/** @name What an event waits for, and what a callback is told
 * @{ */
#define EV_TIMEOUT 0x01  /**< its time is up. Only told; to ask for it pass a timeout to event_add() */
#define EV_READ 0x02     /**< something can be read, or the peer has closed */
#define EV_WRITE 0x04    /**< something can be written */
#define EV_SIGNAL 0x08   /**< a signal came; the event's descriptor is the signal's number */
#define EV_PERSIST 0x10  /**< stays pending after it fired; its timeout begins anew each time it fires */
#define EV_ET 0x20       /**< fires for a change, not for a state; needs EV_FEATURE_ET */
#define EV_FINALIZE 0x40 /**< event_del() does not wait for its running callback; see event_finalize() */
#define EV_CLOSED 0x80   /**< the peer has closed, seen without a read; needs EV_FEATURE_EARLY_CLOSE */
/** @} */

/** An event's function. fd: the event's descriptor, signal number, or -1. what: EV_* that happened, EV_ET as it was
 * asked for. arg: as given with the function. */
typedef void (*event_callback_fn)(evutil_socket_t fd, short what, void *arg);

/** Passed as arg, it makes the callback get the event itself as its arg. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void *event_self_cbarg(void);

/** Makes an event, as event_assign() does, in memory of the library's.
 *
 * Returns the event, which event_free() takes back, or NULL: no memory, or impossible flags. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
struct event *event_new(
	struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg);

/** Prepares an event in memory that the caller owns. It waits for nothing until event_add().
 *
 * fd: a descriptor, a signal's number with EV_SIGNAL, or -1 for a timer or an event that only event_active() fires.
 * events: what to wait for, EV_* or-ed. The memory may hold anything, but not an event that is pending or active:
 * delete that first. (If a pending one is assigned all the same, the mistake is noticed afterwards: the event_add() of
 * a descriptor or signal fails, and a timeout that was left behind is dropped when it is due, with a line in the log.)
 *
 * Returns 0, or -1 for flags that exclude each other (a signal that is also a descriptor's event). Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
int event_assign(
	struct event *ev, struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg);

/** Deletes an event as event_del() does, and frees it; it must come from event_new(). It may be called from inside the
 * event's own callback. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_free(struct event *ev);

/** Moves an event to another base. Returns 0, or -1 when it is pending or active. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_set(struct event_base *base, struct event *ev);

/** Waits once for something, without an event of the caller's: as an event that is freed after it fired.
 *
 * events: EV_READ, EV_WRITE, EV_CLOSED and EV_TIMEOUT in any mixture; neither EV_SIGNAL nor EV_PERSIST. timeout: NULL
 * for none; with EV_TIMEOUT alone NULL means at once. If the base is freed before, the callback is never called.
 *
 * Returns 0, or -1: such flags, or no memory. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_once(struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg,
	const struct timeval *timeout);

/** A finalizer. It may free the event and whatever its callback used. arg: the event's own. */
typedef void (*event_finalize_callback_fn)(struct event *ev, void *arg);

/** Deletes an event, and calls a function as soon as it is certain that its callback neither runs nor will: the way to
 * free what a callback uses while the callback may be running in another thread.
 *
 * The finalizer is called by the loop, not from inside this call. The event cannot be added any more until it is
 * assigned anew. flags: 0. Returns 0; never fails for an initialised event. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn callback);

/** As event_finalize(), and frees the event after the finalizer; it must come from event_new(). Returns 0. */
EVENT2_CORE_EXPORT_SYMBOL
int event_free_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn callback);

/* ---- Events: waiting --------------------------------------------------------------------------------------------- */

/** Makes an event pending. If it already is, a new timeout takes the place of the old one.
 *
 * timeout: how long to wait at most, copied; NULL: without a limit, or with the limit that it already has. It counts
 * from now; inside the loop that is the moment which event_base_gettimeofday_cached() tells. A timeout from
 * event_base_init_common_timeout() is cheaper where very many events use the same.
 *
 * Returns 0, or -1 with the event unchanged: the descriptor cannot be waited for, no memory, or the event is being
 * finalized. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_add(struct event *ev, const struct timeval *timeout);

/** Takes a pending event's timeout away; what else it waits for stays. Returns 0, or -1 when it was not initialised.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_remove_timer(struct event *ev);

/** Makes an event neither pending nor active. If it is neither, nothing happens.
 *
 * When its callback runs in another thread at the moment, this waits until it has returned (except for events with
 * EV_FINALIZE), so that afterwards its arg may be freed: do not hold a lock that the callback needs.
 *
 * Returns 0, or -1 when it has no base. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_del(struct event *ev);

/** As event_del(), but never waits: the callback may still be running afterwards. */
EVENT2_CORE_EXPORT_SYMBOL
int event_del_noblock(struct event *ev);

/** As event_del(), but waits even for an event with EV_FINALIZE. */
EVENT2_CORE_EXPORT_SYMBOL
int event_del_block(struct event *ev);

/** Makes an event active now, pending or not. Its callback runs in the loop.
 *
 * res: what the callback is told, EV_*. ncalls: for a signal's event the number of calls; otherwise not used. A call
 * for an event that is already active only adds its bits. Thread: any, callbacks included; a loop that waits in another
 * thread wakes up. */
EVENT2_CORE_EXPORT_SYMBOL
void event_active(struct event *ev, int res, short ncalls);

/** Makes every event of a descriptor active that waits for any of events: EV_READ, EV_WRITE, EV_CLOSED, or EV_TIMEOUT
 * for those that have a timeout. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_base_active_by_fd(struct event_base *base, evutil_socket_t fd, short events);

/** Makes every event of a signal active, as if the signal had come once. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_base_active_by_signal(struct event_base *base, int sig);

/** Gives a name to a duration, for event_add() calls with the same timeout for thousands of events: adding one then
 * takes the same time however many there are.
 *
 * Returns a timeval that only this base's events may be added with; it belongs to the base. NULL: there are too many
 * durations (256), or no memory. The same duration gives the same pointer. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
const struct timeval *event_base_init_common_timeout(struct event_base *base, const struct timeval *duration);

/* ---- Events: facts ----------------------------------------------------------------------------------------------- */

/** Which of events (EV_TIMEOUT, EV_READ, ...) the event is pending or active for; 0: none. If that includes EV_TIMEOUT
 * and tv is not NULL, *tv becomes the time at which it is due, as gettimeofday() counts. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_pending(const struct event *ev, short events, struct timeval *tv);

/** Nonzero when event_assign() was called on this memory; a guess if the memory is neither zeroed nor an event. */
EVENT2_CORE_EXPORT_SYMBOL
int event_initialized(const struct event *ev);

/** An event's signal number. */
#define event_get_signal(ev) ((int)event_get_fd(ev))

/** An event's descriptor or signal number; -1: none. These read what event_assign() was given. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
evutil_socket_t event_get_fd(const struct event *ev);

/** An event's base. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *event_get_base(const struct event *ev);

/** What an event waits for: EV_* or-ed. */
EVENT2_CORE_EXPORT_SYMBOL
short event_get_events(const struct event *ev);

/** An event's function. */
EVENT2_CORE_EXPORT_SYMBOL
event_callback_fn event_get_callback(const struct event *ev);

/** What an event's function gets as its arg. */
EVENT2_CORE_EXPORT_SYMBOL
void *event_get_callback_arg(const struct event *ev);

/** All that event_assign() was given; any of the pointers may be NULL. */
EVENT2_CORE_EXPORT_SYMBOL
void event_get_assignment(const struct event *event, struct event_base **base_out, evutil_socket_t *fd_out,
	short *events_out, event_callback_fn *callback_out, void **arg_out);

/** sizeof(struct event) in this library, for programs that reserve memory without event2/event_struct.h. */
EVENT2_CORE_EXPORT_SYMBOL
size_t event_get_struct_event_size(void);

/* ---- Short forms: timers, signals, events that the program itself fires ------------------------------------------ */

/** @name Timers: events with nothing but a timeout
 * @{ */
#define evtimer_assign(ev, b, cb, arg) event_assign((ev), (b), -1, 0, (cb), (arg)) /**< event_assign() */
#define evtimer_new(b, cb, arg) event_new((b), -1, 0, (cb), (arg))                 /**< event_new() */
#define evtimer_add(ev, tv) event_add((ev), (tv))                                  /**< event_add() */
#define evtimer_del(ev) event_del(ev)                                              /**< event_del() */
#define evtimer_pending(ev, tv) event_pending((ev), EV_TIMEOUT, (tv))              /**< event_pending() */
#define evtimer_initialized(ev) event_initialized(ev)                              /**< event_initialized() */
/** @} */

/** @name Signals, persistent
 * @{ */
#define evsignal_add(ev, tv) event_add((ev), (tv)) /**< event_add() */
#define evsignal_assign(ev, b, x, cb, arg)                                                                             \
	event_assign((ev), (b), (x), EV_SIGNAL | EV_PERSIST, cb, (arg)) /**< event_assign(); x: the signal */
#define evsignal_new(b, x, cb, arg)                                                                                    \
	event_new((b), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))          /**< event_new(); x: the signal */
#define evsignal_del(ev) event_del(ev)                                /**< event_del() */
#define evsignal_pending(ev, tv) event_pending((ev), EV_SIGNAL, (tv)) /**< event_pending() */
#define evsignal_initialized(ev) event_initialized(ev)                /**< event_initialized() */
/** @} */

/** @name Events that wait for nothing: fired by evuser_trigger()
 * @{ */
#define evuser_new(b, cb, arg) event_new((b), -1, 0, (cb), (arg)) /**< event_new() */
#define evuser_del(ev) event_del(ev)                              /**< event_del() */
#define evuser_pending(ev, tv) event_pending((ev), 0, (tv))       /**< event_pending() */
#define evuser_initialized(ev) event_initialized(ev)              /**< event_initialized() */
#define evuser_trigger(ev) event_active((ev), 0, 0)               /**< event_active(): the event fires */
/** @} */

/* ---- Time -------------------------------------------------------------------------------------------------------- */

/** Now, by a clock that never goes back, as the base counts its timeouts. base: any. Returns 0, or -1 with errno.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_gettime_monotonic(struct event_base *base, struct timeval *tp);

/** The time of day when the loop last woke up: cheaper than gettimeofday() inside a callback, and the same for all
 * callbacks of a turn. Outside of the loop, or when base is NULL, it is gettimeofday() itself. Returns 0 or -1.
 * Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_gettimeofday_cached(struct event_base *base, struct timeval *tv);

/** Takes the time anew for event_base_gettimeofday_cached() and for timeouts that are added from here on, in a callback
 * that has taken long. Outside of the loop it does nothing. Returns 0, or -1 when base is NULL. Thread: the loop's. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_update_cache_time(struct event_base *base);

/* ---- Messages, memory, mistakes ---------------------------------------------------------------------------------- */

/** @name Severities of messages
 * @{ */
#define EVENT_LOG_DEBUG 0 /**< for who looks for a mistake */
#define EVENT_LOG_MSG 1   /**< for the record */
#define EVENT_LOG_WARN 2  /**< something does not work as it was asked to */
#define EVENT_LOG_ERR 3   /**< something cannot go on */
/** @} */

/** @name Their oldest names
 * @{ */
#define _EVENT_LOG_DEBUG EVENT_LOG_DEBUG /**< EVENT_LOG_DEBUG */
#define _EVENT_LOG_MSG EVENT_LOG_MSG     /**< EVENT_LOG_MSG */
#define _EVENT_LOG_WARN EVENT_LOG_WARN   /**< EVENT_LOG_WARN */
#define _EVENT_LOG_ERR EVENT_LOG_ERR     /**< EVENT_LOG_ERR */
/** @} */

/** Takes one message. severity: EVENT_LOG_*. msg: a line without its end, valid during the call. It may be called in
 * any thread, with the library's locks held: it must not call the library. */
typedef void (*event_log_cb)(int severity, const char *msg);

/** Sends messages to cb instead of standard error; NULL: back again. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void event_set_log_callback(event_log_cb cb);

/** Ends the process because of a broken library or program; err: the exit code that is meant. Should not return. */
typedef void (*event_fatal_cb)(int err);

/** Sends such ends to cb instead of exit() or abort(); NULL: back again. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void event_set_fatal_callback(event_fatal_cb cb);

/** @name What to say while debugging
 * @{ */
#define EVENT_DBG_ALL 0xffffffffu /**< all of it */
#define EVENT_DBG_NONE 0          /**< nothing */
/** @} */

/** Turns messages of severity EVENT_LOG_DEBUG on (EVENT_DBG_ALL) or off (EVENT_DBG_NONE). A library that was built
 * without --enable-verbose-debug has none. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void event_enable_debug_logging(ev_uint32_t which);

/** From here on keeps a record of all events, and ends the process with a message at such mistakes as adding memory
 * that was never assigned, or assigning an event that is pending. Costs time and memory. Call it before any event or
 * base is made. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void event_enable_debug_mode(void);

/** Takes an event out of that record, when its memory is going to be freed or used otherwise; the event must be neither
 * pending nor active. Without debug mode it does nothing. Thread: any. */
EVENT2_CORE_EXPORT_SYMBOL
void event_debug_unassign(struct event *ev);

#if !defined(EVENT__DISABLE_MM_REPLACEMENT) || defined(EVENT_IN_DOXYGEN_)
/** Makes the library get its memory from these functions instead of malloc(), realloc() and free(); NULL: that one is
 * the C library's. They must be safe in all threads that use the library. Call it before anything else of the library,
 * since what one free() must take back another malloc() must not have given. Thread: one. */
EVENT2_CORE_EXPORT_SYMBOL
void event_set_mem_functions(
	void *(*malloc_fn)(size_t sz), void *(*realloc_fn)(void *ptr, size_t sz), void (*free_fn)(void *ptr));
/** Defined when event_set_mem_functions() does its work. */
#define EVENT_SET_MEM_FUNCTIONS_IMPLEMENTED
#endif

/* ---- Version ----------------------------------------------------------------------------------------------------- */

/** Version of libevent that the library in use stands in for, as text. Constant. */
EVENT2_CORE_EXPORT_SYMBOL
const char *event_get_version(void);

/** The same as a number, a byte each for major, minor, patch and state: 0x02010c00 is 2.1.12. */
EVENT2_CORE_EXPORT_SYMBOL
ev_uint32_t event_get_version_number(void);

/** What the headers stood in for when the program was compiled. */
#define LIBEVENT_VERSION EVENT__VERSION
#define LIBEVENT_VERSION_NUMBER EVENT__NUMERIC_VERSION /**< as event_get_version_number() */

#ifdef __cplusplus
}
#endif
#endif
