/* SPDX-License-Identifier: BSD-3-Clause */
/* Name servers: which one is asked next, and which ones are left alone for a while.
 *
 * One that leaves "max-timeouts" queries in a row unanswered, or refuses to work for us, is down: it is asked only when
 * no other is up. A probe tries it again after "initial-probe-timeout", then ever more seldom. The probe asks for the
 * address of "localhost", which a server answers by itself (RFC 6761): nobody else hears of it. */
#include "client.h"
#include "functions.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t probe_name[] = "\011localhost";
_Static_assert(
	sizeof(((struct dns_server *)0)->probe_name) >= DNS_NAME_ROOM(sizeof(probe_name)), "room to mix letters");

static void probe_now(evutil_socket_t fd, short what, void *arg);

const char *
dns_server_text(const struct dns_server *server, char *text)
{
	char host[64] = "?";
	if (server->address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&server->address;
		evutil_inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		evutil_snprintf(text, 128, "%s:%d", host, ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&server->address;
		evutil_inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		evutil_snprintf(text, 128, "[%s]:%d", host, ntohs(in6->sin6_port));
	}
	return text;
}

bool
dns_server_is(const struct dns_server *server, const struct sockaddr *address)
{
	if (server->address.ss_family != address->sa_family) return false;
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const struct sockaddr_in *)&server->address;
		const struct sockaddr_in *b = (const struct sockaddr_in *)address;
		return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
	}
	const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)&server->address;
	const struct sockaddr_in6 *b = (const struct sockaddr_in6 *)address;
	return a->sin6_port == b->sin6_port && a->sin6_scope_id == b->sin6_scope_id &&
		   memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) == 0;
}

static struct dns_server *
make_locked(struct evdns_base *base)
{
	struct dns_server *server = TAILQ_FIRST(&base->removed);
	if (server) {
		TAILQ_REMOVE(&base->removed, server, link);
		return server;
	}
	server = dns_zalloc(sizeof(*server));
	if (!server) return NULL;
	server->base = base;
	server->probe.name = server->probe_name;
	server->probe_timer = event_new(base->event_base, -1, 0, probe_now, server);
	if (server->probe_timer) return server;
	dns_free(server);
	return NULL;
}

int
dns_server_add_locked(struct evdns_base *base, const struct sockaddr *address, socklen_t length, bool from_file)
{
	struct dns_server *server;
	size_t needed = address->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	if ((address->sa_family != AF_INET && address->sa_family != AF_INET6) || (size_t)length < needed) return 1;
	TAILQ_FOREACH (server, &base->servers, link)
		if (dns_server_is(server, address)) return 3;
	server = make_locked(base);
	if (!server) return 2;
	memset(&server->address, 0, sizeof(server->address));
	memcpy(&server->address, address, needed);
	server->address_length = (socklen_t)needed;
	server->from_file = from_file;
	server->down = server->no_edns = server->probing = false;
	server->timeouts = 0;
	TAILQ_INSERT_TAIL(&base->servers, server, link);
	/* The loop goes on for a client that has servers, unless it is to be quiet. */
	if (!base->quiet) dns_udp_reserve_locked(base, address->sa_family);
	dns_query_pump_locked(base);
	return 0;
}

static void
remove_locked(struct dns_server *server)
{
	struct evdns_base *base = server->base;
	if (base->last_picked == server) base->last_picked = NULL;
	TAILQ_REMOVE(&base->servers, server, link);
	TAILQ_INSERT_TAIL(&base->removed, server, link);
	event_del_noblock(server->probe_timer);
	if (server->probing) dns_query_withdraw_locked(&server->probe);
	server->probing = false;
	dns_query_leave_server_locked(server, false);
	dns_tcp_close_locked(server);
}

void
dns_server_remove_all_locked(struct evdns_base *base, bool from_file_only)
{
	struct dns_server *server, *next;
	for (server = TAILQ_FIRST(&base->servers); server; server = next) {
		next = TAILQ_NEXT(server, link);
		if (!from_file_only || server->from_file) remove_locked(server);
	}
}

void
dns_server_free(struct dns_server *server)
{
	event_free(server->probe_timer);
	dns_tcp_free(server);
	dns_free(server);
}

struct dns_server *
dns_server_pick_locked(struct evdns_base *base)
{
	struct dns_server *first = base->last_picked ? TAILQ_NEXT(base->last_picked, link) : NULL;
	if (!first) first = TAILQ_FIRST(&base->servers);
	struct dns_server *server = first;
	while (server && server->down) {
		server = TAILQ_NEXT(server, link);
		if (!server) server = TAILQ_FIRST(&base->servers);
		if (server == first) break;
	}
	base->last_picked = server;
	return server;
}

struct dns_server *
dns_server_at_locked(struct evdns_base *base, int index)
{
	struct dns_server *server = index < 0 ? NULL : TAILQ_FIRST(&base->servers);
	while (server && index-- > 0)
		server = TAILQ_NEXT(server, link);
	return server;
}

int
dns_server_count_locked(const struct evdns_base *base)
{
	const struct dns_server *server;
	int count = 0;
	TAILQ_FOREACH (server, &base->servers, link)
		count++;
	return count;
}

bool
dns_server_other_up_locked(const struct evdns_base *base, const struct dns_server *than)
{
	const struct dns_server *server;
	TAILQ_FOREACH (server, &base->servers, link)
		if (server != than && !server->down) return true;
	return false;
}

/* ---- Health -------------------------------------------------------------------------------------------------------
 */

void
dns_server_back_locked(struct dns_server *server)
{
	char text[128];
	server->down = false;
	event_del_noblock(server->probe_timer);
	dns_note("Nameserver %s is back up", dns_server_text(server, text));
}

void
dns_server_timed_out_locked(struct dns_server *server)
{
	if (++server->timeouts >= server->base->max_timeouts) dns_server_failed_locked(server, "request timed out.");
}

static void
probe_later_locked(struct dns_server *server)
{
	struct timeval wait;
	dns_timeval(server->probe_wait_us, &wait);
	event_add(server->probe_timer, &wait);
}

void
dns_server_failed_locked(struct dns_server *server, const char *why)
{
	struct evdns_base *base = server->base;
	char text[128];
	if (server->down || base->closing) return;
	server->down = true;
	dns_note("Nameserver %s has failed: %s", dns_server_text(server, text), why);
	server->probe_wait_us = base->probe_first_us;
	probe_later_locked(server);
	if (!dns_server_other_up_locked(base, server)) {
		dns_note("All nameservers have failed");
		return;
	}
	dns_query_leave_server_locked(server, false);
}

static bool
probe_answered_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct dns_server *server = query->server;
	struct evdns_base *base = server->base;
	(void)answer;
	server->probing = false;
	if (!server->down) return false;
	server->probe_wait_us *= (uint64_t)base->probe_factor;
	if (server->probe_wait_us > base->probe_most_us) server->probe_wait_us = base->probe_most_us;
	probe_later_locked(server);
	return false;
}

static void
probe_nobody(struct dns_query *query, const struct dns_answer *answer)
{
	(void)query;
	(void)answer;
}

static void
probe_discard(struct dns_query *query)
{
	(void)query;
}

static const struct dns_asker probe_asker = {probe_answered_locked, probe_nobody, probe_discard};

static void
probe_now(evutil_socket_t fd, short what, void *arg)
{
	struct dns_server *server = arg;
	struct evdns_base *base = server->base;
	(void)fd;
	(void)what;
	if (!dns_client_enter(base)) return;
	if (!base->closing && server->down && !server->probing) {
		server->probing = true;
		memcpy(server->probe_name, probe_name, sizeof(probe_name));
		dns_query_init_locked(&server->probe, base, &probe_asker, sizeof(probe_name), DNS_TYPE_A, DNS_QUERY_IGNTC);
		server->probe.probe = true;
		server->probe.server = server;
		dns_query_submit_locked(&server->probe);
	}
	dns_client_leave(base);
}
