/* SPDX-License-Identifier: BSD-3-Clause */
/* Which callback answers a request: by host, then by path. */
#include "chars.h"
#include "functions.h"
#include "memory.h"
#include "server.h"

#include <event2/util.h>
#include <string.h>

struct http_path {
	TAILQ_ENTRY(http_path) next;
	void (*cb)(struct evhttp_request *, void *);
	void *arg;
	size_t len;
	char text[];
};

struct http_alias {
	TAILQ_ENTRY(http_alias) next;
	char *text;
};

static struct http_path *
find_path(const struct evhttp *http, const char *path, size_t len)
{
	struct http_path *entry;
	TAILQ_FOREACH (entry, &http->paths, next)
		if (entry->len == len && memcmp(entry->text, path, len) == 0) return entry;
	return NULL;
}

int
plugin_evhttp_set_cb(struct evhttp *http, const char *path, void (*cb)(struct evhttp_request *, void *), void *arg)
{
	const size_t len = strlen(path);
	if (find_path(http, path, len)) return -1;
	struct http_path *entry = http_alloc(sizeof(*entry) + len + 1);
	if (!entry) return -2;
	entry->cb = cb;
	entry->arg = arg;
	entry->len = len;
	memcpy(entry->text, path, len + 1);
	TAILQ_INSERT_TAIL(&http->paths, entry, next);
	return 0;
}

int
plugin_evhttp_del_cb(struct evhttp *http, const char *path)
{
	struct http_path *entry = find_path(http, path, strlen(path));
	if (!entry) return -1;
	TAILQ_REMOVE(&http->paths, entry, next);
	http_free(entry);
	return 0;
}

int
plugin_evhttp_add_server_alias(struct evhttp *http, const char *alias)
{
	struct http_alias *entry = http_alloc(sizeof(*entry));
	if (!entry) return -1;
	entry->text = http_strdup(alias);
	if (!entry->text) {
		http_free(entry);
		return -1;
	}
	TAILQ_INSERT_TAIL(&http->aliases, entry, next);
	return 0;
}

static void
drop_alias(struct evhttp *http, struct http_alias *entry)
{
	TAILQ_REMOVE(&http->aliases, entry, next);
	http_free(entry->text);
	http_free(entry);
}

static struct http_alias *
find_alias(const struct evhttp *http, const char *host)
{
	struct http_alias *entry;
	TAILQ_FOREACH (entry, &http->aliases, next)
		if (evutil_ascii_strcasecmp(entry->text, host) == 0) return entry;
	return NULL;
}

int
plugin_evhttp_remove_server_alias(struct evhttp *http, const char *alias)
{
	struct http_alias *entry = find_alias(http, alias);
	if (!entry) return -1;
	drop_alias(http, entry);
	return 0;
}

int
plugin_evhttp_add_virtual_host(struct evhttp *http, const char *pattern, struct evhttp *vhost)
{
	if (vhost->parent || !TAILQ_EMPTY(&vhost->bounds)) return -1;
	vhost->pattern = http_strdup(pattern);
	if (!vhost->pattern) return -1;
	vhost->parent = http;
	TAILQ_INSERT_TAIL(&http->vhosts, vhost, next);
	return 0;
}

int
plugin_evhttp_remove_virtual_host(struct evhttp *http, struct evhttp *vhost)
{
	if (vhost->parent != http) return -1;
	TAILQ_REMOVE(&http->vhosts, vhost, next);
	vhost->parent = NULL;
	http_free(vhost->pattern);
	vhost->pattern = NULL;
	return 0;
}

void
server_free_hosts(struct evhttp *http)
{
	struct http_path *path;
	struct http_alias *alias;
	struct evhttp *vhost;
	while ((path = TAILQ_FIRST(&http->paths)) != NULL) {
		TAILQ_REMOVE(&http->paths, path, next);
		http_free(path);
	}
	while ((alias = TAILQ_FIRST(&http->aliases)) != NULL)
		drop_alias(http, alias);
	while ((vhost = TAILQ_FIRST(&http->vhosts)) != NULL)
		plugin_evhttp_free(vhost);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* '*' stands for any run of characters. Linear: after a mismatch only the last '*' takes one more. */
static bool
matches(const char *pattern, const char *host)
{
	const char *star = NULL, *retry = NULL;
	while (*host) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = host;
		} else if (*pattern && lower(*pattern) == lower(*host)) {
			pattern++;
			host++;
		} else if (star) {
			pattern = star;
			host = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The virtual host, of http or below it, that goes by that name, or NULL. */
static struct evhttp *
find_vhost(const struct evhttp *http, const char *host)
{
	struct evhttp *vhost, *deeper;
	TAILQ_FOREACH (vhost, &http->vhosts, next) {
		if (find_alias(vhost, host)) return vhost;
		deeper = find_vhost(vhost, host);
		if (deeper) return deeper;
		if (matches(vhost->pattern, host)) return vhost;
	}
	return NULL;
}

bool
server_knows_host(const struct evhttp *http, const char *host)
{
	return find_alias(http, host) || find_vhost(http, host);
}

/* The path with its percent-coding undone. Returns its length; target has room for it. */
static size_t
decode_path(const char *path, char *target)
{
	size_t len = 0;
	for (; *path; path++) {
		if (*path == '%' && chars_hex(path[1]) >= 0 && chars_hex(path[2]) >= 0) {
			target[len++] = (char)(chars_hex(path[1]) << 4 | chars_hex(path[2]));
			path += 2;
		} else {
			target[len++] = *path;
		}
	}
	return len;
}

static const struct http_path *
path_for(const struct evhttp *http, struct http_request *request)
{
	const char *path = request->uri.path;
	if (!path || TAILQ_EMPTY(&http->paths)) return NULL;
	if (request->pub.type == EVHTTP_REQ_CONNECT) path = request->pub.uri;
	if (!strchr(path, '%')) return find_path(http, path, strlen(path));
	char *decoded = http_arena_alloc(&request->arena, strlen(path));
	return decoded ? find_path(http, decoded, decode_path(path, decoded)) : NULL;
}

http_handler *
server_find_handler(struct evhttp *http, struct http_request *request, void **arg)
{
	if (!TAILQ_EMPTY(&http->vhosts)) {
		const char *host = plugin_evhttp_request_get_host(&request->pub);
		struct evhttp *vhost = host && !find_alias(http, host) ? find_vhost(http, host) : NULL;
		if (vhost) http = vhost;
	}
	const struct http_path *path = path_for(http, request);
	*arg = path ? path->arg : http->general_arg;
	return path ? path->cb : http->general_cb;
}
