/* SPDX-License-Identifier: BSD-3-Clause */
/* The core's log: goes to the program's callback, or to standard error as "[warn] text". */
#ifndef MKEVENT_UTIL_LOG_H_
#define MKEVENT_UTIL_LOG_H_

#define LOG_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The functions without x append ": " and the text of errno. log_fatal* never return: they call the fatal callback, or
 * exit(code), or abort() when the code is EVENT_ERR_ABORT_. They are for our own mistakes alone, never for input. */
#define LOG_ABORT ((int)0xdeaddead)
void log_fatal(int code, const char *format, ...) LOG_PRINTF(2, 3) __attribute__((noreturn));
void log_fatalx(int code, const char *format, ...) LOG_PRINTF(2, 3) __attribute__((noreturn));
void log_warn(const char *format, ...) LOG_PRINTF(1, 2);
void log_warnx(const char *format, ...) LOG_PRINTF(1, 2);
void log_msgx(const char *format, ...) LOG_PRINTF(1, 2);
void log_debugx(const char *format, ...) LOG_PRINTF(1, 2);
/* One line at a severity (EVENT_LOG_*), already formatted. */
void log_line(int severity, const char *text);

/* Debug lines exist only in a build with --enable-verbose-debug, and then only after event_enable_debug_logging(). */
extern int log_debug_enabled;
#ifdef USE_DEBUG
#define log_debug(...)                                                                                                 \
	do {                                                                                                               \
		if (log_debug_enabled) log_debugx(__VA_ARGS__);                                                                \
	} while (0)
#else
#define log_debug(...) ((void)0)
#endif

#endif
