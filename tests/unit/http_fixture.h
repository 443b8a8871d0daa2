/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests of the HTTP server: a server on the loopback, and clients that are bare sockets, so that they can send what
 * no library would. Both sides run in one thread, turn by turn. */
#ifndef TESTS_UNIT_HTTP_FIXTURE_H_
#define TESTS_UNIT_HTTP_FIXTURE_H_

#include <cmocka.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ANSWER_MAX (4u << 20)
/* So many milliseconds without a byte: the server has nothing more to say. */
#define QUIET_MS 20

struct fixture {
	struct event_base *base;
	struct evhttp *http;
	uint16_t port;
	unsigned requests; /* that the callback got */
	char seen[8192];   /* what the callback saw, see fixture_note() */
	char *answer;      /* the latest one, ended with NUL */
	size_t answer_len;
	bool closed; /* the server closed the connection */
};

static inline void
fixture_pump(struct fixture *f)
{
	(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
}

/* Runs the loop for that long. */
static inline void
fixture_run_ms(struct fixture *f, long ms)
{
	const struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	assert_int_equal(event_base_loopexit(f->base, &tv), 0);
	(void)event_base_dispatch(f->base);
}

static inline void
fixture_note(struct fixture *f, const char *text)
{
	const size_t len = strlen(f->seen);
	snprintf(f->seen + len, sizeof(f->seen) - len, "%s", text);
}

/* The usual callback: notes method bits, target, fields and body, and answers "hello". */
static inline void
fixture_answer(struct evhttp_request *req, void *arg)
{
	struct fixture *f = arg;
	char text[2048];
	const struct evkeyval *field;
	struct evbuffer *body = evbuffer_new();
	f->requests++;
	snprintf(text, sizeof(text), "%d %s", (int)evhttp_request_get_command(req), evhttp_request_get_uri(req));
	fixture_note(f, text);
	TAILQ_FOREACH (field, evhttp_request_get_input_headers(req), next) {
		snprintf(text, sizeof(text), " %s=%s", field->key, field->value);
		fixture_note(f, text);
	}
	const size_t len = evbuffer_get_length(evhttp_request_get_input_buffer(req));
	if (len) {
		snprintf(text, sizeof(text), " [%.*s]", (int)(len < 1000 ? len : 1000),
			(char *)evbuffer_pullup(evhttp_request_get_input_buffer(req), -1));
		fixture_note(f, text);
	}
	fixture_note(f, "\n");
	assert_int_equal(evbuffer_add(body, "hello", 5), 0);
	evhttp_send_reply(req, 200, "OK", body);
	evbuffer_free(body);
}

static inline void
fixture_begin(struct fixture *f)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	memset(f, 0, sizeof(*f));
	f->base = event_base_new();
	assert_non_null(f->base);
	f->http = evhttp_new(f->base);
	assert_non_null(f->http);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(f->http, "127.0.0.1", 0);
	assert_non_null(bound);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &length), 0);
	f->port = ntohs(address.sin_port);
	evhttp_set_gencb(f->http, fixture_answer, f);
	f->answer = malloc(ANSWER_MAX);
	assert_non_null(f->answer);
	f->answer[0] = '\0';
}

static inline void
fixture_end(struct fixture *f)
{
	if (f->http) evhttp_free(f->http);
	fixture_pump(f);
	event_base_free(f->base);
	free(f->answer);
}

/* A client's socket, connected. */
static inline int
fixture_connect(struct fixture *f)
{
	static const int on = 1;
	struct sockaddr_in address;
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(f->port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
	return fd;
}

/* Takes what the server sends, until it closes, is quiet, or has sent at least so many bytes. Returns false on EOF. */
static inline bool
fixture_receive(struct fixture *f, int fd, size_t enough)
{
	int quiet = 0;
	f->answer_len = 0;
	f->closed = false;
	while (quiet < QUIET_MS && f->answer_len < enough) {
		fixture_pump(f);
		const ssize_t n = recv(fd, f->answer + f->answer_len, ANSWER_MAX - 1 - f->answer_len, 0);
		if (n > 0) {
			f->answer_len += (size_t)n;
			quiet = 0;
		} else if (n == 0 || errno != EAGAIN) {
			f->closed = true;
			break;
		} else {
			struct pollfd ready = {fd, POLLIN, 0};
			if (poll(&ready, 1, 1) == 0) quiet++;
		}
	}
	f->answer[f->answer_len] = '\0';
	return !f->closed;
}

static inline void
fixture_send(struct fixture *f, int fd, const char *bytes, size_t len)
{
	for (int idle = 0; len && idle < 2000;) {
		const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			idle = 0;
		} else if (errno != EAGAIN) {
			return; /* the server gave up: its answer tells why */
		} else {
			fixture_pump(f);
			idle++;
		}
	}
}

/* One conversation: connects, sends, receives; the result is in f->answer, f->closed and f->seen. */
static inline const char *
fixture_ask_bytes(struct fixture *f, const char *bytes, size_t len)
{
	const int fd = fixture_connect(f);
	f->seen[0] = '\0';
	fixture_send(f, fd, bytes, len);
	(void)fixture_receive(f, fd, ANSWER_MAX - 1);
	close(fd);
	fixture_pump(f);
	return f->answer;
}

static inline const char *
fixture_ask(struct fixture *f, const char *text)
{
	return fixture_ask_bytes(f, text, strlen(text));
}

/* The status of the first answer, 0: none. */
static inline int
fixture_status(const struct fixture *f)
{
	int minor, status = 0;
	return sscanf(f->answer, "HTTP/1.%d %d", &minor, &status) == 2 ? status : 0;
}

static inline unsigned
fixture_count(const char *text, const char *needle)
{
	unsigned count = 0;
	for (; (text = strstr(text, needle)) != NULL; text += strlen(needle))
		count++;
	return count;
}

#endif
