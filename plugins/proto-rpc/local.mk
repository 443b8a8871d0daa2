# SPDX-License-Identifier: BSD-3-Clause
proto_rpc_sources = \
	plugins/proto-rpc/client.c \
	plugins/proto-rpc/codec.c \
	plugins/proto-rpc/codec.h \
	plugins/proto-rpc/hooks.c \
	plugins/proto-rpc/native.c \
	plugins/proto-rpc/native.h \
	plugins/proto-rpc/native_client.c \
	plugins/proto-rpc/native_service.c \
	plugins/proto-rpc/native_stub.c \
	plugins/proto-rpc/native_value.c \
	plugins/proto-rpc/plugin.c \
	plugins/proto-rpc/rpc.h \
	plugins/proto-rpc/server.c \
	plugins/proto-rpc/signature.c \
	plugins/proto-rpc/signature.h \
	plugins/proto-rpc/tag.c
if PLUGINS
plugin_LTLIBRARIES += proto-rpc.la
endif
proto_rpc_la_SOURCES = $(proto_rpc_sources)
proto_rpc_la_LDFLAGS = $(plugin_ldflags)
proto_rpc_la_LIBADD = libevent_core.la

EXTRA_LTLIBRARIES += libbuiltin-proto-rpc.la
libbuiltin_proto_rpc_la_SOURCES = $(proto_rpc_sources)
libbuiltin_proto_rpc_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=proto_rpc

EXTRA_DIST += plugins/proto-rpc/README.md
