/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/bufferevent_ssl.h: both forms, all start states, connecting, and nothing that stays inside the TLS library. */
#include "ssl_fixture.h"

/* ---- Echo -------------------------------------------------------------------------------------------------------- */

static void
echo_through(bool filter, size_t len)
{
	begin_both(filter);
	server.echo = true;
	client.wanted = len;
	uint32_t sum = send_pattern(client.bev, len);
	run();
	assert_int_equal(client.received, len);
	assert_int_equal(client.sum, sum);
	assert_int_equal(client.connected, 1);
	end_both();
}

static void
echo(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 100, 16383, 16384, 16385, 100000, BIG};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		echo_through(false, sizes[i]);
		echo_through(true, sizes[i]);
	}
}

static void
versions(void **state)
{
	(void)state;
	static const int all[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	for (size_t i = 0; i < 2; i++) {
		SSL_CTX_set_min_proto_version(client_context, all[i]);
		SSL_CTX_set_max_proto_version(client_context, all[i]);
		echo_through(false, 50000);
		echo_through(true, 50000);
	}
	SSL_CTX_set_min_proto_version(client_context, 0);
	SSL_CTX_set_max_proto_version(client_context, 0);
}

/* A session whose handshake was made elsewhere. */
static void
taken_over_open(void **state)
{
	(void)state;
	evutil_socket_t fds[2];
	open_pair(fds);
	SSL *in = SSL_new(server_context), *out = SSL_new(client_context);
	SSL_set_fd(in, fds[0]);
	SSL_set_fd(out, fds[1]);
	SSL_set_accept_state(in);
	SSL_set_connect_state(out);
	for (int i = 0; i < 10; i++)
		SSL_do_handshake(i % 2 ? in : out);
	assert_true(SSL_is_init_finished(in) && SSL_is_init_finished(out));
	begin(&server, bufferevent_openssl_socket_new(base, -1, in, BUFFEREVENT_SSL_OPEN, BEV_OPT_CLOSE_ON_FREE));
	begin(&client, bufferevent_openssl_socket_new(base, fds[1], out, BUFFEREVENT_SSL_OPEN, BEV_OPT_CLOSE_ON_FREE));
	assert_int_equal(bufferevent_getfd(server.bev), fds[0]);
	server.echo = true;
	client.wanted = 1000;
	uint32_t sum = send_pattern(client.bev, 1000);
	run();
	assert_int_equal(client.sum, sum);
	end_both();
}

/* A bufferevent that owns nothing is freed, and another one goes on with its session. */
static void
handed_on(void **state)
{
	(void)state;
	enum { OPTIONS = BEV_OPT_DEFER_CALLBACKS | BEV_OPT_UNLOCK_CALLBACKS };
	evutil_socket_t fds[2];
	open_pair(fds);
	SSL *ssl = SSL_new(server_context);
	begin(&server, bufferevent_openssl_socket_new(base, fds[0], ssl, BUFFEREVENT_SSL_ACCEPTING, OPTIONS));
	begin(&client, wrap(fds[1], SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, false));
	shake_hands();
	for (int i = 1; i <= 3; i++) {
		bufferevent_write(client.bev, "early", 5); /* comes while the first one may still read it */
		bufferevent_disable(server.bev, EV_READ | EV_WRITE);
		bufferevent_free(server.bev);
		begin(&server, bufferevent_openssl_socket_new(base, fds[0], ssl, BUFFEREVENT_SSL_OPEN, OPTIONS));
		server.echo = true;
		client.wanted = (size_t)i * 5;
		run();
		assert_int_equal(client.received, client.wanted);
	}
	end_both();
	SSL_free(ssl);
	close(fds[0]);
}

/* ---- Connecting ---------------------------------------------------------------------------------------------------
 */

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg)
{
	(void)listener, (void)peer, (void)length, (void)arg;
	begin(&server, wrap(fd, SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, false));
	server.echo = true;
}

static void
connects(void **state)
{
	(void)state;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	struct evconnlistener *listener = evconnlistener_new_bind(
		base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&address, sizeof(address));
	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length);
	for (int by_name = 0; by_name < 2; by_name++) {
		begin(&client, wrap(-1, SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, false));
		client.wanted = 5;
		bufferevent_write(client.bev, "hello", 5); /* waits for the connection and the handshake */
		if (by_name)
			assert_int_equal(
				bufferevent_socket_connect_hostname(client.bev, NULL, AF_INET, "127.0.0.1", ntohs(address.sin_port)),
				0);
		else
			assert_int_equal(bufferevent_socket_connect(client.bev, (struct sockaddr *)&address, sizeof(address)), 0);
		run();
		assert_int_equal(client.received, 5);
		assert_int_equal(client.connected, 1);
		end_both();
	}
	/* Nobody listens any more. */
	evconnlistener_free(listener);
	begin(&client, wrap(-1, SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, false));
	events = 0;
	client.leave_at = 1;
	if (bufferevent_socket_connect(client.bev, (struct sockaddr *)&address, sizeof(address)) == 0) run();
	assert_int_equal(client.connected, 0);
	bufferevent_free(client.bev);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* #1897: the descriptor comes after the bufferevent was made, as evhttp's factories have it. */
static void
hole_ssl_late_fd(void **state)
{
	(void)state;
	evutil_socket_t fds[2];
	open_pair(fds);
	begin(&server, wrap(-1, SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, false));
	begin(&client, wrap(-1, SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, false));
	assert_int_equal(bufferevent_setfd(server.bev, fds[0]), 0);
	assert_int_equal(bufferevent_setfd(client.bev, fds[1]), 0);
	assert_int_equal(bufferevent_getfd(server.bev), fds[0]);
	server.echo = true;
	client.wanted = 20000;
	uint32_t sum = send_pattern(client.bev, 20000);
	run();
	assert_int_equal(client.sum, sum);
	assert_int_equal(client.errors + server.errors, 0);
	end_both();
}

/* ---- Nothing stays inside the TLS library --------------------------------------------------------------------------
 */

/* #690, #854: all has come from the socket, but the high watermark lets only a part into the input; as that is drained
 * the rest must follow without new bytes from the socket. */
static void
hole_ssl_watermark(void **state)
{
	(void)state;
	begin_both(false);
	shake_hands();
	size_t total = 8 * 16960, got = 0;
	bufferevent_setwatermark(client.bev, EV_READ, 0, 16384);
	client.keep = true;
	char *data = calloc(1, total);
	bufferevent_write(server.bev, data, total);
	free(data);
	struct timeval limit = {20, 0};
	event_base_loopexit(base, &limit);
	while (got < total && !event_base_got_exit(base)) {
		struct evbuffer *input = bufferevent_get_input(client.bev);
		event_base_loop(base, evbuffer_get_length(input) ? EVLOOP_NONBLOCK : EVLOOP_ONCE);
		size_t len = evbuffer_get_length(input);
		assert_true(len <= 16384);
		size_t n = len > 5000 ? 5000 : len;
		evbuffer_drain(input, n);
		got += n;
	}
	assert_int_equal(got, total);
	end_both();
}

/* Reading is off while several records come, and on again afterwards. */
static void
hole_ssl_disabled_reading(void **state)
{
	(void)state;
	begin_both(false);
	shake_hands();
	bufferevent_disable(client.bev, EV_READ);
	for (int i = 0; i < 5; i++) {
		bufferevent_write(server.bev, "0123456789", 10);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(client.received, 0);
	client.wanted = 50;
	bufferevent_enable(client.bev, EV_READ);
	run();
	assert_int_equal(client.received, 50);
	end_both();
}

/* #1439, #1440: TLS under a rate limit, both ways at once. */
static void
hole_ssl_rate_limit(void **state)
{
	(void)state;
	struct timeval tick = {0, 10000};
	struct ev_token_bucket_cfg *config = ev_token_bucket_cfg_new(40000, 40000, 40000, 40000, &tick);
	begin_both(false);
	bufferevent_set_rate_limit(client.bev, config);
	bufferevent_set_rate_limit(server.bev, config);
	server.echo = true;
	client.wanted = 400000;
	uint32_t sum = send_pattern(client.bev, client.wanted);
	run();
	assert_int_equal(client.sum, sum);
	end_both();
	ev_token_bucket_cfg_free(config);
}

/* ---- Handshakes in between ----------------------------------------------------------------------------------------
 */

static void
key_update(void **state)
{
	(void)state;
	begin_both(false);
	shake_hands();
	server.echo = true;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(SSL_key_update(bufferevent_openssl_get_ssl(client.bev), SSL_KEY_UPDATE_REQUESTED), 1);
		client.wanted = (size_t)i * 30000;
		send_pattern(client.bev, 30000);
		run();
		assert_int_equal(client.received, client.wanted);
	}
	assert_int_equal(client.errors + server.errors, 0);
	end_both();
}

static void
renegotiation(void **state)
{
	(void)state;
	SSL_CTX_set_max_proto_version(client_context, TLS1_2_VERSION);
#ifdef SSL_OP_ALLOW_CLIENT_RENEGOTIATION
	SSL_CTX_set_options(server_context, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
#endif
	begin_both(false);
	shake_hands();
	server.echo = true;
	events = 0;
	client.leave_at = 1;
	assert_int_equal(bufferevent_ssl_renegotiate(client.bev), 0);
	run();
	assert_int_equal(client.connected, 2);
	client.leave_at = 0;
	client.wanted = 30000;
	uint32_t sum = send_pattern(client.bev, 30000);
	run();
	assert_int_equal(client.sum, sum);
	end_both();
	SSL_CTX_set_max_proto_version(client_context, 0);
}

static void
no_tls(void **state)
{
	(void)state;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	assert_null(bufferevent_openssl_get_ssl(bev));
	assert_int_equal(bufferevent_openssl_get_allow_dirty_shutdown(bev), -1);
	assert_int_equal(bufferevent_ssl_renegotiate(bev), -1);
	assert_int_equal(bufferevent_get_openssl_error(bev), 0);
	bufferevent_free(bev);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(echo, setup, teardown),
		cmocka_unit_test_setup_teardown(versions, setup, teardown),
		cmocka_unit_test_setup_teardown(taken_over_open, setup, teardown),
		cmocka_unit_test_setup_teardown(handed_on, setup, teardown),
		cmocka_unit_test_setup_teardown(connects, setup, teardown),
		cmocka_unit_test_setup_teardown(key_update, setup, teardown),
		cmocka_unit_test_setup_teardown(renegotiation, setup, teardown),
		cmocka_unit_test_setup_teardown(no_tls, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_late_fd, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_watermark, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_disabled_reading, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_rate_limit, setup, teardown),
	};
	signal(SIGPIPE, SIG_IGN); /* libevent's own writes need it */
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
