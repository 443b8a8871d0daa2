/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through event ports of Solaris and illumos. What one would not guess about them:
 *
 * - An association ends with its event: whatever was reported is associated again before the next wait, so that what is
 *   still ready is reported again.
 * - Associating what is associated changes it. A descriptor that is closed is associated no longer; dissociating it
 *   fails with ENOENT or EBADF, which is success. A child gets none of it.
 * - port_getn() may fail with ETIME or EINTR and yet have fetched events; whether it has, the first entry's source says
 *   better than the count. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <poll.h>
#include <port.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MOST 1024 /* of one wait */

struct fdinfo {
	struct fdinfo *next_due;
	int fd;
	uint8_t wanted;
	bool due;        /* in the list of those to be associated or dissociated before the wait */
	bool associated; /* as far as we know */
};

struct port {
	int fd;
	struct fdinfo *due, **due_end;
	port_event_t events[EVENTS_MOST];
};

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

static void
make_due(struct port *st, struct fdinfo *info)
{
	if (info->due) return;
	info->due = true;
	info->next_due = NULL;
	*st->due_end = info;
	st->due_end = &info->next_due;
}

static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct fdinfo *info = fdinfo;
	(void)old;
	info->fd = fd;
	info->wanted = (uint8_t)now;
	make_due(state, info);
	return 0;
}

static int
to_kernel(unsigned what)
{
	return (what & EVENT_PLUGIN_READ ? POLLIN : 0) | (what & EVENT_PLUGIN_WRITE ? POLLOUT : 0);
}

static unsigned
from_kernel(int what)
{
	if (what & (POLLERR | POLLHUP | POLLNVAL)) return EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE;
	return (what & POLLIN ? EVENT_PLUGIN_READ : 0u) | (what & POLLOUT ? EVENT_PLUGIN_WRITE : 0u);
}

/* Puts one result into out[n]; returns how many there are then. */
static int
report(const struct fdinfo *info, unsigned what, struct event_plugin_ready *out, int n)
{
	const bool failed = (what & (EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE)) == (EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE);
	if (!failed) what &= info->wanted;
	if (!what) return n;
	out[n] = (struct event_plugin_ready){info->fd, what};
	return n + 1;
}

/* What cannot be associated is told as ready, once: whoever tries it sees why. Returns how many there are in out; the
 * rest stays due when it is full. */
static int
associate_due(struct port *st, struct event_plugin_ready *out, int max)
{
	int n = 0;
	while (st->due && n < max) {
		struct fdinfo *info = st->due;
		st->due = info->next_due;
		info->due = false;
		const uintptr_t object = (uintptr_t)info->fd;
		if (!info->wanted) {
			if (info->associated) (void)port_dissociate(st->fd, PORT_SOURCE_FD, object);
			info->associated = false;
			continue;
		}
		info->associated = port_associate(st->fd, PORT_SOURCE_FD, object, to_kernel(info->wanted), info) == 0;
		if (!info->associated) n = report(info, EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE, out, n);
	}
	if (!st->due) st->due_end = &st->due;
	return n;
}

/* ---- Waiting ----------------------------------------------------------------------------------------------------- */

/* Fetches events; returns how many, or -1. */
static int
fetch(struct port *st, uint64_t left, unsigned room)
{
	struct timespec limit = {0, 0};
	unsigned count = 1; /* at least, unless the time is over */
	if (left != UINT64_MAX) {
		limit.tv_sec = (time_t)(left / 1000000000);
		limit.tv_nsec = (long)(left % 1000000000);
	}
	st->events[0].portev_source = 0;
	int result = port_getn(st->fd, st->events, room, &count, left == UINT64_MAX ? NULL : &limit);
	if (result < 0 && errno != ETIME && errno != EINTR) return -1;
	return st->events[0].portev_source == 0 ? 0 : (int)count;
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct port *st = state;
	const int most = max < EVENTS_MOST ? max : EVENTS_MOST;
	int n = associate_due(st, out, most);
	if (n == most) return n;
	uint64_t left = deadline == UINT64_MAX ? deadline : deadline > now ? deadline - now : 0;
	int got = fetch(st, n ? 0 : left, (unsigned)(most - n));
	if (got < 0) return -1;
	for (int i = 0; i < got; i++) {
		const port_event_t *event = &st->events[i];
		if (event->portev_source != PORT_SOURCE_FD) continue;
		struct fdinfo *info = event->portev_user;
		info->associated = false;
		if (info->wanted) make_due(st, info);
		n = report(info, from_kernel(event->portev_events), out, n);
	}
	return n;
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static int
open_port(void)
{
	int fd = port_create();
	if (fd >= 0) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static int
backend_reinit(void *state)
{
	struct port *st = state;
	st->due = NULL;
	st->due_end = &st->due;
	(void)close(st->fd); /* the parent's stays as it is */
	st->fd = open_port();
	return st->fd < 0 ? -1 : 0;
}

static void
backend_close(void *state)
{
	struct port *st = state;
	if (st->fd >= 0) (void)close(st->fd);
	free(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	struct port *st = calloc(1, sizeof(*st));
	(void)config;
	if (!st) return NULL;
	st->due_end = &st->due;
	st->fd = open_port();
	if (st->fd >= 0) return st;
	int saved = errno;
	backend_close(st);
	errno = saved;
	return NULL;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "evport",
	.features = EV_FEATURE_O1 | EV_FEATURE_FDS,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.reinit = backend_reinit,
	.change = backend_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-evport", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through event ports of Solaris and illumos", .interface = &backend.head);
