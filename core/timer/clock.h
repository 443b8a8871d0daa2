/* SPDX-License-Identifier: BSD-3-Clause */
/* The monotonic clock in nanoseconds, and its conversions. */
#ifndef MKEVENT_TIMER_CLOCK_H_
#define MKEVENT_TIMER_CLOCK_H_

#include <stdint.h>
#include <sys/time.h>

/* Nanoseconds of CLOCK_MONOTONIC; never goes back. */
uint64_t clock_now(void);

/* Saturating: negative becomes 0, what does not fit UINT64_MAX. tv_usec may be out of range. */
uint64_t clock_from_timeval(const struct timeval *tv);
void clock_to_timeval(uint64_t ns, struct timeval *tv);

#endif
