/* SPDX-License-Identifier: BSD-3-Clause */
/* What the core wants of each fd and what the kernel was asked for; and the backend's state, which has both. */
#ifndef BACKEND_URING_INTEREST_H_
#define BACKEND_URING_INTEREST_H_

#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0x2000
#endif

/* The lists that an fd can be in: it needs a look before the wait; it has something to tell. */
enum { PENDING, READY, LISTS };

struct fdinfo {
	struct fdinfo *next[LISTS];
	bool in[LISTS];
	bool waits;            /* its request is in the kernel */
	bool other;            /* which may be of another file, or what it told is forgotten */
	uint8_t wanted, asked; /* by the core; by the last request */
	uint8_t ready;         /* not reported yet */
	int fd;
	uint32_t serial; /* of the last request */
};

struct uring { /* the backend's state */
	struct io_uring ring;
	bool open;
	struct list {
		struct fdinfo *first, **end;
	} lists[LISTS];
	struct fdinfo **infos; /* by fd */
	int room;
	uint32_t last_serial;
};

/* Once more is as good as once. */
void interest_put(struct uring *st, int list, struct fdinfo *info);
/* Empties the list; returns its first. */
struct fdinfo *interest_empty(struct uring *st, int list);

/* The backend's change(). */
int interest_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo);
/* Makes the kernel's requests what is wanted. Returns false when it takes no more now; the rest stays. */
bool interest_ask(struct uring *st);
/* Takes back all requests, as well as it goes: the ring is about to end. */
void interest_take_back_all(struct uring *st);

#endif
