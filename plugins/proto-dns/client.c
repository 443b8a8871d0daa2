/* SPDX-License-Identifier: BSD-3-Clause */
/* The client itself: made, locked, counted and freed. */
#include "client.h"
#include "cache.h"
#include "functions.h"
#include "getaddrinfo.h"
#include "hosts.h"
#include "resolv_conf.h"

#include <string.h>
#include <time.h>

#define SECOND_US UINT64_C(1000000)
#ifdef CLOCK_MONOTONIC_COARSE
#define TICK_CLOCK CLOCK_MONOTONIC_COARSE
#else
#define TICK_CLOCK CLOCK_MONOTONIC
#endif
#define KNOWN_FLAGS                                                                                                    \
	(EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE | EVDNS_BASE_NAMESERVERS_NO_DEFAULT |        \
		EVDNS_BASE_NO_CACHE)

static uint64_t
read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
dns_now_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t
dns_read_tick_locked(struct evdns_base *base)
{
	base->tick_us = read_clock(TICK_CLOCK);
	return base->tick_us;
}

void
dns_timeval(uint64_t us, struct timeval *out)
{
	out->tv_sec = (time_t)(us / SECOND_US);
	out->tv_usec = (suseconds_t)(us % SECOND_US);
}

unsigned dns_forks; /* of this process and those that it comes from */

static void
forked(void)
{
	dns_forks++;
}

int
dns_client_count_forks(void)
{
	static bool counting;
	if (!counting) counting = pthread_atfork(NULL, NULL, forked) == 0;
	return counting ? 0 : -1;
}

void
dns_client_forked_locked(struct evdns_base *base)
{
	base->forks = dns_forks;
	base->random_left = 0;
	dns_query_part_from_parent_locked(base);
}

bool
dns_client_enter(struct evdns_base *base)
{
	dns_client_lock(base);
	if (base->references == 0) {
		dns_client_unlock(base);
		return false;
	}
	base->references++;
	return true;
}

/* Nobody has a way to the base any more but event callbacks that are just about to begin: these see that there is no
 * reference left, and event_free() waits for them. */
static void
destroy(struct evdns_base *base)
{
	struct dns_server *server;
	if (base->timer) event_free(base->timer);
	if (base->deliver_finished) event_free(base->deliver_finished);
	dns_udp_free_all(base);
	while ((server = TAILQ_FIRST(&base->servers))) {
		TAILQ_REMOVE(&base->servers, server, link);
		dns_server_free(server);
	}
	while ((server = TAILQ_FIRST(&base->removed))) {
		TAILQ_REMOVE(&base->removed, server, link);
		dns_server_free(server);
	}
	dns_search_put(base->search);
	dns_hosts_free(base->hosts);
	dns_cache_free(base->cache);
	dns_free(base->resolv_conf);
	dns_free(base->buffer);
	dns_free(base->spare);
	dns_lock_destroy(&base->lock);
	dns_free(base);
}

void
dns_client_leave(struct evdns_base *base)
{
	bool last = --base->references == 0;
	dns_client_unlock(base);
	if (last) destroy(base);
}

void
dns_client_wake_locked(struct evdns_base *base)
{
	event_active(base->deliver_finished, EV_TIMEOUT, 1);
}

static void
set_defaults(struct evdns_base *base)
{
	base->timeout_us = 5 * SECOND_US;
	base->skew_us = 3 * SECOND_US;
	base->probe_first_us = 10 * SECOND_US;
	base->probe_most_us = 3600 * SECOND_US;
	base->tcp_idle_us = 5 * SECOND_US;
	base->probe_factor = 3;
	base->max_timeouts = 3;
	base->max_flying = 64;
	base->attempts = 3;
	base->udp_size = 1232;
	base->mix_case = true;
	base->ignored_next = 100;
}

static void
set_lists(struct evdns_base *base)
{
	TAILQ_INIT(&base->servers);
	TAILQ_INIT(&base->removed);
	TAILQ_INIT(&base->waiting);
	TAILQ_INIT(&base->flying);
	TAILQ_INIT(&base->finished);
	TAILQ_INIT(&base->sockets_busy);
	TAILQ_INIT(&base->sockets_closed);
	LIST_INIT(&base->lookups);
}

/* A client that knows nothing yet, or NULL. */
static struct evdns_base *
make(struct event_base *event_base)
{
	struct evdns_base *base = dns_zalloc(sizeof(*base));
	if (!base) return NULL;
	if (dns_lock_init(&base->lock) != 0) {
		dns_free(base);
		return NULL;
	}
	base->event_base = event_base;
	base->forks = dns_forks;
	base->references = 1;
	base->edge = event_base && (event_base_get_features(event_base) & EV_FEATURE_ET) != 0;
	set_lists(base);
	set_defaults(base);
	base->timer = event_new(event_base, -1, 0, dns_query_timer, base);
	base->deliver_finished = event_new(event_base, -1, 0, dns_query_deliver_finished, base);
	base->search = dns_search_new();
	base->hosts = dns_hosts_new();
	base->cache = dns_cache_new();
	if (base->timer && base->deliver_finished && base->search && base->hosts && base->cache) return base;
	destroy(base);
	return NULL;
}

struct evdns_base *
plugin_evdns_base_new(struct event_base *event_base, int flags)
{
	if (flags & ~KNOWN_FLAGS) {
		dns_warn("evdns_base_new: unknown flags 0x%x; taken for EVDNS_BASE_INITIALIZE_NAMESERVERS",
			(unsigned)(flags & ~KNOWN_FLAGS));
		dns_log_flush();
		flags = (flags & KNOWN_FLAGS) | EVDNS_BASE_INITIALIZE_NAMESERVERS;
	}
	struct evdns_base *base = make(event_base);
	if (!base) return NULL;
	base->quiet = (flags & EVDNS_BASE_DISABLE_WHEN_INACTIVE) != 0;
	if (flags & EVDNS_BASE_NO_CACHE) dns_cache_limit(base->cache, 0);
	if (!(flags & EVDNS_BASE_INITIALIZE_NAMESERVERS)) return base;

	int options = DNS_OPTIONS_ALL;
	if (flags & EVDNS_BASE_NAMESERVERS_NO_DEFAULT) options |= DNS_OPTION_NAMESERVERS_NO_DEFAULT;
	int error = plugin_evdns_base_resolv_conf_parse(base, options, "/etc/resolv.conf");
	if (error == EVDNS_ERROR_NONE || error == EVDNS_ERROR_FAILED_TO_OPEN_FILE ||
		error == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED)
		return base;
	plugin_evdns_base_free(base, 0);
	return NULL;
}

/* Takes all open queries out of the base: to the finished ones, or into a list that nobody will hear of. */
static void
end_queries_locked(struct evdns_base *base, bool fail, struct dns_query_list *silent)
{
	struct dns_query_list *lists[] = {&base->flying, &base->waiting};
	for (int i = 0; i < 2; i++) {
		struct dns_query *query;
		while ((query = TAILQ_FIRST(lists[i]))) {
			if (fail) {
				dns_query_finish_later_locked(query, DNS_ERR_SHUTDOWN);
				continue;
			}
			dns_query_withdraw_locked(query);
			TAILQ_INSERT_TAIL(silent, query, link);
		}
	}
}

void
plugin_evdns_base_free(struct evdns_base *base, int fail_requests)
{
	struct dns_query_list silent = TAILQ_HEAD_INITIALIZER(silent);
	struct dns_query *query;
	if (!base) return;
	dns_global_forget(base);
	dns_client_lock(base);
	base->closing = true;
	dns_lookups_end_locked(base, fail_requests != 0, &silent);
	dns_server_remove_all_locked(base, false);
	end_queries_locked(base, fail_requests != 0, &silent);
	dns_udp_close_locked(base, true);
	event_del_noblock(base->timer);
	/* What is finished keeps the base until it was delivered. */
	if (!TAILQ_EMPTY(&base->finished)) {
		base->farewell = true;
		base->references++;
		dns_client_wake_locked(base);
	}
	base->references++;
	dns_client_unlock(base);
	while ((query = TAILQ_FIRST(&silent))) {
		TAILQ_REMOVE(&silent, query, link);
		query->asker->discard(query);
	}
	dns_client_lock(base);
	base->references--;
	dns_client_leave(base);
}
