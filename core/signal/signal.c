/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists of signal events, and the two ways that need no kernel object of their own; see signal.h. */
#include "config.h"

#include "signal/signal.h"

#include "loop/base.h"
#include "util/log.h"
#include "util/mm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* ---- The way "signal": the process's handler --------------------------------------------------------------------- */

static void
rang(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	(void)fd;
	(void)what;
	base_lock(base);
	signal_listener_hush(&base->signals.listener);
	signal_gather_locked(base);
	base_unlock(base);
}

static int
listener_open_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	if (signals->open) return 0;
	if (signal_listener_open(&signals->listener) < 0) return -1;
	event_assign_internal(&signals->wake, base, signals->listener.fds[0], EV_READ | EV_PERSIST, rang, base);
	if (event_add_locked(&signals->wake, NULL, NULL) < 0) {
		signal_listener_close(&signals->listener);
		return -1;
	}
	signals->open = true;
	return 0;
}

void
signal_listener_close_locked(struct event_base *base)
{
	if (!base->signals.open) return;
	(void)event_del_locked(&base->signals.wake, EVENT_DEL_NOBLOCK);
	signal_listener_close(&base->signals.listener);
	base->signals.open = false;
}

int
signal_listen_locked(struct event_base *base, int signum)
{
	if (listener_open_locked(base) < 0) return -1;
	return signal_handler_get(&base->signals.listener, signum);
}

int
signal_unlisten_locked(struct event_base *base, int signum)
{
	return signal_handler_put(&base->signals.listener, signum);
}

static const struct signal_way way_handler = {
	signal_listen_locked, signal_unlisten_locked, signal_listener_close_locked};

/* ---- The way of a backend with ops.signal ------------------------------------------------------------------------
 * The handler is installed all the same, so that the signal's default action does not happen; it rings nobody. */

static int
backend_on(struct event_base *base, int signum)
{
	if (signal_handler_get(&base->signals.listener, signum) < 0) return -1;
	if (base->ops.signal(base->backend, signum, 1) == 0) return 0;
	int saved = errno;
	(void)signal_handler_put(&base->signals.listener, signum);
	errno = saved;
	return -1;
}

static int
backend_off(struct event_base *base, int signum)
{
	int result = base->ops.signal(base->backend, signum, 0);
	return signal_handler_put(&base->signals.listener, signum) < 0 ? -1 : result;
}

static void
backend_close(struct event_base *base)
{
	(void)base;
}

static const struct signal_way way_backend = {backend_on, backend_off, backend_close};

/* ---- The base ---------------------------------------------------------------------------------------------------- */

void
signal_base_init(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	const char *method = "signal";
	signals->way = &way_handler;
	signals->signalfd = -1;
	if (base->ops.signal) {
		signals->way = &way_backend;
		(void)snprintf(signals->method, sizeof(signals->method), "%s_signal", base->ops.method);
		return;
	}
#ifdef HAVE_SIGNALFD
	bool environment = !(base->flags & EVENT_BASE_FLAG_IGNORE_ENV) && registry_setting("EVENT_USE_SIGNALFD");
	if (environment || (base->flags & EVENT_BASE_FLAG_USE_SIGNALFD)) {
		signals->way = &signal_way_signalfd;
		method = "signalfd_signal";
	}
#endif
	(void)snprintf(signals->method, sizeof(signals->method), "%s", method);
}

void
signal_base_free(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	for (int i = 1; signals->count > 0 && i < SIGNAL_NUMBERS; i++) {
		if (!signals->slots[i].first) continue;
		(void)signals->way->off(base, i);
		signals->count--;
	}
	signals->way->close(base);
	mm_free(signals->slots);
	signals->slots = NULL;
}

const char *
event_base_get_signal_method(const struct event_base *base)
{
	return base->signals.method;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

static int
begin_locked(struct event_base *base, int signum)
{
	struct signal_base *signals = &base->signals;
	if (!signals->slots) signals->slots = mm_calloc(SIGNAL_NUMBERS, sizeof(*signals->slots));
	if (!signals->slots) return -1;
	if (signals->slots[signum].first) return 0;
	signals->slots[signum].seen = signal_handler_count(signum);
	if (signals->way->on(base, signum) < 0) {
		int saved = errno;
		if (signals->count == 0) signals->way->close(base);
		errno = saved;
		return -1;
	}
	signals->count++;
	return 0;
}

bool
signal_has_locked(const struct event_base *base, const struct event *ev, int signum)
{
	if (!base->signals.slots || signum <= 0 || signum >= SIGNAL_NUMBERS) return false;
	const struct event *each = base->signals.slots[signum].first;
	while (each && each != ev)
		each = each->ev_.ev_signal.ev_signal_next.le_next;
	return each != NULL;
}

int
signal_add_locked(struct event_base *base, struct event *ev)
{
	int signum = (int)ev->ev_fd;
	bool valid = signum > 0 && signum < SIGNAL_NUMBERS;
	if (!valid) errno = EINVAL;
	if (!valid || begin_locked(base, signum) < 0) {
		log_warn("event_add: signal %d cannot be caught", signum);
		return -1;
	}
	if (signal_has_locked(base, ev, signum)) {
		log_warnx("event_add: event %p was assigned again while it waited for signal %d; delete it first", (void *)ev,
			signum);
		errno = EINVAL;
		return -1;
	}
	struct event **first = &base->signals.slots[signum].first;
	ev->ev_.ev_signal.ev_signal_next.le_next = *first;
	ev->ev_.ev_signal.ev_signal_next.le_prev = first;
	if (*first) (*first)->ev_.ev_signal.ev_signal_next.le_prev = &ev->ev_.ev_signal.ev_signal_next.le_next;
	*first = ev;
	return 0;
}

int
signal_del_locked(struct event_base *base, struct event *ev)
{
	struct signal_base *signals = &base->signals;
	int signum = (int)ev->ev_fd;
	struct event *next = ev->ev_.ev_signal.ev_signal_next.le_next;
	if (next) next->ev_.ev_signal.ev_signal_next.le_prev = ev->ev_.ev_signal.ev_signal_next.le_prev;
	*ev->ev_.ev_signal.ev_signal_next.le_prev = next;
	if (signals->slots[signum].first) return 0;
	int result = signals->way->off(base, signum);
	/* The fds stay for the next signal event; event_base_free() closes them. */
	signals->count--;
	return result;
}

void
signal_activate_locked(struct event_base *base, int signum, int ncalls)
{
	if (!base->signals.slots || signum <= 0 || signum >= SIGNAL_NUMBERS) return;
	short calls = ncalls > SHRT_MAX ? SHRT_MAX : (short)ncalls;
	struct event *ev = base->signals.slots[signum].first;
	for (; ev; ev = ev->ev_.ev_signal.ev_signal_next.le_next)
		event_active_locked(ev, EV_SIGNAL, calls);
}

void
signal_told_locked(struct event_base *base, int signum)
{
	if (!base->signals.slots || signum <= 0 || signum >= SIGNAL_NUMBERS) return;
	struct signal_slot *slot = &base->signals.slots[signum];
	unsigned count = signal_handler_count(signum), more = count - slot->seen;
	slot->seen = count;
	/* The backend may have heard of it before the handler ran. */
	signal_activate_locked(base, signum, more == 0 ? 1 : more > SHRT_MAX ? SHRT_MAX : (int)more);
}

void
signal_gather_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	for (int i = 1; signals->slots && i < SIGNAL_NUMBERS; i++) {
		struct signal_slot *slot = &signals->slots[i];
		if (!slot->first) continue;
		unsigned count = signal_handler_count(i), more = count - slot->seen;
		slot->seen = count;
		if (more > 0) signal_activate_locked(base, i, more > SHRT_MAX ? SHRT_MAX : (int)more);
	}
}

int
signal_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg)
{
	for (int i = 1; base->signals.slots && i < SIGNAL_NUMBERS; i++) {
		struct event *ev = base->signals.slots[i].first;
		for (; ev; ev = ev->ev_.ev_signal.ev_signal_next.le_next) {
			int result = visit(ev, arg);
			if (result) return result;
		}
	}
	return 0;
}

/* ---- Fork -------------------------------------------------------------------------------------------------------- */

static int
again_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	int result = 0;
	signals->way->close(base);
	for (int i = 1; i < SIGNAL_NUMBERS; i++)
		if (signals->slots[i].first) (void)signals->way->off(base, i);
	for (int i = 1; i < SIGNAL_NUMBERS; i++) {
		struct signal_slot *slot = &signals->slots[i];
		if (!slot->first) continue;
		/* What came to the parents only is not ours. (Without a fork since, the mark lies behind us.) */
		unsigned mark = signal_handler_fork_count(i);
		if ((int)(mark - slot->seen) > 0) slot->seen = mark;
		if (signals->way->on(base, i) < 0) result = -1;
	}
	return result;
}

int
signal_reinit_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	sigset_t all, before, blocked = signals->blocked;
	if (!signals->slots) return 0;
	/* Between off and on a signal would do its worst. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int result = again_locked(base);
	signals->blocked = blocked;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* What came to the child meanwhile. */
	signal_gather_locked(base);
	return result;
}
