/* SPDX-License-Identifier: BSD-3-Clause */
/* Listeners, with real clients on the loopback. What must not hang runs in a child with an alarm. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop_thread.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 120 /* fewer than any backlog that a negative number chooses */

struct server {
	struct event_base *base;
	struct evconnlistener *listener;
	struct sockaddr_storage address; /* where clients connect to */
	socklen_t address_length;
	int accepted;
	int stop_at; /* leave the loop at that many */
	evutil_socket_t last;
	struct sockaddr_storage peer;
	int peer_length;
	enum { NOTHING, DISABLE, FREE, FORGET_CALLBACK } then; /* in the callback */
	bool keep;                                             /* do not close what was accepted */
};

static void
on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg)
{
	struct server *server = arg;
	assert_ptr_equal(listener, server->listener);
	server->accepted++;
	server->peer_length = length;
	memset(&server->peer, 0, sizeof(server->peer));
	memcpy(&server->peer, peer, (size_t)length < sizeof(server->peer) ? (size_t)length : sizeof(server->peer));
	if (server->keep)
		server->last = fd;
	else
		assert_int_equal(evutil_closesocket(fd), 0);
	switch (server->then) {
	case NOTHING:
		break;
	case DISABLE:
		assert_int_equal(evconnlistener_disable(listener), 0);
		break;
	case FREE:
		evconnlistener_free(listener);
		server->listener = NULL;
		break;
	case FORGET_CALLBACK:
		evconnlistener_set_cb(listener, NULL, NULL);
		break;
	}
	if (server->accepted == server->stop_at) (void)event_base_loopbreak(server->base);
}

static struct sockaddr_in
loopback(void)
{
	struct sockaddr_in address;
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void
find_address(struct server *server)
{
	server->address_length = sizeof(server->address);
	evutil_socket_t fd = evconnlistener_get_fd(server->listener);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&server->address, &server->address_length), 0);
}

static void
server_open(struct server *server, unsigned flags)
{
	struct sockaddr_in address = loopback();
	memset(server, 0, sizeof(*server));
	server->base = event_base_new();
	assert_non_null(server->base);
	server->listener = evconnlistener_new_bind(server->base, on_connection, server, flags | LEV_OPT_CLOSE_ON_FREE, -1,
		(struct sockaddr *)&address, sizeof(address));
	assert_non_null(server->listener);
	find_address(server);
}

static void
server_close(struct server *server)
{
	if (server->listener) evconnlistener_free(server->listener);
	event_base_free(server->base);
}

static evutil_socket_t
client_open(const struct server *server)
{
	evutil_socket_t fd = socket(server->address.ss_family, SOCK_STREAM, 0);
	if (fd < 0) return -1;
	if (connect(fd, (const struct sockaddr *)&server->address, server->address_length) == 0) return fd;
	int saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

/* Connects count clients and lets the loop accept as many. */
static void
serve(struct server *server, int count)
{
	evutil_socket_t clients[MANY];
	assert_true(count <= MANY);
	for (int i = 0; i < count; i++)
		assert_true((clients[i] = client_open(server)) >= 0);
	server->stop_at = server->accepted + count;
	assert_true(event_base_dispatch(server->base) >= 0);
	assert_int_equal(server->accepted, server->stop_at);
	for (int i = 0; i < count; i++)
		(void)close(clients[i]);
}

/* Runs a test apart: it may set limits, and it must end. */
static void
apart(void (*test)(void))
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		(void)alarm(30);
		(void)setenv("CMOCKA_TEST_ABORT", "1", 1); /* a failure ends the child, not only its test */
		test();
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0) fail_msg("the child ended with status %#x", (unsigned)status);
}

/* ---- Accepting --------------------------------------------------------------------------------------------------- */

static void
accepts(void **state)
{
	struct server server;
	(void)state;
	server_open(&server, LEV_OPT_REUSEABLE);
	assert_ptr_equal(evconnlistener_get_base(server.listener), server.base);
	serve(&server, 1);
	assert_int_equal(server.peer.ss_family, AF_INET);
	assert_int_equal(server.peer_length, sizeof(struct sockaddr_in));
	serve(&server, 5);
	serve(&server, MANY);
	server_close(&server);
}

static void
socket_flags(void **state)
{
	static const struct {
		unsigned flags;
		bool nonblocking, close_on_exec;
	} table[] = {
		{0, true, false},
		{LEV_OPT_LEAVE_SOCKETS_BLOCKING, false, false},
		{LEV_OPT_CLOSE_ON_EXEC, true, true},
		{LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_LEAVE_SOCKETS_BLOCKING, false, true},
	};
	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct server server;
		server_open(&server, table[i].flags);
		evutil_socket_t listening = evconnlistener_get_fd(server.listener);
		assert_true(fcntl(listening, F_GETFL) & O_NONBLOCK);
		assert_int_equal(!!(fcntl(listening, F_GETFD) & FD_CLOEXEC), table[i].close_on_exec);
		server.keep = true;
		serve(&server, 1);
		assert_int_equal(!!(fcntl(server.last, F_GETFL) & O_NONBLOCK), table[i].nonblocking);
		assert_int_equal(!!(fcntl(server.last, F_GETFD) & FD_CLOEXEC), table[i].close_on_exec);
		assert_int_equal(evutil_closesocket(server.last), 0);
		server_close(&server);
	}
}

static struct evconnlistener *
bind_one(struct event_base *base, unsigned flags, int backlog, const void *address, size_t length)
{
	return evconnlistener_new_bind(
		base, on_connection, NULL, flags | LEV_OPT_CLOSE_ON_FREE, backlog, address, (int)length);
}

static void
bind_refused(void **state)
{
	struct event_base *base = event_base_new();
	struct sockaddr_in address = loopback();
	(void)state;
	/* A socket that was just made cannot listen already. */
	assert_null(bind_one(base, 0, 0, &address, sizeof(address)));
	assert_null(evconnlistener_new_bind(base, on_connection, NULL, 0, -1, NULL, 0));
	assert_null(bind_one(base, LEV_OPT_BIND_IPV6ONLY, -1, &address, sizeof(address)));
	assert_null(bind_one(base, 0, -1, &address, 3));

	/* An address that is taken. */
	struct evconnlistener *first = bind_one(base, 0, -1, &address, sizeof(address));
	socklen_t length = sizeof(address);
	assert_non_null(first);
	assert_int_equal(getsockname(evconnlistener_get_fd(first), (struct sockaddr *)&address, &length), 0);
	assert_null(bind_one(base, LEV_OPT_REUSEABLE, -1, &address, sizeof(address)));
	evconnlistener_free(first);
	event_base_free(base);
}

static void
reuseable_port(void **state)
{
	struct event_base *base = event_base_new();
	struct sockaddr_in address = loopback();
	socklen_t length = sizeof(address);
	(void)state;
	struct evconnlistener *first = bind_one(base, LEV_OPT_REUSEABLE_PORT, -1, &address, sizeof(address));
	assert_non_null(first);
	assert_int_equal(getsockname(evconnlistener_get_fd(first), (struct sockaddr *)&address, &length), 0);
	struct evconnlistener *second = bind_one(base, LEV_OPT_REUSEABLE_PORT, -1, &address, sizeof(address));
	assert_non_null(second);
	evconnlistener_free(first);
	evconnlistener_free(second);
	event_base_free(base);
}

/* With ipv6-only the same port is free for IPv4, unless another process has taken it in between: so a few are tried. */
static void
ipv6_only(void **state)
{
	struct event_base *base = event_base_new();
	struct evconnlistener *first, *second = NULL;
	(void)state;
	for (int i = 0; !second && i < 20; i++) {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
		struct sockaddr_in v4 = {.sin_family = AF_INET};
		socklen_t length = sizeof(v6);
		first = bind_one(base, LEV_OPT_BIND_IPV6ONLY, -1, &v6, sizeof(v6));
		if (!first) skip(); /* no IPv6 here */
		assert_int_equal(getsockname(evconnlistener_get_fd(first), (struct sockaddr *)&v6, &length), 0);
		v4.sin_port = v6.sin6_port;
		second = bind_one(base, 0, -1, &v4, sizeof(v4));
		evconnlistener_free(first);
	}
	assert_non_null(second);
	evconnlistener_free(second);
	event_base_free(base);
}

/* A socket of the program's own: backlog 0 when it listens already, and it stays open unless asked otherwise. */
static void
own_socket(void **state)
{
	static const int backlogs[] = {0, -1, 5};
	(void)state;
	for (size_t i = 0; i < LENGTH(backlogs); i++) {
		struct server server;
		struct sockaddr_in address = loopback();
		memset(&server, 0, sizeof(server));
		server.base = event_base_new();
		evutil_socket_t fd = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(evutil_make_socket_nonblocking(fd), 0);
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		if (backlogs[i] == 0) assert_int_equal(listen(fd, 5), 0);
		server.listener = evconnlistener_new(server.base, on_connection, &server, 0, backlogs[i], fd);
		assert_non_null(server.listener);
		assert_int_equal(evconnlistener_get_fd(server.listener), fd);
		find_address(&server);
		serve(&server, 2);
		server_close(&server);
		assert_int_equal(evutil_closesocket(fd), 0);
	}
	struct event_base *base = event_base_new();
	assert_null(evconnlistener_new(base, on_connection, NULL, 0, -1, -1));
	event_base_free(base);
}

/* ---- Switching --------------------------------------------------------------------------------------------------- */

static void
disabled_at_first(void **state)
{
	struct server server;
	(void)state;
	server_open(&server, LEV_OPT_DISABLED);
	assert_int_equal(event_base_get_num_events(server.base, EVENT_BASE_COUNT_ADDED), 0);
	evutil_socket_t client = client_open(&server);
	assert_true(client >= 0);
	assert_int_equal(event_base_loop(server.base, EVLOOP_NONBLOCK), 1); /* nothing to wait for */
	assert_int_equal(server.accepted, 0);

	assert_int_equal(evconnlistener_enable(server.listener), 0);
	assert_int_equal(evconnlistener_enable(server.listener), 0);
	server.stop_at = 1;
	(void)event_base_dispatch(server.base);
	assert_int_equal(server.accepted, 1);
	assert_int_equal(evconnlistener_disable(server.listener), 0);
	assert_int_equal(evconnlistener_disable(server.listener), 0);
	assert_int_equal(event_base_get_num_events(server.base, EVENT_BASE_COUNT_ADDED), 0);
	(void)close(client);
	server_close(&server);
}

/* Without a callback it waits for one. */
static void
callback_later(void **state)
{
	struct server server;
	(void)state;
	server_open(&server, LEV_OPT_DISABLED);
	evconnlistener_set_cb(server.listener, NULL, NULL);
	assert_int_equal(evconnlistener_enable(server.listener), 0);
	evutil_socket_t client = client_open(&server);
	assert_true(client >= 0);
	(void)event_base_loop(server.base, EVLOOP_NONBLOCK);
	evconnlistener_set_cb(server.listener, on_connection, &server);
	server.stop_at = 1;
	(void)event_base_dispatch(server.base);
	assert_int_equal(server.accepted, 1);
	(void)close(client);
	server_close(&server);
}

/* Three wait; the first callback switches off: the other two stay in the queue. */
static void
switch_off_inside(int then)
{
	struct server server;
	evutil_socket_t clients[3];
	server_open(&server, 0);
	server.then = then;
	for (size_t i = 0; i < LENGTH(clients); i++)
		assert_true((clients[i] = client_open(&server)) >= 0);
	assert_int_equal(event_base_dispatch(server.base), 1);
	assert_int_equal(server.accepted, 1);

	server.then = NOTHING;
	server.stop_at = 3;
	if (then == FORGET_CALLBACK)
		evconnlistener_set_cb(server.listener, on_connection, &server);
	else
		assert_int_equal(evconnlistener_enable(server.listener), 0);
	(void)event_base_dispatch(server.base);
	assert_int_equal(server.accepted, 3);
	for (size_t i = 0; i < LENGTH(clients); i++)
		(void)close(clients[i]);
	server_close(&server);
}

static void
disable_inside(void **state)
{
	(void)state;
	switch_off_inside(DISABLE);
}

static void
forget_callback_inside(void **state)
{
	(void)state;
	switch_off_inside(FORGET_CALLBACK);
}

/* Freed in its callback: no more calls, the socket is closed, the loop ends. */
static void
free_inside(void **state)
{
	struct server server;
	evutil_socket_t clients[3];
	(void)state;
	server_open(&server, 0);
	server.then = FREE;
	evutil_socket_t listening = evconnlistener_get_fd(server.listener);
	for (size_t i = 0; i < LENGTH(clients); i++)
		assert_true((clients[i] = client_open(&server)) >= 0);
	assert_int_equal(event_base_dispatch(server.base), 1);
	assert_int_equal(server.accepted, 1);
	assert_int_equal(fcntl(listening, F_GETFD), -1);
	for (size_t i = 0; i < LENGTH(clients); i++)
		(void)close(clients[i]);
	server_close(&server);
}

/* Outside of the loop the socket is closed at once: the address can be taken again. */
static void
free_closes(void **state)
{
	struct server server;
	(void)state;
	server_open(&server, LEV_OPT_REUSEABLE);
	evutil_socket_t listening = evconnlistener_get_fd(server.listener);
	evconnlistener_free(server.listener);
	assert_int_equal(fcntl(listening, F_GETFD), -1);
	server.listener = bind_one(server.base, LEV_OPT_REUSEABLE, -1, &server.address, (size_t)server.address_length);
	assert_non_null(server.listener);
	server_close(&server);
}

struct other {
	struct server *server;
	struct event *event;
	bool between; /* had a turn when some were accepted, and not all */
};

static const struct timeval at_once = {0, 0};

static void
on_other(evutil_socket_t fd, short what, void *arg)
{
	struct other *other = arg;
	int accepted = other->server->accepted;
	(void)fd;
	(void)what;
	if (accepted > 0 && accepted < MANY) other->between = true;
	event_add(other->event, &at_once);
}

/* A flood of connections lets others have their turn. */
static void
bursts_are_bounded(void **state)
{
	struct server server;
	evutil_socket_t clients[MANY];
	struct other other;
	(void)state;
	server_open(&server, 0);
	memset(&other, 0, sizeof(other));
	other.server = &server;
	other.event = event_new(server.base, -1, 0, on_other, &other);
	for (int i = 0; i < MANY; i++)
		assert_true((clients[i] = client_open(&server)) >= 0);
	event_add(other.event, &at_once);
	server.stop_at = MANY;
	(void)event_base_dispatch(server.base);
	event_free(other.event);
	for (int i = 0; i < MANY; i++)
		(void)close(clients[i]);
	assert_int_equal(server.accepted, MANY);
	server_close(&server);
	assert_true(other.between);
}

/* ---- Unix sockets ------------------------------------------------------------------------------------------------ */

static char folder[] = "/tmp/mkevent-listener-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* folder/aaa..., length bytes in all. */
static struct sockaddr_un
unix_address(size_t length)
{
	struct sockaddr_un address;
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	assert_true(length <= sizeof(address.sun_path));
	memset(address.sun_path, 'a', length);
	memcpy(address.sun_path, folder, strlen(folder));
	address.sun_path[strlen(folder)] = '/';
	return address;
}

static void
unlink_address(const struct sockaddr_un *address)
{
	char path[sizeof(address->sun_path) + 1] = "";
	memcpy(path, address->sun_path, sizeof(address->sun_path));
	assert_int_equal(unlink(path), 0);
}

/* Peers with names of every awkward length, also one that fills sun_path without a final NUL. */
static void
hole_CVE_2026_63388_accept(void **state)
{
	static const size_t lengths[] = {40, 107, 108};
	struct server server;
	struct sockaddr_un own = unix_address(60);
	(void)state;
	memset(&server, 0, sizeof(server));
	server.base = event_base_new();
	server.listener = evconnlistener_new_bind(
		server.base, on_connection, &server, LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&own, sizeof(own));
	assert_non_null(server.listener);
	find_address(&server);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		struct sockaddr_un name = unix_address(lengths[i]);
		socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + lengths[i]);
		evutil_socket_t client = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(bind(client, (struct sockaddr *)&name, size), 0);
		assert_int_equal(connect(client, (struct sockaddr *)&server.address, server.address_length), 0);
		server.stop_at = server.accepted + 1;
		(void)event_base_dispatch(server.base);
		assert_int_equal(server.accepted, server.stop_at);
		assert_true((socklen_t)server.peer_length >= size);
		assert_memory_equal(((struct sockaddr_un *)&server.peer)->sun_path, name.sun_path, lengths[i]);
		(void)close(client);
		unlink_address(&name);
	}
	serve(&server, 1); /* without a name */
	assert_int_equal(server.peer.ss_family, AF_UNIX);
	server_close(&server);
	unlink_address(&own);
}

/* ---- Out of descriptors ------------------------------------------------------------------------------------------ */

static int log_lines, error_calls;

static void
count_line(int severity, const char *text)
{
	(void)severity;
	(void)text;
	log_lines++;
}

static void
count_error(struct evconnlistener *listener, void *arg)
{
	(void)listener;
	(void)arg;
	error_calls++;
}

static double
cpu_seconds(void)
{
	struct rusage usage;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run_for(struct event_base *base, int ms)
{
	struct timeval length = {0, ms * 1000};
	assert_int_equal(event_base_loopexit(base, &length), 0);
	assert_true(event_base_dispatch(base) >= 0);
}

/* A client waits, and there is no descriptor left for it. *spare: those that took them. */
static evutil_socket_t
exhaust(struct server *server, evutil_socket_t spare[64])
{
	const struct rlimit limit = {64, 64};
	int count = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* Made while there is still room for the descriptors that a base opens when it runs. */
	(void)event_base_loop(server->base, EVLOOP_NONBLOCK);
	evutil_socket_t client = client_open(server);
	assert_true(client >= 0);
	while (count < 64 && (spare[count] = dup(STDERR_FILENO)) >= 0)
		count++;
	assert_int_equal(errno, EMFILE);
	return client;
}

static void
out_of_descriptors(void)
{
	struct server server;
	evutil_socket_t spare[64];
	server_open(&server, 0);
	event_set_log_callback(count_line);
	evutil_socket_t client = exhaust(&server, spare);
	double before = cpu_seconds();
	run_for(server.base, 600);
	assert_true(cpu_seconds() - before < 0.3);
	assert_int_equal(server.accepted, 0);
	assert_int_equal(log_lines, 1);

	(void)close(spare[0]);
	server.stop_at = 1;
	(void)event_base_dispatch(server.base);
	assert_int_equal(server.accepted, 1);
	assert_int_equal(log_lines, 1);
	(void)close(client);
	server_close(&server);
}

static void
out_of_descriptors_told(void)
{
	struct server server;
	evutil_socket_t spare[64];
	server_open(&server, 0);
	event_set_log_callback(count_line);
	evconnlistener_set_error_cb(server.listener, count_error);
	evutil_socket_t client = exhaust(&server, spare);
	double before = cpu_seconds();
	run_for(server.base, 600);
	assert_true(cpu_seconds() - before < 0.3);
	assert_true(error_calls >= 1 && error_calls < 60);
	assert_int_equal(log_lines, 0);

	(void)close(spare[0]);
	server.stop_at = 1;
	(void)event_base_dispatch(server.base);
	assert_int_equal(server.accepted, 1);
	(void)close(client);
	server_close(&server);
}

static void
free_on_error(struct evconnlistener *listener, void *arg)
{
	struct server *server = arg;
	evconnlistener_free(listener);
	server->listener = NULL;
}

static void
out_of_descriptors_freed(void)
{
	struct server server;
	evutil_socket_t spare[64];
	server_open(&server, 0);
	evconnlistener_set_error_cb(server.listener, free_on_error);
	evutil_socket_t client = exhaust(&server, spare);
	assert_int_equal(event_base_dispatch(server.base), 1);
	assert_null(server.listener);
	(void)close(client);
	server_close(&server);
}

static void
hole_issue_71(void **state)
{
	(void)state;
	apart(out_of_descriptors);
}

static void
hole_issue_71_error_callback(void **state)
{
	(void)state;
	apart(out_of_descriptors_told);
}

static void
free_in_error_callback(void **state)
{
	(void)state;
	apart(out_of_descriptors_freed);
}

/* ---- Threads ----------------------------------------------------------------------------------------------------- */

static pthread_mutex_t programs_lock = PTHREAD_MUTEX_INITIALIZER;

static void
on_connection_locking(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg)
{
	struct server *server = arg;
	(void)listener;
	(void)peer;
	(void)length;
	(void)close(fd);
	(void)pthread_mutex_lock(&programs_lock);
	server->accepted++;
	(void)pthread_mutex_unlock(&programs_lock);
}

static void *
run_loop(void *arg)
{
	struct server *server = arg;
	(void)event_base_loop(server->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

/* Switches and frees while callbacks run in another thread, holding a lock that the callback wants. */
static void
other_thread(void)
{
	struct server server;
	pthread_t loop;
	assert_int_equal(evthread_use_pthreads(), 0);
	server_open(&server, LEV_OPT_THREADSAFE | LEV_OPT_REUSEABLE);
	evconnlistener_set_cb(server.listener, on_connection_locking, &server);
	loop_thread_start(server.base, &loop, run_loop, &server);
	for (int i = 0; i < 300; i++) {
		evutil_socket_t client = client_open(&server);
		assert_true(client >= 0);
		(void)pthread_mutex_lock(&programs_lock);
		assert_int_equal(evconnlistener_disable(server.listener), 0);
		(void)pthread_mutex_unlock(&programs_lock);
		(void)close(client);
		assert_int_equal(evconnlistener_enable(server.listener), 0);
	}
	for (int i = 0; i < 100; i++) {
		struct evconnlistener *old = server.listener;
		struct sockaddr_in address = loopback();
		server.listener = evconnlistener_new_bind(server.base, on_connection_locking, &server,
			LEV_OPT_THREADSAFE | LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&address, sizeof(address));
		assert_non_null(server.listener);
		evutil_socket_t client = client_open(&server);
		find_address(&server);
		(void)pthread_mutex_lock(&programs_lock);
		evconnlistener_free(old);
		(void)pthread_mutex_unlock(&programs_lock);
		if (client >= 0) (void)close(client);
	}
	assert_int_equal(event_base_loopbreak(server.base), 0);
	assert_int_equal(pthread_join(loop, NULL), 0);
	server_close(&server);
}

static void
hole_12cedc8a(void **state)
{
	(void)state;
	apart(other_thread);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(socket_flags),
		cmocka_unit_test(bind_refused),
		cmocka_unit_test(reuseable_port),
		cmocka_unit_test(ipv6_only),
		cmocka_unit_test(own_socket),
		cmocka_unit_test(disabled_at_first),
		cmocka_unit_test(callback_later),
		cmocka_unit_test(disable_inside),
		cmocka_unit_test(forget_callback_inside),
		cmocka_unit_test(free_inside),
		cmocka_unit_test(free_closes),
		cmocka_unit_test(bursts_are_bounded),
		cmocka_unit_test(hole_CVE_2026_63388_accept),
		cmocka_unit_test(hole_issue_71),
		cmocka_unit_test(hole_issue_71_error_callback),
		cmocka_unit_test(free_in_error_callback),
		cmocka_unit_test(hole_12cedc8a),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
