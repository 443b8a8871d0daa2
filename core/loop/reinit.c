/* SPDX-License-Identifier: BSD-3-Clause */
/* A base in a forked child.
 *
 * An epoll set and an eventfd are shared with the parent: what the child does to them, the parent feels. So the child
 * must get its own before it changes anything, whether or not the program calls event_reinit(): a hook of fork(2)
 * counts, and the base compares before its next change. */
#include "config.h"

#include "loop/base.h"
#include "util/log.h"

#include <pthread.h>

volatile unsigned loop_fork_generation;

/* In the child, which has one thread, before fork() returns: only memory may be touched. */
static void
forked(void)
{
	loop_fork_generation++;
	signal_handler_forked();
}

static void
watch_once(void)
{
	if (pthread_atfork(NULL, NULL, forked) != 0)
		log_warnx("forks are not noticed: no memory; call event_reinit() in every child");
}

void
loop_fork_watch(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, watch_once);
}

/* The thread that ran the loop has stayed in the parent. */
static void
forget_runner_locked(struct event_base *base)
{
	if (base_is_ours_locked(base)) return;
	base->running = false;
	base->waiting = false;
	base->current = NULL;
	base->current_waiters = 0;
}

static int
backend_reinit_locked(struct event_base *base)
{
	if (!base->ops.reinit) return 0;
	fdmap_forget_locked(base);
	if (base->ops.reinit(base->backend) < 0) {
		log_warn("event_reinit: %s has no kernel object of its own", base->ops.method);
		return -1;
	}
	return fdmap_retell_locked(base);
}

static int
reinit_locked(struct event_base *base)
{
	base->fork_generation = loop_fork_generation;
	forget_runner_locked(base);
	int result = backend_reinit_locked(base);
	if (base->wake_fds[0] >= 0) {
		loop_wake_close_locked(base);
		if (loop_wake_open_locked(base) < 0) result = -1;
	}
	base->wake_sent = false;
	if (signal_reinit_locked(base) < 0) result = -1;
	return result;
}

int
event_reinit(struct event_base *base)
{
	base_lock(base);
	int result = reinit_locked(base);
	base_unlock(base);
	return result;
}

void
loop_fork_noticed_locked(struct event_base *base)
{
	if (reinit_locked(base) < 0)
		log_warnx("a forked child goes on with its parent's event base, and not all of it works; "
				  "make a new base in the child");
}
