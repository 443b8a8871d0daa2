# SPDX-License-Identifier: BSD-3-Clause
proto_ws_sources = \
	plugins/proto-ws/accept.c \
	plugins/proto-ws/accept.h \
	plugins/proto-ws/functions.h \
	plugins/proto-ws/handshake.c \
	plugins/proto-ws/host.h \
	plugins/proto-ws/parse.c \
	plugins/proto-ws/parse.h \
	plugins/proto-ws/plugin.c \
	plugins/proto-ws/send.c \
	plugins/proto-ws/session.c \
	plugins/proto-ws/session.h

if PLUGINS
plugin_LTLIBRARIES += proto-ws.la
endif
proto_ws_la_SOURCES = $(proto_ws_sources)
proto_ws_la_LDFLAGS = $(plugin_ldflags)
proto_ws_la_LIBADD = libevent_core.la $(PTHREAD_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-proto-ws.la
libbuiltin_proto_ws_la_SOURCES = $(proto_ws_sources)
libbuiltin_proto_ws_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=proto_ws

EXTRA_DIST += plugins/proto-ws/README.md
