/* SPDX-License-Identifier: BSD-3-Clause */
/* File segments: sent with sendfile() where nobody looks at the bytes, otherwise mapped or read into memory.
 *
 * A segment brings its bytes in once, and only when they are first wanted. Linux's sendfile() is the one that is used;
 * the others' differ, and there mapping serves. */
#include "config.h"

#include "evbuffer/state.h"
#include "util/mm.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/sendfile.h>
#endif

struct evbuffer_file_segment {
	atomic_uint refs;
	unsigned flags; /* EVBUF_FS_* */
	int fd;
	ev_off_t offset; /* in the file */
	size_t length;
	bool can_send;
	bool can_map;

	void *lock; /* keeps what follows */
	unsigned char *bytes;
	void *mapping; /* NULL: bytes were read */
	size_t mapping_length;

	evbuffer_file_segment_cleanup_cb cleanup;
	void *cleanup_arg;
};

/* ---- Bytes into memory -------------------------------------------------------------------------------------------
 */

static int
map(struct evbuffer_file_segment *segment)
{
	long page = sysconf(_SC_PAGESIZE);
	if (page <= 0) return -1;
	size_t skip = (size_t)(segment->offset % page);
	if (segment->length > SIZE_MAX - skip) return -1;
	size_t length = segment->length + skip;
	void *mapping = mmap(NULL, length, PROT_READ, MAP_PRIVATE, segment->fd, (off_t)(segment->offset - (ev_off_t)skip));
	if (mapping == MAP_FAILED) return -1;
	segment->mapping = mapping;
	segment->mapping_length = length;
	segment->bytes = (unsigned char *)mapping + skip;
	return 0;
}

/* What cannot seek is read from where it stands. */
static ssize_t
read_at(int fd, unsigned char *to, size_t length, off_t offset)
{
	ssize_t count;
	do {
		count = pread(fd, to, length, offset);
		if (count < 0 && errno == ESPIPE) count = read(fd, to, length);
	} while (count < 0 && errno == EINTR);
	return count;
}

static int
read_in(struct evbuffer_file_segment *segment)
{
	unsigned char *bytes = mm_malloc(segment->length);
	if (!bytes) return -1;
	for (size_t done = 0; done < segment->length;) {
		ssize_t count =
			read_at(segment->fd, bytes + done, segment->length - done, (off_t)segment->offset + (off_t)done);
		if (count <= 0) {
			if (count == 0) errno = EIO; /* shorter than it was said to be */
			mm_free(bytes);
			return -1;
		}
		done += (size_t)count;
	}
	segment->bytes = bytes;
	return 0;
}

unsigned char *
file_segment_bytes(struct evbuffer_file_segment *segment)
{
	thread_lock(segment->lock);
	if (!segment->bytes && (!segment->can_map || map(segment) < 0)) (void)read_in(segment);
	unsigned char *bytes = segment->bytes;
	thread_unlock(segment->lock);
	return bytes;
}

ssize_t
file_segment_send(struct evbuffer_file_segment *segment, size_t offset, size_t length, evutil_socket_t fd)
{
#ifdef __linux__
	if (segment->can_send) {
		off_t from = (off_t)segment->offset + (off_t)offset;
		ssize_t count = sendfile(fd, segment->fd, &from, length);
		if (count > 0) return count;
		if (count == 0) errno = EIO; /* the file shrank */
		if (count == 0 || (errno != EINVAL && errno != ENOSYS)) return -1;
	}
#else
	(void)segment, (void)offset, (void)length, (void)fd;
#endif
	errno = ENOTSUP;
	return -1;
}

/* ---- A segment's life --------------------------------------------------------------------------------------------
 */

/* Finds out the length, and what the file is good for. Returns 0, or -1 with errno. */
static int
measure(struct evbuffer_file_segment *segment, ev_off_t length)
{
	struct stat st;
	bool known = fstat(segment->fd, &st) == 0;
	/* Files of the kernel's own say that they are empty, and can be read nevertheless. */
	bool sized = known && S_ISREG(st.st_mode) && st.st_size > 0;
	if (length == -1) {
		if (!known || st.st_size < segment->offset) {
			if (known) errno = EINVAL;
			return -1;
		}
		length = st.st_size - segment->offset;
	} else if (sized && (segment->offset > st.st_size || length > st.st_size - segment->offset)) {
		errno = EINVAL;
		return -1;
	}
	if ((uint64_t)length > (uint64_t)EV_SSIZE_MAX) {
		errno = EINVAL;
		return -1;
	}
	segment->length = (size_t)length;
	segment->can_map = sized && !(segment->flags & EVBUF_FS_DISABLE_MMAP);
#ifdef __linux__
	segment->can_send = sized && !(segment->flags & EVBUF_FS_DISABLE_SENDFILE);
#endif
	return 0;
}

struct evbuffer_file_segment *
evbuffer_file_segment_new(int fd, ev_off_t offset, ev_off_t length, unsigned flags)
{
	bool failed = false;
	if (offset < 0 || length < -1 || length > INT64_MAX - offset) {
		errno = EINVAL;
		return NULL;
	}
	struct evbuffer_file_segment *segment = mm_calloc(1, sizeof(*segment));
	if (!segment) return NULL;
	atomic_init(&segment->refs, 1);
	segment->flags = flags;
	segment->fd = fd;
	segment->offset = offset;
	if (measure(segment, length) < 0) goto fail;
	if (!(flags & EVBUF_FS_DISABLE_LOCKING)) segment->lock = thread_lock_new(&failed);
	if (failed) goto fail;
	/* The caller learns here, not when the bytes are wanted, that they cannot be had. */
	if (!segment->can_send && segment->length && !file_segment_bytes(segment)) goto fail;
	return segment;
fail:
	thread_lock_free(segment->lock);
	mm_free(segment);
	return NULL;
}

void
file_segment_get(struct evbuffer_file_segment *segment)
{
	atomic_fetch_add_explicit(&segment->refs, 1, memory_order_relaxed);
}

void
file_segment_put(struct evbuffer_file_segment *segment)
{
	if (atomic_fetch_sub_explicit(&segment->refs, 1, memory_order_acq_rel) != 1) return;
	if (segment->mapping)
		(void)munmap(segment->mapping, segment->mapping_length);
	else if (segment->bytes)
		mm_free(segment->bytes);
	if (segment->flags & EVBUF_FS_CLOSE_ON_FREE) (void)close(segment->fd);
	if (segment->cleanup) segment->cleanup(segment, (int)segment->flags, segment->cleanup_arg);
	thread_lock_free(segment->lock);
	mm_free(segment);
}

void
evbuffer_file_segment_free(struct evbuffer_file_segment *seg)
{
	file_segment_put(seg);
}

void
evbuffer_file_segment_add_cleanup_cb(struct evbuffer_file_segment *seg, evbuffer_file_segment_cleanup_cb cb, void *arg)
{
	seg->cleanup = cb;
	seg->cleanup_arg = arg;
}

/* ---- Into a buffer -----------------------------------------------------------------------------------------------
 */

static struct chain *
chain_of_file_locked(struct evbuffer *buffer, struct evbuffer_file_segment *segment, size_t offset, size_t length)
{
	unsigned char *bytes = NULL;
	if (!segment->can_send) {
		bytes = file_segment_bytes(segment);
		if (!bytes) return NULL;
	}
	struct chain *chain = chain_from_slab(&buffer->slab, CHAIN_FILE);
	if (!chain) return NULL;
	chain->data = bytes ? bytes + offset : NULL;
	chain->start = 0;
	chain->length = chain->size = length;
	chain->of.file.segment = segment;
	chain->of.file.offset = offset;
	file_segment_get(segment);
	return chain;
}

int
evbuffer_add_file_segment(struct evbuffer *buf, struct evbuffer_file_segment *seg, ev_off_t offset, ev_off_t length)
{
	if (offset < 0 || length < -1 || (uint64_t)offset > seg->length) return -1;
	size_t rest = seg->length - (size_t)offset;
	if (length >= 0 && (uint64_t)length > rest) return -1;
	size_t count = length < 0 ? rest : (size_t)length;
	buffer_lock(buf);
	struct chain *chain = NULL;
	if (!buf->frozen_end && buffer_can_take(buf, count) && count)
		chain = chain_of_file_locked(buf, seg, (size_t)offset, count);
	if (!chain) {
		int result = buf->frozen_end || count ? -1 : 0;
		buffer_unlock(buf);
		return result;
	}
	buf->foreign = true;
	buffer_link_locked(buf, chain);
	buffer_changed_unlock(buf, count, 0);
	return 0;
}

int
evbuffer_add_file(struct evbuffer *outbuf, int fd, ev_off_t offset, ev_off_t length)
{
	struct evbuffer_file_segment *segment = evbuffer_file_segment_new(fd, offset, length, EVBUF_FS_CLOSE_ON_FREE);
	if (!segment) return -1;
	int result = evbuffer_add_file_segment(outbuf, segment, 0, -1);
	if (result < 0) segment->flags &= ~(unsigned)EVBUF_FS_CLOSE_ON_FREE;
	file_segment_put(segment);
	return result;
}
