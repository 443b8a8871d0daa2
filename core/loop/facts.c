/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be asked of an event. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"

int
event_pending(const struct event *ev, short events, struct timeval *tv)
{
	struct event_base *base = ev->ev_base;
	if (!base) {
		log_warnx("event_pending: the event has no base");
		return 0;
	}
	base_lock(base);
	debug_mode_check(ev, "event_pending");
	const short flags = event_flags(ev);
	int what = 0;
	if (flags & EVLIST_INSERTED) what |= ev->ev_events & (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL);
	if (flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)) what |= ev->ev_res;
	if (flags & EVLIST_TIMEOUT) what |= EV_TIMEOUT;
	what &= events & (EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL);
	if (tv && (what & EV_TIMEOUT)) base_wall_time_locked(base, event_due(ev), tv);
	base_unlock(base);
	return what;
}

int
event_initialized(const struct event *ev)
{
	return (event_flags(ev) & EVLIST_INIT) != 0;
}

evutil_socket_t
event_get_fd(const struct event *ev)
{
	debug_mode_check(ev, "event_get_fd");
	return ev->ev_fd;
}

struct event_base *
event_get_base(const struct event *ev)
{
	debug_mode_check(ev, "event_get_base");
	return ev->ev_base;
}

short
event_get_events(const struct event *ev)
{
	debug_mode_check(ev, "event_get_events");
	return ev->ev_events;
}

event_callback_fn
event_get_callback(const struct event *ev)
{
	debug_mode_check(ev, "event_get_callback");
	return ev->ev_evcallback.evcb_cb_union.evcb_callback;
}

void *
event_get_callback_arg(const struct event *ev)
{
	debug_mode_check(ev, "event_get_callback_arg");
	return ev->ev_evcallback.evcb_arg;
}

int
event_get_priority(const struct event *ev)
{
	debug_mode_check(ev, "event_get_priority");
	return ev->ev_evcallback.evcb_pri;
}

void
event_get_assignment(const struct event *event, struct event_base **base_out, evutil_socket_t *fd_out,
	short *events_out, event_callback_fn *callback_out, void **arg_out)
{
	debug_mode_check(event, "event_get_assignment");
	if (base_out) *base_out = event->ev_base;
	if (fd_out) *fd_out = event->ev_fd;
	if (events_out) *events_out = event->ev_events;
	if (callback_out) *callback_out = event->ev_evcallback.evcb_cb_union.evcb_callback;
	if (arg_out) *arg_out = event->ev_evcallback.evcb_arg;
}

size_t
event_get_struct_event_size(void)
{
	return sizeof(struct event);
}
