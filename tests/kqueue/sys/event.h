/* SPDX-License-Identifier: BSD-3-Clause */
/* A look-alike of the BSDs' header, for testing the kqueue backend on systems without kqueue: the part of the interface
 * that the backend uses, over epoll(7). It is not kqueue: see lookalike.c for where it differs. */
#ifndef TESTS_KQUEUE_SYS_EVENT_H_
#define TESTS_KQUEUE_SYS_EVENT_H_

#include <stdint.h>
#include <time.h>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_SIGNAL (-6)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_CLEAR 0x0020
#define EV_ERROR 0x4000
#define EV_EOF 0x8000
#define NOTE_LOWAT 0x0001
#define NOTE_FILE_POLL 0x0002

struct kevent {
	uintptr_t ident;
	short filter;
	unsigned short flags;
	unsigned fflags;
	int64_t data;
	void *udata;
};

#define EV_SET(event, i, filt, f, ff, d, u)                                                                            \
	(*(event) =                                                                                                        \
			(struct kevent){.ident = (i), .filter = (filt), .flags = (f), .fflags = (ff), .data = (d), .udata = (u)})

int kqueue(void);
int kevent(int queue, const struct kevent *changes, int change_count, struct kevent *events, int event_count,
	const struct timespec *timeout);

#endif
