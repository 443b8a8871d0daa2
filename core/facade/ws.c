/* SPDX-License-Identifier: BSD-3-Clause */
/* evws_*: forwarded to proto-ws. */
#include "config.h"

#include <event2/plugin_ws.h>

#define FACADE_TABLE struct event_plugin_ws
#define FACADE_FUNCTIONS EVENT_PLUGIN_WS_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_PROTOCOL
#define FACADE_PLUGIN EVENT_PLUGIN_WS_NAME
#define FACADE_MAJOR EVENT_PLUGIN_WS_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_WS_MINOR
#include "facade/forward.h"

#ifdef FACADE_KEEPS_PROTO_WS
FACADE_KEEP(proto_ws)
#endif
#ifdef FACADE_KEEPS_PROTO_HTTP
FACADE_KEEP(proto_http)
#endif
