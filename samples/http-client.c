/* SPDX-License-Identifier: BSD-3-Clause */
/* Fetches a page and prints its body as it arrives; status and header fields go to standard error.
 *
 * usage: http-client [-d DATA] [-m METHOD] [-t SECONDS] URL      -d sends a body (POST unless -m says otherwise)
 *
 * URL: http://HOST[:PORT]/PATH, or http://unix:/PATH/OF/SOCKET:/PATH. */
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

struct fetch {
	struct event_base *base;
	int result;
};

static const struct {
	const char *name;
	enum evhttp_cmd_type type;
} methods[] = {{"GET", EVHTTP_REQ_GET}, {"POST", EVHTTP_REQ_POST}, {"HEAD", EVHTTP_REQ_HEAD}, {"PUT", EVHTTP_REQ_PUT},
	{"DELETE", EVHTTP_REQ_DELETE}, {"OPTIONS", EVHTTP_REQ_OPTIONS}, {"PATCH", EVHTTP_REQ_PATCH}};

static int
on_head(struct evhttp_request *req, void *arg)
{
	const struct evkeyval *field;
	(void)arg;
	fprintf(stderr, "%d %s\n", evhttp_request_get_response_code(req), evhttp_request_get_response_code_line(req));
	TAILQ_FOREACH (field, evhttp_request_get_input_headers(req), next)
		fprintf(stderr, "%s: %s\n", field->key, field->value);
	return 0;
}

static void
on_piece(struct evhttp_request *req, void *arg)
{
	struct fetch *fetch = arg;
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	while (evbuffer_get_length(body))
		if (evbuffer_write(body, STDOUT_FILENO) < 0) {
			perror("standard output");
			event_base_loopbreak(fetch->base);
			return;
		}
}

static void
on_error(enum evhttp_request_error error, void *arg)
{
	static const char *const reasons[] = {"timeout", "the server closed the connection too early",
		"what came is no HTTP", "reading or writing failed", "cancelled", "the answer is too long"};
	(void)arg;
	fprintf(stderr, "http-client: %s\n", reasons[error]);
}

static void
on_done(struct evhttp_request *req, void *arg)
{
	struct fetch *fetch = arg;
	const int status = req ? evhttp_request_get_response_code(req) : -1;
	if (status == 0) fprintf(stderr, "http-client: cannot connect\n");
	fetch->result = status >= 200 && status < 400 ? 0 : 1;
	event_base_loopbreak(fetch->base);
}

static struct evhttp_connection *
make_connection(struct event_base *base, struct evdns_base *dns, const struct evhttp_uri *uri)
{
	const char *path = evhttp_uri_get_unixsocket(uri);
	const int port = evhttp_uri_get_port(uri);
	if (path) return evhttp_connection_base_bufferevent_unix_new(base, NULL, path);
	return evhttp_connection_base_new(base, dns, evhttp_uri_get_host(uri), (uint16_t)(port < 0 ? 80 : port));
}

static int
send_request(struct evhttp_connection *evcon, struct fetch *fetch, const struct evhttp_uri *uri,
	enum evhttp_cmd_type type, const char *data)
{
	char target[4096];
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	const int len =
		snprintf(target, sizeof(target), "%s%s%s", path && *path ? path : "/", query ? "?" : "", query ? query : "");
	struct evhttp_request *req = evhttp_request_new(on_done, fetch);
	if (!req || len < 0 || (size_t)len >= sizeof(target)) return -1;
	evhttp_request_set_header_cb(req, on_head);
	evhttp_request_set_chunked_cb(req, on_piece);
	evhttp_request_set_error_cb(req, on_error);
	struct evkeyvalq *fields = evhttp_request_get_output_headers(req);
	evhttp_add_header(fields, "User-Agent", "mkevent-http-client");
	evhttp_add_header(fields, "Connection", "close");
	if (data) evbuffer_add(evhttp_request_get_output_buffer(req), data, strlen(data));
	return evhttp_make_request(evcon, req, type, target);
}

static int
fetch_uri(const struct evhttp_uri *uri, enum evhttp_cmd_type type, const char *data, int timeout)
{
	struct fetch fetch = {event_base_new(), 1};
	if (!fetch.base) return 1;
	struct evdns_base *dns = evdns_base_new(fetch.base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	struct evhttp_connection *evcon = make_connection(fetch.base, dns, uri);
	if (evcon) {
		if (timeout > 0) evhttp_connection_set_timeout(evcon, timeout);
		if (send_request(evcon, &fetch, uri, type, data) == 0) event_base_dispatch(fetch.base);
		evhttp_connection_free(evcon);
	}
	if (dns) evdns_base_free(dns, 0);
	event_base_free(fetch.base);
	return fetch.result;
}

static int
usage(void)
{
	fprintf(stderr, "usage: http-client [-d DATA] [-m METHOD] [-t SECONDS] URL\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *data = NULL, *method = NULL;
	int timeout = 0;
	for (int option; (option = getopt(argc, argv, "d:m:t:")) != -1;) {
		if (option == 'd')
			data = optarg;
		else if (option == 'm')
			method = optarg;
		else if (option == 't')
			timeout = atoi(optarg);
		else
			return usage();
	}
	if (argc - optind != 1) return usage();
	if (!method) method = data ? "POST" : "GET";
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(method, methods[i].name) != 0) continue;
		struct evhttp_uri *uri =
			evhttp_uri_parse_with_flags(argv[optind], EVHTTP_URI_UNIX_SOCKET | EVHTTP_URI_HOST_STRIP_BRACKETS);
		const char *scheme = uri ? evhttp_uri_get_scheme(uri) : NULL;
		if (!scheme || strcmp(scheme, "http") != 0 || !evhttp_uri_get_host(uri)) {
			fprintf(stderr, "http-client: not a http URL: %s\n", argv[optind]);
			if (uri) evhttp_uri_free(uri);
			return 2;
		}
		const int result = fetch_uri(uri, methods[i].type, data, timeout);
		evhttp_uri_free(uri);
		return result;
	}
	return usage();
}
