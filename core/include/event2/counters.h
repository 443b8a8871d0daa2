/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_COUNTERS_H_INCLUDED_
#define EVENT2_COUNTERS_H_INCLUDED_

/** @file event2/counters.h
 *
 * What a loop has done so far: numbers for monitoring. They are always counted, at no cost worth a switch.
 *
 * The struct grows at its end in later versions; its size tells which members the library filled in. */

#include <event2/visibility.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/** Counters of one base since it was made. Times are in nanoseconds of the monotonic clock. */
struct event_base_counters {
	uint32_t size;         /**< bytes of this struct that are filled in */
	uint32_t priorities;   /**< number of priorities */
	uint64_t turns;        /**< turns of the loop; each waits once */
	uint64_t run_io;       /**< callbacks that ran for a file descriptor */
	uint64_t run_timer;    /**< callbacks that ran for a timeout */
	uint64_t run_signal;   /**< callbacks that ran for a signal */
	uint64_t run_user;     /**< callbacks that ran for event_active() */
	uint64_t run_deferred; /**< callbacks of bufferevents and evbuffers that were put off */
	uint64_t wakeups;      /**< times that another thread had to wake the loop */
	uint64_t waited_ns;    /**< time spent waiting for events */
	uint64_t ran_ns; /**< time spent in callbacks; both are by a clock tick more or less, and right in the long run */
	uint64_t longest_ns;         /**< the longest that the callbacks of one turn ever took, in ticks of 1 to 10 ms */
	void *longest_callback;      /**< the function that took it; NULL: none yet, or one of several and not seen again */
	uint64_t events_added;       /**< as event_base_get_num_events(EVENT_BASE_COUNT_ADDED) */
	uint64_t events_added_max;   /**< the most there ever were */
	uint64_t events_active;      /**< waiting to run now */
	uint64_t events_active_max;  /**< the most there ever were */
	uint64_t events_virtual;     /**< what keeps the loop alive without being an event */
	uint64_t events_virtual_max; /**< the most there ever were */
	uint64_t timers;             /**< timeouts that wait in the heap; equal ones of a common timeout count as one */
};

/** Copies a base's counters.
 * out: gets at most out_size bytes; what this version of the library does not know is set to zero.
 * out_size: sizeof(struct event_base_counters) as the program was compiled.
 * Returns 0, or -1 when out_size has no room for out->size. Thread: any; takes the base's lock for a moment. */
EVENT2_CORE_EXPORT_SYMBOL
int event_base_get_counters(const struct event_base *base, struct event_base_counters *out, size_t out_size);

#ifdef __cplusplus
}
#endif
#endif
