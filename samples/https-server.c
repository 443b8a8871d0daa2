/* SPDX-License-Identifier: BSD-3-Clause */
/* A web server over TLS. It answers a GET with a page, and a POST with what was sent.
 *
 * usage: https-server [--self-signed HOST] CERTIFICATE KEY [ADDRESS:PORT]
 *
 * CERTIFICATE and KEY are PEM files; with --self-signed they are made first, for HOST, if they are not there.
 * Port 0 lets the system choose. */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
die(const char *what)
{
	fprintf(stderr, "https-server: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* ---- A certificate of our own ------------------------------------------------------------------------------------ */

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	if (!context || EVP_PKEY_keygen_init(context) != 1 ||
		EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) != 1 ||
		EVP_PKEY_keygen(context, &key) != 1)
		die("cannot make a key");
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
add_extension(X509 *certificate, int kind, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	if (!extension || X509_add_ext(certificate, extension, -1) != 1) die("cannot add an extension");
	X509_EXTENSION_free(extension);
}

static X509 *
make_certificate(EVP_PKEY *key, const char *host)
{
	char names[300];
	unsigned char address[16];
	bool numeric = evutil_inet_pton(AF_INET, host, address) == 1 || evutil_inet_pton(AF_INET6, host, address) == 1;
	X509 *certificate = X509_new();
	if (!certificate) die("no memory");
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60L * 60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 30L * 24 * 60 * 60);
	X509_set_pubkey(certificate, key);
	X509_NAME *name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)host, -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	evutil_snprintf(names, sizeof(names), "%s:%s", numeric ? "IP" : "DNS", host);
	add_extension(certificate, NID_subject_alt_name, names);
	add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	if (X509_sign(certificate, key, EVP_sha256()) <= 0) die("cannot sign the certificate");
	return certificate;
}

static void
make_files(const char *certificate_file, const char *key_file, const char *host)
{
	EVP_PKEY *key = make_key();
	X509 *certificate = make_certificate(key, host);
	mode_t before = umask(077);
	FILE *out = fopen(key_file, "w");
	if (!out || PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1 || fclose(out) != 0)
		die("cannot write the key");
	umask(before);
	out = fopen(certificate_file, "w");
	if (!out || PEM_write_X509(out, certificate) != 1 || fclose(out) != 0) die("cannot write the certificate");
	X509_free(certificate);
	EVP_PKEY_free(key);
	printf("made %s and %s for %s\n", certificate_file, key_file, host);
}

/* ---- The server -------------------------------------------------------------------------------------------------- */

/* The first protocol of ours that the client offers (RFC 7301). */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *offered,
	unsigned offered_length, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	(void)ssl, (void)arg;
	if (SSL_select_next_proto(&chosen, length, ours, sizeof(ours) - 1, offered, offered_length) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *
make_context(const char *certificate_file, const char *key_file)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	if (!context) die("cannot make a context");
	if (SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1)
		die("cannot use the certificate and key");
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
	return context;
}

/* evhttp gives it the descriptor of the connection that it accepted. */
static struct bufferevent *
on_connection(struct event_base *base, void *context)
{
	SSL *ssl = SSL_new(context);
	if (!ssl) return NULL;
	struct bufferevent *bev =
		bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (!bev) SSL_free(ssl);
	return bev;
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct evbuffer *reply = evbuffer_new();
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(req));
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	(void)arg;
	if (!reply) {
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	if (evhttp_request_get_command(req) == EVHTTP_REQ_POST) {
		evbuffer_add_buffer(reply, evhttp_request_get_input_buffer(req));
	} else {
		char *path = evhttp_htmlescape(evhttp_request_get_uri(req));
		evbuffer_add_printf(reply,
			"<!DOCTYPE html><title>mkevent</title><h1>It works</h1><p>%s came over %s with %s.</p>\n",
			path ? path : "Something", SSL_get_version(ssl), SSL_get_cipher_name(ssl));
		free(path);
		evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/html; charset=utf-8");
	}
	evhttp_send_reply(req, HTTP_OK, NULL, reply);
	evbuffer_free(reply);
}

static void
on_stop(evutil_socket_t number, short what, void *base)
{
	(void)number, (void)what;
	event_base_loopbreak(base);
}

static void
print_port(struct evhttp_bound_socket *bound)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) < 0) return;
	unsigned port = address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
												  : ntohs(((struct sockaddr_in *)&address)->sin_port);
	printf("listening on port %u\n", port);
	fflush(stdout);
}

/* Divides ADDRESS:PORT in place. */
static uint16_t
take_port(char *address)
{
	char *colon = strrchr(address, ':'), *end;
	if (!colon) die("want ADDRESS:PORT");
	*colon = '\0';
	unsigned long port = strtoul(colon + 1, &end, 10);
	if (*end || end == colon + 1 || port > UINT16_MAX) die("no such port");
	return (uint16_t)port;
}

int
main(int argc, char **argv)
{
	char standard[] = "127.0.0.1:8443";
	const char *host = NULL;
	if (argc > 2 && strcmp(argv[1], "--self-signed") == 0) {
		host = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: https-server [--self-signed HOST] CERTIFICATE KEY [ADDRESS:PORT]\n");
		return 2;
	}
	if (host && (access(argv[1], R_OK) != 0 || access(argv[2], R_OK) != 0)) make_files(argv[1], argv[2], host);
	char *address = argc > 3 ? argv[3] : standard;
	uint16_t port = take_port(address);

	SSL_CTX *context = make_context(argv[1], argv[2]);
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;
	if (!http) die("cannot make an HTTP server");
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, address, port);
	if (!bound) die("cannot listen there");
	evhttp_set_bevcb(http, on_connection, context);
	evhttp_set_gencb(http, on_request, NULL);
	struct event *interrupt = evsignal_new(base, SIGINT, on_stop, base);
	struct event *terminate = evsignal_new(base, SIGTERM, on_stop, base);
	if (!interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0)
		die("cannot watch signals");
	print_port(bound);
	event_base_dispatch(base);

	event_free(interrupt);
	event_free(terminate);
	evhttp_free(http);
	event_base_free(base);
	SSL_CTX_free(context);
	return 0;
}
