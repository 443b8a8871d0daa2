/* SPDX-License-Identifier: BSD-3-Clause */
/* The map of fds and every change that a backend hears of: see fdmap.h. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define INTERESTS (EV_READ | EV_WRITE | EV_CLOSED)

/* The contract's bits are those of event2/event.h. */
_Static_assert((int)EVENT_PLUGIN_READ == EV_READ && (int)EVENT_PLUGIN_WRITE == EV_WRITE &&
				   (int)EVENT_PLUGIN_CLOSED == EV_CLOSED && (int)EVENT_PLUGIN_EDGE == EV_ET,
	"the backend's bits are events' bits");

void
fdmap_init(struct fdmap *map, size_t fdinfo_bytes)
{
	const size_t align = _Alignof(struct fd_slot) - 1;
	map->lone = NULL;
	map->lone_count = 0;
	map->pages = NULL;
	map->page_count = 0;
	map->slot_bytes = (uint32_t)((sizeof(struct fd_slot) + fdinfo_bytes + align) & ~align);
	map->changed = -1;
}

void
fdmap_free(struct fdmap *map)
{
	for (int i = 0; i < map->page_count; i++)
		mm_free(map->pages[i]);
	mm_free(map->pages);
	mm_free(map->lone);
	map->lone = NULL;
	map->lone_count = 0;
	map->pages = NULL;
	map->page_count = 0;
	map->changed = -1;
}

static int
grow(struct fdmap *map, int page)
{
	int count = map->page_count ? map->page_count : 1;
	while (count <= page)
		count *= 2; /* an fd is below 2^31, so a page's number is far from overflow */
	unsigned char **pages = mm_realloc(map->pages, (size_t)count * sizeof(*pages));
	if (!pages) return -1;
	memset(pages + map->page_count, 0, (size_t)(count - map->page_count) * sizeof(*pages));
	map->pages = pages;
	map->page_count = count;
	return 0;
}

/* Zeros that nobody has touched cost nothing, so it may well be too large. */
static int
grow_lone(struct fdmap *map)
{
	const size_t count = (size_t)map->page_count * FDMAP_PAGE_SLOTS;
	struct fd_lone *lone = mm_calloc(count, sizeof(*lone));
	if (!lone) return -1;
	if (map->lone) memcpy(lone, map->lone, (size_t)map->lone_count * sizeof(*lone));
	mm_free(map->lone);
	map->lone = lone;
	map->lone_count = (int)count;
	return 0;
}

static struct fd_slot *
make_slot(struct fdmap *map, int fd)
{
	const int page = fd >> FDMAP_PAGE_BITS;
	if (page >= map->page_count && grow(map, page) < 0) return NULL;
	if (fd >= map->lone_count && grow_lone(map) < 0) return NULL;
	if (!map->pages[page]) map->pages[page] = mm_calloc(FDMAP_PAGE_SLOTS, map->slot_bytes);
	return map->pages[page] ? fdmap_slot(map, fd) : NULL;
}

/* ---- What is wanted ---------------------------------------------------------------------------------------------- */

static inline uint8_t
wanted(const struct fd_slot *slot)
{
	int what = 0;
	if (slot->nread) what |= EV_READ;
	if (slot->nwrite) what |= EV_WRITE;
	if (slot->nclosed) what |= EV_CLOSED;
	if (slot->nedge && !slot->nlevel) what |= EV_ET;
	return (uint8_t)what;
}

static inline void
count(struct fd_slot *slot, short events)
{
	if (events & EV_READ) slot->nread++;
	if (events & EV_WRITE) slot->nwrite++;
	if (events & EV_CLOSED) slot->nclosed++;
	if (events & EV_ET)
		slot->nedge++;
	else
		slot->nlevel++;
}

static inline void
discount(struct fd_slot *slot, short events)
{
	if (events & EV_READ) slot->nread--;
	if (events & EV_WRITE) slot->nwrite--;
	if (events & EV_CLOSED) slot->nclosed--;
	if (events & EV_ET)
		slot->nedge--;
	else
		slot->nlevel--;
}

/* ---- Telling the backend ----------------------------------------------------------------------------------------- */

static int
tell(struct event_base *base, struct fd_slot *slot, int fd)
{
	const uint8_t now = wanted(slot);
	if (base->ops.change(base->backend, fd, slot->told, now, base->ops.fdinfo_size ? slot->info : NULL) < 0) return -1;
	slot->told = now;
	slot->unsure = false;
	return 0;
}

static inline void
tell_later(struct event_base *base, struct fd_slot *slot, int fd)
{
	if (slot->changed) return;
	slot->changed = true;
	slot->next_changed = base->fdmap.changed;
	base->fdmap.changed = fd;
	base->chores = true;
}

void
fdmap_flush_slow_locked(struct event_base *base)
{
	int fd;
	while ((fd = base->fdmap.changed) >= 0) {
		struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
		base->fdmap.changed = slot->next_changed;
		slot->changed = false;
		const uint8_t now = wanted(slot);
		if (now == slot->told && !slot->unsure) continue;
		if (tell(base, slot, fd) == 0) continue;
		if (now) log_warn("%s: fd %d cannot be waited for any more", base->backend_name, fd);
		slot->told = now; /* or it would be tried again for ever */
		slot->unsure = false;
	}
}

/* While the loop waits the backend cannot be asked, but the commonest mistake is found all the same. */
static int
add_later(struct event_base *base, struct fd_slot *slot, int fd)
{
	if (fcntl(fd, F_GETFD) < 0) return -1;
	tell_later(base, slot, fd);
	loop_wake_locked(base);
	return 0;
}

/* ---- Adding and deleting ----------------------------------------------------------------------------------------- */

bool
fdmap_has_locked(const struct event_base *base, const struct event *ev, int fd)
{
	const struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
	if (!slot) return false;
	for (const struct event *other = slot->first; other; other = other->ev_.ev_io.ev_io_next.le_next)
		if (other == ev) return true;
	return false;
}

/* The list is latest first, which is also the order of the callbacks. */
static inline void
link_event(struct fd_slot *slot, struct event *ev)
{
	struct event *next = slot->first;
	ev->ev_.ev_io.ev_io_next.le_next = next;
	ev->ev_.ev_io.ev_io_next.le_prev = &slot->first;
	if (next) next->ev_.ev_io.ev_io_next.le_prev = &ev->ev_.ev_io.ev_io_next.le_next;
	slot->first = ev;
}

/* After one has left the list. */
static inline void
find_lone(struct event_base *base, const struct fd_slot *slot, int fd)
{
	struct event *first = slot->first;
	base->fdmap.lone[fd].ev = first && !first->ev_.ev_io.ev_io_next.le_next ? first : NULL;
}

static int
refuse(const char *why, int fd, int error)
{
	errno = error;
	log_warn("event_add: fd %d: %s", fd, why);
	errno = error;
	return -1;
}

int
fdmap_add_locked(struct event_base *base, struct event *ev)
{
	const int fd = ev->ev_fd;
	if (fd < 0) return 0; /* waits for nothing; event_active() can fire it */
	struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
	if (UNLIKELY(!slot) && !(slot = make_slot(&base->fdmap, fd))) return refuse("no memory", fd, ENOMEM);
	const short events = ev->ev_events;
	if (slot->first) {
		if (UNLIKELY(fdmap_has_locked(base, ev, fd)))
			return refuse("the event was assigned again while it was pending", fd, EINVAL);
		if (UNLIKELY(debug_mode_on) && (events & EV_ET ? slot->nlevel : slot->nedge))
			return refuse("events with EV_ET and without on one fd", fd, EINVAL);
	}
	count(slot, events);
	if (wanted(slot) != slot->told || slot->unsure) {
		const int result = UNLIKELY(base->waiting) ? add_later(base, slot, fd) : tell(base, slot, fd);
		if (UNLIKELY(result < 0)) {
			discount(slot, events);
			return refuse(base->ops.method, fd, errno);
		}
	}
	struct fd_lone *lone = &base->fdmap.lone[fd];
	if (!slot->first) lone->turn = (uint32_t)base->turns;
	lone->ev = slot->first ? NULL : ev;
	link_event(slot, ev);
	return 0;
}

void
fdmap_del_locked(struct event_base *base, struct event *ev)
{
	struct fd_slot *slot = fdmap_slot(&base->fdmap, ev->ev_fd);
	if (UNLIKELY(!slot)) return;
	struct event *next = ev->ev_.ev_io.ev_io_next.le_next;
	if (next) next->ev_.ev_io.ev_io_next.le_prev = ev->ev_.ev_io.ev_io_next.le_prev;
	*ev->ev_.ev_io.ev_io_next.le_prev = next;
	find_lone(base, slot, ev->ev_fd);
	discount(slot, ev->ev_events);
	if (wanted(slot) == slot->told) return;
	if (LIKELY(!base->waiting)) {
		if (tell(base, slot, ev->ev_fd) < 0) slot->told = wanted(slot); /* it is not for us to try for ever */
		return;
	}
	/* If it comes back before the loop looks, the fd may be another one, and an edge is to be armed again. */
	if (!slot->first || slot->nedge) slot->unsure = true;
	tell_later(base, slot, ev->ev_fd);
}

void
fdmap_cut_locked(struct event_base *base, struct event *stray, int fd)
{
	struct fd_slot *slot = fdmap_slot(&base->fdmap, fd);
	struct event **link = &slot->first;
	log_warnx("fd %d: event %p was assigned again, for fd %d, while it was pending", fd, (void *)stray, stray->ev_fd);
	slot->nread = slot->nwrite = slot->nclosed = slot->nedge = slot->nlevel = 0;
	for (; *link && *link != stray; link = &(*link)->ev_.ev_io.ev_io_next.le_next)
		count(slot, (*link)->ev_events);
	*link = NULL;
	find_lone(base, slot, fd);
	tell_later(base, slot, fd);
}

/* ---- All of them -------------------------------------------------------------------------------------------------
 */

/* Calls visit for each slot that was ever used until it returns nonzero; returns that, or 0. */
static int
each_slot(const struct fdmap *map, int (*visit)(struct fd_slot *slot, int fd, void *arg), void *arg)
{
	for (int page = 0; page < map->page_count; page++) {
		if (!map->pages[page]) continue;
		for (int i = 0; i < FDMAP_PAGE_SLOTS; i++) {
			const int fd = (page << FDMAP_PAGE_BITS) + i;
			const int result = visit(fdmap_slot(map, fd), fd, arg);
			if (result) return result;
		}
	}
	return 0;
}

static int
forget(struct fd_slot *slot, int fd, void *arg)
{
	const struct event_base *base = arg;
	(void)fd;
	slot->told = 0;
	slot->changed = false;
	slot->unsure = false;
	memset(slot->info, 0, base->ops.fdinfo_size);
	return 0;
}

void
fdmap_forget_locked(struct event_base *base)
{
	(void)each_slot(&base->fdmap, forget, base);
	base->fdmap.changed = -1;
}

struct retelling {
	struct event_base *base;
	int failed;
};

static int
retell(struct fd_slot *slot, int fd, void *arg)
{
	struct retelling *retelling = arg;
	if (wanted(slot) && tell(retelling->base, slot, fd) < 0) {
		log_warn("%s: fd %d cannot be waited for any more", retelling->base->backend_name, fd);
		retelling->failed++;
	}
	return 0;
}

int
fdmap_retell_locked(struct event_base *base)
{
	struct retelling retelling = {base, 0};
	(void)each_slot(&base->fdmap, retell, &retelling);
	return retelling.failed ? -1 : 0;
}

struct visiting {
	int (*visit)(struct event *ev, void *arg);
	void *arg;
};

static int
visit_events(struct fd_slot *slot, int fd, void *arg)
{
	const struct visiting *visiting = arg;
	(void)fd;
	for (struct event *ev = slot->first, *next; ev; ev = next) {
		next = ev->ev_.ev_io.ev_io_next.le_next;
		const int result = visiting->visit(ev, visiting->arg);
		if (result) return result;
	}
	return 0;
}

int
fdmap_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg)
{
	struct visiting visiting = {visit, arg};
	return each_slot(&base->fdmap, visit_events, &visiting);
}
