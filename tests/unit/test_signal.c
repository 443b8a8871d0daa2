/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals: by the process's handler and, the same cases again, by a signalfd. */
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct event_base *base;

static int
setup(void **state)
{
	(void)state;
	unsetenv("EVENT_USE_SIGNALFD");
	base = event_base_new();
	return base ? 0 : -1;
}

static int
setup_signalfd(void **state)
{
	(void)state;
	setenv("EVENT_USE_SIGNALFD", "1", 1);
	base = event_base_new();
	return base ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	event_base_free(base);
	unsetenv("EVENT_USE_SIGNALFD");
	sigset_t none;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
count_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	assert_int_equal(what, EV_SIGNAL);
	++*(int *)arg;
}

/* Turns until calls is reached; a missing signal ends in a failure, not in a hang. */
static void
run_until(struct event_base *which, const int *calls, int wanted)
{
	for (int i = 0; i < 200 && *calls < wanted; i++) {
		struct timeval tv = {0, 10000};
		assert_int_equal(event_base_loopexit(which, &tv), 0);
		assert_int_equal(event_base_loop(which, EVLOOP_ONCE), 0);
	}
	assert_int_equal(*calls, wanted);
}

static void
run_quietly(struct event_base *which)
{
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(event_base_loop(which, EVLOOP_NONBLOCK), -1);
}

static void
one_signal(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = evsignal_new(base, SIGUSR1, count_signal, &calls);
	assert_false(evsignal_pending(ev, NULL));
	assert_int_equal(event_add(ev, NULL), 0);
	assert_true(evsignal_pending(ev, NULL));
	assert_int_equal(event_get_signal(ev), SIGUSR1);
	for (int i = 1; i <= 3; i++) {
		raise(SIGUSR1);
		run_until(base, &calls, i);
		assert_true(evsignal_pending(ev, NULL));
	}
	event_free(ev);
}

static void
not_persistent(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = event_new(base, SIGUSR1, EV_SIGNAL, count_signal, &calls);
	struct sigaction now;
	assert_int_equal(event_add(ev, NULL), 0);
	raise(SIGUSR1);
	run_until(base, &calls, 1);
	assert_false(evsignal_pending(ev, NULL));
	assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
	event_free(ev);
}

/* It interrupts a wait. */
static void
while_waiting(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = event_new(base, SIGALRM, EV_SIGNAL, count_signal, &calls);
	struct itimerval soon = {{0, 0}, {0, 20000}};
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(calls, 1);
	event_free(ev);
}

/* Every event of a signal, and of no other. */
static void
many_events(void **state)
{
	(void)state;
	int calls = 0, others = 0;
	struct event *events[10], *other = evsignal_new(base, SIGUSR2, count_signal, &others);
	assert_int_equal(event_add(other, NULL), 0);
	for (int i = 0; i < 10; i++) {
		events[i] = evsignal_new(base, SIGUSR1, count_signal, &calls);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	raise(SIGUSR1);
	run_until(base, &calls, 10);
	assert_int_equal(event_del(events[3]), 0);
	assert_int_equal(event_del(events[9]), 0);
	assert_int_equal(event_del(events[0]), 0);
	raise(SIGUSR1);
	run_until(base, &calls, 17);
	assert_int_equal(others, 0);
	raise(SIGUSR2);
	run_until(base, &others, 1);
	for (int i = 0; i < 10; i++)
		event_free(events[i]);
	event_free(other);
	assert_int_equal(calls, 17);
}

/* ---- How often --------------------------------------------------------------------------------------------------- */

/* Three before the loop looked are three calls (a blocked signal comes once, whatever was sent). */
static void
as_often_as_it_came(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = evsignal_new(base, SIGUSR1, count_signal, &calls);
	assert_int_equal(event_add(ev, NULL), 0);
	for (int i = 0; i < 3; i++)
		raise(SIGUSR1);
	run_until(base, &calls, 3);
	event_free(ev);
}

struct stop {
	struct event *ev;
	int calls;
	enum { DELETE, BREAK, FREE } then;
};

static void
stop_after_first(evutil_socket_t fd, short what, void *arg)
{
	struct stop *stop = arg;
	(void)fd, (void)what;
	stop->calls++;
	switch (stop->then) {
	case DELETE:
		assert_int_equal(event_del(stop->ev), 0);
		break;
	case BREAK:
		assert_int_equal(event_base_loopbreak(base), 0);
		break;
	case FREE:
		event_free(stop->ev);
		break;
	}
}

/* event_del in the first of several calls takes the rest back. */
static void
deleted_in_first_call(void **state)
{
	(void)state;
	struct stop stop = {NULL, 0, DELETE};
	stop.ev = evsignal_new(base, SIGUSR1, stop_after_first, &stop);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(event_add(stop.ev, NULL), 0);
		event_active(stop.ev, EV_SIGNAL, 5);
		run_quietly(base);
		assert_int_equal(stop.calls, i);
	}
	event_free(stop.ev);
}

static void
freed_in_first_call(void **state)
{
	(void)state;
	struct stop stop = {NULL, 0, FREE};
	stop.ev = evsignal_new(base, SIGUSR1, stop_after_first, &stop);
	assert_int_equal(event_add(stop.ev, NULL), 0);
	event_active(stop.ev, EV_SIGNAL, 5);
	run_quietly(base);
	assert_int_equal(stop.calls, 1);
}

static void
break_in_first_call(void **state)
{
	(void)state;
	struct stop stop = {NULL, 0, BREAK};
	stop.ev = evsignal_new(base, SIGUSR1, stop_after_first, &stop);
	assert_int_equal(event_add(stop.ev, NULL), 0);
	event_active(stop.ev, EV_SIGNAL, 5);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_true(event_base_got_break(base));
	assert_int_equal(stop.calls, 1);
	event_free(stop.ev);
}

static void
active_by_hand(void **state)
{
	(void)state;
	int calls = 0;
	struct event *a = evsignal_new(base, SIGUSR1, count_signal, &calls);
	struct event *b = evsignal_new(base, SIGUSR1, count_signal, &calls);
	assert_int_equal(event_add(a, NULL), 0);
	assert_int_equal(event_add(b, NULL), 0);
	event_active(a, EV_SIGNAL, 3);
	run_quietly(base);
	assert_int_equal(calls, 3);
	event_base_active_by_signal(base, SIGUSR1);
	run_quietly(base);
	assert_int_equal(calls, 5);
	event_base_active_by_signal(base, SIGUSR2);
	run_quietly(base);
	assert_int_equal(calls, 5);
	event_free(a);
	event_free(b);
}

/* ---- Dispositions ------------------------------------------------------------------------------------------------ */

static int own_calls;

static void
own_handler(int signum)
{
	(void)signum;
	own_calls++;
}

static void
previous_comes_back(void **state)
{
	(void)state;
	struct sigaction before = {0}, after;
	before.sa_handler = own_handler;
	before.sa_flags = SA_RESTART | SA_NODEFER;
	sigaddset(&before.sa_mask, SIGUSR2);
	assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
	int calls = 0;
	struct event *a = evsignal_new(base, SIGUSR1, count_signal, &calls);
	struct event *b = evsignal_new(base, SIGUSR1, count_signal, &calls);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(event_add(a, NULL), 0);
		assert_int_equal(event_add(b, NULL), 0);
		assert_int_equal(event_del(a), 0);
		own_calls = calls = 0;
		raise(SIGUSR1);
		run_until(base, &calls, 1);
		assert_int_equal(own_calls, 0);
		assert_int_equal(event_del(b), 0);
		assert_int_equal(sigaction(SIGUSR1, NULL, &after), 0);
		assert_ptr_equal(after.sa_handler, own_handler);
		assert_int_equal(after.sa_flags & (SA_RESTART | SA_NODEFER), SA_RESTART | SA_NODEFER);
		assert_true(sigismember(&after.sa_mask, SIGUSR2));
		raise(SIGUSR1);
		assert_int_equal(own_calls, 1);
	}
	event_free(a);
	event_free(b);
	signal(SIGUSR1, SIG_DFL);
}

/* Also when the base goes first. */
static void
previous_comes_back_with_base(void **state)
{
	(void)state;
	int calls = 0;
	signal(SIGUSR1, SIG_IGN);
	struct event_base *other = event_base_new();
	struct event *ev = evsignal_new(other, SIGUSR1, count_signal, &calls);
	assert_int_equal(event_add(ev, NULL), 0);
	event_base_free(other);
	struct sigaction after;
	assert_int_equal(sigaction(SIGUSR1, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, SIG_IGN);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	free(ev);
}

static void
ignore_log(int severity, const char *text)
{
	(void)severity, (void)text;
}

static void
impossible_numbers(void **state)
{
	(void)state;
	static const int numbers[] = {-1, 0, NSIG, NSIG + 1, 1000000, SIGKILL, SIGSTOP};
	event_set_log_callback(ignore_log);
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		int calls = 0;
		struct event ev;
		if (event_assign(&ev, base, numbers[i], EV_SIGNAL | EV_PERSIST, count_signal, &calls) < 0) continue;
		if (event_add(&ev, NULL) != -1) fail_msg("signal %d", numbers[i]);
		assert_false(evsignal_pending(&ev, NULL));
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	}
	event_set_log_callback(NULL);
}

static void
every_number(void **state)
{
	(void)state;
	int calls = 0, added = 0;
	struct event *events[NSIG] = {NULL};
	event_set_log_callback(ignore_log);
	for (int i = 1; i < NSIG; i++) {
		events[i] = evsignal_new(base, i, count_signal, &calls);
		if (event_add(events[i], NULL) == 0) added++;
	}
	event_set_log_callback(NULL);
	assert_true(added > 20);
	raise(SIGRTMIN);
	raise(SIGTERM);
	raise(SIGCHLD);
	run_until(base, &calls, 3);
	for (int i = 1; i < NSIG; i++)
		event_free(events[i]);
	struct sigaction after;
	assert_int_equal(sigaction(SIGTERM, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, SIG_DFL);
}

/* ---- Several bases, threads, priorities -------------------------------------------------------------------------- */

static void
two_bases(void **state)
{
	(void)state;
	struct event_base *other = event_base_new();
	int calls[2] = {0, 0};
	struct event *a = evsignal_new(base, SIGUSR1, count_signal, &calls[0]);
	struct event *b = evsignal_new(other, SIGUSR1, count_signal, &calls[1]);
	event_set_log_callback(ignore_log);
	assert_int_equal(event_add(a, NULL), 0);
	assert_int_equal(event_add(b, NULL), 0);
	event_set_log_callback(NULL);
	for (int i = 1; i <= 2; i++) {
		raise(SIGUSR1);
		run_until(base, &calls[0], i);
		run_until(other, &calls[1], i);
	}
	assert_int_equal(event_del(a), 0);
	raise(SIGUSR1);
	run_until(other, &calls[1], 3);
	event_free(b);
	event_base_free(other);
	assert_int_equal(event_add(a, NULL), 0);
	raise(SIGUSR1);
	run_until(base, &calls[0], 3);
	event_free(a);
}

static int order[4], ordered;

static void
note_order(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (ordered < 4) order[ordered++] = *(int *)arg;
}

static void
priorities(void **state)
{
	(void)state;
	static int names[] = {0, 1, 2};
	assert_int_equal(event_base_priority_init(base, 3), 0);
	struct event *events[3];
	for (int i = 0; i < 3; i++) {
		events[i] = evsignal_new(base, i == 1 ? SIGUSR2 : SIGUSR1, note_order, &names[i]);
		assert_int_equal(event_priority_set(events[i], 2 - i), 0);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	ordered = 0;
	raise(SIGUSR1);
	raise(SIGUSR2);
	run_until(base, &ordered, 3);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	assert_int_equal(order[2], 0);
	for (int i = 0; i < 3; i++)
		event_free(events[i]);
}

static void *
send_to_process(void *arg)
{
	(void)arg;
	usleep(20000);
	kill(getpid(), SIGUSR1);
	return NULL;
}

static void
from_another_thread(void **state)
{
	(void)state;
	pthread_t thread;
	int calls = 0;
	struct event *ev = event_new(base, SIGUSR1, EV_SIGNAL, count_signal, &calls);
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, send_to_process, NULL), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(calls, 1);
	pthread_join(thread, NULL);
	event_free(ev);
}

static void *
shower(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		int signum = i % 2 ? SIGUSR1 : SIGUSR2;
		if (i % 5)
			pthread_kill(pthread_self(), signum);
		else
			kill(getpid(), signum);
	}
	return NULL;
}

/* Handlers in three threads while bases come and go. */
static void
shower_of_signals(void **state)
{
	(void)state;
	pthread_t threads[3];
	int calls = 0;
	struct event *keep[2];
	event_set_log_callback(ignore_log);
	for (int i = 0; i < 2; i++) {
		keep[i] = evsignal_new(base, i ? SIGUSR1 : SIGUSR2, count_signal, &calls);
		assert_int_equal(event_add(keep[i], NULL), 0);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, shower, NULL), 0);
	for (int i = 0; i < 100; i++) {
		struct event_base *brief = event_base_new();
		int brief_calls = 0;
		struct event *ev = evsignal_new(brief, SIGUSR1, count_signal, &brief_calls);
		assert_int_equal(event_add(ev, NULL), 0);
		event_base_loop(brief, EVLOOP_NONBLOCK);
		event_base_loop(base, EVLOOP_NONBLOCK);
		event_free(ev);
		event_base_free(brief);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	run_quietly(base);
	assert_true(calls > 0);
	for (int i = 0; i < 2; i++)
		event_free(keep[i]);
	event_set_log_callback(NULL);
}

/* ---- Fork -------------------------------------------------------------------------------------------------------- */

static int
open_fds(void)
{
	int count = 0;
	for (int fd = 0; fd < 1024; fd++) {
		int copy = dup(fd);
		if (copy < 0) continue;
		close(copy);
		count++;
	}
	return count;
}

/* The child of a fork with a signal event on either side of it. Exit code 0: each got its own signals alone. */
static int
child_of_fork(struct event *inherited, int *calls, bool reinit)
{
	int own_calls_ = 0;
	if (reinit && event_reinit(base) != 0) return 1;
	struct event *own = evsignal_new(base, SIGUSR2, count_signal, &own_calls_);
	if (event_add(own, NULL) != 0) return 2;
	*calls = 0;
	raise(SIGUSR1);
	raise(SIGUSR2);
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	if (*calls != 1) return 3;
	if (own_calls_ != 1) return 4;
	event_free(own);
	event_free(inherited);
	event_base_free(base);
	return 0;
}

static void
fork_and_signal(bool reinit)
{
	int calls = 0, status;
	struct event *ev = evsignal_new(base, SIGUSR1, count_signal, &calls);
	assert_int_equal(event_add(ev, NULL), 0);
	raise(SIGUSR1);
	run_until(base, &calls, 1);

	pid_t child = fork();
	if (child == 0) {
		alarm(10);
		_exit(child_of_fork(ev, &calls, reinit));
	}
	/* What comes to the child comes to no one else. */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	run_quietly(base);
	assert_int_equal(calls, 1);
	raise(SIGUSR1);
	run_until(base, &calls, 2);
	event_free(ev);
}

static void
hole_307_reinit(void **state)
{
	(void)state;
	fork_and_signal(true);
}

static void
fork_without_reinit(void **state)
{
	(void)state;
	fork_and_signal(false);
}

/* reinit without a fork changes nothing that shows. */
static void
reinit_alone(void **state)
{
	(void)state;
	int calls = 0;
	struct event *ev = evsignal_new(base, SIGUSR1, count_signal, &calls);
	assert_int_equal(event_add(ev, NULL), 0);
	raise(SIGUSR1);
	run_until(base, &calls, 1);
	int fds = open_fds();
	for (int i = 0; i < 3; i++)
		assert_int_equal(event_reinit(base), 0);
	assert_int_equal(open_fds(), fds);
	run_quietly(base);
	assert_int_equal(calls, 1);
	raise(SIGUSR1);
	run_until(base, &calls, 2);
	event_free(ev);
}

static void
all_fds_come_back(void **state)
{
	(void)state;
	int fds = open_fds();
	for (int i = 0; i < 20; i++) {
		int calls = 0;
		struct event_base *brief = event_base_new();
		struct event *ev = evsignal_new(brief, SIGUSR1, count_signal, &calls);
		assert_int_equal(event_add(ev, NULL), 0);
		raise(SIGUSR1);
		run_until(brief, &calls, 1);
		event_free(ev);
		event_base_free(brief);
	}
	assert_int_equal(open_fds(), fds);
}

/* A call of libevent 2.2. */
static void
name_of_the_way(void **state)
{
	(void)state;
	const char *(*method)(const struct event_base *) =
		(const char *(*)(const struct event_base *))dlsym(RTLD_DEFAULT, "event_base_get_signal_method");
	if (!method) skip();
	bool signalfd = getenv("EVENT_USE_SIGNALFD") != NULL;
	bool backend = strcmp(event_base_get_method(base), "kqueue") == 0;
	assert_string_equal(method(base), backend ? "kqueue_signal" : signalfd ? "signalfd_signal" : "signal");
}

int
main(void)
{
	assert_int_equal(evthread_use_pthreads(), 0);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define BOTH(f)                                                                                                        \
	CASE(f),                                                                                                           \
	{                                                                                                                  \
#f "_signalfd", f, setup_signalfd, teardown, NULL                                                              \
	}
	const struct CMUnitTest tests[] = {
		BOTH(one_signal),
		BOTH(not_persistent),
		BOTH(while_waiting),
		BOTH(many_events),
		CASE(as_often_as_it_came),
		BOTH(deleted_in_first_call),
		BOTH(freed_in_first_call),
		BOTH(break_in_first_call),
		BOTH(active_by_hand),
		BOTH(previous_comes_back),
		BOTH(previous_comes_back_with_base),
		BOTH(impossible_numbers),
		BOTH(every_number),
		BOTH(two_bases),
		BOTH(priorities),
		BOTH(from_another_thread),
		BOTH(shower_of_signals),
		BOTH(hole_307_reinit),
		BOTH(fork_without_reinit),
		BOTH(reinit_alone),
		BOTH(all_fds_come_back),
		BOTH(name_of_the_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
