/* SPDX-License-Identifier: BSD-3-Clause */
/* resolv.conf and hosts files of any content. The first byte chooses which one it is. */
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
silent(int is_warning, const char *line)
{
	(void)is_warning;
	(void)line;
}

static void
found(int code, struct evutil_addrinfo *list, void *arg)
{
	(void)arg;
	if ((code == 0) != (list != NULL)) abort();
	if (list) evutil_freeaddrinfo(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_base *base;
	static char path[64];
	if (!base) {
		base = event_base_new();
		snprintf(path, sizeof(path), "/tmp/mkevent-fuzz-%d", (int)getpid());
		evdns_set_log_fn(silent);
	}
	if (size == 0 || size > 65536) return 0;
	FILE *file = fopen(path, "w");
	if (!file) return 0;
	fwrite(data + 1, 1, size - 1, file);
	fclose(file);
	struct evdns_base *dns = evdns_base_new(base, 0);
	if (!dns) abort();
	if (data[0] & 1)
		evdns_base_load_hosts(dns, path);
	else
		evdns_base_resolv_conf_parse(dns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE, path);
	evdns_getaddrinfo(dns, "localhost", "80", NULL, found, NULL);
	evdns_base_free(dns, 0);
	unlink(path);
	return 0;
}
