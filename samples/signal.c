/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts SIGINT (Ctrl-C) and ends after the third, or at SIGTERM at once. */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>

static int interrupts;

static void
interrupted(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	printf("interrupt %d of 3\n", ++interrupts);
	fflush(stdout);
	if (interrupts == 3) event_base_loopbreak(arg);
}

static void
terminated(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	puts("terminated");
	event_base_loopbreak(arg);
}

int
main(void)
{
	struct event_base *base = event_base_new();
	if (!base) return 1;
	struct event *interrupt = evsignal_new(base, SIGINT, interrupted, base);
	struct event *terminate = evsignal_new(base, SIGTERM, terminated, base);
	int failed = !interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0;
	if (!failed) {
		puts("waiting for Ctrl-C");
		fflush(stdout);
		failed = event_base_dispatch(base) < 0;
	}
	if (interrupt) event_free(interrupt);
	if (terminate) event_free(terminate);
	event_base_free(base);
	return failed;
}
