/* SPDX-License-Identifier: BSD-3-Clause */
/* The way "signalfd_signal": signals are blocked and read from a descriptor, so that no system call of the thread is
 * interrupted.
 *
 * A thread that was started before the signal was blocked does not block it: there the process's handler counts it, so
 * that its default action happens nowhere. What is read here is counted with the rest and rings the other bases. */
#include "config.h"

#include "signal/signal.h"

#if defined(HAVE_SIGNALFD)

#include "loop/base.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;
	struct signalfd_siginfo info[8];
	ssize_t got;
	(void)what;
	while ((got = read(fd, info, sizeof(info))) > 0) {
		for (size_t i = 0; i < (size_t)got / sizeof(info[0]); i++)
			if (info[i].ssi_signo > 0 && info[i].ssi_signo < SIGNAL_NUMBERS)
				signal_handler_came((int)info[i].ssi_signo);
		if (got < (ssize_t)sizeof(info)) break;
	}
	base_lock(base);
	signal_gather_locked(base);
	base_unlock(base);
}

static int
open_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	(void)sigemptyset(&signals->wanted);
	(void)sigemptyset(&signals->blocked);
	int fd = signalfd(-1, &signals->wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0) return -1;
	event_assign_internal(&signals->queued, base, fd, EV_READ | EV_PERSIST, readable, base);
	if (event_add_locked(&signals->queued, NULL, NULL) < 0) {
		int saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	signals->signalfd = fd;
	return 0;
}

static void
unblock(struct signal_base *signals, int signum)
{
	sigset_t one;
	if (sigismember(&signals->blocked, signum) == 1) return;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signum);
	(void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

static int
off(struct event_base *base, int signum)
{
	struct signal_base *signals = &base->signals;
	if (sigismember(&signals->wanted, signum) == 1) {
		(void)sigdelset(&signals->wanted, signum);
		if (signals->signalfd >= 0) (void)signalfd(signals->signalfd, &signals->wanted, 0);
		unblock(signals, signum);
	}
	return signal_unlisten_locked(base, signum);
}

static int
on(struct event_base *base, int signum)
{
	struct signal_base *signals = &base->signals;
	sigset_t one, before;
	if (signals->signalfd < 0 && open_locked(base) < 0) return -1;
	if (signal_listen_locked(base, signum) < 0) return -1;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signum);
	int error = pthread_sigmask(SIG_BLOCK, &one, &before);
	if (error == 0) {
		(void)(sigismember(&before, signum) == 1 ? sigaddset : sigdelset)(&signals->blocked, signum);
		(void)sigaddset(&signals->wanted, signum);
		if (signalfd(signals->signalfd, &signals->wanted, 0) >= 0) return 0;
		error = errno;
	}
	(void)off(base, signum);
	errno = error;
	return -1;
}

static void
close_locked(struct event_base *base)
{
	struct signal_base *signals = &base->signals;
	signal_listener_close_locked(base);
	if (signals->signalfd < 0) return;
	(void)event_del_locked(&signals->queued, EVENT_DEL_NOBLOCK);
	(void)close(signals->signalfd);
	signals->signalfd = -1;
}

const struct signal_way signal_way_signalfd = {on, off, close_locked};

#endif
