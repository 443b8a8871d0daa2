/* SPDX-License-Identifier: BSD-3-Clause */
/* URIs, queries and coding: what is parsed and joined reads as the same again; what is encoded decodes to itself. */
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_parts(const char *a, const char *b)
{
	if (!a != !b || (a && strcmp(a, b) != 0)) abort();
}

static void
check_uri(const char *text, unsigned flags)
{
	char joined[8192];
	struct evhttp_uri *uri = evhttp_uri_parse_with_flags(text, flags);
	if (!uri) return;
	if (evhttp_uri_join(uri, joined, sizeof(joined))) {
		struct evhttp_uri *again = evhttp_uri_parse_with_flags(joined, flags);
		if (!again) abort();
		check_parts(evhttp_uri_get_scheme(uri), evhttp_uri_get_scheme(again));
		check_parts(evhttp_uri_get_userinfo(uri), evhttp_uri_get_userinfo(again));
		check_parts(evhttp_uri_get_host(uri), evhttp_uri_get_host(again));
		check_parts(evhttp_uri_get_path(uri), evhttp_uri_get_path(again));
		check_parts(evhttp_uri_get_query(uri), evhttp_uri_get_query(again));
		check_parts(evhttp_uri_get_fragment(uri), evhttp_uri_get_fragment(again));
		if (evhttp_uri_get_port(uri) != evhttp_uri_get_port(again)) abort();
		evhttp_uri_free(again);
	}
	(void)evhttp_uri_set_path(uri, evhttp_uri_get_query(uri));
	(void)evhttp_uri_set_host(uri, evhttp_uri_get_host(uri));
	evhttp_uri_free(uri);
}

static void
check_coding(const char *text, size_t len)
{
	size_t size;
	char *coded = evhttp_uriencode(text, (ssize_t)len, 1);
	char *decoded = coded ? evhttp_uridecode(coded, 1, &size) : NULL;
	if (!decoded || size != len || memcmp(decoded, text, len) != 0) abort();
	free(coded);
	free(decoded);
	free(evhttp_decode_uri(text));
	free(evhttp_htmlescape(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evkeyvalq pairs;
	char *text = malloc(size + 1);
	if (!text) return 0;
	if (size) memcpy(text, data, size);
	text[size] = '\0';
	for (unsigned flags = 0; flags < 16; flags++)
		check_uri(text, flags);
	check_coding(text, size);
	for (unsigned flags = 0; flags < 4; flags++) {
		(void)evhttp_parse_query_str_flags(text, &pairs, flags);
		evhttp_clear_headers(&pairs);
	}
	(void)evhttp_parse_query(text, &pairs);
	evhttp_clear_headers(&pairs);
	free(text);
	return 0;
}
