/* SPDX-License-Identifier: BSD-3-Clause */
/* Log lines. Most come up under a lock, so each is kept by its thread until that has given the lock back. Locks are
 * taken at every message and lines are rare: nothing is counted but the lines. */
#include "functions.h"
#include "memory.h"

#include <event2/plugin.h>
#include <event2/util.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define LINE_ROOM 512
#define LINES_HELD 16 /* more at once are left out */

struct line {
	struct line *next;
	int severity;
	char text[];
};

int dns_log_kept_count;

static evdns_debug_log_fn_type log_function;
static _Thread_local int held_count;
static _Thread_local struct line *held, **held_end;

static void
emit(int severity, const char *text)
{
	evdns_debug_log_fn_type function = __atomic_load_n(&log_function, __ATOMIC_ACQUIRE);
	if (function)
		function(severity == EVENT_PLUGIN_LOG_WARN || severity == EVENT_PLUGIN_LOG_MSG, text);
	else
		dns_log_plain(severity, text);
}

static void
keep(int severity, const char *text)
{
	size_t size = strlen(text) + 1;
	if (held_count >= LINES_HELD) return;
	struct line *line = dns_alloc(sizeof(*line) + size);
	if (!line) return;
	line->next = NULL;
	line->severity = severity;
	memcpy(line->text, text, size);
	if (!held) held_end = &held;
	*held_end = line;
	held_end = &line->next;
	held_count++;
	__atomic_add_fetch(&dns_log_kept_count, 1, __ATOMIC_RELAXED);
}

void
dns_log_write_kept(void)
{
	struct line *line = held;
	__atomic_sub_fetch(&dns_log_kept_count, held_count, __ATOMIC_RELAXED);
	held = NULL;
	held_count = 0;
	while (line) {
		struct line *next = line->next;
		emit(line->severity, line->text);
		dns_free(line);
		line = next;
	}
}

static void
say(int severity, const char *format, va_list args)
{
	char text[LINE_ROOM];
	evutil_vsnprintf(text, sizeof(text), format, args);
	keep(severity, text);
}

void
dns_warn(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(EVENT_PLUGIN_LOG_WARN, format, args);
	va_end(args);
}

void
dns_note(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(EVENT_PLUGIN_LOG_MSG, format, args);
	va_end(args);
}

void
dns_debug(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(EVENT_PLUGIN_LOG_DEBUG, format, args);
	va_end(args);
}

void
plugin_evdns_set_log_fn(evdns_debug_log_fn_type function)
{
	__atomic_store_n(&log_function, function, __ATOMIC_RELEASE);
}
