/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading from and writing to descriptors.
 *
 * Nobody asks the kernel how much there is to read: room is offered, and a read that does not fill it took all. How
 * much room is worth offering is learnt from what came last time. */
#include "config.h"

#include "evbuffer/state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* More is not asked for or offered at once: the kernel would cut it, and int has to hold it. */
#define ONCE_MAX ((size_t)1 << 30)
#define HINT_MAX (256u << 10)
#if defined(IOV_MAX) && IOV_MAX < 256
#define WRITE_VECTORS IOV_MAX
#else
#define WRITE_VECTORS 256
#endif
#define WRITE_ROUNDS 8

/* ---- Reading -----------------------------------------------------------------------------------------------------
 */

/* At most limit bytes into room for wanted, or what there is. As readv(2). offered: how many could have come. */
static ssize_t
read_once_locked(struct evbuffer *buffer, evutil_socket_t fd, size_t wanted, size_t limit, size_t *offered)
{
	struct iovec vec[2];
	int used = 0;
	size_t room = chain_room(buffer->last);
	if (wanted > limit) wanted = limit;
	if (room < wanted && room_spare_locked(buffer, wanted - room) < 0 && room == 0 && !buffer->spare) return -1;
	*offered = 0;
	if (room) {
		size_t length = room < limit ? room : limit;
		vec[used++] = (struct iovec){chain_tail(buffer->last), length};
		*offered = length;
	}
	if (*offered < limit && buffer->spare) {
		size_t rest = limit - *offered, length = buffer->spare->size < rest ? buffer->spare->size : rest;
		vec[used++] = (struct iovec){buffer->spare->data, length};
		*offered += length;
	}
	ssize_t count = used == 1 ? read(fd, vec[0].iov_base, vec[0].iov_len) : readv(fd, vec, used);
	if (count > 0) {
		size_t in_last = (size_t)count < room ? (size_t)count : room;
		room_use_locked(buffer, buffer->last, in_last);
		room_use_locked(buffer, buffer->spare, (size_t)count - in_last);
	}
	return count;
}

/* Large room that got little or nothing is not kept. */
static void
trim_locked(struct evbuffer *buffer)
{
	struct chain *last = buffer->last;
	if (!last) {
		buffer_emptied_locked(buffer);
		return;
	}
	if (last != buffer->first || last->size <= SPARE_IDLE_MAX || last->length > last->size / 16) return;
	if (!chain_is_ours(last)) return;
	struct chain *small = room_take_locked(buffer, last->length);
	if (!small) return;
	memcpy(small->data, last->data + last->start, last->length);
	small->length = last->length;
	buffer->first = buffer->last = small;
	buffer->seek_chain = NULL;
	room_give_locked(buffer, last);
}

int
evbuffer_read_adaptive(struct evbuffer *buffer, evutil_socket_t fd, size_t howmuch, uint32_t *hint)
{
	size_t total = 0, offered;
	ssize_t count;
	buffer_lock(buffer);
	if (howmuch > ONCE_MAX) howmuch = ONCE_MAX;
	if (howmuch == 0 || !buffer_can_take(buffer, howmuch)) {
		buffer_unlock(buffer);
		errno = howmuch ? ENOMEM : EINVAL;
		return -1;
	}
	for (;;) {
		size_t smallest = CHAIN_ALLOC_MIN - sizeof(struct chain);
		count = read_once_locked(buffer, fd, *hint > smallest ? *hint : smallest, howmuch - total, &offered);
		if (count < 0) break;
		total += (size_t)count;
		if ((size_t)count < offered) {
			if (count > 0 && (size_t)count < *hint / 4) *hint /= 2;
			break;
		}
		*hint = offered < HINT_MAX / 4 ? (uint32_t)offered * 4 : HINT_MAX;
		if (total == howmuch) break;
	}
	int error = errno;
	trim_locked(buffer);
	buffer_changed_unlock(buffer, total, 0);
	errno = error;
	return total ? (int)total : (int)count;
}

int
evbuffer_read(struct evbuffer *buffer, evutil_socket_t fd, int howmuch)
{
	size_t offered;
	ssize_t count = -1;
	buffer_lock(buffer);
	size_t wanted = buffer->max_read;
	if (howmuch >= 0 && (unsigned)howmuch < wanted) wanted = (unsigned)howmuch;
	if (!buffer->frozen_end && buffer_can_take(buffer, wanted))
		count = wanted ? read_once_locked(buffer, fd, wanted, wanted, &offered) : 0;
	if (count > 0)
		buffer_changed_unlock(buffer, (size_t)count, 0);
	else
		buffer_unlock(buffer);
	return (int)count;
}

/* ---- Writing -----------------------------------------------------------------------------------------------------
 */

static bool
is_on_disk(const struct chain *chain)
{
	return !chain->data;
}

/* At most limit bytes of the chains in memory at the front. As writev(2). offered: how much there was to write. */
static ssize_t
write_memory_locked(struct evbuffer *buffer, evutil_socket_t fd, size_t limit, size_t *offered)
{
	struct iovec vec[WRITE_VECTORS];
	int used = 0;
	*offered = 0;
	for (struct chain *chain = buffer->first; chain && !is_on_disk(chain); chain = chain->next) {
		if (used == WRITE_VECTORS || *offered == limit) break;
		size_t rest = limit - *offered, length = chain->length < rest ? chain->length : rest;
		vec[used++] = (struct iovec){chain->data + chain->start, length};
		*offered += length;
	}
	return used == 1 ? write(fd, vec[0].iov_base, vec[0].iov_len) : writev(fd, vec, used);
}

/* The file at the front goes straight from the disk; into memory first, where the descriptor cannot have it so. */
static ssize_t
write_front_locked(struct evbuffer *buffer, evutil_socket_t fd, size_t limit, size_t *offered)
{
	struct chain *first = buffer->first;
	if (is_on_disk(first)) {
		*offered = first->length < limit ? first->length : limit;
		ssize_t count = file_segment_send(first->of.file.segment, first->of.file.offset + first->start, *offered, fd);
		if (count >= 0 || errno != ENOTSUP) return count;
		if (!chain_bytes(first)) return -1;
	}
	return write_memory_locked(buffer, fd, limit, offered);
}

/* howmuch: negative for all. The lock is held on entry and free at the end. */
static int
write_unlock(struct evbuffer *buffer, evutil_socket_t fd, ev_ssize_t howmuch)
{
	struct chain_list dropped;
	size_t total = 0, offered, limit = buffer_length(buffer);
	ssize_t count = -1;
	chain_list_init(&dropped);
	if (howmuch >= 0 && (size_t)howmuch < limit) limit = (size_t)howmuch;
	if (limit > ONCE_MAX) limit = ONCE_MAX;
	/* Another round only when a file or too many pieces cut this one short, and the descriptor took all of it. */
	for (int round = 0; total < limit && round < WRITE_ROUNDS; round++) {
		count = write_front_locked(buffer, fd, limit - total, &offered);
		if (count <= 0) break;
		buffer_drain_locked(buffer, (size_t)count, &dropped);
		total += (size_t)count;
		if ((size_t)count < offered) break;
	}
	if (total == 0) {
		buffer_unlock(buffer);
		return (int)count;
	}
	buffer_taken_unlock(buffer, total, &dropped);
	return (int)total;
}

int
evbuffer_write_atmost(struct evbuffer *buffer, evutil_socket_t fd, ev_ssize_t howmuch)
{
	buffer_lock(buffer);
	return write_unlock(buffer, fd, buffer->frozen_start ? 0 : howmuch);
}

int
evbuffer_write_frozen(struct evbuffer *buffer, evutil_socket_t fd, size_t howmuch)
{
	buffer_lock(buffer);
	if (howmuch > ONCE_MAX) howmuch = ONCE_MAX;
	return write_unlock(buffer, fd, (ev_ssize_t)howmuch);
}

int
evbuffer_write(struct evbuffer *buffer, evutil_socket_t fd)
{
	return evbuffer_write_atmost(buffer, fd, -1);
}
