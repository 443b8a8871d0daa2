/* SPDX-License-Identifier: BSD-3-Clause */
/* Plain C functions that another process calls: the same program is the server and the client.
 *
 * usage: rpc-native serve [PORT]    7009; 0 takes a free one
 *        rpc-native PORT TEXT       asks the server on this machine
 *
 * The server offers count_words() and capitals() as they are, and one function of the HTTP plugin. The client calls the
 * first through a stub, which has the function's own C type, and the others by name. */
#include <ctype.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_native.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define WORDS "I:s"     /* uint32_t (const char *) */
#define CAPITALS "z:bB" /* size_t (const void *, size_t, struct evbuffer *) */
#define ESCAPE "?S:?s"  /* char * (const char *), freed by whoever called */

/* ---- The server ---- */

static uint32_t
count_words(const char *text)
{
	uint32_t words = 0;
	for (const char *at = text; *at; at++)
		words += !isspace((unsigned char)*at) && (at == text || isspace((unsigned char)at[-1]));
	return words;
}

static size_t
capitals(const void *data, size_t length, struct evbuffer *out)
{
	const unsigned char *bytes = data;
	size_t changed = 0;
	for (size_t i = 0; i < length; i++) {
		char capital = (char)toupper(bytes[i]);
		changed += capital != (char)bytes[i];
		evbuffer_add(out, &capital, 1);
	}
	return changed;
}

static void
stop(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	event_base_loopbreak(arg);
}

static void
tell_port(struct evhttp_bound_socket *bound)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length) == 0)
		printf("listening on port %d\n", ntohs(address.sin_port));
	fflush(stdout);
}

static int
serve(struct event_base *base, uint16_t port)
{
	int status = 1;
	struct evhttp *http = evhttp_new(base);
	struct evrpc_base *server = http ? evrpc_init(http) : NULL;
	struct event *terminate = evsignal_new(base, SIGTERM, stop, base);
	struct evhttp_bound_socket *bound = http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", port) : NULL;
	if (!server || !bound || !terminate || event_add(terminate, NULL) < 0) {
		fprintf(stderr, "rpc-native: cannot serve on port %d\n", port);
		goto out;
	}
	if (evrpc_native_register(server, "count_words", WORDS, NULL, (evrpc_native_function)count_words) < 0 ||
		evrpc_native_register(server, "capitals", CAPITALS, NULL, (evrpc_native_function)capitals) < 0 ||
		evrpc_native_publish(server, "proto-http", "evhttp_htmlescape") < 0)
		goto out; /* a log line has said why */
	tell_port(bound);
	status = event_base_dispatch(base) < 0;
out:
	if (terminate) event_free(terminate);
	if (server) evrpc_free(server);
	if (http) evhttp_free(http);
	return status;
}

/* ---- The client ---- */

static struct event_base *loop;
static int answers, failures;

/* The connection is kept, so the loop would go on. */
static void
answered(const struct evrpc_native_value *result)
{
	if (!result) failures++;
	if (++answers == 3) event_base_loopbreak(loop);
}

static void
counted(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	(void)status, (void)arg;
	if (result) printf("%llu words\n", (unsigned long long)result->u);
	answered(result);
}

static void
raised(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	struct evbuffer *out = arg; /* filled by now */
	(void)status;
	if (result) {
		printf("%llu letters raised: ", (unsigned long long)result->u);
		fwrite(evbuffer_pullup(out, -1), 1, evbuffer_get_length(out), stdout);
		printf("\n");
	}
	answered(result);
}

static void
escaped(const struct evrpc_status *status, const struct evrpc_native_value *result, void *arg)
{
	(void)status, (void)arg;
	if (result) printf("as HTML: %s\n", result->s ? result->s : "(nothing)");
	answered(result);
}

static int
ask(struct event_base *base, uint16_t port, const char *text)
{
	struct evrpc_pool *pool = evrpc_pool_new(base);
	struct evhttp_connection *connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port);
	struct evbuffer *out = evbuffer_new();
	if (!pool || !connection || !out) return 1;
	loop = base;
	evrpc_pool_add_connection(pool, connection); /* which belongs to the pool now */
	evrpc_pool_set_timeout(pool, 10);

	struct evrpc_native_stub *stub = evrpc_native_stub_new(pool, "count_words", WORDS, NULL, counted, NULL);
	if (stub) {
		uint32_t (*remote_count)(const char *) = (uint32_t(*)(const char *))evrpc_native_stub_function(stub);
		remote_count(text); /* returns at once; the answer comes to counted() */
	}
	if (!stub || evrpc_native_call(pool, "capitals", CAPITALS, NULL, raised, out, text, strlen(text), out) < 0 ||
		evrpc_native_call(pool, "proto-http.evhttp_htmlescape", ESCAPE, NULL, escaped, NULL, text) < 0)
		failures++;
	else
		event_base_dispatch(base);
	evrpc_native_stub_free(stub);
	evrpc_pool_free(pool);
	evbuffer_free(out);
	if (failures) fprintf(stderr, "rpc-native: calls failed\n");
	return failures != 0;
}

int
main(int argc, char **argv)
{
	struct event_base *base;
	int status;
	if (argc < 2 || (strcmp(argv[1], "serve") != 0 && argc != 3) || !(base = event_base_new())) {
		fprintf(stderr, "usage: %s serve [PORT]\n       %s PORT TEXT\n", argv[0], argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "serve") == 0)
		status = serve(base, (uint16_t)atoi(argc > 2 ? argv[2] : "7009"));
	else
		status = ask(base, (uint16_t)atoi(argv[1]), argv[2]);
	event_base_free(base);
	return status;
}
