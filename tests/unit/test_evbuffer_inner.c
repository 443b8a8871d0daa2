/* SPDX-License-Identifier: BSD-3-Clause */
/* What evbuffers do for bufferevents, and what nobody sees from outside: memory kept and given back, system calls. */
#include "evbuffer_test.h"

#include "config.h"

#include "evbuffer/state.h"
#include "loop/loop.h"
#include "util/mm.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int reads, writes;

static ssize_t
counted_read(int fd, void *to, size_t length)
{
	reads++;
	return read(fd, to, length);
}

static ssize_t
counted_readv(int fd, const struct iovec *vec, int n)
{
	reads++;
	return readv(fd, vec, n);
}

static ssize_t
counted_write(int fd, const void *from, size_t length)
{
	writes++;
	return write(fd, from, length);
}

static ssize_t
counted_writev(int fd, const struct iovec *vec, int n)
{
	writes++;
	return writev(fd, vec, n);
}

/* The sources themselves: nothing of them is exported. */
#include "../../core/evbuffer/add.c"
#include "../../core/evbuffer/buffer.c"
#include "../../core/evbuffer/callbacks.c"
#include "../../core/evbuffer/chain.c"
#include "../../core/evbuffer/contiguous.c"
#include "../../core/evbuffer/drain.c"
#include "../../core/evbuffer/file.c"
#include "../../core/evbuffer/line.c"
#include "../../core/evbuffer/move.c"
#include "../../core/evbuffer/pool.c"
#include "../../core/evbuffer/reference.c"
#include "../../core/evbuffer/room.c"
#include "../../core/evbuffer/search.c"
#define read counted_read
#define readv counted_readv
#define write counted_write
#define writev counted_writev
#include "../../core/evbuffer/io.c"
#undef read
#undef readv
#undef write
#undef writev

/* ---- The rest of the core, as far as it is needed -----------------------------------------------------------------
 */

static long allocations, alive;
static size_t largest; /* allocation */

void *
mm_malloc(size_t size)
{
	allocations++;
	alive++;
	if (size > largest) largest = size;
	return malloc(size);
}

void *
mm_calloc(size_t count, size_t size)
{
	allocations++;
	alive++;
	return calloc(count, size);
}

void
mm_free(void *memory)
{
	if (memory) alive--;
	free(memory);
}

void *
thread_lock_new(bool *failed)
{
	*failed = false;
	return NULL;
}

#if THREAD_BIAS
void
bias_turned_away(struct bias_lock *lock)
{
	(void)lock;
}
#endif

void
loop_mourner_add(struct event_base *base, struct loop_mourner *mourner)
{
	(void)base, (void)mourner;
}

void
loop_mourner_del(struct event_base *base, struct loop_mourner *mourner)
{
	(void)base, (void)mourner;
}

void *
thread_lock_adopt(void *lock)
{
	return lock;
}

const void *
thread_lock_identity(const void *lock)
{
	return lock;
}

void
thread_lock_free(void *lock)
{
	(void)lock;
}

static int locked; /* how often "the lock" is held */

void
thread_lock_slow(void *lock)
{
	(void)lock;
	locked++;
}

void
thread_unlock_slow(void *lock)
{
	(void)lock;
	locked--;
}

static struct event_callback *queued;
static loop_deferred_fn deferred_fn;
static void *deferred_arg;

void
loop_deferred_init(struct event_callback *callback, uint8_t priority, loop_deferred_fn fn, void *arg)
{
	(void)callback;
	assert_int_equal(priority, 1);
	deferred_fn = fn;
	deferred_arg = arg;
}

bool
loop_deferred_schedule(struct event_base *base, struct event_callback *callback)
{
	(void)base;
	if (queued) return false;
	queued = callback;
	return true;
}

bool
loop_deferred_cancel(struct event_base *base, struct event_callback *callback)
{
	(void)base;
	bool was = queued == callback;
	if (was) queued = NULL;
	return was;
}

static void
run_queued(void)
{
	struct event_callback *callback = queued;
	assert_non_null(callback);
	queued = NULL;
	deferred_fn(callback, deferred_arg);
}

int
event_base_get_npriorities(struct event_base *base)
{
	(void)base;
	return 3;
}

static struct room_pool *pool_of_base;

struct room_pool *
loop_room_pool(struct event_base *base)
{
	(void)base;
	if (!pool_of_base) pool_of_base = room_pool_new(true);
	room_pool_ref(pool_of_base);
	return pool_of_base;
}

static int parent_refs, parent_told;

void
evbuffer_parent_added(struct bufferevent *parent)
{
	assert_ptr_equal(parent, (void *)&parent_refs);
	parent_told++;
}

void
bufferevent_incref(struct bufferevent *bev)
{
	(void)bev;
	parent_refs++;
}

int
bufferevent_decref(struct bufferevent *bev)
{
	(void)bev;
	parent_refs--;
	return 0;
}

#define BASE ((struct event_base *)(void *)&parent_refs)
#define PARENT ((struct bufferevent *)(void *)&parent_refs)
#define LOCK ((void *)&locked)

/* ---- Reading ------------------------------------------------------------------------------------------------------
 */

static int fds[2];

static int
open_pair(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) return -1;
	reads = writes = 0;
	return fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0 ? -1 : 0;
}

static int
close_pair(void **state)
{
	(void)state;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static void
send_bytes(size_t length)
{
	unsigned char *bytes = pattern(length);
	assert_int_equal(write(fds[1], bytes, length), length);
	free(bytes);
}

static void
test_small_read_is_one_call(void **state)
{
	(void)state;
	uint32_t hint = 0;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_freeze(buffer, 0), 0); /* as bufferevents do */
	for (int i = 1; i <= 100; i++) {
		send_bytes(200);
		assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 16384, &hint), 200);
		assert_int_equal(reads, i);
		if (i == 2) allocations = 0;
		assert_int_equal(evbuffer_drain(buffer, 200), 0);
	}
	assert_int_equal(allocations, 0);
	assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 16384, &hint), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 16384, &hint), 0);
	evbuffer_free(buffer);
}

static void
test_room_adapts(void **state)
{
	(void)state;
	uint32_t hint = 0;
	unsigned char *expected = pattern(60000);
	struct evbuffer *buffer = evbuffer_new();
	for (int i = 0; i < 4; i++) {
		reads = 0;
		send_bytes(60000);
		assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 1u << 20, &hint), 60000);
		assert_true(reads <= (i == 0 ? 5 : 2));
		expect_bytes(buffer, expected, 60000);
		assert_int_equal(evbuffer_drain(buffer, 60000), 0);
		assert_true(!buffer->spare || buffer->spare->size <= SPARE_IDLE_MAX);
	}
	/* Then small ones again: the room shrinks with them. */
	for (int i = 0; i < 20; i++) {
		largest = 0;
		send_bytes(100);
		assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 1u << 20, &hint), 100);
		assert_int_equal(buffer->first->length, 100);
		assert_true(buffer->first->size <= SPARE_IDLE_MAX); /* little content does not keep large room */
		assert_int_equal(evbuffer_drain(buffer, 100), 0);
	}
	assert_true(largest <= SPARE_IDLE_MAX);
	hint = 200000; /* and nothing comes */
	assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 1u << 20, &hint), -1);
	assert_true(!buffer->spare || buffer->spare->size <= SPARE_IDLE_MAX);
	evbuffer_free(buffer);
	free(expected);
}

static void
test_no_more_than_asked(void **state)
{
	(void)state;
	uint32_t hint = 0;
	struct evbuffer *buffer = evbuffer_new();
	send_bytes(50000);
	for (int total = 0; total < 50000;) {
		int n = evbuffer_read_adaptive(buffer, fds[0], 7001, &hint);
		assert_int_equal(n, total + 7001 <= 50000 ? 7001 : 50000 - total);
		total += n;
	}
	assert_int_equal(evbuffer_read_adaptive(buffer, fds[0], 0, &hint), -1);
	assert_int_equal(evbuffer_get_length(buffer), 50000);
	evbuffer_free(buffer);
}

static void
test_echo_needs_nothing(void **state)
{
	(void)state;
	uint32_t hint = 0;
	char got[300];
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	assert_int_equal(evbuffer_freeze(out, 1), 0);
	for (int i = 0; i < 100; i++) {
		if (i == 3) allocations = reads = writes = 0;
		send_bytes(300);
		assert_int_equal(evbuffer_read_adaptive(in, fds[0], 16384, &hint), 300);
		assert_int_equal(evbuffer_add_buffer(out, in), 0);
		assert_int_equal(evbuffer_write_frozen(out, fds[0], SIZE_MAX), 300);
		assert_int_equal(read(fds[1], got, sizeof(got)), 300);
	}
	assert_int_equal(reads, 97);
	assert_int_equal(writes, 97);
	assert_int_equal(allocations, 0);
	evbuffer_free(in);
	evbuffer_free(out);
}

static void
test_max_read(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_get_max_read(buffer), 4096);
	send_bytes(20000);
	assert_int_equal(evbuffer_read(buffer, fds[0], -1), 4096);
	assert_int_equal(evbuffer_read(buffer, fds[0], 10000), 4096);
	assert_int_equal(evbuffer_set_max_read(buffer, 10), 0);
	assert_int_equal(evbuffer_get_max_read(buffer), 10);
	assert_int_equal(evbuffer_read(buffer, fds[0], -1), 10);
	assert_int_equal(evbuffer_read(buffer, fds[0], 3), 3);
	assert_int_equal(evbuffer_read(buffer, fds[0], 0), 0);
	assert_int_equal(evbuffer_set_max_read(buffer, 100000), 0);
	assert_int_equal(evbuffer_read(buffer, fds[0], -1), 20000 - 4096 * 2 - 13);
	assert_int_equal(evbuffer_set_max_read(buffer, 0), -1);
	assert_int_equal(evbuffer_set_max_read(buffer, (size_t)INT_MAX + 1), -1);
	assert_int_equal(evbuffer_get_max_read(buffer), 100000);
	evbuffer_free(buffer);
}

/* ---- Callbacks ----------------------------------------------------------------------------------------------------
 */

static struct evbuffer_cb_info told[8];
static int calls, our_calls, cleanups;

static void
tell(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)arg;
	assert_int_equal(locked, 0);
	told[calls++] = *info;
}

static void
tell_us(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)info, (void)arg;
	assert_true(locked > 0);
	our_calls++;
}

static void
cleaned(const void *data, size_t length, void *arg)
{
	(void)data, (void)length, (void)arg;
	assert_int_equal(locked, 0);
	cleanups++;
}

static struct evbuffer *
watched_buffer(void)
{
	struct evbuffer *buffer = evbuffer_new();
	assert_int_equal(evbuffer_enable_locking(buffer, LOCK), 0);
	struct evbuffer_cb_entry *ours = evbuffer_add_cb(buffer, tell_us, NULL);
	assert_int_equal(evbuffer_cb_set_flags(buffer, ours, EVBUFFER_CB_NODEFER), 0);
	calls = our_calls = cleanups = parent_refs = parent_told = 0;
	return buffer;
}

static void
test_hold(void **state)
{
	(void)state;
	struct evbuffer *buffer = watched_buffer();
	assert_false(evbuffer_is_watched(buffer));
	assert_non_null(evbuffer_add_cb(buffer, tell, NULL));
	assert_true(evbuffer_is_watched(buffer));
	evbuffer_lock(buffer);
	evbuffer_hold_callbacks(buffer);
	evbuffer_hold_callbacks(buffer);
	evbuffer_add(buffer, "12345", 5);
	evbuffer_drain(buffer, 2);
	evbuffer_invoke_callbacks(buffer);
	evbuffer_add(buffer, "6", 1);
	assert_int_equal(calls, 0);
	assert_int_equal(our_calls, 3);
	evbuffer_unlock(buffer);
	evbuffer_invoke_callbacks(buffer);
	assert_int_equal(calls, 1);
	assert_int_equal(told[0].orig_size, 0);
	assert_int_equal(told[0].n_added, 6);
	assert_int_equal(told[0].n_deleted, 2);
	evbuffer_invoke_callbacks(buffer); /* there is nothing more */
	assert_int_equal(calls, 1);
	evbuffer_add(buffer, "7", 1);
	assert_int_equal(calls, 2);
	evbuffer_free(buffer);
	assert_int_equal(locked, 0);
}

static void
test_hold_cleanups(void **state)
{
	(void)state;
	struct evbuffer *buffer = watched_buffer(), *from = evbuffer_new();
	assert_int_equal(evbuffer_add_reference(from, "reference", 9, cleaned, NULL), 0);
	assert_int_equal(evbuffer_add_buffer(buffer, from), 0);
	assert_int_equal(evbuffer_add_reference(buffer, "other", 5, cleaned, NULL), 0);
	assert_true(evbuffer_is_watched(buffer));
	evbuffer_lock(buffer);
	evbuffer_hold_callbacks(buffer);
	assert_int_equal(evbuffer_drain(buffer, 9), 0);
	assert_int_equal(evbuffer_drain(buffer, 5), 0);
	assert_int_equal(cleanups, 0);
	assert_false(evbuffer_is_watched(buffer));
	evbuffer_unlock(buffer);
	evbuffer_invoke_callbacks(buffer);
	assert_int_equal(cleanups, 2);
	/* And when it is freed instead. */
	evbuffer_hold_callbacks(buffer);
	assert_int_equal(evbuffer_add_reference(buffer, "third", 5, cleaned, NULL), 0);
	assert_int_equal(evbuffer_drain(buffer, 5), 0);
	evbuffer_free(buffer);
	assert_int_equal(cleanups, 3);
	evbuffer_free(from);
}

static void
test_ours_stay(void **state)
{
	(void)state;
	struct evbuffer *buffer = watched_buffer();
	assert_non_null(evbuffer_add_cb(buffer, tell, NULL));
	assert_null(evbuffer_add_cb(buffer, NULL, NULL)); /* clears the program's */
	evbuffer_add(buffer, "x", 1);
	assert_int_equal(calls, 0);
	assert_int_equal(our_calls, 1);
	assert_int_equal(evbuffer_setcb(buffer, NULL, NULL), 0);
	evbuffer_add(buffer, "x", 1);
	assert_int_equal(our_calls, 2);
	evbuffer_free(buffer);
}

static void
test_deferred_keeps_parent(void **state)
{
	(void)state;
	struct evbuffer *buffer = watched_buffer();
	evbuffer_set_parent(buffer, PARENT);
	assert_int_equal(evbuffer_defer_callbacks(buffer, BASE), 0);
	assert_int_equal(evbuffer_defer_callbacks(buffer, BASE), 0);
	assert_non_null(evbuffer_add_cb(buffer, tell, NULL));
	evbuffer_add(buffer, "12", 2);
	evbuffer_drain(buffer, 1);
	assert_int_equal(parent_refs, 1);
	assert_int_equal(our_calls, 2);
	run_queued();
	assert_int_equal(parent_refs, 0);
	assert_int_equal(calls, 1);
	/* Held and deferred. */
	evbuffer_hold_callbacks(buffer);
	evbuffer_add(buffer, "3", 1);
	assert_null(queued);
	evbuffer_invoke_callbacks(buffer);
	assert_non_null(queued);
	assert_int_equal(parent_refs, 1);
	/* Freed while it waits. */
	evbuffer_free(buffer);
	assert_null(queued);
	assert_int_equal(parent_refs, 0);
	assert_int_equal(calls, 1);
}

static void
test_parent_is_told(void **state)
{
	(void)state;
	calls = parent_told = 0;
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_set_parent(buffer, PARENT);
	evbuffer_tell_parent(buffer);
	assert_false(evbuffer_is_watched(buffer));
	struct evbuffer_cb_entry *entry = evbuffer_add_cb(buffer, tell, NULL);
	evbuffer_add(buffer, "1", 1);
	assert_int_equal(parent_told, 1);
	assert_int_equal(calls, 1);
	assert_int_equal(evbuffer_remove_cb(buffer, NULL, NULL), -1);
	assert_int_equal(evbuffer_remove_cb_entry(buffer, entry), 0);
	assert_null(evbuffer_add_cb(buffer, NULL, NULL)); /* clears the program's */
	evbuffer_hold_callbacks(buffer);
	evbuffer_drain(buffer, 1);
	assert_int_equal(parent_told, 1);
	struct evbuffer *other = evbuffer_new();
	evbuffer_add(other, "23", 2);
	evbuffer_add_buffer(buffer, other);
	assert_int_equal(parent_told, 2);
	evbuffer_free(other);
	evbuffer_invoke_callbacks(buffer);
	evbuffer_incref(buffer);
	evbuffer_free(buffer);
	evbuffer_add(buffer, "1", 1);
	assert_int_equal(parent_told, 2);
	assert_int_equal(calls, 1);
	evbuffer_lock(buffer);
	evbuffer_decref_and_unlock(buffer);
}

static void
test_references_to_the_buffer(void **state)
{
	(void)state;
	struct evbuffer *buffer = watched_buffer();
	evbuffer_incref(buffer);
	evbuffer_free(buffer);
	assert_int_equal(evbuffer_add(buffer, "alive", 5), 0);
	assert_int_equal(our_calls, 0); /* but nobody is told any more */
	evbuffer_lock(buffer);
	evbuffer_decref_and_unlock(buffer);
	assert_int_equal(locked, 0);
}

/* ---- Memory -------------------------------------------------------------------------------------------------------
 */

static void
test_sizes(void **state)
{
	(void)state;
	for (size_t room = 1; room < 40u << 20; room += room / 7 + 1) {
		struct chain *chain = chain_new(room);
		assert_non_null(chain);
		assert_true(chain->size >= room);
		assert_true(
			chain->size <= CHAIN_ALLOC_MIN || chain->size + sizeof(*chain) <= (room + sizeof(*chain)) / 4 * 5 + 4);
		chain_drop(chain);
	}
	static const size_t impossible[] = {SIZE_MAX, SIZE_MAX - 100, SSIZE_LIMIT, SSIZE_LIMIT - sizeof(struct chain)};
	for (size_t i = 0; i < LENGTH(impossible); i++) {
		errno = 0;
		assert_null(chain_new(impossible[i]));
		assert_int_equal(errno, ENOMEM);
	}
}

static void
test_idle_buffer_is_small(void **state)
{
	(void)state;
	char bytes[1000] = {0};
	struct evbuffer *buffer = evbuffer_new();
	for (int i = 0; i < 1000; i++)
		evbuffer_add(buffer, bytes, sizeof(bytes));
	for (int i = 0; i < 1000; i++)
		evbuffer_add_reference(buffer, bytes, sizeof(bytes), NULL, NULL);
	assert_true(buffer->slab != NULL);
	evbuffer_drain(buffer, SIZE_MAX);
	assert_true(!buffer->spare || buffer->spare->size <= SPARE_IDLE_MAX);
	assert_true(!buffer->slab || buffer->slab->count <= 16);
	evbuffer_free(buffer);
}

static void
test_offset_reference(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	cleanups = 0;
	assert_int_equal(evbuffer_add_reference_with_offset(buffer, "0123456789", 3, 4, cleaned, NULL), 0);
	expect_text(buffer, "3456");
	assert_int_equal(evbuffer_add_reference_with_offset(buffer, "x", SIZE_MAX - 3, 4, cleaned, NULL), -1);
	assert_int_equal(evbuffer_add_reference_with_offset(buffer, "x", 4, SIZE_MAX - 3, cleaned, NULL), -1);
	assert_int_equal(evbuffer_prepend(buffer, "2", 1), 0);
	expect_text(buffer, "23456");
	assert_int_equal(evbuffer_drain(buffer, 5), 0);
	assert_int_equal(cleanups, 1);
	evbuffer_free(buffer);
}

/* ---- The pool -----------------------------------------------------------------------------------------------------
 */

static int
close_pool(void **state)
{
	if (pool_of_base) room_pool_close(pool_of_base);
	pool_of_base = NULL;
	return close_pair(state);
}

static void
test_pooled_buffer_keeps_nothing(void **state)
{
	(void)state;
	uint32_t hint = 0;
	char got[3000];
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	evbuffer_use_pool(in, BASE);
	evbuffer_use_pool(out, BASE);
	for (size_t length = 300; length <= 3000; length *= 10) {
		for (int i = 0; i < 100; i++) {
			if (i == 3) allocations = 0;
			send_bytes(length);
			assert_int_equal(evbuffer_read_adaptive(in, fds[0], 16384, &hint), length);
			assert_int_equal(evbuffer_add_buffer(out, in), 0);
			assert_null(in->spare);
			assert_int_equal(evbuffer_write_frozen(out, fds[0], SIZE_MAX), length);
			assert_null(out->spare);
			assert_int_equal(read(fds[1], got, sizeof(got)), length);
		}
		assert_int_equal(allocations, 0);
	}
	/* Nothing came, or nothing was written into what was reserved. */
	struct evbuffer_iovec space;
	assert_int_equal(evbuffer_read_adaptive(in, fds[0], 16384, &hint), -1);
	assert_null(in->spare);
	assert_int_equal(evbuffer_reserve_space(in, 100, &space, 1), 1);
	space.iov_len = 0;
	assert_int_equal(evbuffer_commit_space(in, &space, 1), 0);
	assert_null(in->spare);
	assert_int_equal(evbuffer_expand(in, 3000), 0);
	assert_non_null(in->spare); /* promised */
	evbuffer_add(in, got, 3000);
	evbuffer_drain(in, 3000);
	assert_null(in->spare);
	evbuffer_free(in);
	evbuffer_free(out);
}

static void
test_pool_beside_own_room(void **state)
{
	(void)state;
	char bytes[300] = {0};
	struct evbuffer *own = evbuffer_new(), *pooled = evbuffer_new();
	evbuffer_use_pool(pooled, BASE);
	for (int way = 0; way < 2; way++) { /* each way the chains come back */
		struct evbuffer *from = way ? pooled : own, *to = way ? own : pooled;
		for (int i = 0; i < 100; i++) {
			if (i == 3) allocations = 0;
			evbuffer_add(from, bytes, sizeof(bytes));
			assert_int_equal(evbuffer_remove_buffer(from, to, sizeof(bytes)), sizeof(bytes));
			evbuffer_drain(to, sizeof(bytes));
			assert_null(pooled->spare);
		}
		assert_int_equal(allocations, 0);
	}
	evbuffer_free(own);
	evbuffer_free(pooled);
}

static void
test_pool_is_bounded(void **state)
{
	(void)state;
	enum { BUSY = 1000 };
	static struct evbuffer *busy[BUSY];
	static char bytes[20000];
	static const size_t sizes[] = {100, 1500, 5000, 12000, 17000, sizeof(bytes)};
	const long before = alive;
	for (size_t s = 0; s < LENGTH(sizes); s++) {
		for (int i = 0; i < BUSY; i++) {
			busy[i] = evbuffer_new();
			evbuffer_use_pool(busy[i], BASE);
			assert_int_equal(evbuffer_add(busy[i], bytes, sizes[s]), 0);
		}
		for (int i = 0; i < BUSY; i++) {
			evbuffer_drain(busy[i], sizes[s]);
			evbuffer_free(busy[i]);
		}
	}
	assert_true(alive - before <= 1 + 64 + 32 + 16 + 8 + 4);
	/* The base goes before a buffer of its: nothing waits any more. */
	struct evbuffer *last = evbuffer_new();
	evbuffer_use_pool(last, BASE);
	evbuffer_add(last, bytes, 100);
	room_pool_close(pool_of_base);
	pool_of_base = NULL;
	evbuffer_drain(last, 100);
	evbuffer_add(last, bytes, 100);
	evbuffer_free(last);
	assert_int_equal(alive, before);
}

static void
test_pool_sizes(void **state)
{
	(void)state;
	struct room_pool *pool = room_pool_new(false);
	for (size_t have = 1; have < 40000; have += 61) {
		for (size_t want = 1; want < 40000; want += 307) {
			room_pool_give(pool, chain_new(have));
			struct chain *chain = room_pool_take(pool, want);
			if (chain) {
				assert_true(chain->size >= want);
				assert_true(chain->size < (want < CHAIN_ALLOC_MIN ? CHAIN_ALLOC_MIN : want + sizeof(*chain)) * 4);
				chain_drop(chain);
			}
			assert_true(chain || have < want || have > 28000 || have > want + want / 2);
			while ((chain = room_pool_take(pool, have)) != NULL)
				chain_drop(chain);
		}
	}
	assert_null(room_pool_take(pool, SIZE_MAX - sizeof(struct chain)));
	room_pool_close(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_small_read_is_one_call, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_room_adapts, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_no_more_than_asked, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_echo_needs_nothing, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_max_read, open_pair, close_pair),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_hold_cleanups),
		cmocka_unit_test(test_ours_stay),
		cmocka_unit_test(test_deferred_keeps_parent),
		cmocka_unit_test(test_references_to_the_buffer),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_idle_buffer_is_small),
		cmocka_unit_test(test_offset_reference),
		cmocka_unit_test(test_parent_is_told),
		cmocka_unit_test_setup_teardown(test_pooled_buffer_keeps_nothing, open_pair, close_pool),
		cmocka_unit_test_setup_teardown(test_pool_beside_own_room, open_pair, close_pool),
		cmocka_unit_test(test_pool_is_bounded),
		cmocka_unit_test(test_pool_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
