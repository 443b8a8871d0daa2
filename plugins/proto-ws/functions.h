/* SPDX-License-Identifier: BSD-3-Clause */
/* Prototypes of what this plugin publishes, see proto-http's functions.h. */
#ifndef PROTO_WS_FUNCTIONS_H_
#define PROTO_WS_FUNCTIONS_H_

#include <event2/plugin_ws.h>

#define WS_PROTOTYPE_(result, name, fallback, parameters, arguments) result plugin_##name parameters;
EVENT_PLUGIN_WS_FUNCTIONS(WS_PROTOTYPE_)

#endif
