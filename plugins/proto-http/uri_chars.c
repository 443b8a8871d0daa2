/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks behind uri.h, by one table of bytes (RFC 3986, appendix A). */
#include "uri.h"

#include "chars.h"

#include <arpa/inet.h>
#include <event2/http.h>
#include <string.h>

/* Sixteen in a row. */
/* clang-format off */
const unsigned char uri_parts[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 00 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
	0, 15, 0, 0, 15, 0, 15, 15, 15, 15, 15, 15, 15, 31, 31, 12, /* 20 */
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 13, 15, 0, 15, 0, 8, /* 30 */
	12, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, /* 40 */
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 0, 0, 0, 0, 31, /* 50 */
	0, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, /* 60 */
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 0, 0, 0, 31, 0, /* 70 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 80 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 90 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* a0 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* b0 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* c0 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* d0 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* e0 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* f0 */
};
/* clang-format on */

bool
uri_chars_valid(const char *text, size_t len, unsigned part, unsigned flags)
{
	if ((flags & EVHTTP_URI_NONCONFORMANT) && (part & (URI_PATH | URI_QUERY))) return true;
	for (size_t i = 0; i < len; i++) {
		if (uri_parts[(unsigned char)text[i]] & part) continue;
		if (text[i] != '%' || len - i < 3 || chars_hex(text[i + 1]) < 0 || chars_hex(text[i + 2]) < 0) return false;
		i += 2;
	}
	return true;
}

bool
uri_scheme_valid(const char *text, size_t len)
{
	if (!len || (text[0] | 0x20) < 'a' || (text[0] | 0x20) > 'z') return false;
	for (size_t i = 1; i < len; i++) {
		char lower = (char)(text[i] | 0x20);
		if (!(lower >= 'a' && lower <= 'z') && !chars_digit(text[i]) && !memchr("+-.", text[i], 3)) return false;
	}
	return true;
}

/* "[" IPv6 "]" or "[v" hex "." anything "]" (RFC 3986, 3.2.2). */
static bool
ip_literal_valid(const char *text, size_t len)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr parsed;
	if (len < 4 || text[len - 1] != ']') return false;
	text++;
	len -= 2;
	if (text[0] == 'v' || text[0] == 'V') {
		size_t i = 1;
		while (i < len && chars_hex(text[i]) >= 0)
			i++;
		return i > 1 && i + 1 < len && text[i] == '.' && !memchr(text + i, '%', len - i) &&
			   uri_chars_valid(text + i + 1, len - i - 1, URI_USERINFO, 0);
	}
	if (len >= sizeof(address)) return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(AF_INET6, address, &parsed) == 1;
}

bool
uri_host_valid(const char *text, size_t len)
{
	if (len && text[0] == '[') return ip_literal_valid(text, len);
	return uri_chars_valid(text, len, URI_REG_NAME, 0);
}

bool
uri_path_fits(const char *path, size_t len, bool has_scheme, bool has_authority)
{
	if (has_authority) return len == 0 || path[0] == '/';
	if (len >= 2 && path[0] == '/' && path[1] == '/') return false;
	if (has_scheme) return true;
	const char *colon = memchr(path, ':', len), *slash = memchr(path, '/', len);
	return !colon || (slash && slash < colon);
}
