/* SPDX-License-Identifier: BSD-3-Clause */
/* A backend that does what another one does, and one thing wrong: EVENT_WRONG says which. The suite that authors have
 * must name each. Without EVENT_WRONG it is right. */
#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct event_plugin_backend worker;
static const char *wrong = "";

static int
is(const char *defect)
{
	return strcmp(wrong, defect) == 0;
}

static void *
wrong_open(const struct event_plugin_backend_config *config)
{
	if (is("open-fails")) return errno = EINVAL, NULL;
	return worker.open(config);
}

static int
wrong_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	if (is("deaf-to-write") && now == EVENT_PLUGIN_WRITE) return 0;
	if (is("never-forgets") && now == 0) return 0;
	return worker.change(state, fd, old, now, fdinfo);
}

/* The first waits for each deadline come back at once: an early end in between would look right on a busy machine,
 * where the process goes on long after it. */
static uint64_t
too_early(uint64_t deadline)
{
	static uint64_t last;
	static int waits;
	if (deadline != last) waits = 0;
	last = deadline;
	return waits++ < 5 ? 0 : deadline;
}

/* What only the wait can do wrong before it waits. */
static uint64_t
wrong_deadline(uint64_t now, uint64_t deadline)
{
	if (is("crashes")) (void)raise(SIGSEGV);
	if (is("hangs"))
		for (;;)
			(void)pause();
	if (is("spins")) return 0;
	if (is("early") && deadline != UINT64_MAX && deadline > now) return too_early(deadline);
	if (is("allocates")) {
		void *volatile memory = malloc(1);
		free(memory);
	}
	return deadline;
}

static int
wrong_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	static int last; /* fd that was told last */
	deadline = wrong_deadline(now, deadline);
	int n = worker.wait(state, deadline ? now : 0, deadline, out, max);
	if (n > 0 && n < max && is("twice")) out[n] = out[0], n++;
	if (n > 0 && is("one-only")) n = 1;
	if (n > 0 && is("other-bits")) out[0].what |= 0x100;
	if (n > 0 && is("edges-for-levels")) {
		if (out[0].fd == last) return 0;
		last = out[0].fd;
	}
	return n;
}

static int
load(const struct event_plugin_host *host)
{
	const struct event_plugin_interface *found = host->find(EVENT_PLUGIN_BACKEND, "backend-poll", 1, 0);
	if (host->setting("EVENT_WRONG")) wrong = host->setting("EVENT_WRONG");
	if (!found || is("load-fails")) return host->fail("its battery is flat; charge it");
	memcpy(&worker, found, found->size < sizeof(worker) ? found->size : sizeof(worker));
	return 0;
}

static void
wrong_close(void *state)
{
	worker.close(state);
}

static const struct event_plugin_need needs[] = {{EVENT_PLUGIN_BACKEND, "backend-poll", 1, 0, 0}, {0, NULL, 0, 0, 0}};
static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "wrong",
	.features = EV_FEATURE_FDS,
	.fdinfo_size = 64,
	.open = wrong_open,
	.close = wrong_close,
	.change = wrong_change,
	.wait = wrong_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-wrong", .version = "1.0.0", .licence = "BSD-3-Clause",
	.summary = "does one thing wrong", .needs = needs, .load = load, .interface = &backend.head);
