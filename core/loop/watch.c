/* SPDX-License-Identifier: BSD-3-Clause */
/* Watchers: event2/watch.h.
 *
 * The list is walked with the lock released during each call, so any thread may make and free watchers meanwhile. The
 * one that is being called stays in the list until its call is over: its neighbours are right whatever happened. */
#include "config.h"

#include "loop/base.h"
#include "util/mm.h"

#include <event2/watch.h>

struct evwatch {
	struct event_base *base;
	struct watch_list *list;
	struct evwatch *before, *after;
	union {
		evwatch_prepare_cb prepare;
		evwatch_check_cb check;
	} callback;
	void *arg;
	unsigned made;  /* list->runs at that time: a watcher is first called in the next run */
	bool is_called; /* now */
	bool is_freed;  /* as soon as its call is over */
};

struct evwatch_prepare_cb_info {
	uint64_t deadline; /* UINT64_MAX: none */
};

struct evwatch_check_cb_info {
	char unused;
};

/* ---- Making and freeing ------------------------------------------------------------------------------------------ */

static struct evwatch *
make(struct event_base *base, struct watch_list *list, void *arg)
{
	struct evwatch *watcher = mm_calloc(1, sizeof(*watcher));
	if (!watcher) return NULL;
	watcher->base = base;
	watcher->list = list;
	watcher->arg = arg;
	return watcher;
}

static struct evwatch *
append(struct evwatch *watcher)
{
	struct watch_list *list = watcher->list;
	base_lock(watcher->base);
	watcher->made = list->runs;
	watcher->before = list->last;
	if (list->last)
		list->last->after = watcher;
	else
		list->first = watcher;
	list->last = watcher;
	watcher->base->chores = watcher->base->checks = true;
	base_unlock(watcher->base);
	return watcher;
}

static void
remove_locked(struct evwatch *watcher)
{
	struct watch_list *list = watcher->list;
	*(watcher->before ? &watcher->before->after : &list->first) = watcher->after;
	*(watcher->after ? &watcher->after->before : &list->last) = watcher->before;
	mm_free(watcher);
}

struct evwatch *
evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback, void *arg)
{
	struct evwatch *watcher = make(base, &base->prepare, arg);
	if (!watcher) return NULL;
	watcher->callback.prepare = callback;
	return append(watcher);
}

struct evwatch *
evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg)
{
	struct evwatch *watcher = make(base, &base->check, arg);
	if (!watcher) return NULL;
	watcher->callback.check = callback;
	return append(watcher);
}

struct event_base *
evwatch_base(struct evwatch *watcher)
{
	return watcher->base;
}

void
evwatch_free(struct evwatch *watcher)
{
	struct event_base *base = watcher->base;
	base_lock(base);
	if (watcher->is_called)
		watcher->is_freed = true;
	else
		remove_locked(watcher);
	base_unlock(base);
}

void
watch_free_all(struct event_base *base)
{
	while (base->prepare.first)
		remove_locked(base->prepare.first);
	while (base->check.first)
		remove_locked(base->check.first);
}

/* ---- Running ----------------------------------------------------------------------------------------------------- */

/* The watcher from this one on that is to be called in this run, marked; or NULL. */
static struct evwatch *
next_locked(struct watch_list *list, struct evwatch *watcher)
{
	while (watcher && (watcher->is_freed || watcher->made == list->runs))
		watcher = watcher->after;
	if (watcher) watcher->is_called = true;
	return watcher;
}

static struct evwatch *
first_of_run(struct event_base *base, struct watch_list *list)
{
	base_lock(base);
	list->runs++;
	struct evwatch *watcher = next_locked(list, list->first);
	base_unlock(base);
	return watcher;
}

static struct evwatch *
after_call(struct evwatch *watcher)
{
	struct event_base *base = watcher->base;
	base_lock(base);
	watcher->is_called = false;
	struct evwatch *next = next_locked(watcher->list, watcher->after);
	if (watcher->is_freed) remove_locked(watcher);
	base_unlock(base);
	return next;
}

void
watch_run_prepare(struct event_base *base, uint64_t deadline)
{
	const struct evwatch_prepare_cb_info info = {deadline};
	struct evwatch *watcher = first_of_run(base, &base->prepare);
	for (; watcher; watcher = after_call(watcher))
		watcher->callback.prepare(watcher, &info, watcher->arg);
}

void
watch_run_check(struct event_base *base)
{
	const struct evwatch_check_cb_info info = {0};
	struct evwatch *watcher = first_of_run(base, &base->check);
	for (; watcher; watcher = after_call(watcher))
		watcher->callback.check(watcher, &info, watcher->arg);
}

int
evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info, struct timeval *timeout)
{
	if (info->deadline == UINT64_MAX) return 0;
	uint64_t now = clock_now();
	clock_to_timeval(info->deadline > now ? info->deadline - now : 0, timeout);
	return 1;
}
