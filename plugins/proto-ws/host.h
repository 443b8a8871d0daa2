/* SPDX-License-Identifier: BSD-3-Clause */
/* What the plugin got from its host: memory that follows event_set_mem_functions(), and proto-http's interface. */
#ifndef PROTO_WS_HOST_H_
#define PROTO_WS_HOST_H_

#include <event2/plugin.h>
#include <event2/plugin_http.h>

extern const struct event_plugin_host *ws_host;
extern const struct event_plugin_http *ws_http;

#endif
