/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and their values, in memory and within a limit. */
#ifndef STORE_H_
#define STORE_H_

#include <event2/plugin.h>
#include <stddef.h>
#include <stdint.h>

struct store_item {
	struct store_item *next;
	uint32_t hash;
	uint32_t key_len, value_len;
	char bytes[]; /* the key, then the value */
};

struct store {
	const struct event_plugin_host *host; /* lends us the program's own malloc() */
	struct store_item **buckets;
	size_t bucket_count, item_count;
	size_t bytes, bytes_max; /* of all items */
	uint32_t seed;           /* so that a stranger cannot choose keys that all land in one bucket */
};

/* Returns 0, or -1 when there is no memory. */
int store_open(struct store *store, const struct event_plugin_host *host, size_t bytes_max);
void store_close(struct store *store);

/* The item, valid until the store changes, or NULL. */
const struct store_item *store_get(const struct store *store, const char *key, size_t key_len);

/* Returns 0, or -1 when there is no memory or the limit is reached; then the old value stays. key and value may lie in
 * the old item. */
int store_set(struct store *store, const char *key, size_t key_len, const char *value, size_t value_len);

/* Returns 1 when the key was there, else 0. */
int store_del(struct store *store, const char *key, size_t key_len);

#endif
