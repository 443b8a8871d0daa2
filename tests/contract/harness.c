/* SPDX-License-Identifier: BSD-3-Clause */
/* See harness.h. */
#include "harness.h"

#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/syscall.h>
#endif

const char *harness_file;
unsigned long harness_allocations;

/* What stands before the C library's functions must be seen by the plugin. */
#pragma GCC visibility push(default)

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NO_COUNTING
#endif
#endif
#else
#define NO_COUNTING
#endif

#ifdef NO_COUNTING
bool
harness_counts_allocations(void)
{
	return false;
}
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

bool
harness_counts_allocations(void)
{
	return true;
}

void *
malloc(size_t size)
{
	harness_allocations++;
	return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	harness_allocations++;
	return __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	harness_allocations++;
	return __libc_realloc(memory, size);
}
#endif

/* The kernel's calls are counted by standing before the C library's functions. */
unsigned long harness_calls;

#define COUNTED(name, parameters, arguments)                                                                           \
	int name parameters                                                                                                \
	{                                                                                                                  \
		static int(*real) parameters;                                                                                  \
		if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);                                                          \
		harness_calls++;                                                                                               \
		return real arguments;                                                                                         \
	}
COUNTED(poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
COUNTED(select, (int end, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout),
	(end, read, write, except, timeout))
#ifdef __linux__
COUNTED(epoll_ctl, (int ep, int operation, int fd, struct epoll_event *event), (ep, operation, fd, event))
COUNTED(epoll_wait, (int ep, struct epoll_event *events, int max, int timeout), (ep, events, max, timeout))
#endif

#pragma GCC visibility pop

static const char *
host_setting(const char *name)
{
	(void)name;
	return NULL;
}

bool
harness_open(struct harness *h, uint32_t flags)
{
	static const struct event_plugin_host host = {
		.size = sizeof(host), .abi_major = EVENT_PLUGIN_ABI_MAJOR, .setting = host_setting};
	const struct event_plugin_backend_config config = {sizeof(config), flags, &host};
	h->state = h->ops.open(&config);
	return h->state != NULL;
}

bool
harness_refused(void)
{
	struct harness h = {.object = dlopen(harness_file, RTLD_NOW | RTLD_LOCAL)};
	const struct event_plugin_descriptor *descriptor = h.object ? dlsym(h.object, "event_plugin") : NULL;
	bool refused = false;
	if (descriptor && descriptor->kind == EVENT_PLUGIN_BACKEND) {
		h.ops.open = ((const struct event_plugin_backend *)(const void *)descriptor->interface)->open;
		h.ops.close = ((const struct event_plugin_backend *)(const void *)descriptor->interface)->close;
		if (harness_open(&h, EVENT_BASE_FLAG_IGNORE_ENV))
			h.ops.close(h.state);
		else
			refused = errno == ENOSYS || errno == EPERM;
	}
	if (h.object) dlclose(h.object);
	return refused;
}

bool
harness_select_kills(int fd)
{
	bool killed = false;
#ifdef SYS_pselect6
	unsigned long set[FD_ROOM / 8 / sizeof(unsigned long)] = {0};
	const long at_once[2] = {0, 0};
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		const size_t bits = 8 * sizeof(set[0]);
		(void)close(STDERR_FILENO); /* such an end is told at length */
		set[(size_t)fd / bits] |= 1ul << (size_t)fd % bits;
		(void)syscall(SYS_pselect6, fd + 1, set, NULL, NULL, at_once, NULL);
		_exit(0);
	}
	killed = child > 0 && waitpid(child, &status, 0) == child && status != 0;
#else
	(void)fd;
#endif
	return killed;
}

size_t
info_bytes(const struct harness *h)
{
	return (h->ops.fdinfo_size + 7) & ~(size_t)7;
}

int
harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	h->object = dlopen(harness_file, RTLD_NOW | RTLD_LOCAL);
	if (!h->object) fail_msg("%s", dlerror());
	h->descriptor = dlsym(h->object, "event_plugin");
	assert_non_null(h->descriptor);
	assert_int_equal(h->descriptor->kind, EVENT_PLUGIN_BACKEND);
	const struct event_plugin_interface *interface = h->descriptor->interface;
	memcpy(&h->ops, interface, interface->size < sizeof(h->ops) ? interface->size : sizeof(h->ops));
	h->infos = calloc(FD_ROOM, info_bytes(h) + 1);
	assert_non_null(h->infos);
	assert_true(harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV));
	*state = h;
	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	return 0;
}

int
harness_teardown(void **state)
{
	struct harness *h = *state;
	if (h->state) h->ops.close(h->state);
	dlclose(h->object);
	free(h->infos);
	free(h);
	alarm(0);
	return 0;
}

uint64_t
clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void *
info_of(struct harness *h, int fd)
{
	return h->ops.fdinfo_size ? h->infos + (size_t)fd * info_bytes(h) : NULL;
}

int
try_want(struct harness *h, int fd, unsigned now)
{
	assert_in_range(fd, 0, FD_ROOM - 1);
	int result = h->ops.change(h->state, fd, h->told[fd], now, info_of(h, fd));
	if (result == 0) h->told[fd] = (unsigned char)now;
	return result;
}

void
want(struct harness *h, int fd, unsigned now)
{
	if (try_want(h, fd, now) != 0) fail_msg("change(%d, 0x%x): %s", fd, now, strerror(errno));
}

void
want_again(struct harness *h, int fd)
{
	want(h, fd, h->told[fd]);
}

static void
check_results(struct harness *h, int max)
{
	assert_in_range(h->count, 0, max);
	for (int i = 0; i < h->count; i++) {
		assert_int_not_equal(h->ready[i].what, 0);
		assert_int_equal(h->ready[i].what & ~(unsigned)(READ | WRITE | CLOSED), 0);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(h->ready[i].fd, h->ready[k].fd);
	}
}

int
wait_ns(struct harness *h, uint64_t timeout, int max)
{
	uint64_t now = timeout == 0 || timeout == UINT64_MAX ? 0 : clock_ns();
	h->count = h->ops.wait(h->state, now, timeout == UINT64_MAX ? timeout : now + timeout, h->ready, max);
	if (h->count < 0) fail_msg("wait: %s", strerror(errno));
	check_results(h, max);
	return h->count;
}

int
wait_ms(struct harness *h, unsigned timeout)
{
	return wait_ns(h, timeout * MS, LENGTH(h->ready));
}

unsigned
got(const struct harness *h, int fd)
{
	for (int i = 0; i < h->count; i++)
		if (h->ready[i].fd == fd) return h->ready[i].what;
	return 0;
}

void
assert_quiet(struct harness *h, unsigned ms)
{
	uint64_t begin = clock_ns(), end = begin + ms * MS;
	int waits = 0;
	while (clock_ns() < end) {
		assert_int_equal(wait_ns(h, end - clock_ns(), LENGTH(h->ready)), 0);
		assert_true(++waits <= 4);
	}
}

void
make_pipe(int fds[2])
{
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
}

void
make_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
}

void
put_byte(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

void
get_byte(int fd)
{
	char byte;
	assert_int_equal(read(fd, &byte, 1), 1);
}

void
close_all(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(close(fds[i]), 0);
}

int
move_to(int fd, int number)
{
	if (fd == number) return fd;
	assert_int_equal(dup2(fd, number), number);
	assert_int_equal(close(fd), 0);
	return number;
}
