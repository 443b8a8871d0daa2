/* SPDX-License-Identifier: BSD-3-Clause */
/* The same work, under the same names, with no library: what is left to be had. Descriptors by epoll alone, timers in
 * the plainest heap that does it, buffers as one array that is copied into. */
#include "fresh.h"
#include "scale.h"
#include "timers.h"

#include <sys/epoll.h>

#define FDS_MAX 64

static volatile long ready_seen;

static int
watch(int count, int fds[][2])
{
	int set = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < count; i++) {
		bench_pipe(fds[i]);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i][0]};
		if (epoll_ctl(set, EPOLL_CTL_ADD, fds[i][0], &event) < 0) bench_die("epoll_ctl");
	}
	return set;
}

static void
end(int set, int count, int fds[][2])
{
	for (int i = 0; i < count; i++)
		scale_close(fds[i], 2);
	close(set);
}

static void
turn(void)
{
	const int turns = bench_times(2000000);
	int fds[1][2], set = watch(1, fds);
	struct epoll_event events[64];
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++)
		if (epoll_wait(set, events, 64, 0) < 0) bench_die("epoll_wait");
	bench_print("turn", bench_cpu() - begin, (uint64_t)turns);
	end(set, 1, fds);
}

static uint64_t
hop_on(int set, int fds[][2], long left)
{
	struct epoll_event events[64];
	char byte = 'x';
	const uint64_t begin = bench_cpu();
	if (write(fds[0][1], &byte, 1) != 1) bench_die("write");
	while (left > 0) {
		int n = epoll_wait(set, events, 64, -1);
		for (int i = 0; i < n; i++, left--) {
			int fd = events[i].data.fd;
			if (read(fd, &byte, 1) != 1 || write(fd == fds[0][0] ? fds[1][1] : fds[0][1], &byte, 1) != 1)
				bench_die("hop");
		}
	}
	return bench_cpu() - begin;
}

static void
byte_hop(void)
{
	const int hops = bench_times(500000);
	int fds[2][2], set = watch(2, fds);
	bench_print("byte_hop", hop_on(set, fds, hops), (uint64_t)hops);
	end(set, 2, fds);
}

static void
ready64(void)
{
	const int turns = bench_times(40000);
	int fds[FDS_MAX][2], set = watch(FDS_MAX, fds);
	struct epoll_event events[64];
	for (int i = 0; i < FDS_MAX; i++)
		if (write(fds[i][1], "x", 1) != 1) bench_die("write");
	ready_seen = 0;
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < turns; i++) {
		int n = epoll_wait(set, events, 64, 0);
		for (int e = 0; e < n; e++)
			ready_seen++;
	}
	bench_print("ready64", bench_cpu() - begin, (uint64_t)ready_seen);
	end(set, FDS_MAX, fds);
}

/* One idle descriptor taken out of the set and put in again: two calls, each time. */
static void
stop_start_fd(void)
{
	const int rounds = bench_times(300000);
	int fds[1][2], set = watch(1, fds);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[0][0]};
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++)
		if (epoll_ctl(set, EPOLL_CTL_DEL, fds[0][0], &event) < 0 ||
			epoll_ctl(set, EPOLL_CTL_ADD, fds[0][0], &event) < 0)
			bench_die("epoll_ctl");
	bench_print("stop_start_fd", bench_cpu() - begin, (uint64_t)rounds);
	end(set, 1, fds);
}

/* An epoll set, and a descriptor by which it could be woken. */
static void
base_new_free(void)
{
	const int rounds = bench_times(20000);
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < rounds; i++)
		close(epoll_create1(EPOLL_CLOEXEC));
	bench_print("base_new_free", bench_cpu() - begin, (uint64_t)rounds);
}

/* ---- Timers: a heap of four children a node, the time beside the pointer ---- */

struct timer {
	uint32_t at; /* its place in the heap; 0: none */
};

struct node {
	uint64_t due;
	struct timer *timer;
};

static struct node *heap; /* from [1] */
static uint32_t heap_used;
static struct timer *timers;
static uint64_t *dues;
static int count;

static void
place(uint32_t at, struct node node)
{
	heap[at] = node;
	node.timer->at = at;
}

static void
sift_up(uint32_t at, struct node node)
{
	for (uint32_t parent; at > 1 && heap[parent = (at + 2) / 4].due > node.due; at = parent)
		place(at, heap[parent]);
	place(at, node);
}

static void
sift_down(uint32_t at, struct node node)
{
	for (uint32_t first; (first = at * 4 - 2) <= heap_used;) {
		uint32_t least = first;
		for (uint32_t child = first + 1; child < first + 4 && child <= heap_used; child++)
			if (heap[child].due < heap[least].due) least = child;
		if (heap[least].due >= node.due) break;
		place(at, heap[least]);
		at = least;
	}
	place(at, node);
}

static void
heap_remove(uint32_t at)
{
	const struct node last = heap[heap_used--];
	heap[at].timer->at = 0;
	if (at > heap_used) return;
	if (at > 1 && heap[(at + 2) / 4].due > last.due)
		sift_up(at, last);
	else
		sift_down(at, last);
}

static void
timer_set(struct timer *timer, uint64_t due)
{
	if (timer->at) heap_remove(timer->at);
	sift_up(++heap_used, (struct node){due, timer});
}

static void
timers_setup(int n)
{
	heap = partner_alloc((size_t)n + 1, sizeof(*heap));
	timers = partner_alloc((size_t)n, sizeof(*timers));
	dues = partner_alloc((size_t)n, sizeof(*dues));
	count = n;
	heap_used = 0;
}

static void
timers_teardown(void)
{
	free(heap), free(timers), free(dues);
}

static void
timers_choose(uint64_t *seed)
{
	for (int i = 0; i < count; i++)
		dues[i] = bench_random(seed);
}

static void
timers_add(void)
{
	for (int i = 0; i < count; i++)
		timer_set(&timers[i], dues[i]);
}

static void
timers_del(void)
{
	for (int i = 0; i < count; i++)
		heap_remove(timers[i].at);
}

static void
timers_again(const int *order)
{
	for (int i = 0; i < count; i++)
		timer_set(&timers[order[i]], dues[i]);
}

/* No clock here: they are taken out in their order. */
static uint64_t
timers_expire(int span_us)
{
	static uint64_t seed = 7;
	(void)span_us;
	timers_choose(&seed);
	timers_add();
	const uint64_t begin = bench_cpu();
	while (heap_used) {
		heap_remove(1);
		ready_seen++;
	}
	return bench_cpu() - begin;
}

/* ---- Buffers: the copying alone ---- */

static char block[4096];

static void
append_4k(void)
{
	const int rounds = bench_times(200), blocks = 1024;
	char *buffer = partner_alloc((size_t)blocks, sizeof(block));
	uint64_t begin = 0;
	for (int r = -5; r < rounds; r++) {
		if (r == 0) begin = bench_cpu();
		for (int i = 0; i < blocks; i++) {
			memcpy(buffer + (size_t)i * sizeof(block), block, sizeof(block));
			__asm__ volatile("" ::: "memory");
		}
	}
	bench_print("evbuffer_append_4k", bench_cpu() - begin, (uint64_t)rounds * (uint64_t)blocks);
	free(buffer);
}

static void
add_drain_64(void)
{
	const int rounds = bench_times(10000000);
	static char room[64];
	const uint64_t begin = bench_cpu();
	for (int r = 0; r < rounds; r++) {
		memcpy(room, block, sizeof(room));
		__asm__ volatile("" ::"r"(room) : "memory");
	}
	bench_print("evbuffer_add_drain_64", bench_cpu() - begin, (uint64_t)rounds);
}

static void
new_free(void)
{
	const int rounds = bench_times(10000000);
	const uint64_t begin = bench_cpu();
	for (int r = 0; r < rounds; r++) {
		void *memory = malloc(100);
		__asm__ volatile("" ::"r"(memory) : "memory");
		free(memory);
	}
	bench_print("evbuffer_new_free", bench_cpu() - begin, (uint64_t)rounds);
}

/* ---- Streams ---- */

static char data[65536];

/* Reads once; an echo writes it back, waiting where there is no room. Returns what read(2) did. */
static ssize_t
serve_once(int fd, int echo)
{
	const ssize_t n = read(fd, data, sizeof(data));
	for (ssize_t sent = 0, part; echo && sent < n; sent += part)
		while ((part = send(fd, data + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
			poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1);
	return n;
}

static uint64_t
serve(const struct partner *plan, int echo)
{
	int *fds = partner_alloc((size_t)plan->connections, sizeof(int)), left = plan->connections;
	struct epoll_event events[256];
	const pid_t child = partner_start(plan, fds);
	const int set = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < plan->connections; i++) {
		events[0] = (struct epoll_event){.events = EPOLLIN, .data.fd = fds[i]};
		if (epoll_ctl(set, EPOLL_CTL_ADD, fds[i], &events[0]) < 0) bench_die("epoll_ctl");
	}
	const uint64_t begin = bench_cpu();
	while (left > 0) {
		const int n = epoll_wait(set, events, 256, -1);
		for (int i = 0; i < n; i++) {
			if (serve_once(events[i].data.fd, echo) > 0) continue;
			close(events[i].data.fd);
			left--;
		}
	}
	const uint64_t spent = bench_cpu() - begin;
	close(set);
	partner_end(child);
	free(fds);
	return spent;
}

static uint64_t
serve_echo(const struct partner *plan)
{
	return serve(plan, 1);
}

static void
echo_64(void)
{
	partner_measure("bev_echo_64", partner_echo_64(), serve_echo);
}

static void
echo_64k(void)
{
	partner_measure("bev_echo_64k", partner_echo_64k(), serve_echo);
}

static void
sink_kib(void)
{
	const struct partner plan = partner_sink();
	bench_print("bev_sink_kib", serve(&plan, 0), plan.bytes * (uint64_t)plan.connections / 1024);
}

/* ---- The pictures ---- */

static void
idle_fds(const char *name, int n)
{
	int *idle = partner_alloc((size_t)n, sizeof(int)), fds[2][2], set = watch(2, fds);
	const int hops = bench_times(SCALE_HOPS);
	const int opened = bench_most_fds() < n + SCALE_SPARE ? 0 : scale_idle_open(idle, n);
	for (int i = 0; i < opened; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.fd = idle[i]};
		if (epoll_ctl(set, EPOLL_CTL_ADD, idle[i], &event) < 0) bench_die("epoll_ctl");
	}
	if (opened == n)
		bench_print(name, hop_on(set, fds, hops), (uint64_t)hops);
	else
		scale_skip(name);
	end(set, 2, fds);
	scale_close(idle, opened);
	free(idle);
}
SCALE_FDS(SCALE_FUNCTION, idle_fds)

static void
timers_among(const char *name, int n)
{
	uint64_t seed = 1;
	const int readds = bench_times(SCALE_READDS);
	timers_setup(n);
	for (int i = 0; i < n; i++)
		timer_set(&timers[i], scale_timeout_ms(&seed));
	const uint64_t begin = bench_cpu();
	for (int i = 0; i < readds; i++) {
		const uint32_t due = scale_timeout_ms(&seed);
		timer_set(&timers[bench_random(&seed) % (unsigned)n], due);
	}
	bench_print(name, bench_cpu() - begin, (uint64_t)readds);
	timers_teardown();
}
SCALE_TIMERS(SCALE_FUNCTION, timers_among)

static void
connections(const char *name, int n)
{
	scale_connections(name, n, serve_echo);
}
SCALE_CONNECTIONS(SCALE_FUNCTION, connections)

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
		{"turn", turn},
		{"byte_hop", byte_hop},
		{"ready64", ready64},
		{"stop_start_fd", stop_start_fd},
		{"base_new_free", base_new_free},
		{"fresh_process", fresh_process},
		{"thousand", timers_thousand},
		{"million", timers_million},
		{"evbuffer_append_4k", append_4k},
		{"evbuffer_add_drain_64", add_drain_64},
		{"evbuffer_new_free", new_free},
		{"bev_echo_64", echo_64},
		{"bev_echo_64k", echo_64k},
		{"bev_sink_kib", sink_kib},
		SCALE_FDS(SCALE_CASE, idle_fds) SCALE_TIMERS(SCALE_CASE, timers_among)
			SCALE_CONNECTIONS(SCALE_CASE, connections){NULL, NULL},
	};
	if (fresh_asked(argc, argv)) return close(epoll_create1(EPOLL_CLOEXEC));
	return bench_main(argc, argv, cases);
}
