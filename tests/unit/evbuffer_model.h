/* SPDX-License-Identifier: BSD-3-Clause */
/* Random operations on a few buffers, each against a flat string that does the same. Whoever includes this has rnd(),
 * where all choices come from: a number below another. */
#ifndef TESTS_UNIT_EVBUFFER_MODEL_H_
#define TESTS_UNIT_EVBUFFER_MODEL_H_

#include "evbuffer_test.h"

#include <stdio.h>
#include <unistd.h>

#define BUFFERS 3
#define ROOM (4u << 20) /* no content grows beyond */
#define SMALL 3000

static uint32_t rnd(uint32_t below);

struct model {
	struct evbuffer *buffer;
	unsigned char *bytes;
	size_t length;
	size_t told; /* what the callback makes of the length */
};

static struct model models[BUFFERS];
static int references;                        /* not cleaned up yet */
static int fds[2];                            /* a pipe */
static struct evbuffer_file_segment *segment; /* a file of what is in source */

/* Mostly small, sometimes large, sometimes a size at which memory is likely to be full. */
static size_t
rnd_length(void)
{
	switch (rnd(8)) {
	case 0:
		return rnd(3);
	case 1:
		return rnd(20000);
	case 2:
		return 1000 + rnd(100);
	default:
		return rnd(200);
	}
}

static unsigned char source[32768];

static const unsigned char *
rnd_bytes(size_t length)
{
	return source + rnd((uint32_t)(sizeof(source) - length));
}

static void
changed(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct model *model = arg;
	assert_ptr_equal(buffer, model->buffer);
	assert_int_equal(info->orig_size, model->told);
	assert_true(info->n_added || info->n_deleted);
	model->told += info->n_added;
	model->told -= info->n_deleted;
}

static void
put(struct model *model, size_t at, const void *bytes, size_t length)
{
	memmove(model->bytes + at + length, model->bytes + at, model->length - at);
	memcpy(model->bytes + at, bytes, length);
	model->length += length;
}

static void
cut(struct model *model, size_t length)
{
	memmove(model->bytes, model->bytes + length, model->length - length);
	model->length -= length;
}

static size_t
at_most(size_t length, const struct model *model)
{
	return length < model->length ? length : model->length;
}

/* ---- The operations: the second buffer is for those that need one -------------------------------------------------
 */

static void
op_add(struct model *a, struct model *b)
{
	(void)b;
	size_t length = rnd_length();
	const unsigned char *bytes = rnd_bytes(length);
	assert_int_equal(evbuffer_add(a->buffer, bytes, length), 0);
	put(a, a->length, bytes, length);
}

static void
op_prepend(struct model *a, struct model *b)
{
	(void)b;
	size_t length = rnd_length();
	const unsigned char *bytes = rnd_bytes(length);
	assert_int_equal(evbuffer_prepend(a->buffer, bytes, length), 0);
	put(a, 0, bytes, length);
}

static void
op_add_iovec(struct model *a, struct model *b)
{
	(void)b;
	struct evbuffer_iovec vec[4];
	size_t total = 0;
	int n = (int)rnd(5);
	for (int i = 0; i < n; i++) {
		vec[i].iov_len = rnd_length();
		const unsigned char *bytes = rnd_bytes(vec[i].iov_len);
		vec[i].iov_base = (void *)(uintptr_t)bytes;
		put(a, a->length, bytes, vec[i].iov_len);
		total += vec[i].iov_len;
	}
	assert_int_equal(evbuffer_add_iovec(a->buffer, vec, n), total);
}

static void
op_printf(struct model *a, struct model *b)
{
	(void)b;
	char text[4096];
	int length = snprintf(text, sizeof(text), "%*d", (int)rnd(2000), (int)rnd(1000));
	assert_int_equal(evbuffer_add_printf(a->buffer, "%s", text), length);
	put(a, a->length, text, (size_t)length);
}

static void
cleaned(const void *data, size_t length, void *arg)
{
	(void)length;
	assert_ptr_equal(data, arg);
	references--;
}

static void
op_reference(struct model *a, struct model *b)
{
	(void)b;
	size_t length = 1 + rnd_length();
	const unsigned char *bytes = rnd_bytes(length);
	references++;
	assert_int_equal(evbuffer_add_reference(a->buffer, bytes, length, cleaned, (void *)(uintptr_t)bytes), 0);
	put(a, a->length, bytes, length);
}

static void
op_drain(struct model *a, struct model *b)
{
	(void)b;
	size_t length = rnd(4) ? rnd_length() : a->length;
	assert_int_equal(evbuffer_drain(a->buffer, length), 0);
	cut(a, at_most(length, a));
}

static void
op_remove(struct model *a, struct model *b)
{
	(void)b;
	static unsigned char out[32768];
	size_t length = rnd_length(), expected = at_most(length, a);
	assert_int_equal(evbuffer_remove(a->buffer, out, length), expected);
	assert_memory_equal(out, a->bytes, expected);
	cut(a, expected);
}

static void
op_copyout(struct model *a, struct model *b)
{
	(void)b;
	static unsigned char out[32768];
	struct evbuffer_ptr place;
	size_t from = rnd((uint32_t)a->length + 1), length = rnd_length();
	size_t expected = length < a->length - from ? length : a->length - from;
	assert_int_equal(evbuffer_ptr_set(a->buffer, &place, from, EVBUFFER_PTR_SET), 0);
	assert_int_equal(evbuffer_copyout_from(a->buffer, &place, out, length), expected);
	assert_memory_equal(out, a->bytes + from, expected);
}

static void
op_add_buffer(struct model *a, struct model *b)
{
	assert_int_equal(evbuffer_add_buffer(a->buffer, b->buffer), 0);
	put(a, a->length, b->bytes, b->length);
	b->length = 0;
}

static void
op_prepend_buffer(struct model *a, struct model *b)
{
	assert_int_equal(evbuffer_prepend_buffer(a->buffer, b->buffer), 0);
	put(a, 0, b->bytes, b->length);
	b->length = 0;
}

static void
op_remove_buffer(struct model *a, struct model *b)
{
	size_t length = rnd_length(), moved = at_most(length, b);
	assert_int_equal(evbuffer_remove_buffer(b->buffer, a->buffer, length), moved);
	put(a, a->length, b->bytes, moved);
	cut(b, moved);
}

static void
op_share(struct model *a, struct model *b)
{
	int result = evbuffer_add_buffer_reference(a->buffer, b->buffer);
	if (result < 0) return; /* what b has is shared already */
	put(a, a->length, b->bytes, b->length);
}

static void
op_reserve(struct model *a, struct model *b)
{
	(void)b;
	struct evbuffer_iovec vec[2];
	size_t length = rnd_length(), written = 0;
	int n = evbuffer_reserve_space(a->buffer, (ev_ssize_t)(length ? length : 1), vec, 1 + (int)rnd(2));
	assert_true(n >= 1);
	if (rnd(4) == 0) return;
	for (int i = 0; i < n; i++) {
		size_t part = vec[i].iov_len < length - written ? vec[i].iov_len : length - written;
		const unsigned char *bytes = rnd_bytes(part);
		memcpy(vec[i].iov_base, bytes, part);
		put(a, a->length, bytes, part);
		vec[i].iov_len = part;
		written += part;
	}
	assert_int_equal(written, length);
	assert_int_equal(evbuffer_commit_space(a->buffer, vec, n), 0);
}

static void
op_expand(struct model *a, struct model *b)
{
	(void)b;
	assert_int_equal(evbuffer_expand(a->buffer, rnd_length()), 0);
}

static void
op_pullup(struct model *a, struct model *b)
{
	(void)b;
	size_t length = rnd(5) ? rnd_length() : a->length;
	const unsigned char *bytes = evbuffer_pullup(a->buffer, (ev_ssize_t)length);
	if (length == 0 || length > a->length)
		assert_null(bytes);
	else
		assert_memory_equal(bytes, a->bytes, length);
}

static void
op_peek(struct model *a, struct model *b)
{
	(void)b;
	struct evbuffer_iovec vec[8];
	struct evbuffer_ptr place;
	size_t from = rnd((uint32_t)a->length + 1), seen = 0, length = rnd_length();
	assert_int_equal(evbuffer_ptr_set(a->buffer, &place, from, EVBUFFER_PTR_SET), 0);
	int n = evbuffer_peek(a->buffer, (ev_ssize_t)length, &place, vec, 8);
	assert_true(n >= 0);
	for (int i = 0; i < n && i < 8; i++) {
		assert_true(from + seen + vec[i].iov_len <= a->length);
		assert_memory_equal(vec[i].iov_base, a->bytes + from + seen, vec[i].iov_len);
		seen += vec[i].iov_len;
	}
	if (n <= 8) assert_true(seen >= (length < a->length - from ? length : a->length - from));
}

static void
op_search(struct model *a, struct model *b)
{
	(void)b;
	struct evbuffer_ptr start, found;
	size_t from = rnd((uint32_t)a->length + 1), at, length = 1 + rnd(3);
	char what[3] = {(char)source[rnd(100)], (char)source[rnd(100)], (char)source[rnd(100)]};
	if (a->length > 3 && rnd(2)) memcpy(what, a->bytes + rnd((uint32_t)a->length - 3), 3);
	assert_int_equal(evbuffer_ptr_set(a->buffer, &start, from, EVBUFFER_PTR_SET), 0);
	found = evbuffer_search(a->buffer, what, length, &start);
	for (at = from; at + length <= a->length && memcmp(a->bytes + at, what, length) != 0;)
		at++;
	assert_int_equal(found.pos, at + length <= a->length ? (ev_ssize_t)at : -1);
}

/* The end of a line, the slow way. */
static ev_ssize_t
model_eol(const struct model *model, size_t from, enum evbuffer_eol_style style, size_t *length)
{
	const unsigned char *bytes = model->bytes;
	for (size_t at = from; at < model->length; at++) {
		bool crlf = bytes[at] == '\r' && at + 1 < model->length && bytes[at + 1] == '\n';
		size_t run = at;
		*length = 1;
		if (style == EVBUFFER_EOL_NUL && bytes[at] == '\0') return (ev_ssize_t)at;
		if (style == EVBUFFER_EOL_ANY) {
			while (run < model->length && (bytes[run] == '\r' || bytes[run] == '\n'))
				run++;
			*length = run - at;
			if (run > at) return (ev_ssize_t)at;
		}
		if ((style == EVBUFFER_EOL_LF || style == EVBUFFER_EOL_CRLF) && bytes[at] == '\n') return (ev_ssize_t)at;
		if ((style == EVBUFFER_EOL_CRLF || style == EVBUFFER_EOL_CRLF_STRICT) && crlf) {
			*length = 2;
			return (ev_ssize_t)at;
		}
	}
	*length = 0;
	return -1;
}

static void
op_eol(struct model *a, struct model *b)
{
	(void)b;
	struct evbuffer_ptr start, found;
	size_t from = rnd((uint32_t)a->length + 1), length = 99, expected_length = 0;
	enum evbuffer_eol_style style = (enum evbuffer_eol_style)rnd(5);
	ev_ssize_t expected = model_eol(a, from, style, &expected_length);
	assert_int_equal(evbuffer_ptr_set(a->buffer, &start, from, EVBUFFER_PTR_SET), 0);
	found = evbuffer_search_eol(a->buffer, &start, &length, style);
	assert_int_equal(found.pos, expected);
	assert_int_equal(length, expected_length);
}

static void
op_readln(struct model *a, struct model *b)
{
	(void)b;
	size_t length = 99, eol_length;
	enum evbuffer_eol_style style = (enum evbuffer_eol_style)rnd(5);
	ev_ssize_t expected = model_eol(a, 0, style, &eol_length);
	char *line = evbuffer_readln(a->buffer, &length, style);
	if (expected < 0) {
		assert_null(line);
		return;
	}
	assert_non_null(line);
	assert_int_equal(length, expected);
	assert_memory_equal(line, a->bytes, length);
	assert_int_equal(line[length], '\0');
	cut(a, length + eol_length);
	free(line);
}

/* Out into a pipe, and in again at the end of another buffer. */
static void
op_pipe(struct model *a, struct model *b)
{
	size_t length = 1 + rnd(2000);
	int written = evbuffer_write_atmost(a->buffer, fds[1], (ev_ssize_t)length);
	if (a->length == 0) return;
	assert_int_equal(written, at_most(length, a));
	put(b, b->length, a->bytes, (size_t)written);
	cut(a, (size_t)written);
	for (int done = 0; done < written;) {
		int n = evbuffer_read(b->buffer, fds[0], 1 + (int)rnd(2000));
		assert_true(n > 0);
		done += n;
	}
}

/* Part of a file that all have in common. */
static void
op_file(struct model *a, struct model *b)
{
	(void)b;
	size_t offset = rnd(sizeof(source)), length = rnd((uint32_t)(sizeof(source) - offset));
	assert_int_equal(evbuffer_add_file_segment(a->buffer, segment, (ev_off_t)offset, (ev_off_t)length), 0);
	put(a, a->length, source + offset, length);
}

static void
op_again(struct model *a, struct model *b)
{
	(void)b;
	if (a->buffer) evbuffer_free(a->buffer);
	a->buffer = evbuffer_new();
	assert_non_null(a->buffer);
	assert_non_null(evbuffer_add_cb(a->buffer, changed, a));
	if (rnd(2)) evbuffer_set_flags(a->buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
	a->length = a->told = 0;
}

static void (*const operations[])(struct model *, struct model *) = {op_add, op_add, op_add, op_prepend, op_add_iovec,
	op_printf, op_reference, op_drain, op_drain, op_remove, op_remove, op_copyout, op_add_buffer, op_prepend_buffer,
	op_remove_buffer, op_remove_buffer, op_share, op_reserve, op_reserve, op_expand, op_pullup, op_peek, op_search,
	op_eol, op_readln, op_readln, op_pipe, op_file};

static void
check(const struct model *model, bool all)
{
	static unsigned char copy[ROOM];
	assert_int_equal(evbuffer_get_length(model->buffer), model->length);
	assert_int_equal(model->told, model->length);
	if (!all) return;
	assert_int_equal(evbuffer_copyout(model->buffer, copy, sizeof(copy)), model->length);
	assert_memory_equal(copy, model->bytes, model->length);
}

static void
model_open(void)
{
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < BUFFERS; i++) {
		models[i].bytes = malloc(ROOM);
		models[i].buffer = NULL;
		assert_non_null(models[i].bytes);
	}
}

static inline void
model_close(void)
{
	for (int i = 0; i < BUFFERS; i++)
		free(models[i].bytes);
	close(fds[0]);
	close(fds[1]);
}

/* source is filled in. */
static void
model_begin(void)
{
	FILE *stream = tmpfile();
	assert_non_null(stream);
	assert_int_equal(fwrite(source, 1, sizeof(source), stream), sizeof(source));
	assert_int_equal(fflush(stream), 0);
	segment = evbuffer_file_segment_new(dup(fileno(stream)), 0, -1, EVBUF_FS_CLOSE_ON_FREE);
	assert_non_null(segment);
	fclose(stream);
	for (int i = 0; i < BUFFERS; i++)
		op_again(&models[i], NULL);
}

/* One operation of any kind. all: compare contents, not only lengths. */
static void
model_step(bool all)
{
	uint32_t which = rnd(BUFFERS);
	struct model *a = &models[which], *b = &models[(which + 1 + rnd(BUFFERS - 1)) % BUFFERS];
	if (a->length + b->length > SMALL * 20) {
		op_drain(a, b);
		op_remove_buffer(a, b);
	}
	if (a->length + b->length > ROOM / 4)
		op_again(rnd(2) ? a : b, NULL);
	else if (rnd(500) == 0)
		op_again(a, NULL);
	else
		operations[rnd(LENGTH(operations))](a, b);
	for (int i = 0; i < BUFFERS; i++)
		check(&models[i], all);
}

static void
model_end(void)
{
	for (int i = 0; i < BUFFERS; i++) {
		check(&models[i], true);
		evbuffer_free(models[i].buffer);
		models[i].buffer = NULL;
	}
	evbuffer_file_segment_free(segment);
	assert_int_equal(references, 0);
}

#endif
