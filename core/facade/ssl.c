/* SPDX-License-Identifier: BSD-3-Clause */
/* bufferevent_openssl_* and bufferevent_ssl_*: forwarded to filter-openssl; nothing here needs OpenSSL. */
#include "config.h"

#include <event2/event-config.h>

/* The functions are here even where the plugin is not built, and then their declarations are wanted, too. */
#ifndef EVENT__HAVE_OPENSSL
#define EVENT__HAVE_OPENSSL 1
#endif
#include <event2/plugin_ssl.h>

#define FACADE_TABLE struct event_plugin_ssl
#define FACADE_FUNCTIONS EVENT_PLUGIN_SSL_FUNCTIONS
#define FACADE_KIND EVENT_PLUGIN_FILTER
#define FACADE_PLUGIN EVENT_PLUGIN_SSL_NAME
#define FACADE_MAJOR EVENT_PLUGIN_SSL_MAJOR
#define FACADE_MINOR EVENT_PLUGIN_SSL_MINOR
#include "facade/forward.h"

#ifdef FACADE_KEEPS_FILTER_OPENSSL
FACADE_KEEP(filter_openssl)
#endif
