/* SPDX-License-Identifier: BSD-3-Clause */
/* Bases: made over the best backend that opens, and freed. */
#include "config.h"

#include "evbuffer/pool.h"
#include "loop/base.h"
#include "loop/wishes.h"
#include "timer/common_timeout.h"
#include "util/log.h"
#include "util/mm.h"

#include <limits.h>

#define READY_FIRST 64 /* fds reported by one wait; more when that is not enough */

/* ---- Choosing a backend ------------------------------------------------------------------------------------------ */

static int
flags_of(const struct event_config *cfg)
{
	int flags = cfg ? cfg->flags : 0;
	if (flags & EVENT_BASE_FLAG_IGNORE_ENV) return flags;
	if (registry_setting("EVENT_PRECISE_TIMER")) flags |= EVENT_BASE_FLAG_PRECISE_TIMER;
	if (registry_setting("EVENT_EPOLL_USE_CHANGELIST")) flags |= EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST;
	return flags;
}

static bool
open_with(struct event_base *base, const struct registry_backend *backend)
{
	const struct event_plugin_backend_config config = {
		.size = sizeof(config), .flags = (uint32_t)base->flags, .host = registry_host()};
	base->backend = backend->ops.open(&config);
	if (!base->backend) return false;
	base->ops = backend->ops;
	base->backend_name = backend->name;
	base->backend_file = backend->file;
	return true;
}

static int
open_backend(struct event_base *base, const struct event_config *cfg)
{
	struct registry_backend backend;
	const struct registry_backend_request request = {
		.avoid = cfg ? (const char *const *)cfg->avoid : NULL,
		.avoid_count = cfg ? cfg->avoid_count : 0,
		.require = cfg ? (unsigned)cfg->require : 0,
		.use_environment = !(base->flags & EVENT_BASE_FLAG_IGNORE_ENV),
	};
	for (int i = 0; registry_backend_next(&request, i, &backend) == 0; i++)
		if (open_with(base, &backend)) return 0;
	registry_backend_none(&request);
	return -1;
}

static void
show_method(const struct event_base *base)
{
	if ((base->flags & EVENT_BASE_FLAG_IGNORE_ENV) || !registry_setting("EVENT_SHOW_METHOD")) return;
	log_msgx("libevent using: %s (%s)", base->ops.method, base->backend_file ? base->backend_file : "built in");
}

/* ---- Making ------------------------------------------------------------------------------------------------------ */

static int
make_lock(struct event_base *base)
{
	if ((base->flags & EVENT_BASE_FLAG_NOLOCK) || !thread_enabled()) return 0;
	bool failed;
	base->lock = thread_lock_new_shared(&failed);
	if (base->lock) base->current_cond = thread_cond_new();
	base_see_who_owns_locked(base);
	return failed ? -1 : 0;
}

static void
set_limits(struct event_base *base, const struct event_config *cfg)
{
	base->limit_ns = cfg ? cfg->limit_ns : UINT64_MAX;
	base->limit_callbacks = cfg ? cfg->limit_callbacks : INT_MAX;
	base->limit_priority = cfg ? cfg->limit_priority : 1;
	/* Without limits all priorities are alike. */
	if (base->limit_ns == UINT64_MAX && base->limit_callbacks == INT_MAX) base->limit_priority = INT_MAX;
	base_detour_set(base, DETOUR_LIMITS, base->limit_priority != INT_MAX);
}

static void
init(struct event_base *base, const struct event_config *cfg)
{
	base->flags = flags_of(cfg);
	base->queues = &base->one_queue;
	base->npriorities = 1;
	base->running_priority = -1;
	queue_init(&base->one_queue);
	queue_init(&base->later);
	queue_init(&base->last);
	base->wake_fds[0] = base->wake_fds[1] = -1;
	base->fdmap.changed = -1;
	timer_heap_init(&base->timers);
	set_limits(base, cfg);
	base->fork_generation = loop_fork_generation;
}

struct event_base *
event_base_new_with_config(const struct event_config *cfg)
{
	struct event_base *base = mm_calloc(1, sizeof(*base));
	if (!base) return NULL;
	loop_fork_watch();
	init(base, cfg);
	base->ready_max = READY_FIRST;
	base->ready = mm_malloc(READY_FIRST * sizeof(*base->ready));
	if (!base->ready || make_lock(base) < 0 || open_backend(base, cfg) < 0) goto failed;
	fdmap_init(&base->fdmap, base->ops.fdinfo_size);
	signal_base_init(base);
	show_method(base);
	return base;
failed:
	thread_cond_free(base->current_cond);
	thread_lock_free(base->lock);
	mm_free(base->ready);
	mm_free(base);
	return NULL;
}

struct event_base *
event_base_new(void)
{
	return event_base_new_with_config(NULL);
}

/* ---- Freeing ----------------------------------------------------------------------------------------------------- */

static int
delete_one(struct event *ev, void *arg)
{
	(void)arg;
	(void)event_del_locked(ev, EVENT_DEL_EVEN_IF_FINALIZING);
	return 0;
}

static int
find_one(struct event *ev, void *arg)
{
	*(struct event **)arg = ev;
	return 1;
}

/* Erasing reorders the heap, which may bring one to a place that was passed: then there is another round. */
static void
delete_timers_locked(struct event_base *base)
{
	struct event *ev = NULL;
	while (common_timeout_foreach_locked(base, find_one, &ev))
		(void)delete_one(ev, NULL);
	for (size_t found = 1; found;) {
		found = 0;
		for (size_t i = 0; i < base->timers.count; i++) {
			ev = base->timers.entries[i].ev;
			if (ev->ev_evcallback.evcb_closure == LOOP_CLOSURE_COMMON_TIMEOUT) continue;
			if (!(event_flags(ev) & EVLIST_TIMEOUT)) continue; /* assigned again while it was pending */
			(void)delete_one(ev, NULL);
			found++;
		}
	}
}

static void
delete_events_locked(struct event_base *base)
{
	struct event *ev = NULL;
	(void)fdmap_foreach_locked(base, delete_one, NULL);
	while (signal_foreach_locked(base, find_one, &ev))
		(void)delete_one(ev, NULL);
	delete_timers_locked(base);
}

static void
drop_active_locked(struct event_base *base)
{
	active_promote_later_locked(base);
	for (int i = 0; i < base->npriorities; i++)
		while (base->queues[i].first)
			callback_deactivate_locked(base, base->queues[i].first);
}

void
base_free(struct event_base *base, bool run_finalizers)
{
	base_lock(base);
	delete_events_locked(base);
	if (run_finalizers)
		while (base->active_count && finalize_all_locked(base))
			; /* a finalizer may ask for another one */
	drop_active_locked(base);
	loop_wake_close_locked(base);
	base_unlock(base);
	loop_mourners_tell(base);
	once_free_all(base);
	watch_free_all(base);
	signal_base_free(base);
	common_timeouts_free(base);
	base->ops.close(base->backend);
	fdmap_free(&base->fdmap);
	timer_heap_free(&base->timers);
	if (base->room_pool) room_pool_close(base->room_pool);
	if (base->queues != &base->one_queue) mm_free(base->queues);
	thread_cond_free(base->current_cond);
	thread_lock_free(base->lock);
	if (base == current_base) current_base = NULL;
	mm_free(base->ready);
	mm_free(base);
}

static void
free_any(struct event_base *base, bool run_finalizers)
{
	if (!base) base = current_base;
	if (base)
		base_free(base, run_finalizers);
	else
		log_warnx("event_base_free: there is no base");
}

void
event_base_free(struct event_base *base)
{
	free_any(base, true);
}

void
event_base_free_nofinalize(struct event_base *base)
{
	free_any(base, false);
}

void
libevent_global_shutdown(void)
{
	debug_mode_shutdown();
	registry_shutdown();
	thread_globals_free();
}

/* ---- Facts ------------------------------------------------------------------------------------------------------- */

const char *
event_base_get_method(const struct event_base *base)
{
	return base->ops.method;
}

int
event_base_get_features(const struct event_base *base)
{
	return (int)base->ops.features;
}

const char **
event_get_supported_methods(void)
{
	return registry_backend_methods();
}

int
event_base_priority_init(struct event_base *base, int npriorities)
{
	base_lock(base);
	const int result = base_priority_init_locked(base, npriorities);
	base_unlock(base);
	return result;
}

int
event_base_get_npriorities(struct event_base *base)
{
	if (!base) base = current_base;
	if (!base) return 0;
	base_lock(base);
	const int result = base->npriorities;
	base_unlock(base);
	return result;
}
