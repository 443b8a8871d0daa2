/* SPDX-License-Identifier: BSD-3-Clause */
/* An event's life over file descriptors: made, added, fired, deleted; and the misuses that must not do harm. */
#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ALL (EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL | EV_CLOSED)

static struct event_base *base;
static int pair[2]; /* connected sockets */
static int log_lines;

static void
count_line(int severity, const char *text)
{
	(void)severity, (void)text;
	log_lines++;
}

static int
setup(void **state)
{
	(void)state;
	(void)alarm(30); /* a loop that spins ends here */
	log_lines = 0;
	event_set_log_callback(count_line);
	base = event_base_new();
	if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) return -1;
	return fcntl(pair[0], F_SETFL, O_NONBLOCK) | fcntl(pair[1], F_SETFL, O_NONBLOCK);
}

static int
teardown(void **state)
{
	(void)state;
	(void)alarm(0);
	event_base_free(base);
	event_set_log_callback(NULL);
	for (size_t i = 0; i < LENGTH(pair); i++)
		if (pair[i] >= 0) close(pair[i]);
	return 0;
}

static void
fill(void)
{
	assert_int_equal(write(pair[1], "x", 1), 1);
}

static void
empty(void)
{
	char bytes[64];
	while (read(pair[0], bytes, sizeof(bytes)) > 0)
		;
}

struct seen {
	int calls;
	short what;
	evutil_socket_t fd;
	bool take; /* read the byte */
	struct event *then_add, *then_del, *then_free;
};

static void
see(evutil_socket_t fd, short what, void *arg)
{
	struct seen *seen = arg;
	seen->calls++;
	seen->what = what;
	seen->fd = fd;
	if (seen->take) empty();
	if (seen->then_add) assert_int_equal(event_add(seen->then_add, NULL), 0);
	if (seen->then_del) assert_int_equal(event_del(seen->then_del), 0);
	if (seen->then_free) event_free(seen->then_free);
	if (seen->calls > 1000) event_base_loopbreak(base); /* a case that spins fails in the end */
}

/* One turn that does not wait. */
static void
turn(void)
{
	assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), -1);
}

/* ---- Making ------------------------------------------------------------------------------------------------------ */

static void
assignment(void **state)
{
	struct event ev;
	struct event_base *b;
	evutil_socket_t fd;
	short what;
	event_callback_fn fn;
	void *arg;
	(void)state;
	memset(&ev, 0, sizeof(ev));
	assert_false(event_initialized(&ev));
	memset(&ev, 0x5a, sizeof(ev)); /* the memory may hold anything */
	assert_int_equal(event_assign(&ev, base, pair[0], EV_READ | EV_PERSIST, see, &b), 0);
	assert_true(event_initialized(&ev));
	assert_int_equal(event_pending(&ev, ALL, NULL), 0);
	assert_ptr_equal(event_get_base(&ev), base);
	assert_int_equal(event_get_fd(&ev), pair[0]);
	assert_int_equal(event_get_events(&ev), EV_READ | EV_PERSIST);
	assert_ptr_equal(event_get_callback(&ev), see);
	assert_ptr_equal(event_get_callback_arg(&ev), &b);
	assert_int_equal(event_get_priority(&ev), 0);
	event_get_assignment(&ev, &b, &fd, &what, &fn, &arg);
	assert_ptr_equal(b, base);
	assert_int_equal(fd, pair[0]);
	assert_int_equal(what, EV_READ | EV_PERSIST);
	assert_ptr_equal(fn, see);
	assert_ptr_equal(arg, &b);
	event_get_assignment(&ev, NULL, NULL, NULL, NULL, NULL);
	assert_int_equal(event_get_struct_event_size(), sizeof(struct event));
	event_debug_unassign(&ev);
	assert_false(event_initialized(&ev));
}

static void
impossible_flags(void **state)
{
	static const short flags[] = {EV_SIGNAL | EV_READ, EV_SIGNAL | EV_WRITE, EV_SIGNAL | EV_CLOSED};
	struct event ev;
	(void)state;
	for (size_t i = 0; i < LENGTH(flags); i++) {
		assert_int_equal(event_assign(&ev, base, SIGUSR1, flags[i], see, NULL), -1);
		assert_null(event_new(base, SIGUSR1, flags[i], see, NULL));
	}
	assert_int_equal(log_lines, 2 * LENGTH(flags));
}

static void
no_base(void **state)
{
	struct event ev;
	(void)state;
	memset(&ev, 0, sizeof(ev));
	assert_int_equal(event_assign(&ev, NULL, -1, 0, see, NULL), 0);
	assert_null(event_get_base(&ev));
	assert_int_equal(event_add(&ev, NULL), -1);
	assert_int_equal(event_del(&ev), -1);
	assert_int_equal(event_remove_timer(&ev), -1);
	assert_int_equal(event_pending(&ev, ALL, NULL), 0);
	event_active(&ev, EV_READ, 1);
	assert_int_equal(event_base_set(base, &ev), 0);
	assert_ptr_equal(event_get_base(&ev), base);
	assert_int_equal(event_add(&ev, NULL), 0);
}

static void
base_set_refused(void **state)
{
	struct event *ev = event_new(base, pair[0], EV_READ, see, NULL);
	struct event_base *other = event_base_new();
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_base_set(other, ev), -1);
	assert_int_equal(event_del(ev), 0);
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_base_set(other, ev), -1);
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_base_set(other, ev), 0);
	event_free(ev);
	event_base_free(other);
}

static struct event *self_event;

static void
see_self(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	assert_ptr_equal(arg, self_event);
	assert_ptr_equal(event_base_get_running_event(base), self_event);
}

static void
self_as_argument(void **state)
{
	(void)state;
	self_event = event_new(base, -1, 0, see_self, event_self_cbarg());
	assert_ptr_equal(event_get_callback_arg(self_event), self_event);
	event_active(self_event, EV_READ, 1);
	turn();
	event_free(self_event);
}

static void
nothing_runs(void **state)
{
	(void)state;
	assert_null(event_base_get_running_event(base));
}

/* ---- Descriptors ------------------------------------------------------------------------------------------------- */

static void
fires_once(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, pair[0], EV_READ, see, &seen);
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	turn();
	assert_int_equal(seen.calls, 0);
	fill();
	turn(), turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ);
	assert_int_equal(seen.fd, pair[0]);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	event_free(ev);
}

static void
fires_until_deleted(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, pair[0], EV_READ | EV_WRITE | EV_PERSIST, see, &seen);
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	turn();
	assert_int_equal(seen.what, EV_WRITE);
	fill();
	turn();
	assert_int_equal(seen.what, EV_READ | EV_WRITE);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_del(ev), 0);
	turn();
	assert_int_equal(seen.calls, 2);
	event_free(ev);
}

static void
added_again_inside(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, pair[0], EV_READ, see, &seen);
	(void)state;
	seen.then_add = ev;
	assert_int_equal(event_add(ev, NULL), 0);
	fill();
	for (int i = 1; i <= 5; i++) {
		turn();
		assert_int_equal(seen.calls, i);
		assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	}
	seen.take = true;
	turn(), turn();
	assert_int_equal(seen.calls, 6);
	event_free(ev);
}

/* Several events of one fd, each with its own interest; deleting one leaves the others. */
static void
several_on_one_fd(void **state)
{
	struct seen seen[4];
	struct event *events[4];
	static const short wants[] = {EV_READ, EV_READ, EV_WRITE, EV_READ | EV_WRITE};
	(void)state;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < LENGTH(events); i++) {
		events[i] = event_new(base, pair[0], (short)(wants[i] | EV_PERSIST), see, &seen[i]);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	fill();
	turn();
	for (size_t i = 0; i < LENGTH(events); i++)
		assert_int_equal(seen[i].what, wants[i]);
	assert_int_equal(event_del(events[2]), 0);
	assert_int_equal(event_del(events[3]), 0);
	turn();
	assert_int_equal(seen[0].calls, 2);
	assert_int_equal(seen[1].calls, 2);
	assert_int_equal(seen[2].calls, 1);
	assert_int_equal(event_del(events[0]), 0);
	assert_int_equal(event_add(events[2], NULL), 0);
	turn();
	assert_int_equal(seen[0].calls, 2);
	assert_int_equal(seen[1].calls, 3);
	assert_int_equal(seen[2].what, EV_WRITE);
	for (size_t i = 0; i < LENGTH(events); i++)
		event_free(events[i]);
}

/* Of two active events the first that runs frees the other, which is then not called. */
static void
freed_while_active(void **state)
{
	struct seen seen[2];
	struct event *events[2];
	(void)state;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < LENGTH(events); i++) {
		events[i] = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &seen[i]);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	seen[0].then_free = events[1];
	seen[1].then_free = events[0];
	fill();
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_int_equal(seen[0].calls + seen[1].calls, 1);
	event_free(events[seen[0].calls ? 0 : 1]);
}

static void
freed_inside_itself(void **state)
{
	struct seen seen = {.take = true};
	(void)state;
	seen.then_free = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &seen);
	assert_int_equal(event_add(seen.then_free, NULL), 0);
	fill();
	turn(), turn();
	assert_int_equal(seen.calls, 1);
}

static void
bad_descriptor(void **state)
{
	struct event *ev = event_new(base, 1000, EV_READ, see, NULL);
	struct timeval tv = {5, 0};
	(void)state;
	(void)close(1000);
	const char *method = event_base_get_method(base);
	if (strcmp(method, "epoll") == 0) { /* the others find out when they wait */
		assert_int_equal(event_add(ev, &tv), -1);
		assert_int_equal(event_pending(ev, ALL, NULL), 0);
		assert_int_equal(log_lines, 1);
	}
	event_free(ev);
}

static void
no_descriptor(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, -1, EV_READ, see, &seen);
	(void)state;
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	event_active(ev, EV_READ, 1);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	event_free(ev);
}

/* More fds than one wait reports at first, some of them far apart. */
static void
many_descriptors(void **state)
{
	enum { MANY = 300 };
	static struct event events[MANY];
	static struct seen seen[MANY];
	int fds[MANY];
	(void)state;
	fill();
	for (int i = 0; i < MANY; i++) {
		fds[i] = fcntl(pair[0], F_DUPFD, i % 2 ? 500 : 10);
		assert_true(fds[i] >= 0);
		seen[i].calls = 0;
		assert_int_equal(event_assign(&events[i], base, fds[i], EV_READ | EV_PERSIST, see, &seen[i]), 0);
		assert_int_equal(event_add(&events[i], NULL), 0);
	}
	for (int i = 0; i < 8; i++)
		turn();
	for (int i = 0; i < MANY; i++) {
		assert_true(seen[i].calls > 0);
		assert_int_equal(event_del(&events[i]), 0);
		close(fds[i]);
	}
}

/* ---- Several descriptors that are ready in one turn: what the first callback does to the rest ----------------------
 */

enum { BATCH = 4 };

static struct batch {
	struct event events[BATCH];
	int fds[BATCH], calls[BATCH], first, kept;
	short what[BATCH];
	enum { DELETE_REST, ACTIVATE_REST, BREAK, CONTINUE, REUSE_REST, PRIORITIES } then;
} batch;

static void
reuse_number(int i)
{
	int other[2];
	assert_int_equal(event_del(&batch.events[i]), 0);
	assert_int_equal(pipe(other), 0);
	assert_int_equal(dup2(other[0], batch.fds[i]), batch.fds[i]); /* nothing to read in this one */
	close(other[0]);
	batch.kept = other[1];
	assert_int_equal(event_add(&batch.events[i], NULL), 0);
}

static void
first_of_batch(evutil_socket_t fd, short what, void *arg)
{
	const int me = (int)((struct event *)arg - batch.events);
	assert_int_equal(fd, batch.fds[me]);
	batch.calls[me]++;
	batch.what[me] = what;
	if (batch.first >= 0) return;
	batch.first = me;
	for (int i = 0; i < BATCH; i++) {
		if (i == me) continue;
		if (batch.then == DELETE_REST) assert_int_equal(event_del(&batch.events[i]), 0);
		if (batch.then == ACTIVATE_REST) event_active(&batch.events[i], EV_WRITE, 1);
	}
	if (batch.then == REUSE_REST) reuse_number(me == 0 ? 1 : 0);
	if (batch.then == BREAK) assert_int_equal(event_base_loopbreak(base), 0);
	if (batch.then == CONTINUE) assert_int_equal(event_base_loopcontinue(base), 0);
	if (batch.then == PRIORITIES) (void)event_base_priority_init(base, 3);
}

static void
run_batch(int then)
{
	memset(&batch, 0, sizeof(batch));
	batch.then = then;
	batch.first = batch.kept = -1;
	fill();
	for (int i = 0; i < BATCH; i++) {
		batch.fds[i] = dup(pair[0]);
		assert_int_equal(
			event_assign(&batch.events[i], base, batch.fds[i], EV_READ, first_of_batch, event_self_cbarg()), 0);
		assert_int_equal(event_add(&batch.events[i], NULL), 0);
	}
	turn();
}

static void
end_batch(void)
{
	for (int i = 0; i < BATCH; i++) {
		assert_int_equal(event_del(&batch.events[i]), 0);
		close(batch.fds[i]);
	}
	if (batch.kept >= 0) close(batch.kept);
}

static int
batch_calls(void)
{
	int sum = 0;
	for (int i = 0; i < BATCH; i++)
		sum += batch.calls[i];
	return sum;
}

static void
batch_deleted(void **state)
{
	(void)state;
	run_batch(DELETE_REST);
	turn();
	assert_int_equal(batch_calls(), 1);
	end_batch();
}

static void
batch_activated(void **state)
{
	(void)state;
	run_batch(ACTIVATE_REST);
	for (int i = 0; i < BATCH; i++) {
		assert_int_equal(batch.calls[i], 1); /* for both reasons together */
		assert_int_equal(batch.what[i], i == batch.first ? EV_READ : EV_READ | EV_WRITE);
	}
	end_batch();
}

static void
batch_broken(void **state)
{
	(void)state;
	run_batch(BREAK);
	assert_int_equal(batch_calls(), 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), BATCH - 1);
	empty(); /* they run although there is nothing to read any more */
	turn();
	assert_int_equal(batch_calls(), BATCH);
	end_batch();
}

static void
batch_continued(void **state)
{
	(void)state;
	run_batch(CONTINUE);
	turn();
	for (int i = 0; i < BATCH; i++)
		assert_int_equal(batch.calls[i], 1);
	end_batch();
}

/* A report is about the file that had the number during the wait. */
static void
batch_used_again(void **state)
{
	(void)state;
	run_batch(REUSE_REST);
	turn(), turn();
	const int reused = batch.first == 0 ? 1 : 0;
	assert_int_equal(batch.calls[reused], 0);
	assert_int_equal(batch_calls(), BATCH - 1);
	assert_int_equal(write(batch.kept, "x", 1), 1);
	turn();
	assert_int_equal(batch.calls[reused], 1);
	end_batch();
}

static void
batch_with_new_priorities(void **state)
{
	(void)state;
	run_batch(PRIORITIES);
	turn(), turn();
	for (int i = 0; i < BATCH; i++)
		assert_int_equal(batch.calls[i], 1);
	end_batch();
}

/* ---- Edges and closing ------------------------------------------------------------------------------------------- */

static void
edge_triggered(void **state)
{
	struct seen seen = {.take = false};
	(void)state;
	if (!(event_base_get_features(base) & EV_FEATURE_ET)) skip();
	struct event *ev = event_new(base, pair[0], EV_READ | EV_ET | EV_PERSIST, see, &seen);
	assert_int_equal(event_add(ev, NULL), 0);
	fill();
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ | EV_ET);
	turn();
	assert_int_equal(seen.calls, 1); /* nothing new */
	fill();
	turn();
	assert_int_equal(seen.calls, 2);
	/* Added again, it begins with what is there. */
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_add(ev, NULL), 0);
	turn();
	assert_int_equal(seen.calls, 3);
	turn();
	assert_int_equal(seen.calls, 3);
	event_free(ev);
}

static void
closed_early(void **state)
{
	struct seen closed = {.take = false}, readable = {.take = false};
	(void)state;
	if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE)) skip();
	struct event *c = event_new(base, pair[0], EV_CLOSED | EV_PERSIST, see, &closed);
	struct event *r = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &readable);
	assert_int_equal(event_add(c, NULL), 0);
	assert_int_equal(event_add(r, NULL), 0);
	fill();
	turn();
	assert_int_equal(closed.calls, 0);
	assert_int_equal(readable.calls, 1);
	close(pair[1]);
	pair[1] = -1;
	turn();
	assert_int_equal(closed.what, EV_CLOSED); /* though nobody has read */
	assert_int_equal(readable.what, EV_READ);
	event_free(c);
	event_free(r);
}

/* The peer of a pipe goes with an error and no hang-up: that is a way of closing, too. */
static void
closed_by_an_error(void **state)
{
	struct seen seen = {.take = false};
	int fds[2];
	(void)state;
	if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE)) skip();
	assert_int_equal(pipe(fds), 0);
	struct event *ev = event_new(base, fds[1], EV_CLOSED, see, &seen);
	assert_int_equal(event_add(ev, NULL), 0);
	turn();
	assert_int_equal(seen.calls, 0);
	close(fds[0]);
	turn();
	assert_int_equal(seen.what, EV_CLOSED);
	event_free(ev);
	close(fds[1]);
}

/* ---- Activation -------------------------------------------------------------------------------------------------- */

static void
active_by_hand(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, -1, 0, see, &seen);
	(void)state;
	event_active(ev, EV_READ, 1);
	event_active(ev, EV_WRITE | EV_TIMEOUT, 1);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_WRITE | EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ | EV_WRITE | EV_TIMEOUT);
	event_active(ev, EV_READ, 1);
	assert_int_equal(event_del(ev), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	evuser_trigger(ev);
	turn();
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.what, 0);
	event_free(ev);
}

static void
active_by_fd(void **state)
{
	struct seen seen[3];
	struct event *events[3];
	const struct timeval tv = {60, 0};
	(void)state;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < LENGTH(events); i++) {
		events[i] = event_new(base, pair[0], i == 2 ? EV_WRITE : EV_READ, see, &seen[i]);
		assert_int_equal(event_add(events[i], i == 1 ? &tv : NULL), 0);
	}
	event_base_active_by_fd(base, pair[0], EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_base_active_by_fd(base, pair[0], EV_READ | EV_CLOSED);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	event_base_active_by_fd(base, 900, EV_READ);
	event_base_active_by_fd(base, -1, EV_READ);
	assert_int_equal(event_del(events[2]), 0);
	turn();
	assert_int_equal(seen[0].what, EV_READ);
	assert_int_equal(seen[1].what, EV_READ | EV_TIMEOUT);
	assert_int_equal(seen[2].calls, 0);
	for (size_t i = 0; i < LENGTH(events); i++)
		event_free(events[i]);
}

static void
counts(void **state)
{
	struct event *a = event_new(base, pair[0], EV_READ, see, NULL);
	struct event *b = event_new(base, -1, 0, see, NULL);
	const struct timeval tv = {60, 0};
	(void)state;
	assert_int_equal(event_add(a, &tv), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 2);
	event_active(b, EV_READ, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 3);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE), 4);
	assert_int_equal(event_del(a), 0);
	assert_int_equal(event_del(b), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 1), 3);
	assert_int_equal(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 0), 0);
	event_free(a);
	event_free(b);
}

/* ---- With timeouts ----------------------------------------------------------------------------------------------- */

static void
descriptor_or_time(void **state)
{
	struct seen seen = {.take = true};
	struct event *ev = event_new(base, pair[0], EV_READ, see, &seen);
	const struct timeval soon = {0, 20000}, late = {60, 0};
	(void)state;
	assert_int_equal(event_add(ev, &soon), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	assert_int_equal(event_add(ev, &late), 0);
	fill();
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.what, EV_READ);
	assert_int_equal(event_pending(ev, ALL, NULL), 0);
	event_free(ev);
}

/* The timeout of a persistent event begins anew each time it fires, for whatever reason. */
static void
persistent_timeout(void **state)
{
	struct seen seen = {.take = true};
	struct event *ev = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &seen);
	const struct timeval tv = {0, 60000};
	struct timeval before, after;
	(void)state;
	assert_int_equal(event_add(ev, &tv), 0);
	assert_int_equal(event_pending(ev, EV_TIMEOUT, &before), EV_TIMEOUT);
	(void)usleep(20000);
	fill();
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.what, EV_READ);
	assert_int_equal(event_pending(ev, EV_TIMEOUT, &after), EV_TIMEOUT);
	assert_true(evutil_timercmp(&after, &before, >));
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(event_remove_timer(ev), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	fill();
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ); /* and stays away */
	assert_int_equal(event_add(ev, NULL), 0);
	assert_int_equal(event_pending(ev, ALL, NULL), EV_READ);
	event_free(ev);
}

/* What made an event active is kept when its timeout is set anew before its callback runs. */
static void
hole_342a0faa(void **state)
{
	struct seen seen = {.take = false};
	struct event *ev = event_new(base, -1, 0, see, &seen);
	const struct timeval late = {60, 0};
	(void)state;
	event_active(ev, EV_TIMEOUT | EV_READ, 1);
	assert_int_equal(event_add(ev, &late), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.what, EV_READ);
	/* A timeout alone is forgotten. */
	event_active(ev, EV_TIMEOUT, 1);
	assert_int_equal(event_add(ev, &late), 0);
	turn();
	assert_int_equal(seen.calls, 1);
	event_free(ev);
}

/* ---- Misuse ------------------------------------------------------------------------------------------------------ */

static struct event pending_event, innocent_event;
static struct seen pending_seen, innocent_seen;

static void
misuse_begin(short what, const struct timeval *tv)
{
	memset(&pending_seen, 0, sizeof(pending_seen));
	memset(&innocent_seen, 0, sizeof(innocent_seen));
	pending_seen.take = innocent_seen.take = true;
	memset(&pending_event, 0, sizeof(pending_event));
	assert_int_equal(event_assign(&innocent_event, base, pair[0], EV_READ | EV_PERSIST, see, &innocent_seen), 0);
	assert_int_equal(event_assign(&pending_event, base, what ? pair[0] : -1, what, see, &pending_seen), 0);
	assert_int_equal(event_add(&innocent_event, NULL), 0);
	assert_int_equal(event_add(&pending_event, tv), 0);
}

/* The loop must go on and serve the others. */
static void
misuse_end(void)
{
	fill();
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(innocent_seen.calls, 1);
	assert_true(pending_seen.calls <= 1);
	assert_int_equal(event_del(&innocent_event), 0);
}

static void
hole_ring_in_the_list(void **state)
{
	(void)state;
	misuse_begin(EV_READ | EV_PERSIST, NULL);
	assert_int_equal(event_assign(&pending_event, base, pair[0], EV_READ | EV_PERSIST, see, &pending_seen), 0);
	assert_int_equal(event_add(&pending_event, NULL), -1);
	assert_int_equal(log_lines, 1);
	pending_seen.take = innocent_seen.take = false; /* both still hear of the byte */
	fill();
	turn();
	assert_int_equal(innocent_seen.calls, 1);
	empty();
	turn();
	assert_int_equal(event_del(&innocent_event), 0);
}

static void
hole_ring_in_the_timers(void **state)
{
	const struct timeval soon = {0, 10000}, sooner = {0, 5000};
	(void)state;
	misuse_begin(0, &soon);
	assert_int_equal(event_assign(&pending_event, base, -1, 0, see, &pending_seen), 0);
	(void)event_add(&pending_event, &sooner); /* what is left of the first one is found when it is due */
	(void)usleep(20000);
	misuse_end();
	assert_int_equal(log_lines, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
}

static void
hole_ring_after_zeroing(void **state)
{
	const struct timeval soon = {0, 10000};
	(void)state;
	misuse_begin(0, &soon);
	memset(&pending_event, 0, sizeof(pending_event));
	assert_int_equal(event_assign(&pending_event, base, -1, 0, see, &pending_seen), 0);
	(void)event_add(&pending_event, &soon);
	(void)usleep(20000);
	misuse_end();
}

/* Assigned again for another fd: neither list may lead into the other. */
static void
hole_ring_of_two_fds(void **state)
{
	(void)state;
	misuse_begin(EV_READ | EV_PERSIST, NULL);
	assert_int_equal(event_assign(&pending_event, base, pair[1], EV_READ | EV_PERSIST, see, &pending_seen), 0);
	(void)event_add(&pending_event, NULL);
	fill();
	for (int i = 0; i < 5; i++)
		turn();
	assert_true(innocent_seen.calls <= 1);
	assert_true(pending_seen.calls <= 5);
	assert_true(log_lines <= 2);
	empty();
}

/* poll(2) calls a regular file ready, always; so do we under every backend. */
static void
hole_regular_file(void **state)
{
	struct seen seen = {.take = false};
	char name[] = "/tmp/mkevent-test-XXXXXX";
	const char *files[] = {name, "/dev/null"};
	const int made = mkstemp(name);
	(void)state;
	assert_true(made >= 0);
	for (size_t i = 0; i < LENGTH(files); i++) {
		const int fd = open(files[i], O_RDWR);
		struct event *ev = event_new(base, fd, EV_READ | EV_WRITE | EV_PERSIST, see, &seen);
		seen.calls = 0;
		assert_int_equal(event_add(ev, NULL), 0);
		turn(), turn(), turn();
		assert_int_equal(seen.calls, 3);
		assert_int_equal(seen.what, EV_READ | EV_WRITE);
		assert_int_equal(event_del(ev), 0);
		turn();
		assert_int_equal(seen.calls, 3);
		event_free(ev);
		close(fd);
	}
	close(made);
	(void)unlink(name);
}

/* ---- Descriptors that are closed and used again ------------------------------------------------------------------ */

/* The number is closed by a callback without event_del(), as one may for an event that has fired, and means another
 * file when it is added again in the same turn. */
static void
number_used_again(void **state)
{
	struct seen seen = {.take = false}, other = {.take = false};
	int second[2];
	(void)state;
	const int fd = dup(pair[0]);
	struct event *ev = event_new(base, fd, EV_READ | EV_PERSIST, see, &seen);
	assert_int_equal(event_add(ev, NULL), 0);
	turn();
	assert_int_equal(event_del(ev), 0);
	close(fd);
	assert_int_equal(pipe(second), 0);
	assert_int_equal(dup2(second[0], fd), fd);
	struct event *again = event_new(base, fd, EV_READ | EV_PERSIST, see, &other);
	assert_int_equal(event_add(again, NULL), 0);
	fill(); /* the old file is open still, as pair[0] */
	turn(), turn();
	assert_int_equal(other.calls, 0);
	assert_int_equal(write(second[1], "y", 1), 1);
	turn();
	assert_int_equal(other.calls, 1);
	assert_int_equal(seen.calls, 0);
	event_free(ev);
	event_free(again);
	close(fd), close(second[0]), close(second[1]);
}

/* The file lives on in a duplicate after its fd was closed: its readiness must not keep the loop busy. */
static void
closed_but_alive(void **state)
{
	struct seen seen = {.take = false};
	const struct timeval tv = {0, 50000};
	(void)state;
	const int fd = dup(pair[0]);
	struct event *ev = event_new(base, fd, EV_READ, see, &seen);
	struct event *timer = event_new(base, -1, EV_PERSIST, see, &seen);
	assert_int_equal(event_add(ev, NULL), 0);
	turn();
	assert_int_equal(event_del(ev), 0);
	close(fd);
	fill();
	turn(), turn();
	assert_int_equal(seen.calls, 0);
	assert_int_equal(event_add(timer, &tv), 0);
	const clock_t before = clock();
	while (seen.calls < 4)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_true(clock() - before < CLOCKS_PER_SEC / 20); /* of 0.2 seconds */
	event_free(ev);
	event_free(timer);
}

static void
freed_with_events_in_it(void **state)
{
	struct event_base *other = event_base_new();
	struct event a, b, c, d;
	const struct timeval tv = {60, 0}, ten = {10, 0};
	(void)state;
	assert_int_equal(event_assign(&a, other, pair[0], EV_READ | EV_PERSIST, see, NULL), 0);
	assert_int_equal(event_assign(&b, other, -1, 0, see, NULL), 0);
	assert_int_equal(event_assign(&c, other, SIGUSR1, EV_SIGNAL, see, NULL), 0);
	assert_int_equal(event_assign(&d, other, -1, EV_PERSIST, see, NULL), 0);
	assert_int_equal(event_add(&a, &tv), 0);
	assert_int_equal(event_add(&b, &tv), 0);
	assert_int_equal(event_add(&c, &tv), 0);
	assert_int_equal(event_add(&d, event_base_init_common_timeout(other, &ten)), 0);
	assert_int_equal(event_base_once(other, pair[0], EV_READ, see, NULL, &tv), 0);
	event_active(&b, EV_READ, 1);
	event_base_free(other);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(assignment),
		CASE(impossible_flags),
		CASE(no_base),
		CASE(base_set_refused),
		CASE(self_as_argument),
		CASE(nothing_runs),
		CASE(fires_once),
		CASE(fires_until_deleted),
		CASE(added_again_inside),
		CASE(several_on_one_fd),
		CASE(freed_while_active),
		CASE(freed_inside_itself),
		CASE(bad_descriptor),
		CASE(no_descriptor),
		CASE(many_descriptors),
		CASE(batch_deleted),
		CASE(batch_activated),
		CASE(batch_broken),
		CASE(batch_continued),
		CASE(batch_used_again),
		CASE(batch_with_new_priorities),
		CASE(edge_triggered),
		CASE(closed_early),
		CASE(closed_by_an_error),
		CASE(active_by_hand),
		CASE(active_by_fd),
		CASE(counts),
		CASE(descriptor_or_time),
		CASE(persistent_timeout),
		CASE(number_used_again),
		CASE(closed_but_alive),
		CASE(freed_with_events_in_it),
		CASE(hole_342a0faa),
		CASE(hole_ring_in_the_list),
		CASE(hole_ring_in_the_timers),
		CASE(hole_ring_after_zeroing),
		CASE(hole_ring_of_two_fds),
		CASE(hole_regular_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
