/* SPDX-License-Identifier: BSD-3-Clause */
/* Prototypes of what this plugin publishes: plugin_evhttp_new() is what the facade calls evhttp_new(), and so on. The
 * names differ so that plugin and facade can be linked into one static program. */
#ifndef PROTO_HTTP_FUNCTIONS_H_
#define PROTO_HTTP_FUNCTIONS_H_

#include <event2/plugin_http.h>

#define HTTP_PROTOTYPE_(result, name, fallback, parameters, arguments) result plugin_##name parameters;
EVENT_PLUGIN_HTTP_FUNCTIONS(HTTP_PROTOTYPE_)

#endif
