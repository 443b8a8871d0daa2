/* SPDX-License-Identifier: BSD-3-Clause */
/* Which bytes may stand in which part of a URI (RFC 3986). */
#ifndef PROTO_HTTP_URI_H_
#define PROTO_HTTP_URI_H_

#include <stdbool.h>
#include <stddef.h>

struct evhttp_uri {
	unsigned flags;
	int port; /* -1: absent */
	char *scheme, *userinfo, *host, *unixsocket, *path, *query, *fragment;
	/* Where parsing put the texts: a member that lies here is not freed on its own. */
	char *block;
	size_t block_size, block_used;
};

/* Bytes of text that parsing a URI of len bytes may want: each part ends with a NUL. */
#define URI_BLOCK_SIZE(len) ((len) + 8)

/* Makes *uri empty, with block_size bytes behind block for its texts. */
void uri_init(struct evhttp_uri *uri, char *block, size_t block_size);
/* Returns false when text is malformed or there is no memory; then uri is to be thrown away. */
bool uri_parse_into(struct evhttp_uri *uri, const char *text, unsigned flags);
/* Of a request: a path (never an authority, however many slashes it begins with) and a query. */
bool uri_parse_origin_form(struct evhttp_uri *uri, const char *text);
/* Of CONNECT: host and port. */
bool uri_parse_authority_form(struct evhttp_uri *uri, const char *text);

enum uri_part { URI_USERINFO = 1, URI_REG_NAME = 2, URI_PATH = 4, URI_QUERY = 8, URI_UNRESERVED = 16 };

/* Only bytes of that part and well-formed "%XX". With EVHTTP_URI_NONCONFORMANT in flags any byte will do, but not in
 * the user info and the host. */
bool uri_chars_valid(const char *text, size_t len, unsigned part, unsigned flags);
/* The sum of enum uri_part for each byte. */
extern const unsigned char uri_parts[256];
/* Needs no percent-coding anywhere. */
static inline bool
uri_unreserved(char c)
{
	return (uri_parts[(unsigned char)c] & URI_UNRESERVED) != 0;
}
bool uri_scheme_valid(const char *text, size_t len);
/* A registered name, an IPv4 address or an IP literal in brackets. */
bool uri_host_valid(const char *text, size_t len);
/* A path that would be read as something else in that surrounding is refused: "//x" without an authority, "a:b" without
 * a scheme, a relative one behind an authority. */
bool uri_path_fits(const char *path, size_t len, bool has_scheme, bool has_authority);

#endif
