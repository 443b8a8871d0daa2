/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_BUFFEREVENT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_H_INCLUDED_

/** @file event2/bufferevent.h
 *
 * Bufferevents: a stream with an input and an output buffer, which the loop fills and empties.
 *
 * The program adds to the output buffer and takes from the input buffer; the bufferevent moves the bytes and tells by
 * three callbacks: data was read, output was written, something else happened (end, error, timeout, connected). There
 * are sockets (bufferevent_socket_new()), pairs within the process (bufferevent_pair_new()) and filters over another
 * bufferevent (bufferevent_filter_new()); plugins bring more, such as TLS (event2/bufferevent_ssl.h), through
 * event2/plugin_bufferevent.h.
 *
 * What holds for all of them unless said otherwise:
 * - A function that returns int returns 0, or -1 when it failed.
 * - Writing is enabled from the start, reading is not.
 * - Threads: without BEV_OPT_THREADSAFE a bufferevent belongs to the thread that runs its base. With it every function
 *   here may be called from any thread. No lock of ours is held while a callback of the program runs, so nothing in
 *   here waits for one: not bufferevent_free(), nor bufferevent_setcb(). A callback that already runs in the loop's
 *   thread may thus still be running when they return.
 * - Callbacks run in the thread of the loop, at most one at a time for a bufferevent. */

#include <event2/event-config.h>
#include <event2/visibility.h>
#include <sys/time.h>
#include <sys/types.h>

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct event_base;
struct evbuffer;
struct evdns_base;
struct sockaddr;
struct addrinfo;

/** @name Bits of what an event callback is told
 * @{ */
#define BEV_EVENT_READING 0x01   /**< it happened while reading */
#define BEV_EVENT_WRITING 0x02   /**< it happened while writing */
#define BEV_EVENT_EOF 0x10       /**< the peer sends no more */
#define BEV_EVENT_ERROR 0x20     /**< it failed: EVUTIL_SOCKET_ERROR() or errno says how, while the callback runs */
#define BEV_EVENT_TIMEOUT 0x40   /**< bufferevent_set_timeouts() ran out; that direction is disabled now */
#define BEV_EVENT_CONNECTED 0x80 /**< bufferevent_socket_connect() has succeeded, or a handshake is done */
/** @} */

/** The read callback: there is new input, and at least the low watermark of it. The write callback: output was written,
 * and no more than the low watermark of it is left. ctx is what bufferevent_setcb() got. */
typedef void (*bufferevent_data_cb)(struct bufferevent *bev, void *ctx);

/** Anything else happened; what: BEV_EVENT_*. With deferred callbacks several events may come as one, merged. */
typedef void (*bufferevent_event_cb)(struct bufferevent *bev, short what, void *ctx);

/** Options of all functions that make a bufferevent. */
enum bufferevent_options {
	/** Freeing it closes what it uses: the socket, or the bufferevent under it. */
	BEV_OPT_CLOSE_ON_FREE = (1 << 0),
	/** Gets a lock, when the library knows threads (event2/thread.h). */
	BEV_OPT_THREADSAFE = (1 << 1),
	/** Callbacks run from the loop, never from within the call or event that caused them. */
	BEV_OPT_DEFER_CALLBACKS = (1 << 2),
	/** Callbacks run without the bufferevent's lock. They always do here; the flag is accepted as it is elsewhere. */
	BEV_OPT_UNLOCK_CALLBACKS = (1 << 3)
};

/* ---- Sockets --------------------------------------------------------------------------------------------------- */

/** Makes a bufferevent for a stream socket, which must be non-blocking. fd may be -1 when bufferevent_setfd() or
 * bufferevent_socket_connect() comes later. options: enum bufferevent_options. Returns NULL when there is no memory.
 * What is written is handed to the kernel when the running callbacks have returned, in one go. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_socket_new(struct event_base *base, evutil_socket_t fd, int options);

/** Connects, with a new socket unless there is one already. The event callback gets BEV_EVENT_CONNECTED, or
 * BEV_EVENT_ERROR (also when the connection is refused at once). addr NULL: somebody else has called connect() on the
 * socket, wait for its end. addr is copied. Returns 0 when it is under way, -1 with errno when not. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_socket_connect(struct bufferevent *bufev, const struct sockaddr *addr, int socklen);

/** Resolves a host name or a numeric address (IPv6 also in brackets) and connects to its first address.
 * dns_base: resolves without blocking; NULL: getaddrinfo() is called and may block the whole loop.
 * family: AF_INET, AF_INET6, or AF_UNSPEC for either. port: in host byte order.
 * Returns 0 when it is under way; all that fails later is told as BEV_EVENT_ERROR, then
 * bufferevent_socket_get_dns_error() says whether it was the name. -1 when it cannot even begin. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_socket_connect_hostname(
	struct bufferevent *bufev, struct evdns_base *evdns_base, int family, const char *hostname, int port);

/** The same with all that a hint for getaddrinfo() can ask for; hints_in is copied. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_socket_connect_hostname_hints(struct bufferevent *bufev, struct evdns_base *evdns_base,
	const struct addrinfo *hints_in, const char *hostname, int port);

/** Error of the last resolution for bufferevent_socket_connect_hostname(), 0 when it succeeded: an EVUTIL_EAI_* for
 * evutil_gai_strerror(). */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_socket_get_dns_error(struct bufferevent *bev);

/* ---- Settings -------------------------------------------------------------------------------------------------- */

/** Moves a socket bufferevent, none of whose callbacks may be pending, to another base. -1 for other types. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_base_set(struct event_base *base, struct bufferevent *bufev);

/** The base that runs it; for a filter the one of the bufferevent under it. */
EVENT2_CORE_EXPORT_SYMBOL
struct event_base *bufferevent_get_base(struct bufferevent *bev);

/** Sets the priority (0 is best) of its events and callbacks. -1: not a type that has one, or a number that the base
 * does not have. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_priority_set(struct bufferevent *bufev, int pri);

/** The priority. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_get_priority(const struct bufferevent *bufev);

/** Ends its use: callbacks are no longer begun, and the memory is given back when none of them runs any more. Output
 * that was not written yet is lost. May be called from its own callbacks and from other threads. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_free(struct bufferevent *bufev);

/** Sets the callbacks (each may be NULL: none) and what they get as ctx. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_setcb(struct bufferevent *bufev, bufferevent_data_cb readcb, bufferevent_data_cb writecb,
	bufferevent_event_cb eventcb, void *cbarg);

/** Reads the callbacks; each pointer may be NULL. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_getcb(struct bufferevent *bufev, bufferevent_data_cb *readcb_ptr, bufferevent_data_cb *writecb_ptr,
	bufferevent_event_cb *eventcb_ptr, void **cbarg_ptr);

/** Gives it another descriptor; the old one is left open. -1: its type has none. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_setfd(struct bufferevent *bufev, evutil_socket_t fd);

/** As bufferevent_setfd(), but with BEV_OPT_CLOSE_ON_FREE the old descriptor is closed. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_replacefd(struct bufferevent *bufev, evutil_socket_t fd);

/** The descriptor, or -1 when there is none. */
EVENT2_CORE_EXPORT_SYMBOL
evutil_socket_t bufferevent_getfd(struct bufferevent *bufev);

/** The bufferevent under a filter, or NULL. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_get_underlying(struct bufferevent *bufev);

/* ---- Data ------------------------------------------------------------------------------------------------------ */

/** Appends a copy of size bytes to the output. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_write(struct bufferevent *bufev, const void *data, size_t size);

/** Moves all of buf to the end of the output, without copying; buf is empty then. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_write_buffer(struct bufferevent *bufev, struct evbuffer *buf);

/** Takes up to size bytes from the input. Returns how many: 0 when there are none. */
EVENT2_CORE_EXPORT_SYMBOL
size_t bufferevent_read(struct bufferevent *bufev, void *data, size_t size);

/** Moves all input to the end of buf, without copying. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_read_buffer(struct bufferevent *bufev, struct evbuffer *buf);

/** The input buffer, which only the bufferevent may add to. It belongs to the bufferevent. */
EVENT2_CORE_EXPORT_SYMBOL
struct evbuffer *bufferevent_get_input(struct bufferevent *bufev);

/** The output buffer, which only the bufferevent may take from. It belongs to the bufferevent. */
EVENT2_CORE_EXPORT_SYMBOL
struct evbuffer *bufferevent_get_output(struct bufferevent *bufev);

/** Begins reading (EV_READ), writing (EV_WRITE) or both. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_enable(struct bufferevent *bufev, short event);

/** Stops reading, writing or both; the buffers stay as they are. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_disable(struct bufferevent *bufev, short event);

/** What is enabled: EV_READ, EV_WRITE, both or 0. */
EVENT2_CORE_EXPORT_SYMBOL
short bufferevent_get_enabled(struct bufferevent *bufev);

/** Sets after how long without a byte the event callback gets BEV_EVENT_TIMEOUT, with BEV_EVENT_READING or
 * BEV_EVENT_WRITING, and that direction is disabled. The time for reading runs while reading is enabled and not
 * suspended, that for writing while there is output to write. NULL or zero: for ever. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_set_timeouts(
	struct bufferevent *bufev, const struct timeval *timeout_read, const struct timeval *timeout_write);

/** Sets the watermarks of reading (EV_READ), writing (EV_WRITE) or both, in bytes.
 * Reading: the read callback waits for lowmark bytes of input; at highmark (0: none) reading is suspended, until less
 * is left. Writing: the write callback waits until no more than lowmark bytes are left; highmark is for filters. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_setwatermark(struct bufferevent *bufev, short events, size_t lowmark, size_t highmark);

/** Reads the watermarks of EV_READ or EV_WRITE, not both; each pointer may be NULL. -1: events is neither. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_getwatermark(struct bufferevent *bufev, short events, size_t *lowmark, size_t *highmark);

/** Takes its lock, so that several calls become one step for other threads. The holder may take it again. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_lock(struct bufferevent *bufev);

/** Gives back what bufferevent_lock() took. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_unlock(struct bufferevent *bufev);

/** Adds a reference: the memory stays, beyond bufferevent_free(), until bufferevent_decref(). */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_incref(struct bufferevent *bufev);

/** Drops a reference. Returns 1 when it was the last one, and the bufferevent is gone; else 0. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_decref(struct bufferevent *bufev);

/** How much to press. Also told to filters. */
enum bufferevent_flush_mode {
	BEV_NORMAL = 0,  /**< move what can be moved in the ordinary course */
	BEV_FLUSH = 1,   /**< hold nothing back */
	BEV_FINISHED = 2 /**< hold nothing back, there is nothing to come: the peer of a pair sees the end, that
						   of TLS is told once all is written */
};

/** Makes pairs and filters move data at once; iotype: EV_READ, EV_WRITE or both. Plain sockets have nothing to press.
 * Returns 1 when something was moved, 0 when not, -1 when it failed. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_flush(struct bufferevent *bufev, short iotype, enum bufferevent_flush_mode mode);

/** Options of bufferevent_trigger() and bufferevent_trigger_event(). */
enum bufferevent_trigger_options {
	BEV_TRIG_IGNORE_WATERMARKS = (1 << 16),
	/** Run the callback from the loop even when the bufferevent does not defer its callbacks. */
	BEV_TRIG_DEFER_CALLBACKS = BEV_OPT_DEFER_CALLBACKS
};

/** Calls the read callback (EV_READ), the write callback (EV_WRITE) or both, when the watermarks allow it (or always:
 * options). Called from another thread than the loop's, or with BEV_OPT_THREADSAFE before it runs, the callbacks run
 * from the loop. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_trigger(struct bufferevent *bufev, short iotype, int options);

/** Calls the event callback with what (BEV_EVENT_*); as above. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_trigger_event(struct bufferevent *bufev, short what, int options);

/* ---- Filters and pairs ----------------------------------------------------------------------------------------- */

/** What a filter function did. */
enum bufferevent_filter_result {
	BEV_OK = 0,        /**< it wrote something to dst */
	BEV_NEED_MORE = 1, /**< it can write nothing before there is more in src */
	BEV_ERROR = 2      /**< it cannot go on */
};

/** Takes from src, gives to dst. dst_limit: bytes that dst should get at most (else its high watermark is passed); -1:
 * no limit. mode: BEV_FLUSH and BEV_FINISHED ask to hold nothing back. ctx is bufferevent_filter_new()'s. */
typedef enum bufferevent_filter_result (*bufferevent_filter_cb)(
	struct evbuffer *src, struct evbuffer *dst, ev_ssize_t dst_limit, enum bufferevent_flush_mode mode, void *ctx);

/** Makes a bufferevent that passes what underlying reads through input_filter, and what is written to it through
 * output_filter on the way to underlying. Either may be NULL: data pass as they are. underlying's callbacks belong to
 * the filter from now on; with BEV_OPT_CLOSE_ON_FREE all of it does. free_context (or NULL) gets ctx in the end.
 * Returns NULL when there is no memory; then underlying is as it was. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_filter_new(struct bufferevent *underlying, bufferevent_filter_cb input_filter,
	bufferevent_filter_cb output_filter, int options, void (*free_context)(void *), void *ctx);

/** Makes two bufferevents: what is written to one can be read from the other. Their callbacks are always deferred. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_pair_new(struct event_base *base, int options, struct bufferevent *pair[2]);

/** The other one of a pair, or NULL when it is freed or bev is of another type. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent *bufferevent_pair_get_partner(struct bufferevent *bev);

/* ---- Rate limits ----------------------------------------------------------------------------------------------- */

/** How fast: a token bucket for each direction. Every tick adds rate bytes, until burst are saved. */
struct ev_token_bucket_cfg;

/** Bufferevents that share one rate. */
struct bufferevent_rate_limit_group;

/** The largest rate and the largest burst. */
#define EV_RATE_LIMIT_MAX EV_SSIZE_MAX

/** Makes a configuration. Rates: bytes a tick; bursts: bytes at most in one tick. tick_len: NULL for one second;
 * fractions of a millisecond are cut off. Returns NULL when a rate is 0, above its burst or above EV_RATE_LIMIT_MAX,
 * when a tick is under a millisecond, or when there is no memory. */
EVENT2_CORE_EXPORT_SYMBOL
struct ev_token_bucket_cfg *ev_token_bucket_cfg_new(
	size_t read_rate, size_t read_burst, size_t write_rate, size_t write_burst, const struct timeval *tick_len);

/** Frees a configuration that no bufferevent uses any more (groups keep a copy). */
EVENT2_CORE_EXPORT_SYMBOL
void ev_token_bucket_cfg_free(struct ev_token_bucket_cfg *cfg);

/** Limits one bufferevent, or with cfg NULL no longer. cfg is not copied. Sockets and TLS obey it. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_set_rate_limit(struct bufferevent *bev, struct ev_token_bucket_cfg *cfg);

/** Makes a group; base runs its timer, its members may have other bases. cfg is copied. */
EVENT2_CORE_EXPORT_SYMBOL
struct bufferevent_rate_limit_group *bufferevent_rate_limit_group_new(
	struct event_base *base, const struct ev_token_bucket_cfg *cfg);

/** Changes a group's rate. cfg is copied. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_rate_limit_group_set_cfg(
	struct bufferevent_rate_limit_group *grp, const struct ev_token_bucket_cfg *cfg);

/** The least number of bytes that a member may move at once while anything is left: with a tight limit some members
 * move this much instead of all of them a few bytes. 64 at first. -1: above EV_SSIZE_MAX. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_rate_limit_group_set_min_share(struct bufferevent_rate_limit_group *grp, size_t min_share);

/** Frees a group, which must have no members. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_rate_limit_group_free(struct bufferevent_rate_limit_group *grp);

/** Makes bev a member of g and of no other group; g NULL: of none. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_add_to_rate_limit_group(struct bufferevent *bev, struct bufferevent_rate_limit_group *g);

/** Makes bev a member of no group. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_remove_from_rate_limit_group(struct bufferevent *bev);

/** Bytes read at most each time the socket is ready, so that others get their turn; 0 or above EV_SSIZE_MAX: the
 * default. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_set_max_single_read(struct bufferevent *bev, size_t size);

/** The same for writing. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_set_max_single_write(struct bufferevent *bev, size_t size);

/** What bufferevent_set_max_single_read() set. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_single_read(struct bufferevent *bev);

/** What bufferevent_set_max_single_write() set. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_single_write(struct bufferevent *bev);

/** Bytes left to read in its own bucket, negative when it has read more than that; EV_SSIZE_MAX without a limit. The
 * group's is not looked at. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_read_limit(struct bufferevent *bev);

/** The same for writing. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_write_limit(struct bufferevent *bev);

/** Bytes that it may read now, all limits taken together (its own, its group's, the single read's). */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_to_read(struct bufferevent *bev);

/** Bytes that it may write now. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_to_write(struct bufferevent *bev);

/** What bufferevent_set_rate_limit() set, or NULL. */
EVENT2_CORE_EXPORT_SYMBOL
const struct ev_token_bucket_cfg *bufferevent_get_token_bucket_cfg(const struct bufferevent *bev);

/** Bytes left to read in the group's bucket; negative when its members have read more than that. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_rate_limit_group_get_read_limit(struct bufferevent_rate_limit_group *grp);

/** The same for writing. */
EVENT2_CORE_EXPORT_SYMBOL
ev_ssize_t bufferevent_rate_limit_group_get_write_limit(struct bufferevent_rate_limit_group *grp);

/** Takes decr bytes (negative: gives them) from its own bucket for reading, and suspends or resumes reading. The
 * bufferevent must have a rate limit. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_decrement_read_limit(struct bufferevent *bev, ev_ssize_t decr);

/** The same for writing. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_decrement_write_limit(struct bufferevent *bev, ev_ssize_t decr);

/** The same for a group's bucket for reading, and all of its members. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_rate_limit_group_decrement_read(struct bufferevent_rate_limit_group *grp, ev_ssize_t decr);

/** The same for a group's bucket for writing. */
EVENT2_CORE_EXPORT_SYMBOL
int bufferevent_rate_limit_group_decrement_write(struct bufferevent_rate_limit_group *grp, ev_ssize_t decr);

/** Bytes that the group's members have read and written since it was made or reset; either pointer may be NULL. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_rate_limit_group_get_totals(
	struct bufferevent_rate_limit_group *grp, ev_uint64_t *total_read_out, ev_uint64_t *total_written_out);

/** Makes both totals 0. */
EVENT2_CORE_EXPORT_SYMBOL
void bufferevent_rate_limit_group_reset_totals(struct bufferevent_rate_limit_group *grp);

#ifdef __cplusplus
}
#endif
#endif
