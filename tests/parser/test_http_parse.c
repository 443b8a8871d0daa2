/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP parser on its own: a table of messages, each with the log of events that it must give. Every message is fed
 * whole, byte by byte, and in two pieces split at every place; the log must be the same each time. The bytes lie at the
 * end of a block of exactly their size, so that one byte too far is seen by a memory checker. */
#include <cmocka.h>

#include "http_rows.h"

static const struct setting request, response = {.response = true};

/* ---- Requests ---- */

static const struct row line_rows[] = {
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 Host=a |none ."},
	{"GET / HTTP/1.0\r\n\r\n", "GET / 1.0 |none,last ."},
	{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / 1.0 Connection=keep-alive |none ."},
	{"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET / 1.9 Host=a |none ."},
	{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1 Host=a |none ."},
	{"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "CONNECT a:443 1.1 Host=a:443 |none ."},
	{"GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/b?c 1.1 Host=a |none ."},
	{"!#$%&'*+-.^_`|~09AZaz / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~09AZaz / 1.1 Host=a |none ."},
	{"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\xc3\xa4 1.1 Host=a |none ."},
	{"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 Host=a |none ."},
	{"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 Host=a |none ."},
	{"GET / HTTP/1.1\nHost: a\n\n", "GET / 1.1 Host=a |none ."},
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
		"GET / 1.1 Host=a |none . GET /2 1.1 Host=b |none ."},
	{"GET /?q=1&r=%20 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?q=1&r=%20 1.1 Host=a |none ."},
	{"get / HTTP/1.1\r\nHost: a\r\n\r\n", "get / 1.1 Host=a |none ."}, /* methods have a case: another one */
	{"GET http://user@[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
		"GET http://user@[::1]:80/ 1.1 Host=[::1]:80 |none ."},
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
		"GET / 1.1 Host=a |none . GET /2 1.1 Host=b |none ."},
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n", "GET / 1.1 Host=a |none . !400"},
	{"GET / HTTP/1.1\r\nHost: a\r\n", "GET / 1.1 Host=a ..."},
	{"GET / HTTP/1.1\r\nHo", "GET / 1.1 ..."},
	{"GET /", " ..."},
	{"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "!400"},
	{"GET / HTTP/1.1\rHost: a\r\n\r\n", "!400"},
	{"GET /\x0b HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET\x0c/ HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"/ HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET,POST / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"G\"T / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET: / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"HTTP/1.1 200 OK\r\nHost: a\r\n\r\n", "!400"},
	{"\r\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"\x16\x03\x01\xfc\x03\x03\r\n", "!400"}, /* TLS where none is spoken */
	{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "!505"},
	{"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{" GET / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "!400"},
	{"GET /\r\n\r\n", "!400"},
	{"GET\r\n\r\n", "!400"},
	{"BAD\r\n\r\n", "!400"},
	{"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"G\xe9T / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET /\ra HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
	{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "!505"},
	{"GET / HTTP/0.9\r\nHost: a\r\n\r\n", "!505"},
	{"\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "!400"},
};

static void
request_lines(void **state)
{
	(void)state;
	expect_rows(&request, line_rows, LENGTH(line_rows));
}

static void
versions(void **state)
{
	(void)state;
	static const char *const bad[] = {"HTTP/1.10", "HTTP/4294967295.255", "HTTP/1.", "http/1.1", "HTTP/1", "HTTP/11",
		"HTTP/.1", "HTTP/1.1.1", "HTTP/-1.1", "HTTP/1.+1", "HTTP/01.1", "HTTP 1.1", "HTTP/1,1", "HTTPS/1.1", "",
		"HTTP/1.1x", "Http/1.1", "HTTP/1. 1", "HTTP/\xb1.1"};
	char message[128];
	for (size_t i = 0; i < LENGTH(bad); i++) {
		snprintf(message, sizeof(message), "GET / %s\r\nHost: a\r\n\r\n", bad[i]);
		expect(&request, message, strlen(message), "!400");
	}
}

static void
fields(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"A:b", " A=b"}, {"A: b", " A=b"}, {"A:  b  ", " A=b"}, {"A:\tb\t", " A=b"}, {"A:", " A="}, {"A: ", " A="},
		{"A: b c", " A=b c"}, {"A: b\tc", " A=b\tc"}, {"A: b:c", " A=b:c"}, {"A: \xff\x80", " A=\xff\x80"},
		{"!#$%&'*+-.^_`|~09AZaz: b", " !#$%&'*+-.^_`|~09AZaz=b"}, {"A: \"quoted, list\"", " A=\"quoted, list\""},
		{"A: b\r\nA: c\r\na: d", " A=b A=c a=d"}, /* repeated: each is told */
		{"A: \t \t", " A="}, {"A: b \t c", " A=b \t c"}, {"A::b", " A=:b"},
		{"A: ,,;=()<>@[]{}?/\\", " A=,,;=()<>@[]{}?/\\"}, {"A: \xc3\xa4", " A=\xc3\xa4"}, {"1: 2", " 1=2"},
		{"TE: trailers", " TE=trailers"},
		{"Content-Type: text/plain; charset=\"utf-8\"", " Content-Type=text/plain; charset=\"utf-8\""},
		{"A: b\nC: d", " A=b C=d"}, /* RFC 9112, 2.2: a lone line feed may end a line of the head */
	};
	char message[256], expected[256];
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(message, sizeof(message), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", rows[i].message);
		snprintf(expected, sizeof(expected), "GET / 1.1 Host=a%s |none .", rows[i].expected);
		expect(&request, message, strlen(message), expected);
	}
}

static void
bad_fields(void **state)
{
	(void)state;
	static const char *const bad[] = {"A : b", "A\t: b", ": b", " A: b", "\tA: b", "A b: c", "A(: c", "A@b: c", "A",
		"A=b", "A\x01: b", "\xe9: b", "A: b\x01", "A: b\x7f", "A: b\rc", "A: b\r", "A[]: b", "{A}: b", "A/b: c",
		"A,b: c", "\x7f: a", "A\"b: c", "A;b: c", "A<b: c", "A\\b: c", "A?: c", "A\x0b: b", "A: b\x0b", "A: b\x0c",
		"A: b\x1b[0m", "A: b\x08", "A: \x1f", "Transfer-Encoding : chunked", "Content-Length : 3",
		"Content-Length\t: 3", " Content-Length: 3", "Host : b", "GET / HTTP/1.1", "A: b\r\r", "\r", "A: \r b",
		"A\r: b"};
	char message[256];
	for (size_t i = 0; i < LENGTH(bad); i++) {
		snprintf(message, sizeof(message), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", bad[i]);
		expect(&request, message, strlen(message), "GET / 1.1 Host=a !400");
	}
	static const char nul[] = "GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n";
	expect(&request, nul, sizeof(nul) - 1, "GET / 1.1 Host=a !400");
	static const char nul_name[] = "GET / HTTP/1.1\r\nHost: a\r\nA\0: c\r\n\r\n";
	expect(&request, nul_name, sizeof(nul_name) - 1, "GET / 1.1 Host=a !400");
	static const char nul_target[] = "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n";
	expect(&request, nul_target, sizeof(nul_target) - 1, "!400");
	static const char fold[] = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n";
	expect(&request, fold, sizeof(fold) - 1, "GET / 1.1 Host=a A=b !400");
}

static void
hosts(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"GET / HTTP/1.1\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / 1.1 Host=a !400"},
		{"GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n", "GET / 1.1 Host=a !400"},
		{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 Host= |none ."},
		{"GET / HTTP/1.1\r\nhost: a:80\r\n\r\n", "GET / 1.1 host=a:80 |none ."},
		{"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / 1.1 Host=[::1]:80 |none ."},
		{"GET / HTTP/1.1\r\nHost: a.b-c_d~e\r\n\r\n", "GET / 1.1 Host=a.b-c_d~e |none ."},
		{"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", "GET / 1.1 Host=127.0.0.1:8080 |none ."},
		{"GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n", "GET / 1.1 Host=a |none ."},
		{"GET / HTTP/1.1\r\nHost: a%20b\r\n\r\n", "GET / 1.1 Host=a%20b |none ."},
		{"GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: a<b>\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n\r\n", "GET / 1.1 !400"},
		{"GET / HTTP/1.1\r\nHost:\r\nHost: a\r\n\r\n", "GET / 1.1 Host= !400"},
		{"GET http://a/ HTTP/1.1\r\n\r\n", "GET http://a/ 1.1 !400"},
		{"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "GET / 1.0 Host=a !400"},
	};
	expect_rows(&request, rows, LENGTH(rows));
}

static void
connection_options(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"Connection: close", "last"},
		{"Connection: Close", "last"},
		{"Connection: x, close", "last"},
		{"Connection: close, x", "last"},
		{"Connection: x,close,y", "last"},
		{"Connection: x\r\nConnection: close", "last"},
		{"Connection: keep-alive, close", "last"},
		{"Connection: ,, close ,", "last"},
		{"Connection: closed", ""},
		{"Connection: x-close", ""},
		{"Connection: keep-alive", ""},
		{"Connection:", ""},
		{"Connection: ,", ""},
		{"Connection: close ; x", ""},
		{"Connection:close", "last"},
		{"Connection: \t CLOSE \t", "last"},
		{"Connection: close\r\nConnection: keep-alive", "last"},
		{"Proxy-Connection: close", ""},
		{"Keep-Alive: timeout=5", ""},
		{"Upgrade: websocket", ""},
		{"Connection: close, Upgrade", "last,upgrade"},
		{"Connection: xupgrade", ""},
		{"Expect: 100-continue \t", "continue"},
		{"Expect: 100", "unknown-expectation"},
		{"Connection: Upgrade", "upgrade"},
		{"Connection: keep-alive, Upgrade", "upgrade"},
		{"Expect: 100-continue", "continue"},
		{"Expect: 100-Continue", "continue"},
		{"Expect: zork", "unknown-expectation"},
		{"Expect: 100-continue, zork", "unknown-expectation"},
	};
	char message[256], expected[LOG_MAX], value[128];
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct log log;
		snprintf(message, sizeof(message), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", rows[i].message);
		run(&log, &request, message, strlen(message), 1000, 1000);
		snprintf(value, sizeof(value), " |none%s%s .", rows[i].expected[0] ? "," : "", rows[i].expected);
		const char *end = strstr(log.text, " |");
		assert_non_null(end);
		assert_string_equal(end, value);
		memcpy(expected, log.text, sizeof(expected));
		expect(&request, message, strlen(message), expected);
	}
}

/* ---- Framing ---- */

static void
content_length(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
			"POST / 1.1 Host=a Content-Length=3 |length abc ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / 1.1 Host=a Content-Length=0 |none ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc",
			"POST / 1.1 Host=a Content-Length=003 |length abc ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
			"POST / 1.1 Host=a Content-Length=3 |length ab ..."},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n",
			"GET / 1.1 Host=a Content-Length=3 |length abc . GET / 1.1 Host=b |none ."},
		{"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / 1.1 Host=a |none ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t3\t \r\n\r\nabc",
			"POST / 1.1 Host=a Content-Length=3 |length abc ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nCONTENT-LENGTH: 1\r\n\r\n\r",
			"POST / 1.1 Host=a CONTENT-LENGTH=1 |length \r ."},
		{"POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "POST / 1.0 Content-Length=3 |length,last abc ."},
		{"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
			"HEAD / 1.1 Host=a Content-Length=3 |length abc ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nabc",
			"POST / 1.1 Host=a Content-Length=9223372036854775807 |length abc ..."},
		{"POST / HTTP/1.1\r\nHost: a\r\nX-Content-Length: 3\r\nContent-Length-X: 3\r\n\r\n",
			"POST / 1.1 Host=a X-Content-Length=3 Content-Length-X=3 |none ."},
		/* A body that looks like a request is a body. */
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
		 "a\r\n\r\n",
			"POST / 1.1 Host=a Content-Length=18 |length GET / HTTP/1.1\r\n\r\n . GET /2 1.1 Host=a |none ."},
	};
	expect_rows(&request, rows, LENGTH(rows));
	static const char *const bad[] = {"+3", "-3", " 3 3", "3,3", "3, 3", "3 ;", "0x3", "3a", "", "3.0", "١",
		"9223372036854775808", "18446744073709551616", "99999999999999999999999999", "3\t3", "+0", "\"3\"", "3;q=1",
		"3 3", "\xb2", "3_000", "1e1", "3,", ",3", "3;3", "-0", "3\x0b", "0b11", "3L", "\xef\xbc\x93"};
	char message[256];
	for (size_t i = 0; i < LENGTH(bad); i++) {
		snprintf(message, sizeof(message), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\nabc", bad[i]);
		expect(&request, message, strlen(message), "POST / 1.1 Host=a !400");
	}
}

static const struct {
	const char *fields;
	int status; /* 0: accepted */
} codings[] = {
	{"", 0},
	{"Transfer-Encoding: chunked\r\n", 0},
	{"Transfer-Encoding: Chunked\r\n", 0},
	{"Transfer-Encoding:chunked\r\n", 0},
	{"Transfer-Encoding: \t chunked \t\r\n", 0},
	{"Transfer-Encoding: , chunked\r\n", 0},
	{"transfer-encoding: CHUNKED\r\n", 0},
	{"Transfer-Encoding: xchunked\r\n", 501},
	{"Transfer-Encoding: chunkedx\r\n", 501},
	{"Transfer-Encoding: identity\r\n", 501},
	{"Transfer-Encoding: gzip\r\n", 501},
	{"Transfer-Encoding: gzip, chunked\r\n", 501},
	{"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501},
	{"Transfer-Encoding: chunked;q=1\r\n", 501},
	{"Transfer-Encoding: \"chunked\"\r\n", 501},
	{"Transfer-Encoding: chunked, gzip\r\n", 400},
	{"Transfer-Encoding: chunked, chunked\r\n", 400},
	{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
	{"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400},
	{"Transfer-Encoding:\r\n", 400},
	{"Transfer-Encoding: ,\r\n", 400},
	{"Transfer-Encoding: \x0b"
	 "chunked\r\n",
		400},
};

/* The grid of known-holes row CVE-2026-63382: accepted only where RFC 9112, 6.3 says so. */
static void
framing_grid(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		int status;
	} lengths[] = {{"", 0}, {"Content-Length: 5\r\n", 0}, {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
		{"Content-Length: 5\r\nContent-Length: 6\r\n", 400}};
	static const char *const orders[] = {
		"POST / HTTP/1.1\r\nHost: a\r\n%s%s\r\n%s", "POST / HTTP/1.1\r\nHost: a\r\n%2$s%1$s\r\n%3$s"};
	char message[512];
	for (size_t c = 0; c < LENGTH(codings); c++)
		for (size_t l = 0; l < LENGTH(lengths); l++)
			for (size_t o = 0; o < LENGTH(orders); o++) {
				const bool chunked = codings[c].fields[0] != '\0';
				const bool both = chunked && lengths[l].fields[0];
				const char *body = chunked ? "0\r\n\r\n" : lengths[l].fields[0] ? "01234" : "";
				const int len = snprintf(
					message, sizeof(message), o ? orders[1] : orders[0], codings[c].fields, lengths[l].fields, body);
				struct log log;
				run(&log, &request, message, (size_t)len, (size_t)len, 1);
				const char *refused = strchr(log.text, '!');
				const bool good = !codings[c].status && !lengths[l].status && !both;
				if (good != !refused) print_message("%s -> %s\n", message, log.text);
				assert_true(good == !refused);
				if (refused && !both && !lengths[l].status) assert_int_equal(atoi(refused + 1), codings[c].status);
				if (refused && both) assert_true(atoi(refused + 1) == 400 || atoi(refused + 1) == 501);
				char expected[LOG_MAX];
				memcpy(expected, log.text, sizeof(expected));
				expect(&request, message, (size_t)len, expected);
			}
}

static const struct row chunk_rows[] = {
	{"3\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", " abc ; de ; ."},
	{"A\r\n0123456789\r\n0\r\n\r\n", " 0123456789 ; ."},
	{"a\r\n0123456789\r\n000\r\n\r\n", " 0123456789 ; ."},
	{"0000000000000003\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3;ext\r\nabc\r\n0;x=y\r\n\r\n", " abc ; ."},
	{"3 ;ext=\"a b\"\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3\r\nabc\r\n0\r\nX: y\r\n\r\n", " abc ; ~X=y ."},
	{"0\r\nContent-Length: 9\r\nHost: evil\r\n\r\n", " ~Content-Length=9 ~Host=evil ."},
	{"0\r\n\r\n", " ."},
	{"00000000\r\n\r\n", " ."},
	{"F\r\n0123456789abcde\r\n0\r\n\r\n", " 0123456789abcde ; ."},
	{"10\r\n0123456789abcdef\r\n0\r\n\r\n", " 0123456789abcdef ; ."},
	{"7\r\n0\r\n\r\nab\r\n0\r\n\r\n", " 0\r\n\r\nab ; ."}, /* an end that is none */
	{"3;a;b=c;d=\"e\"\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3;a=\"\\\"\"\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3\t;a\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"3;\r\nabc\r\n0\r\n\r\n", " abc ; ."},
	{"0\r\nA: b\r\nA: c\r\n\r\n", " ~A=b ~A=c ."},
	{"0\r\nTransfer-Encoding: chunked\r\n\r\n", " ~Transfer-Encoding=chunked ."},
	{"1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", " x ; . GET / 1.1 Host=a |none ."},
	{"", " ..."},
	{"0\r\n", " ..."},
	{"0\r\nA: b\r\n", " ~A=b ..."},
	{"ffffffffffffffff\r\nabc", " abc ..."},
	{"8000000000000000\r\nabc", " abc ..."},
	{"7fffffffffffffff\r\nabc", " abc ..."},
	{"3\rabc\r\n0\r\n\r\n", " !400"},
	{"3;a\rb\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3;a\x7f\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3 a\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3\tabc\r\n0\r\n\r\n", " !400"},
	{"3,3\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3.\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3h\r\nabc\r\n0\r\n\r\n", " !400"},
	{"\xb3\r\nabc\r\n0\r\n\r\n", " !400"},
	{"0x\r\n\r\n", " !400"},
	{"-0\r\n\r\n", " !400"},
	{"4\r\nabc\r\n0\r\n\r\n", " abc\r !400"},
	{"2\r\nabc\r\n0\r\n\r\n", " ab !400"},
	{"3\r\nabc\r\r\n0\r\n\r\n", " abc !400"},
	{"3\r\nabc0\r\n\r\n", " abc !400"},
	{"0\r\nX\r\n\r\n", " !400"},
	{"0\r\nX: a\x01\r\n\r\n", " !400"},
	{"0\r\n X: y\r\n\r\n", " !400"},
	{"0\r\n\rX: y\r\n\r\n", " !400"},
	{"3\r\nabc\r\n", " abc ; ..."},
	{"3\r\nab", " ab ..."},
	{"3\nabc\r\n0\r\n\r\n", " !400"},
	{"3\r\nabc\n0\r\n\r\n", " abc !400"},
	{"3\r\nabc\r\n0\n\r\n", " abc ; !400"},
	{"3\r\nabc\r\n0\r\n\n", " abc ; !400"},
	{"0x3\r\nabc\r\n0\r\n\r\n", " !400"},
	{"+3\r\nabc\r\n0\r\n\r\n", " !400"},
	{"-3\r\nabc\r\n0\r\n\r\n", " !400"},
	{" 3\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3 \r\nabc\r\n0\r\n\r\n", " !400"},
	{"\r\nabc\r\n0\r\n\r\n", " !400"},
	{";x\r\nabc\r\n0\r\n\r\n", " !400"},
	{"g\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3g\r\nabc\r\n0\r\n\r\n", " !400"},
	{"10000000000000000\r\nabc\r\n0\r\n\r\n", " !400"},
	{"00000000000000003\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3;a\x01\r\nabc\r\n0\r\n\r\n", " !400"},
	{"3\r\nabcd\r\n0\r\n\r\n", " abc !400"},
	{"3\r\nabc\r\n0\r\nX : y\r\n\r\n", " abc ; !400"},
	{"3\r\nabc\r\n0\r\n: y\r\n\r\n", " abc ; !400"},
	{"3\r\nabc\r\n0\r\nX: y\r\n z\r\n\r\n", " abc ; ~X=y !400"},
};

static void
chunks(void **state)
{
	(void)state;
	char message[512], expected[512];
	for (size_t i = 0; i < LENGTH(chunk_rows); i++) {
		static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
		snprintf(message, sizeof(message), "%s%s", head, chunk_rows[i].message);
		snprintf(expected, sizeof(expected), "POST / 1.1 Host=a Transfer-Encoding=chunked |chunked%s",
			chunk_rows[i].expected);
		expect(&request, message, strlen(message), expected);
	}
	static const char old[] = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
	expect(&request, old, sizeof(old) - 1, "POST / 1.0 Transfer-Encoding=chunked !400");
}

/* ---- Limits ---- */

static void
limits(void **state)
{
	(void)state;
	const struct setting small = {.limits = {20, 60, 24}};
	static const struct row rows[] = {
		{"GET /23456 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /23456 1.1 Host=a |none ."},
		{"GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n", "!414"},
		{"GET /23456789012345678901234567890", "!414"},
		{"GET / HTTP/1.1\r\nHost: a\r\nA: 8901234567890123456789012345678\r\n\r\n", "GET / 1.1 Host=a !431"},
		{"GET / HTTP/1.1\r\nHost: a\r\nA: 8901234567890123456789012345678901234567890", "GET / 1.1 Host=a !431"},
	};
	expect_rows(&small, rows, LENGTH(rows));
	const struct setting tails = {.limits = {100, 200, 24}};
	static const struct row trailers[] = {
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nC: d\r\n\r\n",
			"POST / 1.1 Host=a Transfer-Encoding=chunked |chunked ~A=b ~C=d ."},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: "
		 "2345678901234567890123456789012345678\r\n\r\n",
			"POST / 1.1 Host=a Transfer-Encoding=chunked |chunked !431"},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "1;890123456789012345678901\r\nx\r\n1;890123456789012345678901\r\ny\r\n1;"
		 "890123456789012345678901\r\nz\r\n0\r\n\r\n",
			"POST / 1.1 Host=a Transfer-Encoding=chunked |chunked x ; y ; !431"},
	};
	expect_rows(&tails, trailers, LENGTH(trailers));
}

static void
lenient(void **state)
{
	(void)state;
	const struct setting lax = {.lenient = true};
	static const struct row rows[] = {
		{"GET / HTTP/1.1\r\n\r\n", "GET / 1.1 |none ."},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / 1.1 Host=a Host=b |none ."},
		{"GET / HTTP/1.1\r\nA : b\r\n\r\n", "GET / 1.1 A=b |none ."},
		{"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET / 1.1 A=b =c |none ."},
		{"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
			"POST / 1.1 Content-Length=1 Content-Length=1 |length x ."},
		{"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "POST / 1.1 Content-Length=1 !400"},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n",
			"POST / 1.1 Transfer-Encoding=chunked |chunked x ; ."},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
			"POST / 1.1 Transfer-Encoding=chunked Content-Length=1 !400"},
		{"GET / HTTP/1.1\r\n: b\r\n\r\n", "GET / 1.1 !400"},
	};
	expect_rows(&lax, rows, LENGTH(rows));
}

/* ---- Answers ---- */

static void
status_lines(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "1.1 200 OK Content-Length=2 |length ok ."},
		{"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "1.1 200  Content-Length=0 |none ."},
		{"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "1.1 200  Content-Length=0 |none ."},
		{"HTTP/1.1 404 Not  Found\r\nContent-Length: 0\r\n\r\n", "1.1 404 Not  Found Content-Length=0 |none ."},
		{"HTTP/1.0 200 OK\r\n\r\nabc", "1.0 200 OK |close,last abc $"},
		{"HTTP/1.1 200 OK\r\n\r\nabc", "1.1 200 OK |close,last abc $"},
		{"HTTP/1.1 200 OK\r\n\r\n", "1.1 200 OK |close,last $"},
		{"HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\n", "1.1 204 None Content-Length=3 |none ."},
		{"HTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\n", "1.1 304 Same Content-Length=3 |none ."},
		{"HTTP/1.1 304 Same\r\nTransfer-Encoding: chunked\r\n\r\n", "1.1 304 Same Transfer-Encoding=chunked |none ."},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
			"1.1 100 Continue |none . 1.1 200 OK Content-Length=1 |length x ."},
		{"HTTP/1.1 101 Switch\r\nConnection: upgrade\r\n\r\n", "1.1 101 Switch Connection=upgrade |none,upgrade ."},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
			"1.1 200 OK Transfer-Encoding=chunked |chunked x ; ."},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "1.1 200 OK Content-Length=5 |length ab ..."},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", "1.1 200 OK Content-Length=5 !400"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
			"1.1 200 OK Content-Length=5 Transfer-Encoding=chunked !400"},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "1.1 200 OK Transfer-Encoding=gzip !400"},
		{"HTTP/1.1 200 O\xe4\tK \r\nContent-Length: 0\r\n\r\n", "1.1 200 O\xe4\tK  Content-Length=0 |none ."},
		{"HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n", "1.1 599  Content-Length=0 |none ."},
		{"HTTP/1.9 200 OK\r\nContent-Length: 0\r\n\r\n", "1.9 200 OK Content-Length=0 |none ."},
		{"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
			"1.1 102 Wait |none . 1.1 103 Hints Link=x |none . 1.1 204 No |none ."},
		{"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", "1.1 205 Reset Content-Length=0 |none ."},
		{"HTTP/2.0 200 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 20 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 2000 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 099 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 2x0 OK\r\n\r\n", "!502"},
		{"HTTP/1.1  200 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 -20 OK\r\n\r\n", "!502"},
		{"HTTP/1.1 200 O\x01K\r\n\r\n", "!502"},
		{"ZORK 12\r\n\r\n", "!502"},
		{"ICY 200 OK\r\n\r\n", "!502"},
	};
	expect_rows(&response, rows, LENGTH(rows));
	static const char head[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
	const struct setting to_head = {.response = true, .answers_head = true};
	expect(&to_head, head, sizeof(head) - 1, "1.1 200 OK Content-Length=5 |none . 1.1 200 OK Content-Length=5 |none .");
	const struct setting to_connect = {.response = true, .answers_connect = true};
	expect(
		&to_connect, head, sizeof(head) - 1, "1.1 200 OK Content-Length=5 |none . 1.1 200 OK Content-Length=5 |none .");
}

static void
bad_answers(void **state)
{
	(void)state;
	static const char *const lines[] = {"HTTP/1.1 600x", "HTTP/1.1 20", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 200OK",
		"HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "http/1.1 200 OK", "HTTP/1.10 200 OK", "HTTP/1. 200 OK",
		"HTTP/11 200 OK", " HTTP/1.1 200 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 2 0 OK", "HTTP/1.1 0200 OK",
		"HTTP/1.1 200 O\rK", "HTTP/1.1 200 O\x7fK", "HTTP/0.9 200 OK", "HTTP/3.0 200 OK", "HTTP/1.1 \xb2\xb0\xb0 OK",
		"GET / HTTP/1.1", "SSH-2.0-OpenSSH_9", "220 mail ESMTP"};
	static const char *const fields[] = {"X : y", "X", ": y", "X: a\x01", "X: a\rb", "X(: y", "Content-Length: 3, 4",
		"Content-Length: +3", "Content-Length: 3\r\nContent-Length: 4",
		"Content-Length:", "Content-Length: 9223372036854775808", "Transfer-Encoding: chunked, chunked",
		"Transfer-Encoding: chunked, gzip", "Transfer-Encoding: xchunked",
		"Transfer-Encoding:", "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nContent-Length: 3",
		"X: a\r\n b"};
	char message[256];
	for (size_t i = 0; i < LENGTH(lines); i++) {
		snprintf(message, sizeof(message), "%s\r\nContent-Length: 0\r\n\r\n", lines[i]);
		expect(&response, message, strlen(message), "!502");
	}
	for (size_t i = 0; i < LENGTH(fields); i++) {
		struct log log;
		snprintf(message, sizeof(message), "HTTP/1.1 200 OK\r\n%s\r\n\r\nabc", fields[i]);
		run(&log, &response, message, strlen(message), 1000, 1000);
		if (!strchr(log.text, '!')) print_message("%s -> %s\n", message, log.text);
		assert_non_null(strchr(log.text, '!'));
		expect(&response, message, strlen(message), log.text);
	}
}

/* RFC 9112, 6.3: how long an answer is, and whether another may follow. */
static void
answer_framing(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
			"1.1 200 OK Connection=close Content-Length=2 |length,last ok ."},
		{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "1.0 200 OK Content-Length=2 |length,last ok ."},
		{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
			"1.0 200 OK Connection=keep-alive Content-Length=2 |length ok ."},
		{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nok", "1.0 200 OK Connection=keep-alive |close,last ok $"},
		{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nok", "1.1 200 OK Connection=keep-alive |close,last ok $"},
		{"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\nX: y\r\n\r\n",
			"1.1 404 No Transfer-Encoding=chunked |chunked no ; ~X=y ."},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n",
			"1.1 200 OK Transfer-Encoding=chunked |chunked no ; ..."},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nno\r\n0\r\n\r\n",
			"1.1 200 OK Transfer-Encoding=chunked |chunked !400"},
		{"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1.1 204 No Transfer-Encoding=chunked |none ."},
		{"HTTP/1.1 204 No\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "1.1 204 No |none . 1.1 204 No |none ."},
		{"HTTP/1.1 304 Same\r\n\r\nHTTP/1.1 304 Same\r\n\r\n", "1.1 304 Same |none . 1.1 304 Same |none ."},
		{"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
			"1.1 100 Continue Content-Length=5 |none . 1.1 204 No |none ."},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nko",
			"1.1 200 OK Content-Length=2 |length ok . 1.1 200 OK Content-Length=2 |length ko ."},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore", "1.1 200 OK Content-Length=2 |length ok . ..."},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2", "1.1 200 OK ..."},
		{"HTTP/1.1 200 OK", " ..."},
	};
	expect_rows(&response, rows, LENGTH(rows));
}

/* The last case: what the others have gone through, so that no table gets lost unseen. */
static void
enough_cases(void **state)
{
	(void)state;
	print_message("%u messages accepted, %u refused, %u cut off; each whole, byte by byte, and split everywhere\n",
		tally.accepted, tally.refused, tally.cut_off);
	assert_true(tally.accepted >= 150);
	assert_true(tally.refused >= 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_lines),
		cmocka_unit_test(versions),
		cmocka_unit_test(fields),
		cmocka_unit_test(bad_fields),
		cmocka_unit_test(hosts),
		cmocka_unit_test(connection_options),
		cmocka_unit_test(content_length),
		cmocka_unit_test(framing_grid),
		cmocka_unit_test(chunks),
		cmocka_unit_test(limits),
		cmocka_unit_test(lenient),
		cmocka_unit_test(status_lines),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(answer_framing),
		cmocka_unit_test(enough_cases),
	};
	return cmocka_run_group_tests_name("http parser", tests, NULL, NULL);
}
