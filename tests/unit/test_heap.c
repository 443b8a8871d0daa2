/* SPDX-License-Identifier: BSD-3-Clause */
/* The timer heap by itself, against a list that is searched from end to end; and with an allocator that gives any size
 * that it is asked for. */
#include <cmocka.h>

#include "config.h"

/* The source itself: nothing of it is exported. */
#include "../../core/timer/heap.c"

#include <stdlib.h>
#include <string.h>

#define EVENTS 700

static bool says_yes; /* gives memory that is not there */
static bool says_no;
static char somewhere[256];

void *
mm_realloc(void *memory, size_t size)
{
	if (says_no) return NULL;
	return says_yes ? somewhere : realloc(memory, size);
}

void
mm_free(void *memory)
{
	if (memory != somewhere) free(memory);
}

static struct event events[EVENTS];
static bool pending[EVENTS];

static uint32_t
chance(uint32_t limit)
{
	static uint64_t seed = 42;
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

static uint64_t
earliest_of_list(void)
{
	uint64_t earliest = UINT64_MAX;
	for (int i = 0; i < EVENTS; i++)
		if (pending[i] && event_deadline(&events[i]) < earliest) earliest = event_deadline(&events[i]);
	return earliest;
}

static size_t
count_of_list(void)
{
	size_t count = 0;
	for (int i = 0; i < EVENTS; i++)
		count += pending[i];
	return count;
}

static void
check_places(const struct timer_heap *heap)
{
	assert_int_equal(heap->count, count_of_list());
	for (size_t i = 0; i < heap->count; i++) {
		const struct event *ev = heap->entries[i].ev;
		assert_int_equal(ev->ev_timeout_pos.min_heap_idx, i);
		assert_true(heap->entries[i].deadline <= event_deadline(ev));
		assert_true(i == 0 || heap->entries[(i - 1) / TIMER_HEAP_ARITY].deadline <= heap->entries[i].deadline);
	}
	if (heap->count > 1) assert_int_equal((uintptr_t)&heap->entries[1] % 128, 0);
}

static void
change_one(struct timer_heap *heap, uint32_t range)
{
	uint32_t i = chance(EVENTS);
	struct event *ev = &events[i];
	switch (chance(4)) {
	case 0:
		if (pending[i]) timer_heap_erase(heap, ev);
		pending[i] = false;
		return;
	case 1:
		if (heap->count > 0) {
			ev = timer_heap_top(heap);
			timer_heap_erase(heap, ev);
			pending[ev - events] = false;
		}
		return;
	}
	uint64_t before = event_deadline(ev), deadline = chance(range);
	event_set_deadline(ev, deadline);
	ev->ev_evcallback.evcb_flags = EVLIST_INIT | EVLIST_TIMEOUT;
	if (pending[i]) {
		timer_heap_moved(heap, ev, before, deadline);
	} else {
		assert_int_equal(timer_heap_reserve(heap, 1), 0);
		timer_heap_push(heap, ev, deadline);
	}
	pending[i] = true;
}

/* Few different deadlines, and many. */
static void
same_as_a_list(void **state)
{
	(void)state;
	static const uint32_t ranges[] = {1, 3, 100, 1000000000};
	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
		struct timer_heap heap;
		timer_heap_init(&heap);
		memset(pending, 0, sizeof(pending));
		for (int i = 0; i < 60000; i++) {
			change_one(&heap, ranges[r]);
			if (i % 200 >= 100) continue; /* many changes before anybody looks */
			const struct event *top = timer_heap_top(&heap);
			if (top)
				assert_true(event_deadline(top) == earliest_of_list());
			else
				assert_int_equal(count_of_list(), 0);
			if (i % 400 == 0) check_places(&heap);
		}
		timer_heap_free(&heap);
	}
}

static void
all_out_in_order(void **state)
{
	(void)state;
	struct timer_heap heap;
	timer_heap_init(&heap);
	assert_null(timer_heap_top(&heap));
	assert_int_equal(timer_heap_reserve(&heap, EVENTS), 0);
	for (int i = 0; i < EVENTS; i++) {
		events[i].ev_evcallback.evcb_flags = EVLIST_INIT | EVLIST_TIMEOUT;
		event_set_deadline(&events[i], UINT64_MAX - chance(5000));
		timer_heap_push(&heap, &events[i], event_deadline(&events[i]));
	}
	uint64_t last = 0;
	for (int i = 0; i < EVENTS; i++) {
		struct event *ev = timer_heap_top(&heap);
		assert_true(event_deadline(ev) >= last);
		last = event_deadline(ev);
		timer_heap_erase(&heap, ev);
	}
	assert_null(timer_heap_top(&heap));
	timer_heap_free(&heap);
}

/* Deadlines from a span of time, or so that each is about twice the one before. */
static uint64_t
a_deadline(uint32_t range)
{
	return range ? chance(range) : UINT64_C(1) << chance(64);
}

static void
take_due(struct timer_heap *heap, uint64_t now)
{
	size_t before = heap->count, due = timer_heap_take_due(heap, now);
	assert_int_equal(heap->count + due, before);
	uint64_t last = 0;
	for (size_t i = heap->count; i < before; i++) {
		const struct timer_entry entry = heap->entries[i];
		assert_true(entry.deadline >= last && entry.deadline <= now && event_deadline(entry.ev) == entry.deadline);
		assert_true(pending[entry.ev - events]);
		pending[entry.ev - events] = false;
		last = entry.deadline;
	}
	assert_true(earliest_of_list() > now || now == UINT64_MAX);
	check_places(heap);
}

/* What is due at a time comes out in its order, and the rest stays a heap: for none, few, most and all of few and many
 * timers, with deadlines that are the same, far apart, and in between. */
static void
due_in_order(void **state)
{
	(void)state;
	static const uint32_t ranges[] = {1, 3, 100, 1000000000, 0};
	for (uint32_t run = 0; run < 3000; run++) {
		const uint32_t range = ranges[run % 5], count = run % 7 ? chance(40) : chance(EVENTS);
		struct timer_heap heap;
		timer_heap_init(&heap);
		memset(pending, 0, sizeof(pending));
		assert_int_equal(timer_heap_reserve(&heap, EVENTS), 0);
		for (uint32_t i = 0; i < count; i++) {
			const uint64_t deadline = a_deadline(range);
			event_set_deadline(&events[i], deadline);
			timer_heap_push(&heap, &events[i], deadline);
			pending[i] = true;
		}
		uint64_t now = 0;
		for (int i = 0; i < 4; i++) {
			const uint64_t next = a_deadline(range);
			if (next > now) now = next;
			take_due(&heap, now);
		}
		take_due(&heap, UINT64_MAX);
		assert_int_equal(heap.count, 0);
		timer_heap_free(&heap);
	}
}

/* Equal deadlines that are due together keep the order in which they were added, while they are few. */
static void
few_equal_keep_their_order(void **state)
{
	(void)state;
	struct timer_heap heap;
	timer_heap_init(&heap);
	assert_int_equal(timer_heap_reserve(&heap, EVENTS), 0);
	for (int i = 0; i < SORT_FEW; i++) {
		event_set_deadline(&events[i], 5);
		timer_heap_push(&heap, &events[i], 5);
	}
	assert_int_equal(timer_heap_take_due(&heap, 4), 0);
	assert_int_equal(timer_heap_take_due(&heap, 5), SORT_FEW);
	for (int i = 0; i < SORT_FEW; i++)
		assert_ptr_equal(heap.entries[i].ev, &events[i]);
	timer_heap_free(&heap);
}

/* One that moved to an earlier deadline, and was assigned again before anybody looked: it is left where it is, wherever
 * it says that it is. */
static void
moved_and_assigned_again(void **state)
{
	(void)state;
	static const int wrong[] = {0, 2, EVENTS, INT_MAX, -1};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct timer_heap heap;
		timer_heap_init(&heap);
		assert_int_equal(timer_heap_reserve(&heap, 4), 0);
		for (int j = 0; j < 4; j++) {
			event_set_deadline(&events[j], 10);
			timer_heap_push(&heap, &events[j], 10);
		}
		event_set_deadline(&events[1], 5);
		timer_heap_moved(&heap, &events[1], 10, 5);
		events[1].ev_timeout_pos.min_heap_idx = wrong[i];
		timer_heap_settle(&heap);
		for (int j = 0; j < 4; j++)
			assert_ptr_equal(heap.entries[j].ev, &events[j]);
		timer_heap_free(&heap);
	}
}

/* Nothing is lost when there is no memory. */
static void
no_memory(void **state)
{
	(void)state;
	struct timer_heap heap;
	timer_heap_init(&heap);
	says_no = true;
	assert_int_equal(timer_heap_reserve(&heap, 1), -1);
	says_no = false;
	int added = 0;
	assert_int_equal(timer_heap_reserve(&heap, 1), 0);
	says_no = true;
	while (added < EVENTS && timer_heap_reserve(&heap, 1) == 0) {
		events[added].ev_evcallback.evcb_flags = EVLIST_INIT | EVLIST_TIMEOUT;
		event_set_deadline(&events[added], (uint64_t)(EVENTS - added));
		timer_heap_push(&heap, &events[added], event_deadline(&events[added]));
		added++;
	}
	says_no = false;
	assert_in_range(added, 1, EVENTS - 1);
	assert_int_equal(heap.count, added);
	assert_ptr_equal(timer_heap_top(&heap), &events[added - 1]);
	timer_heap_free(&heap);
}

/* Numbers of timers at which sizes in bytes, or places kept in an int, pass their type: refused, whatever the allocator
 * says. */
static void
hole_799_timers(void **state)
{
	(void)state;
	static const size_t more[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 16, SIZE_MAX / 16 + 1,
		(size_t)INT_MAX + 1, (size_t)UINT_MAX + 1, (size_t)UINT_MAX};
	struct timer_heap heap;
	says_yes = true;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (more[i] == 0) continue; /* wrapped, where size_t is small */
		timer_heap_init(&heap);
		assert_int_equal(timer_heap_reserve(&heap, more[i]), -1);
		assert_int_equal(heap.room, 0);
	}
	timer_heap_init(&heap);
	if (timer_heap_reserve(&heap, INT_MAX) == 0) {
		assert_int_equal(heap.room, INT_MAX);
		heap.count = INT_MAX;
		assert_int_equal(timer_heap_reserve(&heap, 1), -1);
		heap.count = 0;
	}
	timer_heap_free(&heap);
	says_yes = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_a_list),
		cmocka_unit_test(all_out_in_order),
		cmocka_unit_test(due_in_order),
		cmocka_unit_test(few_equal_keep_their_order),
		cmocka_unit_test(moved_and_assigned_again),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(hole_799_timers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
