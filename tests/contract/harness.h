/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands in for the core before one backend: opens its file, keeps the fdinfo of each fd, and calls the interface as
 * event2/plugin.h promises. Nothing of libevent is linked. */
#ifndef TESTS_CONTRACT_HARNESS_H_
#define TESTS_CONTRACT_HARNESS_H_

#include <cmocka.h>
#include <event2/plugin.h>
#include <stdbool.h>
#include <stdint.h>

#define READ EVENT_PLUGIN_READ
#define WRITE EVENT_PLUGIN_WRITE
#define CLOSED EVENT_PLUGIN_CLOSED
#define EDGE EVENT_PLUGIN_EDGE
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MS 1000000ull
#define FD_ROOM 4096

struct harness {
	void *object;
	const struct event_plugin_descriptor *descriptor;
	struct event_plugin_backend ops;
	void *state;
	unsigned char *infos; /* FD_ROOM of them */
	unsigned char told[FD_ROOM];
	struct event_plugin_ready ready[64];
	int count; /* in ready, after the last wait */
};

extern const char *harness_file;          /* the plugin */
extern unsigned long harness_allocations; /* calls of malloc and its like; counted where counts_allocations() */
bool harness_counts_allocations(void);
extern unsigned long harness_calls; /* of the kernel: poll, select, epoll_ctl and epoll_wait */

/* Whether the kernel, or a filter of its calls, does not allow this backend: then there is nothing to test. */
bool harness_refused(void);
/* Whether select() ends the process when asked about this fd: an emulator of system calls may, beyond FD_SETSIZE. */
bool harness_select_kills(int fd);
/* For cmocka: opens the plugin and one state; closes both. */
int harness_setup(void **state);
int harness_teardown(void **state);
bool harness_open(struct harness *h, uint32_t flags);

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

/* The cases of the other files. */
extern const struct CMUnitTest reuse_cases[], model_cases[], time_cases[];
extern const int reuse_count, model_count, time_count;
#define CASE(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)

#endif
