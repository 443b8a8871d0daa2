/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of event2/event_compat.h: each is its successor on the base that event_init() made last. Without such a
 * base they fail, where they can, and say so. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"

#include <event2/event_compat.h>

struct event_base *current_base;

static bool
is_there(const char *function)
{
	if (!current_base) log_warnx("%s: no base; call event_init() first", function);
	return current_base != NULL;
}

struct event_base *
event_init(void)
{
	struct event_base *base = event_base_new_with_config(NULL);
	if (base) current_base = base;
	return base;
}

int
event_dispatch(void)
{
	return event_loop(0);
}

int
event_loop(int flags)
{
	return is_there("event_loop") ? event_base_loop(current_base, flags) : -1;
}

int
event_loopexit(const struct timeval *after)
{
	return is_there("event_loopexit") ? event_base_loopexit(current_base, after) : -1;
}

int
event_loopbreak(void)
{
	return is_there("event_loopbreak") ? event_base_loopbreak(current_base) : -1;
}

int
event_once(evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *), void *arg,
	const struct timeval *timeout)
{
	return is_there("event_once") ? event_base_once(current_base, fd, events, callback, arg, timeout) : -1;
}

const char *
event_get_method(void)
{
	return is_there("event_get_method") ? event_base_get_method(current_base) : NULL;
}

int
event_priority_init(int npriorities)
{
	return is_there("event_priority_init") ? event_base_priority_init(current_base, npriorities) : -1;
}

void
event_set(
	struct event *ev, evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void *), void *arg)
{
	(void)event_assign(ev, current_base, fd, events, callback, arg);
}
