/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving content from buffer to buffer: whole chains, and a copy of the part of one at most. */
#include "config.h"

#include "evbuffer/state.h"

#include <limits.h>
#include <string.h>

/* All of from's chains, as a list that belongs to nobody. */
struct cargo {
	struct chain *first, *last;
	size_t length;
	bool foreign;
};

static struct cargo
unload_locked(struct evbuffer *from)
{
	struct cargo cargo = {from->first, from->last, buffer_length(from), from->foreign};
	buffer_set_length(from, 0);
	buffer_emptied_locked(from);
	return cargo;
}

static void
load_locked(struct evbuffer *to, struct cargo cargo)
{
	if (to->last)
		to->last->next = cargo.first;
	else
		to->first = cargo.first;
	to->last = cargo.last;
	to->last->next = NULL;
	to->foreign |= cargo.foreign;
	buffer_set_length(to, buffer_length(to) + cargo.length);
}

static void
load_first_locked(struct evbuffer *to, struct cargo cargo)
{
	cargo.last->next = to->first;
	if (!to->last) to->last = cargo.last;
	to->first = cargo.first;
	to->foreign |= cargo.foreign;
	to->seek_chain = NULL;
	buffer_set_length(to, buffer_length(to) + cargo.length);
}

/* A buffer that gives its chains to another again and again has to make a new one each time, and the other, once it is
 * empty, has one too many: so they change owners. moved: what went. */
static void
pass_spare_back_locked(struct evbuffer *from, struct evbuffer *to, struct cargo moved)
{
	if (to->spare && !to->spare_promised && to->spare->size <= SPARE_IDLE_MAX && (from->pool || !from->spare)) {
		if (from->pool)
			room_pool_give(from->pool, to->spare);
		else
			from->spare = to->spare;
		to->spare = NULL;
	} else if (to->pool && !from->pool && !from->spare && moved.first == moved.last && moved.first->kind == CHAIN_OWN &&
			   moved.first->size <= SPARE_IDLE_MAX) {
		from->spare = room_pool_take(to->pool, moved.first->size);
	}
}

static void
move_all_locked(struct evbuffer *from, struct evbuffer *to)
{
	const struct cargo cargo = unload_locked(from);
	load_locked(to, cargo);
	pass_spare_back_locked(from, to, cargo);
}

int
evbuffer_add_buffer(struct evbuffer *outbuf, struct evbuffer *inbuf)
{
	if (outbuf == inbuf) return 0;
	buffer_lock_two(inbuf, outbuf);
	size_t moved = buffer_length(inbuf);
	if (moved && (outbuf->frozen_end || inbuf->frozen_start || !buffer_can_take(outbuf, moved))) {
		buffer_unlock_two(inbuf, outbuf);
		return -1;
	}
	if (moved) move_all_locked(inbuf, outbuf);
	buffer_moved_unlock(inbuf, outbuf, moved, false);
	return 0;
}

int
evbuffer_prepend_buffer(struct evbuffer *dst, struct evbuffer *src)
{
	if (dst == src) return 0;
	buffer_lock_two(src, dst);
	size_t moved = buffer_length(src);
	if (moved && (dst->frozen_start || src->frozen_start || !buffer_can_take(dst, moved))) {
		buffer_unlock_two(src, dst);
		return -1;
	}
	if (moved) load_first_locked(dst, unload_locked(src));
	buffer_moved_unlock(src, dst, moved, false);
	return 0;
}

/* ---- Only some ---------------------------------------------------------------------------------------------------
 */

/* The first length bytes of a longer chain as one of their own: a file's need no copy. NULL without memory. */
static struct chain *
split_locked(struct evbuffer *src, struct chain *chain, size_t length)
{
	struct chain *part;
	if (chain->kind == CHAIN_FILE) {
		part = chain_from_slab(&src->slab, CHAIN_FILE);
		if (!part) return NULL;
		part->of = chain->of;
		part->data = chain->data;
		part->start = chain->start;
		part->size = chain->start + length;
		file_segment_get(chain->of.file.segment);
	} else {
		part = chain_new(length);
		if (!part) return NULL;
		memcpy(part->data, chain->data + chain->start, length);
	}
	part->length = length;
	return part;
}

/* Takes whole chains off the front, until the rest of count is less than one; count is made that rest. */
static struct cargo
unload_whole_locked(struct evbuffer *from, size_t *count)
{
	struct cargo cargo = {from->first, NULL, 0, from->foreign};
	struct chain *chain = from->first;
	for (; *count >= chain->length; chain = chain->next) {
		*count -= chain->length;
		cargo.length += chain->length;
		cargo.last = chain;
	}
	from->first = chain;
	from->seek_chain = NULL;
	buffer_set_length(from, buffer_length(from) - cargo.length);
	return cargo;
}

/* count is less than src holds. Returns 0, or -1 without memory. */
static int
move_some_locked(struct evbuffer *src, struct evbuffer *dst, size_t count)
{
	struct chain *chain = src->first, *part = NULL;
	size_t rest = count;
	for (; rest >= chain->length; chain = chain->next)
		rest -= chain->length;
	if (rest && rest == count && chain->kind != CHAIN_FILE) { /* no whole one: dst may have room for the copy */
		if (buffer_append_locked(dst, chain->data + chain->start, rest) < 0) return -1;
	} else if (rest && !(part = split_locked(src, chain, rest))) {
		return -1;
	}
	size_t left = count;
	struct cargo cargo = unload_whole_locked(src, &left);
	if (cargo.last) load_locked(dst, cargo);
	if (part) {
		dst->foreign |= part->kind != CHAIN_OWN;
		buffer_link_locked(dst, part);
	}
	chain->start += rest;
	chain->length -= rest;
	buffer_set_length(src, buffer_length(src) - rest);
	return 0;
}

int
evbuffer_remove_buffer(struct evbuffer *src, struct evbuffer *dst, size_t datlen)
{
	if (src == dst || datlen == 0) return 0;
	buffer_lock_two(src, dst);
	if (datlen > INT_MAX) datlen = INT_MAX;
	if (datlen > buffer_length(src)) datlen = buffer_length(src);
	if (src->frozen_start || dst->frozen_end || !buffer_can_take(dst, datlen)) goto failed;
	if (datlen && datlen == buffer_length(src)) {
		move_all_locked(src, dst);
	} else if (datlen && move_some_locked(src, dst, datlen) < 0) {
		goto failed;
	}
	buffer_moved_unlock(src, dst, datlen, true);
	return (int)datlen;
failed:
	buffer_unlock_two(src, dst);
	return -1;
}

size_t
evbuffer_shift(struct evbuffer *from, struct evbuffer *to, size_t most)
{
	const size_t length = buffer_length(from), moved = most < length ? most : length;
	if (!moved || !buffer_can_take(to, moved)) return 0;
	if (moved < length) return move_some_locked(from, to, moved) < 0 ? 0 : moved;
	move_all_locked(from, to);
	return moved;
}
