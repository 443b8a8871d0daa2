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
};

static bool
answered_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_request *request = (struct evdns_request *)query;
	uint8_t name[DNS_NAME_MAX];
	if (!dns_search_goes_on(answer->result)) return true;
	size_t length = dns_candidates_next(&request->candidates, name);
	if (!length) return true;
	dns_query_init_locked(query, query->base, query->asker, name, length, query->type, request->flags);
	dns_query_submit_locked(query);
	return false;
}

static void
forget(struct evdns_request *request)
{
	struct evdns_base *base = request->query.base;
	if (request->candidates.search) {
		dns_client_lock(base);
		dns_candidates_done(&request->candidates);
		dns_client_unlock(base);
	}
	dns_free(request);
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
	forget(request);
}

static void
discard(struct dns_query *query)
{
	forget((struct evdns_request *)query);
}

static const struct dns_asker request_asker = {answered_locked, deliver, discard};

static struct evdns_request *
resolve(struct evdns_base *base, const char *text, uint16_t type, int flags, evdns_callback_type callback, void *arg)
{
	uint8_t name[DNS_NAME_MAX];
	struct evdns_request *request = dns_alloc(sizeof(*request));
	if (!request) return NULL;
	request->callback = callback;
	request->arg = arg;
	request->flags = flags;
	dns_client_lock(base);
	dns_files_refresh_locked(base);
	size_t length = 0;
	bool no_search = (flags & DNS_QUERY_NO_SEARCH) != 0;
	if (dns_candidates_init_locked(&request->candidates, base, text, no_search) == 0)
		length = dns_candidates_next(&request->candidates, name);
	if (!length) {
		dns_candidates_done(&request->candidates);
		dns_client_unlock(base);
		dns_free(request);
		return NULL;
	}
	dns_query_init_locked(&request->query, base, &request_asker, name, length, type, flags);
	dns_query_submit_locked(&request->query);
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
