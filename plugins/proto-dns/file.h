/* SPDX-License-Identifier: BSD-3-Clause */
/* Small configuration files: read whole, and looked at again to see whether they changed. */
#ifndef PROTO_DNS_FILE_H_
#define PROTO_DNS_FILE_H_

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A file that was read, and how it looked then. */
struct dns_file {
	struct dns_file *next;
	struct stat seen;
	char path[];
};

/* Reads a file of at most most bytes. Returns EVDNS_ERROR_NONE, with *text from dns_alloc() and how it looks in *seen,
 * or another EVDNS_ERROR_*. */
int dns_file_read(const char *path, size_t most, char **text, size_t *length, struct stat *seen);
/* Remembers one; NULL when there is no memory. */
struct dns_file *dns_file_new(const char *path, const struct stat *seen);
/* Whether it looks different now. One that is gone has not changed: what it said stays true. */
bool dns_file_changed(const struct dns_file *file);

#endif
