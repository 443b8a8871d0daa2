/* SPDX-License-Identifier: BSD-3-Clause */
/* The requests that are in the kernel follow what the core wants, fd by fd. */
#include "config.h"

#include "interest.h"

#include <event2/plugin.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void
interest_put(struct uring *st, int list, struct fdinfo *info)
{
	if (info->in[list]) return;
	info->in[list] = true;
	info->next[list] = NULL;
	*st->lists[list].end = info;
	st->lists[list].end = &info->next[list];
}

struct fdinfo *
interest_empty(struct uring *st, int list)
{
	struct fdinfo *first = st->lists[list].first;
	st->lists[list] = (struct list){NULL, &st->lists[list].first};
	return first;
}

static struct io_uring_sqe *
get_sqe(struct uring *st)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&st->ring);
	if (sqe) return sqe;
	(void)io_uring_submit(&st->ring);
	return io_uring_get_sqe(&st->ring);
}

static uint64_t
name_of(const struct fdinfo *info)
{
	return (uint64_t)info->serial << 32 | (uint32_t)info->fd;
}

static bool
take_back(struct uring *st, struct fdinfo *info)
{
	struct io_uring_sqe *sqe = get_sqe(st);
	if (!sqe) return false;
	io_uring_prep_poll_remove(sqe, name_of(info));
	io_uring_sqe_set_data64(sqe, 0); /* no request's name */
	info->waits = false;
	info->serial = 0;
	return true;
}

static bool
ask(struct uring *st, struct fdinfo *info)
{
	struct io_uring_sqe *sqe = get_sqe(st);
	if (!sqe) return false;
	unsigned what = info->wanted;
	unsigned mask = (what & EVENT_PLUGIN_READ ? POLLIN : 0u) | (what & EVENT_PLUGIN_WRITE ? POLLOUT : 0u) |
					(what & EVENT_PLUGIN_CLOSED ? POLLRDHUP : 0u);
	if (what & EVENT_PLUGIN_EDGE)
		io_uring_prep_poll_multishot(sqe, info->fd, mask);
	else
		io_uring_prep_poll_add(sqe, info->fd, mask);
	if (++st->last_serial == 0) st->last_serial = 1;
	info->serial = st->last_serial;
	io_uring_sqe_set_data64(sqe, name_of(info));
	info->asked = info->wanted;
	info->waits = true;
	return true;
}

bool
interest_ask(struct uring *st)
{
	bool all = true;
	for (struct fdinfo *info = interest_empty(st, PENDING), *next; info; info = next) {
		next = info->next[PENDING];
		info->in[PENDING] = false;
		bool stale = info->waits && (info->other || info->asked != info->wanted);
		if ((stale && !take_back(st, info)) || (info->wanted && !info->waits && !ask(st, info))) {
			interest_put(st, PENDING, info);
			all = false;
		} else {
			info->other = false;
		}
	}
	return all;
}

static int
meet(struct uring *st, int fd, struct fdinfo *info)
{
	if (fd >= st->room) { /* is it a number worth that memory? */
		if (fcntl(fd, F_GETFD) < 0) return -1;
		size_t room = (size_t)fd * 2 + 64, old = (size_t)st->room;
		struct fdinfo **infos = realloc(st->infos, room * sizeof(struct fdinfo *));
		if (!infos) return -1;
		memset(infos + old, 0, (room - old) * sizeof(struct fdinfo *));
		st->infos = infos;
		st->room = (int)room;
	}
	info->fd = fd;
	st->infos[fd] = info;
	return 0;
}

int
interest_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct uring *st = state;
	struct fdinfo *info = fdinfo;
	if ((fd >= st->room || !st->infos[fd]) && meet(st, fd, info) < 0) return -1;
	info->wanted = (uint8_t)now;
	if (!old || old == now || info->ready) info->other = true;
	info->ready = 0;
	if (now || (info->waits && !take_back(st, info)))
		interest_put(st, PENDING, info);
	else
		(void)io_uring_submit(&st->ring); /* what it does not take goes with the wait */
	return 0;
}

void
interest_take_back_all(struct uring *st)
{
	for (int fd = 0; fd < st->room; fd++)
		if (st->infos[fd] && st->infos[fd]->waits) (void)take_back(st, st->infos[fd]);
	(void)io_uring_submit(&st->ring);
}
