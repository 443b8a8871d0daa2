/* SPDX-License-Identifier: BSD-3-Clause */
/* Query strings: name=value pairs with percent-coding, as HTML forms send them. */
#include "functions.h"
#include "keyval.h"
#include "memory.h"

#include <event2/http.h>
#include <string.h>
#include <sys/queue.h>

/* One pair. Returns 0, or -1: malformed, or no memory. */
static int
add_pair(struct evkeyvalq *headers, const char *pair, size_t len, unsigned flags)
{
	const bool lax = (flags & EVHTTP_URI_QUERY_NONCONFORMANT) != 0;
	const char *equals = memchr(pair, '=', len);
	const size_t name_len = equals ? (size_t)(equals - pair) : len;
	if (!equals && !lax) return -1;
	if (name_len == 0) return lax ? 0 : -1;
	char *name = http_strndup(pair, name_len);
	char *coded = equals ? http_strndup(equals + 1, len - name_len - 1) : http_strdup("");
	char *value = coded ? plugin_evhttp_uridecode(coded, 1, NULL) : NULL;
	int result = -1;
	if (name && value) {
		if (flags & EVHTTP_URI_QUERY_LAST_VAL) plugin_evhttp_remove_header(headers, name);
		/* Anything may come out of a form, line ends too: this is no header that will be sent. */
		result =
			keyval_add(headers, NULL, (struct http_span){name, strlen(name)}, (struct http_span){value, strlen(value)});
	}
	http_free(name);
	http_free(coded);
	http_free(value);
	return result;
}

int
plugin_evhttp_parse_query_str_flags(const char *text, struct evkeyvalq *headers, unsigned flags)
{
	TAILQ_INIT(headers);
	while (*text) {
		const size_t len = strcspn(text, "&");
		if ((len || !(flags & EVHTTP_URI_QUERY_NONCONFORMANT)) && add_pair(headers, text, len, flags) < 0) {
			plugin_evhttp_clear_headers(headers);
			return -1;
		}
		text += len;
		if (*text == '&') text++;
	}
	return 0;
}

int
plugin_evhttp_parse_query_str(const char *text, struct evkeyvalq *headers)
{
	return plugin_evhttp_parse_query_str_flags(text, headers, 0);
}

int
plugin_evhttp_parse_query(const char *text, struct evkeyvalq *headers)
{
	struct evhttp_uri *uri = plugin_evhttp_uri_parse(text);
	TAILQ_INIT(headers);
	if (!uri) return -1;
	const char *query = plugin_evhttp_uri_get_query(uri);
	const int result = query ? plugin_evhttp_parse_query_str(query, headers) : 0;
	plugin_evhttp_uri_free(uri);
	return result;
}
