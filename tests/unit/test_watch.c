/* SPDX-License-Identifier: BSD-3-Clause */
/* Watchers: event2/watch.h. */
#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <event2/watch.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static struct event_base *base;
static char order[64]; /* a letter for each call */

static int
setup(void **state)
{
	(void)state;
	order[0] = '\0';
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

static void
note(const char *letter)
{
	if (strlen(order) + 2 < sizeof(order)) strcat(order, letter);
}

static void
on_prepare(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)info;
	assert_ptr_equal(evwatch_base(watcher), base);
	note(arg);
}

static void
on_check(struct evwatch *watcher, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)info;
	assert_ptr_equal(evwatch_base(watcher), base);
	note(arg);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	note(arg);
}

static void
turn_with_event(void)
{
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, on_event, (void *)"e", NULL), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* Before the wait, after the wait, then the callbacks; each kind in the order in which it was made. */
static void
round_the_wait(void **state)
{
	(void)state;
	assert_non_null(evwatch_check_new(base, on_check, (void *)"c"));
	assert_non_null(evwatch_prepare_new(base, on_prepare, (void *)"p"));
	assert_non_null(evwatch_prepare_new(base, on_prepare, (void *)"q"));
	assert_non_null(evwatch_check_new(base, on_check, (void *)"d"));
	turn_with_event();
	turn_with_event();
	assert_string_equal(order, "pqcdepqcde");
}

static void
keep_no_loop_alive(void **state)
{
	(void)state;
	assert_non_null(evwatch_prepare_new(base, on_prepare, (void *)"p"));
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "");
}

struct seen_timeout {
	int limited;
	struct timeval tv;
};

static void
look_at_timeout(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	struct seen_timeout *seen = arg;
	(void)watcher;
	seen->limited = evwatch_prepare_get_timeout(info, &seen->tv);
}

static void
timeout_of_the_wait(void **state)
{
	(void)state;
	struct seen_timeout seen = {-1, {77, 77}};
	assert_non_null(evwatch_prepare_new(base, look_at_timeout, &seen));
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	struct event *reader = event_new(base, fds[0], EV_READ | EV_PERSIST, on_event, (void *)"r");
	assert_int_equal(event_add(reader, NULL), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.limited, 0);
	assert_int_equal(seen.tv.tv_sec, 77);

	struct timeval tv = {1000, 0};
	struct event *timer = evtimer_new(base, on_event, (void *)"t");
	assert_int_equal(event_add(timer, &tv), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.limited, 1);
	assert_in_range(seen.tv.tv_sec, 998, 1000);

	assert_int_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_int_equal(seen.limited, 1);
	assert_int_equal(seen.tv.tv_sec, 0);
	assert_int_equal(seen.tv.tv_usec, 0);
	event_free(reader);
	event_free(timer);
	close(fds[0]);
	close(fds[1]);
}

/* ---- Changes from inside the callbacks --------------------------------------------------------------------------- */

static struct evwatch *watchers[3];

static void
free_all_of_them(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watcher, (void)info;
	note(arg);
	for (int i = 0; i < 3; i++)
		evwatch_free(watchers[i]);
}

static void
freed_while_they_run(void **state)
{
	(void)state;
	watchers[0] = evwatch_prepare_new(base, on_prepare, (void *)"a");
	watchers[1] = evwatch_prepare_new(base, free_all_of_them, (void *)"b");
	watchers[2] = evwatch_prepare_new(base, on_prepare, (void *)"c");
	assert_non_null(evwatch_prepare_new(base, on_prepare, (void *)"d"));
	turn_with_event();
	assert_string_equal(order, "abde");
	turn_with_event();
	assert_string_equal(order, "abdede");
}

static void
make_another(struct evwatch *watcher, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)info;
	note(arg);
	evwatch_free(watcher);
	assert_non_null(evwatch_check_new(base, on_check, (void *)"n"));
}

/* It counts from the next turn on. */
static void
made_while_they_run(void **state)
{
	(void)state;
	assert_non_null(evwatch_check_new(base, make_another, (void *)"m"));
	turn_with_event();
	assert_string_equal(order, "me");
	turn_with_event();
	assert_string_equal(order, "mene");
}

static void
add_an_event(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watcher, (void)info;
	if (order[0] == '\0') event_active(arg, EV_READ, 1);
	note("p");
}

/* What a prepare watcher makes active does not wait for the wait. */
static void
event_made_active(void **state)
{
	(void)state;
	struct event *ev = event_new(base, -1, 0, on_event, (void *)"u");
	struct event *far = evtimer_new(base, on_event, (void *)"t");
	struct timeval tv = {1000, 0};
	assert_int_equal(event_add(far, &tv), 0);
	assert_non_null(evwatch_prepare_new(base, add_an_event, ev));
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_string_equal(order, "pu");
	event_free(ev);
	event_free(far);
}

static int told;

static void
on_change(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)info, (void)arg;
	told++;
}

enum { BUFFERS = 40 }; /* more than may run in one turn */

static void
change_buffers(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info, void *arg)
{
	struct evbuffer **buffers = arg;
	(void)info;
	for (int i = 0; i < BUFFERS; i++)
		assert_int_equal(evbuffer_add(buffers[i], "x", 1), 0);
	evwatch_free(watcher);
}

/* What is put off to the next turn just before the wait is not forgotten. */
static void
put_off_before_the_wait(void **state)
{
	struct evbuffer *buffers[BUFFERS];
	(void)state;
	told = 0;
	for (int i = 0; i < BUFFERS; i++) {
		buffers[i] = evbuffer_new();
		assert_non_null(evbuffer_add_cb(buffers[i], on_change, NULL));
		assert_int_equal(evbuffer_defer_callbacks(buffers[i], base), 0);
	}
	assert_non_null(evwatch_prepare_new(base, change_buffers, buffers));
	for (int i = 0; i < 3; i++)
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
	assert_int_equal(told, BUFFERS);
	for (int i = 0; i < BUFFERS; i++)
		evbuffer_free(buffers[i]);
}

static void *
make_and_free(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		struct evwatch *prepare = evwatch_prepare_new(base, on_prepare, (void *)"x");
		struct evwatch *check = evwatch_check_new(base, on_check, (void *)"y");
		evwatch_free(prepare);
		evwatch_free(check);
	}
	return NULL;
}

static void
made_in_another_thread(void **state)
{
	(void)state;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, make_and_free, NULL), 0);
	for (int i = 0; i < 2000; i++)
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
	pthread_join(thread, NULL);
	order[0] = '\0';
	turn_with_event();
	assert_string_equal(order, "e");
}

int
main(void)
{
	assert_int_equal(evthread_use_pthreads(), 0);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(round_the_wait),
		CASE(keep_no_loop_alive),
		CASE(timeout_of_the_wait),
		CASE(freed_while_they_run),
		CASE(made_while_they_run),
		CASE(event_made_active),
		CASE(put_off_before_the_wait),
		CASE(made_in_another_thread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
