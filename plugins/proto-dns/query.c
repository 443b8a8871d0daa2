/* SPDX-License-Identifier: BSD-3-Clause */
/* One question on its way: on the wire or in the queue, sent again when nobody answers, and what an answer means.
 *
 * Every time it is sent it gets a new id, new letter case, and (udp.c) a new port. An answer counts only when server,
 * socket, id and question are those of a query in flight; whatever else arrives is counted and forgotten. A truncated
 * answer is asked for again over TCP, and so is one that came back in other letters (RFC 5452, draft dns0x20): that
 * may be a forgery or a server that does not keep case, and TCP settles it. */
#include "client.h"
#include "functions.h"

#include <string.h>

#define TICKS_FROM_US 1000000 /* timeouts of a second or more need not be exact to the millisecond */
#define REISSUES_MAX 2        /* after SERVFAIL, REFUSED and the like, each to another server */

/* ---- Lists --------------------------------------------------------------------------------------------------------
 */

static struct dns_query **
bucket_of(struct evdns_base *base, uint16_t id)
{
	return &base->by_id[id % DNS_BUCKETS];
}

static bool
id_in_use_locked(struct evdns_base *base, uint16_t id)
{
	for (struct dns_query *query = *bucket_of(base, id); query; query = query->next_by_id)
		if (query->id == id) return true;
	return false;
}

/* Keeps the list in order of deadlines, which mostly are all equally far away. */
static void
insert_by_deadline_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	struct dns_query *before = TAILQ_LAST(&base->flying, dns_query_list);
	while (before && before->deadline_us > query->deadline_us)
		before = TAILQ_PREV(before, dns_query_list, link);
	if (before)
		TAILQ_INSERT_AFTER(&base->flying, before, query, link);
	else
		TAILQ_INSERT_HEAD(&base->flying, query, link);
}

static void
insert_flying_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	struct dns_query **bucket = bucket_of(base, query->id);
	query->next_by_id = *bucket;
	*bucket = query;
	insert_by_deadline_locked(query);
	base->flying_count++;
	query->state = DNS_FLYING;
}

static void
change_timer_locked(struct evdns_base *base)
{
	struct dns_query *first = TAILQ_FIRST(&base->flying);
	struct timeval wait;
	if (!first) {
		if (base->quiet && base->timer_pending) {
			event_del_noblock(base->timer);
			base->timer_pending = false;
		}
		return;
	}
	uint64_t now = dns_now_us();
	dns_timeval(first->deadline_us > now ? first->deadline_us - now : 0, &wait);
	base->timer_us = first->deadline_us;
	base->timer_pending = event_add(base->timer, &wait) == 0;
}

/* Lets the timer fire at the first deadline. It may fire earlier: then it is just set again. */
static inline void
set_timer_locked(struct evdns_base *base)
{
	const struct dns_query *first = TAILQ_FIRST(&base->flying);
	bool in_time = first && base->timer_pending && base->timer_us <= first->deadline_us;
	if (!in_time) change_timer_locked(base);
}

void
dns_query_withdraw_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	switch ((enum dns_query_state)query->state) {
	case DNS_WAITING:
		TAILQ_REMOVE(&base->waiting, query, link);
		break;
	case DNS_FLYING: {
		struct dns_query **at = bucket_of(base, query->id);
		while (*at != query)
			at = &(*at)->next_by_id;
		*at = query->next_by_id;
		TAILQ_REMOVE(&base->flying, query, link);
		base->flying_count--;
		if (query->socket) dns_udp_release_locked(query);
		break;
	}
	case DNS_FINISHED:
		TAILQ_REMOVE(&base->finished, query, link);
		break;
	case DNS_IDLE:
	case DNS_DELIVERED:
		break;
	}
	query->state = DNS_IDLE;
}

void
dns_query_hurry_locked(struct dns_query *query, uint64_t us)
{
	struct evdns_base *base = query->base;
	uint64_t latest = dns_now_us() + us;
	if (query->state != DNS_FLYING) return;
	TAILQ_REMOVE(&base->flying, query, link);
	if (query->deadline_us > latest) query->deadline_us = latest;
	query->hurried = true;
	insert_by_deadline_locked(query);
	set_timer_locked(base);
}

void
dns_query_finish_later_locked(struct dns_query *query, int result)
{
	dns_query_withdraw_locked(query);
	query->state = DNS_FINISHED;
	query->result = result;
	TAILQ_INSERT_TAIL(&query->base->finished, query, link);
	dns_client_wake_locked(query->base);
}

void
dns_query_init_locked(struct dns_query *query, struct evdns_base *base, const struct dns_asker *asker,
	size_t name_length, uint16_t type, int flags)
{
	flags |= base->query_flags;
	query->base = base;
	query->asker = asker;
	query->server = NULL;
	query->socket = NULL;
	query->state = DNS_IDLE;
	query->result = DNS_ERR_TIMEOUT;
	query->type = type;
	query->sent = 0;
	query->reissued = 0;
	query->hurried = false;
	query->use_tcp = (flags & DNS_QUERY_USEVC) != 0;
	query->ignore_tc = (flags & DNS_QUERY_IGNTC) != 0;
	query->no_edns = false;
	query->wrong_case = false;
	query->edns = false;
	query->same_server = false;
	query->probe = false;
	query->name_length = (uint8_t)name_length;
}

/* ---- Sending ------------------------------------------------------------------------------------------------------
 */

/* Secret bytes, which are good until the next call; size: at most DNS_RANDOM. */
static const uint8_t *
draw_locked(struct evdns_base *base, size_t size)
{
	if (base->random_left < size) {
		evutil_secure_rng_get_bytes(base->random, sizeof(base->random));
		base->random_left = sizeof(base->random);
	}
	base->random_left -= size;
	return base->random + base->random_left;
}

/* A new id and new letters. */
static void
make_new_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	do {
		query->id = dns_get16(draw_locked(base, 2));
	} while (id_in_use_locked(base, query->id));
	if (!base->mix_case) return;
	size_t letters = query->name_length - 1u; /* the root is none */
	dns_name_mix_case(query->name, letters, draw_locked(base, (letters + 7) / 8));
}

/* The last try goes without EDNS0, in case that something on the way does not let it through. */
static bool
wants_edns(const struct dns_query *query)
{
	const struct evdns_base *base = query->base;
	if (query->no_edns || query->server->no_edns || base->udp_size <= DNS_UDP_PLAIN) return false;
	return query->probe || query->sent == 0 || query->sent + 1 < base->attempts;
}

/* Puts the query on the wire. Returns 0, or the errno that the server's address is to blame for. */
static int
send_once_locked(struct dns_query *query)
{
	uint8_t message[DNS_QUERY_MAX];
	make_new_locked(query);
	query->edns = wants_edns(query);
	size_t length = dns_query_write(message, query->id, query->name, query->name_length, query->type,
		query->edns ? (unsigned)query->base->udp_size : 0);
	int sent = query->use_tcp ? dns_tcp_send_locked(query->server, message, length)
							  : dns_udp_send_locked(query, message, length);
	if (sent == 0) return 0;
	int error = EVUTIL_SOCKET_ERROR();
	if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS) return 0;
	return error;
}

/* Chooses a server and sends. A server that cannot even be sent to is down; then the next one is tried. Without any
 * server the query waits. */
static void
transmit_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	for (int tried = 1;; tried++) {
		if (!query->same_server && !query->probe) query->server = dns_server_pick_locked(base);
		if (!query->server) {
			query->state = DNS_WAITING;
			TAILQ_INSERT_HEAD(&base->waiting, query, link);
			return;
		}
		int error = send_once_locked(query);
		query->same_server = false;
		if (!error || query->probe) break;
		if (query->socket) dns_udp_release_locked(query);
		if (tried >= dns_server_count_locked(base) || !dns_server_other_up_locked(base, query->server)) break;
		dns_server_failed_locked(query->server, evutil_socket_error_to_string(error));
	}
	query->sent++;
	bool exact = base->timeout_us < TICKS_FROM_US;
	query->deadline_us = (exact ? dns_now_us() : dns_tick_locked(base)) + base->timeout_us;
	insert_flying_locked(query);
	set_timer_locked(base);
}

void
dns_query_submit_locked(struct dns_query *query)
{
	struct evdns_base *base = query->base;
	if (query->probe || (base->flying_count < base->max_flying && !TAILQ_EMPTY(&base->servers))) {
		transmit_locked(query);
		return;
	}
	query->state = DNS_WAITING;
	TAILQ_INSERT_TAIL(&base->waiting, query, link);
}

void
dns_query_pump_locked(struct evdns_base *base)
{
	struct dns_query *query;
	bool may_send = !base->suspended && !base->closing;
	while (may_send && base->flying_count < base->max_flying && !TAILQ_EMPTY(&base->servers) &&
		   (query = TAILQ_FIRST(&base->waiting))) {
		TAILQ_REMOVE(&base->waiting, query, link);
		query->state = DNS_IDLE;
		transmit_locked(query);
	}
	if (base->flying_count == 0) dns_udp_idle_locked(base);
	set_timer_locked(base);
}

void
dns_query_leave_server_locked(struct dns_server *server, bool tcp_only)
{
	struct evdns_base *base = server->base;
	struct dns_query *query, *next;
	for (query = TAILQ_LAST(&base->flying, dns_query_list); query; query = next) {
		next = TAILQ_PREV(query, dns_query_list, link);
		if (query->server != server || query->probe || query->hurried || (tcp_only && query->socket)) continue;
		if (tcp_only && query->sent >= base->attempts) {
			dns_query_hurry_locked(query, 0); /* it ends as if it had timed out now */
			continue;
		}
		dns_query_withdraw_locked(query);
		query->state = DNS_WAITING;
		TAILQ_INSERT_HEAD(&base->waiting, query, link);
	}
	dns_query_pump_locked(base);
}

/* A child that only frees the base sends nothing: so this is left to the timer. */
void
dns_query_part_from_parent_locked(struct evdns_base *base)
{
	static const struct timeval now;
	struct dns_server *server;
	struct dns_query *query, *next;
	/* Nothing may be done to the sockets but to close them: the parent has them, too. */
	TAILQ_FOREACH (query, &base->flying, link)
		query->socket = NULL;
	dns_udp_close_locked(base, true);
	TAILQ_FOREACH (server, &base->servers, link) {
		dns_tcp_close_locked(server);
		if (!base->quiet) dns_udp_reserve_locked(base, server->address.ss_family);
	}
	for (query = TAILQ_LAST(&base->flying, dns_query_list); query; query = next) {
		next = TAILQ_PREV(query, dns_query_list, link);
		if (query->probe || query->hurried) {
			query->deadline_us = 0;
			continue;
		}
		dns_query_withdraw_locked(query);
		query->sent--;
		query->state = DNS_WAITING;
		TAILQ_INSERT_HEAD(&base->waiting, query, link);
	}
	if (TAILQ_EMPTY(&base->flying) && TAILQ_EMPTY(&base->waiting)) return;
	base->timer_us = 0;
	base->timer_pending = event_add(base->timer, &now) == 0;
}

/* ---- Answers and the lack of them ----------------------------------------------------------------------------------
 */

/* The end of a query. Returns it when somebody is to be called back. */
static struct dns_query *
end_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_base *base = query->base;
	if (query->state != DNS_IDLE) dns_query_withdraw_locked(query);
	query->state = DNS_DELIVERED;
	if (!query->asker->answered_locked(query, answer)) query = NULL;
	dns_query_pump_locked(base);
	return query;
}

static struct dns_query *
timed_out_locked(struct dns_query *query, struct dns_answer *answer)
{
	struct evdns_base *base = query->base;
	struct dns_server *server = query->server;
	dns_query_withdraw_locked(query);
	if (!query->wrong_case && !query->probe && !query->hurried) dns_server_timed_out_locked(server);
	if (query->probe || query->hurried || query->sent >= base->attempts) {
		dns_answer_init(answer, query->type, query->result);
		return end_locked(query, answer);
	}
	if (query->wrong_case && !query->use_tcp) {
		query->use_tcp = true;
		query->same_server = true;
	}
	transmit_locked(query);
	return NULL;
}

/* Sends a query once more because of what a server answered. */
static struct dns_query *
again_locked(struct dns_query *query, bool same_server)
{
	struct evdns_base *base = query->base;
	dns_query_withdraw_locked(query);
	query->same_server = same_server;
	if (query->sent) query->sent--;
	transmit_locked(query);
	dns_query_pump_locked(base);
	return NULL;
}

/* Whether such a result is the server's own trouble, so that another one may do better. */
static bool
another_may_know(int result)
{
	return result == DNS_ERR_SERVERFAILED || result == DNS_ERR_REFUSED || result == DNS_ERR_NOTIMPL ||
		   result == DNS_ERR_TRUNCATED;
}

static struct dns_query *
take_answer_locked(struct dns_query *query, const struct dns_answer *answer)
{
	struct evdns_base *base = query->base;
	struct dns_server *server = query->server;
	dns_server_answered_locked(server);
	if (query->probe) return end_locked(query, answer);
	if (answer->truncated && !query->use_tcp && !query->ignore_tc) {
		query->use_tcp = true;
		query->result = DNS_ERR_TRUNCATED;
		return again_locked(query, true);
	}
	if (query->edns && !query->no_edns &&
		(answer->result == DNS_ERR_FORMAT || answer->result == DNS_ERR_NOTIMPL || answer->result == DNS_ERR_UNKNOWN)) {
		query->no_edns = true;
		return again_locked(query, true);
	}
	if (query->no_edns && answer->result != DNS_ERR_FORMAT) server->no_edns = true;
	if (another_may_know(answer->result) && query->reissued < REISSUES_MAX &&
		dns_server_other_up_locked(base, server)) {
		query->reissued++;
		query->result = answer->result;
		if (answer->result == DNS_ERR_REFUSED || answer->result == DNS_ERR_NOTIMPL) {
			query->server = NULL; /* it is not to be taken along when the server's queries move */
			dns_server_failed_locked(server, plugin_evdns_err_to_string(answer->result));
		}
		return again_locked(query, false);
	}
	return end_locked(query, answer);
}

/* Reads the answer, with memory for all its addresses. */
static void
read_answer(const struct dns_message *message, const struct dns_query *query, struct dns_answer *answer)
{
	dns_answer_init(answer, query->type, DNS_ERR_NONE);
	dns_answer_read(message, query->name, query->type, answer);
	if ((size_t)answer->count <= answer->capacity) return;
	size_t size = query->type == DNS_TYPE_A ? 4 : 16;
	uint8_t *more = dns_alloc((size_t)answer->count * size);
	if (!more) {
		answer->count = (int)answer->capacity;
		return;
	}
	answer->capacity = (size_t)answer->count;
	answer->addresses = more;
	dns_answer_read(message, query->name, query->type, answer);
}

/* A few are late answers. Many are worth a line: at 100, 1000 and so on. */
static void
count_ignored_locked(struct evdns_base *base)
{
	if (++base->ignored < base->ignored_next) return;
	base->ignored_next *= 10;
	dns_warn(
		"%llu messages to our DNS client answered none of its questions and were ignored; somebody may be trying to "
		"forge answers",
		(unsigned long long)base->ignored);
}

struct dns_query *
dns_query_message_locked(struct evdns_base *base, const struct sockaddr *from, struct dns_socket *socket,
	const uint8_t *bytes, size_t length, struct dns_answer *answer)
{
	struct dns_message message;
	struct dns_query *query = NULL;
	answer->addresses = answer->room.bytes;
	if (dns_message_open(&message, bytes, length)) query = *bucket_of(base, message.id);
	while (query && (query->id != message.id || query->socket != socket))
		query = query->next_by_id;
	if (!query || (socket == NULL && !query->use_tcp) || !dns_server_is(query->server, from)) {
		count_ignored_locked(base);
		return NULL;
	}
	bool exact = base->mix_case && socket != NULL;
	switch (dns_answer_match(&message, query->name, query->name_length, query->type, exact)) {
	case DNS_MATCH:
		read_answer(&message, query, answer);
		break;
	case DNS_MATCH_BARE:
		dns_answer_init(answer, query->type, message.flags & DNS_RCODE);
		break;
	case DNS_MATCH_WRONG_CASE:
		query->wrong_case = true;
		count_ignored_locked(base);
		return NULL;
	case DNS_MATCH_NO:
		count_ignored_locked(base);
		return NULL;
	}
	return take_answer_locked(query, answer);
}

void
dns_query_timer(evutil_socket_t fd, short what, void *arg)
{
	struct evdns_base *base = arg;
	struct dns_query *query;
	struct dns_answer answer;
	(void)fd;
	(void)what;
	if (!dns_client_enter(base)) return;
	base->timer_pending = false;
	uint64_t now = dns_now_us();
	while ((query = TAILQ_FIRST(&base->flying)) && query->deadline_us <= now) {
		query = timed_out_locked(query, &answer);
		if (!query) continue;
		dns_client_unlock(base);
		query->asker->deliver(query, &answer);
		dns_client_lock(base);
	}
	dns_query_pump_locked(base);
	dns_client_leave(base);
}

void
dns_query_deliver_finished(evutil_socket_t fd, short what, void *arg)
{
	struct evdns_base *base = arg;
	struct dns_query_list now = TAILQ_HEAD_INITIALIZER(now);
	struct dns_query *query;
	struct dns_answer answer;
	(void)fd;
	(void)what;
	if (!dns_client_enter(base)) return;
	/* Those that callbacks add have to wait: else the loop would never go on. */
	struct dns_query *last = TAILQ_LAST(&base->finished, dns_query_list);
	while ((query = TAILQ_FIRST(&base->finished))) {
		bool end = query == last;
		TAILQ_REMOVE(&base->finished, query, link);
		query->state = DNS_DELIVERED;
		dns_answer_init(&answer, query->type, query->result);
		dns_client_unlock(base);
		query->asker->deliver(query, &answer);
		dns_client_lock(base);
		if (end) break;
	}
	if (!TAILQ_EMPTY(&base->finished))
		dns_client_wake_locked(base);
	else if (base->farewell) {
		base->farewell = false;
		base->references--;
	}
	dns_client_leave(base);
}
