/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop. A turn waits once and reads the clock once: before the wait when there is a deadline to compute with, else
 * when somebody first asks for the time. What is ready runs at once where the queues would have nothing to sort. */
#include "config.h"

#include "loop/base.h"
#include "loop/call.h"
#include "loop/meter.h"
#include "util/log.h"
#include "util/mm.h"

#include <limits.h>

#define READY_MOST 4096 /* fds reported by one wait */
#define IS_ACTIVE (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)
#define DESCRIPTOR (EV_READ | EV_WRITE | EV_CLOSED)

/* ---- Leaving ----------------------------------------------------------------------------------------------------- */

static void
exit_loop(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	(void)fd, (void)what;
	base_lock(base);
	base->wanted |= WANT_EXIT;
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
	base->wanted |= WANT_BREAK;
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
	base->wanted |= WANT_CONTINUE;
	loop_wake_locked(base);
	base_unlock(base);
	return 0;
}

int
event_base_got_exit(struct event_base *base)
{
	base_lock(base);
	const bool result = base->wanted & WANT_EXIT;
	base_unlock(base);
	return result;
}

int
event_base_got_break(struct event_base *base)
{
	base_lock(base);
	const bool result = base->wanted & WANT_BREAK;
	base_unlock(base);
	return result;
}

/* ---- What a wait reports ----------------------------------------------------------------------------------------- */

static inline void
activate_one_locked(struct event_base *base, const struct event_plugin_ready *ready)
{
	if (UNLIKELY(ready->what & EVENT_PLUGIN_SIGNAL))
		signal_told_locked(base, ready->fd);
	else
		fd_activate_locked(base, ready->fd, (short)ready->what);
}

/* The same after callbacks have run in this turn. One of them may have closed the fd and added an event for another
 * file of that number: the report does not mean that one. */
static NOINLINE void
activate_late_locked(struct event_base *base, const struct event_plugin_ready *ready)
{
	const struct fd_lone *lone = fdmap_lone(&base->fdmap, ready->fd);
	const bool stale = lone && lone->turn == (uint32_t)base->turns;
	if (!stale || (ready->what & EVENT_PLUGIN_SIGNAL)) activate_one_locked(base, ready);
}

/* The one event of an fd that a report means, if it can be run at once: then ev_res is set. Else NULL: the queues must
 * sort it out, or the report is void. */
static inline struct event *
runnable_locked(const struct event_base *base, const struct event_plugin_ready *ready)
{
	const short in_the_way = EVLIST_FINALIZING | IS_ACTIVE | EVLIST_INTERNAL;
	const struct fd_lone *lone = fdmap_lone(&base->fdmap, ready->fd);
	struct event *ev = lone ? lone->ev : NULL;
	if (UNLIKELY(!ev || ev->ev_fd != ready->fd)) return NULL;
	const short events = ev->ev_events, res = (short)(events & (int)ready->what & DESCRIPTOR);
	if (UNLIKELY(!res || (event_flags(ev) & in_the_way) || lone->turn == (uint32_t)base->turns)) return NULL;
	ev->ev_res = (short)(res | (events & EV_ET));
	return ev;
}

/* As the queues would have run it. */
static inline void
run_ready_locked(struct event_base *base, struct event *ev)
{
	const event_callback_fn fn = ev->ev_evcallback.evcb_cb_union.evcb_callback;
	base->last_callback = (void *)fn;
	if (UNLIKELY(!(ev->ev_events & EV_PERSIST))) (void)event_del_locked(ev, EVENT_DEL_NOBLOCK);
	base->current = &ev->ev_evcallback;
	if (has_timeout_to_restart(ev)) event_restart_timeout_locked(base, ev);
	call_event_locked(base, fn, ev->ev_fd, ev->ev_res, ev->ev_evcallback.evcb_arg);
	after_callback_locked(base);
}

/* For a base whose queues are empty and need not sort anything. Returns how many ran. What is left after a loopbreak or
 * a loopcontinue is made active. */
static inline int
run_all_ready_locked(struct event_base *base, const struct event_plugin_ready *ready, int count)
{
	const struct event_plugin_ready *const end = ready + count;
	int ran = 0;
	do {
		struct event *ev = runnable_locked(base, ready);
		if (UNLIKELY(!ev)) {
			activate_late_locked(base, ready);
			continue;
		}
		ran++;
		run_ready_locked(base, ev);
		if (LIKELY(!(base->wanted & (WANT_BREAK | WANT_CONTINUE)))) continue;
		while (++ready < end)
			activate_late_locked(base, ready);
	} while (++ready < end);
	base->counters.run_io += (unsigned)ran;
	return ran;
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

static NOINLINE void
do_chores_locked(struct event_base *base, int flags)
{
	if (base->later.first) active_promote_later_locked(base);
	if (base->prepare.first) prepare_locked(base, flags);
	loop_fork_check_locked(base); /* again: there a callback may have forked */
	if (base->fdmap.changed >= 0) fdmap_flush_slow_locked(base);
	base->chores = base->prepare.first || base->later.first;
}

static NOINLINE void
check_locked(struct event_base *base)
{
	base_unlock(base);
	watch_run_check(base);
	base_lock(base);
	base->checks = base->check.first != NULL;
}

static NOINLINE void
more_ready_locked(struct event_base *base)
{
	if (base->ready_max >= READY_MOST) return;
	const int max = base->ready_max * 2;
	struct event_plugin_ready *ready = mm_realloc(base->ready, (size_t)max * sizeof(*ready));
	if (!ready) return; /* the rest is reported by the next wait */
	base->ready = ready;
	base->ready_max = max;
}

/* Returns how many callbacks ran at once. */
static inline int
take_ready_locked(struct event_base *base, int count)
{
	int ran = 0;
	meter_run_begins_locked(base);
	if (LIKELY(!base->active_count && !base->detours)) {
		ran = run_all_ready_locked(base, base->ready, count);
	} else {
		for (int i = 0; i < count; i++)
			activate_one_locked(base, &base->ready[i]);
	}
	if (UNLIKELY(count == base->ready_max)) more_ready_locked(base);
	return ran;
}

/* A timeout that comes due during the wait may run a turn late if fds are ready, which saves a reading of the clock;
 * not so where its priority could matter. before: clock at the wait's begin; 0: not read. */
static void
expire_locked(struct event_base *base, int ready, uint64_t before)
{
	uint64_t now = before;
	if (ready == 0 || !before || base->npriorities > 1) now = base_now_locked(base);
	timers_expire_locked(base, now);
}

/* Returns what the backend's wait() did. */
static inline int
wait_locked(struct event_base *base, int flags, uint64_t *before)
{
	const uint64_t deadline = next_deadline_locked(base, flags);
	uint64_t now = 0;
	if (deadline != 0 && deadline != UINT64_MAX) now = clock_now();
	*before = now;
	base->now = 0;
	struct event_plugin_ready *const ready = base->ready;
	int count;
	if (base->lock) {
		base->waiting = true;
		base_unlock_hot(base);
		count = base->ops.wait(base->backend, now, deadline, ready, base->ready_max);
		base_lock_hot(base);
		base->waiting = false;
		base_see_who_owns_locked(base);
	} else {
		count = base->ops.wait(base->backend, now, deadline, ready, base->ready_max);
	}
	if (deadline != 0) meter_wait_over_locked(base);
	return count;
}

static inline bool
nothing_left_locked(const struct event_base *base)
{
	return !base->pending_count && !base->virtual_count && !base->active_count;
}

static NOINLINE int
wait_failed_locked(const struct event_base *base)
{
	log_warn("%s: wait", base->backend_name);
	return -1;
}

/* Returns how many callbacks ran, but for internal ones, or -1 after a loopbreak. */
static int
run_queues_locked(struct event_base *base)
{
	meter_run_begins_locked(base);
	return base->wanted & (WANT_BREAK | WANT_CONTINUE) ? 0 : active_process_locked(base);
}

/* Waits, and runs what is ready or due. Returns 1 to go on, 0 when the flags say that it was enough, -1 when the
 * backend failed. */
static inline int
turn_locked(struct event_base *base, int flags)
{
	uint64_t before;
	loop_fork_check_locked(base);
	if (UNLIKELY(base->chores)) do_chores_locked(base, flags);
	const int count = wait_locked(base, flags, &before);
	base->turns++;
	if (UNLIKELY(count < 0)) return wait_failed_locked(base);
	if (UNLIKELY(base->checks)) check_locked(base);
	int ran = count ? take_ready_locked(base, count) : 0;
	if (base->timers.count && !(base->wanted & WANT_BREAK)) expire_locked(base, count, before);
	if (base->active_count)
		ran += run_queues_locked(base);
	else if (!ran)
		return !(flags & EVLOOP_NONBLOCK);
	meter_run_over_locked(base, ran);
	return !(flags & EVLOOP_ONCE) || base->active_count || ran == 0;
}

/* A loopcontinue holds for one turn. Returns true when the loop shall end. */
static NOINLINE bool
is_over_locked(struct event_base *base)
{
	base->wanted &= (uint8_t)~WANT_CONTINUE;
	return base->wanted;
}

static inline int
turns_locked(struct event_base *base, int flags)
{
	do {
		if (UNLIKELY(nothing_left_locked(base)) && !(flags & EVLOOP_NO_EXIT_ON_EMPTY)) return 1;
		const int result = turn_locked(base, flags);
		if (result <= 0) return result;
	} while (LIKELY(!base->wanted) || !is_over_locked(base));
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
	base->wanted = 0;
	meter_begin_locked(base, !(flags & EVLOOP_NONBLOCK));
	int result = 0;
	if (base->lock) {
		base->owner = thread_id();
		thread_lock_favour(base->lock);
		base_see_who_owns_locked(base);
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
