/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract for types of bufferevents, used as somebody outside would: public headers alone. One type has a socket
 * and events of its own, and says "connected" only after a handshake of one byte each way; the other one works over
 * another bufferevent and leaves timeouts to the core. */
#include "bufferevent_fixture.h"

#include <event2/event_struct.h>
#include <event2/plugin_bufferevent.h>
#include <netinet/in.h>

#define HEAD .head = {sizeof(struct bufferevent_ops), BUFFEREVENT_TYPE_MAJOR, BUFFEREVENT_TYPE_MINOR}

static struct {
	int enabled, disabled, unlinked, destructed, worked;
} calls;

/* ---- A type over its own socket ---- */

struct wire {
	struct event events[2]; /* reading, writing */
	evutil_socket_t fd;
	bool shaken;
};

static const struct bufferevent_ops wire_ops;

static struct wire *
wire_of(struct bufferevent *bev)
{
	return bufferevent_type_data(bev, &wire_ops);
}

static void
wire_handshake(struct bufferevent *bev)
{
	struct wire *wire = wire_of(bev);
	char byte;
	if (recv(wire->fd, &byte, 1, 0) != 1) return;
	wire->shaken = true;
	bufferevent_type_event(bev, BEV_EVENT_CONNECTED, 0);
	bufferevent_type_schedule(bev, EV_WRITE);
}

static void
wire_read(struct bufferevent *bev)
{
	char bytes[4096];
	size_t room = bufferevent_type_room(bev, EV_READ);
	if (!room) return;
	ssize_t n = recv(wire_of(bev)->fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), 0);
	if (n > 0) {
		assert_int_equal(evbuffer_unfreeze(bev->input, 0), 0);
		assert_int_equal(evbuffer_add(bev->input, bytes, (size_t)n), 0);
		assert_int_equal(evbuffer_freeze(bev->input, 0), 0);
		bufferevent_type_moved(bev, EV_READ, (size_t)n);
	} else if (n == 0) {
		bufferevent_type_event(bev, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
	} else if (errno != EAGAIN) {
		bufferevent_type_event(bev, BEV_EVENT_READING | BEV_EVENT_ERROR, errno);
	}
}

static void
wire_readable(evutil_socket_t fd, short what, void *arg)
{
	struct bufferevent *bev = arg;
	(void)fd;
	bufferevent_type_begin(bev);
	if (what & EV_TIMEOUT)
		bufferevent_type_timeout(bev, EV_READ);
	else if (!wire_of(bev)->shaken)
		wire_handshake(bev);
	else
		wire_read(bev);
	bufferevent_type_end(bev);
}

static void
wire_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	bufferevent_type_begin(arg);
	bufferevent_type_schedule(arg, EV_WRITE);
	bufferevent_type_end(arg);
}

static void
wire_work(struct bufferevent *bev, short what)
{
	struct wire *wire = wire_of(bev);
	calls.worked++;
	if (!(what & EV_WRITE) || !wire->shaken) return;
	size_t room = bufferevent_type_room(bev, EV_WRITE);
	if (!room || !evbuffer_get_length(bev->output)) return;
	assert_int_equal(evbuffer_unfreeze(bev->output, 1), 0);
	int n = evbuffer_write_atmost(bev->output, wire->fd, (ev_ssize_t)room);
	assert_int_equal(evbuffer_freeze(bev->output, 1), 0);
	if (n > 0) bufferevent_type_moved(bev, EV_WRITE, (size_t)n);
	if ((bufferevent_type_on(bev) & EV_WRITE) && evbuffer_get_length(bev->output)) event_add(&wire->events[1], NULL);
}

static int
wire_enable(struct bufferevent *bev, short what)
{
	const struct timeval *timeout = &bev->timeout_read;
	calls.enabled++;
	if (what & EV_WRITE) bufferevent_type_schedule(bev, EV_WRITE);
	if (!(what & EV_READ)) return 0;
	return event_add(&wire_of(bev)->events[0], timeout->tv_sec || timeout->tv_usec ? timeout : NULL);
}

static void
wire_disable(struct bufferevent *bev, short what)
{
	calls.disabled++;
	if (what & EV_READ) (void)event_del_noblock(&wire_of(bev)->events[0]);
	if (what & EV_WRITE) (void)event_del_noblock(&wire_of(bev)->events[1]);
}

static int
wire_set_fd(struct bufferevent *bev, evutil_socket_t fd)
{
	struct wire *wire = wire_of(bev);
	wire->fd = fd;
	wire->shaken = false;
	if (event_assign(&wire->events[0], bev->ev_base, fd, EV_READ | EV_PERSIST, wire_readable, bev) < 0) return -1;
	return event_assign(&wire->events[1], bev->ev_base, fd, EV_WRITE, wire_writable, bev);
}

static evutil_socket_t
wire_get_fd(struct bufferevent *bev)
{
	return wire_of(bev)->fd;
}

static int
wire_connected(struct bufferevent *bev)
{
	assert_int_equal(send(wire_of(bev)->fd, "!", 1, MSG_NOSIGNAL), 1);
	return 0; /* told after the peer's byte */
}

static void
wire_unlink(struct bufferevent *bev)
{
	assert_int_equal(bufferevent_type_on(bev), 0);
	calls.unlinked++;
}

static void
wire_destruct(struct bufferevent *bev)
{
	struct wire *wire = wire_of(bev);
	calls.destructed++;
	if (wire->fd >= 0 && (bufferevent_type_options(bev) & BEV_OPT_CLOSE_ON_FREE)) (void)evutil_closesocket(wire->fd);
}

static const struct bufferevent_ops wire_ops = {
	HEAD,
	.name = "wire",
	.events = 2,
	.events_offset = offsetof(struct wire, events),
	.data_size = sizeof(struct wire),
	.enable = wire_enable,
	.disable = wire_disable,
	.work = wire_work,
	.get_fd = wire_get_fd,
	.set_fd = wire_set_fd,
	.connected = wire_connected,
	.unlink = wire_unlink,
	.destruct = wire_destruct,
};

static struct bufferevent *
wire_new(evutil_socket_t fd, int options)
{
	struct bufferevent *bev = bufferevent_type_new(base, &wire_ops, options, NULL);
	assert_non_null(bev);
	assert_int_equal(wire_set_fd(bev, fd), 0);
	assert_int_equal(bufferevent_type_on(bev), 0);
	assert_int_equal(bufferevent_type_ready(bev), 0);
	return bev;
}

static void
wire_open(struct record *record, int options)
{
	evutil_socket_t fds[2];
	memset(&calls, 0, sizeof(calls));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	record_set(record, wire_new(fds[0], options | BEV_OPT_CLOSE_ON_FREE));
	record->peer = fds[1];
	wire_of(record->bev)->shaken = true;
}

static void
wire_close(struct record *record)
{
	record_close(record);
	turns();
	assert_int_equal(calls.unlinked, 1);
	assert_int_equal(calls.destructed, 1);
}

static void
moves_data(void **state)
{
	(void)state;
	struct record record;
	char text[16];
	wire_open(&record, 0);
	assert_int_equal(bufferevent_type_on(record.bev), EV_WRITE);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_type_on(record.bev), EV_READ | EV_WRITE);
	for (int i = 0; i < 10; i++) {
		peer_sends(&record, "hello", 5);
		turns();
		assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	}
	assert_string_equal(record.order, "rwrwrwrwrwrwrwrwrwrw");
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_WRITE);
	wire_close(&record);
}

static void
hears_of_changes_only(void **state)
{
	(void)state;
	struct record record;
	wire_open(&record, 0);
	assert_int_equal(calls.enabled, 1); /* writing */
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(calls.enabled, 2);
	bufferevent_type_suspend(record.bev, EV_READ);
	bufferevent_type_suspend(record.bev, EV_READ);
	assert_int_equal(calls.disabled, 1);
	assert_int_equal(bufferevent_type_on(record.bev), EV_WRITE);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_READ | EV_WRITE);
	assert_int_equal(bufferevent_disable(record.bev, EV_READ), 0);
	assert_int_equal(calls.disabled, 1);
	bufferevent_type_resume(record.bev, EV_READ);
	assert_int_equal(calls.enabled, 2);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(calls.enabled, 3);
	wire_close(&record);
}

static void
watermarks_and_rates_are_the_cores_business(void **state)
{
	(void)state;
	struct record record;
	static char block[5000];
	struct timeval tick = {0, 10000};
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(500, 500, 500, 500, &tick);
	wire_open(&record, 0);
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 1200);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_type_room(record.bev, EV_READ), 1200);
	peer_sends(&record, block, sizeof(block));
	turns();
	assert_int_equal(input_length(&record), 1200);
	assert_int_equal(bufferevent_type_on(record.bev), EV_WRITE);
	assert_int_equal(bufferevent_type_room(record.bev, EV_READ), 0);
	assert_int_equal(evbuffer_drain(bufferevent_get_input(record.bev), 200), 0);
	turns();
	assert_int_equal(input_length(&record), 1200);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 0);
	assert_int_equal(bufferevent_set_rate_limit(record.bev, cfg), 0);
	turns();
	assert_in_range(input_length(&record), 1200, 3500);
	for (int i = 0; i < 50 && input_length(&record) < 4800; i++)
		run_for_ms(100);
	assert_int_equal(input_length(&record), 4800);
	wire_close(&record);
	ev_token_bucket_cfg_free(cfg);
}

static void
deferred_when_asked_to(void **state)
{
	(void)state;
	struct record record;
	wire_open(&record, BEV_OPT_DEFER_CALLBACKS);
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	peer_sends(&record, "hello", 5);
	turns();
	assert_string_equal(record.order, "rw");
	wire_close(&record);
}

static void
own_timeouts(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 30000};
	wire_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &tv, NULL), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	run_for_ms(70);
	assert_int_equal(record.events, 1);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_READING);
	assert_int_equal(bufferevent_get_enabled(record.bev), EV_WRITE);
	wire_close(&record);
}

static void
free_in_each_callback(void **state)
{
	(void)state;
	for (int which = 0; which < 3; which++) {
		struct record record;
		wire_open(&record, 0);
		record.free_in[which] = true;
		record.echo = which == 1;
		assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
		peer_sends(&record, "hello", 5);
		turns();
		if (which == 2) assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
		turns();
		assert_null(record.bev);
		wire_close(&record);
	}
}

/* Connecting is the core's, too; the type says when the program may hear of it. */
static void
connects_with_a_handshake(void **state)
{
	(void)state;
	struct record record;
	struct sockaddr_in in;
	socklen_t length = sizeof(in);
	char text[8];
	memset(&calls, 0, sizeof(calls));
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	evutil_socket_t listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(listening, 4), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&in, &length), 0);

	record_set(&record, wire_new(-1, BEV_OPT_CLOSE_ON_FREE));
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_socket_connect(record.bev, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(bufferevent_type_on(record.bev), 0);
	assert_int_equal(bufferevent_write(record.bev, "first", 5), 0);
	run_for_ms(30);
	assert_int_equal(record.events, 0);
	assert_int_equal(bufferevent_type_on(record.bev), EV_READ | EV_WRITE);
	record.peer = accept(listening, NULL, NULL);
	assert_int_equal(recv(record.peer, text, sizeof(text), 0), 1);
	peer_sends(&record, "!", 1);
	run_for_ms(30);
	assert_string_equal(record.order, "cw");
	assert_int_equal(recv(record.peer, text, sizeof(text), 0), 5);
	wire_close(&record);

	/* And its failure. */
	(void)evutil_closesocket(listening);
	memset(&calls, 0, sizeof(calls));
	record_set(&record, wire_new(-1, BEV_OPT_CLOSE_ON_FREE));
	assert_int_equal(
		bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", ntohs(in.sin_port)), 0);
	run_for_ms(30);
	assert_int_equal(record.what, BEV_EVENT_ERROR);
	assert_int_equal(record.error, ECONNREFUSED);
	wire_close(&record);
}

/* ---- A type over another bufferevent ---- */

static const struct bufferevent_ops upper_ops;

static void
to_upper(struct evbuffer *from, struct evbuffer *to)
{
	char byte;
	while (evbuffer_remove(from, &byte, 1) == 1) {
		if (byte >= 'a' && byte <= 'z') byte = (char)(byte - 'a' + 'A');
		assert_int_equal(evbuffer_add(to, &byte, 1), 0);
	}
}

static void
upper_take(struct bufferevent *bev)
{
	struct evbuffer *from = bufferevent_get_input(bufferevent_get_underlying(bev));
	if (!bufferevent_type_room(bev, EV_READ) || !evbuffer_get_length(from)) return;
	assert_int_equal(evbuffer_unfreeze(bev->input, 0), 0);
	to_upper(from, bev->input);
	assert_int_equal(evbuffer_freeze(bev->input, 0), 0);
	bufferevent_type_moved(bev, EV_READ, 0);
}

static void
upper_read(struct bufferevent *under, void *arg)
{
	(void)under;
	bufferevent_type_begin(arg);
	upper_take(arg);
	bufferevent_type_end(arg);
}

static void
upper_event(struct bufferevent *under, short what, void *arg)
{
	int error = errno;
	(void)under;
	bufferevent_type_begin(arg);
	bufferevent_type_event(arg, what, error);
	bufferevent_type_end(arg);
}

static void
upper_work(struct bufferevent *bev, short what)
{
	calls.worked++;
	if (what & EV_READ) upper_take(bev);
	if ((what & EV_WRITE) && evbuffer_get_length(bev->output)) {
		assert_int_equal(evbuffer_unfreeze(bev->output, 1), 0);
		to_upper(bev->output, bufferevent_get_output(bufferevent_get_underlying(bev)));
		assert_int_equal(evbuffer_freeze(bev->output, 1), 0);
		bufferevent_type_moved(bev, EV_WRITE, 0);
	}
}

static int
upper_enable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_resume(bufferevent_get_underlying(bev), EV_READ);
	bufferevent_type_schedule(bev, what);
	return 0;
}

static void
upper_disable(struct bufferevent *bev, short what)
{
	if (what & EV_READ) bufferevent_type_suspend(bufferevent_get_underlying(bev), EV_READ);
}

static void
upper_destruct(struct bufferevent *bev)
{
	(void)bev;
	calls.destructed++;
}

static const struct bufferevent_ops upper_ops = {
	HEAD,
	.name = "upper",
	.flags = BUFFEREVENT_TYPE_CORE_TIMEOUTS,
	.enable = upper_enable,
	.disable = upper_disable,
	.work = upper_work,
	.destruct = upper_destruct,
};

static struct bufferevent *
upper_new(struct bufferevent *under, int options)
{
	struct bufferevent *bev = bufferevent_type_new(NULL, &upper_ops, options, under);
	assert_non_null(bev);
	bufferevent_setcb(under, upper_read, NULL, upper_event, bev);
	bufferevent_type_suspend(under, EV_READ);
	assert_int_equal(bufferevent_enable(under, EV_READ | EV_WRITE), 0);
	assert_int_equal(bufferevent_type_ready(bev), 0);
	return bev;
}

static void
upper_open(struct record *record, int options)
{
	struct record under;
	memset(&calls, 0, sizeof(calls));
	record_open(&under, options);
	record_set(record, upper_new(under.bev, options | BEV_OPT_CLOSE_ON_FREE));
	record->peer = under.peer;
}

static void
over_another_one(void **state)
{
	(void)state;
	struct record record;
	char text[16] = "";
	upper_open(&record, 0);
	struct bufferevent *under = bufferevent_get_underlying(record.bev);
	assert_ptr_equal(bufferevent_get_base(record.bev), base);
	assert_int_equal(bufferevent_getfd(record.bev), bufferevent_getfd(under));
	peer_sends(&record, "early", 5);
	turns();
	assert_int_equal(evbuffer_get_length(bufferevent_get_input(under)), 0); /* the pressure is passed on */
	record.echo = true;
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(peer_reads(&record, text, sizeof(text)), 5);
	assert_string_equal(text, "EARLY");
	assert_int_equal(shutdown(record.peer, SHUT_WR), 0);
	turns();
	assert_int_equal(record.what, BEV_EVENT_EOF | BEV_EVENT_READING);
	record_close(&record);
	turns();
	assert_int_equal(calls.destructed, 1);
}

static void
timeouts_of_the_core(void **state)
{
	(void)state;
	struct record record;
	struct timeval tv = {0, 200000};
	upper_open(&record, 0);
	assert_int_equal(bufferevent_set_timeouts(record.bev, &tv, &tv), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	run_for_ms(110);
	peer_sends(&record, "x", 1);
	run_for_ms(110);
	assert_int_equal(record.events, 0);
	run_for_ms(300);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_READING);
	record_close(&record);
	turns();
}

static void
data_left_inside_comes_without_new_bytes(void **state)
{
	(void)state;
	struct record record;
	upper_open(&record, 0);
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_disable(record.bev, EV_READ), 0);
	struct bufferevent *under = bufferevent_get_underlying(record.bev);
	bufferevent_type_resume(under, EV_READ); /* as if it had read before */
	peer_sends(&record, "held", 4);
	turns();
	assert_int_equal(evbuffer_get_length(bufferevent_get_input(under)), 4);
	assert_int_equal(input_length(&record), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	turns();
	assert_int_equal(input_length(&record), 4);
	record_close(&record);
	turns();
}

/* ---- What the core says to wrong ones ---- */

static void
log_nothing(int severity, const char *text)
{
	(void)severity, (void)text;
}

static void
wrong_versions(void **state)
{
	(void)state;
	struct bufferevent_ops ops = wire_ops;
	event_set_log_callback(log_nothing);
	ops.head.major++;
	assert_null(bufferevent_type_new(base, &ops, 0, NULL));
	ops = wire_ops;
	ops.head.size = 16;
	assert_null(bufferevent_type_new(base, &ops, 0, NULL));
	ops = wire_ops;
	ops.events_offset = ops.data_size - 1;
	assert_null(bufferevent_type_new(base, &ops, 0, NULL));
	ops = wire_ops;
	ops.head.size += 100; /* a later minor version */
	ops.head.minor++;
	struct bufferevent *bev = bufferevent_type_new(base, &ops, 0, NULL);
	assert_non_null(bev);
	assert_null(bufferevent_type_data(bev, &wire_ops));
	assert_non_null(bufferevent_type_data(bev, &ops));
	ops.unlink = NULL;
	ops.destruct = NULL;
	ops.disable = NULL;
	bufferevent_free(bev); /* before it was ready, with its events not assigned */
	turns();
	event_set_log_callback(NULL);
}

static void
other_types_are_not_mine(void **state)
{
	(void)state;
	struct record record;
	record_open(&record, 0);
	assert_null(bufferevent_type_data(record.bev, &wire_ops));
	assert_int_equal(bufferevent_type_options(record.bev), BEV_OPT_CLOSE_ON_FREE);
	assert_int_equal(bufferevent_type_is_locked(record.bev), 0);
	record_close(&record);
}

/* A type that has no functions at all is a pair of buffers. */
static void
bare_type(void **state)
{
	(void)state;
	static const struct bufferevent_ops bare = {HEAD, .name = "bare"};
	struct record record;
	record_set(&record, bufferevent_type_new(base, &bare, 0, NULL));
	assert_int_equal(bufferevent_type_ready(record.bev), 0);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ | EV_WRITE), 0);
	assert_int_equal(bufferevent_write(record.bev, "x", 1), 0);
	assert_int_equal(bufferevent_setfd(record.bev, 3), -1);
	assert_int_equal(bufferevent_getfd(record.bev), -1);
	assert_int_equal(bufferevent_flush(record.bev, EV_WRITE, BEV_FLUSH), 0);
	assert_int_equal(bufferevent_socket_connect(record.bev, NULL, 0), -1);
	turns();
	assert_int_equal(output_length(&record), 1);
	record_close(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(moves_data),
		base_test(hears_of_changes_only),
		base_test(watermarks_and_rates_are_the_cores_business),
		base_test(deferred_when_asked_to),
		base_test(own_timeouts),
		base_test(free_in_each_callback),
		base_test(connects_with_a_handshake),
		base_test(over_another_one),
		base_test(timeouts_of_the_core),
		base_test(data_left_inside_comes_without_new_bytes),
		base_test(wrong_versions),
		base_test(other_types_are_not_mine),
		base_test(bare_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
