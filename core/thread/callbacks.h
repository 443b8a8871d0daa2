/* SPDX-License-Identifier: BSD-3-Clause */
/* Between thread.c, which keeps the program's callbacks, and debug.c, which stands before them. */
#ifndef MKEVENT_THREAD_CALLBACKS_H_
#define MKEVENT_THREAD_CALLBACKS_H_

#include <event2/thread.h>
#include <stdbool.h>

/* What the program gave; all members are NULL when it gave nothing. */
extern struct evthread_lock_callbacks thread_program_locks;
extern struct evthread_condition_callbacks thread_program_conds;

/* Puts the checking callbacks before the program's, now or when it gives some. */
void thread_debugging_start(void);

extern const struct evthread_lock_callbacks thread_debug_locks;
int thread_debug_wait(void *cond, void *lock, const struct timeval *timeout);
bool thread_debug_held(void *lock);

#endif
