/* SPDX-License-Identifier: BSD-3-Clause */
/* Watermarks, timeouts and the limits of a single read or write. */
#include "bufferevent_fixture.h"

static char block[1 << 20];

static void
watermarks_are_kept(void **state)
{
	(void)state;
	struct record record;
	size_t low = 9, high = 9;
	record_open(&record, 0);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_READ, &low, &high), 0);
	assert_int_equal(low + high, 0);
	bufferevent_setwatermark(record.bev, EV_READ, 1, 2);
	bufferevent_setwatermark(record.bev, EV_WRITE, 3, 4);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_READ, &low, &high), 0);
	assert_true(low == 1 && high == 2);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_WRITE, &low, &high), 0);
	assert_true(low == 3 && high == 4);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_WRITE, NULL, NULL), 0);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_READ | EV_WRITE, &low, &high), -1);
	assert_int_equal(bufferevent_getwatermark(record.bev, 0, &low, &high), -1);
	bufferevent_setwatermark(record.bev, EV_READ | EV_WRITE, 5, 6);
	assert_int_equal(bufferevent_getwatermark(record.bev, EV_READ, &low, NULL), 0);
	assert_int_equal(low, 5);
	record_close(&record);
}

static void
low_mark_of_reading(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	bufferevent_setwatermark(record.bev, EV_READ, 4, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "abc", 3);
	turns();
	assert_int_equal(record.reads, 0);
	assert_int_equal(input_length(&record), 3);
	peer_sends(&record, "d", 1);
	turns();
	assert_int_equal(record.reads, 1);
	assert_int_equal(record.length, 4);
	record_close(&record);
}

/* The input never grows beyond the mark, and goes on as soon as less is left. */
static void
high_mark_of_reading(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 1000);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 5000);
	turns();
	assert_int_equal(input_length(&record), 1000);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 1), 0);
	turns();
	assert_int_equal(input_length(&record), 1000);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 700), 0);
	turns();
	assert_int_equal(input_length(&record), 1000);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 500);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 499), 0);
	turns();
	assert_int_equal(input_length(&record), 501);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 2), 0);
	turns();
	assert_int_equal(input_length(&record), 500);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 0);
	turns();
	assert_int_equal(input_length(&record), 5000 - 1 - 700 - 499 - 2);
	record_close(&record);
}

static void
take_three(struct bufferevent *bev, void *arg)
{
	struct record *record = arg;
	record->reads++;
	record->length += (size_t)evbuffer_drain(bufferevent_get_input(bev), 3) + 3;
}

/* A reader that takes its input piece by piece below a high watermark gets all of it. */
static void
high_mark_with_a_slow_reader(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	bufferevent_setcb(record.bev, take_three, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 3, 9);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 300);
	for (int i = 0; i < 20 && record.length < 300; i++)
		turns();
	assert_int_equal(record.length, 300);
	assert_int_equal(input_length(&record), 0);
	record_close(&record);
}

static void
count_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	((struct record *)arg)->reads++;
}

/* A reader that takes nothing at the high watermark must not keep the processor busy: nothing changes until it does. */
static void
high_mark_without_a_reader(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	bufferevent_setcb(record.bev, count_read, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 10);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 100);
	turns();
	turns();
	assert_int_equal(record.reads, 1);
	record_close(&record);
}

static void
low_mark_of_writing(void **state)
{
	(void)state;
	static char sink[1 << 20];
	struct record record;
	record_open(&record, 0);
	bufferevent_setwatermark(record.bev, EV_WRITE, 100000, 0);
	assert_int_equal(bufferevent_write(record.bev, block, sizeof(block)), 0);
	turns();
	assert_true(output_length(&record) > 100000);
	assert_int_equal(record.writes, 0);
	for (int i = 0; i < 1000 && !record.writes; i++) {
		(void)peer_reads(&record, sink, 20000);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(record.writes, 1);
	assert_in_range(output_length(&record), 1, 100000);
	record_close(&record);
}

static void
timeout_of_reading(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 200000};
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &tv, NULL), 0);
	run_for_ms(250);
	assert_int_equal(record.events, 0); /* not enabled: no time runs */
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	run_for_ms(110);
	peer_sends(&record, "x", 1);
	run_for_ms(110);
	assert_int_equal(record.events, 0); /* the byte has begun it anew */
	run_for_ms(300);
	assert_int_equal(record.events, 1);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_READING);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_WRITE);
	/* It reads on when it is enabled again. */
	peer_sends(&record, "y", 1);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(input_length(&record), 2);
	record_close(&record);
}

static void
timeout_of_writing(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 40000};
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, NULL, &tv), 0);
	run_for_ms(80);
	assert_int_equal(record.events, 0); /* nothing to write */
	assert_int_equal(bufferevent_write(record.bev, block, sizeof(block)), 0);
	run_for_ms(120);
	assert_int_equal(record.events, 1);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING);
	assert_int_equal(bufferevent_get_enabled(record.bev), 0);
	record_close(&record);
}

static void
timeouts_can_be_changed(void **state)
{
	(void)state;
	struct record record;
	struct timeval soon = {0, 30000}, late = {10, 0};
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &soon, &soon), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(record.bev, block, sizeof(block)), 0);
	turns();
	assert_int_equal(bufferevent_set_timeouts(record.bev, NULL, &late), 0);
	run_for_ms(70);
	assert_int_equal(record.events, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &soon, &soon), 0);
	run_for_ms(120);
	assert_int_equal(record.events, 2);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING | BEV_EVENT_READING);
	record_close(&record);
}

/* Who enables reading once more begins its time anew. */
static void
enabling_begins_the_time_anew(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 600000}; /* a busy machine may be late by less than a third of it */
	record_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &tv, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
		run_for_ms(400);
	}
	assert_int_equal(record.events, 0);
	run_for_ms(700);
	assert_int_equal(record.events, 1);
	record_close(&record);
}

/* While reading is suspended by the watermark its time does not run. */
static void
no_timeout_at_the_high_mark(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 30000};
	record_open(&record, 0);
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 10);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &tv, NULL), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 100);
	run_for_ms(80);
	assert_int_equal(record.events, 0);
	record_close(&record);
}

static void
single_reads_and_writes(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_true(bufferevent_get_max_single_read(record.bev) > 0);
	ev_ssize_t normal = bufferevent_get_max_single_write(record.bev);
	assert_int_equal(bufferevent_set_max_single_read(record.bev, 100), 0);
	assert_int_equal(bufferevent_set_max_single_write(record.bev, 200), 0);
	assert_int_equal(bufferevent_get_max_single_read(record.bev), 100);
	assert_int_equal(bufferevent_get_max_single_write(record.bev), 200);
	assert_int_equal(bufferevent_get_max_to_read(record.bev), 100);
	assert_int_equal(bufferevent_get_max_to_write(record.bev), 200);
	record.drain = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, block, 250);
	turns();
	assert_int_equal(record.reads, 3);
	assert_int_equal(record.length, 50);
	assert_int_equal(bufferevent_set_max_single_write(record.bev, 0), 0);
	assert_int_equal(bufferevent_get_max_single_write(record.bev), normal);
	assert_int_equal(bufferevent_set_max_single_write(record.bev, SIZE_MAX), 0);
	assert_int_equal(bufferevent_get_max_single_write(record.bev), normal);
	record_close(&record);
}

/* A socket that keeps the limits of each write shows them. */
static void
single_writes_one_by_one(void **state)
{
	(void)state;
	evutil_socket_t fds[2];
	struct record record;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	record_set(&record, bufferevent_socket_new(base, fds[0], BEV_OPT_CLOSE_ON_FREE));
	record.peer = fds[1];
	assert_int_equal(bufferevent_set_max_single_write(record.bev, 200), 0);
	assert_int_equal(bufferevent_write(record.bev, block, 450), 0);
	turns();
	assert_int_equal(record.writes, 1);
	assert_int_equal(recv(record.peer, block, sizeof(block), 0), 200);
	assert_int_equal(recv(record.peer, block, sizeof(block), 0), 200);
	assert_int_equal(recv(record.peer, block, sizeof(block), 0), 50);
	record_close(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(watermarks_are_kept),
		base_test(low_mark_of_reading),
		base_test(high_mark_of_reading),
		base_test(high_mark_with_a_slow_reader),
		base_test(high_mark_without_a_reader),
		base_test(low_mark_of_writing),
		base_test(timeout_of_reading),
		base_test(timeout_of_writing),
		base_test(timeouts_can_be_changed),
		base_test(enabling_begins_the_time_anew),
		base_test(no_timeout_at_the_high_mark),
		base_test(single_reads_and_writes),
		base_test(single_writes_one_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
