/* SPDX-License-Identifier: BSD-3-Clause */
/* A server of RPC and a pool in one process, which every test of them begins with; and the program's last log line. */
#ifndef TESTS_UNIT_RPC_POOL_H_
#define TESTS_UNIT_RPC_POOL_H_

#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

static struct event_base *base;
static struct evhttp *http;
static struct evrpc_base *server;
static struct evrpc_pool *pool;
static uint16_t port;

static char logged[1000];

static inline void
log_line(int severity, const char *text)
{
	(void)severity;
	snprintf(logged, sizeof(logged), "%s", text);
}

/* The pool is still to be made. */
static inline void
rpc_open(void)
{
	base = event_base_new();
	http = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length);
	port = ntohs(address.sin_port);
	server = evrpc_init(http);
}

static inline void
rpc_close(void)
{
	evrpc_pool_free(pool);
	evrpc_free(server);
	evhttp_free(http);
	event_base_free(base);
}

#endif
