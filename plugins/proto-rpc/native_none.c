/* SPDX-License-Identifier: BSD-3-Clause */
/* What needs libffi, in a build without it. */
#include "rpc.h"

static void
refuse(const char *who, const char *name)
{
	rpc_host->log(
		EVENT_PLUGIN_LOG_WARN, "%s: %s: proto-rpc was built without libffi; build it with libffi's headers", who, name);
}

int
plugin_evrpc_native_register(struct evrpc_base *base, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_function function)
{
	(void)base, (void)signature, (void)messages, (void)function;
	refuse("evrpc_native_register", name);
	return -1;
}

int
plugin_evrpc_native_publish(struct evrpc_base *base, const char *plugin, const char *function)
{
	(void)base, (void)plugin;
	refuse("evrpc_native_publish", function);
	return -1;
}

struct evrpc_native_stub *
plugin_evrpc_native_stub_new(struct evrpc_pool *pool, const char *name, const char *signature,
	const struct evrpc_native_message *const *messages, evrpc_native_cb cb, void *cb_arg)
{
	(void)pool, (void)signature, (void)messages, (void)cb, (void)cb_arg;
	refuse("evrpc_native_stub_new", name);
	return NULL;
}

evrpc_native_function
plugin_evrpc_native_stub_function(struct evrpc_native_stub *stub)
{
	(void)stub;
	return NULL;
}

void
plugin_evrpc_native_stub_free(struct evrpc_native_stub *stub)
{
	(void)stub;
}
