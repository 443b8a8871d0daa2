/* SPDX-License-Identifier: BSD-3-Clause */
/* What the TLS tests share: a certificate for this run, and two ends of a connection. */
#ifndef TESTS_UNIT_SSL_FIXTURE_H_
#define TESTS_UNIT_SSL_FIXTURE_H_

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

static inline EVP_PKEY *
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

/* Valid from an hour ago until so many seconds from now. */
static inline X509 *
make_certificate(EVP_PKEY *key, long seconds)
{
	X509 *certificate = X509_new();
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
	X509_set_pubkey(certificate, key);
	X509_NAME *name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

/* The server gets a new certificate, which the client trusts. */
static inline void
certify(long seconds)
{
	EVP_PKEY *key = make_key();
	X509 *certificate = make_certificate(key, seconds);
	SSL_CTX_set_cert_store(client_context, X509_STORE_new());
	assert_int_equal(SSL_CTX_use_certificate(server_context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server_context, key), 1);
	assert_int_equal(X509_STORE_add_cert(SSL_CTX_get_cert_store(client_context), certificate), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static inline int
group_setup(void **state)
{
	(void)state;
	server_context = SSL_CTX_new(TLS_server_method());
	client_context = SSL_CTX_new(TLS_client_method());
	certify(3600);
	return 0;
}

static inline int
group_teardown(void **state)
{
	(void)state;
	SSL_CTX_free(server_context);
	SSL_CTX_free(client_context);
	return 0;
}

static inline int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	return base ? 0 : -1;
}

static inline int
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

static inline uint32_t
add_up(uint32_t sum, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + data[i];
	return sum;
}

static inline void
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

static inline void
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

static inline void
give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_loopexit(base, NULL);
}

static inline void
run(void)
{
	struct timeval limit = {20, 0};
	struct event *late = event_new(base, -1, 0, give_up, NULL);
	assert_int_equal(event_add(late, &limit), 0);
	assert_true(event_base_dispatch(base) >= 0);
	assert_false(event_base_got_exit(base)); /* else it was the limit */
	event_free(late);
}

static inline struct bufferevent *
wrap(evutil_socket_t fd, SSL *ssl, enum bufferevent_ssl_state state, bool filter)
{
	int options = BEV_OPT_CLOSE_ON_FREE;
	if (!filter) return bufferevent_openssl_socket_new(base, fd, ssl, state, options);
	struct bufferevent *under = bufferevent_socket_new(base, fd, options);
	return bufferevent_openssl_filter_new(base, under, ssl, state, options);
}

static inline void
begin(struct end *end, struct bufferevent *bev)
{
	*end = (struct end){.bev = bev};
	assert_non_null(bev);
	bufferevent_setcb(bev, on_read, NULL, on_event, end);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static inline void
open_pair(evutil_socket_t fds[2])
{
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
	events = 0;
}

static inline void
begin_both(bool filter)
{
	evutil_socket_t fds[2];
	open_pair(fds);
	begin(&server, wrap(fds[0], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, filter));
	begin(&client, wrap(fds[1], SSL_new(client_context), BUFFEREVENT_SSL_CONNECTING, filter));
}

/* Until both have shaken hands. */
static inline void
shake_hands(void)
{
	client.leave_at = server.leave_at = 2;
	run();
	client.leave_at = server.leave_at = 0;
	assert_int_equal(client.connected, 1);
	assert_int_equal(server.connected, 1);
}

static inline void
end_both(void)
{
	bufferevent_free(client.bev);
	bufferevent_free(server.bev);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static inline uint32_t
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

#endif
