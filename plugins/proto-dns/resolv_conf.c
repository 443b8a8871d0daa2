/* SPDX-License-Identifier: BSD-3-Clause */
/* resolv.conf(5): servers, search domains, options; read again when it changes, as glibc does. A program that sets
 * servers or domains by itself keeps those: only what came from the file goes when the file changes. */
#include "resolv_conf.h"
#include "functions.h"
#include "hosts.h"
#include "lines.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST 65536
#define LOOK_EVERY_US 1000000
#define HOSTS_FILE "/etc/hosts"

struct reading {
	struct evdns_base *base;
	int flags;
	const char *path;
	struct dns_lines lines;
	bool has_search;
};

static bool
is_word(const char *word, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

/* Copies a word into a string. Returns false when it is too long. */
static bool
to_string(const char *word, size_t length, char *text, size_t size)
{
	if (length >= size) return false;
	memcpy(text, word, length);
	text[length] = '\0';
	return true;
}

static void
complain(const struct reading *reading, const char *what, const char *word, size_t length)
{
	dns_warn("%s:%d: %s \"%.*s\" makes no sense; it is passed over", reading->path, reading->lines.number, what,
		(int)(length < 80 ? length : 80), word);
}

static int
add_server_locked(struct evdns_base *base, const char *text, bool from_file)
{
	struct sockaddr_storage address;
	int length = sizeof(address);
	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &length) != 0) return 4;
	if (address.ss_family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		if (in->sin_port == 0) in->sin_port = htons(53);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		if (in6->sin6_port == 0) in6->sin6_port = htons(53);
	}
	return dns_server_add_locked(base, (struct sockaddr *)&address, (socklen_t)length, from_file);
}

static void
read_servers_locked(struct reading *reading)
{
	const char *word;
	size_t length;
	char text[128];
	if (!(reading->flags & DNS_OPTION_NAMESERVERS)) return;
	while (dns_word_next(&reading->lines, &word, &length)) {
		int error = to_string(word, length, text, sizeof(text)) ? add_server_locked(reading->base, text, true) : 4;
		if (error && error != 3) complain(reading, "nameserver", word, length);
	}
}

/* The last line of this kind is the one that counts. */
static void
read_search_locked(struct reading *reading, bool one)
{
	const char *word;
	size_t length;
	if (!(reading->flags & DNS_OPTION_SEARCH)) return;
	dns_search_clear_locked(reading->base);
	reading->has_search = true;
	while (dns_word_next(&reading->lines, &word, &length)) {
		if (is_word(word, length, ".")) continue;
		if (dns_search_add_locked(reading->base, word, length, false) != 0)
			complain(reading, "search domain", word, length);
		if (one) break;
	}
}

static void
read_options_locked(struct reading *reading)
{
	const char *word;
	size_t length;
	while (dns_word_next(&reading->lines, &word, &length)) {
		char value[64] = "1";
		const char *colon = memchr(word, ':', length);
		size_t name_length = colon ? (size_t)(colon - word) : length;
		if (is_word(word, length, "no-reload")) {
			reading->base->resolv_conf_flags |= DNS_NO_RELOAD;
			continue;
		}
		bool good = !colon || to_string(colon + 1, length - name_length - 1, value, sizeof(value));
		if (!good || dns_option_set_locked(reading->base, word, name_length, value, reading->flags) == -1)
			complain(reading, "option", word, length);
	}
}

/* The domain of the host's own name, when no line says anything else. */
static void
search_own_domain_locked(struct evdns_base *base)
{
	char name[256];
	if (gethostname(name, sizeof(name)) != 0) return;
	name[sizeof(name) - 1] = '\0';
	const char *dot = strchr(name, '.');
	dns_search_clear_locked(base);
	if (dot && dot[1]) dns_search_add_locked(base, dot + 1, strlen(dot + 1), false);
}

void
dns_resolv_conf_apply_locked(struct evdns_base *base, int flags, const char *path, const char *text, size_t length)
{
	struct reading reading = {.base = base, .flags = flags, .path = path};
	const char *word;
	size_t size;
	dns_lines_init(&reading.lines, text, length, "#;");
	while (dns_line_next(&reading.lines)) {
		if (!dns_word_next(&reading.lines, &word, &size)) continue;
		if (is_word(word, size, "nameserver"))
			read_servers_locked(&reading);
		else if (is_word(word, size, "search"))
			read_search_locked(&reading, false);
		else if (is_word(word, size, "domain"))
			read_search_locked(&reading, true);
		else if (is_word(word, size, "options"))
			read_options_locked(&reading);
		else
			dns_debug(
				"%s:%d: \"%.*s\" means nothing here", path, reading.lines.number, (int)(size < 80 ? size : 80), word);
	}
	if ((flags & DNS_OPTION_SEARCH) && !reading.has_search) search_own_domain_locked(base);
}

static void
add_default_locked(struct evdns_base *base, int flags)
{
	if ((flags & DNS_OPTION_NAMESERVERS) && !(flags & DNS_OPTION_NAMESERVERS_NO_DEFAULT) && TAILQ_EMPTY(&base->servers))
		add_server_locked(base, "127.0.0.1", true);
}

static void
load_hosts_locked(struct evdns_base *base, const char *path)
{
	if (dns_hosts_load(base->hosts, path) != 0) dns_debug("%s cannot be read", path);
	dns_hosts_add_localhost(base->hosts);
}

static void
watch_locked(struct evdns_base *base, const char *path, int flags, const struct stat *seen)
{
	dns_free(base->resolv_conf);
	base->resolv_conf = NULL;
	bool watched = (flags & DNS_OPTION_NAMESERVERS) && !(base->resolv_conf_flags & DNS_NO_RELOAD);
	if (watched) base->resolv_conf = dns_file_new(path, seen);
	base->files_checked_us = dns_tick_locked(base);
}

static int
parse_locked(struct evdns_base *base, int flags, const char *path)
{
	char *text;
	size_t length;
	struct stat seen;
	if (flags & DNS_OPTION_HOSTSFILE) load_hosts_locked(base, HOSTS_FILE);
	int error = dns_file_read(path, FILE_MOST, &text, &length, &seen);
	if (error == EVDNS_ERROR_FAILED_TO_OPEN_FILE) {
		if (flags & DNS_OPTION_SEARCH) search_own_domain_locked(base);
		add_default_locked(base, flags);
	}
	if (error) return error;
	base->resolv_conf_flags = flags;
	base->search_from_file = (flags & DNS_OPTION_SEARCH) != 0;
	dns_resolv_conf_apply_locked(base, flags, path, text, length);
	dns_free(text);
	watch_locked(base, path, flags, &seen);
	if (!(flags & DNS_OPTION_NAMESERVERS) || (flags & DNS_OPTION_NAMESERVERS_NO_DEFAULT) ||
		!TAILQ_EMPTY(&base->servers))
		return EVDNS_ERROR_NONE;
	add_default_locked(base, flags);
	return EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED;
}

int
plugin_evdns_base_resolv_conf_parse(struct evdns_base *base, int flags, const char *const filename)
{
	dns_client_lock(base);
	int error = parse_locked(base, flags, filename);
	dns_client_unlock(base);
	return error;
}

/* Servers of the file that are still in it begin anew as well; queries on their way wait for a moment. */
static void
reload_locked(struct evdns_base *base)
{
	int flags = base->resolv_conf_flags & ~(DNS_OPTION_HOSTSFILE | DNS_NO_RELOAD);
	bool suspended = base->suspended;
	char *text;
	size_t length;
	struct stat seen;
	if (!base->search_from_file) flags &= ~DNS_OPTION_SEARCH;
	if (dns_file_read(base->resolv_conf->path, FILE_MOST, &text, &length, &seen) != EVDNS_ERROR_NONE) return;
	base->resolv_conf->seen = seen;
	base->suspended = true;
	dns_server_remove_all_locked(base, true);
	dns_resolv_conf_apply_locked(base, flags, base->resolv_conf->path, text, length);
	add_default_locked(base, flags);
	base->suspended = suspended;
	dns_free(text);
	dns_query_pump_locked(base);
}

void
dns_files_refresh_locked(struct evdns_base *base)
{
	uint64_t now = dns_tick_locked(base);
	if (now - base->files_checked_us < LOOK_EVERY_US) return;
	base->files_checked_us = now;
	if (base->resolv_conf && dns_file_changed(base->resolv_conf)) reload_locked(base);
	dns_hosts_refresh(base->hosts);
}

/* ---- What programs call --------------------------------------------------------------------------------------------
 */

int
plugin_evdns_base_load_hosts(struct evdns_base *base, const char *hosts_fname)
{
	dns_client_lock(base);
	int error = hosts_fname ? dns_hosts_load(base->hosts, hosts_fname) : 0;
	dns_hosts_add_localhost(base->hosts);
	dns_client_unlock(base);
	return error;
}

void
plugin_evdns_base_clear_host_addresses(struct evdns_base *base)
{
	dns_client_lock(base);
	dns_hosts_clear(base->hosts);
	dns_client_unlock(base);
}

int
plugin_evdns_base_nameserver_ip_add(struct evdns_base *base, const char *ip_as_string)
{
	dns_client_lock(base);
	int error = add_server_locked(base, ip_as_string, false);
	dns_client_unlock(base);
	if (error == 4) {
		dns_warn("Unable to parse nameserver address %s", ip_as_string);
		dns_log_flush();
	}
	return error;
}

int
plugin_evdns_base_nameserver_sockaddr_add(
	struct evdns_base *base, const struct sockaddr *sa, socklen_t length, unsigned flags)
{
	(void)flags;
	dns_client_lock(base);
	int error = dns_server_add_locked(base, sa, length, false);
	dns_client_unlock(base);
	return error;
}

int
plugin_evdns_base_nameserver_add(struct evdns_base *base, unsigned long address)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(53)};
	in.sin_addr.s_addr = (in_addr_t)address;
	return plugin_evdns_base_nameserver_sockaddr_add(base, (struct sockaddr *)&in, sizeof(in), 0);
}

int
plugin_evdns_base_count_nameservers(struct evdns_base *base)
{
	dns_client_lock(base);
	int count = dns_server_count_locked(base);
	dns_client_unlock(base);
	return count;
}

int
plugin_evdns_base_clear_nameservers_and_suspend(struct evdns_base *base)
{
	dns_client_lock(base);
	base->suspended = true;
	/* The file has had its say: what comes now comes from the program. */
	dns_free(base->resolv_conf);
	base->resolv_conf = NULL;
	dns_server_remove_all_locked(base, false);
	dns_udp_close_locked(base, false);
	dns_client_unlock(base);
	return 0;
}

int
plugin_evdns_base_resume(struct evdns_base *base)
{
	dns_client_lock(base);
	base->suspended = false;
	dns_query_pump_locked(base);
	dns_client_unlock(base);
	return 0;
}

int
plugin_evdns_base_get_nameserver_addr(struct evdns_base *base, int index, struct sockaddr *sa, socklen_t length)
{
	int result = -1;
	dns_client_lock(base);
	const struct dns_server *server = dns_server_at_locked(base, index);
	if (server) {
		result = (int)server->address_length;
		if (length >= server->address_length) memcpy(sa, &server->address, server->address_length);
	}
	dns_client_unlock(base);
	return result;
}

int
plugin_evdns_base_get_nameserver_fd(struct evdns_base *base, int index)
{
	dns_client_lock(base);
	struct dns_server *server = dns_server_at_locked(base, index);
	int fd = server ? dns_udp_any_fd_locked(base, server) : -1;
	dns_client_unlock(base);
	return fd;
}
