/* SPDX-License-Identifier: BSD-3-Clause */
/* A timer that fires a few times and says how late it was.
 *
 * usage: timer [COUNT [MILLISECONDS]] */
#include <event2/event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct ticker {
	struct event_base *base;
	int64_t due_us; /* when the next tick should come */
	int64_t interval_us;
	long left;
};

static int64_t
now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct ticker *ticker = arg;
	int64_t now = now_us();
	(void)fd, (void)what;
	printf("tick, %lld us late\n", (long long)(now - ticker->due_us));
	ticker->due_us = now + ticker->interval_us;
	if (--ticker->left <= 0) event_base_loopbreak(ticker->base);
}

int
main(int argc, char **argv)
{
	struct ticker ticker = {.left = argc > 1 ? strtol(argv[1], NULL, 10) : 3};
	long milliseconds = argc > 2 ? strtol(argv[2], NULL, 10) : 100;
	if (ticker.left < 1 || milliseconds < 1 || milliseconds > 3600000) {
		fprintf(stderr, "usage: %s [COUNT [MILLISECONDS]]\n", argv[0]);
		return 2;
	}

	ticker.base = event_base_new();
	if (!ticker.base) return 1; /* the library has said why */
	struct event *timer = event_new(ticker.base, -1, EV_PERSIST, tick, &ticker);
	struct timeval interval = {milliseconds / 1000, milliseconds % 1000 * 1000};
	ticker.interval_us = milliseconds * 1000;
	ticker.due_us = now_us() + ticker.interval_us;
	int failed = !timer || event_add(timer, &interval) < 0 || event_base_dispatch(ticker.base) < 0;
	if (timer) event_free(timer);
	event_base_free(ticker.base);
	return failed;
}
