/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts what a backend asks of the allocator and of the kernel, by standing before the C library's functions.
 * CONTRACT_COUNTS_NOTHING: for a static core, where nothing stands before anything. */
#include "harness.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

unsigned long harness_allocations, harness_calls;

/* What stands before the C library's functions must be seen by the plugin. */
#pragma GCC visibility push(default)

#if defined(__GLIBC__) && !defined(CONTRACT_COUNTS_NOTHING) && !defined(__SANITIZE_ADDRESS__) &&                       \
	!defined(__SANITIZE_THREAD__)
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

#ifndef CONTRACT_COUNTS_NOTHING
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
#endif /* CONTRACT_COUNTS_NOTHING */

#pragma GCC visibility pop
