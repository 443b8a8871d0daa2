/* SPDX-License-Identifier: BSD-3-Clause */
/* The one signal handler of the process: counts deliveries and rings every listener that wants the signal. */
#ifndef MKEVENT_SIGNAL_HANDLER_H_
#define MKEVENT_SIGNAL_HANDLER_H_

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#ifdef NSIG
#define SIGNAL_NUMBERS NSIG
#else
#define SIGNAL_NUMBERS 65
#endif

/* Somebody who wants signals; its memory is the owner's. Ringing makes fds[0] readable, at most once until
 * signal_listener_hush(). */
struct signal_listener {
	_Atomic(struct signal_listener *) next;
	int fds[2]; /* as net_wakeup_pair() makes them */
	pid_t pid;  /* a forked child rings nobody of its parent's */
	atomic_bool rung;
	atomic_bool wants[SIGNAL_NUMBERS];
};

/* Makes the fds and joins the handler's list. Returns 0, or -1 with errno. */
int signal_listener_open(struct signal_listener *listener);
/* Leaves the list and closes the fds. Afterwards no handler, in whatever thread, touches the listener. */
void signal_listener_close(struct signal_listener *listener);
/* Makes fds[0] unreadable. Look at the counters after it, not before. */
void signal_listener_hush(struct signal_listener *listener);

/* The listener begins or ceases to want signum. The first to want one, in the process, installs the handler; the last
 * gives the previous disposition back. Returns 0, or -1 with errno. */
int signal_handler_get(struct signal_listener *listener, int signum);
int signal_handler_put(struct signal_listener *listener, int signum);

/* How often signum has come in this process; wraps. In a forked child signal_handler_fork_count() is how often it had
 * come to the parents. */
unsigned signal_handler_count(int signum);
unsigned signal_handler_fork_count(int signum);
/* A signal came another way (a signalfd): counts and rings, as the handler does. */
void signal_handler_came(int signum);
/* pthread_atfork()'s child hook: only touches memory. */
void signal_handler_forked(void);

#endif
