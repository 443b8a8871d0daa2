/* SPDX-License-Identifier: BSD-3-Clause */
/* epoll_wait(2) with a deadline of nanoseconds instead of milliseconds. */
#ifndef BACKEND_EPOLL_PRECISE_H_
#define BACKEND_EPOLL_PRECISE_H_

#include <event2/plugin.h>
#include <stdbool.h>
#include <sys/epoll.h>

struct precise {
	bool wanted, pwait2, timerfd; /* which ways are open */
	int timer;                    /* a timerfd in the set; -1: none */
	uint64_t armed;               /* its deadline */
};

/* What the timer puts into epoll_event.data.u64: fd 0 with a serial that no fd ever has. Its event says nothing but
 * that the deadline is there. */
#define PRECISE_SERIAL UINT32_MAX
#define PRECISE_MARK ((uint64_t)PRECISE_SERIAL << 32)

void precise_open(struct precise *precise, uint32_t flags);
void precise_close(struct precise *precise);
/* The set is another one from now on. */
void precise_reset(struct precise *precise);
/* As epoll_wait(2); now and deadline as the backend's wait() has them. */
int precise_wait(struct precise *precise, int ep, struct epoll_event *events, int max, uint64_t now, uint64_t deadline);

#endif
