/* SPDX-License-Identifier: BSD-3-Clause */
/* Which bytes may stand in which part of a URI (RFC 3986). */
#ifndef PROTO_HTTP_URI_H_
#define PROTO_HTTP_URI_H_

#include <stdbool.h>
#include <stddef.h>

enum uri_part { URI_USERINFO = 1, URI_REG_NAME = 2, URI_PATH = 4, URI_QUERY = 8, URI_UNRESERVED = 16 };

/* Only bytes of that part and well-formed "%XX". With EVHTTP_URI_NONCONFORMANT in flags any byte will do, but not in
 * the user info and the host. */
bool uri_chars_valid(const char *text, size_t len, unsigned part, unsigned flags);
/* Needs no percent-coding anywhere. */
bool uri_unreserved(char c);
bool uri_scheme_valid(const char *text, size_t len);
/* A registered name, an IPv4 address or an IP literal in brackets. */
bool uri_host_valid(const char *text, size_t len);
/* A path that would be read as something else in that surrounding is refused: "//x" without an authority, "a:b" without
 * a scheme, a relative one behind an authority. */
bool uri_path_fits(const char *path, size_t len, bool has_scheme, bool has_authority);

#endif
