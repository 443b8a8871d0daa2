/* SPDX-License-Identifier: BSD-3-Clause */
/* What expire.c and inspect.c need of common timeouts beyond base.h. */
#ifndef MKEVENT_TIMER_COMMON_TIMEOUT_H_
#define MKEVENT_TIMER_COMMON_TIMEOUT_H_

struct event;
struct event_base;

/* The first event of the queue that stand_in (LOOP_CLOSURE_COMMON_TIMEOUT) stands for, or NULL. The stand-in's deadline
 * becomes that event's; the heap still has the old one. */
struct event *common_timeout_first_locked(struct event *stand_in);
/* Calls visit for each event in a queue until it returns nonzero; returns that, or 0. visit may not change the queues.
 */
int common_timeout_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg);
/* How many queues are empty: their stand-ins in the heap are no timeouts. */
int common_timeout_idle_locked(const struct event_base *base);

#endif
