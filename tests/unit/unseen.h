/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors by the kernel's own names, past ThreadSanitizer: it takes the reuse of a number for a race with a backend
 * that forgets the old one a moment later. All that is made here does not block. */
#ifndef TESTS_UNIT_UNSEEN_H_
#define TESTS_UNIT_UNSEEN_H_

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int
unseen_pair(int fds[2])
{
	return (int)syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
}

static inline int
unseen_pipe(int fds[2])
{
#ifdef SYS_pipe2
	return (int)syscall(SYS_pipe2, fds, O_NONBLOCK);
#else
	return pipe(fds) < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : 0;
#endif
}

static inline void
unseen_close(int fd)
{
	(void)syscall(SYS_close, fd);
}

#endif
