/* SPDX-License-Identifier: BSD-3-Clause */
/* Pairs: two bufferevents that read what the other writes. */
#include "bufferevent_fixture.h"

static void
open_pair(struct record records[2], int options)
{
	struct bufferevent *pair[2];
	assert_int_equal(bufferevent_pair_new(base, options, pair), 0);
	record_set(&records[0], pair[0]);
	record_set(&records[1], pair[1]);
}

static void
close_pair(struct record records[2])
{
	record_close(&records[0]);
	record_close(&records[1]);
	turns();
}

static void
settings_of_a_new_pair(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	assert_int_equal(bufferevent_get_enabled(pair[0].bev), EV_WRITE);
	assert_int_equal(bufferevent_getfd(pair[0].bev), -1);
	assert_int_equal(bufferevent_setfd(pair[0].bev, 0), -1);
	assert_int_equal(bufferevent_priority_set(pair[0].bev, 0), -1);
	assert_null(bufferevent_get_underlying(pair[0].bev));
	assert_ptr_equal(bufferevent_pair_get_partner(pair[0].bev), pair[1].bev);
	assert_ptr_equal(bufferevent_pair_get_partner(pair[1].bev), pair[0].bev);
	close_pair(pair);
}

static void
passes_data(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	assert_int_equal(bufferevent_write(pair[0].bev, "hello", 5), 0);
	turns();
	assert_int_equal(output_length(&pair[0]), 5); /* nobody reads */
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	assert_int_equal(pair[1].reads, 0); /* deferred */
	turns();
	assert_int_equal(pair[1].reads, 1);
	assert_int_equal(pair[1].length, 5);
	assert_int_equal(pair[0].writes, 1);
	assert_int_equal(pair[0].reads + pair[1].writes, 0);
	assert_int_equal(output_length(&pair[0]), 0);
	close_pair(pair);
}

static void
echoes(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	pair[1].echo = true;
	assert_int_equal(bufferevent_enable(pair[0].bev, EV_READ), 0);
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	for (int i = 1; i <= 10; i++) {
		assert_int_equal(bufferevent_write(pair[0].bev, "0123456789", 10), 0);
		turns();
		assert_int_equal(input_length(&pair[0]), 10 * i);
	}
	close_pair(pair);
}

static void
keeps_the_watermark(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	bufferevent_setcb(pair[1].bev, NULL, NULL, NULL, NULL);
	bufferevent_setwatermark(pair[1].bev, EV_READ, 0, 8);
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(pair[0].bev, "0123456789", 10), 0);
	turns();
	assert_int_equal(input_length(&pair[1]), 8);
	assert_int_equal(output_length(&pair[0]), 2);
	assert_int_equal(pair[0].writes, 0);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(pair[1].bev), 1), 0);
	turns();
	assert_int_equal(input_length(&pair[1]), 8);
	assert_int_equal(output_length(&pair[0]), 1);
	bufferevent_setwatermark(pair[1].bev, EV_READ, 0, 0);
	turns();
	assert_int_equal(input_length(&pair[1]), 9);
	assert_int_equal(pair[0].writes, 1);
	close_pair(pair);
}

static void
flush_goes_beyond_the_watermark(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	bufferevent_setcb(pair[1].bev, NULL, NULL, on_event, &pair[1]);
	bufferevent_setwatermark(pair[1].bev, EV_READ, 0, 4);
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(pair[0].bev, "0123456789", 10), 0);
	assert_int_equal(bufferevent_flush(pair[0].bev, EV_WRITE, BEV_NORMAL), 0);
	turns();
	assert_int_equal(input_length(&pair[1]), 4);
	(void)bufferevent_flush(pair[0].bev, EV_WRITE, BEV_FLUSH);
	turns();
	assert_int_equal(input_length(&pair[1]), 10);
	assert_int_equal(pair[1].events, 0);
	close_pair(pair);
}

static void
finish_is_the_end(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(pair[0].bev, "last", 4), 0);
	(void)bufferevent_flush(pair[0].bev, EV_WRITE, BEV_FINISHED);
	turns();
	assert_int_equal(pair[1].length, 4);
	assert_int_equal(pair[1].what, BEV_EVENT_EOF | BEV_EVENT_READING);
	assert_int_equal(pair[1].order[strlen(pair[1].order) - 1], 'e');
	(void)bufferevent_flush(pair[1].bev, EV_READ, BEV_FINISHED);
	turns();
	assert_int_equal(pair[0].what, BEV_EVENT_EOF | BEV_EVENT_WRITING);
	close_pair(pair);
}

static void
one_alone(void **state)
{
	(void)state;
	struct record pair[2];
	open_pair(pair, 0);
	bufferevent_free(pair[0].bev);
	pair[0].bev = NULL;
	assert_null(bufferevent_pair_get_partner(pair[1].bev));
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(pair[1].bev, "x", 1), 0);
	assert_int_equal(bufferevent_flush(pair[1].bev, EV_WRITE, BEV_FLUSH), -1);
	turns();
	assert_int_equal(pair[1].reads + pair[1].writes, 0);
	close_pair(pair);
}

static void
free_in_callbacks(void **state)
{
	(void)state;
	for (int which = 0; which < 3; which++) {
		struct record pair[2];
		open_pair(pair, 0);
		pair[which == 1 ? 0 : 1].free_in[which] = true;
		assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
		assert_int_equal(bufferevent_write(pair[0].bev, "hello", 5), 0);
		if (which == 2) (void)bufferevent_flush(pair[0].bev, EV_WRITE, BEV_FINISHED);
		turns();
		assert_null(pair[which == 1 ? 0 : 1].bev);
		close_pair(pair);
	}
}

static void
timeouts(void **state)
{
	(void)state;
	struct record pair[2];
	struct timeval tv = {0, 40000};
	open_pair(pair, 0);
	assert_int_equal(bufferevent_set_timeouts(pair[1].bev, &tv, NULL), 0);
	assert_int_equal(bufferevent_set_timeouts(pair[0].bev, NULL, &tv), 0);
	assert_int_equal(bufferevent_enable(pair[1].bev, EV_READ), 0);
	run_for_ms(80);
	assert_int_equal(pair[1].what, BEV_EVENT_TIMEOUT | BEV_EVENT_READING);
	assert_int_equal(bufferevent_get_enabled(pair[1].bev), EV_WRITE);
	assert_int_equal(pair[0].events, 0); /* nothing to write */
	assert_int_equal(bufferevent_write(pair[0].bev, "stuck", 5), 0);
	run_for_ms(80);
	assert_int_equal(pair[0].what, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING);
	close_pair(pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(settings_of_a_new_pair),
		base_test(passes_data),
		base_test(echoes),
		base_test(keeps_the_watermark),
		base_test(flush_goes_beyond_the_watermark),
		base_test(finish_is_the_end),
		base_test(one_alone),
		base_test(free_in_callbacks),
		base_test(timeouts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
