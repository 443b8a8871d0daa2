/* SPDX-License-Identifier: BSD-3-Clause */
/* Connecting, by address and by name. */
#include "bufferevent_fixture.h"

#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>

static struct sockaddr_in address;
static evutil_socket_t listening;

static struct sockaddr_in
loopback(void)
{
	struct sockaddr_in in;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

static int
server_open(void **state)
{
	socklen_t length = sizeof(address);
	if (base_open(state) < 0) return -1;
	address = loopback();
	listening = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listening, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listening, 8) < 0) return -1;
	return getsockname(listening, (struct sockaddr *)&address, &length);
}

static int
server_close(void **state)
{
	if (listening >= 0) (void)evutil_closesocket(listening);
	return base_close(state);
}

/* Nobody listens any more: connections are refused. */
static void
stop_listening(void)
{
	(void)evutil_closesocket(listening);
	listening = -1;
}

static void
open_unconnected(struct record *record)
{
	record_set(record, bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE));
}

static int
start(struct record *record)
{
	return bufferevent_socket_connect(record->bev, (struct sockaddr *)&address, sizeof(address));
}

static void
connects(void **state)
{
	(void)state;
	struct record record;
	char text[8];
	open_unconnected(&record);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(record.bev, "hello", 5), 0);
	assert_int_equal(start(&record), 0);
	assert_string_equal(record.order, "");
	assert_true(bufferevent_getfd(record.bev) >= 0);
	run_for_ms(50);
	assert_string_equal(record.order, "cw");
	assert_int_equal(record.what, BEV_EVENT_CONNECTED);
	record.peer = accept(listening, NULL, NULL);
	assert_true(record.peer >= 0);
	assert_int_equal(recv(record.peer, text, sizeof(text), 0), 5);
	peer_sends(&record, "back", 4);
	run_for_ms(20);
	assert_int_equal(input_length(&record), 4);
	record_close(&record);
}

static void
connects_without_a_word(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(start(&record), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "c");
	record_close(&record);
}

static void
connects_with_writing_disabled(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(bufferevent_disable(record.bev, EV_WRITE), 0);
	assert_int_equal(bufferevent_write(record.bev, "later", 5), 0);
	assert_int_equal(start(&record), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "c");
	assert_int_equal(output_length(&record), 5);
	assert_int_equal(bufferevent_enable(record.bev, EV_WRITE), 0);
	run_for_ms(20);
	assert_int_equal(output_length(&record), 0);
	record_close(&record);
}

static void
deferred_connect(void **state)
{
	(void)state;
	struct record record;
	record_set(&record, bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS));
	assert_int_equal(start(&record), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "c");
	record_close(&record);
}

static void
waits_for_somebody_elses_connect(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect(record.bev, NULL, 0), -1);
	evutil_socket_t fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(evutil_make_socket_nonblocking(fd), 0);
	(void)connect(fd, (struct sockaddr *)&address, sizeof(address));
	assert_int_equal(bufferevent_setfd(record.bev, fd), 0);
	assert_int_equal(bufferevent_socket_connect(record.bev, NULL, 0), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "c");
	record_close(&record);
}

static void
refused(void **state)
{
	(void)state;
	struct record record;
	stop_listening();
	open_unconnected(&record);
	assert_int_equal(bufferevent_enable(record.bev, EV_READ), 0);
	assert_int_equal(bufferevent_write(record.bev, "x", 1), 0);
	assert_int_equal(start(&record), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "e");
	assert_int_equal(record.what, BEV_EVENT_ERROR);
	assert_int_equal(record.error, ECONNREFUSED);
	record_close(&record);
}

/* A Unix socket refuses within connect(2): that too is told by the callback, from the loop. */
static void
refused_at_once(void **state)
{
	(void)state;
	struct record record;
	struct sockaddr_un local;
	char folder[] = "/tmp/mkevent-test-XXXXXX";
	assert_non_null(mkdtemp(folder));
	memset(&local, 0, sizeof(local));
	local.sun_family = AF_UNIX;
	(void)snprintf(local.sun_path, sizeof(local.sun_path), "%s/socket", folder);
	evutil_socket_t fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	(void)evutil_closesocket(fd);
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect(record.bev, (struct sockaddr *)&local, sizeof(local)), 0);
	assert_int_equal(record.events, 0);
	run_for_ms(20);
	assert_int_equal(record.what, BEV_EVENT_ERROR);
	assert_int_equal(record.error, ECONNREFUSED);
	record_close(&record);
	/* What cannot even begin is the call's failure. */
	(void)unlink(local.sun_path);
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect(record.bev, (struct sockaddr *)&local, sizeof(local)), -1);
	assert_int_equal(bufferevent_getfd(record.bev), -1);
	run_for_ms(10);
	assert_int_equal(record.events, 0);
	record_close(&record);
	(void)rmdir(folder);
}

/* Full queue: the connect hangs, and the time for writing ends it. */
static void
timeout_while_connecting(void **state)
{
	(void)state;
	struct record record, others[4];
	struct timeval tv = {0, 50000};
	assert_int_equal(listen(listening, 0), 0);
	for (size_t i = 0; i < LENGTH(others); i++) {
		open_unconnected(&others[i]);
		assert_int_equal(start(&others[i]), 0);
	}
	run_for_ms(20);
	open_unconnected(&record);
	assert_int_equal(bufferevent_set_timeouts(record.bev, NULL, &tv), 0);
	assert_int_equal(start(&record), 0);
	run_for_ms(120);
	assert_true(record.events >= 1);
	assert_int_equal(record.what, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING);
	record_close(&record);
	for (size_t i = 0; i < LENGTH(others); i++)
		record_close(&others[i]);
}

static void
free_while_connecting(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(start(&record), 0);
	bufferevent_free(record.bev);
	run_for_ms(20);
	assert_int_equal(record.events, 0);
	open_unconnected(&record);
	record.free_in[2] = true;
	assert_int_equal(start(&record), 0);
	run_for_ms(20);
	assert_int_equal(record.events, 1);
	assert_null(record.bev);
}

static void
by_numeric_name(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(
		bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", ntohs(address.sin_port)), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "c");
	assert_int_equal(bufferevent_socket_get_dns_error(record.bev), 0);
	record_close(&record);
}

static void
by_name_that_does_not_exist(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET6, "127.0.0.1", 80), 0);
	run_for_ms(10);
	assert_int_equal(record.events, 1);
	assert_int_equal(record.what, BEV_EVENT_ERROR);
	assert_int_not_equal(bufferevent_socket_get_dns_error(record.bev), 0);
	/* A second try on the same one works. */
	assert_int_equal(
		bufferevent_socket_connect_hostname(record.bev, NULL, AF_UNSPEC, "127.0.0.1", ntohs(address.sin_port)), 0);
	run_for_ms(50);
	assert_string_equal(record.order, "ec");
	record_close(&record);
}

static void
names_that_cannot_be_asked_for(void **state)
{
	(void)state;
	struct record record;
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect_hostname(record.bev, NULL, AF_UNIX, "127.0.0.1", 80), -1);
	assert_int_equal(bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", 0), -1);
	assert_int_equal(bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", 65536), -1);
	assert_int_equal(bufferevent_socket_connect_hostname(record.bev, NULL, AF_INET, "127.0.0.1", -1), -1);
	run_for_ms(10);
	assert_int_equal(record.events, 0);
	record_close(&record);
}

static size_t
open_descriptors(void)
{
	size_t count = 0;
	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1) count++;
	return count;
}

static void
refused_connects_leak_nothing(void **state)
{
	(void)state;
	stop_listening();
	size_t before = open_descriptors();
	for (int i = 0; i < 300; i++) {
		struct record record;
		open_unconnected(&record);
		record.stop = true;
		assert_int_equal(start(&record), 0);
		(void)event_base_dispatch(base);
		assert_int_equal(record.what, BEV_EVENT_ERROR);
		record_close(&record);
	}
	turns();
	assert_int_equal(open_descriptors(), before);
}

/* A Unix client may be bound to a name that fills its address: nothing of it may be lost or overrun. */
static void
hole_CVE_2026_63388_connect(void **state)
{
	(void)state;
	struct record record;
	struct sockaddr_un local;
	char folder[] = "/tmp/mkevent-test-XXXXXX", name[200];
	assert_non_null(mkdtemp(folder));
	memset(&local, 0, sizeof(local));
	local.sun_family = AF_UNIX;
	memset(name, 'n', sizeof(name));
	(void)memcpy(name, folder, strlen(folder));
	name[strlen(folder)] = '/';
	memcpy(local.sun_path, name, sizeof(local.sun_path)); /* without a final NUL */
	evutil_socket_t fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	assert_int_equal(listen(fd, 4), 0);
	open_unconnected(&record);
	assert_int_equal(bufferevent_socket_connect(record.bev, (struct sockaddr *)&local, sizeof(local)), 0);
	run_for_ms(20);
	assert_int_equal(record.what, BEV_EVENT_CONNECTED);
	record_close(&record);
	(void)evutil_closesocket(fd);
	name[sizeof(local.sun_path)] = '\0';
	(void)unlink(name);
	(void)rmdir(folder);
}

#define server_test(name) cmocka_unit_test_setup_teardown(name, server_open, server_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		server_test(connects),
		server_test(connects_without_a_word),
		server_test(connects_with_writing_disabled),
		server_test(deferred_connect),
		server_test(waits_for_somebody_elses_connect),
		server_test(refused),
		server_test(refused_at_once),
		server_test(timeout_while_connecting),
		server_test(free_while_connecting),
		server_test(by_numeric_name),
		server_test(by_name_that_does_not_exist),
		server_test(names_that_cannot_be_asked_for),
		server_test(refused_connects_leak_nothing),
		server_test(hole_CVE_2026_63388_connect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
