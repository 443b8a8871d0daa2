/* SPDX-License-Identifier: BSD-3-Clause */
/* struct event_config: config.c fills it in, base.c reads it. */
#ifndef MKEVENT_LOOP_WISHES_H_
#define MKEVENT_LOOP_WISHES_H_

#include <stdint.h>

struct event_config {
	char **avoid; /* method names; avoid_count of them */
	int avoid_count;
	int require; /* EV_FEATURE_* */
	int flags;   /* EVENT_BASE_FLAG_* */
	int cpus;
	uint64_t limit_ns; /* UINT64_MAX: none */
	int limit_callbacks;
	int limit_priority;
};

#endif
