/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of header fields: struct evkeyvalq is public, so each entry is one block that holds the public struct and both
 * texts, behind a note on whose memory it is; an entry that a program made by hand would be freed by the program. */
#include "keyval.h"

#include "chars.h"
#include "functions.h"
#include "memory.h"

#include <event2/util.h>
#include <string.h>
#include <sys/queue.h>

struct entry {
	struct evkeyval keyval; /* first: programs hold a pointer to it */
	bool in_arena;
};

int
keyval_add(struct evkeyvalq *headers, struct http_arena *arena, struct http_span name, struct http_span value)
{
	if (name.len > SIZE_MAX / 4 || value.len > SIZE_MAX / 4) return -1;
	const size_t size = sizeof(struct entry) + name.len + value.len + 2;
	struct entry *entry = arena ? http_arena_alloc(arena, size) : http_alloc(size);
	if (!entry) return -1;
	entry->in_arena = arena != NULL;
	struct evkeyval *keyval = &entry->keyval;
	keyval->key = (char *)(entry + 1);
	keyval->value = keyval->key + name.len + 1;
	memcpy(keyval->key, name.data, name.len);
	keyval->key[name.len] = '\0';
	memcpy(keyval->value, value.data, value.len);
	keyval->value[value.len] = '\0';
	TAILQ_INSERT_TAIL(headers, keyval, next);
	return 0;
}

int
keyval_extend_last(struct evkeyvalq *headers, struct http_arena *arena, struct http_span text)
{
	struct evkeyval *last = TAILQ_LAST(headers, evkeyvalq);
	if (!last) return -1;
	const size_t old = strlen(last->value);
	char *value = http_arena_alloc(arena, old + text.len + 2);
	if (!value) return -1;
	memcpy(value, last->value, old);
	value[old] = ' ';
	memcpy(value + old + 1, text.data, text.len);
	value[old + 1 + text.len] = '\0';
	last->value = value;
	return 0;
}

static struct evkeyval *
find(const struct evkeyvalq *headers, const char *name)
{
	struct evkeyval *entry;
	TAILQ_FOREACH (entry, headers, next)
		/* Most names differ in their first letter already. */
		if (((entry->key[0] ^ name[0]) & ~0x20) == 0 && evutil_ascii_strcasecmp(entry->key, name) == 0) return entry;
	return NULL;
}

static void
drop(struct evkeyvalq *headers, struct evkeyval *entry)
{
	TAILQ_REMOVE(headers, entry, next);
	if (!((struct entry *)entry)->in_arena) http_free(entry);
}

const char *
plugin_evhttp_find_header(const struct evkeyvalq *headers, const char *name)
{
	const struct evkeyval *entry = find(headers, name);
	return entry ? entry->value : NULL;
}

int
plugin_evhttp_add_header(struct evkeyvalq *headers, const char *name, const char *value)
{
	/* A line end would smuggle another field in. */
	if (strpbrk(name, "\r\n") || strpbrk(value, "\r\n")) return -1;
	return keyval_add(headers, NULL, (struct http_span){name, strlen(name)}, (struct http_span){value, strlen(value)});
}

int
plugin_evhttp_remove_header(struct evkeyvalq *headers, const char *name)
{
	struct evkeyval *entry = find(headers, name);
	if (!entry) return -1;
	drop(headers, entry);
	return 0;
}

void
plugin_evhttp_clear_headers(struct evkeyvalq *headers)
{
	struct evkeyval *entry;
	while ((entry = TAILQ_FIRST(headers)) != NULL)
		drop(headers, entry);
}
