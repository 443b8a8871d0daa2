/* SPDX-License-Identifier: BSD-3-Clause */
/* A stream through every kind of bufferevent while both ends are switched, limited and flushed at random: every byte
 * arrives, in order, and nothing stands still once all is enabled again. */
#include "bufferevent_fixture.h"

#include <stdlib.h>

enum { BYTES = 200000, PIECE = 3000 };

struct stream {
	struct bufferevent *ends[2]; /* writes, reads */
	size_t sent, got;
	bool finished;
	uint64_t seed;
};

static struct ev_token_bucket_cfg *cfg;

static unsigned
next_random(struct stream *stream, unsigned below)
{
	stream->seed = stream->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(stream->seed >> 33) % below;
}

static unsigned char
pattern(size_t i)
{
	return (unsigned char)(i * 31 + i / 257);
}

/* Takes some of it, or all. */
static void
take(struct bufferevent *bev, void *arg)
{
	struct stream *stream = arg;
	unsigned char bytes[PIECE];
	size_t want = stream->finished ? sizeof(bytes) : 1 + next_random(stream, sizeof(bytes));
	size_t n;
	do {
		n = bufferevent_read(bev, bytes, want);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(bytes[i], pattern(stream->got + i));
		stream->got += n;
	} while (n && stream->finished);
}

static void
fail_on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)arg;
	assert_int_equal(what, 0);
}

static enum bufferevent_filter_result
flip(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit, enum bufferevent_flush_mode mode, void *arg)
{
	unsigned char bytes[700];
	size_t most = limit >= 0 && (size_t)limit < sizeof(bytes) ? (size_t)limit : sizeof(bytes);
	int n = evbuffer_remove(src, bytes, most);
	(void)mode, (void)arg;
	if (n <= 0) return BEV_NEED_MORE;
	for (int i = 0; i < n; i++)
		bytes[i] ^= 0x55;
	assert_int_equal(evbuffer_add(dst, bytes, (size_t)n), 0);
	return BEV_OK;
}

static void
stream_open(struct stream *stream, bool over_pair, bool filtered, int options)
{
	memset(stream, 0, sizeof(*stream));
	if (over_pair) {
		assert_int_equal(bufferevent_pair_new(base, options, stream->ends), 0);
	} else {
		evutil_socket_t fds[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
		for (int i = 0; i < 2; i++)
			stream->ends[i] = bufferevent_socket_new(base, fds[i], options);
	}
	for (int i = 0; i < 2 && filtered; i++)
		stream->ends[i] = bufferevent_filter_new(stream->ends[i], flip, flip, options, NULL, NULL);
	bufferevent_setcb(stream->ends[0], NULL, NULL, fail_on_event, stream);
	bufferevent_setcb(stream->ends[1], take, NULL, fail_on_event, stream);
	assert_int_equal(bufferevent_enable(stream->ends[1], EV_READ), 0);
}

static void
limit(struct bufferevent *bev, struct stream *stream)
{
	struct bufferevent *under = bufferevent_get_underlying(bev);
	if (under && next_random(stream, 2)) bev = under;
	switch (next_random(stream, 5)) {
	case 0:
		bufferevent_setwatermark(bev, EV_READ, 0, next_random(stream, 2) ? 1 + next_random(stream, 5000) : 0);
		break;
	case 1:
		bufferevent_setwatermark(bev, EV_WRITE, next_random(stream, 100), next_random(stream, 2) ? 500 : 0);
		break;
	case 2:
		assert_int_equal(bufferevent_set_max_single_read(bev, next_random(stream, 2000)), 0);
		break;
	case 3:
		assert_int_equal(bufferevent_set_max_single_write(bev, next_random(stream, 2000)), 0);
		break;
	case 4:
		assert_int_equal(bufferevent_set_rate_limit(bev, next_random(stream, 2) ? cfg : NULL), 0);
		break;
	}
}

static void
stir(struct stream *stream)
{
	struct bufferevent *bev = stream->ends[next_random(stream, 2)];
	const short what = (short)(next_random(stream, 4) << 1); /* EV_READ, EV_WRITE */
	switch (next_random(stream, 6)) {
	case 0:
		assert_int_equal(bufferevent_disable(bev, what), 0);
		break;
	case 1:
		assert_int_equal(bufferevent_enable(bev, what), 0);
		break;
	case 2:
		(void)bufferevent_flush(bev, EV_READ | EV_WRITE, next_random(stream, 2) ? BEV_NORMAL : BEV_FLUSH);
		break;
	case 3:
		limit(bev, stream);
		break;
	case 4:
		bufferevent_trigger(stream->ends[1], EV_READ, (int)next_random(stream, 2) * BEV_TRIG_DEFER_CALLBACKS);
		break;
	default:
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		break;
	}
}

static void
send_some(struct stream *stream)
{
	unsigned char bytes[PIECE];
	size_t n = next_random(stream, PIECE);
	if (n > BYTES - stream->sent) n = BYTES - stream->sent;
	for (size_t i = 0; i < n; i++)
		bytes[i] = pattern(stream->sent + i);
	assert_int_equal(bufferevent_write(stream->ends[0], bytes, n), 0);
	stream->sent += n;
}

static void
let_it_flow(struct stream *stream)
{
	stream->finished = true;
	for (int i = 0; i < 2; i++) {
		struct bufferevent *bev = stream->ends[i];
		do {
			bufferevent_setwatermark(bev, EV_READ | EV_WRITE, 0, 0);
			assert_int_equal(bufferevent_set_rate_limit(bev, NULL), 0);
			assert_int_equal(bufferevent_enable(bev, EV_READ | EV_WRITE), 0);
		} while ((bev = bufferevent_get_underlying(bev)));
	}
	for (int i = 0; i < 2000 && stream->got < BYTES; i++) {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		/* What arrived before the last watermark was taken away is told by no callback. */
		bufferevent_trigger(stream->ends[1], EV_READ, 0);
	}
}

static void
play(bool over_pair, bool filtered, int options)
{
	const struct timeval tick = {0, 1000};
	const char *rounds = getenv("MKEVENT_RANDOM_ROUNDS");
	cfg = ev_token_bucket_cfg_new(20000, 40000, 20000, 40000, &tick);
	for (int seed = 0; seed < (rounds ? atoi(rounds) : 12); seed++) {
		struct stream stream;
		stream_open(&stream, over_pair, filtered, options | BEV_OPT_CLOSE_ON_FREE);
		stream.seed = (uint64_t)seed;
		while (stream.sent < BYTES) {
			send_some(&stream);
			for (unsigned i = next_random(&stream, 8); i; i--)
				stir(&stream);
		}
		let_it_flow(&stream);
		if (stream.got != BYTES) print_error("seed %d: %zu of %d bytes\n", seed, stream.got, BYTES);
		assert_int_equal(stream.got, BYTES);
		bufferevent_free(stream.ends[0]);
		bufferevent_free(stream.ends[1]);
		turns();
	}
	ev_token_bucket_cfg_free(cfg);
}

static void
sockets(void **state)
{
	(void)state;
	play(false, false, 0);
	play(false, false, BEV_OPT_DEFER_CALLBACKS);
}

static void
filtered_sockets(void **state)
{
	(void)state;
	play(false, true, 0);
	play(false, true, BEV_OPT_DEFER_CALLBACKS);
}

static void
pairs(void **state)
{
	(void)state;
	play(true, false, 0);
}

static void
filtered_pairs(void **state)
{
	(void)state;
	play(true, true, 0);
	play(true, true, BEV_OPT_DEFER_CALLBACKS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		base_test(sockets),
		base_test(filtered_sockets),
		base_test(pairs),
		base_test(filtered_pairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
