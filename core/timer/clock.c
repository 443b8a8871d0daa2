/* SPDX-License-Identifier: BSD-3-Clause */
/* The monotonic clock. CLOCK_MONOTONIC is read through the vDSO: no system call, and exact to the nanosecond, so a
 * coarse clock would save little. */
#include "config.h"

#include "timer/clock.h"
#include "util/mm.h"

#include <event2/util.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_US UINT64_C(1000)
#define US_PER_SECOND 1000000

uint64_t
clock_now(void)
{
	struct timespec now = {0, 0};
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t
clock_from_timeval_slow(const struct timeval *tv)
{
	int64_t seconds = tv->tv_sec;
	int64_t carry = tv->tv_usec / US_PER_SECOND;
	int64_t us = tv->tv_usec % US_PER_SECOND;
	if (us < 0) {
		us += US_PER_SECOND;
		carry--;
	}
	if (carry > 0 && seconds > INT64_MAX - carry) return UINT64_MAX;
	if (carry < 0 && seconds < INT64_MIN - carry) return 0;
	seconds += carry;
	if (seconds < 0) return 0;
	uint64_t ns = (uint64_t)us * NS_PER_US;
	if ((uint64_t)seconds > (UINT64_MAX - ns) / NS_PER_SECOND) return UINT64_MAX;
	return (uint64_t)seconds * NS_PER_SECOND + ns;
}

void
clock_to_timeval(uint64_t ns, struct timeval *tv)
{
	tv->tv_sec = (time_t)(ns / NS_PER_SECOND);
	tv->tv_usec = (suseconds_t)(ns % NS_PER_SECOND / NS_PER_US);
}

/* ---- The same for programs --------------------------------------------------------------------------------------- */

/* CLOCK_MONOTONIC is as precise as EV_MONOT_PRECISE asks for, and is there where EV_MONOT_FALLBACK would not need it:
 * a timer has nothing to remember. The byte gives it an address. */
struct evutil_monotonic_timer {
	char unused;
};

struct evutil_monotonic_timer *
evutil_monotonic_timer_new(void)
{
	return mm_calloc(1, sizeof(struct evutil_monotonic_timer));
}

void
evutil_monotonic_timer_free(struct evutil_monotonic_timer *timer)
{
	mm_free(timer);
}

int
evutil_configure_monotonic_time(struct evutil_monotonic_timer *timer, int flags)
{
	(void)timer;
	(void)flags;
	return 0;
}

int
evutil_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *tp)
{
	(void)timer;
	clock_to_timeval(clock_now(), tp);
	return 0;
}
