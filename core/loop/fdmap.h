/* SPDX-License-Identifier: BSD-3-Clause */
/* The fds of a base: for each one the events that want it, how many want what, and the backend's own bytes.
 *
 * A change is told to the backend at once, so that event_add() can fail; it is the backend that knows whether to put
 * it off. Only while the loop waits in another thread the core itself puts it off, since a backend never sees two
 * calls at once. In between the program may have closed the fd and got the number again for another file: after its
 * last event has left, such an fd is told again even if the same is wanted as before.
 *
 * Slots live in pages that never move, so a backend may keep pointers to its fdinfo. Pages are made when an fd of
 * their range is first used and kept until the base is freed. */
#ifndef MKEVENT_LOOP_FDMAP_H_
#define MKEVENT_LOOP_FDMAP_H_

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDMAP_PAGE_BITS 6
#define FDMAP_PAGE_SLOTS (1 << FDMAP_PAGE_BITS)

struct fd_slot {
	struct event *first;              /* linked by ev_.ev_io.ev_io_next */
	uint32_t nread, nwrite, nclosed;  /* events that want each */
	uint32_t nedge, nlevel;           /* events with EV_ET, and without */
	int next_changed;                 /* fd after this one in fdmap.changed; -1 at the end */
	uint8_t told;                     /* interest that the backend knows: EV_READ | ... */
	bool changed;                     /* is in fdmap.changed */
	bool unsure;                      /* nobody wanted it for a while: what the backend was told may be void */
	_Alignas(8) unsigned char info[]; /* the backend's fdinfo */
};

/* What a report needs, as near as can be: the loop follows these 16 bytes instead of the page, the slot and the list.
 */
struct fd_lone {
	struct event *ev; /* when it is the fd's only one; else NULL */
	uint32_t turn;    /* of the base, when the fd's first event came: older reports are another file's */
};

struct fdmap {
	struct fd_lone *lone; /* lone_count of them, one for each fd */
	int lone_count;
	unsigned char **pages;
	int page_count;      /* entries of pages; an entry may be NULL */
	uint32_t slot_bytes; /* sizeof(struct fd_slot) and the fdinfo */
	int changed;         /* first fd that the backend is to be told of before the next wait; -1: none */
};

/* The slot, or NULL when the fd was never used. */
static inline struct fd_slot *
fdmap_slot(const struct fdmap *map, int fd)
{
	const unsigned page = (unsigned)fd >> FDMAP_PAGE_BITS; /* of a negative fd: beyond any */
	if (page >= (unsigned)map->page_count || !map->pages[page]) return NULL;
	return (struct fd_slot *)(map->pages[page] + (size_t)(fd & (FDMAP_PAGE_SLOTS - 1)) * map->slot_bytes);
}

/* NULL when the fd was never used. */
static inline struct fd_lone *
fdmap_lone(const struct fdmap *map, int fd)
{
	return (unsigned)fd < (unsigned)map->lone_count ? &map->lone[fd] : NULL;
}

struct event_base;

void fdmap_init(struct fdmap *map, size_t fdinfo_bytes);
void fdmap_free(struct fdmap *map);
/* Puts ev into its fd's list and tells the backend what is new, or wakes the loop to do so. Returns 0, or -1 with errno
 * and one log line; then nothing has changed. */
int fdmap_add_locked(struct event_base *base, struct event *ev);
/* The other way round. */
void fdmap_del_locked(struct event_base *base, struct event *ev);
/* True when ev is in the list of fd, whatever ev's memory says: follows only our own links. */
bool fdmap_has_locked(const struct event_base *base, const struct event *ev, int fd);
/* Ends the fd's list before stray, an event that was assigned anew, for another fd, while it was pending: what follows
 * it may be anything. */
void fdmap_cut_locked(struct event_base *base, struct event *stray, int fd);
/* Tells the backend what was put off. Call it before each wait. */
void fdmap_flush_slow_locked(struct event_base *base);
/* After a fork: zeroes every fdinfo, as ops.reinit() wants it; then, when the backend has reinitialised, tells it all
 * fds again. Returns 0, or -1 when one could not be added. */
void fdmap_forget_locked(struct event_base *base);
int fdmap_retell_locked(struct event_base *base);
/* Calls visit for each event in the map until it returns nonzero; returns that, or 0. visit may delete that event; it
 * must not change the map otherwise. */
int fdmap_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg);

#endif
