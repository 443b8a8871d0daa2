/* SPDX-License-Identifier: BSD-3-Clause */
/* Random changes, closings, copies and data; after each few of them the backend must say what poll(2) says. */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 12, STEPS = 30000 };

struct end {
	int fd;   /* watched; -1: closed */
	int peer; /* -1: closed */
	int copy; /* keeps an old file alive; -1: none */
};

static uint32_t seed;

static unsigned
pick(unsigned limit)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % limit;
}

static void
open_end(struct end *end)
{
	int fds[2];
	if (pick(8) == 0) {
		end->fd = open("/dev/null", O_RDWR);
		end->peer = -1;
		return;
	}
	if (pick(2))
		make_pair(fds);
	else
		make_pipe(fds);
	end->fd = fds[0];
	end->peer = fds[1];
}

static void
close_end(struct harness *h, struct end *end)
{
	want(h, end->fd, 0);
	if (pick(3) == 0) {
		if (end->copy >= 0) close(end->copy);
		end->copy = dup(end->fd);
	}
	close(end->fd);
	end->fd = -1;
	if (end->peer >= 0 && pick(2)) { /* the old file stays readable in its copy */
		if (write(end->peer, "x", 1) < 0) pick(1);
	}
	if (end->peer >= 0) close(end->peer);
}

static void
step(struct harness *h, struct end *end)
{
	static const unsigned interests[] = {0, READ, WRITE, READ | WRITE};
	char block[64];
	if (end->fd < 0) {
		open_end(end);
		want(h, end->fd, interests[pick(4)]);
		return;
	}
	switch (pick(8)) {
	case 0:
	case 1:
		want(h, end->fd, interests[pick(4)]);
		break;
	case 2: /* deleted and added again */
		if (h->told[end->fd]) {
			unsigned told = h->told[end->fd];
			want(h, end->fd, 0);
			want(h, end->fd, told);
		}
		break;
	case 3:
		if (h->told[end->fd]) want_again(h, end->fd);
		break;
	case 4:
		close_end(h, end);
		break;
	case 5:
		if (end->peer >= 0 && write(end->peer, block, 1) < 0) pick(1);
		break;
	case 6:
		if (read(end->fd, block, sizeof(block)) < 0) pick(1);
		break;
	default:
		if (end->peer >= 0 && pick(4) == 0) {
			close(end->peer);
			end->peer = -1;
		}
		break;
	}
}

struct truth {
	unsigned ready;
	unsigned open; /* bits on which the kernel's own calls differ: is the read end of a hung-up pipe writable? */
};

static struct truth
ask_poll(const struct harness *h, int fd)
{
	struct truth truth = {0, 0};
	unsigned told = h->told[fd];
	struct pollfd item = {fd, (short)((told & READ ? POLLIN : 0) | (told & WRITE ? POLLOUT : 0)), 0};
	if (!told || poll(&item, 1, 0) != 1) return truth;
	if (item.revents & (POLLIN | POLLERR | POLLHUP)) truth.ready |= READ;
	if (item.revents & (POLLOUT | POLLERR)) truth.ready |= WRITE;
	if ((item.revents & POLLHUP) && !(truth.ready & WRITE)) truth.open = WRITE;
	truth.ready &= told;
	return truth;
}

static void
compare(struct harness *h, const struct end *ends, int at)
{
	for (int i = 0; i < PAIRS; i++) {
		if (ends[i].fd < 0) continue;
		struct truth truth = ask_poll(h, ends[i].fd);
		unsigned said = got(h, ends[i].fd) & h->told[ends[i].fd];
		if ((truth.ready ^ said) & ~truth.open)
			fail_msg("step %d: fd %d is 0x%x, reported as 0x%x", at, ends[i].fd, truth.ready, said);
	}
	for (int i = 0; i < h->count; i++)
		if (!h->told[h->ready[i].fd]) fail_msg("step %d: fd %d is reported, but not watched", at, h->ready[i].fd);
}

static void
run_model(struct harness *h, uint32_t first_seed)
{
	struct end ends[PAIRS];
	seed = first_seed;
	for (int i = 0; i < PAIRS; i++)
		ends[i] = (struct end){-1, -1, -1};
	for (int at = 0; at < STEPS; at++) {
		step(h, &ends[pick(PAIRS)]);
		if (pick(4)) continue;
		wait_ms(h, 0);
		compare(h, ends, at);
	}
	for (int i = 0; i < PAIRS; i++) {
		if (ends[i].fd >= 0) close_end(h, &ends[i]);
		if (ends[i].copy >= 0) close(ends[i].copy);
	}
	assert_quiet(h, 5);
}

static void
agrees_with_poll(struct harness *h)
{
	for (uint32_t first_seed = 1; first_seed <= 4; first_seed++)
		run_model(h, first_seed);
}

const struct check model_checks[] = {CASE(agrees_with_poll)};
const int model_count = LENGTH(model_checks);
