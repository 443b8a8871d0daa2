/* SPDX-License-Identifier: BSD-3-Clause */
/* Room at the end of a buffer: behind the last chain's content, and in the spare chain.
 *
 * New chains are as large as the content so far (CHAIN_GROW_MAX at most), so that their number grows with the logarithm
 * of what is added in small steps; but no more than twice the chain before. Where that came from elsewhere, as bodies
 * of messages do between their heads, the content says nothing about what is to be added. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

/* A content of at most this length is moved to the front of its chain, when that makes enough room. */
#define MOVE_MAX 2048
/* Beyond it new chains are twice the content. They come as untouched pages; and the C library, which keeps twice the
 * largest block that was ever freed, then keeps all of a buffer's for the next one, instead of pages to be made anew.
 */
#define LARGE ((size_t)256 << 10)

/* How large the next chain is, at least. */
static size_t
growth(const struct evbuffer *buffer)
{
	const struct chain *last = buffer->last;
	const size_t before = last && last->kind == CHAIN_OWN ? last->size : 0;
	size_t length = buffer_length(buffer);
	if (length / 2 > before) length = before * 2;
	if (length > LARGE) length = length < CHAIN_GROW_MAX / 2 ? length * 2 : CHAIN_GROW_MAX;
	return length;
}

struct chain *
room_take_locked(struct evbuffer *buffer, size_t room)
{
	struct chain *chain = buffer->pool ? room_pool_take(buffer->pool, room) : NULL;
	return chain ? chain : chain_new(room);
}

void
room_give_locked(struct evbuffer *buffer, struct chain *chain)
{
	if (buffer->pool)
		room_pool_give(buffer->pool, chain);
	else
		mm_free(chain);
}

int
room_spare_locked(struct evbuffer *buffer, size_t room)
{
	if (buffer->spare && buffer->spare->size >= room) return 0;
	if (buffer->pool && !buffer->spare && !buffer->first) { /* what happens most, in few steps */
		buffer->spare = room_pool_take(buffer->pool, room);
		if (buffer->spare) return 0;
	}
	size_t grow = growth(buffer);
	struct chain *spare = room_take_locked(buffer, room < grow ? grow : room);
	if (!spare && room < grow) spare = room_take_locked(buffer, room);
	if (!spare) return -1;
	if (buffer->spare) room_give_locked(buffer, buffer->spare);
	buffer->spare = spare;
	buffer->spare_promised = false;
	return 0;
}

static bool
is_inside(const struct chain *chain, const void *memory)
{
	uintptr_t address = (uintptr_t)memory, begin = (uintptr_t)chain->data;
	return address >= begin && address < begin + chain->size;
}

/* Moves a short content to the beginning of its chain. Returns true when there is the room now. */
static bool
move_to_front(struct chain *last, size_t room)
{
	if (!last || last->length > MOVE_MAX || last->length > last->size / 2) return false;
	if (last->size - last->length < room || !chain_is_ours(last)) return false;
	memmove(last->data, last->data + last->start, last->length);
	last->start = 0;
	return true;
}

struct chain *
room_in_one_locked(struct evbuffer *buffer, size_t room, bool may_move)
{
	struct chain *last = buffer->last;
	if (last && chain_room(last) >= room && chain_room(last) > 0) return last;
	if (may_move && move_to_front(last, room)) return last;
	return room_spare_locked(buffer, room) == 0 ? buffer->spare : NULL;
}

void
buffer_link_first_locked(struct evbuffer *buffer, struct chain *chain)
{
	chain->next = buffer->first;
	if (!buffer->first) buffer->last = chain;
	buffer->first = chain;
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, buffer_length(buffer) + chain->length);
}

void
room_use_locked(struct evbuffer *buffer, struct chain *chain, size_t count)
{
	if (count == 0) return;
	if (chain == buffer->spare) {
		buffer->spare = NULL;
		buffer->spare_promised = false;
		chain->length = count;
		buffer_link_locked(buffer, chain);
		return;
	}
	chain->length += count;
	buffer_set_length(buffer, buffer_length(buffer) + count);
}

/* The last chain has not room enough: fill it, and put the rest into the spare. */
static int
append_to_two(struct evbuffer *buffer, const unsigned char *data, size_t length)
{
	struct chain *last = buffer->last;
	size_t part = chain_room(last);
	if (room_spare_locked(buffer, length - part) < 0) return -1;
	if (part) {
		memcpy(chain_tail(last), data, part);
		room_use_locked(buffer, last, part);
	}
	memcpy(buffer->spare->data, data + part, length - part);
	room_use_locked(buffer, buffer->spare, length - part);
	return 0;
}

int
buffer_append_far_locked(struct evbuffer *buffer, const void *data, size_t length)
{
	struct chain *last = buffer->last, *spare = buffer->spare;
	if (!last && spare && length <= spare->size) { /* an empty buffer in steady use */
		memcpy(spare->data, data, length);
		buffer->first = buffer->last = spare;
		buffer->spare = NULL;
		buffer->spare_promised = false;
		spare->length = length;
		buffer_set_length(buffer, length);
		return 0;
	}
	if (!last || is_inside(last, data) || !move_to_front(last, length)) return append_to_two(buffer, data, length);
	memcpy(chain_tail(last), data, length);
	room_use_locked(buffer, last, length);
	return 0;
}

/* ---- What the program calls --------------------------------------------------------------------------------------
 */

int
evbuffer_expand(struct evbuffer *buf, size_t datlen)
{
	int result = -1;
	buffer_lock(buf);
	if (!buffer_can_take(buf, datlen)) goto done;
	size_t room = chain_room(buf->last);
	if (datlen <= room || move_to_front(buf->last, datlen)) {
		result = 0;
		goto done;
	}
	if (room_spare_locked(buf, datlen - room) < 0) goto done;
	buf->spare_promised = true;
	result = 0;
done:
	buffer_unlock(buf);
	return result;
}

static void
describe(struct evbuffer_iovec *vec, struct chain *chain)
{
	vec->iov_base = chain_tail(chain);
	vec->iov_len = chain_room(chain);
}

int
evbuffer_reserve_space(struct evbuffer *buf, ev_ssize_t size, struct evbuffer_iovec *vec, int n_vec)
{
	int count = -1;
	buffer_lock(buf);
	if (buf->frozen_end || n_vec < 1 || size < 0 || !buffer_can_take(buf, (size_t)size)) goto done;
	size_t wanted = size ? (size_t)size : 1, room = chain_room(buf->last);
	if (n_vec == 1 || room == 0 || room >= wanted) {
		struct chain *chain = room_in_one_locked(buf, wanted, true);
		if (!chain) goto done;
		describe(&vec[0], chain);
		count = 1;
	} else {
		if (room_spare_locked(buf, wanted - room) < 0) goto done;
		describe(&vec[0], buf->last);
		describe(&vec[1], buf->spare);
		count = 2;
	}
	buf->spare_promised = buf->spare != NULL;
done:
	buffer_unlock(buf);
	return count;
}

static bool
is_room(struct chain *chain, const struct evbuffer_iovec *vec)
{
	return chain && chain->kind == CHAIN_OWN && vec->iov_base == chain_tail(chain) && vec->iov_len <= chain_room(chain);
}

int
evbuffer_commit_space(struct evbuffer *buf, struct evbuffer_iovec *vec, int n_vecs)
{
	size_t in_last = 0, in_spare = 0;
	int used = 0, result = -1;
	buffer_lock(buf);
	if (buf->frozen_end) goto done;
	if (used < n_vecs && is_room(buf->last, &vec[used])) in_last = vec[used++].iov_len;
	if (used < n_vecs && is_room(buf->spare, &vec[used])) in_spare = vec[used++].iov_len;
	if (used < n_vecs || !buffer_can_take(buf, in_last + in_spare)) goto done;
	room_use_locked(buf, buf->last, in_last);
	room_use_locked(buf, buf->spare, in_spare);
	buf->spare_promised = false;
	buffer_rest_locked(buf);
	result = 0;
done:
	if (result == 0 && in_last + in_spare > 0) {
		buffer_changed_unlock(buf, in_last + in_spare, 0);
		return 0;
	}
	buffer_unlock(buf);
	return result;
}
