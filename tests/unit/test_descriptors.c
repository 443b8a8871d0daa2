/* SPDX-License-Identifier: BSD-3-Clause */
/* Events of file descriptors: what they report, several that are ready at once, edges, and numbers that are used again.
 */
#include "event_fixture.h"

#include <time.h>

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
	assert_int_equal(event_del(events[2]), 0); /* one is left */
	turn();
	assert_int_equal(seen[1].calls, 4);
	assert_int_equal(event_add(events[0], NULL), 0);
	assert_int_equal(event_del(events[1]), 0);
	turn();
	assert_int_equal(seen[0].calls, 3);
	assert_int_equal(seen[1].calls, 4);
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
	struct event second; /* of the number that is used again */
	int second_calls;
	enum { DELETE_REST, ACTIVATE_REST, BREAK, CONTINUE, REUSE_REST, REUSE_FOR_TWO, PRIORITIES } then;
} batch;

static void
second_of_number(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	batch.second_calls++;
}

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
	if (batch.then != REUSE_FOR_TWO) return;
	assert_int_equal(event_assign(&batch.second, base, batch.fds[i], EV_READ, second_of_number, NULL), 0);
	assert_int_equal(event_add(&batch.second, NULL), 0);
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
	if (batch.then == REUSE_REST || batch.then == REUSE_FOR_TWO) reuse_number(me == 0 ? 1 : 0);
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

/* The same where the number gets several events, which go through the queues. */
static void
batch_used_again_by_two(void **state)
{
	(void)state;
	run_batch(REUSE_FOR_TWO);
	turn(), turn();
	const int reused = batch.first == 0 ? 1 : 0;
	assert_int_equal(batch.calls[reused], 0);
	assert_int_equal(batch.second_calls, 0);
	assert_int_equal(write(batch.kept, "x", 1), 1);
	turn();
	assert_int_equal(batch.calls[reused], 1);
	assert_int_equal(batch.second_calls, 1);
	assert_int_equal(event_del(&batch.second), 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		CASE(batch_used_again_by_two),
		CASE(batch_with_new_priorities),
		CASE(edge_triggered),
		CASE(closed_early),
		CASE(closed_by_an_error),
		CASE(number_used_again),
		CASE(closed_but_alive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
