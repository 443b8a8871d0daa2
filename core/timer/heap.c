/* SPDX-License-Identifier: BSD-3-Clause */
/* An 8-ary heap of deadlines; see heap.h.
 *
 * Against a binary heap of event pointers: a third of the levels, and two lines of one stretch instead of two events a
 * level; each level less is also one event less whose place must be written. Against four children: quicker with a
 * thousand timers, the same with a million. Against a timing wheel: exact to the nanosecond, no work for empty slots,
 * and nothing that a slot's width could be wrong for. Against a pairing heap: its links would lie in the events, where
 * each is a miss. */
#include "config.h"

#include "timer/heap.h"

#include "loop/base.h"
#include "util/mm.h"

#include <errno.h>
#include <limits.h>

#define FAMILY_BYTES 128 /* of siblings, on a machine with pointers of 8 bytes */
#define ROOM_FIRST 32
#define SORT_FEW 32
#define SLICES 64

static size_t
first_child_of(size_t index)
{
	return index * TIMER_HEAP_ARITY + 1;
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

void
timer_heap_init(struct timer_heap *heap)
{
	heap->entries = NULL;
	heap->count = heap->room = heap->noted_count = heap->soon = heap->soon_end = 0;
	heap->memory = NULL;
}

void
timer_heap_free(struct timer_heap *heap)
{
	mm_free(heap->memory);
	timer_heap_init(heap);
}

/* Entry 1 and its siblings begin a line, and so do all other families. */
static struct timer_entry *
align(void *memory)
{
	uintptr_t first = (uintptr_t)memory + sizeof(struct timer_entry);
	size_t shift = (FAMILY_BYTES - first % FAMILY_BYTES) % FAMILY_BYTES;
	return (struct timer_entry *)((char *)memory + shift);
}

int
timer_heap_grow(struct timer_heap *heap, size_t more)
{
	const size_t most =
		SIZE_MAX / sizeof(struct timer_entry) / 4 < INT_MAX ? SIZE_MAX / sizeof(struct timer_entry) / 4 : INT_MAX;
	if (more > most - heap->count) {
		errno = ENOMEM;
		return -1;
	}
	size_t room = heap->room ? heap->room : ROOM_FIRST;
	while (room - heap->count < more)
		room = room > most / 2 ? most : room * 2;
	size_t shift = heap->memory ? (size_t)((char *)heap->entries - (char *)heap->memory) : 0;
	char *memory = mm_realloc(heap->memory, room * sizeof(struct timer_entry) + FAMILY_BYTES);
	if (!memory) return -1;
	struct timer_entry *entries = align(memory);
	if ((char *)entries != memory + shift) memmove(entries, memory + shift, heap->count * sizeof(struct timer_entry));
	heap->memory = memory;
	heap->entries = entries;
	heap->room = room;
	heap->soon_end = 0;
	return 0;
}

/* ---- Order ------------------------------------------------------------------------------------------------------- */

/* Arithmetic instead of branches, which no predictor would get right. */
static inline size_t
earlier(const struct timer_entry *entries, size_t a, size_t b)
{
	const size_t mask = 0 - (size_t)(entries[b].deadline < entries[a].deadline);
	return a ^ ((a ^ b) & mask);
}

static inline size_t
earliest_of_four(const struct timer_entry *entries, size_t first)
{
	const size_t a = first + (entries[first + 1].deadline < entries[first].deadline);
	const size_t b = first + 2 + (entries[first + 3].deadline < entries[first + 2].deadline);
	return earlier(entries, a, b);
}

/* Index of the earliest of siblings. */
static inline size_t
earliest(const struct timer_entry *entries, size_t first)
{
	_Static_assert(TIMER_HEAP_ARITY == 8, "two times four");
	return earlier(entries, earliest_of_four(entries, first), earliest_of_four(entries, first + 4));
}

/* The last family may be smaller. */
static size_t
earliest_of_last(const struct timer_entry *entries, size_t first, size_t count)
{
	size_t best = first;
	for (size_t i = first + 1; i < count; i++)
		if (entries[i].deadline < entries[best].deadline) best = i;
	return best;
}

static void
sift_down(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
	struct timer_entry *entries = heap->entries;
	const size_t count = heap->count;
	size_t child;
	while ((child = first_child_of(index)) + TIMER_HEAP_ARITY <= count) {
		child = earliest(entries, child);
		if (entries[child].deadline >= entry.deadline) goto found;
		timer_heap_put(heap, index, entries[child]);
		if (index <= TIMER_HEAP_ARITY) PREFETCH(entries[child].ev); /* soon at the top */
		index = child;
	}
	if (child < count) {
		child = earliest_of_last(entries, child, count);
		if (entries[child].deadline >= entry.deadline) goto found;
		timer_heap_put(heap, index, entries[child]);
		index = child;
	}
found:
	timer_heap_put(heap, index, entry);
}

/* ---- What has become earlier ------------------------------------------------------------------------------------- */

static inline size_t
place_of(const struct event *ev)
{
	return (size_t)ev->ev_timeout_pos.min_heap_idx;
}

void
timer_heap_settle(struct timer_heap *heap)
{
	struct timer_entry *const entries = heap->entries;
	for (size_t i = 0; i < heap->noted_count; i++) {
		const size_t index = place_of(heap->noted[i]);
		if (index == 0 || index >= heap->count) continue;
		PREFETCH(&entries[index]);
		PREFETCH(&entries[(index - 1) / TIMER_HEAP_ARITY]);
	}
	for (size_t i = 0; i < heap->noted_count; i++) {
		struct event *ev = heap->noted[i];
		const size_t index = place_of(ev);
		if (UNLIKELY(index >= heap->count || entries[index].ev != ev)) continue; /* assigned again meanwhile */
		const uint64_t deadline = event_deadline(ev);
		if (deadline < entries[index].deadline) timer_heap_rise(heap, index, (struct timer_entry){deadline, ev});
	}
	heap->noted_count = 0;
}

static inline void
settle_noted(struct timer_heap *heap)
{
	if (UNLIKELY(heap->noted_count)) timer_heap_settle(heap);
}

/* ---- What is due ------------------------------------------------------------------------------------------------- */

/* A due entry, below which nothing is due, gives its place to the heap's last one that is not. What is passed on the
 * way there is where it belongs already: behind the heap. */
static void
take_out(struct timer_heap *heap, size_t index, uint64_t now)
{
	struct timer_entry *entries = heap->entries;
	size_t last = heap->count - 1;
	while (last > index && entries[last].deadline <= now)
		last--;
	heap->count = last;
	if (last == index) return;
	const struct timer_entry moved = entries[last];
	entries[last] = entries[index];
	sift_down(heap, index, moved);
}

/* Recursion: as deep as the heap, which is eleven levels at most. */
static void
take_with_children(struct timer_heap *heap, size_t index, uint64_t now)
{
	const size_t first = first_child_of(index);
	for (size_t child = first; child < first + TIMER_HEAP_ARITY && child < heap->count; child++)
		if (heap->entries[child].deadline <= now) take_with_children(heap, child, now);
	take_out(heap, index, now);
}

/* Equal ones keep their order. */
static void
sort_few(struct timer_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct timer_entry entry = entries[i];
		size_t to = i;
		for (; to > 0 && entries[to - 1].deadline > entry.deadline; to--)
			entries[to] = entries[to - 1];
		entries[to] = entry;
	}
}

static inline size_t
slice_of(struct timer_entry entry, uint64_t first, unsigned shift)
{
	return (size_t)((entry.deadline - first) >> shift);
}

static void sort(struct timer_entry *entries, size_t count);

/* Each entry to its slice of the time from first on, in place: what lies where it belongs goes on to its own place. */
static void
sort_by_slices(struct timer_entry *entries, size_t count, uint64_t first, unsigned shift)
{
	size_t next[SLICES], end[SLICES] = {0};
	for (size_t i = 0; i < count; i++)
		end[slice_of(entries[i], first, shift)]++;
	for (size_t i = 0, sum = 0; i < SLICES; i++) {
		next[i] = sum;
		sum = end[i] += sum;
	}
	for (size_t slice = 0; slice < SLICES; slice++) {
		while (next[slice] < end[slice]) {
			struct timer_entry entry = entries[next[slice]];
			for (size_t to; (to = slice_of(entry, first, shift)) != slice;) {
				const struct timer_entry other = entries[next[to]];
				entries[next[to]++] = entry;
				entry = other;
			}
			entries[next[slice]++] = entry;
		}
	}
	for (size_t i = 0, begin = 0; shift > 0 && i < SLICES; begin = end[i++])
		sort(entries + begin, end[i] - begin);
}

/* The slices are SLICES times finer at each level of the recursion. */
static void
sort(struct timer_entry *entries, size_t count)
{
	if (count <= SORT_FEW) {
		sort_few(entries, count);
		return;
	}
	uint64_t first = entries[0].deadline, last = first;
	for (size_t i = 1; i < count; i++) {
		const uint64_t deadline = entries[i].deadline;
		first = deadline < first ? deadline : first;
		last = deadline > last ? deadline : last;
	}
	unsigned shift = 0;
	while ((last - first) >> shift >= SLICES)
		shift++;
	sort_by_slices(entries, count, first, shift);
}

size_t
timer_heap_take_due(struct timer_heap *heap, uint64_t now)
{
	settle_noted(heap);
	const size_t before = heap->count;
	if (before == 0 || heap->entries[0].deadline > now) return 0;
	take_with_children(heap, 0, now);
	sort(heap->entries + heap->count, before - heap->count);
	return before - heap->count;
}

/* ---- What the loop calls ----------------------------------------------------------------------------------------- */

/* The heap's last entry fills the place. If it is that itself it goes to where it was: no branch for that. */
static inline void
erase(struct timer_heap *heap, const struct event *ev)
{
	const size_t index = place_of(ev);
	const struct timer_entry last = heap->entries[--heap->count];
	if (index > 0 && heap->entries[(index - 1) / TIMER_HEAP_ARITY].deadline > last.deadline)
		timer_heap_rise(heap, index, last);
	else if (first_child_of(index) >= heap->count) /* most are leaves */
		timer_heap_put(heap, index, last);
	else
		sift_down(heap, index, last);
}

static NOINLINE void
settle_and_erase(struct timer_heap *heap, const struct event *ev)
{
	timer_heap_settle(heap);
	erase(heap, ev);
}

void
timer_heap_erase(struct timer_heap *heap, struct event *ev)
{
	if (UNLIKELY(heap->noted_count))
		settle_and_erase(heap, ev);
	else
		erase(heap, ev);
}

struct event *
timer_heap_top(struct timer_heap *heap)
{
	settle_noted(heap);
	while (heap->count > 0) {
		struct event *ev = heap->entries[0].ev;
		uint64_t deadline = event_deadline(ev);
		if (heap->entries[0].deadline == deadline) return ev;
		sift_down(heap, 0, (struct timer_entry){deadline, ev});
	}
	return NULL;
}
