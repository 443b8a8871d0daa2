/* SPDX-License-Identifier: BSD-3-Clause */
/* What kevent(2) is to be told with the next wait: one change for each filter of each fd that has any, made when the
 * wait comes, so that what was changed and changed back is none. */
#ifndef BACKEND_KQUEUE_CHANGES_H_
#define BACKEND_KQUEUE_CHANGES_H_

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sys/event.h>

/* NetBSD's udata was an integer. */
#if defined(__NetBSD__) && !defined(__NetBSD_Version__)
#define UDATA(pointer) ((intptr_t)(pointer))
#elif defined(__NetBSD__) && __NetBSD_Version__ < 999001500
#define UDATA(pointer) ((intptr_t)(pointer))
#else
#define UDATA(pointer) (pointer)
#endif

struct fdinfo {
	struct fdinfo *next_pending;
	int fd;
	unsigned place; /* in out[] of this wait, from 1 */
	unsigned long turn;
	uint8_t wanted, known;
	bool pending, again; /* again: what is known may be of another file */
};

struct changes {
	struct fdinfo *pending, **pending_end;
	struct kevent *list; /* after changes_collect() */
	int count, room;
};

/* Nothing is pending. */
void changes_forget(struct changes *changes);
/* Interest in fd goes from old to now. Returns 0, or -1 when there is no memory. */
int changes_add(struct changes *changes, int fd, unsigned old, unsigned now, struct fdinfo *info);
/* Makes the list of what is pending. */
void changes_collect(struct changes *changes);

#endif
