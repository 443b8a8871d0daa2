/* SPDX-License-Identifier: BSD-3-Clause */
/* struct evhttp. server.c holds its settings, vhost.c its callbacks and virtual hosts, listen.c where it listens,
 * serve.c what it does on its connections. */
#ifndef PROTO_HTTP_SERVER_H_
#define PROTO_HTTP_SERVER_H_

#include "connection.h"

#define HTTP_SPARES_MAX 64

struct http_path; /* in vhost.c */
struct http_alias;

TAILQ_HEAD(http_paths, http_path);
TAILQ_HEAD(http_aliases, http_alias);
TAILQ_HEAD(http_servers, evhttp);
TAILQ_HEAD(http_bounds, evhttp_bound_socket);
TAILQ_HEAD(http_connections, evhttp_connection);

struct evhttp_bound_socket {
	TAILQ_ENTRY(evhttp_bound_socket) next;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct bufferevent *(*bev_cb)(struct event_base *, void *);
	void *bev_arg;
};

struct evhttp {
	TAILQ_ENTRY(evhttp) next; /* among the virtual hosts of parent */
	struct event_base *base;
	struct evhttp *parent;
	char *pattern; /* of a virtual host */
	struct http_bounds bounds;
	struct http_connections connections;
	int connection_count, connection_max; /* max 0: no limit */
	struct http_paths paths;
	struct http_aliases aliases;
	struct http_servers vhosts;

	void (*general_cb)(struct evhttp_request *, void *);
	void *general_arg;
	struct bufferevent *(*bev_cb)(struct event_base *, void *);
	void *bev_arg;
	int (*new_request_cb)(struct evhttp_request *, void *);
	void *new_request_arg;
	int (*error_cb)(struct evhttp_request *, struct evbuffer *, int, const char *, void *);
	void *error_arg;
	evhttp_ext_method_cb ext_method_cb;

	uint32_t methods;
	int flags; /* EVHTTP_SERVER_* */
	const char *content_type;
	size_t content_type_len;
	size_t head_max;
	uint64_t body_max;
	struct timeval read_timeout, write_timeout;
	uint64_t request_timeout_ms;

	struct event *drained; /* not NULL: draining */
	void (*drain_cb)(struct evhttp *, void *);
	void *drain_arg;

	/* Requests that are done with, for the next ones. */
	struct http_request *spares[HTTP_SPARES_MAX];
	unsigned spare_count;

	time_t date_second; /* of date */
	char date[32];
};

/* Takes a connected descriptor, which is closed on failure. */
void server_accept(
	struct evhttp_bound_socket *bound, evutil_socket_t fd, const struct sockaddr *address, socklen_t length);
/* A connection that goes. */
void server_forget(struct evhttp *http, struct evhttp_connection *conn);
/* A request for a connection of that server; NULL when there is no memory. */
struct http_request *server_request_new(struct evhttp *http);
/* A request that is done with. */
void server_request_drop(struct evhttp *http, struct http_request *request);
/* Now, as an HTTP date (RFC 9110, 5.6.7). */
const char *server_date(struct evhttp *http);

/* Frees the lists of vhost.c and listen.c. */
void server_free_hosts(struct evhttp *http);
void server_free_bounds(struct evhttp *http);
/* Who answers the request; *arg for it. NULL: nobody. */
typedef void http_handler(struct evhttp_request *, void *);
http_handler *server_find_handler(struct evhttp *http, struct http_request *request, void **arg);
/* Whether http, or a virtual host of it, goes by that name. */
bool server_knows_host(const struct evhttp *http, const char *host);

#endif
