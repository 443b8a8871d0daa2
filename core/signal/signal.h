/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals of a base: for each number the events that want it.
 *
 * How they come: by the backend, when it offers ops.signal; by a signalfd, when it was asked for; else by the one
 * handler of the process, which counts and writes into the pipe of every base that wants the signal. Any number of
 * bases may want one signal, and each gets it. The last event of the process that wants a signal gives its previous
 * disposition back. */
#ifndef MKEVENT_SIGNAL_SIGNAL_H_
#define MKEVENT_SIGNAL_SIGNAL_H_

#include <event2/event_struct.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef NSIG
#define NSIG 65
#endif

struct event_base;

struct signal_slot {
	struct event *first; /* linked by ev_.ev_signal.ev_signal_next */
	struct event *last;
	unsigned seen; /* of the process's counter: how many deliveries this base knows of */
};

struct signal_base {
	struct signal_slot *slots; /* NSIG of them, made with the first signal event */
	int count;                 /* events in them */
	int fds[2];                /* read and write end of the pipe, or the signalfd and -1; -1: none */
	struct event event;        /* internal: fds[0] is readable */
	const struct signal_way *way;
	struct event_base *next; /* of the bases that the process's handler serves */
};

void signal_base_init(struct event_base *base);
/* Gives every disposition and fd back. No event is left, or the events are forgotten. */
void signal_base_free(struct event_base *base);

/* Puts ev (EV_SIGNAL; ev_fd is the number) into the list of its signal and sees to it that the signal comes. Returns 0,
 * or -1 with errno and one log line; then nothing has changed. */
int signal_add_locked(struct event_base *base, struct event *ev);
/* The other way round. */
int signal_del_locked(struct event_base *base, struct event *ev);
/* True when ev is in the list of that signal, whatever ev's memory says. */
bool signal_has_locked(const struct event_base *base, const struct event *ev, int signum);
/* A signal came, ncalls times: activates its events. For the backend's EVENT_PLUGIN_SIGNAL, too. */
void signal_activate_locked(struct event_base *base, int signum, int ncalls);
/* Calls visit for each event that wants a signal until it returns nonzero; returns that, or 0. */
int signal_foreach_locked(struct event_base *base, int (*visit)(struct event *ev, void *arg), void *arg);
/* In a forked child, after the backend has reinitialised: fds of our own instead of the parent's. Returns 0 or -1. */
int signal_reinit_locked(struct event_base *base);
/* "kqueue", "signalfd_signal" or "signal": what event_base_get_signal_method() tells. */
const char *signal_method(const struct event_base *base);

#endif
