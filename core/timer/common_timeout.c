/* SPDX-License-Identifier: BSD-3-Clause */
/* Common timeouts: many events with one and the same timeout wait in a queue, and the queue's stand-in in the heap.
 *
 * A later event is due later, so adding appends and deleting unlinks. The stand-in stays in the heap for as long as the
 * base lives, so that neither can fail; with an empty queue it is never due. When the first of a queue goes the
 * stand-in is left alone, too early, until it comes to the top. */
#include "config.h"

#include "timer/common_timeout.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

#include <errno.h>
#include <string.h>

#define US_PER_SECOND 1000000
#define QUEUES_FIRST 16

static struct common_timeout_queue *
queue_of(struct event *stand_in)
{
	return (struct common_timeout_queue *)((char *)stand_in - offsetof(struct common_timeout_queue, stand_in));
}

/* ---- The queues of a base ---------------------------------------------------------------------------------------- */

static int
find_length(const struct event_base *base, uint64_t length)
{
	for (int i = 0; i < base->common_count; i++)
		if (base->common[i]->length == length) return i;
	return -1;
}

/* Room for one more queue and for its stand-in. */
static int
reserve(struct event_base *base)
{
	if (timer_heap_reserve(&base->timers, 1 + (size_t)base->active_count) < 0) return -1;
	if (base->common_count < base->common_room) return 0;
	int room = base->common_room ? base->common_room * 2 : QUEUES_FIRST;
	struct common_timeout_queue **queues =
		mm_realloc(base->common, (size_t)room * sizeof(struct common_timeout_queue *));
	if (!queues) return -1;
	base->common = queues;
	base->common_room = room;
	return 0;
}

static int
make_queue(struct event_base *base, const struct timeval *tv, uint64_t length)
{
	if (base->common_count == COMMON_TIMEOUTS_MAX) {
		log_warnx("event_base_init_common_timeout: at most %d of them in one base", (int)COMMON_TIMEOUTS_MAX);
		errno = ENOSPC;
		return -1;
	}
	if (reserve(base) < 0) return -1;
	struct common_timeout_queue *queue = mm_calloc(1, sizeof(*queue));
	if (!queue) return -1;
	int index = base->common_count++;
	base->common[index] = queue;
	queue->last = &queue->first;
	queue->length = length;
	queue->marked.tv_sec = tv->tv_sec;
	/* 4 bits of mark, 8 of number, 20 of microseconds. */
	queue->marked.tv_usec = tv->tv_usec | COMMON_TIMEOUT_MARK | (suseconds_t)index << COMMON_TIMEOUT_NUMBER_SHIFT;
	struct event *stand_in = &queue->stand_in;
	stand_in->ev_base = base;
	stand_in->ev_fd = -1;
	stand_in->ev_evcallback.evcb_flags = EVLIST_INIT | EVLIST_INTERNAL | EVLIST_TIMEOUT;
	stand_in->ev_evcallback.evcb_closure = LOOP_CLOSURE_COMMON_TIMEOUT;
	event_set_deadline(stand_in, UINT64_MAX);
	timer_heap_push(&base->timers, stand_in, UINT64_MAX);
	return index;
}

const struct timeval *
event_base_init_common_timeout(struct event_base *base, const struct timeval *duration)
{
	struct timeval tv = *duration;
	base_lock(base);
	int index = common_timeout_index(base, &tv);
	if (index < 0) {
		uint64_t length = clock_from_timeval(&tv);
		tv.tv_sec += tv.tv_usec / US_PER_SECOND;
		tv.tv_usec %= US_PER_SECOND;
		if (tv.tv_usec < 0) tv.tv_sec--, tv.tv_usec += US_PER_SECOND;
		index = find_length(base, length);
		if (index < 0) index = make_queue(base, &tv, length);
	}
	const struct timeval *result = index < 0 ? NULL : &base->common[index]->marked;
	base_unlock(base);
	return result;
}

void
common_timeouts_free(struct event_base *base)
{
	for (int i = 0; i < base->common_count; i++)
		mm_free(base->common[i]);
	mm_free(base->common);
	base->common = NULL;
	base->common_count = base->common_room = 0;
}

/* ---- The events of a queue --------------------------------------------------------------------------------------- */

/* The event whose next pointer that is, or NULL: it is the queue's own. */
static struct event *
owner(const struct common_timeout_queue *queue, struct event **next)
{
	if (next == &queue->first) return NULL;
	return (struct event *)((char *)next - offsetof(struct event, ev_timeout_pos));
}

/* It is in the queue, as the last one, and was assigned again, which is a mistake: what it says of itself is void. */
static void
forget_last_locked(struct event_base *base, struct common_timeout_queue *queue, const struct event *ev)
{
	struct event **at = &queue->first;
	while (*at && *at != ev)
		at = &(*at)->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
	*at = NULL;
	queue->last = at;
	event_uncounted_locked(base, event_flags(ev));
}

void
common_timeout_insert_locked(struct event_base *base, struct common_timeout_queue *queue, struct event *ev)
{
	uint64_t deadline = event_queued_deadline(ev);
	if (queue->last == &ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next) forget_last_locked(base, queue, ev);
	if (deadline > queue->latest) queue->latest = deadline;
	struct event **at = queue->last, *before;
	/* The clock never goes back, but a persistent event counts from its last deadline, which may be a little late. */
	while ((before = owner(queue, at)) && event_queued_deadline(before) > deadline)
		at = before->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev;
	struct event *next = *at;
	ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next = next;
	ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev = at;
	*at = ev;
	struct event **end = &ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
	if (next)
		next->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev = end;
	else
		queue->last = end;
	uint64_t due = event_deadline(&queue->stand_in);
	if (deadline < due) {
		event_set_deadline(&queue->stand_in, deadline);
		timer_heap_moved(&base->timers, &queue->stand_in, due, deadline);
	}
}

/* The program has assigned the event anew while it was pending; it may even follow itself now. */
static void
drop_first_locked(struct event_base *base, struct common_timeout_queue *queue)
{
	struct event *first = queue->first, *next = first->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
	log_warnx("event %p was assigned again while its timeout was pending; delete it first", (void *)first);
	queue->first = next == first ? NULL : next;
	if (queue->first)
		queue->first->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev = &queue->first;
	else
		queue->last = &queue->first;
	event_uncounted_locked(base, 0);
}

struct event *
common_timeout_first_locked(struct event *stand_in)
{
	struct common_timeout_queue *queue = queue_of(stand_in);
	while (UNLIKELY(queue->first && !(event_flags(queue->first) & EVLIST_TIMEOUT)))
		drop_first_locked(stand_in->ev_base, queue);
	event_set_deadline(stand_in, queue->first ? event_queued_deadline(queue->first) : UINT64_MAX);
	return queue->first;
}

int
common_timeout_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg)
{
	for (int i = 0; i < base->common_count; i++) {
		struct event *ev = base->common[i]->first;
		for (; ev; ev = ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next) {
			int result = visit(ev, arg);
			if (result) return result;
		}
	}
	return 0;
}

int
common_timeout_idle_locked(const struct event_base *base)
{
	int idle = 0;
	for (int i = 0; i < base->common_count; i++)
		if (!base->common[i]->first) idle++;
	return idle;
}
