/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_EVENT_STRUCT_H_INCLUDED_
#define EVENT2_EVENT_STRUCT_H_INCLUDED_

/** @file event2/event_struct.h
 *
 * The layout of struct event, for programs that embed events in structs of their own and hand them to event_assign().
 *
 * Such a program is bound to the layout for as long as the library's soname stays the same: sizes and offsets here
 * never change within it. No member is for a program to touch; event2/event.h has functions to read whatever may be
 * read. Programs that call event_new() do not need this header.
 */

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
#include <event2/keyvalq_struct.h>
#include <event2/util.h>

/** @name Where an event is at the moment: bits of evcb_flags, for the library alone
 * @{ */
#define EVLIST_TIMEOUT 0x01      /**< it waits for a time */
#define EVLIST_INSERTED 0x02     /**< it waits for a descriptor or a signal */
#define EVLIST_SIGNAL 0x04       /**< not in use; kept for its value */
#define EVLIST_ACTIVE 0x08       /**< its callback is about to run */
#define EVLIST_INTERNAL 0x10     /**< made by the library for itself: not counted, not shown */
#define EVLIST_ACTIVE_LATER 0x20 /**< its callback runs in the next turn of the loop */
#define EVLIST_FINALIZING 0x40   /**< its finalizer was asked for: it cannot be added any more */
#define EVLIST_INIT 0x80         /**< it went through event_assign() */
#define EVLIST_ALL 0xff          /**< all of the above */
/** @} */

struct event;

/** One callback that can be queued in a base; every event begins with one. */
struct event_callback {
	struct {
		struct event_callback *tqe_next;
		struct event_callback **tqe_prev;
	} evcb_active_next;      /**< neighbours in a queue of active callbacks; same members as a TAILQ_ENTRY */
	short evcb_flags;        /**< EVLIST_* */
	ev_uint8_t evcb_pri;     /**< priority: smaller runs first */
	ev_uint8_t evcb_closure; /**< how it is called, and so which member of the union counts */
	union {
		void (*evcb_callback)(evutil_socket_t, short, void *);
		void (*evcb_selfcb)(struct event_callback *, void *);
		void (*evcb_evfinalize)(struct event *, void *);
		void (*evcb_cbfinalize)(struct event_callback *, void *);
	} evcb_cb_union; /**< the function, as evcb_closure has it called */
	void *evcb_arg;  /**< passed to the callback */
};

struct event_base;

/** An event: what is waited for, and what is called then. Zero its memory or not; event_assign() sets all of it. */
struct event {
	struct event_callback ev_evcallback; /**< what is called */
	union {
		struct {
			struct event *tqe_next;
			struct event **tqe_prev;
		} ev_next_with_common_timeout; /**< neighbours in a queue of equal timeouts */
		int min_heap_idx;              /**< place among all other timeouts */
	} ev_timeout_pos;                  /**< where the timeout waits */
	evutil_socket_t ev_fd;             /**< descriptor, number of a signal, or -1 */
	struct event_base *ev_base;        /**< the loop that it is for */
	union {
		struct {
			struct {
				struct event *le_next;
				struct event **le_prev;
			} ev_io_next;              /**< others that want the same descriptor; same members as a LIST_ENTRY */
			struct timeval ev_timeout; /**< interval of a persistent event */
		} ev_io;
		struct {
			struct {
				struct event *le_next;
				struct event **le_prev;
			} ev_signal_next;  /**< others that want the same signal */
			short ev_ncalls;   /**< calls that are still to be made for the signal */
			short *ev_pncalls; /**< counter of the calls that are being made; lets event_del() end them */
		} ev_signal;
	} ev_;                     /**< what depends on what is waited for */
	short ev_events;           /**< EV_* as given to event_assign() */
	short ev_res;              /**< EV_* that happened: the callback's second argument */
	struct timeval ev_timeout; /**< when the timeout is due; in a form of the library's own */
};

/** The head of a queue of events, as TAILQ_HEAD(event_list, event) makes it. */
struct event_list {
	struct event *tqh_first; /**< NULL: empty */
	struct event **tqh_last; /**< where the last one's successor is kept */
};

/** The head of a list of events, as LIST_HEAD(event_dlist, event) makes it. */
struct event_dlist {
	struct event *lh_first; /**< NULL: empty */
};

#ifdef __cplusplus
}
#endif
#endif
