/* SPDX-License-Identifier: BSD-3-Clause */
/* Taking connections.
 *
 * A burst ends when there are no more, or at BURST, so that a flood of connections does not starve the other events.
 * When the kernel cannot give us a descriptor the connection stays in its queue and the socket stays readable: reading
 * on would spin, so a timer tries again. */
#include "config.h"

#include "listener/listener.h"
#include "thread/thread.h"
#include "util/log.h"
#include "util/net.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BURST 64

/* A name of a Unix socket may fill sun_path without a final NUL, and systems tell lengths beyond what they stored. The
 * room behind every known address keeps such a name terminated. */
union peer {
	struct sockaddr sa;
	struct sockaddr_storage storage;
	struct sockaddr_un local;
	char room[256];
};

static evutil_socket_t
take(const struct evconnlistener *listener, union peer *peer, int *length)
{
	ev_socklen_t got = sizeof(*peer) - 1;
	memset(peer, 0, sizeof(*peer));
	evutil_socket_t fd = net_accept4(event_get_fd(&listener->reader), &peer->sa, &got, listener->accept_flags);
	if (got >= sizeof(*peer)) got = sizeof(*peer) - 1;
	*length = (int)got;
	return fd;
}

/* Errors that belong to one connection, which is gone: Linux tells them by accept. */
static bool
is_of_connection(int error)
{
	switch (error) {
	case ECONNABORTED:
	case EINTR:
	case EPROTO:
	case ENOPROTOOPT:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
#ifdef ENONET
	case ENONET:
#endif
		return true;
	}
	return false;
}

static void
tell_once_locked(struct evconnlistener *listener, int error)
{
	if (listener->told) return;
	listener->told = true;
	const char *remedy = error == EMFILE ? "; close some descriptors or raise the limit (ulimit -n)" : "";
	log_warnx("listener on fd %d: cannot accept: %s%s; will try again", event_get_fd(&listener->reader),
		strerror(error), remedy);
}

/* The error callback may free the listener: it is the last to touch it. */
static void
fail_locked(struct evconnlistener *listener, int error)
{
	evconnlistener_errorcb callback = listener->errorcb;
	void *arg = listener->arg;
	if (!callback) tell_once_locked(listener, error);
	listener->paused = true;
	(void)listener_update_locked(listener);
	thread_unlock(listener->lock);
	if (callback) {
		errno = error;
		callback(listener, arg);
	}
}

void
listener_accept(evutil_socket_t listening, short what, void *arg)
{
	struct evconnlistener *listener = arg;
	union peer peer;
	int length, error = 0;
	(void)listening;
	(void)what;

	thread_lock(listener->lock);
	for (int i = 0; i < BURST && listener_wants_locked(listener); i++) {
		evutil_socket_t fd = take(listener, &peer, &length);
		if (fd < 0) {
			error = errno;
			if (is_of_connection(error)) continue;
			break;
		}
		error = 0;
		evconnlistener_cb callback = listener->cb;
		void *callback_arg = listener->arg;
		thread_unlock(listener->lock);
		callback(listener, fd, &peer.sa, length, callback_arg);
		thread_lock(listener->lock);
	}
	if (error && !is_of_connection(error) && !net_retriable_accept(error)) {
		fail_locked(listener, error);
		return;
	}
	if (error) listener->told = false;
	thread_unlock(listener->lock);
}

void
listener_resume(evutil_socket_t fd, short what, void *arg)
{
	struct evconnlistener *listener = arg;
	(void)fd;
	(void)what;
	thread_lock(listener->lock);
	listener->paused = false;
	if (listener_update_locked(listener) < 0) {
		/* No memory for the reader now: one more round of the timer. */
		listener->paused = true;
		(void)listener_update_locked(listener);
	}
	thread_unlock(listener->lock);
}
