/* SPDX-License-Identifier: BSD-3-Clause */
/* Fetches a page over TLS: certificates are checked against the system's store (or --ca FILE), and the host's name by
 * OpenSSL. The body goes to standard output, what was agreed on to standard error.
 *
 * usage: https-client [--ca FILE] https://HOST[:PORT]/PATH */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fetch {
	struct event_base *base;
	struct bufferevent *bev;
	bool told, done;
};

static void
die(const char *what)
{
	fprintf(stderr, "https-client: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
tell_agreement(struct fetch *fetch)
{
	SSL *ssl = bufferevent_openssl_get_ssl(fetch->bev);
	const unsigned char *protocol;
	unsigned length;
	if (fetch->told) return;
	fetch->told = true;
	SSL_get0_alpn_selected(ssl, &protocol, &length);
	if (!length) {
		protocol = (const unsigned char *)"no ALPN protocol";
		length = (unsigned)strlen((const char *)protocol);
	}
	fprintf(stderr, "%s, %s, %.*s\n", SSL_get_version(ssl), SSL_get_cipher_name(ssl), (int)length, protocol);
}

static void
on_data(struct evhttp_request *req, void *arg)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	struct evbuffer_iovec part;
	tell_agreement(arg);
	while (evbuffer_peek(input, -1, NULL, &part, 1) > 0) {
		fwrite(part.iov_base, 1, part.iov_len, stdout);
		evbuffer_drain(input, part.iov_len);
	}
}

static void
on_done(struct evhttp_request *req, void *arg)
{
	struct fetch *fetch = arg;
	event_base_loopbreak(fetch->base);
	if (!req || evhttp_request_get_response_code(req) == 0) {
		unsigned long error;
		long verified = SSL_get_verify_result(bufferevent_openssl_get_ssl(fetch->bev));
		fprintf(stderr, "https-client: no answer\n");
		if (verified != X509_V_OK) fprintf(stderr, "certificate: %s\n", X509_verify_cert_error_string(verified));
		while ((error = bufferevent_get_openssl_error(fetch->bev)) != 0)
			fprintf(stderr, "TLS: %s\n", ERR_reason_error_string(error));
		return;
	}
	on_data(req, fetch);
	fprintf(stderr, "%d %s\n", evhttp_request_get_response_code(req), evhttp_request_get_response_code_line(req));
	fetch->done = true;
}

static SSL_CTX *
make_context(const char *authority)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (!context) die("cannot make a context");
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	int found =
		authority ? SSL_CTX_load_verify_locations(context, authority, NULL) : SSL_CTX_set_default_verify_paths(context);
	if (found != 1) die("cannot read the authorities' certificates");
	return context;
}

/* The name goes to the server (RFC 6066) and is compared with its certificate's; an address only the latter. */
static SSL *
make_ssl(SSL_CTX *context, const char *host)
{
	static const unsigned char protocols[] = "\x08http/1.1";
	SSL *ssl = SSL_new(context);
	if (!ssl) die("no memory");
	X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
	if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1) {
		if (SSL_set1_host(ssl, host) != 1 || SSL_set_tlsext_host_name(ssl, host) != 1) die("no such host name");
	}
	ERR_clear_error();
	if (SSL_set_alpn_protos(ssl, protocols, sizeof(protocols) - 1) != 0) die("cannot offer a protocol");
	return ssl;
}

int
main(int argc, char **argv)
{
	const char *authority = NULL;
	if (argc > 2 && strcmp(argv[1], "--ca") == 0) {
		authority = argv[2];
		argv += 2;
		argc -= 2;
	}
	struct evhttp_uri *uri = argc == 2 ? evhttp_uri_parse_with_flags(argv[1], EVHTTP_URI_HOST_STRIP_BRACKETS) : NULL;
	const char *scheme = uri ? evhttp_uri_get_scheme(uri) : NULL;
	if (!scheme || strcmp(scheme, "https") != 0 || !evhttp_uri_get_host(uri)) {
		fprintf(stderr, "usage: https-client [--ca FILE] https://HOST[:PORT]/PATH\n");
		return 2;
	}
	const char *host = evhttp_uri_get_host(uri), *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	int port = evhttp_uri_get_port(uri) < 0 ? 443 : evhttp_uri_get_port(uri);
	char target[4096];
	snprintf(target, sizeof(target), "%s%s%s", path && *path ? path : "/", query ? "?" : "", query ? query : "");

	struct fetch fetch = {.base = event_base_new()};
	if (!fetch.base) die("cannot make an event base");
	struct evdns_base *dns = evdns_base_new(fetch.base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	SSL_CTX *context = make_context(authority);
	fetch.bev = bufferevent_openssl_socket_new(
		fetch.base, -1, make_ssl(context, host), BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	if (!fetch.bev) die("cannot make a TLS bufferevent");
	struct evhttp_connection *connection =
		evhttp_connection_base_bufferevent_new(fetch.base, dns, fetch.bev, host, (uint16_t)port);
	struct evhttp_request *request = evhttp_request_new(on_done, &fetch);
	if (!connection || !request) die("no memory");
	evhttp_request_set_chunked_cb(request, on_data);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Host", host);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
	if (evhttp_make_request(connection, request, EVHTTP_REQ_GET, target) != 0) die("cannot send the request");
	event_base_dispatch(fetch.base);

	evhttp_connection_free(connection);
	if (dns) evdns_base_free(dns, 0);
	evhttp_uri_free(uri);
	event_base_free(fetch.base);
	SSL_CTX_free(context);
	return fetch.done ? 0 : 1;
}
