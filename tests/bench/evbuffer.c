/* SPDX-License-Identifier: BSD-3-Clause */
/* Evbuffers without any descriptor: what adding, draining, moving and finding cost. */
#include "bench.h"

#include <event2/buffer.h>

static char block[65536];
static uint64_t cleanups;

static struct evbuffer *
buffer_new(void)
{
	struct evbuffer *buffer = evbuffer_new();
	if (!buffer) bench_die("evbuffer_new");
	return buffer;
}

/* 4 KiB blocks up to 4 MiB, then all of it drained, as a slow reader makes it; ns per block. */
static void
append_4k(void)
{
	const int rounds = bench_times(200);
	const unsigned blocks = 1024;
	struct evbuffer *buffer = buffer_new();
	uint64_t begin = 0;
	for (int r = -5; r < rounds; r++) {
		if (r == 0) begin = bench_cpu();
		for (unsigned i = 0; i < blocks; i++)
			evbuffer_add(buffer, block, 4096);
		evbuffer_drain(buffer, (size_t)blocks * 4096);
	}
	bench_print("evbuffer_append_4k", bench_cpu() - begin, (uint64_t)rounds * blocks);
	evbuffer_free(buffer);
}

static void
add_drain_64(void)
{
	const uint64_t rounds = (uint64_t)bench_times(10000000);
	struct evbuffer *buffer = buffer_new();
	uint64_t begin = bench_cpu();
	for (uint64_t r = 0; r < rounds; r++) {
		evbuffer_add(buffer, block, 64);
		evbuffer_drain(buffer, 64);
	}
	bench_print("evbuffer_add_drain_64", bench_cpu() - begin, rounds);
	evbuffer_free(buffer);
}

static void
new_free(void)
{
	const uint64_t rounds = (uint64_t)bench_times(10000000);
	uint64_t begin = bench_cpu();
	for (uint64_t r = 0; r < rounds; r++)
		evbuffer_free(buffer_new());
	bench_print("evbuffer_new_free", bench_cpu() - begin, rounds);
}

static void
cleaned(const void *data, size_t length, void *arg)
{
	(void)data, (void)length, (void)arg;
	cleanups++;
}

/* Ten thousand references added, and drained; ns per reference, its clean-up included. */
static void
add_reference(void)
{
	const unsigned references = 10000, rounds = (unsigned)bench_times(300);
	struct evbuffer *buffer = buffer_new();
	uint64_t begin = bench_cpu();
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < references; i++)
			evbuffer_add_reference(buffer, block, 100, cleaned, NULL);
		evbuffer_drain(buffer, (size_t)references * 100);
	}
	bench_print("evbuffer_add_reference", bench_cpu() - begin, (uint64_t)rounds * references);
	if (cleanups != (uint64_t)rounds * references) bench_die("clean-up");
	evbuffer_free(buffer);
}

/* A message that goes through two buffers, as an echo makes it. */
static void
move(void)
{
	const uint64_t rounds = (uint64_t)bench_times(3000000);
	struct evbuffer *in = buffer_new(), *out = buffer_new();
	uint64_t begin = bench_cpu();
	for (uint64_t r = 0; r < rounds; r++) {
		evbuffer_add(in, block, 64);
		evbuffer_add_buffer(out, in);
		evbuffer_drain(out, 64);
	}
	bench_print("evbuffer_move_64", bench_cpu() - begin, rounds);
	evbuffer_free(in);
	evbuffer_free(out);
}

static void
readln(void)
{
	const unsigned lines = 1000, rounds = (unsigned)bench_times(1000);
	struct evbuffer *buffer = buffer_new();
	uint64_t begin = bench_cpu();
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < lines; i++)
			evbuffer_add(buffer, "Header-Name: a value of some length\r\n", 37);
		for (char *line; (line = evbuffer_readln(buffer, NULL, EVBUFFER_EOL_CRLF));)
			free(line);
	}
	bench_print("evbuffer_readln", bench_cpu() - begin, (uint64_t)rounds * lines);
	evbuffer_free(buffer);
}

static void
print(void)
{
	const unsigned texts = 100, rounds = (unsigned)bench_times(30000);
	struct evbuffer *buffer = buffer_new();
	uint64_t begin = bench_cpu();
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < texts; i++)
			evbuffer_add_printf(buffer, "%s: %u\r\n", "Content-Length", i);
		evbuffer_drain(buffer, evbuffer_get_length(buffer));
	}
	bench_print("evbuffer_printf", bench_cpu() - begin, (uint64_t)rounds * texts);
	evbuffer_free(buffer);
}

/* A pipe's worth in and out again: ns per KiB. */
static void
read_write(void)
{
	const int rounds = bench_times(100000), size = 4096;
	int fds[2];
	struct evbuffer *buffer = buffer_new();
	bench_pair(fds);
	evbuffer_add(buffer, block, (size_t)size);
	uint64_t begin = bench_cpu();
	for (int r = 0; r < rounds; r++) {
		if (evbuffer_write(buffer, fds[0]) != size) bench_die("evbuffer_write");
		if (evbuffer_read(buffer, fds[1], size) != size) bench_die("evbuffer_read");
	}
	bench_print("evbuffer_write_read_kib", bench_cpu() - begin, (uint64_t)rounds * (uint64_t)size / 1024);
	close(fds[0]);
	close(fds[1]);
	evbuffer_free(buffer);
}

int
main(int argc, char **argv)
{
	static const struct bench_case cases[] = {{"evbuffer_append_4k", append_4k},
		{"evbuffer_add_drain_64", add_drain_64}, {"evbuffer_new_free", new_free},
		{"evbuffer_add_reference", add_reference}, {"evbuffer_move_64", move}, {"evbuffer_readln", readln},
		{"evbuffer_printf", print}, {"evbuffer_write_read_kib", read_write}, {NULL, NULL}};
	memset(block, 'b', sizeof(block));
	return bench_main(argc, argv, cases);
}
