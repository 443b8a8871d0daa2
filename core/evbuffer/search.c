/* SPDX-License-Identifier: BSD-3-Clause */
/* Places in a buffer, and finding bytes.
 *
 * What a program keeps in a struct evbuffer_ptr is believed for its position only: a place that became invalid finds
 * the wrong bytes, but never memory that is gone. So that going on from place to place costs no walk through all
 * chains, the buffer remembers where it last was. */
#include "config.h"

#include "evbuffer/state.h"

#include <string.h>

struct chain *
buffer_seek_locked(struct evbuffer *buffer, size_t position, size_t *offset)
{
	struct chain *chain = buffer->first;
	size_t at = 0;
	*offset = 0;
	if (position >= buffer_length(buffer)) return NULL;
	if (buffer->seek_chain && buffer->seek_position <= position) {
		chain = buffer->seek_chain;
		at = buffer->seek_position;
	}
	while (position - at >= chain->length) {
		at += chain->length;
		chain = chain->next;
	}
	buffer->seek_chain = chain;
	buffer->seek_position = at;
	*offset = position - at;
	return chain;
}

static struct evbuffer_ptr
place_locked(struct evbuffer *buffer, size_t position)
{
	struct evbuffer_ptr place;
	size_t offset;
	place.pos = (ev_ssize_t)position;
	place.internal_.chain = buffer_seek_locked(buffer, position, &offset);
	place.internal_.pos_in_chain = offset;
	return place;
}

static struct evbuffer_ptr
no_place(void)
{
	struct evbuffer_ptr place = {-1, {NULL, 0}};
	return place;
}

int
evbuffer_ptr_set(struct evbuffer *buffer, struct evbuffer_ptr *ptr, size_t position, enum evbuffer_ptr_how how)
{
	int result = -1;
	buffer_lock(buffer);
	size_t base = 0, length = buffer_length(buffer);
	if (how == EVBUFFER_PTR_ADD) base = (size_t)ptr->pos; /* -1 is behind any end */
	if (base <= length && position <= length - base) {
		*ptr = place_locked(buffer, base + position);
		result = 0;
	} else {
		*ptr = no_place();
	}
	buffer_unlock(buffer);
	return result;
}

/* ---- Strings -----------------------------------------------------------------------------------------------------
 */

/* The length bytes at a place are those at what; they are there. */
static bool
matches_locked(struct chain *chain, size_t offset, const char *what, size_t length)
{
	while (length) {
		size_t part = chain->length - offset < length ? chain->length - offset : length;
		const unsigned char *bytes = chain_bytes(chain);
		if (!bytes || memcmp(bytes + chain->start + offset, what, part) != 0) return false;
		what += part;
		length -= part;
		offset = 0;
		chain = chain->next;
	}
	return true;
}

/* The first place in [position, last] where what begins; -1: none. */
static ev_ssize_t
find_locked(struct evbuffer *buffer, size_t position, size_t last, const char *what, size_t length)
{
	size_t offset;
	struct chain *chain = buffer_seek_locked(buffer, position, &offset);
	while (chain && position <= last) {
		const unsigned char *bytes = chain_bytes(chain), *found;
		if (!bytes) return -1;
		size_t rest = chain->length - offset;
		if (rest > last - position + 1) rest = last - position + 1;
		const unsigned char *from = bytes + chain->start + offset;
		while (rest && (found = memchr(from, (unsigned char)what[0], rest))) {
			size_t skipped = (size_t)(found - from);
			offset += skipped;
			position += skipped;
			if (matches_locked(chain, offset, what, length)) return (ev_ssize_t)position;
			rest -= skipped + 1;
			from = found + 1;
			offset++;
			position++;
		}
		position += chain->length - offset;
		offset = 0;
		chain = chain->next;
	}
	return -1;
}

struct evbuffer_ptr
evbuffer_search_range(struct evbuffer *buffer, const char *what, size_t len, const struct evbuffer_ptr *start,
	const struct evbuffer_ptr *end)
{
	struct evbuffer_ptr place = no_place();
	buffer_lock(buffer);
	size_t from = start ? (size_t)start->pos : 0, to = buffer_length(buffer);
	if (end && (size_t)end->pos < to) to = (size_t)end->pos;
	if (from <= to && len <= to - from) {
		ev_ssize_t found = len ? find_locked(buffer, from, to - len, what, len) : (ev_ssize_t)from;
		if (found >= 0) place = place_locked(buffer, (size_t)found);
	}
	buffer_unlock(buffer);
	return place;
}

struct evbuffer_ptr
evbuffer_search(struct evbuffer *buffer, const char *what, size_t len, const struct evbuffer_ptr *start)
{
	return evbuffer_search_range(buffer, what, len, start, NULL);
}

/* ---- Lines: what ends them ---------------------------------------------------------------------------------------
 */

/* A walk over the bytes from a place on, one stretch after another. */
struct walk {
	struct chain *chain;
	const unsigned char *from, *end; /* the rest of the present stretch */
	size_t position;                 /* of from */
};

static bool
walk_stretch(struct walk *walk, size_t offset)
{
	if (!walk->chain) return false;
	const unsigned char *bytes = chain_bytes(walk->chain);
	if (!bytes) return false;
	walk->from = bytes + walk->chain->start + offset;
	walk->end = bytes + walk->chain->start + walk->chain->length;
	return true;
}

static bool
walk_begin_locked(struct walk *walk, struct evbuffer *buffer, size_t position)
{
	size_t offset;
	walk->chain = buffer_seek_locked(buffer, position, &offset);
	walk->position = position;
	return walk_stretch(walk, offset);
}

/* To the next stretch. */
static bool
walk_on(struct walk *walk)
{
	walk->position += (size_t)(walk->end - walk->from);
	walk->chain = walk->chain->next;
	return walk_stretch(walk, 0);
}

static void
walk_to(struct walk *walk, const unsigned char *to)
{
	walk->position += (size_t)(to - walk->from);
	walk->from = to;
}

/* Where the next byte is; walk->from is there. -1: nowhere. */
static ev_ssize_t
next_byte(struct walk *walk, unsigned char byte)
{
	do {
		const unsigned char *found = memchr(walk->from, byte, (size_t)(walk->end - walk->from));
		if (found) {
			walk_to(walk, found);
			return (ev_ssize_t)walk->position;
		}
	} while (walk_on(walk));
	return -1;
}

/* The next LF, with the CR before it (if there is one) or only with one (strict). */
static ev_ssize_t
next_crlf(struct walk *walk, bool strict, size_t *length)
{
	int before = -1; /* the last byte of the stretch before */
	do {
		const unsigned char *begin = walk->from, *found;
		while ((found = memchr(walk->from, '\n', (size_t)(walk->end - walk->from)))) {
			int previous = found > begin ? found[-1] : before;
			walk_to(walk, found);
			*length = previous == '\r' ? 2 : 1;
			if (previous == '\r') return (ev_ssize_t)walk->position - 1;
			if (!strict) return (ev_ssize_t)walk->position;
			walk_to(walk, found + 1);
		}
		before = walk->end[-1];
	} while (walk_on(walk));
	return -1;
}

static bool
is_cr_or_lf(unsigned char byte)
{
	return byte == '\r' || byte == '\n';
}

static ev_ssize_t
next_run(struct walk *walk, size_t *length)
{
	ev_ssize_t position = -1;
	do {
		const unsigned char *found = walk->from;
		if (position < 0) {
			const unsigned char *lf = memchr(found, '\n', (size_t)(walk->end - found));
			const unsigned char *cr = memchr(found, '\r', (size_t)((lf ? lf : walk->end) - found));
			found = cr ? cr : lf;
			if (!found) continue;
			walk_to(walk, found);
			position = (ev_ssize_t)walk->position;
		}
		while (found < walk->end && is_cr_or_lf(*found))
			found++;
		*length += (size_t)(found - walk->from);
		if (found < walk->end) break;
	} while (walk_on(walk));
	return position;
}

static ev_ssize_t
find_eol_locked(struct evbuffer *buffer, size_t from, size_t *length, enum evbuffer_eol_style style)
{
	struct walk walk;
	*length = 0;
	if (!walk_begin_locked(&walk, buffer, from)) return -1;
	switch (style) {
	case EVBUFFER_EOL_ANY:
		return next_run(&walk, length);
	case EVBUFFER_EOL_CRLF:
		return next_crlf(&walk, false, length);
	case EVBUFFER_EOL_CRLF_STRICT:
		return next_crlf(&walk, true, length);
	case EVBUFFER_EOL_LF:
		*length = 1;
		return next_byte(&walk, '\n');
	case EVBUFFER_EOL_NUL:
		*length = 1;
		return next_byte(&walk, '\0');
	}
	return -1;
}

struct evbuffer_ptr
evbuffer_search_eol(
	struct evbuffer *buffer, struct evbuffer_ptr *start, size_t *eol_len_out, enum evbuffer_eol_style eol_style)
{
	struct evbuffer_ptr place = no_place();
	size_t length;
	buffer_lock(buffer);
	ev_ssize_t found = find_eol_locked(buffer, start ? (size_t)start->pos : 0, &length, eol_style);
	if (found >= 0) place = place_locked(buffer, (size_t)found);
	buffer_unlock(buffer);
	if (eol_len_out) *eol_len_out = found >= 0 ? length : 0;
	return place;
}
