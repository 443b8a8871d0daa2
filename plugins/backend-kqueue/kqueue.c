/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through kqueue(2) of the BSDs and macOS. What one would not guess about that call:
 *
 * - Changes and waiting are one call: see changes.h. A change that fails comes back as a result with EV_ERROR and takes
 *   the place of a real one.
 * - A registration goes with its descriptor, without a word. Deleting what is gone fails with ENOENT or EBADF, which is
 *   success; adding what is there already is no error, so an fd that may be another file now is simply added again.
 * - Reading and writing are registrations of their own and come back one by one: we merge them.
 * - Signals are reported although they are handled, and how often; a queue is not inherited by a forked child. */
#include "config.h"

#include "changes.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MOST 1024 /* of one wait */

struct kq {
	int queue;
	struct changes changes;
	unsigned long turn;
	struct kevent events[EVENTS_MOST];
};

static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct kq *st = state;
	return changes_add(&st->changes, fd, old, now, fdinfo);
}

/* ---- Waiting ----------------------------------------------------------------------------------------------------- */

static unsigned
what_of(const struct kevent *event, const struct fdinfo *info)
{
	unsigned what = event->filter == EVFILT_READ ? EVENT_PLUGIN_READ : EVENT_PLUGIN_WRITE;
	if (event->flags & EV_ERROR) {
		/* What is gone needs no deletion. What cannot be watched is told as ready: whoever tries it sees why. */
		if (!info->wanted || event->data == ENOENT) return 0;
		return EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE;
	}
	if ((event->flags & EV_EOF) && event->filter == EVFILT_READ) what |= EVENT_PLUGIN_CLOSED;
	if ((event->flags & EV_EOF) && event->fflags) what |= EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE; /* a socket's error */
	return what;
}

static int
report(struct kq *st, const struct kevent *event, struct event_plugin_ready *out, int n)
{
	if (event->filter == EVFILT_SIGNAL) {
		if (event->flags & EV_ERROR) return n;
		out[n] = (struct event_plugin_ready){(int)event->ident, EVENT_PLUGIN_SIGNAL};
		return n + 1;
	}
	struct fdinfo *info = (struct fdinfo *)event->udata;
	unsigned what = what_of(event, info);
	if (!what) return n;
	if (info->turn != st->turn) {
		info->turn = st->turn;
		info->place = (unsigned)n;
		out[n] = (struct event_plugin_ready){info->fd, 0};
	}
	out[info->place].what |= what;
	return info->place == (unsigned)n ? n + 1 : n;
}

/* Each failed change takes a result's room: the first ones go alone when there are more changes than room. Returns how
 * many results they made. */
static int
apply_surplus(struct kq *st, int room, int *changed, struct event_plugin_ready *out)
{
	const struct timespec none = {0, 0};
	int n = 0;
	for (; st->changes.count - *changed > room - n && n < room - 1; ++*changed) {
		struct kevent *change = &st->changes.list[*changed];
		if (kevent(st->queue, change, 1, st->events, 0, &none) == 0) continue;
		change->flags = EV_ERROR;
		change->data = errno;
		n = report(st, change, out, n);
	}
	return n;
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct kq *st = state;
	int room = max < EVENTS_MOST ? max : EVENTS_MOST, changed = 0;
	struct timespec limit = {0, 0};
	changes_collect(&st->changes);
	st->turn++;
	int n = apply_surplus(st, room, &changed, out);
	if (deadline != UINT64_MAX && deadline > now) {
		limit.tv_sec = (time_t)((deadline - now) / 1000000000);
		limit.tv_nsec = (long)((deadline - now) % 1000000000);
	}
	const struct timespec none = {0, 0}, *timeout = deadline == UINT64_MAX ? NULL : &limit;
	/* A call that has errors to tell tells nothing else: then ask once more, for what is ready. */
	for (bool errors = true; errors && n < room; changed = st->changes.count) {
		int got = kevent(st->queue, st->changes.list + changed, st->changes.count - changed, st->events, room - n,
			n ? &none : timeout);
		if (got < 0) return errno == EINTR ? n : -1;
		errors = got > 0 && (st->events[0].flags & EV_ERROR);
		for (int i = 0; i < got; i++)
			n = report(st, &st->events[i], out, n);
	}
	st->changes.count = 0;
	return n;
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static int
backend_signal(void *state, int signum, int on)
{
	struct kq *st = state;
	struct kevent change;
	const struct timespec none = {0, 0};
	EV_SET(&change, (uintptr_t)signum, EVFILT_SIGNAL, on ? EV_ADD : EV_DELETE, 0, 0, UDATA(NULL));
	return kevent(st->queue, &change, 1, NULL, 0, &none);
}

static int
open_queue(void)
{
	int queue = kqueue();
	if (queue >= 0) (void)fcntl(queue, F_SETFD, FD_CLOEXEC);
	return queue;
}

static int
backend_reinit(void *state)
{
	struct kq *st = state;
	changes_forget(&st->changes);
	(void)close(st->queue); /* not inherited; where it is, it is a copy of ours alone */
	st->queue = open_queue();
	return st->queue < 0 ? -1 : 0;
}

static void
backend_close(void *state)
{
	struct kq *st = state;
	if (st->queue >= 0) (void)close(st->queue);
	free(st->changes.list);
	free(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	const int queue = open_queue();
	(void)config;
	if (queue < 0) return NULL;
	struct kq *st = calloc(1, sizeof(*st));
	if (!st) return (void)close(queue), NULL;
	changes_forget(&st->changes);
	st->queue = queue;
	return st;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "kqueue",
	.features = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.reinit = backend_reinit,
	.change = backend_change,
	.wait = backend_wait,
	.signal = backend_signal,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-kqueue", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through kqueue(2): the BSDs and macOS, any number of fds", .interface = &backend.head);
