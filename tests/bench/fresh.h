/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a new process takes that does one small thing: the program runs itself again with the argument --fresh. */
#ifndef TESTS_BENCH_FRESH_H_
#define TESTS_BENCH_FRESH_H_

#include "bench.h"

#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static inline int
fresh_asked(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "--fresh") == 0;
}

static inline uint64_t
fresh_cpu(const struct rusage *usage)
{
	const struct timeval *user = &usage->ru_utime, *system = &usage->ru_stime;
	return ((uint64_t)(user->tv_sec + system->tv_sec) * 1000000 + (uint64_t)(user->tv_usec + system->tv_usec)) * 1000;
}

static inline void
fresh_named(const char *name)
{
	static char program[] = "/proc/self/exe", flag[] = "--fresh";
	char *arguments[] = {program, flag, NULL};
	char path[4096];
	const int times = bench_times(300);
	const ssize_t length = readlink(program, path, sizeof(path) - 1);
	if (length < 0) bench_die(program);
	path[length] = '\0';
	char cpu_name[64];
	struct rusage before, after;
	getrusage(RUSAGE_CHILDREN, &before);
	const uint64_t begin = bench_wall();
	for (int i = 0; i < times; i++) {
		pid_t child;
		int status;
		if (posix_spawn(&child, path, NULL, NULL, arguments, environ) != 0) bench_die("posix_spawn");
		if (waitpid(child, &status, 0) < 0 || status != 0) bench_die("the process");
	}
	bench_print(name, bench_wall() - begin, (uint64_t)times);
	getrusage(RUSAGE_CHILDREN, &after);
	snprintf(cpu_name, sizeof(cpu_name), "%s_cpu", name);
	bench_print(cpu_name, fresh_cpu(&after) - fresh_cpu(&before), (uint64_t)times);
}

/* The case of that name. */
static inline void
fresh_process(void)
{
	fresh_named("fresh_process");
}

#endif
