/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS bufferevents that several threads use while a loop runs them: nothing is lost, and nobody waits for ever. */
#include "loop_thread.h"
#include "ssl_fixture.h"

#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>

#define THREADS 3
#define MESSAGES 200

static atomic_size_t echoed;
static struct bufferevent *ends[2];

static void
echo_back(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

static void
count_back(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	(void)arg;
	atomic_fetch_add(&echoed, evbuffer_get_length(input));
	evbuffer_drain(input, evbuffer_get_length(input));
	if (atomic_load(&echoed) == (size_t)THREADS * MESSAGES * 100) event_base_loopbreak(base);
}

static void *
write_messages(void *arg)
{
	static const char message[100];
	(void)arg;
	for (int i = 0; i < MESSAGES; i++) {
		bufferevent_write(ends[1], message, sizeof(message));
		if (i % 16 == 0) {
			bufferevent_disable(ends[1], EV_READ);
			bufferevent_enable(ends[1], EV_READ | EV_WRITE);
		}
		(void)bufferevent_get_openssl_error(ends[1]);
		(void)bufferevent_ssl_get_flags(ends[i & 1]);
	}
	return NULL;
}

static struct bufferevent *
make_end(evutil_socket_t fd, bool accepting, bool filter)
{
	enum { OPTIONS = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_THREADSAFE };
	SSL *ssl = SSL_new(accepting ? server_context : client_context);
	enum bufferevent_ssl_state state = accepting ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING;
	struct bufferevent *bev =
		filter ? bufferevent_openssl_filter_new(base, bufferevent_socket_new(base, fd, OPTIONS), ssl, state, OPTIONS)
			   : bufferevent_openssl_socket_new(base, fd, ssl, state, OPTIONS);
	assert_non_null(bev);
	return bev;
}

static void
writers(void **state)
{
	(void)state;
	for (int filter = 0; filter < 2; filter++) {
		evutil_socket_t fds[2];
		pthread_t threads[THREADS];
		open_pair(fds);
		atomic_store(&echoed, 0);
		for (int i = 0; i < 2; i++) {
			ends[i] = make_end(fds[i], i == 0, filter);
			bufferevent_setcb(ends[i], i ? count_back : echo_back, NULL, NULL, NULL);
			bufferevent_enable(ends[i], EV_READ | EV_WRITE);
		}
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, write_messages, NULL), 0);
		run();
		assert_int_equal(atomic_load(&echoed), THREADS * MESSAGES * 100);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		bufferevent_free(ends[0]);
		bufferevent_free(ends[1]);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

static void *
run_loop(void *arg)
{
	(void)arg;
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

/* Freed from another thread at any moment: in the handshake, and while bytes move. */
static void
freed_from_outside(void **state)
{
	pthread_t loop;
	(void)state;
	loop_thread_start(base, &loop, run_loop, NULL);
	for (int round = 0; round < 60; round++) {
		evutil_socket_t fds[2];
		open_pair(fds);
		for (int i = 0; i < 2; i++) {
			ends[i] = make_end(fds[i], i == 0, round & 1);
			bufferevent_setcb(ends[i], echo_back, NULL, NULL, NULL);
			bufferevent_write(ends[i], "x", 1);
			bufferevent_enable(ends[i], EV_READ | EV_WRITE);
		}
		for (int i = 0; i < round * 20; i++)
			sched_yield();
		bufferevent_free(ends[round & 1]);
		bufferevent_free(ends[!(round & 1)]);
	}
	event_base_loopbreak(base);
	pthread_join(loop, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writers, setup, teardown),
		cmocka_unit_test_setup_teardown(freed_from_outside, setup, teardown),
	};
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(evthread_use_pthreads(), 0);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
