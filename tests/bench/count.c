/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts what a benchmark calls: linked into a second build of it, these functions stand before libc's for the program
 * and for every library in it. So nothing has to be traced, and nothing preloaded. What asks the kernel without libc
 * (io_uring's library) and clock readings, which are no system calls, are not seen. */
#include "bench.h"

#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

struct bench_counts bench_counted;

#define VISIBLE __attribute__((visibility("default")))

#define COUNTED(result, name, number, parameters, ...)                                                                 \
	VISIBLE result name parameters;                                                                                    \
	VISIBLE result name parameters                                                                                     \
	{                                                                                                                  \
		bench_counted.calls++;                                                                                         \
		return (result)syscall(number, __VA_ARGS__);                                                                   \
	}

#define L(argument) ((long)(argument))

COUNTED(ssize_t, read, SYS_read, (int fd, void *data, size_t size), L(fd), data, size)
COUNTED(ssize_t, write, SYS_write, (int fd, const void *data, size_t size), L(fd), data, size)
COUNTED(ssize_t, readv, SYS_readv, (int fd, const struct iovec *parts, int count), L(fd), parts, L(count))
COUNTED(ssize_t, writev, SYS_writev, (int fd, const struct iovec *parts, int count), L(fd), parts, L(count))
COUNTED(ssize_t, recv, SYS_recvfrom, (int fd, void *data, size_t size, int flags), L(fd), data, size, L(flags), 0L, 0L)
COUNTED(
	ssize_t, send, SYS_sendto, (int fd, const void *data, size_t size, int flags), L(fd), data, size, L(flags), 0L, 0L)
COUNTED(ssize_t, recvmsg, SYS_recvmsg, (int fd, struct msghdr *message, int flags), L(fd), message, L(flags))
COUNTED(ssize_t, sendmsg, SYS_sendmsg, (int fd, const struct msghdr *message, int flags), L(fd), message, L(flags))
COUNTED(int, recvmmsg, SYS_recvmmsg,
	(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout), L(fd), messages, L(count),
	L(flags), timeout)
COUNTED(int, sendmmsg, SYS_sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags), L(fd), messages,
	L(count), L(flags))
#ifdef SYS_epoll_wait
COUNTED(int, epoll_wait, SYS_epoll_wait, (int set, struct epoll_event *events, int room, int timeout), L(set), events,
	L(room), L(timeout))
#else
COUNTED(int, epoll_wait, SYS_epoll_pwait, (int set, struct epoll_event *events, int room, int timeout), L(set), events,
	L(room), L(timeout), NULL, 8L)
#endif
COUNTED(int, epoll_pwait, SYS_epoll_pwait,
	(int set, struct epoll_event *events, int room, int timeout, const sigset_t *mask), L(set), events, L(room),
	L(timeout), mask, 8L)
#ifdef SYS_epoll_pwait2
COUNTED(int, epoll_pwait2, SYS_epoll_pwait2,
	(int set, struct epoll_event *events, int room, const struct timespec *timeout, const sigset_t *mask), L(set),
	events, L(room), timeout, mask, 8L)
#endif

VISIBLE int
ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	bench_counted.calls++;
	return (int)syscall(SYS_ioctl, L(fd), request, argument);
}

VISIBLE int
epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
	bench_counted.calls++;
	bench_counted.controls++;
	return (int)syscall(SYS_epoll_ctl, L(set), L(operation), L(fd), event);
}

#ifdef __GLIBC__
COUNTED(
	int, connect, SYS_connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t length), L(fd), to.__sockaddr__, L(length))
COUNTED(ssize_t, recvfrom, SYS_recvfrom,
	(int fd, void *data, size_t size, int flags, __SOCKADDR_ARG from, socklen_t *length), L(fd), data, size, L(flags),
	from.__sockaddr__, length)
COUNTED(ssize_t, sendto, SYS_sendto,
	(int fd, const void *data, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t length), L(fd), data, size,
	L(flags), to.__sockaddr__, L(length))

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

VISIBLE void *
malloc(size_t size)
{
	bench_counted.allocations++;
	return __libc_malloc(size);
}

VISIBLE void *
calloc(size_t count, size_t size)
{
	bench_counted.allocations++;
	return __libc_calloc(count, size);
}

VISIBLE void *
realloc(void *memory, size_t size)
{
	bench_counted.allocations++;
	return __libc_realloc(memory, size);
}
#endif
