/* SPDX-License-Identifier: BSD-3-Clause */
/* The timeouts of a base, earliest first: an 8-ary heap whose array holds the deadlines.
 *
 * Siblings lie in two neighbouring lines, so a level costs one miss whatever the events' own memory does. A timeout
 * that moves stays where it is: to a later deadline until it comes to the top, to an earlier one until somebody cares
 * for the order, or until there are enough of them to overlap their misses. event_deadline() is what holds. Ordering is
 * exact all the same, since whatever looks at it settles first. An event in the heap knows its place
 * (ev_timeout_pos.min_heap_idx). */
#ifndef MKEVENT_TIMER_HEAP_H_
#define MKEVENT_TIMER_HEAP_H_

#include <event2/event_struct.h>
#include <stddef.h>
#include <stdint.h>

struct timer_entry {
	uint64_t deadline; /* never later than event_deadline(ev), but for those that are noted */
	struct event *ev;
};

#define TIMER_HEAP_NOTED 32

struct timer_heap {
	size_t count;
	size_t room;
	struct timer_entry *entries; /* count of them; placed so that siblings begin a line */
	void *memory;
	size_t noted_count;    /* of noted[] */
	size_t soon, soon_end; /* entries behind the others that were taken out and whose events run next */
	/* Whose deadline has become earlier than what its entry says, perhaps. */
	struct event *noted[TIMER_HEAP_NOTED];
};

void timer_heap_init(struct timer_heap *heap);
void timer_heap_free(struct timer_heap *heap);
/* Slow half of timer_heap_reserve(). */
int timer_heap_grow(struct timer_heap *heap, size_t more);

/* How many pushes there is room for. */
static inline size_t
timer_heap_room(const struct timer_heap *heap)
{
	return heap->room - heap->count;
}

/* Makes room for more pushes, so that they cannot fail. Returns 0, or -1 with errno set to ENOMEM. */
static inline int
timer_heap_reserve(struct timer_heap *heap, size_t more)
{
	return timer_heap_room(heap) >= more ? 0 : timer_heap_grow(heap, more);
}

#define TIMER_HEAP_ARITY 8

static inline void
timer_heap_put(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
	heap->entries[index] = entry;
	entry.ev->ev_timeout_pos.min_heap_idx = (int)index;
}

/* Puts entry at index, or as far above as it belongs. */
static inline void
timer_heap_rise(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
	while (index > 0) {
		size_t parent = (index - 1) / TIMER_HEAP_ARITY;
		if (heap->entries[parent].deadline <= entry.deadline) break;
		timer_heap_put(heap, index, heap->entries[parent]);
		index = parent;
	}
	timer_heap_put(heap, index, entry);
}

/* Adds ev, whose event_deadline() is deadline. Room was reserved. */
static inline void
timer_heap_push(struct timer_heap *heap, struct event *ev, uint64_t deadline)
{
	timer_heap_rise(heap, heap->count++, (struct timer_entry){deadline, ev});
}

/* Lets those that are noted rise to where they belong. All that cares for the order does so first. */
void timer_heap_settle(struct timer_heap *heap);

/* Takes ev out. */
void timer_heap_erase(struct timer_heap *heap, struct event *ev);
/* event_deadline(ev) was before and is deadline now, while ev is in the heap. When it is later not even the entry is
 * touched, which is another miss; nor is it when it is earlier. No branch that would be a guess. */
static inline void
timer_heap_moved(struct timer_heap *heap, struct event *ev, uint64_t before, uint64_t deadline)
{
	heap->noted[heap->noted_count] = ev;
	heap->noted_count += deadline < before;
	if (heap->noted_count == TIMER_HEAP_NOTED) timer_heap_settle(heap);
}
/* The event with the earliest deadline, or NULL. */
struct event *timer_heap_top(struct timer_heap *heap);
/* Takes out all entries whose own deadline is not later than now. Returns how many: they lie behind the others, from
 * entries[count] on, the earliest first. A push overwrites the first of them. */
size_t timer_heap_take_due(struct timer_heap *heap, uint64_t now);

#endif
