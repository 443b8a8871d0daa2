/* SPDX-License-Identifier: BSD-3-Clause */
/* Names and addresses from hosts files. Whoever calls these serializes them. */
#ifndef PROTO_DNS_HOSTS_H_
#define PROTO_DNS_HOSTS_H_

#include "file.h"
#include "name.h"

struct dns_host {
	struct dns_host *next; /* in its bucket, in the order of the files */
	int family;            /* AF_INET or AF_INET6 */
	uint8_t address[16];
	uint32_t scope;
	uint8_t length;
	uint8_t name[]; /* small letters */
};

struct dns_hosts;

struct dns_hosts *dns_hosts_new(void);
void dns_hosts_free(struct dns_hosts *hosts);
/* Adds what text in the format of hosts(5) says. Lines that make no sense are passed over, with a log line that names
 * path. Returns 0, or -1 when there is no memory for all of it. */
int dns_hosts_parse(struct dns_hosts *hosts, const char *path, const char *text, size_t length);
/* Adds a file, which is watched from now on. Returns 0 or -1. */
int dns_hosts_load(struct dns_hosts *hosts, const char *path);
/* Adds "localhost" for both families, unless it is there. */
void dns_hosts_add_localhost(struct dns_hosts *hosts);
/* Forgets entries and files. */
void dns_hosts_clear(struct dns_hosts *hosts);
/* Reads all files again when one of them changed. */
void dns_hosts_refresh(struct dns_hosts *hosts);
/* The first entry of a name, or the one that follows after; NULL: there is no other. */
const struct dns_host *dns_hosts_find(const struct dns_hosts *hosts, const uint8_t *name, const struct dns_host *after);

#endif
