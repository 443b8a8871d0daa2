/* SPDX-License-Identifier: BSD-3-Clause */
/* The server's inside:
 *
 *   port.c      ports, their lock and life, requests out of messages
 *   port_udp.c  datagrams, in and out by the batch
 *   port_tcp.c  TCP clients
 *   reply.c     what a callback adds to an answer, and the answer's bytes
 *
 * One mutex for each port, never held into a callback; functions ending in _locked want it held. A port lives until it
 * is closed and its last request is answered or dropped. */
#ifndef PROTO_DNS_PORT_H_
#define PROTO_DNS_PORT_H_

#include "lock.h"
#include "memory.h"
#include "message.h"
#include "stream.h"

#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define DNS_PORT_UDP_MAX 4096 /* most that is sent to a client by UDP, whatever it offers to take */
#define DNS_PORT_QUESTIONS_MAX 64
#define DNS_PORT_SPARE_MAX 64   /* requests kept for use again */
#define DNS_PORT_UNSENT_MAX 256 /* datagrams kept while the socket is not writable */

/* A client by TCP. Kept for use again when it is gone: an event may be about to run. */
struct dns_port_client {
	LIST_ENTRY(dns_port_client) link; /* in port->clients or port->clients_gone */
	struct evdns_server_port *port;
	struct dns_stream stream;
	struct sockaddr_storage address;
	socklen_t address_length;
	int requests;        /* that are held */
	unsigned generation; /* which client this is: a request of an earlier one has nobody to answer to */
};

LIST_HEAD(dns_port_clients, dns_port_client);

struct dns_port_udp;

struct evdns_server_port {
	struct dns_lock lock;
	struct event_base *event_base;
	evdns_request_callback_fn_type callback;
	void *arg;
	int references; /* the user's, each request's, each event callback's that is inside */
	bool closed;
	struct dns_request *spare;
	int spare_count;
	struct dns_port_udp *udp; /* NULL: a TCP port */
	struct evconnlistener *listener;
	struct dns_port_clients clients, clients_gone;
	int client_count;
	int clients_max;
	struct timeval idle;
};

/* Records that were added, one behind the other, names not compressed:
 * section (1 byte), whether the data is a name (1), type (2), class (2), ttl (4), owner, data's length (2), data. */
struct dns_records {
	uint8_t *bytes;
	size_t length, room;
	int counts[3];
};

struct dns_request {
	struct evdns_server_request public; /* first */
	struct evdns_server_port *port;
	struct dns_request *next_spare;
	struct dns_port_client *client; /* NULL: by UDP */
	unsigned client_generation;
	struct sockaddr_storage address;
	socklen_t address_length;
	uint16_t id;
	uint16_t udp_size; /* that the client takes */
	bool edns;
	bool bad_version; /* of EDNS */
	bool answered;
	size_t size; /* of this block */
	const uint8_t *questions;
	size_t questions_length;
	struct dns_records records;
};

/* At the begin of an event callback. Returns false, without lock, when the port is being destroyed. */
bool dns_port_enter(struct evdns_server_port *port);
void dns_port_leave(struct evdns_server_port *port);

/* Reads a message. Returns the request, for the callback; NULL when there is none: then *reply of *reply_length bytes
 * is to be sent when that is not 0. reply: DNS_HEADER bytes. */
struct dns_request *dns_port_read_locked(struct evdns_server_port *port, const uint8_t *bytes, size_t length,
	const struct sockaddr *address, socklen_t address_length, uint8_t *reply, size_t *reply_length);
/* Calls the user back; the lock is given back meanwhile. */
void dns_port_call_locked(struct evdns_server_port *port, struct dns_request *request);
/* The request is over: its memory goes, and its hold on the port. The lock is given back. */
void dns_port_done_locked(struct dns_request *request);

/* Writes the answer. Returns its length, or 0. */
size_t dns_reply_write(const struct dns_request *request, int code, uint8_t *bytes, size_t room);
/* No answer is longer than that, before it is cut to what the client takes. */
size_t dns_reply_bound(const struct dns_request *request);

int dns_port_udp_open(struct evdns_server_port *port, evutil_socket_t fd);
void dns_port_udp_close_locked(struct evdns_server_port *port);
void dns_port_udp_free(struct evdns_server_port *port);
int dns_port_udp_answer_locked(struct dns_request *request, int code);

int dns_port_tcp_open(struct evdns_server_port *port, struct evconnlistener *listener);
void dns_port_tcp_close_locked(struct evdns_server_port *port);
void dns_port_tcp_free(struct evdns_server_port *port);
int dns_port_tcp_answer_locked(struct dns_request *request, int code);

#endif
