/* SPDX-License-Identifier: BSD-3-Clause */
/* See suite.h. */
#include "suite.h"

#include "harness.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FINE, FAILED = 1, SKIPPED = 77, REFUSED = 78 }; /* how a check's process ends */

static int words = -1; /* where a check's process says why */

static void
say(const char *text)
{
	if (write(words, text, strlen(text)) < 0) _exit(FAILED);
}

void
check_failed(const char *file, int line, const char *format, ...)
{
	char text[512];
	const char *slash = strrchr(file, '/');
	int used = snprintf(text, sizeof(text), "%s:%d: ", slash ? slash + 1 : file, line);
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text + used, sizeof(text) - (size_t)used, format, args);
	va_end(args);
	say(text);
	_exit(FAILED);
}

void
check_skipped(const char *why)
{
	say(why);
	_exit(SKIPPED);
}

void
check_refused(const char *why)
{
	say(why);
	_exit(REFUSED);
}

/* ---- One check --------------------------------------------------------------------------------------------------- */

static _Noreturn void
run_here(const char *plugin, const struct check *check)
{
	struct harness *h = harness_begin(plugin);
	if (check->run) check->run(h);
	harness_end(h);
	exit(FINE); /* a sanitizer has its say here */
}

/* Returns the status as waitpid() has it, or -1 when the time is over. */
static int
wait_for(pid_t child, unsigned seconds)
{
	const struct timespec pause = {0, 1000000};
	const uint64_t end = clock_ns() + seconds * 1000 * MS;
	int status;
	for (;;) {
		if (waitpid(child, &status, WNOHANG) == child) return status;
		if (clock_ns() > end) break;
		(void)nanosleep(&pause, NULL);
	}
	(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	return -1;
}

/* One of the codes above. */
static int
judge(int status, unsigned seconds, char *why, size_t room)
{
	if (status == -1) return snprintf(why, room, "it did not come back within %u seconds", seconds), FAILED;
	if (WIFSIGNALED(status)) return snprintf(why, room, "killed by signal %d", WTERMSIG(status)), FAILED;
	switch (WEXITSTATUS(status)) {
	case FINE:
	case SKIPPED:
	case REFUSED:
		return WEXITSTATUS(status);
	}
	if (!*why) (void)snprintf(why, room, "it ended the process with status %d", WEXITSTATUS(status));
	return FAILED;
}

static int
run_apart(const char *plugin, const struct check *check, unsigned seconds, char *why, size_t room)
{
	int ends[2];
	why[0] = '\0';
	if (pipe(ends) < 0) return snprintf(why, room, "no pipe"), FAILED;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* a grandchild may hold the other end open */
	(void)fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		(void)close(ends[0]);
		words = ends[1];
		run_here(plugin, check);
	}
	(void)close(ends[1]);
	int status = child < 0 ? FAILED << 8 : wait_for(child, seconds);
	ssize_t got = read(ends[0], why, room - 1);
	why[got > 0 ? got : 0] = '\0';
	(void)close(ends[0]);
	return judge(status, seconds, why, room);
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static int
run_and_report(const char *plugin, const struct check *check, const struct suite_options *options)
{
	char why[600];
	int code = run_apart(plugin, check, options->seconds, why, sizeof(why));
	enum suite_verdict verdict = code == FINE ? SUITE_OK : code == FAILED ? SUITE_FAILED : SUITE_SKIPPED;
	options->report(check->name, verdict, why[0] ? why : NULL, options->arg);
	return code;
}

int
suite_run(const char *plugin, const struct suite_options *options)
{
	static const struct check opens = {"loads_and_opens", NULL};
	const struct {
		const struct check *checks;
		int count;
	} parts[] = {{level_checks, level_count}, {reuse_checks, reuse_count}, {time_checks, time_count},
		{model_checks, model_count}};
	int failed = 0;
	int code = run_and_report(plugin, &opens, options);
	if (code == REFUSED) return SUITE_REFUSED;
	if (code == FAILED) return 1; /* as all others would */
	for (size_t i = 0; i < LENGTH(parts); i++)
		for (int k = 0; k < parts[i].count; k++) {
			const struct check *check = &parts[i].checks[k];
			if (options->pattern && fnmatch(options->pattern, check->name, 0) != 0) continue;
			failed += run_and_report(plugin, check, options) == FAILED;
		}
	return failed;
}
