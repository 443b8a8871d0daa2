/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends a file to a server that echoes, keeps what comes back, and compares the checksums of the two.
 *
 * usage: tcp-client ADDRESS:PORT FILE [COPY]      COPY: where to keep what comes back */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a, 64 bits: enough to see a byte that is wrong, missing or out of place. */
#define CHECKSUM_START UINT64_C(0xcbf29ce484222325)

struct transfer {
	struct event_base *base;
	FILE *copy; /* NULL: what comes back is only counted */
	uint64_t received, checksum;
	int failed;
};

static uint64_t
checksum_add(uint64_t sum, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t
checksum_file(int fd)
{
	unsigned char bytes[65536];
	uint64_t sum = CHECKSUM_START;
	off_t at = 0;
	ssize_t count;
	while ((count = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		sum = checksum_add(sum, bytes, (size_t)count);
		at += count;
	}
	return sum;
}

static void
received(struct bufferevent *bev, void *arg)
{
	struct transfer *transfer = arg;
	unsigned char bytes[65536];
	size_t count;
	while ((count = bufferevent_read(bev, bytes, sizeof(bytes))) > 0) {
		transfer->received += count;
		transfer->checksum = checksum_add(transfer->checksum, bytes, count);
		if (transfer->copy && fwrite(bytes, 1, count, transfer->copy) != count) {
			perror("cannot write the copy");
			transfer->failed = 1;
			event_base_loopbreak(transfer->base);
			return;
		}
	}
}

/* All is sent: end our half, so that the server ends the other when it has sent everything back. */
static void
sent(struct bufferevent *bev, void *arg)
{
	(void)arg;
	shutdown(bufferevent_getfd(bev), SHUT_WR);
}

static void
happened(struct bufferevent *bev, short what, void *arg)
{
	struct transfer *transfer = arg;
	if (what & BEV_EVENT_CONNECTED) return;
	received(bev, arg); /* what came with the end */
	if (!(what & BEV_EVENT_EOF)) {
		int error = EVUTIL_SOCKET_ERROR();
		fprintf(stderr, "%s\n", what & BEV_EVENT_TIMEOUT ? "no answer for 30 seconds" : strerror(error));
		transfer->failed = 1;
	}
	event_base_loopbreak(transfer->base);
}

static int
run(struct transfer *transfer, const struct sockaddr *address, int address_length, int file, off_t size)
{
	const struct timeval patience = {30, 0};
	struct bufferevent *bev = bufferevent_socket_new(transfer->base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (!bev) return -1;
	bufferevent_setcb(bev, received, sent, happened, transfer);
	bufferevent_set_timeouts(bev, &patience, NULL);
	int result = -1;
	/* The buffer owns the file from here on. */
	if (evbuffer_add_file(bufferevent_get_output(bev), file, 0, size) == 0) {
		file = -1;
		if (bufferevent_socket_connect(bev, address, address_length) == 0 &&
			bufferevent_enable(bev, EV_READ | EV_WRITE) == 0)
			result = event_base_dispatch(transfer->base);
	}
	if (file >= 0) close(file);
	bufferevent_free(bev);
	return result < 0 || transfer->failed ? -1 : 0;
}

/* Opens a file that is not empty. Returns its descriptor, or -1 after a message. */
static int
open_file(const char *path, off_t *size)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts) < 0) {
		fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
		if (fd >= 0) close(fd);
		return -1;
	}
	if (!S_ISREG(facts.st_mode) || facts.st_size == 0) {
		fprintf(stderr, "%s is not a file with something in it\n", path);
		close(fd);
		return -1;
	}
	*size = facts.st_size;
	return fd;
}

static int
report(const struct transfer *transfer, const char *path, off_t size, uint64_t expected)
{
	int same = transfer->received == (uint64_t)size && transfer->checksum == expected;
	printf("%s: %lld bytes sent, checksum %016llx; %llu bytes came back, checksum %016llx: %s\n", path, (long long)size,
		(unsigned long long)expected, (unsigned long long)transfer->received, (unsigned long long)transfer->checksum,
		same ? "the same" : "DIFFERENT");
	return same ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct sockaddr_storage address;
	int length = sizeof(address);
	if (argc < 3 || argc > 4 || evutil_parse_sockaddr_port(argv[1], (struct sockaddr *)&address, &length) < 0) {
		fprintf(stderr, "usage: %s ADDRESS:PORT FILE [COPY]\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	off_t size;
	int file = open_file(argv[2], &size);
	if (file < 0) return 1;
	uint64_t expected = checksum_file(file);
	struct transfer transfer = {.base = event_base_new(), .checksum = CHECKSUM_START};
	if (argc > 3 && !(transfer.copy = fopen(argv[3], "wb"))) {
		fprintf(stderr, "cannot write %s: %s\n", argv[3], strerror(errno));
		transfer.failed = 1;
	}
	int result = 1;
	if (!transfer.base || transfer.failed)
		close(file);
	else if (run(&transfer, (struct sockaddr *)&address, length, file, size) == 0)
		result = report(&transfer, argv[2], size, expected);
	if (transfer.copy && fclose(transfer.copy) != 0) result = 1;
	if (transfer.base) event_base_free(transfer.base);
	return result;
}
