/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports of a DNS server, and requests: from the bytes of a message to what the callback sees. Whatever is not a
 * well-formed question is dropped without an answer, so that nobody can use the server against a third party. */
#include "port.h"
#include "functions.h"

#include <stddef.h>
#include <string.h>

#define CLIENTS_MAX 10
#define IDLE_SECONDS 10
/* Room of a request that is kept for use again, beside its struct: enough for any single question. */
#define SPARE_ROOM (sizeof(void *) + sizeof(struct evdns_server_question) + DNS_NAME_TEXT + DNS_NAME_MAX + 16)

static void
free_request(struct dns_request *request)
{
	dns_free(request->records.bytes);
	dns_free(request);
}

static void
destroy(struct evdns_server_port *port)
{
	dns_port_udp_free(port);
	dns_port_tcp_free(port);
	while (port->spare) {
		struct dns_request *next = port->spare->next_spare;
		free_request(port->spare);
		port->spare = next;
	}
	dns_lock_destroy(&port->lock);
	dns_free(port);
}

bool
dns_port_enter(struct evdns_server_port *port)
{
	dns_lock_take(&port->lock);
	if (port->references == 0) {
		dns_lock_give(&port->lock);
		return false;
	}
	port->references++;
	return true;
}

void
dns_port_leave(struct evdns_server_port *port)
{
	bool last = --port->references == 0;
	dns_lock_give(&port->lock);
	if (last) destroy(port);
}

/* ---- Requests -----------------------------------------------------------------------------------------------------
 */

static struct dns_request *
take_request_locked(struct evdns_server_port *port, size_t room)
{
	struct dns_request *request = port->spare;
	struct dns_records records = {0};
	if (room <= SPARE_ROOM && request) {
		port->spare = request->next_spare;
		port->spare_count--;
		records = request->records;
	} else {
		if (room < SPARE_ROOM) room = SPARE_ROOM;
		request = dns_alloc(sizeof(*request) + room);
		if (!request) return NULL;
		request->size = room;
	}
	records.length = 0;
	memset(records.counts, 0, sizeof(records.counts));
	request->records = records;
	request->port = port;
	request->client = NULL;
	request->answered = request->edns = request->bad_version = false;
	request->udp_size = DNS_UDP_PLAIN;
	return request;
}

static void
recycle_locked(struct dns_request *request)
{
	struct evdns_server_port *port = request->port;
	if (request->size == SPARE_ROOM && port->spare_count < DNS_PORT_SPARE_MAX &&
		request->records.room <= DNS_PORT_UDP_MAX) {
		request->next_spare = port->spare;
		port->spare = request;
		port->spare_count++;
	} else {
		free_request(request);
	}
}

void
dns_port_done_locked(struct dns_request *request)
{
	struct evdns_server_port *port = request->port;
	if (request->client) request->client->requests--;
	recycle_locked(request);
	dns_port_leave(port);
}

static size_t
aligned(size_t size)
{
	return (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
}

static size_t
question_size(size_t text_length)
{
	return aligned(offsetof(struct evdns_server_question, name) + text_length + 1);
}

/* Returns the room that several questions take in a request, 0 when they are malformed. */
static size_t
measure(struct dns_message message, int count)
{
	struct dns_question question;
	char text[DNS_NAME_TEXT];
	size_t room = 0;
	for (int i = 0; i < count; i++) {
		if (!dns_message_question(&message, &question)) return 0;
		room += sizeof(void *) + question_size(dns_name_to_text(question.name, text));
	}
	return room + message.offset - DNS_HEADER;
}

/* Writes the questions into a request: for the callback's eyes, and as bytes for the answer. Returns false when they
 * are malformed. */
static bool
fill(struct dns_request *request, struct dns_message *message, int count)
{
	struct dns_question question;
	uint8_t *at = (uint8_t *)(request + 1);
	request->public.questions = (struct evdns_server_question **)(void *)at;
	request->public.nquestions = count;
	at += (size_t)count * sizeof(void *);
	for (int i = 0; i < count; i++) {
		if (!dns_message_question(message, &question)) return false;
		struct evdns_server_question *shown = (void *)at;
		shown->type = question.type;
		shown->dns_question_class = question.class;
		size_t length = dns_name_to_text(question.name, (char *)at + offsetof(struct evdns_server_question, name));
		request->public.questions[i] = shown;
		at += question_size(length);
	}
	request->questions = at;
	request->questions_length = message->offset - DNS_HEADER;
	memcpy(at, message->bytes + DNS_HEADER, request->questions_length);
	return true;
}

/* Looks for OPT among the other records. Returns false when one is malformed. */
static bool
read_options(struct dns_request *request, struct dns_message *message)
{
	struct dns_record record;
	int more;
	while ((more = dns_message_record(message, &record)) > 0) {
		if (record.type != DNS_TYPE_OPT || record.section != DNS_ADDITIONAL) continue;
		if (request->edns || record.name[0]) return false;
		request->edns = true;
		request->bad_version = (record.ttl >> 16 & 0xff) != 0;
		request->udp_size = record.class < DNS_UDP_PLAIN ? DNS_UDP_PLAIN : record.class;
		if (request->udp_size > DNS_PORT_UDP_MAX) request->udp_size = DNS_PORT_UDP_MAX;
	}
	return more == 0;
}

static void
write_refusal(const struct dns_message *message, int code, uint8_t *reply, size_t *reply_length)
{
	memset(reply, 0, DNS_HEADER);
	dns_put16(reply, message->id);
	dns_put16(reply + 2, DNS_FLAG_QR | (message->flags & (DNS_FLAG_OPCODE | DNS_FLAG_RD)) | (unsigned)code);
	*reply_length = DNS_HEADER;
}

struct dns_request *
dns_port_read_locked(struct evdns_server_port *port, const uint8_t *bytes, size_t length,
	const struct sockaddr *address, socklen_t address_length, uint8_t *reply, size_t *reply_length)
{
	struct dns_message message;
	*reply_length = 0;
	if (!dns_message_open(&message, bytes, length) || (message.flags & DNS_FLAG_QR)) return NULL;
	if (message.flags & (DNS_FLAG_OPCODE | DNS_FLAG_TC)) {
		write_refusal(&message, DNS_ERR_NOTIMPL, reply, reply_length);
		return NULL;
	}
	int count = message.left[DNS_QUESTION];
	if (count < 1 || count > DNS_PORT_QUESTIONS_MAX) return NULL;
	size_t room = count == 1 ? SPARE_ROOM : measure(message, count);
	struct dns_request *request = room ? take_request_locked(port, room) : NULL;
	if (!request) return NULL;
	if (!fill(request, &message, count) || !read_options(request, &message)) {
		recycle_locked(request);
		return NULL;
	}
	port->references++;
	request->id = message.id;
	request->public.flags = message.flags & (DNS_FLAG_RD | DNS_FLAG_TC);
	request->address_length = address_length;
	memcpy(&request->address, address, address_length);
	return request;
}

void
dns_port_call_locked(struct evdns_server_port *port, struct dns_request *request)
{
	if (request->bad_version) {
		dns_lock_give(&port->lock);
		plugin_evdns_server_request_respond(&request->public, 0);
		dns_lock_take(&port->lock);
		return;
	}
	dns_lock_give(&port->lock);
	port->callback(&request->public, port->arg);
	dns_lock_take(&port->lock);
}

/* ---- What programs call --------------------------------------------------------------------------------------------
 */

static struct evdns_server_port *
make(struct event_base *base, int flags, evdns_request_callback_fn_type callback, void *arg)
{
	if (flags) return NULL;
	struct evdns_server_port *port = dns_zalloc(sizeof(*port));
	if (!port) return NULL;
	if (dns_lock_init(&port->lock) != 0) {
		dns_free(port);
		return NULL;
	}
	port->event_base = base;
	port->callback = callback;
	port->arg = arg;
	port->references = 1;
	port->clients_max = CLIENTS_MAX;
	port->idle.tv_sec = IDLE_SECONDS;
	LIST_INIT(&port->clients);
	LIST_INIT(&port->clients_gone);
	return port;
}

struct evdns_server_port *
plugin_evdns_add_server_port_with_base(
	struct event_base *base, int fd, int flags, evdns_request_callback_fn_type callback, void *arg)
{
	struct evdns_server_port *port = make(base, flags, callback, arg);
	if (!port || dns_port_udp_open(port, fd) == 0) return port;
	destroy(port);
	return NULL;
}

struct evdns_server_port *
plugin_evdns_add_server_port(int fd, int flags, evdns_request_callback_fn_type callback, void *arg)
{
	return plugin_evdns_add_server_port_with_base(NULL, fd, flags, callback, arg);
}

struct evdns_server_port *
plugin_evdns_add_server_port_with_listener(struct event_base *base, struct evconnlistener *listener, int flags,
	evdns_request_callback_fn_type callback, void *arg)
{
	struct evdns_server_port *port = listener ? make(base, flags, callback, arg) : NULL;
	if (!port || dns_port_tcp_open(port, listener) == 0) return port;
	destroy(port);
	return NULL;
}

void
plugin_evdns_close_server_port(struct evdns_server_port *port)
{
	if (!port) return;
	dns_lock_take(&port->lock);
	port->closed = true;
	dns_port_udp_close_locked(port);
	dns_port_tcp_close_locked(port);
	dns_port_leave(port);
}

int
plugin_evdns_server_port_set_option(struct evdns_server_port *port, enum evdns_server_option option, size_t value)
{
	int error = -1;
	dns_lock_take(&port->lock);
	if (port->listener && value <= 0x7fffffff) {
		switch (option) {
		case EVDNS_SOPT_TCP_MAX_CLIENTS:
			port->clients_max = (int)value;
			error = 0;
			break;
		case EVDNS_SOPT_TCP_IDLE_TIMEOUT:
			port->idle.tv_sec = (time_t)value;
			error = 0;
			break;
		}
	}
	dns_lock_give(&port->lock);
	return error;
}

int
plugin_evdns_server_request_get_requesting_addr(struct evdns_server_request *shown, struct sockaddr *sa, int addr_len)
{
	struct dns_request *request = (struct dns_request *)shown;
	if (addr_len < (int)request->address_length) return -1;
	memcpy(sa, &request->address, request->address_length);
	return (int)request->address_length;
}

int
plugin_evdns_server_request_respond(struct evdns_server_request *shown, int err)
{
	struct dns_request *request = (struct dns_request *)shown;
	struct evdns_server_port *port = request->port;
	if (err < 0 || err > 0xffff || (err & ~(DNS_RCODE | EVDNS_FLAGS_AA | EVDNS_FLAGS_RD))) return -1;
	dns_lock_take(&port->lock);
	int error = -1;
	if (!port->closed)
		error = request->client ? dns_port_tcp_answer_locked(request, err) : dns_port_udp_answer_locked(request, err);
	dns_port_done_locked(request);
	return error;
}

int
plugin_evdns_server_request_drop(struct evdns_server_request *shown)
{
	struct dns_request *request = (struct dns_request *)shown;
	dns_lock_take(&request->port->lock);
	dns_port_done_locked(request);
	return 0;
}
