/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through /dev/poll of Solaris and illumos. What one would not guess about that device:
 *
 * - The set is kept by number, not by file: a number that was closed and is another file now is simply polled. One that
 *   is closed and not taken out comes back as POLLNVAL, at every call.
 * - What is written for a number is added to what is wanted of it already: so each is taken out before it is put in.
 *   A whole batch goes in one write(); it ends at the first entry that is refused.
 * - Results come in the set's own order. We ask for all of them, and give them out in turn when there is little room.
 * - The set belongs to the process that opened the device: a child must open it again (EACCES). */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/devpoll.h>
#include <unistd.h>

struct fdinfo {
	unsigned batch, at; /* where this batch has its two entries, if it has */
	bool known;         /* to the device, once the batch is written */
};

struct device {
	int fd;
	unsigned batch; /* from 1 */
	struct pollfd *changes;
	unsigned change_count, change_room;
	struct pollfd *results;
	unsigned watched, result_room; /* room for all that are watched */
	unsigned first;                /* the result to begin with */
};

static bool
reserve(struct pollfd **entries, unsigned *room, unsigned wanted)
{
	unsigned more = *room ? *room : 64;
	if (wanted <= *room) return true;
	while (more < wanted)
		more *= 2; /* fds are below 2^31, and each has two at most: memory ends first */
	struct pollfd *grown = realloc(*entries, more * sizeof(**entries));
	if (!grown) return false;
	*entries = grown;
	*room = more;
	return true;
}

static short
to_kernel(unsigned what)
{
	return (short)((what & EVENT_PLUGIN_READ ? POLLIN : 0) | (what & EVENT_PLUGIN_WRITE ? POLLOUT : 0));
}

static unsigned
from_kernel(int what)
{
	if (what & (POLLERR | POLLHUP)) return EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE;
	return (what & POLLIN ? EVENT_PLUGIN_READ : 0u) | (what & POLLOUT ? EVENT_PLUGIN_WRITE : 0u);
}

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

/* Two entries: out, and in again. One that is not to be has the fd -1 until the batch is written. */
static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct device *st = state;
	struct fdinfo *info = fdinfo;
	if (!reserve(&st->results, &st->result_room, st->watched + 1)) return -1;
	if (info->batch != st->batch) {
		if (!reserve(&st->changes, &st->change_room, st->change_count + 2)) return -1;
		info->batch = st->batch;
		info->at = st->change_count;
		st->changes[info->at] = (struct pollfd){.fd = info->known ? fd : -1, .events = POLLREMOVE};
		st->change_count += 2;
	}
	st->changes[info->at + 1] = (struct pollfd){.fd = now ? fd : -1, .events = to_kernel(now)};
	info->known = now != 0;
	if (now && !old) st->watched++;
	if (!now && old) st->watched--;
	return 0;
}

/* What is refused is passed over: a number that is closed needs no removal, and tells of itself nothing. */
static void
write_changes(struct device *st)
{
	unsigned count = 0, done = 0;
	for (unsigned i = 0; i < st->change_count; i++)
		if (st->changes[i].fd >= 0) st->changes[count++] = st->changes[i];
	while (done < count) {
		ssize_t written = write(st->fd, &st->changes[done], (count - done) * sizeof(st->changes[0]));
		if (written < 0 && errno == EINTR) continue;
		unsigned taken = written > 0 ? (unsigned)((size_t)written / sizeof(st->changes[0])) : 0;
		if (taken == 0 && count - done > 1) { /* which one it was is not told */
			while (done < count && write(st->fd, &st->changes[done], sizeof(st->changes[0])) > 0)
				done++;
		}
		done += taken ? taken : 1;
	}
	st->change_count = 0;
	st->batch++;
}

/* ---- Waiting ----------------------------------------------------------------------------------------------------- */

/* A number that was closed under us is taken out, or every wait would end at once. */
static void
drop(struct device *st, int fd)
{
	const struct pollfd change = {.fd = fd, .events = POLLREMOVE};
	(void)!write(st->fd, &change, sizeof(change));
}

static int
give_out(struct device *st, unsigned got, struct event_plugin_ready *out, int max)
{
	int n = 0;
	unsigned at = st->first % got;
	for (unsigned seen = 0; seen < got && n < max; seen++) {
		const struct pollfd *result = &st->results[at];
		if (++at == got) at = 0;
		if (result->revents & POLLNVAL)
			drop(st, result->fd);
		else if (result->revents)
			out[n++] = (struct event_plugin_ready){result->fd, from_kernel(result->revents)};
	}
	if (got > (unsigned)max) st->first += (unsigned)max;
	return n;
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct device *st = state;
	if (st->change_count) write_changes(st);
	if (!reserve(&st->results, &st->result_room, 1)) return -1;
	struct dvpoll ask = {
		.dp_fds = st->results, .dp_nfds = st->result_room, .dp_timeout = event_plugin_timeout_ms(now, deadline)};
	int got = ioctl(st->fd, DP_POLL, &ask);
	if (got < 0) return errno == EINTR ? 0 : -1;
	return got > 0 ? give_out(st, (unsigned)got, out, max) : 0;
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static int
open_device(void)
{
	return open("/dev/poll", O_RDWR | O_CLOEXEC);
}

static int
backend_reinit(void *state)
{
	struct device *st = state;
	(void)close(st->fd); /* the parent's set stays as it is */
	st->change_count = st->watched = 0;
	st->batch++;
	st->fd = open_device();
	return st->fd < 0 ? -1 : 0;
}

static void
backend_close(void *state)
{
	struct device *st = state;
	if (st->fd >= 0) (void)close(st->fd);
	free(st->changes);
	free(st->results);
	free(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	struct device *st = calloc(1, sizeof(*st));
	(void)config;
	if (!st) return NULL;
	st->batch = 1;
	st->fd = open_device();
	if (st->fd >= 0) return st;
	int saved = errno;
	backend_close(st);
	errno = saved;
	return NULL;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "devpoll",
	.features = EV_FEATURE_O1 | EV_FEATURE_FDS,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.reinit = backend_reinit,
	.change = backend_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-devpoll", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through /dev/poll of Solaris and illumos", .interface = &backend.head);
