# SPDX-License-Identifier: BSD-3-Clause
proto_http_sources = \
	plugins/proto-http/arena.c \
	plugins/proto-http/arena.h \
	plugins/proto-http/below.c \
	plugins/proto-http/below.h \
	plugins/proto-http/chars.c \
	plugins/proto-http/chars.h \
	plugins/proto-http/chunk.c \
	plugins/proto-http/chunk.h \
	plugins/proto-http/client.c \
	plugins/proto-http/client.h \
	plugins/proto-http/coding.c \
	plugins/proto-http/compat.c \
	plugins/proto-http/connection.c \
	plugins/proto-http/connection.h \
	plugins/proto-http/exchange.c \
	plugins/proto-http/fields.c \
	plugins/proto-http/fields.h \
	plugins/proto-http/functions.h \
	plugins/proto-http/head.c \
	plugins/proto-http/head.h \
	plugins/proto-http/input.c \
	plugins/proto-http/keyval.c \
	plugins/proto-http/keyval.h \
	plugins/proto-http/listen.c \
	plugins/proto-http/mailbox.c \
	plugins/proto-http/mailbox.h \
	plugins/proto-http/memory.h \
	plugins/proto-http/method.c \
	plugins/proto-http/method.h \
	plugins/proto-http/parse.c \
	plugins/proto-http/parse.h \
	plugins/proto-http/plugin.c \
	plugins/proto-http/query.c \
	plugins/proto-http/reply.c \
	plugins/proto-http/request.c \
	plugins/proto-http/request.h \
	plugins/proto-http/serve.c \
	plugins/proto-http/serve.h \
	plugins/proto-http/server.c \
	plugins/proto-http/server.h \
	plugins/proto-http/status.c \
	plugins/proto-http/status.h \
	plugins/proto-http/uri.c \
	plugins/proto-http/uri.h \
	plugins/proto-http/uri_chars.c \
	plugins/proto-http/vhost.c

if PLUGINS
plugin_LTLIBRARIES += proto-http.la
endif
proto_http_la_SOURCES = $(proto_http_sources)
proto_http_la_LDFLAGS = $(plugin_ldflags)
proto_http_la_LIBADD = libevent_core.la $(PTHREAD_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-proto-http.la
libbuiltin_proto_http_la_SOURCES = $(proto_http_sources)
libbuiltin_proto_http_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=proto_http

EXTRA_DIST += plugins/proto-http/README.md
