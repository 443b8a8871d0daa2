/* SPDX-License-Identifier: BSD-3-Clause */
/* The handler; see handler.h.
 *
 * It may run in any thread at any moment, so it takes no lock: it counts, walks the list of listeners by atomic
 * pointers and writes to eventfds or pipes that never block. Who leaves the list waits until no handler runs, then
 * closes its fds: a handler never writes to a number that has become another file. */
#include "config.h"

#include "signal/handler.h"

#include "thread/thread.h"
#include "util/net.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static void *handler_lock; /* keeps all below but what the handler reads */
static unsigned users[SIGNAL_NUMBERS];
static struct sigaction before[SIGNAL_NUMBERS];

static _Atomic(struct signal_listener *) listeners;
static atomic_uint came[SIGNAL_NUMBERS];
static unsigned came_to_parents[SIGNAL_NUMBERS];
static atomic_int running; /* handlers, in all threads */

/* ---- In the handler ---------------------------------------------------------------------------------------------- */

static void
ring(struct signal_listener *listener)
{
	static const uint64_t one = 1;
	if (atomic_exchange(&listener->rung, true)) return;
	/* A pipe that is full rings already. */
	ssize_t written =
		listener->fds[1] < 0 ? write(listener->fds[0], &one, sizeof(one)) : write(listener->fds[1], "", 1);
	(void)written;
}

static void
handle(int signum)
{
	int saved = errno;
	signal_handler_came(signum);
	errno = saved;
}

void
signal_handler_came(int signum)
{
	atomic_fetch_add(&running, 1);
	atomic_fetch_add(&came[signum], 1);
	pid_t self = getpid();
	for (struct signal_listener *each = atomic_load(&listeners); each; each = atomic_load(&each->next))
		if (each->pid == self && atomic_load(&each->wants[signum])) ring(each);
	atomic_fetch_sub(&running, 1);
}

/* ---- Dispositions ------------------------------------------------------------------------------------------------ */

static int
install(int signum)
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	action.sa_flags = SA_RESTART;
	(void)sigfillset(&action.sa_mask);
	return sigaction(signum, &action, &before[signum]);
}

int
signal_handler_get(struct signal_listener *listener, int signum)
{
	int result = 0;
	thread_lock(handler_lock);
	atomic_store(&listener->wants[signum], true);
	if (users[signum] == 0) result = install(signum);
	if (result == 0)
		users[signum]++;
	else
		atomic_store(&listener->wants[signum], false);
	thread_unlock(handler_lock);
	return result;
}

int
signal_handler_put(struct signal_listener *listener, int signum)
{
	int result = 0;
	thread_lock(handler_lock);
	atomic_store(&listener->wants[signum], false);
	if (--users[signum] == 0) result = sigaction(signum, &before[signum], NULL);
	thread_unlock(handler_lock);
	return result;
}

unsigned
signal_handler_count(int signum)
{
	return atomic_load(&came[signum]);
}

unsigned
signal_handler_fork_count(int signum)
{
	return came_to_parents[signum];
}

/* Handlers that ran in the parent's other threads do not run here. */
void
signal_handler_forked(void)
{
	atomic_store(&running, 0);
	for (int i = 0; i < SIGNAL_NUMBERS; i++)
		came_to_parents[i] = atomic_load(&came[i]);
}

/* ---- Listeners --------------------------------------------------------------------------------------------------- */

int
signal_listener_open(struct signal_listener *listener)
{
	if (net_wakeup_pair(listener->fds) < 0) return -1;
	listener->pid = getpid();
	atomic_store(&listener->rung, false);
	for (int i = 0; i < SIGNAL_NUMBERS; i++)
		atomic_store(&listener->wants[i], false);
	thread_lock(handler_lock);
	atomic_store(&listener->next, atomic_load(&listeners));
	atomic_store(&listeners, listener);
	thread_unlock(handler_lock);
	return 0;
}

void
signal_listener_close(struct signal_listener *listener)
{
	thread_lock(handler_lock);
	_Atomic(struct signal_listener *) *at = &listeners;
	while (atomic_load(at) != listener)
		at = &atomic_load(at)->next;
	atomic_store(at, atomic_load(&listener->next));
	thread_unlock(handler_lock);
	while (atomic_load(&running) > 0)
		(void)sched_yield();
	for (int i = 0; i < 2; i++)
		if (listener->fds[i] >= 0) (void)close(listener->fds[i]);
}

void
signal_listener_hush(struct signal_listener *listener)
{
	char bytes[64];
	atomic_store(&listener->rung, false);
	while (read(listener->fds[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

/* ---- Threads and shutdown ---------------------------------------------------------------------------------------- */

int
signal_globals_setup(void)
{
	bool failed = false;
	if (!handler_lock) handler_lock = thread_lock_new_shared(&failed);
	return failed ? -1 : 0;
}

void
signal_globals_free(void)
{
	thread_lock_free(handler_lock);
	handler_lock = NULL;
}
