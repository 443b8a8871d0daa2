# SPDX-License-Identifier: BSD-3-Clause
resolver_sources = plugins/resolver/resolver.c
if PLUGINS
plugin_LTLIBRARIES += resolver.la
endif
resolver_la_SOURCES = $(resolver_sources)
resolver_la_LDFLAGS = $(plugin_ldflags)
resolver_la_LIBADD = libevent_core.la

EXTRA_LTLIBRARIES += libbuiltin-resolver.la
libbuiltin_resolver_la_SOURCES = $(resolver_sources)
libbuiltin_resolver_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=resolver

EXTRA_DIST += plugins/resolver/README.md
