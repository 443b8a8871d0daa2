/* SPDX-License-Identifier: BSD-3-Clause */
/* struct evhttp_uri: parsing, changing and writing of URI references by RFC 3986.
 *
 * A host may be empty ("file:///x"), so empty and absent differ: absent is NULL. */
#include "uri.h"
#include "functions.h"
#include "memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIX_PREFIX "unix:"
#define PORT_MAX 65535

void
uri_init(struct evhttp_uri *uri, char *block, size_t block_size)
{
	memset(uri, 0, sizeof(*uri));
	uri->port = -1;
	uri->block = block;
	uri->block_size = block_size;
}

static void
drop(const struct evhttp_uri *uri, char *member)
{
	/* Compared as numbers: pointers into different objects may not be. */
	const uintptr_t at = (uintptr_t)member, block = (uintptr_t)uri->block;
	if (!member || (block && at >= block && at < block + uri->block_size)) return;
	http_free(member);
}

static bool
replace(struct evhttp_uri *uri, char **member, const char *text, size_t len)
{
	char *copy;
	if (len < uri->block_size - uri->block_used) {
		copy = uri->block + uri->block_used;
		memcpy(copy, text, len);
		copy[len] = '\0';
		uri->block_used += len + 1;
	} else {
		copy = http_strndup(text, len);
		if (!copy) return false;
	}
	drop(uri, *member);
	*member = copy;
	return true;
}

/* NULL takes the member away. Returns 0 or -1. */
static int
set(struct evhttp_uri *uri, char **member, const char *text, bool valid)
{
	if (text) return valid && replace(uri, member, text, strlen(text)) ? 0 : -1;
	drop(uri, *member);
	*member = NULL;
	return 0;
}

struct evhttp_uri *
plugin_evhttp_uri_new(void)
{
	struct evhttp_uri *uri = http_alloc(sizeof(*uri));
	if (uri) uri_init(uri, NULL, 0);
	return uri;
}

void
plugin_evhttp_uri_free(struct evhttp_uri *uri)
{
	if (!uri) return;
	char *members[] = {uri->scheme, uri->userinfo, uri->host, uri->unixsocket, uri->path, uri->query, uri->fragment};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		drop(uri, members[i]);
	http_free(uri);
}

static bool
parse_port(const char *text, size_t len, int *port)
{
	long value = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9') return false;
		value = value * 10 + (text[i] - '0');
		if (value > PORT_MAX) return false;
	}
	*port = len ? (int)value : -1;
	return true;
}

static bool
parse_host(struct evhttp_uri *uri, const char *text, size_t len)
{
	if (!uri_host_valid(text, len)) return false;
	if ((uri->flags & EVHTTP_URI_HOST_STRIP_BRACKETS) && len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	return replace(uri, &uri->host, text, len);
}

/* "unix:/path/of/socket:" in place of a host: up to the next colon. Returns what follows, or NULL. */
static const char *
parse_unixsocket(struct evhttp_uri *uri, const char *text)
{
	const char *path = text + strlen(UNIX_PREFIX), *end = strchr(path, ':');
	if (!end || end == path) return NULL;
	if (!replace(uri, &uri->unixsocket, path, (size_t)(end - path)) || !replace(uri, &uri->host, "", 0)) return NULL;
	return end + 1;
}

/* [ userinfo "@" ] host [ ":" port ] (RFC 3986, 3.2). */
static bool
parse_authority(struct evhttp_uri *uri, const char *text, size_t len)
{
	const char *at = memchr(text, '@', len);
	if (at) {
		size_t userinfo = (size_t)(at - text);
		if (!uri_chars_valid(text, userinfo, URI_USERINFO, uri->flags)) return false;
		if (!replace(uri, &uri->userinfo, text, userinfo)) return false;
		text = at + 1;
		len -= userinfo + 1;
	}
	size_t host = len;
	while (host && text[host - 1] >= '0' && text[host - 1] <= '9')
		host--;
	if (host && text[host - 1] == ':') {
		if (!parse_port(text + host, len - host, &uri->port)) return false;
		host--;
	} else {
		host = len;
	}
	return parse_host(uri, text, host);
}

/* The scheme's length when text begins with one and a colon, else 0 (RFC 3986, 3.1). */
static size_t
scheme_length(const char *text)
{
	size_t len = strcspn(text, ":/?#");
	return text[len] == ':' && uri_scheme_valid(text, len) ? len : 0;
}

static bool
parse_part(struct evhttp_uri *uri, char **member, const char *text, size_t len, unsigned chars)
{
	return uri_chars_valid(text, len, chars, uri->flags) && replace(uri, member, text, len);
}

/* The path, of len bytes, and what follows it. */
static bool
parse_path(struct evhttp_uri *uri, const char *text, size_t len)
{
	if (!parse_part(uri, &uri->path, text, len, URI_PATH)) return false;
	text += len;
	if (*text == '?') {
		len = strcspn(++text, "#");
		if (!parse_part(uri, &uri->query, text, len, URI_QUERY)) return false;
		text += len;
	}
	return *text != '#' || parse_part(uri, &uri->fragment, text + 1, strlen(text + 1), URI_QUERY);
}

bool
uri_parse_into(struct evhttp_uri *uri, const char *text, unsigned flags)
{
	uri->flags = flags;
	size_t len = scheme_length(text);
	if (len) {
		if (!replace(uri, &uri->scheme, text, len)) return false;
		text += len + 1;
	}
	if (text[0] == '/' && text[1] == '/') {
		text += 2;
		if ((uri->flags & EVHTTP_URI_UNIX_SOCKET) && strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
			text = parse_unixsocket(uri, text);
			if (!text) return false;
		} else {
			len = strcspn(text, "/?#");
			if (!parse_authority(uri, text, len)) return false;
			text += len;
		}
	}
	len = strcspn(text, "?#");
	return uri_path_fits(text, len, uri->scheme != NULL, uri->host != NULL) && parse_path(uri, text, len);
}

bool
uri_parse_origin_form(struct evhttp_uri *uri, const char *text)
{
	uri->flags = EVHTTP_URI_NONCONFORMANT;
	return parse_path(uri, text, strcspn(text, "?#"));
}

bool
uri_parse_authority_form(struct evhttp_uri *uri, const char *text)
{
	return parse_authority(uri, text, strlen(text)) && !uri->userinfo && uri->host[0] && uri->port > 0 &&
		   replace(uri, &uri->path, "", 0);
}

struct evhttp_uri *
plugin_evhttp_uri_parse_with_flags(const char *text, unsigned flags)
{
	const size_t len = strlen(text);
	if (len > SIZE_MAX / 2) return NULL;
	struct evhttp_uri *uri = http_alloc(sizeof(*uri) + URI_BLOCK_SIZE(len));
	if (!uri) return NULL;
	uri_init(uri, (char *)(uri + 1), URI_BLOCK_SIZE(len));
	if (uri_parse_into(uri, text, flags)) return uri;
	plugin_evhttp_uri_free(uri);
	return NULL;
}

struct evhttp_uri *
plugin_evhttp_uri_parse(const char *text)
{
	return plugin_evhttp_uri_parse_with_flags(text, 0);
}

void
plugin_evhttp_uri_set_flags(struct evhttp_uri *uri, unsigned flags)
{
	uri->flags = flags;
}

#define GETTER(member)                                                                                                 \
	const char *plugin_evhttp_uri_get_##member(const struct evhttp_uri *uri)                                           \
	{                                                                                                                  \
		return uri->member;                                                                                            \
	}
GETTER(scheme)
GETTER(userinfo)
GETTER(host)
GETTER(unixsocket)
GETTER(path)
GETTER(query)
GETTER(fragment)

int
plugin_evhttp_uri_get_port(const struct evhttp_uri *uri)
{
	return uri->port;
}

int
plugin_evhttp_uri_set_scheme(struct evhttp_uri *uri, const char *scheme)
{
	return set(uri, &uri->scheme, scheme, scheme && uri_scheme_valid(scheme, strlen(scheme)));
}

int
plugin_evhttp_uri_set_userinfo(struct evhttp_uri *uri, const char *userinfo)
{
	return set(uri, &uri->userinfo, userinfo, userinfo && uri_chars_valid(userinfo, strlen(userinfo), URI_USERINFO, 0));
}

int
plugin_evhttp_uri_set_host(struct evhttp_uri *uri, const char *host)
{
	if (!host) return set(uri, &uri->host, NULL, true);
	return parse_host(uri, host, strlen(host)) ? 0 : -1;
}

int
plugin_evhttp_uri_set_unixsocket(struct evhttp_uri *uri, const char *unixsocket)
{
	return set(uri, &uri->unixsocket, unixsocket, true);
}

int
plugin_evhttp_uri_set_port(struct evhttp_uri *uri, int port)
{
	if (port < -1 || port > PORT_MAX) return -1;
	uri->port = port;
	return 0;
}

int
plugin_evhttp_uri_set_path(struct evhttp_uri *uri, const char *path)
{
	return set(uri, &uri->path, path, path && uri_chars_valid(path, strlen(path), URI_PATH, uri->flags));
}

int
plugin_evhttp_uri_set_query(struct evhttp_uri *uri, const char *query)
{
	return set(uri, &uri->query, query, query && uri_chars_valid(query, strlen(query), URI_QUERY, uri->flags));
}

int
plugin_evhttp_uri_set_fragment(struct evhttp_uri *uri, const char *fragment)
{
	return set(
		uri, &uri->fragment, fragment, fragment && uri_chars_valid(fragment, strlen(fragment), URI_QUERY, uri->flags));
}

/* Appends text at *end as snprintf() would; *left counts what is free. Returns false when it does not fit. */
static bool
append(char **end, size_t *left, const char *before, const char *text, const char *after)
{
	int len = snprintf(*end, *left, "%s%s%s", before, text, after);
	if (len < 0 || (size_t)len >= *left) return false;
	*end += len;
	*left -= (size_t)len;
	return true;
}

static bool
append_authority(const struct evhttp_uri *uri, char **end, size_t *left)
{
	if (!append(end, left, "//", "", "")) return false;
	if (uri->unixsocket) return append(end, left, UNIX_PREFIX, uri->unixsocket, ":");
	if (uri->userinfo && !append(end, left, "", uri->userinfo, "@")) return false;
	/* A stripped IPv6 literal gets its brackets back. */
	bool bare_ipv6 = uri->host[0] != '[' && strchr(uri->host, ':');
	if (!append(end, left, bare_ipv6 ? "[" : "", uri->host, bare_ipv6 ? "]" : "")) return false;
	char port[16] = "";
	if (uri->port >= 0) snprintf(port, sizeof(port), ":%d", uri->port);
	return append(end, left, "", port, "");
}

char *
plugin_evhttp_uri_join(const struct evhttp_uri *uri, char *buf, size_t limit)
{
	const char *path = uri->path ? uri->path : "";
	const bool authority = uri->host || uri->unixsocket;
	/* What would be read back as something else is not written (RFC 3986, 3.3). */
	if (authority && path[0] && path[0] != '/') return NULL;
	if (!uri_path_fits(path, strlen(path), uri->scheme != NULL, authority)) return NULL;
	char *end = buf;
	size_t left = limit;
	if (uri->scheme && !append(&end, &left, "", uri->scheme, ":")) return NULL;
	if (authority && !append_authority(uri, &end, &left)) return NULL;
	if (!append(&end, &left, "", path, "")) return NULL;
	if (uri->query && !append(&end, &left, "?", uri->query, "")) return NULL;
	if (uri->fragment && !append(&end, &left, "#", uri->fragment, "")) return NULL;
	return buf;
}
