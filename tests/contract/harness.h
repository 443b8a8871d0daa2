/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands in for the loop before one backend: keeps the fdinfo of each fd, and calls the interface as event2/plugin.h
 * promises. The core's registry loads the plugin, as for any program. */
#ifndef TESTS_CONTRACT_HARNESS_H_
#define TESTS_CONTRACT_HARNESS_H_

#include "suite.h"

#include <event2/plugin.h>
#include <stddef.h>

#define READ EVENT_PLUGIN_READ
#define WRITE EVENT_PLUGIN_WRITE
#define CLOSED EVENT_PLUGIN_CLOSED
#define EDGE EVENT_PLUGIN_EDGE
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MS 1000000ull
#define FD_ROOM 4096

struct harness {
	const char *plugin; /* its name or file */
	struct event_plugin_descriptor descriptor;
	struct event_plugin_backend ops;
	void *state;
	unsigned char *infos; /* FD_ROOM of them */
	unsigned char told[FD_ROOM];
	struct event_plugin_ready ready[64];
	int count; /* in ready, after the last wait */
};

/* count.c: calls of malloc and its like, counted where counts_allocations(); and of the kernel: poll, select, epoll_ctl
 * and epoll_wait. */
extern unsigned long harness_allocations, harness_calls;
bool harness_counts_allocations(void);

/* Loads the plugin and opens a state; fails or skips the check when that cannot be. */
struct harness *harness_begin(const char *plugin);
/* Closes it, and unloads the plugin. */
void harness_end(struct harness *h);
/* Opens the state. False: errno says why. */
bool harness_open(struct harness *h, uint32_t flags);
const struct event_plugin_host *harness_host(void);
/* Whether select() ends the process when asked about this fd: an emulator of system calls may, beyond FD_SETSIZE. */
bool harness_select_kills(int fd);

uint64_t clock_ns(void);
/* The distance from one fdinfo to the next. */
size_t info_bytes(const struct harness *h);
void *info_of(struct harness *h, int fd);
/* Interest in fd goes from what was told last to now. Fails the test when the backend refuses. */
void want(struct harness *h, int fd, unsigned now);
/* The same, returns what the backend said. */
int try_want(struct harness *h, int fd, unsigned now);
/* One event of several was deleted and added again: old equals now. */
void want_again(struct harness *h, int fd);
/* Waits up to timeout; fills ready and count, and checks what must hold of every result. */
int wait_ns(struct harness *h, uint64_t timeout, int max);
int wait_ms(struct harness *h, unsigned timeout);
/* What the last wait said of fd; 0: nothing. */
unsigned got(const struct harness *h, int fd);
/* Checks that the backend sleeps for the time: at most one wait in it may end early. */
void assert_quiet(struct harness *h, unsigned ms);

void make_pipe(int fds[2]);
void make_pair(int fds[2]);
void put_byte(int fd);
void get_byte(int fd);
void close_all(const int *fds, int count);
/* A number that fd has from now on. */
int move_to(int fd, int number);

/* The checks of each file. */
extern const struct check level_checks[], reuse_checks[], model_checks[], time_checks[];
extern const int level_count, reuse_count, model_count, time_count;
#define CASE(f)                                                                                                        \
	{                                                                                                                  \
#f, f                                                                                                          \
	}

#endif
