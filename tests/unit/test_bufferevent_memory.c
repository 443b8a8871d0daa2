/* SPDX-License-Identifier: BSD-3-Clause */
/* Every allocation fails once, in turn, through common scenarios: an error comes back or the work goes on, nothing
 * leaks, nothing crashes. And what a bufferevent costs. */
#include "bufferevent_fixture.h"

#include <netinet/in.h>
#include <stdlib.h>

static struct {
	long left; /* allocations that still succeed; negative: all do */
	bool failed;
	long live; /* blocks */
	size_t bytes;
} heap;

static void *
heap_new(size_t size)
{
	size_t *block = malloc(size + 16);
	if (!block) abort();
	*block = size;
	heap.live++;
	heap.bytes += size;
	return block + 2;
}

static bool
heap_fails(void)
{
	if (heap.left < 0) return false;
	if (heap.left-- > 0) return false;
	heap.failed = true; /* once: the next ones succeed again */
	errno = ENOMEM;
	return true;
}

static void *
heap_malloc(size_t size)
{
	return heap_fails() ? NULL : heap_new(size);
}

static void
heap_free(void *memory)
{
	if (!memory) return;
	size_t *block = (size_t *)memory - 2;
	heap.live--;
	heap.bytes -= *block;
	free(block);
}

static void *
heap_realloc(void *memory, size_t size)
{
	if (heap_fails()) return NULL;
	void *new = heap_new(size);
	if (!memory) return new;
	size_t old = ((size_t *)memory)[-2];
	memcpy(new, memory, old < size ? old : size);
	heap_free(memory);
	return new;
}

/* ---- Scenarios: each may fail anywhere, and cleans up ---- */

static bool
open_record(struct record *record, int options)
{
	evutil_socket_t fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	memset(record, 0, sizeof(*record));
	record->peer = fds[1];
	record->bev = bufferevent_socket_new(base, fds[0], options | BEV_OPT_CLOSE_ON_FREE);
	if (record->bev) {
		bufferevent_setcb(record->bev, on_read, on_write, on_event, record);
		return true;
	}
	assert_int_equal(evutil_closesocket(fds[0]), 0); /* it is still ours */
	record_close(record);
	return false;
}

static void
sockets(void)
{
	static char block[300000], sink[300000];
	struct record record;
	struct timeval tv = {5, 0};
	if (!open_record(&record, 0)) return;
	(void)bufferevent_set_timeouts(record.bev, &tv, &tv);
	bufferevent_setwatermark(record.bev, EV_READ, 0, 100000);
	record.echo = true;
	if (bufferevent_enable(record.bev, EV_READ) == 0) {
		(void)send(record.peer, block, 5000, MSG_NOSIGNAL);
		turns();
		(void)bufferevent_set_max_single_read(record.bev, 1000);
		(void)bufferevent_write(record.bev, block, sizeof(block));
		turns();
		(void)peer_reads(&record, sink, sizeof(sink));
		turns();
	}
	record_close(&record);
	turns();
}

static void
pairs_and_filters(void)
{
	struct bufferevent *pair[2];
	if (bufferevent_pair_new(base, 0, pair) < 0) return;
	struct bufferevent *filter = bufferevent_filter_new(pair[0], NULL, NULL, BEV_OPT_CLOSE_ON_FREE, NULL, NULL);
	if (filter) {
		(void)bufferevent_enable(filter, EV_READ);
		(void)bufferevent_enable(pair[1], EV_READ);
		bufferevent_setwatermark(pair[1], EV_READ, 0, 100);
		for (int i = 0; i < 40; i++)
			(void)bufferevent_write(filter, "0123456789", 10);
		turns();
		(void)bufferevent_flush(filter, EV_WRITE, BEV_FINISHED);
		(void)bufferevent_write(pair[1], "back", 4);
		turns();
	}
	bufferevent_free(filter ? filter : pair[0]);
	bufferevent_free(pair[1]);
	turns();
}

static void
rates(void)
{
	struct record record;
	struct timeval tick = {0, 1000};
	if (!open_record(&record, 0)) return;
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(100, 100, 100, 100, &tick);
	struct bufferevent_rate_limit_group *group = cfg ? bufferevent_rate_limit_group_new(base, cfg) : NULL;
	if (cfg) (void)bufferevent_set_rate_limit(record.bev, cfg);
	if (group) (void)bufferevent_add_to_rate_limit_group(record.bev, group);
	(void)bufferevent_enable(record.bev, EV_READ);
	(void)send(record.peer, "0123456789", 10, MSG_NOSIGNAL);
	(void)bufferevent_write(record.bev, "0123456789", 10);
	turns();
	(void)bufferevent_remove_from_rate_limit_group(record.bev);
	record_close(&record);
	turns();
	if (group) bufferevent_rate_limit_group_free(group);
	if (cfg) ev_token_bucket_cfg_free(cfg);
	turns();
}

static void
connecting(void)
{
	struct record record;
	struct sockaddr_in in;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(9);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(&record, 0, sizeof(record));
	record.bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	record.peer = -1;
	if (!record.bev) return;
	bufferevent_setcb(record.bev, NULL, NULL, on_event, &record);
	if (bufferevent_socket_connect(record.bev, (struct sockaddr *)&in, sizeof(in)) == 0) {
		turns();
		assert_int_equal(record.events, 1);
	}
	record.events = 0;
	if (bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", 9) == 0) {
		turns();
		assert_int_equal(record.events, 1);
	}
	record_close(&record);
	turns();
}

static void
walk(void (*scenario)(void))
{
	scenario(); /* what is made once and kept, in the base too */
	scenario();
	long before = heap.live;
	long failures = 0;
	for (long i = 0; i < 500; i++) {
		heap.failed = false;
		heap.left = i;
		scenario();
		heap.left = -1;
		if (!heap.failed) break;
		failures++;
		scenario(); /* what the base could not grow for then it may grow for now */
		assert_true(labs(heap.live - before) <= 4);
	}
	assert_true(failures > 3 && failures < 500);
}

static void
failures_with_sockets(void **state)
{
	(void)state;
	walk(sockets);
}

static void
failures_with_pairs_and_filters(void **state)
{
	(void)state;
	walk(pairs_and_filters);
}

static void
failures_with_rates(void **state)
{
	(void)state;
	walk(rates);
}

static void
failures_while_connecting(void **state)
{
	(void)state;
	walk(connecting);
}

static void
log_nothing(int severity, const char *text)
{
	(void)severity, (void)text;
}

static int
heap_open(void **state)
{
	event_set_log_callback(log_nothing);
	heap.left = -1;
	event_set_mem_functions(heap_malloc, heap_realloc, heap_free);
	return base_open(state);
}

/* Five sixths of what libevent takes for one, 976 bytes with the allocator's part. */
static void
memory_of_one(void **state)
{
	(void)state;
	enum { MANY = 100 };
	struct bufferevent *bevs[MANY];
	bufferevent_free(bufferevent_socket_new(base, -1, 0)); /* the base makes what they share */
	turns();
	size_t before = heap.bytes;
	long blocks = heap.live;
	for (int i = 0; i < MANY; i++)
		assert_non_null(bevs[i] = bufferevent_socket_new(base, -1, 0));
	size_t each = (heap.bytes - before) / MANY + 12 * (size_t)(heap.live - blocks) / MANY;
	assert_in_range(each, 1, 813);
	for (int i = 0; i < MANY; i++)
		bufferevent_free(bevs[i]);
	turns();
	assert_int_equal(heap.live, blocks);
}

#define heap_test(name) cmocka_unit_test_setup_teardown(name, heap_open, base_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		heap_test(failures_with_sockets),
		heap_test(failures_with_pairs_and_filters),
		heap_test(failures_with_rates),
		heap_test(failures_while_connecting),
		heap_test(memory_of_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
