/* SPDX-License-Identifier: BSD-3-Clause */
/* A listener's state: between listener.c, which switches it, and accept.c, which takes connections. */
#ifndef MKEVENT_LISTENER_LISTENER_H_
#define MKEVENT_LISTENER_LISTENER_H_

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <stdbool.h>

/* All of it is kept by lock, but what never changes: base, flags, accept_flags and the events' settings. */
struct evconnlistener {
	struct event reader; /* the listening socket is readable */
	struct event pause;  /* timer: try again after there were no descriptors */
	struct event_base *base;
	void *lock; /* NULL without LEV_OPT_THREADSAFE */
	unsigned flags;
	int accept_flags; /* SOCK_NONBLOCK, SOCK_CLOEXEC */

	evconnlistener_cb cb;
	evconnlistener_errorcb errorcb;
	void *arg;
	bool enabled; /* as the program wishes */
	bool paused;  /* no descriptors: the timer runs instead of the reader */
	bool reading; /* reader is added */
	bool told;    /* the log has its line; another one comes after all went well again */
	bool freed;
};

/* Adds or deletes the two events as the state asks for. Returns 0, or -1 with errno when one cannot be added. */
int listener_update_locked(struct evconnlistener *listener);
/* True when connections are wanted. */
bool listener_wants_locked(const struct evconnlistener *listener);

/* Callbacks of the two events. */
void listener_accept(evutil_socket_t fd, short what, void *listener);
void listener_resume(evutil_socket_t fd, short what, void *listener);

#endif
