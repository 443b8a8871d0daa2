/* SPDX-License-Identifier: BSD-3-Clause */
/* Rate limits: of one bufferevent and of groups. Times are checked with much room, bytes exactly. */
#include "bufferevent_fixture.h"

#include <limits.h>
#include <time.h>

static char block[1 << 20];
static const struct timeval hour = {3600, 0}; /* no tick passes while the test looks */

static void
configurations(void **state)
{
	(void)state;
	struct timeval tick = {0, 10500};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1, 1, 1, 1, NULL);
	assert_non_null(cfg);
	ev_token_bucket_cfg_free(cfg);
	cfg = ev_token_bucket_cfg_new(EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, 5, 10, &tick);
	assert_non_null(cfg);
	ev_token_bucket_cfg_free(cfg);
	assert_null(ev_token_bucket_cfg_new(0, 1, 1, 1, NULL));
	assert_null(ev_token_bucket_cfg_new(1, 1, 0, 1, NULL));
	assert_null(ev_token_bucket_cfg_new(2, 1, 1, 1, NULL));
	assert_null(ev_token_bucket_cfg_new(1, 1, 2, 1, NULL));
	assert_null(ev_token_bucket_cfg_new(1, SIZE_MAX, 1, 1, NULL));
	assert_null(ev_token_bucket_cfg_new(1, 1, SIZE_MAX, SIZE_MAX, NULL));
}

/* Rates and ticks at the edges: no overflow, no division by zero. */
static void
hole_issue_1558(void **state)
{
	(void)state;
	struct timeval nothing = {0, 0}, half = {0, 500}, negative = {-1, 0}, ages = {INT_MAX, 0};
	assert_null(ev_token_bucket_cfg_new(1, 1, 1, 1, &nothing));
	assert_null(ev_token_bucket_cfg_new(1, 1, 1, 1, &half));
	assert_null(ev_token_bucket_cfg_new(1, 1, 1, 1, &negative));
	assert_null(ev_token_bucket_cfg_new(1, 1, 1, 1, &ages));
	struct timeval tick = {0, 1000};
	struct record record;
	struct ev_token_bucket_cfg *cfg =
		ev_token_bucket_cfg_new(EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &tick);
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_int_equal(bufferevent_decrement_read_limit(record.bev, EV_SSIZE_MAX), 0);
	assert_int_equal(bufferevent_decrement_read_limit(record.bev, EV_SSIZE_MAX), 0);
	assert_int_equal(bufferevent_decrement_write_limit(record.bev, EV_SSIZE_MIN), 0);
	run_for_ms(20);
	assert_true(bufferevent_get_write_limit(record.bev) > 0);
	run_for_ms(20);
	assert_true(bufferevent_get_read_limit(record.bev) > 0);
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
}

static void
limits_can_be_read(void **state)
{
	(void)state;
	struct record record;
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(100, 200, 300, 400, &hour);
	record_open(&record, 0);
	assert_int_equal(bufferevent_get_read_limit(record.bev), EV_SSIZE_MAX);
	assert_int_equal(bufferevent_get_write_limit(record.bev), EV_SSIZE_MAX);
	assert_null(bufferevent_get_token_bucket_cfg(record.bev));
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_ptr_equal(bufferevent_get_token_bucket_cfg(record.bev), cfg);
	assert_int_equal(bufferevent_get_write_limit(record.bev), 300);
	assert_int_equal(bufferevent_get_max_to_write(record.bev), 300);
	assert_int_equal(bufferevent_decrement_read_limit(record.bev, 150), 0);
	assert_int_equal(bufferevent_get_read_limit(record.bev), -50);
	assert_int_equal(bufferevent_get_max_to_read(record.bev), 0);
	assert_int_equal(bufferevent_decrement_read_limit(record.bev, -120), 0);
	assert_int_equal(bufferevent_get_max_to_read(record.bev), 70);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, NULL), 0);
	assert_int_equal(bufferevent_get_read_limit(record.bev), EV_SSIZE_MAX);
	assert_null(bufferevent_get_token_bucket_cfg(record.bev));
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
}

static double
seconds(void)
{
	struct timespec ts;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* 1,000 bytes a tick of 20 ms; nothing beyond the burst, and all of it in the end. */
static void
reading_is_limited(void **state)
{
	(void)state;
	struct record record;
	struct timeval tick = {0, 20000};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1000, 1000, 1000, 1000, &tick);
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 10000);
	double begin = seconds();
	while (input_length(&record) < 10000 && seconds() < begin + 5) {
		(void)event_base_loop(base, EVLOOP_ONCE);
		assert_true((double)input_length(&record) <= ((seconds() - begin) / 0.02 + 2) * 1000);
	}
	assert_int_equal(input_length(&record), 10000);
	assert_true(seconds() - begin >= 0.15);
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
}

static void
writing_is_limited(void **state)
{
	(void)state;
	static char sink[20000];
	struct record record;
	struct timeval tick = {0, 20000};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1000, 1000, 1000, 2000, &tick);
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_int_equal(bufferevent_write(record.bev, block, 10000), 0);
	double begin = seconds();
	size_t got = 0;
	while (got < 10000 && seconds() < begin + 5) {
		(void)event_base_loop(base, EVLOOP_ONCE);
		got += peer_reads(&record, sink, sizeof(sink));
		assert_true((double)got <= ((seconds() - begin) / 0.02 + 3) * 1000);
	}
	assert_int_equal(got, 10000);
	assert_true(seconds() - begin >= 0.13);
	turns();
	assert_int_equal(record.writes, 1);
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
}

/* Nothing is lost when a limit goes away, or is never reached. */
static void
taking_the_limit_away(void **state)
{
	(void)state;
	struct record record;
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(10, 10, 10, 10, &hour);
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 1000);
	turns();
	assert_int_equal(input_length(&record), 10);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, NULL), 0);
	turns();
	assert_int_equal(input_length(&record), 1000);
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
}

static void
free_while_limited(void **state)
{
	(void)state;
	struct record record;
	struct timeval tick = {0, 10000};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1, 1, 1, 1, &tick);
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 1000);
	assert_int_equal(bufferevent_write(record.bev, block, 1000), 0);
	turns();
	record_close(&record);
	turns();
	ev_token_bucket_cfg_free(cfg);
	run_for_ms(30);
}

/* ---- Groups ---- */

static void
group_settings(void **state)
{
	(void)state;
	struct record records[2];
	ev_uint64_t in = 9, out = 9;
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1000, 2000, 3000, 4000, &hour);
	struct bufferevent_rate_limit_group *group = bufferevent_rate_limit_group_new(base, cfg);
	ev_token_bucket_cfg_free(cfg); /* it has a copy */
	assert_non_null(group);
	assert_int_equal(bufferevent_rate_limit_group_get_read_limit(group), 1000);
	assert_int_equal(bufferevent_rate_limit_group_get_write_limit(group), 3000);
	bufferevent_rate_limit_group_get_totals(group, &in, &out);
	assert_true(in == 0 && out == 0);
	bufferevent_rate_limit_group_get_totals(group, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		record_open(&records[i], 0);
		assert_int_equal(bufferevent_add_to_rate_limit_group(records[i].bev, group), 0);
		assert_int_equal(bufferevent_get_max_to_write(records[0].bev), 3000 / (i + 1));
	}
	assert_int_equal(bufferevent_rate_limit_group_set_min_share(group, SIZE_MAX), -1);
	assert_int_equal(bufferevent_rate_limit_group_set_min_share(group, 700), 0);
	assert_int_equal(bufferevent_get_max_to_read(records[0].bev), 700);
	assert_int_equal(bufferevent_rate_limit_group_set_min_share(group, 5000), 0);
	assert_int_equal(bufferevent_get_max_to_read(records[0].bev), 1000); /* no more than a tick has */
	assert_int_equal(bufferevent_rate_limit_group_decrement_read(group, 1000), 0);
	assert_int_equal(bufferevent_rate_limit_group_get_read_limit(group), 0);
	assert_int_equal(bufferevent_get_max_to_read(records[0].bev), 0);
	assert_int_equal(bufferevent_rate_limit_group_decrement_read(group, -10), 0);
	assert_true(bufferevent_get_max_to_read(records[0].bev) > 0);
	assert_int_equal(bufferevent_rate_limit_group_decrement_write(group, 500), 0);
	assert_int_equal(bufferevent_rate_limit_group_get_write_limit(group), 2500);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bufferevent_remove_from_rate_limit_group(records[i].bev), 0);
		assert_int_equal(bufferevent_remove_from_rate_limit_group(records[i].bev), 0);
		record_close(&records[i]);
	}
	turns();
	bufferevent_rate_limit_group_free(group);
}

/* Ten members, all with more to read than the group allows: the sum is kept, and every one gets its part. */
static void
group_shares(void **state)
{
	(void)state;
	enum { MEMBERS = 10 };
	struct record records[MEMBERS];
	struct timeval tick = {0, 20000};
	ev_uint64_t in, out;
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(2000, 2000, 2000, 2000, &tick);
	struct bufferevent_rate_limit_group *group = bufferevent_rate_limit_group_new(base, cfg);
	for (int i = 0; i < MEMBERS; i++) {
		record_open(&records[i], 0);
		assert_int_equal(bufferevent_add_to_rate_limit_group(records[i].bev, group), 0);
		assert_int_equal(bufferevent_enable(records[i].bev, EV_READ), 0);
		peer_sends(&records[i], block, 50000);
	}
	double begin = seconds();
	size_t total = 0;
	while (total < 2000 * 8 && seconds() < begin + 5) {
		run_for_ms(50);
		total = 0;
		for (int i = 0; i < MEMBERS; i++)
			total += input_length(&records[i]);
	}
	/* A share is the least that is read at once, so each tick may go beyond by the shares of all. */
	assert_true((double)total <= ((seconds() - begin) / 0.02 + 2) * 2000 + MEMBERS * 200);
	assert_true(total >= 2000 * 8);
	for (int i = 0; i < MEMBERS; i++)
		assert_true(input_length(&records[i]) > 200);
	bufferevent_rate_limit_group_get_totals(group, &in, &out);
	assert_int_equal(in, total);
	assert_int_equal(out, 0);
	bufferevent_rate_limit_group_reset_totals(group);
	bufferevent_rate_limit_group_get_totals(group, &in, &out);
	assert_int_equal(in, 0);
	for (int i = 0; i < MEMBERS; i++) {
		assert_int_equal(bufferevent_remove_from_rate_limit_group(records[i].bev), 0);
		record_close(&records[i]);
	}
	turns();
	bufferevent_rate_limit_group_free(group);
	ev_token_bucket_cfg_free(cfg);
}

/* Members are waited for by others: each of them comes to its end although the first ones take what they can. */
static void
group_of_writers_finishes(void **state)
{
	(void)state;
	enum { MEMBERS = 5, BYTES = 4000 };
	static char sink[65536];
	struct record records[MEMBERS];
	struct timeval tick = {0, 5000};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(1000, 1000, 1000, 1000, &tick);
	struct bufferevent_rate_limit_group *group = bufferevent_rate_limit_group_new(base, cfg);
	size_t got = 0;
	for (int i = 0; i < MEMBERS; i++) {
		record_open(&records[i], 0);
		assert_int_equal(bufferevent_add_to_rate_limit_group(records[i].bev, group), 0);
		assert_int_equal(bufferevent_write(records[i].bev, block, BYTES), 0);
	}
	for (double begin = seconds(); got < MEMBERS * BYTES && seconds() < begin + 5;) {
		run_for_ms(20);
		for (int i = 0; i < MEMBERS; i++)
			got += peer_reads(&records[i], sink, sizeof(sink));
	}
	assert_int_equal(got, MEMBERS * BYTES);
	for (int i = 0; i < MEMBERS; i++) {
		assert_true(records[i].writes >= 1);
		assert_int_equal(bufferevent_remove_from_rate_limit_group(records[i].bev), 0);
		record_close(&records[i]);
	}
	turns();
	bufferevent_rate_limit_group_free(group);
	ev_token_bucket_cfg_free(cfg);
}

static void
group_gets_another_rate(void **state)
{
	(void)state;
	struct record record;
	struct ev_token_bucket_cfg *slow = ev_token_bucket_cfg_new(10, 10, 10, 10, &hour);
	struct ev_token_bucket_cfg *fast = ev_token_bucket_cfg_new(100000, 100000, 100000, 100000, &hour);
	struct bufferevent_rate_limit_group *group = bufferevent_rate_limit_group_new(base, slow);
	record_open(&record, 0);
	assert_int_equal(bufferevent_add_to_rate_limit_group(record.bev, group), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 1000);
	turns();
	assert_in_range(input_length(&record), 1, 64);
	assert_int_equal(bufferevent_rate_limit_group_set_cfg(group, fast), 0);
	assert_int_equal(bufferevent_rate_limit_group_decrement_read(group, -1000), 0);
	run_for_ms(20);
	assert_int_equal(input_length(&record), 1000);
	assert_int_equal(bufferevent_add_to_rate_limit_group(record.bev, NULL), 0);
	record_close(&record);
	turns();
	bufferevent_rate_limit_group_free(group);
	ev_token_bucket_cfg_free(slow);
	ev_token_bucket_cfg_free(fast);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(configurations),
		base_test(hole_issue_1558),
		base_test(limits_can_be_read),
		base_test(reading_is_limited),
		base_test(writing_is_limited),
		base_test(taking_the_limit_away),
		base_test(free_while_limited),
		base_test(group_settings),
		base_test(group_shares),
		base_test(group_of_writers_finishes),
		base_test(group_gets_another_rate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
