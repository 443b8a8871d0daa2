/* SPDX-License-Identifier: BSD-3-Clause */
/* A loop in a thread of its own. A loop that begins forgets the event_base_loopbreak() that came before it, so a case
 * that may be done before its thread ever ran would wait for it for ever: here the loop runs when the start returns. */
#ifndef TESTS_UNIT_LOOP_THREAD_H_
#define TESTS_UNIT_LOOP_THREAD_H_

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <semaphore.h>

static void
loop_thread_runs(evutil_socket_t fd, short what, void *running)
{
	(void)fd, (void)what;
	(void)sem_post(running);
}

static void
loop_thread_start(struct event_base *of, pthread_t *thread, void *(*run)(void *), void *arg)
{
	sem_t running;
	assert_int_equal(sem_init(&running, 0, 0), 0);
	assert_int_equal(event_base_once(of, -1, EV_TIMEOUT, loop_thread_runs, &running, NULL), 0);
	assert_int_equal(pthread_create(thread, NULL, run, arg), 0);
	while (sem_wait(&running) < 0)
		assert_int_equal(errno, EINTR);
	(void)sem_destroy(&running);
}

#endif
