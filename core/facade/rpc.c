/* SPDX-License-Identifier: BSD-3-Clause */
/* evtag_* and evrpc_*: forwarded to proto-rpc. */
#include "config.h"

#include <event2/plugin_rpc.h>

#define FACADE_TABLE struct event_plugin_rpc
#define FACADE_FUNCTIONS EVENT_PLUGIN_RPC_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_PROTOCOL
#define FACADE_PLUGIN EVENT_PLUGIN_RPC_NAME
#define FACADE_MAJOR EVENT_PLUGIN_RPC_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_RPC_MINOR
#include "facade/forward.h"

#ifdef FACADE_KEEPS_PROTO_RPC
FACADE_KEEP(proto_rpc)
#endif
#ifdef FACADE_KEEPS_PROTO_HTTP
FACADE_KEEP(proto_http)
#endif
#ifdef FACADE_KEEPS_RPC_NATIVE
FACADE_KEEP(rpc_native)
#endif

int
evrpc_native_call(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg, ...)
{
	va_list arguments;
	va_start(arguments, cb_arg);
	int result = evrpc_native_vcall(pool, name, signature, messages, cb, cb_arg, arguments);
	va_end(arguments);
	return result;
}
