/* SPDX-License-Identifier: BSD-3-Clause */
/* resolv.conf(5). */
#ifndef PROTO_DNS_RESOLV_CONF_H_
#define PROTO_DNS_RESOLV_CONF_H_

#include "client.h"

/* Does what text in the format of resolv.conf says. flags: DNS_OPTION_*. path: for log lines. */
void dns_resolv_conf_apply_locked(
	struct evdns_base *base, int flags, const char *path, const char *text, size_t length);

#endif
