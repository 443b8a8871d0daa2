/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/counters.h. */
#include <cmocka.h>

#include <event2/counters.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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

static struct event_base_counters
get(void)
{
	struct event_base_counters counters;
	memset(&counters, 0xff, sizeof(counters));
	assert_int_equal(event_base_get_counters(base, &counters, sizeof(counters)), 0);
	assert_int_equal(counters.size, sizeof(counters));
	return counters;
}

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static void
slow(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	usleep(50000);
}

static void
new_base(void **state)
{
	(void)state;
	struct event_base_counters counters = get();
	assert_int_equal(counters.priorities, 1);
	assert_int_equal(counters.turns, 0);
	assert_int_equal(counters.run_io + counters.run_timer + counters.run_signal + counters.run_user, 0);
	assert_int_equal(counters.events_added, 0);
	assert_int_equal(counters.timers, 0);
	assert_null(counters.longest_callback);
}

static void
each_kind(void **state)
{
	(void)state;
	int fds[2];
	struct timeval tv = {0, 1}, far = {100, 0};
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	struct event *reader = event_new(base, fds[0], EV_READ, nothing, NULL);
	struct event *timers[3];
	for (int i = 0; i < 3; i++) {
		timers[i] = evtimer_new(base, nothing, NULL);
		event_add(timers[i], &tv);
	}
	struct event *signal_ = event_new(base, SIGUSR1, EV_SIGNAL, nothing, NULL);
	struct event *user = event_new(base, -1, 0, nothing, NULL);
	event_add(reader, NULL);
	event_add(signal_, NULL);
	raise(SIGUSR1);
	event_active(user, 0, 0);
	usleep(1000);
	assert_int_equal(event_base_dispatch(base), 1);
	struct event_base_counters counters = get();
	assert_int_equal(counters.run_io, 1);
	assert_int_equal(counters.run_timer, 3);
	assert_int_equal(counters.run_signal, 1);
	assert_int_equal(counters.run_user, 1);
	assert_in_range(counters.turns, 1, 10);
	assert_int_equal(counters.events_added, 0);
	assert_true(counters.events_added_max >= 5);

	event_add(timers[0], &far);
	event_add(timers[1], event_base_init_common_timeout(base, &far));
	event_add(timers[2], event_base_init_common_timeout(base, &far));
	assert_int_equal(get().timers, 2);
	assert_int_equal(get().events_added, 3);
	for (int i = 0; i < 3; i++)
		event_free(timers[i]);
	assert_int_equal(get().timers, 0);
	event_free(reader);
	event_free(signal_);
	event_free(user);
	close(fds[0]);
	close(fds[1]);
}

/* Figures are by a tick of at most 10 ms more or less. */
static void
times(void **state)
{
	(void)state;
	struct timeval tv = {0, 50000};
	struct event *ev = evtimer_new(base, slow, NULL);
	event_add(ev, &tv);
	assert_int_equal(event_base_dispatch(base), 1);
	struct event_base_counters counters = get();
	assert_true(counters.waited_ns >= 39000000);
	assert_true(counters.ran_ns >= 39000000);
	assert_true(counters.longest_ns >= 39000000);
	assert_ptr_equal(counters.longest_callback, (void *)slow);
	event_free(ev);
}

/* One slow function among many quick ones: known when it comes again. */
static void
slow_among_others(void **state)
{
	(void)state;
	struct event *events[20];
	for (int i = 0; i < 20; i++)
		events[i] = event_new(base, -1, 0, i == 7 ? slow : nothing, NULL);
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 20; i++)
			event_active(events[i], EV_READ, 1);
		assert_int_not_equal(event_base_loop(base, EVLOOP_NONBLOCK), -1);
		if (turn == 0) assert_null(get().longest_callback);
	}
	assert_ptr_equal(get().longest_callback, (void *)slow);
	assert_true(get().longest_ns >= 39000000);
	for (int i = 0; i < 20; i++)
		event_free(events[i]);
}

static void *
activate(void *arg)
{
	usleep(20000);
	for (int i = 0; i < 100; i++)
		event_active(arg, EV_READ, 1);
	return NULL;
}

/* However many are queued, the loop is woken once. */
static void
wakeups(void **state)
{
	(void)state;
	pthread_t thread;
	struct timeval tv = {10, 0};
	struct event *ev = event_new(base, -1, 0, nothing, NULL), *far = evtimer_new(base, nothing, NULL);
	event_add(far, &tv);
	assert_int_equal(pthread_create(&thread, NULL, activate, ev), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	pthread_join(thread, NULL);
	assert_in_range(get().wakeups, 1, 1);
	event_free(ev);
	event_free(far);
}

/* Callers that were compiled with a shorter or a longer struct. */
static void
other_sizes(void **state)
{
	(void)state;
	union {
		struct event_base_counters counters;
		unsigned char bytes[sizeof(struct event_base_counters) + 64];
	} out;
	for (size_t size = 0; size <= sizeof(out); size++) {
		memset(&out, 0xee, sizeof(out));
		int result = event_base_get_counters(base, &out.counters, size);
		assert_int_equal(result, size < sizeof(uint32_t) ? -1 : 0);
		for (size_t i = result < 0 ? 0 : size; i < sizeof(out); i++)
			assert_int_equal(out.bytes[i], 0xee);
		if (result < 0) continue;
		assert_int_equal(out.counters.size, size < sizeof(out.counters) ? size : sizeof(out.counters));
		for (size_t i = sizeof(out.counters); i < size; i++)
			assert_int_equal(out.bytes[i], 0);
	}
}

int
main(void)
{
	assert_int_equal(evthread_use_pthreads(), 0);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(new_base),
		CASE(each_kind),
		CASE(times),
		CASE(slow_among_others),
		CASE(wakeups),
		CASE(other_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
