/* SPDX-License-Identifier: BSD-3-Clause */
/* WebSocket sessions on the HTTP server, with a client that is a bare socket. */
#include "http_fixture.h"

#include <event2/thread.h>
#include <event2/ws.h>
#include <pthread.h>

#define HANDSHAKE                                                                                                      \
	"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"                         \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

struct server {
	struct fixture f;
	struct evws_connection *ws;
	int sessions, messages, closed, last_type;
	size_t last_len;
	unsigned char last[256];
	bool silent; /* do not echo */
	enum { NOTHING, CLOSE, FREE } then;
};

static void
on_message(struct evws_connection *ws, int type, const unsigned char *data, size_t len, void *arg)
{
	struct server *server = arg;
	server->messages++;
	server->last_type = type;
	server->last_len = len;
	memcpy(server->last, data, len < sizeof(server->last) ? len : sizeof(server->last));
	assert_int_equal(data[len], 0);
	if (server->then == CLOSE) evws_close(ws, WS_CR_NORMAL);
	if (server->then == FREE) evws_connection_free(ws);
	if (server->silent || server->then != NOTHING) return;
	if (type == WS_TEXT_FRAME)
		evws_send_text(ws, (const char *)data);
	else
		evws_send_binary(ws, (const char *)data, len);
}

static void
on_closed(struct evws_connection *ws, void *arg)
{
	struct server *server = arg;
	assert_non_null(evws_connection_get_bufferevent(ws));
	server->closed++;
	server->ws = NULL;
}

static void
upgrade(struct evhttp_request *req, void *arg)
{
	struct server *server = arg;
	server->ws = evws_new_session(req, on_message, server, 0);
	if (!server->ws) return;
	server->sessions++;
	evws_connection_set_closecb(server->ws, on_closed, server);
}

static void
server_begin(struct server *server)
{
	memset(server, 0, sizeof(*server));
	fixture_begin(&server->f);
	evhttp_set_cb(server->f.http, "/ws", upgrade, server);
}

/* A client whose handshake is done. */
static int
open_session(struct server *server)
{
	const int fd = fixture_connect(&server->f);
	fixture_send(&server->f, fd, HANDSHAKE, sizeof(HANDSHAKE) - 1);
	assert_true(fixture_receive(&server->f, fd, ANSWER_MAX - 1));
	assert_int_equal(fixture_status(&server->f), 101);
	assert_non_null(server->ws);
	return fd;
}

/* Builds a masked frame; first: FIN and opcode. Returns its length. */
static size_t
frame(unsigned char *out, unsigned first, const void *data, size_t len)
{
	static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
	size_t at = 0;
	out[at++] = (unsigned char)first;
	if (len < 126) {
		out[at++] = (unsigned char)(0x80 | len);
	} else {
		const unsigned bytes = len <= 65535 ? 2 : 8;
		out[at++] = (unsigned char)(0x80 | (bytes == 2 ? 126 : 127));
		for (unsigned i = 0; i < bytes; i++)
			out[at++] = (unsigned char)((uint64_t)len >> 8 * (bytes - 1 - i));
	}
	memcpy(out + at, mask, 4);
	at += 4;
	for (size_t i = 0; i < len; i++)
		out[at++] = ((const unsigned char *)data)[i] ^ mask[i % 4];
	return at;
}

static void
send_frame(struct server *server, int fd, unsigned first, const void *data, size_t len)
{
	unsigned char *bytes = malloc(len + 16);
	fixture_send(&server->f, fd, (const char *)bytes, frame(bytes, first, data, len));
	free(bytes);
}

static void
assert_received(struct server *server, int fd, const void *bytes, size_t len)
{
	(void)fixture_receive(&server->f, fd, ANSWER_MAX - 1);
	assert_int_equal(server->f.answer_len, len);
	assert_memory_equal(server->f.answer, bytes, len);
}

/* The close frame with that code, then the end of the connection. */
static void
assert_closed(struct server *server, int fd, unsigned code)
{
	const unsigned char wanted[] = {0x88, 2, (unsigned char)(code >> 8), (unsigned char)code};
	(void)fixture_receive(&server->f, fd, ANSWER_MAX - 1);
	assert_true(server->f.answer_len >= sizeof(wanted));
	assert_memory_equal(server->f.answer + server->f.answer_len - sizeof(wanted), wanted, sizeof(wanted));
	assert_true(server->f.closed);
	assert_int_equal(server->closed, 1);
	assert_null(server->ws);
}

static void
server_end(struct server *server, int fd)
{
	if (fd >= 0) close(fd);
	fixture_run_ms(&server->f, 5);
	assert_int_equal(server->closed, server->sessions);
	fixture_end(&server->f);
}

/* ---- Handshake ---- */

static void
handshake(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	/* The example of RFC 6455, 1.3. */
	assert_non_null(strstr(server.f.answer, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_non_null(strstr(server.f.answer, "\r\nUpgrade: websocket\r\n"));
	assert_non_null(strstr(server.f.answer, "\r\nConnection: Upgrade\r\n"));
	assert_null(strstr(server.f.answer, "Content-Length"));
	server_end(&server, fd);
}

static void
bad_handshakes(void **state)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
		 "13\r\n\r\n",
			400},
		{"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: short\r\n\r\n",
			400},
		{"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
			426},
		{"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
			400},
		{"POST /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Content-Length: 0\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
			405},
	};
	struct server server;
	(void)state;
	server_begin(&server);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fixture_ask(&server.f, rows[i].request);
		assert_int_equal(fixture_status(&server.f), rows[i].status);
		if (rows[i].status == 426) assert_non_null(strstr(server.f.answer, "Sec-WebSocket-Version: 13\r\n"));
	}
	server_end(&server, -1);
}

/* ---- Messages ---- */

/* The April 2024 bug and its like: each form of the length, and each split. */
static void
hole_ws_lengths_at_each_split(void **state)
{
	static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536};
	struct server server;
	(void)state;
	server_begin(&server);
	server.silent = true;
	const int fd = open_session(&server);
	char *data = malloc(65536);
	unsigned char *bytes = malloc(65536 + 16);
	for (size_t i = 0; i < 65536; i++)
		data[i] = (char)(i * 7);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		const size_t size = frame(bytes, 0x82, data, lengths[i]);
		for (size_t split = 1; split < size; split += split < 20 ? 1 : size / 7 + 1) {
			const int before = server.messages;
			fixture_send(&server.f, fd, (char *)bytes, split);
			fixture_pump(&server.f);
			fixture_send(&server.f, fd, (char *)bytes + split, size - split);
			for (int n = 0; n < 1000 && server.messages == before; n++)
				fixture_pump(&server.f);
			assert_int_equal(server.messages, before + 1);
			assert_int_equal(server.last_type, WS_BINARY_FRAME);
			assert_int_equal(server.last_len, lengths[i]);
			assert_memory_equal(server.last, data, lengths[i] < 256 ? lengths[i] : 256);
		}
	}
	free(data);
	free(bytes);
	server_end(&server, fd);
}

static void
echo(void **state)
{
	static const size_t lengths[] = {0, 5, 125, 126, 1000, 1500, 65535, 65536, 200000};
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x81, "h\xc3\xa9llo", 6);
	assert_received(&server, fd, "\x81\x06h\xc3\xa9llo", 8);
	assert_int_equal(server.last_type, WS_TEXT_FRAME);
	char *data = calloc(1, 200000);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		const size_t len = lengths[i], header = len < 126 ? 2 : len <= 65535 ? 4 : 10;
		send_frame(&server, fd, 0x82, data, len);
		(void)fixture_receive(&server.f, fd, ANSWER_MAX - 1);
		assert_int_equal(server.f.answer_len, header + len);
		assert_int_equal((unsigned char)server.f.answer[0], 0x82);
		assert_int_equal((unsigned char)server.f.answer[1], len < 126 ? len : len <= 65535 ? 126 : 127);
	}
	free(data);
	server_end(&server, fd);
}

static void
fragments(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x01, "one \xc3", 5); /* a character in two halves */
	send_frame(&server, fd, 0x89, "ping", 4);
	assert_received(&server, fd, "\x8a\x04ping", 6);
	send_frame(&server, fd, 0x00, "\xa9 two ", 6);
	send_frame(&server, fd, 0x8a, "", 0); /* an unasked pong is ignored */
	send_frame(&server, fd, 0x80, "three", 5);
	assert_received(&server, fd, "\x81\x10one \xc3\xa9 two three", 18);
	assert_int_equal(server.messages, 1);
	server_end(&server, fd);
}

static void
sent_with_the_handshake(void **state)
{
	unsigned char bytes[sizeof(HANDSHAKE) + 32];
	struct server server;
	(void)state;
	server_begin(&server);
	memcpy(bytes, HANDSHAKE, sizeof(HANDSHAKE) - 1);
	const size_t size = sizeof(HANDSHAKE) - 1 + frame(bytes + sizeof(HANDSHAKE) - 1, 0x81, "early", 5);
	const int fd = fixture_connect(&server.f);
	fixture_send(&server.f, fd, (char *)bytes, size);
	(void)fixture_receive(&server.f, fd, ANSWER_MAX - 1);
	assert_memory_equal(server.f.answer + server.f.answer_len - 7,
		"\x81\x05"
		"early",
		7);
	server_end(&server, fd);
}

/* ---- What breaks the protocol ---- */

static void
broken_frames(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		unsigned code;
	} rows[] = {
#define ROW(text, code) {text, sizeof(text) - 1, code}
		ROW("\x81\x05hello", 1002), /* not masked */
		ROW("\x83\x80mask", 1002),  /* reserved opcodes */
		ROW("\x8b\x80mask", 1002),
		ROW("\xc1\x80mask", 1002), /* reserved bits */
		ROW("\xa1\x80mask", 1002),
		ROW("\x91\x80mask", 1002),
		ROW("\x80\x80mask", 1002),             /* nothing to continue */
		ROW("\x01\x80mask\x81\x80mask", 1002), /* a message in the middle of one */
		ROW("\x09\x80mask", 1002),             /* a control frame in fragments */
		ROW("\x89\xfe\x00\x7e"
			"mask",
			1002), /* and one too long */
		ROW("\x82\xfe\x00\x7d"
			"mask",
			1002), /* lengths that could be shorter */
		ROW("\x82\xff\0\0\0\0\0\0\xff\xff"
			"mask",
			1002),
		ROW("\x82\xff\x80\0\0\0\0\1\0\0"
			"mask",
			1002),
		ROW("\x82\xff\0\0\0\0\1\0\0\0"
			"mask",
			1009),                             /* 16 MiB */
		ROW("\x88\x81\0\0\0\0\x03", 1002),     /* close with half a code */
		ROW("\x88\x82\0\0\0\0\x03\xed", 1002), /* 1005 must not be sent */
		ROW("\x88\x82\0\0\0\0\x00\x01", 1002),
		ROW("\x88\x83\0\0\0\0\x03\xe8\xff", 1007), /* a reason that is no UTF-8 */
		ROW("\x81\x82\0\0\0\0\xc0\x80", 1007),     /* texts that are none */
		ROW("\x81\x83\0\0\0\0\xed\xa0\x80", 1007),
		ROW("\x81\x81\0\0\0\0\xc3", 1007),
		ROW("\x01\x81\0\0\0\0\xff", 1007), /* told at once, not at the end */
		ROW("\x81\x84\0\0\0\0\xf4\x90\x80\x80", 1007),
#undef ROW
	};
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct server server;
		server_begin(&server);
		const int fd = open_session(&server);
		fixture_send(&server.f, fd, rows[i].bytes, rows[i].len);
		assert_closed(&server, fd, rows[i].code);
		assert_int_equal(server.messages, 0);
		server_end(&server, fd);
	}
}

/* Fragments without end: bounded by the size of the whole message. */
static void
hole_CVE_2026_63495_endless_fragments(void **state)
{
	enum { PIECE = 4096 };
	static char data[PIECE];
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x02, data, PIECE);
	int sent = 0;
	while (server.ws && sent++ < 10000)
		send_frame(&server, fd, 0x00, data, PIECE);
	assert_true(sent < 10000);
	assert_true(sent > 2000);
	assert_closed(&server, fd, 1009);
	server_end(&server, fd);
}

/* ---- Closing ---- */

static void
closed_by_the_client(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x88,
		"\x03\xe8"
		"bye",
		5);
	assert_closed(&server, fd, 1000);
	server_end(&server, fd);
}

static void
closed_without_a_code(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x88, "", 0);
	assert_received(&server, fd, "\x88\x00", 2);
	assert_true(server.f.closed);
	server_end(&server, fd);
}

static void
closed_by_the_server(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	server.then = CLOSE;
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x81, "x", 1);
	assert_received(&server, fd, "\x88\x02\x03\xe8", 4);
	assert_int_equal(server.closed, 0);
	evws_send_text(server.ws, "nothing follows a close frame");
	evws_close(server.ws, WS_CR_PROTO_ERR);
	send_frame(&server, fd, 0x81, "ignored", 7);
	assert_received(&server, fd, "", 0);
	assert_int_equal(server.messages, 1);
	send_frame(&server, fd, 0x88, "\x03\xe8", 2);
	assert_received(&server, fd, "", 0);
	assert_true(server.f.closed);
	assert_int_equal(server.closed, 1);
	server_end(&server, fd);
}

static void
freed_in_a_message(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	server.then = FREE;
	const int fd = open_session(&server);
	send_frame(&server, fd, 0x81, "x", 1);
	send_frame(&server, fd, 0x81, "y", 1);
	assert_received(&server, fd, "", 0);
	assert_true(server.f.closed);
	assert_int_equal(server.messages, 1);
	assert_int_equal(server.closed, 1);
	server_end(&server, fd);
}

static void
gone_without_a_word(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	close(fd);
	fixture_run_ms(&server.f, 10);
	assert_int_equal(server.closed, 1);
	server_end(&server, -1);
}

static void
server_freed_first(void **state)
{
	struct server server;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	evhttp_free(server.f.http);
	server.f.http = NULL;
	assert_int_equal(server.closed, 1);
	server_end(&server, fd);
}

/* ---- Threads: #1357 ---- */

enum { EACH = 300 };

static void *
send_many(void *arg)
{
	struct server *server = arg;
	char text[2000];
	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < EACH; i++) {
		text[i % 2 ? 1999 : 100] = '\0';
		evws_send_text(server->ws, text);
		text[i % 2 ? 1999 : 100] = 'x';
	}
	return NULL;
}

/* Takes whole frames from the answer; returns how many texts there were. */
static int
count_texts(const struct server *server)
{
	size_t at = 0;
	int texts = 0;
	while (at < server->f.answer_len) {
		const unsigned char *head = (const unsigned char *)server->f.answer + at;
		const size_t len = head[1] == 126 ? (size_t)head[2] << 8 | head[3] : head[1];
		if (head[0] == 0x88) {
			assert_int_equal(at + 2 + len, server->f.answer_len);
			return texts;
		}
		assert_int_equal(head[0], 0x81);
		assert_true(len == 100 || len == 1999);
		at += len + (head[1] == 126 ? 4 : 2);
		texts++;
	}
	assert_int_equal(at, server->f.answer_len);
	return texts;
}

static void
hole_issue_1357_two_threads_send(void **state)
{
	struct server server;
	pthread_t threads[2];
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, send_many, &server), 0);
	fixture_run_ms(&server.f, 1); /* both while the loop runs and while it does not */
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)fixture_receive(&server.f, fd, ANSWER_MAX - 1);
	assert_int_equal(count_texts(&server), 2 * EACH);
	server_end(&server, fd);
}

static void *
send_and_close(void *arg)
{
	struct server *server = arg;
	(void)send_many(server);
	evws_close(server->ws, WS_CR_NORMAL);
	evws_send_text(server->ws, "nothing follows");
	return NULL;
}

static void
closed_in_a_thread(void **state)
{
	struct server server;
	pthread_t thread;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	assert_int_equal(pthread_create(&thread, NULL, send_and_close, &server), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)fixture_receive(&server.f, fd, ANSWER_MAX - 1);
	assert_int_equal(count_texts(&server), EACH);
	send_frame(&server, fd, 0x88, "\x03\xe8", 2);
	assert_received(&server, fd, "", 0);
	assert_true(server.f.closed);
	assert_int_equal(server.closed, 1);
	server_end(&server, fd);
}

/* The client goes while frames from another thread are under way. */
static void
gone_while_a_thread_sends(void **state)
{
	struct server server;
	pthread_t thread;
	(void)state;
	server_begin(&server);
	const int fd = open_session(&server);
	assert_int_equal(pthread_create(&thread, NULL, send_many, &server), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(fd);
	evws_connection_free(server.ws);
	server_end(&server, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake),
		cmocka_unit_test(bad_handshakes),
		cmocka_unit_test(hole_ws_lengths_at_each_split),
		cmocka_unit_test(echo),
		cmocka_unit_test(fragments),
		cmocka_unit_test(sent_with_the_handshake),
		cmocka_unit_test(broken_frames),
		cmocka_unit_test(hole_CVE_2026_63495_endless_fragments),
		cmocka_unit_test(closed_by_the_client),
		cmocka_unit_test(closed_without_a_code),
		cmocka_unit_test(closed_by_the_server),
		cmocka_unit_test(freed_in_a_message),
		cmocka_unit_test(gone_without_a_word),
		cmocka_unit_test(server_freed_first),
		cmocka_unit_test(hole_issue_1357_two_threads_send),
		cmocka_unit_test(closed_in_a_thread),
		cmocka_unit_test(gone_while_a_thread_sends),
	};
	if (evthread_use_pthreads() < 0) return 1;
	return cmocka_run_group_tests_name("ws", tests, NULL, NULL);
}
