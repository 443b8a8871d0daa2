/* SPDX-License-Identifier: BSD-3-Clause */
/* What a base tells of its events: numbers, foreach, dump. */
#include <cmocka.h>

#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct event_base *base;
static int fds[2];

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	return base && pipe(fds) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	event_base_free(base);
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static int
added(void)
{
	return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
}

static int
active(void)
{
	return event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE);
}

/* An event counts once for each thing that it waits for. */
static void
numbers(void **state)
{
	(void)state;
	struct timeval tv = {100, 0};
	assert_int_equal(added(), 0);
	struct event *timer = evtimer_new(base, nothing, NULL);
	struct event *reader = event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL);
	struct event *signal_ = evsignal_new(base, SIGUSR1, nothing, NULL);
	assert_int_equal(added(), 0);
	event_add(timer, &tv);
	assert_int_equal(added(), 1);
	event_add(timer, &tv);
	assert_int_equal(added(), 1);
	event_add(reader, NULL);
	assert_int_equal(added(), 2);
	event_add(reader, &tv);
	assert_int_equal(added(), 3);
	event_add(signal_, NULL);
	assert_int_equal(added(), 4);
	event_active(reader, EV_READ, 1);
	event_active(timer, EV_TIMEOUT, 1);
	event_active(timer, EV_TIMEOUT, 1);
	assert_int_equal(active(), 2);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_VIRTUAL), 0);
	unsigned all = EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE | EVENT_BASE_COUNT_VIRTUAL;
	assert_int_equal(event_base_get_num_events(base, all), added() + active());
	event_del(reader);
	assert_int_equal(active(), 1);
	event_free(timer);
	event_free(reader);
	event_free(signal_);
	assert_int_equal(event_base_get_num_events(base, all), 0);
}

static void
maxima(void **state)
{
	(void)state;
	struct event *events[5];
	struct timeval tv = {100, 0};
	for (int i = 0; i < 5; i++) {
		events[i] = evtimer_new(base, nothing, NULL);
		event_add(events[i], &tv);
	}
	event_active(events[0], EV_TIMEOUT, 1);
	event_active(events[1], EV_TIMEOUT, 1);
	for (int i = 0; i < 5; i++)
		event_free(events[i]);
	/* An active event is one more thing to come. */
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 0), 7);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ACTIVE, 0), 2);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE, 0), 9);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 1), 7);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 0), 0);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ACTIVE, 0), 2);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_VIRTUAL, 0), 0);
}

/* ---- foreach ----------------------------------------------------------------------------------------------------- */

#define KINDS 7

struct seen {
	struct event *events[KINDS];
	int times[KINDS];
	int all, stop_at;
};

static int
see(const struct event_base *its_base, const struct event *ev, void *arg)
{
	struct seen *seen = arg;
	assert_ptr_equal(its_base, base);
	for (int i = 0; i < KINDS; i++)
		seen->times[i] += seen->events[i] == ev;
	return ++seen->all == seen->stop_at ? 42 : 0;
}

static void
make_kinds(struct event **events)
{
	struct timeval tv = {100, 0};
	events[0] = event_new(base, fds[0], EV_READ | EV_PERSIST, nothing, NULL);
	events[1] = event_new(base, fds[0], EV_READ, nothing, NULL);
	events[2] = evsignal_new(base, SIGUSR1, nothing, NULL);
	events[3] = evtimer_new(base, nothing, NULL);
	events[4] = evtimer_new(base, nothing, NULL);
	events[5] = event_new(base, -1, 0, nothing, NULL);
	events[6] = event_new(base, -1, 0, nothing, NULL);
	event_add(events[0], &tv); /* by descriptor and by time: once all the same */
	event_add(events[1], NULL);
	event_add(events[2], NULL);
	event_add(events[3], &tv);
	event_add(events[4], event_base_init_common_timeout(base, &tv));
	event_active(events[5], EV_READ, 1);
	event_active(events[3], EV_TIMEOUT, 1); /* by time, and active */
}

static void
each_one_once(void **state)
{
	(void)state;
	struct seen seen = {.stop_at = -1};
	make_kinds(seen.events);
	assert_int_equal(event_base_foreach_event(base, see, &seen), 0);
	for (int i = 0; i < KINDS; i++)
		assert_int_equal(seen.times[i], i < 6);
	for (int i = 0; i < KINDS; i++)
		event_free(seen.events[i]);
}

static void
stops_when_told(void **state)
{
	(void)state;
	for (int i = 1; i <= 6; i++) {
		struct seen seen = {.stop_at = i};
		make_kinds(seen.events);
		assert_int_equal(event_base_foreach_event(base, see, &seen), 42);
		assert_int_equal(seen.all, i);
		for (int j = 0; j < KINDS; j++)
			event_free(seen.events[j]);
	}
}

/* The library's own events, such as those for signals, are not the program's business. */
static void
own_events_are_left_out(void **state)
{
	(void)state;
	struct seen seen = {.stop_at = -1};
	struct event *ev = evsignal_new(base, SIGUSR1, nothing, NULL);
	event_add(ev, NULL);
	assert_int_equal(event_base_foreach_event(base, see, &seen), 0);
	assert_int_equal(seen.all, 1);
	event_free(ev);
}

/* ---- dump -------------------------------------------------------------------------------------------------------- */

static char *
dump(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	assert_non_null(stream);
	event_base_dump_events(base, stream);
	fclose(stream);
	return text;
}

/* The line of text that names ev in the section, without the pointer; "" when there is none. */
static const char *
line_of(const char *text, const char *section, const struct event *ev, char *line, size_t size)
{
	char name[32];
	snprintf(name, sizeof(name), "  %p ", (const void *)ev);
	line[0] = '\0';
	const char *at = strstr(text, section);
	assert_non_null(at);
	const char *found = strstr(at, name);
	if (!found) return line;
	found += strlen(name);
	snprintf(line, size, "%.*s", (int)strcspn(found, "\n"), found);
	return line;
}

static void
dump_lines(void **state)
{
	(void)state;
	struct event *events[KINDS];
	char line[200], expected[200];
	make_kinds(events);
	char *text = dump();
	assert_memory_equal(text, "Inserted events:\n", 17);
	snprintf(expected, sizeof(expected), "[fd  %d] Read", fds[0]);
	assert_string_equal(line_of(text, "Inserted events:", events[1], line, sizeof(line)), expected);
	snprintf(expected, sizeof(expected), "[fd  %d] Read Persist Timeout=", fds[0]);
	line_of(text, "Inserted events:", events[0], line, sizeof(line));
	assert_memory_equal(line, expected, strlen(expected));
	snprintf(expected, sizeof(expected), "[sig %d] Signal Persist", SIGUSR1);
	assert_string_equal(line_of(text, "Inserted events:", events[2], line, sizeof(line)), expected);
	line_of(text, "Inserted events:", events[4], line, sizeof(line));
	assert_memory_equal(line, "[fd  -1] Timeout=", 17);
	struct timeval now;
	evutil_gettimeofday(&now, NULL);
	long due = strtol(line + 17, NULL, 10);
	assert_in_range(due - (long)now.tv_sec, 98, 101);
	assert_string_equal(
		line_of(text, "Active events:", events[5], line, sizeof(line)), "[fd  -1, priority=0] Read active");
	assert_string_equal(
		line_of(text, "Active events:", events[3], line, sizeof(line)), "[fd  -1, priority=0] Timeout active");
	assert_string_equal(line_of(text, "Inserted events:", events[6], line, sizeof(line)), "");
	free(text);
	for (int i = 0; i < KINDS; i++)
		event_free(events[i]);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(numbers),
		CASE(maxima),
		CASE(each_one_once),
		CASE(stops_when_told),
		CASE(own_events_are_left_out),
		CASE(dump_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
