/* SPDX-License-Identifier: BSD-3-Clause */
/* Small configuration files. */
#include "file.h"
#include "memory.h"

#include <errno.h>
#include <event2/dns.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

/* Reads until the end of the file, or until room is full. Returns how much, or -1. */
static ssize_t
read_all(int fd, char *room, size_t size)
{
	size_t have = 0;
	while (have < size) {
		ssize_t got = read(fd, room + have, size - have);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return -1;
		if (got == 0) break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

int
dns_file_read(const char *path, size_t most, char **text, size_t *length, struct stat *seen)
{
	int error = EVDNS_ERROR_NONE;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return EVDNS_ERROR_FAILED_TO_OPEN_FILE;
	if (fstat(fd, seen) != 0) {
		error = EVDNS_ERROR_FAILED_TO_STAT_FILE;
	} else if (seen->st_size < 0 || (size_t)seen->st_size > most) {
		error = EVDNS_ERROR_FILE_TOO_LARGE;
	} else {
		/* What it grows by meanwhile shows at the next look. */
		size_t size = (size_t)seen->st_size;
		char *room = dns_alloc(size + 1);
		ssize_t got = room ? read_all(fd, room, size) : 0;
		if (!room) {
			error = EVDNS_ERROR_OUT_OF_MEMORY;
		} else if (got < 0) {
			error = EVDNS_ERROR_SHORT_READ_FROM_FILE;
			dns_free(room);
		} else {
			room[got] = '\0';
			*text = room;
			*length = (size_t)got;
		}
	}
	close(fd);
	return error;
}

struct dns_file *
dns_file_new(const char *path, const struct stat *seen)
{
	size_t size = strlen(path) + 1;
	struct dns_file *file = dns_alloc(sizeof(*file) + size);
	if (!file) return NULL;
	file->next = NULL;
	file->seen = *seen;
	memcpy(file->path, path, size);
	return file;
}

bool
dns_file_changed(const struct dns_file *file)
{
	struct stat now;
	if (stat(file->path, &now) != 0) return false;
	return now.st_mtim.tv_sec != file->seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != file->seen.st_mtim.tv_nsec ||
		   now.st_size != file->seen.st_size || now.st_ino != file->seen.st_ino || now.st_dev != file->seen.st_dev;
}
