/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket bufferevents: data, callbacks, states, references. */
#include "bufferevent_fixture.h"

#include <event2/bufferevent_compat.h>
#include <event2/event_compat.h>
#include <stdlib.h>

static void
settings_of_a_new_one(void **state)
{
	(void)state;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	assert_non_null(bev);
	assert_int_equal(bufferevent_get_enabled(bev), EV_WRITE);
	assert_int_equal(bufferevent_getfd(bev), -1);
	assert_null(bufferevent_get_underlying(bev));
	assert_null(bufferevent_pair_get_partner(bev));
	assert_ptr_equal(bufferevent_get_base(bev), base);
	assert_int_equal(bufferevent_socket_get_dns_error(bev), 0);
	bufferevent_free(bev);
}

static void
callbacks_are_kept(void **state)
{
	(void)state;
	struct record record;
	bufferevent_data_cb readcb, writecb;
	bufferevent_event_cb eventcb;
	void *arg;
	record_open(&record, 0);
	bufferevent_getcb(record.bev, &readcb, &writecb, &eventcb, &arg);
	assert_true(readcb == on_read && writecb == on_write && eventcb == on_event && arg == &record);
	bufferevent_getcb(record.bev, NULL, NULL, NULL, NULL);
	bufferevent_setcb(record.bev, NULL, NULL, NULL, NULL);
	bufferevent_getcb(record.bev, &readcb, &writecb, &eventcb, &arg);
	assert_true(!readcb && !writecb && !eventcb && !arg);
	record_close(&record);
}

static void
reads_when_enabled(void **state)
{
	(void)state;
	struct record record;
	char text[8] = "";
	record_open(&record, 0);
	peer_sends(&record, "hello", 5);
	turns();
	assert_int_equal(record.reads, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_string_equal(record.order, "r");
	assert_int_equal(record.length, 5);
	assert_int_equal(bufferevent_read(record.bev, text, 3), 3);
	assert_int_equal(bufferevent_read(record.bev, text + 3, sizeof(text) - 3), 2);
	assert_string_equal(text, "hello");
	assert_int_equal(bufferevent_read(record.bev, text, sizeof(text)), 0);
	assert_int_equal(bufferevent_disable(record.bev, EV_READ), 0);
	peer_sends(&record, "more", 4);
	turns();
	assert_int_equal(record.reads, 1);
	record_close(&record);
}

static void
writes_what_it_gets(void **state)
{
	(void)state;
	struct record record;
	char text[16] = "";
	struct evbuffer *buffer = evbuffer_new();
	record_open(&record, 0);
	assert_int_equal(bufferevent_write(record.bev, "one ", 4), 0);
	assert_int_equal(evbuffer_add(buffer, "two ", 4), 0);
	assert_int_equal(bufferevent_write_buffer(record.bev, buffer), 0);
	assert_int_equal(evbuffer_get_length(buffer), 0);
	assert_int_equal(evbuffer_add_printf(bufferevent_get_output(record.bev), "%s", "three"), 5);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 13);
	assert_string_equal(text, "one two three");
	assert_string_equal(record.order, "w");
	assert_int_equal(output_length(&record), 0);
	evbuffer_free(buffer);
	record_close(&record);
}

static void
moves_buffers(void **state)
{
	(void)state;
	struct record record;
	struct evbuffer *buffer = evbuffer_new();
	record_open(&record, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	turns();
	assert_int_equal(bufferevent_read_buffer(record.bev, buffer), 0);
	assert_int_equal(evbuffer_get_length(buffer), 5);
	assert_int_equal(input_length(&record), 0);
	evbuffer_free(buffer);
	record_close(&record);
}

/* The program may add to the output and take from the input, not the other way round. */
static void
other_ends_are_frozen(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(evbuffer_add(bufferevent_get_input(record.bev), "x", 1), -1);
	assert_int_equal(bufferevent_disable(record.bev, EV_WRITE), 0);
	assert_int_equal(bufferevent_write(record.bev, "hello", 5), 0);
	assert_int_equal(evbuffer_drain(bufferevent_get_output(record.bev), 1), -1);
	assert_int_equal(output_length(&record), 5);
	record_close(&record);
}

static void
echo_in_the_read_callback(void **state)
{
	(void)state;
	struct record record;
	char text[64];
	record_open(&record, 0);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	for (int i = 0; i < 5; i++) {
		peer_sends(&record, "ping", 4);
		turns();
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 4);
	}
	assert_string_equal(record.order, "rwrwrwrwrw");
	record_close(&record);
}

/* The write callback comes when the data has gone, and not before. */
static void
write_callback_after_the_data(void **state)
{
	(void)state;
	static char block[1 << 20], sink[1 << 20];
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_write(record.bev, block, sizeof(block)), 0);
	turns();
	assert_int_equal(record.writes, 0);
	assert_true(output_length(&record) > 0);
	size_t got = 0;
	for (int i = 0; i < 1000 && got < sizeof(block); i++) {
		if (record.writes) assert_int_equal(output_length(&record), 0);
		got += peer_reads(&record, sink, sizeof(sink));
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(got, sizeof(block));
	turns();
	assert_int_equal(record.writes, 1);
	record_close(&record);
}

static void
disabled_writing_waits(void **state)
{
	(void)state;
	struct record record;
	char text[16];
	record_open(&record, 0);
	assert_int_equal(bufferevent_disable(record.bev, EV_WRITE), 0);
	assert_int_equal(bufferevent_write(record.bev, "hello", 5), 0);
	turns();
	assert_int_equal(output_length(&record), 5);
	assert_int_equal(record.writes, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_WRITE), 0);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	assert_int_equal(record.writes, 1);
	record_close(&record);
}

/* Who enables writing with nothing to write hears that he can write, once. */
static void
enabling_tells_that_it_can_write(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	turns();
	assert_int_equal(record.writes, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_WRITE), 0);
	turns();
	assert_int_equal(record.writes, 1);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(record.writes, 1);
	record_close(&record);
}

static void
end_of_file(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "last", 4);
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_string_equal(record.order, "re");
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_WRITE);
	assert_int_equal(input_length(&record), 4);
	/* The other direction still works. */
	char text[8];
	assert_int_equal(bufferevent_write(record.bev, "bye", 3), 0);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 3);
	record_close(&record);
}

static void
write_error(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(evutil_closesocket(record.peer), 0);
	record.peer = -1;
	assert_int_equal(bufferevent_write(record.bev, "x", 1), 0);
	turns();
	assert_string_equal(record.order, "e");
	assert_int_equal(record.what, BEV_EVENT_ERROR | BEV_EVENT_WRITING);
	assert_int_equal(record.error, EPIPE);
	assert_int_equal(bufferevent_get_enabled(record.bev), 0);
	record_close(&record);
}

static void
read_error(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_write(record.bev, "unread", 6), 0);
	turns();
	assert_int_equal(evutil_closesocket(record.peer), 0); /* with data: a reset */
	record.peer = -1;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(record.what, BEV_EVENT_ERROR | BEV_EVENT_READING);
	assert_int_equal(record.error, ECONNRESET);
	record_close(&record);
}

static void
free_in_each_callback(void **state)
{
	(void)state;
	for (int options = 0; options <= BEV_OPT_DEFER_CALLBACKS; options += BEV_OPT_DEFER_CALLBACKS) {
		for (int which = 0; which < 3; which++) {
			struct record record;
			record_open(&record, options);
			record.free_in[which] = true;
			record.echo = which == 1;
			assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
			peer_sends(&record, "hello", 5);
			turns();
			if (which == 2) assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
			turns();
			assert_null(record.bev);
			/* Its socket is closed. */
			char text[16];
			(void)peer_reads(&record, text, sizeof(text));
			assert_int_equal(recv(record.peer, text, sizeof(text), 0), 0);
			record_close(&record);
		}
	}
}

static void
free_with_output_left(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_write(record.bev, "lost", 4), 0);
	bufferevent_free(record.bev);
	record.bev = NULL;
	turns();
	char text[8];
	assert_int_equal(recv(record.peer, text, sizeof(text), 0), 0);
	record_close(&record);
}

static void
keeps_the_descriptor_when_asked_to(void **state)
{
	(void)state;
	evutil_socket_t fds[2];
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct bufferevent *bev = bufferevent_socket_new(base, fds[0], 0);
	bufferevent_free(bev);
	turns();
	assert_int_equal(send(fds[0], "x", 1, 0), 1);
	(void)evutil_closesocket(fds[0]);
	(void)evutil_closesocket(fds[1]);
}

static void
references(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	struct bufferevent *bev = record.bev;
	bufferevent_incref(bev);
	assert_int_equal(bufferevent_decref(bev), 0);
	bufferevent_incref(bev);
	bufferevent_free(bev);
	turns();
	assert_int_equal(bufferevent_getfd(bev) >= 0, 1); /* still there */
	assert_int_equal(bufferevent_decref(bev), 1);
	record.bev = NULL;
	record_close(&record);
	record_open(&record, 0);
	assert_int_equal(bufferevent_decref(record.bev), 1); /* instead of free */
	record.bev = NULL;
	turns();
	record_close(&record);
}

static void
deferred_callbacks(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, BEV_OPT_DEFER_CALLBACKS);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_int_equal(record.reads, 1);
	assert_int_equal(record.writes, 1);
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	assert_int_equal(record.order[0], 'r');
	record_close(&record);
}

/* An answer that the read callback wrote is not lost when the end comes along with the request. */
static void
answer_before_the_end(void **state)
{
	(void)state;
	struct record record;
	char text[16];
	record_open(&record, BEV_OPT_DEFER_CALLBACKS);
	record.echo = true;
	record.free_in[2] = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_null(record.bev);
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	record_close(&record);
}

static void
triggers(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	bufferevent_trigger(record.bev, EV_READ | EV_WRITE, 0);
	assert_string_equal(record.order, "rw");
	bufferevent_trigger_event(record.bev, BEV_EVENT_EOF | BEV_EVENT_READING, 0);
	assert_string_equal(record.order, "rwe");
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	bufferevent_setwatermark(record.bev, EV_READ, 1, 0);
	bufferevent_trigger(record.bev, EV_READ, 0);
	assert_string_equal(record.order, "rwe");
	bufferevent_trigger(record.bev, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
	assert_string_equal(record.order, "rwer");
	bufferevent_trigger(record.bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
	bufferevent_trigger_event(record.bev, BEV_EVENT_TIMEOUT, BEV_TRIG_DEFER_CALLBACKS);
	assert_string_equal(record.order, "rwer");
	turns();
	assert_string_equal(record.order, "rwerwe");
	record_close(&record);
}

static void
another_descriptor(void **state)
{
	(void)state;
	struct record first, second;
	char text[8] = "";
	record_open(&first, 0);
	record_open(&second, 0);
	evutil_socket_t old = bufferevent_getfd(first.bev), new = bufferevent_getfd(second.bev);
	assert_int_equal(bufferevent_setfd(second.bev, -1), 0);
	assert_int_equal(bufferevent_getfd(second.bev), -1);
	assert_int_equal(bufferevent_enable(first.bev, EV_READ), 0);
	assert_int_equal(bufferevent_setfd(first.bev, new), 0);
	assert_int_equal(bufferevent_getfd(first.bev), new);
	peer_sends(&second, "hello", 5);
	assert_int_equal(bufferevent_write(first.bev, "out", 3), 0);
	turns();
	assert_int_equal(first.length, 5);
	assert_int_equal(peer_reads(&second, text, sizeof(text)), 3);
	assert_int_equal(send(old, "x", 1, MSG_NOSIGNAL), 1); /* the old one is still open */
	(void)evutil_closesocket(old);
	record_close(&first);
	record_close(&second);
}

static void
output_waits_for_a_descriptor(void **state)
{
	(void)state;
	struct record record;
	char text[8];
	record_open(&record, 0);
	evutil_socket_t fd = bufferevent_getfd(record.bev);
	assert_int_equal(bufferevent_setfd(record.bev, -1), 0);
	assert_int_equal(bufferevent_write(record.bev, "hello", 5), 0);
	turns();
	assert_int_equal(output_length(&record), 5);
	assert_int_equal(bufferevent_setfd(record.bev, fd), 0);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	record_close(&record);
}

struct order {
	struct bufferevent *bev;
	char *log;
	char letter;
};

static void
log_letter(struct bufferevent *bev, void *arg)
{
	struct order *order = arg;
	(void)bev;
	order->log[strlen(order->log)] = order->letter;
}

static void
priorities(void **state)
{
	(void)state;
	char log[8] = "";
	struct order orders[3] = {{NULL, log, 'a'}, {NULL, log, 'b'}, {NULL, log, 'c'}};
	struct record records[3];
	assert_int_equal(event_base_priority_init(base, 3), 0);
	for (int i = 0; i < 3; i++) {
		record_open(&records[i], 0);
		assert_int_equal(bufferevent_get_priority(records[i].bev), 1);
		assert_int_equal(bufferevent_priority_set(records[i].bev, 2 - i), 0);
		assert_int_equal(bufferevent_get_priority(records[i].bev), 2 - i);
		assert_int_equal(bufferevent_priority_set(records[i].bev, 3), -1);
		assert_int_equal(bufferevent_priority_set(records[i].bev, -1), -1);
		bufferevent_setcb(records[i].bev, log_letter, NULL, NULL, &orders[i]);
		assert_int_equal(bufferevent_enable(records[i].bev, EV_READ), 0);
		peer_sends(&records[i], "x", 1);
	}
	turns();
	assert_string_equal(log, "cba");
	for (int i = 0; i < 3; i++)
		record_close(&records[i]);
}

static void
another_base(void **state)
{
	(void)state;
	struct event_base *other = event_base_new();
	struct bufferevent *pair[2];
	evutil_socket_t fds[2];
	char text[4];
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct bufferevent *bev = bufferevent_socket_new(base, fds[0], BEV_OPT_CLOSE_ON_FREE);
	assert_int_equal(bufferevent_base_set(other, bev), 0);
	assert_ptr_equal(bufferevent_get_base(bev), other);
	assert_int_equal(bufferevent_write(bev, "hey", 3), 0);
	for (int i = 0; i < 4; i++)
		(void)event_base_loop(other, EVLOOP_NONBLOCK);
	assert_int_equal(recv(fds[1], text, sizeof(text), 0), 3);
	assert_int_equal(bufferevent_pair_new(base, 0, pair), 0);
	assert_int_equal(bufferevent_base_set(other, pair[0]), -1);
	bufferevent_free(pair[0]);
	bufferevent_free(pair[1]);
	bufferevent_free(bev);
	turns();
	event_base_free(other);
	(void)evutil_closesocket(fds[1]);
}

static void
old_names(void **state)
{
	(void)state;
	struct record record;
	evutil_socket_t fds[2];
	struct event_base *old = event_init();
	assert_non_null(old);
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct bufferevent *bev = bufferevent_new(fds[0], on_read, on_write, on_event, &record);
	record_set(&record, bev);
	bufferevent_settimeout(bev, 5, 6);
	assert_int_equal(bufferevent_base_set(base, bev), 0);
	assert_int_equal(bufferevent_enable(bev, EV_READ), 0);
	assert_int_equal(send(fds[1], "x", 1, 0), 1);
	turns();
	assert_int_equal(record.reads, 1);
	assert_ptr_equal(EVBUFFER_INPUT(bev), bufferevent_get_input(bev));
	bufferevent_free(bev);
	turns();
	event_base_free(old);
	(void)evutil_closesocket(fds[0]);
	(void)evutil_closesocket(fds[1]);
}

static void
flush_of_a_socket_does_nothing(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_int_equal(bufferevent_write(record.bev, "x", 1), 0);
	assert_int_equal(bufferevent_flush(record.bev, EV_WRITE, BEV_FLUSH), 0);
	record_close(&record);
}

/* Much in both directions at once, every byte checked. */
static void
both_directions(void **state)
{
	(void)state;
	const size_t size = 3 << 20;
	struct record record;
	char *out = malloc(size), *in = malloc(size);
	size_t sent = 0, got = 0;
	for (size_t i = 0; i < size; i++)
		out[i] = (char)(i * 7 + i / 251);
	record_open(&record, 0);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	for (int i = 0; i < 100000 && got < size; i++) {
		ssize_t n = sent < size ? send(record.peer, out + sent, size - sent, MSG_NOSIGNAL) : 0;
		if (n > 0) sent += (size_t)n;
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		got += peer_reads(&record, in + got, size - got < 30000 ? size - got : 30000);
	}
	assert_int_equal(got, size);
	assert_memory_equal(in, out, size);
	free(in);
	free(out);
	record_close(&record);
}

/* What a callback makes active runs before what it wrote leaves, and so before the write callback. */
struct activation {
	struct record *record;
	struct event *other;
	size_t left; /* of the output, when the other event ran; (size_t)-1: it has not */
};

static void
other_runs(evutil_socket_t fd, short what, void *arg)
{
	struct activation *activation = arg;
	(void)fd, (void)what;
	activation->left = output_length(activation->record);
}

static void
write_and_activate(evutil_socket_t fd, short what, void *arg)
{
	struct activation *activation = arg;
	(void)fd, (void)what;
	assert_int_equal(bufferevent_write(activation->record->bev, "answer", 6), 0);
	event_active(activation->other, EV_WRITE, 1);
}

static void
read_and_activate(struct bufferevent *bev, void *arg)
{
	(void)evbuffer_drain(bufferevent_get_input(bev), 1);
	write_and_activate(-1, EV_READ, arg);
}

static void
activation_comes_before_the_write(bool in_the_read_callback)
{
	struct record record;
	struct activation activation = {.record = &record, .left = (size_t)-1};
	char text[8];
	record_open(&record, 0);
	activation.other = event_new(base, -1, EV_PERSIST, other_runs, &activation);
	assert_non_null(activation.other);
	if (in_the_read_callback) {
		bufferevent_setcb(record.bev, read_and_activate, NULL, NULL, &activation);
		assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
		peer_sends(&record, "?", 1);
	} else {
		const struct timeval at_once = {0, 0};
		assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, write_and_activate, &activation, &at_once), 0);
	}
	turns();
	assert_int_equal(activation.left, 6);
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 6);
	event_free(activation.other);
	record_close(&record);
}

static void
activated_in_a_timer_runs_before_the_write(void **state)
{
	(void)state;
	activation_comes_before_the_write(false);
}

static void
activated_in_a_read_callback_runs_before_the_write(void **state)
{
	(void)state;
	activation_comes_before_the_write(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(settings_of_a_new_one),
		base_test(callbacks_are_kept),
		base_test(reads_when_enabled),
		base_test(writes_what_it_gets),
		base_test(moves_buffers),
		base_test(other_ends_are_frozen),
		base_test(echo_in_the_read_callback),
		base_test(write_callback_after_the_data),
		base_test(disabled_writing_waits),
		base_test(enabling_tells_that_it_can_write),
		base_test(end_of_file),
		base_test(write_error),
		base_test(read_error),
		base_test(free_in_each_callback),
		base_test(free_with_output_left),
		base_test(keeps_the_descriptor_when_asked_to),
		base_test(references),
		base_test(deferred_callbacks),
		base_test(answer_before_the_end),
		base_test(triggers),
		base_test(another_descriptor),
		base_test(output_waits_for_a_descriptor),
		base_test(priorities),
		base_test(another_base),
		base_test(old_names),
		base_test(flush_of_a_socket_does_nothing),
		base_test(both_directions),
		base_test(activated_in_a_timer_runs_before_the_write),
		base_test(activated_in_a_read_callback_runs_before_the_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
