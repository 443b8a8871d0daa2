/* SPDX-License-Identifier: BSD-3-Clause */
/* From what the core wants to what the kernel knows: more at once, so that the caller gets the error; less at the next
 * wait, if that may be. The head of epoll.c says why. */
#include "config.h"

#include "interest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

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

int
interest_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
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

void
interest_flush(struct epoll *st)
{
	for (struct fdinfo *info; (info = st->pending) != NULL; tell_less(st, info))
		st->pending = info->next_pending, info->pending = false;
}

void
interest_tell_all(struct epoll *st)
{
	for (struct fdinfo *info = st->seen; info; info = info->next_seen)
		if (info->known) (void)control(st, EPOLL_CTL_ADD, info->fd, info->known);
}

/* One that is wanted no more, or is another kind of file by now, leaves the list here. */
int
interest_report_files(struct epoll *st, struct event_plugin_ready *out, int n, int max)
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
