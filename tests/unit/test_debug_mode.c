/* SPDX-License-Identifier: BSD-3-Clause */
/* event_enable_debug_mode(): each case is a process of its own, which either does nothing wrong and ends with 0, or is
 * stopped at a mistake. */
#include <cmocka.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOPPED 77

static bool logged;

static void
on_fatal(int code)
{
	(void)code;
	_exit(logged ? STOPPED : 1);
}

static void
on_log(int severity, const char *text)
{
	(void)text;
	if (severity == EVENT_LOG_ERR) logged = true;
}

static struct event_base *base;

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Runs body in a child in debug mode; returns its exit code. */
static int
in_child(void (*body)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		event_set_fatal_callback(on_fatal);
		event_set_log_callback(on_log);
		event_enable_debug_mode();
		base = event_base_new();
		if (!base) _exit(2);
		body();
		event_base_free(base);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ---- What is right ----------------------------------------------------------------------------------------------- */

static void
ordinary_life(void)
{
	static struct event assigned;
	struct timeval tv = {0, 1000};
	int fds[2];
	if (pipe(fds) < 0 || evutil_make_socket_nonblocking(fds[0]) < 0) _exit(3);
	for (int i = 0; i < 3; i++) {
		struct event *reader = event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL);
		struct event *signal_ = evsignal_new(base, SIGUSR1, nothing, NULL);
		evtimer_assign(&assigned, base, nothing, NULL);
		event_add(reader, NULL);
		event_add(signal_, &tv);
		event_add(&assigned, &tv);
		event_add(&assigned, &tv);
		event_active(&assigned, EV_TIMEOUT, 1);
		event_del(&assigned);
		event_del(&assigned);
		event_add(&assigned, &tv);
		event_pending(reader, EV_READ, NULL);
		event_priority_set(reader, 0);
		raise(SIGUSR1);
		usleep(1000);
		event_base_loop(base, EVLOOP_NONBLOCK);
		event_del(&assigned);
		evtimer_assign(&assigned, base, nothing, NULL); /* assigned twice, not pending */
		event_debug_unassign(&assigned);
		event_free(reader);
		event_free(signal_);
	}
}

static void
nothing_wrong(void **state)
{
	(void)state;
	assert_int_equal(in_child(ordinary_life), 0);
}

static void
many_and_again(void)
{
	enum { MANY = 5000 };
	struct event *events = calloc(MANY, sizeof(*events));
	struct timeval tv = {100, 0};
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++) {
			evtimer_assign(&events[i], base, nothing, NULL);
			if (i % 3 == 0) event_add(&events[i], &tv);
		}
		for (int i = MANY - 1; i >= 0; i -= 2) {
			event_del(&events[i]);
			event_debug_unassign(&events[i]);
		}
		for (int i = 0; i < MANY; i += 2) {
			event_del(&events[i]);
			event_debug_unassign(&events[i]);
		}
	}
	free(events);
}

static void
many_events(void **state)
{
	(void)state;
	assert_int_equal(in_child(many_and_again), 0);
}

static void
finalize_cb(struct event *ev, void *arg)
{
	(void)ev;
	*(bool *)arg = true;
}

static void
finalize_inside(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct event **ev = arg;
	event_free_finalize(0, *ev, NULL);
}

static void
finalize_in_callback(void)
{
	bool finalized = false;
	for (int i = 0; i < 100; i++) {
		struct event *ev = NULL;
		ev = event_new(base, -1, 0, finalize_inside, &ev);
		event_active(ev, EV_READ, 1);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	static struct event assigned;
	event_assign(&assigned, base, -1, 0, nothing, &finalized);
	event_finalize(0, &assigned, finalize_cb);
	event_base_loop(base, EVLOOP_NONBLOCK);
	if (!finalized) _exit(4);
}

/* An event that is finalized inside its own callback, in debug mode. */
static void
hole_445027a5(void **state)
{
	(void)state;
	assert_int_equal(in_child(finalize_in_callback), 0);
}

static void
shut_down(void)
{
	struct event *ev = evtimer_new(base, nothing, NULL);
	event_free(ev);
	event_base_free(base);
	libevent_global_shutdown();
	_exit(0);
}

static void
shutdown_after_it(void **state)
{
	(void)state;
	assert_int_equal(in_child(shut_down), 0);
}

/* ---- Mistakes ---------------------------------------------------------------------------------------------------- */

static void
add_zeroed(void)
{
	static struct event ev;
	struct timeval tv = {1, 0};
	ev.ev_base = base;
	event_add(&ev, &tv);
}

static void
del_zeroed(void)
{
	static struct event ev;
	ev.ev_base = base;
	event_del(&ev);
}

static void
add_unassigned(void)
{
	static struct event ev;
	struct timeval tv = {1, 0};
	evtimer_assign(&ev, base, nothing, NULL);
	event_debug_unassign(&ev);
	event_add(&ev, &tv);
}

static void
add_copy(void)
{
	static struct event ev, copy;
	struct timeval tv = {1, 0};
	evtimer_assign(&ev, base, nothing, NULL);
	memcpy(&copy, &ev, sizeof(copy));
	event_add(&copy, &tv);
}

static void
assign_pending_timer(void)
{
	static struct event ev;
	struct timeval tv = {1, 0};
	evtimer_assign(&ev, base, nothing, NULL);
	event_add(&ev, &tv);
	evtimer_assign(&ev, base, nothing, NULL);
}

static void
assign_pending_common(void)
{
	static struct event ev;
	struct timeval tv = {1, 0};
	const struct timeval *common = event_base_init_common_timeout(base, &tv);
	evtimer_assign(&ev, base, nothing, NULL);
	event_add(&ev, common);
	evtimer_assign(&ev, base, nothing, NULL);
}

static void
assign_pending_reader(void)
{
	static struct event ev;
	int fds[2];
	if (pipe(fds) < 0) _exit(3);
	event_assign(&ev, base, fds[0], EV_READ, nothing, NULL);
	event_add(&ev, NULL);
	event_assign(&ev, base, fds[0], EV_READ, nothing, NULL);
}

static void
unassign_pending(void)
{
	static struct event ev;
	struct timeval tv = {1, 0};
	evtimer_assign(&ev, base, nothing, NULL);
	event_add(&ev, &tv);
	event_debug_unassign(&ev);
}

static void
priority_of_zeroed(void)
{
	static struct event ev;
	ev.ev_base = base;
	event_priority_set(&ev, 0);
}

static void
pending_of_zeroed(void)
{
	static struct event ev;
	ev.ev_base = base;
	event_pending(&ev, EV_READ, NULL);
}

static void
mistakes_are_stopped(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*body)(void);
	} table[] = {
		{"add_zeroed", add_zeroed},
		{"del_zeroed", del_zeroed},
		{"add_unassigned", add_unassigned},
		{"add_copy", add_copy},
		{"assign_pending_timer", assign_pending_timer},
		{"assign_pending_common", assign_pending_common},
		{"assign_pending_reader", assign_pending_reader},
		{"unassign_pending", unassign_pending},
		{"priority_of_zeroed", priority_of_zeroed},
		{"pending_of_zeroed", pending_of_zeroed},
	};
#ifdef EVENT__DISABLE_DEBUG_MODE
	skip();
#endif
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int code = in_child(table[i].body);
		if (code != STOPPED) fail_msg("%s: exit code %d", table[i].name, code);
	}
}

/* Without a callback the process aborts. */
static void
aborts(void **state)
{
	(void)state;
#ifdef EVENT__DISABLE_DEBUG_MODE
	skip();
#endif
	int status;
	pid_t child = fork();
	if (child == 0) {
		struct rlimit no_core = {0, 0};
		setrlimit(RLIMIT_CORE, &no_core);
		event_set_log_callback(on_log);
		event_enable_debug_mode();
		base = event_base_new();
		add_zeroed();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	assert_int_equal(evthread_use_pthreads(), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_wrong),
		cmocka_unit_test(many_events),
		cmocka_unit_test(hole_445027a5),
		cmocka_unit_test(shutdown_after_it),
		cmocka_unit_test(mistakes_are_stopped),
		cmocka_unit_test(aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
