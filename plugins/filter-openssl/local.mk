# SPDX-License-Identifier: BSD-3-Clause
filter_openssl_sources = \
	plugins/filter-openssl/api.c \
	plugins/filter-openssl/bio.c \
	plugins/filter-openssl/engine.c \
	plugins/filter-openssl/filter.c \
	plugins/filter-openssl/plugin.c \
	plugins/filter-openssl/socket.c \
	plugins/filter-openssl/tls.h
if OPENSSL
if PLUGINS
plugin_LTLIBRARIES += filter-openssl.la
endif
endif
filter_openssl_la_SOURCES = $(filter_openssl_sources)
filter_openssl_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
filter_openssl_la_LDFLAGS = $(plugin_ldflags)
filter_openssl_la_LIBADD = libevent_core.la $(OPENSSL_LIBS)

EXTRA_LTLIBRARIES += libbuiltin-filter-openssl.la
libbuiltin_filter_openssl_la_SOURCES = $(filter_openssl_sources)
libbuiltin_filter_openssl_la_LIBADD = $(OPENSSL_LIBS)
libbuiltin_filter_openssl_la_CPPFLAGS = $(builtin_cppflags) $(OPENSSL_CFLAGS) -DEVENT_PLUGIN_BUILTIN=filter_openssl

EXTRA_DIST += plugins/filter-openssl/README.md
