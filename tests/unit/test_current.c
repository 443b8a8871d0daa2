/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of old, which work on the base that event_init() made last. Each case is a process of its own, since that
 * base belongs to the process. */
#include <cmocka.h>

#include <event.h>
#include <evutil.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x)                                                                                                       \
	do {                                                                                                               \
		if (!(x)) _exit(__LINE__ % 250 + 1);                                                                           \
	} while (0)

static void
in_child(void (*body)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0) fail_msg("status %x, line %% 250 is %d", (unsigned)status, WEXITSTATUS(status) - 1);
}

static void
count_call(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	++*(int *)arg;
}

static void
old_program(void)
{
	struct event timer, reader, signal_;
	struct timeval tv = {0, 2000};
	int timers = 0, reads = 0, signals = 0, fds[2];
	CHECK(pipe(fds) == 0);
	struct event_base *base = event_init();
	CHECK(base != NULL);
	CHECK(strcmp(event_get_method(), event_base_get_method(base)) == 0);
	evtimer_set(&timer, count_call, &timers);
	event_set(&reader, fds[0], EV_READ, count_call, &reads);
	signal_set(&signal_, SIGUSR1, count_call, &signals);
	CHECK(event_get_base(&timer) == base);
	CHECK(evtimer_add(&timer, &tv) == 0);
	CHECK(event_add(&reader, NULL) == 0);
	CHECK(signal_add(&signal_, NULL) == 0);
	CHECK(write(fds[1], "x", 1) == 1);
	raise(SIGUSR1);
	CHECK(event_loop(EVLOOP_ONCE) == 0);
	CHECK(reads == 1 && signals == 1);
	CHECK(signal_del(&signal_) == 0);
	CHECK(event_dispatch() == 1);
	CHECK(timers == 1);
	event_base_free(NULL);
}

static void
an_old_program(void **state)
{
	(void)state;
	in_child(old_program);
}

static void
leave(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (arg)
		CHECK(event_loopbreak() == 0);
	else
		CHECK(event_loopexit(NULL) == 0);
}

static void
once_exit_break(void)
{
	struct timeval tv = {0, 1000}, far = {100, 0};
	struct event other;
	struct event_base *base = event_init();
	int calls = 0;
	evtimer_set(&other, count_call, &calls);
	CHECK(event_add(&other, &far) == 0);
	CHECK(event_once(-1, EV_TIMEOUT, leave, NULL, &tv) == 0);
	CHECK(event_dispatch() == 0);
	CHECK(event_base_got_exit(base) && !event_base_got_break(base));
	CHECK(event_once(-1, EV_TIMEOUT, leave, base, &tv) == 0);
	CHECK(event_dispatch() == 0);
	CHECK(event_base_got_break(base) && !event_base_got_exit(base));
	CHECK(event_loopexit(&tv) == 0);
	CHECK(event_dispatch() == 0);
	CHECK(event_base_got_exit(base));
	CHECK(calls == 0);
	event_base_free(base);
}

static void
once_and_leaving(void **state)
{
	(void)state;
	in_child(once_exit_break);
}

static void
priorities(void)
{
	struct event ev;
	int calls = 0;
	CHECK(event_init() != NULL);
	CHECK(event_priority_init(5) == 0);
	evtimer_set(&ev, count_call, &calls);
	CHECK(event_get_priority(&ev) == 2);
	CHECK(event_priority_set(&ev, 4) == 0);
	CHECK(event_priority_set(&ev, 5) == -1);
	event_active(&ev, EV_TIMEOUT, 1);
	CHECK(event_loop(EVLOOP_NONBLOCK) >= 0);
	CHECK(calls == 1);
	event_base_free(NULL);
}

static void
priorities_of_the_current_base(void **state)
{
	(void)state;
	in_child(priorities);
}

static void
two_bases(void)
{
	struct event ev;
	struct timeval tv = {0, 0};
	int calls = 0;
	struct event_base *first = event_init(), *second = event_init();
	CHECK(first && second && first != second);
	evtimer_set(&ev, count_call, &calls);
	CHECK(event_get_base(&ev) == second);
	CHECK(event_base_set(first, &ev) == 0);
	CHECK(event_add(&ev, &tv) == 0);
	CHECK(event_base_set(second, &ev) == -1); /* it is pending */
	CHECK(event_dispatch() == 1);
	CHECK(calls == 0);
	CHECK(event_base_dispatch(first) == 1);
	CHECK(calls == 1);
	event_base_free(second);
	event_base_free(first);
}

static void
moved_to_another_base(void **state)
{
	(void)state;
	in_child(two_bases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_program),
		cmocka_unit_test(once_and_leaving),
		cmocka_unit_test(priorities_of_the_current_base),
		cmocka_unit_test(moved_to_another_base),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
