/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through poll(2), which every POSIX system has; the built-in last resort is this file, too.
 *
 * The array that the kernel gets has no holes: the last entry moves into the place of one that leaves. An fd's place is
 * kept in its fdinfo, so no change costs a search. The cost of a wait grows with the number of fds; for many, take a
 * backend whose cost does not. A scan goes on where the last one ended, so that a full out[] starves nobody. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

struct fdinfo {
	unsigned place; /* in the arrays, from 1; 0: nowhere */
};

struct poller {
	struct pollfd *fds;
	struct fdinfo **infos; /* of each of them */
	unsigned count, room;
	unsigned next; /* where the next scan begins */
	bool precise;
};

static short
to_kernel(unsigned what)
{
	return (short)((what & EVENT_PLUGIN_READ ? POLLIN : 0) | (what & EVENT_PLUGIN_WRITE ? POLLOUT : 0) |
				   (what & EVENT_PLUGIN_CLOSED ? POLLRDHUP : 0));
}

/* A closed fd (POLLNVAL) is reported, too: its event would otherwise sleep for ever. */
static unsigned
from_kernel(short events)
{
	const short broken = POLLERR | POLLHUP | POLLNVAL;
	return (events & (POLLIN | broken) ? EVENT_PLUGIN_READ : 0u) |
		   (events & (POLLOUT | broken) ? EVENT_PLUGIN_WRITE : 0u) |
		   (events & (POLLRDHUP | POLLHUP | POLLNVAL) ? EVENT_PLUGIN_CLOSED : 0u);
}

static int
grow(struct poller *st)
{
	unsigned room = st->room ? st->room * 2 : 32;
	struct pollfd *fds = realloc(st->fds, room * sizeof(*fds));
	if (!fds) return -1;
	st->fds = fds;
	struct fdinfo **infos = realloc(st->infos, room * sizeof(struct fdinfo *));
	if (!infos) return -1;
	st->infos = infos;
	st->room = room;
	return 0;
}

static void
take_out(struct poller *st, struct fdinfo *info)
{
	unsigned place = info->place - 1, last = --st->count;
	info->place = 0;
	if (place == last) return;
	st->fds[place] = st->fds[last];
	st->infos[place] = st->infos[last];
	st->infos[place]->place = place + 1;
}

static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct poller *st = state;
	struct fdinfo *info = fdinfo;
	(void)old;
	if (!now) {
		if (info->place) take_out(st, info);
		return 0;
	}
	if (!info->place) {
		if (st->count == st->room && grow(st) < 0) return -1;
		st->infos[st->count] = info;
		info->place = ++st->count;
	}
	st->fds[info->place - 1] = (struct pollfd){.fd = fd, .events = to_kernel(now)};
	return 0;
}

static int
kernel_wait(struct poller *st, uint64_t now, uint64_t deadline)
{
#ifdef HAVE_PPOLL
	if (st->precise && deadline > now && deadline != UINT64_MAX) {
		uint64_t left = deadline - now;
		struct timespec limit = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
		int n = ppoll(st->fds, st->count, &limit, NULL);
		if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
		st->precise = false; /* a filter of system calls */
	}
#endif
	return poll(st->fds, st->count, event_plugin_timeout_ms(now, deadline));
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct poller *st = state;
	int ready = kernel_wait(st, now, deadline), n = 0;
	if (ready < 0) return errno == EINTR ? 0 : -1;
	if (ready > max) ready = max;
	unsigned at = st->next < st->count ? st->next : 0;
	for (unsigned seen = 0; n < ready && seen < st->count; seen++) {
		const struct pollfd *fd = &st->fds[at];
		if (++at == st->count) at = 0;
		if (fd->revents) out[n++] = (struct event_plugin_ready){fd->fd, from_kernel(fd->revents)};
	}
	st->next = at;
	return n;
}

static void
backend_close(void *state)
{
	struct poller *st = state;
	free(st->fds);
	free(st->infos);
	free(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	struct poller *st = calloc(1, sizeof(*st));
	if (st) st->precise = config->flags & EVENT_BASE_FLAG_PRECISE_TIMER;
	return st;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "poll",
	.features = EV_FEATURE_FDS | (POLLRDHUP ? EV_FEATURE_EARLY_CLOSE : 0),
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.change = backend_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-poll", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through poll(2): any POSIX system, few fds", .interface = &backend.head);
