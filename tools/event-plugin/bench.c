/* SPDX-License-Identifier: BSD-3-Clause */
/* bench: a byte goes round a ring of pipes; what each hop costs with each backend, and how that grows with idle fds. */
#include "tool.h"

#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const int idle_counts[] = {0, 100, 1000};
#define COUNTS ((int)(sizeof(idle_counts) / sizeof(idle_counts[0])))

struct ring {
	struct event_base *base;
	int there[2], back[2];
	long left;
};

static uint64_t
now_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
hop(evutil_socket_t fd, short what, void *arg)
{
	struct ring *ring = arg;
	char byte;
	(void)what;
	if (read(fd, &byte, 1) != 1 || --ring->left <= 0 ||
		write(fd == ring->there[0] ? ring->back[1] : ring->there[1], &byte, 1) != 1)
		event_base_loopbreak(ring->base);
}

/* Any backend can be had by its name in the environment, also one that is no part of the preference list. */
static struct event_base *
base_with(const char *backend)
{
	return setenv("EVENT_BACKEND", backend, 1) == 0 ? event_base_new() : NULL;
}

/* Nanoseconds a hop beside that many idle fds, or -1. */
static double
measure(const char *backend, int idle)
{
	enum { HOPS = 50000 };
	struct ring ring = {.base = base_with(backend), .left = HOPS};
	struct event **idlers = calloc((size_t)idle + 1, sizeof(*idlers));
	double result = -1;
	int quiet[2] = {-1, -1}, used = 0;
	if (!ring.base || !idlers || pipe(ring.there) < 0 || pipe(ring.back) < 0 || pipe(quiet) < 0) goto done;
	for (; used < idle; used++) {
		int fd = dup(quiet[0]);
		idlers[used] = fd < 0 ? NULL : event_new(ring.base, fd, EV_READ | EV_PERSIST, hop, &ring);
		if (!idlers[used] || event_add(idlers[used], NULL) < 0) goto done;
	}
	struct event *a = event_new(ring.base, ring.there[0], EV_READ | EV_PERSIST, hop, &ring);
	struct event *b = event_new(ring.base, ring.back[0], EV_READ | EV_PERSIST, hop, &ring);
	if (a && b && event_add(a, NULL) == 0 && event_add(b, NULL) == 0 && write(ring.there[1], "x", 1) == 1) {
		uint64_t begin = now_ns();
		event_base_dispatch(ring.base);
		if (ring.left <= 0) result = (double)(now_ns() - begin) / HOPS;
	}
	if (a) event_free(a);
	if (b) event_free(b);
	for (int i = 0; i < 2; i++)
		close(ring.there[i]), close(ring.back[i]);
done:
	for (int i = 0; i < used; i++) {
		close(event_get_fd(idlers[i]));
		event_free(idlers[i]);
	}
	if (quiet[0] >= 0) close(quiet[0]), close(quiet[1]);
	free(idlers);
	if (ring.base) event_base_free(ring.base);
	return result;
}

static void
bench_backend(const char *backend)
{
	if (as_json) {
		json_open(NULL, '{');
		json_text("backend", backend);
	} else {
		printf("%-10s", backend);
	}
	for (int i = 0; i < COUNTS; i++) {
		char name[40];
		double ns = measure(backend, idle_counts[i]);
		snprintf(name, sizeof(name), "ns_beside_%d_idle", idle_counts[i]);
		if (as_json)
			json_number(name, ns);
		else if (ns < 0)
			printf("%12s", "-");
		else
			printf("%12.0f", ns);
	}
	if (as_json)
		json_close('}');
	else
		putchar('\n');
}

struct names {
	char **list;
	size_t count;
};

/* Those that would not load are list's to tell. */
static int
collect(const struct event_plugin_info *info, void *arg)
{
	static const char prefix[] = "backend-";
	struct names *names = arg;
	char why[2];
	if (strncmp(info->name, prefix, strlen(prefix)) != 0 || info->state == EVENT_PLUGIN_STATE_REFUSED) return 0;
	if (info->state == EVENT_PLUGIN_STATE_FOUND && event_plugin_verify(info->file, why, sizeof(why)) != 0) return 0;
	char **list = realloc(names->list, (names->count + 1) * sizeof(*list));
	if (!list) return -1;
	names->list = list;
	list[names->count] = strdup(info->name + strlen(prefix));
	return list[names->count] ? (names->count++, 0) : -1;
}

int
command_bench(int argc, char **argv)
{
	struct rlimit limit;
	struct names names = {NULL, 0};
	(void)argv;
	if (argc != 0) return 2;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	int result = event_plugin_foreach(collect, &names);
	if (as_json)
		json_open(NULL, '[');
	else
		printf("nanoseconds a hop, beside idle fds\n%-10s%12d%12d%12d\n", "backend", idle_counts[0], idle_counts[1],
			idle_counts[2]);
	for (size_t i = 0; i < names.count; i++) {
		bench_backend(names.list[i]);
		free(names.list[i]);
	}
	free(names.list);
	if (as_json) json_close(']');
	return result != 0;
}
