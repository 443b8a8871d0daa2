/* SPDX-License-Identifier: BSD-3-Clause */
#include "chunk.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#define SMALL_PIECE 2048
#define SIZE_LINE 24

int
chunk_write(struct evbuffer *output, struct evbuffer *piece)
{
	const size_t len = evbuffer_get_length(piece);
	char line[SIZE_LINE];
	if (len == 0) return 0;
	const size_t line_len = (size_t)snprintf(line, sizeof(line), "%zx\r\n", len);
	if (len > SMALL_PIECE)
		return evbuffer_add(output, line, line_len) < 0 || evbuffer_add_buffer(output, piece) < 0 ||
					   evbuffer_add(output, "\r\n", 2) < 0
				   ? -1
				   : 0;
	struct evbuffer_iovec vec;
	if (evbuffer_reserve_space(output, (ssize_t)(line_len + len + 2), &vec, 1) != 1) return -1;
	char *at = vec.iov_base;
	memcpy(at, line, line_len);
	if (evbuffer_copyout(piece, at + line_len, len) != (ssize_t)len) return -1;
	memcpy(at + line_len + len, "\r\n", 2);
	vec.iov_len = line_len + len + 2;
	if (evbuffer_commit_space(output, &vec, 1) < 0) return -1;
	return evbuffer_drain(piece, len);
}

int
chunk_write_last(struct evbuffer *output)
{
	static const char last[] = "0\r\n\r\n";
	return evbuffer_add(output, last, sizeof(last) - 1);
}
