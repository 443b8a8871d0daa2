/* SPDX-License-Identifier: BSD-3-Clause */
/* Room for the bytes to come, shared by the buffers of a base's bufferevents.
 *
 * A buffer that belongs to no base keeps the chain that it emptied last, so that the next message needs no allocation.
 * Of bufferevents there may be 100,000, most of them idle: theirs give an emptied chain to the base's pool, and take
 * one when bytes come. A pool keeps 64 KiB of each size (a chain's size lies between a power of two and the next), so
 * a burst leaves little behind.
 *
 * Buffers hold references to their pool: it may outlive its base. */
#ifndef MKEVENT_EVBUFFER_POOL_H_
#define MKEVENT_EVBUFFER_POOL_H_

#include "evbuffer/chain.h"

struct room_pool;

/* With one reference; NULL without memory. locks: several threads may use it. A base's is had from loop_room_pool(). */
struct room_pool *room_pool_new(bool locks);
void room_pool_ref(struct room_pool *pool);
void room_pool_put(struct room_pool *pool);
/* The base goes: frees what waits, drops the base's reference. What is given later is freed at once. */
void room_pool_close(struct room_pool *pool);

/* An empty chain with at least that room, as chain_new() makes it; NULL when none waits that is fit. Thread: any. */
struct chain *room_pool_take(struct room_pool *pool, size_t room);
/* Takes a chain over that is ours alone (chain_is_ours()) and in no list; it is kept, or freed. Thread: any. */
void room_pool_give(struct room_pool *pool, struct chain *chain);

#endif
