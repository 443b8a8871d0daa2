/* SPDX-License-Identifier: BSD-3-Clause */
/* A sum that another process works out: the same program is the server and the client.
 *
 * usage: rpc-calc serve [PORT]            7008; 0 takes a free one
 *        rpc-calc PORT LABEL NUMBER...    asks the server on this machine
 *
 * The messages are those of calc.rpc, for which event_rpcgen wrote calc.gen.c. */
#include "calc.gen.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The procedure Sum takes calc_terms and returns calc_total. */
EVRPC_HEADER(Sum, calc_terms, calc_total)
EVRPC_GENERATE(Sum, calc_terms, calc_total)

/* ---- The server ---- */

static void
sum(EVRPC_STRUCT(Sum) * rpc, void *arg)
{
	struct calc_terms *terms = rpc->request;
	struct calc_total *total = rpc->reply;
	ev_uint64_t result = 0, term;
	char *label;
	(void)arg;
	for (int i = 0; i < EVTAG_ARRAY_LEN(terms, term); i++)
		if (EVTAG_ARRAY_GET(terms, term, i, &term) == 0) result += term;
	EVTAG_ASSIGN(total, total, result);
	EVTAG_ASSIGN(total, count, (ev_uint32_t)EVTAG_ARRAY_LEN(terms, term));
	if (EVTAG_HAS(terms, label) && EVTAG_GET(terms, label, &label) == 0) EVTAG_ASSIGN(total, label, label);
	EVRPC_REQUEST_DONE(rpc); /* it could also be later */
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
serve(struct event_base *base, ev_uint16_t port)
{
	int status = 1;
	struct evhttp *http = evhttp_new(base);
	struct evrpc_base *server = http ? evrpc_init(http) : NULL;
	struct event *terminate = evsignal_new(base, SIGTERM, stop, base);
	struct evhttp_bound_socket *bound = http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", port) : NULL;
	if (!server || !bound || !terminate || event_add(terminate, NULL) < 0) {
		fprintf(stderr, "rpc-calc: cannot serve on port %d\n", port);
		goto out;
	}
	if (EVRPC_REGISTER(server, Sum, calc_terms, calc_total, sum, NULL) < 0) goto out;
	tell_port(bound);
	status = event_base_dispatch(base) < 0;
out:
	if (terminate) event_free(terminate);
	if (server) evrpc_free(server);
	if (http) evhttp_free(http);
	return status;
}

/* ---- The client ---- */

struct question {
	struct event_base *base;
	int status; /* the program's */
};

static void
done(struct evrpc_status *status, struct calc_terms *terms, struct calc_total *total, void *arg)
{
	ev_uint64_t result;
	ev_uint32_t count;
	char *label;
	struct question *question = arg;
	(void)terms;
	event_base_loopbreak(question->base); /* the connection is kept, so the loop would go on */
	if (status->error != EVRPC_STATUS_ERR_NONE) {
		fprintf(stderr, "rpc-calc: the call failed: error %d\n", status->error);
	} else if (EVTAG_GET(total, total, &result) == 0 && EVTAG_GET(total, count, &count) == 0 &&
			   EVTAG_GET(total, label, &label) == 0) {
		printf("%s: the sum of %u numbers is %" PRId64 "\n", label, count, (int64_t)result);
		question->status = 0;
	}
}

static int
ask(struct event_base *base, ev_uint16_t port, char **words)
{
	struct question question = {base, 1};
	struct calc_terms *terms = calc_terms_new();
	struct calc_total *total = calc_total_new();
	struct evrpc_pool *pool = evrpc_pool_new(base);
	struct evhttp_connection *connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", port);
	if (!terms || !total || !pool || !connection) goto out;
	evrpc_pool_add_connection(pool, connection); /* which belongs to the pool now */
	evrpc_pool_set_timeout(pool, 10);
	if (EVTAG_ASSIGN(terms, label, *words++) < 0) goto out;
	for (; *words; words++)
		if (!EVTAG_ARRAY_ADD_VALUE(terms, term, (ev_uint64_t)strtoll(*words, NULL, 10))) goto out;
	if (EVRPC_MAKE_REQUEST(Sum, pool, terms, total, done, &question) == 0) event_base_dispatch(base);
out:
	if (pool) evrpc_pool_free(pool);
	if (terms) calc_terms_free(terms);
	if (total) calc_total_free(total);
	return question.status;
}

int
main(int argc, char **argv)
{
	struct event_base *base;
	int status = 2;
	if (argc < 2 || (strcmp(argv[1], "serve") != 0 && argc < 3) || !(base = event_base_new())) {
		fprintf(stderr, "usage: %s serve [PORT]\n       %s PORT LABEL NUMBER...\n", argv[0], argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "serve") == 0)
		status = serve(base, (ev_uint16_t)atoi(argc > 2 ? argv[2] : "7008"));
	else
		status = ask(base, (ev_uint16_t)atoi(argv[1]), argv + 2);
	event_base_free(base);
	return status;
}
