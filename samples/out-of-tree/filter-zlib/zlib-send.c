/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends a file through two compressing bufferevents over a pair of sockets, and tells whether it came whole.
 *
 * usage: zlib-send FILE */
#include "filter-zlib.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct receiver {
	struct event_base *base;
	size_t came, wanted;
	unsigned long sum;
};

static unsigned long
add_up(unsigned long sum, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + data[i];
	return sum;
}

static void
on_data(struct bufferevent *bev, void *arg)
{
	struct receiver *receiver = arg;
	unsigned char data[4096];
	size_t n;
	while ((n = bufferevent_read(bev, data, sizeof(data))) > 0) {
		receiver->came += n;
		receiver->sum = add_up(receiver->sum, data, n);
	}
	if (receiver->came >= receiver->wanted) event_base_loopbreak(receiver->base);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	fprintf(stderr, "zlib-send: the connection ended (%#x)\n", (unsigned)what);
	event_base_loopbreak(((struct receiver *)arg)->base);
}

static unsigned char *
read_file(const char *name, size_t *size)
{
	struct stat facts;
	int fd = open(name, O_RDONLY);
	if (fd < 0 || fstat(fd, &facts) < 0) return NULL;
	unsigned char *data = malloc((size_t)facts.st_size + 1);
	ssize_t n = data ? read(fd, data, (size_t)facts.st_size) : -1;
	close(fd);
	*size = n < 0 ? 0 : (size_t)n;
	return data;
}

int
main(int argc, char **argv)
{
	evutil_socket_t fds[2];
	size_t size = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: zlib-send FILE\n");
		return 2;
	}
	unsigned char *data = read_file(argv[1], &size);
	const struct filter_zlib *filter = (const struct filter_zlib *)event_plugin_find(
		EVENT_PLUGIN_FILTER, FILTER_ZLIB_NAME, FILTER_ZLIB_MAJOR, FILTER_ZLIB_MINOR, 0);
	struct receiver receiver = {.base = event_base_new(), .wanted = size};
	if (!data || !filter || !receiver.base || evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) {
		fprintf(stderr, "zlib-send: no file, no plugin or no sockets\n");
		return 1;
	}
	struct bufferevent *below[2], *ends[2];
	for (int i = 0; i < 2; i++) {
		evutil_make_socket_nonblocking(fds[i]);
		below[i] = bufferevent_socket_new(receiver.base, fds[i], BEV_OPT_CLOSE_ON_FREE);
		ends[i] = below[i] ? filter->wrap(receiver.base, below[i], BEV_OPT_CLOSE_ON_FREE) : NULL;
		if (!ends[i]) return 1;
	}
	bufferevent_setcb(ends[1], on_data, NULL, on_event, &receiver);
	bufferevent_enable(ends[1], EV_READ);
	bufferevent_write(ends[0], data, size);
	if (size) event_base_dispatch(receiver.base);
	int whole = receiver.came == size && receiver.sum == add_up(0, data, size);
	printf("%zu bytes %s\n", receiver.came, whole ? "came whole" : "came, and not as they were sent");
	bufferevent_free(ends[0]);
	bufferevent_free(ends[1]);
	event_base_free(receiver.base);
	free(data);
	return !whole;
}
