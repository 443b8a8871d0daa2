/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock of a client and of a server's port. Both take it several times for each message, and most processes have one
 * thread: that one needs no lock, and no other begins while it is in here, since neither callbacks nor allocation hooks
 * that could start one are called under a lock. */
#ifndef PROTO_DNS_LOCK_H_
#define PROTO_DNS_LOCK_H_

#include <pthread.h>
#include <stdbool.h>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define DNS_ONE_THREAD __libc_single_threaded
#endif
#endif
#ifndef DNS_ONE_THREAD
#define DNS_ONE_THREAD false
#endif

struct dns_lock {
	pthread_mutex_t mutex;
	bool taken; /* the mutex is, too */
};

static inline int
dns_lock_init(struct dns_lock *lock)
{
	lock->taken = false;
	return pthread_mutex_init(&lock->mutex, NULL);
}

static inline void
dns_lock_destroy(struct dns_lock *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}

static inline void
dns_lock_take(struct dns_lock *lock)
{
	if (DNS_ONE_THREAD) return;
	pthread_mutex_lock(&lock->mutex);
	lock->taken = true;
}

static inline void
dns_lock_give(struct dns_lock *lock)
{
	if (!lock->taken) return;
	lock->taken = false;
	pthread_mutex_unlock(&lock->mutex);
}

#endif
