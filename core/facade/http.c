/* SPDX-License-Identifier: BSD-3-Clause */
/* evhttp_* and evkeyval*: forwarded to proto-http. */
#include "config.h"

#include <event2/plugin_http.h>

#define FACADE_TABLE struct event_plugin_http
#define FACADE_FUNCTIONS EVENT_PLUGIN_HTTP_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_PROTOCOL
#define FACADE_PLUGIN EVENT_PLUGIN_HTTP_NAME
#define FACADE_MAJOR EVENT_PLUGIN_HTTP_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_HTTP_MINOR
#include "facade/forward.h"

#ifdef FACADE_KEEPS_PROTO_HTTP
FACADE_KEEP(proto_http)
#endif
