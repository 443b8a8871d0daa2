/* SPDX-License-Identifier: BSD-3-Clause */
/* /dev/poll as the backend sees it, over poll(2): a table of numbers for each open device.
 *
 * The kernel is called by syscall(2), so that tests which count calls count the backend's alone.
 *
 * Kept: what is written for a number is added to what is there, POLLREMOVE takes it out, a closed number is refused by
 * the write and comes back as POLLNVAL, results in the order of the set, EACCES in a forked child. Different: a wait
 * costs as much as there are numbers. */
#define LOOKALIKE_ITSELF
#include <sys/devpoll.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

#define DEVICES 4096

struct device {
	pid_t owner;
	struct pollfd *set;
	size_t count, room;
};

static struct device *devices[DEVICES]; /* by the descriptor that stands for it */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
let_go(int fd)
{
	if (!devices[fd]) return;
	free(devices[fd]->set);
	free(devices[fd]);
	devices[fd] = NULL;
}

/* close(2) tells nobody: what is left of closed devices goes with this object. */
__attribute__((destructor)) static void
let_all_go(void)
{
	for (int fd = 0; fd < DEVICES; fd++)
		let_go(fd);
}

int
lookalike_open(const char *name, int flags)
{
	(void)name;
	int fd = eventfd(0, flags & O_CLOEXEC ? EFD_CLOEXEC : 0);
	if (fd < 0) return -1;
	pthread_mutex_lock(&mutex);
	if (fd < DEVICES) {
		let_go(fd); /* its number was closed, or it would not be free */
		devices[fd] = calloc(1, sizeof(*devices[fd]));
		if (devices[fd]) devices[fd]->owner = getpid();
	}
	bool made = fd < DEVICES && devices[fd];
	pthread_mutex_unlock(&mutex);
	if (made) return fd;
	(void)close(fd);
	errno = ENOMEM;
	return -1;
}

static struct device *
device_of(int fd)
{
	pthread_mutex_lock(&mutex);
	struct device *device = fd >= 0 && fd < DEVICES ? devices[fd] : NULL;
	pthread_mutex_unlock(&mutex);
	if (!device) return errno = EBADF, NULL;
	if (device->owner != getpid()) return errno = EACCES, NULL;
	return device;
}

static struct pollfd *
find(struct device *device, int fd)
{
	for (size_t i = 0; i < device->count; i++)
		if (device->set[i].fd == fd) return &device->set[i];
	return NULL;
}

static int
take(struct device *device, const struct pollfd *entry)
{
	struct pollfd *there = find(device, entry->fd);
	if (entry->events & POLLREMOVE) {
		if (there) memmove(there, there + 1, (size_t)(device->set + --device->count - there) * sizeof(*there));
		return 0;
	}
	if (fcntl(entry->fd, F_GETFD) < 0) return EBADF;
	if (there) {
		there->events |= entry->events;
		return 0;
	}
	if (device->count == device->room) {
		size_t room = device->room ? device->room * 2 : 256;
		struct pollfd *set = realloc(device->set, room * sizeof(*set));
		if (!set) return ENOMEM;
		device->set = set;
		device->room = room;
	}
	device->set[device->count++] = (struct pollfd){entry->fd, entry->events, 0};
	return 0;
}

ssize_t
lookalike_write(int fd, const void *entries, size_t bytes)
{
	struct device *device = device_of(fd);
	const struct pollfd *entry = entries;
	if (!device) return -1;
	for (size_t i = 0; i < bytes / sizeof(*entry); i++) {
		errno = take(device, &entry[i]);
		if (errno) return i ? (ssize_t)(i * sizeof(*entry)) : -1;
	}
	return (ssize_t)bytes;
}

int
lookalike_ioctl(int fd, int request, struct dvpoll *ask)
{
	struct device *device = device_of(fd);
	int n = 0;
	if (!device || request != DP_POLL) return -1;
	struct timespec limit = {ask->dp_timeout / 1000, ask->dp_timeout % 1000 * 1000000L};
	if (syscall(SYS_ppoll, device->set, device->count, ask->dp_timeout < 0 ? NULL : &limit, NULL, 8) < 0) return -1;
	for (size_t i = 0; i < device->count && (unsigned long)n < ask->dp_nfds; i++)
		if (device->set[i].revents) ask->dp_fds[n++] = device->set[i];
	return n;
}
