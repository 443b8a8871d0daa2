/* SPDX-License-Identifier: BSD-3-Clause */
/* EVENT_BASE_FLAG_PRECISE_TIMER: epoll_pwait2(2), which costs no further call but is there since Linux 5.11 only, and
 * which a filter of system calls may not know. Then a timerfd in the set, unless the program disallowed it: one call
 * more when the deadline changes. It is edge-triggered, so that nobody has to read it. Then milliseconds. */
#include "config.h"

#include "precise.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/timerfd.h>
#include <unistd.h>

static struct timespec
to_timespec(uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;
	return (struct timespec){(time_t)(seconds < INT32_MAX ? seconds : INT32_MAX), (long)(ns % 1000000000)};
}

void
precise_open(struct precise *precise, uint32_t flags)
{
	precise->wanted = precise->pwait2 = flags & EVENT_BASE_FLAG_PRECISE_TIMER;
	precise->timerfd = precise->wanted && !(flags & EVENT_BASE_FLAG_EPOLL_DISALLOW_TIMERFD);
	precise->timer = -1;
}

void
precise_close(struct precise *precise)
{
	if (precise->timer >= 0) close(precise->timer);
}

void
precise_reset(struct precise *precise)
{
	precise_close(precise);
	precise->timer = -1;
	precise->armed = 0;
}

static bool
arm(struct precise *precise, int ep, uint64_t deadline)
{
	if (precise->timer < 0) {
		struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = PRECISE_MARK};
		precise->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
		if (precise->timer < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, precise->timer, &event) < 0) return false;
	}
	if (precise->armed == deadline) return true;
	const struct itimerspec when = {.it_value = to_timespec(deadline)};
	if (timerfd_settime(precise->timer, TFD_TIMER_ABSTIME, &when, NULL) < 0) return false;
	precise->armed = deadline;
	return true;
}

int
precise_wait(struct precise *precise, int ep, struct epoll_event *events, int max, uint64_t now, uint64_t deadline)
{
	if (!precise->wanted || deadline <= now || deadline == UINT64_MAX)
		return epoll_wait(ep, events, max, event_plugin_timeout_ms(now, deadline));
#ifdef HAVE_EPOLL_PWAIT2
	if (precise->pwait2) {
		const struct timespec left = to_timespec(deadline - now);
		int n = epoll_pwait2(ep, events, max, &left, NULL);
		if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
		precise->pwait2 = false;
	}
#endif
	if (precise->timerfd && arm(precise, ep, deadline)) return epoll_wait(ep, events, max, -1);
	precise->timerfd = false;
	return epoll_wait(ep, events, max, event_plugin_timeout_ms(now, deadline));
}
