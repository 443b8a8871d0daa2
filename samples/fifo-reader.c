/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a FIFO and prints every line that anybody writes into it, until SIGINT or SIGTERM.
 *
 * usage: fifo-reader PATH */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
	struct event_base *base;
	struct evbuffer *pending; /* what has no newline yet */
};

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct reader *reader = arg;
	char *line;
	(void)what;
	int count = evbuffer_read(reader->pending, fd, -1);
	if (count < 0 && errno != EAGAIN && errno != EINTR) {
		perror("read");
		event_base_loopbreak(reader->base);
		return;
	}
	while ((line = evbuffer_readln(reader->pending, NULL, EVBUFFER_EOL_LF))) {
		printf("line: %s\n", line);
		free(line);
	}
	fflush(stdout);
}

static void
stop(evutil_socket_t signum, short what, void *arg)
{
	(void)signum, (void)what;
	event_base_loopbreak(arg);
}

static int
serve(struct reader *reader, int fd)
{
	struct event *input = event_new(reader->base, fd, EV_READ | EV_PERSIST, readable, reader);
	struct event *interrupt = evsignal_new(reader->base, SIGINT, stop, reader->base);
	struct event *terminate = evsignal_new(reader->base, SIGTERM, stop, reader->base);
	int failed = !input || !interrupt || !terminate || event_add(input, NULL) < 0 || event_add(interrupt, NULL) < 0 ||
				 event_add(terminate, NULL) < 0 || event_base_dispatch(reader->base) < 0;
	if (input) event_free(input);
	if (interrupt) event_free(interrupt);
	if (terminate) event_free(terminate);
	return failed;
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s PATH\n", argv[0]);
		return 2;
	}
	if (mkfifo(argv[1], 0600) < 0) {
		fprintf(stderr, "%s: cannot make %s: %s\n", argv[0], argv[1], strerror(errno));
		return 1;
	}
	/* Open for writing as well, or the FIFO would be at its end each time a writer leaves. */
	int fd = open(argv[1], O_RDWR | O_NONBLOCK);
	struct reader reader = {event_base_new(), evbuffer_new()};
	int failed = 1;
	if (fd >= 0 && reader.base && reader.pending) {
		printf("reading %s\n", argv[1]);
		fflush(stdout);
		failed = serve(&reader, fd);
	}
	if (fd >= 0) close(fd);
	if (reader.pending) evbuffer_free(reader.pending);
	if (reader.base) event_base_free(reader.base);
	unlink(argv[1]);
	return failed;
}
