/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFER_H_INCLUDED_
#define EVENT2_BUFFER_H_INCLUDED_

/** @file event2/buffer.h
 *
 * Evbuffers: queues of bytes for input and output.
 *
 * Data is added at the end and taken from the front. A buffer is a list of pieces of memory (and of files) of any size;
 * whole pieces move from one buffer to another without a copy. Where one stretch of memory is needed evbuffer_pullup()
 * makes it; evbuffer_peek() and evbuffer_reserve_space() give access to the pieces as they are.
 *
 * Lengths are in bytes. Positions count from the first byte of the buffer, which is position 0. A length that no buffer
 * could hold together with what it has (more than EV_SSIZE_MAX in all) is refused with -1, and nothing is changed.
 * Unless a function says otherwise, it returns 0, or -1 when it failed, and then the contents are as before.
 *
 * Threads: a buffer is for one thread at a time until evbuffer_enable_locking() was called; then each function takes
 * the lock for its own time. Several steps become one between evbuffer_lock() and evbuffer_unlock(). Pointers into a
 * buffer (from evbuffer_pullup(), evbuffer_peek(), evbuffer_reserve_space()) are valid until the buffer changes, so
 * they are used under the lock. Functions that work on two buffers lock both in an order that cannot deadlock. */

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <event2/event-config.h>
#include <stdarg.h>
#ifdef EVENT__HAVE_SYS_TYPES_H
#include <sys/types.h>
#endif
#ifdef EVENT__HAVE_SYS_UIO_H
#include <sys/uio.h>
#endif
#include <event2/util.h>

struct event_base;
struct evbuffer;
struct evbuffer_cb_entry;
struct evbuffer_file_segment;

/** A place in a buffer, from the first byte to just behind the last one; pos is -1 when there is no such place (a
 * search found nothing). Set it with evbuffer_ptr_set() or take it from a search, never by hand: internal_ is not for
 * use. It becomes invalid when the buffer changes. */
struct evbuffer_ptr {
	ev_ssize_t pos; /**< position in the buffer; -1: none */
	/** Not for use. */
	struct {
		void *chain;         /**< the piece */
		size_t pos_in_chain; /**< position in that */
	} internal_;             /**< where that is */
};

/** A stretch of memory: its start and its length. The system's own struct iovec, where there is one. */
#ifdef EVENT__HAVE_SYS_UIO_H
#define evbuffer_iovec iovec
/** Defined when it is that. */
#define EVBUFFER_IOVEC_IS_NATIVE_
#else
struct evbuffer_iovec {
	void *iov_base; /**< its start */
	size_t iov_len; /**< its length in bytes */
};
#endif

/* ---- A buffer's life ---------------------------------------------------------------------------------------------
 */

/** A new, empty buffer without a lock; NULL when there is no memory. Release it with evbuffer_free(). */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evbuffer_new(void);

/** Gives back the buffer and all that it holds; references and file segments get their clean-up. Callbacks that wait in
 * the loop (evbuffer_defer_callbacks()) are not run any more. May be called from the buffer's own callback. Never free
 * a buffer that belongs to a bufferevent. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void evbuffer_free(struct evbuffer *buf);

/** Makes the buffer safe for use by several threads. lock: a recursive lock from the evthread callbacks, which the
 * caller keeps and which must outlive the buffer, or NULL: the buffer makes one, and frees it in the end. Callbacks run
 * without it. Returns -1 when the buffer has a lock already, or none can be made (evthread_use_pthreads() was not
 * called). */
EVENT2_EXPORT_SYMBOL
int evbuffer_enable_locking(struct evbuffer *buf, void *lock);

/** Hold and release the buffer's lock; both do nothing without one. The lock is recursive. Callbacks for changes that
 * are made in between run at once, in this thread, and so with the caller's own hold of the lock. */
EVENT2_EXPORT_SYMBOL
void evbuffer_lock(struct evbuffer *buf);
/** Ends evbuffer_lock(). */
EVENT2_EXPORT_SYMBOL
void evbuffer_unlock(struct evbuffer *buf);

/** For evbuffer_set_flags(): the buffer's data leaves only through evbuffer_write() and its kind, evbuffer_drain(), or
 * whole into another such buffer, so that files in it need not be in memory. libevent wants to be told; here every
 * buffer's files go out through sendfile(), unless somebody looks at their bytes before: then they are brought in. */
#define EVBUFFER_FLAG_DRAINS_TO_FD 1

/** Switch flags (EVBUFFER_FLAG_*) on and off. Return 0. */
EVENT2_EXPORT_SYMBOL
int evbuffer_set_flags(struct evbuffer *buf, ev_uint64_t flags);
/** Switches flags off: see evbuffer_set_flags(). */
EVENT2_EXPORT_SYMBOL
int evbuffer_clear_flags(struct evbuffer *buf, ev_uint64_t flags);

/** How many bytes the buffer holds. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_length(const struct evbuffer *buf);

/** How many bytes from the front are in one stretch already: evbuffer_pullup() of so many costs nothing. 0 when empty.
 */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_contiguous_space(const struct evbuffer *buf);

/* ---- Adding ------------------------------------------------------------------------------------------------------
 */

/** Makes room, so that adding datlen bytes next needs no memory. */
EVENT2_EXPORT_SYMBOL
int evbuffer_expand(struct evbuffer *buf, size_t datlen);

/** Room at the end, to be written by the caller and then made part of the buffer by evbuffer_commit_space(). The
 * stretches hold size bytes or more in all. With n_vec of 1 the room is one stretch; with 2 it may be two, which wastes
 * less; more are never used. Asked again before a commit, it gives the same room. In between nothing else may be done
 * with the buffer. Returns how many stretches were filled in; -1 on error (n_vec < 1, size < 0, end frozen, no memory).
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_reserve_space(struct evbuffer *buf, ev_ssize_t size, struct evbuffer_iovec *vec, int n_vec);

/** Appends what was written into reserved room. vec: as evbuffer_reserve_space() filled it in, iov_len made smaller to
 * how much was written; stretches at its end may be left out with n_vecs. Returns -1, and appends nothing, when vec is
 * not (any more) the room at the end of this buffer or is longer than that, or the end is frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_commit_space(struct evbuffer *buf, struct evbuffer_iovec *vec, int n_vecs);

/** Appends a copy of datlen bytes. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add(struct evbuffer *buf, const void *data, size_t datlen);

/** Puts a copy of size bytes in front of all others. */
EVENT2_EXPORT_SYMBOL
int evbuffer_prepend(struct evbuffer *buf, const void *data, size_t size);

/** Appends copies of n_vec stretches of memory, as one. Returns how many bytes were appended: all, or 0 on error. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_add_iovec(struct evbuffer *buffer, struct evbuffer_iovec *vec, int n_vec);

/** Append text as printf() and vprintf() have it, without the final NUL. Return the number of bytes, or -1. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_printf(struct evbuffer *buf, const char *fmt, ...)
#ifdef __GNUC__
	__attribute__((format(printf, 2, 3)))
#endif
	;
/** evbuffer_add_printf() with its arguments in a list. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_vprintf(struct evbuffer *buf, const char *fmt, va_list ap)
#ifdef __GNUC__
	__attribute__((format(printf, 2, 0)))
#endif
	;

/* ---- Taking ------------------------------------------------------------------------------------------------------
 */

/** Moves up to datlen bytes from the front into memory at data. Returns how many (0 when the buffer is empty, INT_MAX
 * at most), or -1 when the front is frozen or a file cannot be read. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove(struct evbuffer *buf, void *data, size_t datlen);

/** Copies up to datlen bytes from the front, or from pos on, and leaves the buffer as it is. pos NULL: the front.
 * Return how many; -1 as evbuffer_remove(), or when pos is none. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t evbuffer_copyout(struct evbuffer *buf, void *data_out, size_t datlen);
/** evbuffer_copyout() from pos on. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t evbuffer_copyout_from(struct evbuffer *buf, const struct evbuffer_ptr *pos, void *data_out, size_t datlen);

/** Throws away len bytes at the front; all of them, when there are fewer. */
EVENT2_EXPORT_SYMBOL
int evbuffer_drain(struct evbuffer *buf, size_t len);

/** What ends a line. */
enum evbuffer_eol_style {
	EVBUFFER_EOL_ANY,         /**< any run of CR and LF; a run that arrives in two halves ends two lines */
	EVBUFFER_EOL_CRLF,        /**< LF, or CR LF */
	EVBUFFER_EOL_CRLF_STRICT, /**< CR LF and nothing else */
	EVBUFFER_EOL_LF,          /**< LF */
	EVBUFFER_EOL_NUL          /**< a zero byte */
};

/** Takes the first line from the front, and throws away what ended it. Returns the line with a NUL behind it, for the
 * caller to free(); NULL when there is no whole line yet, the front is frozen, or there is no memory. *n_read_out (may
 * be NULL) becomes the line's length, 0 with NULL. */
EVENT2_EXPORT_SYMBOL
char *evbuffer_readln(struct evbuffer *buffer, size_t *n_read_out, enum evbuffer_eol_style eol_style);

/* ---- Moving between buffers --------------------------------------------------------------------------------------
 */

/** Moves all of inbuf to the end of outbuf, without a copy. Both the same: nothing happens, 0. -1 when the end of
 * outbuf or the front of inbuf is frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_buffer(struct evbuffer *outbuf, struct evbuffer *inbuf);

/** Moves all of src to the front of dst, without a copy. -1 when either front is frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_prepend_buffer(struct evbuffer *dst, struct evbuffer *src);

/** Moves up to datlen bytes from the front of src to the end of dst; only part of a piece is copied. Returns how many
 * (INT_MAX at most), or -1 when one of them is frozen there or no memory is left. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_buffer(struct evbuffer *src, struct evbuffer *dst, size_t datlen);

/** Appends what inbuf holds now to outbuf, and leaves inbuf as it is; both share the memory, which lives until neither
 * needs it. Later changes of inbuf are not seen in outbuf. -1 also when both are the same, or when inbuf holds file
 * segments or data that it shares itself through this function. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_buffer_reference(struct evbuffer *outbuf, struct evbuffer *inbuf);

/* ---- Memory of the caller's --------------------------------------------------------------------------------------
 */

/** Called when no buffer needs the memory any more, from whatever function let it go; no lock of a buffer is held by
 * the library then. data and extra as given; datalen: to the end of the referenced bytes, from data. */
typedef void (*evbuffer_ref_cleanup_cb)(const void *data, size_t datalen, void *extra);

/** Appends datlen bytes at data without a copy. They must not change until cleanupfn (may be NULL) was called. -1: the
 * memory stays the caller's, and cleanupfn is not called. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_reference(
	struct evbuffer *outbuf, const void *data, size_t datlen, evbuffer_ref_cleanup_cb cleanupfn, void *cleanupfn_arg);

/** The same for the datlen bytes at data + offset; cleanupfn is still told of data, and of offset + datlen bytes. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_reference_with_offset(struct evbuffer *outbuf, const void *data, size_t offset, size_t datlen,
	evbuffer_ref_cleanup_cb cleanupfn, void *cleanupfn_arg);

/* ---- Files -------------------------------------------------------------------------------------------------------
 */

/** Appends length bytes (-1: up to the file's end) of an open file, from offset on. On success the buffer owns fd and
 * closes it in the end; on failure it stays the caller's. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_file(struct evbuffer *outbuf, int fd, ev_off_t offset, ev_off_t length);

/** For evbuffer_file_segment_new(). */
#define EVBUF_FS_CLOSE_ON_FREE 0x01 /**< close the fd when the segment is no longer used */
#define EVBUF_FS_DISABLE_MMAP 0x02  /**< never map the file */
#define EVBUF_FS_DISABLE_SENDFILE                                                                                      \
	0x04                              /**< always have the bytes in memory, so that they can be read from the buffer   \
									   */
#define EVBUF_FS_DISABLE_LOCKING 0x08 /**< the segment and its buffers stay in one thread */

/** A part of an open file (length bytes from offset on, -1: up to the end), which can be added to any number of
 * buffers. The fd must stay open, and the file must not shrink, as long as a buffer uses it. Returns NULL with errno
 * for a bad range (also one that is not in the file), a size that cannot be known, or no memory; the fd stays the
 * caller's then.
 */
EVENT2_EXPORT_SYMBOL
struct evbuffer_file_segment *evbuffer_file_segment_new(int fd, ev_off_t offset, ev_off_t length, unsigned flags);

/** The caller needs the segment no more; it goes when no buffer does either. Any thread, unless
 * EVBUF_FS_DISABLE_LOCKING. */
EVENT2_EXPORT_SYMBOL
void evbuffer_file_segment_free(struct evbuffer_file_segment *seg);

/** Called when a segment goes, after its fd was closed if that was asked for. flags: those that it was made with. */
typedef void (*evbuffer_file_segment_cleanup_cb)(struct evbuffer_file_segment const *seg, int flags, void *arg);
/** Adds a function that is called when the segment goes; there is one at most: a later one takes its place. */
EVENT2_EXPORT_SYMBOL
void evbuffer_file_segment_add_cleanup_cb(
	struct evbuffer_file_segment *seg, evbuffer_file_segment_cleanup_cb cb, void *arg);

/** Appends length bytes (-1: the rest) of a segment, from offset on, which counts from the segment's own start. -1 also
 * for a range that is not inside of the segment. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_file_segment(
	struct evbuffer *buf, struct evbuffer_file_segment *seg, ev_off_t offset, ev_off_t length);

/* ---- Reading and writing descriptors -----------------------------------------------------------------------------
 */

/** Write the front of the buffer to fd, until it takes no more, and drain what was written. howmuch: at most so many
 * bytes, negative: as many as there are. Return the number of bytes written; -1 with errno when none could be, and when
 * there are none to write or the front is frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_write(struct evbuffer *buffer, evutil_socket_t fd);
/** evbuffer_write() of howmuch bytes at most. */
EVENT2_EXPORT_SYMBOL
int evbuffer_write_atmost(struct evbuffer *buffer, evutil_socket_t fd, ev_ssize_t howmuch);

/** Reads from fd with one system call, and appends what came: at most howmuch bytes and at most the buffer's max_read;
 * howmuch negative: max_read. Returns the number of bytes, 0 at end of file, -1 with errno on error, would-block, or
 * when the end is frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_read(struct evbuffer *buffer, evutil_socket_t fd, int howmuch);

/** The most that one evbuffer_read() takes; 4096 at first. Setting refuses 0 and more than INT_MAX. */
EVENT2_EXPORT_SYMBOL
int evbuffer_set_max_read(struct evbuffer *buf, size_t max);
/** What evbuffer_set_max_read() set. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_max_read(struct evbuffer *buf);

/* ---- Searching ---------------------------------------------------------------------------------------------------
 */

/** Finds the first occurrence of len bytes at what that lies wholly between start (NULL: the front) and end (NULL: the
 * buffer's end). An empty string is found at start. pos in the result is -1 when there is no such place. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search(
	struct evbuffer *buffer, const char *what, size_t len, const struct evbuffer_ptr *start);
/** evbuffer_search() up to end. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search_range(struct evbuffer *buffer, const char *what, size_t len,
	const struct evbuffer_ptr *start, const struct evbuffer_ptr *end);

/** What evbuffer_ptr_set() counts from. */
enum evbuffer_ptr_how {
	EVBUFFER_PTR_SET, /**< position counts from the front; ptr needs no value before */
	EVBUFFER_PTR_ADD  /**< position counts from where ptr is */
};

/** Moves ptr. -1 when that is behind the buffer's end, and then ptr->pos is -1. */
EVENT2_EXPORT_SYMBOL
int evbuffer_ptr_set(struct evbuffer *buffer, struct evbuffer_ptr *ptr, size_t position, enum evbuffer_ptr_how how);

/** Finds the first end of a line from start (NULL: the front) on. *eol_len_out (may be NULL) becomes its length, 0 when
 * there is none and pos is -1. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search_eol(
	struct evbuffer *buffer, struct evbuffer_ptr *start, size_t *eol_len_out, enum evbuffer_eol_style eol_style);

/* ---- Looking without taking --------------------------------------------------------------------------------------
 */

/** Tells where the bytes from start_at (NULL: the front) on are, without moving any. Fills vec_out with the first n_vec
 * stretches of at least len bytes; the last one may reach beyond len, its piece being longer. len negative: as many as
 * vec_out takes, or as the buffer has when n_vec is 0. Returns how many stretches there would have to be, which may be
 * more than n_vec; -1 when start_at is no place of this buffer. vec_out NULL with n_vec 0 only counts. */
EVENT2_EXPORT_SYMBOL
int evbuffer_peek(
	struct evbuffer *buffer, ev_ssize_t len, struct evbuffer_ptr *start_at, struct evbuffer_iovec *vec_out, int n_vec);

/** Makes the first size bytes (negative: all) one stretch and returns its start. NULL when size is 0 or more than there
 * is, or when no memory is left. */
EVENT2_EXPORT_SYMBOL
unsigned char *evbuffer_pullup(struct evbuffer *buf, ev_ssize_t size);

/* ---- Being told --------------------------------------------------------------------------------------------------
 */

/** How the length changed since the callbacks ran last. */
struct evbuffer_cb_info {
	size_t orig_size; /**< the length then */
	size_t n_added;   /**< bytes that came since */
	size_t n_deleted; /**< bytes that went since */
};

/** Called after the length changed. It may change or free the buffer, add callbacks and remove any; its own changes
 * call the callbacks again. The library holds no lock meanwhile, so with several threads a callback may still be
 * running in another thread when evbuffer_remove_cb() or evbuffer_free() returns. */
typedef void (*evbuffer_cb_func)(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg);

/** Adds a callback. Those added later are called first. Returns a handle, valid until it is removed; NULL without
 * memory. cb NULL: removes all callbacks, and returns NULL. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_cb_entry *evbuffer_add_cb(struct evbuffer *buffer, evbuffer_cb_func cb, void *cbarg);

/** Remove a callback, by its handle, or the first that was added with this function and argument. -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_cb_entry(struct evbuffer *buffer, struct evbuffer_cb_entry *ent);
/** Removes a callback by function and argument: see evbuffer_remove_cb_entry(). */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_cb(struct evbuffer *buffer, evbuffer_cb_func cb, void *cbarg);

/** A callback is called only while it has this flag; a new one has it. */
#define EVBUFFER_CB_ENABLED 1

/** Switch a callback's flags (EVBUFFER_CB_ENABLED) on and off. Return 0. */
EVENT2_EXPORT_SYMBOL
int evbuffer_cb_set_flags(struct evbuffer *buffer, struct evbuffer_cb_entry *cb, ev_uint32_t flags);
/** Switches a callback's flags off: see evbuffer_cb_set_flags(). */
EVENT2_EXPORT_SYMBOL
int evbuffer_cb_clear_flags(struct evbuffer *buffer, struct evbuffer_cb_entry *cb, ev_uint32_t flags);

/** From now on callbacks do not run inside of the function that changed the buffer, but from the loop of base, once for
 * all changes until then. Cannot be taken back, nor given another base. Returns 0; -1 without memory. */
EVENT2_EXPORT_SYMBOL
int evbuffer_defer_callbacks(struct evbuffer *buffer, struct event_base *base);

/* ---- Freezing ----------------------------------------------------------------------------------------------------
 */

/** A frozen front (at_front not 0): nothing is taken from it or put before it. A frozen end: nothing is appended. What
 * would do so fails with -1. Bufferevents freeze what they alone may change. Return 0. */
EVENT2_EXPORT_SYMBOL
int evbuffer_freeze(struct evbuffer *buf, int at_front);
/** Ends evbuffer_freeze(), however often that was called. */
EVENT2_EXPORT_SYMBOL
int evbuffer_unfreeze(struct evbuffer *buf, int at_front);

#ifdef __cplusplus
}
#endif

#endif
