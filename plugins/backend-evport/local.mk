# SPDX-License-Identifier: BSD-3-Clause
backend_evport_sources = plugins/backend-evport/evport.c
EXTRA_DIST += plugins/backend-evport/README.md

backend_evport_la_SOURCES = $(backend_evport_sources)
backend_evport_la_LDFLAGS = $(plugin_ldflags)
EXTRA_LTLIBRARIES += libbuiltin-backend-evport.la
libbuiltin_backend_evport_la_SOURCES = $(backend_evport_sources)
libbuiltin_backend_evport_la_CPPFLAGS = $(builtin_cppflags) -DEVENT_PLUGIN_BUILTIN=backend_evport
if BACKEND_EVPORT
if PLUGINS
plugin_LTLIBRARIES += backend-evport.la
endif
endif
EXTRA_DIST += $(backend_evport_sources)
