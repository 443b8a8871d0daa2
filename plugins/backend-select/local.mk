# SPDX-License-Identifier: BSD-3-Clause
backend_select_sources = plugins/backend-select/select.c
EXTRA_DIST += plugins/backend-select/README.md

if PLUGINS
plugin_LTLIBRARIES += backend-select.la
endif
backend_select_la_SOURCES = $(backend_select_sources)
backend_select_la_LDFLAGS = $(plugin_ldflags)

EXTRA_LTLIBRARIES += libbuiltin-backend-select.la
libbuiltin_backend_select_la_SOURCES = $(backend_select_sources)
libbuiltin_backend_select_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_select
