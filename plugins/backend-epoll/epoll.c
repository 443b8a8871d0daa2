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
 * - Its timeout has milliseconds: see precise.c. */
#include "config.h"

#include "precise.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MOST 1024 /* of one wait */
#define SERIALS_FIRST 64

struct fdinfo {
	struct fdinfo *next_seen, *next_pending, *next_file;
	int fd;
	uint8_t wanted, known; /* by the core, by the kernel */
	bool seen, pending, file;
};

/* What a wait has to do besides. */
enum { ODD_PENDING = 1, ODD_GHOSTS = 2, ODD_FILES = 4, ODD_PRECISE = 8 };

struct epoll {
	int ep;
	unsigned odd; /* ODD_* */
	bool lazy, always_lazy;
	struct precise precise;
	struct fdinfo *seen;            /* every one that we met */
	struct fdinfo *pending, *files; /* of which the kernel may know too much; that are always ready */
	uint32_t *serials, last_serial; /* of each fd's registration, 0: none; there is one of fd 0 at least */
	int serials_room;
	struct epoll_event events[EVENTS_MOST];
};

static unsigned
from_kernel(uint32_t events)
{
	if (events == EPOLLIN) return EVENT_PLUGIN_READ; /* nearly always */
	return (events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? EVENT_PLUGIN_READ : 0u) |
		   (events & (EPOLLOUT | EPOLLERR | EPOLLHUP) ? EVENT_PLUGIN_WRITE : 0u) |
		   (events & (EPOLLRDHUP | EPOLLHUP) ? EVENT_PLUGIN_CLOSED : 0u);
}

static int
control(struct epoll *st, int operation, int fd, unsigned what)
{
	struct epoll_event event = {.data.u64 = (uint64_t)st->serials[fd] << 32 | (uint32_t)fd,
		.events = (what & EVENT_PLUGIN_READ ? EPOLLIN : 0u) | (what & EVENT_PLUGIN_WRITE ? EPOLLOUT : 0u) |
				  (what & EVENT_PLUGIN_CLOSED ? EPOLLRDHUP : 0u) | (what & EVENT_PLUGIN_EDGE ? EPOLLET : 0u)};
	return epoll_ctl(st->ep, operation, fd, &event);
}

/* Makes the kernel know what is wanted, which is something. */
static int
tell(struct epoll *st, struct fdinfo *info)
{
	int fd = info->fd, result = info->known ? control(st, EPOLL_CTL_MOD, fd, info->wanted) : -1;
	if (result < 0 && (!info->known || errno == ENOENT)) {
		if (++st->last_serial == PRECISE_SERIAL) st->last_serial = 1;
		st->serials[fd] = st->last_serial;
		result = control(st, EPOLL_CTL_ADD, fd, info->wanted);
		if (result < 0 && errno == EEXIST) result = control(st, EPOLL_CTL_MOD, fd, info->wanted);
	}
	info->known = result < 0 ? 0 : info->wanted;
	if (result == 0) return 0;
	st->serials[fd] = 0;
	if (errno != EPERM) return -1;
	if (!info->file) info->next_file = st->files, st->files = info, st->odd |= ODD_FILES;
	info->file = true;
	return 0;
}

/* The kernel is told less than it knows. The fd may be closed already: no error counts. */
static void
tell_less(struct epoll *st, struct fdinfo *info)
{
	if (info->wanted == info->known || !info->known) return;
	if (info->wanted) {
		(void)tell(st, info);
		return;
	}
	(void)control(st, EPOLL_CTL_DEL, info->fd, 0);
	info->known = 0;
	st->serials[info->fd] = 0;
}

static int
meet(struct epoll *st, int fd, struct fdinfo *info)
{
	if (fd >= st->serials_room) { /* is it a number worth that memory? */
		if (fcntl(fd, F_GETFD) < 0) return -1;
		size_t room = (size_t)fd * 2, old = (size_t)st->serials_room;
		uint32_t *serials = realloc(st->serials, room * sizeof(*serials));
		if (!serials) return -1;
		memset(serials + old, 0, (room - old) * sizeof(*serials));
		st->serials = serials;
		st->serials_room = (int)room;
	}
	info->fd = fd;
	info->seen = true;
	info->next_seen = st->seen;
	st->seen = info;
	return 0;
}

static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct epoll *st = state;
	struct fdinfo *info = fdinfo;
	if (!info->seen && meet(st, fd, info) < 0) return -1;
	info->wanted = (uint8_t)now;
	/* An fd that is wanted all the time is the same file still, unless old == now: then what the kernel knows holds. */
	bool edge = (now | info->known) & EVENT_PLUGIN_EDGE, same = old && old != now && info->known;
	if (now && !(same && !edge && (now & ~info->known) == 0)) {
		if (tell(st, info) == 0) return 0;
		info->wanted = (uint8_t)old;
		return -1;
	}
	if (!st->lazy) {
		tell_less(st, info);
	} else if (!info->pending && now != info->known) {
		info->pending = true;
		info->next_pending = st->pending;
		st->pending = info;
		st->odd |= ODD_PENDING;
	}
	return 0;
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
	for (struct fdinfo *info = st->seen; info; info = info->next_seen)
		if (info->known) (void)control(st, EPOLL_CTL_ADD, info->fd, info->known);
	return 0;
}

/* One that is wanted no more, or is another kind of file by now, leaves the list here. */
static int
report_files(struct epoll *st, struct event_plugin_ready *out, int n, int max)
{
	for (struct fdinfo *info, **at = &st->files; (info = *at) != NULL;) {
		info->file = info->wanted && !info->known;
		if (info->file && n < max) out[n++] = (struct event_plugin_ready){info->fd, info->wanted};
		if (info->file)
			at = &info->next_file;
		else
			*at = info->next_file;
	}
	return n;
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
	for (struct fdinfo *info; (info = st->pending) != NULL; tell_less(st, info))
		st->pending = info->next_pending, info->pending = false;
	if ((st->odd & ODD_GHOSTS) && renew(st) == 0) st->lazy = st->always_lazy;
	const int got = precise_wait(&st->precise, st->ep, st->events, max, now, st->files ? 0 : deadline);
	st->odd &= ODD_FILES | ODD_PRECISE;
	if (got < 0 && errno != EINTR) return -1;
	return report_files(st, out, collect(st, got, out), max);
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
	.change = backend_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-epoll", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through epoll(7): Linux, any number of fds", .interface = &backend.head);
