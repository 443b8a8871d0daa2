/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals of a base: for each number the events that want it.
 *
 * How they come: by the backend, when it offers ops.signal; by a signalfd, when that was asked for; else by the one
 * handler of the process (handler.h). Any number of bases may want one signal, and each gets it. */
#ifndef MKEVENT_SIGNAL_SIGNAL_H_
#define MKEVENT_SIGNAL_SIGNAL_H_

#include "signal/handler.h"

#include <event2/event_struct.h>
#include <signal.h>
#include <stdbool.h>

struct event_base;
struct signal_way;

struct signal_slot {
	struct event *first; /* linked by ev_.ev_signal.ev_signal_next */
	unsigned seen;       /* deliveries that this base knows of: see signal_handler_count() */
};

struct signal_base {
	const struct signal_way *way;
	struct signal_slot *slots; /* SIGNAL_NUMBERS of them, made with the first signal event */
	int count;                 /* signals that have events */
	bool open;                 /* listener is in use, and wake is added */
	struct signal_listener listener;
	struct event wake;   /* internal: the handler has rung */
	int signalfd;        /* -1: none */
	sigset_t wanted;     /* what signalfd reads */
	sigset_t blocked;    /* signals of those that were blocked before */
	struct event queued; /* internal: signalfd is readable */
	char method[32];
};

/* Chooses the way by base->flags and base->ops; no system call yet. */
void signal_base_init(struct event_base *base);
/* Gives every disposition and fd back. Events that are still listed are forgotten. */
void signal_base_free(struct event_base *base);

/* Puts ev (EV_SIGNAL; ev_fd is the number) into the list of its signal and sees to it that the signal comes. Returns 0,
 * or -1 with errno and one log line; then nothing has changed. */
int signal_add_locked(struct event_base *base, struct event *ev);
/* The other way round. Returns 0, or -1 when the system refused (ev is out of the list all the same). */
int signal_del_locked(struct event_base *base, struct event *ev);
/* True when ev is in the list of that signal, whatever ev's memory says. */
bool signal_has_locked(const struct event_base *base, const struct event *ev, int signum);
/* A signal came, ncalls times: activates its events. */
void signal_activate_locked(struct event_base *base, int signum, int ncalls);
/* The backend said EVENT_PLUGIN_SIGNAL: activates its events, as often as the handler counted since the last time. */
void signal_told_locked(struct event_base *base, int signum);
/* Calls visit for each event that wants a signal until it returns nonzero; returns that, or 0. visit may not change the
 * lists. */
int signal_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg);
/* In a forked child, after the backend has reinitialised: fds of our own instead of the parent's. Returns 0 or -1. */
int signal_reinit_locked(struct event_base *base);

/* ---- Ways: each is a table; signal.c has the first two ----------------------------------------------------------- */

struct signal_way {
	/* The base begins or ceases to want a signal. on returns 0, or -1 with errno; off never fails to forget it. */
	int (*on)(struct event_base *base, int signum);
	int (*off)(struct event_base *base, int signum);
	/* Closes the fds: after the last off, or before it in a forked child, which shares them with its parent. */
	void (*close)(struct event_base *base);
};

/* What the handler has counted since the base last looked: activates those events. */
void signal_gather_locked(struct event_base *base);
/* The handler serves the base: the way "signal", and half of the way "signalfd_signal". */
int signal_listen_locked(struct event_base *base, int signum);
int signal_unlisten_locked(struct event_base *base, int signum);
void signal_listener_close_locked(struct event_base *base);
#if defined(HAVE_SIGNALFD)
extern const struct signal_way signal_way_signalfd; /* signalfd.c */
#endif

#endif
