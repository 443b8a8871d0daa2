/* SPDX-License-Identifier: BSD-3-Clause */
/* What every benchmark program shares: the clocks, how often things are done, and one line of output a figure
 * ("name value unit"). A name that begins with "bare_" is the same work with the system's calls alone.
 *
 * A program that is linked with count.c tells as well how many system calls and allocations an operation took: those
 * between the last two readings of a clock, so a figure that sums several stretches needs no counting variant. */
#ifndef TESTS_BENCH_BENCH_H_
#define TESTS_BENCH_BENCH_H_

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct bench_case {
	const char *name;
	void (*run)(void);
};

struct bench_counts {
	uint64_t calls, controls, allocations; /* controls: those of the calls that change what epoll watches */
};

/* count.c's, where it is linked in. */
extern struct bench_counts bench_counted __attribute__((weak));
static struct bench_counts bench_marks[2];

static inline uint64_t
bench_clock(clockid_t clock)
{
	struct timespec ts;
	if (&bench_counted) {
		bench_marks[0] = bench_marks[1];
		bench_marks[1] = bench_counted;
	}
	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The process's own CPU time, which neither a partner process nor the rest of the machine is in; wall time where that
 * is the question. */
static inline uint64_t
bench_wall(void)
{
	return bench_clock(CLOCK_MONOTONIC);
}

static inline uint64_t
bench_cpu(void)
{
	return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static inline void
bench_print_each(const char *name, const char *what, uint64_t count, uint64_t operations)
{
	printf("%s%s %.2f each\n", name, what, (double)count / (double)operations);
}

static inline void
bench_print(const char *name, uint64_t ns, uint64_t operations)
{
	if (!&bench_counted) {
		printf("%s %.2f ns\n", name, (double)ns / (double)operations);
	} else {
		bench_print_each(name, ":calls", bench_marks[1].calls - bench_marks[0].calls, operations);
		bench_print_each(name, ":epoll_ctl", bench_marks[1].controls - bench_marks[0].controls, operations);
		bench_print_each(name, ":allocations", bench_marks[1].allocations - bench_marks[0].allocations, operations);
	}
	fflush(stdout);
}

static inline void
bench_print_bytes(const char *name, uint64_t bytes, uint64_t operations)
{
	printf("%s %.1f bytes\n", name, (double)bytes / (double)operations);
	fflush(stdout);
}

/* How often to do what is done `full` times in a true measurement: MKEVENT_BENCH_DIVIDE makes it less, for a look. */
static inline int
bench_times(int full)
{
	static int divide;
	const char *text = divide ? NULL : getenv("MKEVENT_BENCH_DIVIDE");
	if (!divide) divide = text ? atoi(text) : 1;
	if (divide < 1) divide = 1;
	return full / divide > 0 ? full / divide : 1;
}

static inline void
bench_die(const char *what)
{
	perror(what);
	exit(1);
}

#ifdef __linux__
static cpu_set_t bench_cores; /* that this process may use; as bench_main() finds it */
#endif

/* The calling thread runs on the index-th of these; on any, if there are not that many. */
static inline void
bench_stay_on_core(int index)
{
#ifdef __linux__
	cpu_set_t one;
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET((size_t)cpu, &bench_cores) && index-- == 0) CPU_SET((size_t)cpu, &one);
	if (CPU_COUNT(&one) == 1 && CPU_COUNT(&bench_cores) > 1) sched_setaffinity(0, sizeof(one), &one);
#else
	(void)index;
#endif
}

static inline void
bench_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0) bench_die("socketpair");
}

static inline void
bench_pipe(int fds[2])
{
	if (pipe(fds) < 0) bench_die("pipe");
	for (int i = 0; i < 2; i++)
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
}

/* A small generator of its own, so that every run and every library sees the same numbers. */
static inline uint32_t
bench_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* The numbers below count in an order of chance. */
static inline void
bench_shuffle(int *order, int count, uint64_t *seed)
{
	for (int i = 0; i < count; i++)
		order[i] = i;
	for (int i = count - 1; i > 0; i--) {
		int other = (int)(bench_random(seed) % (unsigned)(i + 1)), kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
}

/* As many descriptors as the system lets this process have. Returns how many those are. */
static inline long
bench_most_fds(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 256;
	rlim_t wanted = 200000;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
	struct rlimit raised = {wanted, wanted};
	if (limit.rlim_max < wanted && setrlimit(RLIMIT_NOFILE, &raised) == 0) return (long)wanted; /* root may */
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? 256 : (long)limit.rlim_cur;
}

/* Runs the named case, or all of them; --list prints their names. Returns what main() returns. */
static inline int
bench_main(int argc, char **argv, const struct bench_case *cases)
{
	int ran = 0, list = argc > 1 && strcmp(argv[1], "--list") == 0;
#ifdef __linux__
	sched_getaffinity(0, sizeof(bench_cores), &bench_cores);
#endif
	for (const struct bench_case *c = cases; c->name; c++) {
		if (argc > 1 && !list && strcmp(argv[1], c->name) != 0) continue;
		if (list)
			puts(c->name);
		else
			c->run();
		ran++;
	}
	if (ran) return 0;
	fprintf(stderr, "%s: no such case: %s\n", argv[0], argv[1]);
	return 2;
}

#endif
