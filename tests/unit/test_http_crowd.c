/* SPDX-License-Identifier: BSD-3-Clause */
/* Many connections that do nothing, and one that wants too much: what the HTTP server keeps in memory stays bounded,
 * and comes back. Memory is counted where the library asks for it. */
#include "http_fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define REQUEST "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/* ---- Memory ---- */

static size_t in_use;

union block {
	size_t size;
	max_align_t align;
};

static void *
counted_alloc(size_t size)
{
	union block *block = malloc(sizeof(*block) + size);
	if (!block) return NULL;
	block->size = size;
	in_use += size;
	return block + 1;
}

static void
counted_free(void *memory)
{
	if (!memory) return;
	union block *block = (union block *)memory - 1;
	in_use -= block->size;
	free(block);
}

static void *
counted_realloc(void *memory, size_t size)
{
	if (!memory) return counted_alloc(size);
	union block *block = (union block *)memory - 1;
	const size_t before = block->size;
	block = realloc(block, sizeof(*block) + size);
	if (!block) return NULL;
	block->size = size;
	in_use += size - before;
	return block + 1;
}

/* ---- Idle connections ---- */

struct crowd {
	struct fixture f;
	unsigned wanted;
};

static void
answer_one_of_many(struct evhttp_request *req, void *arg)
{
	struct crowd *crowd = arg;
	fixture_answer(req, &crowd->f);
	crowd->f.seen[0] = '\0';
	if (crowd->f.requests == crowd->wanted) event_base_loopbreak(crowd->f.base);
}

/* So many descriptors, and a few. Returns false when the system does not give them. */
static bool
may_open(unsigned count)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return false;
	if (limit.rlim_cur >= count + 100) return true;
	limit.rlim_cur = count + 100;
	if (limit.rlim_max < limit.rlim_cur) return false;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* From one of eight addresses, where the system has them: so many ports of one would be missed elsewhere. */
static int
connect_one(const struct fixture *f, unsigned number)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(f->port);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number % 8);
	if (fd < 0) _exit(2);
	(void)!bind(fd, (struct sockaddr *)&from, sizeof(from));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) _exit(3);
	return fd;
}

/* The other process: asks once on each connection, takes the answers, and stays until the pipe ends. */
static void
be_the_crowd(const struct fixture *f, unsigned count, int until)
{
	static int fds[10000];
	char byte, answer[512];
	for (unsigned i = 0; i < count; i++) {
		fds[i] = connect_one(f, i);
		if (send(fds[i], REQUEST, strlen(REQUEST), MSG_NOSIGNAL) < 0) _exit(1);
	}
	for (unsigned i = 0; i < count; i++) {
		struct pollfd ready = {fds[i], POLLIN, 0};
		if (poll(&ready, 1, 20000) != 1 || recv(fds[i], answer, sizeof(answer), 0) < 50) _exit(1);
	}
	_exit(read(until, &byte, 1) == 0 ? 0 : 1);
}

static void
run_until_broken(struct fixture *f)
{
	const struct timeval limit = {30, 0};
	assert_int_equal(event_base_loopexit(f->base, &limit), 0);
	(void)event_base_dispatch(f->base);
	assert_true(event_base_got_break(f->base));
}

static void
idle_connections(void **state)
{
	struct crowd crowd;
	int until[2], status;
	(void)state;
	memset(&crowd, 0, sizeof(crowd));
	fixture_begin(&crowd.f);
	/* The others look at every descriptor in every turn. */
	crowd.wanted = strcmp(event_base_get_method(crowd.f.base), "epoll") == 0 ? 10000 : 500;
	if (!may_open(crowd.wanted)) {
		print_message("no %u descriptors here\n", crowd.wanted);
		fixture_end(&crowd.f);
		skip();
	}
	evhttp_set_gencb(crowd.f.http, answer_one_of_many, &crowd);
	fixture_ask(&crowd.f, REQUEST); /* what is made once is made now */
	crowd.f.requests = 0;
	const size_t before = in_use;
	assert_int_equal(pipe(until), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(until[1]);
		be_the_crowd(&crowd.f, crowd.wanted, until[0]);
	}
	close(until[0]);
	run_until_broken(&crowd.f);
	fixture_run_ms(&crowd.f, 50);
	assert_int_equal(evhttp_get_connection_count(crowd.f.http), crowd.wanted);
	print_message("%u idle connections: %zu bytes each\n", crowd.wanted, (in_use - before) / crowd.wanted);
	assert_true(in_use - before < (size_t)crowd.wanted * 4096);
	close(until[1]);
	for (int i = 0; i < 1000 && evhttp_get_connection_count(crowd.f.http); i++)
		fixture_run_ms(&crowd.f, 10);
	assert_int_equal(evhttp_get_connection_count(crowd.f.http), 0);
	print_message("afterwards: %zu bytes more than before the first\n", in_use > before ? in_use - before : 0);
	assert_true(in_use < before + (size_t)crowd.wanted * 300); /* the loop keeps its table of descriptors */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* And it goes on. */
	fixture_ask(&crowd.f, REQUEST);
	assert_int_equal(fixture_status(&crowd.f), 200);
	fixture_end(&crowd.f);
}

/* ---- Asks and asks, and does not read ---- */

static void
answer_much(struct evhttp_request *req, void *arg)
{
	static char block[4000];
	struct fixture *f = arg;
	struct evbuffer *body = evbuffer_new();
	f->requests++;
	evbuffer_add(body, block, sizeof(block));
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

static void
never_reads(void **state)
{
	enum { MOST = 200000 };
	static const char request[] = REQUEST;
	static const int small = 20000;
	struct fixture f;
	size_t most = 0, sent = 0, got = 0;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_much, &f);
	fixture_ask(&f, REQUEST);
	const size_t before = in_use, answer = f.answer_len; /* all have one length */
	f.requests = 0;
	const int fd = fixture_connect(&f);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	for (int idle = 0; idle < 200 && sent < MOST * strlen(REQUEST);) {
		const size_t at = sent % strlen(REQUEST);
		const ssize_t n = send(fd, &request[at], sizeof(request) - 1 - at, MSG_NOSIGNAL);
		idle = n > 0 ? 0 : idle + 1;
		if (n > 0) sent += (size_t)n;
		if (n <= 0 || sent % 500 == 0) fixture_pump(&f);
		if (in_use - before > most) most = in_use - before;
	}
	print_message("%u answers for one that reads none: %zu bytes in memory\n", f.requests, most);
	assert_true(sent < MOST * strlen(REQUEST));
	assert_true(most < 1000000);
	/* It takes them after all: each is there. */
	const unsigned whole = (unsigned)(sent / strlen(REQUEST));
	for (int idle = 0; idle < 20000 && got < whole * answer; idle++) {
		struct pollfd ready = {fd, POLLIN, 0};
		const ssize_t n = recv(fd, f.answer, ANSWER_MAX - 1, 0);
		if (n > 0) got += (size_t)n, idle = 0;
		fixture_pump(&f);
		if (n < 0) (void)poll(&ready, 1, 1); /* the kernel's turn: it may wait for an acknowledgement */
	}
	assert_int_equal(f.requests, whole);
	assert_int_equal(got, whole * answer);
	close(fd);
	fixture_end(&f);
}

/* ---- A thousand requests in one piece ---- */

static void
pipelined_with_bodies(void **state)
{
	enum { COUNT = 1000 };
	struct fixture f;
	(void)state;
	fixture_begin(&f);
	evhttp_set_gencb(f.http, answer_much, &f);
	struct evbuffer *requests = evbuffer_new();
	for (int i = 0; i < COUNT / 2; i++) {
		evbuffer_add_printf(
			requests, "POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\nGET / HTTP/1.1\r\n", i);
		evbuffer_add_printf(requests,
			"PUT /%d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\nX: y\r\n\r\n", i);
	}
	fixture_ask_bytes(&f, (char *)evbuffer_pullup(requests, -1), evbuffer_get_length(requests));
	assert_int_equal(f.requests, COUNT);
	evbuffer_free(requests);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_connections),
		cmocka_unit_test(never_reads),
		cmocka_unit_test(pipelined_with_bodies),
	};
	event_set_mem_functions(counted_alloc, counted_realloc, counted_free);
	return cmocka_run_group_tests_name("http crowd", tests, NULL, NULL);
}
