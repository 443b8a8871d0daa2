/* SPDX-License-Identifier: BSD-3-Clause */
/* A client's connection. client.c connects, and again; exchange.c sends requests and takes answers. */
#ifndef PROTO_HTTP_CLIENT_H_
#define PROTO_HTTP_CLIENT_H_

#include "connection.h"

TAILQ_HEAD(http_requests, evhttp_request);

struct http_client {
	struct evdns_base *dns;
	struct http_requests queue; /* those that wait; the one under way is the connection's current */
	struct event *timer;        /* while connecting: its timeout; while waiting: the next try; then: "100 Continue" */
	int family;
	int retry_max, retries;
	struct timeval retry_initial;
	char *local_address, *unix_path;
	uint16_t local_port;
	bool given_connected; /* made with a connected bufferevent: cannot connect again */
	bool connecting_now;  /* inside of the call that begins to connect */
	bool free_on_completion;
	unsigned answered;             /* requests, since it connected */
	struct sockaddr_storage known; /* where it was connected to before */
	socklen_t known_len;
};

void client_release(struct http_client *client);
/* Begins to connect. Returns 0; or -1 and the state is unchanged. */
int client_connect(struct evhttp_connection *conn);
/* Closes and tells the program; the connection may be gone then (dead). Requests are left as they are. */
void client_lost(struct evhttp_connection *conn);
/* Goes on: sends what waits, connects for it, or frees a connection that was to go when nothing waits. */
void exchange_next(struct evhttp_connection *conn);
/* Every request that waits fails since no connection can be made. */
void exchange_fail_all(struct evhttp_connection *conn);
/* exchange.c's part of the role. */
int exchange_first_line(struct evhttp_connection *conn);
int exchange_head_end(struct evhttp_connection *conn);
void exchange_end(struct evhttp_connection *conn);
void exchange_fail(struct evhttp_connection *conn, enum evhttp_request_error error, int status);
void exchange_eof(struct evhttp_connection *conn);
void exchange_released(struct evhttp_connection *conn, struct http_request *request);
void exchange_free(struct evhttp_connection *conn);
/* The timer fired on an established connection. */
void exchange_timer(struct evhttp_connection *conn);

#endif
