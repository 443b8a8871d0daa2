/* SPDX-License-Identifier: BSD-3-Clause */
/* Waking a loop that waits in another thread: an eventfd, or a pipe where there is none, that the loop reads.
 *
 * With a backend that knows edges nobody has to empty an eventfd: each write is an edge of its own, and its 64-bit
 * counter does not fill. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"

#include <errno.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <fcntl.h>
#include <unistd.h>
#ifdef HAVE_SYS_EVENTFD_H
#include <sys/eventfd.h>
#endif

static void
drain(evutil_socket_t fd)
{
	char bytes[64]; /* at least the 8 that an eventfd wants to give */
	while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

static void
woken(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	base_lock(base);
	if (!(what & EV_ET)) drain(fd);
	base->wake_sent = false;
	base_unlock(base);
}

/* fds[1] is -1 for an eventfd. */
static int
open_fds(int fds[2])
{
	fds[0] = fds[1] = -1;
#ifdef HAVE_SYS_EVENTFD_H
	fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fds[0] >= 0) return 0;
#endif
	if (pipe(fds) < 0) return -1;
	for (int i = 0; i < 2; i++) {
		(void)evutil_make_socket_nonblocking(fds[i]);
		(void)evutil_make_socket_closeonexec(fds[i]);
	}
	return 0;
}

int
loop_wake_open_locked(struct event_base *base)
{
	loop_fork_check_locked(base);
	if (base->wake_fds[0] >= 0) return 0;
	int fds[2];
	if (open_fds(fds) < 0) {
		log_warn("event_base: no descriptor to wake the loop with");
		return -1;
	}
	const bool edge = fds[1] < 0 && (base->ops.features & EV_FEATURE_ET);
	const short what = (short)(EV_READ | EV_PERSIST | (edge ? EV_ET : 0));
	event_assign_internal(&base->wake_event, base, fds[0], what, woken, base);
	base->wake_fds[0] = fds[0];
	base->wake_fds[1] = fds[1];
	base->wake_sent = false;
	if (event_add_locked(&base->wake_event, NULL, NULL) == 0) return 0;
	loop_wake_close_locked(base);
	return -1;
}

void
loop_wake_close_locked(struct event_base *base)
{
	if (event_flags(&base->wake_event) & EVLIST_INSERTED) (void)event_del_locked(&base->wake_event, EVENT_DEL_NOBLOCK);
	for (int i = 0; i < 2; i++) {
		if (base->wake_fds[i] >= 0) close(base->wake_fds[i]);
		base->wake_fds[i] = -1;
	}
}

void
loop_wake_slow_locked(struct event_base *base)
{
	static const uint64_t one = 1;
	const int fd = base->wake_fds[1] >= 0 ? base->wake_fds[1] : base->wake_fds[0];
	if (fd < 0) return;
	base->wake_sent = true;
	base->counters.wakeups++;
	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

int
evthread_make_base_notifiable(struct event_base *base)
{
	if (!base) return -1;
	base_lock(base);
	const int result = base->lock ? loop_wake_open_locked(base) : 0;
	base_unlock(base);
	return result;
}
