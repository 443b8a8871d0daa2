/* SPDX-License-Identifier: BSD-3-Clause */
/* A server on a bare socket for tests of the HTTP client: each path that is asked for has its own canned behaviour,
 * which may be one that no library would show. Client and server run in one thread. */
#ifndef TESTS_UNIT_HTTP_ROGUE_H_
#define TESTS_UNIT_HTTP_ROGUE_H_

#include "http_fixture.h"

struct rogue {
	struct event_base *base;
	struct event *accepting;
	int listener;
	uint16_t port;
	int connections; /* accepted so far */
	char requests[16384];
	/* What the client's callbacks said, in order. */
	char log[4096];
};

struct peer {
	struct rogue *rogue;
	struct bufferevent *bev;
};

static inline void
say(struct rogue *rogue, const char *text)
{
	const size_t len = strlen(rogue->log);
	snprintf(rogue->log + len, sizeof(rogue->log) - len, "%s%s", len ? " " : "", text);
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const struct {
	const char *path, *answer;
	bool close;
} canned[] = {
	{"/ok", OK_ANSWER, false},
	{"/eof", "", true},
	{"/hang", "", false},
	{"/bad", "ZORK 12\r\n\r\n", false},
	{"/short", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", true},
	{"/close", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", true},
	{"/last", OK_ANSWER, true},
	{"/204", "HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", false},
	{"/304", "HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\n", false},
	{"/100", "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Hints\r\nX-Hint: 1\r\n\r\n" OK_ANSWER, false},
	{"/chunked",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
		false},
	{"/until", "HTTP/1.1 200 OK\r\n\r\nabcdef", true},
	{"/two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", false},
	{"/both", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", false},
	{"/chunk-size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", false},
	{"/fold", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", false},
	{"/extra", OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", false},
	{"/refuse", "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", false},
};

static inline void
answer_path(struct peer *peer, const char *path, size_t len, bool head)
{
	for (size_t i = 0; i < LENGTH(canned); i++) {
		if (strlen(canned[i].path) != len || memcmp(canned[i].path, path, len) != 0) continue;
		const char *end = head ? strstr(canned[i].answer, "\r\n\r\n") : NULL;
		const size_t size = end ? (size_t)(end + 4 - canned[i].answer) : strlen(canned[i].answer);
		(void)bufferevent_write(peer->bev, canned[i].answer, size);
		return;
	}
	if (len >= 8 && memcmp(path, "/endless", 8) == 0) {
		(void)bufferevent_write(peer->bev, "HTTP/1.1 200 OK\r\n", 17);
		for (int i = 0; i < 20000; i++)
			(void)bufferevent_write(peer->bev, "X: y\r\n", 6);
		return;
	}
	if (len >= 8 && memcmp(path, "/interim", 8) == 0)
		for (int i = 0; i < 200; i++)
			(void)bufferevent_write(peer->bev, "HTTP/1.1 102 Wait\r\n\r\n", 21);
}

static inline void
peer_free(struct peer *peer)
{
	bufferevent_free(peer->bev);
	free(peer);
}

/* Whether the connection is closed when its answer is written. */
static inline bool
to_be_closed(const char *path, size_t len)
{
	for (size_t i = 0; i < LENGTH(canned); i++)
		if (strlen(canned[i].path) == len && memcmp(canned[i].path, path, len) == 0) return canned[i].close;
	return false;
}

static inline void
close_when_written(struct bufferevent *bev, void *arg)
{
	(void)bev;
	peer_free(arg);
}

static inline void
peer_read(struct bufferevent *bev, void *arg)
{
	struct peer *peer = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	for (;;) {
		const struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
		if (end.pos < 0) return;
		char head[2048], path[256];
		const size_t len = (size_t)end.pos + 4;
		assert_true(len < sizeof(head));
		evbuffer_remove(input, head, len);
		head[len] = '\0';
		const size_t used = strlen(peer->rogue->requests);
		snprintf(peer->rogue->requests + used, sizeof(peer->rogue->requests) - used, "%s", head);
		const char *length = strstr(head, "Content-Length: ");
		if (length && !strstr(head, "Expect:")) evbuffer_drain(input, (size_t)atoi(length + 16));
		assert_int_equal(sscanf(head, "%*s %255s", path), 1);
		answer_path(peer, path, strlen(path), strncmp(head, "HEAD", 4) == 0);
		if (!to_be_closed(path, strlen(path))) continue;
		if (evbuffer_get_length(bufferevent_get_output(bev)) == 0)
			peer_free(peer);
		else
			bufferevent_setcb(bev, NULL, close_when_written, NULL, peer);
		return;
	}
}

static inline void
peer_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	peer_free(arg);
}

static inline void
rogue_accept(evutil_socket_t listener, short what, void *arg)
{
	struct rogue *rogue = arg;
	(void)what;
	const int fd = accept(listener, NULL, NULL);
	if (fd < 0) return;
	assert_int_equal(evutil_make_socket_nonblocking(fd), 0);
	struct peer *peer = malloc(sizeof(*peer));
	peer->rogue = rogue;
	peer->bev = bufferevent_socket_new(rogue->base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(peer->bev, peer_read, NULL, peer_event, peer);
	bufferevent_enable(peer->bev, EV_READ | EV_WRITE);
	rogue->connections++;
}

static inline void
rogue_begin(struct rogue *rogue)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	memset(rogue, 0, sizeof(*rogue));
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rogue->base = event_base_new();
	rogue->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(rogue->listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(rogue->listener, 50), 0);
	assert_int_equal(getsockname(rogue->listener, (struct sockaddr *)&address, &length), 0);
	rogue->port = ntohs(address.sin_port);
	rogue->accepting = event_new(rogue->base, rogue->listener, EV_READ | EV_PERSIST, rogue_accept, rogue);
	assert_int_equal(event_add(rogue->accepting, NULL), 0);
}

static inline void
run_ms(struct rogue *rogue, long ms)
{
	const struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	assert_int_equal(event_base_loopexit(rogue->base, &tv), 0);
	(void)event_base_dispatch(rogue->base);
}

/* Runs until the callbacks said that, or for two seconds; then a little longer: they must not say more. */
static inline void
assert_log(struct rogue *rogue, const char *wanted)
{
	for (int i = 0; i < 400 && strcmp(rogue->log, wanted) != 0; i++)
		run_ms(rogue, 5);
	run_ms(rogue, 3);
	assert_string_equal(rogue->log, wanted);
}

static inline void
rogue_end(struct rogue *rogue)
{
	run_ms(rogue, 5); /* the peers see that the client is gone */
	event_free(rogue->accepting);
	close(rogue->listener);
	event_base_free(rogue->base);
}

#endif
