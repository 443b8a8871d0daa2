/* SPDX-License-Identifier: BSD-3-Clause */
/* See harness.h. */
#include "harness.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

static char last_line[512]; /* of the log */

static void
remember(int severity, const char *text)
{
	(void)severity;
	(void)snprintf(last_line, sizeof(last_line), "%s", text);
}

/* ---- The host that open() is lent; load() had the core's own ------------------------------------------------------
 */

static const char *
host_setting(const char *name)
{
	(void)name;
	return NULL;
}

static void
host_log(int severity, const char *format, ...)
{
	(void)severity;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(last_line, sizeof(last_line), format, args);
	va_end(args);
}

static int
host_fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(last_line, sizeof(last_line), format, args);
	va_end(args);
	return -1;
}

static const struct event_plugin_interface *
host_find(uint32_t kind, const char *name, uint16_t major, uint16_t minor)
{
	return event_plugin_find((enum event_plugin_kind)kind, name, major, minor, 1);
}

bool
harness_open(struct harness *h, uint32_t flags)
{
	const struct event_plugin_backend_config config = {sizeof(config), flags, harness_host()};
	h->state = h->ops.open(&config);
	return h->state != NULL;
}

const struct event_plugin_host *
harness_host(void)
{
	static struct event_plugin_host host = {.size = sizeof(host),
		.abi_major = EVENT_PLUGIN_ABI_MAJOR,
		.abi_minor = EVENT_PLUGIN_ABI_MINOR,
		.log = host_log,
		.fail = host_fail,
		.alloc = malloc,
		.realloc = realloc,
		.free = free,
		.setting = host_setting,
		.find = host_find};
	host.identity = event_plugin_identity();
	host.core_version = mkevent_version();
	return &host;
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

/* ---- One plugin, one state --------------------------------------------------------------------------------------- */

static bool
is_wanted(const struct event_plugin_info *info, const char *wanted)
{
	struct stat facts, theirs;
	if (!strchr(wanted, '/')) return strcmp(info->name, wanted) == 0;
	return info->file && stat(wanted, &facts) == 0 && stat(info->file, &theirs) == 0 && facts.st_dev == theirs.st_dev &&
		   facts.st_ino == theirs.st_ino;
}

static int
look(const struct event_plugin_info *info, void *arg)
{
	struct harness *h = arg;
	if (!info->descriptor || !is_wanted(info, h->plugin)) return 0;
	h->descriptor = *info->descriptor; /* a copy: info's is gone after this */
	return 1;
}

struct harness *
harness_begin(const char *plugin)
{
	struct harness *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	h->plugin = plugin;
	event_set_log_callback(remember);
	if (event_plugin_load(plugin) != 0) fail_msg("it does not load: %s", last_line);
	if (event_plugin_foreach(look, h) != 1) fail_msg("another file is loaded under this name: see EVENT_PLUGIN_PATH");
	if (h->descriptor.kind != EVENT_PLUGIN_BACKEND) fail_msg("it is no backend");
	const struct event_plugin_interface *interface = h->descriptor.interface;
	memcpy(&h->ops, interface, interface->size < sizeof(h->ops) ? interface->size : sizeof(h->ops));
	h->infos = calloc(FD_ROOM, info_bytes(h) + 1);
	assert_non_null(h->infos);
	signal(SIGPIPE, SIG_IGN);
	errno = 0;
	if (harness_open(h, EVENT_BASE_FLAG_IGNORE_ENV)) return h;
	if (errno == ENOSYS || errno == EPERM) check_refused(strerror(errno));
	fail_msg("open() says %s; %s", strerror(errno), last_line);
}

void
harness_end(struct harness *h)
{
	if (h->state) h->ops.close(h->state);
	free(h->infos);
	free(h);
	libevent_global_shutdown(); /* unloads it */
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
	if (fd < 0 || fd >= FD_ROOM) fail_msg("fd %d is too high for this suite", fd);
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
	if (h->count > max) fail_msg("wait() filled %d entries of %d", h->count, max);
	for (int i = 0; i < h->count; i++) {
		const int fd = h->ready[i].fd;
		const unsigned what = h->ready[i].what;
		if (!what || (what & ~(unsigned)(READ | WRITE | CLOSED))) fail_msg("wait() said 0x%x of fd %d", what, fd);
		for (int k = 0; k < i; k++)
			if (h->ready[k].fd == fd) fail_msg("wait() has two entries for fd %d", fd);
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
		if (++waits > 4) fail_msg("wait() came back %d times, and its deadline is still ahead", waits);
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
