/* SPDX-License-Identifier: BSD-3-Clause */
/* A backend that counts the core's calls and leaves the work to another one. It shows all that a backend has to have,
 * and what a program costs: one line of counts for each event_base, when that is freed.
 *
 * EVENT_BACKEND=count chooses it; EVENT_COUNT_OF names the backend that does the work, poll without it. What we publish
 * is constant, as the contract wants it, and so must suit whatever that is: a feature that not every backend has is
 * not promised, and room for each fd is asked for in plenty. */
#include <event2/event.h>
#include <event2/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FDINFO_ROOM 64

struct counter {
	void *state; /* of the backend that does the work */
	uint32_t flags;
	unsigned long added, modified, removed, refused;
	unsigned long waits, ready, idle, failed, reinits;
};

static const struct event_plugin_host *host;
static struct event_plugin_backend worker; /* a copy: what a shorter one lacks is zero here */

static void *
count_open(const struct event_plugin_backend_config *config)
{
	struct counter *counter = calloc(1, sizeof(*counter));
	if (!counter) return NULL;
	counter->flags = config->flags;
	counter->state = worker.open(config);
	if (counter->state) return counter;
	free(counter);
	return NULL;
}

static void
count_close(void *state)
{
	struct counter *counter = state;
	worker.close(counter->state);
	host->log(EVENT_PLUGIN_LOG_MSG,
		"count of %s: added %lu, modified %lu, removed %lu, refused %lu; waits %lu (ready %lu, idle %lu, failed %lu), "
		"reinits %lu",
		worker.method, counter->added, counter->modified, counter->removed, counter->refused, counter->waits,
		counter->ready, counter->idle, counter->failed, counter->reinits);
	free(counter);
}

/* The core, told that we want it, makes every fdinfo zero and begins anew. A worker that shares nothing with its parent
 * has no reinit(), and does not expect that: it begins anew, too. */
static int
count_reinit(void *state)
{
	struct counter *counter = state;
	const struct event_plugin_backend_config config = {sizeof(config), counter->flags, host};
	counter->reinits++;
	if (worker.flags & EVENT_PLUGIN_BACKEND_REINIT) return worker.reinit(counter->state);
	void *fresh = worker.open(&config);
	if (!fresh) return -1;
	worker.close(counter->state);
	counter->state = fresh;
	return 0;
}

static int
count_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct counter *counter = state;
	if (worker.change(counter->state, fd, old, now, worker.fdinfo_size ? fdinfo : NULL) < 0) {
		counter->refused++;
		return -1;
	}
	if (!now)
		counter->removed++;
	else if (!old)
		counter->added++;
	else
		counter->modified++;
	return 0;
}

static int
count_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct counter *counter = state;
	int n = worker.wait(counter->state, now, deadline, out, max);
	counter->waits++;
	if (n > 0)
		counter->ready += (unsigned long)n;
	else if (n == 0)
		counter->idle++;
	else
		counter->failed++;
	return n;
}

/* Everything is checked here, where there are words for it; open() could only return NULL. */
static int
load(const struct event_plugin_host *lent)
{
	const char *method = lent->setting("EVENT_COUNT_OF");
	char name[64];
	host = lent;
	snprintf(name, sizeof(name), "backend-%s", method ? method : "poll");
	if (strcmp(name, "backend-count") == 0) return host->fail("it cannot count itself; set EVENT_COUNT_OF to another");
	const struct event_plugin_interface *found =
		host->find(EVENT_PLUGIN_BACKEND, name, EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR);
	if (!found) return host->fail("there is no %s to count; set EVENT_COUNT_OF to a backend that is there", name);
	memcpy(&worker, found, found->size < sizeof(worker) ? found->size : sizeof(worker));
	if (worker.fdinfo_size <= FDINFO_ROOM) return 0;
	return host->fail("%s wants %zu bytes for each fd, we have %d; set EVENT_COUNT_OF to another", name,
		worker.fdinfo_size, FDINFO_ROOM);
}

/* The least that we need; the backend that EVENT_COUNT_OF names is asked for in load(). */
static const struct event_plugin_need needs[] = {
	{EVENT_PLUGIN_BACKEND, "backend-poll", EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR, 0},
	{0, NULL, 0, 0, 0},
};

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "count",
	.features = EV_FEATURE_FDS,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = FDINFO_ROOM,
	.open = count_open,
	.close = count_close,
	.reinit = count_reinit,
	.change = count_change,
	.wait = count_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-count", .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "counts the calls to another backend", .needs = needs, .load = load, .interface = &backend.head);
