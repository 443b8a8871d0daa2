/* SPDX-License-Identifier: BSD-3-Clause */
/* A look-alike of Solaris's header, for testing the devpoll backend elsewhere: the part of the interface that the
 * backend uses, over poll(2). It is not /dev/poll: see lookalike.c for where it differs. */
#ifndef TESTS_DEVPOLL_SYS_DEVPOLL_H_
#define TESTS_DEVPOLL_SYS_DEVPOLL_H_

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef POLLREMOVE /* Linux has one that it does not use */
#define POLLREMOVE 0x0800
#endif
#define DP_POLL 0xD001

struct dvpoll {
	struct pollfd *dp_fds;
	unsigned long dp_nfds;
	int dp_timeout;
};

int lookalike_open(const char *name, int flags);
ssize_t lookalike_write(int fd, const void *entries, size_t bytes);
int lookalike_ioctl(int fd, int request, struct dvpoll *ask);

/* The device's own calls; whoever includes this calls them for nothing else. */
#ifndef LOOKALIKE_ITSELF
#define open(name, flags) lookalike_open(name, flags)
#define write(fd, entries, bytes) lookalike_write(fd, entries, bytes)
#define ioctl(fd, request, ask) lookalike_ioctl(fd, request, ask)
#endif

#endif
