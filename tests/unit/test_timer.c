/* SPDX-License-Identifier: BSD-3-Clause */
/* Timeouts. Deadlines are compared inside one callback, where the base's clock stands still, so nothing here depends on
 * how fast the machine is; what must not come too early is given a margin on the other side only. */
#include <cmocka.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 300
#define COARSE_US 12000 /* a coarse clock may be that late */

static struct event_base *base;

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	return base ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

static uint32_t
chance(uint32_t limit)
{
	static uint64_t seed = 3;
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

static struct timeval
microseconds(long us)
{
	struct timeval tv = {us / 1000000, us % 1000000};
	return tv;
}

static int64_t
now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
count_call(evutil_socket_t fd, short what, void *arg)
{
	assert_int_equal(fd, -1);
	assert_int_equal(what, EV_TIMEOUT);
	++*(int *)arg;
}

/* Runs fn inside the loop, at once. */
static void
inside(event_callback_fn fn, void *arg)
{
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, fn, arg, NULL), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void
run_all(void)
{
	for (int i = 0; i < 2000 && event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) > 0; i++)
		assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

/* ---- Order ------------------------------------------------------------------------------------------------------- */

struct model {
	struct event events[MANY];
	long due_us[MANY]; /* -1: not pending */
	const struct timeval *common[3];
	long common_us[3];
	bool use_common;
	long last_due_us;
	int fired;
};

static struct model model;

static void
model_fired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	long i = (struct event *)arg - model.events;
	assert_int_equal(what, EV_TIMEOUT);
	assert_true(model.due_us[i] >= model.last_due_us);
	model.last_due_us = model.due_us[i];
	model.due_us[i] = -1;
	model.fired++;
}

static void
model_change(uint32_t i)
{
	if (chance(4) == 0) {
		assert_int_equal(event_del(&model.events[i]), 0);
		model.due_us[i] = -1;
		return;
	}
	bool common = model.use_common && chance(2);
	uint32_t which = chance(3);
	/* Different for every event and change, so that the order is certain. */
	static long unique;
	long us = common ? model.common_us[which] : (long)chance(30) * 1000 + unique++ % 1000;
	struct timeval tv = common ? *model.common[which] : microseconds(us);
	assert_int_equal(event_add(&model.events[i], &tv), 0);
	model.due_us[i] = us;
}

static void
model_changes(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	for (int i = 0; i < 5000; i++)
		model_change(chance(MANY));
}

static void
run_model(bool use_common)
{
	static const long lengths[] = {5500, 12500, 21500};
	memset(&model, 0, sizeof(model));
	model.use_common = use_common;
	for (int i = 0; i < 3; i++) {
		struct timeval tv = microseconds(lengths[i]);
		model.common_us[i] = lengths[i];
		model.common[i] = event_base_init_common_timeout(base, &tv);
		assert_non_null(model.common[i]);
	}
	for (int i = 0; i < MANY; i++) {
		evtimer_assign(&model.events[i], base, model_fired, &model.events[i]);
		model.due_us[i] = -1;
	}
	inside(model_changes, NULL);
	int pending = 0;
	for (int i = 0; i < MANY; i++) {
		pending += model.due_us[i] >= 0;
		assert_int_equal(evtimer_pending(&model.events[i], NULL) != 0, model.due_us[i] >= 0);
	}
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), pending);
	usleep(31000 + COARSE_US); /* all of them in one turn */
	run_all();
	assert_int_equal(model.fired, pending);
}

/* Added, added again earlier and later, and deleted by chance: what is left comes in the order of its deadlines. */
static void
order_of_many(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		run_model(false);
}

static void
order_of_common_and_other(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		run_model(true);
}

static void
never_too_early(void **state)
{
	(void)state;
	for (long us = 1; us < 20000; us = us * 3 + 1) {
		int calls = 0;
		struct event *ev = evtimer_new(base, count_call, &calls);
		struct timeval tv = microseconds(us);
		int64_t begin = now_us();
		assert_int_equal(event_add(ev, &tv), 0);
		assert_int_equal(event_base_dispatch(base), 1);
		assert_true(now_us() - begin >= us);
		assert_int_equal(calls, 1);
		event_free(ev);
	}
}

static int fired_names; /* so many came, in the order of their names */

static void
note_name(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	assert_int_equal(*(int *)arg, fired_names);
	fired_names++;
}

/* By no clock that lags behind, as a coarse one does; and equal ones keep their order. */
static void
long_ones_are_not_early(void **state)
{
	(void)state;
	enum { TIMERS = 50 };
	static struct event *events[TIMERS];
	static int names[TIMERS];
	struct timeval second = {1, 0};
	fired_names = 0;
	int64_t begin = now_us();
	for (int i = 0; i < TIMERS; i++) {
		names[i] = i;
		events[i] = evtimer_new(base, note_name, &names[i]);
		assert_int_equal(event_add(events[i], &second), 0);
		if (i % 10 == 0) usleep(300);
	}
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_true(now_us() - begin >= 1000000);
	run_all();
	assert_int_equal(fired_names, TIMERS);
	for (int i = 0; i < TIMERS; i++)
		event_free(events[i]);
}

/* ---- One timer --------------------------------------------------------------------------------------------------- */

static void
again_earlier_and_later(void **state)
{
	(void)state;
	int calls = 0, other_calls = 0;
	struct event *ev = evtimer_new(base, count_call, &calls), *other = evtimer_new(base, count_call, &other_calls);
	struct timeval later = {1000, 0}, soon = microseconds(1000), middle = microseconds(2000);
	assert_int_equal(event_add(ev, &later), 0);
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(calls, 1);

	/* It moves away from the top, and the loop does not come back for it. */
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_add(other, &middle), 0);
	assert_int_equal(event_add(ev, &later), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(other_calls, 1);
	assert_true(evtimer_pending(ev, NULL));
	event_free(ev);
	event_free(other);
}

/* Adding a pending event without a timeout leaves the one that it has. */
static void
add_without_timeout(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = evtimer_new(base, count_call, &calls);
	struct timeval soon = microseconds(1000);
	assert_int_equal(event_add(ev, NULL), 0);
	assert_false(evtimer_pending(ev, NULL));
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(calls, 1);
	event_free(ev);
}

static void
strange_timeouts(void **state)
{
	(void)state;
	static const struct {
		struct timeval tv;
		bool at_once;
	} table[] = {
		{{0, 0}, true},
		{{-5, 0}, true},
		{{-5, 999999}, true},
		{{0, -1}, true},

		{{-2, 1000000}, true},
		{{INT32_MAX, 0}, false},
		{{INT32_MAX, 999999}, false},
		{{0, 1000000000}, false},
#if INTPTR_MAX > INT32_MAX
		{{INT64_MAX, 0}, false},
		{{INT64_MAX, 999999}, false},
		{{INT64_MIN, 0}, true},
#endif
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		int calls = 0;
		struct event *ev = evtimer_new(base, count_call, &calls);
		assert_int_equal(event_add(ev, &table[i].tv), 0);
		usleep(COARSE_US);
		assert_int_not_equal(event_base_loop(base, EVLOOP_NONBLOCK), -1);
		if (calls != table[i].at_once) fail_msg("%ld.%06ld", (long)table[i].tv.tv_sec, (long)table[i].tv.tv_usec);
		event_free(ev);
	}
}

static void
pending_tells_when(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = evtimer_new(base, count_call, &calls);
	struct timeval tv = {100, 500000}, due, now;
	assert_int_equal(event_add(ev, &tv), 0);
	assert_int_equal(evtimer_pending(ev, &due), EV_TIMEOUT);
	assert_int_equal(evutil_gettimeofday(&now, NULL), 0);
	evutil_timersub(&due, &now, &due);
	assert_in_range(due.tv_sec, 99, 101);
	assert_int_equal(event_remove_timer(ev), 0);
	assert_int_equal(event_remove_timer(ev), 0);
	assert_int_equal(evtimer_pending(ev, NULL), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(calls, 0);
	event_free(ev);
}

/* remove_timer leaves the descriptor. */
static void
remove_timer_of_a_reader(void **state)
{
	(void)state;
	int fds[2], calls = 0;
	assert_int_equal(pipe(fds), 0);
	struct event *ev = event_new(base, fds[0], EV_READ, count_call, &calls);
	struct timeval soon = microseconds(1000);
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_pending(ev, EV_READ | EV_TIMEOUT, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(event_remove_timer(ev), 0);
	usleep(1000 + COARSE_US);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(calls, 0);
	assert_int_equal(event_pending(ev, EV_READ | EV_TIMEOUT, NULL), EV_READ);
	event_free(ev);
	close(fds[0]), close(fds[1]);
}

/* ---- From inside callbacks --------------------------------------------------------------------------------------- */

struct chain {
	struct event *ev, *other;
	int calls, stop_at;
};

static void
add_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct chain *chain = arg;
	struct timeval zero = {0, 0};
	if (++chain->calls < chain->stop_at) assert_int_equal(event_add(chain->ev, &zero), 0);
}

/* A timeout of nothing that is added in its own callback: once a turn, so that the rest of the program lives. */
static void
zero_in_own_callback(void **state)
{
	(void)state;
	struct chain chain = {NULL, NULL, 0, 5};
	chain.ev = evtimer_new(base, add_again, &chain);
	struct timeval zero = {0, 0};
	assert_int_equal(event_add(chain.ev, &zero), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(chain.calls, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(chain.calls, 5);
	event_free(chain.ev);
}

static void
delete_other(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct chain *chain = arg;
	chain->calls++;
	assert_int_equal(event_del(chain->other), 0);
}

/* Both are due; the one that runs first deletes the other. */
static void
delete_what_is_due(void **state)
{
	(void)state;
	struct chain a = {NULL, NULL, 0, 0}, b = {NULL, NULL, 0, 0};
	a.ev = b.other = evtimer_new(base, delete_other, &a);
	b.ev = a.other = evtimer_new(base, delete_other, &b);
	struct timeval soon = microseconds(1000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(event_add(a.ev, &soon), 0);
		assert_int_equal(event_add(b.ev, &soon), 0);
		usleep(1000 + COARSE_US);
		assert_int_not_equal(event_base_loop(base, EVLOOP_NONBLOCK), -1);
		assert_int_equal(a.calls + b.calls, i + 1);
	}
	event_free(a.ev);
	event_free(b.ev);
}

static void
free_self(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_free(arg);
}

static void
free_in_own_callback(void **state)
{
	(void)state;
	struct timeval zero = {0, 0};
	for (int i = 0; i < 10; i++)
		assert_int_equal(event_add(event_new(base, -1, 0, free_self, event_self_cbarg()), &zero), 0);
	assert_int_equal(event_base_dispatch(base), 1);
}

/* ---- Persistent -------------------------------------------------------------------------------------------------- */

struct ticks {
	struct event *ev;
	int64_t at_us[8];
	int calls;
	long sleep_us;
};

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct ticks *ticks = arg;
	(void)fd;
	assert_int_equal(what, EV_TIMEOUT);
	assert_true(evtimer_pending(ticks->ev, NULL));
	ticks->at_us[ticks->calls++] = now_us();
	if (ticks->sleep_us) usleep((useconds_t)ticks->sleep_us);
	if (ticks->calls == (int)LENGTH(ticks->at_us)) assert_int_equal(event_del(ticks->ev), 0);
}

static void
persistent(void **state)
{
	(void)state;
	struct ticks ticks = {0};
	ticks.ev = event_new(base, -1, EV_PERSIST, tick, &ticks);
	struct timeval tv = microseconds(3000);
	int64_t begin = now_us();
	assert_int_equal(event_add(ticks.ev, &tv), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	for (int i = 0; i < ticks.calls; i++)
		assert_true(ticks.at_us[i] - begin >= (i + 1) * 3000 - (i > 0 ? COARSE_US : 0));
	event_free(ticks.ev);
}

/* What was missed while a callback took too long is not made up for in a burst. */
static void
persistent_and_late(void **state)
{
	(void)state;
	struct ticks ticks = {.sleep_us = 3500};
	ticks.ev = event_new(base, -1, EV_PERSIST, tick, &ticks);
	struct timeval tv = microseconds(1000);
	assert_int_equal(event_add(ticks.ev, &tv), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_int_equal(ticks.calls, i + 1);
	}
	event_free(ticks.ev);
}

/* A persistent reader with a timeout: it stays when its time is up, and its time begins anew with each byte. */
static void
persistent_reader(void **state)
{
	(void)state;
	int fds[2];
	struct ticks ticks = {0};
	assert_int_equal(pipe(fds), 0);
	ticks.ev = event_new(base, fds[0], EV_READ | EV_PERSIST, tick, &ticks);
	struct timeval tv = microseconds(2000);
	assert_int_equal(event_add(ticks.ev, &tv), 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_int_equal(ticks.calls, i);
		assert_int_equal(event_pending(ticks.ev, EV_READ | EV_TIMEOUT, NULL), EV_READ | EV_TIMEOUT);
	}
	event_free(ticks.ev);
	close(fds[0]), close(fds[1]);
}

struct both {
	int calls;
	short what;
};

static void
note_what(evutil_socket_t fd, short what, void *arg)
{
	struct both *both = arg;
	(void)fd;
	both->calls++;
	both->what |= what;
}

/* Readable and due in the same turn: one call, which is told at least that there is something to read. */
static void
hole_342a0faa_active_bits(void **state)
{
	(void)state;
	static const short persist[] = {0, EV_PERSIST};
	for (size_t i = 0; i < LENGTH(persist); i++) {
		int fds[2];
		struct both both = {0, 0};
		assert_int_equal(pipe(fds), 0);
		struct event *ev = event_new(base, fds[0], (short)(EV_READ | persist[i]), note_what, &both);
		struct timeval soon = microseconds(1000);
		assert_int_equal(event_add(ev, &soon), 0);
		assert_int_equal(write(fds[1], "x", 1), 1);
		usleep(1000 + COARSE_US);
		assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), -1);
		assert_int_equal(both.calls, 1);
		assert_true(both.what & EV_READ);
		event_free(ev);
		close(fds[0]), close(fds[1]);
	}
}

/* A pending timer that is assigned again, and added or not: the loop goes on, and what it was added for comes once. */
static void
hole_ring_assigned_again(void **state)
{
	(void)state;
	struct timeval tv = microseconds(1000);
	const struct timeval *waits[] = {&tv, event_base_init_common_timeout(base, &tv)};
	for (size_t i = 0; i < LENGTH(waits) * 2; i++) {
		static struct event events[3];
		int calls = 0, others = 0;
		for (int j = 0; j < 3; j++) {
			evtimer_assign(&events[j], base, count_call, j == 1 ? &calls : &others);
			assert_int_equal(event_add(&events[j], waits[i / 2]), 0);
		}
		evtimer_assign(&events[1], base, count_call, &calls);
		if (i % 2) (void)event_add(&events[1], waits[i / 2]);
		usleep(4000 + COARSE_US);
		assert_int_not_equal(event_base_loop(base, EVLOOP_NONBLOCK), -1);
		assert_in_range(calls, 0, 1);
		/* In a queue the one behind it may be lost with it. */
		if (waits[i / 2] == &tv) assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
		for (int j = 0; j < 3; j++)
			event_del(&events[j]);
	}
}

/* ---- Common timeouts --------------------------------------------------------------------------------------------- */

static void
common_names(void **state)
{
	(void)state;
	struct timeval two = {2, 0}, other = {2, 1}, same_as_other = {1, 1000001};
	const struct timeval *a = event_base_init_common_timeout(base, &two);
	assert_non_null(a);
	assert_ptr_equal(event_base_init_common_timeout(base, &two), a);
	assert_ptr_equal(event_base_init_common_timeout(base, a), a);
	const struct timeval *b = event_base_init_common_timeout(base, &other);
	assert_ptr_not_equal(b, a);
	assert_ptr_equal(event_base_init_common_timeout(base, &same_as_other), b);
	assert_int_equal(a->tv_sec, 2);
}

/* As many as there may be, and one more. */
static void
common_limit(void **state)
{
	(void)state;
	int made = 0;
	for (int i = 1; i <= 300; i++) {
		struct timeval tv = {i, 0};
		made += event_base_init_common_timeout(base, &tv) != NULL;
	}
	assert_int_equal(made, sizeof(struct timeval) < 16 ? 127 : 256);
}

static void
ignore_log(int severity, const char *text)
{
	(void)severity, (void)text;
}

static int
setup_quiet(void **state)
{
	event_set_log_callback(ignore_log);
	return setup(state);
}

static int
teardown_quiet(void **state)
{
	event_set_log_callback(NULL);
	return teardown(state);
}

static void
common_basics(void **state)
{
	(void)state;
	int calls = 0;
	struct event *events[20];
	struct timeval tv = microseconds(2000);
	const struct timeval *common = event_base_init_common_timeout(base, &tv);
	for (int i = 0; i < 20; i++) {
		events[i] = evtimer_new(base, count_call, &calls);
		assert_int_equal(event_add(events[i], common), 0);
	}
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 20);
	for (int i = 0; i < 20; i += 3)
		assert_int_equal(event_del(events[i]), 0);
	assert_int_equal(event_add(events[1], &tv), 0);    /* from the queue to the heap */
	assert_int_equal(event_add(events[1], common), 0); /* and back */
	run_all();
	assert_int_equal(calls, 13);
	for (int i = 0; i < 20; i++)
		event_free(events[i]);
	/* An empty queue keeps no loop alive. */
	assert_int_equal(event_base_dispatch(base), 1);
}

static void
common_persistent(void **state)
{
	(void)state;
	struct ticks ticks = {0};
	struct timeval tv = microseconds(1500);
	ticks.ev = event_new(base, -1, EV_PERSIST, tick, &ticks);
	assert_int_equal(event_add(ticks.ev, event_base_init_common_timeout(base, &tv)), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(ticks.calls, LENGTH(ticks.at_us));
	event_free(ticks.ev);
}

/* ---- Time -------------------------------------------------------------------------------------------------------- */

static void
look_at_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct timeval first, second, third, real;
	assert_int_equal(event_base_gettimeofday_cached(base, &first), 0);
	usleep(3 * COARSE_US);
	assert_int_equal(event_base_gettimeofday_cached(base, &second), 0);
	assert_true(evutil_timercmp(&first, &second, ==));
	assert_int_equal(event_base_update_cache_time(base), 0);
	assert_int_equal(event_base_gettimeofday_cached(base, &third), 0);
	assert_true(evutil_timercmp(&second, &third, <));
	evutil_gettimeofday(&real, NULL);
	evutil_timersub(&real, &third, &real);
	assert_in_range(labs((long)real.tv_sec), 0, 1);
	++*(int *)arg;
}

static void
cached_time(void **state)
{
	(void)state;
	int calls = 0;
	inside(look_at_time, &calls);
	assert_int_equal(calls, 1);
	struct timeval cached, real, monotonic;
	assert_int_equal(event_base_gettimeofday_cached(base, &cached), 0);
	evutil_gettimeofday(&real, NULL);
	evutil_timersub(&real, &cached, &real);
	assert_int_equal(real.tv_sec, 0);
	assert_int_equal(event_base_update_cache_time(base), 0);
	assert_int_equal(event_gettime_monotonic(base, &monotonic), 0);
}

/* ---- Lack of memory ---------------------------------------------------------------------------------------------- */

static bool memory_is_gone;

static void *
failing_malloc(size_t size)
{
	return memory_is_gone ? NULL : malloc(size);
}

static void *
failing_realloc(void *memory, size_t size)
{
	return memory_is_gone ? NULL : realloc(memory, size);
}

static int
no_memory_child(void)
{
	static struct event events[5000];
	int calls = 0, added = 0;
	event_set_mem_functions(failing_malloc, failing_realloc, free);
	base = event_base_new();
	struct timeval tv = microseconds(1000);
	memory_is_gone = true;
	for (int i = 0; i < (int)LENGTH(events); i++) {
		evtimer_assign(&events[i], base, count_call, &calls);
		bool ok = event_add(&events[i], &tv) == 0;
		if (ok != (evtimer_pending(&events[i], NULL) != 0)) return 1;
		added += ok;
	}
	if (added == (int)LENGTH(events)) return 2;
	/* A timer that is pending can always be added again. */
	for (int i = 0; i < (int)LENGTH(events); i++)
		if (evtimer_pending(&events[i], NULL) && event_add(&events[i], &tv) != 0) return 3;
	event_base_dispatch(base);
	if (calls != added) return 4;
	memory_is_gone = false;
	event_base_free(base);
	return 0;
}

static void
no_memory(void **state)
{
	(void)state;
	int status;
	pid_t child = fork();
	if (child == 0) {
		alarm(10);
		_exit(no_memory_child());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(order_of_many),
		CASE(order_of_common_and_other),
		CASE(never_too_early),
		CASE(long_ones_are_not_early),
		CASE(again_earlier_and_later),
		CASE(add_without_timeout),
		CASE(strange_timeouts),
		CASE(pending_tells_when),
		CASE(remove_timer_of_a_reader),
		CASE(zero_in_own_callback),
		CASE(delete_what_is_due),
		CASE(free_in_own_callback),
		CASE(persistent),
		CASE(persistent_and_late),
		CASE(persistent_reader),
		CASE(hole_342a0faa_active_bits),
		cmocka_unit_test_setup_teardown(hole_ring_assigned_again, setup_quiet, teardown_quiet),
		CASE(common_names),
		cmocka_unit_test_setup_teardown(common_limit, setup_quiet, teardown_quiet),
		CASE(common_basics),
		CASE(common_persistent),
		CASE(cached_time),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
