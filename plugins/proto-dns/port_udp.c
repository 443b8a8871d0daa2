/* SPDX-License-Identifier: BSD-3-Clause */
/* The server by UDP. Datagrams are received by the batch, and answers that a callback gives at once are collected and
 * sent by the batch when it is done: two system calls for up to BATCH requests. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* recvmmsg, sendmmsg */
#endif
#include "port.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>

#define BATCH 32
#define REQUESTS_AT_ONCE 128 /* then the loop goes on */
#define TRY_EVERY 8          /* where requests come one by one: for a batch */
#define DATAGRAM_MAX 4096    /* a longer one is no question */
#define ANSWERS_ROOM (BATCH * 1024)

#if defined(__linux__) || defined(__FreeBSD__)
#define HAVE_BATCHES 1
#else
#define HAVE_BATCHES 0
#endif

struct datagram {
	struct datagram *next;
	struct sockaddr_storage address;
	socklen_t address_length;
	size_t length;
	uint8_t bytes[];
};

struct dns_port_udp {
	evutil_socket_t fd;
	struct event *event;
	struct event *write_event;
	struct datagram *unsent, **unsent_end; /* while the socket is not writable */
	int unsent_count;
	bool busy;     /* several requests were waiting when a batch was tried */
	int singles;   /* received since a batch was tried */
	bool batching; /* by this thread: */
	pthread_t thread;
	int answer_count;
	size_t answers_length;
	struct iovec answers[BATCH];
	struct sockaddr_storage to[BATCH], from[BATCH];
	socklen_t to_length[BATCH], from_length[BATCH];
	size_t received[BATCH];
#if HAVE_BATCHES
	struct mmsghdr out_messages[BATCH], in_messages[BATCH]; /* they point to the arrays here, once for all */
	struct iovec in_rooms[BATCH];
#endif
	uint8_t answer_bytes[ANSWERS_ROOM];
	uint8_t in[BATCH][DATAGRAM_MAX];
};

/* ---- Sending ------------------------------------------------------------------------------------------------------
 */

static bool
must_wait(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

/* Keeps a copy until the socket is writable. Too many are dropped: clients ask again. */
static int
keep_locked(struct dns_port_udp *udp, const uint8_t *bytes, size_t length, const struct sockaddr_storage *to,
	socklen_t to_length)
{
	struct datagram *datagram;
	if (udp->unsent_count >= DNS_PORT_UNSENT_MAX) return -1;
	datagram = dns_alloc(sizeof(*datagram) + length);
	if (!datagram) return -1;
	datagram->next = NULL;
	datagram->address = *to;
	datagram->address_length = to_length;
	datagram->length = length;
	memcpy(datagram->bytes, bytes, length);
	if (!udp->unsent) {
		udp->unsent_end = &udp->unsent;
		event_add(udp->write_event, NULL);
	}
	*udp->unsent_end = datagram;
	udp->unsent_end = &datagram->next;
	udp->unsent_count++;
	return 0;
}

static int
send_locked(struct dns_port_udp *udp, const uint8_t *bytes, size_t length, const struct sockaddr_storage *to,
	socklen_t to_length)
{
	if (!udp->unsent) {
		if (sendto(udp->fd, bytes, length, 0, (const struct sockaddr *)to, to_length) >= 0) return 0;
		if (!must_wait(errno)) return -1;
	}
	return keep_locked(udp, bytes, length, to, to_length);
}

/* Sends the answers that were collected. One that cannot be sent at all does not hold up the others. */
static void
flush_locked(struct dns_port_udp *udp)
{
	int sent = 0;
#if HAVE_BATCHES
	while (!udp->unsent && udp->answer_count - sent > 1) {
		int more = sendmmsg(udp->fd, udp->out_messages + sent, (unsigned)(udp->answer_count - sent), 0);
		if (more < 0 && must_wait(errno)) break;
		sent += more > 0 ? more : 1;
	}
#endif
	for (; sent < udp->answer_count; sent++)
		send_locked(udp, udp->answers[sent].iov_base, udp->answers[sent].iov_len, &udp->to[sent], udp->to_length[sent]);
	udp->answer_count = 0;
	udp->answers_length = 0;
}

/* Room for an answer in the batch, or NULL. */
static uint8_t *
batch_room_locked(struct dns_port_udp *udp, size_t length)
{
	if (!udp->batching || !pthread_equal(udp->thread, pthread_self()) || length > ANSWERS_ROOM) return NULL;
	if (udp->answer_count == BATCH || ANSWERS_ROOM - udp->answers_length < length) flush_locked(udp);
	return udp->answer_bytes + udp->answers_length;
}

static void
batch_add_locked(
	struct dns_port_udp *udp, uint8_t *bytes, size_t length, const struct sockaddr_storage *to, socklen_t to_length)
{
	int at = udp->answer_count++;
	udp->answers[at].iov_base = bytes;
	udp->answers[at].iov_len = length;
	memcpy(&udp->to[at], to, to_length);
	udp->to_length[at] = to_length;
	udp->answers_length += length;
#if HAVE_BATCHES
	udp->out_messages[at].msg_hdr.msg_namelen = to_length;
#endif
}

int
dns_port_udp_answer_locked(struct dns_request *request, int code)
{
	struct dns_port_udp *udp = request->port->udp;
	size_t bound = dns_reply_bound(request);
	uint8_t small[DNS_PORT_UDP_MAX];
	uint8_t *batch = batch_room_locked(udp, bound);
	size_t length = dns_reply_write(request, code, batch ? batch : small, bound);
	if (!length) return -1;
	if (!batch) return send_locked(udp, small, length, &request->address, request->address_length);
	batch_add_locked(udp, batch, length, &request->address, request->address_length);
	return 0;
}

static void
writable(evutil_socket_t fd, short what, void *arg)
{
	struct evdns_server_port *port = arg;
	struct dns_port_udp *udp = port->udp;
	struct datagram *datagram;
	(void)fd;
	(void)what;
	if (!dns_port_enter(port)) return;
	while (!port->closed && (datagram = udp->unsent)) {
		if (sendto(udp->fd, datagram->bytes, datagram->length, 0, (struct sockaddr *)&datagram->address,
				datagram->address_length) < 0 &&
			must_wait(errno)) {
			event_add(udp->write_event, NULL);
			break;
		}
		udp->unsent = datagram->next;
		udp->unsent_count--;
		dns_free(datagram);
	}
	dns_port_leave(port);
}

/* ---- Receiving ----------------------------------------------------------------------------------------------------
 */

static int
receive_one(struct dns_port_udp *udp)
{
	udp->from_length[0] = sizeof(udp->from[0]);
	ssize_t length =
		recvfrom(udp->fd, udp->in[0], DATAGRAM_MAX, MSG_TRUNC, (struct sockaddr *)&udp->from[0], &udp->from_length[0]);
	udp->received[0] = length > 0 && length <= DATAGRAM_MAX ? (size_t)length : 0;
	return length >= 0;
}

/* Returns how many datagrams came, at most BATCH; 0: no more for now. */
static int
receive_batch(struct dns_port_udp *udp)
{
#if HAVE_BATCHES
	int count = recvmmsg(udp->fd, udp->in_messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		struct msghdr *head = &udp->in_messages[i].msg_hdr;
		udp->received[i] = head->msg_flags & MSG_TRUNC ? 0 : udp->in_messages[i].msg_len;
		udp->from_length[i] = head->msg_namelen;
		head->msg_namelen = sizeof(udp->from[i]);
	}
	return count > 0 ? count : 0;
#else
	return receive_one(udp);
#endif
}

/* Where requests come one by one, the call for many costs more than it saves. */
static int
receive(struct dns_port_udp *udp)
{
	if (!udp->busy && ++udp->singles < TRY_EVERY) return receive_one(udp);
	int count = receive_batch(udp);
	udp->busy = count > 1;
	udp->singles = 0;
	return count;
}

static void
take_locked(struct evdns_server_port *port, int index)
{
	struct dns_port_udp *udp = port->udp;
	uint8_t reply[DNS_HEADER];
	size_t reply_length;
	struct dns_request *request = dns_port_read_locked(port, udp->in[index], udp->received[index],
		(struct sockaddr *)&udp->from[index], udp->from_length[index], reply, &reply_length);
	if (request)
		dns_port_call_locked(port, request);
	else if (reply_length)
		send_locked(udp, reply, reply_length, &udp->from[index], udp->from_length[index]);
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct evdns_server_port *port = arg;
	struct dns_port_udp *udp = port->udp;
	(void)fd;
	(void)what;
	if (!dns_port_enter(port)) return;
	/* A callback that runs the loop inside: what arrives has to wait for the end of this batch. */
	if (udp->batching) {
		dns_port_leave(port);
		return;
	}
	udp->batching = true;
	udp->thread = pthread_self();
	for (int total = 0, count = 1; total < REQUESTS_AT_ONCE && count > 0 && !port->closed; total += count) {
		count = receive(udp);
		for (int k = 0; k < count && !port->closed; k++)
			take_locked(port, k);
		if (!port->closed) flush_locked(udp);
	}
	udp->batching = false;
	udp->answer_count = 0;
	udp->answers_length = 0;
	dns_port_leave(port);
}

/* ---- Opening and closing -------------------------------------------------------------------------------------------
 */

static void
prepare_batches(struct dns_port_udp *udp)
{
#if HAVE_BATCHES
	memset(udp->in_messages, 0, sizeof(udp->in_messages));
	memset(udp->out_messages, 0, sizeof(udp->out_messages));
	for (int i = 0; i < BATCH; i++) {
		udp->in_rooms[i] = (struct iovec){udp->in[i], DATAGRAM_MAX};
		udp->in_messages[i].msg_hdr.msg_name = &udp->from[i];
		udp->in_messages[i].msg_hdr.msg_namelen = sizeof(udp->from[i]);
		udp->in_messages[i].msg_hdr.msg_iov = &udp->in_rooms[i];
		udp->in_messages[i].msg_hdr.msg_iovlen = 1;
		udp->out_messages[i].msg_hdr.msg_name = &udp->to[i];
		udp->out_messages[i].msg_hdr.msg_iov = &udp->answers[i];
		udp->out_messages[i].msg_hdr.msg_iovlen = 1;
	}
#else
	(void)udp;
#endif
}

int
dns_port_udp_open(struct evdns_server_port *port, evutil_socket_t fd)
{
	struct dns_port_udp *udp = dns_alloc(sizeof(*udp));
	if (!udp) return -1;
	memset(udp, 0, offsetof(struct dns_port_udp, answers));
	prepare_batches(udp);
	port->udp = udp;
	udp->fd = fd;
	udp->event = event_new(port->event_base, fd, EV_READ | EV_PERSIST, readable, port);
	udp->write_event = event_new(port->event_base, fd, EV_WRITE, writable, port);
	if (!udp->event || !udp->write_event) return -1;
	return event_add(udp->event, NULL);
}

void
dns_port_udp_close_locked(struct evdns_server_port *port)
{
	if (!port->udp) return;
	flush_locked(port->udp);
	event_del_noblock(port->udp->event);
	event_del_noblock(port->udp->write_event);
}

void
dns_port_udp_free(struct evdns_server_port *port)
{
	struct dns_port_udp *udp = port->udp;
	if (!udp) return;
	if (udp->event) event_free(udp->event);
	if (udp->write_event) event_free(udp->write_event);
	while (udp->unsent) {
		struct datagram *next = udp->unsent->next;
		dns_free(udp->unsent);
		udp->unsent = next;
	}
	dns_free(udp);
}
