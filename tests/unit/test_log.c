/* SPDX-License-Identifier: BSD-3-Clause */
/* The log and fatal callbacks, seen through a function that logs: setting lock callbacks twice. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int lines;
static int last_severity = -1;
static char last_line[1100];

static void
keep_line(int severity, const char *text)
{
	lines++;
	last_severity = severity;
	(void)snprintf(last_line, sizeof(last_line), "%s", text);
}

static void *
alloc_lock(unsigned type)
{
	(void)type;
	return malloc(1);
}

static void
free_lock(void *lock, unsigned type)
{
	(void)type;
	free(lock);
}

static int
take_lock(unsigned mode, void *lock)
{
	(void)mode;
	(void)lock;
	return 0;
}

/* One warning. */
static void
provoke(void)
{
	struct evthread_lock_callbacks callbacks = {
		EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, alloc_lock, free_lock, take_lock, take_lock};
	assert_int_equal(evthread_set_lock_callbacks(&callbacks), 0);
	callbacks.supported_locktypes |= EVTHREAD_LOCKTYPE_READWRITE;
	assert_int_equal(evthread_set_lock_callbacks(&callbacks), -1);
}

static void
callback_gets_lines(void **state)
{
	(void)state;
	event_set_log_callback(keep_line);
	lines = 0;
	provoke();
	assert_int_equal(lines, 1);
	assert_int_equal(last_severity, EVENT_LOG_WARN);
	assert_int_equal(last_severity, _EVENT_LOG_WARN);
	assert_true(strlen(last_line) > 10);
	assert_null(strchr(last_line, '\n'));
	event_set_log_callback(NULL);
}

/* Without a callback: "[warn] text" on standard error. */
static void
standard_error(void **state)
{
	(void)state;
	int fds[2];
	char text[2000] = "";
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		event_set_log_callback(NULL);
		provoke();
		_exit(0);
	}
	(void)close(fds[1]);
	ssize_t length = read(fds[0], text, sizeof(text) - 1);
	assert_true(length > 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(fds[0]);
	assert_int_equal(strncmp(text, "[warn] ", 7), 0);
	assert_int_equal(text[length - 1], '\n');
}

/* The switches may be set and taken back at any time. */
static void
switches(void **state)
{
	(void)state;
	event_enable_debug_logging(EVENT_DBG_ALL);
	event_enable_debug_logging(EVENT_DBG_NONE);
	event_set_fatal_callback(NULL);
	event_set_log_callback(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_error),
		cmocka_unit_test(callback_gets_lines),
		cmocka_unit_test(switches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
