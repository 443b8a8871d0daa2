# SPDX-License-Identifier: BSD-3-Clause
rpc_native_sources = plugins/rpc-native/native.c
if LIBFFI
if PLUGINS
plugin_LTLIBRARIES += rpc-native.la
endif
endif
rpc_native_la_SOURCES = $(rpc_native_sources)
rpc_native_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBFFI_CFLAGS)
rpc_native_la_LDFLAGS = $(plugin_ldflags)
rpc_native_la_LIBADD = $(LIBFFI_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-rpc-native.la
libbuiltin_rpc_native_la_SOURCES = $(rpc_native_sources)
libbuiltin_rpc_native_la_LIBADD = $(LIBFFI_LIBS)
libbuiltin_rpc_native_la_CPPFLAGS = $(builtin_cppflags) $(LIBFFI_CFLAGS) -DEVENT_PLUGIN_BUILTIN=rpc_native

EXTRA_DIST += plugins/rpc-native/README.md
