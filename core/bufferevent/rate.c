/* SPDX-License-Identifier: BSD-3-Clause */
/* Token buckets and their configuration. */
#include "config.h"

#include "bufferevent/rate.h"
#include "timer/clock.h"
#include "util/mm.h"

#include <event2/util.h>

#define NS_PER_MS 1000000u

struct ev_token_bucket_cfg *
ev_token_bucket_cfg_new(
	size_t read_rate, size_t read_burst, size_t write_rate, size_t write_burst, const struct timeval *tick_len)
{
	static const struct timeval second = {1, 0};
	uint64_t tick_ns = clock_from_timeval(tick_len ? tick_len : &second) / NS_PER_MS * NS_PER_MS;
	if (read_rate > read_burst || write_rate > write_burst || !read_rate || !write_rate) return NULL;
	if (read_burst > EV_RATE_LIMIT_MAX || write_burst > EV_RATE_LIMIT_MAX) return NULL;
	if (!tick_ns || tick_ns > (uint64_t)INT_MAX * NS_PER_MS) return NULL;
	struct ev_token_bucket_cfg *cfg = mm_calloc(1, sizeof(*cfg));
	if (!cfg) return NULL;
	cfg->read_rate = read_rate;
	cfg->read_burst = read_burst;
	cfg->write_rate = write_rate;
	cfg->write_burst = write_burst;
	cfg->tick_ns = tick_ns;
	return cfg;
}

void
ev_token_bucket_cfg_free(struct ev_token_bucket_cfg *cfg)
{
	mm_free(cfg);
}

uint64_t
rate_tick(const struct ev_token_bucket_cfg *cfg)
{
	return clock_now() / cfg->tick_ns;
}

struct timeval
rate_until_next_tick(const struct ev_token_bucket_cfg *cfg)
{
	struct timeval left;
	clock_to_timeval(cfg->tick_ns - clock_now() % cfg->tick_ns, &left);
	left.tv_usec++; /* not a moment before it */
	return left;
}

void
bucket_init(struct bucket *bucket, const struct ev_token_bucket_cfg *cfg, bool keep)
{
	if (!keep) bucket->read = (int64_t)cfg->read_rate;
	if (!keep) bucket->write = (int64_t)cfg->write_rate;
	if (bucket->read > (int64_t)cfg->read_burst) bucket->read = (int64_t)cfg->read_burst;
	if (bucket->write > (int64_t)cfg->write_burst) bucket->write = (int64_t)cfg->write_burst;
	bucket->tick = rate_tick(cfg);
}

/* tokens + ticks * rate, but at most burst. */
static int64_t
filled(int64_t tokens, uint64_t ticks, size_t rate, size_t burst)
{
	uint64_t missing = (uint64_t)burst - (uint64_t)tokens; /* tokens <= burst; a debt makes it larger */
	if (tokens >= (int64_t)burst || missing / rate < ticks) return (int64_t)burst;
	return (int64_t)((uint64_t)tokens + ticks * rate); /* the sum fits, its parts need not */
}

void
bucket_update(struct bucket *bucket, const struct ev_token_bucket_cfg *cfg)
{
	uint64_t now = rate_tick(cfg);
	if (now <= bucket->tick) return;
	bucket->read = filled(bucket->read, now - bucket->tick, cfg->read_rate, cfg->read_burst);
	bucket->write = filled(bucket->write, now - bucket->tick, cfg->write_rate, cfg->write_burst);
	bucket->tick = now;
}

void
bucket_take(int64_t *tokens, int64_t bytes)
{
	if (bytes > 0 && *tokens < INT64_MIN + bytes)
		*tokens = INT64_MIN;
	else if (bytes < 0 && *tokens > INT64_MAX + bytes)
		*tokens = INT64_MAX;
	else
		*tokens -= bytes;
}
