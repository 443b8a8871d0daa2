/* SPDX-License-Identifier: BSD-3-Clause */
/* Many cores: the same echo on one thread and on two, each with a base and a listening socket of its own on one port.
 *
 * A load from outside would want the cores for itself. So each thread serves and is its own clients, all in its one
 * loop, and is bound to a core: what two threads do in a second, divided by what one does, is then how well they keep
 * out of each other's way, in this library and in the kernel. Where the kernel can (Linux), a connection is given to
 * the socket of the core that it was made on, as a network card with a queue a core has it; by its own dice some would
 * cross over.
 *
 * "cores_N" is the time a message takes all in all; "cores_N_cpu" is the CPU time of one of the cores, which tells the
 * same on a machine that is not quiet: no thread ever waits, since its own clients always have something for it. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <netinet/in.h>
#include <pthread.h>
#ifdef __linux__
#include <linux/filter.h>
#endif

#define THREADS_MAX 2
#define CLIENTS 50
#define SECONDS 1

struct worker {
	pthread_t thread;
	struct event_base *base;
	struct evconnlistener *listener;
	struct bufferevent *clients[CLIENTS], *servers[CLIENTS * THREADS_MAX];
	int served, index;
	uint64_t messages;
};

static struct worker workers[THREADS_MAX];
static struct sockaddr_in address;
static pthread_barrier_t begin_together;

static void
echo(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

/* A client's message is back: it goes out again. */
static void
again(struct bufferevent *bev, void *arg)
{
	struct worker *worker = arg;
	worker->messages++;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg)
{
	struct worker *worker = arg;
	(void)listener, (void)peer, (void)length;
	struct bufferevent *bev = bufferevent_socket_new(worker->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!bev) bench_die("bufferevent_socket_new");
	worker->servers[worker->served++] = bev;
	bufferevent_setcb(bev, echo, NULL, NULL, worker);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	static char message[64];
	const struct timeval while_measured = {SECONDS, 0}, short_while = {0, 20000};
	bench_stay_on_core(worker->index);
	for (int i = 0; i < CLIENTS; i++) {
		struct bufferevent *bev = bufferevent_socket_new(worker->base, -1, BEV_OPT_CLOSE_ON_FREE);
		if (!bev || bufferevent_socket_connect(bev, (struct sockaddr *)&address, sizeof(address)) < 0)
			bench_die("connect");
		worker->clients[i] = bev;
		bufferevent_setcb(bev, again, NULL, NULL, worker);
		bufferevent_enable(bev, EV_READ | EV_WRITE);
		bufferevent_write(bev, message, sizeof(message));
	}
	event_base_loopexit(worker->base, &short_while);
	event_base_dispatch(worker->base); /* all are connected, and it is warm */
	pthread_barrier_wait(&begin_together);
	worker->messages = 0;
	event_base_loopexit(worker->base, bench_times(1000) < 1000 ? &short_while : &while_measured);
	event_base_dispatch(worker->base);
	return NULL;
}

static void
listen_on_core(struct worker *worker, int count)
{
	socklen_t length = sizeof(address);
	worker->base = event_base_new();
	worker->listener = evconnlistener_new_bind(worker->base, accepted, worker,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT, 256, (struct sockaddr *)&address,
		sizeof(address));
	if (!worker->listener) bench_die("listen");
	getsockname(evconnlistener_get_fd(worker->listener), (struct sockaddr *)&address, &length);
#ifdef SO_ATTACH_REUSEPORT_CBPF
	struct sock_filter steps[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, (unsigned)(SKF_AD_OFF + SKF_AD_CPU)},
		{BPF_ALU | BPF_MOD | BPF_K, 0, 0, (unsigned)count},
		{BPF_RET | BPF_A, 0, 0, 0},
	};
	struct sock_fprog by_core = {sizeof(steps) / sizeof(steps[0]), steps};
	setsockopt(
		evconnlistener_get_fd(worker->listener), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &by_core, sizeof(by_core));
#else
	(void)count;
#endif
}

static void
close_all(struct worker *worker)
{
	for (int i = 0; i < CLIENTS; i++)
		bufferevent_free(worker->clients[i]);
	for (int i = 0; i < worker->served; i++)
		bufferevent_free(worker->servers[i]);
	evconnlistener_free(worker->listener);
	event_base_free(worker->base);
}

static void
run(const char *name, const char *cpu_name, int count)
{
	uint64_t messages = 0;
	memset(workers, 0, sizeof(workers));
	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	pthread_barrier_init(&begin_together, NULL, (unsigned)count + 1);
	for (int i = 0; i < count; i++) {
		workers[i].index = i;
		listen_on_core(&workers[i], count);
	}
	for (int i = 0; i < count; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) bench_die("pthread_create");
	pthread_barrier_wait(&begin_together);
	const uint64_t begin = bench_wall(), cpu_begin = bench_cpu();
	for (int i = 0; i < count; i++) {
		pthread_join(workers[i].thread, NULL);
		messages += workers[i].messages;
	}
	const uint64_t cpu_spent = bench_cpu() - cpu_begin;
	bench_print(name, bench_wall() - begin, messages);
	bench_print(cpu_name, cpu_spent / (uint64_t)count, messages);
	for (int i = 0; i < count; i++)
		close_all(&workers[i]);
	pthread_barrier_destroy(&begin_together);
}

/* Both in one case, one after the other: what the machine does meanwhile meets both. */
static void
cores(void)
{
	run("cores_1", "cores_1_cpu", 1);
	run("cores_2", "cores_2_cpu", 2);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {{"cores", cores}, {NULL, NULL}};
	if (evthread_use_pthreads() < 0) bench_die("evthread_use_pthreads");
	return bench_main(argc, argv, cases);
}
