/* SPDX-License-Identifier: BSD-3-Clause */
/* The time of a base: its one clock reading a turn, and the time of day that belongs to it.
 *
 * The time of day is the monotonic reading and an offset; the offset is taken anew after WALL_SYNC_NS, so that a clock
 * that is set shows within that time. */
#include "config.h"

#include "loop/base.h"

#include <sys/time.h>

#define WALL_SYNC_NS UINT64_C(5000000000)
#define NS_PER_US 1000
#define US_PER_SECOND 1000000

static int64_t
wall_offset_locked(struct event_base *base)
{
	uint64_t now = base_now_locked(base);
	if (base->wall_synced && now - base->wall_synced < WALL_SYNC_NS) return base->wall_offset;
	struct timeval wall;
	uint64_t reading = clock_now();
	if (gettimeofday(&wall, NULL) < 0) return base->wall_offset;
	base->wall_offset = (int64_t)wall.tv_sec * US_PER_SECOND + wall.tv_usec - (int64_t)(reading / NS_PER_US);
	base->wall_synced = now;
	return base->wall_offset;
}

void
base_wall_time_locked(struct event_base *base, uint64_t ns, struct timeval *tv)
{
	int64_t us = (int64_t)(ns / NS_PER_US) + wall_offset_locked(base);
	tv->tv_sec = (time_t)(us / US_PER_SECOND);
	tv->tv_usec = (suseconds_t)(us % US_PER_SECOND);
}

int
event_base_gettimeofday_cached(struct event_base *base, struct timeval *tv)
{
	if (!base) base = current_base;
	if (!base) return gettimeofday(tv, NULL);
	base_lock(base);
	bool cached = base->running && !base->waiting && !(base->flags & EVENT_BASE_FLAG_NO_CACHE_TIME);
	if (cached) base_wall_time_locked(base, base_now_locked(base), tv);
	base_unlock(base);
	return cached ? 0 : gettimeofday(tv, NULL);
}

int
event_base_update_cache_time(struct event_base *base)
{
	if (!base) base = current_base;
	if (!base) return -1;
	base_lock(base);
	base->now = 0;
	(void)base_now_locked(base);
	base_unlock(base);
	return 0;
}

int
event_gettime_monotonic(struct event_base *base, struct timeval *tp)
{
	(void)base;
	clock_to_timeval(clock_now(), tp);
	return 0;
}
