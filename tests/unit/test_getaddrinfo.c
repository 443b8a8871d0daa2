/* SPDX-License-Identifier: BSD-3-Clause */
/* evutil_getaddrinfo with numeric hosts and services alone: no name server is asked. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <event2/util.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct evutil_addrinfo
hints_of(int family, int socktype, int flags)
{
	struct evutil_addrinfo hints;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = family;
	hints.ai_socktype = socktype;
	hints.ai_flags = flags;
	return hints;
}

/* "1.2.3.4:80", with brackets round IPv6. */
static void
print_address(const struct evutil_addrinfo *entry, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in *v4 = (const void *)entry->ai_addr;
	const struct sockaddr_in6 *v6 = (const void *)entry->ai_addr;
	if (entry->ai_family == AF_INET) {
		assert_int_equal(entry->ai_addrlen, sizeof(*v4));
		assert_non_null(inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)));
		(void)snprintf(out, size, "%s:%d", text, ntohs(v4->sin_port));
	} else {
		assert_int_equal(entry->ai_family, AF_INET6);
		assert_int_equal(entry->ai_addrlen, sizeof(*v6));
		assert_non_null(inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)));
		(void)snprintf(out, size, "[%s]:%d", text, ntohs(v6->sin6_port));
	}
}

static void
numeric_answers(void **state)
{
	(void)state;
	static const struct {
		const char *node, *service;
		int family, flags;
		const char *answer;
	} table[] = {
		{"1.2.3.4", NULL, AF_UNSPEC, 0, "1.2.3.4:0"},
		{"1.2.3.4", "80", AF_UNSPEC, 0, "1.2.3.4:80"},
		{"1.2.3.4", "80", AF_INET, EVUTIL_AI_NUMERICHOST, "1.2.3.4:80"},
		{"1.2.3.4", "65535", AF_INET, EVUTIL_AI_NUMERICSERV, "1.2.3.4:65535"},
		{"::1", "80", AF_UNSPEC, EVUTIL_AI_NUMERICHOST, "[::1]:80"},
		{"1:2::3", "8080", AF_INET6, 0, "[1:2::3]:8080"},
		{"1.2.3.4", "80", AF_INET6, EVUTIL_AI_NUMERICHOST | EVUTIL_AI_V4MAPPED, "[::ffff:1.2.3.4]:80"},
		{NULL, "80", AF_INET, 0, "127.0.0.1:80"},
		{NULL, "80", AF_INET, EVUTIL_AI_PASSIVE, "0.0.0.0:80"},
		{NULL, "80", AF_INET6, 0, "[::1]:80"},
		{NULL, "80", AF_INET6, EVUTIL_AI_PASSIVE, "[::]:80"},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct evutil_addrinfo hints = hints_of(table[i].family, SOCK_STREAM, table[i].flags), *answer = NULL;
		char text[80];
		int error = evutil_getaddrinfo(table[i].node, table[i].service, &hints, &answer);
		if (error) fail_msg("%s: %s", table[i].answer, evutil_gai_strerror(error));
		print_address(answer, text, sizeof(text));
		assert_string_equal(text, table[i].answer);
		assert_int_equal(answer->ai_socktype, SOCK_STREAM);
		assert_int_equal(answer->ai_protocol, IPPROTO_TCP);
		assert_null(answer->ai_next);
		evutil_freeaddrinfo(answer);
	}
}

static void
refusals(void **state)
{
	(void)state;
	static const struct {
		const char *node, *service;
		int family, socktype, flags, error;
	} table[] = {
		{NULL, NULL, AF_UNSPEC, SOCK_STREAM, 0, EVUTIL_EAI_NONAME},
		{"no.such.name.invalid", "80", AF_UNSPEC, SOCK_STREAM, EVUTIL_AI_NUMERICHOST, EVUTIL_EAI_NONAME},
		{"1.2.3.4", "http", AF_UNSPEC, SOCK_STREAM, EVUTIL_AI_NUMERICSERV, EVUTIL_EAI_NONAME},
		{"1.2.3.4", "80", 9999, SOCK_STREAM, 0, EVUTIL_EAI_FAMILY},
		{"1.2.3.4", "80", AF_UNSPEC, 9999, 0, EVUTIL_EAI_SOCKTYPE},
		{"1.2.3.4", "no-such-service", AF_UNSPEC, SOCK_STREAM, 0, EVUTIL_EAI_SERVICE},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct evutil_addrinfo hints = hints_of(table[i].family, table[i].socktype, table[i].flags), *answer = NULL;
		int error = evutil_getaddrinfo(table[i].node, table[i].service, &hints, &answer);
		assert_int_equal(error, table[i].error);
		assert_null(answer);
	}
}

static void
free_nothing(void **state)
{
	(void)state;
	evutil_freeaddrinfo(NULL);
}

/* Without a socket type there is an entry for each; without hints too. */
static void
socket_types(void **state)
{
	(void)state;
	struct evutil_addrinfo hints = hints_of(AF_INET, 0, EVUTIL_AI_NUMERICHOST);
	for (int with_hints = 0; with_hints < 2; with_hints++) {
		struct evutil_addrinfo *answer = NULL;
		int tcp = 0, udp = 0;
		assert_int_equal(evutil_getaddrinfo("1.2.3.4", "80", with_hints ? &hints : NULL, &answer), 0);
		for (const struct evutil_addrinfo *entry = answer; entry; entry = entry->ai_next) {
			if (entry->ai_socktype == SOCK_STREAM) tcp += entry->ai_protocol == IPPROTO_TCP;
			if (entry->ai_socktype == SOCK_DGRAM) udp += entry->ai_protocol == IPPROTO_UDP;
		}
		assert_int_equal(tcp, 1);
		assert_int_equal(udp, 1);
		evutil_freeaddrinfo(answer);
	}
}

static void
canonical_name(void **state)
{
	(void)state;
	struct evutil_addrinfo hints = hints_of(AF_INET, SOCK_STREAM, EVUTIL_AI_NUMERICHOST | EVUTIL_AI_CANONNAME);
	struct evutil_addrinfo *answer = NULL;
	assert_int_equal(evutil_getaddrinfo("1.2.3.4", "80", &hints, &answer), 0);
	assert_string_equal(answer->ai_canonname, "1.2.3.4");
	evutil_freeaddrinfo(answer);
}

/* Both kinds of functions may be mixed, as programs do. */
static void
system_results(void **state)
{
	(void)state;
	struct addrinfo hints = hints_of(AF_INET, SOCK_STREAM, AI_NUMERICHOST), *answer = NULL;
	assert_int_equal(getaddrinfo("1.2.3.4", "80", &hints, &answer), 0);
	evutil_freeaddrinfo(answer);
	assert_int_equal(evutil_getaddrinfo("1.2.3.4", "80", &hints, &answer), 0);
	freeaddrinfo(answer);
}

static void
error_texts(void **state)
{
	(void)state;
	static const int errors[] = {EVUTIL_EAI_ADDRFAMILY, EVUTIL_EAI_AGAIN, EVUTIL_EAI_BADFLAGS, EVUTIL_EAI_FAIL,
		EVUTIL_EAI_FAMILY, EVUTIL_EAI_MEMORY, EVUTIL_EAI_NODATA, EVUTIL_EAI_NONAME, EVUTIL_EAI_SERVICE,
		EVUTIL_EAI_SOCKTYPE, EVUTIL_EAI_SYSTEM, EVUTIL_EAI_CANCEL, 0};
	for (size_t i = 0; i < LENGTH(errors); i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(evutil_gai_strerror(errors[i]), evutil_gai_strerror(errors[j]));
	}
	assert_string_equal(evutil_gai_strerror(EVUTIL_EAI_CANCEL), "Request canceled");
	assert_non_null(evutil_gai_strerror(12345));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numeric_answers),
		cmocka_unit_test(refusals),
		cmocka_unit_test(free_nothing),
		cmocka_unit_test(socket_types),
		cmocka_unit_test(canonical_name),
		cmocka_unit_test(system_results),
		cmocka_unit_test(error_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
