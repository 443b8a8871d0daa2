# SPDX-License-Identifier: BSD-3-Clause
proto_dns_sources = \
	plugins/proto-dns/addrinfo.c \
	plugins/proto-dns/addrinfo.h \
	plugins/proto-dns/answer.c \
	plugins/proto-dns/answer.h \
	plugins/proto-dns/cache.c \
	plugins/proto-dns/cache.h \
	plugins/proto-dns/client.c \
	plugins/proto-dns/client.h \
	plugins/proto-dns/file.c \
	plugins/proto-dns/file.h \
	plugins/proto-dns/functions.h \
	plugins/proto-dns/getaddrinfo.c \
	plugins/proto-dns/getaddrinfo.h \
	plugins/proto-dns/global.c \
	plugins/proto-dns/hosts.c \
	plugins/proto-dns/hosts.h \
	plugins/proto-dns/lines.c \
	plugins/proto-dns/lines.h \
	plugins/proto-dns/lock.h \
	plugins/proto-dns/log.c \
	plugins/proto-dns/memory.h \
	plugins/proto-dns/message.c \
	plugins/proto-dns/message.h \
	plugins/proto-dns/name.c \
	plugins/proto-dns/name.h \
	plugins/proto-dns/options.c \
	plugins/proto-dns/plugin.c \
	plugins/proto-dns/port.c \
	plugins/proto-dns/port.h \
	plugins/proto-dns/port_tcp.c \
	plugins/proto-dns/port_udp.c \
	plugins/proto-dns/query.c \
	plugins/proto-dns/reply.c \
	plugins/proto-dns/request.c \
	plugins/proto-dns/resolv_conf.c \
	plugins/proto-dns/resolv_conf.h \
	plugins/proto-dns/reverse.c \
	plugins/proto-dns/reverse.h \
	plugins/proto-dns/search.c \
	plugins/proto-dns/server.c \
	plugins/proto-dns/socket.c \
	plugins/proto-dns/socket.h \
	plugins/proto-dns/stream.c \
	plugins/proto-dns/stream.h \
	plugins/proto-dns/tcp.c \
	plugins/proto-dns/udp.c \
	plugins/proto-dns/writer.c \
	plugins/proto-dns/writer.h
if PLUGINS
plugin_LTLIBRARIES += proto-dns.la
endif
proto_dns_la_SOURCES = $(proto_dns_sources)
proto_dns_la_LDFLAGS = $(plugin_ldflags)
proto_dns_la_LIBADD = libevent_core.la $(PTHREAD_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-proto-dns.la
libbuiltin_proto_dns_la_SOURCES = $(proto_dns_sources)
libbuiltin_proto_dns_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=proto_dns

EXTRA_DIST += plugins/proto-dns/README.md
