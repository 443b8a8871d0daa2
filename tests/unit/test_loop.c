/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop: its flags and returns, leaving it, priorities, bounds, activation from callbacks, event_base_once, and the
 * choice of a backend. */
#include <cmocka.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct event_base *base;
static int pipe_fds[2];
static int log_lines;
static char last_line[256];
static char order[64]; /* a letter for each call */

static void
count_line(int severity, const char *text)
{
	(void)severity;
	(void)snprintf(last_line, sizeof(last_line), "%s", text);
	log_lines++;
}

static int
setup(void **state)
{
	(void)state;
	(void)alarm(30);
	log_lines = 0;
	order[0] = '\0';
	event_set_log_callback(count_line);
	base = event_base_new();
	return base ? pipe(pipe_fds) : -1;
}

static int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	if (base) event_base_free(base);
	event_set_log_callback(NULL);
	close(pipe_fds[0]), close(pipe_fds[1]);
	return 0;
}

/* The argument of a callback that notes a letter. */
static char *
name(char letter)
{
	static char names[128][2];
	char *result = names[(unsigned char)letter % 128];
	result[0] = letter;
	return result;
}

static void
note(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	const size_t length = strlen(order);
	assert_true(length + 1 < sizeof(order));
	order[length] = *(const char *)arg;
	order[length + 1] = '\0';
}

static double
seconds(void)
{
	struct timeval tv;
	(void)evutil_gettimeofday(&tv, NULL);
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

/* ---- Flags and returns ------------------------------------------------------------------------------------------- */

static void
empty_base(void **state)
{
	(void)state;
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 1);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY), 0);
}

static void
nonblock_does_not_wait(void **state)
{
	struct event *ev = event_new(base, pipe_fds[0], EV_READ, note, name('r'));
	const double begin = seconds();
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_true(seconds() - begin < 1);
	assert_string_equal(order, "");
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1); /* ran it, and found nothing left */
	assert_string_equal(order, "r");
	event_free(ev);
}

static void
once_waits_for_something(void **state)
{
	struct event *a = evtimer_new(base, note, name('a')), *b = evtimer_new(base, note, name('b'));
	const struct timeval soon = {0, 20000}, late = {0, 60000};
	(void)state;
	assert_int_equal(event_add(a, &soon), 0);
	assert_int_equal(event_add(b, &late), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_string_equal(order, "a");
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_string_equal(order, "ab");
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 1);
	event_free(a);
	event_free(b);
}

static void
stays_when_empty(void **state)
{
	const struct timeval tv = {0, 30000};
	const double begin = seconds();
	(void)state;
	assert_int_equal(event_base_loopexit(base, &tv), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	assert_true(seconds() - begin > 0.02);
	assert_true(event_base_got_exit(base));
}

static int inner_result;

static void
run_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	inner_result = event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
loop_in_the_loop(void **state)
{
	struct event *ev = evtimer_new(base, run_again, NULL);
	(void)state;
	event_active(ev, EV_TIMEOUT, 1);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(inner_result, -1);
	assert_int_equal(log_lines, 1);
	event_free(ev);
}

/* ---- Leaving ----------------------------------------------------------------------------------------------------- */

static void
leave(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	assert_int_equal(event_base_loopexit(base, NULL), 0);
}

static void
leave_now(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	assert_int_equal(event_base_loopbreak(base), 0);
}

static void
look_again(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	assert_int_equal(event_base_loopcontinue(base), 0);
}

static void
exit_lets_the_rest_run(void **state)
{
	struct event *a = evtimer_new(base, leave, name('a')), *b = evtimer_new(base, note, name('b'));
	struct event *waits = event_new(base, pipe_fds[0], EV_READ, note, name('w'));
	(void)state;
	assert_int_equal(event_add(waits, NULL), 0);
	event_active(a, EV_TIMEOUT, 1);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 0);
	assert_string_equal(order, "ab");
	assert_true(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_false(event_base_got_exit(base)); /* a new run forgets */
	event_free(a), event_free(b), event_free(waits);
}

static void
exit_before_the_loop(void **state)
{
	struct event *a = evtimer_new(base, note, name('a'));
	(void)state;
	assert_int_equal(event_base_loopexit(base, NULL), 0);
	event_active(a, EV_TIMEOUT, 1);
	assert_int_equal(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	assert_string_equal(order, "a");
	event_free(a);
}

static void
break_leaves_the_rest(void **state)
{
	struct event *a = evtimer_new(base, leave_now, name('a')), *b = evtimer_new(base, note, name('b'));
	(void)state;
	event_active(a, EV_TIMEOUT, 1);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 0);
	assert_string_equal(order, "a");
	assert_true(event_base_got_break(base));
	assert_false(event_base_got_exit(base));
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "ab");
	event_free(a), event_free(b);
}

static void
break_before_the_loop(void **state)
{
	struct event *a = evtimer_new(base, note, name('a'));
	(void)state;
	assert_int_equal(event_base_loopbreak(base), 0);
	event_active(a, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "a");
	assert_int_equal(event_base_loopbreak(NULL), -1);
	assert_int_equal(event_base_loopcontinue(NULL), -1);
	event_free(a);
}

/* The rest of what is active waits for another look at the descriptors, where something more important may be. */
static void
continue_looks_first(void **state)
{
	struct event *a, *b, *r;
	(void)state;
	assert_int_equal(event_base_priority_init(base, 2), 0);
	a = evtimer_new(base, look_again, name('a')), b = evtimer_new(base, note, name('b'));
	r = event_new(base, pipe_fds[0], EV_READ, note, name('r'));
	assert_int_equal(event_priority_set(a, 1), 0);
	assert_int_equal(event_priority_set(b, 1), 0);
	assert_int_equal(event_priority_set(r, 0), 0);
	event_active(a, EV_TIMEOUT, 1);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	assert_string_equal(order, "ab");
	order[0] = '\0';
	event_active(a, EV_TIMEOUT, 1);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	(void)event_add(r, NULL);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	assert_string_equal(order, "rab");
	event_free(a), event_free(b), event_free(r);
}

/* ---- Priorities -------------------------------------------------------------------------------------------------- */

static void
priorities_refused(void **state)
{
	struct event *ev;
	(void)state;
	assert_int_equal(event_base_get_npriorities(base), 1);
	assert_int_equal(event_base_priority_init(base, 0), -1);
	assert_int_equal(event_base_priority_init(base, -1), -1);
	assert_int_equal(event_base_priority_init(base, EVENT_MAX_PRIORITIES), -1);
	assert_int_equal(event_base_priority_init(base, EVENT_MAX_PRIORITIES - 1), 0);
	assert_int_equal(event_base_priority_init(base, 5), 0);
	assert_int_equal(event_base_get_npriorities(base), 5);
	ev = evtimer_new(base, note, name('e'));
	assert_int_equal(event_get_priority(ev), 2);
	assert_int_equal(event_priority_set(ev, 5), -1);
	assert_int_equal(event_priority_set(ev, -1), -1);
	assert_int_equal(event_priority_set(ev, 4), 0);
	event_active(ev, EV_TIMEOUT, 1);
	assert_int_equal(event_priority_set(ev, 1), -1);
	assert_int_equal(event_base_priority_init(base, 3), -1);
	assert_int_equal(event_get_priority(ev), 4);
	event_free(ev);
}

/* An event that is older than fewer priorities runs all the same. */
static void
fewer_priorities_later(void **state)
{
	struct event *ev;
	(void)state;
	assert_int_equal(event_base_priority_init(base, 5), 0);
	ev = evtimer_new(base, note, name('e'));
	assert_int_equal(event_base_priority_init(base, 1), 0);
	event_active(ev, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "e");
	event_free(ev);
}

static void
important_first(void **state)
{
	struct event *events[3];
	static char names[] = "012";
	(void)state;
	assert_int_equal(event_base_priority_init(base, 3), 0);
	for (int i = 2; i >= 0; i--) {
		events[i] = evtimer_new(base, note, &names[i]);
		assert_int_equal(event_priority_set(events[i], i), 0);
		event_active(events[i], EV_TIMEOUT, 1);
	}
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_string_equal(order, "012");
	for (size_t i = 0; i < LENGTH(events); i++)
		event_free(events[i]);
}

static struct event *important;

static void
wake_important(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	if (important) event_active(important, EV_READ, 1);
	important = NULL;
}

/* An important event that becomes active goes before the rest of the less important ones. */
static void
important_cuts_in(void **state)
{
	struct event *a, *b, *i;
	(void)state;
	assert_int_equal(event_base_priority_init(base, 2), 0);
	a = evtimer_new(base, wake_important, name('a')), b = evtimer_new(base, note, name('b')),
	i = evtimer_new(base, note, name('i'));
	assert_int_equal(event_priority_set(i, 0), 0);
	important = i;
	event_active(a, EV_TIMEOUT, 1);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "aib");
	event_free(a), event_free(b), event_free(i);
}

static void
other_priorities(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	assert_int_equal(event_base_priority_init(base, 7), 0); /* nothing else is active */
}

/* The queues change under the callback that runs. */
static void
priorities_from_inside(void **state)
{
	(void)state;
	assert_int_equal(event_base_priority_init(base, 3), 0);
	struct event *a = evtimer_new(base, other_priorities, name('a')), *b = evtimer_new(base, note, name('b'));
	event_active(a, EV_TIMEOUT, 1);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_int_equal(event_base_get_npriorities(base), 7);
	event_active(b, EV_TIMEOUT, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "ab");
	event_free(a), event_free(b);
}

/* ---- Bounds ------------------------------------------------------------------------------------------------------ */

static struct event_base *
bounded_base(const struct timeval *interval, int callbacks, int priority)
{
	struct event_config *cfg = event_config_new();
	assert_non_null(cfg);
	assert_int_equal(event_config_set_max_dispatch_interval(cfg, interval, callbacks, priority), 0);
	struct event_base *bounded = event_base_new_with_config(cfg);
	event_config_free(cfg);
	assert_non_null(bounded);
	return bounded;
}

static void
nap(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, arg);
	(void)usleep(5000);
}

static struct event *late_more;

static void
nap_and_add(evutil_socket_t fd, short what, void *arg)
{
	nap(fd, what, arg);
	if (late_more) assert_int_equal(event_add(late_more, NULL), 0);
	late_more = NULL;
}

/* Four less important events are active; the first of them adds a more important one, whose fd is ready. */
static void
bounds(void **state)
{
	static const struct {
		struct timeval interval;
		bool timed;
		int callbacks, priority;
		const char *order;
	} cases[] = {
		{{0, 0}, false, -1, 0, "llllM"},      /* no bound */
		{{0, 0}, false, 2, 0, "llMll"},       /* by number */
		{{0, 0}, false, 2, 1, "llMll"},       /* the priority is bounded */
		{{0, 0}, false, 2, 2, "llllM"},       /* it is not */
		{{0, 7000}, true, -1, 1, NULL},       /* by time; a nap takes 5 ms */
		{{60, 0}, true, INT_MAX, 1, "llllM"}, /* not reached */
	};
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct event *less[4];
		event_base_free(base);
		base = bounded_base(cases[i].timed ? &cases[i].interval : NULL, cases[i].callbacks, cases[i].priority);
		assert_int_equal(event_base_priority_init(base, 2), 0);
		order[0] = '\0';
		struct event *more = event_new(base, pipe_fds[0], EV_READ, note, name('M'));
		late_more = more;
		assert_int_equal(event_priority_set(more, 0), 0);
		for (size_t k = 0; k < LENGTH(less); k++) {
			less[k] = evtimer_new(base, nap_and_add, name('l'));
			event_active(less[k], EV_TIMEOUT, 1);
		}
		if (i == 0) assert_int_equal(write(pipe_fds[1], "x", 1), 1);
		assert_int_equal(event_base_dispatch(base), 1);
		if (cases[i].order)
			assert_string_equal(order, cases[i].order);
		else /* after the second nap, or the first on a busy machine */
			assert_true(order[0] == 'l' && order[4] == 'l' && strchr(order, 'M'));
		for (size_t k = 0; k < LENGTH(less); k++)
			event_free(less[k]);
		event_free(more);
	}
}

/* ---- Activation -------------------------------------------------------------------------------------------------- */

static int activations_left;

static void
activate_self(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (--activations_left > 0) event_active(arg, EV_READ, 1);
}

static void
active_from_inside(void **state)
{
	struct event *ev = event_new(base, -1, 0, activate_self, event_self_cbarg());
	(void)state;
	activations_left = 5;
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_int_equal(activations_left, 0);
	event_free(ev);
}

/* Activation in the order of the calls. */
static void
active_in_order(void **state)
{
	struct event events[5];
	static char names[] = "abcde";
	(void)state;
	for (size_t i = 0; i < LENGTH(events); i++) {
		assert_int_equal(event_assign(&events[i], base, -1, 0, note, &names[i]), 0);
		event_active(&events[i], EV_READ, 1);
	}
	assert_int_equal(event_del(&events[2]), 0);
	assert_int_equal(event_del(&events[4]), 0);
	event_active(&events[2], EV_READ, 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "abdc");
}

/* A callback that takes long does not make the timers that wait later still. */
static void
long_callback(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	(void)usleep(150000);
}

static void
timers_after_a_long_callback(void **state)
{
	struct event *slow = evtimer_new(base, long_callback, NULL), *timer = evtimer_new(base, note, name('t'));
	const struct timeval at_once = {0, 1000}, tv = {0, 200000};
	const double begin = seconds();
	(void)state;
	assert_int_equal(event_add(timer, &tv), 0);
	assert_int_equal(event_add(slow, &at_once), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_true(seconds() - begin > 0.199);
	assert_true(seconds() - begin < 0.3);
	event_free(slow), event_free(timer);
}

/* ---- event_base_once --------------------------------------------------------------------------------------------- */

static void
once(void **state)
{
	const struct timeval soon = {0, 20000}, none = {0, 0}, late = {60, 0};
	(void)state;
	assert_int_equal(event_base_once(base, pipe_fds[0], EV_READ, note, name('r'), &late), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, name('s'), &soon), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, name('0'), NULL), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, name('1'), &none), 0);
	assert_int_equal(event_base_once(base, pipe_fds[1], EV_WRITE | EV_TIMEOUT, note, name('w'), &late), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_string_equal(order, "01w");
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_string_equal(order, "01ws");
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_string_equal(order, "01wsr");
}

static void
once_refused(void **state)
{
	const struct timeval tv = {1, 0};
	(void)state;
	assert_int_equal(event_base_once(base, 10, EV_SIGNAL, note, name('s'), NULL), -1);
	assert_int_equal(event_base_once(base, pipe_fds[0], EV_READ | EV_PERSIST, note, name('p'), NULL), -1);
	assert_int_equal(event_base_once(base, pipe_fds[0], 0, note, name('n'), &tv), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

/* ---- Backends ---------------------------------------------------------------------------------------------------- */

static void
methods(void **state)
{
	const char **all = event_get_supported_methods();
	bool found = false;
	(void)state;
	assert_non_null(all);
	for (int i = 0; all[i]; i++)
		found = found || strcmp(all[i], event_base_get_method(base)) == 0;
	assert_true(found);
}

static void
shown_method(void **state)
{
	(void)state;
	assert_int_equal(setenv("EVENT_SHOW_METHOD", "1", 1), 0);
	struct event_base *other = event_base_new();
	assert_int_equal(unsetenv("EVENT_SHOW_METHOD"), 0);
	assert_non_null(other);
	assert_int_equal(log_lines, 1);
	assert_non_null(strstr(last_line, event_base_get_method(other)));
	event_base_free(other);
}

static void
wishes(void **state)
{
	struct event_config *cfg = event_config_new();
	const char **all = event_get_supported_methods();
	(void)state;
	assert_non_null(cfg);
	assert_int_equal(event_config_set_flag(cfg, EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_NOLOCK), 0);
	assert_int_equal(event_config_set_num_cpus_hint(cfg, 4), 0);
	assert_int_equal(event_config_avoid_method(cfg, "no such method"), 0);
	for (int i = 0; all[i]; i++) {
		struct event_base *other = event_base_new_with_config(cfg);
		assert_non_null(other);
		assert_string_equal(event_base_get_method(other), all[i]);
		event_base_free(other);
		assert_int_equal(event_config_avoid_method(cfg, all[i]), 0);
	}
	assert_null(event_base_new_with_config(cfg)); /* none is left */
	assert_int_equal(log_lines, 1);
	event_config_free(cfg);
}

static void
features(void **state)
{
	static const int wanted[] = {
		EV_FEATURE_FDS, EV_FEATURE_O1, EV_FEATURE_ET, EV_FEATURE_EARLY_CLOSE, EV_FEATURE_O1 | EV_FEATURE_ET};
	(void)state;
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		struct event_config *cfg = event_config_new();
		assert_int_equal(event_config_set_flag(cfg, EVENT_BASE_FLAG_IGNORE_ENV), 0);
		assert_int_equal(event_config_require_features(cfg, wanted[i]), 0);
		struct event_base *other = event_base_new_with_config(cfg);
		if (other) {
			assert_int_equal(event_base_get_features(other) & wanted[i], wanted[i]);
			event_base_free(other);
		}
		event_config_free(cfg);
	}
}

static void
no_config(void **state)
{
	(void)state;
	struct event_base *other = event_base_new_with_config(NULL);
	assert_non_null(other);
	event_base_free_nofinalize(other);
}

/* ---- No memory --------------------------------------------------------------------------------------------------- */

static long allocations, live, fail_at; /* the one with that number fails; 0: none */

static bool
fails(void)
{
	return ++allocations == fail_at;
}

static void *
failing_malloc(size_t size)
{
	void *memory = fails() ? NULL : malloc(size);
	if (memory) live++;
	return memory;
}

static void *
failing_realloc(void *memory, size_t size)
{
	if (fails()) return NULL;
	void *moved = realloc(memory, size);
	if (moved && !memory) live++;
	return moved;
}

static void
counting_free(void *memory)
{
	if (memory) live--;
	free(memory);
}

/* Some of everything that allocates. What could be added must fire, whatever failed before. */
static int
use_a_base(struct event_base *used)
{
	enum { TIMERS = 40 };
	struct event timers[TIMERS], *reader = event_new(used, pipe_fds[0], EV_READ, note, name('r'));
	const struct timeval at_once = {0, 0}, common = {0, 1};
	int added = 0;
	order[0] = '\0';
	(void)event_base_priority_init(used, 2);
	const struct timeval *shared = event_base_init_common_timeout(used, &common);
	for (int i = 0; i < TIMERS; i++) {
		assert_int_equal(event_assign(&timers[i], used, -1, 0, note, name('t')), 0);
		added += event_add(&timers[i], i % 2 && shared ? shared : &at_once) == 0;
	}
	added += reader && event_add(reader, &at_once) == 0;
	added += event_base_once(used, pipe_fds[0], EV_READ, note, name('o'), &at_once) == 0;
	assert_int_equal(event_base_get_num_events(used, EVENT_BASE_COUNT_ADDED) > 0, added > 0);
	while (event_base_loop(used, EVLOOP_ONCE) == 0)
		;
	if (reader) event_free(reader);
	return added - (int)strlen(order);
}

static void
no_memory(void **state)
{
	(void)state;
	event_set_mem_functions(failing_malloc, failing_realloc, counting_free);
	long at = 0;
	do { /* the first time nothing fails, and what is kept for the process is made */
		fail_at = at++;
		allocations = 0;
		const long before = live;
		struct event_base *used = event_base_new();
		if (used) {
			assert_int_equal(use_a_base(used), 0);
			event_base_free(used);
		}
		if (fail_at) assert_int_equal(live, before);
	} while (!fail_at || allocations >= fail_at);
	assert_true(at > 8);
	event_set_mem_functions(NULL, NULL, NULL);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(empty_base),
		CASE(nonblock_does_not_wait),
		CASE(once_waits_for_something),
		CASE(stays_when_empty),
		CASE(loop_in_the_loop),
		CASE(exit_lets_the_rest_run),
		CASE(exit_before_the_loop),
		CASE(break_leaves_the_rest),
		CASE(break_before_the_loop),
		CASE(continue_looks_first),
		CASE(priorities_refused),
		CASE(fewer_priorities_later),
		CASE(important_first),
		CASE(important_cuts_in),
		CASE(priorities_from_inside),
		CASE(bounds),
		CASE(active_from_inside),
		CASE(active_in_order),
		CASE(timers_after_a_long_callback),
		CASE(once),
		CASE(once_refused),
		CASE(methods),
		CASE(shown_method),
		CASE(wishes),
		CASE(features),
		CASE(no_config),
		CASE(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
