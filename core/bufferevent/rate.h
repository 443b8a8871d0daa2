/* SPDX-License-Identifier: BSD-3-Clause */
/* Token buckets, and what a limited bufferevent and its group keep: between rate.c, rate_member.c and rate_group.c.
 *
 * Time is counted in ticks of the configuration's length. A bucket is brought up to date when somebody looks at it; a
 * timer runs only while something waits for tokens. */
#ifndef MKEVENT_BUFFEREVENT_RATE_H_
#define MKEVENT_BUFFEREVENT_RATE_H_

#include "bufferevent/bufferevent.h"

struct ev_token_bucket_cfg {
	size_t read_rate, read_burst, write_rate, write_burst; /* bytes a tick; none above EV_RATE_LIMIT_MAX */
	uint64_t tick_ns;                                      /* whole milliseconds, at least one */
};

struct bucket {
	int64_t read, write; /* may be in debt */
	uint64_t tick;       /* up to which it is filled */
};

uint64_t rate_tick(const struct ev_token_bucket_cfg *cfg);
/* One tick's worth; keep: what it has, but no more than the burst. */
void bucket_init(struct bucket *bucket, const struct ev_token_bucket_cfg *cfg, bool keep);
void bucket_update(struct bucket *bucket, const struct ev_token_bucket_cfg *cfg);
/* Takes bytes; both directions saturate. */
void bucket_take(int64_t *tokens, int64_t bytes);
/* A length as tokens: there is no more than INT64_MAX of them. */
static inline int64_t
bucket_amount(uint64_t bytes)
{
	return bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}
/* Time until the next tick begins. */
struct timeval rate_until_next_tick(const struct ev_token_bucket_cfg *cfg);

struct bev_rate {
	struct bev *b;
	size_t single_read, single_write; /* 0: the default */
	/* Its own limit. */
	const struct ev_token_bucket_cfg *cfg; /* NULL: none */
	struct bucket bucket;
	struct event refill; /* while one of the directions waits */

	/* Its group: kept by the group's lock, but for group itself, which is kept by the bufferevent's. */
	struct bufferevent_rate_limit_group *group;
	struct bev_rate *next, **prev;
	struct event_callback wake; /* the group has tokens again */
	short waits;                /* directions that the group has none for */
};

/* ---- rate_group.c; the bufferevent's lock is held ---- */

/* How much a member may move now; 0: none, and it will be woken. */
size_t rate_group_room(struct bev_rate *member, short what);
void rate_group_charge(struct bev_rate *member, short what, size_t bytes);
/* Directions for which the member still has to wait. */
short rate_group_waits(struct bev_rate *member);
void rate_group_join(struct bev_rate *member, struct bufferevent_rate_limit_group *group);
void rate_group_leave(struct bev_rate *member);
void rate_group_set_base(struct bev_rate *member, struct event_base *base);

#endif
