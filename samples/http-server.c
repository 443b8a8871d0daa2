/* SPDX-License-Identifier: BSD-3-Clause */
/* A file server: folders are listed, files sent (whole or a range) without being copied, POST and PUT are printed.
 *
 * usage: http-server [-a ADDRESS] [-p PORT | -u UNIX_SOCKET] [FOLDER]      127.0.0.1:8080, the current folder
 *
 * Port 0 takes a free one. Nothing outside the folder is served: each part of a path is opened on its own, ".." is
 * refused, and no symbolic link is followed. Ends in good order at Ctrl-C, when open answers were sent. */
#include <dirent.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/plugin.h>
#include <event2/util.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".css", "text/css"},
	{".js", "text/javascript"},
	{".json", "application/json"},
	{".txt", "text/plain; charset=utf-8"},
	{".c", "text/plain; charset=utf-8"},
	{".h", "text/plain; charset=utf-8"},
	{".md", "text/plain; charset=utf-8"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".gif", "image/gif"},
	{".svg", "image/svg+xml"},
	{".pdf", "application/pdf"},
	{".gz", "application/gzip"},
	{".wasm", "application/wasm"},
};

struct server {
	int folder;
	struct event_base *base;
	struct evhttp *http;
};

static const char *
type_of(const char *name)
{
	const char *suffix = strrchr(name, '.');
	for (size_t i = 0; suffix && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(suffix, types[i].suffix) == 0) return types[i].type;
	return "application/octet-stream";
}

/* ---- Paths ---- */

/* Opens what a decoded path names, below folder. Returns -1 with errno set. */
static int
open_below(int folder, char *path)
{
	int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	char *rest = NULL;
	for (char *part = strtok_r(path, "/", &rest); part && fd >= 0; part = strtok_r(NULL, "/", &rest)) {
		int next = -1;
		if (strcmp(part, "..") == 0 || strcmp(part, ".") == 0)
			errno = EACCES;
		else
			next = openat(fd, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		const int why = errno;
		close(fd);
		errno = why;
		fd = next;
	}
	return fd;
}

static void
refuse(struct evhttp_request *req)
{
	evhttp_send_error(req, errno == ENOENT || errno == ENOTDIR ? HTTP_NOTFOUND : HTTP_FORBIDDEN, NULL);
}

/* ---- Folders ---- */

static void
list_entry(struct evbuffer *page, const struct dirent *entry)
{
	if (entry->d_name[0] == '.') return;
	char *link = evhttp_encode_uri(entry->d_name), *name = evhttp_htmlescape(entry->d_name);
	const char *slash = entry->d_type == DT_DIR ? "/" : "";
	if (link && name) evbuffer_add_printf(page, "<li><a href=\"%s%s\">%s%s</a>\n", link, slash, name, slash);
	free(link);
	free(name);
}

/* Links are relative, so the address must end with '/'. */
static bool
add_slash(struct evhttp_request *req, const char *path)
{
	char target[4096];
	if (path[0] && path[strlen(path) - 1] == '/') return false;
	const int len = snprintf(target, sizeof(target), "%s/", path);
	if (len < 0 || (size_t)len >= sizeof(target) || strncmp(target, "//", 2) == 0) return false;
	evhttp_add_header(evhttp_request_get_output_headers(req), "Location", target);
	evhttp_send_reply(req, HTTP_MOVEPERM, NULL, NULL);
	return true;
}

static void
send_folder(struct evhttp_request *req, int fd, const char *path)
{
	DIR *dir = add_slash(req, path) ? NULL : fdopendir(fd);
	if (!dir) {
		close(fd);
		if (!evhttp_request_get_response_code(req)) evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	struct evbuffer *page = evbuffer_new();
	char *title = evhttp_htmlescape(path);
	evbuffer_add_printf(
		page, "<!DOCTYPE html>\n<meta charset=utf-8>\n<title>%s</title>\n<h1>%s</h1>\n<ul>\n", title, title);
	free(title);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		list_entry(page, entry);
	closedir(dir); /* and fd */
	evbuffer_add_printf(page, "</ul>\n");
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/html; charset=utf-8");
	evhttp_send_reply(req, HTTP_OK, NULL, page);
	evbuffer_free(page);
}

/* ---- Files ---- */

/* "bytes=first-last", with either left out. Returns 206, 200 when it is to be ignored, or 416. */
static int
parse_range(const char *range, int64_t size, int64_t *first, int64_t *len)
{
	char *end;
	*first = 0;
	*len = size;
	if (!range || strncmp(range, "bytes=", 6) != 0 || strchr(range, ',')) return HTTP_OK;
	range += 6;
	errno = 0;
	if (range[0] == '-') {
		const int64_t last = strtoll(range + 1, &end, 10);
		if (errno || *end || end == range + 1 || range[1] < '0' || range[1] > '9') return HTTP_OK;
		if (last == 0 || size == 0) return 416;
		*first = last < size ? size - last : 0;
		*len = size - *first;
		return 206;
	}
	if (range[0] < '0' || range[0] > '9') return HTTP_OK;
	const int64_t begin = strtoll(range, &end, 10);
	if (errno || *end != '-') return HTTP_OK;
	int64_t last = size - 1;
	if (end[1]) {
		if (end[1] < '0' || end[1] > '9') return HTTP_OK;
		last = strtoll(end + 1, &end, 10);
		if (errno || *end || last < begin) return HTTP_OK;
	}
	if (begin >= size) return 416;
	if (last > size - 1) last = size - 1;
	*first = begin;
	*len = last - begin + 1;
	return 206;
}

static bool
not_modified(struct evhttp_request *req, time_t changed)
{
	char text[64];
	struct tm tm;
	const char *since = evhttp_find_header(evhttp_request_get_input_headers(req), "If-Modified-Since");
	if (!gmtime_r(&changed, &tm) || evutil_date_rfc1123(text, sizeof(text), &tm) < 0) return false;
	evhttp_add_header(evhttp_request_get_output_headers(req), "Last-Modified", text);
	return since && strcmp(since, text) == 0;
}

static void
send_file(struct evhttp_request *req, int fd, const char *path, const struct stat *about)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(req);
	const char *range = evhttp_find_header(evhttp_request_get_input_headers(req), "Range");
	int64_t first, len;
	char text[128];
	if (not_modified(req, about->st_mtime)) {
		close(fd);
		evhttp_send_reply(req, HTTP_NOTMODIFIED, NULL, NULL);
		return;
	}
	int status = parse_range(range, about->st_size, &first, &len);
	evhttp_add_header(out, "Accept-Ranges", "bytes");
	if (status == 416) {
		snprintf(text, sizeof(text), "bytes */%lld", (long long)about->st_size);
		len = 0;
	} else {
		snprintf(text, sizeof(text), "bytes %lld-%lld/%lld", (long long)first, (long long)(first + len - 1),
			(long long)about->st_size);
		evhttp_add_header(out, "Content-Type", type_of(path));
	}
	if (status != HTTP_OK) evhttp_add_header(out, "Content-Range", text);
	struct evbuffer *body = evbuffer_new();
	if (len == 0)
		close(fd);
	else if (evbuffer_add_file(body, fd, first, len) < 0) /* owns fd on success: the body goes out as it lies there */
		status = HTTP_INTERNAL, close(fd);
	evhttp_send_reply(req, status, NULL, body);
	evbuffer_free(body);
}

static void
on_get(struct evhttp_request *req, void *arg)
{
	const struct server *server = arg;
	struct stat about;
	size_t len;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *coded = evhttp_uri_get_path(uri);
	char *path = evhttp_uridecode(coded ? coded : "/", 0, &len), *parts = path ? strdup(path) : NULL;
	if (!parts || strlen(path) != len) {
		evhttp_send_error(req, HTTP_BADREQUEST, NULL);
	} else {
		const int fd = open_below(server->folder, parts);
		if (fd < 0 || fstat(fd, &about) < 0) {
			refuse(req);
		} else if (S_ISDIR(about.st_mode)) {
			send_folder(req, fd, path);
		} else if (S_ISREG(about.st_mode)) {
			send_file(req, fd, path, &about);
		} else {
			close(fd);
			evhttp_send_error(req, HTTP_FORBIDDEN, NULL);
		}
	}
	free(parts);
	free(path);
}

/* ---- Anything with a body ---- */

static void
on_body(struct evhttp_request *req)
{
	const struct evkeyval *field;
	struct evbuffer *body = evhttp_request_get_input_buffer(req), *answer = evbuffer_new();
	printf("%s:\n", evhttp_request_get_uri(req));
	TAILQ_FOREACH (field, evhttp_request_get_input_headers(req), next)
		printf("  %s: %s\n", field->key, field->value);
	evbuffer_add_printf(answer, "%zu bytes\n", evbuffer_get_length(body));
	while (evbuffer_get_length(body)) {
		char block[4096];
		const int len = evbuffer_remove(body, block, sizeof(block));
		if (len <= 0) break;
		fwrite(block, 1, (size_t)len, stdout);
	}
	putchar('\n');
	fflush(stdout);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/plain");
	evhttp_send_reply(req, HTTP_OK, NULL, answer);
	evbuffer_free(answer);
}

static void
on_options(struct evhttp_request *req)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
	evhttp_send_reply(req, HTTP_NOCONTENT, NULL, NULL);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	const enum evhttp_cmd_type type = evhttp_request_get_command(req);
	if (type == EVHTTP_REQ_GET || type == EVHTTP_REQ_HEAD)
		on_get(req, arg);
	else if (type == EVHTTP_REQ_OPTIONS)
		on_options(req);
	else
		on_body(req);
}

/* ---- Start and end ---- */

static void
all_sent(struct evhttp *http, void *arg)
{
	(void)http;
	event_base_loopbreak(arg);
}

static void
on_interrupt(evutil_socket_t signal, short what, void *arg)
{
	struct server *server = arg;
	(void)signal, (void)what;
	if (evhttp_drain(server->http, all_sent, server->base) < 0) event_base_loopbreak(server->base);
}

static int
listen_unix(struct evhttp *http, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address.sun_path)) return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 128) < 0 ||
		evutil_make_socket_closeonexec(fd) < 0 || evhttp_accept_socket(http, fd) < 0)
		return -1;
	printf("http-server: unix socket %s", path);
	return 0;
}

static int
listen_tcp(struct evhttp *http, const char *address, uint16_t port)
{
	struct sockaddr_storage bound_to;
	socklen_t length = sizeof(bound_to);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, address, port);
	if (!bound) return -1;
	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&bound_to, &length) < 0) return -1;
	/* The port stands at the same place for IPv4 and IPv6. */
	port = ntohs(((struct sockaddr_in *)(void *)&bound_to)->sin_port);
	printf("http-server: http://%s%s%s:%u/", strchr(address, ':') ? "[" : "", address, strchr(address, ':') ? "]" : "",
		port);
	return 0;
}

static int
print_plugin(const struct event_plugin_info *info, void *arg)
{
	(void)arg;
	if (info->state == EVENT_PLUGIN_STATE_LOADED && strncmp(info->name, "proto-http", 10) == 0)
		printf(", %s", info->file);
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: http-server [-a ADDRESS] [-p PORT | -u UNIX_SOCKET] [FOLDER]\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *address = "127.0.0.1", *unix_socket = NULL;
	long port = 8080;
	struct server server;
	for (int option; (option = getopt(argc, argv, "a:p:u:")) != -1;) {
		if (option == 'a')
			address = optarg;
		else if (option == 'p')
			port = strtol(optarg, NULL, 10);
		else if (option == 'u')
			unix_socket = optarg;
		else
			return usage();
	}
	if (argc - optind > 1 || port < 0 || port > 65535) return usage();
	const char *folder = optind < argc ? argv[optind] : ".";
	server.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (server.folder < 0) {
		perror(folder);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of its write, not our end */
	server.base = event_base_new();
	server.http = server.base ? evhttp_new(server.base) : NULL;
	if (!server.http) return 1;
	evhttp_set_gencb(server.http, on_request, &server);
	evhttp_set_allowed_methods(server.http,
		EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
	if ((unix_socket ? listen_unix(server.http, unix_socket) : listen_tcp(server.http, address, (uint16_t)port)) < 0) {
		perror("http-server: cannot listen");
		return 1;
	}
	printf(" (%s", event_base_get_method(server.base));
	event_plugin_foreach(print_plugin, NULL);
	printf(")\n");
	fflush(stdout);
	struct event *interrupt = evsignal_new(server.base, SIGINT, on_interrupt, &server);
	struct event *terminate = evsignal_new(server.base, SIGTERM, on_interrupt, &server);
	if (!interrupt || !terminate || event_add(interrupt, NULL) < 0 || event_add(terminate, NULL) < 0) return 1;
	event_base_dispatch(server.base);
	event_free(interrupt);
	event_free(terminate);
	evhttp_free(server.http);
	event_base_free(server.base);
	close(server.folder);
	return 0;
}
