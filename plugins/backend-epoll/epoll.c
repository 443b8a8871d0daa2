/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through epoll(7). What one would not guess about that call, and what we do about it:
 *
 * - A registration belongs to the pair of fd number and open file. When the number is closed and used again it is gone
 *   without a word, so "modify" may fail with ENOENT: then we add. When a number became a copy of its old file again,
 *   "add" fails with EEXIST: then we modify.
 * - When the number is closed but the file lives on in a dup(2) or a child, the registration stays, reports a number
 *   that is something else now, and can no longer be named. So each has a serial, which comes back with the fd: any but
 *   the last is such a ghost, and the cure is a new epoll set. Ghosts come from deletions that are put off (see below),
 *   so after the first we put none off, unless EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST promised that there are no copies.
 * - Less interest is told at the next wait: to delete and add again within a turn costs one call. More is told at once,
 *   so that the caller gets the error.
 * - Regular files and /dev/null are refused with EPERM. poll(2) calls them ready, always; so do we.
 * - Its timeout has milliseconds: see precise.c.
 *
 * What is told when is interest.c; here it waits and reports. */
#include "config.h"

#include "interest.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SERIALS_FIRST 64

static unsigned
from_kernel(uint32_t events)
{
	if (events == EPOLLIN) return EVENT_PLUGIN_READ; /* nearly always */
	return (events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? EVENT_PLUGIN_READ : 0u) |
		   (events & (EPOLLOUT | EPOLLERR | EPOLLHUP) ? EVENT_PLUGIN_WRITE : 0u) |
		   (events & (EPOLLRDHUP | EPOLLHUP) ? EVENT_PLUGIN_CLOSED : 0u);
}

/* A set of its own, with all that is known in it. The old one is closed, and with it go its ghosts. */
static int
renew(struct epoll *st)
{
	int ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep < 0) return -1;
	if (st->ep >= 0) close(st->ep);
	st->ep = ep;
	precise_reset(&st->precise);
	interest_tell_all(st);
	return 0;
}

/* What the kernel reported, for the core. Returns how many. */
static inline int
collect(struct epoll *st, int got, struct event_plugin_ready *out)
{
	const uint32_t *const serials = st->serials;
	const struct epoll_event *event = st->events, *const end = event + (got > 0 ? got : 0);
	struct event_plugin_ready *next = out;
	for (; event < end; event++) {
		const uint64_t data = event->data.u64;
		const int fd = (int)(uint32_t)data;
		if (serials[fd] == data >> 32)
			*next++ = (struct event_plugin_ready){fd, from_kernel(event->events)};
		else if (data != PRECISE_MARK)
			st->odd |= ODD_GHOSTS;
	}
	return (int)(next - out);
}

/* What needs more than the one call. */
static __attribute__((noinline)) int
wait_oddly(struct epoll *st, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	interest_flush(st);
	if ((st->odd & ODD_GHOSTS) && renew(st) == 0) st->lazy = st->always_lazy;
	const int got = precise_wait(&st->precise, st->ep, st->events, max, now, st->files ? 0 : deadline);
	st->odd &= ODD_FILES | ODD_PRECISE;
	if (got < 0 && errno != EINTR) return -1;
	return interest_report_files(st, out, collect(st, got, out), max);
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct epoll *st = state;
	if (max > EVENTS_MOST) max = EVENTS_MOST;
	if (st->odd) return wait_oddly(st, now, deadline, out, max);
	const int got = epoll_wait(st->ep, st->events, max, event_plugin_timeout_ms(now, deadline));
	return got < 0 && errno != EINTR ? -1 : collect(st, got, out);
}

static void
backend_close(void *state)
{
	struct epoll *st = state;
	if (st->ep >= 0) close(st->ep);
	precise_close(&st->precise);
	free(st->serials);
	free(st);
}

static int
backend_reinit(void *state)
{
	struct epoll *st = state;
	st->seen = st->pending = st->files = NULL;
	return renew(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	struct epoll *st = calloc(1, sizeof(*st));
	if (!st) return NULL;
	st->always_lazy = config->flags & EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST;
	precise_open(&st->precise, config->flags);
	st->odd = st->precise.wanted ? ODD_PRECISE : 0;
	st->lazy = true;
	st->ep = -1;
	st->serials = calloc(SERIALS_FIRST, sizeof(*st->serials));
	st->serials_room = SERIALS_FIRST;
	if (st->serials && renew(st) == 0) return st;
	int saved = errno;
	backend_close(st);
	errno = saved;
	return NULL;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "epoll",
	.features = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_EARLY_CLOSE,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.reinit = backend_reinit,
	.change = interest_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-epoll", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through epoll(7): Linux, any number of fds", .interface = &backend.head);
