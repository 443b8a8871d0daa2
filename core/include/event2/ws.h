/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_WS_H_INCLUDED_
#define EVENT2_WS_H_INCLUDED_

/** @file event2/ws.h
 *
 * WebSocket (RFC 6455) on a server: a request that came in through evhttp becomes a session of messages.
 *
 * Messages are handed over whole: fragments are joined, pings are answered and UTF-8 is checked before a callback runs.
 * A message of more than 10 MiB ends the session with 1009. Sending and closing work from any thread in a program that
 * enabled threads, as long as the session was not told to be over; everything else belongs to the loop's thread.
 */

#include <event2/visibility.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct evhttp_request;
struct evws_connection;

/** Close codes for evws_close(): RFC 6455, 7.4.1; any other code of that section will do as well. */
#define WS_CR_NONE 0            /**< a close frame without a code */
#define WS_CR_NORMAL 1000       /**< the purpose was fulfilled */
#define WS_CR_PROTO_ERR 1002    /**< the peer broke the protocol */
#define WS_CR_DATA_TOO_BIG 1009 /**< a message was too long */

/** Types of message, as a ws_on_msg_cb gets them. */
#define WS_TEXT_FRAME 0x1   /**< valid UTF-8 */
#define WS_BINARY_FRAME 0x2 /**< any bytes */

/** Gets one whole message. type: WS_TEXT_FRAME or WS_BINARY_FRAME. data: len bytes and behind them a NUL that does not
 * count, valid during the call. The callback may send, close and free the session. */
typedef void (*ws_on_msg_cb)(struct evws_connection *ws, int type, const unsigned char *data, size_t len, void *arg);

/** Told once that a session is over, whoever ended it; the session is freed when it returns. */
typedef void (*ws_on_close_cb)(struct evws_connection *ws, void *arg);

/** Answers a WebSocket handshake and takes the connection over from the HTTP server; to be called in the callback of
 * that request, which must not be answered or touched any more, whatever is returned.
 * cb, arg: for each message. options: BEV_OPT_*, taken for libevent's sake; the session uses the connection's
 * bufferevent on, with the options that it was made with.
 * Returns the session, which lives until its close callback returned or evws_connection_free(); NULL when the request
 * is no valid handshake (then it was answered with an error) or there is no memory. */
EVENT2_EXPORT_SYMBOL
struct evws_connection *evws_new_session(struct evhttp_request *req, ws_on_msg_cb cb, void *arg, int options);

/** Sends a text message: valid UTF-8, ended by NUL. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evws_send_text(struct evws_connection *ws, const char *text);

/** Sends a binary message of len bytes, which are copied. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evws_send_binary(struct evws_connection *ws, const char *data, size_t len);

/** Begins to close: sends a close frame with that code, then nothing more. The session ends when the peer answered, or
 * after a few seconds. Thread: any, see above. */
EVENT2_EXPORT_SYMBOL
void evws_close(struct evws_connection *ws, uint16_t reason);

/** Sets whom to tell when the session ends. NULL: nobody. */
EVENT2_EXPORT_SYMBOL
void evws_connection_set_closecb(struct evws_connection *ws, ws_on_close_cb cb, void *arg);

/** Ends the session at once, without a close frame: calls the close callback, frees session and connection. */
EVENT2_EXPORT_SYMBOL
void evws_connection_free(struct evws_connection *ws);

/** The session's bufferevent, for its peer's address or its timeouts. It belongs to the session. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evws_connection_get_bufferevent(struct evws_connection *ws);

#ifdef __cplusplus
}
#endif
#endif
