/* SPDX-License-Identifier: BSD-3-Clause */
/* What the core wants of each fd and what the kernel knows of it; and the backend's state, which has both. */
#ifndef BACKEND_EPOLL_INTEREST_H_
#define BACKEND_EPOLL_INTEREST_H_

#include "precise.h"

#include <event2/plugin.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define EVENTS_MOST 1024 /* of one wait */

struct fdinfo {
	struct fdinfo *next_seen, *next_pending, *next_file;
	int fd;
	uint8_t wanted, known; /* by the core, by the kernel */
	bool seen, pending, file;
};

/* What a wait has to do besides. */
enum { ODD_PENDING = 1, ODD_GHOSTS = 2, ODD_FILES = 4, ODD_PRECISE = 8 };

struct epoll { /* the backend's state */
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

/* The backend's change(). */
int interest_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo);
/* Tells the kernel what was put off. */
void interest_flush(struct epoll *st);
/* Tells a new set all that the old one knew. */
void interest_tell_all(struct epoll *st);
/* Adds those fds to the n in out that are always ready. Returns how many there are then, max at most. */
int interest_report_files(struct epoll *st, struct event_plugin_ready *out, int n, int max);

#endif
