/* SPDX-License-Identifier: BSD-3-Clause */
/* evdns_getaddrinfo(): both families of a name at once.
 *
 * The search list is walked by both families together: a name counts as found as soon as it has an address of either
 * one, and addresses of two different names are never mixed. Each name is looked for in the cache before anybody is
 * asked. The first query of a request also carries its end through the base's list of finished ones. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* EAI_NODATA */
#endif
#include "getaddrinfo.h"
#include "addrinfo.h"
#include "cache.h"
#include "functions.h"
#include "hosts.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* One family of a request. */
struct half {
	struct dns_query query; /* first: askers get this */
	struct evdns_getaddrinfo_request *request;
	bool wanted;
	bool pending;
	int result; /* DNS_ERR_*, of the name that is tried now */
	int count;
	uint8_t *addresses;
	uint8_t *cname;
};

struct evdns_getaddrinfo_request {
	LIST_ENTRY(evdns_getaddrinfo_request) link; /* in base->lookups while it is under way */
	struct half halves[2];                      /* IPv4, IPv6 */
	struct evdns_base *base;
	struct dns_candidates candidates;
	struct dns_service service;
	struct evutil_addrinfo hints;
	evdns_getaddrinfo_cb callback;
	void *arg;
	int outcome;     /* EVUTIL_EAI_*, when it ended before its time; else 0 */
	bool over;       /* not in base->lookups any more */
	uint8_t *name;   /* that is tried now */
	uint8_t names[]; /* that one, each query's, and the one that is searched for */
};

static const int families[2] = {AF_INET, AF_INET6};
static const uint16_t types[2] = {DNS_TYPE_A, DNS_TYPE_AAAA};

/* ---- Results ------------------------------------------------------------------------------------------------------
 */

static int
code_of(int result)
{
	switch (result) {
	case DNS_ERR_NONE:
		return 0;
	case DNS_ERR_NOTEXIST:
		return EVUTIL_EAI_NONAME;
	case DNS_ERR_NODATA:
		return EVUTIL_EAI_NODATA;
	case DNS_ERR_TIMEOUT:
	case DNS_ERR_SERVERFAILED:
		return EVUTIL_EAI_AGAIN;
	case DNS_ERR_CANCEL:
		return EVUTIL_EAI_CANCEL;
	default:
		return EVUTIL_EAI_FAIL;
	}
}

/* Which of two results says more: an address, then trouble, then that the name exists, then that it does not. */
static int
better(int a, int b)
{
	if (a == DNS_ERR_NONE || b == DNS_ERR_NONE) return DNS_ERR_NONE;
	if (!dns_search_goes_on(a)) return a;
	if (!dns_search_goes_on(b)) return b;
	return a == DNS_ERR_NODATA ? a : b;
}

static int
result_of(const struct evdns_getaddrinfo_request *request)
{
	const struct half *halves = request->halves;
	if (!halves[0].wanted) return halves[1].result;
	if (!halves[1].wanted) return halves[0].result;
	return better(halves[0].result, halves[1].result);
}

/* IPv4 addresses in the dress of IPv6: only when asked for, and then when there is nothing better or all are wanted. */
static bool
uses_mapped(const struct evutil_addrinfo *hints, int found_ipv6)
{
	if (hints->ai_family != AF_INET6 || !(hints->ai_flags & EVUTIL_AI_V4MAPPED)) return false;
	return found_ipv6 == 0 || (hints->ai_flags & EVUTIL_AI_ALL);
}

static int
add_half(struct dns_addrinfo *list, const struct evdns_getaddrinfo_request *request, int index, bool mapped)
{
	const struct half *half = &request->halves[index];
	size_t size = index ? 16 : 4;
	for (int i = 0; i < half->count; i++) {
		int error =
			dns_addrinfo_add(list, &request->service, families[index], half->addresses + (size_t)i * size, 0, mapped);
		if (error) return error;
	}
	return 0;
}

/* Makes the list that the user gets. Returns 0 or an EVUTIL_EAI_*. */
static int
make_list(struct evdns_getaddrinfo_request *request, struct dns_addrinfo *list)
{
	const struct half *halves = request->halves;
	char text[DNS_NAME_TEXT];
	dns_addrinfo_init(list);
	if (request->outcome) return request->outcome;
	int code = code_of(result_of(request));
	if (code) return code;
	if (request->hints.ai_family == AF_INET6) {
		if (add_half(list, request, 1, false) != 0) return EVUTIL_EAI_MEMORY;
		if (uses_mapped(&request->hints, halves[1].count) && add_half(list, request, 0, true) != 0)
			return EVUTIL_EAI_MEMORY;
	} else if (add_half(list, request, 0, false) != 0 || add_half(list, request, 1, false) != 0) {
		return EVUTIL_EAI_MEMORY;
	}
	if (!list->first) return EVUTIL_EAI_NODATA;
	if (request->hints.ai_flags & EVUTIL_AI_CANONNAME) {
		const uint8_t *name = halves[0].cname ? halves[0].cname : halves[1].cname;
		dns_name_to_text(name ? name : request->name, text);
		return dns_addrinfo_name(list, text);
	}
	return 0;
}

static void
forget_half(struct half *half)
{
	dns_free(half->addresses);
	dns_free(half->cname);
	half->addresses = half->cname = NULL;
	half->count = 0;
}

static void
free_request_locked(struct evdns_getaddrinfo_request *request)
{
	dns_candidates_done(&request->candidates);
	forget_half(&request->halves[0]);
	forget_half(&request->halves[1]);
	dns_free(request);
}

/* ---- Asking -------------------------------------------------------------------------------------------------------
 */

static uint8_t *
copy_of(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = dns_alloc(size);
	if (copy) memcpy(copy, bytes, size);
	return copy;
}

/* Keeps a copy of what one family has. Without memory the request fails. */
static void
fill_locked(struct half *half, int index, const struct dns_cached *found)
{
	forget_half(half);
	half->pending = false;
	half->result = found->result;
	half->count = found->count;
	if (found->count) half->addresses = copy_of(found->addresses, (size_t)found->count * (index ? 16 : 4));
	if (found->cname) half->cname = copy_of(found->cname, dns_name_length(found->cname));
	if ((found->count && !half->addresses) || (found->cname && !half->cname)) {
		half->count = 0;
		half->request->outcome = EVUTIL_EAI_MEMORY;
	}
}

static bool answered_locked(struct dns_query *query, const struct dns_answer *answer);
static void deliver(struct dns_query *query, const struct dns_answer *answer);
static void discard(struct dns_query *query);
static const struct dns_asker half_asker = {answered_locked, deliver, discard};

/* Tries the next names until one has to be waited for. Returns true when the request is over. */
static bool
go_on_locked(struct evdns_getaddrinfo_request *request)
{
	struct evdns_base *base = request->base;
	size_t length;
	while ((length = dns_candidates_next(&request->candidates, request->name))) {
		bool waits = false;
		for (int i = 0; i < 2; i++) {
			struct half *half = &request->halves[i];
			if (!half->wanted) continue;
			const struct dns_cached *known = dns_cache_find(base->cache, request->name, i, dns_tick_locked(base));
			if (known) {
				fill_locked(half, i, known);
				continue;
			}
			waits = half->pending = true;
			memcpy(half->query.name, request->name, length);
			dns_query_init_locked(&half->query, base, &half_asker, length, types[i], 0);
			dns_query_submit_locked(&half->query);
		}
		if (waits) return false;
		if (request->outcome || !dns_search_goes_on(result_of(request))) return true;
	}
	return true;
}

static void
end_locked(struct evdns_getaddrinfo_request *request)
{
	if (request->over) return;
	request->over = true;
	LIST_REMOVE(request, link);
	for (int i = 0; i < 2; i++)
		if (request->halves[i].pending) dns_query_withdraw_locked(&request->halves[i].query);
}

static bool
answered_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct half *half = (struct half *)query;
	struct evdns_getaddrinfo_request *request = half->request;
	struct evdns_base *base = request->base;
	int index = half == &request->halves[1];
	struct half *other = &request->halves[!index];
	struct dns_cached found = {.result = answer->result, .count = answer->count, .addresses = answer->addresses};
	uint8_t cname[DNS_NAME_MAX];
	if (answer->alias) {
		memcpy(cname, answer->cname, dns_name_length(answer->cname));
		found.cname = cname;
	}
	fill_locked(half, index, &found);
	if (found.result == DNS_ERR_NONE || dns_search_goes_on(found.result))
		dns_cache_store(base->cache, request->name, index, &found, answer->ttl, dns_tick_locked(base));
	if (other->pending) {
		if (found.result == DNS_ERR_NONE) dns_query_hurry_locked(&other->query, base->skew_us);
		return false;
	}
	if (!request->outcome && dns_search_goes_on(result_of(request)) && !go_on_locked(request)) return false;
	end_locked(request);
	return true;
}

static void
deliver(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_getaddrinfo_request *request = ((struct half *)query)->request;
	struct evdns_base *base = request->base;
	struct dns_addrinfo list;
	(void)answer;
	int code = make_list(request, &list);
	request->callback(code, list.first, request->arg);
	dns_client_lock(base);
	free_request_locked(request);
	dns_client_unlock(base);
}

static void
discard(struct dns_query *query)
{
	struct evdns_getaddrinfo_request *request = ((struct half *)query)->request;
	struct evdns_base *base = request->base;
	dns_client_lock(base);
	free_request_locked(request);
	dns_client_unlock(base);
}

void
dns_lookups_end_locked(struct evdns_base *base, bool fail, struct dns_query_list *silent)
{
	struct evdns_getaddrinfo_request *request;
	while ((request = LIST_FIRST(&base->lookups))) {
		struct dns_query *carrier = &request->halves[0].query;
		end_locked(request);
		request->outcome = EVUTIL_EAI_FAIL;
		if (fail)
			dns_query_finish_later_locked(carrier, DNS_ERR_SHUTDOWN);
		else
			TAILQ_INSERT_TAIL(silent, carrier, link);
	}
}

void
plugin_evdns_getaddrinfo_cancel(struct evdns_getaddrinfo_request *request)
{
	if (!request) return;
	struct evdns_base *base = request->base;
	dns_client_lock(base);
	if (!request->over) {
		end_locked(request);
		request->outcome = EVUTIL_EAI_CANCEL;
		dns_query_finish_later_locked(&request->halves[0].query, DNS_ERR_CANCEL);
		dns_query_pump_locked(base);
	}
	dns_client_unlock(base);
}

/* ---- Answers at once ----------------------------------------------------------------------------------------------
 */

/* Without a name: the wildcard or the loopback address. */
static int
list_own(struct dns_addrinfo *list, const struct dns_service *service, const struct evutil_addrinfo *hints)
{
	static const uint8_t addresses[2][2][16] = {{{127, 0, 0, 1}, {[15] = 1}}, {{0}, {0}}};
	bool passive = (hints->ai_flags & EVUTIL_AI_PASSIVE) != 0;
	for (int i = 0; i < 2; i++) {
		if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[i]) continue;
		int error = dns_addrinfo_add(list, service, families[i], addresses[passive][i], 0, false);
		if (error) return error;
	}
	return 0;
}

/* Returns 0 or an EVUTIL_EAI_*; -1 when the name is not an address. */
static int
list_numeric(
	struct dns_addrinfo *list, const struct dns_service *service, const struct evutil_addrinfo *hints, const char *name)
{
	uint8_t address[16];
	unsigned scope = 0;
	int error;
	if (evutil_inet_pton(AF_INET, name, address) == 1) {
		bool mapped = uses_mapped(hints, 0);
		if (hints->ai_family == AF_INET6 && !mapped) return EVUTIL_EAI_ADDRFAMILY;
		error = dns_addrinfo_add(list, service, AF_INET, address, 0, mapped);
	} else if (evutil_inet_pton_scope(AF_INET6, name, address, &scope) == 1) {
		if (hints->ai_family == AF_INET) return EVUTIL_EAI_ADDRFAMILY;
		error = dns_addrinfo_add(list, service, AF_INET6, address, scope, false);
	} else {
		return -1;
	}
	if (!error && (hints->ai_flags & EVUTIL_AI_CANONNAME)) error = dns_addrinfo_name(list, name);
	return error;
}

static int
count_hosts(const struct dns_hosts *hosts, const uint8_t *name, int family)
{
	int count = 0;
	for (const struct dns_host *host = NULL; (host = dns_hosts_find(hosts, name, host));)
		count += host->family == family;
	return count;
}

/* The same from the hosts files; -1 when they do not know the name. */
static int
list_hosts_locked(struct evdns_base *base, struct dns_addrinfo *list, const struct dns_service *service,
	const struct evutil_addrinfo *hints, const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	if (!dns_name_from_text(text, strlen(text), name) || !dns_hosts_find(base->hosts, name, NULL)) return -1;
	bool mapped = uses_mapped(hints, count_hosts(base->hosts, name, AF_INET6));
	for (const struct dns_host *host = NULL; (host = dns_hosts_find(base->hosts, name, host));) {
		bool as_mapped = mapped && host->family == AF_INET;
		if (hints->ai_family != AF_UNSPEC && hints->ai_family != host->family && !as_mapped) continue;
		int error = dns_addrinfo_add(list, service, host->family, host->address, host->scope, as_mapped);
		if (error) return error;
	}
	if (!list->first) return EVUTIL_EAI_NODATA;
	return hints->ai_flags & EVUTIL_AI_CANONNAME ? dns_addrinfo_name(list, text) : 0;
}

/* Whether the host has an address of a family beside loopback: connecting a UDP socket finds a route and sends nothing.
 */
static bool
has_route(int family)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	in.sin_addr.s_addr = htonl(0x12345678);
	in6.sin6_addr.s6_addr[0] = 0x20;
	in6.sin6_addr.s6_addr[1] = 0x01;
	evutil_socket_t fd = socket(family, SOCK_DGRAM, 0);
	if (fd < 0) return false;
	bool routed = family == AF_INET ? connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0
									: connect(fd, (struct sockaddr *)&in6, sizeof(in6)) == 0;
	evutil_closesocket(fd);
	return routed;
}

/* AI_ADDRCONFIG for a request that does not care for the family: leaves one out that could not be used anyway. */
static void
adjust_family(struct evutil_addrinfo *hints)
{
	if (!(hints->ai_flags & EVUTIL_AI_ADDRCONFIG) || hints->ai_family != AF_UNSPEC) return;
	bool v4 = has_route(AF_INET), v6 = has_route(AF_INET6);
	if (v4 != v6) hints->ai_family = v4 ? AF_INET : AF_INET6;
}

/* A request with its names. NULL: *code says why. */
static struct evdns_getaddrinfo_request *
make_locked(struct evdns_base *base, const char *name, int *code)
{
	size_t length = strlen(name), room = dns_candidates_room_locked(base, length);
	struct evdns_getaddrinfo_request *request = dns_zalloc(sizeof(*request) + 3 * room + DNS_NAME_OF_TEXT(length));
	*code = EVUTIL_EAI_MEMORY;
	if (!request) return NULL;
	*code = EVUTIL_EAI_NONAME;
	if (dns_candidates_init_locked(&request->candidates, base, name, length, request->names + 3 * room) != 0) {
		dns_free(request);
		return NULL;
	}
	request->name = request->names;
	request->halves[0].query.name = request->names + room;
	request->halves[1].query.name = request->names + 2 * room;
	return request;
}

/* Starts a request. Returns it, or NULL when it is over already: then *code and *list say how. */
static struct evdns_getaddrinfo_request *
start_locked(struct evdns_base *base, const char *name, const struct dns_service *service,
	const struct evutil_addrinfo *hints, struct dns_addrinfo *list, int *code)
{
	struct evdns_getaddrinfo_request *request = make_locked(base, name, code);
	if (!request) return NULL;
	request->base = base;
	request->service = *service;
	request->hints = *hints;
	for (int i = 0; i < 2; i++) {
		request->halves[i].request = request;
		request->halves[i].query.base = base;
		request->halves[i].query.asker = &half_asker;
		request->halves[i].query.type = types[i];
		request->halves[i].wanted = hints->ai_family == AF_UNSPEC || hints->ai_family == families[i];
		if (i == 1 && base->no_aaaa) request->halves[i].wanted = false;
		request->halves[i].result = DNS_ERR_NOTEXIST;
	}
	if (hints->ai_family == AF_INET6 && (hints->ai_flags & EVUTIL_AI_V4MAPPED)) request->halves[0].wanted = true;
	bool nothing = !request->halves[0].wanted && !request->halves[1].wanted;
	if (nothing) request->halves[0].result = request->halves[1].result = DNS_ERR_NODATA;
	if (!nothing && !go_on_locked(request)) {
		LIST_INSERT_HEAD(&base->lookups, request, link);
		return request;
	}
	*code = make_list(request, list);
	free_request_locked(request);
	return NULL;
}

static int
check(struct evutil_addrinfo *hints, const struct evutil_addrinfo *hints_in, const char *name, const char *service)
{
	memset(hints, 0, sizeof(*hints));
	if (hints_in) {
		hints->ai_flags = hints_in->ai_flags;
		hints->ai_family = hints_in->ai_family;
		hints->ai_socktype = hints_in->ai_socktype;
		hints->ai_protocol = hints_in->ai_protocol;
	}
	if (!name && !service) return EVUTIL_EAI_NONAME;
	if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6)
		return EVUTIL_EAI_FAMILY;
	return 0;
}

struct evdns_getaddrinfo_request *
plugin_evdns_getaddrinfo(struct evdns_base *base, const char *name, const char *servname,
	const struct evutil_addrinfo *hints_in, evdns_getaddrinfo_cb callback, void *arg)
{
	struct evdns_getaddrinfo_request *request = NULL;
	struct evutil_addrinfo hints;
	struct dns_service service;
	struct dns_addrinfo list;
	if (!base) base = plugin_evdns_get_global_base();
	dns_addrinfo_init(&list);
	int code = check(&hints, hints_in, name, servname);
	if (!base) {
		dns_warn("evdns_getaddrinfo: there is no evdns_base");
		dns_log_flush();
		code = EVUTIL_EAI_FAIL;
	}
	if (!code) code = dns_service_find(&service, servname, &hints);
	if (!code) code = name ? list_numeric(&list, &service, &hints, name) : list_own(&list, &service, &hints);
	if (code == -1 && (hints.ai_flags & EVUTIL_AI_NUMERICHOST)) code = EVUTIL_EAI_NONAME;
	if (code == -1) {
		adjust_family(&hints);
		dns_client_lock(base);
		dns_files_refresh_locked(base);
		code = list_hosts_locked(base, &list, &service, &hints, name);
		if (code == -1) request = start_locked(base, name, &service, &hints, &list, &code);
		if (request) {
			request->callback = callback;
			request->arg = arg;
		}
		dns_client_unlock(base);
	}
	if (!request) callback(code, list.first, arg);
	return request;
}

/* ---- The cache, for programs --------------------------------------------------------------------------------------
 */

/* Collects the addresses of one family. Returns how many, at most DNS_CACHE_ADDRESSES. */
static int
collect(const struct evutil_addrinfo *list, int index, uint8_t *addresses)
{
	size_t size = index ? 16 : 4;
	int count = 0;
	for (; list && count < DNS_CACHE_ADDRESSES; list = list->ai_next) {
		if (list->ai_family != families[index] || !list->ai_addr) continue;
		const void *address = index ? (const void *)&((const struct sockaddr_in6 *)list->ai_addr)->sin6_addr
									: (const void *)&((const struct sockaddr_in *)list->ai_addr)->sin_addr;
		/* The same address comes once for each socket type. */
		if (count && memcmp(addresses + (size_t)(count - 1) * size, address, size) == 0) continue;
		memcpy(addresses + (size_t)count++ * size, address, size);
	}
	return count;
}

void
plugin_evdns_cache_write(struct evdns_base *base, char *text, struct evutil_addrinfo *list, int ttl)
{
	uint8_t name[DNS_NAME_MAX], addresses[DNS_CACHE_ADDRESSES * 16];
	if (ttl <= 0 || !dns_name_from_text(text, strlen(text), name)) return;
	dns_client_lock(base);
	for (int i = 0; i < 2; i++) {
		struct dns_cached found = {.addresses = addresses};
		found.count = collect(list, i, addresses);
		found.result = found.count ? DNS_ERR_NONE : DNS_ERR_NODATA;
		dns_cache_store(base->cache, name, i, &found, (uint32_t)ttl, dns_tick_locked(base));
	}
	dns_client_unlock(base);
}

static int
lookup_locked(struct evdns_base *base, const uint8_t *name, const struct evutil_addrinfo *hints,
	const struct dns_service *service, struct dns_addrinfo *list)
{
	int result = -1;
	for (int i = 0; i < 2; i++) {
		if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[i]) continue;
		const struct dns_cached *found = dns_cache_find(base->cache, name, i, dns_tick_locked(base));
		if (!found) continue;
		result = result == -1 ? found->result : better(result, found->result);
		for (int k = 0; k < found->count; k++) {
			const uint8_t *address = found->addresses + (size_t)k * (i ? 16 : 4);
			if (dns_addrinfo_add(list, service, families[i], address, 0, false) != 0) return EVUTIL_EAI_MEMORY;
		}
	}
	return result == -1 ? -1 : code_of(result);
}

int
plugin_evdns_cache_lookup(struct evdns_base *base, const char *text, struct evutil_addrinfo *hints_in, uint16_t port,
	struct evutil_addrinfo **res)
{
	struct evutil_addrinfo hints;
	struct dns_service service;
	struct dns_addrinfo list;
	uint8_t name[DNS_NAME_MAX];
	char number[8];
	*res = NULL;
	dns_addrinfo_init(&list);
	evutil_snprintf(number, sizeof(number), "%u", (unsigned)port);
	int code = check(&hints, hints_in, text, number);
	if (!code) code = dns_service_find(&service, number, &hints);
	if (code || !dns_name_from_text(text, strlen(text), name)) return code ? code : EVUTIL_EAI_NONAME;
	dns_client_lock(base);
	code = lookup_locked(base, name, &hints, &service, &list);
	dns_client_unlock(base);
	*res = list.first;
	return code;
}
