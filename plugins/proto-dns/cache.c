/* SPDX-License-Identifier: BSD-3-Clause */
/* The answer cache: a hash table of names, and a list of them in the order of use. */
#include "cache.h"
#include "memory.h"

#include <event2/dns.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 512

struct entry {
	struct entry *next_in_bucket;
	TAILQ_ENTRY(entry) link;
	struct dns_cached families[2];
	size_t hash;
	uint8_t length;
	uint8_t name[]; /* small letters */
};

TAILQ_HEAD(entries, entry);

struct dns_cache {
	struct entry *buckets[BUCKETS];
	struct entries used; /* the latest first */
	size_t count, limit;
};

struct dns_cache *
dns_cache_new(void)
{
	struct dns_cache *cache = dns_zalloc(sizeof(*cache));
	if (!cache) return NULL;
	TAILQ_INIT(&cache->used);
	cache->limit = DNS_CACHE_NAMES;
	return cache;
}

static void
clear(struct dns_cached *family)
{
	dns_free(family->addresses);
	dns_free(family->cname);
	memset(family, 0, sizeof(*family));
}

static void
remove_entry(struct dns_cache *cache, struct entry *entry)
{
	struct entry **at = &cache->buckets[entry->hash % BUCKETS];
	while (*at != entry)
		at = &(*at)->next_in_bucket;
	*at = entry->next_in_bucket;
	TAILQ_REMOVE(&cache->used, entry, link);
	cache->count--;
	clear(&entry->families[0]);
	clear(&entry->families[1]);
	dns_free(entry);
}

void
dns_cache_limit(struct dns_cache *cache, size_t names)
{
	cache->limit = names;
	while (cache->count > names)
		remove_entry(cache, TAILQ_LAST(&cache->used, entries));
}

void
dns_cache_free(struct dns_cache *cache)
{
	if (!cache) return;
	dns_cache_limit(cache, 0);
	dns_free(cache);
}

/* Names from the network choose their buckets: a chain can be no longer than the cache is large. */
static size_t
hash_of(const uint8_t *name, size_t length)
{
	size_t hash = 5381;
	for (size_t i = 0; i < length; i++)
		hash = hash * 33 ^ name[i];
	return hash ^ hash >> 13;
}

static struct entry *
find(struct dns_cache *cache, const uint8_t *lower, size_t length, size_t hash)
{
	struct entry *entry = cache->buckets[hash % BUCKETS];
	while (entry && (entry->hash != hash || entry->length != length || memcmp(entry->name, lower, length) != 0))
		entry = entry->next_in_bucket;
	if (!entry) return NULL;
	TAILQ_REMOVE(&cache->used, entry, link);
	TAILQ_INSERT_HEAD(&cache->used, entry, link);
	return entry;
}

const struct dns_cached *
dns_cache_find(struct dns_cache *cache, const uint8_t *name, int index, uint64_t now_us)
{
	uint8_t lower[DNS_NAME_MAX];
	if (cache->count == 0) return NULL;
	size_t length = dns_name_lower(name, lower);
	struct entry *entry = find(cache, lower, length, hash_of(lower, length));
	if (!entry || entry->families[index].expires_us <= now_us) return NULL;
	return &entry->families[index];
}

static struct entry *
find_or_make(struct dns_cache *cache, const uint8_t *name)
{
	uint8_t lower[DNS_NAME_MAX];
	size_t length = dns_name_lower(name, lower);
	size_t hash = hash_of(lower, length);
	struct entry *entry = find(cache, lower, length, hash);
	if (entry) return entry;
	entry = dns_zalloc(sizeof(*entry) + length);
	if (!entry) return NULL;
	entry->hash = hash;
	entry->length = (uint8_t)length;
	memcpy(entry->name, lower, length);
	entry->next_in_bucket = cache->buckets[hash % BUCKETS];
	cache->buckets[hash % BUCKETS] = entry;
	TAILQ_INSERT_HEAD(&cache->used, entry, link);
	cache->count++;
	if (cache->count > cache->limit) remove_entry(cache, TAILQ_LAST(&cache->used, entries));
	return entry;
}

/* Returns a copy, or NULL; *good becomes false when there is no memory for it. */
static uint8_t *
copy_bytes(const uint8_t *bytes, size_t size, bool *good)
{
	if (!bytes || !size) return NULL;
	uint8_t *copy = dns_alloc(size);
	if (copy)
		memcpy(copy, bytes, size);
	else
		*good = false;
	return copy;
}

void
dns_cache_store(struct dns_cache *cache, const uint8_t *name, int index, const struct dns_cached *what, uint32_t ttl,
	uint64_t now_us)
{
	uint32_t most = what->result == DNS_ERR_NONE ? DNS_CACHE_TTL_MAX : DNS_CACHE_NEGATIVE_MAX;
	if (ttl == 0 || cache->limit == 0 || what->count > DNS_CACHE_ADDRESSES) return;
	struct entry *entry = find_or_make(cache, name);
	if (!entry) return;
	struct dns_cached *family = &entry->families[index];
	bool good = true;
	clear(family);
	family->result = what->result;
	family->count = what->count;
	family->addresses = copy_bytes(what->addresses, (size_t)what->count * (index ? 16 : 4), &good);
	family->cname = copy_bytes(what->cname, what->cname ? dns_name_length(what->cname) : 0, &good);
	family->expires_us = now_us + (uint64_t)(ttl < most ? ttl : most) * 1000000;
	if (!good) clear(family);
}
