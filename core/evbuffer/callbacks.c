/* SPDX-License-Identifier: BSD-3-Clause */
/* Telling about changes: at once, held back, or from the loop.
 *
 * The program's callbacks run without the buffer's lock. So the list may change under the walk: entries that are
 * removed meanwhile stay linked, and are freed at the end of the outermost walk; and the walk holds a reference, so
 * that the buffer outlives its own evbuffer_free(). */
#include "config.h"

#include "evbuffer/state.h"
#include "loop/loop.h"
#include "util/mm.h"

#include <event2/bufferevent.h>
#include <stddef.h>

/* ---- The list ----------------------------------------------------------------------------------------------------
 */

static void
tell_parent(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)arg;
	if (info->n_added) evbuffer_parent_added(buffer->parent);
}

/* The last one of the list where the parent is told; the same for all buffers, and never changed. */
static struct evbuffer_cb_entry parent_entry = {
	.fn.now = tell_parent, .flags = EVBUFFER_CB_ENABLED | EVBUFFER_CB_NODEFER};

void
evbuffer_tell_parent(struct evbuffer *buffer)
{
	buffer->callbacks = &parent_entry;
}

/* Nobody of the program's wants to know: the usual case, and a short way. */
static inline bool
only_parent(const struct evbuffer *buffer)
{
	return !buffer->callbacks || buffer->callbacks == &parent_entry;
}

static void
sweep_locked(struct evbuffer *buffer)
{
	struct evbuffer_cb_entry **link = &buffer->callbacks;
	while (*link) {
		struct evbuffer_cb_entry *entry = *link;
		if (entry->removed) {
			*link = entry->next;
			mm_free(entry);
		} else {
			link = &entry->next;
		}
	}
	buffer->some_removed = false;
	if (only_parent(buffer)) buffer->added = buffer->deleted = 0; /* nobody counts from here on */
}

static void
removed_locked(struct evbuffer *buffer, struct evbuffer_cb_entry *entry)
{
	entry->removed = true;
	buffer->some_removed = true;
	if (!buffer->running) sweep_locked(buffer);
}

/* Those of the program's; all: ours too. */
static void
remove_all_locked(struct evbuffer *buffer, bool all)
{
	for (struct evbuffer_cb_entry *entry = buffer->callbacks; entry; entry = entry->next) {
		if (entry != &parent_entry && (all || !(entry->flags & EVBUFFER_CB_NODEFER)))
			entry->removed = buffer->some_removed = true;
	}
	if (!buffer->running && buffer->some_removed) sweep_locked(buffer);
}

void
callbacks_free_all_locked(struct evbuffer *buffer)
{
	struct evbuffer_cb_entry **link = &buffer->callbacks;
	while (*link && *link != &parent_entry)
		link = &(*link)->next;
	*link = NULL;
	remove_all_locked(buffer, true);
}

static struct evbuffer_cb_entry *
entry_new(void *arg, bool is_old)
{
	struct evbuffer_cb_entry *entry = mm_calloc(1, sizeof(*entry));
	if (!entry) return NULL;
	entry->arg = arg;
	entry->flags = EVBUFFER_CB_ENABLED;
	entry->is_old = is_old;
	return entry;
}

static void
push_locked(struct evbuffer *buffer, struct evbuffer_cb_entry *entry)
{
	entry->next = buffer->callbacks;
	buffer->callbacks = entry;
}

struct evbuffer_cb_entry *
evbuffer_add_cb(struct evbuffer *buffer, evbuffer_cb_func cb, void *cbarg)
{
	struct evbuffer_cb_entry *entry = cb ? entry_new(cbarg, false) : NULL;
	if (cb && !entry) return NULL;
	buffer_lock(buffer);
	if (entry) {
		entry->fn.now = cb;
		push_locked(buffer, entry);
	} else {
		remove_all_locked(buffer, false);
	}
	buffer_unlock(buffer);
	return entry;
}

int
evbuffer_setcb(struct evbuffer *buffer, evbuffer_cb cb, void *cbarg)
{
	struct evbuffer_cb_entry *entry = cb ? entry_new(cbarg, true) : NULL;
	if (cb && !entry) return -1;
	buffer_lock(buffer);
	remove_all_locked(buffer, false);
	if (entry) {
		entry->fn.old = cb;
		push_locked(buffer, entry);
	}
	buffer_unlock(buffer);
	return 0;
}

int
evbuffer_remove_cb_entry(struct evbuffer *buffer, struct evbuffer_cb_entry *ent)
{
	buffer_lock(buffer);
	struct evbuffer_cb_entry *entry = buffer->callbacks;
	while (entry && (entry != ent || entry->removed))
		entry = entry->next;
	if (entry) removed_locked(buffer, entry);
	buffer_unlock(buffer);
	return entry ? 0 : -1;
}

int
evbuffer_remove_cb(struct evbuffer *buffer, evbuffer_cb_func cb, void *cbarg)
{
	buffer_lock(buffer);
	struct evbuffer_cb_entry *entry = buffer->callbacks;
	while (entry && (entry->removed || entry->is_old || entry->fn.now != cb || entry->arg != cbarg))
		entry = entry->next;
	if (entry) removed_locked(buffer, entry);
	buffer_unlock(buffer);
	return entry ? 0 : -1;
}

int
evbuffer_cb_set_flags(struct evbuffer *buffer, struct evbuffer_cb_entry *cb, ev_uint32_t flags)
{
	buffer_lock(buffer);
	cb->flags |= flags;
	buffer_unlock(buffer);
	return 0;
}

int
evbuffer_cb_clear_flags(struct evbuffer *buffer, struct evbuffer_cb_entry *cb, ev_uint32_t flags)
{
	buffer_lock(buffer);
	cb->flags &= ~flags;
	buffer_unlock(buffer);
	return 0;
}

/* ---- Running them ------------------------------------------------------------------------------------------------
 */

static bool
is_wanted(const struct evbuffer_cb_entry *entry, bool ours)
{
	bool is_ours = entry->flags & EVBUFFER_CB_NODEFER;
	return !entry->removed && (entry->flags & EVBUFFER_CB_ENABLED) && is_ours == ours;
}

static void
call(struct evbuffer *buffer, struct evbuffer_cb_entry *entry, const struct evbuffer_cb_info *info)
{
	if (entry->is_old)
		entry->fn.old(buffer, info->orig_size, info->orig_size + info->n_added - info->n_deleted, entry->arg);
	else
		entry->fn.now(buffer, info, entry->arg);
}

/* Returns whether there are others than those. */
static bool
run_locked(struct evbuffer *buffer, const struct evbuffer_cb_info *info, bool ours)
{
	bool others = false;
	buffer->running++;
	for (struct evbuffer_cb_entry *entry = buffer->callbacks; entry; entry = entry->next) {
		if (!is_wanted(entry, ours)) {
			others = true;
			continue;
		}
		if (ours) {
			call(buffer, entry, info);
			continue;
		}
		struct evbuffer_cb_entry copy = *entry; /* evbuffer_cb_set_flags() from another thread */
		buffer_unlock(buffer);
		call(buffer, &copy, info);
		buffer_lock(buffer);
	}
	if (--buffer->running == 0 && buffer->some_removed) sweep_locked(buffer);
	return others;
}

/* The program's callbacks for all that they were not told yet. */
static void
run_due_locked(struct evbuffer *buffer)
{
	struct evbuffer_cb_info info = {
		buffer_length(buffer) + buffer->deleted - buffer->added, buffer->added, buffer->deleted};
	buffer->added = buffer->deleted = 0;
	if (info.n_added || info.n_deleted) (void)run_locked(buffer, &info, false);
}

static void
run_deferred(struct event_callback *callback, void *arg)
{
	(void)callback;
	struct evbuffer *buffer = arg;
	buffer_lock(buffer);
	struct bufferevent *parent = buffer->parent;
	buffer->deferred->queued = false;
	run_due_locked(buffer);
	evbuffer_decref_and_unlock(buffer);
	if (parent) (void)bufferevent_decref(parent);
}

static void
due_locked(struct evbuffer *buffer)
{
	struct buffer_deferred *deferred = buffer->deferred;
	if (!deferred || !deferred->base) {
		run_due_locked(buffer);
		return;
	}
	if (!buffer->callbacks || deferred->queued) return;
	if (!loop_deferred_schedule(deferred->base, &deferred->callback)) return;
	deferred->queued = true;
	buffer->refs++;
	if (buffer->parent) bufferevent_incref(buffer->parent);
}

bool
callbacks_cancel_locked(struct evbuffer *buffer)
{
	struct buffer_deferred *deferred = buffer->deferred;
	if (!deferred || !deferred->queued || !deferred->base) return false;
	return loop_deferred_cancel(deferred->base, &deferred->callback);
}

void
callbacks_end_locked(struct evbuffer *buffer)
{
	struct buffer_deferred *deferred = buffer->deferred;
	if (!deferred) return;
	if (deferred->base) loop_mourner_del(deferred->base, &deferred->mourner);
	mm_free(deferred);
	buffer->deferred = NULL;
}

/* What the callbacks were not told yet they hear with the next change. */
static void
base_gone(struct loop_mourner *mourner)
{
	struct buffer_deferred *deferred =
		(struct buffer_deferred *)((char *)mourner - offsetof(struct buffer_deferred, mourner));
	struct evbuffer *buffer = deferred->buffer;
	buffer_lock(buffer);
	deferred->base = NULL;
	if (!deferred->queued) {
		buffer_unlock(buffer);
		return;
	}
	struct bufferevent *parent = buffer->parent;
	deferred->queued = false;
	evbuffer_decref_and_unlock(buffer);
	if (parent) (void)bufferevent_decref(parent);
}

/* ---- After a change ----------------------------------------------------------------------------------------------
 */

/* While the program's callbacks run nothing of ours is held: they may free the bufferevent, and the loop's thread then
 * end it, with the lock that we come back to. Returns what to give to release_parent() after that. */
static struct bufferevent *
keep_parent_locked(struct evbuffer *buffer)
{
	struct bufferevent *parent = buffer->lock ? buffer->parent : NULL;
	if (parent) bufferevent_incref(parent);
	return parent;
}

static void
release_parent(struct bufferevent *parent)
{
	if (parent) (void)bufferevent_decref(parent);
}

static void
tell_locked(struct evbuffer *buffer, const struct evbuffer_cb_info *info)
{
	if (!buffer->callbacks || !run_locked(buffer, info, true)) return;
	if (!buffer->held && !buffer->deferred) {
		(void)run_locked(buffer, info, false);
		return;
	}
	buffer->added += info->n_added;
	buffer->deleted += info->n_deleted;
	if (!buffer->held) due_locked(buffer);
}

static struct evbuffer_cb_info
info_locked(const struct evbuffer *buffer, size_t added, size_t deleted)
{
	struct evbuffer_cb_info info = {buffer_length(buffer) + deleted - added, added, deleted};
	return info;
}

static inline void
tell_only_parent_unlock(struct evbuffer *buffer, size_t added)
{
	if (added && buffer->callbacks) evbuffer_parent_added(buffer->parent);
	buffer_unlock(buffer);
}

void
buffer_tell_unlock(struct evbuffer *buffer, size_t added, size_t deleted)
{
	if (only_parent(buffer)) {
		tell_only_parent_unlock(buffer, added);
		return;
	}
	if (added == 0 && deleted == 0) {
		buffer_unlock(buffer);
		return;
	}
	struct evbuffer_cb_info info = info_locked(buffer, added, deleted);
	struct bufferevent *parent = keep_parent_locked(buffer);
	buffer->refs++;
	tell_locked(buffer, &info);
	evbuffer_decref_and_unlock(buffer);
	release_parent(parent);
}

void
buffer_tell_two_unlock(struct evbuffer *from, struct evbuffer *to, size_t moved, bool to_first)
{
	if (only_parent(from) && only_parent(to)) {
		if (from->lock != to->lock) buffer_unlock(from);
		tell_only_parent_unlock(to, moved);
		return;
	}
	if (moved == 0) {
		buffer_unlock_two(from, to);
		return;
	}
	struct evbuffer_cb_info from_info = info_locked(from, 0, moved), to_info = info_locked(to, moved, 0);
	struct bufferevent *from_parent = keep_parent_locked(from), *to_parent = keep_parent_locked(to);
	from->refs++;
	to->refs++;
	struct evbuffer *first = to_first ? to : from, *second = to_first ? from : to;
	const bool apart = from->lock != to->lock;
	if (apart) buffer_unlock(second);
	tell_locked(first, to_first ? &to_info : &from_info);
	if (apart || first->refs == 1) {
		if (!apart) buffer_lock(first);
		evbuffer_decref_and_unlock(first);
		if (apart) buffer_lock(second);
	} else {
		first->refs--;
	}
	tell_locked(second, to_first ? &from_info : &to_info);
	evbuffer_decref_and_unlock(second);
	release_parent(from_parent);
	release_parent(to_parent);
}

/* ---- Holding and deferring ---------------------------------------------------------------------------------------
 */

void
evbuffer_hold_callbacks(struct evbuffer *buffer)
{
	buffer_lock(buffer);
	buffer->held++;
	buffer_unlock(buffer);
}

void
evbuffer_invoke_callbacks(struct evbuffer *buffer)
{
	struct chain *waiting = NULL;
	buffer_lock(buffer);
	if (buffer->held) buffer->held--;
	if (buffer->held) {
		buffer_unlock(buffer);
		return;
	}
	waiting = buffer->waiting;
	buffer->waiting = NULL;
	struct bufferevent *parent = keep_parent_locked(buffer);
	buffer->refs++;
	if (buffer->added || buffer->deleted) due_locked(buffer);
	evbuffer_decref_and_unlock(buffer);
	release_parent(parent);
	if (waiting) chain_drop(waiting);
}

bool
evbuffer_is_watched(const struct evbuffer *buffer)
{
	if (buffer->foreign) return true;
	for (const struct evbuffer_cb_entry *entry = buffer->callbacks; entry; entry = entry->next)
		if (is_wanted(entry, false)) return true;
	return false;
}

int
evbuffer_defer_callbacks(struct evbuffer *buffer, struct event_base *base)
{
	int result = 0;
	buffer_lock(buffer);
	if (!buffer->deferred) {
		struct buffer_deferred *deferred = mm_calloc(1, sizeof(*deferred));
		if (!deferred) {
			result = -1;
			goto done;
		}
		loop_deferred_init(&deferred->callback, (uint8_t)(event_base_get_npriorities(base) / 2), run_deferred, buffer);
		deferred->buffer = buffer;
		deferred->base = base;
		deferred->mourner.gone = base_gone;
		loop_mourner_add(base, &deferred->mourner);
		buffer->deferred = deferred;
	}
done:
	buffer_unlock(buffer);
	return result;
}
