/* SPDX-License-Identifier: BSD-3-Clause */
/* An event's life: made, made active, with a timeout, freed; and the misuses that must not do harm. */
#include "event_fixture.h"

#include <stdio.h>
#include <temporary.h>

/* ---- Making ------------------------------------------------------------------------------------------------------ */

static void
assignment(void **state)
{
	struct event ev;
	struct event_base *b;
	evutil_socket_t fd;
	short what;
	event_callback_fn fn;
	void *arg;
	(void)state;
	memset(&ev, 0, sizeof(ev));
	assert_false(event_initialized(&ev));
	memset(&ev, 0x5a, sizeof(ev)); /* the memory may hold anything */
	assert_int_equal(event_assign(&ev, base, pair[0], EV_READ | EV_PERSIST, see, &b), 0);
	assert_true(event_initialized(&ev));
	assert_int_equal(event_pending(&ev, ALL, NULL), 0);
	assert_ptr_equal(event_get_base(&ev), base);
	assert_int_equal(event_get_fd(&ev), pair[0]);
	assert_int_equal(event_get_events(&ev), EV_READ | EV_PERSIST);
	assert_ptr_equal(event_get_callback(&ev), see);
	assert_ptr_equal(event_get_callback_arg(&ev), &b);
	assert_int_equal(event_get_priority(&ev), 0);
	event_get_assignment(&ev, &b, &fd, &what, &fn, &arg);
	assert_ptr_equal(b, base);
	assert_int_equal(fd, pair[0]);
	assert_int_equal(what, EV_READ | EV_PERSIST);
	assert_ptr_equal(fn, see);
	assert_ptr_equal(arg, &b);
	event_get_assignment(&ev, NULL, NULL, NULL, NULL, NULL);
	assert_int_equal(event_get_struct_event_size(), sizeof(struct event));
	event_debug_unassign(&ev);
	assert_false(event_initialized(&ev));
}

static void
impossible_flags(void **state)
{
	static const short flags[] = {EV_SIGNAL | EV_READ, EV_SIGNAL | EV_WRITE, EV_SIGNAL | EV_CLOSED};
	struct event ev;
	(void)state;
	for (size_t i = 0; i < LENGTH(flags); i++) {
		assert_int_equal(event_assign(&ev, base, SIGUSR1, flags[i], see, NULL), -1);
		assert_null(event_new(base, SIGUSR1, flags[i], see, NULL));
	}
	assert_int_equal(log_lines, 2 * LENGTH(flags));
}

static void
no_base(void **state)
{
	struct event ev;
	(void)state;
	memset(&ev, 0, sizeof(ev));
	assert_int_equal(event_assign(&ev, NULL, -1, 0, see, NULL), 0);
	assert_null(event_get_base(&ev));
	assert_int_equal(event_add(&ev, NULL), -1);
	assert_int_equal(event_del(&ev), -1);
	assert_int_equal(event_remove_timer(&ev), -1);
	assert_int_equal(event_pending(&ev, ALL, NULL), 0);
	event_active(&ev, EV_READ, 1);
	assert_int_equal(event_base_set(base, &ev), 0);
	assert_ptr_equal(event_get_base(&ev), base);
	assert_int_equal(event_add(&ev, NULL), 0);
}

static void
base_set_refused(void **state)
{
	struct event *ev = event_new(base, pair[0], EV_READ, see, NULL);
	struct event_base *other = event_base_new();
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_base_set(other, ev), -1);
	assert_int_equal(event_del(ev), 0);
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_base_set(other, ev), -1);
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_base_set(other, ev), 0);
	event_free(ev);
	event_base_free(other);
}

static struct event *self_event;

static void
see_self(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	assert_ptr_equal(arg, self_event);
	assert_ptr_equal(event_base_get_running_event(base), self_event);
}

static void
self_as_argument(void **state)
{
	(void)state;
	self_event = event_new(base, -1, 0, see_self, event_self_cbarg());
	assert_ptr_equal(event_get_callback_arg(self_event), self_event);
	event_active(self_event, EV_READ, 1);
	turn();
	event_free(self_event);
}

static void
nothing_runs(void **state)
{
	(void)state;
	assert_null(event_base_get_running_event(base));
}

/* ---- Activation -------------------------------------------------------------------------------------------------- */

static void
active_by_hand(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, -1, 0, see, &seen);
	(void)state;
	event_active(ev, EV_READ, 1);
	event_active(ev, EV_WRITE | EV_TIMEOUT, 1);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_WRITE | EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ | EV_WRITE | EV_TIMEOUT);
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	evuser_trigger(ev);
	turn();
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.what, 0);
	event_free(ev);
}

static void
active_by_fd(void **state)
{
	struct seen seen[3];
	struct event *events[3];
	const struct timeval tv = {60, 0};
	(void)state;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < LENGTH(events); i++) {
		events[i] = event_new(base, pair[0], i == 2 ? EV_WRITE : EV_READ, see, &seen[i]);
		assert_int_equal(event_add(events[i], i == 1 ? &tv : NULL), 0);
	}
	event_base_active_by_fd(base, pair[0], EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_base_active_by_fd(base, pair[0], EV_READ | EV_CLOSED);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	event_base_active_by_fd(base, 900, EV_READ);
	event_base_active_by_fd(base, -1, EV_READ);
	assert_int_equal(event_del(events[2]), 0);
	turn();
	assert_int_equal(seen[0].what, EV_READ);
	assert_int_equal(seen[1].what, EV_READ | EV_TIMEOUT);
	assert_int_equal(seen[2].calls, 0);
	for (size_t i = 0; i < LENGTH(events); i++)
		event_free(events[i]);
}

static void
counts(void **state)
{
	struct event *a = event_new(base, pair[0], EV_READ, see, NULL);
	struct event *b = event_new(base, -1, 0, see, NULL);
	const struct timeval tv = {60, 0};
	(void)state;
	assert_int_equal(event_add(a, &tv), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 2);
	event_active(b, EV_READ, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 3);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE), 4);
	assert_int_equal(event_del(a), 0);
	assert_int_equal(event_del(b), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 1), 3);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 0), 0);
	event_free(a);
	event_free(b);
}

/* ---- With timeouts ----------------------------------------------------------------------------------------------- */

static void
descriptor_or_time(void **state)
{
	struct seen seen = {.take = true};
	struct event *ev = event_new(base, pair[0], EV_READ, see, &seen);
	const struct timeval soon = {0, 20000}, late = {60, 0};
	(void)state;
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	assert_int_equal(event_add(ev, &late), 0);
	fill();
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.what, EV_READ);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	event_free(ev);
}

/* The timeout of a persistent event begins anew each time it fires, for whatever reason. */
static void
persistent_timeout(void **state)
{
	struct seen seen = {.take = true};
	struct event *ev = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &seen);
	const struct timeval tv = {0, 60000};
	struct timeval before, after;
	(void)state;
	assert_int_equal(event_add(ev, &tv), 0);
	assert_int_equal(event_pending(ev, EV_TIMEOUT, &before), EV_TIMEOUT);
	(void)usleep(20000);
	fill();
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.what, EV_READ);
	assert_int_equal(event_pending(ev, EV_TIMEOUT, &after), EV_TIMEOUT);
	assert_true(evutil_timercmp(&after, &before, >));
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(event_remove_timer(ev), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	fill();
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ); /* and stays away */
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	event_free(ev);
}

/* What made an event active is kept when its timeout is set anew before its callback runs. */
static void
hole_342a0faa(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, -1, 0, see, &seen);
	const struct timeval late = {60, 0};
	(void)state;
	event_active(ev, EV_TIMEOUT | EV_READ, 1);
	assert_int_equal(event_add(ev, &late), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ);
	/* A timeout alone is forgotten. */
	event_active(ev, EV_TIMEOUT, 1);
	assert_int_equal(event_add(ev, &late), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	event_free(ev);
}

static void
freed_with_events_in_it(void **state)
{
	struct event_base *other = event_base_new();
	struct event a, b, c, d;
	const struct timeval tv = {60, 0}, ten = {10, 0};
	(void)state;
	assert_int_equal(event_assign(&a, other, pair[0], EV_READ | EV_PERSIST, see, NULL), 0);
	assert_int_equal(event_assign(&b, other, -1, 0, see, NULL), 0);
	assert_int_equal(event_assign(&c, other, SIGUSR1, EV_SIGNAL, see, NULL), 0);
	assert_int_equal(event_assign(&d, other, -1, EV_PERSIST, see, NULL), 0);
	assert_int_equal(event_add(&a, &tv), 0);
	assert_int_equal(event_add(&b, &tv), 0);
	assert_int_equal(event_add(&c, &tv), 0);
	assert_int_equal(event_add(&d, event_base_init_common_timeout(other, &ten)), 0);
	assert_int_equal(event_base_once(other, pair[0], EV_READ, see, NULL, &tv), 0);
	event_active(&b, EV_READ, 1);
	event_base_free(other);
}

/* ---- Misuse ------------------------------------------------------------------------------------------------------ */

static struct event pending_event, innocent_event;
static struct seen pending_seen, innocent_seen;

static void
misuse_begin(short what, const struct timeval *tv)
{
	memset(&pending_seen, 0, sizeof(pending_seen));
	memset(&innocent_seen, 0, sizeof(innocent_seen));
	pending_seen.take = innocent_seen.take = true;
	memset(&pending_event, 0, sizeof(pending_event));
	assert_int_equal(event_assign(&innocent_event, base, pair[0], EV_READ | EV_PERSIST, see, &innocent_seen), 0);
	assert_int_equal(event_assign(&pending_event, base, what ? pair[0] : -1, what, see, &pending_seen), 0);
	assert_int_equal(event_add(&innocent_event, NULL), 0);
	assert_int_equal(event_add(&pending_event, tv), 0);
}

/* The loop must go on and serve the others. */
static void
misuse_end(void)
{
	fill();
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(innocent_seen.calls, 1);
	assert_true(pending_seen.calls <= 1);
	assert_int_equal(event_del(&innocent_event), 0);
}

static void
hole_ring_in_the_list(void **state)
{
	(void)state;
	misuse_begin(EV_READ | EV_PERSIST, NULL);
	assert_int_equal(event_assign(&pending_event, base, pair[0], EV_READ | EV_PERSIST, see, &pending_seen), 0);
	assert_int_equal(event_add(&pending_event, NULL), -1);
	assert_int_equal(log_lines, 1);
	pending_seen.take = innocent_seen.take = false; /* both still hear of the byte */
	fill();
	turn();
	assert_int_equal(innocent_seen.calls, 1);
	empty();
	turn();
	assert_int_equal(event_del(&innocent_event), 0);
}

static void
hole_ring_in_the_timers(void **state)
{
	const struct timeval soon = {0, 10000}, sooner = {0, 5000};
	(void)state;
	misuse_begin(0, &soon);
	assert_int_equal(event_assign(&pending_event, base, -1, 0, see, &pending_seen), 0);
	(void)event_add(&pending_event, &sooner); /* what is left of the first one is found when it is due */
	(void)usleep(20000);
	misuse_end();
	assert_int_equal(log_lines, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

/* The same in the queue of a common timeout, where the last one would come to wait behind itself. */
static void
hole_ring_in_a_common_timeout(void **state)
{
	const struct timeval little = {0, 2000}, *common = event_base_init_common_timeout(base, &little);
	struct event evs[3];
	(void)state;
	for (int count = 1; count <= 3; count++) {
		for (int zeroed = 0; zeroed < 2; zeroed++) {
			struct event *last = &evs[count - 1];
			struct seen seen = {0};
			for (int i = 0; i < count; i++) {
				evtimer_assign(&evs[i], base, see, &seen);
				assert_int_equal(event_add(&evs[i], common), 0);
			}
			if (zeroed) memset(last, 0, sizeof(*last));
			evtimer_assign(last, base, see, &seen);
			assert_int_equal(event_add(last, common), 0);
			assert_int_equal(event_base_dispatch(base), 1);
			assert_int_equal(seen.calls, count);
		}
	}
}

static void
hole_ring_after_zeroing(void **state)
{
	const struct timeval soon = {0, 10000};
	(void)state;
	misuse_begin(0, &soon);
	memset(&pending_event, 0, sizeof(pending_event));
	assert_int_equal(event_assign(&pending_event, base, -1, 0, see, &pending_seen), 0);
	(void)event_add(&pending_event, &soon);
	(void)usleep(20000);
	misuse_end();
}

/* Assigned again for another fd: neither list may lead into the other. */
static void
hole_ring_of_two_fds(void **state)
{
	(void)state;
	misuse_begin(EV_READ | EV_PERSIST, NULL);
	assert_int_equal(event_assign(&pending_event, base, pair[1], EV_READ | EV_PERSIST, see, &pending_seen), 0);
	(void)event_add(&pending_event, NULL);
	fill();
	for (int i = 0; i < 5; i++)
		turn();
	assert_true(innocent_seen.calls <= 1);
	assert_true(pending_seen.calls <= 5);
	assert_true(log_lines <= 2);
	empty();
}

/* poll(2) calls a regular file ready, always; so do we under every backend. */
static void
hole_regular_file(void **state)
{
	struct seen seen = {.take = false};
	struct temporary file = temporary_name("mkevent-test");
	const char *files[] = {file.name, "/dev/null"};
	const int made = mkstemp(file.name);
	(void)state;
	assert_true(made >= 0);
	for (size_t i = 0; i < LENGTH(files); i++) {
		const int fd = open(files[i], O_RDWR);
		struct event *ev = event_new(base, fd, EV_READ | EV_WRITE | EV_PERSIST, see, &seen);
		seen.calls = 0;
		assert_int_equal(event_add(ev, NULL), 0);
		turn(), turn(), turn();
		assert_int_equal(seen.calls, 3);
		assert_int_equal(seen.what, EV_READ | EV_WRITE);
		assert_int_equal(event_del(ev), 0);
		turn();
		assert_int_equal(seen.calls, 3);
		event_free(ev);
		close(fd);
	}
	close(made);
	(void)unlink(file.name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(assignment),
		CASE(impossible_flags),
		CASE(no_base),
		CASE(base_set_refused),
		CASE(self_as_argument),
		CASE(nothing_runs),
		CASE(active_by_hand),
		CASE(active_by_fd),
		CASE(counts),
		CASE(descriptor_or_time),
		CASE(persistent_timeout),
		CASE(freed_with_events_in_it),
		CASE(hole_342a0faa),
		CASE(hole_ring_in_the_list),
		CASE(hole_ring_in_the_timers),
		CASE(hole_ring_in_a_common_timeout),
		CASE(hole_ring_after_zeroing),
		CASE(hole_ring_of_two_fds),
		CASE(hole_regular_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
