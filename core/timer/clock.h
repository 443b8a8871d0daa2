/* SPDX-License-Identifier: BSD-3-Clause */
/* The monotonic clock in nanoseconds, and its conversions. */
#ifndef MKEVENT_TIMER_CLOCK_H_
#define MKEVENT_TIMER_CLOCK_H_

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC; never goes back. */
uint64_t clock_now(void);
/* The same as of the last tick, 10 ms ago and on a loaded virtual machine far more: good for sums, not for deadlines. A
 * quarter of the cost. In line, since the loop does it twice a turn.
 */
static inline uint64_t
clock_coarse(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
	struct timespec now = {0, 0};
	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
#else
	return clock_now();
#endif
}

/* Saturating: negative becomes 0, what does not fit UINT64_MAX. tv_usec may be out of range. */
uint64_t clock_from_timeval_slow(const struct timeval *tv);

/* The same for what most intervals are; UINT64_MAX for the others. */
static inline uint64_t
clock_from_ordinary(const struct timeval *tv)
{
	uint64_t seconds = (uint64_t)tv->tv_sec, us = (uint64_t)tv->tv_usec;
	return seconds <= UINT32_MAX && us < 1000000 ? seconds * UINT64_C(1000000000) + us * 1000 : UINT64_MAX;
}

static inline uint64_t
clock_from_timeval(const struct timeval *tv)
{
	uint64_t ns = clock_from_ordinary(tv);
	return ns != UINT64_MAX ? ns : clock_from_timeval_slow(tv);
}

void clock_to_timeval(uint64_t ns, struct timeval *tv);

#endif
