/* SPDX-License-Identifier: BSD-3-Clause */
/* The timers' figures of timer.c, for what is no libevent: what is filled, timed and printed, in which order. The
 * program that includes this brings the seven functions below. Each goes over all of its timers, so that no call of
 * ours stands between one timer and the next. */
#ifndef TESTS_BENCH_TIMERS_H_
#define TESTS_BENCH_TIMERS_H_

#include "partner.h"

/* Makes n timers, none of which is set, and ends them. */
static void timers_setup(int n);
static void timers_teardown(void);
/* A timeout by chance for each, so late that none is due. */
static void timers_choose(uint64_t *seed);
/* Sets those that are not set, to what was chosen, and takes them back. */
static void timers_add(void);
static void timers_del(void);
/* Sets all of them to what was chosen, set already or not: the i-th timeout for the order[i]-th timer. */
static void timers_again(const int *order);
/* Sets all of them to the next span_us, or to as much as is needed, and waits for that. Returns how long they took to
 * expire. */
static uint64_t timers_expire(int span_us);

static void
timers_thousand(void)
{
	uint64_t seed = 1, adding = 0, deleting = 0, expiring = 0;
	const int times = bench_times(1000), expiries = bench_times(200);
	timers_setup(1000);
	for (int r = 0; r < times; r++) {
		timers_choose(&seed);
		const uint64_t begin = bench_cpu();
		timers_add();
		const uint64_t middle = bench_cpu();
		timers_del();
		adding += middle - begin;
		deleting += bench_cpu() - middle;
	}
	bench_print("timers_1k_add", adding, (uint64_t)times * 1000);
	bench_print("timers_1k_del", deleting, (uint64_t)times * 1000);
	for (int r = 0; r < expiries; r++)
		expiring += timers_expire(1000);
	bench_print("timers_1k_expire", expiring, (uint64_t)expiries * 1000);
	timers_teardown();
}

static void
timers_million(void)
{
	enum { ROUNDS = 3 };
	const int count = bench_times(1000000);
	uint64_t seed = 1, spent[2] = {0, 0};
	int *order = partner_alloc((size_t)count, sizeof(*order));
	timers_setup(count);
	bench_shuffle(order, count, &seed);
	for (int r = 0; r <= ROUNDS; r++) {
		timers_choose(&seed);
		const uint64_t begin = bench_cpu();
		timers_again(order);
		spent[r > 0] += bench_cpu() - begin;
	}
	bench_print("timers_1m_add", spent[0], (uint64_t)count);
	bench_print("timers_1m_readd", spent[1], (uint64_t)count * ROUNDS);
	bench_print("timers_1m_expire", timers_expire(1000000), (uint64_t)count);
	free(order);
	timers_teardown();
}

#endif
