/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's inside. Layers, each calling only those below it:
 *
 *   request.c      evdns_base_resolve_*: one name, one type, search list
 *   getaddrinfo.c  both families of a name, hosts, cache, search list
 *   query.c        one question on its way: sent, sent again, answered; the queue; what an answer means for it
 *   server.c       name servers and their health
 *   udp.c tcp.c    transport; socket.c: UDP's sockets and their ports
 *   client.c       the struct evdns_base itself, its lock, its two timers
 *
 * Locking: one mutex for each evdns_base, never held into a callback. Functions ending in _locked want it held. Events
 * call functions that take the lock; what they find done is delivered after the lock is given back, while
 * dns_dns_client_enter() keeps the memory alive. Under the lock only event_del_noblock() may be used. */
#ifndef PROTO_DNS_CLIENT_H_
#define PROTO_DNS_CLIENT_H_

#include "answer.h"
#include "file.h"
#include "lock.h"
#include "memory.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

struct dns_query;
struct dns_server;
struct dns_socket;
struct dns_hosts;
struct dns_cache;
struct evdns_request;

TAILQ_HEAD(dns_query_list, dns_query);
TAILQ_HEAD(dns_socket_list, dns_socket);

/* ---- Queries ------------------------------------------------------------------------------------------------------
 */

enum dns_query_state {
	DNS_IDLE,     /* not submitted */
	DNS_WAITING,  /* in base->waiting */
	DNS_FLYING,   /* in base->flying: sent, by UDP or TCP */
	DNS_FINISHED, /* in base->finished: its callback comes from the loop */
	DNS_DELIVERED /* its callback is running or has run */
};

/* Who asked. */
struct dns_asker {
	/* Takes the answer. Returns true when deliver shall be called, after the lock is given back; false when there is
	 * more to wait for. */
	bool (*answered_locked)(struct dns_query *query, const struct dns_answer *answer);
	/* Calls the user back and frees what holds the query. */
	void (*deliver)(struct dns_query *query, const struct dns_answer *answer);
	/* Frees what holds the query without a callback: the base is freed and nobody wants to know. */
	void (*discard)(struct dns_query *query);
};

struct dns_query {
	TAILQ_ENTRY(dns_query) link;  /* in the list that state names */
	struct dns_query *next_by_id; /* in base->by_id, while it flies */
	struct evdns_base *base;
	const struct dns_asker *asker;
	struct dns_server *server; /* where it went last */
	struct dns_socket *socket; /* NULL: not by UDP */
	uint64_t deadline_us;
	uint8_t *name; /* as it was sent last: memory of the asker's, DNS_NAME_ROOM() of its longest name */
	int result;    /* while finished: DNS_ERR_*; before: what it ends with when nobody answers */
	uint8_t state; /* enum dns_query_state */
	uint8_t name_length;
	uint16_t id;
	uint16_t type;
	uint8_t sent;     /* how often, against "attempts" */
	uint8_t reissued; /* how often after an error from a server */
	bool hurried;     /* deadline is the last, by dns_query_hurry_locked() */
	bool use_tcp;
	bool ignore_tc;
	bool no_edns;
	bool wrong_case;  /* an answer in other letters came in: ask over TCP next */
	bool edns;        /* sent with EDNS0 last time */
	bool same_server; /* send it once more to server */
	bool probe;       /* belongs to server and goes there alone, once */
};

/* Sends a query, or queues it. name: whole. The query's memory is the asker's, until deliver or discard. */
void dns_query_submit_locked(struct dns_query *query);
/* Prepares an idle query, whose name is in place; flags: DNS_QUERY_*. */
void dns_query_init_locked(struct dns_query *query, struct evdns_base *base, const struct dns_asker *asker,
	size_t name_length, uint16_t type, int flags);
/* Takes a query off the wire or out of the queue: it is idle again. */
void dns_query_withdraw_locked(struct dns_query *query);
/* Leaves a query that flies only so much time more, and no further attempt. */
void dns_query_hurry_locked(struct dns_query *query, uint64_t us);
/* Withdraws it and lets deliver come from the loop, without asking answered_locked: its asker gives it up. */
void dns_query_finish_later_locked(struct dns_query *query, int result);
/* Looks whether a message answers a query, and takes it. from: who sent it. socket: where it came by, NULL for TCP.
 * answer: filled; afterwards dns_query_answer_done() is due.
 * Returns the query to deliver with the answer (after the lock is given back), or NULL. */
struct dns_query *dns_query_message_locked(struct evdns_base *base, const struct sockaddr *from,
	struct dns_socket *socket, const uint8_t *bytes, size_t length, struct dns_answer *answer);
/* Takes every query that flies to a server back to the head of the queue and sends what can be sent; those that have
 * used up their attempts end. tcp_only: just those on its connection, which broke. */
void dns_query_leave_server_locked(struct dns_server *server, bool tcp_only);
/* Sends what waits while there is room. */
void dns_query_pump_locked(struct evdns_base *base);
/* Gives up the sockets and connections of a parent process, whose answers they will get; the queries on them are sent
 * again by sockets of our own. */
void dns_query_part_from_parent_locked(struct evdns_base *base);
/* Event callbacks of the base's two timers. */
void dns_query_timer(evutil_socket_t fd, short what, void *arg);
void dns_query_deliver_finished(evutil_socket_t fd, short what, void *arg);
/* Frees what an answer needed beside itself. */
static inline void
dns_query_answer_done(struct dns_answer *answer)
{
	if (answer->addresses != answer->room.bytes) dns_free(answer->addresses);
	answer->addresses = answer->room.bytes;
}

/* ---- Servers ------------------------------------------------------------------------------------------------------
 */

struct dns_server {
	TAILQ_ENTRY(dns_server) link; /* in base->servers, or in base->removed */
	struct evdns_base *base;
	struct sockaddr_storage address;
	socklen_t address_length;
	bool from_file; /* resolv.conf named it */
	bool down;
	bool no_edns; /* it refused a query with EDNS0 and answered one without */
	bool probing; /* probe is under way */
	int timeouts; /* queries in a row that it did not answer */
	uint64_t probe_wait_us;
	struct event *probe_timer;
	struct dns_query probe;
	uint8_t probe_name[16];
	struct dns_tcp *tcp;
};

TAILQ_HEAD(dns_server_list, dns_server);

/* Returns 0; 3 when it is there already; 2 when there is no memory; 1 when the address is none. */
int dns_server_add_locked(struct evdns_base *base, const struct sockaddr *address, socklen_t length, bool from_file);
/* Removes all, or only those from resolv.conf. Queries that fly to them must be withdrawn before. */
void dns_server_remove_all_locked(struct evdns_base *base, bool from_file_only);
/* Whether that is its address. */
bool dns_server_is(const struct dns_server *server, const struct sockaddr *address);
/* It is up again. */
void dns_server_back_locked(struct dns_server *server);
/* The next one to ask: round robin among those that are up, or among all when none is. NULL: there is none. */
struct dns_server *dns_server_pick_locked(struct evdns_base *base);
struct dns_server *dns_server_at_locked(struct evdns_base *base, int index);
int dns_server_count_locked(const struct evdns_base *base);
bool dns_server_other_up_locked(const struct evdns_base *base, const struct dns_server *than);
/* It answered. */
static inline void
dns_server_answered_locked(struct dns_server *server)
{
	server->timeouts = 0;
	if (server->down) dns_server_back_locked(server);
}
/* A query to it timed out. */
void dns_server_timed_out_locked(struct dns_server *server);
/* It cannot be used: goes down, is probed from time to time, and its queries move to others. */
void dns_server_failed_locked(struct dns_server *server, const char *why);
void dns_server_free(struct dns_server *server);
/* "address:port" for log lines. text: 128 bytes. Returns it. */
const char *dns_server_text(const struct dns_server *server, char *text);

/* ---- Transport ----------------------------------------------------------------------------------------------------
 */

/* UDP sockets. Each query has one for itself, on a port that the kernel chose at random; a socket goes back to the pool
 * when its query is over, loses its port and gets another with the next query (socket.c has the bounds within which a
 * very busy client does not do that each time). When there are too many queries for a socket each, or too few
 * descriptors, some share. */
#define DNS_SOCKETS_MAX 512
#define DNS_SOCKETS_SPARE 64 /* kept open for the next queries */

struct dns_socket {
	TAILQ_ENTRY(dns_socket) link; /* in base->sockets_busy or sockets_closed */
	struct evdns_base *base;
	struct dns_server *server; /* connected to, or NULL */
	evutil_socket_t fd;        /* -1: closed */
	int queries;               /* that use it */
	short family;
	bool bound;   /* to the address of "bind-to" */
	bool pending; /* its event is added */
	struct event event;
};

/* Chooses a socket for the query and sends the message on it. Returns 0, or -1. */
int dns_udp_send_locked(struct dns_query *query, const uint8_t *message, size_t length);
/* Whether queries to a server are sent from the address of "bind-to". */
bool dns_bound_for_locked(const struct evdns_base *base, const struct dns_server *server);
/* The query does not need its socket any more. */
void dns_udp_release_locked(struct dns_query *query);
/* Makes sure that one socket is there: it keeps the loop running. */
int dns_udp_reserve_locked(struct evdns_base *base, int family);
evutil_socket_t dns_udp_any_fd_locked(struct evdns_base *base, struct dns_server *server);
/* Nothing flies: sockets no longer keep the loop running, when the base is to be quiet. */
void dns_udp_idle_locked(struct evdns_base *base);
/* All sockets, or only those that are free. */
void dns_udp_close_locked(struct evdns_base *base, bool busy_too);
void dns_udp_free_all(struct evdns_base *base);
/* A buffer for messages of the size that we offer by EDNS0. Returns false when there is no memory. */
bool dns_udp_buffer_locked(struct evdns_base *base);

/* Sends a message over the server's TCP connection, which is made if need be. Returns 0 or -1. */
int dns_tcp_send_locked(struct dns_server *server, const uint8_t *message, size_t length);
/* Closes the connection; queries on it are not touched. */
void dns_tcp_close_locked(struct dns_server *server);
void dns_tcp_free(struct dns_server *server);
/* Nothing flies: the connection may wait for its end without keeping the loop running. */
void dns_tcp_idle_locked(struct dns_server *server);

/* ---- Search lists -------------------------------------------------------------------------------------------------
 */

#define DNS_SEARCH_MAX 64

/* Domains at one moment; requests keep the one that they began with. */
struct dns_search {
	int references;
	int ndots;
	int count;
	struct dns_search_domain {
		uint8_t name[DNS_NAME_MAX];
		uint8_t length;
	} * domains;
};

/* A name that is searched for. */
struct dns_candidates {
	struct dns_search *search; /* NULL: the name as it is and nothing else */
	const uint8_t *name;       /* memory of who searches; without a search list the first name to try is all there is */
	uint8_t length;
	uint8_t next;
	bool as_it_is_first;
	bool never_as_it_is;
};

struct dns_search *dns_search_new(void);
struct dns_search *dns_search_get(struct dns_search *search);
void dns_search_put(struct dns_search *search);
/* These change base->search, by a copy when a request holds it. Return 0 or -1. */
int dns_search_add_locked(struct evdns_base *base, const char *domain, size_t length, bool first);
int dns_search_clear_locked(struct evdns_base *base);
int dns_search_ndots_locked(struct evdns_base *base, int ndots);
/* Room for each name to try of a text of that length, with its letters mixed. */
size_t dns_candidates_room_locked(const struct evdns_base *base, size_t text_length);
/* No further name. */
static inline void
dns_candidates_none(struct dns_candidates *candidates)
{
	candidates->search = NULL;
	candidates->next = 1;
}
/* Begins with a name, which is written to own, DNS_NAME_OF_TEXT() bytes. Returns 0, or -1 when it is no name. */
int dns_candidates_init_locked(
	struct dns_candidates *candidates, struct evdns_base *base, const char *text, size_t text_length, uint8_t *own);
/* Writes the next name to try. Returns its length, or 0 when there is none left. */
size_t dns_candidates_next(struct dns_candidates *candidates, uint8_t *name);
static inline void
dns_candidates_done(struct dns_candidates *candidates)
{
	if (candidates->search) dns_search_put(candidates->search);
	candidates->search = NULL;
}
/* Whether another name should be tried after such a result. */
static inline bool
dns_search_goes_on(int result)
{
	return result == DNS_ERR_NOTEXIST || result == DNS_ERR_NODATA;
}

/* ---- The base -----------------------------------------------------------------------------------------------------
 */

#define DNS_BUCKETS 1024
#define DNS_RANDOM 256        /* bytes that are drawn at once */
#define DNS_NO_RELOAD 0x10000 /* in resolv_conf_flags, beside DNS_OPTION_*: the file does not want to be watched */

/* A getaddrinfo request that is under way, so that freeing the base finds it. */
struct evdns_getaddrinfo_request;
LIST_HEAD(dns_lookup_list, evdns_getaddrinfo_request);

struct evdns_base {
	struct dns_lock lock;
	struct event_base *event_base;
	unsigned forks;   /* how many the process had behind it when the sockets were made */
	uint64_t tick_us; /* what dns_tick_locked() read since the lock was taken; 0: not yet */
	int references;   /* the user's, and one for each event callback that is inside */
	bool closing;
	bool farewell; /* a reference is held until finished was delivered */
	bool suspended;
	bool quiet; /* EVDNS_BASE_DISABLE_WHEN_INACTIVE */
	bool edge;  /* sockets tell of what came only once: the backend need not look at them again each time */

	struct dns_server_list servers, removed;
	struct dns_server *last_picked;

	struct dns_query_list waiting, flying, finished;
	int flying_count;
	struct event *timer; /* the first deadline of flying */
	bool timer_pending;
	uint64_t timer_us; /* when it fires */
	struct event *deliver_finished;

	struct dns_socket_list sockets_busy, sockets_closed;
	int socket_count, sockets_free_count;
	size_t random_left; /* at the end of random */
	uint8_t *buffer;
	size_t buffer_size;
	uint64_t ignored;      /* messages that answered no question of ours */
	uint64_t ignored_next; /* so many, and there is a log line */

	struct evdns_request *spare; /* memory of the last request, for the next; or NULL */
	struct dns_search *search;
	bool search_from_file;
	struct dns_hosts *hosts;
	struct dns_cache *cache;
	struct dns_file *resolv_conf;
	int resolv_conf_flags;
	uint64_t files_checked_us;
	struct dns_lookup_list lookups;

	/* Options: evdns_base_set_option(). */
	uint64_t timeout_us;
	uint64_t skew_us;
	uint64_t probe_first_us, probe_most_us;
	uint64_t tcp_idle_us;
	int probe_factor;
	int max_timeouts;
	int max_flying;
	int attempts;
	int receive_buffer, send_buffer;
	int udp_size;
	int query_flags; /* DNS_QUERY_USEVC, DNS_QUERY_IGNTC for all */
	bool mix_case;
	bool no_aaaa;      /* evdns_getaddrinfo() does not ask for IPv6 addresses */
	bool no_tld_query; /* a name without a dot is not tried as it is, when there are search domains */
	struct sockaddr_storage bind_to;
	socklen_t bind_to_length; /* 0: none */

	/* Large: behind what every query needs. */
	struct dns_socket *sockets_free[DNS_SOCKETS_SPARE];
	uint8_t random[DNS_RANDOM];
	struct dns_query *by_id[DNS_BUCKETS];
};

/* Microseconds of the monotonic clock. */
uint64_t dns_now_us(void);
uint64_t dns_read_tick_locked(struct evdns_base *base);
/* The same for what need not be exact: it may be behind by some milliseconds, and is a fifth of the price. Read once
 * while the lock is held. */
static inline uint64_t
dns_tick_locked(struct evdns_base *base)
{
	return base->tick_us ? base->tick_us : dns_read_tick_locked(base);
}
void dns_timeval(uint64_t us, struct timeval *out);

extern unsigned dns_forks;
/* In a child, at its first lock: parts with what the parent uses on. */
void dns_client_forked_locked(struct evdns_base *base);

static inline void
dns_client_lock(struct evdns_base *base)
{
	dns_lock_take(&base->lock);
	base->tick_us = 0;
	if (base->forks != dns_forks) dns_client_forked_locked(base);
}

static inline void
dns_client_unlock(struct evdns_base *base)
{
	dns_lock_give(&base->lock);
	dns_log_flush();
}

/* Called once in a process, before the first lock: from then on forks are counted. Returns 0 or -1. */
int dns_client_count_forks(void);
/* At the begin of an event callback: takes the lock and a reference. Returns false, without both, when the base is
 * being destroyed: then the callback must return at once. */
bool dns_client_enter(struct evdns_base *base);
/* At its end: gives both back, and frees the base with the last reference. */
void dns_client_leave(struct evdns_base *base);
/* Lets deliver_finished run. */
void dns_client_wake_locked(struct evdns_base *base);

/* Sets an option. flags: DNS_OPTION_SEARCH for "ndots" alone, DNS_OPTION_MISC for all others, or both.
 * Returns 0, -1 when the value makes no sense, -2 when there is no such option. */
int dns_option_set_locked(struct evdns_base *base, const char *name, size_t length, const char *value, int flags);

/* Reads resolv.conf and hosts again when they changed; looks at most once a second. */
void dns_files_refresh_locked(struct evdns_base *base);

#endif
