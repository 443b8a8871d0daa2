/* SPDX-License-Identifier: BSD-3-Clause */
/* hosts(5): a table from names to addresses, in the order of the files. It grows with the number of entries, since some
 * people block a hundred thousand names with it. */
#include "hosts.h"
#include "lines.h"
#include "memory.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <string.h>
#include <sys/socket.h>

#define FILE_MOST (64u << 20)
#define BUCKETS_FIRST 64
#define WARNINGS_MOST 3 /* for one file: a line each, then silence */

struct dns_hosts {
	struct dns_host **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
	struct dns_file *files;
	bool localhost; /* dns_hosts_add_localhost() was called */
};

struct dns_hosts *
dns_hosts_new(void)
{
	return dns_zalloc(sizeof(struct dns_hosts));
}

static void
forget_entries(struct dns_hosts *hosts)
{
	for (size_t i = 0; i < hosts->bucket_count; i++) {
		struct dns_host *host;
		while ((host = hosts->buckets[i])) {
			hosts->buckets[i] = host->next;
			dns_free(host);
		}
	}
	dns_free(hosts->buckets);
	hosts->buckets = NULL;
	hosts->bucket_count = hosts->count = 0;
}

void
dns_hosts_clear(struct dns_hosts *hosts)
{
	struct dns_file *file;
	forget_entries(hosts);
	hosts->localhost = false;
	while ((file = hosts->files)) {
		hosts->files = file->next;
		dns_free(file);
	}
}

void
dns_hosts_free(struct dns_hosts *hosts)
{
	if (!hosts) return;
	dns_hosts_clear(hosts);
	dns_free(hosts);
}

static size_t
hash_of(const uint8_t *name, size_t length)
{
	size_t hash = 5381;
	for (size_t i = 0; i < length; i++)
		hash = hash * 33 ^ name[i];
	return hash ^ hash >> 15;
}

static void
append(struct dns_host **bucket, struct dns_host *host)
{
	while (*bucket)
		bucket = &(*bucket)->next;
	host->next = NULL;
	*bucket = host;
}

/* More buckets when there are as many entries as buckets. Without memory for that it just becomes slower. */
static bool
grow(struct dns_hosts *hosts)
{
	if (hosts->count < hosts->bucket_count) return true;
	size_t count = hosts->bucket_count ? hosts->bucket_count * 2 : BUCKETS_FIRST;
	struct dns_host **buckets = dns_zalloc(count * sizeof(struct dns_host *));
	if (!buckets) return hosts->bucket_count > 0;
	for (size_t i = 0; i < hosts->bucket_count; i++) {
		struct dns_host *host;
		while ((host = hosts->buckets[i])) {
			hosts->buckets[i] = host->next;
			append(&buckets[hash_of(host->name, host->length) & (count - 1)], host);
		}
	}
	dns_free(hosts->buckets);
	hosts->buckets = buckets;
	hosts->bucket_count = count;
	return true;
}

struct address {
	int family;
	uint8_t bytes[16];
	uint32_t scope;
};

static int
add(struct dns_hosts *hosts, const struct address *address, const uint8_t *name)
{
	size_t length = dns_name_length(name);
	if (!grow(hosts)) return -1;
	struct dns_host *host = dns_alloc(sizeof(*host) + length);
	if (!host) return -1;
	host->family = address->family;
	memcpy(host->address, address->bytes, sizeof(host->address));
	host->scope = address->scope;
	host->length = (uint8_t)dns_name_lower(name, host->name);
	append(&hosts->buckets[hash_of(host->name, length) & (hosts->bucket_count - 1)], host);
	hosts->count++;
	return 0;
}

const struct dns_host *
dns_hosts_find(const struct dns_hosts *hosts, const uint8_t *name, const struct dns_host *after)
{
	uint8_t lower[DNS_NAME_MAX];
	size_t length = dns_name_lower(name, lower);
	const struct dns_host *host = after ? after->next : NULL;
	if (!after && hosts->bucket_count) host = hosts->buckets[hash_of(lower, length) & (hosts->bucket_count - 1)];
	while (host && (host->length != length || memcmp(host->name, lower, length) != 0))
		host = host->next;
	return host;
}

/* ---- Files --------------------------------------------------------------------------------------------------------
 */

static bool
read_address(const char *word, size_t length, struct address *address)
{
	char text[96];
	unsigned scope = 0;
	if (length >= sizeof(text)) return false;
	memcpy(text, word, length);
	text[length] = '\0';
	memset(address, 0, sizeof(*address));
	if (evutil_inet_pton(AF_INET, text, address->bytes) == 1) {
		address->family = AF_INET;
		return true;
	}
	if (evutil_inet_pton_scope(AF_INET6, text, address->bytes, &scope) != 1) return false;
	address->family = AF_INET6;
	address->scope = scope;
	return true;
}

int
dns_hosts_parse(struct dns_hosts *hosts, const char *path, const char *text, size_t length)
{
	struct dns_lines lines;
	struct address address;
	const char *word;
	size_t size;
	int warnings = 0, error = 0;
	dns_lines_init(&lines, text, length, "#");
	while (dns_line_next(&lines)) {
		if (!dns_word_next(&lines, &word, &size)) continue;
		bool good = read_address(word, size, &address);
		while (good && dns_word_next(&lines, &word, &size)) {
			uint8_t name[DNS_NAME_MAX];
			good = dns_name_from_text(word, size, name) > 1;
			if (good && add(hosts, &address, name) != 0) error = -1;
		}
		if (!good && warnings++ < WARNINGS_MOST)
			dns_warn("%s:%d: not an address and its names; the line is passed over", path, lines.number);
	}
	return error;
}

static int
read_file(struct dns_hosts *hosts, const char *path, struct stat *seen)
{
	char *text;
	size_t length;
	if (dns_file_read(path, FILE_MOST, &text, &length, seen) != EVDNS_ERROR_NONE) return -1;
	int error = dns_hosts_parse(hosts, path, text, length);
	dns_free(text);
	return error;
}

int
dns_hosts_load(struct dns_hosts *hosts, const char *path)
{
	struct stat seen;
	struct dns_file **end = &hosts->files;
	if (read_file(hosts, path, &seen) != 0) return -1;
	while (*end)
		end = &(*end)->next;
	*end = dns_file_new(path, &seen);
	return *end ? 0 : -1;
}

void
dns_hosts_add_localhost(struct dns_hosts *hosts)
{
	static const uint8_t name[] = "\011localhost";
	static const struct address addresses[] = {{AF_INET, {127, 0, 0, 1}, 0}, {AF_INET6, {[15] = 1}, 0}};
	hosts->localhost = true;
	if (dns_hosts_find(hosts, name, NULL)) return;
	for (size_t i = 0; i < 2; i++)
		add(hosts, &addresses[i], name);
}

void
dns_hosts_refresh(struct dns_hosts *hosts)
{
	struct dns_file *file;
	bool changed = false;
	for (file = hosts->files; file && !changed; file = file->next)
		changed = dns_file_changed(file);
	if (!changed) return;
	forget_entries(hosts);
	for (file = hosts->files; file; file = file->next)
		read_file(hosts, file->path, &file->seen);
	if (hosts->localhost) dns_hosts_add_localhost(hosts);
}
