/* SPDX-License-Identifier: BSD-3-Clause */
/* What the plugin "proto-resp" offers: a server of the Redis protocol that keeps keys in memory. */
#ifndef PROTO_RESP_H_
#define PROTO_RESP_H_

#include <event2/event.h>
#include <event2/plugin.h>

#define PROTO_RESP_NAME "proto-resp"
#define PROTO_RESP_MAJOR 1
#define PROTO_RESP_MINOR 0

struct resp_server;

struct resp_limits {
	uint32_t size;      /* sizeof(struct resp_limits) */
	uint32_t clients;   /* that may be connected at a time; 0: 1000 */
	uint64_t bytes;     /* of memory for keys and values; 0: 64 MiB */
	uint32_t idle_s;    /* seconds after which a silent client is hung up on; 0: 300 */
	uint32_t reserved_; /* 0 */
};

struct proto_resp {
	struct event_plugin_interface head;
	/** A server without clients. limits may be NULL. Returns NULL when there is no memory. Thread: the loop's. */
	struct resp_server *(*open)(struct event_base *base, const struct resp_limits *limits);
	/** Hangs up on all clients and forgets all keys. Thread: the loop's. */
	void (*close)(struct resp_server *server);
	/** Serves a connected socket, and closes it in the end. Returns 0; or -1 when there are too many clients or no
	 * memory: the fd is closed then, too. Thread: the loop's. */
	int (*serve)(struct resp_server *server, evutil_socket_t fd);
	/** Requests answered so far. Thread: the loop's. */
	uint64_t (*requests)(const struct resp_server *server);
};

#endif
