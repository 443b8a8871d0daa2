/* SPDX-License-Identifier: BSD-3-Clause */
/* URIs, query strings, percent-coding, HTML escapes and lists of header fields. */
#include <cmocka.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct parts {
	const char *text, *scheme, *userinfo, *host;
	int port;
	const char *path, *query, *fragment;
};

static void
assert_part(const char *text, const char *found, const char *wanted)
{
	if (!found != !wanted || (found && strcmp(found, wanted) != 0))
		print_message("of %s: '%s' is not '%s'\n", text, found ? found : "NULL", wanted ? wanted : "NULL");
	assert_int_equal(found == NULL, wanted == NULL);
	if (found) assert_string_equal(found, wanted);
}

static void
assert_parts(const struct evhttp_uri *uri, const struct parts *wanted)
{
	assert_part(wanted->text, evhttp_uri_get_scheme(uri), wanted->scheme);
	assert_part(wanted->text, evhttp_uri_get_userinfo(uri), wanted->userinfo);
	assert_part(wanted->text, evhttp_uri_get_host(uri), wanted->host);
	assert_int_equal(evhttp_uri_get_port(uri), wanted->port);
	assert_part(wanted->text, evhttp_uri_get_path(uri), wanted->path);
	assert_part(wanted->text, evhttp_uri_get_query(uri), wanted->query);
	assert_part(wanted->text, evhttp_uri_get_fragment(uri), wanted->fragment);
}

static const struct parts good[] = {
	{"", NULL, NULL, NULL, -1, "", NULL, NULL},
	{"/", NULL, NULL, NULL, -1, "/", NULL, NULL},
	{"a", NULL, NULL, NULL, -1, "a", NULL, NULL},
	{"?", NULL, NULL, NULL, -1, "", "", NULL},
	{"#", NULL, NULL, NULL, -1, "", NULL, ""},
	{"?a#b?c#", NULL, NULL, NULL, -1, "", NULL, NULL}, /* refused: a second # */
	{"http://a", "http", NULL, "a", -1, "", NULL, NULL},
	{"http://a/", "http", NULL, "a", -1, "/", NULL, NULL},
	{"http://a:/", "http", NULL, "a", -1, "/", NULL, NULL},
	{"http://a:80/b?c#d", "http", NULL, "a", 80, "/b", "c", "d"},
	{"http://me:pw@a:65535/b/../c", "http", "me:pw", "a", 65535, "/b/../c", NULL, NULL},
	{"http://@a", "http", "", "a", -1, "", NULL, NULL},
	{"http://[::1]:8080/", "http", NULL, "[::1]", 8080, "/", NULL, NULL},
	{"http://[v1.x:y]/", "http", NULL, "[v1.x:y]", -1, "/", NULL, NULL},
	{"http://%41b/", "http", NULL, "%41b", -1, "/", NULL, NULL},
	{"file:///etc/motd", "file", NULL, "", -1, "/etc/motd", NULL, NULL},
	{"mailto:me@a", "mailto", NULL, NULL, -1, "me@a", NULL, NULL},
	{"x+y-z.1:a", "x+y-z.1", NULL, NULL, -1, "a", NULL, NULL},
	{"//a/b", NULL, NULL, "a", -1, "/b", NULL, NULL},
	{"/a:b", NULL, NULL, NULL, -1, "/a:b", NULL, NULL},
	{"a/b:c", NULL, NULL, NULL, -1, "a/b:c", NULL, NULL},
	{"http://a?q", "http", NULL, "a", -1, "", "q", NULL},
	{"http://a#f", "http", NULL, "a", -1, "", NULL, "f"},
	{"/%20?%20#%20", NULL, NULL, NULL, -1, "/%20", "%20", "%20"},
	{"/?a=b/c?d", NULL, NULL, NULL, -1, "/", "a=b/c?d", NULL},
};

static void
parsing(void **state)
{
	char joined[256];
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct evhttp_uri *uri = evhttp_uri_parse(good[i].text);
		if (strcmp(good[i].text, "?a#b?c#") == 0) {
			assert_null(uri);
			continue;
		}
		if (!uri) print_message("refused: %s\n", good[i].text);
		assert_non_null(uri);
		assert_parts(uri, &good[i]);
		if (strcmp(good[i].text, "http://a:/") != 0) {
			assert_ptr_equal(evhttp_uri_join(uri, joined, sizeof(joined)), joined);
			assert_string_equal(joined, good[i].text);
			/* Exactly as long as it must be, and one byte less. */
			assert_non_null(evhttp_uri_join(uri, joined, strlen(good[i].text) + 1));
			assert_null(evhttp_uri_join(uri, joined, strlen(good[i].text)));
		}
		evhttp_uri_free(uri);
	}
}

static void
refusing(void **state)
{
	static const char *const bad[] = {"http://[::1", "http://[::g]/", "http://[]/", "http://::1/", "http://a:b/",
		"http://a:65536/", "http://a:99999999999/", "http://a b/", "http://a/ b", "/%", "/%4", "/%zz", "http://%zz/",
		"http://a^b/", "/\"", "/<>", "/\\", "/{}", "/|", "/`", "/?\x7f", "/\x01", "/\xc3\xa4", "1a:b", "a b:c",
		"http://a@b@c/", "http://[::1]x/", "http://[v.x]/", "http://[vg.x]/", "http://[v1x]/", ":a", "http://a:-1/",
		"http://a:+1/", "http://[::1]:x/"};
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct evhttp_uri *uri = evhttp_uri_parse(bad[i]);
		if (uri) print_message("accepted: %s\n", bad[i]);
		assert_null(uri);
	}
}

static void
flags(void **state)
{
	(void)state;
	assert_null(evhttp_uri_parse_with_flags("/a b", 0));
	struct evhttp_uri *uri = evhttp_uri_parse_with_flags("/a b?\"#^", EVHTTP_URI_NONCONFORMANT);
	assert_non_null(uri);
	assert_string_equal(evhttp_uri_get_path(uri), "/a b");
	assert_string_equal(evhttp_uri_get_query(uri), "\"");
	assert_string_equal(evhttp_uri_get_fragment(uri), "^");
	evhttp_uri_free(uri);
	assert_null(evhttp_uri_parse_with_flags("http://a b/", EVHTTP_URI_NONCONFORMANT));
#ifdef EVHTTP_URI_UNIX_SOCKET
	char joined[128];
	uri = evhttp_uri_parse_with_flags("http://[::1]:80/x", EVHTTP_URI_HOST_STRIP_BRACKETS);
	assert_non_null(uri);
	assert_string_equal(evhttp_uri_get_host(uri), "::1");
	assert_string_equal(evhttp_uri_join(uri, joined, sizeof(joined)), "http://[::1]:80/x");
	evhttp_uri_free(uri);
	uri = evhttp_uri_parse_with_flags("http://unix:/tmp/s:/x?y", EVHTTP_URI_UNIX_SOCKET);
	assert_non_null(uri);
	assert_string_equal(evhttp_uri_get_unixsocket(uri), "/tmp/s");
	assert_string_equal(evhttp_uri_get_path(uri), "/x");
	assert_string_equal(evhttp_uri_get_query(uri), "y");
	assert_string_equal(evhttp_uri_join(uri, joined, sizeof(joined)), "http://unix:/tmp/s:/x?y");
	evhttp_uri_free(uri);
	assert_null(evhttp_uri_parse_with_flags("http://unix:/tmp/s", EVHTTP_URI_UNIX_SOCKET));
#endif
}

static void
setting(void **state)
{
	char joined[256];
	(void)state;
	struct evhttp_uri *uri = evhttp_uri_new();
	assert_non_null(uri);
	assert_int_equal(evhttp_uri_get_port(uri), -1);
	assert_non_null(evhttp_uri_join(uri, joined, sizeof(joined)));
	assert_string_equal(joined, "");
	assert_int_equal(evhttp_uri_set_scheme(uri, "https"), 0);
	assert_int_equal(evhttp_uri_set_scheme(uri, "1"), -1);
	assert_int_equal(evhttp_uri_set_userinfo(uri, "me"), 0);
	assert_int_equal(evhttp_uri_set_userinfo(uri, "m@e"), -1);
	assert_int_equal(evhttp_uri_set_host(uri, "[::1]"), 0);
	assert_int_equal(evhttp_uri_set_host(uri, "[::"), -1);
	assert_int_equal(evhttp_uri_set_port(uri, 1), 0);
	assert_int_equal(evhttp_uri_set_port(uri, -2), -1);
	assert_int_equal(evhttp_uri_set_path(uri, "/p"), 0);
	assert_int_equal(evhttp_uri_set_path(uri, "/ "), -1);
	assert_int_equal(evhttp_uri_set_query(uri, "q"), 0);
	assert_int_equal(evhttp_uri_set_query(uri, "#"), -1);
	assert_int_equal(evhttp_uri_set_fragment(uri, "f"), 0);
	assert_int_equal(evhttp_uri_set_fragment(uri, "%"), -1);
	/* A failed call left everything as it was. */
	assert_string_equal(evhttp_uri_join(uri, joined, sizeof(joined)), "https://me@[::1]:1/p?q#f");
	assert_int_equal(evhttp_uri_set_fragment(uri, NULL), 0);
	assert_int_equal(evhttp_uri_set_query(uri, NULL), 0);
	assert_int_equal(evhttp_uri_set_userinfo(uri, NULL), 0);
	assert_int_equal(evhttp_uri_set_port(uri, -1), 0);
	assert_string_equal(evhttp_uri_join(uri, joined, sizeof(joined)), "https://[::1]/p");
	assert_int_equal(evhttp_uri_set_path(uri, "p"), 0);
	assert_null(evhttp_uri_join(uri, joined, sizeof(joined))); /* would read as another host */
	evhttp_uri_free(uri);
}

/* A member is replaced by itself, and by others of other lengths: nothing is freed twice, nothing lost. */
static void
setting_what_was_parsed(void **state)
{
	(void)state;
	struct evhttp_uri *uri = evhttp_uri_parse("http://host/path?query");
	assert_non_null(uri);
	assert_int_equal(evhttp_uri_set_path(uri, evhttp_uri_get_path(uri)), 0);
	assert_string_equal(evhttp_uri_get_path(uri), "/path");
	for (int i = 0; i < 20; i++) {
		assert_int_equal(evhttp_uri_set_host(uri, i % 2 ? "a.much.longer.name.example" : "b"), 0);
		assert_int_equal(evhttp_uri_set_query(uri, i % 3 ? NULL : "x=y"), 0);
	}
	assert_string_equal(evhttp_uri_get_host(uri), "a.much.longer.name.example");
	evhttp_uri_free(uri);
}

static void
coding(void **state)
{
	(void)state;
	static const struct {
		const char *plain, *coded, *plus;
	} rows[] = {
		{"", "", ""},
		{"azAZ09-._~", "azAZ09-._~", "azAZ09-._~"},
		{"a b", "a%20b", "a+b"},
		{"+&=%", "%2B%26%3D%25", "%2B%26%3D%25"},
		{"\xff\x01/", "%FF%01%2F", "%FF%01%2F"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *coded = evhttp_encode_uri(rows[i].plain), *plus = evhttp_uriencode(rows[i].plain, -1, 1);
		size_t size;
		assert_string_equal(coded, rows[i].coded);
		assert_string_equal(plus, rows[i].plus);
		char *back = evhttp_uridecode(coded, 0, &size), *back_plus = evhttp_uridecode(plus, 1, NULL);
		assert_int_equal(size, strlen(rows[i].plain));
		assert_string_equal(back, rows[i].plain);
		assert_string_equal(back_plus, rows[i].plain);
		free(coded);
		free(plus);
		free(back);
		free(back_plus);
	}
	char *coded = evhttp_uriencode("a\0b", 3, 0);
	assert_string_equal(coded, "a%00b");
	free(coded);
	char *old = evhttp_decode_uri("/a+b?c+d%41");
	assert_string_equal(old, "/a+b?c dA");
	free(old);
	static const char *const odd[] = {"%", "%4", "%zz", "%4z", "a%"};
	for (size_t i = 0; i < LENGTH(odd); i++) {
		char *same = evhttp_uridecode(odd[i], 1, NULL);
		assert_string_equal(same, odd[i]);
		free(same);
	}
}

/* CVE-2026-63385: a decoded NUL is seen by its length. */
static void
hole_CVE_2026_63385_decoded_length(void **state)
{
	size_t size = 0;
	(void)state;
	char *decoded = evhttp_uridecode("a%00b", 0, &size);
	assert_int_equal(size, 3);
	assert_memory_equal(decoded, "a\0b", 4);
	free(decoded);
}

static void
escaping(void **state)
{
	(void)state;
	char *escaped = evhttp_htmlescape("<a href=\"x\">'&'</a>");
	assert_string_equal(escaped, "&lt;a href=&quot;x&quot;&gt;&#039;&amp;&#039;&lt;/a&gt;");
	free(escaped);
	escaped = evhttp_htmlescape("");
	assert_string_equal(escaped, "");
	free(escaped);
}

static void
assert_pairs(const struct evkeyvalq *pairs, const char *wanted)
{
	char text[512];
	size_t len = 0;
	const struct evkeyval *pair;
	text[0] = '\0';
	TAILQ_FOREACH (pair, pairs, next)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s{%s}", pair->key, pair->value);
	assert_string_equal(text, wanted);
}

static void
queries(void **state)
{
	(void)state;
	static const struct {
		const char *query, *pairs; /* NULL: refused */
	} rows[] = {
		{"", ""},
		{"a=b", "a{b}"},
		{"a=b&c=d", "a{b}c{d}"},
		{"a=b&a=c", "a{b}a{c}"},
		{"a=", "a{}"},
		{"a=b=c", "a{b=c}"},
		{"a=b+c%26d", "a{b c&d}"},
		{"a=x%0D%0Ay", "a{x\r\ny}"},
		{"a%20b=c", "a%20b{c}"},
		{"a=b&", "a{b}"},
		{"a", NULL},
		{"=b", NULL},
		{"&", NULL},
		{"a=b&&c=d", NULL},
		{"a=b&c", NULL},
	};
	struct evkeyvalq pairs;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(evhttp_parse_query_str(rows[i].query, &pairs), rows[i].pairs ? 0 : -1);
		assert_pairs(&pairs, rows[i].pairs ? rows[i].pairs : "");
		evhttp_clear_headers(&pairs);
	}
	assert_int_equal(evhttp_parse_query("http://a/b?q=test&s=some+thing#f", &pairs), 0);
	assert_pairs(&pairs, "q{test}s{some thing}");
	evhttp_clear_headers(&pairs);
	assert_int_equal(evhttp_parse_query("/b", &pairs), 0);
	assert_pairs(&pairs, "");
	assert_int_equal(evhttp_parse_query("http://[", &pairs), -1);
#ifdef EVHTTP_URI_QUERY_LAST_VAL
	assert_int_equal(evhttp_parse_query_str_flags("a&&=b&c=d&e", &pairs, EVHTTP_URI_QUERY_NONCONFORMANT), 0);
	assert_pairs(&pairs, "a{}c{d}e{}");
	evhttp_clear_headers(&pairs);
	assert_int_equal(evhttp_parse_query_str_flags("a=1&b=2&a=3", &pairs, EVHTTP_URI_QUERY_LAST_VAL), 0);
	assert_pairs(&pairs, "b{2}a{3}");
	evhttp_clear_headers(&pairs);
#endif
}

static void
header_lists(void **state)
{
	struct evkeyvalq list;
	(void)state;
	TAILQ_INIT(&list);
	assert_null(evhttp_find_header(&list, "A"));
	assert_int_equal(evhttp_add_header(&list, "Name", "one"), 0);
	assert_int_equal(evhttp_add_header(&list, "NAME", "two"), 0);
	assert_int_equal(evhttp_add_header(&list, "Other", ""), 0);
	assert_string_equal(evhttp_find_header(&list, "name"), "one");
	assert_string_equal(evhttp_find_header(&list, "oTHER"), "");
	assert_null(evhttp_find_header(&list, "Nam"));
	assert_null(evhttp_find_header(&list, "Names"));
	assert_int_equal(evhttp_remove_header(&list, "nAme"), 0);
	assert_string_equal(evhttp_find_header(&list, "name"), "two");
	assert_int_equal(evhttp_remove_header(&list, "none"), -1);
	evhttp_clear_headers(&list);
	assert_true(TAILQ_EMPTY(&list));
}

static void
header_lists_refuse_line_ends(void **state)
{
	static const char *const bad[] = {"a\r", "a\n", "a\r\nX: y", "a\nX: y", "a\rX: y", "a\r\n\r\n x", "a\n\n x", "\r x",
		"a\r\n b", "a\n b", "a\r\r\n x"};
	struct evkeyvalq list;
	(void)state;
	TAILQ_INIT(&list);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		assert_int_equal(evhttp_add_header(&list, "N", bad[i]), -1);
		assert_int_equal(evhttp_add_header(&list, bad[i], "v"), -1);
	}
	assert_true(TAILQ_EMPTY(&list));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing),
		cmocka_unit_test(refusing),
		cmocka_unit_test(flags),
		cmocka_unit_test(setting),
		cmocka_unit_test(setting_what_was_parsed),
		cmocka_unit_test(coding),
		cmocka_unit_test(hole_CVE_2026_63385_decoded_length),
		cmocka_unit_test(escaping),
		cmocka_unit_test(queries),
		cmocka_unit_test(header_lists),
		cmocka_unit_test(header_lists_refuse_line_ends),
	};
	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
