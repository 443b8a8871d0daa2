/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/bufferevent_ssl.h: both forms, all start states, every end, and nothing that stays inside the TLS library. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG ((size_t)1 << 20)

static struct event_base *base;
static SSL_CTX *server_context, *client_context;

/* ---- A certificate for this run --------------------------------------------------------------------------------- */

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static X509 *
make_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_NAME *name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static int
group_setup(void **state)
{
	(void)state;
	server_context = SSL_CTX_new(TLS_server_method());
	client_context = SSL_CTX_new(TLS_client_method());
	EVP_PKEY *key = make_key();
	X509 *certificate = make_certificate(key);
	assert_int_equal(SSL_CTX_use_certificate(server_context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server_context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	SSL_CTX_free(server_context);
	SSL_CTX_free(client_context);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	return base ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

/* ---- Two ends ---------------------------------------------------------------------------------------------------- */

struct end {
	struct bufferevent *bev;
	int connected, eof, errors, timeouts;
	unsigned long first_error;
	size_t received, wanted; /* leaves the loop when that much came */
	uint32_t sum;
	bool echo, keep; /* keep: leave bytes in the input */
	int leave_at;    /* events after which the loop is left; 0: never */
	int *events;
};

static struct end client, server;
static int events;

static uint32_t
add_up(uint32_t sum, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + data[i];
	return sum;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct end *end = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);
	end->received += len;
	if (end->echo) {
		bufferevent_write_buffer(bev, input);
	} else if (!end->keep) {
		end->sum = add_up(end->sum, evbuffer_pullup(input, -1), len);
		evbuffer_drain(input, len);
	}
	if (end->wanted && end->received >= end->wanted) event_base_loopbreak(base);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct end *end = arg;
	if (what & BEV_EVENT_CONNECTED) end->connected++;
	if (what & BEV_EVENT_EOF) end->eof++;
	if (what & BEV_EVENT_TIMEOUT) end->timeouts++;
	if (what & BEV_EVENT_ERROR) {
		end->errors++;
		end->first_error = bufferevent_get_openssl_error(bev);
		assert_int_equal(ERR_peek_error(), 0);
	}
	events++;
	if (end->leave_at && events >= end->leave_at) event_base_loopbreak(base);
}

static void
run(void)
{
	struct timeval limit = {20, 0};
	event_base_loopexit(base, &limit);
	assert_true(event_base_dispatch(base) >= 0);
	assert_false(event_base_got_exit(base)); /* else it was the limit */
}

static struct bufferevent *
wrap(evutil_socket_t fd, SSL *ssl, enum bufferevent_ssl_state state, bool filter)
{
	int options = BEV_OPT_CLOSE_ON_FREE;
	if (!filter) return bufferevent_openssl_socket_new(base, fd, ssl, state, options);
	struct bufferevent *under = bufferevent_socket_new(base, fd, options);
	return bufferevent_openssl_filter_new(base, under, ssl, state, options);
}

static void
begin(struct end *end, struct bufferevent *bev)
{
	*end = (struct end){.bev = bev};
	assert_non_null(bev);
	bufferevent_setcb(bev, on_read, NULL, on_event, end);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void
open_pair(evutil_socket_t fds[2])
{
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
	events = 0;
}

static void
begin_both(bool filter)
{
	evutil_socket_t fds[2];
	open_pair(fds);
	begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, filter));
	begin(&client, wrap(fds[1], SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, filter));
}

/* Until both have shaken hands. */
static void
shake_hands(void)
{
	client.leave_at = server.leave_at = 2;
	run();
	client.leave_at = server.leave_at = 0;
	assert_int_equal(client.connected, 1);
	assert_int_equal(server.connected, 1);
}

static void
end_both(void)
{
	bufferevent_free(client.bev);
	bufferevent_free(server.bev);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* ---- Echo -------------------------------------------------------------------------------------------------------- */

static uint32_t
send_pattern(struct bufferevent *bev, size_t len)
{
	unsigned char *data = malloc(len);
	for (size_t i = 0; i < len; i++)
		data[i] = (unsigned char)(i * 7 + i / 251);
	uint32_t sum = add_up(0, data, len);
	/* In unequal pieces, so that records hold parts of several. */
	for (size_t at = 0, piece = 1; at < len; at += piece, piece = piece * 3 + 1) {
		if (piece > len - at) piece = len - at;
		assert_int_equal(bufferevent_write(bev, data + at, piece), 0);
	}
	free(data);
	return sum;
}

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

static void
refused_certificate(void **state)
{
	(void)state;
	SSL_CTX_set_verify(client_context, SSL_VERIFY_PEER, NULL);
	begin_both(false);
	client.leave_at = server.leave_at = 2;
	run();
	assert_int_equal(client.errors, 1);
	assert_int_equal(ERR_GET_REASON(client.first_error), SSL_R_CERTIFICATE_VERIFY_FAILED);
	end_both();
	SSL_CTX_set_verify(client_context, SSL_VERIFY_NONE, NULL);
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

/* Each allocation of the core's fails once, from the first bufferevent to the last byte: an error, or all goes well. */
static void
no_memory(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		fail_at = 0;
		do {
			evutil_socket_t fds[2];
			struct timeval limit = {0, 300000};
			open_pair(fds);
			SSL *in = SSL_new(server_context), *out = SSL_new(client_context);
			struct event *leave = event_new(base, -1, 0, leave_soon, NULL);
			event_add(leave, &limit);
			fail_at++;
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
		} while (allocations >= fail_at && fail_at < 500);
		assert_int_equal(client.received, 40000); /* the last time nothing failed */
		assert_true(fail_at > 5);
	}
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
		cmocka_unit_test_setup_teardown(goodbye, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(plain_text, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_certificate, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_handshake, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_read, setup, teardown),
		cmocka_unit_test_setup_teardown(both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(connects, setup, teardown),
		cmocka_unit_test_setup_teardown(key_update, setup, teardown),
		cmocka_unit_test_setup_teardown(renegotiation, setup, teardown),
		cmocka_unit_test_setup_teardown(no_tls, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_late_fd, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_watermark, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_disabled_reading, setup, teardown),
		cmocka_unit_test_setup_teardown(hole_ssl_rate_limit, setup, teardown),
	};
	event_set_mem_functions(failing_malloc, failing_realloc, free);
	signal(SIGPIPE, SIG_IGN); /* libevent's own writes need it */
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
