/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of a client: by name, from a program or from resolv.conf. */
#include "cache.h"
#include "client.h"
#include "functions.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Returns 0 when the text is a whole number between least and most. */
static int
to_int(const char *text, int least, int most, int *out)
{
	char *end;
	long value = strtol(text, &end, 10);
	if (end == text || *end || value < least || value > most) return -1;
	*out = (int)value;
	return 0;
}

/* Out of range becomes the nearest that is in it. */
static int
to_clipped(const char *text, int least, int most, int *out)
{
	int value;
	if (to_int(text, -0x7fffffff, 0x7fffffff, &value) != 0) return -1;
	*out = value < least ? least : value > most ? most : value;
	return 0;
}

/* Seconds, more than 0, as microseconds. */
static int
to_us(const char *text, uint64_t *out)
{
	char *end;
	double seconds = strtod(text, &end);
	if (end == text || *end || !(seconds >= 0.001) || seconds > 1e6) return -1;
	*out = (uint64_t)(seconds * 1e6);
	return 0;
}

static int
set_ndots_locked(struct evdns_base *base, const char *value)
{
	int ndots;
	return to_clipped(value, 0, 255, &ndots) == 0 ? dns_search_ndots_locked(base, ndots) : -1;
}

static int
set_timeout_locked(struct evdns_base *base, const char *value)
{
	return to_us(value, &base->timeout_us);
}

static int
set_skew_locked(struct evdns_base *base, const char *value)
{
	return to_us(value, &base->skew_us);
}

static int
set_max_timeouts_locked(struct evdns_base *base, const char *value)
{
	return to_clipped(value, 1, 255, &base->max_timeouts);
}

static int
set_max_inflight_locked(struct evdns_base *base, const char *value)
{
	if (to_clipped(value, 1, 65000, &base->max_flying) != 0) return -1;
	dns_query_pump_locked(base);
	return 0;
}

static int
set_attempts_locked(struct evdns_base *base, const char *value)
{
	return to_clipped(value, 1, 255, &base->attempts);
}

static int
set_randomize_case_locked(struct evdns_base *base, const char *value)
{
	int on;
	if (to_int(value, -0x7fffffff, 0x7fffffff, &on) != 0) return -1;
	base->mix_case = on != 0;
	return 0;
}

static int
set_bind_to_locked(struct evdns_base *base, const char *value)
{
	struct sockaddr_storage address;
	int length = sizeof(address);
	memset(&address, 0, sizeof(address));
	if (evutil_parse_sockaddr_port(value, (struct sockaddr *)&address, &length) != 0) return -1;
	base->bind_to = address;
	base->bind_to_length = address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	dns_udp_close_locked(base, false);
	return 0;
}

static int
set_first_probe_locked(struct evdns_base *base, const char *value)
{
	uint64_t us;
	if (to_us(value, &us) != 0) return -1;
	base->probe_first_us = us > 3600 * UINT64_C(1000000) ? 3600 * UINT64_C(1000000) : us;
	return 0;
}

static int
set_most_probe_locked(struct evdns_base *base, const char *value)
{
	int seconds;
	if (to_clipped(value, 1, 3600, &seconds) != 0) return -1;
	base->probe_most_us = (uint64_t)seconds * 1000000;
	if (base->probe_first_us > base->probe_most_us) base->probe_first_us = base->probe_most_us;
	return 0;
}

static int
set_probe_factor_locked(struct evdns_base *base, const char *value)
{
	return to_clipped(value, 1, 10, &base->probe_factor);
}

static int
set_receive_buffer_locked(struct evdns_base *base, const char *value)
{
	if (to_int(value, 0, 0x7fffffff, &base->receive_buffer) != 0) return -1;
	dns_udp_close_locked(base, false);
	return 0;
}

static int
set_send_buffer_locked(struct evdns_base *base, const char *value)
{
	if (to_int(value, 0, 0x7fffffff, &base->send_buffer) != 0) return -1;
	dns_udp_close_locked(base, false);
	return 0;
}

static int
set_tcp_idle_locked(struct evdns_base *base, const char *value)
{
	return to_us(value, &base->tcp_idle_us);
}

static int
set_udp_size_locked(struct evdns_base *base, const char *value)
{
	int old = base->udp_size;
	if (to_clipped(value, DNS_UDP_PLAIN, DNS_MESSAGE_MAX, &base->udp_size) != 0) return -1;
	if (base->buffer == NULL || dns_udp_buffer_locked(base)) return 0;
	base->udp_size = old;
	return -1;
}

static int
set_use_vc_locked(struct evdns_base *base, const char *value)
{
	(void)value;
	base->query_flags |= DNS_QUERY_USEVC;
	return 0;
}

static int
set_ignore_tc_locked(struct evdns_base *base, const char *value)
{
	(void)value;
	base->query_flags |= DNS_QUERY_IGNTC;
	return 0;
}

static int
set_no_aaaa_locked(struct evdns_base *base, const char *value)
{
	(void)value;
	base->no_aaaa = true;
	return 0;
}

static int
set_no_tld_query_locked(struct evdns_base *base, const char *value)
{
	(void)value;
	base->no_tld_query = true;
	return 0;
}

static int
set_cache_size_locked(struct evdns_base *base, const char *value)
{
	int size;
	if (to_int(value, 0, 1 << 24, &size) != 0) return -1;
	dns_cache_limit(base->cache, (size_t)size);
	return 0;
}

static const struct option {
	const char *name;
	int flag; /* DNS_OPTION_*: which part of resolv.conf it belongs to */
	int (*set_locked)(struct evdns_base *base, const char *value);
} options[] = {
	{"ndots", DNS_OPTION_SEARCH, set_ndots_locked},
	{"timeout", DNS_OPTION_MISC, set_timeout_locked},
	{"getaddrinfo-allow-skew", DNS_OPTION_MISC, set_skew_locked},
	{"max-timeouts", DNS_OPTION_MISC, set_max_timeouts_locked},
	{"max-inflight", DNS_OPTION_MISC, set_max_inflight_locked},
	{"attempts", DNS_OPTION_MISC, set_attempts_locked},
	{"randomize-case", DNS_OPTION_MISC, set_randomize_case_locked},
	{"bind-to", DNS_OPTION_NAMESERVERS, set_bind_to_locked},
	{"initial-probe-timeout", DNS_OPTION_MISC, set_first_probe_locked},
	{"max-probe-timeout", DNS_OPTION_MISC, set_most_probe_locked},
	{"probe-backoff-factor", DNS_OPTION_MISC, set_probe_factor_locked},
	{"so-rcvbuf", DNS_OPTION_MISC, set_receive_buffer_locked},
	{"so-sndbuf", DNS_OPTION_MISC, set_send_buffer_locked},
	{"tcp-idle-timeout", DNS_OPTION_MISC, set_tcp_idle_locked},
	{"edns-udp-size", DNS_OPTION_MISC, set_udp_size_locked},
	{"use-vc", DNS_OPTION_MISC, set_use_vc_locked},
	{"ignore-tc", DNS_OPTION_MISC, set_ignore_tc_locked},
	{"no-aaaa", DNS_OPTION_MISC, set_no_aaaa_locked},
	{"no-tld-query", DNS_OPTION_MISC, set_no_tld_query_locked},
	{"cache-size", DNS_OPTION_MISC, set_cache_size_locked},
};

int
dns_option_set_locked(struct evdns_base *base, const char *name, size_t length, const char *value, int flags)
{
	if (length && name[length - 1] == ':') length--;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *option = &options[i];
		if (strlen(option->name) != length || memcmp(option->name, name, length) != 0) continue;
		return flags & option->flag ? option->set_locked(base, value) : 0;
	}
	return -2;
}

int
plugin_evdns_base_set_option(struct evdns_base *base, const char *option, const char *value)
{
	dns_client_lock(base);
	int error = dns_option_set_locked(base, option, strlen(option), value, DNS_OPTIONS_ALL);
	dns_client_unlock(base);
	return error == -1 ? -1 : 0;
}
