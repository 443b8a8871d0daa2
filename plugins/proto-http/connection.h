/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections, a server's and a client's. What both have in common is in connection.c (life, settings) and input.c (the
 * parser's events); serve.c and client.c are the two roles.
 *
 * Any callback of the program may free the connection: each entry from the loop is between connection_enter() and
 * connection_exit(), and `dead` is looked at after each callback. */
#ifndef PROTO_HTTP_CONNECTION_H_
#define PROTO_HTTP_CONNECTION_H_

#include "parse.h"
#include "request.h"

#include <event2/http.h>
#include <sys/socket.h>
#include <sys/time.h>

#define HTTP_TIMEOUT_S 50
#define HTTP_CONNECT_TIMEOUT_S 45
#define HTTP_LINGER_MS 3000
#define HTTP_HEAD_MAX 65536
#define HTTP_TRAILER_MAX 16384
#define HTTP_SERVER_BODY_MAX (128u << 20)

enum http_state {
	HTTP_DISCONNECTED, /* a client without a connection */
	HTTP_CONNECTING,
	HTTP_WAITING,   /* a client, until it tries once more to connect */
	HTTP_READING,   /* a server: idle, or a request is arriving; a client: idle, or an answer is expected */
	HTTP_SERVING,   /* a server: the program has the request */
	HTTP_FLUSHING,  /* a server: the answer is complete, but not yet written */
	HTTP_LINGERING, /* a server: the answer was written, what still comes is thrown away */
	HTTP_UPGRADED   /* the bufferevent is the program's to use */
};

struct evhttp_connection;

/* What a role does about the parser's events. Each may end the connection. */
struct http_role {
	/* The parser has a request or status line. Returns 0, or -1 and the connection was dealt with. */
	int (*first_line)(struct evhttp_connection *conn);
	int (*head_end)(struct evhttp_connection *conn);
	void (*end)(struct evhttp_connection *conn);
	void (*fail)(struct evhttp_connection *conn, enum evhttp_request_error error, int status);
	/* From the bufferevent. */
	void (*drained)(struct evhttp_connection *conn);
	void (*event)(struct evhttp_connection *conn, short what);
	/* Nothing more will come, and all that came was taken apart. */
	void (*eof)(struct evhttp_connection *conn);
	/* The program freed a request that the connection holds. */
	void (*released)(struct evhttp_connection *conn, struct http_request *request);
	/* The connection goes: whatever else the role has. */
	void (*free)(struct evhttp_connection *conn);
};

struct evhttp_connection {
	TAILQ_ENTRY(evhttp_connection) next; /* in its server's list */
	const struct http_role *role;
	struct event_base *base;
	struct bufferevent *bev;
	struct evhttp *http;          /* NULL: a client, or the server is gone */
	struct http_client *client;   /* NULL: a server */
	struct http_request *current; /* the message that is arriving, or being answered */
	enum http_state state;
	unsigned depth;
	bool dead;
	bool freed;   /* by the program */
	bool own_bev; /* ours, not the program's */
	bool parsing; /* connection_input() is at work */
	bool paused;  /* evhttp_request_pause_input() */
	bool held_up; /* reading is off: enough waits already */
	bool input_eof;
	bool unfinished; /* input may be left behind when the connection closes: see linger() */
	struct http_parser parser;
	uint64_t max_body;
	struct evbuffer *below;  /* the socket's output under filters, when its end is waited for: see below.h */
	size_t lingering_unsent; /* bytes below a filter, when it was last looked */
	uint64_t started; /* ms on the base's clock, when the message began to arrive; 0: it came in one piece so far */
	uint64_t request_timeout_ms;

	void (*written_cb)(struct evhttp_connection *, void *); /* once, when the output is empty */
	void *written_arg;
	void (*close_cb)(struct evhttp_connection *, void *);
	void *close_arg;
	evhttp_ext_method_cb ext_method_cb;

	int flags; /* EVHTTP_CON_* */
	struct timeval connect_timeout, read_timeout, write_timeout;
	char *address; /* as the program gave it; or the peer's, numeric */
	uint16_t port;
	struct sockaddr_storage peer;
};

/* Returns NULL when there is no memory. bev is then still the caller's. */
struct evhttp_connection *connection_new(struct event_base *base, struct bufferevent *bev, bool own_bev, bool client);

static inline void
connection_enter(struct evhttp_connection *conn)
{
	conn->depth++;
}

/* Returns false when the connection is gone. */
bool connection_exit(struct evhttp_connection *conn);

/* Ends the connection for good: tells the program, lets go of its requests, closes, frees. */
void connection_end(struct evhttp_connection *conn);
/* Calls the close callback, once. */
void connection_tell_closed(struct evhttp_connection *conn);
/* No more callbacks from the bufferevent. */
void connection_stop_bev(struct evhttp_connection *conn);
/* Takes the descriptor away from the bufferevent, which goes on, and closes it. */
void connection_close_fd(struct evhttp_connection *conn);

void connection_set_callbacks(struct evhttp_connection *conn);
void connection_apply_timeouts(struct evhttp_connection *conn);
/* Reads again, if reading was off since enough waited. */
void connection_read_on(struct evhttp_connection *conn);
/* Takes apart what was read, as far as the connection's state allows. */
void connection_input(struct evhttp_connection *conn);
void connection_request_released(struct evhttp_connection *conn, struct http_request *request);

uint64_t connection_now_ms(const struct evhttp_connection *conn);

static inline uint64_t
http_timeval_ms(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000 + (uint64_t)tv->tv_usec / 1000;
}

extern const struct http_role http_server_role, http_client_role;

#endif
