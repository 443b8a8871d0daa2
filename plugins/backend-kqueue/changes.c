/* SPDX-License-Identifier: BSD-3-Clause */
/* See changes.h. The end of a stream is a flag of a read or a write; to hear of it without being told of data we ask
 * for reads of more than ever comes. */
#include "config.h"

#include "changes.h"

#include <event2/plugin.h>
#include <limits.h>
#include <stdlib.h>

/* Regular files are ready always, as poll(2) has it, and not only before their end. */
#ifndef NOTE_FILE_POLL
#define NOTE_FILE_POLL 0
#endif

void
changes_forget(struct changes *changes)
{
	changes->pending = NULL;
	changes->pending_end = &changes->pending;
	changes->count = 0;
}

int
changes_add(struct changes *changes, int fd, unsigned old, unsigned now, struct fdinfo *info)
{
	if (!info->pending) {
		/* Room for all that the wait will want, so that it cannot fail then: two filters, each off and on. */
		if (changes->count + 4 > changes->room) {
			int room = changes->room ? changes->room * 2 : 64;
			struct kevent *list = realloc(changes->list, (size_t)room * sizeof(*list));
			if (!list) return -1;
			changes->list = list;
			changes->room = room;
		}
		changes->count += 4;
		info->pending = true;
		info->next_pending = NULL;
		*changes->pending_end = info;
		changes->pending_end = &info->next_pending;
	}
	if (now && (!old || old == now || !info->wanted)) info->again = true;
	info->fd = fd;
	info->wanted = (uint8_t)now;
	return 0;
}

/* Which reads are to be told: all, only the end of the stream, or none. */
static unsigned
reading(unsigned what)
{
	return what & (EVENT_PLUGIN_READ | EVENT_PLUGIN_CLOSED) ? what & (EVENT_PLUGIN_READ | EVENT_PLUGIN_EDGE) : UINT_MAX;
}

static unsigned
writing(unsigned what)
{
	return what & EVENT_PLUGIN_WRITE ? what & EVENT_PLUGIN_EDGE : UINT_MAX;
}

static void
add_change(struct changes *changes, struct fdinfo *info, short filter, unsigned known, unsigned wanted)
{
	if (known == wanted && !(info->again && wanted != UINT_MAX)) return;
	struct kevent *change = &changes->list[changes->count];
	if (wanted == UINT_MAX) {
		EV_SET(change, (uintptr_t)info->fd, filter, EV_DELETE, 0, 0, UDATA(info));
		changes->count++;
		return;
	}
	/* EV_CLEAR of a registration that exists stays as it was on some systems: a change of it is made from nothing. */
	if (known != UINT_MAX && known != wanted) {
		EV_SET(change, (uintptr_t)info->fd, filter, EV_DELETE, 0, 0, UDATA(info));
		change = &changes->list[++changes->count];
	}
	unsigned short flags = (unsigned short)(EV_ADD | (wanted & EVENT_PLUGIN_EDGE ? EV_CLEAR : 0));
	bool only_end = filter == EVFILT_READ && !(wanted & EVENT_PLUGIN_READ);
	unsigned notes = only_end ? NOTE_LOWAT : filter == EVFILT_READ ? NOTE_FILE_POLL : 0;
	EV_SET(change, (uintptr_t)info->fd, filter, flags, notes, only_end ? INT_MAX : 0, UDATA(info));
	changes->count++;
}

void
changes_collect(struct changes *changes)
{
	changes->count = 0;
	for (struct fdinfo *info = changes->pending; info; info = info->next_pending) {
		add_change(changes, info, EVFILT_READ, reading(info->known), reading(info->wanted));
		add_change(changes, info, EVFILT_WRITE, writing(info->known), writing(info->wanted));
		info->known = info->wanted;
		info->pending = info->again = false;
	}
	changes->pending = NULL;
	changes->pending_end = &changes->pending;
}
