/* SPDX-License-Identifier: BSD-3-Clause */
/* A hash table with chains that doubles when it is full. When there is no memory to double it, it only gets slower. */
#include "store.h"

#include <event2/util.h>
#include <string.h>

static uint32_t
hash_of(const struct store *store, const char *key, size_t len)
{
	uint32_t hash = store->seed ^ 2166136261u;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* The pointer that points to the item, or the NULL at the end of its chain. */
static struct store_item **
place_of(const struct store *store, const char *key, size_t len, uint32_t hash)
{
	struct store_item **place = &store->buckets[hash & (store->bucket_count - 1)];
	while (*place && ((*place)->hash != hash || (*place)->key_len != len || memcmp((*place)->bytes, key, len) != 0))
		place = &(*place)->next;
	return place;
}

static struct store_item **
new_buckets(const struct store *store, size_t count)
{
	struct store_item **buckets = store->host->alloc(count * sizeof(struct store_item *));
	for (size_t i = 0; buckets && i < count; i++)
		buckets[i] = NULL;
	return buckets;
}

static void
grow(struct store *store)
{
	size_t count = store->bucket_count * 2;
	struct store_item **buckets = new_buckets(store, count);
	if (!buckets) return;
	for (size_t i = 0; i < store->bucket_count; i++) {
		struct store_item *item, *next;
		for (item = store->buckets[i]; item; item = next) {
			next = item->next;
			item->next = buckets[item->hash & (count - 1)];
			buckets[item->hash & (count - 1)] = item;
		}
	}
	store->host->free(store->buckets);
	store->buckets = buckets;
	store->bucket_count = count;
}

static size_t
bytes_of(size_t key_len, size_t value_len)
{
	return sizeof(struct store_item) + key_len + value_len;
}

int
store_open(struct store *store, const struct event_plugin_host *host, size_t bytes_max)
{
	*store = (struct store){.host = host, .bucket_count = 256, .bytes_max = bytes_max};
	evutil_secure_rng_get_bytes(&store->seed, sizeof(store->seed));
	store->buckets = new_buckets(store, store->bucket_count);
	return store->buckets ? 0 : -1;
}

void
store_close(struct store *store)
{
	for (size_t i = 0; i < store->bucket_count; i++) {
		struct store_item *item, *next;
		for (item = store->buckets[i]; item; item = next) {
			next = item->next;
			store->host->free(item);
		}
	}
	store->host->free(store->buckets);
}

const struct store_item *
store_get(const struct store *store, const char *key, size_t key_len)
{
	return *place_of(store, key, key_len, hash_of(store, key, key_len));
}

int
store_set(struct store *store, const char *key, size_t key_len, const char *value, size_t value_len)
{
	uint32_t hash = hash_of(store, key, key_len);
	struct store_item **place = place_of(store, key, key_len, hash), *old = *place;
	size_t freed = old ? bytes_of(old->key_len, old->value_len) : 0;
	if (key_len > UINT32_MAX || value_len > UINT32_MAX) return -1;
	if (store->bytes - freed + bytes_of(key_len, value_len) > store->bytes_max) return -1;
	struct store_item *item = store->host->alloc(bytes_of(key_len, value_len));
	if (!item) return -1;
	*item = (struct store_item){old ? old->next : NULL, hash, (uint32_t)key_len, (uint32_t)value_len};
	memcpy(item->bytes, key, key_len);
	memcpy(item->bytes + key_len, value, value_len);
	*place = item;
	store->bytes += bytes_of(key_len, value_len) - freed;
	store->host->free(old);
	if (!old && ++store->item_count > store->bucket_count) grow(store);
	return 0;
}

int
store_del(struct store *store, const char *key, size_t key_len)
{
	struct store_item **place = place_of(store, key, key_len, hash_of(store, key, key_len)), *item = *place;
	if (!item) return 0;
	*place = item->next;
	store->bytes -= bytes_of(item->key_len, item->value_len);
	store->item_count--;
	store->host->free(item);
	return 1;
}
