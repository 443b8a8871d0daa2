/* SPDX-License-Identifier: BSD-3-Clause */
/* Locking as a program with threads has it, when MKEVENT_BENCH_LOCKS is set: the same figures then show what locks cost
 * that nobody else wants. */
#ifndef TESTS_BENCH_LOCKS_H_
#define TESTS_BENCH_LOCKS_H_

#include "bench.h"

#include <event2/thread.h>

static inline void
bench_locks(void)
{
#ifdef EVTHREAD_USE_PTHREADS_IMPLEMENTED
	if (getenv("MKEVENT_BENCH_LOCKS") && evthread_use_pthreads() < 0) bench_die("evthread_use_pthreads");
#endif
}

#endif
