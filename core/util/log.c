/* SPDX-License-Identifier: BSD-3-Clause */
/* The log, the fatal callback and the switch for debug lines.
 *
 * A line is formatted on the stack and cut at LINE_MAX_BYTES: logging never allocates, so that lack of memory can be
 * reported. It leaves errno as it was: callers log first and return the error afterwards. */
#include "config.h"

#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

static event_log_cb log_callback;
static event_fatal_cb fatal_callback;
int log_debug_enabled;

void
event_set_log_callback(event_log_cb cb)
{
	__atomic_store_n(&log_callback, cb, __ATOMIC_RELEASE);
}

void
event_set_fatal_callback(event_fatal_cb cb)
{
	__atomic_store_n(&fatal_callback, cb, __ATOMIC_RELEASE);
}

void
event_enable_debug_logging(uint32_t which)
{
	__atomic_store_n(&log_debug_enabled, which != EVENT_DBG_NONE, __ATOMIC_RELAXED);
}

void
log_line(int severity, const char *text)
{
	static const char *const names[] = {"debug", "msg", "warn", "err"};
	int saved = errno;
	event_log_cb callback = __atomic_load_n(&log_callback, __ATOMIC_ACQUIRE);
	if (callback) {
		callback(severity, text);
	} else {
		bool known = severity >= EVENT_LOG_DEBUG && severity <= EVENT_LOG_ERR;
		(void)fprintf(stderr, "[%s] %s\n", known ? names[severity] : "?", text);
	}
	errno = saved;
}

/* error: a number for strerror, or 0 for none. */
static void
log_format(int severity, int error, const char *format, va_list arguments)
{
	char line[LINE_MAX_BYTES];
	int saved = errno;
	if (vsnprintf(line, sizeof(line), format, arguments) < 0) line[0] = '\0';
	if (error) {
		size_t used = strlen(line);
		(void)snprintf(line + used, sizeof(line) - used, ": %s", strerror(error));
	}
	errno = saved;
	log_line(severity, line);
}

/* A fatal callback is told never to return; one that does has had its say. */
static void __attribute__((noreturn)) finish(int code)
{
	event_fatal_cb callback = __atomic_load_n(&fatal_callback, __ATOMIC_ACQUIRE);
	if (callback) callback(code);
	if (code == LOG_ABORT) abort();
	exit(code);
}

void
log_fatal(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_ERR, errno, format, arguments);
	va_end(arguments);
	finish(code);
}

void
log_fatalx(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_ERR, 0, format, arguments);
	va_end(arguments);
	finish(code);
}

void
log_warn(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_WARN, errno, format, arguments);
	va_end(arguments);
}

void
log_warnx(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_WARN, 0, format, arguments);
	va_end(arguments);
}

void
log_msgx(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_MSG, 0, format, arguments);
	va_end(arguments);
}

void
log_debugx(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_format(EVENT_LOG_DEBUG, 0, format, arguments);
	va_end(arguments);
}
