/* SPDX-License-Identifier: BSD-3-Clause */
/* Listeners: making, switching, freeing.
 *
 * No lock is held into a callback and none is waited for: disabling deletes the event without waiting for a callback
 * that runs in another thread, and freeing leaves the memory to the loop, which gives it back when nothing runs any
 * more. So both are safe in every callback and from every thread. */
#include "config.h"

#include "listener/listener.h"
#include "loop/loop.h"
#include "thread/thread.h"
#include "util/mm.h"
#include "util/net.h"

#include <event2/util.h>

#include <errno.h>
#include <sys/socket.h>

/* How long to leave the kernel alone when it has no descriptors for us. */
static const struct timeval pause_length = {0, 100000};

bool
listener_wants_locked(const struct evconnlistener *listener)
{
	return listener->enabled && listener->cb && !listener->freed;
}

static void
stop_reading_locked(struct evconnlistener *listener)
{
	if (listener->reading) (void)event_del_noblock(&listener->reader);
	listener->reading = false;
}

int
listener_update_locked(struct evconnlistener *listener)
{
	bool wants = listener_wants_locked(listener);
	if (!wants) {
		if (listener->paused) (void)event_del_noblock(&listener->pause);
		listener->paused = false;
		stop_reading_locked(listener);
		return 0;
	}
	/* A timer that cannot be had must not silence the listener: then it reads on. */
	if (listener->paused && event_add(&listener->pause, &pause_length) == 0) {
		stop_reading_locked(listener);
		return 0;
	}
	listener->paused = false;
	if (!listener->reading && event_add(&listener->reader, NULL) < 0) return -1;
	listener->reading = true;
	return 0;
}

/* backlog: as the header has it; 0 when somebody else called listen(). */
static int
start_listening(evutil_socket_t fd, int backlog)
{
	if (backlog == 0) return 0;
	return listen(fd, backlog < 0 ? SOMAXCONN : backlog);
}

struct evconnlistener *
evconnlistener_new(
	struct event_base *base, evconnlistener_cb cb, void *ptr, unsigned flags, int backlog, evutil_socket_t fd)
{
	bool failed = false;
	if (start_listening(fd, backlog) < 0) return NULL;
	struct evconnlistener *listener = mm_calloc(1, sizeof(*listener));
	if (!listener) return NULL;
	if (flags & LEV_OPT_THREADSAFE) listener->lock = thread_lock_new(&failed);
	if (failed) goto no_lock;

	listener->base = base;
	listener->flags = flags;
	if (!(flags & LEV_OPT_LEAVE_SOCKETS_BLOCKING)) listener->accept_flags |= SOCK_NONBLOCK;
	if (flags & LEV_OPT_CLOSE_ON_EXEC) listener->accept_flags |= SOCK_CLOEXEC;
	listener->cb = cb;
	listener->arg = ptr;
	listener->enabled = !(flags & LEV_OPT_DISABLED);
	if (event_assign(&listener->reader, base, fd, EV_READ | EV_PERSIST, listener_accept, listener) < 0) goto no_event;
	if (event_assign(&listener->pause, base, -1, 0, listener_resume, listener) < 0) goto no_event;

	thread_lock(listener->lock);
	int result = listener_update_locked(listener);
	thread_unlock(listener->lock);
	if (result < 0) goto no_event;
	return listener;

no_event:
	thread_lock_free(listener->lock);
	event_debug_unassign(&listener->reader);
	event_debug_unassign(&listener->pause);
no_lock:
	mm_free(listener);
	return NULL;
}

/* The loop calls it when none of our callbacks runs any more. */
static void
finish(struct event_callback *callback, void *arg)
{
	struct evconnlistener *listener = arg;
	(void)callback;
	if (listener->flags & LEV_OPT_CLOSE_ON_FREE) (void)evutil_closesocket(event_get_fd(&listener->reader));
	event_debug_unassign(&listener->reader);
	event_debug_unassign(&listener->pause);
	thread_lock_free(listener->lock);
	mm_free(listener);
}

void
evconnlistener_free(struct evconnlistener *lev)
{
	struct event_callback *callbacks[2] = {&lev->reader.ev_evcallback, &lev->pause.ev_evcallback};
	thread_lock(lev->lock);
	lev->freed = true;
	lev->cb = NULL;
	lev->errorcb = NULL;
	(void)listener_update_locked(lev);
	thread_unlock(lev->lock);
	loop_finalize_many(lev->base, 2, callbacks, finish, lev);
}

int
evconnlistener_enable(struct evconnlistener *lev)
{
	int result = 0;
	thread_lock(lev->lock);
	if (!lev->paused) {
		lev->enabled = true;
		result = listener_update_locked(lev);
	}
	thread_unlock(lev->lock);
	return result;
}

int
evconnlistener_disable(struct evconnlistener *lev)
{
	thread_lock(lev->lock);
	lev->enabled = false;
	int result = listener_update_locked(lev);
	thread_unlock(lev->lock);
	return result;
}

evutil_socket_t
evconnlistener_get_fd(struct evconnlistener *lev)
{
	return event_get_fd(&lev->reader);
}

struct event_base *
evconnlistener_get_base(struct evconnlistener *lev)
{
	return lev->base;
}

void
evconnlistener_set_cb(struct evconnlistener *lev, evconnlistener_cb cb, void *arg)
{
	thread_lock(lev->lock);
	lev->cb = cb;
	lev->arg = arg;
	(void)listener_update_locked(lev);
	thread_unlock(lev->lock);
}

void
evconnlistener_set_error_cb(struct evconnlistener *lev, evconnlistener_errorcb errorcb)
{
	thread_lock(lev->lock);
	lev->errorcb = errorcb;
	thread_unlock(lev->lock);
}
