/* SPDX-License-Identifier: BSD-3-Clause */
/* What every benchmark program shares: the clocks, and one line of output a figure ("name value unit"). */
#ifndef TESTS_BENCH_BENCH_H_
#define TESTS_BENCH_BENCH_H_

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct bench_case {
	const char *name;
	void (*run)(void);
};

static inline uint64_t
bench_clock(clockid_t clock)
{
	struct timespec ts;
	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Wall time for what runs alone; the process's own CPU time where a partner process would blur it. */
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
bench_print(const char *name, uint64_t ns, uint64_t operations)
{
	printf("%s %.2f ns\n", name, (double)ns / (double)operations);
	fflush(stdout);
}

static inline void
bench_die(const char *what)
{
	perror(what);
	exit(1);
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

/* Runs the named case, or all of them. Returns what main() returns. */
static inline int
bench_main(int argc, char **argv, const struct bench_case *cases)
{
	int ran = 0;
	for (const struct bench_case *c = cases; c->name; c++) {
		if (argc > 1 && strcmp(argv[1], c->name) != 0) continue;
		c->run();
		ran++;
	}
	if (ran) return 0;
	fprintf(stderr, "%s: no such case: %s\n", argv[0], argv[1]);
	return 2;
}

#endif
