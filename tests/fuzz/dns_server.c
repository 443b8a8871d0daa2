/* SPDX-License-Identifier: BSD-3-Clause */
/* Datagrams to a DNS server's port, by a pair of local sockets: whatever comes, the callback sees sound questions, and
 * no answer is longer than allowed. The first byte chooses what the callback does. */
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t wish;

static void
answer(struct evdns_server_request *request, void *arg)
{
	static const char filler[3000];
	(void)arg;
	for (int i = 0; i < request->nquestions; i++) {
		const char *name = request->questions[i]->name;
		if (strlen(name) > 1023) abort();
		if (wish & 1 && evdns_server_request_add_a_reply(request, name, 3, filler, 60) != 0) abort();
		if (wish & 2 && evdns_server_request_add_cname_reply(request, name, name, 60) != 0) abort();
		if (wish & 4)
			evdns_server_request_add_reply(
				request, EVDNS_AUTHORITY_SECTION, name, EVDNS_TYPE_TXT, EVDNS_CLASS_INET, 1, 1 + wish * 8, 0, filler);
		if (wish & 8) evdns_server_request_add_ptr_reply(request, NULL, name, "host.example", 1);
	}
	if (wish & 16)
		evdns_server_request_drop(request);
	else
		evdns_server_request_respond(request, wish >> 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_base *base;
	static int fds[2];
	static char room[70000];
	if (!base) {
		base = event_base_new();
		if (!base || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) != 0) abort();
		if (!evdns_add_server_port_with_base(base, fds[0], 0, answer, NULL)) abort();
	}
	if (size < 2 || size > 4096) return 0;
	wish = data[0];
	if (send(fds[1], data + 1, size - 1, 0) < 0) return 0;
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (ssize_t got; (got = recv(fds[1], room, sizeof(room), 0)) > 0;)
		if (got > 4096 || got < 12) abort();
	return 0;
}
