/* SPDX-License-Identifier: BSD-3-Clause */
/* event2/util.h: text, addresses, sockets, random bytes, monotonic time; and event_set_mem_functions. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* A buffer of every size around the text's length: result, what is written, and that nothing behind it is touched. */
static void
hole_evutil_vsnprintf(void **state)
{
	(void)state;
	for (size_t size = 0; size <= 8; size++) {
		char buffer[16], expected[16];
		memset(buffer, 'X', sizeof(buffer));
		memset(expected, 'X', sizeof(expected));
		if (size > 0) {
			size_t shown = size - 1 < 5 ? size - 1 : 5;
			memcpy(expected, "hello", shown);
			expected[shown] = '\0';
		}
		assert_int_equal(evutil_snprintf(buffer, size, "%s", "hello"), size ? 5 : 0);
		assert_memory_equal(buffer, expected, size < 6 ? size : 6);
		assert_memory_equal(buffer + size, expected + size, sizeof(buffer) - size);
	}
	assert_int_equal(evutil_snprintf(NULL, 0, "abc"), 0);
}

static void
numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int base;
		int64_t value;
		int used;
		int error;
	} table[] = {
		{"123", 10, 123, 3, 0},
		{"-5", 10, -5, 2, 0},
		{"  7x", 10, 7, 3, 0},
		{"", 10, 0, 0, 0},
		{"zz", 16, 0, 0, 0},
		{"010", 0, 8, 3, 0},
		{"010", 10, 10, 3, 0},
		{"0x1f", 0, 31, 4, 0},
		{"0x1f", 16, 31, 4, 0},
		{"0x1f", 10, 0, 1, 0},
		{"4294967296", 10, 4294967296, 10, 0},
		{"9223372036854775807", 10, INT64_MAX, 19, 0},
		{"9223372036854775808", 10, INT64_MAX, 19, ERANGE},
		{"-9223372036854775808", 10, INT64_MIN, 20, 0},
		{"-9223372036854775809", 10, INT64_MIN, 20, ERANGE},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		char *end;
		errno = 0;
		assert_true(evutil_strtoll(table[i].text, &end, table[i].base) == table[i].value);
		assert_int_equal(end - table[i].text, table[i].used);
		assert_int_equal(errno, table[i].error);
	}
	assert_int_equal(evutil_strtoll("42", NULL, 10), 42);
}

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

static void
compare_ascii(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t n;
		int result;
	} table[] = {
		{"", "", SIZE_MAX, 0},
		{"abc", "ABC", SIZE_MAX, 0},
		{"abc", "ABD", SIZE_MAX, -1},
		{"abc", "ABD", 2, 0},
		{"abc", "ABD", 3, -1},
		{"abcd", "abc", SIZE_MAX, 1},
		{"abcd", "abc", 3, 0},
		{"abc", "xyz", 0, 0},
		{"abc", "abc", 100, 0},
		{"[", "{", SIZE_MAX, -1}, /* only letters have two cases */
		{"@", "`", SIZE_MAX, -1},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		assert_int_equal(sign(evutil_ascii_strncasecmp(table[i].a, table[i].b, table[i].n)), table[i].result);
		assert_int_equal(sign(evutil_ascii_strncasecmp(table[i].b, table[i].a, table[i].n)), -table[i].result);
		if (table[i].n != SIZE_MAX) continue;
		assert_int_equal(sign(evutil_ascii_strcasecmp(table[i].a, table[i].b)), table[i].result);
	}
	/* Letters of Latin-1 are not letters of ASCII. */
	assert_int_not_equal(evutil_ascii_strcasecmp("\xe4", "\xc4"), 0);
}

static void
dates(void **state)
{
	(void)state;
	const struct tm tm = {
		.tm_sec = 1, .tm_min = 2, .tm_hour = 3, .tm_mday = 4, .tm_mon = 5, .tm_year = 106, .tm_wday = 2};
	char buffer[40];
	assert_int_equal(evutil_date_rfc1123(buffer, sizeof(buffer), &tm), 29);
	assert_string_equal(buffer, "Tue, 04 Jun 2006 03:02:01 GMT");
	assert_int_equal(evutil_date_rfc1123(buffer, 30, &tm), 29);
	assert_string_equal(buffer, "Tue, 04 Jun 2006 03:02:01 GMT");
	memset(buffer, 'X', sizeof(buffer));
	assert_int_equal(evutil_date_rfc1123(buffer, 10, &tm), 29);
	assert_string_equal(buffer, "Tue, 04 J");
	assert_int_equal(buffer[10], 'X');
	assert_int_equal(evutil_date_rfc1123(buffer, 0, &tm), 0);

	assert_int_equal(evutil_date_rfc1123(buffer, sizeof(buffer), NULL), 29);
	assert_string_equal(buffer + 25, " GMT");
}

/* ---- Addresses --------------------------------------------------------------------------------------------------- */

struct parse_case {
	const char *text;
	int family; /* 0: refused */
	const char *address;
	uint16_t port;
};

static void
check_parse(const struct parse_case *expected)
{
	struct sockaddr_storage out;
	char text[INET6_ADDRSTRLEN];
	int length = sizeof(out);
	memset(&out, 0xee, sizeof(out));
	int result = evutil_parse_sockaddr_port(expected->text, (struct sockaddr *)&out, &length);
	if (result != (expected->family ? 0 : -1)) fail_msg("'%s' gave %d", expected->text, result);
	if (!expected->family) return;

	const struct sockaddr_in *v4 = (const void *)&out;
	const struct sockaddr_in6 *v6 = (const void *)&out;
	bool is_v4 = expected->family == AF_INET;
	assert_int_equal(out.ss_family, expected->family);
	assert_int_equal(length, is_v4 ? sizeof(*v4) : sizeof(*v6));
	assert_int_equal(ntohs(is_v4 ? v4->sin_port : v6->sin6_port), expected->port);
	const void *bytes = is_v4 ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr;
	assert_non_null(inet_ntop(expected->family, bytes, text, sizeof(text)));
	assert_string_equal(text, expected->address);
}

static void
parse_sockaddr_port(void **state)
{
	(void)state;
	static const struct parse_case table[] = {
		{"1.2.3.4", AF_INET, "1.2.3.4", 0},
		{"1.2.3.4:1", AF_INET, "1.2.3.4", 1},
		{"1.2.3.4:01", AF_INET, "1.2.3.4", 1},
		{"1.2.3.4:65535", AF_INET, "1.2.3.4", 65535},
		{"255.255.255.255:80", AF_INET, "255.255.255.255", 80},
		{"::", AF_INET6, "::", 0},
		{"::1", AF_INET6, "::1", 0},
		{"[::1]", AF_INET6, "::1", 0},
		{"[::1]:99", AF_INET6, "::1", 99},
		{"1:2:3:4:5:6:7:8", AF_INET6, "1:2:3:4:5:6:7:8", 0},
		{"[1:2:3:4:5:6:7:8]:9", AF_INET6, "1:2:3:4:5:6:7:8", 9},
		{"::ffff:1.2.3.4", AF_INET6, "::ffff:1.2.3.4", 0},
		{"[0000:0000:0000:0000:0000:ffff:192.168.100.228]:65535", AF_INET6, "::ffff:192.168.100.228", 65535},
		{"[fe80::1%1]:5", AF_INET6, "fe80::1", 5},
		{"", 0, NULL, 0},
		{":", 0, NULL, 0},
		{":1", 0, NULL, 0},
		{":::", 0, NULL, 0},
		{"[", 0, NULL, 0},
		{"[]", 0, NULL, 0},
		{"[]:1", 0, NULL, 0},
		{"[::1", 0, NULL, 0},
		{"::1]", 0, NULL, 0},
		{"[[::1]]:1", 0, NULL, 0},
		{"[::1]:", 0, NULL, 0},
		{"[::1]:0", 0, NULL, 0},
		{"[::1]:65536", 0, NULL, 0},
		{"[1.2.3.4]:1", 0, NULL, 0},
		{"1.2.3.4:", 0, NULL, 0},
		{"1.2.3.4:0", 0, NULL, 0},
		{"1.2.3.4:-1", 0, NULL, 0},
		{"1.2.3.4:65536", 0, NULL, 0},
		{"1.2.3.4:4294967297", 0, NULL, 0},
		{"1.2.3.4:18446744073709551617", 0, NULL, 0},
		{"1.2.3.4:1:2", 0, NULL, 0},
		{"1.2.3", 0, NULL, 0},
		{"1.2.3.256", 0, NULL, 0},
		{"1.2.3.4%lo:1", 0, NULL, 0},
		{"12345::", 0, NULL, 0},
		{"1:2:3:4:5:6:7:8:9", 0, NULL, 0},
		{"localhost", 0, NULL, 0},
		{"localhost:80", 0, NULL, 0},
		{"fe80::1%no-such-interface", 0, NULL, 0},
	};
	for (size_t i = 0; i < LENGTH(table); i++)
		check_parse(&table[i]);
}

/* The whole text must be an address and a port. */
static void
parse_sockaddr_port_strict(void **state)
{
	(void)state;
	static const struct parse_case table[] = {
		{"1.2.3.4:+1", 0, NULL, 0},
		{"1.2.3.4: 1", 0, NULL, 0},
		{"1.2.3.4:1x", 0, NULL, 0},
		{" 1.2.3.4", 0, NULL, 0},
		{"[::1]x", 0, NULL, 0},
		{"[::1]x:1", 0, NULL, 0},
		{"[::1%]:1", 0, NULL, 0},
		{"fe80::1%4294967296", 0, NULL, 0},
		{"fe80::1%-1", 0, NULL, 0},
		{"01.2.3.4", 0, NULL, 0},
	};
	for (size_t i = 0; i < LENGTH(table); i++)
		check_parse(&table[i]);
}

static void
parse_sockaddr_port_room(void **state)
{
	(void)state;
	struct sockaddr_in6 out;
	int length = sizeof(struct sockaddr_in) - 1;
	assert_int_equal(evutil_parse_sockaddr_port("1.2.3.4", (struct sockaddr *)&out, &length), -1);
	length = sizeof(struct sockaddr_in);
	assert_int_equal(evutil_parse_sockaddr_port("1.2.3.4", (struct sockaddr *)&out, &length), 0);
	length = sizeof(struct sockaddr_in6) - 1;
	assert_int_equal(evutil_parse_sockaddr_port("::1", (struct sockaddr *)&out, &length), -1);
	length = -1;
	assert_int_equal(evutil_parse_sockaddr_port("::1", (struct sockaddr *)&out, &length), -1);
}

/* "[" and 2^31 bytes and "]:1", made of one page of memory that is mapped again and again. */
static void
hole_CVE_2016_10196(void **state)
{
	(void)state;
	const size_t piece = 1 << 24, pieces = 129, total = piece * pieces;
	FILE *file = tmpfile();
	assert_non_null(file);
	char *text = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(text, MAP_FAILED);
	assert_int_equal(ftruncate(fileno(file), (off_t)piece), 0);
	char *fill = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	assert_ptr_not_equal(fill, MAP_FAILED);
	memset(fill, '1', piece);
	for (size_t i = 0; i < pieces; i++) {
		int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
		void *at = mmap(text + i * piece, piece, PROT_READ | PROT_WRITE, flags, fileno(file), 0);
		assert_ptr_not_equal(at, MAP_FAILED);
	}
	static const size_t inside[] = {(size_t)INT_MAX, (size_t)INT_MAX + 1, (size_t)INT_MAX + 2, (size_t)INT_MAX + 100};
	for (size_t i = 0; i < LENGTH(inside); i++) {
		struct sockaddr_storage out;
		int length = sizeof(out);
		char *end = text + 1 + inside[i];
		text[0] = '[';
		memcpy(end, "]:1", 4);
		assert_int_equal(evutil_parse_sockaddr_port(text, (struct sockaddr *)&out, &length), -1);
		memcpy(end, "1111", 4);
	}
	(void)munmap(fill, piece);
	(void)munmap(text, total);
	(void)fclose(file);
}

static void
pton_and_ntop(void **state)
{
	(void)state;
	static const struct {
		int family;
		const char *text;
		const char *canonical; /* NULL: refused */
	} table[] = {
		{AF_INET, "1.2.3.4", "1.2.3.4"},
		{AF_INET, "0.0.0.0", "0.0.0.0"},
		{AF_INET, "255.255.255.255", "255.255.255.255"},
		{AF_INET, "", NULL},
		{AF_INET, "1.2.3", NULL},
		{AF_INET, "1..2.3", NULL},
		{AF_INET, "1.2.3.4.5", NULL},
		{AF_INET, "256.1.1.1", NULL},
		{AF_INET, "1.2.3.4x", NULL},
		{AF_INET, "-1.2.3.4", NULL},
		{AF_INET, "::1", NULL},
		{AF_INET6, "::", "::"},
		{AF_INET6, "::1", "::1"},
		{AF_INET6, "1::", "1::"},
		{AF_INET6, "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{AF_INET6, "::ABCD", "::abcd"},
		{AF_INET6, "1:0:0:2:0:0:0:3", "1:0:0:2::3"},
		{AF_INET6, "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
		{AF_INET6, "::ffff:1.2.3.4", "::ffff:1.2.3.4"},
		{AF_INET6, "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
		{AF_INET6, "", NULL},
		{AF_INET6, ":", NULL},
		{AF_INET6, ":1", NULL},
		{AF_INET6, "1:", NULL},
		{AF_INET6, "::1::", NULL},
		{AF_INET6, "::g", NULL},
		{AF_INET6, "::12345", NULL},
		{AF_INET6, "1:2:3:4:5:6:7", NULL},
		{AF_INET6, "::1:2:3:4:5:6:7:8", NULL},
		{AF_INET6, "1:2:3:4:5:6:7:1.2.3.4", NULL},
		{AF_INET6, "::1.2.3", NULL},
		{AF_INET6, "::1 ", NULL},
		{AF_INET6, "1.2.3.4", NULL},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		unsigned char bytes[16];
		char text[INET6_ADDRSTRLEN];
		int result = evutil_inet_pton(table[i].family, table[i].text, bytes);
		if (result != (table[i].canonical != NULL)) fail_msg("'%s' gave %d", table[i].text, result);
		if (!table[i].canonical) continue;
		assert_ptr_equal(evutil_inet_ntop(table[i].family, bytes, text, sizeof(text)), text);
		assert_string_equal(text, table[i].canonical);
		size_t size = strlen(table[i].canonical);
		assert_null(evutil_inet_ntop(table[i].family, bytes, text, size));
		assert_non_null(evutil_inet_ntop(table[i].family, bytes, text, size + 1));
	}
	unsigned char bytes[16];
	assert_int_equal(evutil_inet_pton(AF_UNIX, "1.2.3.4", bytes), -1);
}

static void
pton_scope(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int result;
		unsigned scope;
	} table[] = {
		{"::1", 1, 0},
		{"::1%0", 1, 0},
		{"::1%1", 1, 1},
		{"fe80::1%4294967295", 1, 4294967295u},
		{"::1%no-such-interface", 0, 0},
		{"::1%1x", 0, 0},
		{"::1%1%1", 0, 0},
		{"%1", 0, 0},
		{"::g%1", 0, 0},
	};
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct in6_addr address;
		unsigned scope = 99;
		assert_int_equal(evutil_inet_pton_scope(AF_INET6, table[i].text, &address, &scope), table[i].result);
		if (table[i].result == 1) assert_int_equal(scope, table[i].scope);
	}
}

static void
sockaddr_compare(void **state)
{
	(void)state;
	static const char *const addresses[] = {
		"1.2.3.4:80", "1.2.3.4:81", "1.2.3.5:80", "[::1]:80", "[::1]:81", "[::2]:80"};
	static const int host[] = {0, 0, 1, 2, 2, 3};
	struct sockaddr_storage parsed[LENGTH(addresses)];
	for (size_t i = 0; i < LENGTH(addresses); i++) {
		int length = sizeof(parsed[i]);
		assert_int_equal(evutil_parse_sockaddr_port(addresses[i], (struct sockaddr *)&parsed[i], &length), 0);
	}
	for (size_t i = 0; i < LENGTH(addresses); i++) {
		for (size_t j = 0; j < LENGTH(addresses); j++) {
			const struct sockaddr *a = (const void *)&parsed[i], *b = (const void *)&parsed[j];
			bool same_host = host[i] == host[j];
			assert_int_equal(evutil_sockaddr_cmp(a, b, 1) == 0, i == j);
			assert_int_equal(evutil_sockaddr_cmp(a, b, 0) == 0, same_host);
			assert_int_equal(sign(evutil_sockaddr_cmp(a, b, 1)), -sign(evutil_sockaddr_cmp(b, a, 1)));
		}
	}
}

/* ---- Sockets ----------------------------------------------------------------------------------------------------- */

static void
socket_flags(void **state)
{
	(void)state;
	evutil_socket_t pair[2];
	assert_int_equal(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(send(pair[0], "x", 1, 0), 1);
	char byte = 0;
	assert_int_equal(recv(pair[1], &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');

	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(evutil_make_socket_nonblocking(pair[0]), 0);
		assert_int_equal(evutil_make_socket_closeonexec(pair[0]), 0);
		assert_true(fcntl(pair[0], F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
	}
	assert_int_equal(evutil_closesocket(pair[0]), 0);
	assert_int_equal(evutil_closesocket(pair[1]), 0);
	assert_int_equal(evutil_make_socket_nonblocking(-1), -1);
	assert_int_equal(evutil_make_socket_closeonexec(-1), -1);
	assert_int_equal(evutil_closesocket(-1), -1);
}

static int
option(evutil_socket_t fd, int level, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);
	assert_int_equal(getsockopt(fd, level, name, &value, &length), 0);
	return value;
}

static void
listen_options(void **state)
{
	(void)state;
	evutil_socket_t fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(evutil_make_listen_socket_reuseable(fd), 0);
	assert_true(option(fd, SOL_SOCKET, SO_REUSEADDR));
	assert_int_equal(evutil_make_listen_socket_reuseable_port(fd), 0);
	assert_true(option(fd, SOL_SOCKET, SO_REUSEPORT));
	assert_int_equal(evutil_make_tcp_listen_socket_deferred(fd), 0);
	assert_true(option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT));
	assert_int_equal(evutil_closesocket(fd), 0);

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd >= 0) {
		assert_int_equal(evutil_make_listen_socket_ipv6only(fd), 0);
		assert_true(option(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		assert_int_equal(evutil_closesocket(fd), 0);
	}
	assert_int_equal(evutil_make_listen_socket_reuseable(-1), -1);
	assert_int_equal(evutil_make_listen_socket_reuseable_port(-1), -1);
	assert_int_equal(evutil_make_listen_socket_ipv6only(-1), -1);
	assert_int_equal(evutil_make_tcp_listen_socket_deferred(-1), -1);
}

/* ---- Random bytes ------------------------------------------------------------------------------------------------ */

static void
random_bytes(void **state)
{
	(void)state;
	/* With 3000 sets of 8 bytes two equal ones, or a bit that never changes, would be no accident. */
	static uint64_t got[3000];
	uint64_t ones = 0, zeros = 0;
	assert_int_equal(evutil_secure_rng_init(), 0);
	assert_int_equal(evutil_secure_rng_init(), 0);
	for (size_t i = 0; i < LENGTH(got); i++) {
		evutil_secure_rng_get_bytes(&got[i], sizeof(got[i]));
		ones |= got[i];
		zeros |= ~got[i];
		for (size_t j = 0; j < i; j++)
			assert_true(got[i] != got[j]);
	}
	assert_true(ones == UINT64_MAX);
	assert_true(zeros == UINT64_MAX);
	evutil_secure_rng_add_bytes("seasoning", 9);
	evutil_secure_rng_get_bytes(got, sizeof(got));
}

static void
random_bytes_sizes(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 31, 32, 33, 479, 480, 481, 512, 4096, 5000};
	static unsigned char buffer[5000 + 1];
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		size_t size = sizes[i], changed = 0;
		memset(buffer, 0, sizeof(buffer));
		evutil_secure_rng_get_bytes(buffer, size);
		assert_int_equal(buffer[size], 0);
		for (size_t j = 0; j < size; j++)
			changed += buffer[j] != 0;
		assert_true(size < 31 || changed > size / 2);
	}
}

/* Parent and children, forked from one state, never give the same bytes. */
static void
random_bytes_fork(void **state)
{
	(void)state;
	uint64_t got[4];
	evutil_secure_rng_get_bytes(&got[0], sizeof(got[0]));
	for (size_t i = 1; i < 3; i++) {
		int fds[2];
		assert_int_equal(pipe(fds), 0);
		pid_t child = fork();
		if (child == 0) {
			evutil_secure_rng_get_bytes(&got[i], sizeof(got[i]));
			_exit(write(fds[1], &got[i], sizeof(got[i])) == sizeof(got[i]) ? 0 : 1);
		}
		assert_int_equal(read(fds[0], &got[i], sizeof(got[i])), sizeof(got[i]));
		assert_int_equal(waitpid(child, NULL, 0), child);
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
	evutil_secure_rng_get_bytes(&got[3], sizeof(got[3]));
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(got[i] != got[j]);
}

/* ---- Time, memory, version --------------------------------------------------------------------------------------- */

static void
monotonic_time(void **state)
{
	(void)state;
	static const int flags[] = {0, EV_MONOT_PRECISE, EV_MONOT_FALLBACK};
	for (size_t i = 0; i < LENGTH(flags); i++) {
		struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();
		struct timeval before = {0, 0}, now = {0, 0};
		assert_non_null(timer);
		assert_int_equal(evutil_configure_monotonic_time(timer, flags[i]), 0);
		for (int j = 0; j < 1000; j++) {
			assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
			assert_true(now.tv_usec >= 0 && now.tv_usec < 1000000);
			assert_true(evutil_timercmp(&before, &now, <=));
			before = now;
		}
		evutil_monotonic_timer_free(timer);
	}
	evutil_monotonic_timer_free(NULL);
}

static bool allocations_fail;

static void *
failing_malloc(size_t size)
{
	return allocations_fail ? NULL : malloc(size);
}

static void *
failing_realloc(void *memory, size_t size)
{
	return allocations_fail ? NULL : realloc(memory, size);
}

static void
hole_inet_pton_scope(void **state)
{
	(void)state;
	struct in6_addr address;
	struct sockaddr_storage out;
	int length = sizeof(out);
	unsigned scope;
	event_set_mem_functions(failing_malloc, failing_realloc, free);
	allocations_fail = true;
	int result = evutil_inet_pton_scope(AF_INET6, "fe80::1%1", &address, &scope);
	int parsed = evutil_parse_sockaddr_port("[fe80::1%1]:80", (struct sockaddr *)&out, &length);
	struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();
	allocations_fail = false;
	event_set_mem_functions(NULL, NULL, NULL);
	/* An address, or a refusal: not a crash. */
	assert_true(result == 1 || result == 0 || result == -1);
	assert_true(parsed == 0 || parsed == -1);
	assert_null(timer);
}

static void
version(void **state)
{
	(void)state;
	assert_string_equal(event_get_version(), "2.1.12-stable");
	assert_int_equal(event_get_version_number(), 0x02010c00);
	assert_string_equal(event_get_version(), LIBEVENT_VERSION);
	assert_int_equal(event_get_version_number(), LIBEVENT_VERSION_NUMBER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hole_evutil_vsnprintf),
		cmocka_unit_test(numbers),
		cmocka_unit_test(compare_ascii),
		cmocka_unit_test(dates),
		cmocka_unit_test(parse_sockaddr_port),
		cmocka_unit_test(parse_sockaddr_port_strict),
		cmocka_unit_test(parse_sockaddr_port_room),
		cmocka_unit_test(hole_CVE_2016_10196),
		cmocka_unit_test(pton_and_ntop),
		cmocka_unit_test(pton_scope),
		cmocka_unit_test(sockaddr_compare),
		cmocka_unit_test(socket_flags),
		cmocka_unit_test(listen_options),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(random_bytes_sizes),
		cmocka_unit_test(random_bytes_fork),
		cmocka_unit_test(monotonic_time),
		cmocka_unit_test(hole_inet_pton_scope),
		cmocka_unit_test(version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
