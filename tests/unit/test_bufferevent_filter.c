/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters over sockets, pairs and each other. */
#include "bufferevent_fixture.h"

#include <stdlib.h>

struct context {
	int calls_in, calls_out;
	enum bufferevent_flush_mode mode_in, mode_out; /* the last ones */
	ev_ssize_t limit_out;
	int freed;
	bool fail;
	struct bufferevent *free_me; /* in the input filter */
};

static enum bufferevent_filter_result
rotate(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, signed char by)
{
	char byte;
	ev_ssize_t moved = 0;
	while ((limit < 0 || moved < limit) && evbuffer_remove(src, &byte, 1) == 1) {
		byte = (char)(byte + by);
		assert_int_equal(evbuffer_add(dst, &byte, 1), 0);
		moved++;
	}
	return moved ? BEV_OK : BEV_NEED_MORE;
}

static enum bufferevent_filter_result
filter_in(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, enum bufferevent_flush_mode mode, void *arg)
{
	struct context *context = arg;
	context->calls_in++;
	context->mode_in = mode;
	if (context->free_me) {
		bufferevent_free(context->free_me);
		context->free_me = NULL;
	}
	if (context->fail) return BEV_ERROR;
	return rotate(src, dst, limit, -1);
}

static enum bufferevent_filter_result
filter_out(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, enum bufferevent_flush_mode mode, void *arg)
{
	struct context *context = arg;
	context->calls_out++;
	context->mode_out = mode;
	context->limit_out = limit;
	return rotate(src, dst, limit, 1);
}

static void
context_free(void *arg)
{
	((struct context *)arg)->freed++;
}

static void
open_filter(struct record *record, struct record *under, struct context *context, int options)
{
	memset(context, 0, sizeof(*context));
	record_open(under, options);
	record_set(record, bufferevent_filter_new(
						   under->bev, filter_in, filter_out, options | BEV_OPT_CLOSE_ON_FREE, context_free, context));
	record->peer = under->peer;
	under->peer = -1;
	under->bev = NULL;
}

static void
close_filter(struct record *record, struct context *context)
{
	record_close(record);
	turns();
	assert_int_equal(context->freed, 1);
}

static void
settings_of_a_new_filter(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	struct bufferevent *below = bufferevent_get_underlying(record.bev);
	assert_non_null(below);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_WRITE);
	assert_int_equal(bufferevent_get_enabled(below), EV_READ | EV_WRITE);
	assert_int_equal(bufferevent_getfd(record.bev), bufferevent_getfd(below));
	assert_int_equal(bufferevent_priority_set(record.bev, 0), -1);
	assert_ptr_equal(bufferevent_get_base(record.bev), base);
	close_filter(&record, &context);
}

static void
passes_data_both_ways(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	char text[8] = "";
	for (int options = 0; options <= BEV_OPT_DEFER_CALLBACKS; options += BEV_OPT_DEFER_CALLBACKS) {
		open_filter(&record, &under, &context, options);
		assert_int_equal(bufferevent_write(record.bev, "hello", 5), 0);
		turns();
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
		assert_memory_equal(text, "ifmmp", 5);
		assert_int_equal(record.writes, 1);
		peer_sends(&record, "ifmmp", 5);
		turns();
		assert_int_equal(record.reads, 0);
		assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
		turns();
		assert_int_equal(record.reads, 1);
		assert_int_equal(bufferevent_read(record.bev, text, sizeof(text)), 5);
		assert_memory_equal(text, "hello", 5);
		close_filter(&record, &context);
	}
}

static void
without_functions_it_passes_all(void **state)
{
	(void)state;
	struct record record, under;
	char text[8];
	record_open(&under, 0);
	record_set(&record, bufferevent_filter_new(under.bev, NULL, NULL, BEV_OPT_CLOSE_ON_FREE, NULL, NULL));
	record.peer = under.peer;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	record.echo = true;
	peer_sends(&record, "hello", 5);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	record_close(&record);
}

static void
disabled_reading_leaves_data_below(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_disable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	turns();
	assert_int_equal(record.reads, 0);
	assert_int_equal(input_length(&record), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(record.length, 5);
	close_filter(&record, &context);
}

static void
watermark_of_its_input(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 4);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "0123456789", 10);
	turns();
	assert_int_equal(input_length(&record), 4);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 4), 0);
	turns();
	assert_int_equal(input_length(&record), 4);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 4), 0);
	turns();
	assert_int_equal(input_length(&record), 2);
	close_filter(&record, &context);
}

static void
watermark_of_the_output_below(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	char text[16];
	open_filter(&record, &under, &context, 0);
	struct bufferevent *below = bufferevent_get_underlying(record.bev);
	bufferevent_setwatermark(below, EV_WRITE, 0, 4);
	assert_int_equal(bufferevent_disable(below, EV_WRITE), 0);
	assert_int_equal(bufferevent_write(record.bev, "0123456789", 10), 0);
	turns();
	assert_int_equal(evbuffer_get_length(bufferevent_get_output(below)), 4);
	assert_int_equal(context.limit_out, 4);
	assert_int_equal(output_length(&record), 6);
	assert_int_equal(record.writes, 0);
	assert_int_equal(bufferevent_enable(below, EV_WRITE), 0);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 10);
	assert_int_equal(record.writes, 1);
	close_filter(&record, &context);
}

static void
passes_events_on(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "last", 4);
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_string_equal(record.order, "re");
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	close_filter(&record, &context);
}

static void
flush_tells_the_mode(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	(void)bufferevent_flush(record.bev, EV_READ | EV_WRITE, BEV_FINISHED);
	assert_int_equal(context.mode_in, BEV_FINISHED);
	assert_int_equal(context.mode_out, BEV_FINISHED);
	assert_int_equal(context.calls_in, 1);
	close_filter(&record, &context);
}

/* A filter that cannot go on says so, instead of falling silent. */
static void
failing_filter(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	context.fail = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	turns();
	assert_int_equal(record.what, BEV_EVENT_ERROR | BEV_EVENT_READING);
	close_filter(&record, &context);
}

static void
free_inside_the_filter(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	open_filter(&record, &under, &context, 0);
	context.free_me = record.bev;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	turns();
	record.bev = NULL;
	close_filter(&record, &context);
}

static void
free_in_callbacks(void **state)
{
	(void)state;
	for (int which = 0; which < 3; which++) {
		struct record record, under;
		struct context context;
		open_filter(&record, &under, &context, 0);
		record.free_in[which] = true;
		record.echo = which == 1;
		assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
		peer_sends(&record, "hello", 5);
		turns();
		if (which == 2) assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
		turns();
		assert_null(record.bev);
		close_filter(&record, &context);
	}
}

static void
leaves_the_one_below_when_asked_to(void **state)
{
	(void)state;
	struct record record, under;
	struct context context;
	memset(&context, 0, sizeof(context));
	record_open(&under, 0);
	record_set(&record, bufferevent_filter_new(under.bev, filter_in, filter_out, 0, context_free, &context));
	record_close(&record);
	turns();
	assert_int_equal(context.freed, 1);
	bufferevent_setcb(under.bev, on_read, on_write, on_event, &under);
	assert_int_equal(bufferevent_enable(under.bev, EV_READ), 0);
	peer_sends(&under, "plain", 5);
	turns();
	assert_int_equal(under.length, 5);
	record_close(&under);
}

static void
filters_over_filters_over_a_pair(void **state)
{
	(void)state;
	enum { DEPTH = 4 };
	struct context contexts[DEPTH];
	struct bufferevent *pair[2];
	struct record far, near;
	char text[8] = "";
	memset(contexts, 0, sizeof(contexts));
	assert_int_equal(bufferevent_pair_new(base, 0, pair), 0);
	struct bufferevent *top = pair[0];
	for (int i = 0; i < DEPTH; i++) {
		top = bufferevent_filter_new(top, filter_in, filter_out, BEV_OPT_CLOSE_ON_FREE, context_free, &contexts[i]);
		assert_non_null(top);
	}
	record_set(&near, top);
	record_set(&far, pair[1]);
	far.echo = true;
	assert_int_equal(bufferevent_enable(near.bev, EV_READ), 0);
	assert_int_equal(bufferevent_enable(far.bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(near.bev, "abc", 3), 0);
	for (int i = 0; i < 8; i++)
		turns();
	assert_int_equal(far.length, 3);
	assert_int_equal(bufferevent_read(near.bev, text, sizeof(text)), 3);
	assert_string_equal(text, "abc");
	record_close(&near);
	record_close(&far);
	for (int i = 0; i < 8; i++)
		turns();
	for (int i = 0; i < DEPTH; i++)
		assert_int_equal(contexts[i].freed, 1);
}

static void
much_through_watermarks(void **state)
{
	(void)state;
	const size_t size = 300000;
	struct record record, under;
	struct context context;
	char *in = malloc(size), *out = malloc(size);
	size_t got = 0, sent = 0;
	for (size_t i = 0; i < size; i++)
		out[i] = (char)(i * 13 + i / 1000);
	open_filter(&record, &under, &context, 0);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 1000);
	bufferevent_setwatermark(bufferevent_get_underlying(record.bev), EV_WRITE, 0, 700);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	for (int i = 0; i < 100000 && got < size; i++) {
		ssize_t n = sent < size ? send(record.peer, out + sent, size - sent, MSG_NOSIGNAL) : 0;
		if (n > 0) sent += (size_t)n;
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		got += peer_reads(&record, in + got, size - got);
	}
	assert_int_equal(got, size);
	assert_memory_equal(in, out, size);
	free(in);
	free(out);
	close_filter(&record, &context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(settings_of_a_new_filter),
		base_test(passes_data_both_ways),
		base_test(without_functions_it_passes_all),
		base_test(disabled_reading_leaves_data_below),
		base_test(watermark_of_its_input),
		base_test(watermark_of_the_output_below),
		base_test(passes_events_on),
		base_test(flush_tells_the_mode),
		base_test(failing_filter),
		base_test(free_inside_the_filter),
		base_test(free_in_callbacks),
		base_test(leaves_the_one_below_when_asked_to),
		base_test(filters_over_filters_over_a_pair),
		base_test(much_through_watermarks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
