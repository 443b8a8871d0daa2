/* SPDX-License-Identifier: BSD-3-Clause */
/* No memory: each allocation of each operation fails once, in turn. The operation tells so and changes nothing, or does
 * without; nothing is lost and nothing leaks. */
#include "evbuffer_test.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static long until_failure; /* that many allocations succeed; negative: all */
static long living;

static bool
may_fail(void)
{
	if (until_failure > 0)
		until_failure--;
	else if (until_failure == 0)
		return false;
	return true;
}

static void *
counting_malloc(size_t size)
{
	void *memory = may_fail() ? malloc(size) : NULL;
	if (memory) living++;
	return memory;
}

static void *
counting_realloc(void *old, size_t size)
{
	void *memory = may_fail() ? realloc(old, size) : NULL;
	if (memory && !old) living++;
	return memory;
}

static void
counting_free(void *memory)
{
	if (memory) living--;
	free(memory);
}

static int cleanups;

static void
cleaned(const void *data, size_t length, void *arg)
{
	(void)data, (void)length, (void)arg;
	cleanups++;
}

static char large[20000];

struct pair {
	struct evbuffer *one, *two;
};

/* Each returns whether it succeeded. */
static bool
op_add(struct pair *pair)
{
	return evbuffer_add(pair->one, large, sizeof(large)) == 0;
}

static bool
op_prepend(struct pair *pair)
{
	return evbuffer_prepend(pair->one, large, sizeof(large)) == 0;
}

static bool
op_expand(struct pair *pair)
{
	return evbuffer_expand(pair->one, sizeof(large)) == 0;
}

static bool
op_printf(struct pair *pair)
{
	return evbuffer_add_printf(pair->one, "%19999d", 1) == 19999;
}

static bool
op_iovec(struct pair *pair)
{
	struct evbuffer_iovec vec[2] = {{large, 100}, {large, sizeof(large)}};
	return evbuffer_add_iovec(pair->one, vec, 2) == 100 + sizeof(large);
}

static bool
op_reserve(struct pair *pair)
{
	struct evbuffer_iovec vec[2];
	return evbuffer_reserve_space(pair->one, sizeof(large), vec, 2) > 0;
}

static bool
op_reference(struct pair *pair)
{
	int before = cleanups;
	for (int i = 0; i < 10; i++) {
		if (evbuffer_add_reference(pair->one, large, 1, cleaned, NULL) == 0) continue;
		assert_int_equal(cleanups, before);
		assert_int_equal(evbuffer_drain(pair->one, 0), 0);
		return false;
	}
	return true;
}

static bool
op_share(struct pair *pair)
{
	return evbuffer_add_buffer_reference(pair->one, pair->two) == 0;
}

static bool
op_remove_buffer(struct pair *pair)
{
	return evbuffer_remove_buffer(pair->two, pair->one, 6) == 6;
}

static bool
op_pullup(struct pair *pair)
{
	return evbuffer_pullup(pair->two, -1) != NULL;
}

static bool
op_readln(struct pair *pair)
{
	size_t length = 99;
	char *line = evbuffer_readln(pair->two, &length, EVBUFFER_EOL_LF);
	assert_int_equal(length, line ? 7 : 0);
	if (line) counting_free(line);
	return line != NULL;
}

static void
ignore(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)info, (void)arg;
}

static bool
op_add_cb(struct pair *pair)
{
	return evbuffer_add_cb(pair->one, ignore, NULL) != NULL;
}

static bool
op_add_file(struct pair *pair)
{
	int fd = open("/dev/zero", O_RDONLY); /* which has to be read into memory */
	bool done = evbuffer_add_file(pair->one, fd, 0, 10000) == 0;
	if (!done) assert_int_equal(close(fd), 0);
	return done;
}

static bool
op_new(struct pair *pair)
{
	(void)pair;
	struct evbuffer *buffer = evbuffer_new();
	if (buffer) evbuffer_free(buffer);
	return buffer != NULL;
}

static const struct {
	const char *name;
	bool (*run)(struct pair *pair);
} operations[] = {
	{"add", op_add},
	{"prepend", op_prepend},
	{"expand", op_expand},
	{"printf", op_printf},
	{"iovec", op_iovec},
	{"reserve", op_reserve},
	{"reference", op_reference},
	{"share", op_share},
	{"remove_buffer", op_remove_buffer},
	{"pullup", op_pullup},
	{"readln", op_readln},
	{"add_cb", op_add_cb},
	{"add_file", op_add_file},
	{"new", op_new},
};

static void
test_failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(operations); i++) {
		bool done = false;
		for (long fails = 0; !done; fails++) {
			assert_true(fails < 20);
			struct pair pair = {buffer_of("content"), buffer_of_pieces("content\nof pieces")};
			until_failure = fails;
			done = operations[i].run(&pair);
			until_failure = -1;
			if (!done && operations[i].run != op_reference) {
				expect_text(pair.one, "content");
				expect_text(pair.two, "content\nof pieces");
			}
			/* It works on, with what it has and with more. */
			assert_int_equal(evbuffer_add(pair.one, large, sizeof(large)), 0);
			assert_int_equal(evbuffer_add_buffer(pair.two, pair.one), 0);
			evbuffer_free(pair.one);
			evbuffer_free(pair.two);
			assert_int_equal(living, 0);
		}
	}
}

/* A buffer in steady use asks for no memory. */
static void
test_no_allocation_in_steady_use(void **state)
{
	(void)state;
	char bytes[4096] = {0};
	struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
	for (int i = 0; i < 100; i++) {
		if (i == 10) until_failure = 0;
		assert_int_equal(evbuffer_add(in, bytes, i % 2 ? 64 : 4096), 0);
		assert_int_equal(evbuffer_add_buffer(out, in), 0);
		assert_int_equal(evbuffer_add_reference(out, bytes, 10, NULL, NULL), 0);
		assert_int_equal(evbuffer_drain(out, 100000), 0);
	}
	until_failure = -1;
	evbuffer_free(in);
	evbuffer_free(out);
	assert_int_equal(living, 0);
}

static int
count_memory(void **state)
{
	(void)state;
	until_failure = -1;
	event_set_mem_functions(counting_malloc, counting_realloc, counting_free);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_no_allocation_in_steady_use),
	};
	return cmocka_run_group_tests(tests, count_memory, NULL);
}
