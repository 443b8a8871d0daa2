/* SPDX-License-Identifier: BSD-3-Clause */
/* What the pictures are drawn from: one piece of work over growing numbers of descriptors, timers and connections. Each
 * size is a case of its own, NAME_SIZE, so that the libraries can take turns at each. */
#ifndef TESTS_BENCH_SCALE_H_
#define TESTS_BENCH_SCALE_H_

#include "partner.h"

#define SCALE_FDS(X, name) X(name, 100) X(name, 1000) X(name, 10000) X(name, 19000) X(name, 50000)
#define SCALE_TIMERS(X, name) X(name, 100) X(name, 1000) X(name, 10000) X(name, 100000) X(name, 1000000)
#define SCALE_CONNECTIONS(X, name) X(name, 10) X(name, 100) X(name, 1000) X(name, 9000)

#define SCALE_FUNCTION(name, size)                                                                                     \
	static void name##_##size(void)                                                                                    \
	{                                                                                                                  \
		name(#name "_" #size, size);                                                                                   \
	}
#define SCALE_CASE(name, size) {#name "_" #size, name##_##size},

static inline void
scale_skip(const char *name)
{
	fprintf(stderr, "%s: skipped, this process may not open that many descriptors\n", name);
}

/* Idle descriptors: each a socket of its own, that nobody ever writes to. Returns how many there are: less than wanted
 * where the system's limit is lower. */
static inline int
scale_idle_open(int *fds, int wanted)
{
	bench_most_fds();
	for (int i = 0; i < wanted; i++)
		if ((fds[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0) return i;
	return wanted;
}

static inline void
scale_close(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

/* A number of descriptors beside the idle ones: pipes, the backend's own, standard streams. */
#define SCALE_SPARE 30

static inline void
scale_connections(const char *name, int count, uint64_t (*serve)(const struct partner *plan))
{
	const int rounds = bench_times(200000) / count;
	if (bench_most_fds() < 2L * count + SCALE_SPARE) return scale_skip(name);
	partner_measure(name, (struct partner){count, 64, rounds > 2 ? rounds : 2}, serve);
}

/* How often a byte hops between two pipes while the others are idle, and a timer is added again while the others wait.
 */
#define SCALE_HOPS 100000
#define SCALE_READDS 1000000

/* Between 100 and 200 seconds, so that none is due. */
static inline uint32_t
scale_timeout_ms(uint64_t *seed)
{
	return 100000 + bench_random(seed) % 100000;
}

#endif
