# SPDX-License-Identifier: BSD-3-Clause
backend_kqueue_sources = \
	plugins/backend-kqueue/changes.c \
	plugins/backend-kqueue/changes.h \
	plugins/backend-kqueue/kqueue.c
EXTRA_DIST += plugins/backend-kqueue/README.md

backend_kqueue_la_SOURCES = $(backend_kqueue_sources)
backend_kqueue_la_LDFLAGS = $(plugin_ldflags)
EXTRA_LTLIBRARIES += libbuiltin-backend-kqueue.la
libbuiltin_backend_kqueue_la_SOURCES = $(backend_kqueue_sources)
libbuiltin_backend_kqueue_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_kqueue
if BACKEND_KQUEUE
if PLUGINS
plugin_LTLIBRARIES += backend-kqueue.la
endif
endif
EXTRA_DIST += $(backend_kqueue_sources)
