/* SPDX-License-Identifier: BSD-3-Clause */
/* event_base_once(): events of the library's own that free themselves. The base lists them, to give back those that
 * never fired. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

struct once {
	struct event event;
	event_callback_fn callback;
	void *arg;
	struct once *next;
	struct once **link; /* the pointer that leads here */
};

static void
link_locked(struct event_base *base, struct once *once)
{
	once->next = base->once_list;
	once->link = &base->once_list;
	if (once->next) once->next->link = &once->next;
	base->once_list = once;
}

static void
unlink_locked(struct once *once)
{
	if (once->next) once->next->link = once->link;
	*once->link = once->next;
}

static void
fired(evutil_socket_t fd, short what, void *arg)
{
	struct once *once = arg;
	struct event_base *base = once->event.ev_base;
	const event_callback_fn callback = once->callback;
	void *const callback_arg = once->arg;
	base_lock(base);
	unlink_locked(once);
	base_unlock(base);
	debug_mode_forget(&once->event);
	mm_free(once);
	callback(fd, what, callback_arg);
}

/* A timer that is due at once needs no place among the timers. */
static int
start_locked(struct event_base *base, struct once *once, bool timer, const struct timeval *timeout)
{
	int result = 0;
	if (timer && (!timeout || !evutil_timerisset(timeout)))
		event_active_locked(&once->event, EV_TIMEOUT, 1);
	else
		result = event_add_locked(&once->event, timeout, NULL);
	if (result == 0) link_locked(base, once);
	return result;
}

int
event_base_once(struct event_base *base, evutil_socket_t fd, short events, event_callback_fn callback, void *arg,
	const struct timeval *timeout)
{
	const short waits = events & (EV_READ | EV_WRITE | EV_CLOSED);
	if (!base || (events & (EV_SIGNAL | EV_PERSIST)) || (!waits && !(events & EV_TIMEOUT))) return -1;
	struct once *once = mm_calloc(1, sizeof(*once));
	if (!once) return -1;
	once->callback = callback;
	once->arg = arg;
	const bool timer = events == EV_TIMEOUT;
	int result = event_assign(&once->event, base, timer ? -1 : fd, waits | (events & EV_ET), fired, once);
	if (result == 0) {
		base_lock(base);
		result = start_locked(base, once, timer, timeout);
		base_unlock(base);
	}
	if (result == 0) return 0;
	debug_mode_forget(&once->event);
	mm_free(once);
	return -1;
}

void
once_free_all(struct event_base *base)
{
	struct once *once;
	while ((once = base->once_list)) {
		base->once_list = once->next;
		debug_mode_forget(&once->event);
		mm_free(once);
	}
}
