/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers to one question, most of them hostile: a table of messages (dns_message.h) and what each must be taken for.
 * Every message lies before a page that cannot be read, and is also cut at each of its bytes. */
#include <cmocka.h>

#include "answer.h"
#include "dns_message.h"

#include <event2/dns.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* Names that are as long as names may be, and longer. */
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define N255 L63 "." L63 "." L63 "." L61
#define N256 L63 "." L63 "." L63 "." L61 "a"

struct answer_case {
	const char *what;
	uint16_t type;
	const char *message;
	const char *expected; /* see describe() */
};

static const struct answer_case ordinary[] = {
	/* ---- Good ones ---- */
	{"one address", DNS_TYPE_A, "h:8180,1,1,0,0 q a:192.0.2.1", "ok 192.0.2.1 ttl 60"},
	{"three addresses", DNS_TYPE_A, "h:8180,1,3,0,0 q a:192.0.2.1 a:192.0.2.2 a:192.0.2.3",
		"ok 192.0.2.1 192.0.2.2 192.0.2.3 ttl 60"},
	{"owner not compressed", DNS_TYPE_A, "h:8180,1,1,0,0 q n:www.example.org w:1 w:1 d:7 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 7"},
	{"owner in other letters", DNS_TYPE_A, "h:8180,1,1,0,0 q n:WWW.Example.ORG w:1 w:1 d:7 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 7"},
	{"two addresses in one record, as libevent's server writes them", DNS_TYPE_A,
		"h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 [ x:c0000201c0000202 ]", "ok 192.0.2.1 192.0.2.2 ttl 60"},
	{"AAAA", DNS_TYPE_AAAA,
		"h:8180,1,1,0,0 n:www.example.org w:28 w:1 p:12 w:28 w:1 d:5 [ x:20010db8000000000000000000000001 ]",
		"ok 2001:db8::1 ttl 5"},
	{"PTR", DNS_TYPE_PTR, "h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ n:host.example ]",
		"ok host.example ttl 5"},
	{"PTR, compressed", DNS_TYPE_PTR, "h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ l:host p:16 ]",
		"ok host.example.org ttl 5"},
	{"alias and address", DNS_TYPE_A, "h:8180,1,2,0,0 q c:a.example n:a.example w:1 w:1 d:40 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 40 alias a.example"},
	{"alias behind its address", DNS_TYPE_A, "h:8180,1,2,0,0 q n:a.example w:1 w:1 d:60 [ x:c0000201 ] c:a.example",
		"ok 192.0.2.1 ttl 50 alias a.example"},
	{"two aliases", DNS_TYPE_A,
		"h:8180,1,3,0,0 q c:a.example n:a.example w:5 w:1 d:30 [ n:b.example ] n:b.example w:1 w:1 d:99 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 30 alias b.example"},
	{"with OPT", DNS_TYPE_A, "h:8180,1,1,0,1 q a:192.0.2.1 n:. w:41 w:1232 d:0 w:0", "ok 192.0.2.1 ttl 60"},
	{"authority and additional records too", DNS_TYPE_A,
		"h:8180,1,1,1,1 q a:192.0.2.1 n:example.org w:2 w:1 d:1 [ n:ns.example ] n:ns.example w:1 w:1 d:1 [ x:c0000209 "
		"]",
		"ok 192.0.2.1 ttl 60"},
	{"bytes behind the end", DNS_TYPE_A, "h:8180,1,1,0,0 q a:192.0.2.1 x:ffffff", "ok 192.0.2.1 ttl 60"},
	/* ---- Nothing found ---- */
	{"NXDOMAIN", DNS_TYPE_A, "h:8183,1,0,0,0 q", "not-exist ttl 0"},
	{"NXDOMAIN with SOA", DNS_TYPE_A,
		"h:8183,1,0,1,0 q n:example.org w:6 w:1 d:300 [ n:ns n:me d:1 d:2 d:3 d:4 d:120 ]", "not-exist ttl 120"},
	{"NXDOMAIN, SOA that lives shorter", DNS_TYPE_A,
		"h:8183,1,0,1,0 q n:example.org w:6 w:1 d:30 [ n:ns n:me d:1 d:2 d:3 d:4 d:120 ]", "not-exist ttl 30"},
	{"no data", DNS_TYPE_A, "h:8180,1,0,0,0 q", "no-data ttl 0"},
	{"alias without address", DNS_TYPE_A, "h:8180,1,1,0,0 q c:a.example", "no-data ttl 0 alias a.example"},
	{"alias to what does not exist", DNS_TYPE_A, "h:8183,1,1,0,0 q c:a.example", "not-exist ttl 0 alias a.example"},
	{"SERVFAIL", DNS_TYPE_A, "h:8182,1,0,0,0 q", "server-failed ttl 0"},
	{"REFUSED", DNS_TYPE_A, "h:8185,1,0,0,0 q", "refused ttl 0"},
	{"YXDOMAIN", DNS_TYPE_A, "h:8186,1,0,0,0 q", "unknown ttl 0"},
	{"BADVERS", DNS_TYPE_A, "h:8180,1,0,0,1 q n:. w:41 w:1232 d:0x01000000 w:0", "unknown ttl 0"},
	/* ---- Times to live ---- */
	{"the longest time", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:0x7fffffff [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 2147483647"},
	{"the least of several times", DNS_TYPE_A, "h:8180,1,2,0,0 q a:192.0.2.1 p:12 w:1 w:1 d:3 [ x:c0000202 ]",
		"ok 192.0.2.1 192.0.2.2 ttl 3"},
};

static const struct answer_case hostile[] = {
	/* ---- Errors with more than an error in them ---- */
	{"SERVFAIL and an address all the same", DNS_TYPE_A, "h:8182,1,1,0,0 q a:192.0.2.1", "server-failed ttl 0"},
	{"NXDOMAIN and an address all the same", DNS_TYPE_A, "h:8183,1,1,0,0 q a:192.0.2.1", "not-exist ttl 0"},
	{"SOA cut short", DNS_TYPE_A, "h:8180,1,0,1,0 q n:example.org w:6 w:1 d:300 [ n:ns n:me d:1 d:2 ]", "truncated"},
	{"SOA without names", DNS_TYPE_A, "h:8180,1,0,1,0 q n:example.org w:6 w:1 d:300 [ ]", "truncated"},
	{"SOA whose name reaches beyond it", DNS_TYPE_A, "h:8180,1,0,1,0 q n:. w:6 w:1 d:3 w:3 x:3f6161 z:80", "truncated"},
	/* ---- Not an answer to this question ---- */
	{"nothing", DNS_TYPE_A, "", "short"},
	{"eleven bytes", DNS_TYPE_A, "z:11", "short"},
	{"a question", DNS_TYPE_A, "h:0100,1,0,0,0 q", "no"},
	{"another opcode", DNS_TYPE_A, "h:9180,1,1,0,0 q a:192.0.2.1", "no"},
	{"no question", DNS_TYPE_A, "h:8180,0,1,0,0 n:www.example.org w:1 w:1 d:60 [ x:c0000201 ]", "no"},
	{"two questions", DNS_TYPE_A, "h:8180,2,1,0,0 q q a:192.0.2.1", "no"},
	{"65535 questions", DNS_TYPE_A, "h:8180,65535,1,0,0 q a:192.0.2.1", "no"},
	{"another name", DNS_TYPE_A, "h:8180,1,1,0,0 n:www.example.net w:1 w:1 a:192.0.2.1", "no"},
	{"a name above", DNS_TYPE_A, "h:8180,1,1,0,0 n:example.org w:1 w:1 a:192.0.2.1", "no"},
	{"a name below", DNS_TYPE_A, "h:8180,1,1,0,0 n:x.www.example.org w:1 w:1 a:192.0.2.1", "no"},
	{"dots inside a label", DNS_TYPE_A, "h:8180,1,1,0,0 x:0f7777772e6578616d706c652e6f726700 w:1 w:1 a:192.0.2.1",
		"no"},
	{"another type", DNS_TYPE_A, "h:8180,1,1,0,0 n:www.example.org w:28 w:1 a:192.0.2.1", "no"},
	{"another class", DNS_TYPE_A, "h:8180,1,1,0,0 n:www.example.org w:1 w:3 a:192.0.2.1", "no"},
	{"other letters", DNS_TYPE_A, "h:8180,1,1,0,0 n:WWW.example.org w:1 w:1 a:192.0.2.1", "wrong-case"},
	{"one other letter at the end", DNS_TYPE_A, "h:8180,1,1,0,0 n:www.example.orG w:1 w:1 a:192.0.2.1", "wrong-case"},
	{"the bit of case in what is no letter", DNS_TYPE_A, "h:8180,1,1,0,0 x:0357777707657861 w:1 w:1", "no"},
	{"header alone: FORMERR", DNS_TYPE_A, "h:8181,0,0,0,0", "bare"},
	{"header alone: NOTIMP", DNS_TYPE_A, "h:8184,0,0,0,0", "bare"},
	{"header alone: NXDOMAIN", DNS_TYPE_A, "h:8183,0,0,0,0", "no"},
	{"header alone: no error", DNS_TYPE_A, "h:8180,0,0,0,0", "no"},
	{"FORMERR, no question, but bytes", DNS_TYPE_A, "h:8181,0,0,0,0 x:00", "no"},
	{"question cut in its name", DNS_TYPE_A, "h:8180,1,0,0,0 l:www l:exam", "no"},
	{"question cut in its type", DNS_TYPE_A, "h:8180,1,0,0,0 n:www.example.org x:00", "no"},
	{"question that points to itself", DNS_TYPE_A, "h:8180,1,1,0,0 p:12 w:1 w:1 a:192.0.2.1", "no"},
	{"question that points ahead", DNS_TYPE_A, "h:8180,1,1,0,0 p:18 w:1 w:1 n:www.example.org a:192.0.2.1", "no"},
	{"question that points into the header", DNS_TYPE_A, "h:8180,1,1,0,0 p:4 w:1 w:1 a:192.0.2.1", "no"},
	/* ---- Records of others ---- */
	{"an address of another name", DNS_TYPE_A, "h:8180,1,1,0,0 q n:bank.example w:1 w:1 d:60 [ x:c0000201 ]",
		"no-data ttl 0"},
	{"an address of the name above", DNS_TYPE_A, "h:8180,1,1,0,0 q p:16 w:1 w:1 d:60 [ x:c0000201 ]", "no-data ttl 0"},
	{"ours among others", DNS_TYPE_A,
		"h:8180,1,3,0,0 q n:x w:1 w:1 d:9 [ x:c0000209 ] a:192.0.2.1 n:y w:1 w:1 d:9 [ x:c0000208 ]",
		"ok 192.0.2.1 ttl 60"},
	{"an address in the authority section", DNS_TYPE_A, "h:8180,1,0,1,0 q a:192.0.2.1", "no-data ttl 0"},
	{"an address in the additional section", DNS_TYPE_A, "h:8180,1,0,0,1 q a:192.0.2.1", "no-data ttl 0"},
	{"an address of another class", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:3 d:60 [ x:c0000201 ]", "no-data ttl 0"},
	{"another type", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:16 w:1 d:60 [ x:03616263 ]", "no-data ttl 0"},
	{"alias of another name", DNS_TYPE_A,
		"h:8180,1,2,0,0 q n:x w:5 w:1 d:9 [ n:a.example ] n:a.example w:1 w:1 d:9 [ x:c0000201 ]", "no-data ttl 0"},
	{"alias in the authority section", DNS_TYPE_A,
		"h:8180,1,1,1,0 q n:a.example w:1 w:1 d:9 [ x:c0000201 ] c:a.example", "no-data ttl 0"},
	{"two aliases of one name: the first counts", DNS_TYPE_A,
		"h:8180,1,3,0,0 q c:a.example c:b.example n:b.example w:1 w:1 d:9 [ x:c0000201 ]",
		"no-data ttl 0 alias a.example"},
	{"address and alias: the address counts", DNS_TYPE_A, "h:8180,1,2,0,0 q c:a.example a:192.0.2.1",
		"ok 192.0.2.1 ttl 60"},
	/* ---- Loops ---- */
	{"alias to itself", DNS_TYPE_A, "h:8180,1,1,0,0 q c:www.example.org", "no-data ttl 0 alias www.example.org"},
	{"aliases in a ring", DNS_TYPE_A, "h:8180,1,2,0,0 q c:a n:a w:5 w:1 d:9 [ n:www.example.org ]",
		"no-data ttl 0 alias www.example.org"},
	{"owner that points to itself", DNS_TYPE_A, "h:8180,1,1,0,0 q p:33 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"owner that points ahead", DNS_TYPE_A, "h:8180,1,1,0,0 q p:40 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"owner with a label that points to its own beginning", DNS_TYPE_A,
		"h:8180,1,1,0,0 q l:a p:33 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"two pointers at each other", DNS_TYPE_A, "h:8180,1,1,0,0 q p:35 p:33 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"pointer to a pointer", DNS_TYPE_A, "h:8180,1,2,0,0 q a:192.0.2.1 p:33 w:1 w:1 d:60 [ x:c0000202 ]",
		"ok 192.0.2.1 192.0.2.2 ttl 60"},
	{"pointer beyond the end", DNS_TYPE_A, "h:8180,1,1,0,0 q p:16383 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"alias that points into its own record", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:5 w:1 d:60 [ p:45 ]", "truncated"},
	{"alias that points ahead", DNS_TYPE_A,
		"h:8180,1,2,0,0 q p:12 w:5 w:1 d:60 [ p:47 ] n:a w:1 w:1 d:9 [ x:c0000201 ]", "truncated"},
	/* ---- Names and labels ---- */
	{"label of 64 bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q x:40 z:64 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"label type 10", DNS_TYPE_A, "h:8180,1,1,0,0 q x:8001 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"label that reaches beyond the end", DNS_TYPE_A, "h:8180,1,1,0,0 q x:3f6161", "truncated"},
	{"owner of 255 bytes", DNS_TYPE_A, "h:8180,1,2,0,0 q n:" N255 " w:1 w:1 d:60 [ x:c0000201 ] a:192.0.2.2",
		"ok 192.0.2.2 ttl 60"},
	{"owner of 256 bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q n:" N256 " w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"owner of 256 bytes by a pointer", DNS_TYPE_A,
		"h:8180,1,1,0,0 q l:" L63 " l:" L63 " l:" L63 " l:" L61 " p:12 w:1 w:1 d:60 [ x:c0000201 ]", "truncated"},
	{"name of nothing but pointers, each a step back", DNS_TYPE_A,
		"h:8180,1,2,0,0 q p:12 w:16 w:1 d:1 [ p:12 p:45 p:47 p:49 ] p:51 w:1 w:1 d:60 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 60"},
	{"PTR whose label holds a dot and a zero", DNS_TYPE_PTR,
		"h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ x:05612e620063036f726700 ]",
		"ok a\\.b\\000c.org ttl 5"},
	{"PTR to the root", DNS_TYPE_PTR, "h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ n:. ]",
		"ok  ttl 5"},
	{"PTR that is empty", DNS_TYPE_PTR, "h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ ]", "truncated"},
	{"PTR with bytes behind its name", DNS_TYPE_PTR,
		"h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 [ n:host x:00 ]", "truncated"},
	{"PTR whose name goes on behind the record", DNS_TYPE_PTR,
		"h:8180,1,1,0,0 n:www.example.org w:12 w:1 p:12 w:12 w:1 d:5 w:3 n:host.example", "truncated"},
	/* ---- Lengths and counts that lie ---- */
	{"more answers promised than there are", DNS_TYPE_A, "h:8180,1,2,0,0 q a:192.0.2.1", "truncated"},
	{"65535 answers promised", DNS_TYPE_A, "h:8180,1,65535,0,0 q a:192.0.2.1", "truncated"},
	{"65535 of everything promised", DNS_TYPE_A, "h:8180,1,65535,65535,65535 q", "truncated"},
	{"an additional record promised", DNS_TYPE_A, "h:8180,1,1,0,1 q a:192.0.2.1", "truncated"},
	{"fewer answers promised than there are", DNS_TYPE_A, "h:8180,1,1,0,0 q a:192.0.2.1 a:192.0.2.2",
		"ok 192.0.2.1 ttl 60"},
	{"record cut in its fixed part", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60", "truncated"},
	{"data longer than the message", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 w:5 x:c0000201", "truncated"},
	{"data of 65535 bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 w:65535 x:c0000201", "truncated"},
	{"A of no bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 [ ]", "truncated"},
	{"A of three bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 [ x:c00002 ]", "truncated"},
	{"A of five bytes", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:60 [ x:c000020100 ]", "truncated"},
	{"AAAA of four bytes", DNS_TYPE_AAAA, "h:8180,1,1,0,0 n:www.example.org w:28 w:1 p:12 w:28 w:1 d:60 [ x:c0000201 ]",
		"truncated"},
	{"records that overlap by a pointer into data", DNS_TYPE_A,
		"h:8180,1,2,0,0 q p:12 w:16 w:1 d:1 [ n:www.example.org ] p:45 w:1 w:1 d:60 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 60"},
	{"a bad record behind the good one", DNS_TYPE_A, "h:8180,1,2,0,0 q a:192.0.2.1 p:12 w:1 w:1 d:60 [ x:c0 ]",
		"truncated"},
	{"OPT cut short", DNS_TYPE_A, "h:8180,1,1,0,1 q a:192.0.2.1 n:. w:41 w:1232", "truncated"},
	{"OPT with options longer than it", DNS_TYPE_A, "h:8180,1,1,0,1 q a:192.0.2.1 n:. w:41 w:1232 d:0 w:9 x:00",
		"truncated"},
	{"truncated by its own word, and whole", DNS_TYPE_A, "h:8380,1,1,0,0 q a:192.0.2.1", "ok 192.0.2.1 ttl 60 tc"},
	{"truncated by its own word, in the middle", DNS_TYPE_A, "h:8380,1,2,0,0 q a:192.0.2.1 p:12 w:1",
		"ok 192.0.2.1 ttl 60 tc"},
	{"truncated by its own word, empty", DNS_TYPE_A, "h:8380,1,0,0,0 q", "truncated tc"},
	/* ---- Times to live ---- */
	{"time with its top bit set", DNS_TYPE_A, "h:8180,1,1,0,0 q p:12 w:1 w:1 d:0x80000000 [ x:c0000201 ]",
		"ok 192.0.2.1 ttl 0"},
	{"negative time with its top bit set", DNS_TYPE_A,
		"h:8183,1,0,1,0 q n:example.org w:6 w:1 d:300 [ n:ns n:me d:1 d:2 d:3 d:4 d:0xffffffff ]", "not-exist ttl 0"},
};

#define CASES (LENGTH(ordinary) + LENGTH(hostile))

static const struct answer_case *
case_at(size_t i)
{
	return i < LENGTH(ordinary) ? &ordinary[i] : &hostile[i - LENGTH(ordinary)];
}

static const char *
word_of(int result)
{
	switch (result) {
	case DNS_ERR_NONE:
		return "ok";
	case DNS_ERR_SERVERFAILED:
		return "server-failed";
	case DNS_ERR_NOTEXIST:
		return "not-exist";
	case DNS_ERR_REFUSED:
		return "refused";
	case DNS_ERR_NODATA:
		return "no-data";
	case DNS_ERR_TRUNCATED:
		return "truncated";
	case DNS_ERR_UNKNOWN:
		return "unknown";
	default:
		return "?";
	}
}

static void
describe_answer(const struct dns_answer *answer, char *text, size_t size)
{
	int family = answer->type == DNS_TYPE_A ? AF_INET : AF_INET6;
	char alias[DNS_NAME_TEXT];
	size_t end = (size_t)snprintf(text, size, "%s", word_of(answer->result));
	if (answer->result == DNS_ERR_NONE && answer->type == DNS_TYPE_PTR)
		end += (size_t)snprintf(text + end, size - end, " %s", answer->name);
	for (int i = 0; answer->type != DNS_TYPE_PTR && i < answer->count; i++) {
		char address[64];
		inet_ntop(family, answer->addresses + i * (family == AF_INET ? 4 : 16), address, sizeof(address));
		end += (size_t)snprintf(text + end, size - end, " %s", address);
	}
	if (answer->result != DNS_ERR_TRUNCATED) end += (size_t)snprintf(text + end, size - end, " ttl %u", answer->ttl);
	if (answer->alias && answer->result != DNS_ERR_TRUNCATED) {
		dns_name_to_text(answer->cname, alias);
		end += (size_t)snprintf(text + end, size - end, " alias %s", alias);
	}
	if (answer->truncated) snprintf(text + end, size - end, " tc");
}

/* What a message is taken for, in words. */
static void
describe(const unsigned char *bytes, size_t length, uint16_t type, char *text, size_t size)
{
	static const uint8_t question[] = "\3www\7example\3org";
	struct dns_message message;
	struct dns_answer answer;
	const char *word = "short";
	if (dns_message_open(&message, bytes, length)) {
		switch (dns_answer_match(&message, question, sizeof(question), type, true)) {
		case DNS_MATCH:
			dns_answer_init(&answer, type, DNS_ERR_NONE);
			dns_answer_read(&message, question, type, &answer);
			describe_answer(&answer, text, size);
			return;
		case DNS_MATCH_NO:
			word = "no";
			break;
		case DNS_MATCH_WRONG_CASE:
			word = "wrong-case";
			break;
		case DNS_MATCH_BARE:
			word = "bare";
			break;
		}
	}
	snprintf(text, size, "%s", word);
}

static void
test_table(void **state)
{
	(void)state;
	static struct bytes bytes;
	int wrong = 0;
	print_message("%zu answers, %zu of them hostile\n", CASES, LENGTH(hostile));
	assert_true(LENGTH(hostile) >= 80);
	for (size_t i = 0; i < CASES; i++) {
		char text[8192];
		write_message(&bytes, case_at(i)->message);
		describe(guarded(bytes.at, bytes.length), bytes.length, case_at(i)->type, text, sizeof(text));
		if (strcmp(text, case_at(i)->expected) == 0) continue;
		print_error("%s: \"%s\", expected \"%s\"\n", case_at(i)->what, text, case_at(i)->expected);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* The name's last byte may be the message's last one, and every other byte too. No piece of a message has an address
 * that the whole does not give, unless the server itself marked it as a piece. */
static void
hole_CVE_2016_10195_every_cut(void **state)
{
	(void)state;
	static struct bytes bytes;
	for (size_t i = 0; i < CASES; i++) {
		write_message(&bytes, case_at(i)->message);
		for (size_t length = 0; length < bytes.length; length++) {
			char text[8192];
			describe(guarded(bytes.at, length), length, case_at(i)->type, text, sizeof(text));
			bool whole = strncmp(text, "ok", 2) == 0 && !strstr(text, "tc");
			if (whole) assert_string_equal(text, case_at(i)->expected);
		}
	}
}

/* Each byte of a good answer changed to each value: nothing but the end is promised. */
static void
test_every_byte_changed(void **state)
{
	(void)state;
	static struct bytes bytes;
	write_message(&bytes,
		"h:8180,1,3,1,1 q c:a.example n:a.example w:5 w:1 d:30 [ n:b.example ] n:b.example w:1 w:1 d:99 "
		"[ x:c0000201 ] n:. w:6 w:1 d:3 [ n:ns n:me d:1 d:2 d:3 d:4 d:5 ] n:. w:41 w:1232 d:0 w:0");
	for (size_t at = 0; at < bytes.length; at++) {
		for (int value = 0; value < 256; value++) {
			char text[8192];
			unsigned char *copy = guarded(bytes.at, bytes.length);
			copy[at] = (unsigned char)value;
			describe(copy, bytes.length, DNS_TYPE_A, text, sizeof(text));
		}
	}
}

/* As many records as fit into 64 KiB, each an alias of the one before in the wrong order: 16 passes and no more. */
static void
test_work_is_bounded(void **state)
{
	(void)state;
	static struct bytes bytes;
	char word[64], text[8192];
	unsigned count = 0;
	write_message(&bytes, "h:8180,1,0,0,0 q c:n0");
	for (count = 1; bytes.length < 65000; count++) {
		snprintf(word, sizeof(word), "n:n%u", count - 1);
		put_word(&bytes, word);
		put16(&bytes, DNS_TYPE_CNAME);
		put16(&bytes, 1);
		put16(&bytes, 0);
		put16(&bytes, 9);
		put_word(&bytes, "[");
		snprintf(word, sizeof(word), "n:n%u", count);
		put_word(&bytes, word);
		put_word(&bytes, "]");
	}
	bytes.at[6] = (unsigned char)(count >> 8);
	bytes.at[7] = (unsigned char)count;
	describe(guarded(bytes.at, bytes.length), bytes.length, DNS_TYPE_A, text, sizeof(text));
	assert_string_equal(text, "no-data ttl 0 alias n15");
}

/* More addresses than there is room for are counted, and come with more room. */
static void
test_more_room(void **state)
{
	(void)state;
	static const uint8_t question[] = "\3www\7example\3org";
	static struct bytes bytes;
	static uint8_t room[4 * 200];
	struct dns_message message;
	struct dns_answer answer;
	write_message(&bytes, "h:8180,1,200,0,0 q");
	for (int i = 0; i < 200; i++)
		put_word(&bytes, "a:192.0.2.7");
	unsigned char *copy = guarded(bytes.at, bytes.length);
	assert_true(dns_message_open(&message, copy, bytes.length));
	assert_int_equal(dns_answer_match(&message, question, sizeof(question), DNS_TYPE_A, true), DNS_MATCH);
	dns_answer_init(&answer, DNS_TYPE_A, 0);
	dns_answer_read(&message, question, DNS_TYPE_A, &answer);
	assert_int_equal(answer.count, 200);
	answer.addresses = room;
	answer.capacity = 200;
	dns_answer_read(&message, question, DNS_TYPE_A, &answer);
	assert_int_equal(answer.count, 200);
	assert_memory_equal(room + 4 * 199, "\300\0\2\7", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(hole_CVE_2016_10195_every_cut),
		cmocka_unit_test(test_every_byte_changed),
		cmocka_unit_test(test_work_is_bounded),
		cmocka_unit_test(test_more_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
