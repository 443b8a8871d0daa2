/* SPDX-License-Identifier: BSD-3-Clause */
/* Being told of changes: what, in which order, from inside of a callback, from the loop, and with locks. */
#include "evbuffer_test.h"

#include <dlfcn.h>
#include <event2/buffer_compat.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <pthread.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* What callbacks saw, one entry a call. */
struct seen {
	const char *who;
	size_t before, added, deleted;
};
static struct seen seen[64];
static size_t calls;

static void
note(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer;
	assert_true(calls < LENGTH(seen));
	seen[calls++] = (struct seen){arg, info->orig_size, info->n_added, info->n_deleted};
}

static void
expect_call(size_t i, const char *who, size_t before, size_t added, size_t deleted)
{
	assert_true(i < calls);
	assert_string_equal(seen[i].who, who);
	assert_int_equal(seen[i].before, before);
	assert_int_equal(seen[i].added, added);
	assert_int_equal(seen[i].deleted, deleted);
}

#define NAME(name) ((void *)(uintptr_t)(name))

static void
test_what_is_told(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2];
	struct evbuffer *buffer = buffer_of("before");
	assert_non_null(evbuffer_add_cb(buffer, note, NAME("cb")));
	calls = 0;
	evbuffer_add(buffer, "abc", 3);
	evbuffer_add(buffer, "", 0);
	evbuffer_drain(buffer, 0);
	expect_call(0, "cb", 6, 3, 0);
	assert_int_equal(calls, 1);
	evbuffer_drain(buffer, 5);
	expect_call(1, "cb", 9, 0, 5);
	evbuffer_prepend(buffer, "xy", 2);
	expect_call(2, "cb", 4, 2, 0);
	evbuffer_add_printf(buffer, "%d", 1000);
	expect_call(3, "cb", 6, 4, 0);
	evbuffer_pullup(buffer, -1);
	evbuffer_expand(buffer, 5000);
	assert_int_equal(evbuffer_reserve_space(buffer, 10, vec, 1), 1);
	assert_int_equal(calls, 4);
	memset(vec[0].iov_base, 'r', 10);
	vec[0].iov_len = 10;
	evbuffer_commit_space(buffer, vec, 1);
	expect_call(4, "cb", 10, 10, 0);
	evbuffer_add_reference(buffer, "reference", 9, NULL, NULL);
	expect_call(5, "cb", 20, 9, 0);
	evbuffer_drain(buffer, 1000);
	expect_call(6, "cb", 29, 0, 29);
	evbuffer_drain(buffer, 1000);
	assert_int_equal(calls, 7);
	evbuffer_free(buffer);
	assert_int_equal(calls, 7);
}

static void
test_one_call_a_change(void **state)
{
	(void)state;
	struct evbuffer_iovec vec[2] = {{NAME("ab"), 2}, {NAME("cd"), 2}};
	struct evbuffer *buffer = buffer_of("line\r\n");
	evbuffer_add_cb(buffer, note, NAME("cb"));
	calls = 0;
	assert_int_equal(evbuffer_add_iovec(buffer, vec, 2), 4);
	free(evbuffer_readln(buffer, NULL, EVBUFFER_EOL_CRLF));
	assert_int_equal(calls, 2);
	expect_call(0, "cb", 6, 4, 0);
	expect_call(1, "cb", 10, 0, 6);
	evbuffer_free(buffer);
}

static void
test_two_buffers(void **state)
{
	(void)state;
	struct evbuffer *one = buffer_of("12345"), *two = buffer_of("abc");
	evbuffer_add_cb(one, note, NAME("one"));
	evbuffer_add_cb(two, note, NAME("two"));
	calls = 0;
	evbuffer_remove_buffer(one, two, 2);
	expect_call(0, "two", 3, 2, 0);
	expect_call(1, "one", 5, 0, 2);
	evbuffer_add_buffer(two, one);
	expect_call(2, "one", 3, 0, 3);
	expect_call(3, "two", 5, 3, 0);
	evbuffer_prepend_buffer(one, two);
	expect_call(4, "two", 8, 0, 8);
	expect_call(5, "one", 0, 8, 0);
	evbuffer_add_buffer_reference(two, one);
	expect_call(6, "two", 0, 8, 0);
	evbuffer_add_buffer(one, one);
	assert_int_equal(calls, 7);
	evbuffer_free(one);
	evbuffer_free(two);
}

static void
test_order_and_removal(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	struct evbuffer_cb_entry *first = evbuffer_add_cb(buffer, note, NAME("first"));
	evbuffer_add_cb(buffer, note, NAME("second"));
	calls = 0;
	evbuffer_add(buffer, "1", 1);
	expect_call(0, "second", 0, 1, 0);
	expect_call(1, "first", 0, 1, 0);
	assert_int_equal(evbuffer_remove_cb_entry(buffer, first), 0);
	assert_int_equal(evbuffer_remove_cb(buffer, note, NAME("nobody")), -1);
	evbuffer_add(buffer, "2", 1);
	assert_int_equal(calls, 3);
	expect_call(2, "second", 1, 1, 0);
	assert_int_equal(evbuffer_remove_cb(buffer, note, NAME("second")), 0);
	assert_int_equal(evbuffer_remove_cb(buffer, note, NAME("second")), -1);
	evbuffer_add(buffer, "3", 1);
	assert_int_equal(calls, 3);
	evbuffer_free(buffer);
}

static void
test_flags(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	struct evbuffer_cb_entry *entry = evbuffer_add_cb(buffer, note, NAME("cb"));
	calls = 0;
	assert_int_equal(evbuffer_cb_clear_flags(buffer, entry, EVBUFFER_CB_ENABLED), 0);
	evbuffer_add(buffer, "unseen", 6);
	assert_int_equal(calls, 0);
	assert_int_equal(evbuffer_cb_set_flags(buffer, entry, EVBUFFER_CB_ENABLED), 0);
	evbuffer_add(buffer, "seen", 4);
	assert_int_equal(calls, 1);
	expect_call(0, "cb", 6, 4, 0);
	evbuffer_free(buffer);
}

static void
old_note(struct evbuffer *buffer, size_t before, size_t now, void *arg)
{
	assert_int_equal(evbuffer_get_length(buffer), now);
	seen[calls++] = (struct seen){arg, before, now, 0};
}

static void
test_setcb(void **state)
{
	(void)state;
	struct evbuffer *buffer = buffer_of("abc");
	evbuffer_add_cb(buffer, note, NAME("new"));
	assert_int_equal(evbuffer_setcb(buffer, old_note, NAME("old")), 0);
	calls = 0;
	evbuffer_add(buffer, "de", 2);
	evbuffer_drain(buffer, 4);
	assert_int_equal(calls, 2);
	expect_call(0, "old", 3, 5, 0);
	expect_call(1, "old", 5, 1, 0);
	assert_int_equal(evbuffer_setcb(buffer, NULL, NULL), 0);
	evbuffer_add(buffer, "f", 1);
	assert_int_equal(calls, 2);
	evbuffer_free(buffer);
}

/* ---- From inside of a callback ------------------------------------------------------------------------------------
 */

static struct evbuffer_cb_entry *entries[3];

static void
drain_half(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	note(buffer, info, arg);
	evbuffer_drain(buffer, evbuffer_get_length(buffer) / 2);
}

static void
test_callback_changes_the_buffer(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, drain_half, NAME("half"));
	calls = 0;
	evbuffer_add(buffer, "12345678", 8);
	assert_int_equal(calls, 4);
	expect_call(0, "half", 0, 8, 0);
	expect_call(1, "half", 8, 0, 4);
	expect_call(2, "half", 4, 0, 2);
	expect_call(3, "half", 2, 0, 1);
	expect_text(buffer, "8");
	evbuffer_free(buffer);
}

static void
remove_itself(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	note(buffer, info, NAME("gone"));
	assert_int_equal(evbuffer_remove_cb_entry(buffer, *(struct evbuffer_cb_entry **)arg), 0);
}

static void
test_callback_removes_itself(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, note, NAME("last"));
	entries[0] = evbuffer_add_cb(buffer, remove_itself, &entries[0]);
	evbuffer_add_cb(buffer, note, NAME("first"));
	calls = 0;
	evbuffer_add(buffer, "x", 1);
	evbuffer_add(buffer, "y", 1);
	assert_int_equal(calls, 5);
	expect_call(0, "first", 0, 1, 0);
	expect_call(1, "gone", 0, 1, 0);
	expect_call(2, "last", 0, 1, 0);
	expect_call(3, "first", 1, 1, 0);
	expect_call(4, "last", 1, 1, 0);
	evbuffer_free(buffer);
}

static void
remove_all(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	note(buffer, info, arg);
	for (size_t i = 0; i < LENGTH(entries); i++)
		assert_int_equal(evbuffer_remove_cb_entry(buffer, entries[i]), 0);
	assert_non_null(evbuffer_add_cb(buffer, note, NAME("added")));
}

/* Those that it removes are not called any more; the one that it adds is from the next change on. */
static void
test_callback_removes_others(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	entries[0] = evbuffer_add_cb(buffer, note, NAME("one"));
	entries[1] = evbuffer_add_cb(buffer, remove_all, NAME("all"));
	entries[2] = evbuffer_add_cb(buffer, note, NAME("two"));
	calls = 0;
	evbuffer_add(buffer, "x", 1);
	assert_int_equal(calls, 2);
	expect_call(0, "two", 0, 1, 0);
	expect_call(1, "all", 0, 1, 0);
	evbuffer_add(buffer, "y", 1);
	assert_int_equal(calls, 3);
	expect_call(2, "added", 1, 1, 0);
	evbuffer_free(buffer);
}

static void
free_it(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	note(buffer, info, arg);
	evbuffer_free(buffer);
}

static void
test_callback_frees_the_buffer(void **state)
{
	(void)state;
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, note, NAME("never"));
	evbuffer_add_cb(buffer, free_it, NAME("free"));
	calls = 0;
	assert_int_equal(evbuffer_add(buffer, "x", 1), 0);
	assert_int_equal(calls, 1);
	expect_call(0, "free", 0, 1, 0);
}

static void
free_other(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	note(buffer, info, NAME("other"));
	evbuffer_free(arg);
}

static void
test_callback_frees_the_other_buffer(void **state)
{
	(void)state;
	struct evbuffer *from = buffer_of("text"), *to = evbuffer_new();
	evbuffer_add_cb(from, free_other, to);
	evbuffer_add_cb(to, note, NAME("to"));
	calls = 0;
	assert_int_equal(evbuffer_add_buffer(to, from), 0);
	assert_int_equal(calls, 1);
	evbuffer_free(from);
}

/* ---- From the loop ------------------------------------------------------------------------------------------------
 */

static void
test_deferred(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct evbuffer *buffer = buffer_of("abc");
	evbuffer_add_cb(buffer, note, NAME("cb"));
	assert_int_equal(evbuffer_defer_callbacks(buffer, base), 0);
	calls = 0;
	evbuffer_add(buffer, "defg", 4);
	evbuffer_drain(buffer, 2);
	evbuffer_add(buffer, "h", 1);
	assert_int_equal(calls, 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 1);
	expect_call(0, "cb", 3, 5, 2);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 1);
	evbuffer_drain(buffer, 6);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 2);
	expect_call(1, "cb", 6, 0, 6);
	evbuffer_free(buffer);
	event_base_free(base);
}

static void
test_deferred_and_freed(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, note, NAME("never"));
	evbuffer_defer_callbacks(buffer, base);
	calls = 0;
	evbuffer_add(buffer, "x", 1);
	evbuffer_free(buffer);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 0);
	event_base_free(base);
}

static void
test_base_goes_first(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, note, NAME("cb"));
	evbuffer_defer_callbacks(buffer, base);
	calls = 0;
	evbuffer_add(buffer, "x", 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 1);
	event_base_free(base);
	evbuffer_free(buffer);
}

/* A change that waited in the base when it was freed is told with the next one, at once. */
static void
test_base_goes_with_what_was_queued(void **state)
{
	(void)state;
	if (!dlsym(RTLD_DEFAULT, "event_base_get_counters")) skip(); /* libevent touches the freed base */
	for (int locked = 0; locked < 2; locked++) {
		struct event_base *base = event_base_new();
		struct evbuffer *buffers[2] = {evbuffer_new(), evbuffer_new()};
		for (int i = 0; i < 2; i++) {
			if (locked) assert_int_equal(evbuffer_enable_locking(buffers[i], NULL), 0);
			evbuffer_add_cb(buffers[i], note, NAME("cb"));
			evbuffer_defer_callbacks(buffers[i], base);
			evbuffer_add(buffers[i], "x", 1);
		}
		event_base_free(base);
		calls = 0;
		evbuffer_free(buffers[0]);
		assert_int_equal(calls, 0);
		evbuffer_add(buffers[1], "yz", 2);
		assert_int_equal(calls, 1);
		expect_call(0, "cb", 0, 3, 0);
		evbuffer_drain(buffers[1], 1);
		expect_call(1, "cb", 3, 0, 1);
		evbuffer_free(buffers[1]);
	}
}

/* The reference that a queued change holds to the bufferevent goes with the base. */
static void
test_base_goes_with_a_bufferevent(void **state)
{
	(void)state;
	if (!dlsym(RTLD_DEFAULT, "event_base_get_counters")) skip();
	struct event_base *base = event_base_new();
	struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_THREADSAFE);
	evbuffer_add_cb(bufferevent_get_output(bev), note, NAME("cb"));
	evbuffer_defer_callbacks(bufferevent_get_output(bev), base);
	calls = 0;
	assert_int_equal(bufferevent_write(bev, "x", 1), 0);
	bufferevent_free(bev);
	event_base_free(base);
	assert_int_equal(calls, 0);
}

static void
test_deferred_frees_the_buffer(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct evbuffer *buffer = evbuffer_new();
	evbuffer_add_cb(buffer, free_it, NAME("free"));
	evbuffer_defer_callbacks(buffer, base);
	calls = 0;
	evbuffer_add(buffer, "x", 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(calls, 1);
	event_base_free(base);
}

/* ---- Locks --------------------------------------------------------------------------------------------------------
 */

#define THREADS 4
#define ROUNDS 3000

static struct evbuffer *shared[2];
static size_t told; /* by callbacks of any thread */

static void
tell(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)arg;
	__atomic_fetch_add(&told, info->n_added - info->n_deleted, __ATOMIC_RELAXED);
}

/* All threads put in and take out, and move from one to the other and back. */
static void *
work(void *arg)
{
	char bytes[100];
	size_t self = (size_t)(uintptr_t)arg;
	memset(bytes, 'a' + (int)self, sizeof(bytes));
	for (size_t i = 0; i < ROUNDS; i++) {
		struct evbuffer *here = shared[(i + self) % 2], *there = shared[(i + self + 1) % 2];
		evbuffer_add(here, bytes, 1 + i % 100);
		if (i % 3 == 0) evbuffer_add_buffer(there, here);
		if (i % 5 == 0) evbuffer_remove_buffer(there, here, 50);
		if (i % 7 == 0) evbuffer_prepend(there, bytes, 3);
		if (i % 11 == 0) evbuffer_pullup(here, 20);
		if (i % 13 == 0) evbuffer_add_buffer_reference(here, there);
		evbuffer_remove(there, bytes, i % 150 > 100 ? 100 : i % 150);
		evbuffer_drain(here, i % 70);
		(void)evbuffer_get_length(there);
	}
	return NULL;
}

static void
run_threads(void *(*fn)(void *))
{
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fn, (void *)(uintptr_t)i), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void
test_locking(void **state)
{
	(void)state;
	told = 0;
	for (int i = 0; i < 2; i++) {
		shared[i] = evbuffer_new();
		assert_int_equal(evbuffer_enable_locking(shared[i], NULL), 0);
		assert_int_equal(evbuffer_enable_locking(shared[i], NULL), -1);
		evbuffer_add_cb(shared[i], tell, NULL);
	}
	run_threads(work);
	assert_int_equal(told, evbuffer_get_length(shared[0]) + evbuffer_get_length(shared[1]));
	assert_int_equal(evbuffer_peek(shared[0], -1, NULL, NULL, 0) >= 0, 1);
	evbuffer_free(shared[0]);
	evbuffer_free(shared[1]);
}

static void *
add_pairs(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		evbuffer_lock(shared[0]);
		evbuffer_add(shared[0], "(", 1);
		evbuffer_add(shared[0], ")", 1);
		evbuffer_unlock(shared[0]);
	}
	return NULL;
}

static void
test_lock_joins_steps(void **state)
{
	(void)state;
	shared[0] = evbuffer_new();
	assert_int_equal(evbuffer_enable_locking(shared[0], NULL), 0);
	run_threads(add_pairs);
	size_t length = evbuffer_get_length(shared[0]);
	assert_int_equal(length, 2 * THREADS * ROUNDS);
	const unsigned char *bytes = evbuffer_pullup(shared[0], -1);
	for (size_t i = 0; i < length; i += 2)
		assert_memory_equal(bytes + i, "()", 2);
	evbuffer_free(shared[0]);
}

/* A callback that needs another thread, which needs the buffer. */
static int asks[2], answers[2];

static void *
look(void *arg)
{
	char byte;
	(void)arg;
	if (read(asks[0], &byte, 1) != 1) return NULL;
	evbuffer_lock(shared[0]);
	evbuffer_unlock(shared[0]);
	if (write(answers[1], "x", 1) != 1) return NULL;
	return NULL;
}

static void
wait_for_the_other(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct timeval limit = {5, 0};
	fd_set set;
	note(buffer, info, arg);
	assert_int_equal(write(asks[1], "x", 1), 1);
	FD_ZERO(&set);
	FD_SET(answers[0], &set);
	assert_int_equal(select(answers[0] + 1, &set, NULL, NULL, &limit), 1);
}

static void
test_no_lock_in_callbacks(void **state)
{
	(void)state;
	pthread_t thread;
	assert_int_equal(pipe(asks), 0);
	assert_int_equal(pipe(answers), 0);
	shared[0] = evbuffer_new();
	assert_int_equal(evbuffer_enable_locking(shared[0], NULL), 0);
	evbuffer_add_cb(shared[0], wait_for_the_other, NAME("cb"));
	assert_int_equal(pthread_create(&thread, NULL, look, NULL), 0);
	calls = 0;
	evbuffer_add(shared[0], "x", 1);
	assert_int_equal(calls, 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	evbuffer_free(shared[0]);
	for (int i = 0; i < 2; i++) {
		close(asks[i]);
		close(answers[i]);
	}
}

/* The same for the clean-up of what a bufferevent has written. */
static struct bufferevent *owner;

static void *
look_at_owner(void *arg)
{
	char byte;
	(void)arg;
	if (read(asks[0], &byte, 1) != 1) return NULL;
	bufferevent_lock(owner);
	bufferevent_unlock(owner);
	if (write(answers[1], "x", 1) != 1) return NULL;
	return NULL;
}

static void
cleaned(const void *data, size_t length, void *arg)
{
	struct evbuffer_cb_info info = {0, length, 0};
	(void)data;
	wait_for_the_other(NULL, &info, NAME("cleanup"));
	assert_int_equal(event_base_loopbreak(arg), 0);
}

static void
test_no_lock_in_cleanups(void **state)
{
	(void)state;
	pthread_t thread;
	int pair[2];
	struct event_base *base = event_base_new();
	assert_int_equal(pipe(asks), 0);
	assert_int_equal(pipe(answers), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(evutil_make_socket_nonblocking(pair[0]), 0);
	owner = bufferevent_socket_new(base, pair[0], BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
	assert_int_equal(bufferevent_enable(owner, EV_WRITE), 0);
	assert_int_equal(pthread_create(&thread, NULL, look_at_owner, NULL), 0);
	calls = 0;
	evbuffer_add_reference(bufferevent_get_output(owner), "bytes", 5, cleaned, base);
	event_base_dispatch(base);
	assert_int_equal(calls, 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	bufferevent_free(owner);
	event_base_free(base);
	close(pair[1]);
	for (int i = 0; i < 2; i++) {
		close(asks[i]);
		close(answers[i]);
	}
}

static int
use_threads(void **state)
{
	(void)state;
	return evthread_use_pthreads();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_told),
		cmocka_unit_test(test_one_call_a_change),
		cmocka_unit_test(test_two_buffers),
		cmocka_unit_test(test_order_and_removal),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_setcb),
		cmocka_unit_test(test_callback_changes_the_buffer),
		cmocka_unit_test(test_callback_removes_itself),
		cmocka_unit_test(test_callback_removes_others),
		cmocka_unit_test(test_callback_frees_the_buffer),
		cmocka_unit_test(test_callback_frees_the_other_buffer),
		cmocka_unit_test(test_deferred),
		cmocka_unit_test(test_deferred_and_freed),
		cmocka_unit_test(test_base_goes_first),
		cmocka_unit_test(test_base_goes_with_what_was_queued),
		cmocka_unit_test(test_base_goes_with_a_bufferevent),
		cmocka_unit_test(test_deferred_frees_the_buffer),
		cmocka_unit_test(test_locking),
		cmocka_unit_test(test_lock_joins_steps),
		cmocka_unit_test(test_no_lock_in_callbacks),
		cmocka_unit_test(test_no_lock_in_cleanups),
	};
	return cmocka_run_group_tests(tests, use_threads, NULL);
}
