/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS through bufferevents: the server's CPU time in this process; its clients are a child on bare OpenSSL. The cases
 * named bare_... do the server's work with OpenSSL and poll(2) alone. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#define MESSAGE 16384

static SSL_CTX *server_context, *client_context;
static struct event_base *base;

static void
make_contexts(void)
{
	server_context = SSL_CTX_new(TLS_server_method());
	client_context = SSL_CTX_new(TLS_client_method());
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY_keygen_init(maker);
	EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1);
	EVP_PKEY_keygen(maker, &key);
	X509 *certificate = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_sign(certificate, key, EVP_sha256());
	if (SSL_CTX_use_certificate(server_context, certificate) != 1 || SSL_CTX_use_PrivateKey(server_context, key) != 1)
		bench_die("certificate");
	SSL_CTX_set_session_cache_mode(server_context, SSL_SESS_CACHE_OFF);
	X509_free(certificate);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(maker);
}

/* ---- The client: blocking, one connection at a time -------------------------------------------------------------- */

struct plan {
	int connections, messages;
	bool echo;
};

static SSL *
client_open(int fd)
{
	SSL *ssl = SSL_new(client_context);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1) exit(1);
	return ssl;
}

static void
client(const struct plan *plan, const int *fds)
{
	static char message[MESSAGE], answer[MESSAGE];
	for (int c = 0; c < plan->connections; c++) {
		fcntl(fds[c], F_SETFL, 0);
		SSL *ssl = client_open(fds[c]);
		for (int m = 0; m < plan->messages; m++) {
			if (SSL_write(ssl, message, MESSAGE) != MESSAGE) exit(1);
			for (int got = 0, n; plan->echo && got < MESSAGE; got += n)
				if ((n = SSL_read(ssl, answer, MESSAGE - got)) <= 0) exit(1);
		}
		SSL_shutdown(ssl);
		shutdown(fds[c], SHUT_WR);
		while (read(fds[c], answer, sizeof(answer)) > 0)
			continue;
		SSL_free(ssl);
		close(fds[c]);
	}
	exit(0);
}

static pid_t
start_client(const struct plan *plan, int *server_fds)
{
	int *client_fds = malloc((size_t)plan->connections * sizeof(int));
	for (int c = 0; c < plan->connections; c++) {
		int pair[2];
		bench_pair(pair);
		server_fds[c] = pair[0];
		client_fds[c] = pair[1];
	}
	pid_t child = fork();
	if (child == 0) {
		for (int c = 0; c < plan->connections; c++)
			close(server_fds[c]);
		client(plan, client_fds);
	}
	for (int c = 0; c < plan->connections; c++)
		close(client_fds[c]);
	free(client_fds);
	return child;
}

static void
end_client(pid_t child)
{
	int status;
	if (waitpid(child, &status, 0) < 0 || status != 0) bench_die("client");
}

/* ---- The server on bufferevents ---------------------------------------------------------------------------------- */

static int open_connections;

static void
echo(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	if (((const struct plan *)arg)->echo)
		bufferevent_write_buffer(bev, input);
	else
		evbuffer_drain(input, evbuffer_get_length(input));
}

static void
over(struct bufferevent *bev, short what, void *arg)
{
	(void)arg;
	if (what & BEV_EVENT_CONNECTED) return;
	bufferevent_free(bev);
	if (--open_connections == 0) event_base_loopbreak(base);
}

static void
serve(const char *name, struct plan plan, uint64_t operations)
{
	int *fds = malloc((size_t)plan.connections * sizeof(int));
	base = event_base_new();
	pid_t child = start_client(&plan, fds);
	open_connections = plan.connections;
	uint64_t begin = bench_cpu();
	for (int c = 0; c < plan.connections; c++) {
		struct bufferevent *bev = bufferevent_openssl_socket_new(
			base, fds[c], SSL_new(server_context), BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
		bufferevent_setcb(bev, echo, NULL, over, &plan);
		bufferevent_enable(bev, EV_READ | EV_WRITE);
	}
	event_base_dispatch(base);
	event_base_loop(base, EVLOOP_NONBLOCK); /* what was freed is closed */
	bench_print(name, bench_cpu() - begin, operations);
	end_client(child);
	event_base_free(base);
	free(fds);
}

/* ---- The server on OpenSSL alone --------------------------------------------------------------------------------- */

static void
wait_for(int fd, SSL *ssl, int result)
{
	struct pollfd p = {fd, SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN, 0};
	poll(&p, 1, -1);
}

static void
serve_bare(const char *name, struct plan plan, uint64_t operations)
{
	static char data[MESSAGE];
	int *fds = malloc((size_t)plan.connections * sizeof(int));
	pid_t child = start_client(&plan, fds);
	uint64_t begin = bench_cpu();
	SSL **all = malloc((size_t)plan.connections * sizeof(*all));
	for (int c = 0; c < plan.connections; c++) {
		all[c] = SSL_new(server_context);
		SSL_set_fd(all[c], fds[c]);
	}
	for (int c = 0; c < plan.connections; c++) {
		SSL *ssl = all[c];
		int n;
		while ((n = SSL_accept(ssl)) != 1)
			wait_for(fds[c], ssl, n);
		for (;;) {
			n = SSL_read(ssl, data, sizeof(data));
			if (n > 0) {
				int sent;
				while (plan.echo && (sent = SSL_write(ssl, data, n)) <= 0)
					wait_for(fds[c], ssl, sent);
			} else if (SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ) {
				wait_for(fds[c], ssl, n);
			} else {
				break;
			}
		}
		SSL_free(ssl);
		close(fds[c]);
	}
	bench_print(name, bench_cpu() - begin, operations);
	end_client(child);
	free(all);
	free(fds);
}

/* ---- Cases ------------------------------------------------------------------------------------------------------- */

/* How many connections, and messages on each; the figure is for one message, or for one handshake. */
static const struct plan echo_plan = {1, 20000, true}, bulk_plan = {1, 40000, false}, handshake_plan = {500, 0, false};

static void
run_plan(void (*server)(const char *, struct plan, uint64_t), const char *name, struct plan plan)
{
	if (plan.messages)
		plan.messages = bench_times(plan.messages);
	else
		plan.connections = bench_times(plan.connections);
	server(name, plan, (uint64_t)(plan.messages ? plan.messages : plan.connections));
}

static void
echo_16k(void)
{
	run_plan(serve, "tls_echo_16k", echo_plan);
}

static void
bare_echo_16k(void)
{
	run_plan(serve_bare, "bare_tls_echo_16k", echo_plan);
}

static void
bulk(void)
{
	run_plan(serve, "tls_bulk_16k", bulk_plan);
}

static void
bare_bulk(void)
{
	run_plan(serve_bare, "bare_tls_bulk_16k", bulk_plan);
}

static void
handshake(void)
{
	run_plan(serve, "tls_handshake", handshake_plan);
}

static void
bare_handshake(void)
{
	run_plan(serve_bare, "bare_tls_handshake", handshake_plan);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"tls_echo_16k", echo_16k},
		{"bare_tls_echo_16k", bare_echo_16k},
		{"tls_bulk_16k", bulk},
		{"bare_tls_bulk_16k", bare_bulk},
		{"tls_handshake", handshake},
		{"bare_tls_handshake", bare_handshake},
		{NULL, NULL},
	};
	signal(SIGPIPE, SIG_IGN);
	make_contexts();
	return bench_main(argc, argv, cases);
}
