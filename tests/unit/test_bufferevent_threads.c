/* SPDX-License-Identifier: BSD-3-Clause */
/* Bufferevents that several threads use while the loop runs in one of its own: no deadlock, nothing lost, nothing used
 * after it is gone. What might hang runs in a child with an alarm. */
#include "bufferevent_fixture.h"
#include "loop_thread.h"
#include "unseen.h"

#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

/* The program's own lock: taken in callbacks, and held around calls from outside. A library that holds a lock of its
 * own into the callback, or waits for it to end, deadlocks here. */
static pthread_mutex_t programs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t loop_thread;

static void *
run_loop(void *arg)
{
	(void)arg;
	(void)event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static void
loop_start(void)
{
	base = event_base_new();
	assert_non_null(base);
	loop_thread_start(base, &loop_thread, run_loop, NULL);
}

static void
loop_stop(void)
{
	assert_int_equal(event_base_loopbreak(base), 0);
	assert_int_equal(pthread_join(loop_thread, NULL), 0);
	turns();
	event_base_free(base);
}

/* In a child, so that a deadlock ends with its alarm. */
static void
apart(void (*test)(void))
{
	int status;
	(void)fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(40);
		test();
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
die_unless(bool fine)
{
	if (!fine) _exit(3);
}

static void
socket_pair(evutil_socket_t fds[2])
{
	die_unless(unseen_pair(fds) == 0);
}

struct shared {
	struct bufferevent *bev;
	evutil_socket_t peer;
	atomic_int called;
};

static void
lock_and_echo(struct bufferevent *bev, void *arg)
{
	struct shared *shared = arg;
	(void)pthread_mutex_lock(&programs_lock);
	shared->called++;
	die_unless(bufferevent_write_buffer(bev, bufferevent_get_input(bev)) == 0);
	(void)pthread_mutex_unlock(&programs_lock);
}

static void
lock_and_count(struct bufferevent *bev, void *arg)
{
	(void)bev;
	(void)pthread_mutex_lock(&programs_lock);
	((struct shared *)arg)->called++;
	(void)pthread_mutex_unlock(&programs_lock);
}

static void
lock_and_event(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	lock_and_count(bev, arg);
}

static void
shared_open(struct shared *shared, int options)
{
	evutil_socket_t fds[2];
	socket_pair(fds);
	shared->called = 0;
	shared->peer = fds[1];
	shared->bev = bufferevent_socket_new(base, fds[0], options | BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
	die_unless(shared->bev != NULL);
	bufferevent_setcb(shared->bev, lock_and_echo, lock_and_count, lock_and_event, shared);
	die_unless(bufferevent_enable(shared->bev, EV_READ) == 0);
}

static void
peer_plays(struct shared *shared)
{
	char text[256];
	(void)send(shared->peer, "ping", 4, MSG_NOSIGNAL);
	while (recv(shared->peer, text, sizeof(text), 0) > 0)
		;
}

/* Each call while the program's lock is held, against a loop whose callbacks want it. */
static void
calls_under_the_programs_lock(int options)
{
	struct shared shared;
	loop_start();
	shared_open(&shared, options);
	for (int i = 0; i < 2000; i++) {
		peer_plays(&shared);
		(void)pthread_mutex_lock(&programs_lock);
		switch (i % 8) {
		case 0:
			(void)bufferevent_write(shared.bev, "x", 1);
			break;
		case 1:
			(void)bufferevent_disable(shared.bev, EV_READ | EV_WRITE);
			break;
		case 2:
			(void)bufferevent_enable(shared.bev, EV_READ | EV_WRITE);
			break;
		case 3:
			bufferevent_setcb(shared.bev, lock_and_echo, lock_and_count, lock_and_event, &shared);
			break;
		case 4:
			bufferevent_setwatermark(shared.bev, EV_READ, 0, (size_t)(i % 3) * 10);
			break;
		case 5:
			bufferevent_trigger(shared.bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
			break;
		case 6:
			bufferevent_lock(shared.bev);
			(void)bufferevent_write(shared.bev, "y", 1);
			bufferevent_unlock(shared.bev);
			break;
		case 7:
			(void)bufferevent_flush(shared.bev, EV_WRITE, BEV_FLUSH);
			break;
		}
		(void)pthread_mutex_unlock(&programs_lock);
		if (i % 16 == 0) (void)usleep(200); /* the loop's turn */
	}
	bufferevent_setwatermark(shared.bev, EV_READ, 0, 0);
	(void)bufferevent_enable(shared.bev, EV_READ | EV_WRITE);
	while (!shared.called) {
		peer_plays(&shared);
		(void)usleep(1000);
	}
	(void)pthread_mutex_lock(&programs_lock);
	bufferevent_free(shared.bev);
	(void)pthread_mutex_unlock(&programs_lock);
	loop_stop();
	unseen_close(shared.peer);
}

static void
under_the_lock(void)
{
	calls_under_the_programs_lock(0);
	calls_under_the_programs_lock(BEV_OPT_DEFER_CALLBACKS);
	calls_under_the_programs_lock(BEV_OPT_DEFER_CALLBACKS | BEV_OPT_UNLOCK_CALLBACKS);
}

static void
hole_issue_104(void **state)
{
	(void)state;
	apart(under_the_lock);
}

static void
free_against_callbacks(void)
{
	loop_start();
	for (int i = 0; i < 1500; i++) {
		struct shared shared;
		shared_open(&shared, i % 2 ? BEV_OPT_DEFER_CALLBACKS : 0);
		peer_plays(&shared);
		(void)pthread_mutex_lock(&programs_lock);
		(void)bufferevent_write(shared.bev, "bye", 3);
		bufferevent_free(shared.bev);
		(void)pthread_mutex_unlock(&programs_lock);
		/* A callback that began before may still use shared: it is done when the socket has been closed. */
		char text[64];
		ssize_t n;
		while ((n = recv(shared.peer, text, sizeof(text), 0)) > 0 || (n < 0 && errno == EAGAIN))
			;
		unseen_close(shared.peer);
	}
	loop_stop();
}

static void
hole_issue_200(void **state)
{
	(void)state;
	apart(free_against_callbacks);
}

static void
come_round(evutil_socket_t fd, short what, void *round)
{
	(void)fd, (void)what;
	*(atomic_int *)round = 1;
}

static void
pairs_and_filters(void)
{
	loop_start();
	for (int i = 0; i < 500; i++) {
		struct bufferevent *pair[2];
		struct shared near = {NULL, -1, 0}, far = {NULL, -1, 0};
		die_unless(bufferevent_pair_new(base, BEV_OPT_THREADSAFE, pair) == 0);
		struct bufferevent *filter = bufferevent_filter_new(
			pair[0], NULL, NULL, BEV_OPT_CLOSE_ON_FREE | (i % 2 ? BEV_OPT_DEFER_CALLBACKS : 0), NULL, NULL);
		die_unless(filter != NULL);
		bufferevent_setcb(filter, lock_and_count, lock_and_count, lock_and_event, &near);
		bufferevent_setcb(pair[1], lock_and_echo, lock_and_count, lock_and_event, &far);
		(void)pthread_mutex_lock(&programs_lock);
		die_unless(bufferevent_enable(filter, EV_READ) == 0);
		die_unless(bufferevent_enable(pair[1], EV_READ) == 0);
		die_unless(bufferevent_write(filter, "hello", 5) == 0);
		(void)bufferevent_flush(filter, EV_READ | EV_WRITE, BEV_NORMAL);
		(void)pthread_mutex_unlock(&programs_lock);
		while (evbuffer_get_length(bufferevent_get_input(filter)) < 5)
			(void)sched_yield();
		(void)pthread_mutex_lock(&programs_lock);
		bufferevent_setcb(filter, NULL, NULL, NULL, NULL);
		bufferevent_setcb(pair[1], NULL, NULL, NULL, NULL);
		bufferevent_free(filter);
		bufferevent_free(pair[1]);
		(void)pthread_mutex_unlock(&programs_lock);
		/* Callbacks that had begun are over when the loop has come round. */
		struct timeval tv = {0, 0};
		atomic_int round = 0;
		(void)event_base_once(base, -1, EV_TIMEOUT, come_round, &round, &tv);
		while (!round)
			(void)sched_yield();
	}
	loop_stop();
}

static void
hole_issue_512(void **state)
{
	(void)state;
	apart(pairs_and_filters);
}

/* ---- Every byte arrives ---- */

enum { WRITERS = 3, PIECES = 4000 };

static void *
write_pieces(void *arg)
{
	for (int i = 0; i < PIECES; i++)
		die_unless(bufferevent_write(arg, "0123456789", 10) == 0);
	return NULL;
}

static void
several_writers(void)
{
	pthread_t writers[WRITERS];
	struct shared shared;
	char text[4096];
	size_t got = 0;
	loop_start();
	shared_open(&shared, 0);
	for (int i = 0; i < WRITERS; i++)
		die_unless(pthread_create(&writers[i], NULL, write_pieces, shared.bev) == 0);
	while (got < WRITERS * PIECES * 10) {
		ssize_t n = recv(shared.peer, text, sizeof(text), 0);
		if (n > 0) got += (size_t)n;
	}
	for (int i = 0; i < WRITERS; i++)
		(void)pthread_join(writers[i], NULL);
	die_unless(got == WRITERS * PIECES * 10);
	bufferevent_free(shared.bev);
	loop_stop();
	unseen_close(shared.peer);
}

static void
writers_in_other_threads(void **state)
{
	(void)state;
	apart(several_writers);
}

/* ---- A group of rates over all of it ---- */

static void
limited(void)
{
	struct timeval tick = {0, 2000};
	struct shared shared[4];
	loop_start();
	struct ev_token_bucket_cfg *cfg = ev_token_bucket_cfg_new(200, 200, 200, 200, &tick);
	struct bufferevent_rate_limit_group *group = bufferevent_rate_limit_group_new(base, cfg);
	for (size_t i = 0; i < LENGTH(shared); i++) {
		shared_open(&shared[i], 0);
		die_unless(bufferevent_add_to_rate_limit_group(shared[i].bev, group) == 0);
		if (i % 2) die_unless(bufferevent_set_rate_limit(shared[i].bev, cfg) == 0);
	}
	for (int i = 0; i < 1000; i++) {
		struct shared *one = &shared[i % 4];
		peer_plays(one);
		(void)pthread_mutex_lock(&programs_lock);
		if (i % 50 == 7) (void)bufferevent_remove_from_rate_limit_group(one->bev);
		if (i % 50 == 11) (void)bufferevent_add_to_rate_limit_group(one->bev, group);
		if (i % 50 == 13) (void)bufferevent_rate_limit_group_set_cfg(group, cfg);
		if (i % 50 == 17) (void)bufferevent_rate_limit_group_decrement_write(group, 100);
		if (i % 50 == 19) (void)bufferevent_write(one->bev, "some more bytes", 15);
		(void)pthread_mutex_unlock(&programs_lock);
		if (i % 20 == 0) (void)usleep(500);
	}
	for (size_t i = 0; i < LENGTH(shared); i++) {
		(void)bufferevent_remove_from_rate_limit_group(shared[i].bev);
		bufferevent_free(shared[i].bev);
	}
	bufferevent_rate_limit_group_free(group);
	loop_stop();
	ev_token_bucket_cfg_free(cfg);
	for (size_t i = 0; i < LENGTH(shared); i++)
		unseen_close(shared[i].peer);
}

static void
rates_in_other_threads(void **state)
{
	(void)state;
	apart(limited);
}

/* ---- No lock is held: another thread gets it while the callback waits for that thread ---- */

struct handshake {
	struct bufferevent *bev;
	atomic_int inside, done;
};

static void *
use_it_meanwhile(void *arg)
{
	struct handshake *handshake = arg;
	while (!handshake->inside)
		(void)sched_yield();
	(void)bufferevent_write(handshake->bev, "x", 1);
	(void)bufferevent_disable(handshake->bev, EV_READ);
	bufferevent_setcb(handshake->bev, NULL, NULL, NULL, NULL);
	handshake->done = 1;
	return NULL;
}

static void
wait_for_the_other(struct bufferevent *bev, void *arg)
{
	struct handshake *handshake = arg;
	(void)bev;
	handshake->inside = 1;
	while (!handshake->done)
		(void)sched_yield();
}

static void
callback_waits(void)
{
	struct handshake handshake = {NULL, 0, 0};
	struct shared shared;
	pthread_t other;
	loop_start();
	shared_open(&shared, 0);
	handshake.bev = shared.bev;
	bufferevent_setcb(shared.bev, wait_for_the_other, NULL, NULL, &handshake);
	die_unless(pthread_create(&other, NULL, use_it_meanwhile, &handshake) == 0);
	(void)send(shared.peer, "go", 2, MSG_NOSIGNAL);
	(void)pthread_join(other, NULL);
	bufferevent_free(shared.bev);
	loop_stop();
	unseen_close(shared.peer);
}

static void
hole_issue_1311(void **state)
{
	(void)state;
	apart(callback_waits);
}

/* ---- Callbacks on the buffers are callbacks, too ---- */

static atomic_int bytes_in, bytes_out;

static void
watch_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)arg;
	if (!info->n_added) return; /* not a read */
	(void)pthread_mutex_lock(&programs_lock);
	bytes_in += (int)info->n_added;
	(void)pthread_mutex_unlock(&programs_lock);
}

static void
watch_output(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	(void)buffer, (void)arg;
	if (!info->n_deleted) return; /* not a write */
	(void)pthread_mutex_lock(&programs_lock);
	bytes_out += (int)info->n_deleted;
	(void)pthread_mutex_unlock(&programs_lock);
}

static void
buffers_watched(void)
{
	enum { MESSAGES = 500 };
	struct shared shared;
	char text[256];
	int got = 0;
	loop_start();
	shared_open(&shared, 0);
	die_unless(evbuffer_add_cb(bufferevent_get_input(shared.bev), watch_input, NULL) != NULL);
	die_unless(evbuffer_add_cb(bufferevent_get_output(shared.bev), watch_output, NULL) != NULL);
	for (int i = 0; i < MESSAGES; i++) {
		die_unless(send(shared.peer, "ping", 4, MSG_NOSIGNAL) == 4);
		(void)pthread_mutex_lock(&programs_lock);
		die_unless(bufferevent_write(shared.bev, "news", 4) == 0);
		(void)pthread_mutex_unlock(&programs_lock);
		while (got < (i + 1) * 8) {
			ssize_t n = recv(shared.peer, text, sizeof(text), 0);
			if (n > 0) got += (int)n;
		}
	}
	while (bytes_in < MESSAGES * 4 || bytes_out < MESSAGES * 8)
		(void)sched_yield();
	die_unless(bytes_in == MESSAGES * 4 && bytes_out == MESSAGES * 8);
	bufferevent_free(shared.bev);
	loop_stop();
	unseen_close(shared.peer);
}

static void
callbacks_on_its_buffers(void **state)
{
	(void)state;
	apart(buffers_watched);
}

/* ---- Pairs: both sides in other threads than the loop's ---- */

static void *
lock_and_unlock(void *bev)
{
	bufferevent_lock(bev);
	bufferevent_unlock(bev);
	return NULL;
}

/* Hangs where the library holds its lock into the callback. */
static void
others_may_use_it(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *bev)
{
	pthread_t other;
	(void)buffer, (void)info;
	die_unless(pthread_create(&other, NULL, lock_and_unlock, bev) == 0);
	(void)pthread_join(other, NULL);
}

/* Where the program watches neither buffer, no lock is in the way of moving at once. */
static void
pair_in_one_thread(void)
{
	struct bufferevent *pair[2];
	base = event_base_new();
	die_unless(bufferevent_pair_new(base, BEV_OPT_THREADSAFE, pair) == 0);
	struct evbuffer *from = bufferevent_get_output(pair[0]), *to = bufferevent_get_input(pair[1]);
	bufferevent_setwatermark(pair[1], EV_READ, 0, 8);
	(void)bufferevent_enable(pair[1], EV_READ);
	die_unless(bufferevent_write(pair[0], "0123456789", 10) == 0);
	die_unless(evbuffer_get_length(to) == 8 && evbuffer_get_length(from) == 2);
	die_unless(evbuffer_drain(to, 8) == 0 && evbuffer_get_length(to) == 2 && evbuffer_get_length(from) == 0);
	for (int watched = 0; watched < 2; watched++) {
		struct evbuffer *buffer = watched ? to : from;
		struct evbuffer_cb_entry *entry = evbuffer_add_cb(buffer, others_may_use_it, pair[0]);
		die_unless(entry != NULL && bufferevent_write(pair[0], "abc", 3) == 0);
		turns();
		die_unless(evbuffer_get_length(to) == 5 && evbuffer_get_length(from) == 0);
		die_unless(evbuffer_drain(to, 3) == 0 && evbuffer_remove_cb_entry(buffer, entry) == 0);
	}
	bufferevent_free(pair[0]);
	bufferevent_free(pair[1]);
	turns();
	event_base_free(base);
}

enum { PAIR_BYTES = 200000 };
static atomic_int pair_got[2];

static unsigned char
pair_byte(int at)
{
	return (unsigned char)(at * 7 + at / 251);
}

static void
pair_takes(struct bufferevent *bev, void *arg)
{
	atomic_int *got = arg;
	unsigned char bytes[300];
	size_t n;
	while ((n = bufferevent_read(bev, bytes, sizeof(bytes))) > 0) {
		for (size_t i = 0; i < n; i++)
			die_unless(bytes[i] == pair_byte(*got + (int)i));
		*got += (int)n;
	}
}

static void *
pair_gives(void *bev)
{
	unsigned char bytes[97];
	for (int at = 0, n; at < PAIR_BYTES; at += n) {
		n = 1 + at % 97 < PAIR_BYTES - at ? 1 + at % 97 : PAIR_BYTES - at;
		for (int i = 0; i < n; i++)
			bytes[i] = pair_byte(at + i);
		die_unless(bufferevent_write(bev, bytes, (size_t)n) == 0);
		if (at % 64 == 0) bufferevent_setwatermark(bev, EV_READ, 0, at % 128 ? 500 : 0);
		if (at % 11 == 0 && bufferevent_disable(bev, EV_READ) == 0) (void)bufferevent_enable(bev, EV_READ);
		while (evbuffer_get_length(bufferevent_get_output(bev)) > 20000)
			(void)usleep(100);
	}
	return NULL;
}

/* Callbacks on the buffers come and go meanwhile. */
static void
pair_in_many_threads(void)
{
	struct bufferevent *pair[2];
	pthread_t writers[2];
	loop_start();
	die_unless(bufferevent_pair_new(base, BEV_OPT_THREADSAFE, pair) == 0);
	for (int i = 0; i < 2; i++) {
		bufferevent_setcb(pair[i], pair_takes, NULL, NULL, (void *)&pair_got[i]);
		(void)bufferevent_enable(pair[i], EV_READ);
	}
	for (int i = 0; i < 2; i++)
		die_unless(pthread_create(&writers[i], NULL, pair_gives, pair[i]) == 0);
	for (int i = 0; pair_got[0] < PAIR_BYTES || pair_got[1] < PAIR_BYTES; i++) {
		struct bufferevent *bev = pair[i & 1];
		struct evbuffer *buffer = i & 2 ? bufferevent_get_input(bev) : bufferevent_get_output(bev);
		struct evbuffer_cb_entry *entry = evbuffer_add_cb(buffer, watch_input, NULL);
		die_unless(entry != NULL);
		(void)usleep(300);
		(void)pthread_mutex_lock(&programs_lock); /* held into the library */
		die_unless(evbuffer_remove_cb_entry(buffer, entry) == 0);
		(void)pthread_mutex_unlock(&programs_lock);
	}
	for (int i = 0; i < 2; i++)
		(void)pthread_join(writers[i], NULL);
	die_unless(pair_got[0] == PAIR_BYTES && pair_got[1] == PAIR_BYTES);
	bufferevent_free(pair[0]);
	bufferevent_free(pair[1]);
	loop_stop();
}

static void
pairs_of_many_threads(void **state)
{
	(void)state;
	apart(pair_in_one_thread);
	apart(pair_in_many_threads);
}

/* ---- Anything from anywhere ---- */

enum { SLOTS = 6, THREADS = 3 };

/* The mutex is held around every call and taken in every callback. */
static struct slot {
	pthread_mutex_t mutex;
	struct bufferevent *bev;
	struct bufferevent *other; /* the second one of a pair */
	evutil_socket_t peer;
} slots[SLOTS];
static atomic_int stress_ends;
static struct ev_token_bucket_cfg *stress_cfg;

static void
slot_data(struct bufferevent *bev, void *arg)
{
	struct slot *slot = arg;
	(void)pthread_mutex_lock(&slot->mutex);
	if (slot->bev == bev) (void)bufferevent_write_buffer(bev, bufferevent_get_input(bev));
	(void)pthread_mutex_unlock(&slot->mutex);
}

static void
slot_event(struct bufferevent *bev, short what, void *arg)
{
	struct slot *slot = arg;
	(void)what;
	(void)pthread_mutex_lock(&slot->mutex);
	if (slot->bev == bev) (void)bufferevent_enable(bev, EV_READ);
	(void)pthread_mutex_unlock(&slot->mutex);
}

static void
slot_open_locked(struct slot *slot, unsigned kind)
{
	const int options = BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE | (kind & 1 ? BEV_OPT_DEFER_CALLBACKS : 0);
	struct bufferevent *pair[2];
	evutil_socket_t fds[2];
	slot->other = NULL;
	slot->peer = -1;
	if (kind & 2) {
		die_unless(bufferevent_pair_new(base, options, pair) == 0);
		slot->bev = pair[0];
		slot->other = pair[1];
		(void)bufferevent_enable(slot->other, EV_READ);
	} else {
		socket_pair(fds);
		slot->bev = bufferevent_socket_new(base, fds[0], options);
		slot->peer = fds[1];
	}
	if (kind & 4) slot->bev = bufferevent_filter_new(slot->bev, NULL, NULL, options, NULL, NULL);
	die_unless(slot->bev != NULL);
	bufferevent_setcb(slot->bev, slot_data, slot_data, slot_event, slot);
	(void)bufferevent_enable(slot->bev, EV_READ);
}

static void
slot_close_locked(struct slot *slot)
{
	bufferevent_free(slot->bev);
	if (slot->other) bufferevent_free(slot->other);
	if (slot->peer >= 0) unseen_close(slot->peer);
}

static void
slot_use_locked(struct slot *slot, unsigned random)
{
	static const struct timeval soon = {0, 2000};
	char bytes[3000];
	switch (random % 12) {
	case 0:
		slot_close_locked(slot);
		slot_open_locked(slot, random >> 8);
		break;
	case 1:
		(void)bufferevent_disable(slot->bev, (short)(random >> 8 & (EV_READ | EV_WRITE)));
		break;
	case 2:
		(void)bufferevent_enable(slot->bev, EV_READ | EV_WRITE);
		break;
	case 3:
		bufferevent_setwatermark(slot->bev, EV_READ, 0, random >> 8 & 1 ? 100 : 0);
		break;
	case 4:
		(void)bufferevent_set_timeouts(slot->bev, random >> 8 & 1 ? &soon : NULL, NULL);
		break;
	case 5:
		bufferevent_setcb(slot->bev, slot_data, NULL, slot_event, slot);
		break;
	case 6:
		(void)bufferevent_set_rate_limit(slot->bev, random >> 8 & 1 ? stress_cfg : NULL);
		break;
	case 7:
		bufferevent_trigger(slot->bev, EV_READ | EV_WRITE, 0);
		break;
	case 8:
		(void)bufferevent_flush(slot->bev, EV_READ | EV_WRITE, BEV_FLUSH);
		break;
	case 9:
		bufferevent_incref(slot->bev);
		(void)bufferevent_decref(slot->bev);
		break;
	default:
		memset(bytes, 'x', sizeof(bytes));
		(void)bufferevent_write(slot->bev, bytes, random >> 8 & 1 ? 10 : sizeof(bytes));
		if (slot->other) (void)bufferevent_write(slot->other, bytes, 10);
		if (slot->peer >= 0) (void)send(slot->peer, bytes, 10, MSG_NOSIGNAL);
		if (slot->peer >= 0) (void)recv(slot->peer, bytes, sizeof(bytes), 0);
		break;
	}
}

static void *
use_slots(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg;
	while (!stress_ends) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		struct slot *slot = &slots[(seed >> 60) % SLOTS];
		(void)pthread_mutex_lock(&slot->mutex);
		slot_use_locked(slot, (unsigned)(seed >> 33));
		(void)pthread_mutex_unlock(&slot->mutex);
		/* The mutex is not fair: without a pause the loop cannot close as fast as three threads open. */
		(void)usleep(20);
	}
	return NULL;
}

/* MKEVENT_STRESS_SECONDS: for how long. */
static void
anything(void)
{
	const char *seconds = getenv("MKEVENT_STRESS_SECONDS");
	const struct timeval tick = {0, 2000};
	pthread_t threads[THREADS];
	if (seconds) (void)alarm((unsigned)atoi(seconds) + 40);
	loop_start();
	stress_cfg = ev_token_bucket_cfg_new(500, 500, 500, 500, &tick);
	for (int i = 0; i < SLOTS; i++) {
		(void)pthread_mutex_init(&slots[i].mutex, NULL);
		(void)pthread_mutex_lock(&slots[i].mutex);
		slot_open_locked(&slots[i], (unsigned)i);
		(void)pthread_mutex_unlock(&slots[i].mutex);
	}
	for (uintptr_t i = 0; i < THREADS; i++)
		die_unless(pthread_create(&threads[i], NULL, use_slots, (void *)(i + 1)) == 0);
	(void)usleep(seconds ? (unsigned)atoi(seconds) * 1000000u : 1000000u);
	stress_ends = 1;
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	for (int i = 0; i < SLOTS; i++) {
		(void)pthread_mutex_lock(&slots[i].mutex);
		slot_close_locked(&slots[i]);
		slots[i].bev = NULL;
		(void)pthread_mutex_unlock(&slots[i].mutex);
	}
	loop_stop();
	ev_token_bucket_cfg_free(stress_cfg);
}

/* ---- A filter's function frees its bufferevent ------------------------------------------------------------------- */

static enum bufferevent_filter_result
free_filter(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, enum bufferevent_flush_mode mode, void *arg)
{
	struct bufferevent **bev = arg;
	(void)limit, (void)mode;
	if (*bev) bufferevent_free(*bev);
	*bev = NULL;
	return evbuffer_remove_buffer(src, dst, 3) < 0 ? BEV_ERROR : BEV_OK;
}

/* ways: the one below goes with it, or stays and is freed here. */
static void
free_in_filters(void)
{
	base = event_base_new();
	for (int way = 0; way < 4; way++) {
		const int close_below = way & 1 ? BEV_OPT_CLOSE_ON_FREE : 0;
		evutil_socket_t fds[2];
		struct bufferevent *filter;
		socket_pair(fds);
		struct bufferevent *below = bufferevent_socket_new(base, fds[0], BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
		filter =
			bufferevent_filter_new(below, free_filter, free_filter, BEV_OPT_THREADSAFE | close_below, NULL, &filter);
		die_unless(below && filter && bufferevent_enable(filter, EV_READ | EV_WRITE) == 0);
		if (way < 2)
			die_unless(write(fds[1], "bytes", 5) == 5);
		else
			die_unless(bufferevent_write(filter, "bytes", 5) == 0);
		turns();
		die_unless(!filter);
		if (!close_below) bufferevent_free(below);
		turns();
		unseen_close(fds[1]);
	}
	event_base_free(base);
}

static void
freed_inside_its_filter(void **state)
{
	(void)state;
	apart(free_in_filters);
}

/* ---- A callback on a buffer frees its bufferevent ---------------------------------------------------------------- */

static void
turn_is_over(evutil_socket_t fd, short what, void *over)
{
	(void)fd, (void)what;
	(void)sem_post(over);
}

static void
free_owner(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *bev)
{
	const struct timeval now = {0, 0};
	sem_t over;
	(void)buffer;
	if (!info->n_added) return;
	die_unless(sem_init(&over, 0, 0) == 0);
	bufferevent_free(bev);
	for (int turn = 0; turn < 3; turn++) { /* in which the loop's thread could end it */
		die_unless(event_base_once(base, -1, EV_TIMEOUT, turn_is_over, &over, &now) == 0);
		while (sem_wait(&over) < 0)
			die_unless(errno == EINTR);
	}
	(void)sem_destroy(&over);
}

static void
free_from_buffers(void)
{
	loop_start();
	for (int way = 0; way < 3; way++) {
		evutil_socket_t fds[2];
		socket_pair(fds);
		struct bufferevent *bev = bufferevent_socket_new(base, fds[0], BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
		struct evbuffer *output = bufferevent_get_output(bev), *other = evbuffer_new();
		die_unless(bev && other && evbuffer_add_cb(output, free_owner, bev) && evbuffer_add(other, "bytes", 5) == 0);
		if (way == 0)
			die_unless(evbuffer_add(output, "bytes", 5) == 0);
		else if (way == 1)
			die_unless(evbuffer_add_buffer(output, other) == 0);
		else
			die_unless(evbuffer_remove_buffer(other, output, 3) == 3);
		evbuffer_free(other);
		unseen_close(fds[1]);
	}
	loop_stop();
}

static void
freed_by_a_callback_on_its_buffer(void **state)
{
	(void)state;
	apart(free_from_buffers);
}

static void
anything_from_anywhere(void **state)
{
	(void)state;
	apart(anything);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_issue_104),
		cmocka_unit_test(hole_issue_200),
		cmocka_unit_test(hole_issue_512),
		cmocka_unit_test(hole_issue_1311),
		cmocka_unit_test(writers_in_other_threads),
		cmocka_unit_test(rates_in_other_threads),
		cmocka_unit_test(callbacks_on_its_buffers),
		cmocka_unit_test(pairs_of_many_threads),
		cmocka_unit_test(freed_inside_its_filter),
		cmocka_unit_test(freed_by_a_callback_on_its_buffer),
		cmocka_unit_test(anything_from_anywhere),
	};
	assert_int_equal(evthread_use_pthreads(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
