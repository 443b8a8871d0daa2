/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS when things go wrong: every end, bad certificates, cut records, busy directions, no memory. */
#include "ssl_fixture.h"

/* ---- Ends -------------------------------------------------------------------------------------------------------- */

static void
goodbye(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		begin_both(filter);
		shake_hands();
		bufferevent_write(server.bev, "last", 4);
		client.wanted = 4;
		run();
		SSL_shutdown(bufferevent_openssl_get_ssl(server.bev));
		events = 0;
		client.wanted = 0;
		client.leave_at = 1;
		run();
		assert_int_equal(client.eof, 1);
		assert_int_equal(client.errors, 0);
		end_both();
	}
}

/* The stream ends without a goodbye: an error, but for those who asked for less care. */
static void
cut_off(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		bool filter = way & 1, dirty = way & 2;
		evutil_socket_t fds[2];
		open_pair(fds);
		begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, false));
		begin(&client, wrap(fds[1], SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, filter));
		shake_hands();
		assert_int_equal(bufferevent_openssl_get_allow_dirty_shutdown(client.bev), 0);
		bufferevent_openssl_set_allow_dirty_shutdown(client.bev, dirty);
		assert_int_equal(bufferevent_openssl_get_allow_dirty_shutdown(client.bev), dirty);
		events = 0;
		client.leave_at = 1;
		shutdown(fds[0], SHUT_RDWR);
		run();
		assert_int_equal(client.eof, dirty);
		assert_int_equal(client.errors, !dirty);
		end_both();
	}
}

static void
plain_text(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		evutil_socket_t fds[2];
		open_pair(fds);
		begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, filter));
		server.leave_at = 1;
		assert_int_equal(send(fds[1], "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
		run();
		assert_int_equal(server.errors, 1);
		assert_int_equal(server.connected, 0);
		assert_true(server.first_error != 0);
		bufferevent_free(server.bev);
		event_base_loop(base, EVLOOP_NONBLOCK);
		close(fds[1]);
	}
}

/* Returns why the client refuses the server's certificate, or X509_V_OK. */
static long
verification(const char *host)
{
	evutil_socket_t fds[2];
	SSL *ssl = SSL_new(client_context);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set1_host(ssl, host);
	open_pair(fds);
	begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, false));
	begin(&client, wrap(fds[1], ssl, BUFFEREVENT_SSL_CONNECTING, false));
	client.leave_at = server.leave_at = 2;
	run();
	long result = SSL_get_verify_result(ssl);
	assert_int_equal(client.errors, result != X509_V_OK);
	assert_int_equal(client.connected, result == X509_V_OK);
	if (client.errors) assert_int_equal(ERR_GET_REASON(client.first_error), SSL_R_CERTIFICATE_VERIFY_FAILED);
	end_both();
	return result;
}

static void
certificates(void **state)
{
	(void)state;
	assert_int_equal(verification("localhost"), X509_V_OK);
	assert_int_equal(verification("elsewhere"), X509_V_ERR_HOSTNAME_MISMATCH);
	certify(-60);
	assert_int_equal(verification("localhost"), X509_V_ERR_CERT_HAS_EXPIRED);
	certify(3600);
	assert_int_equal(verification("localhost"), X509_V_OK);
	SSL_CTX_set_cert_store(client_context, X509_STORE_new());
	assert_int_equal(verification("localhost"), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	certify(3600);
}

/* ---- Every record cut at every byte: a relay that passes one byte a turn ---- */

struct relay {
	struct event *events[2];
	evutil_socket_t fds[2];
};

static void
relay_byte(evutil_socket_t fd, short what, void *arg)
{
	struct relay *relay = arg;
	char byte;
	(void)what;
	if (recv(fd, &byte, 1, 0) == 1) (void)send(fd == relay->fds[0] ? relay->fds[1] : relay->fds[0], &byte, 1, 0);
}

static void
byte_by_byte(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		evutil_socket_t near[2], far[2];
		open_pair(near);
		open_pair(far);
		struct relay relay = {.fds = {near[1], far[0]}};
		for (int i = 0; i < 2; i++) {
			relay.events[i] = event_new(base, relay.fds[i], EV_READ | EV_PERSIST, relay_byte, &relay);
			event_add(relay.events[i], NULL);
		}
		begin(&server, wrap(near[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, filter));
		begin(&client, wrap(far[1], SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, filter));
		server.echo = true;
		client.wanted = 3000;
		uint32_t sum = send_pattern(client.bev, client.wanted);
		run();
		assert_int_equal(client.sum, sum);
		for (int i = 0; i < 2; i++) {
			event_free(relay.events[i]);
			close(relay.fds[i]);
		}
		end_both();
	}
}

/* Neither memory nor descriptors stay behind. */
static void
many_handshakes(void **state)
{
	(void)state;
	int before = dup(0);
	close(before);
	for (int i = 0; i < 50; i++) {
		begin_both(i & 1);
		shake_hands();
		end_both();
	}
	int after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

/* A handshake cut at every byte of the client's first flight. */
static void
truncated_handshake(void **state)
{
	(void)state;
	evutil_socket_t fds[2];
	unsigned char hello[2048];
	open_pair(fds);
	SSL *ssl = SSL_new(client_context);
	SSL_set_fd(ssl, fds[1]);
	SSL_connect(ssl);
	ssize_t len = recv(fds[0], hello, sizeof(hello), 0);
	assert_true(len > 50);
	SSL_free(ssl);
	ERR_clear_error();
	close(fds[0]);
	close(fds[1]);
	for (ssize_t cut = 0; cut < len; cut += cut < 20 ? 1 : 37) {
		open_pair(fds);
		begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, cut & 1));
		server.leave_at = 1;
		if (cut) assert_int_equal(send(fds[1], hello, (size_t)cut, 0), cut);
		close(fds[1]);
		run();
		assert_int_equal(server.errors + server.eof, 1);
		bufferevent_free(server.bev);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

static void
idle_read(void **state)
{
	(void)state;
	struct timeval soon = {0, 30000};
	begin_both(false);
	shake_hands();
	events = 0;
	client.leave_at = 1;
	bufferevent_set_timeouts(client.bev, &soon, NULL);
	run();
	assert_int_equal(client.timeouts, 1);
	end_both();
}

/* ---- Rough going ------------------------------------------------------------------------------------------------- */

static uint32_t random_state = 1;

static uint32_t
random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

/* One side of a connection that is busy both ways. */
struct stream {
	struct bufferevent *bev;
	size_t sent, received;
	uint32_t sent_sum, received_sum;
};

static struct stream streams[2];

static void
stream_send(struct bufferevent *bev, void *arg)
{
	struct stream *stream = arg;
	unsigned char data[40000];
	size_t len = random_below(sizeof(data)) + 1;
	if (len > BIG - stream->sent) len = BIG - stream->sent;
	if (len == 0) return;
	for (size_t i = 0; i < len; i++)
		data[i] = (unsigned char)random_below(256);
	stream->sent_sum = add_up(stream->sent_sum, data, len);
	stream->sent += len;
	assert_int_equal(bufferevent_write(bev, data, len), 0);
}

static void
stream_receive(struct bufferevent *bev, void *arg)
{
	struct stream *stream = arg;
	unsigned char data[30000];
	size_t n = bufferevent_read(bev, data, random_below(sizeof(data)) + 1);
	stream->received += n;
	stream->received_sum = add_up(stream->received_sum, data, n);
	if (streams[0].received == BIG && streams[1].received == BIG) event_base_loopbreak(base);
}

/* Directions go off and on at any time, and the input is taken piece by piece. */
static void
stream_disturb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	for (int i = 0; i < 2; i++) {
		short off = (short)(random_below(4) ? 0 : random_below(2) ? EV_READ : EV_WRITE);
		bufferevent_disable(streams[i].bev, off);
		bufferevent_enable(streams[i].bev, (short)((EV_READ | EV_WRITE) & ~off));
		if (evbuffer_get_length(bufferevent_get_input(streams[i].bev)) > 0) stream_receive(streams[i].bev, &streams[i]);
	}
}

static void
both_ways(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct timeval often = {0, 500};
		begin_both(filter);
		shake_hands();
		memset(streams, 0, sizeof(streams));
		streams[0].bev = client.bev;
		streams[1].bev = server.bev;
		struct event *disturb = event_new(base, -1, EV_PERSIST, stream_disturb, NULL);
		event_add(disturb, &often);
		for (int i = 0; i < 2; i++) {
			bufferevent_setcb(streams[i].bev, stream_receive, stream_send, NULL, &streams[i]);
			bufferevent_setwatermark(streams[i].bev, EV_READ, 0, 50000);
			stream_send(streams[i].bev, &streams[i]);
		}
		run();
		assert_int_equal(streams[0].received_sum, streams[1].sent_sum);
		assert_int_equal(streams[1].received_sum, streams[0].sent_sum);
		event_free(disturb);
		end_both();
	}
}

static bool failing;
static unsigned long allocations, fail_at;

static void *
failing_realloc(void *memory, size_t size)
{
	if (failing && ++allocations == fail_at) return NULL;
	return realloc(memory, size);
}

static void *
failing_malloc(size_t size)
{
	return failing_realloc(NULL, size);
}

static void
leave_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_loopbreak(base);
}

/* One connection and its echo, for as long as limit; the fail_at-th allocation fails. */
static void
echo_failing(int filter, const struct timeval *limit)
{
	evutil_socket_t fds[2];
	open_pair(fds);
	SSL *in = SSL_new(server_context), *out = SSL_new(client_context);
	struct event *leave = event_new(base, -1, 0, leave_soon, NULL);
	event_add(leave, limit);
	allocations = 0;
	failing = true;
	struct bufferevent *under[2] = {NULL, NULL};
	for (int i = 0; i < 2 && filter; i++)
		under[i] = bufferevent_socket_new(base, fds[i], 0);
	server = client = (struct end){0};
	server.bev = filter ? bufferevent_openssl_filter_new(base, under[0], in, BUFFEREVENT_SSL_ACCEPTING, 0)
						: bufferevent_openssl_socket_new(base, fds[0], in, BUFFEREVENT_SSL_ACCEPTING, 0);
	client.bev = filter ? bufferevent_openssl_filter_new(base, under[1], out, BUFFEREVENT_SSL_CONNECTING, 0)
						: bufferevent_openssl_socket_new(base, fds[1], out, BUFFEREVENT_SSL_CONNECTING, 0);
	if (server.bev && client.bev) {
		begin(&server, server.bev);
		begin(&client, client.bev);
		server.echo = true;
		client.wanted = 40000;
		server.leave_at = client.leave_at = 3;
		char *data = calloc(1, client.wanted);
		if (bufferevent_write(client.bev, data, client.wanted) == 0) event_base_dispatch(base);
		free(data);
	}
	failing = false;
	for (int i = 0; i < 2; i++) {
		if (i ? client.bev : server.bev) bufferevent_free(i ? client.bev : server.bev);
		if (under[i]) bufferevent_free(under[i]);
	}
	event_free(leave);
	event_base_loop(base, EVLOOP_NONBLOCK);
	SSL_free(in);
	SSL_free(out);
	close(fds[0]);
	close(fds[1]);
	ERR_clear_error();
}

/* Each allocation of the core's fails once, from the first bufferevent to the last byte: an error, or all goes well. */
static void
no_memory(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		struct timeval from, to, limit = {20, 0};
		fail_at = INT_MAX;
		evutil_gettimeofday(&from, NULL);
		echo_failing(filter, &limit);
		/* What stalls is left alone after several times what it takes here when nothing fails. */
		evutil_gettimeofday(&to, NULL);
		evutil_timersub(&to, &from, &limit);
		for (int i = 0; i < 2; i++)
			evutil_timeradd(&limit, &limit, &limit);
		const struct timeval least = {0, 300000};
		if (evutil_timercmp(&limit, &least, <)) limit = least;
		fail_at = 0;
		do {
			fail_at++;
			echo_failing(filter, &limit);
		} while (allocations >= fail_at && fail_at < 500);
		assert_int_equal(client.received, 40000); /* the last time nothing failed */
		assert_true(fail_at > 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goodbye, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(plain_text, setup, teardown),
		cmocka_unit_test_setup_teardown(certificates, setup, teardown),
		cmocka_unit_test_setup_teardown(byte_by_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(many_handshakes, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_handshake, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_read, setup, teardown),
		cmocka_unit_test_setup_teardown(both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, setup, teardown),
	};
	event_set_mem_functions(failing_malloc, failing_realloc, free);
	signal(SIGPIPE, SIG_IGN); /* libevent's own writes need it */
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
