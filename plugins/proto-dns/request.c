/* SPDX-License-Identifier: BSD-3-Clause */
/* evdns_base_resolve_*: one name, one type of record, tried under each name of the search list. */
#include "client.h"
#include "functions.h"
#include "reverse.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct evdns_request {
	struct dns_query query; /* first: askers get this */
	struct dns_candidates candidates;
	evdns_callback_type callback;
	void *arg;
	int flags;
	uint16_t room;
	uint8_t names[]; /* room bytes: the query's, and behind it the one that is searched for */
};

#define USUAL_ROOM 32

/* Memory for a request, with so much room for names. A client mostly asks from within its callbacks: then the memory of
 * the request before is just free. */
static struct evdns_request *
take_memory_locked(struct evdns_base *base, size_t room)
{
	struct evdns_request *request = base->spare;
	if (request && request->room >= room) {
		base->spare = NULL;
		return request;
	}
	if (room < USUAL_ROOM) room = USUAL_ROOM;
	request = dns_alloc(sizeof(*request) + room);
	if (request) request->room = (uint16_t)room;
	return request;
}

static void
free_locked(struct evdns_request *request)
{
	struct evdns_base *base = request->query.base;
	struct evdns_request *least = base->spare;
	dns_candidates_done(&request->candidates);
	if (!least || least->room < request->room)
		base->spare = request;
	else
		least = request;
	dns_free(least);
}

static bool
answered_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_request *request = (struct evdns_request *)query;
	if (!dns_search_goes_on(answer->result)) return true;
	size_t length = dns_candidates_next(&request->candidates, query->name);
	if (!length) return true;
	dns_query_init_locked(query, query->base, query->asker, length, query->type, request->flags);
	dns_query_submit_locked(query);
	return false;
}

static void
call_back(struct evdns_request *request, const struct dns_answer *answer)
{
	int ttl = (int)answer->ttl;
	char kind = answer->type == DNS_TYPE_A ? DNS_IPv4_A : answer->type == DNS_TYPE_AAAA ? DNS_IPv6_AAAA : DNS_PTR;
	if (answer->result != DNS_ERR_NONE) {
		request->callback(answer->result, 0, 0, ttl, NULL, request->arg);
		return;
	}
	if (answer->type == DNS_TYPE_PTR) {
		const char *name = answer->name;
		request->callback(DNS_ERR_NONE, kind, 1, ttl, &name, request->arg);
		return;
	}
	request->callback(DNS_ERR_NONE, kind, answer->count, ttl, answer->addresses, request->arg);
}

static void
discard(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	dns_client_lock(base);
	free_locked((struct evdns_request *)query);
	dns_client_unlock(base);
}

static void
deliver(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_request *request = (struct evdns_request *)query;
	call_back(request, answer);
	if ((request->flags & DNS_CNAME_CALLBACK) && answer->alias && answer->result == DNS_ERR_NONE) {
		char text[DNS_NAME_TEXT];
		const char *cname = text;
		dns_name_to_text(answer->cname, text);
		request->callback(DNS_ERR_NONE, DNS_CNAME, 1, (int)answer->ttl, &cname, request->arg);
	}
	discard(query);
}

static const struct dns_asker request_asker = {answered_locked, deliver, discard};

/* NULL: no name, or no memory. */
static struct evdns_request *
start_locked(struct evdns_base *base, const char *text, uint16_t type, int flags)
{
	size_t length = strlen(text);
	bool no_search = (flags & DNS_QUERY_NO_SEARCH) != 0 || base->search->count == 0;
	size_t own_room = DNS_NAME_OF_TEXT(length);
	size_t room = no_search ? DNS_NAME_ROOM(own_room) : dns_candidates_room_locked(base, length);
	struct evdns_request *request = take_memory_locked(base, no_search ? room : room + own_room);
	if (!request) return NULL;
	struct dns_query *query = &request->query;
	query->base = base;
	query->name = request->names;
	dns_candidates_none(&request->candidates);
	if (no_search)
		length = dns_name_from_text(text, length, query->name);
	else if (dns_candidates_init_locked(&request->candidates, base, text, length, request->names + room) == 0)
		length = dns_candidates_next(&request->candidates, query->name);
	else
		length = 0;
	if (!length) {
		free_locked(request);
		return NULL;
	}
	dns_query_init_locked(query, base, &request_asker, length, type, flags);
	return request;
}

static struct evdns_request *
resolve(struct evdns_base *base, const char *text, uint16_t type, int flags, evdns_callback_type callback, void *arg)
{
	dns_client_lock(base);
	dns_files_refresh_locked(base);
	struct evdns_request *request = start_locked(base, text, type, flags);
	if (request) {
		request->callback = callback;
		request->arg = arg;
		request->flags = flags;
		dns_query_submit_locked(&request->query);
	}
	dns_client_unlock(base);
	return request;
}

struct evdns_request *
plugin_evdns_base_resolve_ipv4(
	struct evdns_base *base, const char *name, int flags, evdns_callback_type callback, void *arg)
{
	return resolve(base, name, DNS_TYPE_A, flags, callback, arg);
}

struct evdns_request *
plugin_evdns_base_resolve_ipv6(
	struct evdns_base *base, const char *name, int flags, evdns_callback_type callback, void *arg)
{
	return resolve(base, name, DNS_TYPE_AAAA, flags, callback, arg);
}

struct evdns_request *
plugin_evdns_base_resolve_reverse(
	struct evdns_base *base, const struct in_addr *in, int flags, evdns_callback_type callback, void *arg)
{
	char name[DNS_REVERSE_MAX];
	dns_reverse_ipv4(in, name);
	return resolve(base, name, DNS_TYPE_PTR, flags | DNS_QUERY_NO_SEARCH, callback, arg);
}

struct evdns_request *
plugin_evdns_base_resolve_reverse_ipv6(
	struct evdns_base *base, const struct in6_addr *in, int flags, evdns_callback_type callback, void *arg)
{
	char name[DNS_REVERSE_MAX];
	dns_reverse_ipv6(in, name);
	return resolve(base, name, DNS_TYPE_PTR, flags | DNS_QUERY_NO_SEARCH, callback, arg);
}

void
plugin_evdns_cancel_request(struct evdns_base *base, struct evdns_request *request)
{
	if (!request) return;
	base = request->query.base;
	dns_client_lock(base);
	if (request->query.state == DNS_WAITING || request->query.state == DNS_FLYING) {
		dns_query_finish_later_locked(&request->query, DNS_ERR_CANCEL);
		dns_query_pump_locked(base);
	}
	dns_client_unlock(base);
}
