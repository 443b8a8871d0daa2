/* SPDX-License-Identifier: BSD-3-Clause */
/* The other side of the figures that are one process's CPU time: clients in a child process, on bare system calls, over
 * socket pairs. They either send a message on each connection and wait until all of it has come back, as often as
 * asked, or send as much as is wanted without reading. */
#ifndef TESTS_BENCH_PARTNER_H_
#define TESTS_BENCH_PARTNER_H_

#include "bench.h"

#include <poll.h>
#include <sys/wait.h>

struct partner {
	int connections;
	size_t bytes; /* a message's, or all of what a connection sends */
	int rounds;   /* of messages; 0: send without reading */
};

struct partner_state {
	size_t sent, got;
};

static inline void *
partner_alloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);
	if (!memory) bench_die("calloc");
	return memory;
}

/* One look at a connection of the echo. Returns 1 when its message has come back whole. */
static inline int
partner_turn(int fd, int events, struct partner_state *state, const char *message, char *answer, size_t size)
{
	ssize_t n;
	if ((events & POLLOUT) && (n = send(fd, message + state->sent, size - state->sent, MSG_NOSIGNAL)) > 0)
		state->sent += (size_t)n;
	if (!(events & POLLIN) || (n = read(fd, answer, size - state->got)) <= 0) return 0;
	state->got += (size_t)n;
	return state->got == size;
}

static inline void
partner_echo(const struct partner *plan, const int *fds)
{
	const size_t count = (size_t)plan->connections, size = plan->bytes;
	char *message = partner_alloc(size, 1), *answer = partner_alloc(size, 1);
	struct pollfd *polls = partner_alloc(count, sizeof(*polls));
	struct partner_state *states = partner_alloc(count, sizeof(*states));
	for (int r = 0; r < plan->rounds; r++) {
		memset(states, 0, count * sizeof(*states));
		for (size_t left = count; left;) {
			for (size_t i = 0; i < count; i++)
				polls[i] = (struct pollfd){
					states[i].got < size ? fds[i] : -1, (short)(POLLIN | (states[i].sent < size ? POLLOUT : 0)), 0};
			if (poll(polls, (nfds_t)count, -1) < 0) exit(1);
			for (size_t i = 0; i < count; i++)
				left -= (size_t)partner_turn(fds[i], polls[i].revents, &states[i], message, answer, size);
		}
	}
	_exit(0);
}

static inline void
partner_flood(const struct partner *plan, const int *fds)
{
	static char block[65536];
	const size_t count = (size_t)plan->connections;
	struct pollfd *polls = partner_alloc(count, sizeof(*polls));
	size_t *sent = partner_alloc(count, sizeof(*sent)), left = count;
	while (left) {
		for (size_t i = 0; i < count; i++)
			polls[i] = (struct pollfd){sent[i] < plan->bytes ? fds[i] : -1, POLLOUT, 0};
		if (poll(polls, (nfds_t)count, -1) < 0) exit(1);
		for (size_t i = 0; i < count; i++) {
			if (!(polls[i].revents & POLLOUT)) continue;
			const size_t rest = plan->bytes - sent[i];
			const ssize_t n = send(fds[i], block, rest < sizeof(block) ? rest : sizeof(block), MSG_NOSIGNAL);
			if (n > 0 && (sent[i] += (size_t)n) == plan->bytes) {
				shutdown(fds[i], SHUT_WR);
				left--;
			}
		}
	}
	_exit(0);
}

/* Makes the connections, and a child with one side of each. ours: gets the other sides. Returns the child's id. */
static inline pid_t
partner_start(const struct partner *plan, int *ours)
{
	int *theirs = partner_alloc((size_t)plan->connections, sizeof(int));
	for (int i = 0; i < plan->connections; i++) {
		int pair[2];
		bench_pair(pair);
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	fflush(stdout);
	const pid_t child = fork();
	if (child < 0) bench_die("fork");
	for (int i = 0; i < plan->connections; i++)
		close(child ? theirs[i] : ours[i]);
	if (child) {
		free(theirs);
		return child;
	}
	if (plan->rounds) partner_echo(plan, theirs);
	partner_flood(plan, theirs);
	_exit(1);
}

static inline void
partner_end(pid_t child)
{
	int status;
	if (waitpid(child, &status, 0) < 0 || status != 0) bench_die("the clients");
}

/* The three cases of each library: many small messages, large ones, and what only comes in. */
static inline struct partner
partner_echo_64(void)
{
	return (struct partner){100, 64, bench_times(2000)};
}

static inline struct partner
partner_echo_64k(void)
{
	return (struct partner){100, 65536, bench_times(100)};
}

static inline struct partner
partner_sink(void)
{
	return (struct partner){100, (size_t)bench_times(8 << 20), 0};
}

static inline uint64_t
partner_messages(const struct partner *plan)
{
	return (uint64_t)plan->connections * (uint64_t)plan->rounds;
}

/* serve: plays the server to the plan's clients until they are through; returns the CPU time. */
static inline void
partner_measure(const char *name, struct partner plan, uint64_t (*serve)(const struct partner *plan))
{
	bench_print(name, serve(&plan), partner_messages(&plan));
}

#endif
