/* SPDX-License-Identifier: BSD-3-Clause */
/* Readiness through poll requests of io_uring(7). What one would not guess about them, and what we do about it:
 *
 * - A request that waits holds the open file, not the number. Closing the number closes nothing as long as the request
 *   is there: the peer sees no end, the port stays taken. So interest that goes to none is told at once, with a call
 *   of its own, when a request waits; all else is kept for the next wait and goes with it, in one call.
 * - A request is polled when it is made and woken later; what it then says is what was true at that moment. A level
 *   that was told before wait() began may be over: it is asked again, with the same call, instead of being believed.
 *   For the same reason a level is a request for one answer, made anew by the wait after the report. An edge is one
 *   for many answers ("multishot"), which tells of what is there when it is made, and of each wake-up.
 * - The answer of a request that was taken back may come all the same, or be that it was taken back. So each has a
 *   serial, which comes back with the fd; others are ghosts. They end a wait as any answer does: then we wait again.
 * - Requests belong to the thread that made them. When it ends they are cancelled: they are made anew.
 * - Regular files and /dev/null, which never wait, are ready always. */
#include "config.h"

#include "interest.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/plugin.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQUESTS 128 /* of one call; more take another one */
#define ANSWERS 1024 /* that the ring holds; the kernel keeps what is more */

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static uint8_t
what_of(int result)
{
	/* What cannot be watched is told as ready: whoever tries it sees why. */
	if (result < 0) return EVENT_PLUGIN_READ | EVENT_PLUGIN_WRITE;
	return (uint8_t)((result & (POLLIN | POLLERR | POLLHUP) ? EVENT_PLUGIN_READ : 0) |
					 (result & (POLLOUT | POLLERR | POLLHUP) ? EVENT_PLUGIN_WRITE : 0) |
					 (result & (POLLRDHUP | POLLHUP) ? EVENT_PLUGIN_CLOSED : 0));
}

static void
take_answer(struct uring *st, const struct io_uring_cqe *cqe, bool fresh)
{
	int fd = (int)(uint32_t)cqe->user_data;
	uint32_t serial = (uint32_t)(cqe->user_data >> 32);
	struct fdinfo *info = fd < st->room ? st->infos[fd] : NULL;
	if (serial == 0 || !info || info->serial != serial) return;
	if (!(cqe->flags & IORING_CQE_F_MORE)) info->waits = false;
	if (cqe->res == -ECANCELED || (!fresh && !(info->asked & EVENT_PLUGIN_EDGE))) {
		interest_put(st, PENDING, info);
		return;
	}
	info->ready |= what_of(cqe->res);
	interest_put(st, READY, info);
}

/* Takes all answers that are there; fresh: they came in this wait. Returns how many, ghosts included. */
static unsigned
take_answers(struct uring *st, bool fresh)
{
	unsigned total = 0;
	for (;;) {
		struct io_uring_cqe *cqe;
		unsigned head, count = 0;
		io_uring_for_each_cqe(&st->ring, head, cqe)
		{
			take_answer(st, cqe, fresh);
			count++;
		}
		io_uring_cq_advance(&st->ring, count);
		total += count;
		if (!io_uring_cq_has_overflow(&st->ring) || io_uring_get_events(&st->ring) < 0) return total;
	}
}

/* Levels that found no room are asked anew, and before those that found some, so that all get their turn. */
static int
report(struct uring *st, struct event_plugin_ready *out, int max)
{
	int n = 0;
	for (struct fdinfo *info = interest_empty(st, READY), *next; info; info = next) {
		next = info->next[READY];
		info->in[READY] = false;
		if (info->ready && n == max && (info->asked & EVENT_PLUGIN_EDGE)) {
			interest_put(st, READY, info);
			continue;
		}
		if (info->ready && n < max)
			out[n++] = (struct event_plugin_ready){info->fd, info->ready};
		else
			interest_put(st, PENDING, info);
		info->ready = 0;
	}
	for (int i = 0; i < n; i++)
		if (!st->infos[out[i].fd]->waits) interest_put(st, PENDING, st->infos[out[i].fd]);
	return n;
}

/* Hands over the requests and sleeps for an answer. For ever is a long time, since without a limit the library would
 * sleep on after a signal. */
static int
enter(struct uring *st, uint64_t now, uint64_t deadline)
{
	uint64_t left = deadline > now ? deadline - now : 0, seconds = left / 1000000000;
	struct __kernel_timespec limit = {
		.tv_sec = seconds < INT32_MAX ? (int64_t)seconds : INT32_MAX, .tv_nsec = (long long)(left % 1000000000)};
	struct io_uring_cqe *cqe;
	if (left) return io_uring_submit_and_wait_timeout(&st->ring, &cqe, 1, &limit, NULL);
	bool outstanding = IO_URING_READ_ONCE(*st->ring.sq.kflags) & IORING_SQ_TASKRUN;
	return outstanding || io_uring_sq_ready(&st->ring) ? io_uring_submit_and_get_events(&st->ring) : 0;
}

static uint64_t
clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
backend_wait(void *state, uint64_t now, uint64_t deadline, struct event_plugin_ready *out, int max)
{
	struct uring *st = state;
	(void)take_answers(st, false);
	for (;;) {
		if (!interest_ask(st) || st->lists[READY].first) deadline = now;
		int result = enter(st, now, deadline);
		unsigned answers = take_answers(st, true);
		int n = report(st, out, max);
		if (n > 0) return n;
		if (result < 0 && result != -ETIME && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
			errno = -result;
			return -1;
		}
		/* No answer at all: the time is over, or a signal came. */
		if (answers == 0 || deadline <= now) return 0;
		now = clock_ns();
	}
}

/* ---- Life -------------------------------------------------------------------------------------------------------- */

/* Answers that are put down when we next enter the kernel (5.19) spare an interrupt of this thread for each. */
static int
ring_init(struct uring *st, struct io_uring_params *params)
{
	const unsigned flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
	*params = (struct io_uring_params){
		.flags = flags | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG, .cq_entries = ANSWERS};
	int result = io_uring_queue_init_params(REQUESTS, &st->ring, params);
	if (result != -EINVAL) return result;
	*params = (struct io_uring_params){.flags = flags, .cq_entries = ANSWERS};
	return io_uring_queue_init_params(REQUESTS, &st->ring, params);
}

static int
ring_open(struct uring *st)
{
	struct io_uring_params params;
	int result = ring_init(st, &params);
	if (result == 0 && !(params.features & IORING_FEAT_EXT_ARG)) {
		io_uring_queue_exit(&st->ring);
		result = -ENOSYS;
	}
	st->open = result == 0;
	if (result == 0) return 0;
	errno = -result;
	return -1;
}

/* The ring ends in its own time, and longer still when a child has it: the files are let go before. */
static void
backend_close(void *state)
{
	struct uring *st = state;
	if (st->open) {
		interest_take_back_all(st);
		io_uring_queue_exit(&st->ring);
	}
	free(st->infos);
	free(st);
}

static int
backend_reinit(void *state)
{
	struct uring *st = state;
	if (st->open) io_uring_queue_exit(&st->ring); /* this process' mapping and descriptor */
	if (st->room) memset(st->infos, 0, (size_t)st->room * sizeof(struct fdinfo *));
	(void)interest_empty(st, PENDING), (void)interest_empty(st, READY);
	return ring_open(st);
}

static void
say_refused(const struct event_plugin_host *host, int error)
{
	if (!host || !host->log) return;
	host->log(EVENT_PLUGIN_LOG_WARN, "mkevent: backend-uring: the kernel refuses io_uring (%s): %s; %s",
		strerror(error),
		error == ENOSYS  ? "it is older than 5.11, or a filter of system calls hides it"
		: error == EPERM ? "a filter of system calls or /proc/sys/kernel/io_uring_disabled forbids it"
						 : "memory, RLIMIT_MEMLOCK or descriptors are short",
		"allow it, or unset EVENT_BACKEND");
}

static void *
backend_open(const struct event_plugin_backend_config *config)
{
	struct uring *st = calloc(1, sizeof(*st));
	if (!st) return NULL;
	(void)interest_empty(st, PENDING), (void)interest_empty(st, READY);
	if (ring_open(st) == 0) return st;
	int error = errno;
	say_refused(config->host, error);
	free(st);
	errno = error;
	return NULL;
}

static const struct event_plugin_backend backend = {
	.head = {sizeof(backend), EVENT_PLUGIN_BACKEND_MAJOR, EVENT_PLUGIN_BACKEND_MINOR},
	.method = "uring",
	.features = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_EARLY_CLOSE,
	.flags = EVENT_PLUGIN_BACKEND_REINIT,
	.fdinfo_size = sizeof(struct fdinfo),
	.open = backend_open,
	.close = backend_close,
	.reinit = backend_reinit,
	.change = interest_change,
	.wait = backend_wait,
};

EVENT_PLUGIN_DEFINE(EVENT_PLUGIN_BACKEND, "backend-uring", .version = PACKAGE_VERSION, .licence = "BSD-3-Clause",
	.summary = "readiness through io_uring(7): Linux 5.13, any number of fds; only when asked for",
	.interface = &backend.head);
