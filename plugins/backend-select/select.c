/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through select(2), the oldest of them.
 *
 * An fd_set ends at FD_SETSIZE, but the kernel reads as many bits as its first argument says. So we keep bitmaps of our
 * own, which grow with the highest fd; their words are unsigned long, as the kernel has them. One closed fd makes the
 * whole call fail with EBADF: then we look for it and report it, so that its event's owner notices and the others go
 * on. A scan goes on where the last one ended, so that a full out[] starves nobody. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#define WORD_BITS ((int)(8 * sizeof(unsigned long)))

struct selector {
	/* What is wanted, and what the kernel made of it: each has `words` words, all in one block. */
	unsigned long *read, *write, *can_read, *can_write;
	int words;
	int end;  /* highest fd and one */
	int next; /* fd where the next scan begins */
};

static bool
has(const unsigned long *bits, int fd)
{
	return bits[fd / WORD_BITS] >> (fd % WORD_BITS) & 1;
}

static void
put(unsigned long *bits, int fd, bool on)
{
	unsigned long bit = 1ul << (fd % WORD_BITS);
	if (on)
		bits[fd / WORD_BITS] |= bit;
	else
		bits[fd / WORD_BITS] &= ~bit;
}

static int
grow(struct selector *st, int fd)
{
	int words = st->words ? st->words : 1024 / WORD_BITS;
	while (fd / WORD_BITS >= words)
		words *= 2;
	size_t bytes = (size_t)words * sizeof(unsigned long), old = (size_t)st->words * sizeof(unsigned long);
	unsigned long *block = calloc(4, bytes);
	if (!block) return -1;
	if (old) {
		memcpy(block, st->read, old);
		memcpy(block + words, st->write, old);
	}
	free(st->read);
	st->read = block;
	st->write = block + words;
	st->can_read = block + 2 * (size_t)words;
	st->can_write = block + 3 * (size_t)words;
	st->words = words;
	return 0;
}

static int
backend_change(void *state, int fd, unsigned old, unsigned now, void *fdinfo)
{
	struct selector *st = state;
	(void)old, (void)fdinfo;
	if (fd / WORD_BITS >= st->words) {
		if (!now) return 0;
		if (fcntl(fd, F_GETFD) < 0 || grow(st, fd) < 0) return -1; /* is it a number worth that memory? */
	}
	put(st->read, fd, now & EVENT_PLUGIN_READ);
	put(st->write, fd, now & EVENT_PLUGIN_WRITE);
	if (now && fd >= st->end) st->end = fd + 1;
	while (st->end > 0 && !has(st->read, st->end - 1) && !has(st->write, st->end - 1))
		st->end--;
	return 0;
}

static int
kernel_wait(struct selector *st, uint64_t now, uint64_t deadline)
{
	struct timeval limit = {0, 0}, *timeout = deadline == UINT64_MAX ? NULL : &limit;
	size_t bytes = (size_t)((st->end + WORD_BITS - 1) / WORD_BITS) * sizeof(unsigned long);
	if (timeout && deadline > now) { /* rounded up */
		uint64_t us = (deadline - now - 1) / 1000 + 1, seconds = us / 1000000;
		limit.tv_sec = (time_t)(seconds < INT32_MAX ? seconds : INT32_MAX);
		limit.tv_usec = (suseconds_t)(us % 1000000);
	}
	if (bytes) {
		memcpy(st->can_read, st->read, bytes);
		memcpy(st->can_write, st->write, bytes);
	}
	return select(st->end, (fd_set *)(void *)st->can_read, (fd_set *)(void *)st->can_write, NULL, timeout);
}

/* Reports the fds that are closed, each once: they are not asked for any more. Returns their number. */
static int
report_closed(struct selector *st, struct event_plugin_ready *out, int max)
{
	int n = 0;
	for (int fd = 0; fd < st->end && n < max; fd++) {
		unsigned what = (has(st->read, fd) ? EVENT_PLUGIN_READ : 0u) | (has(st->write, fd) ? EVENT_PLUGIN_WRITE : 0u);
		if (!what || fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
		out[n++] = (struct event_plugin_ready){fd, what};
		put(st->read, fd, false);
		put(st->write, fd, false);
	}
	return n;
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct selector *st = state;
	int ready = kernel_wait(st, now, deadline), n = 0;
	if (ready < 0 && errno == EBADF) {
		n = report_closed(st, out, max);
		ready = kernel_wait(st, 0, 0);
		if (ready < 0 && errno == EBADF) return n; /* there are more, or it was closed and opened meanwhile */
	}
	if (ready < 0) return errno == EINTR ? n : -1;
	int fd = st->next < st->end ? st->next : 0;
	for (int seen = 0; ready > 0 && n < max && seen < st->end; seen++) {
		unsigned what =
			(has(st->can_read, fd) ? EVENT_PLUGIN_READ : 0u) | (has(st->can_write, fd) ? EVENT_PLUGIN_WRITE : 0u);
		if (what) out[n++] = (struct event_plugin_ready){fd, what};
		if (++fd == st->end) fd = 0;
	}
	st->next = fd;
	return n;
}

static void
backend_close(void *state)
{
	struct selector *st = state;
	free(st->read); /* begins the block */
	free(st);
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	(void)config;
	return calloc(1, sizeof(struct selector));
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "select",
	.features = EV_FEATURE_FDS,
	.open = backend_open,
	.close = backend_close,
	.change = backend_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-select", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through select(2): any system, few fds with low numbers", .interface = &backend.head);
