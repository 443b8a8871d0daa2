/* SPDX-License-Identifier: BSD-3-Clause */
/* Adding copies: at the end, in front, from several stretches, and as formatted text. */
#include "config.h"

#include "evbuffer/state.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first guess at a formatted text's length. */
#define PRINTF_GUESS 64

static CHAIN_APART int
add_slow_unlock(struct evbuffer *buf, const void *data, size_t datlen)
{
	if (buf->frozen_end || !buffer_can_take(buf, datlen) || buffer_append_locked(buf, data, datlen) < 0) {
		buffer_unlock(buf);
		return -1;
	}
	buffer_changed_unlock(buf, datlen, 0);
	return 0;
}

static CHAIN_APART int
add_slow(struct evbuffer *buf, const void *data, size_t datlen)
{
	buffer_lock(buf);
	return add_slow_unlock(buf, data, datlen);
}

static inline bool
is_simple_locked(const struct evbuffer *buf, size_t more)
{
	return CHAIN_LIKELY(!buf->frozen_end && !buf->callbacks && buffer_can_take(buf, more));
}

static CHAIN_APART int
add_with_lock(struct evbuffer *buf, const void *data, size_t datlen)
{
	if (!thread_slip_in(buf->lock)) return add_slow(buf, data, datlen);
	if (!is_simple_locked(buf, datlen)) return add_slow_unlock(buf, data, datlen);
	const int result = buffer_append_locked(buf, data, datlen);
	thread_slip_out(buf->lock);
	return result;
}

static CHAIN_APART int
add_plainly(struct evbuffer *buf, const void *data, size_t datlen)
{
	return is_simple_locked(buf, datlen) ? buffer_append_locked(buf, data, datlen) : add_slow_unlock(buf, data, datlen);
}

/* Saves no registers before it is clear which way to go. */
int
evbuffer_add(struct evbuffer *buf, const void *data, size_t datlen)
{
	return CHAIN_LIKELY(!buf->lock) ? add_plainly(buf, data, datlen) : add_with_lock(buf, data, datlen);
}

/* The sum of the lengths; false when no buffer could hold it. */
static bool
sum(const struct evbuffer_iovec *vec, int n_vec, size_t *total)
{
	*total = 0;
	for (int i = 0; i < n_vec; i++) {
		if (vec[i].iov_len > (size_t)EV_SSIZE_MAX - *total) return false;
		*total += vec[i].iov_len;
	}
	return true;
}

size_t
evbuffer_add_iovec(struct evbuffer *buffer, struct evbuffer_iovec *vec, int n_vec)
{
	size_t total;
	if (!sum(vec, n_vec, &total) || total == 0) return 0;
	buffer_lock(buffer);
	struct chain *chain = NULL;
	if (!buffer->frozen_end && buffer_can_take(buffer, total)) chain = room_in_one_locked(buffer, total, false);
	if (!chain) {
		buffer_unlock(buffer);
		return 0;
	}
	unsigned char *to = chain_tail(chain);
	for (int i = 0; i < n_vec; i++) {
		if (vec[i].iov_len) memcpy(to, vec[i].iov_base, vec[i].iov_len);
		to += vec[i].iov_len;
	}
	room_use_locked(buffer, chain, total);
	buffer_changed_unlock(buffer, total, 0);
	return total;
}

/* Writes into whatever room there is first, and again when the text turns out to be longer. */
static int
print_locked(struct evbuffer *buffer, const char *format, va_list arguments)
{
	size_t room = PRINTF_GUESS;
	for (;;) {
		struct chain *chain = room_in_one_locked(buffer, room, false);
		if (!chain) return -1;
		va_list again;
		va_copy(again, arguments);
		int count = vsnprintf((char *)chain_tail(chain), chain_room(chain), format, again);
		va_end(again);
		if (count < 0 || count == INT_MAX || !buffer_can_take(buffer, (size_t)count + 1)) return -1;
		if ((size_t)count < chain_room(chain)) {
			room_use_locked(buffer, chain, (size_t)count);
			return count;
		}
		room = (size_t)count + 1;
	}
}

int
evbuffer_add_vprintf(struct evbuffer *buf, const char *fmt, va_list ap)
{
	buffer_lock(buf);
	int count = buf->frozen_end ? -1 : print_locked(buf, fmt, ap);
	if (count > 0)
		buffer_changed_unlock(buf, (size_t)count, 0);
	else
		buffer_unlock(buf);
	return count;
}

int
evbuffer_add_printf(struct evbuffer *buf, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int count = evbuffer_add_vprintf(buf, fmt, ap);
	va_end(ap);
	return count;
}

/* ---- In front ----------------------------------------------------------------------------------------------------
 */

/* A chain for the front: the content at its end, so that more can come before; in the middle, when it is the only one.
 */
static struct chain *
chain_for_front(struct evbuffer *buffer, const void *data, size_t length)
{
	struct chain *chain = chain_new(length);
	if (!chain) return NULL;
	chain->start = chain->size - length;
	if (!buffer->first) chain->start /= 2;
	chain->length = length;
	memcpy(chain->data + chain->start, data, length);
	return chain;
}

static int
prepend_locked(struct evbuffer *buffer, const unsigned char *data, size_t length)
{
	struct chain *first = buffer->first;
	size_t part = first && chain_is_ours(first) ? first->start : 0;
	if (part > length) part = length;
	if (length > part) {
		struct chain *chain = chain_for_front(buffer, data, length - part);
		if (!chain) return -1;
		buffer_link_first_locked(buffer, chain);
	}
	if (part == 0) return 0;
	first->start -= part;
	first->length += part;
	memcpy(first->data + first->start, data + length - part, part);
	buffer->seek_chain = NULL;
	buffer_set_length(buffer, buffer_length(buffer) + part);
	return 0;
}

int
evbuffer_prepend(struct evbuffer *buf, const void *data, size_t size)
{
	buffer_lock(buf);
	if (buf->frozen_start || !buffer_can_take(buf, size) || (size && prepend_locked(buf, data, size) < 0)) {
		buffer_unlock(buf);
		return -1;
	}
	buffer_changed_unlock(buf, size, 0);
	return 0;
}
