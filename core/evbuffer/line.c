/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading lines. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

/* The line that ends at a place, as a string of its own; what ended it is drained too. */
static char *
take_line_locked(struct evbuffer *buffer, size_t length, size_t eol_length, struct chain_list *dropped)
{
	if (length == SIZE_MAX) return NULL;
	char *line = mm_malloc(length + 1);
	if (!line) return NULL;
	if (buffer_copy_locked(buffer->first, 0, line, length) < 0) {
		mm_free(line);
		return NULL;
	}
	line[length] = '\0';
	buffer_drain_locked(buffer, length + eol_length, dropped);
	return line;
}

char *
evbuffer_readln(struct evbuffer *buffer, size_t *n_read_out, enum evbuffer_eol_style eol_style)
{
	struct chain_list dropped;
	char *line = NULL;
	size_t eol_length = 0, length = 0;
	chain_list_init(&dropped);
	buffer_lock(buffer);
	if (!buffer->frozen_start) {
		struct evbuffer_ptr end = evbuffer_search_eol(buffer, NULL, &eol_length, eol_style);
		if (end.pos >= 0) {
			length = (size_t)end.pos;
			line = take_line_locked(buffer, length, eol_length, &dropped);
		}
	}
	if (n_read_out) *n_read_out = line ? length : 0;
	buffer_taken_unlock(buffer, line ? length + eol_length : 0, &dropped);
	return line;
}

char *
evbuffer_readline(struct evbuffer *buffer)
{
	return evbuffer_readln(buffer, NULL, EVBUFFER_EOL_ANY);
}
