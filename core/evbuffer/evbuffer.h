/* SPDX-License-Identifier: BSD-3-Clause */
/* What bufferevents use of evbuffers beyond the public API. */
#ifndef MKEVENT_EVBUFFER_EVBUFFER_H_
#define MKEVENT_EVBUFFER_EVBUFFER_H_

#include <event2/buffer.h>
#include <stdbool.h>
#include <stdint.h>

struct bufferevent;
struct event_base;

/* The bufferevent that owns this buffer, so that its callbacks hold a reference to it and use its lock and base. */
void evbuffer_set_parent(struct evbuffer *buffer, struct bufferevent *parent);
/* Its empty room comes from, and goes back to, what the base has for all (pool.h). Without memory for that it keeps its
 * own, as it does when base is NULL. The caller holds the buffer's lock. */
void evbuffer_use_pool(struct evbuffer *buffer, struct event_base *base);
/* The parent hears of what is added by evbuffer_parent_added(), as a callback of ours (EVBUFFER_CB_NODEFER) would. */
void evbuffer_tell_parent(struct evbuffer *buffer);
void evbuffer_parent_added(struct bufferevent *parent); /* bufferevent/type.c */
/* For a buffer that nobody else knows yet: one of our own locks, which stays its maker's. NULL: none. */
void evbuffer_share_lock(struct evbuffer *buffer, void *lock);
/* Reads until would-block, EOF, or howmuch bytes, into spare room at the tail without asking the kernel how much there
 * is; the room it offers adapts to what came. hint: the last read's fill, kept by the caller, 0 at first. A frozen end
 * does not matter to it. Returns bytes, 0 at EOF, -1 with errno set. */
int evbuffer_read_adaptive(struct evbuffer *buffer, evutil_socket_t fd, size_t howmuch, uint32_t *hint);

/* As evbuffer_write_atmost(); a frozen front does not matter to it. */
int evbuffer_write_frozen(struct evbuffer *buffer, evutil_socket_t fd, size_t howmuch);

/* Moves up to most bytes between two buffers that share a lock, which is held, and that are not watched (see below).
 * Nobody is told, and frozen ends do not matter. Returns how many were moved; 0 also without memory. */
size_t evbuffer_shift(struct evbuffer *from, struct evbuffer *to, size_t most);

void evbuffer_incref(struct evbuffer *buffer);
void evbuffer_decref_and_unlock(struct evbuffer *buffer);
/* Between the two, changes are counted but the program's callbacks wait; then they run once for all of them (or are
 * deferred), and so do its clean-up functions for what was taken out meanwhile. For changes that are made under a lock:
 * invoke when it was released. Holds nest. */
void evbuffer_hold_callbacks(struct evbuffer *buffer);
void evbuffer_invoke_callbacks(struct evbuffer *buffer);
/* True when code of the program's may have to run: callbacks, or clean-up functions of what is in the buffer. Otherwise
 * there is no need to hold. The caller holds the buffer's lock. */
bool evbuffer_is_watched(const struct evbuffer *buffer);

/* For evbuffer_cb_set_flags(): the callback is one of ours. It runs at once, whatever is held or deferred, before the
 * program's and under the buffer's lock, and stays when the program clears the callbacks. It may not free the buffer.
 */
#define EVBUFFER_CB_NODEFER 2

#endif
