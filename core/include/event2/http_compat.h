/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EVENT2_HTTP_COMPAT_H_INCLUDED_
#define EVENT2_HTTP_COMPAT_H_INCLUDED_

/** @file event2/http_compat.h
 *
 * Functions of <event2/http.h> from the time when a process had one event base, the "current" one that event_init()
 * made. They work in a program that has such a base; new programs name their base.
 */

#include <event2/util.h>
#include <event2/visibility.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evhttp;
struct evhttp_connection;
struct event_base;

/** Makes a server on the current base and binds it to an address and a port (host byte order).
 * Returns the server, which evhttp_free() frees, or NULL. Thread: the loop's.
 * Instead: evhttp_new() and evhttp_bind_socket(). */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_start(const char *address, uint16_t port);

/** Makes a client connection on the current base. Returns NULL on failure. Thread: the loop's.
 * Instead: evhttp_connection_base_new(). */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_new(const char *address, uint16_t port);

/** Moves a client connection that has not connected yet to another base. Thread: the loop's.
 * Instead: evhttp_connection_base_new(). */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_base(struct evhttp_connection *evcon, struct event_base *base);

/** Old name of evhttp_request_get_uri(). */
#define evhttp_request_uri evhttp_request_get_uri

#ifdef __cplusplus
}
#endif
#endif
