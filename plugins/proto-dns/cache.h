/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that evdns_getaddrinfo() remembers: addresses of both families by name, and that there are none, as long as
 * their time to live says. Bounded: the name that was not asked for longest goes first. Whoever calls these serializes
 * them. */
#ifndef PROTO_DNS_CACHE_H_
#define PROTO_DNS_CACHE_H_

#include "name.h"

#define DNS_CACHE_NAMES 1024       /* unless the program says otherwise */
#define DNS_CACHE_ADDRESSES 128    /* of one family; an answer with more is not kept */
#define DNS_CACHE_TTL_MAX 86400    /* seconds; also for what a server wants to be kept longer */
#define DNS_CACHE_NEGATIVE_MAX 900 /* the same for negative answers */

/* What is known about one family of a name. */
struct dns_cached {
	uint64_t expires_us; /* 0: nothing is known */
	int result;          /* DNS_ERR_NONE, NOTEXIST or NODATA */
	int count;
	uint8_t *addresses; /* of 4 or 16 bytes each */
	uint8_t *cname;     /* where aliases led, or NULL */
};

struct dns_cache;

struct dns_cache *dns_cache_new(void);
void dns_cache_free(struct dns_cache *cache);
/* Names that are kept; 0: none. */
void dns_cache_limit(struct dns_cache *cache, size_t names);
/* index: 0 for IPv4, 1 for IPv6. What is known now, valid until the next call; NULL: nothing. */
const struct dns_cached *dns_cache_find(struct dns_cache *cache, const uint8_t *name, int index, uint64_t now_us);
/* Remembers a copy of something for ttl seconds; expires_us of what is not used. Without memory it is just forgotten.
 */
void dns_cache_store(struct dns_cache *cache, const uint8_t *name, int index, const struct dns_cached *what,
	uint32_t ttl, uint64_t now_us);

#endif
