/* SPDX-License-Identifier: BSD-3-Clause */
/* Finalizers: when they run, how often, and what event_base_free() does with those that wait. */
#include <cmocka.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct event_base *base;
static int called, finalized;
static void *finalizer_arg;
static bool inside; /* a callback runs */

static int
setup(void **state)
{
	(void)state;
	(void)alarm(30);
	called = finalized = 0;
	finalizer_arg = NULL;
	inside = false;
	base = event_base_new();
	return base ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	if (base) event_base_free(base);
	return 0;
}

static void
callback(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	called++;
}

static void
finalizer(struct event *ev, void *arg)
{
	assert_non_null(ev);
	assert_false(inside);
	finalized++;
	finalizer_arg = arg;
}

static void
free_arg(struct event *ev, void *arg)
{
	finalizer(ev, arg);
	free(arg);
}

static void
free_event_too(struct event *ev, void *arg)
{
	finalizer(ev, arg);
	event_free(ev);
}

static void
turn(void)
{
	assert_int_not_equal(event_base_loop(base, EVLOOP_NONBLOCK), -1);
}

static void
runs_in_the_loop(void **state)
{
	struct event ev;
	struct timeval tv = {60, 0};
	(void)state;
	assert_int_equal(event_assign(&ev, base, -1, 0, callback, &tv), 0);
	assert_int_equal(event_add(&ev, &tv), 0);
	event_active(&ev, EV_READ, 1);
	assert_int_equal(event_finalize(0, &ev, finalizer), 0);
	assert_int_equal(finalized, 0);
	assert_int_equal(event_pending(&ev, EV_TIMEOUT | EV_READ, NULL), 0);
	turn();
	assert_int_equal(finalized, 1);
	assert_int_equal(called, 0);
	assert_ptr_equal(finalizer_arg, &tv);
	turn();
	assert_int_equal(finalized, 1);
}

static void
no_way_back(void **state)
{
	struct event ev;
	const struct timeval tv = {0, 1000};
	(void)state;
	assert_int_equal(event_assign(&ev, base, -1, 0, callback, NULL), 0);
	assert_int_equal(event_finalize(0, &ev, finalizer), 0);
	assert_int_equal(event_add(&ev, &tv), -1);
	assert_int_equal(event_del(&ev), 0); /* has no say either */
	event_active(&ev, EV_READ, 1);
	turn();
	assert_int_equal(finalized, 1);
	assert_int_equal(called, 0);
	assert_int_equal(event_add(&ev, &tv), -1);
	assert_int_equal(event_assign(&ev, base, -1, 0, callback, NULL), 0); /* a new life */
	assert_int_equal(event_add(&ev, &tv), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(called, 1);
}

static struct event *finalize_this;

static void
finalize_inside(evutil_socket_t fd, short what, void *arg)
{
	inside = true;
	callback(fd, what, arg);
	assert_int_equal(event_finalize(0, finalize_this, free_arg), 0);
	inside = false;
}

static void
from_its_own_callback(void **state)
{
	struct event ev;
	(void)state;
	assert_int_equal(event_assign(&ev, base, -1, EV_PERSIST, finalize_inside, malloc(1)), 0);
	finalize_this = &ev;
	event_active(&ev, EV_READ, 1);
	turn();
	assert_int_equal(called, 1);
	assert_int_equal(finalized, 1);
}

static void
and_free(void **state)
{
	struct event *ev = event_new(base, -1, 0, callback, NULL);
	(void)state;
	assert_int_equal(event_free_finalize(0, ev, finalizer), 0);
	turn();
	assert_int_equal(finalized, 1);
	ev = event_new(base, -1, 0, callback, NULL);
	assert_int_equal(event_finalize(0, ev, free_event_too), 0);
	turn();
	assert_int_equal(finalized, 2);
}

static void
asked_twice(void **state)
{
	struct event ev;
	(void)state;
	assert_int_equal(event_assign(&ev, base, -1, 0, callback, NULL), 0);
	assert_int_equal(event_finalize(0, &ev, finalizer), 0);
	assert_int_equal(event_finalize(0, &ev, finalizer), 0);
	turn();
	assert_int_equal(finalized, 1);
}

static void
base_freed_before(void **state)
{
	struct event *ev = event_new(base, -1, 0, callback, malloc(1)), other;
	(void)state;
	assert_int_equal(event_assign(&other, base, -1, 0, callback, NULL), 0);
	event_active(&other, EV_READ, 1);
	assert_int_equal(event_free_finalize(0, ev, free_arg), 0);
	event_base_free(base);
	base = NULL;
	assert_int_equal(finalized, 1);
	assert_int_equal(called, 0);
}

static void
base_freed_without(void **state)
{
	struct event ev;
	(void)state;
	assert_int_equal(event_assign(&ev, base, -1, 0, callback, NULL), 0);
	assert_int_equal(event_finalize(0, &ev, finalizer), 0);
	event_base_free_nofinalize(base);
	base = NULL;
	assert_int_equal(finalized, 0);
}

static void
finalize_another(struct event *ev, void *arg)
{
	finalizer(ev, arg);
	assert_int_equal(event_finalize(0, arg, finalizer), 0);
}

static void
finalizer_asks_for_another(void **state)
{
	struct event first, second;
	(void)state;
	assert_int_equal(event_assign(&first, base, -1, 0, callback, &second), 0);
	assert_int_equal(event_assign(&second, base, -1, 0, callback, NULL), 0);
	assert_int_equal(event_finalize(0, &first, finalize_another), 0);
	event_base_free(base);
	base = NULL;
	assert_int_equal(finalized, 2);
}

/* Debug mode remembers every event by its address: an event that is freed by its finalizer, inside the loop, must leave
 * the record, or the next one at that address is taken for it. In a child, since debug mode cannot be left. */
static void
hole_445027a5(void **state)
{
	(void)state;
	called = finalized = 0;
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		event_enable_debug_mode();
		base = event_base_new();
		for (int i = 0; i < 1000; i++) {
			struct event *ev = event_new(base, -1, EV_PERSIST, finalize_inside, malloc(8));
			const struct timeval tv = {0, 0};
			finalize_this = ev;
			if (i % 2) {
				if (event_add(ev, &tv) < 0) _exit(2);
				if (event_free_finalize(0, ev, free_arg) < 0) _exit(3);
			} else {
				free(event_get_callback_arg(ev));
				event_free(ev);
			}
			if (event_base_loop(base, EVLOOP_NONBLOCK) < 0) _exit(4);
		}
		event_base_free(base);
		_exit(finalized == 500 && called == 0 ? 0 : 5);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_445027a5), /* before there are any events */
		CASE(runs_in_the_loop),
		CASE(no_way_back),
		CASE(from_its_own_callback),
		CASE(and_free),
		CASE(asked_twice),
		CASE(base_freed_before),
		CASE(base_freed_without),
		CASE(finalizer_asks_for_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
