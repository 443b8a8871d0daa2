/* SPDX-License-Identifier: BSD-3-Clause */
/* An HTTP server that uses every core: a thread for each, with a base and a listening socket of its own. All sockets
 * have the same port (SO_REUSEPORT), so the system deals the connections out, and no two threads ever share anything.
 *
 * usage: many-cores [PORT [THREADS]]      8080, as many as there are cores; port 0 takes a free one
 *
 * Ctrl-C, or SIGTERM, ends it cleanly: every loop is asked to stop, every thread is waited for. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
	pthread_t thread;
	int started;
	struct event_base *base;
	struct evhttp *http;
	unsigned long answered; /* written by its thread alone, read when that has ended */
};

static void
answer(struct evhttp_request *request, void *arg)
{
	struct worker *worker = arg;
	struct evbuffer *body = evbuffer_new();
	if (!body) {
		evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
		return;
	}
	evbuffer_add_printf(body, "answer %lu of this thread\n", ++worker->answered);
	evhttp_send_reply(request, HTTP_OK, "OK", body);
	evbuffer_free(body);
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	event_base_dispatch(worker->base);
	return NULL;
}

/* A base, a server and a listening socket. address: has the port afterwards. Returns -1 when something fails. */
static int
worker_open(struct worker *worker, struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	worker->base = event_base_new();
	worker->http = worker->base ? evhttp_new(worker->base) : NULL;
	if (!worker->http) return -1;
	struct evconnlistener *listener = evconnlistener_new_bind(worker->base, NULL, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT, -1,
		(struct sockaddr *)address, sizeof(*address));
	if (!listener) return -1;
	if (!evhttp_bind_listener(worker->http, listener)) {
		evconnlistener_free(listener);
		return -1;
	}
	evhttp_set_gencb(worker->http, answer, worker);
	return getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)address, &length);
}

static void
worker_close(struct worker *worker)
{
	if (worker->http) evhttp_free(worker->http);
	if (worker->base) event_base_free(worker->base);
}

/* Opens all, then starts all: a port that is taken is found before any thread runs. Returns how many were started. */
static long
start(struct worker *workers, long count, struct sockaddr_in *address)
{
	for (long i = 0; i < count; i++)
		if (worker_open(&workers[i], address) < 0) return 0;
	for (long i = 0; i < count; i++) {
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) return i;
		workers[i].started = 1;
	}
	return count;
}

/* A loop is asked by loopexit, not by loopbreak: that one would be forgotten if the loop had not begun yet. */
static void
stop(struct worker *workers, long count)
{
	for (long i = 0; i < count; i++)
		if (workers[i].started) event_base_loopexit(workers[i].base, NULL);
	for (long i = 0; i < count; i++) {
		if (workers[i].started) {
			pthread_join(workers[i].thread, NULL);
			printf("thread %ld: %lu answers\n", i, workers[i].answered);
		}
		worker_close(&workers[i]);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	long port = argc > 1 ? strtol(argv[1], NULL, 10) : 8080;
	long count = argc > 2 ? strtol(argv[2], NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);
	if (argc > 3 || port < 0 || port > 65535 || count < 1 || count > 1024) {
		fprintf(stderr, "usage: %s [PORT [THREADS]]\n", argv[0]);
		return 2;
	}
	address.sin_port = htons((unsigned short)port);

	/* The threads are born with these blocked, so that main() alone gets them, and waits for nothing else. */
	sigset_t ends;
	int signum;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);

	struct worker *workers = calloc((size_t)count, sizeof(*workers));
	if (!workers || evthread_use_pthreads() < 0) return 1;
	const long running = start(workers, count, &address);
	if (running == count) {
		printf("http://127.0.0.1:%d/ on %ld threads\n", ntohs(address.sin_port), count);
		fflush(stdout);
		sigwait(&ends, &signum);
	} else {
		fprintf(stderr, "%s: port %ld: cannot listen, or start a thread\n", argv[0], port);
	}
	stop(workers, count);
	free(workers);
	return running == count ? 0 : 1;
}
