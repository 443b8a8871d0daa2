/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop. A turn waits once and reads the clock once: before the wait when there is a deadline to compute with, else
 * when somebody first asks for the time. */
#include "config.h"

#include "loop/base.h"
#include "loop/meter.h"
#include "util/log.h"
#include "util/mm.h"

#include <limits.h>

#define READY_MOST 4096 /* fds reported by one wait */

/* ---- Leaving ----------------------------------------------------------------------------------------------------- */

static void
exit_loop(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	(void)fd, (void)what;
	base_lock(base);
	base->exit_wanted = true;
	base_unlock(base);
}

int
event_base_loopexit(struct event_base *base, const struct timeval *timeout)
{
	return event_base_once(base, -1, EV_TIMEOUT, exit_loop, base, timeout);
}

void
loop_interrupt_locked(struct event_base *base)
{
	base->break_wanted = true;
	loop_wake_locked(base);
}

int
event_base_loopbreak(struct event_base *base)
{
	if (!base) return -1;
	base_lock(base);
	loop_interrupt_locked(base);
	base_unlock(base);
	return 0;
}

int
event_base_loopcontinue(struct event_base *base)
{
	if (!base) return -1;
	base_lock(base);
	base->continue_wanted = true;
	loop_wake_locked(base);
	base_unlock(base);
	return 0;
}

int
event_base_got_exit(struct event_base *base)
{
	base_lock(base);
	const int result = base->exit_wanted;
	base_unlock(base);
	return result;
}

int
event_base_got_break(struct event_base *base)
{
	base_lock(base);
	const int result = base->break_wanted;
	base_unlock(base);
	return result;
}

/* ---- One turn ---------------------------------------------------------------------------------------------------- */

static inline uint64_t
next_deadline_locked(struct event_base *base, int flags)
{
	if (base->active_count || (flags & EVLOOP_NONBLOCK)) return 0;
	return base->timers.count ? timers_deadline_locked(base) : UINT64_MAX;
}

static void
prepare_locked(struct event_base *base, int flags)
{
	const uint64_t deadline = next_deadline_locked(base, flags);
	base->now = 0; /* a timeout that is set from there counts from now */
	base_unlock(base);
	watch_run_prepare(base, deadline);
	base_lock(base);
}

static void
check_locked(struct event_base *base)
{
	base_unlock(base);
	watch_run_check(base);
	base_lock(base);
}

static void
more_ready_locked(struct event_base *base)
{
	if (base->ready_max >= READY_MOST) return;
	const int max = base->ready_max * 2;
	struct event_plugin_ready *ready = mm_realloc(base->ready, (size_t)max * sizeof(*ready));
	if (!ready) return; /* the rest is reported by the next wait */
	base->ready = ready;
	base->ready_max = max;
}

/* What a turn has run so far. */
struct progress {
	int ran;        /* callbacks that are not internal; -1 after a loopbreak */
	bool any;       /* internal ones count here */
	uint64_t began; /* by the meter's clock; 0: nothing has run yet */
};

static void
take_ready_locked(struct event_base *base, int count, struct progress *progress)
{
	progress->began = meter_run_begins_locked(base);
	if (base->npriorities == 1 && !base->active_count && base->limit_priority == INT_MAX)
		progress->ran = ready_run_locked(base, base->ready, count, &progress->any);
	else
		ready_activate_locked(base, base->ready, count);
	if (UNLIKELY(count == base->ready_max)) more_ready_locked(base);
}

/* A timeout that comes due during the wait may run a turn late if fds are ready, which saves a reading of the clock;
 * not so where its priority could matter. before: clock at the wait's begin; 0: not read. */
static void
expire_locked(struct event_base *base, int ready, uint64_t before)
{
	if (!base->timers.count) return;
	uint64_t now = before;
	if (ready == 0 || !before || base->npriorities > 1) now = base_now_locked(base);
	timers_expire_locked(base, now);
}

/* Returns what the backend's wait() did. */
static int
wait_locked(struct event_base *base, int flags, uint64_t *before)
{
	if (base->fdmap.changed >= 0) fdmap_flush_slow_locked(base);
	const uint64_t deadline = next_deadline_locked(base, flags);
	uint64_t now = 0;
	if (deadline != 0 && deadline != UINT64_MAX) now = clock_now();
	*before = now;
	base->now = 0;
	struct event_plugin_ready *const ready = base->ready;
	if (deadline != 0) meter_wait_begins_locked(base);
	int count;
	if (base->lock) {
		base->waiting = true;
		base_unlock(base);
		count = base->ops.wait(base->backend, now, deadline, ready, base->ready_max);
		base_lock(base);
		base->waiting = false;
	} else {
		count = base->ops.wait(base->backend, now, deadline, ready, base->ready_max);
	}
	if (deadline != 0) meter_wait_over_locked(base);
	return count;
}

/* Waits, and makes active what is ready or due, or runs it at once. Returns 0, or -1 when the backend failed. */
static int
look_locked(struct event_base *base, int flags, struct progress *progress)
{
	uint64_t before;
	if (base->later.first) active_promote_later_locked(base);
	if (UNLIKELY(base->prepare.first)) prepare_locked(base, flags);
	loop_fork_check_locked(base);
	const int count = wait_locked(base, flags, &before);
	base->counters.turns++;
	if (UNLIKELY(count < 0)) {
		log_warn("%s: wait", base->backend_name);
		return -1;
	}
	if (UNLIKELY(base->check.first)) check_locked(base);
	if (count) take_ready_locked(base, count, progress);
	if (LIKELY(progress->ran >= 0)) expire_locked(base, count, before);
	return 0;
}

static inline bool
nothing_left_locked(const struct event_base *base)
{
	return !base->pending_count && !base->virtual_count && !base->active_count;
}

/* Returns 1 to go on, 0 when the flags say that it was enough, -1 when the backend failed. */
static int
turn_locked(struct event_base *base, int flags)
{
	struct progress progress = {0, false, 0};
	base->continue_wanted = false;
	base->deferred_queued = 0;
	if (look_locked(base, flags, &progress) < 0) return -1;
	if (!progress.any && !base->active_count) return !(flags & EVLOOP_NONBLOCK);
	if (!progress.began) progress.began = meter_run_begins_locked(base);
	if (base->active_count && progress.ran >= 0 && !base->continue_wanted) {
		const int ran = active_process_locked(base);
		progress.ran = ran < 0 ? ran : progress.ran + ran;
	}
	meter_run_over_locked(base, progress.began, progress.ran);
	return !(flags & EVLOOP_ONCE) || base->active_count || progress.ran == 0;
}

static int
turns_locked(struct event_base *base, int flags)
{
	while (!base->exit_wanted && !base->break_wanted) {
		if (!(flags & EVLOOP_NO_EXIT_ON_EMPTY) && nothing_left_locked(base)) return 1;
		const int result = turn_locked(base, flags);
		if (result <= 0) return result;
	}
	return 0;
}

/* ---- The loop ---------------------------------------------------------------------------------------------------- */

int
event_base_loop(struct event_base *base, int flags)
{
	base_lock(base);
	if (base->running) {
		log_warnx("event_base_loop: the loop of this base runs already");
		base_unlock(base);
		return -1;
	}
	base->running = true;
	base->exit_wanted = base->break_wanted = false;
	meter_begin_locked(base);
	int result = 0;
	if (base->lock) {
		base->owner = thread_id();
		result = loop_wake_open_locked(base);
	}
	if (result == 0) result = turns_locked(base, flags);
	base->now = 0;
	base->running = false;
	base_unlock(base);
	return result;
}

int
event_base_dispatch(struct event_base *base)
{
	return event_base_loop(base, 0);
}
